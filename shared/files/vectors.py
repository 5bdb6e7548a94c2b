"""Cells of a column as vectors: their text, their number, and what sort of value they were.

Promises that no digit is invented or lost: what is a number in the file stays known as one, so that an ID number which a spreadsheet has
turned into a number is refused and never repaired.
"""

import string
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from types import NoneType

import polars as pl


class Sort(IntEnum):
    TEXT = 0
    NUMBER = 1
    TRUTH = 2
    DAY = 3
    OTHER = 4  # a time, a span, a nested value


_TEXT = pl.lit(Sort.TEXT, pl.UInt8)
_SORTS = {
    **dict.fromkeys((str, NoneType), Sort.TEXT),
    **dict.fromkeys((int, float), Sort.NUMBER),
    bool: Sort.TRUTH,
    **dict.fromkeys((date, datetime), Sort.DAY),
    **dict.fromkeys((time, timedelta, list, dict), Sort.OTHER),
}
# What Python's strip() takes away, so that a name is trimmed here as it is in `shared/wire`.
BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_WIDE = {chr(ord(each) + 0xFEE0): each for each in string.printable.strip()} | {"\u3000": " "}
_ANY_WIDE = "[\uff01-\uff5e\u3000]"
_EXACT = 1e15  # spreadsheets keep 15 digits

# As other systems write a text that must stay one, and as `shared/files/tables.py` does.
_ENDS_IN_MORE = r"^[\x1c-\x1f]|[\x1c-\x1f]$"
_NO_NUMBER = pl.lit(None, pl.Float64)
_QUOTED = r'^="([^"]*)"$'
_GUARD = r"^'([\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|[\t\r\n'])"


def vectors(values: Sequence[object], *, guarded: bool = False) -> pl.DataFrame:
    """Turn cells into `text` (trimmed; null if empty), `plain` (full width made half), `number` and `sort`.

    :param guarded: the cells are of a CSV file, where an apostrophe or `="…"` may keep a text from becoming a formula.
    """
    if set(map(type, values)) <= {str, NoneType}:
        text, number, sort = pl.Series(values, dtype=pl.String), _NO_NUMBER, _TEXT
    else:
        text, number, sort = _mixed(values)
    text = _trimmed(text)
    if guarded and text.str.contains_any(["'", "="]).any():
        text = _trimmed(text.str.replace(_QUOTED, "$1").str.replace(_GUARD, "$1"))
    return pl.select(text=text, plain=_plain(text), number=number, sort=sort)


def _trimmed(text: pl.Series) -> pl.Series:
    """Trim as Python does, which counts four more characters as blank than polars."""
    text = text.str.strip_chars()
    if text.str.contains(_ENDS_IN_MORE).any():
        text = text.str.strip_chars(BLANKS)
    return text.set(text == "", None)


def _plain(text: pl.Series) -> pl.Series:
    return text.str.replace_many(_WIDE).str.strip_chars(" ") if text.str.contains(_ANY_WIDE).any() else text


def _mixed(values: Sequence[object]) -> tuple[pl.Series, pl.Series, pl.Series]:
    sorts = [_SORTS.get(type(value), Sort.OTHER) for value in values]
    number = pl.Series([value if sort is Sort.NUMBER else None for value, sort in zip(values, sorts, strict=True)], dtype=pl.Float64, strict=False)
    text = pl.Series([_written(value, sort) for value, sort in zip(values, sorts, strict=True)], dtype=pl.String)
    return text.zip_with(number.is_null(), _digits(number)), number, pl.Series(sorts, dtype=pl.UInt8)


def _written(value: object, sort: Sort) -> str | None:
    """Write what is neither a number nor nothing."""
    match sort:
        case Sort.TEXT:
            return value if isinstance(value, str) else None
        case Sort.NUMBER:
            return None
        case Sort.DAY:
            return str(value).removesuffix(" 00:00:00")
        case _:
            return "?"  # it will be refused, and no text stands for it


def _digits(number: pl.Series) -> pl.Series:
    whole = number.is_finite() & (number == number.round()) & (number.abs() < _EXACT)
    return number.set(~whole, None).cast(pl.Int64).cast(pl.String).zip_with(whole, number.cast(pl.String))


def inexact(number: pl.Expr) -> pl.Expr:
    """Say of numbers that digits of them may be lost, or that they are none."""
    return ~number.is_finite() | (number.abs() >= _EXACT)

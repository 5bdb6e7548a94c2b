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
_EXACT = 1e15  # spreadsheets keep 15 digits

# As other systems write a text that must stay one, and as `shared/files/writing/tables.py` does.
_QUOTED = r'^="([^"]*)"$'
_GUARD = r"^'([\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|[\t\r\n'])"

TEXT = pl.col("text")
_TEXT_ONLY = pl.lit(Sort.TEXT, pl.UInt8)
_NO_NUMBER = pl.lit(None, pl.Float64)
_SIGNS = {  # of what few columns need
    "blanks": TEXT.str.contains(r"^[\x1c-\x1f]|[\x1c-\x1f]$").any(),
    "guards": (TEXT.str.starts_with("'") | TEXT.str.starts_with("=")).any(),
    "wide": TEXT.str.contains("[\uff01-\uff5e\u3000]").any(),
}


def vectors(values: Sequence[object], *, guarded: bool = False) -> pl.DataFrame:
    """Turn cells into `text` (trimmed; null if empty), `plain` (full width made half), `number` and `sort`.

    :param guarded: the cells are of a CSV file, where an apostrophe or `="…"` may keep a text from becoming a formula.
    """
    types = set(map(type, values))
    if types <= {int, float, NoneType} and types != {NoneType}:
        return _numbers(values)
    if types <= {str, NoneType}:
        frame = pl.Series("text", values, dtype=pl.String).to_frame().with_columns(_trimmed(TEXT), number=_NO_NUMBER, sort=_TEXT_ONLY)
    else:
        frame = _mixed(values).with_columns(_trimmed(TEXT))
    blanks, guards, wide = frame.select(**_SIGNS).row(0)
    if blanks:
        frame = frame.with_columns(_trimmed(TEXT, BLANKS))
    if guards and guarded:
        frame = frame.with_columns(_trimmed(TEXT.str.replace(_QUOTED, "$1").str.replace(_GUARD, "$1"), BLANKS))
    return frame.with_columns(plain=_plain(wide=wide, guards=guards))


def _trimmed(text: pl.Expr, blanks: str | None = None) -> pl.Expr:
    """Trim; without more being said of what is blank, polars leaves four characters that Python does not."""
    trimmed = text.str.strip_chars(blanks)
    return pl.when(trimmed != "").then(trimmed)


def _plain(*, wide: bool, guards: bool) -> pl.Expr:
    plain = TEXT.str.replace_many(_WIDE).str.strip_chars(" ") if wide else TEXT
    return plain.str.strip_prefix("'") if guards else plain


def _numbers(values: Sequence[object]) -> pl.DataFrame:
    number = pl.col("number")
    frame = pl.Series("number", values, dtype=pl.Float64, strict=False).to_frame()
    sort = pl.when(number.is_null()).then(pl.lit(Sort.TEXT, pl.UInt8)).otherwise(pl.lit(Sort.NUMBER, pl.UInt8))
    return frame.select(number, text=_digits(number), sort=sort).with_columns(plain=TEXT)


def _mixed(values: Sequence[object]) -> pl.DataFrame:
    sorts = [_SORTS.get(type(value), Sort.OTHER) for value in values]
    frame = pl.DataFrame(
        {
            "text": [_written(value, sort) for value, sort in zip(values, sorts, strict=True)],
            "number": [value if sort is Sort.NUMBER else None for value, sort in zip(values, sorts, strict=True)],
            "sort": sorts,
        },
        schema={"text": pl.String, "number": pl.Float64, "sort": pl.UInt8},
        strict=False,
    )
    return frame.with_columns(pl.coalesce(TEXT, _digits(pl.col("number"))))


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


def _digits(number: pl.Expr) -> pl.Expr:
    whole = number.is_finite() & (number == number.round()) & (number.abs() < _EXACT)
    return pl.coalesce(pl.when(whole).then(number).cast(pl.Int64).cast(pl.String), number.cast(pl.String))


def inexact(number: pl.Expr) -> pl.Expr:
    """Say of numbers that digits of them may be lost, or that they are none."""
    return ~number.is_finite() | (number.abs() >= _EXACT)

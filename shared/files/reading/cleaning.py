"""What a cell must hold, column by column and thousands of rows at a time: the cleaned text, or the code of what is wrong.

Promises to agree with `shared/wire/types.py` on names, ID numbers, phones, amounts and days; a property test feeds both. The first fault of
a cell is told, not all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from shared.files.reading.vectors import TEXT, Sort, inexact, vectors
from shared.kernel.sheets import CLEAR, MASK, Column, Holds
from shared.kernel.texts import UNSAFE

Check = tuple[pl.Expr, str]  # where it holds, the code
PLAIN, NUMBER, SORT = pl.col("plain"), pl.col("number"), pl.col("sort")

_UNSAFE = UNSAFE.pattern.replace(r"\ud800-\udfff", "")  # no text here can hold halves of characters
_LINES = r"[\t\r\n]"
_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
_MASKED_DIGITS = (Holds.ID_NUMBER, Holds.PHONE, Holds.ACCOUNT)
_MASKABLE = (Holds.NAME, Holds.ADDRESS, *_MASKED_DIGITS)
_MASKED_NUMBER = rf"^[0-9X]*\{MASK}[0-9X{MASK}]{{0,31}}$"
_SHORTENED = r"^[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+$"  # as Excel writes long numbers: 5.30902E+17
_ID_NUMBER = r"^[1-9][0-9]{16}[0-9X]$"
_CERTIFICATE = r"^[1-9][0-9]{16}[0-9X][1-7][1-4]([0-9A-Z]{2})?$"  # 残疾人证号: ID number, category, grade, how often reissued
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_EARLIEST = date(1900, 1, 1)
_LATEST = date(2099, 12, 31)
_PHONE = r"^1[3-9][0-9]{9}$"
_ACCOUNT = r"^[0-9]{8,30}$"
_THOUSANDS = r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_NEGATIVE = r"^[-−][0-9.]*[0-9]$"
_NO_NUMBER = r"^(?i)[+-]?(nan|inf|infinity|null|none)$"
_MONEY = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"
_KEPT_MONEY = r"^(0|[1-9][0-9]{0,11})\.[0-9]{2}$"
_LARGEST_MONEY = 1e12
_LARGEST_QUANTITY = 1e6
_COUNT = r"^[0-9]{1,9}(\.0*)?$"
_KEPT_COUNT = r"^(0|[1-9][0-9]{0,4})$"
_LARGEST_COUNT = 100_000
_DAY = (
    r"^([0-9]{4}) ?(?:- ?([0-9]{1,2}) ?-|/ ?([0-9]{1,2}) ?/|\. ?([0-9]{1,2}) ?\.|年 ?([0-9]{1,2}) ?月) ?([0-9]{1,2})(?: ?日)?"
    r"([T ]00:00(:00(\.0+)?)?)?$"
)
_PACKED_DAY = r"^(19|20)[0-9]{6}$"
_VILLAGE = r"^([0-9]{12})(?:\s.*)?$"
_REFERENCE = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A column's texts as they are kept, and its faults; of each cell one of them is null, or both."""

    values: pl.Series
    codes: pl.Series


@dataclass(frozen=True, slots=True)
class Rule:
    """How a text is written that passes, and what is checked, in this order.

    :param kept: what texts look like that are kept as they stand, whatever sort of value they were; where all do, nothing more is looked at.
    """

    value: pl.Expr
    checks: Sequence[Check]
    kept: str | None = None


def clean(column: Column, frame: pl.DataFrame, *, today: date) -> Cleaned:
    """Check the cells of a column, given as `shared/files/reading/vectors.py` gives them."""
    rule = _RULES[column.holds](column, today)
    if rule.kept and frame.select(PLAIN.str.contains(rule.kept).fill_null(not column.required).all()).item():
        return Cleaned(frame["plain"], pl.repeat(None, len(frame), dtype=pl.String, eager=True))
    checks, value = [*_before(column), *rule.checks], rule.value
    if column.masked and column.holds in _MASKED_DIGITS:  # a masked name, or address, passes as one that is not does
        checks, value = _let_pass((SORT == Sort.TEXT) & TEXT.str.contains(_MASKED_NUMBER), TEXT, checks, value)
    if column.clearable:
        checks, value = _let_pass(PLAIN == CLEAR, PLAIN, checks, value)
    found = frame.select(code=_first(checks), value=value)
    codes, values = found["code"], found["value"]
    return Cleaned(values if codes.null_count() == len(codes) else values.set(codes.is_not_null(), None), codes)


def _let_pass(these: pl.Expr, kept: pl.Expr, checks: Sequence[Check], value: pl.Expr) -> tuple[list[Check], pl.Expr]:
    """Ask nothing of some cells, and keep them as they stand."""
    passing = these.fill_null(value=False)
    return [(holds & ~passing, code) for holds, code in checks], pl.when(passing).then(kept).otherwise(value)


def _first(checks: Sequence[Check]) -> pl.Expr:
    return pl.coalesce(pl.when(holds).then(pl.lit(code)) for holds, code in checks)


def _before(column: Column) -> list[Check]:
    """Check what is asked of every cell."""
    error = "not_a_number" if column.holds in (Holds.YUAN, Holds.QUANTITY) else "error_cell"
    required = [(TEXT.is_null(), "missing")] if column.required else []
    masked = [(TEXT.str.contains(MASK, literal=True), "masked_value")] if column.holds in _MASKABLE and not column.masked else []
    return [*required, (PLAIN.is_in(_ERRORS), error), *masked]


def _words(_: Column, __: date) -> Rule:
    return Rule(
        TEXT,
        [
            (SORT.is_in([Sort.TRUTH, Sort.OTHER]) | inexact(NUMBER), "not_text"),
            (TEXT.str.contains(_LINES), "many_lines"),
            (TEXT.str.len_chars() > 200, "too_long"),
            (TEXT.str.contains(_UNSAFE), "unsafe_text"),
        ],
    )


def _name(_: Column, __: date) -> Rule:
    return Rule(
        TEXT,
        [
            (SORT != Sort.TEXT, "not_text"),
            ((TEXT.str.len_chars() > 50) | TEXT.str.contains(r"[\t\n]"), "person_name"),
            (TEXT.str.contains(_UNSAFE), "unsafe_text"),
        ],
    )


def _id_number(_: Column, today: date) -> Rule:
    given = PLAIN.str.to_uppercase()
    number = given.str.slice(0, 18)
    born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return Rule(
        number,
        [
            ((SORT != Sort.TEXT) | given.str.contains(_SHORTENED), "not_text"),
            (~(given.str.contains(_ID_NUMBER) | given.str.contains(_CERTIFICATE)), "id_number_form"),
            ((born.is_null() & TEXT.is_not_null()) | (born < _EARLIEST) | (born > today), "id_number_birth"),
            (_check_digit(number) != number.str.slice(17, 1), "id_number_check_digit"),
        ],
    )


def _check_digit(number: pl.Expr) -> pl.Expr:
    """Compute the last character from the seventeen before it (GB 11643)."""
    digits = number.str.slice(0, 17).cast(pl.Int64, strict=False)
    total = pl.sum_horizontal((digits // 10 ** (16 - place) % 10) * weight for place, weight in enumerate(_WEIGHTS))
    return (total % 11).replace_strict(dict(enumerate(_CHECK_DIGITS)), default=None, return_dtype=pl.String)


def _phone(_: Column, __: date) -> Rule:
    wrong = ~SORT.is_in([Sort.TEXT, Sort.NUMBER]) | ~PLAIN.str.contains(_PHONE)
    return Rule(PLAIN, [(PLAIN.str.contains(_SHORTENED) & (SORT == Sort.TEXT), "not_text"), (wrong, "phone")])


def _address(_: Column, __: date) -> Rule:
    return Rule(
        TEXT,
        [
            (SORT.is_in([Sort.TRUTH, Sort.OTHER]) | inexact(NUMBER), "not_text"),
            (TEXT.str.contains(_LINES), "many_lines"),
            (TEXT.str.len_chars() > 100, "address"),
            (TEXT.str.contains(_UNSAFE), "unsafe_text"),
        ],
    )


def _account(_: Column, __: date) -> Rule:
    return Rule(PLAIN, [((SORT != Sort.TEXT) | PLAIN.str.contains(_SHORTENED), "not_text"), (~PLAIN.str.contains(_ACCOUNT), "bank_account")])


def _yuan(_: Column, __: date) -> Rule:
    return _hundredths("money", _LARGEST_MONEY)


def _quantity(_: Column, __: date) -> Rule:
    return _hundredths("quantity", _LARGEST_QUANTITY)


def _hundredths(code: str, largest: float) -> Rule:
    given = _without_thousands(PLAIN)
    cents = NUMBER * 100
    # Spreadsheets show 15 digits of what is kept with 17: 0.1 + 0.2 counts as 0.30.
    off = (cents - cents.round()).abs() > cents.abs() * 4 * 2.0**-52 + 1e-7
    whole = pl.when(NUMBER.is_finite() & (NUMBER.abs() < largest)).then(cents.round()).cast(pl.Int64)
    from_number = pl.concat_str((whole // 100).cast(pl.String), pl.lit("."), (whole % 100).cast(pl.String).str.zfill(2))
    from_text = pl.concat_str(
        given.str.extract(_MONEY, 1), pl.lit("."), given.str.extract(_MONEY, 2).str.strip_prefix(".").fill_null("").str.pad_end(2, "0")
    )
    return Rule(
        pl.coalesce(from_number, from_text),
        [
            (~SORT.is_in([Sort.TEXT, Sort.NUMBER]) | ~NUMBER.is_finite() | given.str.contains(_NO_NUMBER), "not_a_number"),
            ((NUMBER < 0) | given.str.contains(_NEGATIVE), "negative"),
            ((largest <= NUMBER) | off, code),
            ((SORT == Sort.TEXT) & ~(given.str.contains(_MONEY) & (given.cast(pl.Float64, strict=False) < largest)), code),
        ],
        kept=_KEPT_MONEY,
    )


def _count(_: Column, __: date) -> Rule:
    given = _without_thousands(PLAIN)
    number = pl.coalesce(NUMBER, pl.when(given.str.contains(_COUNT)).then(given).cast(pl.Float64, strict=False))
    fits = number.is_finite() & (number == number.round()) & (number <= _LARGEST_COUNT)
    return Rule(
        pl.when(fits).then(number).cast(pl.Int64).cast(pl.String),
        [
            ((NUMBER < 0) | ((SORT == Sort.TEXT) & given.str.contains(_NEGATIVE)), "negative"),
            (~SORT.is_in([Sort.TEXT, Sort.NUMBER]) | (PLAIN.is_not_null() & ~fits.fill_null(value=False)), "count"),
        ],
        kept=_KEPT_COUNT,
    )


def _without_thousands(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_THOUSANDS)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)


def _day(_: Column, __: date) -> Rule:
    given = PLAIN
    month = pl.coalesce(given.str.extract(_DAY, group) for group in range(2, 6))
    spelt = pl.concat_str(given.str.extract(_DAY, 1), month.str.zfill(2), given.str.extract(_DAY, 6).str.zfill(2))
    packed = pl.coalesce(spelt, pl.when(given.str.contains(_PACKED_DAY)).then(given))
    day = (
        pl.when(SORT == Sort.DAY)
        .then(TEXT.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
        .otherwise(packed.str.to_date("%Y%m%d", strict=False))
    )
    wrong = ~SORT.is_in([Sort.TEXT, Sort.DAY]) | day.is_null() | (day < _EARLIEST) | (day > _LATEST)
    return Rule(day.cast(pl.String), [(PLAIN.is_not_null() & wrong, "day")])


def _village(_: Column, __: date) -> Rule:
    return Rule(
        PLAIN.str.extract(_VILLAGE, 1),
        [((SORT != Sort.TEXT) | PLAIN.str.contains(_SHORTENED), "not_text"), (~PLAIN.str.contains(_VILLAGE), "village_form")],
    )


def _choice(column: Column, _: date) -> Rule:
    words = {_folded(word): code for word, code in column.choices.items()}
    code = PLAIN.replace_strict({**{each: each for each in column.choices.values()}, **words}, default=None, return_dtype=pl.String)
    return Rule(code, [(~SORT.is_in([Sort.TEXT, Sort.NUMBER]) | (PLAIN.is_not_null() & code.is_null()), "choice")])


@cache
def _folded(word: str) -> str:
    return str(vectors([word])["plain"][0])


def _reference(_: Column, __: date) -> Rule:
    given = PLAIN.str.to_lowercase()
    return Rule(given, [(~given.str.contains(_REFERENCE), "reference")])


_RULES: dict[Holds, Callable[[Column, date], Rule]] = {
    Holds.WORDS: _words,
    Holds.NAME: _name,
    Holds.ID_NUMBER: _id_number,
    Holds.PHONE: _phone,
    Holds.ADDRESS: _address,
    Holds.ACCOUNT: _account,
    Holds.YUAN: _yuan,
    Holds.QUANTITY: _quantity,
    Holds.COUNT: _count,
    Holds.DAY: _day,
    Holds.VILLAGE: _village,
    Holds.CHOICE: _choice,
    Holds.REFERENCE: _reference,
}

"""What a file of rows is made of (填报表): its columns, what each cell holds, and what may be wrong with one.

A kind of file is a declaration of these, and nothing else: templates, reading, checking and error workbooks follow from it.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MASK = "*"
CLEAR = "-"
"""In a cell of a column that may be cleared: what is registered is to be no more. Of full width it is the same sign."""


class Holds(StrEnum):
    """What the cells of a column hold, and how they are written once they are read.

    Every cell is read as text, trimmed; digits, letters and punctuation of full width count as the ordinary ones, but in names.
    """

    WORDS = "words"  # a text of one line, up to 200 characters
    NAME = "name"  # a person's name, kept as it is written
    ID_NUMBER = "id_number"  # 18 characters, text only: a numeric cell has lost digits
    PHONE = "phone"  # 11 digits, text or number
    ADDRESS = "address"  # one line, up to 100 characters
    ACCOUNT = "account"  # of a bank: 8 to 30 digits, text only
    YUAN = "yuan"  # written "1234.50", not negative
    QUANTITY = "quantity"  # written "3.50", not negative, below a million: mu, square metres, kilometres
    COUNT = "count"  # a whole number, not negative
    DAY = "day"  # written "2026-01-05"
    VILLAGE = "village"  # 12 digits; the village's name may follow after a space
    CHOICE = "choice"  # one of the column's choices, written as its code
    REFERENCE = "reference"  # a UUID of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the field that it fills, its header, what it holds.

    :param choices: for `CHOICE`, the official's word -> the code.
    :param masked: a value as this system masks it (`李**`) is let pass: it stands for what is registered.
    :param clearable: an empty cell leaves what is registered, and `CLEAR` clears it.
    :param note: what the notes sheet says of it.
    """

    field: str
    header: str
    holds: Holds
    required: bool = False
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    masked: bool = False
    clearable: bool = False
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One kind of file: its name in addresses, its title, its version, its columns in order."""

    kind: str
    title: str
    version: int
    columns: Sequence[Column]
    notes: Sequence[str] = ()

    @property
    def mark(self) -> str:
        """What the version cell of a template says."""
        return f"{self.kind}/{self.version}"

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.field == name)

    def row_of(self, thing: object, **written: object) -> list[object]:
        """Write a thing as a row: of each column what is `written` of it, else what the thing has under the column's name."""
        return [written[each.field] if each.field in written else getattr(thing, each.field) for each in self.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a cell, or with a row where no field is named: a code of `shared/files/faults.py` or of the kind itself."""

    field: str | None
    code: str


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"  # 新增
    UPDATED = "updated"  # 更新
    UNCHANGED = "unchanged"  # 无变化
    REFUSED = "refused"  # 未通过


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row, by its number in the file: the header is row 1."""

    row: int
    outcome: Outcome
    faults: Sequence[Fault] = ()

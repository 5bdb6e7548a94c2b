"""Column types that every service uses alike. SQLModel wants a new Column per field, so each is a function of Field."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, Dialect, Integer, LargeBinary, Numeric, Text, TypeDecorator, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

# "C" order: a prefix is a range, and comparison is leakproof, so row-level security keeps the index.
CODE = Text(collation="C")
WORDS = Text()
INSTANT = DateTime(timezone=True)
MONEY = Numeric(14, 2)
DOCUMENT = JSONB(none_as_null=True)


def code(**options: Any) -> Any:
    """A county, township, village, risk or document code."""
    return Field(sa_type=CODE, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def words(**options: Any) -> Any:
    """A text of any length that nothing is compared with."""
    return Field(sa_type=WORDS, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def instant(**options: Any) -> Any:
    """A moment; always with its offset."""
    return Field(sa_type=INSTANT, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def day(**options: Any) -> Any:
    return Field(sa_type=Date, **options)


def money(**options: Any) -> Any:
    """An amount in yuan with two places; pair it with `not_nan`."""
    return Field(sa_type=MONEY, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def sealed(**options: Any) -> Any:
    """A ciphertext or a blind index."""
    return Field(sa_type=LargeBinary, **options)


def document(**options: Any) -> Any:
    """A JSON value that is kept and shown whole, and never searched."""
    return Field(sa_type=DOCUMENT, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def counted(start: int) -> Any:
    """A whole number that begins with one value and is counted on by the database."""
    return Field(default=start, sa_type=Integer, sa_column_kwargs={"server_default": text(str(start))})


def version() -> Any:
    """How often the row was changed, beginning with 1: the `ETag` of the thing."""
    return counted(1)


class OneOf(TypeDecorator[StrEnum]):
    """A closed set of words: text in the database, the enum's member in Python."""

    impl = Text(collation="C")
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words
        self._members: dict[str | None, StrEnum | None] = {None: None, **{str(word): word for word in words}}

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read a word by looking it up: lists read hundreds of them for a page."""
        return self._members.__getitem__


def one_of(words: type[StrEnum], **options: Any) -> Any:
    """A status. Text with a CHECK (see `only`), never a Postgres enum: its comparison is not leakproof."""
    return Field(sa_type=OneOf(words), **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def only(column: str, words: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=column)


def not_nan(*columns: str) -> list[CheckConstraint]:
    """Refuse NaN: it passes every comparison with a line as false, and spoils every sum."""
    return [CheckConstraint(f"{column} <> 'NaN'", name=column) for column in columns]

"""The rows of a CSV file: comma, tab or semicolon, UTF-8 or GB18030, quoted as Excel and WPS quote.

Promises constant memory, and that a file whose encoding is not one throughout is refused, not read as something else. A row's number is that of
the record, as Excel shows it: a cell may hold line breaks.
"""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Self, TextIO

from shared.files.limits import Limits
from shared.files.reading.columns import letters
from shared.files.reading.rows import RUN, Rows, by_columns
from shared.files.reading.texts.encoding import encoding_of
from shared.files.unreadable import Unreadable

_PIECE = 1 << 20
_SEPARATORS = (",", "\t", ";")


class Delimited:
    """An opened CSV file.

    :raises Unreadable: its encoding is none that is read, or not one throughout.
    """

    guarded = True

    def __init__(self, file: Path, limits: Limits) -> None:
        self._limits = limits
        self._size = max(1, file.stat().st_size)
        encoding = encoding_of(file)
        self._bytes = file.open("rb")
        self._text = TextIOWrapper(self._bytes, encoding=encoding, newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def mark(self) -> None:
        return None  # a table alone bears none

    def rows(self) -> Iterator[Rows]:
        """Read the records.

        :raises Unreadable: its quotation marks or its sizes cannot be accepted.
        """
        csv.field_size_limit(self._limits.characters)
        self._text.seek(0)
        records = csv.reader(self._text, delimiter=_separator(self._text), strict=True)
        number = 0
        while run := _run(records, self._limits, number):
            first, number = number + 1, number + len(run)
            position = min(1.0, self._bytes.tell() / self._size)
            yield Rows(numbers=range(first, number + 1), columns=by_columns(run), position=position)


def _run(records: Iterator[list[str]], limits: Limits, number: int) -> list[list[str]]:
    run: list[list[str]] = []
    try:
        for record in records:
            if len(record) > limits.columns and any(record[limits.columns :]):
                raise Unreadable("too_many_columns", row=number + len(run) + 1, column=letters(limits.columns))
            run.append(record[: limits.columns])
            if len(run) == RUN:
                break
    except csv.Error as error:
        code = "cell_too_long" if "field limit" in str(error) else "csv_quotes"
        raise Unreadable(code, row=number + len(run) + 1) from error
    return run


def _separator(text: TextIO) -> str:
    """Find what separates the headers: that which there is most of outside quotation marks."""
    line = re.sub(r'"[^"]*"', "", text.readline(_PIECE))
    text.seek(0)
    return max(_SEPARATORS, key=line.count)

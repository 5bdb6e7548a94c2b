"""What happens to a file in the process that reads it: the header, then run after run the cleaned rows with their faults.

Promises that a row is either in what comes out or empty, and that what is wrong with it is named by field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any

import orjson
import polars as pl

from shared.files.limits import Limits
from shared.files.reading.cleaning import Cleaned, clean
from shared.files.reading.columns import blank, letters, places, without_header
from shared.files.reading.rows import Rows
from shared.files.reading.sources import Source, opened
from shared.files.reading.vectors import vectors
from shared.files.reading.workbooks.merges import MERGED
from shared.files.unreadable import Unreadable
from shared.kernel.sheets import Sheet

Faults = Mapping[int, Mapping[int, str]]  # place of the column -> place of the row -> code


def batches(file: Path, sheet: Sheet, limits: Limits, today: date) -> Iterator[Mapping[str, object]]:
    """Read a file as `frames` does, in values that JSON can hold."""
    for position, frame in frames(file, sheet, limits, today):
        yield {"position": position, "columns": frame.to_dict(as_series=False)}


def frames(file: Path, sheet: Sheet, limits: Limits, today: date) -> Iterator[tuple[float, pl.DataFrame]]:
    """Read a file: the part that is read so far, and rows as `shared/files/reading/batches.py` promises them.

    :raises Unreadable: nothing of it is taken.
    """
    with opened(file, limits) as source:
        _refuse_other_templates(source, sheet)
        checker = Checker(sheet, today=today, guarded=source.guarded, longest=limits.characters)
        rows = 0
        for run in source.rows():
            frame = checker.checked(run)
            if rows + len(frame) > limits.rows:
                raise Unreadable("too_many_rows", row=frame["row"][limits.rows - rows])
            rows += len(frame)
            if len(frame):
                yield run.position, frame
        if not rows:
            raise Unreadable("no_rows" if checker.has_header else "empty_file")


def _refuse_other_templates(source: Source, sheet: Sheet) -> None:
    """Hold the mark of our own templates against the kind of file that is wanted."""
    mark = source.mark()
    if mark is None or mark == sheet.mark:
        return
    raise Unreadable("old_template" if mark.partition("/")[0] == sheet.kind else "wrong_template")


class Checker:
    """Checks the runs of a file, which begins with its header."""

    def __init__(self, sheet: Sheet, *, today: date, guarded: bool, longest: int) -> None:
        self._sheet, self._today, self._guarded, self._longest = sheet, today, guarded, longest
        self._headers: list[str] = []
        self._places: Mapping[str, int] = {}

    @property
    def has_header(self) -> bool:
        return bool(self._headers)

    def checked(self, run: Rows) -> pl.DataFrame:
        """Clean a run; empty rows are left out.

        :raises Unreadable: the header is not one of this kind of file, or a cell is longer than Excel takes.
        """
        skipped = 0 if self._headers else self._take_header(run)
        numbers = run.numbers[skipped:]
        cells = {place: self._vectors(column[skipped:], place, numbers) for place, column in enumerate(run.columns) if self._matters(place)}
        faults = {place: {row - skipped: code for row, code in run.faults[place].items() if row >= skipped} for place in run.faults if place in cells}
        kept = _held(cells.values()) | _odd(faults.values(), len(numbers)) if cells else pl.Series([], dtype=pl.Boolean)
        return self._rows(numbers, cells, faults).filter(kept) if kept.any() else pl.DataFrame()

    def _matters(self, place: int) -> bool:
        """Say whether a column is ours, or has no header, so that what stands in it would be lost."""
        return place in self._places.values() or without_header(self._headers, place)

    def _take_header(self, run: Rows) -> int:
        """Read the header, if anything stands in this run; give how many rows to skip."""
        number = len(run.numbers)
        first = min((next((at for at, cell in enumerate(column) if not blank(cell)), number) for column in run.columns), default=number)
        if first == number:
            return number
        if run.numbers[first] > 1:
            raise Unreadable("header_not_first", row=run.numbers[first])
        self._headers = ["" if blank(column[first]) else str(column[first]).strip() for column in run.columns]
        self._places = places(self._headers, self._sheet)
        return first + 1

    def _vectors(self, column: Sequence[object], place: int, numbers: range) -> pl.DataFrame:
        for number, cell in zip(numbers, column, strict=True) if self._is_long(column) else ():
            if isinstance(cell, str) and len(cell) > self._longest:
                name = self._headers[place] if place in self._places.values() else letters(place)
                raise Unreadable("cell_too_long", row=number, column=name)
        return vectors(column, guarded=self._guarded)

    def _is_long(self, column: Sequence[object]) -> bool:
        only_texts = set(map(type, column)) <= {str, NoneType}
        texts: Iterable[Any] = filter(None, column) if only_texts else (cell for cell in column if isinstance(cell, str))
        return max(map(len, texts), default=0) > self._longest

    def _rows(self, numbers: range, cells: Mapping[int, pl.DataFrame], faults: Faults) -> pl.DataFrame:
        """Put the columns of the sheet side by side, with what is wrong with each row."""
        values: dict[str, pl.Series] = {}
        told: list[pl.Series] = []
        for column in self._sheet.columns:
            place = self._places.get(column.field, -1)
            if place < 0 and not column.required:  # the file has no such column
                values[column.field] = pl.Series([None] * len(numbers), dtype=pl.String)
                continue
            frame = cells[place] if place in cells else _nothing(len(numbers))
            cleaned = overruled(clean(column, frame, today=self._today), faults.get(place, {}))
            values[column.field] = cleaned.values
            told.append(_told(column.field, cleaned.codes))
        others = [place for place in cells if place not in self._places.values()]
        if others:
            lost = _held(cells[place] for place in others) | _odd((faults.get(place, {}) for place in others), len(numbers))
            told.append(_told(None, pl.select(pl.when(lost).then(pl.lit("extra_cells"))).to_series()))
        return pl.DataFrame({"row": pl.Series(numbers, dtype=pl.UInt32), **values, "faults": _joined(told)})


def _nothing(number: int) -> pl.DataFrame:
    return vectors([None] * number)


def overruled(cleaned: Cleaned, codes: Mapping[int, str]) -> Cleaned:
    """Put what was found wrong with whole cells in the place of what was found in their texts."""
    if not codes:
        return cleaned
    rows = pl.Series(list(codes), dtype=pl.UInt32)
    return Cleaned(cleaned.values.scatter(rows, None), cleaned.codes.scatter(rows, pl.Series(list(codes.values()), dtype=pl.String)))


def _held(cells: Iterable[pl.DataFrame]) -> pl.Series:
    """Say which rows hold anything."""
    texts = pl.DataFrame({str(place): frame["text"] for place, frame in enumerate(cells)})
    return texts.select(pl.any_horizontal(pl.all().is_not_null())).to_series()


def _odd(faults: Iterable[Mapping[int, str]], number: int) -> pl.Series:
    """Say which rows hold a formula or an error value, though nothing may be shown of it."""
    rows = {row for codes in faults for row, code in codes.items() if code != MERGED}
    return pl.Series([row in rows for row in range(number)] if rows else [False] * number, dtype=pl.Boolean)


def _told(field: str | None, codes: pl.Series) -> pl.Series:
    """Write the faults of a column as JSON."""
    if codes.null_count() == len(codes):
        return codes
    before = f'[{orjson.dumps(field).decode()},"'
    return pl.select(pl.concat_str(pl.lit(before), codes, pl.lit('"]'))).to_series()


def _joined(told: Sequence[pl.Series]) -> pl.Series:
    """Write the faults of each row as a JSON list; null where there are none."""
    joined = pl.concat_str([each for each in told if each.null_count() < len(each)] or told[:1], separator=",", ignore_nulls=True)
    return pl.select(pl.when(joined != "").then(pl.concat_str(pl.lit("["), joined, pl.lit("]")))).to_series()

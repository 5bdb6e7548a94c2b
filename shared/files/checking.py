"""What happens to a file in the process that reads it: format, header, then run after run the cleaned rows with their faults.

Promises that a row is either in what comes out or empty, and that what is wrong with it is named by field.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import orjson
import polars as pl

from shared.files.cleaning import Cleaned, clean
from shared.files.columns import blank, key, letters, places
from shared.files.limits import Limits
from shared.files.merges import MERGED
from shared.files.rows import Rows
from shared.files.sources import Source, opened
from shared.files.unreadable import Unreadable
from shared.files.vectors import vectors
from shared.kernel.sheets import Sheet


def batches(file: Path, sheet: Sheet, limits: Limits, today: date) -> Iterator[object]:
    """Read a file: for each batch its position, then its rows as an Arrow stream.

    :raises Unreadable: nothing of it is taken.
    """
    with opened(file, limits) as source:
        _refuse_other_templates(source, sheet)
        checker = Checker(sheet, today=today, guarded=source.guarded, longest=limits.characters)
        rows = 0
        for run in source.rows():
            frame = checker.checked(run)
            rows += len(frame)
            if rows > limits.rows:
                raise Unreadable("too_many_rows", row=run.numbers[-1])
            if len(frame):
                yield run.position
                yield _arrow(frame)
    if not rows:
        raise Unreadable("no_rows")


def _arrow(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer)
    return buffer.getvalue()


def _refuse_other_templates(source: Source, sheet: Sheet) -> None:
    """Hold the mark of our own templates against the kind of file that is wanted."""
    if not (mark := source.mark()):
        return
    kind, _, version = mark.partition("/")
    if kind != sheet.kind:
        raise Unreadable("wrong_template")
    if version != str(sheet.version):
        raise Unreadable("old_template")


class Checker:
    """Checks the runs of a file, the first of which begins with the header."""

    def __init__(self, sheet: Sheet, *, today: date, guarded: bool, longest: int) -> None:
        self._sheet, self._today, self._guarded, self._longest = sheet, today, guarded, longest
        self._headers: list[str] | None = None
        self._places: dict[str, int] = {}

    def checked(self, run: Rows) -> pl.DataFrame:
        """Clean a run.

        :raises Unreadable: the header is not one of this kind of file, or a cell is longer than Excel takes.
        """
        skipped = 0
        if self._headers is None:
            skipped = self._take_header(run)
        if self._headers is None:
            return pl.DataFrame()
        cells = {place: self._vectors(column[skipped:], place, run) for place, column in enumerate(run.columns) if self._matters(place)}
        faults = {place: {row - skipped: code for row, code in codes.items() if row >= skipped} for place, codes in run.faults.items()}
        return self._rows(run.numbers[skipped:], cells, faults)

    def _take_header(self, run: Rows) -> int:
        """Read the header where the first row with anything in it stands; give how many rows that takes."""
        rows = (next((at for at, cell in enumerate(column) if not blank(cell)), len(run.numbers)) for column in run.columns)
        first = min(rows, default=len(run.numbers))
        if first == len(run.numbers):
            return first
        if run.numbers[first] > 1:
            raise Unreadable("header_not_first", row=run.numbers[first])
        self._headers = ["" if blank(column[first]) else str(column[first]) for column in run.columns]
        self._places = {column.field: place for place, column in places(self._headers, self._sheet).items()}
        return first + 1

    def _matters(self, place: int) -> bool:
        """Say whether a column is ours, or has no header, so that a value would be lost in it."""
        headers = self._headers or []
        return place in self._places.values() or place >= len(headers) or not key(headers[place])

    def _vectors(self, column: Sequence[object], place: int, run: Rows) -> pl.DataFrame:
        frame = vectors(column, guarded=self._guarded)
        if (frame["text"].str.len_bytes().max() or 0) > self._longest:  # pyright: ignore[reportOperatorIssue]  (a number)
            self._refuse_long(frame["text"].str.len_chars() > self._longest, place, run)
        return frame

    def _refuse_long(self, long: pl.Series, place: int, run: Rows) -> None:
        if long.any():
            raise Unreadable("cell_too_long", row=run.numbers[len(run.numbers) - len(long) + long.arg_true()[0]], column=letters(place))

    def _rows(self, numbers: Sequence[int], cells: Mapping[int, pl.DataFrame], faults: Mapping[int, Mapping[int, str]]) -> pl.DataFrame:
        """Put the columns of the sheet side by side, with what is wrong with each row; empty rows are left out."""
        fields: dict[str, pl.Series] = {}
        told: list[pl.Series] = []
        for column in self._sheet.columns:
            place = self._places.get(column.field)
            if place is None or place not in cells:  # it is not in the file, or empty in all of this run
                cleaned = clean(column, vectors([None] * len(numbers)), today=self._today) if place is not None else _absent(len(numbers))
            else:
                cleaned = clean(column, cells[place], today=self._today)
            cleaned = overruled(cleaned, faults.get(place, {}) if place is not None else {})
            fields[column.field] = cleaned.values
            told.append(_told(column.field, cleaned.codes))
        held = [frame["text"].is_not_null() for frame in cells.values()]
        lost = [frame["text"].is_not_null() for place, frame in cells.items() if place not in self._places.values()]
        told.append(_told(None, pl.select(pl.when(pl.any_horizontal(lost)).then(pl.lit("extra_cells"))).to_series() if lost else _nothing(len(numbers))))
        frame = pl.DataFrame({"row": pl.Series(numbers, dtype=pl.UInt32), **fields, "faults": _joined(told)})
        return frame.filter(pl.any_horizontal([*held, _odd(faults, len(numbers))]))


def overruled(cleaned: Cleaned, codes: Mapping[int, str]) -> Cleaned:
    """Put what was found wrong with whole cells in the place of what was found in their texts."""
    if not codes:
        return cleaned
    rows = pl.Series(list(codes), dtype=pl.UInt32)
    return Cleaned(cleaned.values.scatter(rows, None), cleaned.codes.scatter(rows, pl.Series(list(codes.values()), dtype=pl.String)))


def _absent(number: int) -> Cleaned:
    return Cleaned(_nothing(number), _nothing(number))


def _nothing(number: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, number)


def _odd(faults: Mapping[int, Mapping[int, str]], number: int) -> pl.Series:
    """Say which rows hold a formula or an error value, though the library may show nothing of it."""
    rows = {row for codes in faults.values() for row, code in codes.items() if code != MERGED}
    return pl.Series([row in rows for row in range(number)], dtype=pl.Boolean)


def _told(field: str | None, codes: pl.Series) -> pl.Series:
    """Write the faults of a column as JSON."""
    before = f"[{orjson.dumps(field).decode()},\""
    return pl.select(pl.concat_str(pl.lit(before), codes, pl.lit('"]'))).to_series()


def _joined(told: Sequence[pl.Series]) -> pl.Series:
    told = [each for each in told if each.null_count() < len(each)] or [told[0]]
    joined = pl.concat_str(told, separator=",", ignore_nulls=True)
    return pl.select(pl.when(joined != "").then(pl.concat_str(pl.lit("["), joined, pl.lit("]")))).to_series()

"""Writing a report in a child process: what became of the rows comes from a file of JSON lines, `[row, outcome, [[field, code], …]]`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from shared.files.limits import Limits
from shared.files.writing.report import write_report
from shared.kernel.sheets import Fault, Outcome, RowResult, Sheet


def write(
    source: Path,
    sheet: Sheet,
    results: Path,
    to: Path,
    sentences: Mapping[str, tuple[str, str]],
    counts: Mapping[Outcome, int],
    whole: bool,
    limits: Limits,
) -> None:
    """Write the report, whole or not at all."""
    part = to.with_suffix(".part")
    write_report(source, sheet, _results(results), part, limits=limits, sentences=sentences, counts=counts, whole=whole)
    part.replace(to)


def _results(file: Path) -> Iterator[RowResult]:
    with file.open("rb") as lines:
        for line in lines:
            row, outcome, faults = orjson.loads(line)
            yield RowResult(row=row, outcome=Outcome(outcome), faults=tuple(Fault(field=field, code=code) for field, code in faults))

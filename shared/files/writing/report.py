"""What became of an uploaded file, as a workbook: the rows that were refused first, each with its reasons, then the others.

It can be corrected and uploaded as it is: the reader looks past the three columns in front, and the notes bear the version mark.
Promises: the memory needed grows with the rows that were refused, and by one byte with each other row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from shared.files.limits import Limits
from shared.files.reading.cells import cells_of
from shared.files.reading.formats import Format, format_of
from shared.files.writing.results_page import OUTCOME_WORDS, ResultsPage, Sentences
from shared.files.writing.tables import unguarded
from shared.files.writing.workbook import REPORT_COLUMNS, add_notes, workbook
from shared.kernel.sheets import Outcome, RowResult, Sheet

__all__ = ["REPORT_COLUMNS", "write_report"]

_OUTCOMES = tuple(Outcome)
_HOW_TO_GO_ON = (
    "红底单元格有误，原因见“问题说明”列和单元格批注。",
    "请直接在本文件“结果”表中改正，保存后重新上传；前三列由系统填写，再次导入时忽略，不必删除。",
    "“原行号”是该行在所上传文件中的行号，表头为第1行。",
)


def write_report(
    source: Path,
    sheet: Sheet,
    results: Iterable[RowResult],
    to: Path,
    *,
    limits: Limits,
    sentences: Sentences,
    whole: bool,
    counts: Mapping[Outcome, int] | None = None,
) -> None:
    """Write what became of each row of an uploaded file.

    :param results: in the order of the file; a row without one is unchanged.
    :param sentences: the reason for each code, in Chinese and in English.
    :param counts: how many rows of the file came to what, if `results` does not hold them all.
    :param whole: the rows that were not refused follow, in the order of the file.
    :raises Unreadable: the source cannot be read.
    :raises ValueError: there are more rows to show than a workbook holds.
    """
    with workbook(to) as book:
        rows = _originals(source, limits)
        page = ResultsPage(book, sheet, next(rows, (1, []))[1], sentences)
        others = _write_refused(page, _paired(rows, results, to_the_end=whole))
        if whole:
            _write_others(page, _originals(source, limits), others)
        page.finish()
        add_notes(book, sheet, _notes(counts or page.counts, whole=whole))


def _originals(source: Path, limits: Limits) -> Iterator[tuple[int, list[object]]]:
    """Give the rows of a file, those of a CSV without what guards a text there: no workbook needs it, and no reader would take it away."""
    guarded = format_of(source) is Format.CSV
    for row, cells in cells_of(source, limits):
        yield row, [unguarded(cell) if isinstance(cell, str) else cell for cell in cells] if guarded else cells


def _paired(
    rows: Iterable[tuple[int, list[object]]], results: Iterable[RowResult], *, to_the_end: bool
) -> Iterator[tuple[RowResult, Sequence[object]]]:
    """Put each row beside its result; a result whose row is not in the file stands alone, a row without one is unchanged.

    :param to_the_end: go on after the last result.
    """
    told = iter(results)
    result = next(told, None)
    for row, cells in rows if to_the_end or result is not None else ():
        if result is None and not to_the_end:
            return
        while result is not None and result.row < row:
            yield result, ()
            result = next(told, None)
        if result is not None and result.row == row:
            yield result, cells
            result = next(told, None)
        else:
            yield RowResult(row=row, outcome=Outcome.UNCHANGED), cells
    while result is not None:
        yield result, ()
        result = next(told, None)


def _write_refused(page: ResultsPage, rows: Iterable[tuple[RowResult, Sequence[object]]]) -> bytearray:
    """Write the rows that something is wrong with; give of each other row, at its number, one more than the place of its outcome."""
    others = bytearray()
    for result, cells in rows:
        page.counts[result.outcome] += 1
        if result.outcome is Outcome.REFUSED or result.faults:
            page.write(result, cells)
        else:
            others.extend(bytes(max(0, result.row + 1 - len(others))))
            others[result.row] = _OUTCOMES.index(result.outcome) + 1
    return others


def _write_others(page: ResultsPage, rows: Iterator[tuple[int, list[object]]], others: bytearray) -> None:
    next(rows, None)
    for row, cells in rows:
        if row < len(others) and others[row]:
            page.write(RowResult(row=row, outcome=_OUTCOMES[others[row] - 1]), cells)


def _notes(counts: Mapping[Outcome, int], *, whole: bool) -> list[str]:
    """Tell how many rows came to what, and how to go on."""
    told = [f"{word}：{counts.get(outcome, 0)} 行" for outcome, word in OUTCOME_WORDS.items()]
    shown = "未通过的和有提示的行排在最前，其余各行按原顺序列在其后。" if whole else "本表只列出有问题的行。"
    return [*told, "", shown, *_HOW_TO_GO_ON]

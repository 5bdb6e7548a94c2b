"""The uploaded file back, with what became of its rows."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.workbook import Workbook
from python_calamine import load_workbook

from shared.files.limits import Limits
from shared.files.writing.report import REPORT_COLUMNS, write_report
from shared.files.writing.tables import write_csv, write_xlsx
from shared.kernel.sheets import Fault, Outcome, RowResult
from tests.shared.files.written import PAYLOADS, a_row, a_sheet, taken

SENTENCES = {
    "id_number": ("身份证号码的校验位不对。", "The check digit of the ID number is wrong."),
    "required": ("必填项未填。", "This has to be filled."),
    "twice": ("与另一行重复。", "Another row says the same."),
}
HEADERS = ["姓名", "身份证号码", "联系电话", "所在村", "户类型", "人均纯收入", "人数", "纳入日期", "备注", "系统编号"]
REFUSED = [
    RowResult(row=3, outcome=Outcome.REFUSED, faults=[Fault(field="id_number", code="id_number"), Fault(field="name", code="required")]),
    RowResult(row=4, outcome=Outcome.CREATED),
    RowResult(row=5, outcome=Outcome.REFUSED, faults=[Fault(field=None, code="twice")]),
]


def a_source(folder: Path) -> Path:
    names = ["甲", None, "丙", "丁", "戊"]
    write_xlsx(folder / "source.xlsx", a_sheet(), [a_row(name=name) for name in names])
    return folder / "source.xlsx"


def a_report(source: Path, results: Sequence[RowResult], *, whole: bool = True) -> Workbook:
    to = source.with_name("report.xlsx")
    write_report(source, a_sheet(), results, to, limits=Limits(), sentences=SENTENCES, whole=whole)
    return openpyxl.load_workbook(to)


def shown(book: Workbook, columns: int = 4) -> list[list[object]]:
    return [[cell.value for cell in row[:columns]] for row in book["结果"].iter_rows(min_row=2)]


def marked(book: Workbook) -> list[str]:
    return [cell.coordinate for row in book["结果"].iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"]


def test_refused_rows_come_first_and_each_has_its_number_in_the_file(tmp_path: Path) -> None:
    book = a_report(a_source(tmp_path), REFUSED)

    assert [cell.value for cell in book["结果"][1]] == [*REPORT_COLUMNS, *HEADERS]
    assert shown(book) == [
        [3, "未通过", "身份证号码：身份证号码的校验位不对；姓名：必填项未填", None],
        [5, "未通过", "与另一行重复", "丁"],
        [2, "无变化", None, "甲"],
        [4, "新增", None, "丙"],
        [6, "无变化", None, "戊"],
    ]


def test_only_the_refused_rows_are_shown_when_that_is_asked_for(tmp_path: Path) -> None:
    assert [row[0] for row in shown(a_report(a_source(tmp_path), REFUSED, whole=False))] == [3, 5]


def test_an_accepted_row_that_something_is_said_of_is_among_the_first(tmp_path: Path) -> None:
    book = a_report(a_source(tmp_path), [RowResult(row=6, outcome=Outcome.UPDATED, faults=[Fault(field="name", code="twice")])], whole=False)

    assert shown(book) == [[6, "更新", "姓名：与另一行重复", "戊"]]


def test_cells_at_fault_are_marked_and_a_fault_of_the_row_marks_all_of_it(tmp_path: Path) -> None:
    book = a_report(a_source(tmp_path), REFUSED)

    assert marked(book) == ["D2", "E2", *(f"{letter}3" for letter in "ABCDEFGHIJKLM")]


def test_a_marked_cell_bears_its_reason_in_chinese_and_in_english(tmp_path: Path) -> None:
    page = a_report(a_source(tmp_path), REFUSED)["结果"]

    comments = {cell.coordinate: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment}
    assert comments == {
        "D2": "必填项未填。\nThis has to be filled.",
        "E2": "身份证号码的校验位不对。\nThe check digit of the ID number is wrong.",
        "C3": "与另一行重复。\nAnother row says the same.",
    }


def test_cells_are_as_they_were_and_text_stays_text_when_it_is_corrected(tmp_path: Path) -> None:
    page = a_report(a_source(tmp_path), REFUSED)["结果"]

    assert [(cell.value, cell.data_type, cell.number_format) for cell in page[2][4:10]] == [
        ("530902199001010013", "s", "@"),
        ("13800000000", "s", "@"),
        ("530902102201", "s", "@"),
        ("脱贫户", "s", "@"),
        (1234.5, "n", "0.00"),
        (4, "n", "0"),
    ]
    assert page.freeze_panes == "D2"


def test_a_number_where_an_id_number_belongs_is_shown_as_it_was_and_its_cell_takes_text(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "source.xlsx")) as book:
        page = book.add_worksheet("填报")
        page.write_row(0, 0, ["姓名", "身份证号码", "不认识的列"])
        page.write_row(1, 0, ["甲", 530902199001010013, True])

    cells = a_report(tmp_path / "source.xlsx", [])["结果"][2]

    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells[4:]] == [(5.3090219900101e17, "n", "@"), (True, "b", "@")]


def test_a_days_cell_is_shown_as_a_text(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "source.xlsx")) as book:
        page = book.add_worksheet("填报")
        page.write_row(0, 0, ["姓名", "纳入日期"])
        page.write_row(1, 0, ["甲", 46027], book.add_format({"num_format": "yyyy-mm-dd"}))

    assert shown(a_report(tmp_path / "source.xlsx", []), 5)[0] == [2, "无变化", None, "甲", "2026-01-05"]


def test_a_csv_comes_back_as_a_workbook_with_its_texts_and_without_a_formula(tmp_path: Path) -> None:
    write_csv(tmp_path / "source.csv", a_sheet(), [a_row(note=text, name=text) for text in PAYLOADS])

    book = a_report(tmp_path / "source.csv", [RowResult(row=2, outcome=Outcome.REFUSED, faults=[Fault(field="note", code="twice")])])
    texts = [[row[3], row[11]] for row in load_workbook(str(tmp_path / "report.xlsx")).get_sheet_by_name("结果").to_python()[1:]]

    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert texts == [[text.strip(), text.strip()] for text in PAYLOADS]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_a_report_that_is_uploaded_again_gets_its_three_columns_once(tmp_path: Path) -> None:
    a_report(a_source(tmp_path), REFUSED)
    (tmp_path / "report.xlsx").rename(tmp_path / "corrected.xlsx")

    book = a_report(tmp_path / "corrected.xlsx", [RowResult(row=2, outcome=Outcome.REFUSED, faults=[Fault(field="name", code="required")])])

    assert [cell.value for cell in book["结果"][1]] == [*REPORT_COLUMNS, *HEADERS]
    assert shown(book, 5)[0] == [2, "未通过", "姓名：必填项未填", None, "530902199001010013"]
    assert marked(book) == ["D2"]


@pytest.mark.parametrize(("name", "write"), [("source.xlsx", write_xlsx), ("source.csv", write_csv)])
def test_a_report_is_taken_as_the_file_that_it_reports_on(tmp_path: Path, name: str, write: Callable[..., int]) -> None:
    write(tmp_path / name, a_sheet(), [a_row(name=name, note="=1+1") for name in ("甲", "乙", "'丙")])

    a_report(tmp_path / name, [RowResult(row=3, outcome=Outcome.REFUSED, faults=[Fault(field="note", code="twice")])])

    rows = list(taken(tmp_path / "report.xlsx"))
    assert [(row["name"], row["note"], row["faults"]) for row in rows] == [("乙", "=1+1", None), ("甲", "=1+1", None), ("'丙", "=1+1", None)]
    assert {row["id_number"] for row in rows} == {"530902199001010013"}


def test_a_fault_in_a_column_that_the_file_lacks_is_told_beside_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "source.csv").write_text("姓名,备注\r\n甲,乙\r\n", encoding="utf-8-sig")

    book = a_report(tmp_path / "source.csv", [RowResult(row=2, outcome=Outcome.REFUSED, faults=[Fault(field="income", code="required")])])

    assert shown(book) == [[2, "未通过", "人均纯收入：必填项未填", "甲"]]
    assert marked(book) == ["C2"]


def test_a_result_for_a_row_that_the_file_does_not_show_is_not_lost(tmp_path: Path) -> None:
    results = [RowResult(row=row, outcome=Outcome.REFUSED, faults=[Fault(field=None, code="unheard")]) for row in (1, 99)]

    assert shown(a_report(a_source(tmp_path), results, whole=False)) == [[1, "未通过", "unheard", None], [99, "未通过", "unheard", None]]


def test_the_notes_count_the_rows_and_bear_the_mark_that_lets_the_corrected_file_pass(tmp_path: Path) -> None:
    notes = [[cell.value for cell in row[:2]] for row in a_report(a_source(tmp_path), REFUSED)["说明"].iter_rows()]

    assert notes[0] == ["模板版本", "households/3"]
    assert [row[0] for row in notes[3:7]] == ["未通过：2 行", "新增：1 行", "更新：0 行", "无变化：2 行"]
    assert any("重新上传" in str(row[0]) for row in notes)


def test_the_same_file_and_results_give_the_same_bytes(tmp_path: Path) -> None:
    source = a_source(tmp_path)

    a_report(source, REFUSED)
    first = (tmp_path / "report.xlsx").read_bytes()
    a_report(source, REFUSED)

    assert (tmp_path / "report.xlsx").read_bytes() == first


def test_a_report_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        a_report(a_source(tmp_path), [RowResult(row=2, outcome="lost", faults=[Fault(field="name", code="twice")])])  # pyright: ignore[reportArgumentType]

    assert [each.name for each in tmp_path.iterdir()] == ["source.xlsx"]

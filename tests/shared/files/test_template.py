"""The template that a cadre fills."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import load_workbook

from shared.files.unreadable import Unreadable
from shared.files.writing.template import write_template
from shared.kernel.sheets import Column, Holds
from tests.shared.files.written import COLUMNS, a_sheet, taken

VILLAGES = (("530902102201", "某某村"), ("530902102202", "芒岗·新村"))


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.xlsx"
    write_template(file, a_sheet(), villages=VILLAGES)
    return file


@pytest.fixture
def book(template: Path) -> Workbook:
    return openpyxl.load_workbook(template)


def validation(book: Workbook, column: str) -> DataValidation:
    return next(each for each in book["填报"].data_validations.dataValidation if str(each.sqref) == f"{column}2:{column}1048576")


def listed(book: Workbook, rule: DataValidation) -> list[object]:
    sheet, cells = str(rule.formula1).split("!")
    return [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]


def test_the_first_sheet_holds_the_headers_alone_and_keeps_them_in_sight(book: Workbook) -> None:
    page = book.worksheets[0]

    assert page.title == "填报"
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [[column.header for column in COLUMNS]]
    assert page.freeze_panes == "A2"
    assert (page.page_setup.orientation, page.print_title_rows) == ("landscape", "$1:$1")


def test_what_must_be_filled_has_another_colour_and_the_same_header(book: Workbook) -> None:
    page = book["填报"]

    assert page["A1"].fill.fgColor.rgb == "FFC00000"
    assert page["C1"].fill.fgColor.rgb != "FFC00000"
    assert page["A1"].value == "姓名"


def test_all_but_amounts_and_counts_are_text_columns_so_that_id_numbers_stay_whole(book: Workbook) -> None:
    looks = [book["填报"].column_dimensions[letter].number_format for letter in "ABCDEFGHIJ"]

    assert looks == ["@", "@", "@", "@", "@", "0.00", "0", "@", "@", "@"]


def test_every_header_tells_what_is_asked_for(book: Workbook) -> None:
    comment = book["填报"]["B1"].comment

    assert comment is not None
    assert comment.text == "必填\n18位身份证号码，按文本填写。\n示例：530902199001010013"
    assert all(cell.comment for cell in book["填报"][1])
    assert validation(book, "B").prompt == comment.text


def test_choices_and_villages_are_chosen_from_the_hidden_sheet(book: Workbook) -> None:
    assert book["选项"].sheet_state == "hidden"
    assert listed(book, validation(book, "E")) == ["脱贫户", "监测户", "监测对象"]
    assert listed(book, validation(book, "D")) == ["530902102201 某某村", "530902102202 芒岗·新村"]


def test_a_choice_is_held_to_its_list_and_a_village_may_be_typed(book: Workbook) -> None:
    assert validation(book, "E").errorStyle in (None, "stop")
    assert validation(book, "D").errorStyle == "warning"


def test_amounts_and_counts_are_not_negative(book: Workbook) -> None:
    income, people = validation(book, "F"), validation(book, "G")

    assert (income.type, income.operator, income.formula1) == ("decimal", "greaterThanOrEqual", "0")
    assert (people.type, people.operator, people.formula1) == ("whole", "greaterThanOrEqual", "0")


def test_what_may_be_cleared_offers_the_sign_and_lets_it_stand_for_a_number(tmp_path: Path) -> None:
    columns = [
        Column(field="fuel", header="燃料", holds=Holds.CHOICE, choices={"电": "electricity"}, clearable=True),
        Column(field="farmland", header="耕地", holds=Holds.QUANTITY, clearable=True),
    ]
    write_template(tmp_path / "template.xlsx", a_sheet(*columns))
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")

    assert listed(book, validation(book, "A")) == ["电", "-"]
    assert (validation(book, "B").type, validation(book, "B").errorStyle) == ("decimal", "warning")
    assert "填“-”清除" in str(validation(book, "B").prompt)


def test_without_villages_the_village_is_typed(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx", a_sheet())
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")

    assert validation(book, "D").type in (None, "none")
    assert listed(book, validation(book, "E")) == ["脱贫户", "监测户", "监测对象"]


def test_a_kind_without_anything_to_choose_has_a_template_too(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx", a_sheet(Column(field="name", header="姓名", holds=Holds.NAME)))

    assert openpyxl.load_workbook(tmp_path / "template.xlsx").sheetnames == ["填报", "说明", "选项"]


def test_the_notes_bear_the_version_mark_and_explain_every_column(template: Path) -> None:
    rows = load_workbook(str(template)).get_sheet_by_name("说明").to_python()

    assert rows[0][:2] == ["模板版本", "households/3"]
    assert [row[0] for row in rows[2:5]] == ["农户信息表", "一户一行。", "=请勿改动表头"]
    assert rows[6] == ["列名", "是否必填", "填写要求", "示例", "可选内容"]
    assert rows[7] == ["姓名", "必填", "姓名，与身份证件一致。", "李四", ""]
    assert rows[11] == ["户类型", "选填", "从下拉列表中选择。", "", "脱贫户、监测户、监测对象"]
    assert rows[12][2] == "金额，单位为元，不小于0，最多两位小数。上一年度。"
    assert len(rows) == 7 + len(COLUMNS)


def test_no_text_of_a_template_is_a_formula(book: Workbook) -> None:
    assert {cell.data_type for page in book for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_a_note_of_any_length_is_told_as_far_as_excel_shows_it(tmp_path: Path) -> None:
    column = Column(field="name", header="很长的列名" * 10, holds=Holds.NAME, note="说明" * 500)

    write_template(tmp_path / "template.xlsx", a_sheet(column))

    assert len(validation(openpyxl.load_workbook(tmp_path / "template.xlsx"), "A").prompt or "") == 200


def test_a_filled_template_is_let_in_and_an_empty_one_has_no_rows(template: Path, book: Workbook, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        list(taken(template))
    book["填报"].append(["李四", "530902199001010013", "13800000000", "530902102201 某某村", "监测户", 12.5, 3, "2026.1.5"])
    book.save(tmp_path / "filled.xlsx")

    assert refused.value.code == "no_rows"
    assert [list(row.values())[1:9] for row in taken(tmp_path / "filled.xlsx")] == [
        ["李四", "530902199001010013", "13800000000", "530902102201", "watched", "12.50", "3", "2026-01-05"]
    ]


def test_the_same_declaration_gives_the_same_bytes(tmp_path: Path, template: Path) -> None:
    write_template(tmp_path / "again.xlsx", a_sheet(), villages=VILLAGES)

    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()

"""The template that a cadre fills in Excel or WPS: the table, what each column asks for, and the lists to choose from."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook

from shared.files.writing.workbook import (
    CHOICES_SHEET,
    FILL_SHEET,
    ROWS_OF_A_SHEET,
    add_notes,
    column_format,
    header_format,
    set_print,
    width,
    workbook,
)
from shared.kernel.sheets import CLEAR, Column, Holds, Sheet

_HINTS = {
    Holds.WORDS: "一行文字，不超过200字",
    Holds.NAME: "姓名，与身份证件一致",
    Holds.ID_NUMBER: "18位身份证号码，按文本填写",
    Holds.PHONE: "11位手机号码",
    Holds.ADDRESS: "一行文字，不超过100字",
    Holds.ACCOUNT: "8至30位数字，按文本填写",
    Holds.YUAN: "金额，单位为元，不小于0，最多两位小数",
    Holds.QUANTITY: "不小于0的数，最多两位小数",
    Holds.COUNT: "不小于0的整数",
    Holds.DAY: "日期，写作2026-01-05",
    Holds.VILLAGE: "从下拉列表中选择，或填写12位村（社区）代码",
    Holds.CHOICE: "从下拉列表中选择",
    Holds.REFERENCE: "系统编号，请勿改动",
}
_RULES: dict[Holds, dict[str, object]] = {
    Holds.YUAN: {"validate": "decimal", "criteria": ">=", "value": 0},
    Holds.QUANTITY: {"validate": "decimal", "criteria": ">=", "value": 0},
    Holds.COUNT: {"validate": "integer", "criteria": ">=", "value": 0},
    Holds.ID_NUMBER: {"validate": "length", "criteria": "==", "value": 18, "error_type": "warning"},
    Holds.PHONE: {"validate": "length", "criteria": "==", "value": 11, "error_type": "warning"},
}
_LIST_STYLES = {Holds.CHOICE: "stop", Holds.VILLAGE: "warning"}  # a village's code may be typed without its name
_TABLE = ("列名", "是否必填", "填写要求", "示例", "可选内容")
_LONGEST_MESSAGE = 200  # Excel takes 255 UTF-16 units


def write_template(to: Path, sheet: Sheet, *, villages: Sequence[tuple[str, str]] = ()) -> None:
    """Write the empty table of a kind of file, its notes and its lists.

    :param villages: code and name of those that may be chosen.
    """
    lists = _lists(sheet, [f"{code} {name}" for code, name in villages])
    with workbook(to) as book:
        _add_table(book, sheet, lists)
        _add_explanations(book, sheet)
        _add_lists(book, lists)


def _lists(sheet: Sheet, villages: Sequence[str]) -> dict[str, Sequence[str]]:
    """Give what may be chosen in each column that has something to choose from, by its header."""
    held = {each.header: villages if each.holds is Holds.VILLAGE else _chosen(each) for each in sheet.columns}
    return {header: texts for header, texts in held.items() if texts}


def _chosen(column: Column) -> Sequence[str]:
    return [*column.choices, CLEAR] if column.choices and column.clearable else list(column.choices)


def _add_table(book: Workbook, sheet: Sheet, lists: dict[str, Sequence[str]]) -> None:
    page = book.add_worksheet(FILL_SHEET)
    headers = {required: header_format(book, required=required) for required in (True, False)}
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, width(column), column_format(book, column))
        page.data_validation(1, place, ROWS_OF_A_SHEET, place, _validation(column, lists))
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.header, headers[column.required])
        page.write_comment(0, place, _comment(column), {"x_scale": 2, "y_scale": 1.2})
    page.set_row(0, 30)
    page.freeze_panes(1, 0)
    set_print(page)


def _validation(column: Column, lists: dict[str, Sequence[str]]) -> dict[str, object]:
    """Say what Excel checks and tells when a cell of the column is filled."""
    rule = _RULES.get(column.holds, {"validate": "any"})
    if column.header in lists:
        rule = {"validate": "list", "source": _source(column.header, lists), "error_type": _LIST_STYLES[column.holds]}
    elif column.clearable and rule["validate"] != "any":
        rule = {**rule, "error_type": "warning"}  # the sign that clears is no number
    messages = {"input_title": column.header[:30], "input_message": _comment(column)[:_LONGEST_MESSAGE]}
    return {**rule, **messages, "error_title": "填写有误", "error_message": f"“{column.header}”：{_HINTS[column.holds]}。"[:_LONGEST_MESSAGE]}


def _source(header: str, lists: dict[str, Sequence[str]]) -> str:
    place = list(lists).index(header)
    letters = xl_col_to_name(place, col_abs=True)
    return f"='{CHOICES_SHEET}'!{letters}$2:{letters}${len(lists[header]) + 1}"


def _comment(column: Column) -> str:
    lines = ["必填" if column.required else "选填", _asked(column), f"示例：{column.example}" if column.example else ""]
    return "\n".join(line for line in lines if line)


def _asked(column: Column) -> str:
    parts = (_HINTS[column.holds], column.note, f"留空不改动，填“{CLEAR}”清除" if column.clearable else "")
    return "。".join(part.removesuffix("。") for part in parts if part) + "。"


def _add_explanations(book: Workbook, sheet: Sheet) -> None:
    """Add the notes: what the kind of file says of itself, then a line for each column."""
    page = add_notes(book, sheet, sheet.notes)
    first = len(sheet.notes) + 4
    header, wrapped = header_format(book), book.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"})
    for place, word in enumerate(_TABLE):
        page.write_string(first, place, word, header)
    for row, column in enumerate(sheet.columns, start=first + 1):
        required = "必填" if column.required else "选填"
        for place, text in enumerate((column.header, required, _asked(column), column.example, "、".join(column.choices))):
            page.write_string(row, place, text, wrapped)


def _add_lists(book: Workbook, lists: dict[str, Sequence[str]]) -> None:
    """Add the hidden sheet that the drop-downs draw from: a list in each column, under the header of the column that it is for."""
    page = book.add_worksheet(CHOICES_SHEET)
    page.hide()
    for row, texts in enumerate([tuple(lists), *zip_longest(*lists.values())]):
        for place, text in enumerate(texts):
            if text is not None:
                page.write_string(row, place, text)

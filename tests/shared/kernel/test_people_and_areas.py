"""Masks of what identifies a person, and the tree of areas."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from shared.kernel.areas import COUNTIES, ancestry, area_range, counties_in, county_of, is_inside, length_below, overlap
from shared.kernel.people import IdNumber, PersonName, Phone, check_digit, of_fifteen


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (IdNumber("533522197001010010"), "533522********00**"),
        (IdNumber("53352219700101001X"), "533522********00**"),
        (Phone("13912345678"), "139****5678"),
        (PersonName("李文芳"), "李**"),
        (PersonName("李"), "李"),
        (PersonName("李国"), "李*"),
        (PersonName("阿依古丽·买买提"), "阿***"),
        (PersonName(""), ""),
    ],
)
def test_what_identifies_a_person_is_masked_wherever_it_is_printed(value: object, masked: str) -> None:
    assert {str(value), repr(value), f"{value}", f"{value!r}", str([value])[1:-1]} == {masked}


@given(st.text(alphabet="0123456789X", min_size=18, max_size=18))
def test_a_mask_hides_the_day_of_birth_and_the_check_digit(number: str) -> None:
    shown = str(IdNumber(number))

    assert len(shown) == 18
    assert shown[6:14] == "*" * 8
    assert shown[16:] == "**"


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_a_check_digit_is_the_one_of_the_standard(digits: str) -> None:
    assert check_digit(digits) == ric.calc_check_digit(digits + "0")


@given(st.from_regex(r"[1-9][0-9]{5}", fullmatch=True), st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_an_old_number_of_fifteen_digits_is_the_one_of_eighteen_without_its_century_and_check_digit(place: str, born: date, sequence: int) -> None:
    digits = f"{place}{born:%Y%m%d}{sequence:03}"
    number = IdNumber(of_fifteen(digits[:6] + digits[8:]))

    assert number == IdNumber(digits + check_digit(digits))
    assert number.born_on == born


def test_people_are_equal_by_what_they_are_and_not_by_their_mask() -> None:
    assert IdNumber("533522197001010010") == IdNumber("533522197001010010")
    assert IdNumber("533522197001010010") != IdNumber("533522197002020010")
    assert PersonName("李文芳") != PersonName("李国芳")


codes = st.from_regex(r"5309([0-9]{2}([0-9]{3}([0-9]{3})?)?)?", fullmatch=True)


@given(codes, codes)
def test_the_range_of_an_area_holds_just_what_lies_inside(area: str, other: str) -> None:
    lo, hi = area_range(area)

    assert (lo <= other < hi) == is_inside(other, area)


@given(codes)
def test_ancestry_names_the_nearest_first_and_ends_with_the_prefecture(area: str) -> None:
    line = ancestry(area)

    assert line[0] == area
    assert line[-1] == "5309"
    assert [len(each) for each in line] == sorted((len(each) for each in line), reverse=True)
    assert all(is_inside(area, each) for each in line)


@given(st.lists(st.text("01", min_size=1, max_size=4), max_size=6))
def test_areas_overlap_when_one_lies_in_another_or_is_there_twice(codes: list[str]) -> None:
    assert overlap(codes) == any(is_inside(one, other) for n, one in enumerate(codes) for m, other in enumerate(codes) if n != m)


def test_a_prefecture_has_eight_counties_and_a_village_one() -> None:
    assert counties_in("5309") == COUNTIES
    assert len(COUNTIES) == 8
    assert counties_in("530902102201") == ("530902",)
    assert county_of("530902102201") == "530902"
    assert county_of("5309") == "5309"
    assert [length_below(area) for area in ("5309", "530902", "530902102", "530902102201")] == [6, 9, 12, 12]

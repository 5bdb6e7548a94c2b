"""Ids that nobody draws from a sequence, and cursors."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.kernel.areas import COUNTIES
from shared.kernel.ids import derived_id, new_id
from shared.kernel.money import rounded
from shared.kernel.page import Place


def test_a_new_id_is_a_uuid_of_version_7_and_never_the_same() -> None:
    ids = [new_id() for _ in range(1000)]

    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == 1000


def test_ids_of_a_later_millisecond_sort_later() -> None:
    first = new_id()
    time.sleep(0.002)

    assert first < new_id()
    assert first.int >> 80 == pytest.approx(time.time() * 1000, abs=60_000)


def test_a_derived_id_is_the_same_every_time_and_in_every_release() -> None:
    origin = UUID("0192f0c1-7d3e-7000-8000-0000000000aa")

    assert derived_id(origin, "task") == derived_id(origin, "task") == UUID("f758547a-a954-5203-bb82-629c17395314")
    assert derived_id(origin, "task") != derived_id(origin, "flag")
    assert derived_id(origin, "task") != derived_id(UUID(int=1), "task")


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", "0.01"), ("0.004", "0.00"), ("1.335", "1.34"), ("-1.005", "-1.01"), ("5161", "5161.00"), ("1e3", "1000.00")]
)
def test_money_is_rounded_half_up_to_two_places(amount: str, cents: str) -> None:
    assert str(rounded(Decimal(amount))) == cents


places = st.builds(
    Place,
    county=st.sampled_from(COUNTIES),
    due_at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    id=st.uuids(),
)


@given(places)
def test_a_cursor_brings_back_its_place(place: Place) -> None:
    assert Place.parse(str(place)) == place


@given(places)
def test_a_cursor_needs_no_escaping_in_an_address(place: Place) -> None:
    assert set(str(place)) <= set("0123456789abcdef.")


def test_a_cursor_keeps_the_microsecond() -> None:
    due_at = datetime(2021, 10, 12, 16, 0, 0, 1, tzinfo=UTC)

    assert Place.parse(str(Place(county="530902", due_at=due_at, id=UUID(int=7)))).due_at - due_at == timedelta(0)


@given(st.text() | st.from_regex(r"5309[0-9]{2}\.[0-9]{1,20}\.[0-9a-fA-F-]{30,38}", fullmatch=True))
@example("530902.1.{0192f0c17d3e70008000000000aa}")
@example("530902.0001." + "a" * 32)
@example("530902.1." + "A" * 32)
@example("530902.1." + "１" * 32)
@example("530902.1." + "1_" * 15 + "11")
@example("530902.１." + "a" * 32)
@example("530902.1." + "a" * 32 + "\n")
@example("530999.1." + "a" * 32)
@example("530902.-1." + "a" * 32)
@example("530902." + "9" * 5000 + "." + "a" * 32)
@example("530902.9999999999999999999." + "a" * 32)
@example("5309.1." + "a" * 32)
@example("")
@example("..")
def test_what_is_not_a_cursor_of_ours_is_refused(text: str) -> None:
    try:
        place = Place.parse(text)
    except ValueError:
        return
    assert str(place) == text

"""What the law counts: kinds of day, holidays, the nearest area's rule, the day from which it holds."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.builders.people import a_household
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county
from tests.monitoring.conftest import Publish

TOTAL, TOTAL_KIND = "identification.total.days", "identification.total.day_kind"
NOTICE, NOTICE_KIND = "identification.notice.days", "identification.notice.day_kind"


async def on(way: Way, day: str, set_clock: SetClock) -> Way:
    """Go on in the morning of a day."""
    return replace(way, now=await set_clock(datetime.fromisoformat(f"{day}T09:00:00+08:00")))


async def shown(way: Way, case_id: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/cases/{case_id}"))


async def notice_end(way: Way) -> str:
    """Say when a notice of today ends."""
    case_id = await way.case("06")
    done(await way.appraisal(case_id))
    return done(await way.notice(case_id))["notice_ends_at"]


async def test_by_default_the_limit_is_fifteen_calendar_days_and_the_notice_hangs_for_five(way: Way, set_clock: SetClock) -> None:
    monday = await on(way, "2021-09-13", set_clock)

    case = await shown(monday, await monday.case("06"))

    assert (case["due_at"], case["days_left"], case["day_kind"]) == ("2021-09-28T16:00:00Z", 15, "calendar")
    assert await notice_end(await on(way, "2021-09-22", set_clock)) == "2021-09-27T16:00:00Z"


async def test_a_period_that_ends_in_the_national_day_holidays_ends_on_the_first_working_day_after(way: Way, set_clock: SetClock) -> None:
    assert await notice_end(await on(way, "2021-09-29", set_clock)) == "2021-10-08T16:00:00Z"  # the fifth day is 4 October


async def test_in_working_days_holidays_do_not_count_and_worked_sundays_do(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish("530902", NOTICE_KIND, "workday")

    assert await notice_end(await on(way, "2021-09-29", set_clock)) == "2021-10-12T16:00:00Z"  # 30 Sep, 8, 9 (a worked Saturday), 11, 12 Oct
    assert await notice_end(await on(way, "2021-09-22", set_clock)) == "2021-09-28T16:00:00Z"  # 23, 24, 26 (a worked Sunday), 27, 28


async def test_the_longest_period_is_counted_to_its_end(way: Way, publish: Publish) -> None:
    await publish("530902", TOTAL, "366")
    await publish("530902", TOTAL_KIND, "workday")

    case = await shown(way, await way.case("06"))

    assert (case["due_at"], case["days_left"]) == ("2023-03-14T16:00:00Z", 366)


async def test_where_periods_do_not_roll_a_holiday_may_be_the_last_day(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish("530902", "period.rolls_to_workday", "no")

    assert await notice_end(await on(way, "2021-09-29", set_clock)) == "2021-10-04T16:00:00Z"


async def test_a_county_s_own_festival_is_a_day_off_there_and_nowhere_else(way: Way, admin: asyncpg.Connection) -> None:
    await admin.execute("INSERT INTO work_calendar VALUES ('530902', '2021-09-27', false, '测试'), ('530921', '2021-09-28', false, '测试')")
    try:
        assert await notice_end(way) == "2021-09-28T16:00:00Z"
        assert await notice_end(Way(way.call, way.now, Officials.of(OTHER_COUNTY))) == "2021-09-27T16:00:00Z"
    finally:
        await admin.execute("DELETE FROM work_calendar WHERE source = '测试'")


async def test_days_left_are_counted_in_the_kind_of_the_limit_and_go_below_zero(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish("530902", TOTAL, "20")
    await publish("530902", TOTAL_KIND, "workday")
    wednesday = await on(way, "2021-09-22", set_clock)
    case_id = await wednesday.case("06")

    assert (await shown(way, case_id))["due_at"] == "2021-10-25T16:00:00Z"
    for day, left in (("2021-09-22", 20), ("2021-10-02", 13), ("2021-10-25", 0), ("2021-10-26", -1), ("2021-11-01", -5)):
        case = await shown(await on(way, day, set_clock), case_id)
        assert (case["days_left"], case["day_kind"]) == (left, "workday"), day


async def test_calendar_days_left_go_below_zero_too(way: Way, set_clock: SetClock) -> None:
    case_id = await (await on(way, "2021-09-13", set_clock)).case("06")

    for day, left in (("2021-09-27", 1), ("2021-09-28", 0), ("2021-09-29", -1), ("2021-10-05", -7)):
        assert (await shown(await on(way, day, set_clock), case_id))["days_left"] == left, day


async def test_the_nearest_area_s_rule_counts_and_of_its_days_the_latest(way: Way, publish: Publish) -> None:
    for area, days, since in (
        ("5309", "30", "2021-09-22"),
        ("530902", "25", "2021-09-22"),
        ("530902102", "2", "2021-09-01"),
        ("530902102", "7", "2021-09-20"),
        ("530902102202", "9", "2021-09-20"),  # the next village
        ("530921", "8", "2021-09-20"),  # another county
    ):
        await publish(area, NOTICE, days, since)

    assert await notice_end(way) == "2021-09-29T16:00:00Z"
    assert await notice_end(Way(way.call, way.now, Officials.of(NEXT_VILLAGE))) == "2021-10-08T16:00:00Z"


async def test_a_rule_holds_from_the_first_minute_of_its_day_in_lincang(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish("530902", NOTICE, "6", "2021-09-23")

    before = replace(way, now=await set_clock(datetime.fromisoformat("2021-09-22T23:50:00+08:00")))
    assert await notice_end(before) == "2021-09-27T16:00:00Z"
    after = replace(way, now=await set_clock(datetime.fromisoformat("2021-09-23T00:10:00+08:00")))
    assert await notice_end(after) == "2021-09-29T16:00:00Z"


async def test_a_quorum_and_a_majority_are_the_law_s(way: Way, publish: Publish) -> None:
    await publish("530902", "identification.village_appraisal.quorum", "1/2")
    await publish("530902", "identification.village_appraisal.majority", "2/3")

    half = done(await way.appraisal(await way.case("06"), eligible=30, present=15, in_favour=10))
    more = done(await way.appraisal(await way.case("06"), eligible=30, present=15, in_favour=11))

    assert (half["status"], more["status"]) == ("refused", "appraised")


async def test_who_must_differ_is_the_law_s(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish("530902", "identification.county_approval.differs_from", "village_appraisal")
    case_id = await way.noticed("06")
    later = await way.after_notice(set_clock)
    await later.reviewed(case_id)

    answer = await later.approval(case_id, by=county(later.officials.township.id))

    assert answer.status_code == 200


async def test_the_most_risks_of_a_household_are_the_law_s(way: Way, publish: Publish) -> None:
    await publish("530902", "identification.max_risks", "2")
    household_id = await way.household()
    await way.confirmed(await way.lead(household_id), "06", "07")

    third = await way.verification(await way.lead(household_id), outcome="confirmed", risks=["01"])

    assert refused(third) == (409, "TooManyRisks", ["body.risks"])


@pytest.mark.parametrize("path", ["/v1/households", "/v1/leads"])
async def test_a_period_that_reaches_a_year_without_a_calendar_is_refused_with_the_command(
    path: str, way: Way, call: Call, set_clock: SetClock
) -> None:
    household_id = await way.household()
    december = await on(way, "2026-12-25", set_clock)
    lead = {"household_id": household_id, "channel": "disaster", "hardships": ["water"]}

    answer = await call(december.officials.village).post(path, lead if path == "/v1/leads" else a_household())

    assert refused(answer) == (409, "CalendarMissing", [])
    assert "python -m services.monitoring calendar" in answer.json()["title"]

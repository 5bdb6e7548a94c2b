"""A visit moves the date of the next one, trouble that it finds becomes a lead, and a month shows whom the visits reached."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.care.visits import Finding, FindingsContradict, hardships_in
from services.monitoring.domain.periods import Period, PeriodReversed, PeriodsOverlap, fitting
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from tests.builders.places import STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.lists import listed

VILLAGE = "530923101201"  # 永德: no other tests register households here


@pytest.fixture
def far(call: Call, september: datetime) -> Way:
    return Way(call, september, Officials.of(VILLAGE))


async def household(way: Way, household_id: str) -> dict[str, Any]:
    return done(await way.call(county(area=way.officials.county.area)).get(f"/v1/households/{household_id}"))


async def test_the_next_visit_is_due_a_period_after_this_one(way: Way) -> None:
    household_id = await way.household()

    recorded = done(await way.visit(household_id, visited_at="2021-09-21T09:00:00+08:00"))

    assert recorded["due_at"] == "2021-10-21T16:00:00Z"
    assert recorded["lead_id"] is None
    shown = await household(way, household_id)
    assert (shown["due_at"], shown["version"]) == ("2021-10-21T16:00:00Z", 2)


async def test_the_period_is_the_prefecture_s(far: Way, publish: Publish) -> None:
    household_id = await far.household()
    await publish("530923", "household.visit.days", "7")

    assert done(await far.visit(household_id))["due_at"] == "2021-09-29T16:00:00Z"


async def test_trouble_opens_a_lead_with_the_same_words(way: Way) -> None:
    household_id = await way.household()

    recorded = done(await way.visit(household_id, findings=["house", "illness"], note="屋顶漏雨"))

    lead = done(await way.call(village()).get(f"/v1/leads/{recorded['lead_id']}"))
    assert (lead["household_id"], lead["channel"], lead["hardships"], lead["note"], lead["status"]) == (
        household_id,
        "home_visit",
        ["house", "illness"],
        "屋顶漏雨",
        "registered",
    )


async def test_the_limit_of_such_a_lead_counts_from_the_visit(way: Way) -> None:
    household_id = await way.household()

    recorded = done(await way.visit(household_id, findings=["house"], visited_at="2021-09-12T09:00:00+08:00"))
    too_late = await way.visit(household_id, findings=["house"], visited_at="2021-08-12T09:00:00+08:00", by=township())

    lead = done(await way.call(village()).get(f"/v1/leads/{recorded['lead_id']}"))
    assert (lead["heard_at"], lead["due_at"]) == ("2021-09-12T01:00:00Z", "2021-09-27T16:00:00Z")
    assert lead["step_limit"]["due_at"] == lead["due_at"]  # seven days from now, which the whole cuts
    assert refused(too_late) == (422, "HeardTooLongAgo", ["body.visited_at"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"findings": ["nothing", "house"]}, (422, "FindingsContradict", ["body.findings"])),
        ({"findings": ["house", "house"]}, (422, "FindingsContradict", ["body.findings"])),
        ({"visited_at": "2021-09-22T09:00:01+08:00"}, (422, "NotYetHappened", ["body.visited_at"])),
        ({"evidence": []}, (422, "Malformed", ["body.evidence"])),
        ({"position": {"latitude": "23.88"}}, (422, "Malformed", ["body.position.longitude"])),
        ({"position": {"latitude": "-23.88", "longitude": "100.0880"}}, (422, "Malformed", ["body.position.latitude"])),
    ],
)
async def test_what_cannot_be_is_refused(changes: dict[str, Any], said: Any, way: Way) -> None:
    assert refused(await way.visit(await way.household(), **changes)) == said


async def test_one_person_records_a_visit_once_and_in_order_and_a_late_entry_moves_no_date(way: Way) -> None:
    household_id = await way.household()
    times = {hour: f"2021-09-21T{hour:02}:00:00+08:00" for hour in (8, 9, 10)}
    done(await way.visit(household_id, visited_at=times[9]))

    same = await way.visit(household_id, visited_at=times[9])
    earlier = await way.visit(household_id, visited_at=times[8])
    of_other = done(await way.visit(household_id, by=township(), visited_at="2021-09-01T09:00:00+08:00"))
    later = done(await way.visit(household_id, visited_at=times[10]))

    assert refused(same) == refused(earlier) == (409, "VisitedAlready", ["body.visited_at"])
    assert of_other["due_at"] == "2021-10-21T16:00:00Z"
    assert later["due_at"] == "2021-10-21T16:00:00Z"
    assert (await household(way, household_id))["version"] == 3


async def test_note_and_place_are_sealed_and_shown_to_those_who_check(way: Way, admin: asyncpg.Connection, monitoring: Database) -> None:
    household_id = await way.household()
    position = {"latitude": "23.8839", "longitude": "100.0880"}
    recorded = done(await way.visit(household_id, note="老人独居", position=position))

    own, seen = [done(await way.call(reader).get(f"/v1/households/{household_id}/visits"))["items"][0] for reader in (village(), auditor())]

    assert (own["note"], own["position"], own["visited_by"], own["findings"]) == ("老人独居", position, way.officials.village.id, ["nothing"])
    assert (seen["note"], seen["position"]) == (None, None)
    (kept,) = await admin.fetch("SELECT * FROM visit WHERE id = $1", recorded["id"])
    assert monitoring.vault.open(kept["secrets"], table="visit", row=kept["id"]) == {"note": "老人独居", "position": position}
    assert "老人独居" not in str(dict(kept))
    (trace,) = await admin.fetch("SELECT after FROM audit WHERE relation = 'visit' AND after ->> 'id' = $1", recorded["id"])
    assert "findings" not in trace["after"], "what was found is health, too"


async def test_visits_are_read_newest_first_page_by_page_and_reading_leaves_a_trace(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    ids = [done(await way.visit(household_id, visited_at=f"2021-09-1{day}T09:00:00+08:00"))["id"] for day in range(5)]

    found: list[str] = []
    query: dict[str, Any] = {}
    while True:
        page = done(await way.call(village("reader")).get(f"/v1/households/{household_id}/visits", size=2, **query))
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        query = {"before": page["next"]}

    assert found == ids[::-1]
    traces = "SELECT count(*) FROM audit WHERE actor = 'reader' AND act = 'READ' AND after ->> 'id' = $1"
    assert await admin.fetchval(traces, household_id) == 3


@pytest.mark.parametrize("official", [prefecture(), auditor()])
async def test_visits_are_the_village_s_the_township_s_and_the_county_s(official: Actor, way: Way) -> None:
    assert refused(await way.visit(await way.household(), by=official)) == (403, "Forbidden", [])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_household_of_another_area_is_not_visited_nor_are_its_visits_seen(stranger: Actor, way: Way) -> None:
    household_id = await way.household()

    assert refused(await way.visit(household_id, by=stranger))[:2] == (404, "NotFound")
    assert refused(await way.call(stranger).get(f"/v1/households/{household_id}/visits"))[:2] == (404, "NotFound")


async def covered(way: Way, month: str, *, by: Actor | None = None, area: str = VILLAGE) -> tuple[int, int, int, int]:
    items = done(await way.call(by or prefecture()).get("/v1/visit-coverage", area=area, month=month))["items"]
    (row,) = [each for each in items if each["area"] == VILLAGE]
    return row["households"], row["due"], row["visited"], row["overdue"]


async def test_a_month_tells_whom_its_visits_reached_and_goes_on_telling_it_later(far: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    await admin.execute("UPDATE household SET status = 'gone' WHERE area_code = $1", VILLAGE)
    visited, early, missed, late = [await far.household() for _ in range(4)]  # all due by 22 October
    done(await far.visit(early, visited_at="2021-09-21T09:00:00+08:00"))
    september = await covered(far, "2021-09")

    await set_clock(datetime(2021, 10, 25, 1, 0, tzinfo=UTC))
    done(await far.visit(visited, visited_at="2021-10-20T09:00:00+08:00"))
    under_way = await covered(far, "2021-10")
    await set_clock(datetime(2021, 11, 10, 1, 0, tzinfo=UTC))
    over = await covered(far, "2021-10")
    done(await far.visit(late, visited_at="2021-11-09T09:00:00+08:00"))

    assert september == (4, 1, 1, 0)
    assert under_way == (4, 4, 1, 3), "one of October, three due by the 22nd and not visited since"
    assert over == (4, 4, 1, 3)
    assert await covered(far, "2021-10") == over, "what came later changes nothing of it"
    assert await covered(far, "2021-09") == september
    assert await covered(far, "2021-11") == (4, 4, 1, 2)
    assert missed


async def test_coverage_is_of_one_s_own_area(far: Way) -> None:
    await far.household()
    own = await covered(far, "2021-09", by=county(area=VILLAGE[:6]))

    assert own == await covered(far, "2021-09", by=village("v", VILLAGE)) == await covered(far, "2021-09", area=VILLAGE[:6])
    for query in ({}, {"area": "5309"}):
        assert refused(await far.call(prefecture()).get("/v1/visit-coverage", **query)) == (422, "AreaTooWide", ["query.area"])
    items = done(await far.call(county()).get("/v1/visit-coverage", area=VILLAGE))["items"]
    assert items == []
    assert {each["area"][:6] for each in done(await far.call(county()).get("/v1/visit-coverage"))["items"]} <= {"530902"}


@pytest.mark.parametrize("month", ["2021-13", "2021-1", "21-01", "2021-01-01"])
async def test_a_month_is_a_month(month: str, call: Call) -> None:
    assert refused(await call(prefecture()).get("/v1/visit-coverage", month=month)) == (422, "Malformed", ["query.month"])


async def test_who_is_visited_follows_in_the_list_of_next_visits(far: Way) -> None:
    first, second = await far.household(), await far.household()
    done(await far.visit(first, visited_at=far.at(minutes=-1)))
    done(await far.visit(second, visited_at=(far.now - timedelta(days=10)).isoformat()))

    ids = [each["id"] for each in await listed(far.call(far.officials.village), "/v1/households", status="normal")]

    assert ids.index(second) < ids.index(first)


@given(st.lists(st.sampled_from(Finding), min_size=1, max_size=5))
def test_findings_are_nothing_or_hardships_each_once(findings: list[Finding]) -> None:
    fits = len(set(findings)) == len(findings) and (Finding.NOTHING not in findings or findings == [Finding.NOTHING])

    if fits:
        assert [str(each) for each in hardships_in(findings)] == [str(each) for each in findings if each is not Finding.NOTHING]
    else:
        with pytest.raises(FindingsContradict):
            hardships_in(findings)


_days = st.integers(0, 8).map(lambda n: datetime(2021, 1, 1, tzinfo=UTC).date() + timedelta(days=n))
_periods = st.builds(lambda since, until: Period(valid_from=since, valid_to=until), _days, st.none() | _days)


@given(_periods, st.lists(_periods.filter(lambda each: each.valid_to is None or each.valid_to >= each.valid_from), max_size=3))
def test_a_period_fits_if_it_has_a_day_and_shares_none(new: Period, held: list[Period]) -> None:
    def days(period: Period) -> set[int]:
        last = period.valid_to.toordinal() if period.valid_to else new.valid_from.toordinal() + 99
        return set(range(period.valid_from.toordinal(), last))

    if not days(new):
        with pytest.raises(PeriodReversed):
            fitting(new, held)
    elif any(days(new) & days(each) for each in held):
        with pytest.raises(PeriodsOverlap):
            fitting(new, held)
    else:
        assert fitting(new, held) == new

"""The sweep: a warning, then level after level, once each, whatever the clock, the number of sweepers and their deaths."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.monitoring.app import SERVICE
from services.monitoring.domain.deadlines.limits import Level, Subject
from services.monitoring.jobs import duties, watched
from services.monitoring.store.deadlines import raising
from services.monitoring.usecases.deadlines import watch_deadlines as watching
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES, LINCANG
from shared.service.metrics import Metrics
from tests.builders.places import QUIET
from tests.builders.story import Officials, Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, opened, settings_of
from tests.fixtures.tokens import HOME, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.deadlines.conftest import Said, Sweep, on
from tests.monitoring.ledger import an_answer, hear, owed
from tests.monitoring.lists import listed

COUNTY = service_actor("monitoring", HOME[:6])


async def a_lead(way: Way) -> str:
    return (await way.lead(await way.household()))["id"]


def test_what_waits_for_a_day_is_looked_at_as_often_as_the_deployment_says() -> None:
    every = {duty.name: duty.every for duty in duties(reconcile_seconds=60, watch_seconds=5)}

    assert (every["watch_deadlines"], every["adopt_lines"], every["reconcile"]) == (timedelta(seconds=5), timedelta(seconds=5), timedelta(minutes=1))


async def test_a_step_is_warned_of_before_its_end_and_then_goes_up_level_by_level(way: Way, set_clock: SetClock, sweep: Sweep, said: Said) -> None:
    lead_id = await a_lead(way)  # its verification ends with 29 September
    heard: dict[str, list[tuple[str, str, str]]] = {}

    for moment in (
        *("2021-09-26T23:59:00", "2021-09-27T00:01:00", "2021-09-29T23:59:00", "2021-09-30T00:00:05"),
        *("2021-10-01T23:59:00", "2021-10-02T00:00:05", "2021-10-04T00:00:05", "2021-10-06T00:00:05", "2021-12-01T00:00:05"),
    ):
        await on(way, moment, set_clock)
        await sweep()
        heard[moment[5:]] = await said(lead_id)

    warned, late = ("warning", "village", "open"), [("overdue", level, "open") for level in Level]
    assert heard == {
        "09-26T23:59:00": [],
        "09-27T00:01:00": [warned],
        "09-29T23:59:00": [warned],
        "09-30T00:00:05": [warned, *late[:1]],
        "10-01T23:59:00": [warned, *late[:1]],
        "10-02T00:00:05": [warned, *late[:2]],
        "10-04T00:00:05": [warned, *late[:3]],
        "10-06T00:00:05": [warned, *late],
        "12-01T00:00:05": [warned, *late],
    }


async def test_a_clock_far_ahead_tells_each_level_once_and_in_order(way: Way, set_clock: SetClock, sweep: Sweep, said: Said) -> None:
    lead_id, case_id = await a_lead(way), await way.case("06")

    await on(way, "2022-03-01", set_clock)
    for _ in range(3):
        await sweep()

    assert await said(lead_id) == [("overdue", level, "open") for level in Level]
    assert await said(case_id) == [("overdue", level, "open") for level in Level]


async def test_the_level_that_has_to_act_hears_first(way: Way, set_clock: SetClock, sweep: Sweep, said: Said) -> None:
    case_id = await way.noticed("06")
    later = await on(way, "2021-10-07", set_clock)  # the review would end on 8 October, the first day worked
    done(await later.removal(case_id))
    await sweep()
    of_review = await said(case_id, kind="warning", level="township")
    done(await later.review(case_id))
    await sweep()

    of_approval = [each for each in await said(case_id) if each[2] == "open"]

    assert of_review == [("warning", "township", "open")]
    assert of_approval == [("warning", "county", "open")]


async def test_what_is_done_is_taken_back_and_what_is_acknowledged_stays(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    lead = await way.lead(await way.household())
    late = await on(way, "2021-10-02", set_clock)
    await sweep()
    of_village = await admin.fetchval("SELECT id FROM escalation WHERE subject_id = $1 AND level = 'village'", lead["id"])
    acknowledge = f"/v1/escalations/{of_village}/acknowledgement"
    done(await way.call(village()).post(acknowledge, {"note": "明日入户"}, seen=1))
    await sweep()
    acknowledged = await said(lead["id"])

    await late.confirmed(lead, "06")
    await sweep()

    assert acknowledged == [("overdue", "village", "acknowledged"), ("overdue", "township", "open")]
    assert await said(lead["id"]) == [("overdue", "village", "acknowledged"), ("overdue", "township", "over")]


async def test_the_next_step_is_said_anew(way: Way, set_clock: SetClock, sweep: Sweep, admin: asyncpg.Connection) -> None:
    case_id = await way.case("06")  # its appraisal ends with 23 September
    later = await on(way, "2021-09-24", set_clock)
    await sweep()
    done(await later.appraisal(case_id))  # the notice is due the same day
    await sweep()

    rows = await admin.fetch("SELECT step, kind, status, step_round FROM escalation WHERE subject_id = $1 ORDER BY raised_at, id", case_id)

    assert [tuple(row) for row in rows] == [("village_appraisal", "overdue", "over", 1), ("notice", "warning", "open", 2)]


async def test_two_sweepers_at_once_tell_each_level_once(way: Way, set_clock: SetClock, cluster: Cluster, said: Said) -> None:
    async with opened("monitoring", cluster, worker=True) as one, opened("monitoring", cluster, worker=True) as other:

        async def run(database: Database, area: str) -> int:
            async with database.transaction(service_actor("monitoring", area)) as tx:
                return await watch_deadlines(tx)

        for round_ in range(8):
            here = await on(way, "2021-09-22", set_clock)
            leads = [await a_lead(here) for _ in range(4)]
            await on(here, f"2021-10-{10 + round_}", set_clock)

            for area in (HOME[:6], "5309"):
                counts = await asyncio.gather(*(run(database, area) for database in (one, other, one, other)))
                assert sum(counts) >= len(leads)

            for lead_id in leads:
                assert await said(lead_id) == [("overdue", level, "open") for level in Level]


async def test_a_sweep_that_died_half_way_is_done_by_the_next(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    lead_id, case_id = await a_lead(way), await way.case("06")
    await on(way, "2021-12-01", set_clock)

    async def die() -> None:
        async with monitoring_worker.transaction(COUNTY) as tx:
            law = await watching._patience(tx)
            await raising.say_what_is_due(Subject.LEAD, law, (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY), tx)
            pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await admin.execute("SELECT pg_terminate_backend($1)", pid)

    with pytest.raises(DBAPIError):
        await die()
    left_by_the_dead = await said(lead_id)
    await sweep()

    assert left_by_the_dead == []
    assert await said(lead_id) == await said(case_id) == [("overdue", level, "open") for level in Level]


async def test_days_before_and_between_are_the_law_s_of_the_nearest_area(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, publish: Publish
) -> None:
    lead_id = await a_lead(way)
    await publish("530902", "deadline.warning.days", "1")
    await publish(HOME[:9], "deadline.warning.days", "4")
    await publish("530902", "escalation.step.days", "5")
    heard: dict[str, list[str]] = {}

    for day in ("2021-09-24", "2021-09-25", "2021-09-30", "2021-10-04", "2021-10-05"):
        await on(way, day, set_clock)
        await sweep()
        heard[day[5:]] = [f"{kind} {level}" for kind, level, _ in await said(lead_id)]

    warned = "warning village"
    assert heard == {
        "09-24": [],
        "09-25": [warned],
        "09-30": [warned, "overdue village"],
        "10-04": [warned, "overdue village"],
        "10-05": [warned, "overdue village", "overdue township"],
    }


async def test_a_lead_that_lies_in_a_township_or_county_is_theirs(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    leads = {length: await a_lead(way) for length in (9, 6)}
    for length, lead_id in leads.items():
        await admin.execute("UPDATE lead SET area_code = left(area_code, $2) WHERE id = $1", lead_id, length)

    await on(way, "2021-10-20", set_clock)
    await sweep()

    assert [level for _, level, _ in await said(leads[9])] == ["township", "county", "prefecture"]
    assert [level for _, level, _ in await said(leads[6])] == ["county", "prefecture"]


async def test_without_a_limit_of_its_own_a_step_ends_with_the_whole(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    lead_id = await a_lead(way)  # the whole ends with 8 October
    await admin.execute("UPDATE lead SET step_due_at = NULL WHERE id = $1", lead_id)
    shown = done(await way.call(county()).get(f"/v1/leads/{lead_id}"))

    await on(way, "2021-10-09", set_clock)
    await sweep()

    assert shown["step_limit"]["due_at"] == shown["due_at"] == "2021-10-08T16:00:00Z"
    assert await said(lead_id) == [("overdue", "village", "open")]


async def test_a_measure_that_nobody_began_in_time_goes_to_the_county_and_then_to_the_prefecture(
    quiet: Way, set_clock: SetClock, sweep: Sweep, said: Said, monitoring_worker: Database
) -> None:
    areas = (QUIET[:6], "5309")
    later, flag_id = await quiet.flagged(await quiet.case("06", "07"), set_clock)
    measures = await owed(later, flag_id)
    begun, waiting = measures["employment_support"], measures["industry_support"]
    await hear(monitoring_worker, an_answer(begun, "started", service="employment", kind="place"), an_answer(waiting, "opened"))
    due = (await later.call(later.officials.county).get(f"/v1/risk-flags/{flag_id}/fan-out")).json()["measures"][0]["due_at"]

    await on(later, "2021-11-01", set_clock)
    await sweep(*areas)
    before = await said(waiting, kind="overdue")
    await on(later, "2021-11-03", set_clock)
    await sweep(*areas)
    late = await said(waiting)
    await on(later, "2021-11-10", set_clock)
    await sweep(*areas)
    later_still = await said(waiting)
    await hear(monitoring_worker, an_answer(waiting, "started"))
    await sweep(*areas)

    assert due.startswith("2021-11-02")  # thirty days after 3 October
    assert before == []
    assert late == [("warning", "county", "open"), ("overdue", "county", "open")]
    assert later_still == [*late, ("overdue", "prefecture", "open")]
    assert {status for *_, status in await said(waiting)} == {"over"}
    assert await said(begun) == []


async def test_the_worker_sweeps_every_county_and_the_prefecture_each_minute(
    way: Way, set_clock: SetClock, said: Said, monitoring_worker: Database, cluster: Cluster
) -> None:
    [duty] = [each for each in SERVICE.duties(settings_of("monitoring", cluster)) if each.name == "watch_deadlines"]
    lead_id = await a_lead(way)
    await on(way, "2021-12-01", set_clock)

    for area in (*COUNTIES, LINCANG):
        async with monitoring_worker.transaction(service_actor("monitoring", area)) as tx:
            await duty.work(tx)

    assert duty.every == timedelta(minutes=1)
    assert await said(lead_id) == [("overdue", level, "open") for level in Level]


async def test_what_a_sweep_said_is_counted_by_level(way: Way, set_clock: SetClock, sweep: Sweep, monitoring_worker: Database) -> None:
    await a_lead(way)
    await on(way, "2021-12-01", set_clock)
    await sweep()
    metrics = Metrics("monitoring")

    async with monitoring_worker.transaction(service_actor("monitoring", "5309")) as tx:
        await watched(metrics)(tx)

    for official, level in ((village(), "village"), (township(), "township"), (county(), "county"), (prefecture(), "prefecture")):
        mine = [each for each in await listed(way.call(official), "/v1/escalations") if each["level"] == level]
        assert 0 < len(mine) <= (metrics.registry.get_sample_value("escalations_open", {"level": level}) or 0)


async def test_nobody_hears_of_another_area(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    lead_id = await a_lead(way)
    await on(way, "2021-12-01", set_clock)
    await sweep()

    async def levels(official: Any, **query: Any) -> list[str]:
        return [each["level"] for each in await listed(way.call(official), "/v1/escalations", **query) if each["subject_id"] == lead_id]

    assert await levels(village()) == ["village"]
    assert await levels(township()) == ["village", "township"]
    assert await levels(county()) == ["village", "township", "county"]
    assert await levels(prefecture()) == ["village", "township", "county", "prefecture"]
    assert await levels(prefecture(), area=HOME[:6]) == ["village", "township", "county"]
    assert await levels(county(area=QUIET[:6])) == []
    assert await levels(village(area=Officials.of(QUIET).village.area)) == []

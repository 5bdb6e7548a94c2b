"""Announcing again, the one way to repair: exactly the flags with a gap, counted; the daily round, which is no repair; and everything."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.monitoring.app import SERVICE
from services.monitoring.jobs import watched
from services.monitoring.usecases.flags.announce_flags import announce_flags, announce_gaps, announce_under_way
from shared.database.transaction import Database
from shared.events import State
from shared.kernel.actors import service_actor
from shared.service.metrics import Metrics
from tests.builders.story import Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, rehearsal, settings_of
from tests.monitoring.ledger import WORKER, an_answer, fan_out, hear, owed

NOW, AN_HOUR = timedelta(0), timedelta(hours=1)
FIGURE = "SELECT owed, confirmed, oldest_gap_seconds, repairs FROM ledger_figure WHERE county_code = '530927'"


async def flags(way: Way, set_clock: SetClock, *risks: Sequence[str]) -> tuple[Way, list[str]]:
    """Flag a household for each list of risks, all on one day."""
    cases = [await way.noticed(*each) for each in risks]
    later = await way.after_notice(set_clock)
    return later, [(await later.decided(case_id))["flag_id"] for case_id in cases]


async def answer(worker: Database, way: Way, flag_id: str, status: str = "opened") -> None:
    """Answer everything that other services owe for a flag."""
    lines = [each for each in (await fan_out(way, flag_id))["measures"] if each["service"] != "monitoring"]
    await hear(worker, *(an_answer(each["id"], status, service=each["service"]) for each in lines))


async def gaps(worker: Database, patience: timedelta) -> tuple[int, list[str]]:
    async with worker.transaction(WORKER) as tx:
        return await announce_gaps(tx, patience=patience), ids(tx.published)


def ids(states: Sequence[State]) -> list[str]:
    return sorted(str(state.id) for state in states)


async def repairs(admin: asyncpg.Connection) -> int:
    return sum(row["repairs"] for row in await admin.fetch("SELECT repairs FROM ledger_figure WHERE county_code = '530927'"))


async def test_exactly_the_flags_with_a_gap_are_announced_and_counted(
    quiet: Way, way: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    _, (far_off,) = await flags(way, set_clock, ["06"])  # a gap of another county
    await set_clock(quiet.now)
    later, made = await flags(quiet, set_clock, ["06"], ["06", "07"], ["06"], ["06"], ["06"], ["01"])
    unanswered, half, answered, withdrawn_open, withdrawn_over, referral = made
    await hear(monitoring_worker, an_answer((await owed(later, half))["industry_support"]))
    for flag_id in (answered, withdrawn_open, withdrawn_over):
        await answer(monitoring_worker, later, flag_id)
    for flag_id in (withdrawn_open, withdrawn_over):
        done(await later.withdrawal(flag_id))
    await answer(monitoring_worker, later, withdrawn_over, "withdrawn")
    before = await repairs(admin)

    patient = await gaps(monitoring_worker, AN_HOUR)
    found, announced = await gaps(monitoring_worker, NOW)

    assert patient == (0, [])
    assert (found, announced) == (3, sorted([unanswered, half, withdrawn_open]))
    assert {answered, withdrawn_over, referral, far_off}.isdisjoint(announced)
    assert await repairs(admin) == before + 3


async def test_what_is_announced_again_is_the_flag_as_it_stands(quiet: Way, set_clock: SetClock, monitoring_worker: Database) -> None:
    later, (flag_id,) = await flags(quiet, set_clock, ["0201"])
    done(await later.withdrawal(flag_id))

    async with rehearsal(monitoring_worker, WORKER) as tx:
        await announce_gaps(tx, patience=NOW)

    (state,) = tx.published
    assert (state.name, state.version) == ("monitoring.risk_flag_cleared.v1", 2)
    assert [each["measure"] for each in state.model_dump()["owed"]] == ["recovery"]


async def test_on_a_healthy_ledger_there_is_nothing_to_repair(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    later, (opened, started, finished, declined) = await flags(quiet, set_clock, ["06"], ["06"], ["07"], ["0201"])
    for flag_id, status in ((opened, "opened"), (started, "started"), (finished, "finished"), (declined, "declined")):
        await answer(monitoring_worker, later, flag_id, status)
    before = await repairs(admin)

    assert await gaps(monitoring_worker, NOW) == (0, [])

    (figure,) = await admin.fetch(FIGURE)
    assert figure["repairs"] == before
    assert figure["owed"] == figure["confirmed"]
    assert figure["oldest_gap_seconds"] == 0


async def test_the_figures_say_how_much_of_what_is_owed_is_confirmed(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    await gaps(monitoring_worker, AN_HOUR)
    (before,) = await admin.fetch(FIGURE)
    later, (one, _) = await flags(quiet, set_clock, ["06", "0201"], ["06"])
    await hear(monitoring_worker, an_answer((await owed(later, one))["recovery"]))

    await gaps(monitoring_worker, AN_HOUR)

    (after,) = await admin.fetch(FIGURE)
    assert (after["owed"] - before["owed"], after["confirmed"] - before["confirmed"]) == (4, 2)  # three and one; recovery and our own relief
    assert after["oldest_gap_seconds"] >= 0


async def test_the_daily_round_announces_what_is_under_way_and_is_no_repair(
    quiet: Way, way: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    _, (far_off,) = await flags(way, set_clock, ["06"])
    await set_clock(quiet.now)
    later, made = await flags(quiet, set_clock, ["06"], ["06"], ["06"], ["06"], ["01"])
    unanswered, opened, started, finished, referral = made
    for flag_id, status in ((opened, "opened"), (started, "started"), (finished, "finished")):
        await answer(monitoring_worker, later, flag_id, status)
    before = await repairs(admin)

    async with monitoring_worker.transaction(WORKER) as tx:
        await announce_under_way(tx)

    assert ids(tx.published) == sorted([unanswered, opened, started])
    assert {finished, referral, far_off}.isdisjoint(ids(tx.published))
    assert await repairs(admin) == before


async def test_everything_is_announced_page_by_page_in_the_order_of_ids(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    await flags(quiet, set_clock, ["06"], ["01"], ["07"])
    kept = [row["id"] for row in await admin.fetch("SELECT id FROM risk_flag WHERE county_code = '530927' ORDER BY id")]

    heard: list[UUID] = []
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with rehearsal(monitoring_worker, WORKER) as tx:
            after = await announce_flags(tx, after=after, at_most=2)
        assert len(tx.published) <= 2
        heard += sorted(state.id for state in tx.published)

    assert heard == kept


async def test_only_the_flags_that_are_named_are_announced(quiet: Way, set_clock: SetClock, monitoring_worker: Database) -> None:
    _, (one, _) = await flags(quiet, set_clock, ["06"], ["06"])

    async with rehearsal(monitoring_worker, WORKER) as tx:
        following = await announce_flags(tx, after=UUID(int=0), only=[UUID(one)])

    assert (following, ids(tx.published)) == (None, [one])


async def test_the_reconciler_keeps_the_gauges_of_all_counties(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection, cluster: Cluster
) -> None:
    await flags(quiet, set_clock, ["06"])
    metrics = Metrics("monitoring")
    reconcile, *_ = SERVICE.duties(settings_of("monitoring", cluster))
    show = watched(metrics)

    for county in ("530902", "530927"):
        async with monitoring_worker.transaction(service_actor("monitoring", county)) as tx:
            await reconcile.work(tx)
            await show(tx)

    (totals,) = await admin.fetch("SELECT sum(owed) AS owed, sum(confirmed) AS confirmed, sum(repairs) AS repairs FROM ledger_figure")
    figures = [metrics.registry.get_sample_value(name) for name in ("measures_owed", "measures_confirmed", "reconciler_repairs")]
    assert figures == [totals["owed"], totals["confirmed"], totals["repairs"]]

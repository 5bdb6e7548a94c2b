"""The ledger: what other services answered, noted beside what is owed. All of it happens in a county of its own."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.monitoring.usecases.flags.announce_flags import announce_gaps
from shared.database.transaction import Database
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId, derived_id, new_id
from tests.builders.story import Way
from tests.fixtures.clock import SetClock
from tests.monitoring.ledger import WORKER, an_answer, fan_out, hear, owed


async def test_an_answer_is_noted_beside_its_measure_and_no_other(quiet: Way, set_clock: SetClock, monitoring_worker: Database) -> None:
    one, two = await quiet.noticed("06", "07"), await quiet.noticed("06", "07")
    later = await quiet.after_notice(set_clock)
    flag_id, other = (await later.decided(one))["flag_id"], (await later.decided(two))["flag_id"]
    owed_id = (await owed(later, flag_id))["industry_support"]

    await hear(monitoring_worker, an_answer(owed_id))

    shown = await fan_out(later, flag_id)
    assert (shown["owed"], shown["confirmed"]) == (2, 1)
    lines = {each["measure"]: (each["status"], each["task"]) for each in shown["measures"]}
    assert lines == {"industry_support": ("opened", f"projects.{task_id_for(OwedId(UUID(owed_id)))}"), "employment_support": (None, None)}
    assert (await fan_out(later, other))["confirmed"] == 0


@pytest.mark.parametrize("last", ["started", "declined", "finished", "withdrawn"])
async def test_an_answer_follows_its_task(last: str, quiet: Way, set_clock: SetClock, monitoring_worker: Database) -> None:
    later, flag_id = await quiet.flagged(await quiet.case("06"), set_clock)
    owed_id = (await owed(later, flag_id))["industry_support"]

    await hear(monitoring_worker, an_answer(owed_id))
    await hear(monitoring_worker, an_answer(owed_id, last, version=2))

    (line,) = (await fan_out(later, flag_id))["measures"]
    assert line["status"] == last


async def test_many_answers_are_noted_at_once(quiet: Way, set_clock: SetClock, monitoring_worker: Database) -> None:
    later, flag_id = await quiet.flagged(await quiet.case("06", "07", "0201"), set_clock)
    ids = await owed(later, flag_id)

    answers = [an_answer(ids["industry_support"]), an_answer(ids["recovery"], "finished")]
    await hear(monitoring_worker, *answers, an_answer(ids["employment_support"], "declined", service="employment"))

    lines = {each["measure"]: each["status"] for each in (await fan_out(later, flag_id))["measures"]}
    assert lines == {"industry_support": "opened", "recovery": "finished", "employment_support": "declined", "relief": "opened"}


async def test_an_answer_to_nothing_owed_is_kept_and_reported_and_touches_nothing(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    later, flag_id = await quiet.flagged(await quiet.case("06"), set_clock)
    nothing = new_id()

    with capture_logs() as logs:
        await hear(monitoring_worker, an_answer(nothing), an_answer((await owed(later, flag_id))["industry_support"]))
        await hear(monitoring_worker, an_answer(nothing, "finished", version=2))

    assert [(entry["event"], entry["count"], entry["county"]) for entry in logs] == [("answers_to_measures_not_owed", 1, "530927")] * 2
    kept = await admin.fetch("SELECT status, service, task_id FROM unknown_answer WHERE county_code = '530927' AND owed_id = $1", nothing)
    assert [tuple(row) for row in kept] == [("finished", "projects", task_id_for(OwedId(nothing)))]
    assert (await fan_out(later, flag_id))["confirmed"] == 1


async def test_an_answer_of_another_county_is_not_taken_for_this_one_s(
    way: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    later, flag_id = await way.flagged(await way.case("06"), set_clock)
    owed_id = (await owed(later, flag_id))["industry_support"]

    await hear(monitoring_worker, an_answer(owed_id))

    assert (await fan_out(later, flag_id))["confirmed"] == 0
    assert await admin.fetchval("SELECT count(*) FROM unknown_answer WHERE county_code = '530927' AND owed_id = $1", UUID(owed_id)) == 1


async def test_an_answer_that_came_too_early_is_forgotten_when_its_measure_is_owed(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    case_id = await quiet.case("06")
    owed_id, stranger = derived_id(derived_id(UUID(case_id), "flag"), "industry_support"), new_id()

    async def kept() -> tuple[set[UUID], int]:
        """Look which of the two are kept after a round of the reconciler, and how many it counted."""
        async with monitoring_worker.transaction(WORKER) as tx:
            await announce_gaps(tx, patience=timedelta(0))
        rows = await admin.fetch("SELECT owed_id FROM unknown_answer WHERE county_code = '530927'")
        ((figure,),) = await admin.fetch("SELECT unknown_answers FROM ledger_figure WHERE county_code = '530927'")
        assert figure == len(rows)
        return {row["owed_id"] for row in rows} & {owed_id, stranger}, figure

    await hear(monitoring_worker, an_answer(owed_id), an_answer(stranger))
    early, counted = await kept()
    await quiet.flagged(case_id, set_clock)

    assert early == {owed_id, stranger}
    assert await kept() == ({stranger}, counted - 1)


async def test_an_answer_of_a_service_that_does_not_owe_the_measure_is_unknown(
    quiet: Way, set_clock: SetClock, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    later, flag_id = await quiet.flagged(await quiet.case("06"), set_clock)
    owed_id = (await owed(later, flag_id))["industry_support"]

    await hear(monitoring_worker, an_answer(owed_id, service="employment"))

    assert [each["status"] for each in (await fan_out(later, flag_id))["measures"]] == [None]
    assert await admin.fetchval("SELECT service FROM unknown_answer WHERE owed_id = $1", UUID(owed_id)) == "employment"

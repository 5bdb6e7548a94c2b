"""How the tests of the ledger speak for other services, and read what is owed. They do so in a county of their own."""

from typing import Any
from uuid import UUID

from services.monitoring.usecases.flags.record_answers import record_answers
from shared.database.transaction import Database
from shared.events import AssistanceTask
from shared.kernel.actors import service_actor
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId
from tests.builders.events import a_task_state
from tests.builders.places import QUIET
from tests.builders.story import Way, done

WORKER = service_actor("monitoring", QUIET[:6])


def an_answer(owed_id: str | UUID, status: str = "opened", **changes: Any) -> AssistanceTask:
    """The task that answers a measure, as its service announces it."""
    owed = OwedId(UUID(str(owed_id)))
    return a_task_state(id=task_id_for(owed), owed_id=owed, status=status, county_code=QUIET[:6], area_code=QUIET, **changes)


async def hear(worker: Database, *answers: AssistanceTask) -> None:
    """Let monitoring take answers in."""
    async with worker.transaction(WORKER) as tx:
        await record_answers(list(answers), tx)


async def fan_out(way: Way, flag_id: str) -> dict[str, Any]:
    return done(await way.call(way.officials.county).get(f"/v1/risk-flags/{flag_id}/fan-out"))


async def owed(way: Way, flag_id: str) -> dict[str, str]:
    """Name the ids of what other services owe for a flag, by measure."""
    return {each["measure"]: each["id"] for each in (await fan_out(way, flag_id))["measures"] if each["service"] != "monitoring"}

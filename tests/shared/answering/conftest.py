"""The services that answer owed measures: one suite for all of them. What is peculiar to one is tested in its own folder."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.employment.store import tasks as employment_tasks
from services.employment.usecases.announce_tasks import announce_tasks as announce_employment
from services.employment.usecases.answer_risk_flags import answer_risk_flags as answer_employment
from services.projects.store import tasks as project_tasks
from services.projects.usecases.announce_tasks import announce_tasks as announce_projects
from services.projects.usecases.answer_risk_flags import answer_risk_flags as answer_projects
from shared.database.tasks import Tasks
from shared.database.transaction import Database, Transaction
from shared.events import OwedMeasure, RiskFlag
from shared.kernel.actors import Actor, Role, service_actor
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId
from shared.service.working.announce import Announce
from tests.builders.events import an_owed_measure
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.platform import SERVICES, Cluster, opened, settings_of

Answer = Callable[[list[RiskFlag], Transaction], Awaitable[None]]


@dataclass(frozen=True)
class Answering:
    """One service that answers: its parts, and the databases and doors of these tests."""

    name: str
    measure: str
    officer_role: Role
    answer: Answer
    announce: Announce
    tasks: Tasks
    app: Database
    worker: Database
    owner: asyncpg.Connection
    call: Call

    def owed(self, measure: str | None = None, **changes: Any) -> OwedMeasure:
        """A measure that this service owes."""
        return an_owed_measure(measure or self.measure, self.name, **changes)

    def officer(self, name: str = "officer", area: str = "530902") -> Actor:
        return Actor(id=name, role=self.officer_role, area=area)

    async def hear(self, *flags: RiskFlag) -> list[Any]:
        """Answer flags of one county in a transaction of its own; give what was announced."""
        async with self.worker.transaction(service_actor(self.name, flags[0].county_code)) as tx:
            await self.answer(list(flags), tx)
            return list(tx.published)

    async def rows(self, *flags: RiskFlag) -> list[tuple[str, int]]:
        """Read status and version of each flag's first task."""
        ids = [task_id_for(OwedId(flag.owed[0].id)) for flag in flags]
        found = {row["id"]: (row["status"], row["version"]) for row in await self.owner.fetch("SELECT * FROM task WHERE id = ANY($1)", ids)}
        return [found[task_id] for task_id in ids if task_id in found]

    async def everything(self, ids: Sequence[UUID]) -> set[tuple[Any, ...]]:
        """Read the tasks of some flags, whole but for the moments."""
        return {
            tuple(row)
            for row in await self.owner.fetch(
                "SELECT id, owed_id, household_id, county_code, area_code, measure, kind, status FROM task WHERE flag_id = ANY($1)", list(ids)
            )
        }


PARTS: dict[str, tuple[str, Role, Answer, Announce, Tasks]] = {
    "projects": ("industry_support", Role.PROJECT_OFFICER, answer_projects, announce_projects, project_tasks),
    "employment": ("employment_support", Role.EMPLOYMENT_OFFICER, answer_employment, announce_employment, employment_tasks),
}


@pytest.fixture(scope="session", params=PARTS)
async def answering(request: pytest.FixtureRequest, cluster: Cluster, databases: None) -> AsyncIterator[Answering]:
    name: str = request.param
    measure, role, answer, announce, tasks = PARTS[name]
    owner = await cluster.connect(name)
    async with opened(name, cluster) as app, opened(name, cluster, worker=True) as worker:
        api = SERVICES[name].create_api(settings_of(name, cluster), database=app, wake_relay=lambda: None)
        async with speaking_to(api) as call:
            yield Answering(name, measure, role, answer, announce, tasks, app, worker, owner, call)
    await owner.close()

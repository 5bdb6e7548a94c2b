"""A green channel done by processes that are killed ends as one that nobody disturbed: each household is flagged once, with one case, owed once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.usecases.incidents.check_household import CheckHousehold, check_household
from services.monitoring.usecases.incidents.lay_down_households import ask_for_laying_down
from services.monitoring.usecases.incidents.open_incident import OpenIncident, open_incident
from services.monitoring.usecases.incidents.order_green_channel import OrderGreenChannel, order_green_channel
from services.monitoring.usecases.law.publish_bottom_line import PublishBottomLine, publish_bottom_line
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.jobs import JobId
from tests.builders.files import SHEETS, as_csv, rows_of
from tests.builders.incidents import an_incident, hit
from tests.builders.people import a_household
from tests.faults.import_world import World, copy, make, world
from tests.faults.runners import runners
from tests.faults.test_import_kills import SEED
from tests.fixtures.clock import START, moving_clock
from tests.fixtures.platform import Cluster
from tests.fixtures.say import Say
from tests.fixtures.tokens import HOME, county, prefecture, village

HOUSEHOLDS, AT_ONCE, KILLS = 48, 3, 8
T = TypeVar("T")

# Ids of cases and of what the worker writes are drawn: what is compared is how much there is of each household, and what it says.
ENDS = {
    "flags": "SELECT household_id, status, risks::text, version FROM risk_flag",
    "cases": "SELECT household_id, status, risks::text, flag_id IS NOT NULL, procedure_due_at, green_channel_by FROM monitoring_case",
    "owed": "SELECT f.household_id, o.measure, o.service FROM owed_measure o JOIN risk_flag f ON f.id = o.flag_id",
    "said": "SELECT f.household_id, b.entity_version FROM outbox b JOIN risk_flag f ON f.id = b.entity_id",
    "categories": "SELECT household_id, valid_from, valid_to FROM monitored_category",
    "leads": "SELECT household_id, status, risks::text, case_id IS NOT NULL FROM lead",
    "households": "SELECT id, status FROM household",
    "effects": "SELECT household_id, status, case_id IS NOT NULL FROM incident_household",
    "items": "SELECT household_id, status, problem, case_id IS NOT NULL, flag_id IS NOT NULL FROM green_channel_household",
}


@dataclass(frozen=True)
class Ordered:
    """A database in which a flood hit everybody, and the county has ordered that they are helped first."""

    cluster: Cluster
    folder: Path
    job_id: JobId


def read(kind: type[T], body: dict[str, Any]) -> T:
    return TypeAdapter(kind).validate_python(body)


@pytest.fixture(scope="module")
async def ordered(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Ordered:
    folder = tmp_path_factory.mktemp("floods")
    await make(cluster, "floods")
    async with world(cluster, "floods", folder=folder) as here, moving_clock(here.owner) as move:
        await move(START - timedelta(days=1))
        async with here.app.transaction(prefecture()) as tx:
            line = {"amount": "6000.00", "effective_from": "2021-01-01", "document_number": "临乡振发〔2021〕1号"}
            await publish_bottom_line("5309", 2021, read(PublishBottomLine, line), tx)
        rows = [row for _ in range(HOUSEHOLDS) for row in rows_of(a_household(village=HOME))]
        await here.send(as_csv(SHEETS["household_register"], rows), new_id(), by=prefecture())
        await here.work()
        now = await move(START)
        async with here.app.transaction(county()) as tx:
            flood = read(OpenIncident, an_incident(areas=[HOME]))
            incident = IncidentId((await open_incident(flood, tx)).id)
            await ask_for_laying_down(incident, tx)
        await here.work()
        households = [HouseholdId(row["id"]) for row in await here.owner.fetch("SELECT id FROM household ORDER BY id")]
        check = read(CheckHousehold, hit(checked_at=(now - timedelta(minutes=5)).isoformat()))
        for household in households:
            async with here.app.transaction(village()) as tx:
                await check_household(incident, household, check, tx, expected=1)
        order = {"area": HOME, "reason": "房屋倒塌", "document_number": "临应急〔2021〕3号"}
        async with here.app.transaction(county("orderer")) as tx:
            asked = await order_green_channel(incident, read(OrderGreenChannel, order), tx)
    return Ordered(cluster, folder, JobId(UUID(str(asked.job_id))))


@asynccontextmanager
async def again(ordered: Ordered, name: str) -> AsyncIterator[World]:
    """Open a copy of the database in which the order waits."""
    await copy(ordered.cluster, name, of="floods")
    async with world(ordered.cluster, name, folder=ordered.folder) as opened, moving_clock(opened.owner) as move:
        await move(START)
        opened.rows_at_once = AT_ONCE
        yield opened


async def end(here: World) -> dict[str, list[str]]:
    return {what: sorted(str(tuple(row)) for row in await here.owner.fetch(question)) for what, question in ENDS.items()}


async def test_a_green_channel_killed_at_eight_moments_flags_each_household_once(ordered: Ordered, say: Say) -> None:
    rng, began = Random(SEED), time.monotonic()
    async with again(ordered, "floods_calm") as undisturbed:
        await undisturbed.work()
        calm = await end(undisturbed)

    through: list[int] = []
    async with again(ordered, "floods_killed") as killed:
        async with runners(killed, ordered.job_id) as line:
            for n in range(KILLS):
                process, least = await line.take_over(), n * (HOUSEHOLDS - 2 * AT_ONCE) // KILLS
                await line.until(lambda now, least=least: now["through"] >= least)
                await asyncio.sleep(rng.uniform(0, 0.08))
                process.kill()
                through.append((await killed.holds(ordered.job_id))["through"])
            await line.take_over()
            await line.until(lambda now: now["state"] == "done")
        disturbed = await end(killed)

    assert disturbed == calm
    assert {what: len(rows) for what, rows in calm.items() if what in ("flags", "cases", "said", "items")} == dict.fromkeys(
        ("flags", "cases", "said", "items"), HOUSEHOLDS
    )
    assert all(len(rows) == len(set(rows)) for rows in disturbed.values())
    assert len({each for each in through if 0 < each < HOUSEHOLDS}) >= 3, through
    say(f"green channel of {HOUSEHOLDS} households: {KILLS} kills after {through}, as undisturbed; {time.monotonic() - began:.1f} s")

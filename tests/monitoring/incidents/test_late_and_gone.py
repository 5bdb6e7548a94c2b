"""What is late after a disaster goes up level by level, once; and when a household is gone nothing is left that nobody can do."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from tests.builders.families import Family, a_merger, a_registered, a_striking_off, named
from tests.builders.incidents import a_check
from tests.builders.story import done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, opened
from tests.monitoring.deadlines.conftest import Said, said, sweep
from tests.monitoring.incidents.conftest import CADRE, COUNTY, OFFICE, ONE, Incidents

__all__ = ["said", "sweep"]

LATE = [("overdue", level, "open") for level in Level]


async def at_once(cluster: Cluster) -> None:
    """Let four sweepers of two workers sweep at once, the county and then the prefecture."""
    async with opened("monitoring", cluster, worker=True) as one, opened("monitoring", cluster, worker=True) as other:

        async def run(database: Database, area: str) -> None:
            async with database.transaction(service_actor("monitoring", area)) as tx:
                await watch_deadlines(tx)

        for area in (ONE[:6], "5309"):
            await asyncio.gather(*(run(database, area) for database in (one, other, one, other)))


async def moved(incidents: Incidents, set_clock: SetClock, day: str) -> None:
    incidents.way = replace(incidents.way, now=await set_clock(datetime.fromisoformat(f"{day}T09:00:00+08:00")))


async def test_a_check_that_is_late_goes_up_level_by_level_once(incidents: Incidents, set_clock: SetClock, said: Said, cluster: Cluster) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    effect = (await incidents.households(incident))[household][
        "id"
    ]  # in three days, of which the last is off: until the end of 26 September, worked for a holiday
    heard = {}
    for day in ("2021-09-22", "2021-09-24", "2021-09-27", "2021-10-20"):
        await moved(incidents, set_clock, day)
        await at_once(cluster)
        heard[day[5:]] = await said(effect)

    done(await incidents.check(incident, household, a_check()))
    await at_once(cluster)

    warned = ("warning", "village", "open")
    assert heard == {"09-22": [], "09-24": [warned], "09-27": [warned, LATE[0]], "10-20": [warned, *LATE]}
    assert {status for *_, status in await said(effect)} == {"over"}


async def test_a_visit_that_is_late_goes_up_and_is_taken_back_when_it_is_paid(
    incidents: Incidents, set_clock: SetClock, said: Said, cluster: Cluster
) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    first, second, _ = await incidents.trackings(household)  # thirty days after 21 September

    await moved(incidents, set_clock, "2021-11-01")
    await at_once(cluster)
    late, ahead = await said(first["id"]), await said(second["id"])
    done(await incidents.visit(first))
    await at_once(cluster)

    assert (late, ahead) == (LATE, [])
    assert {status for *_, status in await said(first["id"])} == {"over"}


async def test_a_procedure_that_is_owed_after_help_came_first_is_warned_of_and_goes_up(
    incidents: Incidents, set_clock: SetClock, said: Said, cluster: Cluster
) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    case_id = (await incidents.helped(incident, household))[household]["case_id"]

    await moved(incidents, set_clock, "2021-11-01")
    await at_once(cluster)
    await at_once(cluster)

    assert [each for each in await said(case_id) if each[0] == "overdue"] == LATE


async def test_of_a_household_that_is_struck_off_nothing_is_left_to_be_checked_or_visited(incidents: Incidents, admin: asyncpg.Connection) -> None:
    unchecked, affected = await incidents.household(), await incidents.household()
    incident = await incidents.opened()
    checked = await incidents.hit(incident, affected)
    visit = (await incidents.trackings(affected))[0]

    for household in (unchecked, affected):
        seen = done(await incidents.way.call(COUNTY).get(f"/v1/households/{household}"))["version"]
        done(await incidents.way.call(COUNTY).post(f"/v1/households/{household}/strike-off", a_striking_off(), seen=seen))

    assert not {unchecked, affected} & set(await incidents.households(incident))
    dropped = await incidents.households(incident, status="dropped")
    assert {unchecked, affected} <= set(dropped)
    assert await incidents.trackings(affected) == []
    assert [each["status"] for each in await incidents.trackings(affected, status="dropped")] == ["dropped"] * 3
    assert refused(await incidents.check(incident, unchecked, seen=2))[1] in {"HouseholdGone", "NotFound"}
    assert refused(await incidents.visit({**visit, "version": 2}))[1] in {"HouseholdGone", "NotFound"}
    assert await admin.fetchval("SELECT status FROM lead WHERE id = $1", checked["lead_id"]) == "dismissed"


async def test_visits_go_over_to_the_household_that_a_hit_one_goes_into(incidents: Incidents, set_clock: SetClock) -> None:
    family = await a_registered(incidents.way, "head")
    incident = await incidents.opened()
    checked = await incidents.hit(incident, family.id)
    lead = done(await incidents.way.call(CADRE).get(f"/v1/leads/{checked['lead_id']}"))
    done(await incidents.way.verification(lead, outcome="dismissed", reason="已自行恢复"))
    into = await a_registered(incidents.way, "head", "son")

    done(await merged(incidents, family, into))

    assert (await incidents.households(incident, status="affected"))[into.id]["version"] == 3
    owed = await incidents.trackings(into.id)
    assert len(owed) == 3
    await moved(incidents, set_clock, "2021-10-20")
    assert done(await incidents.visit(owed[0]))["status"] == "visited"
    assert await incidents.trackings(family.id) == []


async def test_who_goes_into_a_household_of_the_same_disaster_is_tracked_with_it(incidents: Incidents) -> None:
    family, into = await a_registered(incidents.way, "head"), await a_registered(incidents.way, "head", "son")
    incident = await incidents.opened()

    done(await merged(incidents, family, into))

    assert family.id in await incidents.households(incident, status="dropped")
    assert into.id in await incidents.households(incident, status="to_check")


@pytest.mark.parametrize("spared", [True, False], ids=["spared", "not checked"])
async def test_who_was_hit_stays_tracked_in_a_household_that_was_not(spared: bool, incidents: Incidents) -> None:
    family, into = await a_registered(incidents.way, "head"), await a_registered(incidents.way, "head")
    incident = await incidents.opened()
    checked = await incidents.hit(incident, family.id)
    done(await incidents.relief(incident, family.id))
    lead = done(await incidents.way.call(OFFICE).get(f"/v1/leads/{checked['lead_id']}"))
    done(await incidents.way.verification(lead, outcome="dismissed", reason="暂可自行恢复"))
    if spared:
        done(await incidents.check(incident, into.id))

    done(await merged(incidents, family, into))

    line = (await incidents.households(incident, status="relieved"))[into.id]
    assert (line["id"], line["losses"], line["lead_id"]) == (checked["id"], ["crops", "house"], checked["lead_id"])
    shown = done(await incidents.way.call(OFFICE).get(f"/v1/incidents/{incident}/households/{into.id}"))
    assert len(shown["reliefs"]) == 1
    assert [each["status"] for each in await incidents.trackings(into.id)] == ["to_visit"] * 3
    assert family.id in await incidents.households(incident, status="dropped")


async def merged(incidents: Incidents, family: Family, into: Family) -> Any:
    body = a_merger(into, named(family.people[0], "other"))
    return await incidents.way.call(OFFICE).post(f"/v1/households/{family.id}/merge", body, seen=family.version)


async def test_a_disaster_follows_a_household_that_is_transferred(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    seen = done(await incidents.way.call(COUNTY).get(f"/v1/households/{household}"))["version"]
    transfer = {"to_village": ONE[:9] + "202", "reason": "灾后搬迁", "document_number": "凤政复〔2021〕8号"}

    done(await incidents.way.call(OFFICE).post(f"/v1/households/{household}/transfer", transfer, seen=seen))

    assert (await incidents.households(incident, status="affected"))[household]["area"] == transfer["to_village"]
    assert {each["area"] for each in await incidents.trackings(household)} == {transfer["to_village"]}

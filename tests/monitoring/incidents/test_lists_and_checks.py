"""The emergency department's list and the village's check say the same harm: one lead, whichever comes first."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Department
from tests.builders.files import a_list_row
from tests.builders.incidents import an_incident
from tests.builders.people import a_household
from tests.builders.story import done
from tests.fixtures.tokens import department_user, village
from tests.monitoring.incidents.conftest import COUNTY, ONE, Incidents

EMERGENCY = department_user("emergency", ONE[:6], Department.EMERGENCY)


async def a_family(incidents: Incidents) -> tuple[str, dict[str, Any]]:
    family = a_household(village=ONE, members=2)
    household = done(await incidents.way.call(village("village-" + ONE, ONE)).post("/v1/households", family))["id"]
    return household, family["members"][0]


async def listed(incidents: Incidents, person: dict[str, Any], **changes: Any) -> None:
    told = {"village": ONE, "name": person["name"], "id_number": person["id_number"], "phone": "", "day": "2021-09-18"}
    job = await incidents.files.sent(EMERGENCY, [a_list_row("disaster_list", **{**told, **changes})], kind="disaster_list")
    assert job["state"] == "done", job


async def leads_of(household: str, admin: asyncpg.Connection) -> list[asyncpg.Record]:
    return await admin.fetch("SELECT id::text, status, began_on, version, withdrawn_at FROM lead WHERE household_id = $1", household)


@pytest.mark.parametrize("first", ["list", "check"])
async def test_whatever_comes_first_there_is_one_lead(first: str, incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, person = await a_family(incidents)
    incident = await incidents.opened()

    if first == "list":
        await listed(incidents, person)
    checked = await incidents.hit(incident, household)
    if first == "check":
        await listed(incidents, person)

    (lead,) = await leads_of(household, admin)
    assert (lead["id"], lead["status"], lead["began_on"]) == (checked["lead_id"], "registered", date(2021, 9, 18))


async def test_a_lead_that_an_official_found_stays_when_the_list_is_corrected(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, person = await a_family(incidents)
    incident = await incidents.opened()
    await incidents.hit(incident, household)
    await listed(incidents, person, source_number="ZH-1" + household[:8])

    other, stranger = await a_family(incidents)
    await listed(incidents, stranger, source_number="ZH-1" + household[:8], revision="2")

    (lead,) = await leads_of(household, admin)
    assert (lead["status"], lead["withdrawn_at"]) == ("registered", None)
    assert other != household


async def test_who_stands_in_the_list_of_the_days_is_laid_down_too(incidents: Incidents) -> None:
    household, person = await a_family(incidents)
    other, late = await a_family(incidents)
    await listed(incidents, person)
    await listed(incidents, late, day="2021-09-21")

    incident = await incidents.opened(areas=["530922106"])

    found = await incidents.households(incident, COUNTY)
    assert household in found
    assert other not in found


async def test_five_thousand_households_are_laid_down_at_once(incidents: Incidents, admin: asyncpg.Connection) -> None:
    place = "530922102"
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")
        await admin.execute(
            "INSERT INTO household (county_code, id, township_code, area_code, number, kind, due_at, registered_at)"
            " SELECT '530922', gen_random_uuid(), $1, $1 || '201', 'BULK' || n, 'general', now(), now() FROM generate_series(1, 5000) n",
            place,
        )
    try:
        job = await incidents.laid_down(done(await incidents.way.call(COUNTY).post("/v1/incidents", an_incident(areas=[place])))["id"])
        assert job["created"] >= 5000
    finally:
        async with admin.transaction():
            await admin.execute("SET LOCAL session_replication_role = replica")
            await admin.execute("DELETE FROM incident_household WHERE household_id IN (SELECT id FROM household WHERE number LIKE 'BULK%')")
            await admin.execute("DELETE FROM household WHERE number LIKE 'BULK%'")

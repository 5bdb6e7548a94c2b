"""The emergency department's list and the village's check say the same harm: one lead, whichever comes first."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
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


@pytest.mark.parametrize("order", list(permutations(("list", "laid down", "check"))), ids=" ".join)
async def test_whatever_comes_first_there_is_one_lead(order: Sequence[str], incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, person = await a_family(incidents)
    incident = done(await incidents.way.call(COUNTY).post("/v1/incidents", an_incident(areas=[ONE[:9]])))["id"]
    checked: dict[str, Any] = {}

    for act in order:
        match act:
            case "list":
                await listed(incidents, person)
            case "check" if household in await incidents.households(incident):
                checked = await incidents.hit(incident, household)
            case _:
                await incidents.laid_down(incident)
    checked = checked or await incidents.hit(incident, household)  # nobody is checked who is not laid down

    (lead,) = await leads_of(household, admin)
    assert (lead["id"], lead["status"], lead["began_on"]) == (checked["lead_id"], "registered", date(2021, 9, 18))


async def test_a_list_that_comes_after_the_green_channel_opens_no_second_lead(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, person = await a_family(incidents)
    incident = await incidents.opened()
    checked = await incidents.hit(incident, household)
    helped = (await incidents.helped(incident, household))[household]

    await listed(incidents, person)

    (lead,) = await leads_of(household, admin)
    assert (helped["status"], lead["id"], lead["status"], lead["withdrawn_at"]) == ("flagged", checked["lead_id"], "confirmed", None)


async def test_a_check_after_the_list_s_lead_was_confirmed_opens_no_second_lead(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, person = await a_family(incidents)
    incident = await incidents.opened()
    await listed(incidents, person)
    (lead,) = await leads_of(household, admin)
    case_id = (await incidents.way.confirmed({"id": lead["id"], "version": lead["version"]}, "0201"))["case_id"]

    checked = await incidents.hit(incident, household)
    helped = (await incidents.helped(incident, household))[household]

    assert checked["lead_id"] == lead["id"]
    assert (helped["status"], helped["case_id"]) == ("flagged", case_id)
    assert len(await leads_of(household, admin)) == 1


async def test_leads_of_several_channels_join_the_one_case_that_helps_first(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, _ = await a_family(incidents)
    incident = await incidents.opened()
    checked = await incidents.hit(incident, household)
    lead = await incidents.way.lead(household)
    helped = (await incidents.helped(incident, household))[household]

    joined = await incidents.way.confirmed(lead, "06")

    assert joined["case_id"] == helped["case_id"]
    rows = await admin.fetch("SELECT id::text, case_id::text FROM lead WHERE household_id = $1", household)
    assert {row["id"]: row["case_id"] for row in rows} == {checked["lead_id"]: helped["case_id"], lead["id"]: helped["case_id"]}
    assert await admin.fetchval("SELECT count(*) FROM monitoring_case WHERE household_id = $1", household) == 1


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

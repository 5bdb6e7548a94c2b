"""What alarms open is graded and answered as any other lead; and what is counted follows leads of all channels, corrected and withdrawn."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.regional.causes import UNCOUNTED
from services.monitoring.domain.risks import Hardship
from services.monitoring.store.register import households as register
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Database
from shared.kernel.actors import Department, service_actor
from shared.kernel.ids import HouseholdId
from tests.builders.files import a_list_row
from tests.builders.people import a_household, proof
from tests.builders.regions import an_event
from tests.builders.story import Way, done
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county, department_user
from tests.monitoring.files.conftest import Files, files, job_runner
from tests.monitoring.regional.conftest import COUNTY, HERE, TOWN, Round, Work
from tests.monitoring.regional.test_alarms import ALARMS, OFFICER, some, the_alarm

__all__ = ["files", "job_runner"]

_OCCURRED = "SELECT household_id::text FROM occurrence WHERE county_code = $1 AND cause = $2"
_CELL = "SELECT households FROM regional_count WHERE county_code = $1 AND area_code = $1 AND cause = 'disaster' AND industry = ''"
_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
EMERGENCY = department_user("emergency", COUNTY, Department.EMERGENCY)


async def led(here: Way, call: Call, check: Round, work: Work, admin: asyncpg.Connection) -> list[dict[str, Any]]:
    """Let a price fall, the county find the alarm real, and leads be opened; give them."""
    await some(here, 3, lead=False)
    done(await call(OFFICER).post("/v1/regional-events", an_event([TOWN], cause="price_fall")))
    alarm = await the_alarm(call, check, cause="price_fall", code="township.leads", minimum_count=3)
    real = {"assessment": "real", "measures": ["保底收购"], "prevention_plan": "永德防范〔2021〕2号", "evidence": proof()}
    done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", real, seen=alarm["version"]))
    await work(done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/leads", None, seen=alarm["version"] + 1))["id"], by=OFFICER)
    rows = await admin.fetch("SELECT id::text FROM lead WHERE channel = 'regional' AND county_code = $1 ORDER BY id", COUNTY)
    return [done(await call(OFFICER).get(f"/v1/leads/{row['id']}")) for row in rows]


async def test_a_lead_of_an_alarm_is_graded_as_one_that_a_visit_found(
    here: Way, call: Call, check: Round, work: Work, admin: asyncpg.Connection
) -> None:
    leads = await led(here, call, check, work, admin)
    body = {"household_id": await here.household(), "channel": "home_visit", "hardships": ["harvest_or_business_failed"], "note": "走访时发现"}
    found = done(await call(here.officials.village).post("/v1/leads", body))
    visited = done(await call(OFFICER).get(f"/v1/leads/{found['id']}"))

    assert len(leads) == 3
    assert {(each["grade"], *each["hardships"]) for each in leads} == {(visited["grade"], "harvest_or_business_failed")}
    assert {each["step_limit"]["due_at"] for each in leads} == {visited["step_limit"]["due_at"]}


async def test_leads_of_an_alarm_are_answered_once_when_they_end(
    here: Way, call: Call, check: Round, work: Work, admin: asyncpg.Connection, set_clock: SetClock
) -> None:
    dismissed, confirmed, waiting = await led(here, call, check, work, admin)

    done(await here.verification(dismissed, outcome="dismissed", reason="未受影响"))
    case_id = (await here.confirmed(confirmed, "06"))["case_id"]
    await here.flagged(case_id, set_clock)

    rows = await admin.fetch(
        "SELECT lead_id::text AS lead, outcome FROM lead_answer WHERE lead_id::text = ANY($1)",
        [each["id"] for each in (dismissed, confirmed, waiting)],
    )
    answers = [(row["lead"], row["outcome"]) for row in rows]
    assert len(answers) == 2
    assert dict(answers)[confirmed["id"]] == "included"
    assert dismissed["id"] in dict(answers)


@pytest.mark.parametrize("channel", [each for each in Channel if each not in UNCOUNTED])
async def test_a_lead_of_whatever_channel_is_counted_once(channel: Channel, here: Way, call: Call, count: Round, admin: asyncpg.Connection) -> None:
    (household,) = await some(here, 1, hardship="job_lost")
    await admin.execute("UPDATE lead SET channel = $2 WHERE household_id = $1", household, channel)
    await count()
    await admin.execute("INSERT INTO occurrence_queue SELECT county_code, 'lead', id FROM lead WHERE county_code = $1", COUNTY)
    await count()

    assert [row[0] for row in await admin.fetch(_OCCURRED, COUNTY, "job_losses")] == [household]


async def test_a_department_s_correction_is_counted_and_a_recount_says_the_same(
    here: Way, call: Call, count: Round, admin: asyncpg.Connection, files: Files, work: Work
) -> None:
    first, second = [a_household(village=HERE, members=2) for _ in range(2)]
    ids = [done(await call(here.officials.village).post("/v1/households", each))["id"] for each in (first, second)]

    async def listed(family: dict[str, Any], revision: str) -> None:
        person = {name: family["members"][0][name] for name in ("name", "id_number")}
        row = a_list_row("disaster_list", village=HERE, **person, phone="", day="2021-09-18", source_number="ZH-" + ids[0][:8], revision=revision)
        assert (await files.sent(EMERGENCY, [row], kind="disaster_list"))["state"] == "done"
        await count()

    await listed(first, "1")
    before = [row[0] for row in await admin.fetch(_OCCURRED, COUNTY, "disaster")]
    await listed(second, "2")
    after = [row[0] for row in await admin.fetch(_OCCURRED, COUNTY, "disaster")]
    counted = await admin.fetchval(_CELL, COUNTY)
    await work(done(await call(county(area=COUNTY)).post("/v1/regional-recounts", {"area": COUNTY}))["id"], by=OFFICER)

    assert (before, after) == ([ids[0]], [ids[1]])
    assert counted == await admin.fetchval(_CELL, COUNTY) == 1


async def test_who_is_taken_up_while_an_alarm_waits_gets_no_second_lead(
    here: Way, call: Call, check: Round, work: Work, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    household, *others = await some(here, 3, lead=False)
    done(await call(OFFICER).post("/v1/regional-events", an_event([TOWN], cause="price_fall")))
    alarm = await the_alarm(call, check, cause="price_fall", code="township.leads", minimum_count=3)
    real = {"assessment": "real", "measures": ["保底收购"], "prevention_plan": "永德防范〔2021〕3号", "evidence": proof()}
    answered = done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", real, seen=alarm["version"]))
    job_id = done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/leads", None, seen=answered["version"]))["id"]
    visited = NewLead(
        area_code=HERE, household_id=HouseholdId(UUID(household)), channel=Channel.HOME_VISIT, hardships=[Hardship.ILLNESS], note="走访时发现"
    )

    async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
        await register.hold(HouseholdId(UUID(household)), tx)  # as every door that decides about a household
        waiting = asyncio.ensure_future(work(job_id, by=OFFICER))
        while not await admin.fetchval(_WAITS):  # noqa: ASYNC110  (another process says so)
            await asyncio.sleep(0.02)
        await open_lead(visited, tx)
    job = await waiting

    rows = await admin.fetch("SELECT household_id::text, channel FROM lead WHERE county_code = $1", COUNTY)
    assert job["created"] == 2
    assert {tuple(row) for row in rows} == {(household, "home_visit"), *((other, "regional") for other in others)}

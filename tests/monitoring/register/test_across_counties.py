"""A household moves to another county: closed here, then opened there, whatever happens between; nobody is lost, and nobody is there twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.monitoring.app import SERVICE
from services.monitoring.jobs import works as monitoring_jobs
from shared.database.transaction import Database
from shared.service.jobs.runner import JobRunner, Run
from tests.builders.families import DOCUMENT, Family, a_family, a_registered, as_it_is, shown
from tests.builders.places import NO_VILLAGE, OTHER_COUNTY
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, opened, settings_of
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village

THERE = Officials.of(OTHER_COUNTY)
HOLDS = """
    SELECT m.county_code, m.household_id::text, count(*) AS people, count(DISTINCT m.person_id) AS persons
    FROM membership m WHERE m.person_id = ANY($1::uuid[]) AND m.valid_to IS NULL GROUP BY 1, 2
"""
DIRECTORY = "SELECT county_code, count(*) AS rows FROM person_directory WHERE person_id = ANY($1::uuid[]) GROUP BY 1"


@pytest.fixture
async def other_runner(cluster: Cluster, databases: None) -> AsyncIterator[JobRunner]:
    """A second worker."""
    async with opened("monitoring", cluster, worker=True) as database:
        runner = SERVICE.job_runner(settings_of("monitoring", cluster), database)
        assert runner
        yield runner


async def asked(way: Way, family: Family, *, by: Any = None, seen: int | None = None, **changes: Any) -> Any:
    body = {"to_village": OTHER_COUNTY, "reason": "随子女迁居", "document_number": DOCUMENT, **changes}
    return await way.call(by or prefecture()).post(f"/v1/households/{family.id}/county-transfer", body, seen=seen or family.version)


async def transfer_of(way: Way, transfer_id: str) -> dict[str, Any]:
    return done(await way.call(prefecture()).get(f"/v1/household-transfers/{transfer_id}"))


async def work(*runners: JobRunner) -> None:
    for runner in runners:
        while await runner.do_one():
            pass


async def is_held_once(admin: asyncpg.Connection, family: Family, transfer: dict[str, Any], place: str, status: str) -> None:
    """Of all places exactly one holds the household, with everybody in it, and the register says the same."""
    if status == "closed":
        assert await admin.fetch(HOLDS, family.people) == []
    else:
        home = transfer["to_household"] if status == "done" else family.id
        assert [tuple(row) for row in await admin.fetch(HOLDS, family.people)] == [(place[:6], home, len(family.people), len(family.people))]
    assert [tuple(row) for row in await admin.fetch(DIRECTORY, family.people)] == [(place[:6], len(family.people))]


async def test_a_household_arrives_with_its_people_their_secrets_and_what_it_lives_on(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection, monitoring: Database
) -> None:
    family = await a_registered(way, "head", "spouse", "son", kind="general")

    accepted = await asked(way, family, number="QR-77")
    await work(job_runner)

    assert accepted.status_code == 202
    transfer = await transfer_of(way, accepted.json()["id"])
    assert (transfer["status"], transfer["job_state"], transfer["version"]) == ("done", "done", 3)
    job = done(await way.call(prefecture()).get(f"/v1/jobs/{transfer['job_id']}"))
    assert (job["total"], job["done"], job["updated"]) == (2, 2, 2)
    new = done(await way.call(THERE.village).get(f"/v1/households/{transfer['to_household']}"))
    assert (new["number"], new["area"], new["kind"], new["status"], new["version"]) == ("QR-77", OTHER_COUNTY, "general", "normal", 1)
    assert sorted((each["id"], each["relation"]) for each in new["members"]) == sorted(zip(family.people, ("head", "spouse", "son"), strict=True))
    assert (new["income"]["people"], new["income"]["wage_income"]) == (3, "8000.00")
    old = await shown(way, family.id)
    assert (old["status"], old["members"], old["income"]) == ("gone", [], None)
    await is_held_once(admin, family, transfer, OTHER_COUNTY, "done")
    search = await way.call(THERE.county).post("/v1/households/search", {"id_number": family.sent[2]["id_number"]})
    assert [each["id"] for each in done(search)["items"]] == [transfer["to_household"]]
    for person, sent in zip(family.people, family.sent, strict=True):
        kept = await admin.fetchval("SELECT secrets FROM person WHERE id = $1 AND county_code = $2", person, OTHER_COUNTY[:6])
        assert kept is not None
        assert monitoring.vault.open(kept, table="person", row=UUID(person))["id_number"] == sent["id_number"]
    assert await admin.fetchval("SELECT content FROM household_transfer WHERE id = $1", transfer["id"]) is None


async def test_the_file_leads_across_and_names_no_place_that_is_not_ones_own(way: Way, job_runner: JobRunner) -> None:
    family = await a_registered(way, "head")
    accepted = done(await asked(way, family))
    await work(job_runner)
    there = (await transfer_of(way, accepted["id"]))["to_household"]

    [here] = done(await way.call(county()).get(f"/v1/households/{family.id}/lineage"))["items"]
    [arrived] = done(await way.call(THERE.village).get(f"/v1/households/{there}/lineage"))["items"]
    [whole] = done(await way.call(prefecture()).get(f"/v1/households/{there}/lineage"))["items"]

    assert (here["to_household"], here["from_village"], here["to_village"]) == (there, HOME, None)
    assert (arrived["from_household"], arrived["from_village"], arrived["to_village"]) == (family.id, None, OTHER_COUNTY)
    assert (whole["from_village"], whole["to_village"]) == (HOME, OTHER_COUNTY)


async def test_one_that_was_monitored_is_a_lead_there_and_monitored_here_no_more(
    way: Way, set_clock: SetClock, job_runner: JobRunner, admin: asyncpg.Connection
) -> None:
    family = await a_registered(way, "head", "son")
    later, flag_id = await way.flagged((await way.confirmed(await way.lead(family.id), "06", "07"))["case_id"], set_clock)
    family = await as_it_is(later, family.id, family.sent)

    accepted = done(await asked(later, family))
    await work(job_runner)

    flag = done(await later.call(county()).get(f"/v1/risk-flags/{flag_id}"))
    assert flag["status"] == "withdrawn"
    kept = await admin.fetchval("SELECT cleared_why ->> 'reason' FROM risk_flag WHERE id = $1", flag_id)
    assert kept == "moved_away"
    there = (await transfer_of(later, accepted["id"]))["to_household"]
    leads = await admin.fetch("SELECT id::text, channel, status FROM lead WHERE household_id = $1", there)
    assert [tuple(row)[1:] for row in leads] == [("transfer", "registered")]
    lead = done(await later.call(THERE.village).get(f"/v1/leads/{leads[0]['id']}"))
    assert "06、07" in lead["note"]
    categories = await admin.fetch("SELECT category, valid_to IS NULL AS present FROM monitored_category WHERE household_id = $1", there)
    assert [tuple(row) for row in categories] == [("sudden_difficulty", False)]
    answer = await Way(later.call, later.now, THERE).verification({"id": leads[0]["id"], "version": 1}, outcome="confirmed", risks=["06"])
    assert done(answer)["case_id"] is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to_village": NO_VILLAGE[:6] + "102202"}, (422, "InsideCounty", ["body.to_village"])),
        ({"to_village": "530921101999"}, (422, "NoSuchVillage", ["body.to_village"])),
        ({"document_number": None}, (422, "Malformed", ["body.document_number"])),
    ],
)
async def test_a_transfer_names_a_village_of_another_county_and_a_document(change: dict[str, Any], said: Any, way: Way) -> None:
    assert refused(await asked(way, await a_registered(way, "head"), **change)) == said


@pytest.mark.parametrize("official", [village(), township(), county(), auditor()])
async def test_across_counties_is_the_prefecture_s(official: Any, way: Way) -> None:
    family = await a_registered(way, "head")

    assert refused(await asked(way, family, by=official)) == (403, "Forbidden", [])
    assert refused(await asked(way, family, seen=4)) == (412, "Stale", ["header.if-match"])


async def test_what_is_under_way_hinders_a_transfer_before_anything_happens(way: Way) -> None:
    with_lead, with_case = await a_registered(way, "head"), await a_registered(way, "head")
    await way.lead(with_lead.id)
    await way.confirmed(await way.lead(with_case.id), "06")

    assert refused(await asked(way, with_lead)) == (409, "LeadsUnderWay", [])
    assert refused(await asked(way, with_case)) == (409, "CaseUnderWay", [])


async def test_what_comes_between_the_asking_and_the_first_step_hinders_it_then_and_it_is_taken_up_again(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection
) -> None:
    family = await a_registered(way, "head", "son")
    accepted = done(await asked(way, family))
    lead = await way.lead(family.id)

    await work(job_runner)

    transfer = await transfer_of(way, accepted["id"])
    assert (transfer["status"], transfer["job_state"], transfer["version"]) == ("asked", "failed", 1)
    job = done(await way.call(prefecture()).get(f"/v1/jobs/{transfer['job_id']}"))
    assert job["problem"]["code"] == "LeadsUnderWay"
    await is_held_once(admin, family, transfer, HOME, "asked")

    done(await way.verification(lead, outcome="dismissed", reason="不实"))
    resumption = f"/v1/household-transfers/{transfer['id']}/resumption"
    assert refused(await way.call(prefecture()).post(resumption, None, seen=7)) == (412, "Stale", ["header.if-match"])
    resumed = await way.call(prefecture()).post(resumption, None, seen=1)
    assert (resumed.status_code, resumed.json()["version"]) == (202, 2)
    assert refused(await way.call(prefecture()).post(resumption, None, seen=2)) == (409, "TransferUnderWay", [])
    await work(job_runner)
    transfer = await transfer_of(way, accepted["id"])
    await is_held_once(admin, family, transfer, OTHER_COUNTY, transfer["status"])
    assert refused(await way.call(prefecture()).post(resumption, None, seen=transfer["version"])) == (409, "TransferOver", [])


async def test_a_transfer_is_not_cancelled(way: Way, job_runner: JobRunner) -> None:
    accepted = done(await asked(way, await a_registered(way, "head")))

    answer = await way.call(prefecture()).post(f"/v1/jobs/{accepted['job_id']}/cancellation", None, seen=1)

    assert refused(answer) == (409, "JobBinding", [])
    await work(job_runner)
    assert (await transfer_of(way, accepted["id"]))["status"] == "done"


async def test_a_household_has_one_transfer_at_a_time_and_asking_changes_it(way: Way, job_runner: JobRunner, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    first = done(await asked(way, family))

    assert (await shown(way, family.id))["version"] == family.version + 1
    assert refused(await asked(way, family)) == (412, "Stale", ["header.if-match"])
    assert refused(await asked(way, family, seen=family.version + 1)) == (409, "TransferAsked", [])
    with pytest.raises(asyncpg.UniqueViolationError):
        await admin.execute(f"INSERT INTO household_transfer SELECT (x).* FROM ({ANOTHER}) AS x", first["id"])
    await work(job_runner)
    await is_held_once(admin, family, await transfer_of(way, first["id"]), OTHER_COUNTY, "done")


ANOTHER = "SELECT jsonb_populate_record(t, jsonb_build_object('id', uuidv7())) AS x FROM household_transfer t WHERE id = $1"


async def test_a_transfer_that_cannot_be_done_is_withdrawn_and_another_may_be_asked_for(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection
) -> None:
    family = await a_registered(way, "head", "son")
    first = done(await asked(way, family))
    withdrawal, resumption = (f"/v1/household-transfers/{first['id']}/{act}" for act in ("withdrawal", "resumption"))

    assert refused(await way.call(prefecture()).post(withdrawal, None, seen=7)) == (412, "Stale", ["header.if-match"])
    withdrawn = done(await way.call(prefecture()).post(withdrawal, None, seen=1))
    again = await way.call(prefecture()).post(withdrawal, None, seen=2)
    resumed = await way.call(prefecture()).post(resumption, None, seen=2)
    second = done(await asked(way, family, seen=family.version + 1))
    await work(job_runner)

    assert (withdrawn["status"], withdrawn["version"]) == ("withdrawn", 2)
    assert refused(again) == refused(resumed) == (409, "TransferWithdrawn", [])
    assert (await transfer_of(way, first["id"]))["status"] == "withdrawn"
    await is_held_once(admin, family, await transfer_of(way, second["id"]), OTHER_COUNTY, "done")
    late = await way.call(prefecture()).post(f"/v1/household-transfers/{second['id']}/withdrawal", None, seen=3)
    assert refused(late) == (409, "TransferBegun", [])


async def test_why_a_household_moves_is_sealed_wherever_it_is_kept_and_shown_to_who_may_see_it(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection
) -> None:
    family = await a_registered(way, "head")
    accepted = done(await asked(way, family, reason="随岩温罕迁居"))
    await work(job_runner)

    for table, column in (("household_transfer", "id"), ("household_lineage", "change_id")):
        rows = [str(dict(row)) for row in await admin.fetch(f"SELECT * FROM {table} WHERE {column} = $1", accepted["id"])]
        assert rows
        assert not [row for row in rows if "岩温罕" in row]
    assert (await transfer_of(way, accepted["id"]))["reason"] == "随岩温罕迁居"
    [act] = done(await way.call(county()).get(f"/v1/households/{family.id}/lineage"))["items"]
    assert act["reason"] == "随岩温罕迁居"


async def test_a_number_taken_by_then_gives_way_to_the_id(way: Way, job_runner: JobRunner) -> None:
    taken = done(await way.call(THERE.village).post("/v1/households", a_family("head", village=OTHER_COUNTY, number="TAKEN-1")))
    accepted = done(await asked(way, await a_registered(way, "head"), number="TAKEN-1"))

    await work(job_runner)

    transfer = await transfer_of(way, accepted["id"])
    new = done(await way.call(THERE.village).get(f"/v1/households/{transfer['to_household']}"))
    assert (transfer["status"], new["number"]) == ("done", transfer["to_household"])
    assert taken["id"] != new["id"]


async def test_who_goes_and_comes_back_is_there_again(way: Way, job_runner: JobRunner, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    first = done(await asked(way, family))
    await work(job_runner)
    there = (await transfer_of(way, first["id"]))["to_household"]

    back = done(await asked(way, Family(id=there, version=1, people=family.people, sent=()), to_village=HOME))
    await work(job_runner)

    transfer = await transfer_of(way, back["id"])
    await is_held_once(admin, family, transfer, HOME, "done")
    assert len(done(await way.call(prefecture()).get(f"/v1/households/{transfer['to_household']}/lineage"))["items"]) == 2


class Killed(BaseException):
    """What ends a worker at once, wherever it is."""


AFTER_NOTHING, IN_THE_FIRST, BETWEEN, IN_THE_SECOND, AFTER_BOTH = range(5)


@pytest.mark.parametrize("moment", [AFTER_NOTHING, IN_THE_FIRST, BETWEEN, IN_THE_SECOND, AFTER_BOTH])
async def test_a_worker_killed_at_any_moment_is_followed_by_one_that_goes_on(
    moment: int, way: Way, job_runner: JobRunner, other_runner: JobRunner, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = await a_registered(way, "head", "son")
    accepted = done(await asked(way, family))
    before, status = (HOME, "asked") if moment < BETWEEN else (HOME, "closed") if moment < AFTER_BOTH else (OTHER_COUNTY, "done")

    with monkeypatch.context() as patch:
        kill_at(moment, patch)
        with pytest.raises(Killed):
            await job_runner.do_one()
    transfer = await transfer_of(way, accepted["id"])
    assert transfer["status"] == status
    await is_held_once(admin, family, transfer, before, status)
    assert (await registered_anew(way, family)) == (409, "RegisteredElsewhere")

    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", accepted["job_id"])
    await work(other_runner)

    transfer = await transfer_of(way, accepted["id"])
    assert (transfer["status"], transfer["job_state"]) == ("done", "done")
    await is_held_once(admin, family, transfer, OTHER_COUNTY, "done")
    assert await admin.fetchval("SELECT count(*) FROM household_lineage WHERE change_id = $1", transfer["id"]) == 2


def kill_at(moment: int, patch: pytest.MonkeyPatch) -> None:
    """Have a step end the worker before it, or when it is done but not committed."""

    def killing(step: Any, *, before: bool) -> Any:
        async def act(*values: Any) -> None:
            if not before:
                await step(*values)
            raise Killed

        return act

    if moment in (AFTER_NOTHING, IN_THE_FIRST):
        patch.setattr(monitoring_jobs, "close_here", killing(monitoring_jobs.close_here, before=moment == AFTER_NOTHING))
    elif moment in (BETWEEN, IN_THE_SECOND):
        patch.setattr(monitoring_jobs, "open_there", killing(monitoring_jobs.open_there, before=moment == BETWEEN))
    else:

        async def end(*_: Any, **__: Any) -> None:
            raise Killed

        patch.setattr(Run, "end", end)


async def registered_anew(way: Way, family: Family) -> tuple[int, str]:
    """Try to register one of its people somewhere else."""
    body = a_family("head") | {"members": [{**family.sent[0], "relation": "head"}]}
    return refused(await way.call(village()).post("/v1/households", body))[:2]


@pytest.mark.parametrize("step", ["close_here", "open_there"])
@pytest.mark.parametrize("sleeps", ["before it", "after it, uncommitted"])
async def test_a_worker_that_slept_in_a_step_changes_nothing_once_another_has_taken_over(
    sleeps: str, step: str, way: Way, job_runner: JobRunner, other_runner: JobRunner, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = await a_registered(way, "head", "son")
    accepted = done(await asked(way, family))
    sleeping, woken, real = asyncio.Event(), asyncio.Event(), getattr(monitoring_jobs, step)
    sleepers = iter([True])

    async def sleeps_once(*values: Any) -> None:
        sleeper = next(sleepers, False)
        if sleeper and sleeps != "before it":
            await real(*values)
        if sleeper:
            sleeping.set()
            await woken.wait()
        if not sleeper or sleeps == "before it":
            await real(*values)

    monkeypatch.setattr(monitoring_jobs, step, sleeps_once)
    frozen = asyncio.create_task(job_runner.do_one())
    await sleeping.wait()
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", accepted["job_id"])
    await work(other_runner)  # it waits for the sleeper's locks, in vain, and leaves it for later
    woken.set()
    await frozen
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", accepted["job_id"])
    await work(other_runner)

    transfer = await transfer_of(way, accepted["id"])
    assert (transfer["status"], transfer["job_state"]) == ("done", "done")
    await is_held_once(admin, family, transfer, OTHER_COUNTY, "done")
    assert await admin.fetchval("SELECT count(*) FROM household_lineage WHERE change_id = $1", transfer["id"]) == 2


@pytest.mark.parametrize("official", [county(), auditor(HOME[:6]), auditor(), village()])
async def test_how_a_transfer_stands_is_the_prefecture_s_to_see(official: Any, way: Way, job_runner: JobRunner) -> None:
    accepted = done(await asked(way, await a_registered(way, "head")))

    assert refused(await way.call(official).get(f"/v1/household-transfers/{accepted['id']}"))[0] == 403
    await work(job_runner)


async def test_what_moves_is_sealed_while_it_is_under_way_and_no_county_sees_it(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection, monitoring: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = await a_registered(way, "head", "son")
    accepted = done(await asked(way, family))
    with monkeypatch.context() as patch:
        kill_at(BETWEEN, patch)
        with pytest.raises(Killed):
            await job_runner.do_one()

    kept = str(dict(await admin.fetchrow("SELECT * FROM household_transfer WHERE id = $1", accepted["id"]) or {}))
    assert not [sent[field] for sent in family.sent for field in ("name", "id_number", "phone") if sent[field] in kept]
    for official in (county(), county(area=OTHER_COUNTY[:6]), village()):
        async with monitoring.transaction(official) as tx:
            assert (await tx.execute(text("SELECT id FROM household_transfer"))).all() == []
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", accepted["job_id"])
    await work(job_runner)

"""Several leads on one household: before the appraisal they join, afterwards a new risk waits for the next case."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock


async def shown(way: Way, case_id: str) -> dict[str, Any]:
    return done(await way.call(way.officials.county).get(f"/v1/cases/{case_id}"))


async def joined(way: Way, household_id: str, *risks: str) -> dict[str, Any]:
    """Register and confirm one more lead."""
    return await way.confirmed(await way.lead(household_id), *risks)


async def test_before_the_appraisal_a_lead_adds_its_risks_behind_the_main_one(way: Way) -> None:
    household_id = await way.household()
    other = await way.case("01")
    case_id = (await joined(way, household_id, "06"))["case_id"]

    second = await joined(way, household_id, "01", "06")

    assert second["case_id"] == case_id != other
    case = await shown(way, case_id)
    assert (case["risks"], case["version"]) == (["06", "01"], 2)
    assert (await shown(way, other))["version"] == 1


async def test_who_saw_the_case_before_a_risk_joined_must_look_again(way: Way) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06"))["case_id"]
    await joined(way, household_id, "01")
    meeting = {"held_at": way.at(minutes=-4), "eligible": 30, "present": 25, "in_favour": 23}

    assert refused(await way.act(way.officials.village, case_id, "appraisal", meeting, seen=1)) == (412, "Stale", ["header.if-match"])
    assert (await way.act(way.officials.village, case_id, "appraisal", meeting, seen=2)).status_code == 200


async def test_a_sixth_risk_does_not_join(way: Way) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "01", "03", "05", "06", "07"))["case_id"]
    lead = await way.lead(household_id)

    answer = await way.verification(lead, outcome="confirmed", risks=["01", "09"])

    assert refused(answer) == (409, "TooManyRisks", ["body.risks"])
    assert (await shown(way, case_id))["risks"] == ["01", "03", "05", "06", "07"]
    assert (await joined(way, household_id, "07"))["case_id"] == case_id


async def test_after_the_appraisal_what_is_not_new_joins_and_what_is_new_waits(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06", "07"))["case_id"]
    done(await way.appraisal(case_id))

    known, new = await joined(way, household_id, "07"), await joined(way, household_id, "07", "01")

    assert (known["case_id"], new["case_id"]) == (case_id, None)
    assert (await shown(way, case_id))["risks"] == ["06", "07"]
    assert await admin.fetchval("SELECT count(*) FROM monitoring_case WHERE household_id = $1", household_id) == 1


async def next_case_of(way: Way, decided: dict[str, Any], leads: list[dict[str, Any]]) -> dict[str, Any]:
    for lead in leads:
        assert done(await way.call(way.officials.county).get(f"/v1/leads/{lead['id']}"))["case_id"] == decided["next_case_id"]
    return await shown(way, decided["next_case_id"])


@pytest.mark.parametrize("ending", ["approved", "refused by the county", "refused by the township"])
async def test_when_a_case_is_decided_the_waiting_leads_open_the_next_with_the_limit_of_the_oldest(
    ending: str, way: Way, set_clock: SetClock
) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06"))["case_id"]
    done(await way.appraisal(case_id))
    done(await way.notice(case_id))
    first = await joined(way, household_id, "01")
    thursday = replace(way, now=await set_clock(way.now + timedelta(days=1)))
    second = await joined(thursday, household_id, "09", "01")
    bystander = await joined(thursday, await way.household(), "05")
    later = await way.after_notice(set_clock)

    if ending == "refused by the township":
        done(await later.removal(case_id))
        decided = done(await later.review(case_id, agrees=False))
    else:
        decided = await later.decided(case_id, agrees=ending == "approved")

    following = await next_case_of(later, decided, [first, second])
    assert decided["status"] == ending.split()[0]
    assert (following["risks"], following["status"], following["household_id"]) == (["01", "09"], "opened", household_id)
    assert following["due_at"] == "2021-10-08T16:00:00Z", "counted from the lead of Wednesday, not from today"
    assert following["basis"]["lead_registered_at"].startswith("2021-09-22T")
    assert bystander["case_id"] != decided["next_case_id"]


async def test_a_lost_vote_opens_no_next_case_when_nothing_waits(way: Way) -> None:
    case_id = await way.case("06")

    lost = done(await way.appraisal(case_id, in_favour=12))

    assert (lost["status"], lost["next_case_id"]) == ("refused", None)


async def test_a_lead_that_waits_since_an_earlier_case_opens_the_next_when_the_vote_is_lost(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06"))["case_id"]
    waiting = await joined(way, household_id, "01")
    # A lead can only wait for a case that is appraised; put one back to before its vote.
    await admin.execute("UPDATE lead SET case_id = NULL WHERE id = $1", waiting["id"])

    lost = done(await way.appraisal(case_id, in_favour=0))

    assert lost["status"] == "refused"
    assert (await next_case_of(way, lost, [waiting]))["risks"] == ["01"]


async def test_no_more_waits_than_one_case_can_hold(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06"))["case_id"]
    done(await way.appraisal(case_id))
    done(await way.notice(case_id))
    await joined(way, household_id, "01", "03", "05", "07")

    sixth = await way.verification(await way.lead(household_id), outcome="confirmed", risks=["10"])
    later = await way.after_notice(set_clock)
    decided = await later.decided(case_id)

    assert refused(sixth) == (409, "TooManyRisks", ["body.risks"])
    assert (await shown(later, decided["next_case_id"]))["risks"] == ["01", "03", "05", "07"]


async def test_the_limit_of_a_case_is_counted_from_the_earliest_of_its_leads(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    early = await way.lead(household_id)
    later = replace(way, now=await set_clock(way.now + timedelta(days=4)))
    case_id = (await joined(later, household_id, "06"))["case_id"]
    before = (await shown(later, case_id))["due_at"]

    assert (await later.confirmed(early, "06"))["case_id"] == case_id

    assert (before, (await shown(later, case_id))["due_at"]) == ("2021-10-11T16:00:00Z", "2021-10-08T16:00:00Z")


async def test_a_missing_line_does_not_hold_up_the_decision_and_the_waiting_lead_goes_along_with_the_next(
    way: Way, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    case_id = await way.case("06")
    household_id = (await shown(way, case_id))["household_id"]
    done(await way.appraisal(case_id))
    waiting = await way.lead(household_id)
    assert (await way.confirmed(waiting, "07"))["case_id"] is None
    done(await way.notice(case_id))
    later = await way.after_notice(set_clock)
    await later.reviewed(case_id)
    await admin.execute("UPDATE bottom_line SET year = 3021 WHERE year = 2021")

    decided = done(await later.approval(case_id))

    await admin.execute("UPDATE bottom_line SET year = 2021 WHERE year = 3021")
    assert (decided["status"], decided["next_case_id"]) == ("approved", None)
    next_case = await shown(later, (await joined(later, household_id, "01"))["case_id"])
    assert next_case["risks"] == ["07", "01"]
    lead = done(await later.call(later.officials.village).get(f"/v1/leads/{waiting['id']}"))
    assert lead["case_id"] == next_case["id"]


@asynccontextmanager
async def held_up(household_id: str, admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Keep a household locked until everybody who wants it has come to wait for it."""
    async with admin.transaction():
        await admin.execute("SELECT 1 FROM household WHERE id = $1 FOR UPDATE", household_id)
        yield
        await asyncio.sleep(0.3)


async def test_two_leads_verified_at_once_make_one_case(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    leads = [await way.lead(household_id), await way.lead(household_id)]

    async with held_up(household_id, admin):
        verifying = [asyncio.create_task(way.confirmed(lead, risk)) for lead, risk in zip(leads, ("06", "01"), strict=True)]
    one, two = await asyncio.gather(*verifying)

    assert one["case_id"] == two["case_id"]
    case = await shown(way, one["case_id"])
    assert (sorted(case["risks"]), case["version"]) == (["01", "06"], 2)
    assert await admin.fetchval("SELECT count(*) FROM monitoring_case WHERE household_id = $1", household_id) == 1


async def test_a_lead_verified_while_the_village_votes_joins_before_the_vote_or_waits(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    case_id = (await joined(way, household_id, "06"))["case_id"]
    lead = await way.lead(household_id)
    meeting = {"held_at": way.at(minutes=-4), "eligible": 30, "present": 25, "in_favour": 23}

    async with held_up(household_id, admin):
        voting = asyncio.create_task(way.act(way.officials.village, case_id, "appraisal", meeting, seen=1))
        verifying = asyncio.create_task(way.confirmed(lead, "01"))
    vote, verified = await asyncio.gather(voting, verifying)

    case = await shown(way, case_id)
    if vote.status_code == 200:
        assert (verified["case_id"], case["risks"], case["status"]) == (None, ["06"], "appraised")
    else:
        assert refused(vote) == (412, "Stale", ["header.if-match"])
        assert (verified["case_id"], case["risks"], case["status"]) == (case_id, ["06", "01"], "opened")


async def test_one_lead_verified_twice_at_once_is_decided_once(way: Way) -> None:
    lead = await way.lead(await way.household())

    answers = await asyncio.gather(
        way.verification(lead, outcome="confirmed", risks=["06"]), way.verification(lead, outcome="dismissed", reason="不实")
    )

    assert len([answer for answer in answers if answer.status_code == 200]) == 1
    assert [refused(answer)[0] for answer in answers if answer.status_code != 200] in ([409], [412])

"""Withdrawing a flag: entered in error, or the household is gone. The record stays, what is under way ends."""

from typing import Any

import asyncpg
import orjson
import pytest

from shared.kernel.ids import new_id
from tests.builders.people import a_household, a_self_report
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, citizen, county, prefecture, township, village


async def flagged(way: Way, set_clock: SetClock, *risks: str) -> tuple[Way, str, str]:
    """Flag a new household; give the way as it goes on, the household and the flag."""
    case_id = await way.case(*risks)
    later, flag_id = await way.flagged(case_id, set_clock)
    return later, done(await later.call(county()).get(f"/v1/cases/{case_id}"))["household_id"], flag_id


async def household_of(way: Way, household_id: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/households/{household_id}"))


async def test_of_a_flag_entered_in_error_the_household_is_normal_again(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    later, household_id, flag_id = await flagged(way, set_clock, "0201")

    withdrawn = done(await later.withdrawal(flag_id))

    assert (withdrawn["status"], withdrawn["version"]) == ("withdrawn", 2)
    assert ((await household_of(later, household_id))["status"], (await household_of(later, household_id))["version"]) == ("normal", 3)
    flag = done(await later.call(county()).get(f"/v1/risk-flags/{flag_id}"))
    assert (flag["status"], flag["risks"], flag["version"]) == ("withdrawn", ["0201"], 2)
    (kept,) = await admin.fetch("SELECT cleared_at, cleared_why FROM risk_flag WHERE id = $1", flag_id)
    assert kept["cleared_at"].date().isoformat() == "2021-10-03"
    assert orjson.loads(kept["cleared_why"]) == {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号"}
    (category,) = await admin.fetch("SELECT valid_from, valid_to FROM monitored_category WHERE household_id = $1", household_id)
    assert (category["valid_from"].isoformat(), category["valid_to"].isoformat()) == ("2021-10-03", "2021-10-03")


async def test_referrals_end_with_the_flag_and_tasks_of_others_with_their_answer(way: Way, set_clock: SetClock) -> None:
    later, _, flag_id = await flagged(way, set_clock, "0201")
    bystander, _, other_flag = await flagged(later, set_clock, "0201")

    done(await later.withdrawal(flag_id))

    for flag, referral in ((flag_id, "withdrawn"), (other_flag, "opened")):
        measures = done(await bystander.call(county()).get(f"/v1/risk-flags/{flag}/fan-out"))["measures"]
        assert {each["measure"]: each["status"] for each in measures} == {"recovery": None, "relief": referral}


async def test_what_is_announced_is_the_flag_as_cleared_with_all_it_owed(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    later, household_id, flag_id = await flagged(way, set_clock, "0201")

    done(await later.withdrawal(flag_id))

    (row,) = await admin.fetch("SELECT type, payload, entity_version FROM outbox WHERE entity_id = $1 AND entity_version = 2", flag_id)
    state = orjson.loads(row["payload"])
    assert row["type"] == "monitoring.risk_flag_cleared.v1"
    assert (state["status"], state["version"], state["household_id"]) == ("withdrawn", 2, household_id)
    assert [each["measure"] for each in state["owed"]] == ["recovery"]
    assert "错录" not in row["payload"].decode()
    assert set(state) == {"id", "county_code", "version", "household_id", "area_code", "status", "owed"}


async def test_for_a_household_that_is_gone_nothing_more_is_done(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    later, household_id, flag_id = await flagged(way, set_clock, "06")
    waiting = await later.lead(household_id)

    done(await later.withdrawal(flag_id, reason="household_gone"))

    lead = {"household_id": household_id, "channel": "disaster", "hardships": ["water"]}
    assert (await household_of(later, household_id))["status"] == "gone"
    assert refused(await later.call(village()).post("/v1/leads", lead)) == (409, "HouseholdGone", [])
    assert refused(await later.verification(waiting, outcome="confirmed", risks=["06"])) == (409, "HouseholdGone", [])
    assert (await later.verification(waiting, outcome="dismissed", reason="整户迁出")).status_code == 200


async def test_of_a_household_that_is_gone_the_case_is_cancelled_and_waiting_leads_are_dismissed(way: Way, set_clock: SetClock) -> None:
    later, household_id, flag_id = await flagged(way, set_clock, "06")
    case_id = (await later.confirmed(await later.lead(household_id), "07"))["case_id"]
    done(await later.appraisal(case_id))
    waiting = await later.lead(household_id)
    assert (await later.confirmed(waiting, "0201"))["case_id"] is None

    done(await later.withdrawal(flag_id, reason="household_gone"))

    case = done(await later.call(county()).get(f"/v1/cases/{case_id}"))
    assert (case["status"], case["decided_at"] is None, case["days_left"]) == ("cancelled", False, None)
    assert [step["act"] for step in case["steps"]] == ["village_appraisal", "cancellation"]
    lead = done(await later.call(village()).get(f"/v1/leads/{waiting['id']}"))
    assert (lead["status"], lead["dismissal_reason"], lead["case_id"]) == ("dismissed", "经查系错录", None)


async def test_a_household_whose_flag_was_withdrawn_can_be_flagged_anew(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    later, household_id, first = await flagged(way, set_clock, "06")
    done(await later.withdrawal(first))

    case_id = (await later.confirmed(await later.lead(household_id), "06"))["case_id"]
    latest, second = await later.flagged(case_id, set_clock)

    assert second != first
    flag = done(await latest.call(county()).get(f"/v1/risk-flags/{second}"))
    assert (flag["version"], flag["status"]) == (1, "open")
    assert (await household_of(latest, household_id))["status"] == "monitored"
    owed = await admin.fetch("SELECT DISTINCT id FROM owed_measure WHERE flag_id = ANY($1::uuid[])", [first, second])
    assert len(owed) == 2, "each flag owes its own"
    categories = await admin.fetch("SELECT valid_to FROM monitored_category WHERE household_id = $1 ORDER BY valid_from", household_id)
    assert [row["valid_to"] is None for row in categories] == [False, True]


async def test_a_flag_is_withdrawn_once_and_by_who_saw_it_last(way: Way, set_clock: SetClock) -> None:
    later, _, flag_id = await flagged(way, set_clock, "06")
    body = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号"}

    unseen = await later.call(county()).post(f"/v1/risk-flags/{flag_id}/withdrawal", body)
    stale = await later.withdrawal(flag_id, seen=2)
    done(await later.withdrawal(flag_id))
    over = await later.withdrawal(flag_id, seen=2)

    assert refused(unseen) == (428, "VersionMissing", ["header.if-match"])
    assert refused(stale) == (412, "Stale", ["header.if-match"])
    assert refused(over) == (409, "FlagOver", [])


@pytest.mark.parametrize("official", [village(), township(), prefecture(), auditor(), citizen()])
async def test_withdrawing_is_the_county_s(official: Any, way: Way) -> None:
    flag_id = "0192f0c1-7d3e-7000-8000-0000000000aa"
    body = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号"}

    assert refused(await way.call(official).post(f"/v1/risk-flags/{flag_id}/withdrawal", body, seen=1)) == (403, "Forbidden", [])


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reason": "eliminated"}, "body.reason"), ({"opinion": ""}, "body.opinion"), ({"document_number": None}, "body.document_number")],
)
async def test_a_withdrawal_says_why_and_by_which_document(change: dict[str, Any], field: str, way: Way, set_clock: SetClock) -> None:
    later, _, flag_id = await flagged(way, set_clock, "06")
    body = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号", **change}

    assert refused(await later.call(county()).post(f"/v1/risk-flags/{flag_id}/withdrawal", body, seen=1)) == (422, "Malformed", [field])


async def test_a_report_from_somebody_of_a_household_that_is_gone_is_taken_without_it(
    way: Way, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    household = a_household()
    household_id = done(await way.call(village()).post("/v1/households", household))["id"]
    later, flag_id = await way.flagged((await way.confirmed(await way.lead(household_id), "06"))["case_id"], set_clock)
    done(await later.withdrawal(flag_id, reason="household_gone"))
    report_id = str(new_id())

    taken = await later.call(citizen()).put(f"/v1/self-reports/{report_id}", a_self_report(id_number=household["members"][1]["id_number"]))

    assert taken.status_code == 201
    lead = {"id": await admin.fetchval("SELECT lead_id FROM self_report WHERE id = $1", report_id), "version": 1}
    assert done(await later.call(village()).get(f"/v1/leads/{lead['id']}"))["household_id"] is None
    assert refused(await later.verification(lead, outcome="confirmed", risks=["06"])) == (409, "HouseholdUnknown", ["body.household_id"])
    assert (await later.verification(lead, outcome="dismissed", reason="整户迁出")).status_code == 200

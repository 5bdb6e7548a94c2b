"""Leads: registered on a household, listed by their limit, read with a trace, and decided by a visit."""

from typing import Any

import asyncpg
import pytest

from shared.kernel.ids import new_id
from tests.builders.people import a_household, a_self_report, proof
from tests.builders.places import NEXT_VILLAGE, STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village
from tests.monitoring.lists import listed


def a_lead(household_id: str, **changes: Any) -> dict[str, Any]:
    return {"household_id": household_id, "channel": "disaster", "hardships": ["water", "job_lost"], "note": "来电反映", **changes}


@pytest.mark.parametrize("official", [village(), township(), county(), prefecture()])
async def test_a_lead_is_registered_with_its_limit(official: Any, way: Way) -> None:
    household_id = await way.household()

    answer = await way.call(official).post("/v1/leads", a_lead(household_id))

    assert answer.status_code == 201
    shown = await way.call(county()).get(f"/v1/leads/{answer.json()['id']}")
    assert shown.headers["etag"] == '"1"'
    lead = shown.json()
    assert (lead["area"], lead["household_id"], lead["channel"], lead["status"]) == (HOME, household_id, "disaster", "registered")
    assert (lead["hardships"], lead["note"], lead["risks"], lead["remark"], lead["case_id"]) == (["water", "job_lost"], "来电反映", [], None, None)
    assert (lead["registered_at"][:10], lead["due_at"]) == ("2021-09-22", "2021-10-08T16:00:00Z")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"channel": "self_report"}, "body.channel"), ({"hardships": []}, "body.hardships"), ({"hardships": ["rain"]}, "body.hardships.0")],
)
async def test_an_unfit_lead_is_refused_by_field(change: dict[str, Any], field: str, way: Way) -> None:
    answer = await way.call(village()).post("/v1/leads", a_lead(await way.household(), **change))

    assert refused(answer) == (422, "Malformed", [field])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_of_another_area_s_household_and_lead_nothing_is_known(stranger: Any, way: Way) -> None:
    household_id = await way.household()
    lead = await way.lead(household_id)

    assert refused(await way.call(stranger).post("/v1/leads", a_lead(household_id))) == (404, "NotFound", [])
    assert refused(await way.call(stranger).get(f"/v1/leads/{lead['id']}")) == (404, "NotFound", [])
    assert refused(await way.call(village()).post("/v1/leads", a_lead(str(new_id())))) == (404, "NotFound", [])


@pytest.mark.parametrize("official", [auditor(), citizen()])
async def test_leads_are_registered_by_the_offices_of_every_level_only(official: Any, way: Way) -> None:
    assert refused(await way.call(official).post("/v1/leads", a_lead(await way.household()))) == (403, "Forbidden", [])


async def test_reading_a_lead_leaves_a_trace(way: Way, admin: asyncpg.Connection) -> None:
    lead = await way.lead(await way.household())
    reads = "SELECT actor FROM audit WHERE relation = 'lead' AND act = 'READ' AND (after ->> 'id')::uuid = $1"

    before = await admin.fetch(reads, lead["id"])
    done(await way.call(auditor()).get(f"/v1/leads/{lead['id']}"))

    assert before == []
    assert [row["actor"] for row in await admin.fetch(reads, lead["id"])] == ["auditor"]


async def test_a_list_holds_the_leads_of_an_area_in_one_status(way: Way) -> None:
    open_lead, dismissed = await way.lead(await way.household()), await way.lead(await way.household())
    done(await way.verification(dismissed, outcome="dismissed", reason="情况不实"))
    next_door = Way(way.call, way.now, Officials.of(NEXT_VILLAGE))
    theirs = await next_door.lead(await next_door.household())

    async def ids(official: Any, **query: Any) -> set[str]:
        return {each["id"] for each in await listed(way.call(official), "/v1/leads", **query)}

    of_village, of_township = await ids(village()), await ids(township())
    assert open_lead["id"] in of_village
    assert of_village.isdisjoint({dismissed["id"], theirs["id"]})
    assert {open_lead["id"], theirs["id"]} <= of_township
    assert dismissed["id"] in await ids(village(), status="dismissed")
    assert open_lead["id"] not in await ids(township(), area=NEXT_VILLAGE)


async def test_a_confirmed_lead_names_its_risks_and_opens_a_case(way: Way) -> None:
    lead = await way.lead(await way.household())

    confirmed = await way.confirmed(lead, "07", "01", "06")

    assert (confirmed["status"], confirmed["version"]) == ("confirmed", 2)
    shown = done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))
    assert (shown["risks"], shown["case_id"]) == (["07", "01", "06"], confirmed["case_id"])
    case = done(await way.call(county()).get(f"/v1/cases/{confirmed['case_id']}"))
    assert (case["risks"], case["status"], case["version"], case["area"]) == (["07", "01", "06"], "opened", 1, HOME)
    assert case["due_at"] == shown["due_at"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"outcome": "confirmed"}, (422, "RisksMissing", ["body.risks"])),
        ({"outcome": "confirmed", "risks": ["06", "06"]}, (422, "RisksMissing", ["body.risks"])),
        ({"outcome": "confirmed", "risks": ["01", "03", "04", "05", "06", "07"]}, (422, "Malformed", ["body.risks"])),
        ({"outcome": "confirmed", "risks": ["02"]}, (422, "Malformed", ["body.risks.0"])),
        ({"outcome": "dismissed"}, (422, "ReasonMissing", ["body.reason"])),
        ({"outcome": "dismissed", "reason": "不实", "risks": ["06"]}, (422, "ReasonMissing", ["body.risks"])),
        ({"outcome": "confirmed", "risks": ["06"], "visited_at": "2021-09-22T09:30:00+08:00"}, (422, "NotYetHappened", ["body.visited_at"])),
        ({"outcome": "dismissed", "reason": "不实", "visited_at": "2021-09-22T09:30:00+08:00"}, (422, "NotYetHappened", ["body.visited_at"])),
        ({"outcome": "confirmed", "risks": ["06"], "evidence": []}, (422, "Malformed", ["body.evidence"])),
    ],
)
async def test_an_unfit_verification_is_refused_and_decides_nothing(found: dict[str, Any], said: tuple[int, str, list[str]], way: Way) -> None:
    lead = await way.lead(await way.household())

    answer = await way.verification(lead, **found)

    assert refused(answer) == said
    assert (await way.verification(lead, outcome="dismissed", reason="情况不实")).status_code == 200


async def test_a_dismissed_lead_keeps_its_reason_and_opens_nothing(way: Way) -> None:
    lead = await way.lead(await way.household())

    dismissed = done(await way.verification(lead, outcome="dismissed", reason="情况不实"))

    assert (dismissed["status"], dismissed["case_id"]) == ("dismissed", None)
    shown = done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))
    assert (shown["dismissal_reason"], shown["risks"]) == ("情况不实", [])


async def test_a_lead_is_decided_once_and_by_who_saw_it_last(way: Way) -> None:
    lead = await way.lead(await way.household())

    stale = await way.verification(lead | {"version": 2}, outcome="confirmed", risks=["06"])
    unseen = await way.call(village()).post(
        f"/v1/leads/{lead['id']}/verification", {"outcome": "dismissed", "visited_at": way.at(), "reason": "不实", "evidence": proof()}
    )
    await way.confirmed(lead, "06")
    again = await way.verification(lead | {"version": 2}, outcome="dismissed", reason="不实")

    assert refused(stale) == (412, "Stale", ["header.if-match"])
    assert refused(unseen) == (428, "VersionMissing", ["header.if-match"])
    assert refused(again) == (409, "Conflict", [])


async def test_the_county_does_not_verify(way: Way) -> None:
    lead = await way.lead(await way.household())
    body = {"outcome": "confirmed", "visited_at": way.at(minutes=-5), "risks": ["06"], "evidence": proof()}

    assert refused(await way.call(county()).post(f"/v1/leads/{lead['id']}/verification", body, seen=1)) == (403, "Forbidden", [])
    assert (await way.call(township()).post(f"/v1/leads/{lead['id']}/verification", body, seen=1)).status_code == 200


async def unmatched(way: Way, admin: asyncpg.Connection) -> dict[str, Any]:
    report_id = new_id()
    done(await way.call(citizen()).put(f"/v1/self-reports/{report_id}", a_self_report()))
    return {"id": await admin.fetchval("SELECT lead_id FROM self_report WHERE id = $1", report_id), "version": 1}


async def test_a_lead_of_no_household_is_confirmed_for_one_that_is_named(way: Way, admin: asyncpg.Connection) -> None:
    lead, household_id = await unmatched(way, admin), await way.household()

    nameless = await way.verification(lead, outcome="confirmed", risks=["06"])
    named = done(await way.verification(lead, outcome="confirmed", risks=["06"], household_id=household_id))

    assert refused(nameless) == (409, "HouseholdUnknown", ["body.household_id"])
    assert done(await way.call(county()).get(f"/v1/cases/{named['case_id']}"))["household_id"] == household_id
    assert done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))["household_id"] == household_id


async def test_a_lead_is_not_confirmed_for_a_household_outside_one_s_area(way: Way, admin: asyncpg.Connection) -> None:
    lead = await unmatched(way, admin)
    next_door = done(await way.call(township()).post("/v1/households", a_household(village=NEXT_VILLAGE)))["id"]

    for elsewhere in (next_door, str(new_id())):
        assert refused(await way.verification(lead, outcome="confirmed", risks=["06"], household_id=elsewhere)) == (404, "NotFound", [])


async def test_a_dismissed_lead_of_no_household_stays_of_none(way: Way, admin: asyncpg.Connection) -> None:
    lead = await unmatched(way, admin)

    done(await way.verification(lead, outcome="dismissed", reason="查无此人", household_id=str(new_id())))

    assert done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))["household_id"] is None


async def test_a_lead_of_one_household_is_not_confirmed_for_another(way: Way) -> None:
    lead = await way.lead(await way.household())
    other = await way.household()

    assert refused(await way.verification(lead, outcome="confirmed", risks=["06"], household_id=other)) == (
        409,
        "AnotherHousehold",
        ["body.household_id"],
    )

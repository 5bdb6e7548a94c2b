"""The steps of a case: in their order, by their roles, on the version that was seen; and what each one needs."""

from typing import Any

import pytest

from shared.kernel.actors import Actor, Role
from tests.builders.people import proof
from tests.builders.places import NEXT_VILLAGE, STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village
from tests.monitoring.lists import listed

NOW = "2021-09-22T08:59:00+08:00"
BODIES: dict[str, dict[str, Any]] = {
    "appraisal": {"held_at": NOW, "eligible": 30, "present": 25, "in_favour": 23},
    "notice": {"posted_at": NOW, "posted_where": "村务公开栏"},
    "notice-removal": {"removed_at": NOW},
    "township-review": {"agrees": True, "opinion": "情况属实"},
    "county-approval": {"agrees": True, "opinion": "同意", "document_number": "临翔乡振〔2021〕9号"},
}


async def shown(way: Way, case_id: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/cases/{case_id}"))


async def reviewed(way: Way, set_clock: SetClock) -> tuple[Way, str]:
    """Take a new case as far as the county."""
    case_id = await way.noticed("06")
    later = await way.after_notice(set_clock)
    await later.reviewed(case_id)
    return later, case_id


async def test_every_step_is_kept_with_who_took_it_and_the_law_it_rests_on(way: Way, set_clock: SetClock) -> None:
    later, case_id = await reviewed(way, set_clock)
    await later.approval(case_id)

    case = await shown(later, case_id)

    assert [(step["act"], step["became"], step["acted_by"]) for step in case["steps"]] == [
        ("village_appraisal", "appraised", "village-530902102201"),
        ("notice", "on_notice", "village-530902102201"),
        ("notice_removal", "notice_over", "village-530902102201"),
        ("township_review", "reviewed", "township-530902102"),
        ("county_approval", "approved", "county-530902"),
    ]
    meeting, posting, _, review, approval = case["steps"]
    assert (meeting["record"]["eligible"], meeting["record"]["present"], meeting["record"]["in_favour"]) == (30, 25, 23)
    assert meeting["record"]["evidence"] == proof("appraisal")
    assert meeting["basis"]["identification.village_appraisal.quorum"] == {
        "value": "2/3",
        "area": "5309",
        "from": "2020-01-01",
        "document": "村民委员会组织法第二十六条",
    }
    assert posting["record"]["posted_where"] == "村务公开栏"
    assert posting["record"]["ends_at"] == "2021-09-27T16:00:00+00:00"
    assert (review["opinion"], review["record"]["agrees"]) == ("情况属实", True)
    assert approval["record"]["document_number"] == "临翔乡振〔2021〕9号"
    assert approval["basis"]["has_labour"] is True
    assert approval["basis"]["measures"] == [
        {
            **{"risk": "06", "has_labour": True, "measure": "industry_support", "service": "projects"},
            **{"days": 30, "day_kind": "calendar", "document_number": "临乡振发〔2022〕37号"},
        }
    ]
    assert (case["status"], case["version"], case["days_left"]) == ("approved", 6, None)
    assert case["decided_at"].startswith("2021-10-03T")


async def test_no_step_is_taken_out_of_its_order(way: Way, set_clock: SetClock) -> None:
    case_id = await way.case("06")
    later = await way.after_notice(set_clock)
    acts = [
        ("appraisal", later.officials.village),
        ("notice", later.officials.village),
        ("notice-removal", later.officials.village),
        ("township-review", later.officials.township),
        ("county-approval", later.officials.county),
    ]

    for place, (step, official) in enumerate(acts):
        for other, (act, by) in enumerate(acts):
            if other != place:
                assert refused(await later.act(by, case_id, act, BODIES[act])) == (409, "Conflict", []), f"{act} before {step}"
        body = BODIES[step] | ({"removed_at": later.at(minutes=-1)} if step == "notice-removal" else {})
        done(await later.act(official, case_id, step, body))
    for act, by in acts:
        assert refused(await later.act(by, case_id, act, BODIES[act])) == (409, "Conflict", []), f"{act} after the decision"


@pytest.mark.parametrize(
    ("act", "officials"),
    [
        ("appraisal", [county(), prefecture(), auditor(), citizen()]),
        ("notice", [county(), prefecture(), auditor(), citizen()]),
        ("notice-removal", [county(), prefecture(), auditor(), citizen()]),
        ("township-review", [village(), county(), prefecture(), auditor(), citizen()]),
        ("county-approval", [village(), township(), prefecture(), auditor(), citizen()]),
    ],
)
async def test_a_step_is_taken_by_its_roles_alone(act: str, officials: list[Actor], way: Way) -> None:
    case_id = await way.case("06")

    for official in officials:
        assert refused(await way.act(official, case_id, act, BODIES[act])) == (403, "Forbidden", []), official.role


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_case_of_another_area_is_not_found(stranger: Actor, way: Way) -> None:
    case_id = await way.case("06")
    act = {Role.VILLAGE_CADRE: "appraisal", Role.TOWNSHIP_OFFICER: "township-review", Role.COUNTY_OFFICER: "county-approval"}[stranger.role]

    assert refused(await way.call(stranger).get(f"/v1/cases/{case_id}")) == (404, "NotFound", [])
    assert refused(await way.act(stranger, case_id, act, BODIES[act], seen=1)) == (404, "NotFound", [])


async def test_a_step_needs_the_version_that_was_seen(way: Way) -> None:
    case_id = await way.case("06")
    body = {"evidence": proof(), **BODIES["appraisal"]}

    unseen = await way.call(village()).post(f"/v1/cases/{case_id}/appraisal", body)
    old = await way.call(village()).post(f"/v1/cases/{case_id}/appraisal", body, seen=2)

    assert refused(unseen) == (428, "VersionMissing", ["header.if-match"])
    assert refused(old) == (412, "Stale", ["header.if-match"])
    assert (await shown(way, case_id))["version"] == 1


async def test_a_refusal_by_the_township_ends_the_case_with_its_reason(way: Way, set_clock: SetClock) -> None:
    case_id = await way.noticed("06")
    later = await way.after_notice(set_clock)
    done(await later.removal(case_id))
    nameless = await later.act(later.officials.township, case_id, "township-review", {"agrees": False})

    answer = done(await later.act(later.officials.township, case_id, "township-review", {"agrees": False, "opinion": "收入不实"}))

    assert refused(nameless) == (422, "Malformed", ["body.opinion"])
    assert (answer["status"], answer["flag_id"]) == ("refused", None)
    case = await shown(later, case_id)
    assert (case["status"], case["steps"][-1]["opinion"], case["days_left"]) == ("refused", "收入不实", None)


async def test_a_refusal_by_the_county_needs_a_reason_and_no_document(way: Way, set_clock: SetClock) -> None:
    later, case_id = await reviewed(way, set_clock)
    nameless = await later.act(later.officials.county, case_id, "county-approval", {"agrees": False, "document_number": "临翔乡振〔2021〕9号"})

    answer = done(await later.approval(case_id, agrees=False, opinion="不予认定", document_number=None))

    assert refused(nameless) == (422, "Malformed", ["body.opinion"])
    assert (answer["status"], answer["flag_id"]) == ("refused", None)
    household = done(await later.call(county()).get(f"/v1/households/{(await shown(later, case_id))['household_id']}"))
    assert household["status"] == "normal"


async def test_an_approval_names_its_document(way: Way, set_clock: SetClock) -> None:
    later, case_id = await reviewed(way, set_clock)

    assert refused(await later.approval(case_id, document_number=None)) == (422, "DocumentMissing", ["body.document_number"])


async def test_one_person_in_two_offices_does_not_decide_twice(way: Way, set_clock: SetClock) -> None:
    case_id = await way.noticed("06")
    later = await way.after_notice(set_clock)
    done(await later.removal(case_id))
    appraiser, reviewer = later.officials.village.id, later.officials.township.id

    assert refused(await later.review(case_id, by=township(appraiser))) == (403, "SamePerson", [])
    done(await later.review(case_id, by=township(reviewer)))
    assert refused(await later.approval(case_id, by=county(appraiser))) == (403, "SamePerson", [])
    assert refused(await later.approval(case_id, by=county(reviewer))) == (403, "SamePerson", [])
    assert (await later.approval(case_id)).status_code == 200


async def test_a_list_holds_the_cases_of_an_area_in_one_status_by_their_limit(way: Way) -> None:
    opened, appraised = await way.case("06"), await way.case("07")
    done(await way.appraisal(appraised))
    theirs = await Way(way.call, way.now, Officials.of(NEXT_VILLAGE)).case("06")

    async def ids(official: Actor, **query: Any) -> list[str]:
        items = await listed(way.call(official), "/v1/cases", **query)
        assert [each["due_at"] for each in items] == sorted(each["due_at"] for each in items)
        return [each["id"] for each in items]

    assert opened in await ids(village())
    assert {appraised, theirs}.isdisjoint(await ids(village()))
    assert {opened, theirs} <= set(await ids(township()))
    assert appraised in await ids(county(), status="appraised", area=HOME)
    assert theirs not in await ids(county(), area=HOME)

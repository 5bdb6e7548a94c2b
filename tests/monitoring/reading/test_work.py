"""The one worklist: all that waits in an area, that first which is due first; mine, overdue, by step, and by which door."""

import re
from dataclasses import replace
from typing import Any

import pytest

from services.gateway.api.routes import PASSAGES
from services.monitoring.domain.reading.waiting import WAITING, waiting_for
from services.monitoring.domain.reading.work import Matter, WorkStep
from services.monitoring.permissions import PERMISSIONS
from services.monitoring.store.reading.work import SOURCES
from shared.kernel.actors import Actor, Role
from tests.builders.families import a_split, named
from tests.builders.leads import a_person_lead
from tests.builders.places import NEXT_VILLAGE, QUIET
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village
from tests.monitoring.lists import listed


async def work(way: Way, by: Actor, **query: Any) -> list[dict[str, Any]]:
    return await listed(way.call(by), "/v1/worklist", **query)


def of(items: list[dict[str, Any]], thing: str) -> dict[str, Any]:
    return next(each for each in items if each["id"] == thing)


def test_every_matter_has_its_source_and_every_step_is_somebody_s() -> None:
    assert set(SOURCES) == set(Matter) - {Matter.ALL} == {each.matter for each in WAITING}
    assert {each.step for each in WAITING} == set(WorkStep)


@pytest.mark.parametrize("waiting", WAITING, ids=lambda each: f"{each.matter}.{each.step}")
def test_a_door_is_an_operation_of_its_path_that_these_roles_may_use(waiting: Any) -> None:
    passage = next(each for each in PASSAGES if each.name == waiting.door.operation)

    assert waiting.by <= PERMISSIONS[waiting.door.operation]
    assert (passage.method, re.sub(r"{\w+}", "{}", passage.path)) == (waiting.door.method, re.sub(r"{\w+}", "{}", waiting.door.path))
    for role in PERMISSIONS[waiting.door.operation] & PERMISSIONS["worklist"] - waiting.by:
        # Who may use the door for something else only, of another act.
        assert waiting.matter is Matter.CHANGE_REQUEST, role


async def test_a_case_waits_step_by_step_for_whose_step_it_is(way: Way, set_clock: SetClock) -> None:
    case_id = await way.case("06")
    for by, step, act in (
        (village(), "village_appraisal", way.appraisal),
        (village(), "notice", way.notice),
    ):
        line = of(await work(way, by, mine=True), case_id)
        assert (line["matter"], line["step"], line["is_late"]) == ("case", step, False)
        assert line["door"] == {"method": "POST", "path": f"/v1/cases/{case_id}/{act.__name__}", "yours": True}
        assert case_id not in [each["id"] for each in await work(way, county(), mine=True)]
        assert not of(await work(way, county(), matter="case"), case_id)["door"]["yours"]
        done(await act(case_id))
    later = await way.after_notice(set_clock)
    done(await later.removal(case_id))
    assert of(await work(later, township(), mine=True, step="township_review"), case_id)["area"] == HOME
    done(await later.review(case_id))
    line = of(await work(later, county(), mine=True), case_id)
    assert (line["step"], line["household_number"] is not None, bool(line["area_name"])) == ("county_approval", True, True)
    done(await later.approval(case_id))
    assert case_id not in [each["id"] for each in await work(later, county())]


async def test_what_is_late_and_what_is_not_are_told_apart_and_make_up_all(way: Way, set_clock: SetClock) -> None:
    lead = await way.lead(await way.household())
    paused = await way.lead(await way.household())
    body = {"waiting_on": "household", "reason": "外出务工", "evidence": [{"title": "通话记录", "sha256": "a" * 64}]}
    done(await way.call(village()).post(f"/v1/leads/{paused['id']}/pause", body, seen=1))
    await set_clock(way.now.replace(month=10, day=20))

    late, in_time, everything = [await work(way, village(), **query) for query in ({"overdue": True}, {"overdue": False}, {})]

    assert of(late, lead["id"])["days_left"] < 0
    assert of(late, lead["id"])["is_late"]
    assert not of(in_time, paused["id"])["is_late"], "its clock stands"
    assert of(in_time, paused["id"])["days_left"] > 0
    assert sorted(each["id"] for each in late + in_time) == sorted(each["id"] for each in everything)
    assert all(each["is_late"] for each in late)
    assert not any(each["is_late"] for each in in_time)


async def test_all_that_waits_is_met_once_and_in_order_whatever_the_size_of_the_page(way: Way) -> None:
    way = replace(way, officials=Officials.of(QUIET[:9] + "204"))  # where nobody else leaves thousands of things
    household_id = await way.household()
    for _ in range(4):
        await way.lead(household_id)
    await way.case("06")
    for by in (way.officials.village, way.officials.township, way.officials.county):
        whole = await work(way, by)
        small = await work(way, by, size=min(max(2, len(whole) // 8), 100))  # several pages, whatever others left there
        assert [each["id"] for each in whole] == [each["id"] for each in small]
        assert [each["due_at"] for each in whole] == sorted(each["due_at"] for each in whole)
        assert len({(each["matter"], each["id"]) for each in whole}) == len(whole) > 4
    counties = await work(way, prefecture(), size=200)
    assert {each["area"][:6] for each in counties} >= {QUIET[:6]}


async def test_a_lead_above_the_villages_waits_to_be_dispatched_by_the_office_with_which_it_lies(way: Way) -> None:
    lead = done(await way.call(county()).post("/v1/leads", a_person_lead(area=HOME[:9])))

    line = of(await work(way, township(), mine=True), lead["id"])
    assert (line["step"], line["door"]["path"], line["door"]["yours"]) == ("dispatch", f"/v1/leads/{lead['id']}/dispatch", True)
    assert lead["id"] not in [each["id"] for each in await work(way, county(), mine=True)]
    assert of(await work(way, county(), step="dispatch"), lead["id"])["area_name"]
    assert lead["id"] not in [each["id"] for each in await work(way, village())]
    done(await way.call(township()).post(f"/v1/leads/{lead['id']}/dispatch", {"area": HOME, "note": "请核实"}, seen=1))
    assert of(await work(way, village(), mine=True), lead["id"])["step"] == "verification"


async def test_a_request_waits_for_the_level_that_decides(way: Way) -> None:
    household_id = await way.household(members=3)
    people = done(await way.call(village()).get(f"/v1/households/{household_id}"))["members"]
    request = {"household_id": household_id, "household_version": 1, "reason": "已分家", "split": a_split(named(people[1]["id"], "head"))}
    asked = done(await way.call(village()).post("/v1/change-requests", request))["id"]

    assert of(await work(way, township(), mine=True), asked)["step"] == "approval"
    assert asked not in [each["id"] for each in await work(way, village(), mine=True)]
    assert of(await work(way, village(), matter="change_request"), asked)["household_id"] == household_id
    assert asked not in [each["id"] for each in await work(way, prefecture(), mine=True)]


async def test_nobody_sees_what_waits_elsewhere(way: Way) -> None:
    lead = await way.lead(await way.household())

    neighbour = village("neighbour", NEXT_VILLAGE)
    for area in (HOME, HOME[:9], "5309"):
        assert lead["id"] not in [each["id"] for each in await work(way, neighbour, area=area)]
    assert of(await work(way, auditor(), area=HOME), lead["id"])["door"]["yours"] is False
    assert await work(way, auditor(), area=HOME, mine=True) == []
    assert refused(await way.call(village()).get("/v1/worklist", stage="x"))[0] == 422


def test_a_role_s_own_work_is_that_of_its_level() -> None:
    cadre = Actor(id="x", role=Role.VILLAGE_CADRE, area=HOME)
    officer = Actor(id="x", role=Role.COUNTY_OFFICER, area=HOME[:6])

    assert {each.step for each in waiting_for(cadre, mine=True)} == {
        *(WorkStep.VERIFICATION, WorkStep.APPRAISAL, WorkStep.NOTICE, WorkStep.NOTICE_REMOVAL),
        *(WorkStep.VISIT, WorkStep.CHECK, WorkStep.TRACKING_VISIT, WorkStep.REPAIR, WorkStep.ACKNOWLEDGEMENT),
    }
    assert {each.step for each in waiting_for(officer, mine=True)} == {
        *(WorkStep.DISPATCH, WorkStep.COUNTY_APPROVAL, WorkStep.REQUEST_APPROVAL, WorkStep.DECISION),
        *(WorkStep.RETURN, WorkStep.ALARM_ANSWER, WorkStep.REPAIR, WorkStep.ACKNOWLEDGEMENT),
    }
    assert [each.where for each in waiting_for(officer, mine=True) if each.step is WorkStep.REPAIR] == ["of_county"]


async def test_the_list_is_given_out_as_a_file(way: Way) -> None:
    lead = await way.lead(await way.household())

    answer = await way.call(village()).get("/v1/worklist/export", format="csv", status="lead")

    assert answer.status_code == 200, answer.text
    assert lead["id"] in answer.content.decode("utf-8-sig")

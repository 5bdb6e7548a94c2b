"""What lies outside one's area is as if it did not exist: in lists, in what they count, and in every refusal."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import asyncpg
import httpx2
import pytest

from services.monitoring.domain.leads.channels import place_told
from services.monitoring.jobs import LISTS_OUT
from shared.kernel.actors import Actor, Department, Role
from shared.kernel.areas import is_inside
from shared.kernel.assistance import TaskStatus
from tests.builders.people import an_id_number
from tests.contracts.conftest import Platform
from tests.contracts.doors import door_of
from tests.contracts.listed import ids_in
from tests.contracts.matrix import Caller, inside, official, officials, request_for
from tests.contracts.operations import OPERATIONS, PERMISSIONS, Operation
from tests.contracts.wanted import WANTED, Guard, Wanted
from tests.contracts.world import CITIZEN, HERE, OTHER_COUNTY, PLACES, World


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a list is held against: a question for the ids and areas of things by state, and whose of the departments and platforms they are; and
    what its parameters are called."""

    things: str
    state: str = "opened"
    state_is: str = "status"
    cursor_is: str = "cursor"
    takes_area: bool = True
    reaches: bool = False

    async def rows(self, owner: asyncpg.Connection) -> list[asyncpg.Record]:
        return await owner.fetch(f"SELECT id, area_code, behalf FROM ({self.things}) AS things WHERE state = $1", self.state)


def _kept(table: str, id: str = "id::text", **more: Any) -> Kept:
    return Kept(things=f"SELECT {id} AS id, area_code, NULL AS behalf, status AS state FROM {table}", **more)


KEPT = {
    "monitoring.households": _kept("household", state="normal"),
    "monitoring.duplicates": _kept("duplicate_pair", state="open"),
    "monitoring.assignments": Kept(
        things="SELECT id::text, area_code, NULL AS behalf, cadre_id AS state FROM care_assignment WHERE valid_to IS NULL",
        state="cadre-0103",
        state_is="cadre",
    ),
    "monitoring.leads": _kept("lead", state="registered"),
    "monitoring.change_requests": _kept("change_request", state="requested"),
    "monitoring.cases": _kept("monitoring_case"),
    "monitoring.risk_flags": _kept("risk_flag", state="open"),
    "monitoring.line_simulations": _kept("line_simulation", state="done", cursor_is="before", takes_area=False),
    "monitoring.lead_answers": Kept(things="SELECT id::text, area_code, channel AS behalf, status AS state FROM lead_answer", state="to_return"),
    "monitoring.screening_rounds": _kept("screening_round", state="open", cursor_is="before", takes_area=False),
    "monitoring.screening_households": _kept("screening_household", state="to_screen"),
    "monitoring.incidents": _kept("incident", state="open", cursor_is="before", takes_area=False, reaches=True),
    "monitoring.incident_households": _kept("incident_household", state="to_check"),
    "monitoring.incident_trackings": _kept("incident_tracking", state="to_visit"),
    "monitoring.green_channel_cases": Kept(
        things="SELECT id::text, area_code, NULL AS behalf, status AS state FROM monitoring_case WHERE procedure_due_at IS NOT NULL"
    ),
    "monitoring.quality_findings": _kept("quality_finding", state="open"),
    "monitoring.escalations": _kept("escalation", state="open"),
    "monitoring.regional_alarms": _kept("regional_alarm", state="open"),
    "monitoring.worklist": Kept(
        things="SELECT id::text, area_code, NULL AS behalf, 'lead' AS state FROM lead WHERE status = 'registered'",
        state="lead",
        state_is="matter",
    ),
    "monitoring.jobs": Kept(
        things="SELECT id::text, area_code, department AS behalf, state FROM job",
        state="validated",
        state_is="state",
        cursor_is="before",
        takes_area=False,
    ),
    "projects.tasks": _kept("task", "'projects.' || id"),
    "employment.tasks": _kept("task", "'employment.' || id"),
}
OF_NO_AREA = (
    *("areas", "bottom_line", "parameter", "income_item", "income_items", "signal_rules", "signal_rule", "base_figure"),
    *("lead_grade_rules", "lead_grade_rule", "quality_facts", "quality_rules", "quality_rule", "quality_summary"),
    *("self_report", "import_template"),
)
OF_NO_AREA += (
    "areas_unplaced",
    "industries",
    "regional_rules",
    "regional_rule",
    "dashboard",
    "dashboard_trends",
    "dashboard_income",
    "dashboard_export",
    "area_change",
    "visit_coverage",
    "key_groups",
    "key_group_households",
    "place_lists",
    "place_list",
    "place",
    "place_end",
)
SHOWING = [each for each in OPERATIONS if each.method == "GET" and "{" not in each.path and each.id not in OF_NO_AREA]
EXPORTS = [each for each in SHOWING if each.path.endswith("/export")]
LISTS = [each for each in SHOWING if each not in EXPORTS]
OF_THINGS = [each for each in OPERATIONS if "{" in each.path and each.id not in OF_NO_AREA]


OF_HOUSEHOLDS: dict[str, str] = {f"/v1/{each}/export": "/v1/households" for each in ("household-forms", "person-forms")}
"""What is said of the households of a list, or of their members, as files of their own."""


def list_of(export: Operation) -> Operation:
    """The list that an export writes as a file."""
    path = OF_HOUSEHOLDS.get(export.path, export.path.removesuffix("/export"))
    return next(each for each in LISTS if each.service == export.service and each.path == path)


def sees(actor: Actor, row: asyncpg.Record, *, reaches: bool = False) -> bool:
    lies_there = reaches and is_inside(actor.area, row["area_code"])
    return (is_inside(row["area_code"], actor.area) or lies_there) and actor.behalf in (None, row["behalf"])


def test_every_list_is_among_those_held_against_the_database() -> None:
    assert {str(operation) for operation in LISTS} == set(KEPT)
    assert {str(list_of(export)) for export in EXPORTS} <= set(KEPT)
    assert {export.path for export in EXPORTS} == {f"/v1/{path}/export" for path in LISTS_OUT}


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_a_list_holds_all_of_one_s_area_and_nothing_else(
    operation: Operation, platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]
) -> None:
    kept = KEPT[str(operation)]
    rows = await kept.rows(owners[operation.service])

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id]:
            listed = await everything(platform.http[operation.service], operation, caller, size=200)
            tally["lists held against the database, item by item"] += 1
            assert sorted(listed) == sorted(row["id"] for row in rows if sees(caller.actor, row, reaches=kept.reaches)), caller.name


async def test_jobs_are_listed_newest_first_over_pages_of_any_size(platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in LISTS if each.id == "jobs"]
    caller = inside(Role.PREFECTURE_OFFICER)

    whole = await everything(platform.http["monitoring"], operation, caller, size=200)
    in_small_pages = await everything(platform.http["monitoring"], operation, caller, size=3)

    assert len(whole) > 8
    assert whole == in_small_pages == sorted(whole, reverse=True)


@pytest.mark.parametrize("operation", EXPORTS, ids=str)
@pytest.mark.parametrize("area", [None, *sorted({area[:length] for area in PLACES for length in (6, 12)})])
async def test_an_export_holds_what_the_list_shows(
    area: str | None, operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    http, listing, door = platform.http[operation.service], list_of(operation), door_of(operation, platform, worlds, tally)
    query, left = {"area": area} if area else {}, door.files()

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id]:
            listed = await everything(http, listing, caller, size=200, **query)
            file = {"status": KEPT[str(listing)].state, "format": "csv", **query}
            answer = await http.get(operation.path, params=file, headers=dict(caller.headers))
            tally["exports held against their lists, row by row"] += 1
            assert answer.status_code == 200, answer.text
            assert ids_in(answer) == listed, caller.name
    assert door.files() == left, "a file that has left is deleted"


@pytest.mark.parametrize("operation", [each for each in LISTS if KEPT[str(each)].takes_area], ids=str)
async def test_an_area_that_is_asked_for_widens_nothing(
    operation: Operation, platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]
) -> None:
    rows = await KEPT[str(operation)].rows(owners[operation.service])
    asked = {area[:length] for area in PLACES for length in (4, 6, 9, 12)}

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id]:
            for area in sorted(asked):
                listed = await everything(platform.http[operation.service], operation, caller, area=area, size=200)
                tally["lists held against the database, item by item"] += 1
                mine = [row["id"] for row in rows if sees(caller.actor, row) and is_inside(row["area_code"], place_told(area, to=caller.actor))]
                assert sorted(listed) == sorted(mine), f"{caller.name} asking for {area}"


async def everything(http: httpx2.AsyncClient, operation: Operation, caller: Caller, **query: Any) -> list[str]:
    """Turn the pages of a list to its end."""
    kept = KEPT[str(operation)]
    query |= {kept.state_is: kept.state}
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await http.get(operation.path, params={**query, **cursor}, headers=dict(caller.headers))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        listed += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return listed
        cursor = {kept.cursor_is: page["next"]}


@pytest.mark.parametrize("operation", [*OF_THINGS, *(each for each in OPERATIONS if each.id == "new_lead")], ids=str)
async def test_a_thing_of_another_area_and_one_that_does_not_exist_are_refused_alike(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    http, wanted = platform.http[operation.service], [each for each in WANTED[str(operation)](worlds[HERE]) if each.guard is not Guard.NAMED]
    assert {each.guard for each in wanted} == {Guard.THING}
    allowed = [each for each in officials() if each.actor and each.actor.role in PERMISSIONS[operation.service][operation.id]]

    for caller, each in product(allowed, wanted):
        if caller.actor and not each.is_seen_by(caller.actor):
            foreign, absent = [await refusal(http, operation, about, caller) for about in (each, each.of_nothing())]
            tally["pairs of a foreign thing and none, told alike"] += 1
            assert foreign == absent, caller.name
            assert foreign[0] == 404


CLOCKS = ("case_pause", "case_resumption")  # these are possible in every state that runs
ACTS = [each for each in OPERATIONS if each.id.startswith("case_") and each not in EXPORTS and each.id not in CLOCKS]


@pytest.mark.parametrize("operation", ACTS, ids=str)
async def test_the_state_of_a_thing_is_told_inside_its_area_only(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    http, [right] = platform.http["monitoring"], WANTED[str(operation)](worlds[HERE])
    role = sorted(PERMISSIONS["monitoring"][operation.id])[0]
    strangers = [each for each in officials() if each.actor and each.actor.role is role and not is_inside(HERE, each.actor.area)]

    for case_id in worlds[HERE].cases.values():
        wanted = replace(right, path={"case_id": case_id}, seen=worlds[HERE].versions[case_id])
        at_home = (await refusal(http, operation, wanted, inside(role)))[0]
        outside = {(await refusal(http, operation, wanted, stranger))[0] for stranger in strangers}
        tally["acts in every state, inside and outside"] += 1 + len(strangers)
        assert at_home == (200 if case_id == right.thing else 409)
        assert outside == {404}


async def refusal(http: httpx2.AsyncClient, operation: Operation, wanted: Wanted, caller: Caller) -> tuple[int, str, dict[str, str]]:
    """All that an answer tells, but for its request's id."""
    answer = await http.send(request_for(operation, wanted, caller))
    return answer.status_code, answer.text, {name: value for name, value in answer.headers.items() if name != "x-request-id"}


async def test_a_search_for_somebody_of_another_area_and_for_nobody_answer_alike(platform: Platform, worlds: dict[str, World]) -> None:
    caller = official(Actor(id="county", role=Role.COUNTY_OFFICER, area=OTHER_COUNTY[:6]))

    answers = [
        await platform.http["monitoring"].post("/v1/households/search", json=body, headers=dict(caller.headers))
        for body in ({"id_number": worlds[HERE].people[0]["id_number"]}, {"id_number": an_id_number()})
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"items": [], "next": None})] * 2


async def test_a_self_report_of_somebody_else_is_as_if_there_were_none(platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if each.id == "own_self_report"]
    [wanted] = WANTED[str(operation)](worlds[HERE])
    neighbour = official(Actor(id=f"not {CITIZEN}", role=Role.MOBILE_APP, area=HERE[:6]))

    foreign, absent = [await refusal(platform.http["monitoring"], operation, each, neighbour) for each in (wanted, wanted.of_nothing())]

    assert foreign == absent
    assert foreign[0] == 404


@pytest.mark.parametrize("service", ["projects", "employment"])
async def test_a_task_of_another_service_is_as_if_there_were_none(service: str, platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if (each.service, each.id) == (service, "task_start")]
    officer = official(Actor(id="officer", role=Role(f"{service.removesuffix('s')}_officer"), area=HERE[:6]))
    other = next(task for (owner, status), task in worlds[HERE].tasks.items() if owner != service and status is TaskStatus.OPENED)
    body = {"responsible": "镇康县农业农村局"}

    foreign, absent = [
        await refusal(platform.http[service], operation, Wanted(path={"task_id": task}, body=body, seen=1), officer)
        for task in (other, WANTED[str(operation)](worlds[HERE])[0].of_nothing().thing)
    ]

    assert foreign == absent
    assert foreign[0] == 404


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.id in ("job", "job_rows", "job_cancellation")], ids=str)
async def test_a_job_of_another_department_is_as_if_there_were_none(operation: Operation, platform: Platform, worlds: dict[str, World]) -> None:
    of_list = next(each for each in WANTED[str(operation)](worlds[HERE]) if each.department)
    other = official(Actor(id=str(Role.DEPARTMENT_USER), role=Role.DEPARTMENT_USER, area=HERE[:6], department=Department.WATER))

    foreign, absent = [await refusal(platform.http["monitoring"], operation, each, other) for each in (of_list, of_list.of_nothing())]

    assert foreign == absent
    assert foreign[0] == 404

"""How to make a valid request to each operation, and what decides whether it is granted. An operation that is not here fails the tests."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from services.monitoring.usecases.households.register_household import OutsideYourArea
from services.monitoring.usecases.law.published import NotYourArea
from services.monitoring.usecases.leads.take_self_report import OutsideYourCounty
from shared.kernel.assistance import TaskStatus
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.ids import new_id
from tests.builders.people import a_household, a_self_report, proof
from tests.contracts.world import World

DOCUMENT = "镇康测〔2021〕1号"


class Guard(Enum):
    """What an area does to a request of an allowed role."""

    THING = auto()  # it names a thing: outside one's area there is none
    NAMED = auto()  # it names an area: outside one's own it is refused
    LIST = auto()  # it lists: outside one's area there is nothing in it
    OPEN = auto()  # no area matters


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request that is right in everything."""

    guard: Guard = Guard.THING
    status: int = 200
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    seen: int | None = None
    thing: str = ""
    outside: type[Refusal] = NotFound

    def of_nothing(self) -> "Wanted":
        """The same request about a thing that does not exist."""
        service, dot, _ = self.thing.rpartition(".")
        absent = f"{service}{dot}{new_id()}"

        def instead(value: Any) -> Any:
            return json.loads(json.dumps(value).replace(self.thing, absent))

        return replace(self, path=instead(self.path), body=instead(self.body), thing=absent)


def _thing(
    name: str, get: Callable[[World], str], body: Callable[[World], Any] | None = None, *, versioned: bool = False
) -> Callable[[World], Wanted]:
    """A request about the thing that the path names."""

    def make(world: World) -> Wanted:
        thing = get(world)
        seen = world.versions[thing] if versioned else None
        return Wanted(path={name: thing}, thing=thing, body=body(world) if body else None, seen=seen)

    return make


def _list(get: Callable[[World], str], **query: Any) -> Callable[[World], Wanted]:
    return lambda world: Wanted(guard=Guard.LIST, query={"area": world.village, "size": 200, **query}, thing=get(world))


def _case(status: str, body: Callable[[World], dict[str, Any]]) -> Callable[[World], Wanted]:
    return _thing("case_id", lambda world: world.cases[status], lambda world: {"evidence": proof(), **body(world)}, versioned=True)


def _tasks_of(service: str) -> dict[str, Callable[[World], Wanted]]:
    def task(status: TaskStatus, **body: Any) -> Callable[[World], Wanted]:
        return _thing("task_id", lambda world: world.tasks[service, status], lambda _: body, versioned=True)

    finished = {"result": "已复耕10亩", "finished_at": "2021-10-20T09:00:00+08:00", "evidence": proof()}
    return {
        f"{service}.tasks": _list(lambda world: world.tasks[service, TaskStatus.OPENED]),
        f"{service}.task_start": task(TaskStatus.OPENED, responsible="镇康县农业农村局"),
        f"{service}.task_finish": task(TaskStatus.STARTED, **finished),
        f"{service}.task_decline": task(TaskStatus.OPENED, reason="该户已自行恢复生产"),
    }


def _verification(world: World) -> dict[str, Any]:
    return {"outcome": "confirmed", "visited_at": world.at(minutes=-5), "risks": ["06"], "evidence": proof()}


def _lead(world: World) -> Wanted:
    body = {"household_id": world.household, "channel": "home_visit", "hardships": ["house"], "note": "房屋漏雨"}
    return Wanted(status=201, body=body, thing=world.household)


def _search(world: World) -> Wanted:
    return Wanted(guard=Guard.LIST, body={"id_number": world.people[1]["id_number"]}, thing=world.household)


WANTED: dict[str, Callable[[World], Wanted]] = {
    "monitoring.self_report": lambda world: Wanted(
        guard=Guard.NAMED,
        status=201,
        path={"report_id": str(new_id())},
        body=a_self_report(village=world.village),
        outside=OutsideYourCounty,
    ),
    "monitoring.own_self_report": _thing("report_id", lambda world: world.report),
    "monitoring.new_household": lambda world: Wanted(
        guard=Guard.NAMED, status=201, body=a_household(village=world.village, members=2), outside=OutsideYourArea
    ),
    "monitoring.households": _list(lambda world: world.household, status="normal"),
    "monitoring.household_search": _search,
    "monitoring.household": _thing("household_id", lambda world: world.household),
    "monitoring.new_lead": _lead,
    "monitoring.leads": _list(lambda world: world.lead),
    "monitoring.lead": _thing("lead_id", lambda world: world.lead),
    "monitoring.lead_verification": _thing("lead_id", lambda world: world.lead, _verification, versioned=True),
    "monitoring.cases": _list(lambda world: world.cases["opened"]),
    "monitoring.case": _thing("case_id", lambda world: world.cases["opened"]),
    "monitoring.case_appraisal": _case(
        "opened", lambda world: {"held_at": world.at(minutes=-4), "eligible": 30, "present": 25, "in_favour": 23, "opinion": "同意"}
    ),
    "monitoring.case_notice": _case("appraised", lambda world: {"posted_at": world.at(minutes=-3), "posted_where": "村务公开栏"}),
    "monitoring.case_notice_removal": _case("on_notice", lambda world: {"removed_at": world.at(minutes=-2)}),
    "monitoring.case_township_review": _case("notice_over", lambda _: {"agrees": True, "opinion": "情况属实"}),
    "monitoring.case_county_approval": _case("reviewed", lambda _: {"agrees": True, "opinion": "同意", "document_number": DOCUMENT}),
    "monitoring.risk_flags": _list(lambda world: world.flag),
    "monitoring.risk_flag": _thing("flag_id", lambda world: world.flag),
    "monitoring.risk_flag_fan_out": _thing("flag_id", lambda world: world.flag),
    "monitoring.risk_flag_withdrawal": _thing(
        "flag_id",
        lambda world: world.flag,
        lambda _: {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": DOCUMENT},
        versioned=True,
    ),
    "monitoring.areas": lambda world: Wanted(guard=Guard.OPEN, query={"inside": world.village[:9]}),
    "monitoring.bottom_line": lambda world: Wanted(
        guard=Guard.NAMED,
        status=201,
        path={"area": world.village[:6], "year": 2021},
        body={"amount": "6100.00", "effective_from": "2021-01-01", "document_number": DOCUMENT},
        outside=NotYourArea,
    ),
    "monitoring.parameter": lambda world: Wanted(
        guard=Guard.NAMED,
        status=201,
        path={"area": world.village[:6], "key": "identification.total.days"},
        body={"value": "15", "effective_from": "2021-01-01", "document_number": DOCUMENT},
        outside=NotYourArea,
    ),
    **_tasks_of("projects"),
    **_tasks_of("employment"),
}

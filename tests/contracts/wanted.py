"""How to make valid requests to each operation, and what decides whether they are granted. An operation that is not here fails the tests.

Of most operations there is one request; of those where it matters who asked for a thing, or for what, one for each."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from services.monitoring.usecases.law.published import NotYourArea
from services.monitoring.usecases.leads.take_self_report import OutsideYourCounty
from services.monitoring.usecases.places.list_place import PlaceOutsideYourArea
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.kernel.actors import Actor, Department, Role
from shared.kernel.areas import is_inside
from shared.kernel.assistance import TaskStatus
from shared.kernel.errors import Forbidden, NotFound, Refusal
from shared.kernel.ids import new_id
from shared.kernel.jobs import NotYourJob
from shared.service.jobs.asking import NotYourKind
from tests.builders.files import SHEETS, as_csv
from tests.builders.people import a_household, a_self_report, proof
from tests.contracts.world import CARE, HERE, LIST, LISTING, OTHER_TOWNSHIP, PLACES_FILE, REGISTER, AskedJob, World

DOCUMENT = "镇康测〔2021〕1号"


class Guard(Enum):
    """What an area does to a request of an allowed role."""

    THING = auto()  # it names a thing: outside one's area there is none
    NAMED = auto()  # it names an area: outside one's own it is refused
    EACH = auto()  # it names an area for each of its items: outside one's own each is refused by itself
    LIST = auto()  # it lists: outside one's area there is nothing in it
    OPEN = auto()  # no area matters


def everybody(_: Actor) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request that is right in everything.

    :param form: it is a form with these fields and a file.
    :param place: where the thing lies, and `department` whose it is if it is a department's.
    :param outside: the refusal of who does not see the thing.
    :param only: who of those that see it may act on it; the others are refused with `to_others`.
    :param narrowed: a list that is asked for the things of the place only.
    """

    guard: Guard = Guard.THING
    status: int = 200
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    file: bytes = b""
    seen: int | None = None
    thing: str = ""
    place: str = HERE
    department: Department | None = None
    outside: type[Refusal] = NotFound
    only: Callable[[Actor], bool] = everybody
    to_others: type[Refusal] = Forbidden
    narrowed: bool = True

    def is_seen_by(self, actor: Actor) -> bool:
        """What it is about lies in somebody's area, and is the own department's to who has one."""
        return is_inside(self.place, actor.area) and actor.department in (None, self.department)

    def is_granted_to(self, actor: Actor) -> bool:
        """It is right for somebody whose role may."""
        return (self.guard is Guard.OPEN or self.is_seen_by(actor)) and self.only(actor)

    def of_nothing(self) -> "Wanted":
        """The same request about a thing that does not exist."""
        service, dot, _ = self.thing.rpartition(".")
        absent = f"{service}{dot}{new_id()}"

        def instead(value: Any) -> Any:
            return json.loads(json.dumps(value).replace(self.thing, absent))

        return replace(self, path=instead(self.path), body=instead(self.body), thing=absent)


Make = Callable[[World], Sequence[Wanted]]


def _one(make: Callable[[World], Wanted]) -> Make:
    return lambda world: [make(world)]


def _thing(name: str, get: Callable[[World], str], body: Callable[[World], Any] | None = None, *, versioned: bool = False) -> Make:
    """A request about the thing that the path names."""

    def make(world: World) -> Wanted:
        thing = get(world)
        seen = world.versions[thing] if versioned else None
        return Wanted(path={name: thing}, thing=thing, body=body(world) if body else None, seen=seen)

    return _one(make)


def _list(get: Callable[[World], str], **query: Any) -> Make:
    return _one(lambda world: Wanted(guard=Guard.LIST, query={"area": world.village, "size": 200, **query}, thing=get(world)))


def _export(get: Callable[[World], str], **query: Any) -> Make:
    return _one(lambda world: Wanted(guard=Guard.LIST, query={"area": world.village, "format": "csv", **query}, thing=get(world)))


def _jobs(get: Callable[[World], Sequence[AskedJob]], *, status: int = 200, versioned: bool = False, acts: bool = False) -> Make:
    """Requests about jobs, one for each asker: whoever sees one may look at it, and only some may act on it."""

    def about(job: AskedJob) -> Wanted:
        seen = job.version if versioned else None
        whose: dict[str, Any] = {"only": job.is_of, "to_others": NotYourJob} if acts else {}
        return Wanted(status=status, path={"job_id": job.id}, thing=job.id, place=job.asker.area, department=job.department, seen=seen, **whose)

    return lambda world: [about(job) for job in get(world)]


def _list_of_jobs(world: World) -> list[Wanted]:
    """A page of jobs, with one of nobody's department in it, and with one of a department's."""
    listed = [world.imports[0], next(job for job in world.imports if job.department)]
    query = {"state": "validated", "size": 200}
    return [Wanted(guard=Guard.LIST, query=query, thing=job.id, place=job.asker.area, department=job.department, narrowed=False) for job in listed]


def _is_registrar(actor: Actor) -> bool:
    return actor.role in {Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}


def _sends_the_list(actor: Actor) -> bool:
    return actor.role is Role.COUNTY_OFFICER or actor.department is LISTING


def _assigns(actor: Actor) -> bool:
    return actor.role in {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER}


def _lists_places(actor: Actor) -> bool:
    return actor.role in {Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}


_SENDERS = {REGISTER: _is_registrar, LIST: _sends_the_list, CARE: _assigns, PLACES_FILE: _lists_places}


def _templates(_: World) -> list[Wanted]:
    return [Wanted(guard=Guard.OPEN, path={"kind": kind}, only=only, to_others=NotYourKind) for kind, only in _SENDERS.items()]


def _imports(_: World) -> list[Wanted]:
    more = {"mode": "validate", "atomic": "rows", "strategy": "create"}
    return [
        Wanted(guard=Guard.OPEN, status=202, form={"kind": kind, **more}, file=as_csv(SHEETS[kind], []), only=only, to_others=NotYourKind)
        for kind, only in _SENDERS.items()
    ]


def _case(status: str, body: Callable[[World], dict[str, Any]]) -> Make:
    return _thing("case_id", lambda world: world.cases[status], lambda world: {"evidence": proof(), **body(world)}, versioned=True)


def _tasks_of(service: str) -> dict[str, Make]:
    def task(status: TaskStatus, **body: Any) -> Make:
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


def _assignment(world: World) -> Wanted:
    body = {
        "cadre": "cadre-0104",
        "name": "岩温罕",
        "unit": "镇康县农业农村局",
        "phone": "13987654321",
        "role": "monitoring_contact",
        "valid_from": "2021-09-01",
        "valid_to": "2022-09-01",
    }
    return Wanted(status=201, path={"household_id": world.household}, thing=world.household, body=body)


def _grouping(world: World) -> Wanted:
    path = {"household_id": world.household, "group": "income_fell"}
    return Wanted(status=201, path=path, thing=world.household, body={"valid_from": "2021-09-01", "source": "department"})


def _ungrouping(world: World) -> Wanted:
    path = {"household_id": world.household, "group": "low_income"}
    return Wanted(path=path, thing=world.household, body={"on": "2021-10-01"}, seen=world.versions[world.grouped])


def _place(world: World) -> Wanted:
    path = {"list_code": "resettlement_sites", "place": "AZ-1"}
    body = {"valid_from": "2021-01-01", "document_number": DOCUMENT, "title": "幸福里安置区", "village": world.village}
    return Wanted(guard=Guard.NAMED, status=201, path=path, body=body, place=world.village[:6], outside=PlaceOutsideYourArea)


def _place_end(world: World) -> Wanted:
    path = {"list_code": "border_counties", "place": world.village[:6]}
    return Wanted(guard=Guard.NAMED, path=path, body={"on": "2022-01-01"}, seen=1, place=world.village[:6], outside=PlaceOutsideYourArea)


def _visit(world: World) -> Wanted:
    position = {"latitude": "23.7612", "longitude": "98.8301"}
    body = {"visited_at": world.at(minutes=-5), "findings": ["house"], "note": "房屋漏雨", "position": position, "evidence": proof()}
    return Wanted(status=201, path={"household_id": world.household}, thing=world.household, body=body)


def _search(world: World) -> Wanted:
    return Wanted(guard=Guard.LIST, body={"id_number": world.people[1]["id_number"]}, thing=world.household)


def _area_change(world: World) -> Wanted:
    """A village of another township joins its neighbour."""
    village = OTHER_TOWNSHIP if world.village == HERE else HERE
    body = {
        "kind": "split",
        "effective_from": "2021-09-01",
        "document_number": DOCUMENT,
        "areas": [village],
        "into": [{"code": village[:9] + "39" + n, "name": f"分设{n}村"} for n in "12"],
        "villages": [],
    }
    return Wanted(guard=Guard.OPEN, status=201, body=body)


def right_for(operation: str, world: World, actor: Actor | None) -> Wanted:
    """The request of an operation that is granted to somebody whose role may."""
    return next(each for each in WANTED[operation](world) if actor is not None and each.is_granted_to(actor))


WANTED: dict[str, Make] = {
    "monitoring.self_report": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"report_id": str(new_id())},
            body=a_self_report(village=world.village),
            outside=OutsideYourCounty,
        )
    ),
    "monitoring.own_self_report": _thing("report_id", lambda world: world.report),
    "monitoring.new_household": _one(
        lambda world: Wanted(guard=Guard.NAMED, status=201, body=a_household(village=world.village, members=2), outside=OutsideYourArea)
    ),
    "monitoring.household_batch": _one(
        lambda world: Wanted(
            guard=Guard.EACH, body={"items": [a_household(village=world.village, members=1) for _ in range(2)]}, outside=OutsideYourArea
        )
    ),
    "monitoring.households": _list(lambda world: world.household, status="normal"),
    "monitoring.household_export": _export(lambda world: world.household, status="normal"),
    "monitoring.household_search": _one(_search),
    "monitoring.household": _thing("household_id", lambda world: world.household),
    "monitoring.new_assignment": _one(_assignment),
    "monitoring.household_assignments": _thing("household_id", lambda world: world.household),
    "monitoring.assignment_end": _thing("assignment_id", lambda world: world.assignment, lambda _: {"on": "2021-10-01"}, versioned=True),
    "monitoring.assignments": _list(lambda world: world.assignment, cadre="cadre-0103"),
    "monitoring.key_groups": _one(lambda world: Wanted(guard=Guard.OPEN)),
    "monitoring.key_group_households": _one(
        lambda world: Wanted(guard=Guard.LIST, path={"group": "low_income"}, query={"area": world.village, "size": 200}, thing=world.household)
    ),
    "monitoring.household_groups": _thing("household_id", lambda world: world.household),
    "monitoring.household_group": _one(_grouping),
    "monitoring.household_group_end": _one(_ungrouping),
    "monitoring.place_lists": _one(lambda world: Wanted(guard=Guard.OPEN)),
    "monitoring.place_list": _one(lambda world: Wanted(guard=Guard.OPEN, path={"list_code": "key_counties"}, query={"on": "2021-09-01"})),
    "monitoring.place": _one(_place),
    "monitoring.place_end": _one(_place_end),
    "monitoring.new_visit": _one(_visit),
    "monitoring.household_visits": _thing("household_id", lambda world: world.household),
    "monitoring.visit_coverage": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "month": "2021-09"})),
    "monitoring.new_lead": _one(_lead),
    "monitoring.leads": _list(lambda world: world.lead),
    "monitoring.lead_export": _export(lambda world: world.lead, status="registered"),
    "monitoring.lead": _thing("lead_id", lambda world: world.lead),
    "monitoring.lead_verification": _thing("lead_id", lambda world: world.lead, _verification, versioned=True),
    "monitoring.cases": _list(lambda world: world.cases["opened"]),
    "monitoring.case_export": _export(lambda world: world.cases["opened"], status="opened"),
    "monitoring.case": _thing("case_id", lambda world: world.cases["opened"]),
    "monitoring.case_appraisal": _case(
        "opened", lambda world: {"held_at": world.at(minutes=-4), "eligible": 30, "present": 25, "in_favour": 23, "opinion": "同意"}
    ),
    "monitoring.case_notice": _case("appraised", lambda world: {"posted_at": world.at(minutes=-3), "posted_where": "村务公开栏"}),
    "monitoring.case_notice_removal": _case("on_notice", lambda world: {"removed_at": world.at(minutes=-2)}),
    "monitoring.case_township_review": _case("notice_over", lambda _: {"agrees": True, "opinion": "情况属实"}),
    "monitoring.case_county_approval": _case("reviewed", lambda _: {"agrees": True, "opinion": "同意", "document_number": DOCUMENT}),
    "monitoring.risk_flags": _list(lambda world: world.flag),
    "monitoring.risk_flag_export": _export(lambda world: world.flag, status="open"),
    "monitoring.risk_flag": _thing("flag_id", lambda world: world.flag),
    "monitoring.risk_flag_fan_out": _thing("flag_id", lambda world: world.flag),
    "monitoring.risk_flag_withdrawal": _thing(
        "flag_id",
        lambda world: world.flag,
        lambda _: {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": DOCUMENT},
        versioned=True,
    ),
    "monitoring.areas": _one(lambda world: Wanted(guard=Guard.OPEN, query={"inside": world.village[:9]})),
    "monitoring.areas_unplaced": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village})),
    "monitoring.area_change": _one(_area_change),
    "monitoring.bottom_line": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "year": 2021},
            body={"amount": "6100.00", "effective_from": "2021-01-01", "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.parameter": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "key": "identification.total.days"},
            body={"value": "15", "effective_from": "2021-01-01", "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.import_template": _templates,
    "monitoring.new_import": _imports,
    "monitoring.new_export": _one(
        lambda world: Wanted(guard=Guard.OPEN, status=202, body={"list": "households", "format": "csv", "area": world.village, "status": "normal"})
    ),
    "monitoring.jobs": _list_of_jobs,
    "monitoring.job": _jobs(lambda world: [*world.imports, *world.exports]),
    "monitoring.job_events": _jobs(lambda world: [*world.imports, *world.exports]),
    "monitoring.job_commit": _jobs(lambda world: world.imports, status=202, versioned=True, acts=True),
    "monitoring.job_cancellation": _jobs(lambda world: [*world.imports, *world.waiting], versioned=True, acts=True),
    "monitoring.job_rows": _jobs(lambda world: world.imports, acts=True),
    "monitoring.job_report": _jobs(lambda world: world.imports, acts=True),
    "monitoring.job_file": _jobs(lambda world: world.exports, acts=True),
    **_tasks_of("projects"),
    **_tasks_of("employment"),
}

"""How to make valid requests to each operation, and what decides whether they are granted. An operation that is not here fails the tests.

Of most operations there is one request; of those where it matters who asked for a thing, or for what, one for each."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from services.monitoring.domain.deadlines.escalations import NotToYourLevel
from services.monitoring.domain.deadlines.pauses import NotYourStep
from services.monitoring.domain.leads.channels import NotYourChannel
from services.monitoring.domain.quality.findings import NotAboveTheOwner
from services.monitoring.domain.reading.area_figures import AreaNotYours
from services.monitoring.domain.register.change_requests import NotYourRequest, NotYoursToAsk
from services.monitoring.usecases.cases.decide_cases import NotYourDecision
from services.monitoring.usecases.law.published import NotYourArea
from services.monitoring.usecases.leads.take_self_report import OutsideYourCounty
from services.monitoring.usecases.places.list_place import PlaceOutsideYourArea
from services.monitoring.usecases.register.register_household import OutsideYourArea
from services.monitoring.usecases.signals.take_signals import NotYourSignals
from shared.kernel.actors import Actor, Department, Platform, Role
from shared.kernel.areas import LINCANG, county_of, is_inside
from shared.kernel.assistance import TaskStatus
from shared.kernel.errors import Forbidden, NotFound, Refusal
from shared.kernel.ids import new_id
from shared.kernel.jobs import NotYourJob
from shared.service.jobs.wanted import NotYourKind
from tests.builders.families import a_split, named
from tests.builders.files import SHEETS, a_list_row, as_csv
from tests.builders.incidents import a_delivery, an_incident, hit
from tests.builders.incomes import an_income, an_item
from tests.builders.leads import a_person_lead
from tests.builders.people import a_household, a_member, a_self_report, an_id_number, proof, some_income
from tests.builders.quality import a_rule
from tests.builders.regions import a_regional_rule, an_event
from tests.builders.rounds import a_round, trouble
from tests.builders.signals import some_signals
from tests.contracts.world import (
    CALLING,
    CARE,
    HERE,
    LIST,
    LISTING,
    NEXT_VILLAGE,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    PLACES_FILE,
    REGISTER,
    SIMULATED,
    AskedJob,
    World,
)

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
    :param place: where the thing lies, and `department` or `platform` whose it is if it is one's.
    :param outside: the refusal of who does not see the thing.
    :param only: who of those that see it may act on it; the others are refused with `to_others`.
    :param reaching: whoever lies in the place sees the thing too.
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
    platform: Platform | None = None
    outside: type[Refusal] = NotFound
    only: Callable[[Actor], bool] = everybody
    to_others: type[Refusal] = Forbidden
    narrowed: bool = True
    reaching: bool = False

    def is_seen_by(self, actor: Actor) -> bool:
        """What it is about lies in somebody's area, and is the own department's or platform's to who acts for one."""
        is_theirs = actor.department in (None, self.department) and (self.platform is None or actor.platform in (None, self.platform))
        lies_there = self.reaching and is_inside(actor.area, self.place)
        return is_theirs and (is_inside(self.place, actor.area) or lies_there)

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


def _thing(
    name: str,
    get: Callable[[World], str],
    body: Callable[[World], Any] | None = None,
    *,
    versioned: bool = False,
    status: int = 200,
    in_township: bool = False,
    query: Mapping[str, Any] | None = None,
    **path: Callable[[World], str],
) -> Make:
    """A request about the thing that the path names, with whatever else it names; one that lies with the township is out of the village's sight."""

    def make(world: World) -> Wanted:
        thing = get(world)
        seen = world.versions[thing] if versioned else None
        place = world.township if in_township else HERE
        named = {each: value(world) for each, value in path.items()} | {name: thing}
        return Wanted(status=status, path=named, query=query or {}, thing=thing, body=body(world) if body else None, seen=seen, place=place)

    return _one(make)


def _list(get: Callable[[World], str], **query: Any) -> Make:
    return _one(lambda world: Wanted(guard=Guard.LIST, query={"area": world.village, "size": 200, **query}, thing=get(world)))


def _export(get: Callable[[World], str], **query: Any) -> Make:
    return _one(lambda world: Wanted(guard=Guard.LIST, query={"area": world.village, "format": "csv", **query}, thing=get(world)))


def _simulation(**query: Any) -> Make:
    """A request about the simulation of the place's county: who sees less than that does not see it."""
    return _one(lambda world: Wanted(path={"simulation_id": world.simulation}, query=query, thing=world.simulation, place=county_of(world.village)))


def _list_of_simulations(world: World) -> Wanted:
    query = {"status": "done", "size": 200}
    return Wanted(guard=Guard.LIST, query=query, thing=world.simulation, place=county_of(world.village), narrowed=False)


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


def _dashboard(**query: Any) -> Make:
    return _one(lambda world: Wanted(guard=Guard.NAMED, query={"area": world.village, **query}, outside=AreaNotYours))


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


def _case_decisions(world: World) -> list[Wanted]:
    """A township reviews many cases, a county approves them; what lies elsewhere is refused by itself, in the job."""

    def about(status: str, role: Role, **body: Any) -> Wanted:
        case_id = world.cases[status]
        items = [{"case_id": case_id, "version": world.versions[case_id], "opinion": "情况属实"}]
        body = {"agrees": True, "opinion": "同意", "mode": "validate", "atomic": "rows", "evidence": proof(), "items": items, **body}
        return Wanted(guard=Guard.OPEN, status=202, body=body, only=_is(role), to_others=NotYourDecision)

    return [
        about("notice_over", Role.TOWNSHIP_OFFICER, act="township-review"),
        about("reviewed", Role.COUNTY_OFFICER, act="county-approval", document_number=DOCUMENT),
    ]


def _lead_dispatches(world: World) -> Wanted:
    item = {"lead_id": world.undirected, "version": 1, "area": world.village, "note": "请核实"}
    return Wanted(guard=Guard.OPEN, status=202, body={"mode": "validate", "atomic": "rows", "area": world.village, "note": "请核实", "items": [item]})


def _withdrawals(world: World) -> Wanted:
    said = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": DOCUMENT, "mode": "validate", "atomic": "rows"}
    return Wanted(guard=Guard.OPEN, status=202, body={**said, "items": [{"flag_id": world.flag, "version": 1, "opinion": "重复录入"}]})


def _pause(_: World) -> dict[str, Any]:
    return {"waiting_on": "department", "reason": "待医保部门核对", "evidence": proof()}


def _case_pauses(world: World) -> list[Wanted]:
    """A case in a step of the village's, which the township may take too, and one in a step of the county's."""
    steps = {"opened": {Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}, "reviewed": {Role.COUNTY_OFFICER}}

    def about(case_id: str, roles: set[Role]) -> Wanted:
        whose: dict[str, Any] = {"only": lambda actor: actor.role in roles, "to_others": NotYourStep}
        return Wanted(path={"case_id": case_id}, thing=case_id, body=_pause(world), seen=world.versions[case_id], **whose)

    return [about(world.cases[status], roles) for status, roles in steps.items()]


_LEVELS = {
    "village": (Role.VILLAGE_CADRE, 12),
    "township": (Role.TOWNSHIP_OFFICER, 9),
    "county": (Role.COUNTY_OFFICER, 6),
    "prefecture": (Role.PREFECTURE_OFFICER, 4),
}


def _acknowledgements(world: World) -> list[Wanted]:
    """What was said to a level lies in that level's area, and is acknowledged by it alone."""

    def about(escalation_id: str, role: Role, length: int) -> Wanted:
        path, body = {"escalation_id": escalation_id}, {"note": "明日入户核实"}
        whose: dict[str, Any] = {"place": HERE[:length], "only": lambda actor: actor.role is role, "to_others": NotToYourLevel}
        return Wanted(path=path, thing=escalation_id, body=body, seen=world.versions[escalation_id], **whose)

    return [about(world.escalations[level], *office) for level, office in _LEVELS.items()]


_ABOVE = {"village": Role.TOWNSHIP_OFFICER, "township": Role.COUNTY_OFFICER, "county": Role.PREFECTURE_OFFICER}


def _excuses(world: World) -> list[Wanted]:
    """What one level is to repair the next excuses, and nobody else."""
    body = {"reason": "流转土地，已核对合同", "evidence": proof("合同"), "until": world.at(days=20)[:10]}

    def about(finding_id: str, role: Role) -> Wanted:
        whose: dict[str, Any] = {"only": lambda actor: actor.role is role, "to_others": NotAboveTheOwner}
        return Wanted(path={"finding_id": finding_id}, thing=finding_id, body=body, seen=world.versions[finding_id], **whose)

    return [about(world.findings[owner], role) for owner, role in _ABOVE.items()]


def _verification(world: World) -> dict[str, Any]:
    return {"outcome": "confirmed", "visited_at": world.at(minutes=-5), "risks": ["06"], "evidence": proof()}


def _leads(world: World) -> list[Wanted]:
    """What an office saw on a household, and what the hotline heard of somebody."""
    seen = {"household_id": world.household, "channel": "disaster", "hardships": ["house"], "note": "房屋漏雨"}
    heard = a_person_lead(channel=CALLING, area=world.village)
    by_office: dict[str, Any] = {"only": lambda actor: actor.platform is None, "to_others": NotYourChannel}
    by_phone: dict[str, Any] = {"only": _answers_the_phone, "to_others": NotYourChannel}
    return [
        Wanted(status=201, body=seen, thing=world.household, **by_office),
        Wanted(guard=Guard.NAMED, status=201, body=heard, outside=OutsideYourArea, **by_phone),
    ]


def _answers_the_phone(actor: Actor) -> bool:
    return actor.platform is CALLING or actor.role in {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}


def _of_the_platform(make: Make) -> Make:
    """A request about what a platform sent: another does not see it."""
    return lambda world: [replace(each, platform=CALLING) for each in make(world)]


def _rounds(world: World) -> Wanted:
    """A page of rounds; the township's is not the village's to see."""
    return Wanted(guard=Guard.LIST, query={"status": "open", "size": 200}, thing=world.round, place=world.township, narrowed=False)


def _incident(get: Callable[[World], str], body: Callable[[World], Any] | None = None, *, status: int = 200, versioned: bool = False) -> Make:
    """A request about an incident of the county, which everybody in the county sees."""

    def make(world: World) -> Wanted:
        incident = get(world)
        seen, said = 1 if versioned else None, body(world) if body else None
        path, place = {"incident_id": incident}, county_of(world.village)
        return Wanted(status=status, path=path, thing=incident, body=said, seen=seen, place=place, reaching=True)

    return _one(make)


def _incidents(world: World) -> Wanted:
    query, place = {"status": "open", "size": 200}, county_of(world.village)
    return Wanted(guard=Guard.LIST, query=query, thing=world.incidents.open, place=place, narrowed=False, reaching=True)


def _new_incident(world: World) -> Wanted:
    body = an_incident(areas=[world.village])
    return Wanted(guard=Guard.NAMED, status=201, body=body, place=world.village, outside=OutsideYourArea)


def _hit_by(name: str, get: Callable[[World], str], body: Callable[[World], Any] | None = None, *, versioned: bool = True) -> Make:
    """A request about a household of an incident."""
    return _thing(name, get, body, versioned=versioned, incident_id=lambda world: world.incidents.open)


def _order(world: World) -> dict[str, Any]:
    return {"households": [world.incidents.hit], "reason": "急需安置", "document_number": DOCUMENT}


def _green_channel(world: World) -> Wanted:
    order = world.incidents.order
    return Wanted(path={"order_id": order}, thing=order, place=county_of(world.village))


def _new_round(world: World) -> Wanted:
    period = {"opens_on": world.now.date().isoformat(), "ends_on": (world.now + timedelta(days=9)).date().isoformat()}
    body = a_round(area=world.township, **period)
    return Wanted(guard=Guard.NAMED, status=201, body=body, place=world.township, outside=OutsideYourArea)


def _visit(world: World) -> dict[str, Any]:
    return trouble(visited_at=world.at(minutes=-1))


def _searches(world: World) -> list[Wanted]:
    """By number, and by the rare name of somebody."""
    bodies = ({"id_number": world.people[1]["id_number"]}, {"name_part": world.people[1]["name"][:2]})
    return [Wanted(guard=Guard.LIST, body=body, thing=world.household) for body in bodies]


HOUSEHOLD_FORM = {
    "effective_from": "2021-09-01",
    "kind": "lifted_out",
    "address": "下寨12号",
    "phone": "13912340000",
    "bank_account": "6228480000000000010",
    "bank": "农村信用社",
    "farmland": "3.50",
    "house_grade": "B",
    "water_safe": True,
}
PERSON_FORM = {
    "effective_from": "2021-09-01",
    "ethnic_group": "21",
    "education": "primary",
    "health": ["healthy"],
    "work_place": "county",
    "work_months": 6,
}


def _person_form(world: World) -> Wanted:
    seen = world.versions[world.household]
    return Wanted(path={"person_id": world.member}, thing=world.member, body=PERSON_FORM, seen=seen)


def _family(body: Callable[[World], dict[str, Any]], *, status: int = 200, **path: Callable[[World], str]) -> Make:
    """A request to change a household for which nothing is under way."""

    def make(world: World) -> Wanted:
        family = world.register.family
        others = {name: get(world) for name, get in path.items()}
        return Wanted(status=status, path={"household_id": family, **others}, thing=family, body=body(world), seen=1)

    return _one(make)


def _merger(world: World) -> dict[str, Any]:
    joins = [named(person, "other") for person in world.register.people]
    return {"into": world.register.into, "into_version": 1, "members": joins, "income": some_income(), "reason": "投靠子女"}


def _correction(world: World) -> dict[str, Any]:
    return {"name": "岩温香", "id_number": an_id_number(), "reason": "户口簿核对", "document_number": DOCUMENT}


_AWAY = {"to_village": OTHER_COUNTY, "reason": "随子女迁居", "document_number": DOCUMENT}
_NEAR = {**_AWAY, "to_village": NEXT_VILLAGE}


def _is(*roles: Role) -> Callable[[Actor], bool]:
    return lambda actor: actor.role in roles


def _new_requests(world: World) -> list[Wanted]:
    """A village asks for what its township may do, a county for what the prefecture may."""
    family = world.register.family
    ask = {"household_id": family, "household_version": 1, "reason": "本户申请"}
    parting = {**ask, "split": a_split(named(world.register.people[1], "head"))}
    more: dict[str, Any] = {"status": 201, "thing": family, "to_others": NotYoursToAsk}
    return [
        Wanted(body=parting, only=_is(Role.VILLAGE_CADRE), **more),
        Wanted(body={**ask, "county_transfer": _AWAY}, only=_is(Role.COUNTY_OFFICER), **more),
    ]


def _decided(body: dict[str, Any]) -> Make:
    def make(world: World) -> list[Wanted]:
        deciders = {world.register.parting: (Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER), world.register.leaving: (Role.PREFECTURE_OFFICER,)}
        return [Wanted(path={"request_id": request}, thing=request, body=body, seen=1, only=_is(*roles)) for request, roles in deciders.items()]

    return make


def _withdrawn(world: World) -> list[Wanted]:
    askers = {world.register.parting: Role.VILLAGE_CADRE, world.register.leaving: Role.COUNTY_OFFICER}
    return [Wanted(path={"request_id": request}, thing=request, seen=1, only=_is(role), to_others=NotYourRequest) for request, role in askers.items()]


def _transfer(*, status: int = 200, seen: int | None = None) -> Make:
    def make(world: World) -> Wanted:
        transfer = world.register.transfer
        return Wanted(status=status, path={"transfer_id": transfer}, thing=transfer, place=LINCANG, seen=seen)

    return _one(make)


_RULE = {"population": "lifted_out", "field": "self_paid", "operator": "at_least", "value": "5000", "effective_from": "2021-01-01"}


def _signals(world: World) -> Wanted:
    body = some_signals(LIST, *(a_list_row(LIST, village=world.village) for _ in range(2)))
    return Wanted(
        guard=Guard.EACH,
        body=body,
        department=LISTING,
        outside=OutsideYourArea,
        only=lambda actor: actor.department is LISTING,
        to_others=NotYourSignals,
    )


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


def _home_visit(world: World) -> Wanted:
    position = {"latitude": "23.7612", "longitude": "98.8301"}
    body = {"visited_at": world.at(minutes=-5), "findings": ["house"], "note": "房屋漏雨", "position": position, "evidence": proof()}
    return Wanted(status=201, path={"household_id": world.household}, thing=world.household, body=body)


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
    "monitoring.household_form_export": _export(lambda world: world.household, status="normal"),
    "monitoring.person_form_export": _export(lambda world: world.household, status="normal"),
    "monitoring.household_search": _searches,
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
    "monitoring.new_visit": _one(_home_visit),
    "monitoring.household_visits": _thing("household_id", lambda world: world.household),
    "monitoring.visit_coverage": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "month": "2021-09"})),
    "monitoring.household_split": _family(lambda world: a_split(named(world.register.people[1], "head"))),
    "monitoring.household_merge": _family(_merger),
    "monitoring.household_transfer": _family(lambda _: _NEAR),
    "monitoring.household_county_transfer": _family(lambda _: _AWAY, status=202),
    "monitoring.household_strike_off": _family(lambda _: {"reason": "all_died", "opinion": "经核实整户已不在", "document_number": DOCUMENT}),
    "monitoring.new_member": _family(lambda world: {"member": a_member(), "since": world.at()[:10]}, status=201),
    "monitoring.member_departure": _family(lambda world: {"on": world.at()[:10], "why": "moved"}, person_id=lambda world: world.register.people[1]),
    "monitoring.household_lineage": _thing("household_id", lambda world: world.register.family),
    "monitoring.person_correction": _thing("person_id", lambda world: world.register.people[1], _correction, versioned=True),
    "monitoring.county_transfer": _transfer(),
    "monitoring.county_transfer_resumption": _transfer(status=202, seen=1),
    "monitoring.county_transfer_withdrawal": _transfer(seen=1),
    "monitoring.new_change_request": _new_requests,
    "monitoring.change_requests": _list(lambda world: world.register.parting),
    "monitoring.change_request_export": _export(lambda world: world.register.parting, status="requested"),
    "monitoring.change_request": _thing("request_id", lambda world: world.register.parting),
    "monitoring.change_request_approval": _decided({"opinion": "同意"}),
    "monitoring.change_request_refusal": _decided({"opinion": "未另立门户"}),
    "monitoring.change_request_withdrawal": _withdrawn,
    "monitoring.household_form": _thing("household_id", lambda world: world.household, lambda _: HOUSEHOLD_FORM, versioned=True),
    "monitoring.person_form": _one(_person_form),
    "monitoring.duplicates": _list(lambda world: world.pair),
    "monitoring.duplicate_export": _export(lambda world: world.pair, status="open"),
    "monitoring.duplicate_decision": _thing(
        "duplicate_id", lambda world: world.pair, lambda _: {"decision": "different", "reason": "入户核实，是兄弟二人"}, versioned=True
    ),
    "monitoring.duplicate_search": _one(lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village}, outside=OutsideYourArea)),
    "monitoring.new_lead": _leads,
    "monitoring.leads": _list(lambda world: world.lead),
    "monitoring.lead_export": _export(lambda world: world.lead, status="registered"),
    "monitoring.lead": _thing("lead_id", lambda world: world.lead),
    "monitoring.lead_verification": _thing("lead_id", lambda world: world.lead, _verification, versioned=True),
    "monitoring.lead_by_source": _of_the_platform(
        _thing("source_number", lambda world: world.source_number, channel=lambda _: CALLING),
    ),
    "monitoring.lead_dispatch": _thing(
        "lead_id", lambda world: world.undirected, lambda world: {"area": world.village, "note": "请核实"}, versioned=True, in_township=True
    ),
    "monitoring.new_lead_dispatches": _one(_lead_dispatches),
    "monitoring.lead_referral_back": _thing("lead_id", lambda world: world.numbered, lambda _: {"reason": "本村无此人"}, versioned=True),
    "monitoring.lead_answers": _of_the_platform(_list(lambda world: world.answer)),
    "monitoring.lead_answer_export": _export(lambda world: world.answer),
    "monitoring.lead_answer_return": _of_the_platform(
        _thing("answer_id", lambda world: world.answer, lambda world: {"returned_at": world.answered_at, "receipt": "12317回执0001"}, versioned=True)
    ),
    "monitoring.new_screening_round": _one(_new_round),
    "monitoring.screening_rounds": _one(_rounds),
    "monitoring.screening_round": _thing("round_id", lambda world: world.round, in_township=True),
    "monitoring.screening_coverage": _thing("round_id", lambda world: world.round, in_township=True, query={"area": HERE}),
    "monitoring.screening_round_households": _thing("round_id", lambda world: world.round, in_township=True),
    "monitoring.screening_round_refresh": _thing("round_id", lambda world: world.round, versioned=True, status=202, in_township=True),
    "monitoring.screening_round_closure": _thing("round_id", lambda world: world.round, versioned=True, status=202, in_township=True),
    "monitoring.screening_visit": _thing("household_id", lambda world: world.to_screen, _visit, versioned=True, round_id=lambda world: world.round),
    "monitoring.screening_excuse": _thing(
        "household_id", lambda world: world.to_screen, lambda _: {"reason": "全家外出务工"}, versioned=True, round_id=lambda world: world.round
    ),
    "monitoring.screening_households": _list(lambda world: world.screening),
    "monitoring.screening_household_export": _export(lambda world: world.screening),
    "monitoring.new_incident": _one(_new_incident),
    "monitoring.incidents": _one(_incidents),
    "monitoring.incident": _incident(lambda world: world.incidents.open),
    "monitoring.incident_figures": _incident(lambda world: world.incidents.open),
    "monitoring.incident_laying_down": _incident(lambda world: world.incidents.open, status=202),
    "monitoring.incident_closure": _incident(lambda world: world.incidents.quiet, versioned=True),
    "monitoring.incident_green_channel": _incident(lambda world: world.incidents.open, _order, status=202),
    "monitoring.incident_household": _hit_by("household_id", lambda world: world.incidents.hit, versioned=False),
    "monitoring.incident_check": _hit_by("household_id", lambda world: world.incidents.to_check, lambda world: hit(checked_at=world.at(minutes=-1))),
    "monitoring.incident_relief": _hit_by(
        "household_id", lambda world: world.incidents.hit, lambda world: a_delivery(delivered_at=world.at(minutes=-1))
    ),
    "monitoring.incident_households": _list(lambda world: world.incidents.effect),
    "monitoring.incident_household_export": _export(lambda world: world.incidents.effect),
    "monitoring.incident_trackings": _list(lambda world: world.incidents.tracking),
    "monitoring.incident_tracking_export": _export(lambda world: world.incidents.tracking),
    "monitoring.incident_tracking_visit": _thing(
        "tracking_id",
        lambda world: world.incidents.tracking,
        lambda world: {"visited_at": world.at(minutes=-1), "state": "recovered", "evidence": proof()},
        versioned=True,
    ),
    "monitoring.green_channel": _one(_green_channel),
    "monitoring.green_channel_cases": _list(lambda world: world.incidents.case),
    "monitoring.green_channel_case_export": _export(lambda world: world.incidents.case, status="opened"),
    "monitoring.quality_facts": _one(lambda world: Wanted(guard=Guard.OPEN)),
    "monitoring.quality_rules": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "on": "2021-09-22"})),
    "monitoring.quality_rule": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "number": "LC_90_001"},
            body={**a_rule(), "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.quality_rule_trial": _one(
        lambda world: Wanted(guard=Guard.NAMED, body={"area": world.village, "rule": a_rule()}, outside=NotYourArea)
    ),
    "monitoring.new_quality_check": _one(
        lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village, "rules": ["5_14_008"]}, outside=NotYourArea)
    ),
    "monitoring.quality_findings": _list(lambda world: world.findings["village"], rule="5_14_008"),
    "monitoring.quality_finding_export": _export(lambda world: world.findings["village"], status="open"),
    "monitoring.quality_finding": _thing("finding_id", lambda world: world.findings["village"]),
    "monitoring.quality_finding_recheck": _thing("finding_id", lambda world: world.findings["village"], versioned=True),
    "monitoring.quality_finding_excuse": _excuses,
    "monitoring.quality_summary": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village})),
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
    "monitoring.new_case_decisions": _case_decisions,
    "monitoring.lead_pause": _thing("lead_id", lambda world: world.lead, _pause, versioned=True),
    "monitoring.lead_resumption": _thing("lead_id", lambda world: world.paused_lead, versioned=True),
    "monitoring.case_pause": _case_pauses,
    "monitoring.case_resumption": _thing("case_id", lambda world: world.paused_case, versioned=True),
    "monitoring.escalations": _list(lambda world: world.escalations["village"], status="open"),
    "monitoring.escalation_export": _export(lambda world: world.escalations["village"], status="open"),
    "monitoring.escalation": _thing("escalation_id", lambda world: world.escalations["village"]),
    "monitoring.escalation_acknowledgement": _acknowledgements,
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
    "monitoring.new_risk_flag_withdrawals": _one(_withdrawals),
    "monitoring.worklist": _list(lambda world: world.lead, matter="lead"),
    "monitoring.worklist_export": _export(lambda world: world.lead, status="lead"),
    "monitoring.dashboard": _dashboard(month="2021-09"),
    "monitoring.dashboard_trends": _dashboard(to="2021-10"),
    "monitoring.dashboard_income": _dashboard(),
    "monitoring.dashboard_export": _dashboard(table="funnel", format="csv"),
    "monitoring.figure_recount": _one(
        lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village[:6]}, place=world.village[:6], outside=AreaNotYours)
    ),
    "monitoring.areas": _one(lambda world: Wanted(guard=Guard.OPEN, query={"inside": world.village[:9]})),
    "monitoring.areas_unplaced": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village})),
    "monitoring.area_change": _one(_area_change),
    "monitoring.bottom_line": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "year": 2021},
            body={"amount": SIMULATED, "effective_from": "2021-01-01", "document_number": DOCUMENT, "simulation": world.simulation},
            outside=NotYourArea,
        )
    ),
    "monitoring.new_income": _thing("household_id", lambda world: world.household, lambda _: an_income(), versioned=True, status=201),
    "monitoring.incomes": _thing("household_id", lambda world: world.household),
    "monitoring.income_items": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "on": "2021-09-01"})),
    "monitoring.income_item": _one(
        lambda world: Wanted(
            guard=Guard.NAMED, status=201, path={"area": world.village[:6], "code": "D7"}, body=an_item(document_number=DOCUMENT), outside=NotYourArea
        )
    ),
    "monitoring.new_income_screening": _one(lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village}, outside=NotYourArea)),
    "monitoring.new_line_simulation": _one(
        lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village, "year": 2021, "amount": SIMULATED}, outside=NotYourArea)
    ),
    "monitoring.line_simulations": _one(_list_of_simulations),
    "monitoring.line_simulation": _simulation(),
    "monitoring.line_simulation_households": _simulation(size=200),
    "monitoring.line_simulation_household_export": _simulation(format="csv"),
    "monitoring.parameter": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "key": "identification.total.days"},
            body={"value": "15", "effective_from": "2021-01-01", "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.lead_grade_rules": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village})),
    "monitoring.lead_grade_rule": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "hardship": "illness"},
            body={"grade": "orange", "effective_from": "2021-01-01", "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.new_signals": _one(_signals),
    "monitoring.signal_rules": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "kind": LIST, "on": "2021-09-22"})),
    "monitoring.signal_rule": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "code": f"{LIST}.lifted_out"},
            body={**_RULE, "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.signal_rule_trial": _one(
        lambda world: Wanted(guard=Guard.NAMED, body={"kind": LIST, "area": world.village, "rule": _RULE}, outside=NotYourArea)
    ),
    "monitoring.base_figure": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "figure": "provincial_rural_income", "year": 2020},
            body={"amount": "12842.00", "effective_from": "2021-01-01", "document_number": DOCUMENT},
            outside=NotYourArea,
        )
    ),
    "monitoring.new_regional_event": _one(
        lambda world: Wanted(
            guard=Guard.OPEN,
            status=201,
            body=an_event([world.village], document_number=DOCUMENT),
            only=lambda actor: is_inside(world.village, actor.area),
            to_others=NotYourArea,
        )
    ),
    "monitoring.industries": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "on": "2021-09-01"})),
    "monitoring.regional_rules": _one(lambda world: Wanted(guard=Guard.OPEN, query={"area": world.village, "on": "2021-09-01"})),
    "monitoring.regional_rule": _one(
        lambda world: Wanted(
            guard=Guard.NAMED,
            status=201,
            path={"area": world.village[:6], "code": "township.any"},
            body=a_regional_rule(document_number=DOCUMENT),
            outside=NotYourArea,
        )
    ),
    "monitoring.new_regional_check": _one(lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village[:6]}, outside=NotYourArea)),
    "monitoring.new_regional_recount": _one(
        lambda world: Wanted(guard=Guard.NAMED, status=202, body={"area": world.village[:6]}, outside=NotYourArea)
    ),
    "monitoring.regional_alarms": _list(lambda world: world.alarm, status="open"),
    "monitoring.regional_alarm_export": _export(lambda world: world.alarm, status="open"),
    "monitoring.regional_alarm": _thing("alarm_id", lambda world: world.alarm),
    "monitoring.regional_alarm_households": _thing("alarm_id", lambda world: world.alarm),
    "monitoring.regional_alarm_household_export": _one(
        lambda world: Wanted(path={"alarm_id": world.alarm}, query={"format": "csv"}, thing=world.alarm)
    ),
    "monitoring.regional_alarm_answer": _thing(
        "alarm_id", lambda world: world.alarm, lambda _: {"assessment": "chance", "measures": [], "evidence": proof()}, versioned=True
    ),
    "monitoring.regional_alarm_leads": _thing("alarm_id", lambda world: world.real_alarm, versioned=True, status=202),
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

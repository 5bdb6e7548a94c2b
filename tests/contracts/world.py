"""What the contract tests act on: the same things in four places, put there through the public API by their own officials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5

from services.employment.usecases.answer_risk_flags import answer_risk_flags as answer_as_employment
from services.projects.usecases.answer_risk_flags import answer_risk_flags as answer_as_projects
from shared.database.transaction import Database
from shared.events import RiskFlag
from shared.kernel.actors import Actor, Department, Role, service_actor
from shared.kernel.areas import LINCANG
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId, new_id
from shared.service.jobs.runner import JobRunner
from tests.builders.files import SHEETS, Row, a_list_row, as_csv, some_rows
from tests.builders.people import a_household, a_self_report
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call, Caller
from tests.fixtures.clock import SetClock

HERE = "530924101201"  # 镇康县凤尾镇凤尾村: no other tests use this county
NEXT_VILLAGE = "530924101202"  # same township
OTHER_TOWNSHIP = "530924102201"  # a village of another township, same county
OTHER_COUNTY = "530925101201"  # a village of 双江县
PLACES = (HERE, NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_COUNTY)

CITIZEN = str(Role.MOBILE_APP)
"""The person who made the self-reports."""

LISTING = Department.MEDICAL_INSURANCE
"""The department whose lists came in."""

REGISTER, LIST, CARE, PLACES_FILE = "household_register", f"{LISTING}_list", "care_assignments", "place_list"

_ANSWERS = {"projects": answer_as_projects, "employment": answer_as_employment}
_OFFICES = ((Role.TOWNSHIP_OFFICER, HERE[:9]), (Role.COUNTY_OFFICER, HERE[:6]), (Role.PREFECTURE_OFFICER, LINCANG))
OFFICER = {"projects": Role.PROJECT_OFFICER, "employment": Role.EMPLOYMENT_OFFICER}


@dataclass(frozen=True, kw_only=True)
class AskedJob:
    """A job as it waits for an act, and whose it is."""

    id: str
    version: int
    asker: Actor
    department: Department | None = None

    def is_of(self, actor: Actor) -> bool:
        """Who asked for it may act on it, and who is of the same department."""
        return actor.id == self.asker.id or (actor.department is not None and actor.department is self.department)


@dataclass(frozen=True, kw_only=True)
class World:
    """The things of one place. Cases are by the status in which they wait, tasks by service and status.

    Of the jobs the imports are validated, the exports done, and the waiting ones not begun; each has another asker.
    """

    now: datetime
    village: str
    household: str
    assignment: str
    grouped: str
    people: list[dict[str, Any]]
    lead: str
    report: str
    report_sent: dict[str, Any]
    cases: dict[str, str]
    flag: str
    versions: dict[str, int]
    tasks: dict[tuple[str, TaskStatus], str]
    imports: Sequence[AskedJob]
    exports: Sequence[AskedJob]
    waiting: Sequence[AskedJob]
    rows: Sequence[Row]

    def at(self, **shift: float) -> str:
        return (self.now + timedelta(**shift)).isoformat()

    @property
    def secrets(self) -> set[str]:
        """What is never to be read in full: everybody's name, number and phone."""
        return {person[name] for person in [*self.people, self.report_sent, *self.rows] for name in ("name", "id_number", "phone")}


@dataclass(frozen=True, kw_only=True)
class _Jobs:
    """The jobs of one place, and the rows of their files."""

    imports: Sequence[AskedJob]
    exports: Sequence[AskedJob] = ()
    waiting: Sequence[AskedJob] = ()
    rows: Sequence[Row]


async def a_world(calls: Mapping[str, Call], set_clock: SetClock, databases: Mapping[str, Database], runner: JobRunner) -> dict[str, World]:
    """Make the things of all four places; those of `HERE` in every state that an act begins from."""
    start = datetime(2021, 9, 22, 1, 0, tzinfo=UTC)
    now = await set_clock(start)
    ways = {village: Way(calls["monitoring"], now, Officials.of(village)) for village in PLACES}
    cases = {village: await _cases(way, ("opened",)) for village, way in ways.items()}
    cases[HERE] |= await _cases(ways[HERE], ("appraised", "on_notice", "notice_over", "reviewed"))
    flagged = {village: await way.noticed("06") for village, way in ways.items()}
    later = {village: await way.after_notice(set_clock) for village, way in ways.items()}
    await _go_on(later[HERE], cases[HERE])
    flags = {village: (await later[village].decided(flagged[village]))["flag_id"] for village in PLACES}
    jobs = await _jobs(calls["monitoring"], runner)
    return {village: await _things(later[village], cases[village], flags[village], calls, databases, jobs[village]) for village in PLACES}


async def leave(worlds: Mapping[str, World], call: Call) -> None:
    """Cancel what nobody has begun: the next runner of a test would do it."""
    for job in (job for world in worlds.values() for job in world.waiting):
        done(await call(job.asker).post(f"/v1/jobs/{job.id}/cancellation", None, seen=job.version))


async def _cases(way: Way, statuses: tuple[str, ...]) -> dict[str, str]:
    """Open a case for each status, and take it towards it as far as it goes today."""
    cases = {status: await way.case("06") for status in statuses}
    for status, case_id in cases.items():
        if status != "opened":
            done(await way.appraisal(case_id))
        if status not in ("opened", "appraised"):
            done(await way.notice(case_id))
    return cases


async def _go_on(way: Way, cases: dict[str, str]) -> None:
    """The notices are over."""
    done(await way.removal(cases["notice_over"]))
    await way.reviewed(cases["reviewed"])


async def _things(way: Way, cases: dict[str, str], flag: str, calls: Mapping[str, Call], databases: Mapping[str, Database], jobs: _Jobs) -> World:
    village, officials = way.officials.village.area, way.officials
    people = a_household(village=village, members=3)
    household = done(await way.call(officials.village).post("/v1/households", people))["id"]
    assigned = await way.assigned(household)
    grouped = await way.grouped(household, "low_income")
    lead = await way.lead(household)
    report, sent = str(new_id()), a_self_report(village=village, name="岩温罕", phone="13987654321")  # the number of the builder is every example's
    done(await way.call(Actor(id=CITIZEN, role=Role.MOBILE_APP, area=village[:6])).put(f"/v1/self-reports/{report}", sent))
    versions = {lead["id"]: lead["version"], flag: 1, assigned["id"]: assigned["version"], grouped["id"]: grouped["version"]}
    for case_id in cases.values():
        versions[case_id] = done(await way.call(officials.county).get(f"/v1/cases/{case_id}"))["version"]
    tasks = {key: task for service in _ANSWERS for key, task in (await _tasks(service, village, calls[service], databases[service])).items()}
    return World(
        now=way.now,
        village=village,
        household=household,
        assignment=assigned["id"],
        grouped=grouped["id"],
        people=people["members"],
        lead=lead["id"],
        report=report,
        report_sent=sent,
        cases=cases,
        flag=flag,
        versions=versions | {tasks[key]: 2 if key[1] is TaskStatus.STARTED else 1 for key in tasks},
        tasks=tasks,
        imports=jobs.imports,
        exports=jobs.exports,
        waiting=jobs.waiting,
        rows=jobs.rows,
    )


async def _jobs(call: Call, runner: JobRunner) -> dict[str, _Jobs]:
    """Let a village everywhere send a file, and in `HERE` everybody who may; let whoever reads lists have one exported."""
    cadres = {village: Actor(id=str(Role.VILLAGE_CADRE), role=Role.VILLAGE_CADRE, area=village) for village in PLACES}
    officials = [Actor(id=str(role), role=role, area=area) for role, area in _OFFICES]
    department = Actor(id=str(Role.DEPARTMENT_USER), role=Role.DEPARTMENT_USER, area=HERE[:6], department=LISTING)
    registers = {village: [cadres[village], *(officials if village == HERE else ())] for village in PLACES}
    rows = {village: some_rows(households=1, members=2, village=village) for village in PLACES}
    listed = [a_list_row(LIST, village=HERE)]

    sent = {village: [await _sent(call, by, REGISTER, rows[village]) for by in registers[village]] for village in PLACES}
    sent[HERE] += [await _sent(call, by, LIST, listed) for by in (department, officials[1])]
    readers = [cadres[HERE], *officials, Actor(id=str(Role.AUDITOR), role=Role.AUDITOR, area=HERE[:6])]
    exports = [await _exported(call, by) for by in readers]
    while await runner.do_one():
        pass
    here = _Jobs(
        imports=[await _now(call, job, "validated") for job in sent[HERE]],
        exports=[await _now(call, job, "done") for job in exports],
        waiting=[await _exported(call, readers[-1])],
        rows=rows[HERE] + listed,
    )
    others = {village: [await _now(call, job, "validated") for job in sent[village]] for village in PLACES if village != HERE}
    return {HERE: here, **{village: _Jobs(imports=jobs, rows=rows[village]) for village, jobs in others.items()}}


async def _sent(call: Call, by: Actor, kind: str, rows: Sequence[Row]) -> AskedJob:
    caller = call(by)
    headers = {**caller.headers, "Idempotency-Key": str(uuid4())}
    form, content = {"kind": kind, "mode": "validate"}, as_csv(SHEETS[kind], rows)
    job = done(await caller.http.post("/v1/imports", data=form, files={"file": ("名单.csv", content)}, headers=headers))
    return AskedJob(id=job["id"], version=job["version"], asker=by, department=LISTING if kind == LIST else None)


async def _exported(call: Call, by: Actor) -> AskedJob:
    job = done(await call(by).post("/v1/exports", {"list": "households", "format": "csv", "status": "normal"}))
    return AskedJob(id=job["id"], version=job["version"], asker=by)


async def _now(call: Call, job: AskedJob, state: str) -> AskedJob:
    """See how a job is after the work is done."""
    found = done(await call(job.asker).get(f"/v1/jobs/{job.id}"))
    assert found["state"] == state, found
    return replace(job, version=found["version"])


async def _tasks(service: str, village: str, call: Call, database: Database) -> dict[tuple[str, TaskStatus], str]:
    """Let a service hear of a flag that owes it two measures, and take one of them on."""
    flag = _a_flag(service, village)
    async with database.transaction(service_actor(service, village[:6])) as tx:
        await _ANSWERS[service]([flag], tx)
    opened, started = (f"{service}.{task_id_for(OwedId(owed.id))}" for owed in flag.owed)
    officer: Caller = call(Actor(id="starter", role=OFFICER[service], area=village[:6]))
    done(await officer.post(f"/v1/tasks/{started}/start", {"responsible": "镇康县农业农村局"}, seen=1))
    return {(service, TaskStatus.OPENED): opened, (service, TaskStatus.STARTED): started}


def _a_flag(service: str, village: str) -> RiskFlag:
    flag_id = uuid4()
    owed = [{"id": uuid5(flag_id, str(n)), "measure": "recovery", "service": service, "due_at": datetime(2021, 12, 1, tzinfo=UTC)} for n in range(2)]
    content = {"id": flag_id, "county_code": village[:6], "version": 1, "household_id": uuid4(), "area_code": village, "status": "open", "owed": owed}
    return RiskFlag.model_validate(content)

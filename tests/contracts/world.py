"""What the contract tests act on: the same things in four places, put there through the public API by their own officials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5

from services.employment.usecases.answer_risk_flags import answer_risk_flags as answer_as_employment
from services.projects.usecases.answer_risk_flags import answer_risk_flags as answer_as_projects
from shared.database.transaction import Database
from shared.events import RiskFlag
from shared.kernel.actors import Actor, Role, service_actor
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId, new_id
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

_ANSWERS = {"projects": answer_as_projects, "employment": answer_as_employment}
OFFICER = {"projects": Role.PROJECT_OFFICER, "employment": Role.EMPLOYMENT_OFFICER}


@dataclass(frozen=True, kw_only=True)
class World:
    """The things of one place. Cases are by the status in which they wait, tasks by service and status."""

    now: datetime
    village: str
    household: str
    people: list[dict[str, Any]]
    lead: str
    report: str
    report_sent: dict[str, Any]
    cases: dict[str, str]
    flag: str
    versions: dict[str, int]
    tasks: dict[tuple[str, TaskStatus], str]

    def at(self, **shift: float) -> str:
        return (self.now + timedelta(**shift)).isoformat()

    @property
    def secrets(self) -> set[str]:
        """What is never to be read in full: everybody's name, number and phone."""
        return {person[name] for person in [*self.people, self.report_sent] for name in ("name", "id_number", "phone")}


async def a_world(calls: Mapping[str, Call], set_clock: SetClock, databases: Mapping[str, Database]) -> dict[str, World]:
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
    return {village: await _things(later[village], cases[village], flags[village], calls, databases) for village in PLACES}


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


async def _things(way: Way, cases: dict[str, str], flag: str, calls: Mapping[str, Call], databases: Mapping[str, Database]) -> World:
    village, officials = way.officials.village.area, way.officials
    people = a_household(village=village, members=3)
    household = done(await way.call(officials.village).post("/v1/households", people))["id"]
    lead = await way.lead(household)
    report, sent = str(new_id()), a_self_report(village=village, name="岩温罕")
    done(await way.call(Actor(id=CITIZEN, role=Role.MOBILE_APP, area=village[:6])).put(f"/v1/self-reports/{report}", sent))
    versions = {lead["id"]: lead["version"], flag: 1}
    for case_id in cases.values():
        versions[case_id] = done(await way.call(officials.county).get(f"/v1/cases/{case_id}"))["version"]
    tasks = {key: task for service in _ANSWERS for key, task in (await _tasks(service, village, calls[service], databases[service])).items()}
    return World(
        now=way.now,
        village=village,
        household=household,
        people=people["members"],
        lead=lead["id"],
        report=report,
        report_sent=sent,
        cases=cases,
        flag=flag,
        versions=versions | {tasks[key]: 2 if key[1] is TaskStatus.STARTED else 1 for key in tasks},
        tasks=tasks,
    )


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

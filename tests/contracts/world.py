"""What the contract tests act on: the same things in four places, put there through the public API by their own officials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5

from services.employment.usecases.answer_risk_flags import answer_risk_flags as answer_as_employment
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from services.monitoring.usecases.regional.check_regions import check_county
from services.monitoring.usecases.regional.count_occurrences import count_some
from services.projects.usecases.answer_risk_flags import answer_risk_flags as answer_as_projects
from shared.database.transaction import Database
from shared.events import RiskFlag
from shared.kernel.actors import Actor, Department, Platform, Role, service_actor
from shared.kernel.areas import LINCANG
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId, new_id
from shared.service.jobs.runner import JobRunner
from tests.builders.families import a_split, named
from tests.builders.files import SHEETS, Row, a_list_row, as_csv, some_rows
from tests.builders.incidents import an_incident, hit
from tests.builders.leads import a_person_lead, a_source_number
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member, a_self_report, proof
from tests.builders.quality import a_rule
from tests.builders.regions import a_regional_rule, an_event
from tests.builders.rounds import a_round
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

CALLING = Platform.HOTLINE
"""The platform that sent what has a number of its source."""

REGISTER, LIST, CARE, PLACES_FILE = "household_register", f"{LISTING}_list", "care_assignments", "place_list"

MUCH_LAND = {"village": "5_14_008", "township": "LC_91_001", "county": "LC_91_002"}
"""Rules on farmland, by the level that repairs: one that ships, and two of the county's own."""

SIMULATED = "6100.00"
"""The line of 2021 that was simulated in the county of each place."""

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
class Register:
    """What the register of one place holds to be changed.

    :param family: a household for which nothing is under way, with three `people`, the head first; `into` is another like it.
    :param sent: everybody as sent in.
    :param parting: what the village asked for; `leaving`: what the county asked for.
    :param transfer: to another county, which was hindered; of `HERE` only.
    """

    family: str
    people: list[str]
    into: str
    sent: list[dict[str, Any]]
    parting: str
    leaving: str
    transfer: str


@dataclass(frozen=True, kw_only=True)
class Incidents:
    """Disasters of one place: an open one, and a quiet one that hit nobody.

    :param to_check: a household of the open one, and `effect` its place there; `hit`: another, with a `tracking` visit owed.
    :param order: to help a third one first, whose `case` is open.
    """

    open: str
    quiet: str
    to_check: str
    effect: str
    hit: str
    tracking: str
    order: str
    case: str


@dataclass(frozen=True, kw_only=True)
class World:
    """The things of one place. Cases are by the status in which they wait, tasks by service and status; what was said of limits by level.

    `numbered` came from the hotline under `source_number`; `undirected` lies with the township still; `to_screen` is a household in the round,
    `screening` its place there. `findings` are of data quality, by the level that repairs.
    Of the jobs the imports are validated, the exports done, and the waiting ones not begun; each has another asker.
    """

    now: datetime
    village: str
    household: str
    assignment: str
    grouped: str
    people: list[dict[str, Any]]
    member: str
    pair: str
    lead: str
    numbered: str
    source_number: str
    undirected: str
    answer: str
    answered_at: str
    round: str
    to_screen: str
    screening: str
    findings: dict[str, str]
    report: str
    report_sent: dict[str, Any]
    cases: dict[str, str]
    flag: str
    paused_lead: str
    paused_case: str
    escalations: dict[str, str]
    register: Register
    incidents: Incidents
    versions: dict[str, int]
    tasks: dict[tuple[str, TaskStatus], str]
    imports: Sequence[AskedJob]
    exports: Sequence[AskedJob]
    waiting: Sequence[AskedJob]
    rows: Sequence[Row]
    simulation: str
    alarm: str
    real_alarm: str

    def at(self, **shift: float) -> str:
        return (self.now + timedelta(**shift)).isoformat()

    @property
    def secrets(self) -> set[str]:
        """What is never to be read in full: everybody's name, number and phone."""
        people = [*self.people, *self.register.sent, self.report_sent, *self.rows]
        told = (person.get(name) for person in people for name in ("name", "id_number", "phone"))
        return {each for each in told if each}

    @property
    def township(self) -> str:
        return self.village[:9]


@dataclass(frozen=True, kw_only=True)
class _Jobs:
    """The jobs of one place, and the rows of their files."""

    imports: Sequence[AskedJob]
    exports: Sequence[AskedJob] = ()
    waiting: Sequence[AskedJob] = ()
    rows: Sequence[Row]


async def a_world(
    calls: Mapping[str, Call], set_clock: SetClock, databases: Mapping[str, Database], runner: JobRunner, worker: Database
) -> dict[str, World]:
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
    registers = {village: await _register(later[village]) for village in PLACES}
    simulations = {village: await _simulation(later[village]) for village in PLACES}
    rounds = {village: await _round(way) for village, way in later.items()}
    incidents = await _incidents(later, runner)
    for way in later.values():
        await _much_land(way)
    jobs = await _jobs(calls["monitoring"], runner)
    incidents = {village: await _helped(later[village], each) for village, each in incidents.items()}
    await _sweep(worker)
    alarms = await _alarms(later, worker)
    return {
        village: await _things(
            later[village],
            cases[village],
            flags[village],
            rounds[village],
            calls,
            databases,
            jobs[village],
            simulations[village],
            registers[village],
            alarms[village],
            incidents[village],
        )
        for village in PLACES
    }


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


async def _alarms(ways: Mapping[str, Way], worker: Database) -> dict[str, tuple[str, str]]:
    """Let every village call for two alarms by one event each, and the county find one of them real."""
    http = ways[HERE].call(Actor(id=str(Role.PREFECTURE_OFFICER), role=Role.PREFECTURE_OFFICER, area=LINCANG))
    for cause in ("other", "site_problem"):
        done(await http.put(f"/v1/regional-rules/{LINCANG}/village.contract_{cause}", a_regional_rule(cause=cause, level="village", minimum_count=1)))
        for village, way in ways.items():
            done(await way.call(way.officials.county).post("/v1/regional-events", an_event([village], cause=cause)))
    for county in sorted({village[:6] for village in PLACES}):
        async with worker.transaction(service_actor("monitoring", county)) as tx:
            while await count_some(tx):
                pass
            await check_county(tx)
    return {village: await _found_real(way) for village, way in ways.items()}


async def _found_real(way: Way) -> tuple[str, str]:
    county = way.call(way.officials.county)
    listed = done(await county.get("/v1/regional-alarms", area=way.officials.village.area, status="open", size=200))["items"]
    alarm, real = (next(each["id"] for each in listed if each["cause"] == cause) for cause in ("other", "site_problem"))
    body = {"assessment": "real", "measures": ["统一收购"], "prevention_plan": "镇康防范〔2021〕1号", "evidence": proof()}
    done(await county.post(f"/v1/regional-alarms/{real}/answer", body, seen=1))
    return alarm, real


async def _simulation(way: Way) -> str:
    """Ask as the county what a line would change there."""
    line = {"area": way.officials.county.area, "year": 2021, "amount": SIMULATED}
    return done(await way.call(way.officials.county).post("/v1/line-simulations", line))["id"]


async def _round(way: Way) -> str:
    """Open a round in the township; whoever does the jobs lays it down."""
    period = {"opens_on": way.now.date().isoformat(), "ends_on": (way.now + timedelta(days=30)).date().isoformat()}
    return done(await way.call(way.officials.township).post("/v1/screening-rounds", a_round(area=way.officials.township.area, **period)))["id"]


async def _incidents(ways: Mapping[str, Way], runner: JobRunner) -> dict[str, Incidents]:
    """Let disasters happen, have their households laid down, check some, and order one to be helped first; whoever does the jobs does that."""
    made: dict[str, tuple[list[str], list[str]]] = {}
    for village, way in ways.items():
        households = [await way.household() for _ in range(3)]
        call = way.call(way.officials.county)
        opened = [done(await call.post("/v1/incidents", an_incident(areas=[village])))["id"] for _ in range(2)]
        done(await call.post(f"/v1/incidents/{opened[0]}/households", None))
        made[village] = opened, households
    while await runner.do_one():
        pass
    return {village: await _checked(ways[village], *each) for village, each in made.items()}


async def _checked(way: Way, incidents: list[str], households: list[str]) -> Incidents:
    """Find two households hit; order the second to be helped first."""
    (opened, quiet), (to_check, affected, first) = incidents, households
    village = way.call(way.officials.village)
    for household in (affected, first):
        done(await village.post(f"/v1/incidents/{opened}/households/{household}/check", hit(checked_at=way.at(minutes=-5)), seen=1))
    found = done(await village.get("/v1/incident-households", incident_id=opened, size=200))["items"]
    owed = done(await village.get("/v1/incident-trackings", size=200))["items"]
    body = {"households": [first], "reason": "急需安置", "document_number": "镇应急〔2021〕3号"}
    orderer = way.call(replace(way.officials.county, id="orderer"))
    order = done(await orderer.post(f"/v1/incidents/{opened}/green-channel", body))["id"]
    return Incidents(
        open=opened,
        quiet=quiet,
        to_check=to_check,
        effect=next(each["id"] for each in found if each["household_id"] == to_check),
        hit=affected,
        tracking=next(each["id"] for each in owed if each["household_id"] == affected),
        order=order,
        case="",
    )


async def _helped(way: Way, incidents: Incidents) -> Incidents:
    """Say which case was opened of who was helped first."""
    shown = done(await way.call(way.officials.county).get(f"/v1/green-channels/{incidents.order}"))
    return replace(incidents, case=shown["items"][0]["case_id"])


async def _much_land(way: Way) -> None:
    """Let a household have more land than anybody has, and ask for a check; whoever does the jobs finds it."""
    cadre, household = way.call(way.officials.village), await way.household()
    form = {"effective_from": way.now.date().isoformat(), "farmland": "120.00"}
    done(await cadre.put(f"/v1/households/{household}/form", form, seen=1))
    for owner, number in MUCH_LAND.items():
        if number.startswith("LC_"):
            rule = {**a_rule(owner=owner), "document_number": "镇康测〔2021〕2号"}
            county = way.officials.county
            done(await way.call(county).put(f"/v1/quality-rules/{county.area}/{number}", rule))
    asked = {"area": way.officials.village.area, "rules": list(MUCH_LAND.values())}
    done(await way.call(way.officials.township).post("/v1/quality-checks", asked))


async def _answered(way: Way) -> dict[str, Any]:
    """End a lead of the hotline; give its answer."""
    lead = done(await way.call(way.officials.county).post("/v1/leads", a_person_lead(area=way.officials.village.area)))
    done(await way.verification(lead, outcome="dismissed", reason="已由民政救助", answer="helped"))
    answers = done(await way.call(way.officials.village).get("/v1/lead-answers", size=200))["items"]
    return next(each for each in answers if each["lead_id"] == lead["id"])


async def _sweep(worker: Database) -> None:
    """Let every level hear of what is late: the cases that nobody has appraised."""
    for area in (*sorted({village[:6] for village in PLACES}), LINCANG):
        async with worker.transaction(service_actor("monitoring", area)) as tx:
            await watch_deadlines(tx)


async def _said_of(case_id: str, call: Call, village: str) -> dict[str, str]:
    """Name what was said of a case, by the level that it was said to."""
    officer = call(Actor(id=str(Role.PREFECTURE_OFFICER), role=Role.PREFECTURE_OFFICER, area=LINCANG))
    found: list[dict[str, Any]] = []
    for level, area in (("village", village), ("township", village[:9]), ("county", village[:6]), ("prefecture", LINCANG)):
        following: dict[str, Any] | None = {}
        while following is not None:
            page = done(await officer.get("/v1/escalations", area=area, size=200, **following))
            found += [each for each in page["items"] if each["subject_id"] == case_id and each["level"] == level]
            following = {"cursor": page["next"]} if page["next"] else None
    return {each["level"]: each["id"] for each in found}


async def _paused(way: Way, path: str) -> str:
    body = {"waiting_on": "household", "reason": "外出务工，月底返乡", "evidence": proof()}
    return done(await way.call(way.officials.village).post(f"/v1/{path}/pause", body, seen=1))["id"]


async def _register(way: Way) -> Register:
    """Register households to be changed, and ask for changes; a transfer to another county is hindered by a lead that comes after it is asked for."""
    village, call = way.officials.village.area, way.call
    cadre = Actor(id=str(Role.VILLAGE_CADRE), role=Role.VILLAGE_CADRE, area=village)
    county = Actor(id=str(Role.COUNTY_OFFICER), role=Role.COUNTY_OFFICER, area=village[:6])
    families = [a_household(village=village, members=3) for _ in range(3)]
    family, into, leaver = [done(await call(cadre).post("/v1/households", each))["id"] for each in families]
    members = done(await call(cadre).get(f"/v1/households/{family}"))["members"]
    people = [each["id"] for each in sorted(members, key=lambda each: each["relation"] != "head")]
    ask = {"household_id": family, "household_version": 1, "reason": "本户申请"}
    away = {"to_village": HERE if village == OTHER_COUNTY else OTHER_COUNTY, "reason": "随子女迁居", "document_number": "镇康测〔2021〕1号"}
    parting = done(await call(cadre).post("/v1/change-requests", {**ask, "split": a_split(named(people[1], "head"))}))["id"]
    leaving = done(await call(county).post("/v1/change-requests", {**ask, "county_transfer": away}))["id"]
    prefecture = call(Actor(id=str(Role.PREFECTURE_OFFICER), role=Role.PREFECTURE_OFFICER, area=LINCANG))
    transfer = done(await prefecture.post(f"/v1/households/{leaver}/county-transfer", away, seen=1))["id"]
    await way.lead(leaver)
    sent = [member for each in families for member in each["members"]]
    return Register(family=family, people=people, into=into, sent=sent, parting=parting, leaving=leaving, transfer=transfer)


async def _with_namesakes(way: Way) -> tuple[str, list[dict[str, Any]]]:
    """Register a household with two people of one name, which nobody else has; one of them has no number."""
    village = way.officials.village.area
    people = a_household(village=village, members=3)
    people["members"][1]["name"] = chr(0x5000 + int(village) % 4096) + "温罕"  # an initial that nobody else has
    people["members"].append(a_member(name=people["members"][1]["name"], born_on="1999-01-01", **WITHOUT_NUMBER))
    return done(await way.call(way.officials.village).post("/v1/households", people))["id"], people["members"]


async def _from_the_hotline(way: Way) -> tuple[str, str, str]:
    """Register two leads by their source's numbers: one in the village, one that lies with the township still; give the number of the first."""
    village, county = way.officials.village.area, way.call(way.officials.county)
    number = a_source_number()
    numbered, undirected = [
        done(await county.post("/v1/leads", a_person_lead(area=area, source_number=each)))["id"]
        for area, each in ((village, number), (village[:9], a_source_number()))
    ]
    return number, numbered, undirected


async def _reported(way: Way) -> tuple[str, dict[str, Any]]:
    """Have somebody report himself by phone."""
    village = way.officials.village.area
    report, sent = str(new_id()), a_self_report(village=village, name="岩温罕", phone="13987654321")  # the number of the builder is every example's
    done(await way.call(Actor(id=CITIZEN, role=Role.MOBILE_APP, area=village[:6])).put(f"/v1/self-reports/{report}", sent))
    return report, sent


async def _things(
    way: Way,
    cases: dict[str, str],
    flag: str,
    round_id: str,
    calls: Mapping[str, Call],
    databases: Mapping[str, Database],
    jobs: _Jobs,
    simulation: str,
    register: Register,
    alarms: tuple[str, str],
    incidents: Incidents,
) -> World:
    village, officials = way.officials.village.area, way.officials
    household, people = await _with_namesakes(way)
    member = done(await way.call(officials.village).get(f"/v1/households/{household}"))["members"][0]["id"]
    (pair,) = done(await way.call(officials.village).get("/v1/duplicates"))["items"]
    assigned = await way.assigned(household)
    grouped = await way.grouped(household, "low_income")
    lead = await way.lead(household)
    number, numbered, undirected = await _from_the_hotline(way)
    answer = await _answered(way)
    laid_down = done(await way.call(officials.village).get("/v1/screening-households", round_id=round_id))["items"]
    screening, to_screen = next((each["id"], each["household_id"]) for each in laid_down)
    found = done(await way.call(officials.village).get("/v1/quality-findings"))["items"]
    findings = {each["owner"]: each["id"] for each in found}
    report, sent = await _reported(way)
    paused_lead = await _paused(way, f"leads/{(await way.lead(await way.household()))['id']}")
    paused_case = await _paused(way, f"cases/{await way.case('06')}")
    escalations = await _said_of(cases["opened"], calls["monitoring"], village)
    first = (flag, household, pair["id"], numbered, undirected, answer["id"], round_id, to_screen, *findings.values(), *escalations.values())
    changing = (register.family, *register.people, register.parting, register.leaving, register.transfer)
    versions = {
        lead["id"]: lead["version"],
        paused_lead: 2,
        paused_case: 2,
        alarms[0]: 1,
        alarms[1]: 2,
        assigned["id"]: assigned["version"],
        grouped["id"]: grouped["version"],
        **dict.fromkeys((*first, *changing), 1),
        **dict.fromkeys((incidents.to_check, incidents.tracking), 1),
        incidents.hit: 2,
    }
    for case_id in cases.values():
        versions[case_id] = done(await way.call(officials.county).get(f"/v1/cases/{case_id}"))["version"]
    tasks = {key: task for service in _ANSWERS for key, task in (await _tasks(service, village, calls[service], databases[service])).items()}
    return World(
        now=way.now,
        village=village,
        household=household,
        assignment=assigned["id"],
        grouped=grouped["id"],
        people=people,
        member=member,
        pair=pair["id"],
        lead=lead["id"],
        numbered=numbered,
        source_number=number,
        undirected=undirected,
        answer=answer["id"],
        answered_at=answer["decided_at"],
        round=round_id,
        to_screen=to_screen,
        screening=screening,
        findings=findings,
        report=report,
        report_sent=sent,
        cases=cases,
        flag=flag,
        paused_lead=paused_lead,
        paused_case=paused_case,
        escalations=escalations,
        register=register,
        incidents=incidents,
        versions=versions | {tasks[key]: 2 if key[1] is TaskStatus.STARTED else 1 for key in tasks},
        tasks=tasks,
        imports=jobs.imports,
        exports=jobs.exports,
        waiting=jobs.waiting,
        rows=jobs.rows,
        simulation=simulation,
        alarm=alarms[0],
        real_alarm=alarms[1],
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
    sent[HERE].append(await _tried(call, officials[1]))
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


async def _tried(call: Call, by: Actor) -> AskedJob:
    """Ask as a county what would become of the approval of a case that there is not."""
    body = {
        "act": "county-approval",
        "agrees": True,
        "opinion": "同意",
        "document_number": "镇康测〔2021〕1号",
        "evidence": proof(),
        "mode": "validate",
    }
    job = done(await call(by).post("/v1/case-decisions", {**body, "items": [{"case_id": str(uuid4()), "version": 1}]}))
    return AskedJob(id=job["id"], version=job["version"], asker=by)


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

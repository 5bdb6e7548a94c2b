"""Stories that fill every table, in three villages of two counties."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.app import SERVICE
from services.monitoring.store.reading import area_figures
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from services.monitoring.usecases.leads.dispatch_leads import DispatchLeads, LeadToDispatch, dispatch_leads
from services.monitoring.usecases.regional.check_regions import check_county
from services.monitoring.usecases.regional.count_occurrences import count_some
from shared.database.transaction import Database
from shared.kernel.actors import Actor, service_actor
from shared.kernel.ids import new_id
from shared.service.jobs.runner import JobRunner
from tests.builders.files import SHEETS, Row, a_list_row, as_csv, some_rows
from tests.builders.incidents import a_delivery, an_incident, hit
from tests.builders.incomes import a_quarter, an_income, an_item
from tests.builders.leads import a_person_lead
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member, a_self_report, an_id_number, proof
from tests.builders.regions import a_regional_rule, an_event
from tests.builders.rounds import a_round
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call
from tests.fixtures.clock import START, moving_clock
from tests.fixtures.platform import Cluster, opened, settings_of
from tests.fixtures.tokens import HOME, citizen, prefecture

NEIGHBOUR = "530902102202"  # a village of the same township
ELSEWHERE = "530921101001"  # a village of another county


SINCE = {"effective_from": "2021-09-01"}
# What is said in every story, beside who its people are.
WORDS = (
    *("请尽快核实", "来电反映", "孩子生病", "走访时发现", "到会者一致同意", "情况属实", "某某外出务工", "通话记录"),
    proof("appraisal")[0]["sha256"],
)


@dataclass(frozen=True)
class Story:
    """What happened to one household; the words are what may never be repeated elsewhere."""

    village: str
    household_id: UUID
    case_id: UUID
    flag_id: UUID
    head_id_number: str
    secrets: tuple[str, ...]


@pytest.fixture(scope="session")
async def stories(call: Call, admin: asyncpg.Connection, monitoring_worker: Database, cluster: Cluster) -> dict[str, Story]:
    """One household for each village, flagged and withdrawn, with a self-report and two files beside it: rows in every guarded table."""
    runner = SERVICE.job_runner(settings_of("monitoring", cluster), monitoring_worker)
    assert runner is not None
    async with moving_clock(admin) as move:
        told: dict[str, Story] = {}
        for county in (HOME[:6], ELSEWHERE[:6]):  # what other tests left to fold would come before the stories'
            await folded(monitoring_worker, county)
        for village in (HOME, NEIGHBOUR, ELSEWHERE):
            way = Way(call, await move(START), Officials.of(village))
            number, phone, name = an_id_number(), "13812340000", "李某某"
            head = {"name": name, "id_number": number, "phone": phone, "relation": "head", "labour": "ordinary"}
            household = {**a_household(village=village), "members": [head]}
            household_id = done(await call(way.officials.village).post("/v1/households", household))["id"]
            await fill_forms(way, household_id)
            await cared_for(way, household_id, name, phone)
            case_id = await before_the_township(way, household_id)
            way = await way.after_notice(move)
            async with monitoring_worker.transaction(service_actor("monitoring", village[:6])) as tx:
                await watch_deadlines(tx)
            flag_id = (await way.decided(case_id))["flag_id"]
            done(await way.withdrawal(flag_id))
            await in_a_flood(call, way, household_id, runner)
            await in_an_alarm(call, way, monitoring_worker)
            report = a_self_report(village=village, id_number=number, name=name, phone=phone, description="孩子生病住院花了很多钱")
            done(await call(citizen(area=village[:6])).put(f"/v1/self-reports/{new_id()}", report))
            await changed(call, way, number="LIN" + village)
            await send(call, way.officials.village, "household_register", some_rows(households=1, members=1, village=village), mode="validate")
            await send(call, way.officials.county, "medical_insurance_list", [a_list_row("medical_insurance_list", village=village)])
            await earned(call, way, household_id)
            await worked_off(runner)
            await sent_down_and_screened(call, way)
            await ask_for_a_dispatch(cluster, way)
            await worked_off(runner)
            told[village] = Story(village, UUID(household_id), UUID(case_id), UUID(flag_id), number, (*WORDS, number, phone, name))
        await in_the_prefecture(call, runner)
        for county in {village[:6] for village in told}:
            async with monitoring_worker.transaction(service_actor("monitoring", county)) as tx:
                await area_figures.fold(county, tx, at_most=50)
        value = {"value": "20", "effective_from": "2021-12-01", "document_number": "临乡振发〔2021〕9号"}
        done(await call(prefecture()).put("/v1/parameters/530923/identification.total.days", value))
    return told


async def before_the_township(way: Way, household_id: str) -> str:
    """Have a lead paused and confirmed, and its case appraised and on notice; give the case."""
    lead = await way.lead(household_id)
    pause = {"waiting_on": "household", "reason": "李某某外出务工", "evidence": proof("通话记录")}
    done(await way.call(way.officials.village).post(f"/v1/leads/{lead['id']}/pause", pause, seen=1))
    case_id = (await way.confirmed(lead | {"version": 2}, "06", "07"))["case_id"]
    done(await way.appraisal(case_id, opinion="到会者一致同意"))
    done(await way.notice(case_id))
    return case_id


async def earned(call: Call, way: Way, household_id: str) -> None:
    """Register what a household earned, in a year and in a quarter, and ask what a line would change that everybody is below."""
    village, county = call(way.officials.village), call(way.officials.county)
    incomes = f"/v1/households/{household_id}/incomes"
    seen = done(await county.get(incomes))["version"]
    done(await village.post(incomes, an_income(effective_from="2021-09-22"), seen=seen))
    done(await village.post(incomes, a_quarter(2021, 2), seen=seen + 1))
    line = {"area": way.officials.village.area, "year": 2021, "amount": "9999999.00"}  # everybody would be newly below it
    done(await county.post("/v1/line-simulations", line))


async def sent_down_and_screened(call: Call, way: Way) -> None:
    """Send a lead down to the village, open a round of screening there, and have its data checked."""
    village, township = way.officials.village.area, call(way.officials.township)
    undirected = done(await call(way.officials.county).post("/v1/leads", a_person_lead(area=village[:9])))
    done(await township.post(f"/v1/leads/{undirected['id']}/dispatch", {"area": village, "note": "请尽快核实"}, seen=1))
    screened = a_round(area=village, opens_on="2021-10-01", ends_on="2021-10-31")
    done(await township.post("/v1/screening-rounds", screened))
    done(await township.post("/v1/quality-checks", {"area": village, "rules": ["5_14_008"]}))


async def in_the_prefecture(call: Call, runner: JobRunner) -> None:
    """Set a county's bottom line, as it was simulated, and one of its income items; and have done what they ask for."""
    simulated = done(await call(prefecture()).post("/v1/line-simulations", {"area": "530923", "year": 2021, "amount": "6300.00"}))["id"]
    await worked_off(runner)
    line = {"amount": "6300.00", "effective_from": "2021-10-01", "document_number": "临乡振发〔2021〕9号", "simulation": simulated}
    done(await call(prefecture()).put("/v1/bottom-lines/530923/2021", line))
    done(await call(prefecture()).put("/v1/income-items/530923/A1", an_item(group="wage")))
    await worked_off(runner)  # no runner of another test finds it


async def worked_off(runner: JobRunner) -> None:
    """Have done all that is asked for."""
    while await runner.do_one():
        pass


async def folded(worker: Database, county: str) -> None:
    async with worker.transaction(service_actor("monitoring", county)) as tx:
        while await area_figures.fold(county, tx, at_most=5000) == 5000:
            pass


async def changed(call: Call, way: Way, *, number: str) -> None:
    """Have a household struck off that the village asked for."""
    household_id = await way.household(number=number)
    body = {"reason": "经查系错录", "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号"}
    strike_off = {**body, "reason": "entered_in_error"}
    request = {"household_id": household_id, "household_version": 1, "reason": "错录", "strike_off": strike_off}
    asked = done(await call(way.officials.village).post("/v1/change-requests", request))
    done(await call(way.officials.township).post(f"/v1/change-requests/{asked['id']}/approval", {"opinion": "同意"}, seen=1))


async def fill_forms(way: Way, household_id: str) -> None:
    """Fill in the forms of a household and its head, and register somebody twice."""
    cadre = way.call(way.officials.village)
    head = done(await cadre.get(f"/v1/households/{household_id}"))["members"][0]["id"]
    done(
        await cadre.put(
            f"/v1/households/{household_id}/form",
            {**SINCE, "address": "下寨12号", "natural_village": "下寨", "water_safe": True, "farmland": "120"},
            seen=1,
        )
    )
    form = {**SINCE, "health": ["disabled"], "disability_class": "4", "disability_grade": 2}
    done(await cadre.put(f"/v1/people/{head}/form", form, seen=2))
    twice = a_household(village=way.officials.village.area, members=1)
    twice["members"] += [a_member(name=twice["members"][0]["name"], born_on="1999-01-01", **WITHOUT_NUMBER)]
    done(await cadre.post("/v1/households", twice))


async def cared_for(way: Way, household_id: str, name: str, phone: str) -> None:
    """Let somebody look after a household, and visit it."""
    cadre = {"cadre": "cadre-0103", "name": name, "unit": "农业农村局", "phone": phone, "valid_from": "2021-09-01"}
    done(await way.call(way.officials.county).post(f"/v1/households/{household_id}/assignments", cadre))
    group = {"valid_from": "2021-09-01", "source": "home_visit"}
    done(await way.call(way.officials.village).put(f"/v1/households/{household_id}/groups/low_income", group))
    visit = {"visited_at": way.at(minutes=-9), "findings": ["nothing"], "note": "走访时发现", "evidence": proof()}
    done(await way.call(way.officials.village).post(f"/v1/households/{household_id}/visits", visit))


async def send(call: Call, by: Actor, kind: str, rows: list[Row], **form: str) -> None:
    """Upload a file, to be worked off."""
    caller = call(by)
    headers = caller.headers | {"Idempotency-Key": str(new_id())}
    file = ("rows.csv", as_csv(SHEETS[kind], rows))
    done(await caller.http.post("/v1/imports", data={"kind": kind, **form}, files={"file": file}, headers=headers))


async def in_a_flood(call: Call, way: Way, household_id: str, runner: JobRunner) -> None:
    """Let a flood hit a household, and have it relieved and helped first."""
    village, county = call(way.officials.village), call(way.officials.county)
    flood = an_incident(areas=[way.officials.village.area], happened_at=way.at(days=-2), ends_on=None)
    incident = done(await county.post("/v1/incidents", flood))["id"]
    done(await county.post(f"/v1/incidents/{incident}/households", None))
    await worked_off(runner)
    place = f"/v1/incidents/{incident}/households/{household_id}"
    done(await village.post(f"{place}/check", hit(checked_at=way.at(minutes=-5)), seen=1))
    done(await village.post(f"{place}/relief", a_delivery(delivered_at=way.at(minutes=-4)), seen=2))
    order = {"households": [household_id], "reason": "房屋进水", "document_number": "临应急〔2021〕3号"}
    done(await county.post(f"/v1/incidents/{incident}/green-channel", order))


async def in_an_alarm(call: Call, way: Way, worker: Database) -> None:
    """Let one event be enough for an alarm in a village, and have the county counted and checked."""
    place, county = way.officials.village.area, call(way.officials.county)
    rule = a_regional_rule(cause="site_problem", level="village", minimum_count=1)
    done(await county.put(f"/v1/regional-rules/{place[:6]}/village.story", rule))
    done(await county.post("/v1/regional-events", an_event([place], cause="site_problem")))
    async with worker.transaction(service_actor("monitoring", place[:6])) as tx:
        while await count_some(tx):
            pass
        await check_county(tx)


async def ask_for_a_dispatch(cluster: Cluster, way: Way) -> None:
    """Leave items of a job in the village's own area, where no office that decides many things sits."""
    item = LeadToDispatch(lead_id=new_id(), version=1)
    async with opened("monitoring", cluster) as database, database.transaction(way.officials.village) as tx:
        await dispatch_leads(DispatchLeads(area=way.officials.village.area, items=[item]), tx)

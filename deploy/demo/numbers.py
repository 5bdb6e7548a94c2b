"""What the story has left behind, counted through the API, and held against what the files say."""

from collections import Counter
from typing import Any

import orjson

from deploy.demo.cast import between_the_figures
from deploy.demo.chapters.deadlines import said_of
from deploy.demo.chapters.disaster import RELIEF
from deploy.demo.chapters.line import FROM, RAISED
from deploy.demo.chapters.register import TIDY
from deploy.demo.chapters.response import fan_out
from deploy.demo.chapters.start import LINE
from deploy.demo.desk import Desk, Unexpected, county
from deploy.demo.population.workbooks import SLOPPY, entries, one_by_one
from deploy.demo.world import World
from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.flags.measures import MONITORING
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.signals import WITHDRAWN
from shared.kernel.areas import COUNTIES
from shared.kernel.assistance import TaskStatus

REFUSED = {
    "RegisteredElsewhere",
    "IdTaken",
    "OutsideYourCounty",
    "RisksMissing",
    "QuorumNotMet",
    "NoticeStillRunning",
    "SamePerson",
    "DocumentMissing",
    "NotToYourLevel",
    "NotSimulated",
}

ESCALATIONS = {"village_warning": 1, "village_overdue": 1, "township_overdue": 1, "county_overdue": 1, "acknowledged": 1, "over": 3}


async def count(world: World) -> dict[str, Any]:
    """Count through the API what the story has left behind, and hold it against what was done.

    :raises Unexpected: they do not agree.
    """
    desk, state = world.desk, world.state
    flags = [
        flag
        for area in COUNTIES
        for status in ("open", "withdrawn")
        for flag in await desk.pages(county(area), "/v1/risk-flags", area=area, status=status)
    ]
    ledgers = [await fan_out(world, {"id": flag["id"], "village": flag["area"]}) for flag in flags]
    lines = [line for ledger in ledgers for line in ledger["measures"]]
    tasks = await _everywhere(desk, "/v1/tasks", *map(str, TaskStatus))  # the one list of both services
    cases = await _everywhere(desk, "/v1/cases", *map(str, CaseStatus))
    numbers: dict[str, Any] = {
        "files": _names(world),
        "records": _records(world),
        "register": {"one_by_one": state["one_by_one"], **state["register"]},
        "lists": {kind: {name: number for name, number in told.items() if name != "job"} for kind, told in state["lists"].items()},
        "self_reports": len(world.reports),
        "leads": _leads(world),
        "corrections": _corrections(world, await _everywhere(desk, "/v1/leads", LeadStatus.CONFIRMED, LeadStatus.DISMISSED)),
        "changes": state["changes"],
        "escalations": _escalations(await said_of(world, state["neglected"])),
        "line": _line(world),
        "disaster": await _disaster(world),
        "alarm": {"households": len(state["alarm"]["households"]), "leads": state["alarm"]["leads"], state["alarm"]["status"]: 1},
        "cases": dict(Counter(case["status"] for case in cases)),
        "flags": dict(Counter(flag["status"] for flag in flags)),
        "owed": sum(ledger["owed"] for ledger in ledgers),
        "confirmed": sum(ledger["confirmed"] for ledger in ledgers),
        "answers": {service: _by_status(lines, service) for service in ("projects", "employment", "monitoring")},
        "illness_answered_by": sorted({line["service"] for line in lines if line["measure"] == "health"}),
        "tasks": {service: _by_status(tasks, service) for service in ("projects", "employment")},
        "refusals": state["refusals"],
        "notice": {"posted": "2021-09-29", "ends": state["notice_ends_at"]},
        "seconds": state["seconds"],
    }
    _hold(numbers, world)
    return numbers


def _leads(world: World) -> dict[str, int]:
    """Count leads by what came of them; the one that was checked late is among those dismissed."""
    state = world.state
    told = {"found_true": state["confirmed_leads"], "dismissed": state["dismissed_leads"] + 1, "withdrawn": 1, "below_line": state["line"]["leads"]}
    told |= {"disaster": 1, "regional": state["alarm"]["leads"]}
    return {"all": state["leads"] + 3 + state["line"]["leads"] + state["alarm"]["leads"], **told}


async def _disaster(world: World) -> dict[str, Any]:
    """Read the figures of the flooded village."""
    told = world.state["disaster"]
    figures = (await world.desk.get(county(told["village"]), f"/v1/incidents/{told['incident']}/figures"))["items"]
    [mine] = [each for each in figures if each["area"] == told["village"]]
    return {name: mine[name] for name in ("affected", "relieved", "amount")}


def _corrections(world: World, leads: list[dict[str, Any]]) -> dict[str, int]:
    """Count what a department's corrections came to: leads withdrawn, and leads on which they are only noted."""
    stands = {lead["id"]: lead for lead in leads}
    withdrawn, noted = (stands[world.state["corrections"][what]] for what in ("withdrawn", "noted"))
    return {"withdrawn": int(withdrawn["status"] == "dismissed"), "noted": int(WITHDRAWN in (noted["remark"] or ""))}


def _escalations(said: list[dict[str, Any]]) -> dict[str, int]:
    """Count what was said of the lead that nobody checked, by level and kind, and how much of it was acknowledged."""
    levels = Counter(f"{each['level']}_{each['kind']}" for each in said)
    return dict(levels | Counter(str(each["status"]) for each in said))


def _line(world: World) -> dict[str, Any]:
    line = world.state["line"]
    counts = {"newly_below": len(line["newly_below"]), **{name: line[name] for name in ("newly_above", "monitored_already", "leads")}}
    return {"before": LINE, "raised_to": RAISED, "from": FROM.isoformat(), **counts}


def _names(world: World) -> dict[str, str]:
    """Name the files by what is in them; the counties' workbooks by their common form."""
    files = world.files
    lists = {each.kind.sheet.kind: files.list_of(each).name for each in world.drawn.lists}
    return {"register": files.workbook("*").name, "one_by_one": files.one_by_one.name, **lists, "self_reports": files.reports.name}


def _records(world: World) -> dict[str, int]:
    down, up = between_the_figures(world.register)
    people = sum(len(household.members) for household in world.register.households)
    return {"households": len(world.state["household_of"]), "people": people, "only_net_above_the_line": down, "only_reference_above_the_line": up}


async def _everywhere(desk: Desk, path: str, *statuses: str) -> list[dict[str, Any]]:
    """Read a list in every county and status."""
    return [item for area in COUNTIES for status in statuses for item in await desk.pages(county(area), path, area=area, status=status)]


def _by_status(lines: list[dict[str, Any]], service: str) -> dict[str, int]:
    return dict(Counter(line["status"] for line in lines if line["service"] == service))


def _hold(numbers: dict[str, Any], world: World) -> None:
    """Hold the numbers against what was done.

    :raises Unexpected: they do not agree.
    """
    decided, line = len(world.state["flags"]), numbers["line"]
    expected = {
        "the files were taken as they are": numbers["register"] == _register_expected(world),
        "every row of the lists has its answer": numbers["lists"] == _lists_expected(world),
        "every household is there": numbers["records"]["households"] == len(world.register.households),
        "illness is answered by referrals alone": set(numbers["illness_answered_by"]) == {MONITORING},
        "every owed measure has its answer": numbers["owed"] == numbers["confirmed"] > 0,
        "every approved case raised or changed a flag, and the green channel one": sum(numbers["flags"].values()) == decided + 1,
        "one flag is withdrawn": numbers["flags"].get("withdrawn") == 1,
        "a second case was approved, and the one that came after the help": numbers["cases"]["approved"] == decided + 2,
        "the flood hit one household, which was relieved": numbers["disaster"] == {"affected": 1, "relieved": 1, "amount": RELIEF},
        "the county answered the alarm, and leads were opened": numbers["alarm"]["answered"] == 1 and numbers["alarm"]["leads"] > 0,
        "a vote was lost and a review refused": numbers["cases"]["refused"] == 2,
        "every lead was checked or withdrawn, but those of the line and the alarm": numbers["leads"]["all"]
        == sum(number for name, number in numbers["leads"].items() if name != "all"),
        "a correction withdrew one lead and was noted on another": numbers["corrections"] == {"withdrawn": 1, "noted": 1},
        "what is late goes up, level by level": numbers["escalations"] == ESCALATIONS,
        "whoever is newly below the line has a lead or is monitored": line["leads"] + line["monitored_already"] == line["newly_below"] > 0,
        "the ledger says what the services say": all(numbers["answers"][service] == numbers["tasks"][service] for service in numbers["tasks"]),
        "one task is declined": numbers["tasks"]["projects"].get("declined") == 1,
        "the notice crossed National Day": numbers["notice"]["ends"].startswith("2021-10-12T16:00"),
        "every refusal that was provoked came": set(numbers["refusals"]) == REFUSED,
    }
    if wrong := [what for what, holds in expected.items() if not holds]:
        raise Unexpected(f"{'; '.join(wrong)}: {orjson.dumps(numbers).decode()}")


def _register_expected(world: World) -> dict[str, int]:
    """Say from the files alone what becomes of the register: everybody in it is registered in the end, once."""
    apart = {household.county: len(household.members) for household in one_by_one(world.register)}
    people = {code: sum(len(household.members) for household in world.register.where(county=code)) - apart[code] for code in COUNTIES}
    refused = [entry for _, entry in entries(world.register, SLOPPY) if entry.fault]
    corrected = sum(entry.right is not None for entry in refused)
    return {
        "one_by_one": len(apart),
        "workbooks": len(COUNTIES),
        "rows": sum(people.values()) - corrected + len(refused),
        "created": sum(people.values()) - corrected,
        "refused": len(refused),
        "corrected": corrected,
        "unchanged": people[TIDY],
    }


def _lists_expected(world: World) -> dict[str, dict[str, int]]:
    return {each.kind.sheet.kind: {"rows": len(each.rows), "leads": each.leads, **each.answers} for each in world.drawn.lists}

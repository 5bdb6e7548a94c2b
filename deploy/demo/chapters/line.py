"""The line is raised in the middle of the year: simulated first, adopted with its document, applied by a job when its day comes."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from deploy.demo.chapters.start import LINE, YEAR
from deploy.demo.desk import Unexpected, county, prefecture
from deploy.demo.world import World, on, until
from shared.kernel.areas import COUNTIES, LINCANG

RAISED, DOCUMENT, FROM = "6500.00", "临乡振发〔2021〕28号", date(2021, 11, 11)
PATH = f"/v1/bottom-lines/{LINCANG}/{YEAR}"
AT_LONGEST = 600.0
"""Seconds that a register of any size may take."""
KINDS = {"lifted_out": "脱贫户", "general": "一般农户"}
MONITORED, NOT_MONITORED = "监测对象", "未监测"


async def simulate_and_adopt(world: World) -> None:
    """Raise the line: refused without a simulation, then simulated and published with it, from a day to come."""
    by, line = prefecture(), {"amount": RAISED, "document_number": DOCUMENT}
    await world.desk.put_refused(by, PATH, {**line, "effective_from": "2021-11-10"}, reason="NotSimulated")
    asked = await world.desk.post(by, "/v1/line-simulations", {"area": LINCANG, "year": YEAR, "amount": RAISED}, step="line")
    path = f"/v1/line-simulations/{asked['id']}"

    async def is_done() -> bool:
        return (await world.desk.get(by, path))["status"] == "done"

    await until(is_done, what="the simulation", seconds=AT_LONGEST)
    simulation = await world.desk.get(by, path)
    _hold(simulation, world)
    await _print(world, simulation)
    await world.desk.put(by, PATH, {**line, "effective_from": FROM.isoformat(), "simulation": asked["id"]})
    crossing = await world.desk.pages(by, f"{path}/households", crossing="newly_below")
    found = {each["id"]: each["status"] for each in crossing}
    world.state["line"] = {"simulation": asked["id"], "newly_above": simulation["counts"]["newly_above"], "newly_below": found}
    world.say(f"已发布：{DOCUMENT}，自 {FROM} 起 {Decimal(RAISED):,.0f} 元 · published, from a day to come")


async def apply_when_it_comes(world: World) -> None:
    """Let its day come: whoever is newly below it and not monitored has a lead with its reasons, and nobody a case."""
    line = world.state["line"]
    called = {household_id for household_id, status in line["newly_below"].items() if status == "normal"}
    await world.move_to(on(FROM.month, FROM.day))
    leads: list[dict[str, Any]] = []

    async def are_opened() -> bool:
        leads[:] = [
            lead
            for area in COUNTIES
            for lead in await world.desk.pages(county(area), "/v1/leads", area=area, status="registered")
            if lead["channel"] == "below_line"
        ]
        return len(leads) >= len(called)

    await until(are_opened, what="the leads of the line", seconds=AT_LONGEST)
    if sorted(lead["household_id"] for lead in leads) != sorted(called):
        raise Unexpected(f"{len(leads)} leads of the line, where {len(called)} households are newly below it and not monitored")
    for lead in leads[:1]:
        await _hold_reasons(world, lead)
    await _hold_no_case(world, called)
    world.state["line"] |= {"leads": len(leads), "monitored_already": len(line["newly_below"]) - len(called)}


def _hold(simulation: dict[str, Any], world: World) -> None:
    """Hold a simulation against the register's files; what happened to households since then has brought none near the line.

    :raises Unexpected: it has other households newly below.
    """
    between = [each.county for each in world.register.households if Decimal(LINE) <= each.income.reference_per_head < Decimal(RAISED)]
    told = {each["area"]: each["newly_below"] for each in simulation["areas"] if each["newly_below"]}
    if told != dict(Counter(between)) or simulation["counts"]["newly_above"]:
        raise Unexpected(f"newly below the line by county: {told}, where the files have {Counter(between)}")


async def _print(world: World, simulation: dict[str, Any]) -> None:
    """Print who would be newly below, by county and by group."""
    names = {each["code"]: each["name"] for each in (await world.desk.get(prefecture(), "/v1/areas"))["items"]}
    groups: Counter[str] = Counter()
    for each in simulation["groups"]:
        groups[f"{KINDS[each['kind']]}{MONITORED if each['category'] else NOT_MONITORED}"] += each["newly_below"]
    together = simulation["counts"]["newly_below"]
    world.say(f"试算 {Decimal(LINE):,.0f} → {Decimal(RAISED):,.0f} 元：新低于底线 {together} 户 · newly below, by county, by group")
    world.say("　" + "，".join(f"{names[each['area']]} {each['newly_below']}" for each in simulation["areas"]))
    world.say("　" + "，".join(f"{name} {number}" for name, number in groups.items() if number))


async def _hold_reasons(world: World, lead: dict[str, Any]) -> None:
    """Hold that a lead says why it is there: the line, its document and simulation, and the reference income below it."""
    shown = await world.desk.get(county(lead["area"]), f"/v1/leads/{lead['id']}")
    reasons, line = shown["reasons"], shown["reasons"]["line"]
    because = (Decimal(line["amount"]), line["document"], line["simulation"])
    if because != (Decimal(RAISED), DOCUMENT, world.state["line"]["simulation"]):
        raise Unexpected(f"a lead of the line was to name it: {reasons}")
    if not Decimal(LINE) <= Decimal(reasons["reference_per_head"]) < Decimal(RAISED):
        raise Unexpected(f"a lead of the line was to be newly below it: {reasons}")
    income = f"{Decimal(reasons['reference_per_head']):,.2f}"
    world.say(f"线索理由：人均收入参考范围 {income} 元，低于 {Decimal(RAISED):,.0f} 元（{DOCUMENT}） · a lead with its reasons, no case")


async def _hold_no_case(world: World, households: set[str]) -> None:
    cases = [case for area in COUNTIES for case in await world.desk.pages(county(area), "/v1/cases", area=area, status="opened")]
    if opened := [case["id"] for case in cases if case["household_id"] in households]:
        raise Unexpected(f"below the line alone was to open no case: {opened}")

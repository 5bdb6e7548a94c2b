"""Troubles are heard of, and checked in the village."""

from typing import Any

from deploy.demo.cast import FLOOD, INDUSTRY, WORK, Part, lines_of
from deploy.demo.desk import cadre, citizen, county, township
from deploy.demo.reports import changed
from deploy.demo.world import World, at, on, proof
from shared.kernel.areas import COUNTIES

SENT_TWICE = 2
VISITED = on(9, 24, 10)
FOUND = {"job_lost": WORK, "harvest_or_business_failed": INDUSTRY, "disaster": FLOOD}
HARDSHIP = {risk: hardship for hardship, risk in FOUND.items()}
STRANGER = "stranger"


async def report(world: World) -> None:
    """Put every self-report; two are sent twice, one again with a changed body, one for a village of another county."""

    async def put(entry: dict[str, Any]) -> None:
        await world.desk.put(citizen(entry["sub"], entry["county"]), f"/v1/self-reports/{entry['id']}", entry["body"])

    await world.each("申报 self-reports", world.reports, put)
    for entry in world.reports[:SENT_TWICE]:
        await world.desk.put(citizen(entry["sub"], entry["county"]), f"/v1/self-reports/{entry['id']}", entry["body"], expect=(200,))
    entry = world.reports[SENT_TWICE]
    path = f"/v1/self-reports/{entry['id']}"
    await world.desk.put(citizen(entry["sub"], entry["county"]), path, changed(entry["body"]), expect=(409,))
    elsewhere = next(code for code in COUNTIES if code != entry["county"])
    await world.desk.put(citizen(entry["sub"], elsewhere), path, entry["body"], expect=(403,))


async def visit(world: World) -> None:
    """Register what cadres found on their visits, and one lead that the hotline brings on a household already visited."""
    await world.move_to(VISITED)
    parts = world.drawn.parts

    async def register(part: Part) -> None:
        await _register_lead(world, part, channel="disaster" if part.risk == FLOOD else "home_visit", step="visit")

    await world.each("走访 visits", parts, register)
    await _register_lead(world, parts[0], channel="hotline", step="hotline", source_number="RX2021-000001")
    world.state["parts"] = {str(part.line): part.risk for part in parts}


async def verify(world: World) -> None:
    """Check every lead: confirmed with a risk, or dismissed with a reason. Below the line alone is no risk."""
    leads = world.state.remembered("leads") or [
        lead for area in COUNTIES for lead in await world.desk.pages(county(area), "/v1/leads", area=area, status="registered")
    ]
    leads = world.state.remember("leads", leads)
    world.state["leads"] = len(leads)
    cases: dict[str, dict[str, Any]] = {}
    unrisked = [lead for lead in leads if lead["household_id"] and _risk(world, lead) is None and lead["channel"] == "home_visit"]
    for lead in unrisked[:1]:
        await _refuse_without_risk(world, lead)

    async def check(lead: dict[str, Any]) -> None:
        reported = lead["channel"] == "self_report"
        household_id = lead["household_id"] or (await _register_stranger(world, lead) if reported else None)
        risk = _risk(world, lead)
        answer = await _verification(world, lead, risk, household_id)
        if answer["case_id"]:
            line = world.state["line_of"].get(household_id, STRANGER)
            cases[answer["case_id"]] = {"id": answer["case_id"], "village": lead["area"], "household": household_id, "line": line}
        counted = "confirmed_leads" if risk else "dismissed_leads"
        world.state[counted] = world.state.kept.get(counted, 0) + 1

    world.state["confirmed_leads"] = world.state["dismissed_leads"] = 0
    await world.each("核实 verifications", leads, check)
    world.state["cases"] = sorted(cases.values(), key=lambda case: (str(case["line"]), case["id"]))


async def _verification(world: World, lead: dict[str, Any], risk: str | None, household_id: str | None) -> dict[str, Any]:
    reason = "经核实未发现致贫返贫风险" if household_id else "经核实，此人现不住本村"
    found: dict[str, Any] = {"outcome": "confirmed", "risks": [risk]} if risk else {"outcome": "dismissed", "reason": reason}
    if risk and not lead["household_id"]:
        found["household_id"] = household_id
    body = {"visited_at": at(VISITED, hours=1), "evidence": proof("入户核实表"), **found}
    path = f"/v1/leads/{lead['id']}/verification"
    return await world.desk.post(cadre(lead["area"]), path, body, step="verify", seen=lead["version"])


async def _refuse_without_risk(world: World, lead: dict[str, Any]) -> None:
    body = {"outcome": "confirmed", "visited_at": at(VISITED, hours=1), "risks": [], "evidence": proof("入户核实表")}
    path = f"/v1/leads/{lead['id']}/verification"
    await world.desk.refused(cadre(lead["area"]), path, body, step="without-risk", reason="RisksMissing", seen=lead["version"])


async def _register_lead(world: World, part: Part, *, channel: str, step: str, source_number: str | None = None) -> None:
    """Register a lead: what has the number of a source comes in at the township, the rest in the village."""
    household = world.register.households[part.line - 1]
    body = {
        "household_id": world.state["household_of"][str(part.line)],
        "channel": channel,
        "hardships": [HARDSHIP[part.risk] if part.risk else "other"],
        "note": part.why,
        **({"source_number": source_number} if source_number else {}),
    }
    by = township(household.village) if source_number else cadre(household.village)
    await world.desk.post(by, "/v1/leads", body, step=f"{step}-{part.line}")


async def _register_stranger(world: World, lead: dict[str, Any]) -> str:
    """Register the person who reported without being in the register, so that the lead has a household."""
    registered = lines_of(world.register, {entry["body"]["id_number"] for entry in world.reports})
    entry = next(entry for entry in world.reports if entry["body"]["id_number"] not in registered)
    person = {name: entry["body"][name] for name in ("name", "id_number", "phone")}
    body = {
        "village": entry["body"]["village"],
        "kind": "general",
        "income": {"wage_income": "4200.00", "transfer_income": "860.00"},
        "members": [{**person, "relation": "head", "labour": "ordinary"}],
    }
    return (await world.desk.post(cadre(lead["area"]), "/v1/households", body, step=STRANGER))["id"]


def _risk(world: World, lead: dict[str, Any]) -> str | None:
    """What the visit finds: for a household with a part in the story that part, else the first hardship that is one of ours."""
    line = world.state["line_of"].get(lead["household_id"] or "")
    if line is not None and str(line) in world.state["parts"]:
        return world.state["parts"][str(line)]
    return next((FOUND[hardship] for hardship in lead["hardships"] if hardship in FOUND), None)

"""A flood: the village checks whom it hit, the county helps first, and the procedure is completed afterwards."""

from typing import Any

from deploy.demo.cast import FLOOD
from deploy.demo.chapters.decision import appraise, post, remove, review
from deploy.demo.chapters.response import fan_out
from deploy.demo.desk import Unexpected, cadre, county
from deploy.demo.population import Listed
from deploy.demo.world import World, at, on, proof, until
from shared.kernel.actors import Actor, Role

HAPPENED, FOUND, APPRAISED, OVER, DECIDED = on(11, 12, 3), on(11, 12, 10), on(11, 15, 15), on(11, 24), on(11, 25)
RELIEF = "2000.00"
ORDERED = {"reason": "房屋进水、农田被淹，急需安置", "document_number": "应急〔2021〕31号"}


async def flood(world: World) -> None:
    """Enter a flood of a village, have its households laid down, find one hit, relieve it, help it first: tasks arise before any procedure."""
    await world.move_to(FOUND)
    household = world.drawn.bystanders.flooded
    household_id, by = world.state["household_of"][str(household.line)], cadre(household.village)
    incident = await _incident(world, household)
    path = f"/v1/incidents/{incident}/households/{household_id}"
    laid_down = await world.desk.pages(by, "/v1/incident-households", incident_id=incident)
    seen = next((each["version"] for each in laid_down if each["household_id"] == household_id), 1)
    found = {"affected": True, "losses": ["house", "crops"], "estimate": "18000.00", "note": "房屋进水", "evidence": proof("受灾核查表")}
    checked = await world.desk.post(by, f"{path}/check", {"checked_at": at(FOUND, minutes=30), **found}, step="check", seen=seen)
    given = {"kind": "cash", "amount": RELIEF, "delivered_at": at(FOUND, minutes=10), "provider": "县应急管理局", "evidence": proof("发放签收表")}
    await world.desk.post(by, f"{path}/relief", given, step="relief", seen=checked["version"])
    helped = await _help_first(world, household, incident, household_id)
    await _hold_helped(world, household, helped)
    world.state["disaster"] = {"incident": incident, "lead": checked["lead_id"], "village": household.village, **helped}


async def complete_the_procedure(world: World) -> None:
    """Take the steps that are owed; who ordered may not decide, and the decision confirms the flag that has been there for two weeks."""
    told = world.state["disaster"]
    case: dict[str, Any] = {"id": told["case_id"], "village": told["village"], "line": 0}
    await world.move_to(APPRAISED)
    await appraise(world, case, held_at=APPRAISED, by=cadre(case["village"]))
    await post(world, case, posted_at=APPRAISED)
    await world.move_to(OVER)
    await remove(world, case, removed_at=OVER)
    await review(world, case, agrees=True)
    await world.move_to(DECIDED)
    body = {"agrees": True, "opinion": "补办程序完备，同意认定", "document_number": "应急〔2021〕33号", "evidence": proof("审定表")}
    path = f"/v1/cases/{case['id']}/county-approval"
    await world.desk.refused(county(case["village"]), path, body, step="who-ordered", reason="SamePerson", seen=case["version"])
    leader = Actor(id=f"leader-{case['village'][:6]}", role=Role.COUNTY_OFFICER, area=case["village"][:6])
    decided = await world.desk.post(leader, path, body, step="confirm", seen=case["version"])
    flag = await world.desk.get(leader, f"/v1/risk-flags/{told['flag_id']}")
    if (decided["status"], decided["flag_id"], flag["status"], flag["version"]) != ("approved", told["flag_id"], "open", 2):
        raise Unexpected(f"the approval was to confirm the flag: {decided}, {flag}")
    world.say("县级审定：补办程序办结，先行标注得到确认 · the procedure is complete, the flag is confirmed")


async def _incident(world: World, household: Listed) -> str:
    """Enter the flood, and let a job lay down whom it may have hit."""
    by = county(household.village)
    body = {
        **{"hazard": "flood", "grade": "fourth", "title": "11·12洪涝灾害", "happened_at": HAPPENED.isoformat(), "areas": [household.village]},
        **{"source": "县应急管理局", "document_number": "应急〔2021〕30号"},
    }
    incident = (await world.desk.post(by, "/v1/incidents", body, step="flood"))["id"]
    asked = await world.desk.post(by, f"/v1/incidents/{incident}/households", None, step="flood")
    await done(world, by, asked["job_id"])
    return incident


async def _help_first(world: World, household: Listed, incident: str, household_id: str) -> dict[str, Any]:
    """Order the green channel, and give the case and the flag that come of it."""
    by = county(household.village)
    order = await world.desk.post(by, f"/v1/incidents/{incident}/green-channel", {"households": [household_id], **ORDERED}, step="help-first")
    await done(world, by, order["job_id"])
    [item] = (await world.desk.get(by, f"/v1/green-channels/{order['id']}"))["items"]
    if item["status"] != "flagged":
        raise Unexpected(f"the household was to be flagged at once: {item}")
    return {name: item[name] for name in ("case_id", "flag_id")}


async def _hold_helped(world: World, household: Listed, helped: dict[str, Any]) -> None:
    """Hold that every measure is answered while the case has not taken its first step."""
    flag = {"id": helped["flag_id"], "village": household.village}

    async def is_answered() -> bool:
        ledger = await fan_out(world, flag)
        return ledger["owed"] == ledger["confirmed"] > 0

    await until(is_answered, what="the measures of the green channel to be answered")
    by = county(household.village)
    case = await world.desk.get(by, f"/v1/cases/{helped['case_id']}")
    shown = await world.desk.get(by, f"/v1/risk-flags/{flag['id']}")
    tasks = [line for line in (await fan_out(world, flag))["measures"] if line["service"] != "monitoring"]
    if (case["status"], shown["status"], shown["risks"]) != ("opened", "open", [FLOOD]) or not tasks:
        raise Unexpected(f"help was to come before the procedure: {case}, {shown}, {tasks}")
    owed = await world.desk.pages(by, "/v1/green-channel-cases", area=household.village)
    due = next(each["procedure_due_at"] for each in owed if each["id"] == helped["case_id"])
    world.say(f"绿色通道：{len(tasks)} 项任务已生成，程序于 {due[:10]} 前补办 · tasks arise first, the procedure is owed")


async def done(world: World, by: Actor, job_id: str) -> None:
    """Wait for a job."""

    async def is_done() -> bool:
        return (await world.desk.get(by, f"/v1/jobs/{job_id}"))["state"] == "done"

    await until(is_done, what=f"job {job_id}")

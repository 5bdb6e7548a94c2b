"""Many households fall into trouble together: a price falls, an alarm names whom it may concern, the county answers and opens leads."""

from collections import Counter
from typing import Any

from deploy.demo.chapters.disaster import done
from deploy.demo.desk import Unexpected, county
from deploy.demo.world import World, on, proof
from shared.kernel.areas import TOWNSHIP

CHECKED, ANSWERED = on(11, 26), on(11, 26, 15)
TOURED = "530902"
ENOUGH = 3
"""Households of a township from which the rule of the story calls for an alarm."""
RULE = {
    **{"cause": "price_fall", "level": "township", "window_weeks": 4, "history_windows": 0, "minimum_count": ENOUGH, "minimum_share": "0.01"},
    **{"deviations": "0", "neighbour_ratio": "0", "clear_ratio": "0.5", "clear_weeks": 4, "answer_days": 7},
}


async def raise_an_alarm(world: World) -> None:
    """Publish the county's rule, report that a price fell, and have the county checked: the township's alarm lists the households."""
    await world.move_to(CHECKED)
    township = _largest_township(world)
    by, document = county(township), f"{township[:6]}农〔2021〕40号"
    await world.desk.put(
        by, f"/v1/regional-rules/{township[:6]}/township.story", {**RULE, "effective_from": "2021-11-01", "document_number": document}
    )
    event = {"cause": "price_fall", "areas": [township], "on": "2021-11-25", "size": "鲜茶收购价较上月下跌四成", "document_number": document}
    await world.desk.post(by, "/v1/regional-events", event, step="price")
    await done(world, by, (await world.desk.post(by, "/v1/regional-checks", {"area": township[:6]}, step="check"))["id"])
    alarms = await world.desk.pages(by, "/v1/regional-alarms", area=township)
    alarm = next((each for each in alarms if (each["area"], each["cause"]) == (township, "price_fall")), None)
    if alarm is None:
        raise Unexpected(f"the fall of a price was to call for an alarm: {alarms}")
    households = {each["id"] for each in await world.desk.pages(by, f"/v1/regional-alarms/{alarm['id']}/households")}
    if not ENOUGH <= len(households) == alarm["observed"]:
        raise Unexpected(f"the alarm was to list the households that it counts: {alarm}, {len(households)}")
    world.state["alarm"] = {"id": alarm["id"], "version": alarm["version"], "township": township, "households": sorted(households)}
    world.say(f"区域预警：{township} 近四周 {alarm['observed']} 户受价格下跌影响，限 {alarm['due_at'][:10]} 答复 · an alarm, with its households")


async def answer_the_alarm(world: World) -> None:
    """Answer as the county that it is real, with the prevention plan; a lead opens on each household that nobody looks at yet."""
    await world.move_to(ANSWERED)
    alarm = world.state["alarm"]
    by, path, area = county(alarm["township"]), f"/v1/regional-alarms/{alarm['id']}", alarm["township"]
    called = world.state.remembered("called") or world.state.remember("called", await _unattended(world, area, alarm["households"]))
    body = {
        "assessment": "real",
        "measures": ["组织企业保底收购", "发放临时补贴"],
        "prevention_plan": "乡振防范〔2021〕2号",
        "evidence": proof("会商纪要"),
    }
    answered = await world.desk.post(by, f"{path}/answer", body, step="answer", seen=alarm["version"])
    await done(world, by, (await world.desk.post(by, f"{path}/leads", None, step="leads", seen=answered["version"]))["id"])
    leads = await _leads(world, area)
    opened = sorted(lead["household_id"] for lead in leads if lead["channel"] == "regional")
    if opened != sorted(called):
        raise Unexpected(f"a lead was to open on each household that nobody looks at: {len(opened)}, {len(called)}")
    world.state["alarm"] |= {"status": answered["status"], "leads": len(opened)}
    world.say(f"县级答复属实，防范预案{body['prevention_plan']}；{len(opened)} 户登记线索 · the county's answer, and leads")


async def _unattended(world: World, area: str, households: list[str]) -> list[str]:
    """Name the households that are not monitored and have no lead and no case under way."""
    by = county(area)
    normal = {each["id"] for each in await world.desk.pages(by, "/v1/households", area=area, status="normal")}
    return sorted((set(households) & normal) - {lead["household_id"] for lead in await _leads(world, area)})


async def _leads(world: World, area: str) -> list[dict[str, Any]]:
    return await world.desk.pages(county(area), "/v1/leads", area=area, status="registered")


def _largest_township(world: World) -> str:
    """Name the township with the most households in the register, outside the district in which the README's tour goes on."""
    counted = Counter(household.village[:TOWNSHIP] for household in world.register.households if household.county != TOURED)
    return max(counted, key=lambda code: (counted[code], code))

"""A lead that nobody checks: its village is warned, then level after level hears that it is late, until somebody goes there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from deploy.demo.desk import Unexpected, cadre, county, township
from deploy.demo.world import World, at, on, proof, until
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from shared.kernel.actors import Actor
from shared.kernel.workdays import SHANGHAI

HEARD, WARNED, LATE, LATER, LATEST = on(10, 29, 15), on(11, 3), on(11, 6), on(11, 8), on(11, 10)
"""Seven days for the visit end with 5 November; a warning two days before, and two more days from level to level."""
OFFICERS: dict[str, Callable[[str], Actor]] = {"village": cadre, "township": township, "county": county}
LEVELS = {"village": "村", "township": "乡镇", "county": "县"}
WARNING, OVERDUE = "warning", "overdue"
KINDS = {WARNING: "即将到期", OVERDUE: "已逾期"}

Said = dict[str, Any]


async def leave_a_lead(world: World) -> None:
    """Take a lead from the hotline and leave it: the village is warned of its limit, and then hears that it is over."""
    await world.move_to(HEARD)
    household = world.drawn.bystanders.neglected
    body = {
        "household_id": world.state["household_of"][str(household.line)],
        "channel": "hotline",
        "source_number": "RX2021-000002",
        "hardships": ["job_lost"],
        "note": "来电反映务工的厂子停工",
    }
    lead = await world.desk.post(township(household.village), "/v1/leads", body, step="neglected")
    world.state["neglected"] = {"id": lead["id"], "version": lead["version"], "village": household.village}
    await _goes_up(world, WARNED, [("village", WARNING)])
    await _goes_up(world, LATE, [("village", WARNING), ("village", OVERDUE)])


async def go_up(world: World) -> None:
    """Let two more days pass: the township hears of it and says what it will do. What was said to the village nobody else acknowledges."""
    said = await _goes_up(world, LATER, [("village", WARNING), ("village", OVERDUE), ("township", OVERDUE)])
    village = world.state["neglected"]["village"]
    await _acknowledge(world, said["township", OVERDUE], township(village), "责成村委会三日内入户核实")
    below, note = said["village", OVERDUE], {"note": "责成乡镇督办"}
    path = f"/v1/escalations/{below['id']}/acknowledgement"
    await world.desk.refused(county(village), path, note, step="not-theirs", reason="NotToYourLevel", seen=below["version"])


async def go_there(world: World) -> None:
    """Let the county hear of it, for what is acknowledged and stays late goes up all the same; then check the lead, and nothing is said any more."""
    expected = [("village", WARNING), ("village", OVERDUE), ("township", OVERDUE), ("county", OVERDUE)]
    await _goes_up(world, LATEST, expected)
    lead = world.state["neglected"]
    body = {
        "outcome": "dismissed",
        "reason": "工厂已复工，未发现致贫返贫风险",
        "visited_at": at(LATEST, minutes=30),
        "evidence": proof("入户核实表"),
    }
    await world.desk.post(township(lead["village"]), f"/v1/leads/{lead['id']}/verification", body, step="at-last", seen=lead["version"])

    async def is_over() -> bool:
        return not [each for each in await said_of(world, lead) if each["status"] == EscalationStatus.OPEN]

    await until(is_over, what="what was said of the lead to be taken back")
    world.say("已核实：未签收的提醒与上报随之了结 · checked at last: what nobody acknowledged is over")


async def said_of(world: World, lead: dict[str, Any], *, by: Actor | None = None) -> list[Said]:
    """List what was said of a lead, whatever became of it, as somebody sees it: the county, if nobody is named."""
    by = by or county(lead["village"])
    pages = [await world.desk.pages(by, "/v1/escalations", status=status) for status in EscalationStatus]
    return [each for page in pages for each in page if each["subject_id"] == lead["id"]]


async def _goes_up(world: World, moment: datetime, expected: list[tuple[str, str]]) -> dict[tuple[str, str], Said]:
    """Move the clock, and wait for the sweep to say what is expected by then; each level sees what was said to it and below, and nothing above.

    :raises Unexpected: it is not said, or somebody sees something else.
    """
    lead = world.state["neglected"]
    await world.move_to(moment)

    async def heard(by: Actor) -> dict[tuple[str, str], Said]:
        said = await said_of(world, lead, by=by)
        by_now = [each for each in said if datetime.fromisoformat(each["raised_at"]) < moment + timedelta(days=1)]
        return {(each["level"], each["kind"]): each for each in by_now}

    async def is_said() -> bool:
        return expected[-1] in await heard(county(lead["village"]))

    await until(is_said, what=f"{expected[-1]} to be said")
    for level, officer in OFFICERS.items():
        below = list(OFFICERS)[: list(OFFICERS).index(level) + 1]
        if set(seen := await heard(officer(lead["village"]))) != {each for each in expected if each[0] in below}:
            raise Unexpected(f"{level} sees {sorted(seen)}")
    said = await heard(county(lead["village"]))
    _print(world, said[expected[-1]])
    return said


async def _acknowledge(world: World, said: Said, by: Actor, note: str) -> None:
    await world.desk.post(by, f"/v1/escalations/{said['id']}/acknowledgement", {"note": note}, step="acknowledge", seen=said["version"])
    world.say(f"{LEVELS[said['level']]}签收：“{note}” · acknowledged")


def _print(world: World, said: Said) -> None:
    last_day = datetime.fromisoformat(said["due_at"]).astimezone(SHANGHAI) - timedelta(microseconds=1)
    world.say(
        f"{LEVELS[said['level']]}级收到：入户核实{KINDS[said['kind']]}，限 {last_day:%Y-%m-%d} 24:00 · the {said['level']} hears: {said['kind']}"
    )

"""A household changes: it is found by a part of a name, its income is corrected from a past day on, and a grown child leaves it."""

from decimal import Decimal
from typing import Any

from deploy.demo.cast import CHILDREN, GROWN
from deploy.demo.desk import Unexpected, cadre, township
from deploy.demo.population import Listed
from deploy.demo.world import World, on

CHANGED = on(10, 29, 10)
PERIOD_ENDS, BEFORE, CORRECTED_FROM = "2021-09-30", "2021-10-14", "2021-10-15"
WAGES, WAGES_A_HEAD = "A1", 15_000
"""The form's item of wages; yuan of twelve months for each member."""


async def change_a_household(world: World) -> None:
    """Find a household, correct what it lives on, read it as it was before, and part it; its lineage says where the new one came from."""
    await world.move_to(CHANGED)
    household = world.drawn.bystanders.parted
    household_id = world.state["household_of"][str(household.line)]
    await _find(world, household, household_id)
    before, after = await _correct_income(world, household, household_id)
    child = world.state.remembered("child") or world.state.remember("child", await _grown_child(world, household, household_id))
    new_id = await _part(world, household, household_id, child)
    await _hold_lineage(world, household, household_id, new_id)
    world.state["changes"] = {f"net_on_{BEFORE}": before, f"net_from_{CORRECTED_FROM}": after, "split_into": 2}


async def _find(world: World, household: Listed, household_id: str) -> None:
    """Find the household by a part of its head's name."""
    wanted = {"name_part": household.head.name[1:3], "area": household.village}
    found = await world.desk.post(cadre(household.village), "/v1/households/search", wanted, step="search")
    names = [each["person_name"] for each in found["items"] if each["id"] == household_id]
    if not names:
        raise Unexpected("the household was to be found by a part of a name")
    world.say(f"按姓名的一部分查找：{len(found['items'])} 人，其一 {names[0]}，户编号 {household.number} · found by a part of a name")


async def _correct_income(world: World, household: Listed, household_id: str) -> tuple[str, str]:
    """Correct the income from a past day on; give the net income per head before that day and from it on, in yuan."""
    people = len(household.members)
    amounts = [{"code": WAGES, "amount": f"{WAGES_A_HEAD * people}.00"}]
    period = {"period_type": "last_12_months", "ends_on": PERIOD_ENDS, "effective_from": CORRECTED_FROM}
    await _act(world, household, household_id, "incomes", {**period, "people": people, "items": amounts})
    before, after = [await _net_on(world, household, household_id, day) for day in (BEFORE, CORRECTED_FROM)]
    if abs(Decimal(before) - household.income.net_per_head) > Decimal("0.01") or Decimal(after) != WAGES_A_HEAD:
        raise Unexpected(f"the income was to be corrected from {CORRECTED_FROM} on and not before: {before}, {after}")
    world.say(f"补正收入自 {CORRECTED_FROM} 起有效：{BEFORE} 看人均 {before} 元，{CORRECTED_FROM} 起 {after} 元 · as of a past day, and after it")
    return before, after


async def _net_on(world: World, household: Listed, household_id: str, day: str) -> str:
    shown = await world.desk.get(cadre(household.village), f"/v1/households/{household_id}", on=day)
    return f"{Decimal(shown['income']['net_per_head']):.2f}"


async def _grown_child(world: World, household: Listed, household_id: str) -> str:
    shown = await world.desk.get(township(household.village), f"/v1/households/{household_id}")
    return next(each["id"] for each in shown["members"] if each["relation"] in CHILDREN and each["age"] >= GROWN)


async def _part(world: World, household: Listed, household_id: str, child: str) -> str:
    """Let the child leave as the head of a household of its own; give its id."""
    body = {
        "members": [{"person_id": child, "relation": "head"}],
        "income": {"wage_income": f"{2 * WAGES_A_HEAD}.00"},
        "income_of_remaining": {"wage_income": f"{WAGES_A_HEAD * (len(household.members) - 1)}.00"},
        "reason": "子女成年，独立生活",
    }
    return (await _act(world, household, household_id, "split", body))["new_household"]


async def _hold_lineage(world: World, household: Listed, household_id: str, new_id: str) -> None:
    lineage = await world.desk.get(township(household.village), f"/v1/households/{new_id}/lineage")
    if [(act["act"], act["from_household"], act["to_household"]) for act in lineage["items"]] != [("split", household_id, new_id)]:
        raise Unexpected(f"the new household was to come from the old one: {lineage}")
    world.say(f"分户：新户由户编号 {household.number} 而来，“{lineage['items'][0]['reason']}” · the lineage of the new household")


async def _act(world: World, household: Listed, household_id: str, act: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change the household as it is now."""
    by, path = township(household.village), f"/v1/households/{household_id}"
    seen = (await world.desk.get(by, path))["version"]
    return await world.desk.post(by, f"{path}/{act}", body, step=act, seen=seen)

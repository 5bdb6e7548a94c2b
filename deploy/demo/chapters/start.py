"""The law of the year, and the register."""

from typing import Any

from deploy.demo.desk import cadre, prefecture
from deploy.demo.world import World, on

LINE = "6000.00"
DOCUMENT = "临乡振发〔2021〕1号"
PARAMETERS = {
    "identification.notice.days": "5",
    "identification.notice.day_kind": "workday",
    "identification.total.days": "20",
    "identification.total.day_kind": "workday",
}


async def publish_law(world: World) -> None:
    """Publish the line of 2021 (6,000 yuan per head), notices of five working days, and a total limit of twenty."""
    await world.move_to(on(9, 22))
    law = {"effective_from": "2021-01-01", "document_number": DOCUMENT}
    await world.desk.put(prefecture(), "/v1/bottom-lines/5309/2021", {"amount": LINE, **law})
    for key, value in PARAMETERS.items():
        await world.desk.put(prefecture(), f"/v1/parameters/5309/{key}", {"value": value, **law})


async def register(world: World) -> None:
    """Register every household of the file, each by the cadre of its village."""
    ids: dict[int, str] = {}

    async def one(numbered: tuple[int, dict[str, Any]]) -> None:
        line, body = numbered
        answer = await world.desk.post(cadre(body["village"]), "/v1/households", body, step=f"register-{line}")
        ids[line] = answer["id"]

    await world.each("登记 households", enumerate(world.bodies, start=1), one)
    line, body = 1, world.bodies[0]
    await world.desk.refused(cadre(body["village"]), "/v1/households", body, step=f"again-{line}", reason="RegisteredElsewhere")
    world.state["household_of"] = {str(line): household_id for line, household_id in ids.items()}
    world.state["line_of"] = {household_id: line for line, household_id in ids.items()}

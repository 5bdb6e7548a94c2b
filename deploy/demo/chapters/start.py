"""The law of the year."""

from deploy.demo.desk import prefecture
from deploy.demo.world import World, on

LINE, YEAR = "6000.00", 2021
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
    await world.desk.put(prefecture(), f"/v1/bottom-lines/5309/{YEAR}", {"amount": LINE, **law})
    for key, value in PARAMETERS.items():
        await world.desk.put(prefecture(), f"/v1/parameters/5309/{key}", {"value": value, **law})

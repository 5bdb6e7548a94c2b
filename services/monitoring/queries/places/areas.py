"""The area tree, level by level, as it is on any day; and the households whose village has ended."""

from datetime import date

from pydantic import BaseModel, Field

from services.monitoring.store.places import areas, changes
from services.monitoring.store.register import rehoming
from shared.database.transaction import Transaction
from shared.kernel.areas import counties_in, is_inside
from shared.kernel.workdays import local_day


class AreaShown(BaseModel):
    code: str = Field(examples=["530902"])
    name: str = Field(examples=["临翔区"])
    level: str = Field(examples=["county"])
    parent: str


class AreasShown(BaseModel):
    items: list[AreaShown]


class UnplacedShown(BaseModel):
    """A village that has ended and still has households: those of one that was split stay until somebody transfers them.

    `successors`: the villages that followed it. With one alone, the households are on their way there.
    """

    code: str = Field(examples=["530902102201"])
    village: str = Field(examples=["博尚村民委员会"])
    ended_on: date
    households: int
    successors: list[str] = Field(examples=[["530902102221", "530902102222"]])


class AllUnplaced(BaseModel):
    items: list[UnplacedShown]


async def list_areas(inside: str, on: date | None, tx: Transaction) -> AreasShown:
    """List the areas one level below another as they are on a day, today if none is named (R18); the tree is no secret."""
    rows = await areas.inside(inside, on or local_day(tx.now), tx)
    return AreasShown(items=[AreaShown(code=row.code, name=row.name, level=row.level, parent=row.parent_code) for row in rows])


async def list_unplaced(area: str, tx: Transaction) -> AllUnplaced:
    """Count the households of each village of an area that has ended: one grouped question for each county."""
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    ended = {village.code: village for village in await areas.ended_villages(area, tx)}
    if not ended:
        return AllUnplaced(items=[])
    items: list[UnplacedShown] = []
    for county in counties_in(area):
        counts = await rehoming.counts_in([code for code in ended if is_inside(code, county)], county, tx)
        following = await changes.successions(county, tx) if counts else []
        items += [
            UnplacedShown(
                code=code,
                village=ended[code].name,
                ended_on=day,
                households=count,
                successors=sorted(each.new_code for each in following if each.old_code == code),
            )
            for code, count in counts.items()
            if (day := ended[code].valid_to)
        ]
    return AllUnplaced(items=items)

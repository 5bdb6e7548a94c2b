"""The area tree, level by level."""

from pydantic import BaseModel, Field

from services.monitoring.store.places import areas
from shared.database.transaction import Transaction


class AreaShown(BaseModel):
    code: str = Field(examples=["530902"])
    name: str = Field(examples=["临翔区"])
    level: str = Field(examples=["county"])
    parent: str


class AreasShown(BaseModel):
    items: list[AreaShown]


async def list_areas(inside: str, tx: Transaction) -> AreasShown:
    """List the areas one level below another; the tree is no secret."""
    rows = await areas.inside(inside, tx)
    return AreasShown(items=[AreaShown(code=row.code, name=row.name, level=row.level, parent=row.parent_code) for row in rows])

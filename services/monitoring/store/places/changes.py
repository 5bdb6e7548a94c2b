"""Changes of the area tree, and what went over to what. Rows are law: added and never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, PrimaryKeyConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.places.changes import Change, ChangeKind, Effect
from services.monitoring.domain.places.tree import Succession, homes_of
from services.monitoring.store.base import Base
from services.monitoring.store.places import areas
from shared.database.columns import CODE, code, day, document, instant, one_of, only
from shared.database.rows import columns_of
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.workdays import local_day


class AreaChangeRow(Base, table=True):
    """A change as it was decided: its document, and in `content` all that it says."""

    __tablename__ = "area_change"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("kind", ChangeKind))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    kind: ChangeKind = one_of(ChangeKind)
    effective_from: date = day()
    document_number: str
    content: dict[str, Any] = document()
    decided_by: str
    decided_at: datetime = instant()


class SuccessionRow(Base, table=True):
    """One area that followed another, from a day on."""

    __tablename__ = "area_succession"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), Index("ix_area_succession_old_code", "county_code", "old_code"))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    old_code: str = code()
    new_code: str = code()
    effective_from: date = day()
    change_id: UUID


UNTIL = select(*columns_of(SuccessionRow, Succession)).where(
    col(SuccessionRow.county_code) == bindparam("county", type_=CODE), col(SuccessionRow.effective_from) <= bindparam("on", type_=Date())
)
AWAITED = select(col(SuccessionRow.new_code)).where(
    col(SuccessionRow.county_code) == bindparam("county", type_=CODE), col(SuccessionRow.effective_from) > bindparam("on", type_=Date())
)


async def add(change: Change, effect: Effect, county: str, document_number: str, tx: Transaction) -> UUID:
    """Keep a change with what went over to what; give its id."""
    change_id = new_id()
    place = {"county_code": county, "area_code": county, "effective_from": change.day}
    content = {
        "areas": list(change.areas),
        "into": [{"code": part.code, "name": part.name} for part in change.into],
        "villages": [{"village": each.village, "code": each.code} for each in change.villages],
    }
    decided = {"document_number": document_number, "content": content, "decided_by": tx.actor.id, "decided_at": tx.now}
    await tx.insert(AreaChangeRow, [{**place, "id": change_id, "kind": change.kind, **decided}])
    successions = [
        {**place, "id": new_id(), "old_code": each.old_code, "new_code": each.new_code, "change_id": change_id} for each in effect.successions
    ]
    await tx.insert(SuccessionRow, successions)
    return change_id


async def awaited(county: str, day: date, tx: Transaction) -> frozenset[str]:
    """Name the codes to which changes of later days lead."""
    return frozenset((await tx.execute(AWAITED, {"county": county, "on": day})).scalars())


async def successions(county: str, tx: Transaction) -> Sequence[Succession]:
    """List what went over to what in a county until today."""
    rows = await tx.execute(UNTIL, {"county": county, "on": local_day(tx.now)})
    return [Succession(**row) for row in rows.mappings()]


async def areas_today(county: str, tx: Transaction) -> dict[str, str]:
    """Say of each village and township of a county that has ended which living one it went over to whole: leads lie with townships too."""
    living = frozenset(row.code for row in await areas.inside(county, local_day(tx.now), tx))
    townships = homes_of(await successions(county, tx), living)
    return await homes_today(county, tx) | {old: new for old, new in townships.items() if new in living}


async def homes_today(county: str, tx: Transaction) -> dict[str, str]:
    """Say of each village of a county that has ended which living one it went over to whole."""
    living = frozenset(row.code for row in await areas.villages_in(county, tx))
    return {old: new for old, new in homes_of(await successions(county, tx), living).items() if new in living}

"""Orders to help first (绿色通道), and what became of each household of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, UniqueConstraint, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.incidents.green_channel import ItemStatus, Order, OrderId
from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, instant, one_of, only, version
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId


class OrderRow(Base, table=True):
    """An order of a county to help households of an incident first."""

    __tablename__ = "green_channel"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), Index("ix_green_channel_incident_id", "county_code", "incident_id"))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    incident_id: UUID
    reason: str
    document_number: str
    ordered_by: str
    ordered_at: datetime = instant()
    job_id: UUID


class ItemRow(Base, table=True):
    """A household of an order, and what became of it; `problem` is the name of the refusal."""

    __tablename__ = "green_channel_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        UniqueConstraint("county_code", "order_id", "household_id"),
        only("status", ItemStatus),
        Index("ix_green_channel_household_case_id", "county_code", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_green_channel_household_waiting", "county_code", "order_id", "household_id", postgresql_where=text("status = 'waiting'")),
    )

    county_code: str = code()
    id: UUID
    order_id: UUID
    household_id: UUID
    area_code: str = code()
    status: ItemStatus = one_of(ItemStatus, sa_column_kwargs={"server_default": text("'waiting'")})
    problem: str | None = None
    case_id: UUID | None = None
    flag_id: UUID | None = None
    version: int = version()


_PUT = """
    INSERT INTO green_channel_household (county_code, id, order_id, household_id, area_code)
    SELECT county_code, uuidv7(), :order, household_id, area_code FROM incident_household
    WHERE county_code = :county AND incident_id = :incident
"""
_ASKED = (bindparam("order", type_=Uuid()), bindparam("incident", type_=Uuid()))
NAME = text(f"{_PUT} AND household_id = ANY(:households) RETURNING household_id").bindparams(*_ASKED, bindparam("households", type_=ARRAY(Uuid())))
GATHER = text(f"{_PUT} AND area_code >= :lo AND area_code < :hi AND status IN ('affected', 'relieved') AND case_id IS NULL").bindparams(
    *_ASKED, bindparam("lo", type_=CODE), bindparam("hi", type_=CODE)
)
GET = select(*columns_of(OrderRow, Order)).where(among(OrderRow.county_code, "counties"), col(OrderRow.id) == bindparam("order_id"))
ORDERED_BY = text("""
    SELECT DISTINCT o.ordered_by FROM green_channel_household i JOIN green_channel o ON o.county_code = i.county_code AND o.id = i.order_id
    WHERE i.county_code = ANY(:counties) AND i.case_id = :case_id
""").bindparams(bindparam("case_id", type_=Uuid()))
WAITING = text("SELECT count(*) FROM green_channel_household WHERE county_code = :county AND order_id = :order AND status = 'waiting'")
NEXT = text("""
    SELECT id, household_id FROM green_channel_household WHERE county_code = :county AND order_id = :order AND status = 'waiting'
    ORDER BY household_id LIMIT :at_most
""").bindparams(bindparam("at_most", type_=Integer()))
SETTLE = text("""
    UPDATE green_channel_household i SET status = s.status, problem = s.problem, case_id = s.case_id, flag_id = s.flag_id, version = i.version + 1
    FROM unnest(:ids, :statuses, :problems, :cases, :flags) AS s (id, status, problem, case_id, flag_id)
    WHERE i.county_code = :county AND i.id = s.id AND i.status = 'waiting'
""").bindparams(
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("ids", "cases", "flags")),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("statuses", "problems")),
)
_ITEMS = """
    SELECT household_id, area_code, status, problem, case_id, flag_id FROM green_channel_household
    WHERE county_code = ANY(:counties) AND order_id = :order AND household_id > :after ORDER BY household_id LIMIT :at_most
"""
ITEMS = text(_ITEMS).bindparams(bindparam("after", type_=Uuid()), bindparam("order", type_=Uuid()), bindparam("at_most", type_=Integer()))


async def add(order: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(OrderRow, [order])


async def name_households(order_id: OrderId, incident_id: IncidentId, households: Sequence[UUID], tx: Transaction) -> set[UUID]:
    """Put households of an incident into an order; give those that it has."""
    asked = {"order": order_id, "incident": incident_id, "county": tx.actor.scope.county, "households": list(households)}
    return set((await tx.execute(NAME, asked)).scalars())


async def gather_households(order_id: OrderId, incident_id: IncidentId, area: str, tx: Transaction) -> int:
    """Put every household of an area that the incident hit and that has no case of it into an order; say how many."""
    lo, hi = area_range(area)
    asked = {"order": order_id, "incident": incident_id, "county": tx.actor.scope.county, "lo": lo, "hi": hi}
    return (await tx.execute(GATHER, asked)).rowcount


async def get(order_id: OrderId, tx: Transaction) -> Order:
    """Load one order.

    :raises NotFound: there is none here.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "order_id": order_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Order(**found)


async def ordered_by(case_id: CaseId, tx: Transaction) -> list[str]:
    """Name everybody who ordered that the household of a case is helped first."""
    return list((await tx.execute(ORDERED_BY, {"counties": tx.counties, "case_id": case_id})).scalars())


async def waiting(order: Order, tx: Transaction) -> int:
    """Count the households of an order that still wait."""
    return (await tx.execute(WAITING, {"county": tx.actor.scope.county, "order": order.id})).scalar_one()


async def next_of(order: Order, tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """Name the next households of an order that wait, in the order of their ids."""
    return (await tx.execute(NEXT, {"county": tx.actor.scope.county, "order": order.id, "at_most": at_most})).all()


async def settle(results: Sequence[Mapping[str, Any]], tx: Transaction) -> None:
    """Keep what became of households of an order.

    :param results: `id`, `status`, `problem`, `case_id`, `flag_id` of each.
    """
    names = {"ids": "id", "statuses": "status", "problems": "problem", "cases": "case_id", "flags": "flag_id"}
    await tx.execute(SETTLE, {"county": tx.actor.scope.county, **{many: [each[one] for each in results] for many, one in names.items()}})


async def items(order: Order, tx: Transaction, *, after: UUID | None, size: int) -> tuple[Sequence[Row[Any]], UUID | None]:
    """Read a page of an order's households, and the one after which the next page begins."""
    asked = {"counties": tx.counties, "order": order.id, "after": after or UUID(int=0), "at_most": size + 1}
    found = (await tx.execute(ITEMS, asked)).all()
    return found[:size], found[size - 1].household_id if len(found) > size else None

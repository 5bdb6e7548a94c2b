"""How each household stands to the line now: one derived row for each, brought up to date set by set.

Promises: whatever changes a present income puts its household on the queue in the same transaction; who takes it from there computes it from what is
kept, so a row that was computed twice is the same.
Does not promise that a row is up to date at once, but for an income recorded through its door.
Not for decisions about one household: those compute the figures themselves.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    and_,
    bindparam,
    delete,
    literal_column,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col

from services.monitoring.domain.income.lines import VillageLine
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.store.base import Base
from services.monitoring.store.income.incomes import BAND, NET_PER_HEAD, REFERENCE_PER_HEAD, IncomeRow
from services.monitoring.store.income.village_lines import IN_VILLAGE, INSIDE, PRESENT, UNDER, inside, told
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import INSTANT, code, counted, instant, money, one_of, only
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction

FIGURE = Numeric(16, 2)
"""Yuan per head; one person may have all that the four sources can hold."""


class StandingRow(Base, table=True):
    """How a household stands: its two figures per head, its band, and the line that they were held against; none was published if that is absent.

    `people` share the income; `gone`: the household was struck off, which a trigger notes. Figures of areas count the others.
    """

    __tablename__ = "household_standing"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("kind", HouseholdKind),
    )

    county_code: str = code()
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    kind: HouseholdKind = one_of(HouseholdKind)
    line_id: UUID | None = None
    line: Decimal | None = money(default=None)
    net_per_head: Decimal = Field(sa_type=FIGURE)  # pyright: ignore[reportArgumentType, reportCallIssue]
    reference_per_head: Decimal = Field(sa_type=FIGURE)  # pyright: ignore[reportArgumentType, reportCallIssue]
    below: bool | None = None
    band: int
    computed_at: datetime = instant()
    people: int = counted(0)
    gone: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class WaitingRow(Base, table=True):
    """A household whose standing is to be computed anew; triggers add it. Ids only: it has no area, and so no policy."""

    __tablename__ = "standing_queue"
    __table_args__ = (PrimaryKeyConstraint("county_code", "household_id"),)

    county_code: str = code()
    household_id: UUID
    changes: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


_COMPUTED = {
    "county_code": col(HouseholdRow.county_code),
    "household_id": col(HouseholdRow.id),
    "township_code": col(HouseholdRow.township_code),
    "area_code": col(HouseholdRow.area_code),
    "kind": col(HouseholdRow.kind),
    "line_id": UNDER.c.line_id,
    "line": UNDER.c.amount,
    "net_per_head": NET_PER_HEAD,
    "reference_per_head": REFERENCE_PER_HEAD,
    "below": UNDER.c.amount > REFERENCE_PER_HEAD,
    "band": BAND,
    "people": col(IncomeRow.people),
    "computed_at": bindparam("now", type_=INSTANT),
}
_IDS = and_(among(HouseholdRow.county_code, "counties"), among(HouseholdRow.id, "ids"))
_KEY = ("county_code", "household_id")
_STANDS = and_(col(StandingRow.county_code) == col(HouseholdRow.county_code), col(StandingRow.household_id) == col(HouseholdRow.id))
_KNOWN = (
    select(*(value.label(f"now_{name}") for name, value in _COMPUTED.items()))
    .select_from(HouseholdRow)
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .where(_IDS)
    .subquery("known")
)
# Nearly always there is a row already, and writing it anew costs half of trying to add it.
SETTLE = (
    update(StandingRow)
    .where(col(StandingRow.county_code) == _KNOWN.c.now_county_code, col(StandingRow.household_id) == _KNOWN.c.now_household_id)
    .values({name: _KNOWN.c[f"now_{name}"] for name in _COMPUTED if name not in _KEY})
)
_OTHERS = (
    select(*(value.label(f"now_{name}") for name, value in _COMPUTED.items()))
    .select_from(HouseholdRow)
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .join(StandingRow, _STANDS)
    .where(INSIDE, col(StandingRow.line_id).is_distinct_from(UNDER.c.line_id))
    .limit(bindparam("at_most", type_=Integer()))
    .subquery("others")
)
MOVE = (
    update(StandingRow)
    .where(col(StandingRow.county_code) == _OTHERS.c.now_county_code, col(StandingRow.household_id) == _OTHERS.c.now_household_id)
    .values({name: _OTHERS.c[f"now_{name}"] for name in _COMPUTED if name not in _KEY})
)
_INSERT = insert(table_of(StandingRow)).from_select(
    list(_COMPUTED),
    select(*_COMPUTED.values())
    .select_from(HouseholdRow)
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .where(_IDS, not_(select(literal_column("1")).where(_STANDS).exists()))
    .order_by(col(HouseholdRow.id)),  # so that two who compute the same wait for each other in one order
)
BEGIN = _INSERT.on_conflict_do_update(index_elements=_KEY, set_={name: _INSERT.excluded[name] for name in _COMPUTED if name not in _KEY})
UNQUEUE = delete(WaitingRow).where(among(WaitingRow.county_code, "counties"), among(WaitingRow.household_id, "ids"))
VILLAGES_OF = select(col(HouseholdRow.area_code)).where(_IDS).distinct()
_WAITS = and_(col(WaitingRow.county_code) == col(HouseholdRow.county_code), col(WaitingRow.household_id) == col(HouseholdRow.id))
# What a transaction under way has just added is let be: it is not kept yet.
WAITING = (
    select(col(WaitingRow.household_id))
    .join(HouseholdRow, _WAITS)
    .where(INSIDE)
    .order_by(col(WaitingRow.household_id))
    .limit(bindparam("at_most", type_=Integer()))
    .with_for_update(of=WaitingRow, skip_locked=True)
)
# First who has none, which is nobody as a rule; their incomes after that.
_NOWHERE = (
    select(col(HouseholdRow.county_code), col(HouseholdRow.id))
    .where(INSIDE, not_(select(literal_column("1")).where(_STANDS).exists()))
    .cte("nowhere")
    .prefix_with("MATERIALIZED")
)
WITHOUT = (
    select(_NOWHERE.c.id)
    .join(IncomeRow, and_(col(IncomeRow.county_code) == _NOWHERE.c.county_code, col(IncomeRow.household_id) == _NOWHERE.c.id))
    .where(col(IncomeRow.valid_to).is_(None))
    .order_by(_NOWHERE.c.id)
    .limit(bindparam("at_most", type_=Integer()))
)


async def waiting(area: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """List households of an area whose standing waits to be computed, and keep them from others who compute."""
    return list((await tx.execute(WAITING, inside(area, tx) | {"at_most": at_most})).scalars())


async def without(area: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """List households of an area that have no standing yet."""
    return list((await tx.execute(WITHOUT, inside(area, tx) | {"at_most": at_most})).scalars())


async def move(area: str, under: Sequence[VillageLine], bands: Sequence[Decimal], tx: Transaction, *, at_most: int) -> int:
    """Compute anew how households of an area stand whose line is another one now; say how many. Fewer than at most are the last."""
    asked = inside(area, tx) | told(under) | {"bands": list(bands), "now": tx.now, "at_most": at_most}
    return (await tx.execute(MOVE, asked)).rowcount


async def villages_of(ids: Sequence[UUID], tx: Transaction) -> list[str]:
    """List the villages of some households."""
    return list((await tx.execute(VILLAGES_OF, {"counties": tx.counties, "ids": list(ids)})).scalars())


async def settle(ids: Sequence[UUID], under: Sequence[VillageLine], bands: Sequence[Decimal], tx: Transaction) -> None:
    """Compute how some households stand. They leave the queue first: what is put there from now on is computed again."""
    these = {"counties": tx.counties, "ids": list(ids)}
    await tx.execute(UNQUEUE, these)
    computed = these | told(under) | {"bands": list(bands), "now": tx.now}
    if (await tx.execute(SETTLE, computed)).rowcount < len(these["ids"]):
        await tx.execute(BEGIN, computed)

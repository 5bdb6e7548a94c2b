from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, and_, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from services.monitoring.domain.cases import Case
from services.monitoring.domain.flags.flags import Flag, Flagging, FlagStatus
from services.monitoring.store.base import Base
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import code, document, instant, one_of, only, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import FlagId, HouseholdId


class FlagRow(Base, table=True):
    """A flag; `due_at` is when the first of what it owes is due, `changed_at` real time, for the reconciler."""

    __tablename__ = "risk_flag"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("status", FlagStatus),
        *worklist_indexes("risk_flag"),
        Index("uq_risk_flag_open", "county_code", "household_id", unique=True, postgresql_where=text("status = 'open'")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    status: FlagStatus = one_of(FlagStatus, sa_column_kwargs={"server_default": text("'open'")})
    risks: list[str] = document()
    raised_at: datetime = instant()
    due_at: datetime = instant()
    cleared_at: datetime | None = instant(default=None)
    cleared_why: dict[str, str] | None = document(default=None, nullable=True)
    changed_at: datetime = instant()
    version: int = version()


THIS = and_(among(FlagRow.county_code, "counties"), col(FlagRow.id) == bindparam("flag_id"))
GET = select(*columns_of(FlagRow, Flag)).where(THIS)
OPEN_OF = select(*columns_of(FlagRow, Flag)).where(
    among(FlagRow.county_code, "counties"), col(FlagRow.household_id) == bindparam("household"), text("status = 'open'")
)
HOUSEHOLDS_OF = select(col(FlagRow.id), col(HouseholdRow.number)).where(
    among(FlagRow.county_code, "counties"),
    among(FlagRow.id, "ids"),
    col(HouseholdRow.county_code) == col(FlagRow.county_code),
    col(HouseholdRow.id) == col(FlagRow.household_id),
)
MANY = select(*columns_of(FlagRow, Flag)).where(col(FlagRow.county_code) == bindparam("county"), among(FlagRow.id, "flag_ids"))
SET_RISKS = (
    update(FlagRow)
    .where(THIS, text("status = 'open'"))
    .values(risks=bindparam("all_risks", type_=JSONB), changed_at=bindparam("at"), version=col(FlagRow.version) + 1)
)
CLEAR = (
    update(FlagRow)
    .where(THIS, text("status = 'open'"), col(FlagRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        cleared_at=bindparam("now"),
        cleared_why=bindparam("why", type_=JSONB),
        changed_at=bindparam("at"),
        version=col(FlagRow.version) + 1,
    )
    .returning(col(FlagRow.version))
)
AFTER = (
    select(col(FlagRow.id))
    .where(col(FlagRow.county_code) == bindparam("county"), col(FlagRow.id) > bindparam("after_id"))
    .order_by(col(FlagRow.id))
    .limit(bindparam("at_most", type_=Integer()))
)
OF_HOUSEHOLDS = (
    select(col(FlagRow.id))
    .where(col(FlagRow.county_code) == bindparam("county"), among(FlagRow.household_id, "household_ids"))
    .order_by(col(FlagRow.id))
)

worklist = Worklist(FlagRow, select(*columns_of(FlagRow, Flag)))


async def get(flag_id: FlagId, tx: Transaction) -> Flag:
    """Load one flag.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "flag_id": flag_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Flag(**found)


async def household_numbers(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the numbers of the households that flags are about."""
    return {row.id: row.number for row in await tx.execute(HOUSEHOLDS_OF, {"counties": tx.counties, "ids": list(ids)})}


async def open_of(household_id: HouseholdId, tx: Transaction) -> Flag | None:
    """Find the open flag of a household."""
    found = (await tx.execute(OPEN_OF, {"counties": tx.counties, "household": household_id})).mappings().one_or_none()
    return Flag(**found) if found else None


async def keep(case: Case, flagging: Flagging, tx: Transaction, *, held: Flag | None) -> None:
    """Keep a new flag, or the risks that one has gained."""
    if held:
        await set_risks(held, flagging.risks, tx)
        return
    row = {
        "county_code": case.county_code,
        "id": flagging.flag_id,
        "household_id": case.household_id,
        "township_code": case.township_code,
        "area_code": case.area_code,
        "risks": list(flagging.risks),
        "raised_at": tx.now,
        "due_at": min(owed.due_at for owed in flagging.owed),
        "changed_at": tx.real_now,
    }
    await tx.insert(FlagRow, [row])


async def set_risks(flag: Flag, risks: Sequence[str], tx: Transaction) -> None:
    """Let an open flag have these risks from now on."""
    await tx.execute(SET_RISKS, {"counties": tx.counties, "flag_id": flag.id, "all_risks": list(risks), "at": tx.real_now})


async def clear(flag: Flag, tx: Transaction, *, expected: int, status: FlagStatus, why: Mapping[str, str]) -> int:
    """End the flag if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "flag_id": flag.id, "expected": expected, "becomes": status, "why": dict(why)}
    this |= {"now": tx.now, "at": tx.real_now}
    return await tx.change(CLEAR, this)


async def many(flag_ids: Sequence[UUID], county_code: str, tx: Transaction) -> list[Flag]:
    rows = await tx.execute(MANY, {"county": county_code, "flag_ids": list(flag_ids)})
    return [Flag(**row) for row in rows.mappings()]


async def ids_after(after: UUID, county_code: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """List ids in their order, for what must visit every flag."""
    return list((await tx.execute(AFTER, {"county": county_code, "after_id": after, "at_most": at_most})).scalars())


async def ids_of(household_ids: Sequence[UUID], county_code: str, tx: Transaction) -> list[UUID]:
    """List all flags of households, those that are over too."""
    return list((await tx.execute(OF_HOUSEHOLDS, {"county": county_code, "household_ids": list(household_ids)})).scalars())

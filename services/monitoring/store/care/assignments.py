"""Who looks after which household (干部包户), dated; name and phone of the cadre are sealed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, and_, bindparam, or_, select, text, tuple_, update
from sqlmodel import col

from services.monitoring.domain.care.assignments import Assignment, CareRole
from services.monitoring.domain.periods import Period
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, day, instant, one_of, only, sealed, version
from shared.database.pages import walk
from shared.database.privacy import Vault
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range
from shared.kernel.errors import NotFound
from shared.kernel.page import Place
from shared.kernel.workdays import local_day


class AssignmentRow(Base, table=True):
    """A charge; `content_index` is a keyed hash of the cadre's name, phone and unit, so that the same content is known without opening it."""

    __tablename__ = "care_assignment"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("role", CareRole),
        Index("uq_care_assignment_present", "county_code", "household_id", "role", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_care_assignment_household_id", "county_code", "household_id"),
        Index("ix_care_assignment_cadre_id", "county_code", "cadre_id", "assigned_at", "id"),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    role: CareRole = one_of(CareRole)
    cadre_id: str = code()
    unit: str
    secrets: bytes = sealed()
    content_index: bytes = sealed()
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    assigned_by: str
    assigned_at: datetime = instant()
    version: int = version()


THIS = and_(among(AssignmentRow.county_code, "counties"), col(AssignmentRow.id) == bindparam("assignment"))
OF_HOUSEHOLD = and_(among(AssignmentRow.county_code, "counties"), col(AssignmentRow.household_id) == bindparam("household"))
IN_FORCE = and_(
    col(AssignmentRow.valid_from) <= bindparam("on", type_=Date()),
    or_(col(AssignmentRow.valid_to).is_(None), col(AssignmentRow.valid_to) > bindparam("on", type_=Date())),
)
SHOWN = select(*columns_of(AssignmentRow, Assignment), col(AssignmentRow.secrets), col(AssignmentRow.assigned_at).label("due_at"))

GET = select(*columns_of(AssignmentRow, Assignment)).where(THIS)
PERIODS = select(*columns_of(AssignmentRow, Period)).where(OF_HOUSEHOLD, col(AssignmentRow.role) == bindparam("as_role", type_=CODE))
OF_ONE = SHOWN.where(OF_HOUSEHOLD, IN_FORCE).order_by(col(AssignmentRow.role), col(AssignmentRow.id))
END = (
    update(AssignmentRow)
    .where(THIS, col(AssignmentRow.valid_to).is_(None), col(AssignmentRow.version) == bindparam("expected"))
    .values(valid_to=bindparam("until", type_=Date()), version=col(AssignmentRow.version) + 1)
    .returning(col(AssignmentRow.version))
)
END_ALL = text("""
    UPDATE care_assignment SET valid_to = greatest(valid_from, :on), version = version + 1
    WHERE county_code = :county AND household_id = :household AND (valid_to IS NULL OR valid_to > :on)
""").bindparams(bindparam("on", type_=Date()))
_ORDER = col(AssignmentRow.assigned_at), col(AssignmentRow.id)
OF_CADRE = (
    SHOWN.where(
        col(AssignmentRow.county_code) == bindparam("county", type_=CODE),
        col(AssignmentRow.cadre_id) == bindparam("cadre", type_=CODE),
        col(AssignmentRow.area_code) >= bindparam("lo", type_=CODE),
        col(AssignmentRow.area_code) < bindparam("hi", type_=CODE),
        IN_FORCE,
    )
    .order_by(*_ORDER)
    .limit(bindparam("at_most", type_=Integer()))
)
OF_CADRE_AFTER = OF_CADRE.where(tuple_(*_ORDER) > tuple_(bindparam("moment", type_=INSTANT), bindparam("after_id")))


def sealed_cadre(vault: Vault, assignment_id: UUID, *, name: str, phone: str, unit: str) -> dict[str, bytes]:
    """Seal who a cadre is, with the hash that recognises it."""
    return {
        "secrets": vault.seal({"name": name, "phone": phone}, table="care_assignment", row=assignment_id),
        "content_index": vault.index(f"{name}|{phone}|{unit}"),
    }


async def add(assignment: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(AssignmentRow, [assignment])


async def get(assignment_id: UUID, tx: Transaction) -> Assignment:
    """Load one charge.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "assignment": assignment_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Assignment(**found)


async def periods(household_id: UUID, role: CareRole, tx: Transaction) -> list[Period]:
    """List when somebody had, has or will have a role at a household."""
    rows = await tx.execute(PERIODS, {"counties": tx.counties, "household": household_id, "as_role": role})
    return [Period(**row) for row in rows.mappings()]


async def end(assignment: Assignment, on: date, tx: Transaction, *, expected: int) -> int:
    """End a charge if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "assignment": assignment.id, "expected": expected, "until": on}
    return await tx.change(END, this)


async def end_all(household: Row[Any], on: date, tx: Transaction) -> None:
    """End all charges at a household on a day; one that would begin later never does."""
    await tx.execute(END_ALL, {"county": household.county_code, "household": household.id, "on": on})


async def of_household(household_id: UUID, on: date, tx: Transaction) -> Sequence[Row[Any]]:
    """List who looks after a household on a day."""
    return (await tx.execute(OF_ONE, {"counties": tx.counties, "household": household_id, "on": on})).all()


async def of_cadre(cadre: str, area: str, tx: Transaction, *, after: Place | None, size: int) -> tuple[list[Row[Any]], str | None]:
    """Read a page of a cadre's present charges in an area, in the order in which they were given, and the cursor of the next page."""
    lo, hi = area_range(area)
    asked = {"cadre": cadre, "lo": lo, "hi": hi, "on": local_day(tx.now)}

    async def read(county: str, place: Place | None, at_most: int) -> Sequence[Row[Any]]:
        question, beyond = (OF_CADRE_AFTER, {"moment": place.due_at, "after_id": place.id}) if place else (OF_CADRE, {})
        return (await tx.execute(question, asked | beyond | {"county": county, "at_most": at_most})).all()

    return await walk(area, read, after=after, size=size)

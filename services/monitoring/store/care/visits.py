"""Home visits (走访): what was found, sealed what was noted and where it was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, bindparam, func, select, text
from sqlmodel import col

from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, document, instant, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, county_of


class VisitRow(Base, table=True):
    """A visit. `was_due_at` is by when the household was to be visited then: with it the standing of any past month can be told."""

    __tablename__ = "visit"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        Index("ix_visit_household_id", "county_code", "household_id", "id"),
        Index("ix_visit_visited_at", "county_code", "visited_at"),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    visited_at: datetime = instant()
    visited_by: str
    recorded_at: datetime = instant()
    was_due_at: datetime = instant()
    findings: list[str] = document()
    evidence: list[dict[str, str]] = document()
    secrets: bytes | None = sealed(default=None, nullable=True)
    lead_id: UUID | None = None


LAST = select(
    func.max(col(VisitRow.visited_at)).label("of_household"),
    func.max(col(VisitRow.visited_at)).filter(col(VisitRow.visited_by) == bindparam("person")).label("of_person"),
).where(among(VisitRow.county_code, "counties"), col(VisitRow.household_id) == bindparam("household"))
NEWEST = (
    select(
        col(VisitRow.id),
        col(VisitRow.visited_at),
        col(VisitRow.visited_by),
        col(VisitRow.recorded_at),
        col(VisitRow.findings),
        col(VisitRow.evidence),
        col(VisitRow.secrets),
        col(VisitRow.lead_id),
    )
    .where(among(VisitRow.county_code, "counties"), col(VisitRow.household_id) == bindparam("household"))
    .order_by(col(VisitRow.id).desc())
    .limit(bindparam("at_most", type_=Integer()))
)
NEWEST_BEFORE = NEWEST.where(col(VisitRow.id) < bindparam("before"))
# A household was late at a moment if it is not visited since and due by then, or if at its next visit it had been due by then.
_COVERAGE = text("""
    WITH visited AS (
        SELECT DISTINCT household_id FROM visit WHERE county_code = :county AND visited_at >= :first AND visited_at < :last
    ), late AS (
        SELECT DISTINCT household_id FROM visit WHERE county_code = :county AND visited_at >= :until AND was_due_at <= :until
    )
    SELECT h.area_code AS area, count(*)::int AS households, count(v.household_id)::int AS visited,
           count(*) FILTER (WHERE v.household_id IS NOT NULL OR l.household_id IS NOT NULL OR h.due_at <= :last)::int AS due,
           count(*) FILTER (WHERE l.household_id IS NOT NULL OR h.due_at <= :until)::int AS overdue
    FROM household h
    LEFT JOIN visited v ON v.household_id = h.id
    LEFT JOIN late l ON l.household_id = h.id
    WHERE h.county_code = :county AND h.area_code >= :lo AND h.area_code < :hi AND h.status <> 'gone' AND h.registered_at < :last
    GROUP BY h.area_code ORDER BY h.area_code
""").bindparams(
    *(bindparam(name, type_=INSTANT) for name in ("first", "last", "until")), *(bindparam(name, type_=CODE) for name in ("county", "lo", "hi"))
)


async def add(visit: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(VisitRow, [visit])


async def last(household_id: UUID, tx: Transaction) -> Row[Any]:
    """Say when a household was last visited, by anybody and by the caller."""
    return (await tx.execute(LAST, {"counties": tx.counties, "household": household_id, "person": tx.actor.id})).one()


async def newest(household_id: UUID, tx: Transaction, *, before: UUID | None, at_most: int) -> Sequence[Row[Any]]:
    """List visits of a household, the one recorded last first."""
    asked = {"counties": tx.counties, "household": household_id, "at_most": at_most}
    return (await tx.execute(NEWEST_BEFORE if before else NEWEST, asked | ({"before": before} if before else {}))).all()


async def coverage(area: str, tx: Transaction, *, first: datetime, last: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Count for each village of an area of one county whom a month's visits reached: one grouped question.

    It reads the county's visits of the month and all later ones, so it costs more the further back the month lies, and the households of the area.
    """
    lo, hi = area_range(area)
    return (await tx.execute(_COVERAGE, {"county": county_of(area), "lo": lo, "hi": hi, "first": first, "last": last, "until": until})).all()

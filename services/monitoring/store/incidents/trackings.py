"""The visits that are owed to households after an incident (灾后跟踪)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.incidents.effects import Effect
from services.monitoring.domain.incidents.tracking import State, Tracking, TrackingId, TrackingStatus
from services.monitoring.store.base import Base
from shared.database.columns import code, document, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import derived_id


class TrackingRow(Base, table=True):
    __tablename__ = "incident_tracking"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        UniqueConstraint("county_code", "effect_id", "nth"),
        only("status", TrackingStatus),
        only("state", State),
        *worklist_indexes("incident_tracking"),
    )

    county_code: str = code()
    id: UUID
    incident_id: UUID
    effect_id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    nth: int
    status: TrackingStatus = one_of(TrackingStatus, sa_column_kwargs={"server_default": text("'to_visit'")})
    due_at: datetime = instant()
    visited_at: datetime | None = instant(default=None)
    state: State | None = one_of(State, default=None, nullable=True)
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    visited_by: str | None = None
    lead_id: UUID | None = None
    version: int = version()


THIS = and_(among(TrackingRow.county_code, "counties"), col(TrackingRow.id) == bindparam("tracking_id"))
GET = select(*columns_of(TrackingRow, Tracking)).where(THIS)
VISIT = (
    update(TrackingRow)
    .where(THIS, col(TrackingRow.status) == TrackingStatus.TO_VISIT, col(TrackingRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        visited_at=bindparam("visited"),
        state=bindparam("found"),
        secrets=bindparam("told"),
        evidence=bindparam("proof"),
        visited_by=bindparam("person"),
        lead_id=bindparam("lead"),
        version=col(TrackingRow.version) + 1,
    )
    .returning(col(TrackingRow.version))
)
LEFT = text("SELECT count(*) FROM incident_tracking WHERE county_code = ANY(:counties) AND effect_id = :effect AND status = 'to_visit'")

worklist = Worklist(TrackingRow, select(*columns_of(TrackingRow, Tracking)))


async def lay_down(effect: Effect, due: Sequence[datetime], tx: Transaction) -> None:
    """Lay down the visits that are owed to a household; those that are there stay."""
    same = {name: getattr(effect, name) for name in ("county_code", "incident_id", "household_id", "township_code", "area_code")}
    rows = [
        {**same, "id": derived_id(effect.id, f"tracking/{n}"), "effect_id": effect.id, "nth": n, "due_at": due_at}
        for n, due_at in enumerate(due, start=1)
    ]
    await tx.insert(TrackingRow, rows, skip_existing=True)


async def get(tracking_id: TrackingId, tx: Transaction) -> Tracking:
    """Load one visit that is owed.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "tracking_id": tracking_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Tracking(**found)


async def left_of(effect_id: UUID, tx: Transaction) -> int:
    """Count the visits that are still owed to a household."""
    return (await tx.execute(LEFT, {"counties": tx.counties, "effect": effect_id})).scalar_one()


async def visit(tracking: Tracking, status: TrackingStatus, tx: Transaction, *, expected: int, **found: Any) -> int:
    """Keep what a visit found if nobody was quicker, and give its new version.

    :param found: `visited`, `found`, `told`, `proof`, `lead`.
    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "tracking_id": tracking.id, "expected": expected, "becomes": status, "person": tx.actor.id}
    return await tx.change(VISIT, this | found)

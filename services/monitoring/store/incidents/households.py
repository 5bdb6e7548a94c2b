"""The households that incidents may have hit, checked and helped one by one."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Select,
    Uuid,
    bindparam,
    select,
    text,
    update,
)
from sqlmodel import col

from services.monitoring.domain.incidents.effects import Effect, EffectStatus
from services.monitoring.domain.incidents.incidents import Incident, IncidentId
from services.monitoring.store.base import Base
from shared.database.columns import code, document, instant, money, not_nan, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId


class EffectRow(Base, table=True):
    """A household that an incident may have hit. What was noted at the check is sealed."""

    __tablename__ = "incident_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        only("status", EffectStatus),
        *not_nan("estimate"),
        *worklist_indexes("incident_household"),
        # Whoever is dropped may stand beside whom an incident hit while one household takes the place of another.
        Index("uq_incident_household", "county_code", "incident_id", "household_id", unique=True, postgresql_where=text("status <> 'dropped'")),
        Index("ix_incident_household_area", "county_code", "incident_id", "area_code", "status"),
        Index("ix_incident_household_household_id", "county_code", "household_id"),
        Index("ix_incident_household_lead_id", "county_code", "lead_id"),
    )

    county_code: str = code()
    id: UUID
    incident_id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    status: EffectStatus = one_of(EffectStatus, sa_column_kwargs={"server_default": text("'to_check'")})
    due_at: datetime = instant()
    losses: list[str] | None = document(default=None, nullable=True)
    estimate: Decimal | None = money(default=None, nullable=True)
    risks: list[str] | None = document(default=None, nullable=True)
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    checked_at: datetime | None = instant(default=None)
    checked_by: str | None = None
    lead_id: UUID | None = None
    case_id: UUID | None = None
    version: int = version()


# The lead that a list has opened already for the same matter, and that nobody has dismissed; one that is not verified yet before all others.
LEAD_OF_LIST = text("""
    SELECT id FROM lead
    WHERE county_code = :county AND household_id = :household AND status IN ('registered', 'confirmed') AND channel = 'disaster'
      AND coalesce(began_on, CAST(heard_at AT TIME ZONE 'Asia/Shanghai' AS date)) BETWEEN :starts_on AND :ends_on
    ORDER BY status DESC, id LIMIT 1
""").bindparams(*(bindparam(name, type_=Date()) for name in ("starts_on", "ends_on")))
COLUMNS = columns_of(EffectRow, Effect)
LISTED = (*COLUMNS, col(EffectRow.estimate))
# Held from the first look: of two acts at once the second sees what the first left.
GET = select(*COLUMNS).where(
    among(EffectRow.county_code, "counties"),
    col(EffectRow.incident_id) == bindparam("incident_id"),
    col(EffectRow.household_id) == bindparam("household_id"),
)
HOLD = GET.with_for_update()
_SET = ("losses", "estimate", "risks", "secrets", "evidence", "checked_at", "checked_by", "lead_id", "case_id")
DECIDE = (
    update(EffectRow)
    .where(
        among(EffectRow.county_code, "counties"),
        col(EffectRow.id) == bindparam("effect_id"),
        col(EffectRow.version) == bindparam("expected"),
    )
    .values(
        status=bindparam("becomes"),
        version=col(EffectRow.version) + 1,
        **{
            name: text(f"coalesce(:new_{name}, {name})").bindparams(bindparam(f"new_{name}", type_=table_of(EffectRow).c[name].type)) for name in _SET
        },
    )
    .returning(col(EffectRow.version))
)
worklist = Worklist(EffectRow, select(*LISTED))
incident_worklist = Worklist(EffectRow, select(*LISTED).where(col(EffectRow.incident_id) == bindparam("incident", type_=Uuid())))


async def get(incident_id: IncidentId, household_id: HouseholdId, tx: Transaction, *, question: Select[Any] = GET) -> Effect:
    """Load a household of an incident.

    :raises NotFound: it is none of it, or lies outside the caller's area.
    """
    asked = {"counties": tx.counties, "incident_id": incident_id, "household_id": household_id}
    found = (await tx.execute(question, asked)).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Effect(**found)


async def hold(incident_id: IncidentId, household_id: HouseholdId, tx: Transaction) -> Effect:
    """Load a household of an incident, and keep others from deciding about it until this act ends.

    :raises NotFound: it is none of it, or lies outside the caller's area.
    """
    return await get(incident_id, household_id, tx, question=HOLD)


async def decide(effect: Effect, status: EffectStatus, tx: Transaction, *, expected: int, **became: Any) -> int:
    """Keep what became of a household in an incident if nobody was quicker, and give its new version; what is not named stays.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "effect_id": effect.id, "expected": expected, "becomes": status}
    changes = dict.fromkeys((f"new_{name}" for name in _SET), None) | {f"new_{name}": value for name, value in became.items()}
    return await tx.change(DECIDE, this | changes)


async def lead_of_list(effect: Effect, incident: Incident, tx: Transaction) -> UUID | None:
    """Find the lead that a department's list has opened for the household in the days of an incident and that nobody has dismissed."""
    asked = {"county": effect.county_code, "household": effect.household_id, "starts_on": incident.starts_on, "ends_on": incident.ends_on}
    return (await tx.execute(LEAD_OF_LIST, asked)).scalar_one_or_none()

"""What was said of limits, once to each level: a worklist for every level, and its acknowledgement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, Row, UniqueConstraint, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.deadlines.escalations import Escalation, EscalationId, EscalationKind, EscalationStatus
from services.monitoring.domain.deadlines.limits import Level, Subject
from services.monitoring.store.base import Base
from shared.database.columns import code, instant, one_of, only, sealed, version
from shared.database.pages import Rows, Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY
from shared.kernel.errors import NotFound
from shared.kernel.page import Place


class EscalationRow(Base, table=True):
    """Said once of a step, in one of its rounds, to one level: the unique key is what makes it once, whoever says it.

    The row lies in the area of the level that it is said to, so it is nobody's below.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "subject_id", "step", "step_round", "kind", "level"),
        only("subject_kind", Subject),
        only("kind", EscalationKind),
        only("level", Level),
        only("status", EscalationStatus),
        *worklist_indexes("escalation"),
        Index("ix_escalation_open", "county_code", "subject_kind", "level", postgresql_where=text("status = 'open'")),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    township_code: str = code()
    subject_kind: Subject = one_of(Subject)
    subject_id: UUID
    subject_area_code: str = code()
    household_id: UUID | None = None
    step: str = code()
    step_round: int
    kind: EscalationKind = one_of(EscalationKind)
    level: Level = one_of(Level)
    due_at: datetime = instant()
    raised_at: datetime = instant()
    status: EscalationStatus = one_of(EscalationStatus, sa_column_kwargs={"server_default": text("'open'")})
    acknowledged_at: datetime | None = instant(default=None)
    acknowledged_by: str | None = None
    secrets: bytes | None = sealed(default=None, nullable=True)
    version: int = version()


THIS = and_(among(EscalationRow.county_code, "counties"), col(EscalationRow.id) == bindparam("escalation"))
GET = select(*columns_of(EscalationRow, Escalation)).where(THIS)
SHOW = select(*columns_of(EscalationRow, Escalation), col(EscalationRow.secrets)).where(THIS)
ACKNOWLEDGE = (
    update(EscalationRow)
    .where(THIS, col(EscalationRow.status) == EscalationStatus.OPEN, col(EscalationRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        acknowledged_at=bindparam("at"),
        acknowledged_by=bindparam("person"),
        secrets=bindparam("note"),
        version=col(EscalationRow.version) + 1,
    )
    .returning(col(EscalationRow.version))
)
OPEN_BY_LEVEL = text("SELECT level, count(*) AS open FROM escalation WHERE county_code = ANY(:counties) AND status = 'open' GROUP BY level")

_EVERY = Worklist(EscalationRow, select(*columns_of(EscalationRow, Escalation)))
_BELOW_PREFECTURE = Worklist(EscalationRow, select(*columns_of(EscalationRow, Escalation)).where(text("level <> 'prefecture'")))


async def add(rows: Sequence[Mapping[str, Any]], tx: Transaction) -> None:
    """Keep what is said; what was said already is not said twice."""
    await tx.insert(EscalationRow, rows, skip_existing=True)


async def page(area: str, status: str, tx: Transaction, *, after: Place | None, size: int) -> tuple[Rows, str | None]:
    """Read a page of what was said to the levels of an area, by the end of the step; what came up to the prefecture is of no smaller area."""
    worklist = _EVERY if len(area) < COUNTY else _BELOW_PREFECTURE
    return await worklist.page(area, status, tx, after=after, size=size)


async def get(escalation_id: EscalationId, tx: Transaction) -> Escalation:
    """Load what was said.

    :raises NotFound: there is no such thing, or it was said outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "escalation": escalation_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Escalation(**found)


async def show(escalation_id: EscalationId, tx: Transaction) -> Row[Any]:
    """Load what was said, with the sealed note of its acknowledgement.

    :raises NotFound: there is no such thing, or it was said outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "escalation": escalation_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def acknowledge(escalation: Escalation, tx: Transaction, *, expected: int, status: EscalationStatus, note: bytes) -> int:
    """Keep an acknowledgement if nobody changed it meanwhile, and give the new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "escalation": escalation.id, "expected": expected}
    becomes = {"becomes": status, "at": tx.now, "person": tx.actor.id, "note": note}
    return await tx.change(ACKNOWLEDGE, this | becomes)


async def open_by_level(tx: Transaction) -> dict[Level, int]:
    """Count what nobody has acknowledged yet."""
    found = {row.level: row.open for row in await tx.execute(OPEN_BY_LEVEL, {"counties": tx.counties})}
    return {level: found.get(level, 0) for level in Level}

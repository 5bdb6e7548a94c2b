"""Pauses: who let a clock stand, waiting for whom, from when to when, and by how many days that moved the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Integer, PrimaryKeyConstraint, Row, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.domain.deadlines.pauses import Ending, WaitingOn
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, document, instant, one_of, only, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.errors import Stale


class PauseRow(Base, table=True):
    """One pause. `ends_by`: when it has run out; `days` and `step_days`: by how many days of their kinds the limits were moved."""

    __tablename__ = "pause"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("subject_kind", Subject),
        only("waiting_on", WaitingOn),
        only("ending", Ending),
        Index("uq_pause_present", "county_code", "subject_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_pause_ends_by", "county_code", "ends_by", postgresql_where=text("ended_at IS NULL")),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    subject_kind: Subject = one_of(Subject)
    subject_id: UUID
    step: str = code()
    waiting_on: WaitingOn = one_of(WaitingOn)
    secrets: bytes = sealed()
    evidence: list[dict[str, str]] = document()
    began_at: datetime = instant()
    began_by: str
    ends_by: datetime = instant()
    ended_at: datetime | None = instant(default=None)
    ended_by: str | None = None
    ending: Ending | None = one_of(Ending, default=None, nullable=True)
    days: int | None = None
    step_days: int | None = None


PRESENT = select(
    *(col(getattr(PauseRow, name)) for name in ("id", "subject_kind", "subject_id", "waiting_on", "began_at", "began_by", "ends_by", "step"))
).where(among(PauseRow.county_code, "counties"), col(PauseRow.subject_id) == bindparam("subject"), text("ended_at IS NULL"))
RUN_OUT = (
    select(*(col(getattr(PauseRow, name)) for name in ("id", "subject_kind", "subject_id", "began_at", "ends_by")))
    .where(among(PauseRow.county_code, "counties"), text("ended_at IS NULL"), col(PauseRow.ends_by) <= bindparam("now", type_=INSTANT))
    .order_by(col(PauseRow.ends_by), col(PauseRow.id))
    .limit(bindparam("at_most", type_=Integer()))
    .with_for_update(skip_locked=True)
)
END = text("""
    UPDATE pause SET ended_at = e.ended_at, ended_by = :person, ending = :ending, days = e.days, step_days = e.step_days
    FROM unnest(:ids, :ends, :moved_days, :moved_step_days) AS e (id, ended_at, days, step_days)
    WHERE pause.county_code = ANY(:counties) AND pause.id = e.id AND pause.ended_at IS NULL
    RETURNING pause.id
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("ends", type_=ARRAY(INSTANT)),
    bindparam("moved_days", type_=ARRAY(Integer())),
    bindparam("moved_step_days", type_=ARRAY(Integer())),
    bindparam("counties", type_=ARRAY(CODE)),
)
END_WITH = text("""
    UPDATE pause SET ended_at = :now, ended_by = :person, ending = :ending, days = 0, step_days = 0
    WHERE county_code = ANY(:counties) AND subject_id = ANY(:subjects) AND ended_at IS NULL
""").bindparams(bindparam("now", type_=INSTANT), bindparam("subjects", type_=ARRAY(Uuid())), bindparam("counties", type_=ARRAY(CODE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A pause that ends: when, and by how many days it moved the limits."""

    id: UUID
    at: datetime
    days: int
    step_days: int


async def add(pause: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(PauseRow, [pause])


async def present(subject_id: UUID, tx: Transaction) -> Row[Any] | None:
    """Find the pause during which the clock of a matter stands."""
    return (await tx.execute(PRESENT, {"counties": tx.counties, "subject": subject_id})).one_or_none()


async def take_run_out(tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """Take some pauses that have run out, the oldest first, and none that somebody else is ending just now."""
    return (await tx.execute(RUN_OUT, {"counties": tx.counties, "now": tx.now, "at_most": at_most})).all()


async def end(pauses: Sequence[Ended], ending: Ending, tx: Transaction) -> None:
    """End pauses.

    :raises Stale: somebody else has ended one.
    """
    values = {
        "counties": tx.counties,
        "ids": [each.id for each in pauses],
        "ends": [each.at for each in pauses],
        "moved_days": [each.days for each in pauses],
        "moved_step_days": [each.step_days for each in pauses],
        "person": tx.actor.id,
        "ending": ending,
    }
    if len((await tx.execute(END, values)).all()) != len(pauses):
        raise Stale


async def end_with(subjects: Sequence[UUID], tx: Transaction) -> None:
    """End the pauses of matters that are over themselves: no limit moves any more."""
    asked = {"counties": tx.counties, "subjects": list(subjects), "now": tx.now, "person": tx.actor.id, "ending": Ending.ACTED}
    await tx.execute(END_WITH, asked)

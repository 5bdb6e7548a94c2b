"""Leads and cases as their limits see them: the same questions to either table."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Integer, RowMapping, Uuid, and_, bindparam, func, literal, null, select, text, update
from sqlmodel import col

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.domain.deadlines.pauses import Moved, Running
from services.monitoring.domain.parameters import Key
from services.monitoring.store.cases import CaseRow
from services.monitoring.store.leads.leads import LeadRow
from shared.database.columns import CODE, INSTANT
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.workdays import DayKind

_TABLES: Mapping[Subject, Any] = {Subject.LEAD: LeadRow, Subject.CASE: CaseRow}
_FROZEN_KIND = f"{{limit,{Key.TOTAL_DAY_KIND},value}}"


def _question(kind: Subject) -> Any:
    """Ask for the fields of `Running`; of a lead the day kind of the whole is the law's, a case has frozen it."""
    row = _TABLES[kind]
    special = {
        "kind": literal(str(kind)),
        "step_due_at": func.coalesce(row.step_due_at, row.due_at),
        "notice_ends_at": row.notice_ends_at if kind is Subject.CASE else null(),
        "total_day_kind": col(row.basis).op("#>>")(text(f"'{_FROZEN_KIND}'")) if kind is Subject.CASE else null(),
    }
    return select(*((special[name] if name in special else getattr(row, name)).label(name) for name in (field.name for field in fields(Running))))


def _this(row: Any) -> Any:
    return and_(among(row.county_code, "counties"), col(row.id) == bindparam("subject"))


SHOW = {kind: _question(kind).where(_this(row)) for kind, row in _TABLES.items()}
MANY = {kind: _question(kind).where(among(row.county_code, "counties"), among(row.id, "subjects")) for kind, row in _TABLES.items()}
STOP = {
    kind: update(row)
    .where(_this(row), row.version == bindparam("expected"), row.paused_at.is_(None))
    .values(paused_at=bindparam("at", type_=INSTANT), version=row.version + 1)
    .returning(row.version)
    for kind, row in _TABLES.items()
}
# Several at once, each to its own limits: the sweeper ends what ran out, an act or a door ends one.
_GO_ON = """
    UPDATE {table} SET due_at = m.due_at, step_due_at = m.step_due_at, paused_at = NULL, paused_days = paused_days + m.days,
           step_paused_days = step_paused_days + m.step_days, step_round = step_round + CASE WHEN m.is_new_round THEN 1 ELSE 0 END,
           version = {table}.version + 1
    FROM unnest(:ids, :versions, :due_ats, :step_due_ats, :days, :step_days, :new_rounds)
         AS m (id, version, due_at, step_due_at, days, step_days, is_new_round)
    WHERE {table}.county_code = ANY(:counties) AND {table}.id = m.id AND {table}.version = m.version AND paused_at IS NOT NULL
    RETURNING {table}.id
"""
_ARRAYS: Mapping[str, Any] = {
    "ids": Uuid(),
    "versions": Integer(),
    "due_ats": INSTANT,
    "step_due_ats": INSTANT,
    "days": Integer(),
    "step_days": Integer(),
    "new_rounds": Boolean(),
    "counties": CODE,
}
GO_ON = {
    kind: text(_GO_ON.format(table=row.__tablename__)).bindparams(*(bindparam(name, type_=ARRAY(type_)) for name, type_ in _ARRAYS.items()))
    for kind, row in _TABLES.items()
}


async def get(kind: Subject, subject_id: UUID, tx: Transaction) -> Running:
    """Load a lead or a case.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW[kind], {"counties": tx.counties, "subject": subject_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return _running(found)


async def many(kind: Subject, ids: Sequence[UUID], tx: Transaction) -> list[Running]:
    if not ids:
        return []
    return [_running(row) for row in (await tx.execute(MANY[kind], {"counties": tx.counties, "subjects": list(ids)})).mappings()]


async def stop(running: Running, tx: Transaction, *, expected: int) -> int:
    """Let the clock stand if the matter still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "subject": running.id, "expected": expected, "at": tx.now}
    return await tx.change(STOP[running.kind], this)


async def go_on(kind: Subject, moved: Sequence[tuple[Running, Moved]], tx: Transaction) -> set[UUID]:
    """Let clocks run again, to their moved limits; say which still were as they had been read."""
    if not moved:
        return set()
    values = {
        "counties": tx.counties,
        "ids": [running.id for running, _ in moved],
        "versions": [running.version for running, _ in moved],
        "due_ats": [each.due_at for _, each in moved],
        "step_due_ats": [each.step_due_at for _, each in moved],
        "days": [each.days for _, each in moved],
        "step_days": [each.step_days for _, each in moved],
        "new_rounds": [each.is_new_round for _, each in moved],
    }
    return set((await tx.execute(GO_ON[kind], values)).scalars())


def _running(row: RowMapping) -> Running:
    total = row["total_day_kind"]
    return Running(**{**row, "kind": Subject(row["kind"]), "total_day_kind": DayKind(total) if total else None})

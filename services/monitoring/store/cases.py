"""Cases, and the steps that each one took."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from services.monitoring.domain.cases import DECIDED, Case, CaseAct, CaseStatus
from services.monitoring.domain.deadlines.limits import Course
from services.monitoring.domain.flags.flags import Added
from services.monitoring.domain.incidents.green_channel import HelpFirst
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.store.base import Base
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import INSTANT, code, counted, document, instant, one_of, only, version, words
from shared.database.pages import Worklist, due_indexes, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound, Stale
from shared.kernel.ids import CaseId, FlagId, HouseholdId, new_id
from shared.kernel.workdays import DayKind


class CaseRow(Base, table=True):
    """A case; `basis` freezes the facts and the rows of the law that it was opened on. `step_due_at` ends the step under way."""

    __tablename__ = "monitoring_case"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("status", CaseStatus),
        only("category", MonitoredCategory),
        only("step_day_kind", DayKind),
        *worklist_indexes("monitoring_case"),
        *due_indexes("monitoring_case", "coalesce(step_due_at, due_at)", where="status NOT IN ('approved', 'refused', 'cancelled')"),
        Index(
            "uq_monitoring_case_open",
            "county_code",
            "household_id",
            unique=True,
            postgresql_where=text("status NOT IN ('approved', 'refused', 'cancelled')"),
        ),
        Index(
            "ix_monitoring_case_step_due",
            "county_code",
            text("coalesce(step_due_at, due_at)"),
            postgresql_where=text("status NOT IN ('approved', 'refused', 'cancelled') AND paused_at IS NULL"),
        ),
        Index("ix_monitoring_case_green", "county_code", "status", "due_at", "id", postgresql_where=text("procedure_due_at IS NOT NULL")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    status: CaseStatus = one_of(CaseStatus, sa_column_kwargs={"server_default": text("'opened'")})
    risks: list[str] = document()
    category: MonitoredCategory = one_of(MonitoredCategory)
    basis: dict[str, Any] = document()
    opened_at: datetime = instant()
    due_at: datetime = instant()
    step_due_at: datetime | None = instant(default=None)
    step_day_kind: DayKind = one_of(DayKind, default=DayKind.CALENDAR, sa_column_kwargs={"server_default": text("'calendar'")})
    step_round: int = counted(1)
    step_paused_days: int = counted(0)
    paused_days: int = counted(0)
    paused_at: datetime | None = instant(default=None)
    appraised_at: datetime | None = instant(default=None)
    notice_posted_at: datetime | None = instant(default=None)
    notice_ends_at: datetime | None = instant(default=None)
    decided_at: datetime | None = instant(default=None)
    appraised_by: str | None = None
    reviewed_by: str | None = None
    flag_id: UUID | None = None
    procedure_due_at: datetime | None = instant(default=None)
    green_channel_by: str | None = None
    green_channel_document: str | None = None
    green_channel_added: dict[str, list[str]] | None = document(default=None, nullable=True)
    version: int = version()


class CaseStepRow(Base, table=True):
    """One act on a case: who, when, what was said and shown, and the rows of the law that it rests on. Never changed."""

    __tablename__ = "case_step"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "case_id"], ["monitoring_case.county_code", "monitoring_case.id"]),
        only("act", CaseAct),
        only("became", CaseStatus),
        Index("ix_case_step_case_id", "county_code", "case_id"),
    )

    county_code: str = code()
    id: UUID
    case_id: UUID
    area_code: str = code()
    act: CaseAct = one_of(CaseAct)
    became: CaseStatus = one_of(CaseStatus)
    acted_by: str
    acted_at: datetime = instant()
    opinion: str | None = words(default=None)
    record: dict[str, Any] = document()
    basis: dict[str, Any] = document()


THIS = and_(among(CaseRow.county_code, "counties"), col(CaseRow.id) == bindparam("case_id"))
GET = select(*columns_of(CaseRow, Case)).where(THIS)
SHOW = select(*columns_of(CaseRow, Case), *columns_of(CaseRow, Course), col(CaseRow.decided_at), col(CaseRow.basis)).where(THIS)
HOUSEHOLDS_OF = select(col(CaseRow.id), col(HouseholdRow.number)).where(
    among(CaseRow.county_code, "counties"),
    among(CaseRow.id, "ids"),
    col(HouseholdRow.county_code) == col(CaseRow.county_code),
    col(HouseholdRow.id) == col(CaseRow.household_id),
)
OPEN_OF = select(*columns_of(CaseRow, Case)).where(
    among(CaseRow.county_code, "counties"),
    col(CaseRow.household_id) == bindparam("household"),
    text("status NOT IN ('approved', 'refused', 'cancelled')"),
)
STEPS = (
    select(
        col(CaseStepRow.act),
        col(CaseStepRow.became),
        col(CaseStepRow.acted_by),
        col(CaseStepRow.acted_at),
        col(CaseStepRow.opinion),
        col(CaseStepRow.record),
        col(CaseStepRow.basis),
    )
    .where(among(CaseStepRow.county_code, "counties"), col(CaseStepRow.case_id) == bindparam("case_id"))
    .order_by(col(CaseStepRow.id))
)
_NAMED = (
    *("appraised_at", "notice_posted_at", "notice_ends_at", "decided_at", "appraised_by", "reviewed_by", "flag_id"),
    *("step_due_at", "step_day_kind"),
)
# What an act does not name stays as it was.
STEP = (
    update(CaseRow)
    .where(THIS, col(CaseRow.status) == bindparam("before"), col(CaseRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        version=col(CaseRow.version) + 1,
        step_round=col(CaseRow.step_round) + 1,
        step_paused_days=0,
        **{
            name: func.coalesce(bindparam(f"new_{name}", type_=CaseRow.metadata.tables["monitoring_case"].c[name].type), col(getattr(CaseRow, name)))
            for name in _NAMED
        },
    )
    .returning(col(CaseRow.version))
)
TAKE_IN = (
    update(CaseRow)
    .where(THIS, col(CaseRow.status) == bindparam("before"))
    .values(
        risks=bindparam("all_risks", type_=JSONB),
        due_at=func.least(col(CaseRow.due_at), bindparam("lead_due_at", type_=INSTANT)),
        step_due_at=func.least(col(CaseRow.step_due_at), bindparam("lead_due_at", type_=INSTANT)),
        version=col(CaseRow.version) + 1,
    )
    .returning(col(CaseRow.version))
)
HELP_FIRST = (
    update(CaseRow)
    .where(THIS, col(CaseRow.status) == bindparam("before"))
    .values(
        risks=bindparam("all_risks", type_=JSONB),
        procedure_due_at=func.least(col(CaseRow.procedure_due_at), bindparam("procedure_due", type_=INSTANT)),
        green_channel_by=func.coalesce(col(CaseRow.green_channel_by), bindparam("person")),
        green_channel_document=func.coalesce(col(CaseRow.green_channel_document), bindparam("document")),
        version=col(CaseRow.version) + 1,
    )
    .returning(col(CaseRow.version))
)
FLAGGED = update(CaseRow).where(THIS).values(flag_id=bindparam("flag"))
ADDED = update(CaseRow).where(THIS).values(green_channel_added=bindparam("added", type_=JSONB))
NOTHING_NEW: dict[str, Any] = {f"new_{name}": None for name in _NAMED}

worklist = Worklist(CaseRow, select(*columns_of(CaseRow, Case), *columns_of(CaseRow, Course)))
# Cases whose households were helped first.
green_worklist = Worklist(CaseRow, select(*columns_of(CaseRow, Case), *columns_of(CaseRow, Course)).where(col(CaseRow.procedure_due_at).is_not(None)))


async def add(case: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(CaseRow, [case])


async def get(case_id: CaseId, tx: Transaction) -> Case:
    """Load one case.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "case_id": case_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Case(**found)


async def show(case_id: CaseId, tx: Transaction) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """Load one case with its basis, and its steps in order.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    this = {"counties": tx.counties, "case_id": case_id}
    found = (await tx.execute(SHOW, this)).one_or_none()
    if found is None:
        raise NotFound
    return found, (await tx.execute(STEPS, this)).all()


async def household_numbers(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the numbers of the households that cases are about."""
    return {row.id: row.number for row in await tx.execute(HOUSEHOLDS_OF, {"counties": tx.counties, "ids": list(ids)})}


async def open_of(household_id: HouseholdId, tx: Transaction) -> Case | None:
    """Find the case of a household that is not decided."""
    found = (await tx.execute(OPEN_OF, {"counties": tx.counties, "household": household_id})).mappings().one_or_none()
    return Case(**found) if found else None


async def step(
    case: Case,
    act: CaseAct,
    tx: Transaction,
    *,
    expected: int,
    status: CaseStatus,
    record: Mapping[str, Any],
    basis: Mapping[str, Any],
    opinion: str | None = None,
    **becomes: Any,
) -> int:
    """Take a step if the case still is as the caller saw it, keep what was said and shown, and give its new version.

    :param becomes: the case's columns that this act sets.
    :raises Stale: somebody changed it.
    """
    changes = NOTHING_NEW | {f"new_{name}": value for name, value in becomes.items()}
    if status in DECIDED:
        changes["new_decided_at"] = tx.now
    this = {"counties": tx.counties, "case_id": case.id, "before": case.status, "expected": expected, "becomes": status}
    changed = await tx.change(STEP, this | changes)
    row = {
        "county_code": case.county_code,
        "id": new_id(),
        "case_id": case.id,
        "area_code": case.area_code,
        "act": act,
        "became": status,
        "acted_by": tx.actor.id,
        "acted_at": tx.now,
        "opinion": opinion,
        "record": dict(record),
        "basis": dict(basis),
    }
    await tx.insert(CaseStepRow, [row])
    return changed


async def take_in(case: Case, risks: Sequence[str], tx: Transaction, *, due_at: datetime) -> None:
    """Let a lead join a case: its risks, and its limit if that ends earlier.

    :raises Stale: the case has moved on meanwhile.
    """
    this = {"counties": tx.counties, "case_id": case.id, "before": case.status}
    changed = await tx.execute(TAKE_IN, this | {"all_risks": list(risks), "lead_due_at": due_at})
    if changed.scalar_one_or_none() is None:
        raise Stale


async def help_first(case: Case, risks: Sequence[str], order: HelpFirst, tx: Transaction) -> None:
    """Note on a case under way that its household is helped first, with the risks of that; of two orders the first stands, and its day.

    :raises Stale: the case has moved on meanwhile.
    """
    this = {"counties": tx.counties, "case_id": case.id, "before": case.status, "all_risks": list(risks)}
    why = {"procedure_due": order.due_at, "person": order.by, "document": order.document_number}
    if (await tx.execute(HELP_FIRST, this | why)).scalar_one_or_none() is None:
        raise Stale


async def flagged(case: Case, flag_id: FlagId, tx: Transaction) -> None:
    """Note the flag that was raised before the case is decided."""
    await tx.execute(FLAGGED, {"counties": tx.counties, "case_id": case.id, "flag": flag_id})


async def helped(case: Case, added: Added, tx: Transaction) -> None:
    """Note what a flag that the household had already has gained before the case is decided."""
    so_far = Added(**case.green_channel_added) if case.green_channel_added else Added(risks=[], measures=[])
    await tx.execute(ADDED, {"counties": tx.counties, "case_id": case.id, "added": asdict(so_far.joined(added))})

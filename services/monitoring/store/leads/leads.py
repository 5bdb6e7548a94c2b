from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, and_, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.monitoring.domain.deadlines.limits import Course
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.leads.leads import Confirmed, Lead, LeadStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Grade
from services.monitoring.store.base import Base
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import code, counted, day, document, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, due_indexes, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, HouseholdId, LeadId
from shared.kernel.workdays import DayKind

BY_URGENCY = f"ARRAY[{', '.join(repr(str(grade)) for grade in Grade)}]"
"""The grades in SQL, the most urgent first: of several that at the least position counts."""


class LeadRow(Base, table=True):
    """A lead; `due_at` ends the total limit that began when it was heard of, `step_due_at` that of its verification; without one the total limit
    holds. A confirmed one without a case waits for the next.

    `source` is the department whose list it comes from; `source_number` is the number that its source gave the matter, and `content_index` a
    keyed hash of what was sent under it, so that a repetition is known without opening it. `reasons` is what it rests on where the system itself
    found it.

    One that a department's rows call for stands for a person (`person_index`) in one group of indicators; `began_on` is the earliest effective day
    among them (T0). `withdrawn_at`: the rows called no longer, before anybody had checked it; `source_corrected`: they do not, after it was checked.
    """

    __tablename__ = "lead"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("channel", Channel),
        only("status", LeadStatus),
        only("grade", Grade),
        only("step_day_kind", DayKind),
        *worklist_indexes("lead"),
        *due_indexes("lead", "coalesce(step_due_at, due_at)", where="status = 'registered'"),
        Index("ix_lead_case_id", "county_code", "case_id"),
        Index(
            "ix_lead_waiting",
            "county_code",
            "household_id",
            postgresql_where=text("status = 'confirmed' AND case_id IS NULL"),
        ),
        Index("ix_lead_below_line", "county_code", "household_id", postgresql_where=text("channel = 'below_line'")),
        Index(
            "ix_lead_step_due",
            "county_code",
            text("coalesce(step_due_at, due_at)"),
            postgresql_where=text("status = 'registered' AND paused_at IS NULL"),
        ),
        Index(
            "ix_lead_undispatched",
            "county_code",
            text("coalesce(step_due_at, due_at)"),
            "id",
            postgresql_where=text("status = 'registered' AND area_code = township_code"),
        ),
        Index("ix_lead_registered", "county_code", "household_id", postgresql_where=text("status = 'registered'")),
        Index("ix_lead_person", "county_code", "indicator_group", "person_index", postgresql_where=text("person_index IS NOT NULL")),
        Index(
            "uq_lead_spell",
            "county_code",
            "indicator_group",
            "person_index",
            unique=True,
            postgresql_where=text("status = 'registered' AND person_index IS NOT NULL"),
        ),
    )

    county_code: str = code()
    id: UUID
    township_code: str = code()
    area_code: str = code()
    household_id: UUID | None = None
    channel: Channel = one_of(Channel)
    status: LeadStatus = one_of(LeadStatus, sa_column_kwargs={"server_default": text("'registered'")})
    grade: Grade = one_of(Grade, sa_column_kwargs={"server_default": text("'yellow'")})
    source: str | None = code(default=None)
    source_number: str | None = code(default=None)
    content_index: bytes | None = sealed(default=None, nullable=True)
    hardships: list[str] = document()
    reasons: dict[str, Any] | None = document(default=None, nullable=True)
    registered_elsewhere: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    secrets: bytes | None = sealed(default=None, nullable=True)
    registered_at: datetime = instant()
    registered_by: str
    heard_at: datetime = instant(sa_column_kwargs={"server_default": text("business_now()")})
    due_at: datetime = instant()
    step_due_at: datetime | None = instant(default=None)
    step_day_kind: DayKind = one_of(DayKind, default=DayKind.CALENDAR, sa_column_kwargs={"server_default": text("'calendar'")})
    step_round: int = counted(1)
    step_paused_days: int = counted(0)
    paused_days: int = counted(0)
    paused_at: datetime | None = instant(default=None)
    risks: list[str] | None = document(default=None, nullable=True)
    case_id: UUID | None = None
    verified_at: datetime | None = instant(default=None)
    verified_by: str | None = None
    dismissal_reason: str | None = None
    began_on: date | None = day(default=None)
    person_index: bytes | None = sealed(default=None, nullable=True)
    indicator_group: str | None = code(default=None, nullable=True)
    withdrawn_at: datetime | None = instant(default=None)
    source_corrected: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    version: int = version()


THIS = and_(among(LeadRow.county_code, "counties"), col(LeadRow.id) == bindparam("lead_id"))
GET = select(*columns_of(LeadRow, Lead)).where(THIS)
LISTED = (
    *columns_of(LeadRow, Lead),
    *columns_of(LeadRow, Course),
    col(LeadRow.grade),
    col(LeadRow.source),
    col(LeadRow.source_number),
    col(LeadRow.hardships),
    col(LeadRow.reasons),
    col(LeadRow.registered_elsewhere),
    col(LeadRow.source_corrected),
    col(LeadRow.began_on),
)
SHOW = select(
    *LISTED,
    col(LeadRow.secrets),
    col(LeadRow.risks),
    col(LeadRow.dismissal_reason),
).where(THIS)
VERIFY = (
    update(LeadRow)
    .where(THIS, col(LeadRow.status) == LeadStatus.REGISTERED, col(LeadRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        household_id=bindparam("household"),
        risks=bindparam("found"),
        case_id=bindparam("joins"),
        verified_at=bindparam("at"),
        verified_by=bindparam("person"),
        dismissal_reason=bindparam("reason"),
        version=col(LeadRow.version) + 1,
    )
    .returning(col(LeadRow.version))
)
HOUSEHOLDS_OF = select(col(LeadRow.id), col(HouseholdRow.number)).where(
    among(LeadRow.county_code, "counties"),
    among(LeadRow.id, "ids"),
    col(HouseholdRow.county_code) == col(LeadRow.county_code),
    col(HouseholdRow.id) == col(LeadRow.household_id),
)
COUNTIES_OF = select(col(LeadRow.id), col(LeadRow.county_code)).where(among(LeadRow.county_code, "counties"), among(LeadRow.id, "ids"))
SENT_BEFORE = select(col(LeadRow.version), col(LeadRow.status), col(LeadRow.content_index)).where(THIS)
MOVE = text("SELECT move_lead(:county, :lead_id, :to_area, :expected)")
WAITING = (
    select(*columns_of(LeadRow, Confirmed))
    .where(
        among(LeadRow.county_code, "counties"),
        col(LeadRow.household_id) == bindparam("household"),
        col(LeadRow.status) == LeadStatus.CONFIRMED,
        col(LeadRow.case_id).is_(None),
    )
    .order_by(col(LeadRow.registered_at), col(LeadRow.id))
)
DISMISS_WAITING = (
    update(LeadRow)
    .where(
        among(LeadRow.county_code, "counties"),
        col(LeadRow.household_id) == bindparam("household"),
        col(LeadRow.status) == LeadStatus.CONFIRMED,
        col(LeadRow.case_id).is_(None),
    )
    .values(status=LeadStatus.DISMISSED, dismissal_reason=bindparam("reason"), version=col(LeadRow.version) + 1)
    .returning(col(LeadRow.id))
)
DISMISS_REGISTERED = (
    update(LeadRow)
    .where(among(LeadRow.county_code, "counties"), col(LeadRow.household_id) == bindparam("household"), text("status = 'registered'"))
    .values(
        status=LeadStatus.DISMISSED,
        dismissal_reason=bindparam("reason"),
        verified_at=bindparam("at"),
        verified_by=bindparam("person"),
        paused_at=None,
        version=col(LeadRow.version) + 1,
    )
    .returning(col(LeadRow.id))
)
JOIN = (
    update(LeadRow)
    .where(among(LeadRow.county_code, "counties"), among(LeadRow.id, "lead_ids"))
    .values(case_id=bindparam("joins"), version=col(LeadRow.version) + 1)
)
REGISTERED_OF = (
    select(col(LeadRow.id))
    .where(among(LeadRow.county_code, "counties"), col(LeadRow.household_id) == bindparam("household"), text("status = 'registered'"))
    .where(col(LeadRow.hardships).contains(bindparam("named", type_=JSONB)))
    .order_by(col(LeadRow.due_at), col(LeadRow.id))
    .limit(1)
)

worklist = Worklist(LeadRow, select(*LISTED))


async def add(lead: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(LeadRow, [lead])


async def get(lead_id: LeadId, tx: Transaction) -> Lead:
    """Load one lead.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "lead_id": lead_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Lead(**found)


async def household_numbers(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the numbers of the households to which leads belong."""
    return {row.id: row.number for row in await tx.execute(HOUSEHOLDS_OF, {"counties": tx.counties, "ids": list(ids)})}


async def counties_of(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the counties of leads, as far as the caller sees."""
    return {row.id: row.county_code for row in await tx.execute(COUNTIES_OF, {"counties": tx.counties, "ids": list(ids)})}


async def show(lead_id: LeadId, tx: Transaction) -> Row[Any]:
    """Load one lead with what is said in it.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "lead_id": lead_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def sent_before(lead_id: LeadId, tx: Transaction) -> Row[Any] | None:
    """Find what was sent under a source's number, if it lies inside the caller's area."""
    return (await tx.execute(SENT_BEFORE, {"counties": tx.counties, "lead_id": lead_id})).one_or_none()


async def move(lead: Lead, to: str, tx: Transaction, *, expected: int) -> int:
    """Let a lead that is being checked lie in another area, with what was reported in it and its steps, and give its new version.

    The area may be one above the caller's own, where the lead is out of sight then.

    :raises Stale: somebody changed it.
    """
    asked = {"county": lead.county_code, "lead_id": lead.id, "to_area": to, "expected": expected}
    return await tx.change(MOVE, asked)


async def verify(
    lead: Lead,
    tx: Transaction,
    *,
    expected: int,
    status: LeadStatus,
    household_id: HouseholdId | None,
    risks: Sequence[str],
    case_id: CaseId | None,
    reason: str | None,
) -> int:
    """Decide the lead if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    becomes = {"becomes": status, "household": household_id, "found": list(risks) or None, "joins": case_id, "reason": reason}
    this = {"counties": tx.counties, "lead_id": lead.id, "expected": expected, "at": tx.now, "person": tx.actor.id}
    return await tx.change(VERIFY, this | becomes)


async def waiting(household_id: HouseholdId, tx: Transaction) -> list[Confirmed]:
    """List the confirmed leads of a household that no case has taken up, oldest first."""
    rows = await tx.execute(WAITING, {"counties": tx.counties, "household": household_id})
    return [Confirmed(**row) for row in rows.mappings()]


async def registered_of(household_id: HouseholdId, hardship: Hardship, tx: Transaction) -> UUID | None:
    """Name the lead of a household that names a hardship and waits to be verified, the most urgent one."""
    asked = {"counties": tx.counties, "household": household_id, "named": [hardship]}
    return (await tx.execute(REGISTERED_OF, asked)).scalar_one_or_none()


async def dismiss_waiting(household_id: HouseholdId, tx: Transaction, *, reason: str) -> list[UUID]:
    """Dismiss the confirmed leads of a household that no case will take up, and name them: each is to be answered."""
    asked = {"counties": tx.counties, "household": household_id, "reason": reason}
    return list((await tx.execute(DISMISS_WAITING, asked)).scalars())


async def dismiss_registered(household_id: HouseholdId, tx: Transaction, *, reason: str) -> list[UUID]:
    """Dismiss the leads of a household that nobody has verified, and name them: each is to be answered."""
    said = {"reason": reason, "at": tx.now, "person": tx.actor.id}
    return list((await tx.execute(DISMISS_REGISTERED, {"counties": tx.counties, "household": household_id} | said)).scalars())


async def join(lead_ids: Sequence[UUID], case_id: CaseId, tx: Transaction) -> None:
    await tx.execute(JOIN, {"counties": tx.counties, "lead_ids": list(lead_ids), "joins": case_id})

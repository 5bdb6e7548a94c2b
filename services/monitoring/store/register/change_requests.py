"""Changes that were asked for: a worklist by the day on which they are to be decided. What is asked is sealed: it may name people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, PrimaryKeyConstraint, Row, Uuid, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.register.change_requests import ChangeAct, ChangeRequest, ChangeRequestId, RequestStatus
from services.monitoring.store.base import Base
from shared.database.columns import code, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound


class ChangeRequestRow(Base, table=True):
    """A change asked for; `household_version` is the household as the asker saw it. Sealed: what is asked, why, and what was said to it."""

    __tablename__ = "change_request"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("act", ChangeAct),
        only("status", RequestStatus),
        *worklist_indexes("change_request"),
    )

    county_code: str = code()
    id: UUID
    township_code: str = code()
    area_code: str = code()
    household_id: UUID
    household_version: int
    act: ChangeAct = one_of(ChangeAct)
    status: RequestStatus = one_of(RequestStatus)
    secrets: bytes = sealed()
    requested_by: str
    requested_at: datetime = instant()
    due_at: datetime = instant()
    decided_by: str | None = None
    decided_at: datetime | None = instant(default=None)
    version: int = version()


THIS = and_(among(ChangeRequestRow.county_code, "counties"), col(ChangeRequestRow.id) == bindparam("request"))
COLUMNS = columns_of(ChangeRequestRow, ChangeRequest)
GET = select(*COLUMNS).where(THIS)
SHOW = select(*COLUMNS, col(ChangeRequestRow.secrets)).where(THIS)
STEP = (
    update(ChangeRequestRow)
    .where(THIS, col(ChangeRequestRow.status) == RequestStatus.REQUESTED, col(ChangeRequestRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        decided_by=bindparam("person"),
        decided_at=bindparam("at"),
        secrets=bindparam("holds"),
        version=col(ChangeRequestRow.version) + 1,
    )
    .returning(col(ChangeRequestRow.version))
)

_KEEP_UP = text("""
    UPDATE change_request SET household_version = household_version + 1
    WHERE county_code = :county AND household_id = ANY(:households) AND status = 'requested'
""").bindparams(bindparam("households", type_=ARRAY(Uuid)))

worklist = Worklist(ChangeRequestRow, select(*COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is sealed of a request: the change as it was written, why it is asked for, and what was said when it was decided."""

    asked: dict[str, Any]
    reason: str
    opinion: str | None = None


async def add(request: Mapping[str, Any], said: Said, tx: Transaction) -> None:
    """Keep a request, with what is asked for and why sealed."""
    secrets = tx.vault.seal(asdict(said), table="change_request", row=request["id"])
    await tx.insert(ChangeRequestRow, [{**request, "secrets": secrets}])


async def get(request_id: ChangeRequestId, tx: Transaction) -> ChangeRequest:
    """Load one request.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "request": request_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return ChangeRequest(**found)


async def show(request_id: ChangeRequestId, tx: Transaction) -> tuple[Row[Any], Said]:
    """Load one request with what is asked for, as it was written, and what was said.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "request": request_id})).one_or_none()
    if found is None:
        raise NotFound
    return found, Said(**tx.vault.open(found.secrets, table="change_request", row=found.id))


async def keep_up(household_ids: Sequence[UUID], county: str, tx: Transaction) -> None:
    """Let what is asked of households stay approvable though each has a next version now: what has changed is nothing that was asked about."""
    await tx.execute(_KEEP_UP, {"county": county, "households": list(household_ids)})


async def step(request: ChangeRequest, status: RequestStatus, tx: Transaction, *, expected: int, opinion: str | None) -> int:
    """Take a step if the request still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    row, said = await show(request.id, tx)
    holds = row.secrets if opinion is None else tx.vault.seal(asdict(replace(said, opinion=opinion)), table="change_request", row=request.id)
    this = {"counties": tx.counties, "request": request.id, "expected": expected}
    becomes = {"becomes": status, "person": tx.actor.id, "at": tx.now, "holds": holds}
    return await tx.change(STEP, this | becomes)

"""Changes that were asked for: a worklist by the day on which they are to be decided. What is asked is sealed: it may name people."""

from collections.abc import Mapping, Sequence
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
from shared.kernel.errors import NotFound, Stale


class ChangeRequestRow(Base, table=True):
    """A change asked for; `household_version` is the household as the asker saw it."""

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
    reason: str
    requested_by: str
    requested_at: datetime = instant()
    due_at: datetime = instant()
    decided_by: str | None = None
    decided_at: datetime | None = instant(default=None)
    opinion: str | None = None
    version: int = version()


THIS = and_(among(ChangeRequestRow.county_code, "counties"), col(ChangeRequestRow.id) == bindparam("request"))
COLUMNS = columns_of(ChangeRequestRow, ChangeRequest)
GET = select(*COLUMNS).where(THIS)
SHOW = select(*COLUMNS, col(ChangeRequestRow.secrets), col(ChangeRequestRow.reason), col(ChangeRequestRow.opinion)).where(THIS)
STEP = (
    update(ChangeRequestRow)
    .where(THIS, col(ChangeRequestRow.status) == RequestStatus.REQUESTED, col(ChangeRequestRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        decided_by=bindparam("person"),
        decided_at=bindparam("at"),
        opinion=bindparam("said"),
        version=col(ChangeRequestRow.version) + 1,
    )
    .returning(col(ChangeRequestRow.version))
)

_KEEP_UP = text("""
    UPDATE change_request SET household_version = household_version + 1
    WHERE county_code = :county AND household_id = ANY(:households) AND status = 'requested'
""").bindparams(bindparam("households", type_=ARRAY(Uuid)))

worklist = Worklist(ChangeRequestRow, select(*COLUMNS))


async def add(request: Mapping[str, Any], asked: Mapping[str, Any], tx: Transaction) -> None:
    """Keep a request, with what is asked for sealed."""
    secrets = tx.vault.seal(dict(asked), table="change_request", row=request["id"])
    await tx.insert(ChangeRequestRow, [{**request, "secrets": secrets}])


async def get(request_id: ChangeRequestId, tx: Transaction) -> ChangeRequest:
    """Load one request.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "request": request_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return ChangeRequest(**found)


async def show(request_id: ChangeRequestId, tx: Transaction) -> tuple[Row[Any], dict[str, Any]]:
    """Load one request with what is asked for, as it was written.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "request": request_id})).one_or_none()
    if found is None:
        raise NotFound
    return found, tx.vault.open(found.secrets, table="change_request", row=found.id)


async def keep_up(household_ids: Sequence[UUID], county: str, tx: Transaction) -> None:
    """Let what is asked of households stay approvable though each has a next version now: what has changed is nothing that was asked about."""
    await tx.execute(_KEEP_UP, {"county": county, "households": list(household_ids)})


async def step(request: ChangeRequest, status: RequestStatus, tx: Transaction, *, expected: int, opinion: str | None) -> int:
    """Take a step if the request still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "request": request.id, "expected": expected}
    said = {"becomes": status, "person": tx.actor.id, "at": tx.now, "said": opinion}
    changed = (await tx.execute(STEP, this | said)).scalar_one_or_none()
    if changed is None:
        raise Stale("header.if-match")
    return changed

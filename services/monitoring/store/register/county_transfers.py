"""Transfers across counties: kept at the prefecture, with what moves between both steps, sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, and_, bindparam, func, select, text, update
from sqlmodel import col

from services.monitoring.domain.register.county_transfers import OPEN, CountyTransfer, TransferId, TransferStatus
from services.monitoring.store.base import Base
from shared.database.columns import INSTANT, code, instant, one_of, only, sealed, version
from shared.database.rows import table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId
from shared.kernel.jobs import JobId


class TransferRow(Base, table=True):
    """A transfer; `content` is what moves, there only between both steps. The reason is sealed. A household has one at a time."""

    __tablename__ = "household_transfer"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("status", TransferStatus),
        Index("uq_household_transfer_open", "county_code", "from_household", unique=True, postgresql_where=text("status IN ('asked', 'closed')")),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    from_household: UUID
    from_village: str = code()
    to_household: UUID
    to_village: str = code()
    number: str | None = code(default=None, nullable=True)
    status: TransferStatus = one_of(TransferStatus)
    content: bytes | None = sealed(default=None, nullable=True)
    secrets: bytes = sealed()
    document_number: str
    job_id: UUID
    asked_by: str
    asked_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)
    opened_at: datetime | None = instant(default=None)
    version: int = version()


_NAMES = [name for name in CountyTransfer.__dataclass_fields__ if name != "reason"]
THIS = and_(col(TransferRow.county_code) == LINCANG, col(TransferRow.id) == bindparam("transfer"))
GET = select(*(table_of(TransferRow).c[name] for name in (*_NAMES, "secrets"))).where(THIS)
HOLD = GET.with_for_update()
UNDER_WAY = select(
    select(col(TransferRow.id))
    .where(col(TransferRow.county_code) == LINCANG, col(TransferRow.from_household) == bindparam("household"), col(TransferRow.status).in_(OPEN))
    .exists()
)
CONTENT = select(col(TransferRow.content)).where(THIS)
STEP = (
    update(TransferRow)
    .where(THIS)
    .values(
        status=bindparam("becomes"),
        content=bindparam("holds"),
        closed_at=func.coalesce(col(TransferRow.closed_at), bindparam("closed", type_=INSTANT)),
        opened_at=bindparam("opened", type_=INSTANT),
        version=col(TransferRow.version) + 1,
    )
)
WITHDRAW = (
    update(TransferRow).where(THIS).values(status=TransferStatus.WITHDRAWN, version=col(TransferRow.version) + 1).returning(col(TransferRow.version))
)
TRY_AGAIN = update(TransferRow).where(THIS).values(job_id=bindparam("job"), version=col(TransferRow.version) + 1).returning(col(TransferRow.version))


async def add(transfer: CountyTransfer, tx: Transaction) -> None:
    row = {name: getattr(transfer, name) for name in _NAMES if name not in ("closed_at", "opened_at", "version")}
    secrets = tx.vault.seal({"reason": transfer.reason}, table="household_transfer", row=transfer.id)
    await tx.insert(TransferRow, [{"county_code": LINCANG, "area_code": LINCANG, **row, "secrets": secrets}])


async def under_way_of(household_id: HouseholdId, tx: Transaction) -> bool:
    """Say whether a household has a transfer that is not over."""
    return bool((await tx.execute(UNDER_WAY, {"household": household_id})).scalar())


async def get(transfer_id: TransferId, tx: Transaction) -> CountyTransfer:
    """Load one transfer.

    :raises NotFound: there is none, or the caller is not of the prefecture.
    """
    return await _one(GET, transfer_id, tx)


async def hold(transfer_id: TransferId, tx: Transaction) -> CountyTransfer:
    """Load one transfer, and keep others from taking its next step until this act ends.

    :raises NotFound: there is none, or the caller is not of the prefecture.
    """
    return await _one(HOLD, transfer_id, tx)


async def content_of(transfer: CountyTransfer, tx: Transaction) -> dict[str, Any]:
    """Open what moves."""
    content = (await tx.execute(CONTENT, {"transfer": transfer.id})).scalar_one()
    return tx.vault.open(content, table="household_transfer", row=transfer.id)


async def close(transfer: CountyTransfer, content: dict[str, Any], tx: Transaction) -> None:
    """Keep what moves: the old county has let go."""
    holds = tx.vault.seal(content, table="household_transfer", row=transfer.id)
    becomes = {"becomes": TransferStatus.CLOSED, "holds": holds, "closed": tx.now, "opened": None}
    await tx.execute(STEP, {"transfer": transfer.id} | becomes)


async def open_up(transfer: CountyTransfer, tx: Transaction) -> None:
    """Forget what moved: the new county holds it."""
    becomes = {"becomes": TransferStatus.DONE, "holds": None, "closed": None, "opened": tx.now}
    await tx.execute(STEP, {"transfer": transfer.id} | becomes)


async def withdraw(transfer: CountyTransfer, tx: Transaction) -> int:
    """End a transfer before anything has happened; give its new version."""
    return (await tx.execute(WITHDRAW, {"transfer": transfer.id})).scalar_one()


async def try_again(transfer: CountyTransfer, job_id: JobId, tx: Transaction) -> int:
    """Note the job that takes a transfer up again; give the transfer's new version."""
    return (await tx.execute(TRY_AGAIN, {"transfer": transfer.id, "job": job_id})).scalar_one()


async def _one(question: Any, transfer_id: TransferId, tx: Transaction) -> CountyTransfer:
    found = (await tx.execute(question, {"transfer": transfer_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    named = {name: found[name] for name in _NAMES}
    return CountyTransfer(**named, **tx.vault.open(found["secrets"], table="household_transfer", row=transfer_id))

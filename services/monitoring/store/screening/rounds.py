"""Rounds of screening. A round of a wide area is seen by everybody whose area lies in it, and changed only by who holds all of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, PrimaryKeyConstraint, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.screening import Round, RoundId, RoundOf, RoundStatus
from services.monitoring.store.base import Base
from shared.database.columns import code, day, instant, one_of, only, version
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.errors import NotFound


class RoundRow(Base, table=True):
    __tablename__ = "screening_round"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("households", RoundOf),
        only("status", RoundStatus),
        Index("ix_screening_round_status", "county_code", "status", "id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    title: str
    households: RoundOf = one_of(RoundOf)
    opens_on: date = day()
    ends_on: date = day()
    document_number: str
    status: RoundStatus = one_of(RoundStatus, sa_column_kwargs={"server_default": text("'open'")})
    opened_by: str
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)
    closed_by: str | None = None
    job_id: UUID
    version: int = version()


# A round lies at home in its county, or in the prefecture.
HERE = among(RoundRow.county_code, "homes")
THIS = and_(HERE, col(RoundRow.id) == bindparam("round_id"))
GET = select(*columns_of(RoundRow, Round)).where(THIS)
_NEWEST = (
    select(*columns_of(RoundRow, Round))
    .where(HERE, col(RoundRow.status) == bindparam("status"))
    .order_by(col(RoundRow.id).desc())
    .limit(bindparam("at_most", type_=Integer()))
)
NEWEST = {False: _NEWEST, True: _NEWEST.where(col(RoundRow.id) < bindparam("before"))}
_AS_SEEN = and_(THIS, col(RoundRow.status) == RoundStatus.OPEN, col(RoundRow.version) == bindparam("expected"))
ASKED_AGAIN = update(RoundRow).where(_AS_SEEN).values(job_id=bindparam("job"), version=col(RoundRow.version) + 1).returning(col(RoundRow.version))
CLOSE = (
    update(RoundRow)
    .where(_AS_SEEN)
    .values(
        status=RoundStatus.CLOSED,
        closed_at=bindparam("at"),
        closed_by=bindparam("person"),
        job_id=bindparam("job"),
        version=col(RoundRow.version) + 1,
    )
    .returning(col(RoundRow.version))
)


async def add(new: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(RoundRow, [new])


async def get(round_id: RoundId, tx: Transaction) -> Round:
    """Load one round.

    :raises NotFound: there is none, or the caller's area neither holds it nor lies in it.
    """
    found = (await tx.execute(GET, {"homes": _homes(tx), "round_id": round_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Round(**found)


async def newest(status: RoundStatus, tx: Transaction, *, before: UUID | None, size: int) -> tuple[list[Round], UUID | None]:
    """Read a page of rounds in one status, the newest first, and the id after which the next page begins."""
    asked = {"homes": _homes(tx), "status": status, "at_most": size + 1, **({"before": before} if before else {})}
    found = [Round(**row) for row in (await tx.execute(NEWEST[before is not None], asked)).mappings()]
    return found[:size], found[size - 1].id if len(found) > size else None


async def asked_again(held: Round, job_id: UUID, tx: Transaction, *, expected: int) -> int:
    """Keep the job that lays down what has come since, and give the round's new version.

    :raises Stale: somebody changed it.
    """
    return await tx.change(ASKED_AGAIN, {"homes": _homes(tx), "round_id": held.id, "job": job_id, "expected": expected})


async def close(held: Round, job_id: UUID, tx: Transaction, *, expected: int) -> int:
    """Close a round if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    asked = {"homes": _homes(tx), "round_id": held.id, "job": job_id, "expected": expected, "at": tx.now, "person": tx.actor.id}
    return await tx.change(CLOSE, asked)


def _homes(tx: Transaction) -> list[str]:
    return [*tx.counties, LINCANG]

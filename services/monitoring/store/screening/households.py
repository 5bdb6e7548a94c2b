"""The households of rounds: laid down set-based, visited one by one or by file, counted by village."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    select,
    text,
    update,
)
from sqlmodel import col

from services.monitoring.domain.screening import Round, RoundId, Screening, ScreeningResult, ScreeningStatus
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, document, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, county_of
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId
from shared.kernel.workdays import end_of_day

AT_ONCE = 5_000
"""Households that one slice of a round's long work takes."""


class ScreeningRow(Base, table=True):
    """A household in a round. What was noted of the visit is sealed, bound to `visit_id`."""

    __tablename__ = "screening_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        UniqueConstraint("county_code", "round_id", "household_id"),
        only("status", ScreeningStatus),
        only("result", ScreeningResult),
        *worklist_indexes("screening_household"),
        Index("ix_screening_household_coverage", "county_code", "round_id", "area_code", "status", "result", "due_at"),
    )

    county_code: str = code()
    id: UUID
    round_id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    status: ScreeningStatus = one_of(ScreeningStatus, sa_column_kwargs={"server_default": text("'to_screen'")})
    due_at: datetime = instant()
    visit_id: UUID | None = None
    visited_at: datetime | None = instant(default=None)
    result: ScreeningResult | None = one_of(ScreeningResult, default=None, nullable=True)
    hardships: list[str] | None = document(default=None, nullable=True)
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    decided_at: datetime | None = instant(default=None)
    decided_by: str | None = None
    lead_id: UUID | None = None
    version: int = version()


# Whom a round visits and has not laid down yet. Of its area, and of the county of the transaction.
_MISSING = """
    FROM household h
    WHERE h.county_code = :county AND h.status <> 'gone' AND h.area_code >= :lo AND h.area_code < :hi
      AND (:which = 'all' OR h.kind = :which OR (:which = 'monitored' AND h.status = 'monitored'))
      AND NOT EXISTS (SELECT FROM screening_household s WHERE s.county_code = h.county_code AND s.round_id = :round AND s.household_id = h.id)
"""
_ASKED = (bindparam("round", type_=Uuid()), bindparam("which", type_=CODE), bindparam("lo", type_=CODE), bindparam("hi", type_=CODE))
TO_LAY_DOWN = text(f"SELECT count(*) {_MISSING}").bindparams(*_ASKED)
LAY_DOWN = text(f"""
    WITH missing AS MATERIALIZED (
        SELECT h.county_code, h.id, h.township_code, h.area_code {_MISSING} ORDER BY h.id LIMIT :at_most
    ), laid_down AS (
        INSERT INTO screening_household (county_code, id, round_id, household_id, township_code, area_code, due_at)
        SELECT county_code, uuidv7(), :round, id, township_code, area_code, :due_at FROM missing
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM missing) AS found, (SELECT count(*) FROM laid_down) AS laid_down
""").bindparams(*_ASKED, bindparam("due_at", type_=INSTANT), bindparam("at_most", type_=Integer()))  # noqa: S608
TO_SCREEN = text("SELECT count(*) FROM screening_household WHERE county_code = :county AND round_id = :round AND status = 'to_screen'")
MISS = text("""
    UPDATE screening_household SET status = 'missed', version = version + 1
    WHERE county_code = :county AND id IN (
        SELECT id FROM screening_household WHERE county_code = :county AND round_id = :round AND status = 'to_screen' ORDER BY id LIMIT :at_most
    )
""").bindparams(bindparam("at_most", type_=Integer()))
_COUNTED = """
    count(*) AS households, count(*) FILTER (WHERE status = 'screened') AS screened, count(*) FILTER (WHERE result = 'trouble') AS trouble,
    count(*) FILTER (WHERE status = 'excused') AS excused, count(*) FILTER (WHERE status = 'missed') AS missed,
    count(*) FILTER (WHERE status = 'to_screen') AS to_screen, count(*) FILTER (WHERE status = 'to_screen' AND due_at < :now) AS overdue
    FROM screening_household WHERE round_id = :round
"""
_COUNT_TYPES = (bindparam("round", type_=Uuid()), bindparam("now", type_=INSTANT))
TOTALS = text(f"SELECT {_COUNTED} AND county_code = ANY(:counties)").bindparams(*_COUNT_TYPES)
BY_VILLAGE = text(
    f"SELECT area_code, {_COUNTED} AND county_code = :county AND area_code >= :lo AND area_code < :hi GROUP BY area_code ORDER BY area_code"
).bindparams(*_COUNT_TYPES, *(bindparam(name, type_=CODE) for name in ("county", "lo", "hi")))

COLUMNS = columns_of(ScreeningRow, Screening)
# Held from the first look: of two visits at once the second sees what the first left, and opens no second lead.
HOLD = (
    select(*COLUMNS)
    .where(
        among(ScreeningRow.county_code, "counties"),
        col(ScreeningRow.round_id) == bindparam("round_id"),
        col(ScreeningRow.household_id) == bindparam("household_id"),
    )
    .with_for_update()
)
DECIDE = (
    update(ScreeningRow)
    .where(
        and_(among(ScreeningRow.county_code, "counties"), col(ScreeningRow.id) == bindparam("screening_id")),
        col(ScreeningRow.status) == ScreeningStatus.TO_SCREEN,
        col(ScreeningRow.version) == bindparam("expected"),
    )
    .values(
        status=bindparam("becomes"),
        visit_id=bindparam("visit"),
        visited_at=bindparam("visited"),
        result=bindparam("found"),
        hardships=bindparam("named"),
        secrets=bindparam("told"),
        evidence=bindparam("proof"),
        decided_at=bindparam("at"),
        decided_by=bindparam("person"),
        lead_id=bindparam("lead"),
        version=col(ScreeningRow.version) + 1,
    )
    .returning(col(ScreeningRow.version))
)
worklist = Worklist(ScreeningRow, select(*COLUMNS))
# Two lists, not one with a round or none: a plan for both would expect a round's few rows, and sort all the others.
round_worklist = Worklist(ScreeningRow, select(*COLUMNS).where(col(ScreeningRow.round_id) == bindparam("round", type_=Uuid())))


async def to_lay_down(held: Round, tx: Transaction) -> int:
    """Count the households of the transaction's county that a round visits and has not laid down."""
    return (await tx.execute(TO_LAY_DOWN, _asked(held, tx))).scalar_one()


async def lay_down(held: Round, tx: Transaction) -> tuple[int, bool]:
    """Lay down the next households of a round in the transaction's county; say how many, and whether there may be more."""
    row = (await tx.execute(LAY_DOWN, _asked(held, tx) | {"due_at": end_of_day(held.ends_on), "at_most": AT_ONCE})).one()
    return row.laid_down, row.found == AT_ONCE


async def still_to_screen(held: Round, tx: Transaction) -> int:
    """Count the households of a round in the transaction's county that nobody visited."""
    return (await tx.execute(TO_SCREEN, {"county": tx.actor.scope.county, "round": held.id})).scalar_one()


async def miss(held: Round, tx: Transaction) -> tuple[int, bool]:
    """Note the next households of a closed round that nobody visited; say how many, and whether there may be more."""
    missed = (await tx.execute(MISS, {"county": tx.actor.scope.county, "round": held.id, "at_most": AT_ONCE})).rowcount
    return missed, missed == AT_ONCE


async def totals(round_id: RoundId, tx: Transaction) -> Row[Any]:
    """Count a round's households in the caller's area: one question.

    It reads an entry of one index for each household, for the prefecture those of every county, so its time grows with the round.
    """
    return (await tx.execute(TOTALS, {"counties": tx.counties, "round": round_id, "now": tx.now})).one()


async def by_village(round_id: RoundId, area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Count a round's households in each village of an area of one county: one grouped question, an entry of one index for each household."""
    lo, hi = area_range(area)
    return (await tx.execute(BY_VILLAGE, {"county": county_of(area), "round": round_id, "now": tx.now, "lo": lo, "hi": hi})).all()


async def hold(round_id: RoundId, household_id: HouseholdId, tx: Transaction) -> Screening:
    """Load a household in a round, and keep others from deciding about it until this act ends.

    :raises NotFound: it is not in it, or lies outside the caller's area.
    """
    found = (await tx.execute(HOLD, {"counties": tx.counties, "round_id": round_id, "household_id": household_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Screening(**found)


async def decide(screening: Screening, status: ScreeningStatus, tx: Transaction, *, expected: int, **became: Any) -> int:
    """Keep what became of a household in a round if nobody was quicker, and give its new version.

    :param became: `visit`, `visited`, `found`, `named`, `told`, `proof`, `lead`, as far as there is any.
    :raises Stale: somebody changed it.
    """
    nothing = dict.fromkeys(("visit", "visited", "found", "named", "told", "proof", "lead"))
    this = {"counties": tx.counties, "screening_id": screening.id, "expected": expected, "becomes": status, "at": tx.now, "person": tx.actor.id}
    return await tx.change(DECIDE, this | nothing | became)


def _asked(held: Round, tx: Transaction) -> dict[str, Any]:
    lo, hi = area_range(held.area_code)
    return {"county": tx.actor.scope.county, "round": held.id, "which": held.households, "lo": lo, "hi": hi}

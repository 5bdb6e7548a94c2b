"""Villages with the lines that hold in them, as questions about many households are told them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Uuid, and_, bindparam, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from services.monitoring.domain.income.lines import VillageLine
from services.monitoring.store.income.incomes import IncomeRow
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import CODE, MONEY
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range

UNDER = (
    func.unnest(
        bindparam("villages", type_=ARRAY(CODE)),
        bindparam("line_ids", type_=ARRAY(Uuid)),
        bindparam("amounts", type_=ARRAY(MONEY)),
        bindparam("before", type_=ARRAY(MONEY)),
        bindparam("written", type_=ARRAY(JSONB)),
    )
    .table_valued(column("village", CODE), column("line_id", Uuid()), column("amount", MONEY), column("before", MONEY), column("written", JSONB))
    .render_derived(name="under")
)
IN_VILLAGE = UNDER.c.village == col(HouseholdRow.area_code)
PRESENT = and_(
    col(IncomeRow.county_code) == col(HouseholdRow.county_code),
    col(IncomeRow.household_id) == col(HouseholdRow.id),
    col(IncomeRow.valid_to).is_(None),
)
INSIDE = and_(
    col(HouseholdRow.county_code) == bindparam("county", type_=CODE),
    col(HouseholdRow.area_code) >= bindparam("lo", type_=CODE),
    col(HouseholdRow.area_code) < bindparam("hi", type_=CODE),
    col(HouseholdRow.status) != literal_column("'gone'"),
)
VILLAGES = select(col(HouseholdRow.area_code)).where(INSIDE).distinct().order_by(col(HouseholdRow.area_code))
SIZE = select(func.count()).select_from(HouseholdRow).where(INSIDE)


def inside(area: str, tx: Transaction) -> dict[str, Any]:
    """Give what `INSIDE` asks by: an area in the transaction's county."""
    lo, hi = area_range(area)
    return {"county": tx.actor.scope.county, "lo": lo, "hi": hi}


def told(under: Sequence[VillageLine]) -> dict[str, Any]:
    """Give what `UNDER` is made of."""
    return {
        "villages": [each.village for each in under],
        "line_ids": [each.line.id if each.line else None for each in under],
        "amounts": [each.line.amount if each.line else None for each in under],
        "before": [each.before for each in under],
        "written": [_written(each) for each in under],
    }


async def villages_in(area: str, tx: Transaction) -> list[str]:
    """List the villages of an area in which households are registered."""
    return list((await tx.execute(VILLAGES, inside(area, tx))).scalars())


async def size_of(area: str, tx: Transaction) -> int:
    """Count the households of an area."""
    return (await tx.execute(SIZE, inside(area, tx))).scalar_one()


def _written(under: VillageLine) -> dict[str, str | None] | None:
    """Write a line as it stands beside what was done under it."""
    line = under.line
    if line is None:
        return None
    return {
        "id": str(line.id),
        "amount": str(line.amount),
        "area": line.area_code,
        "from": line.effective_from.isoformat(),
        "document": line.document_number,
        "simulation": str(line.simulation_id) if line.simulation_id else None,
    }

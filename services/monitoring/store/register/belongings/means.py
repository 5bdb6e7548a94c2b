"""What a household lives on: its present income with what the totals were added up from, and its quarters."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import col

from services.monitoring.domain.income.figures import AMOUNTS, Income
from services.monitoring.store.income import incomes
from services.monitoring.store.income.incomes import Behind, IncomeRow
from services.monitoring.store.income.quarters import QuarterRow
from services.monitoring.store.register.belongings import rows
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id

BEHIND = ("period_type", "period_from", "period_to", "items")
QUARTER = ("year", "quarter", "period_to", "people", *AMOUNTS, "items", "recorded_at", "version")
QUARTERS = (
    select(*(table_of(QuarterRow).c[name] for name in QUARTER))
    .where(among(QuarterRow.county_code, "counties"), col(QuarterRow.household_id) == bindparam("household"))
    .order_by(col(QuarterRow.year), col(QuarterRow.quarter))
)


async def packed(household: Row[Any], tx: Transaction) -> dict[str, Any]:
    household_id = HouseholdId(household.id)
    income, behind = await incomes.present(household_id, tx), await incomes.behind_present(household_id, tx)
    quarters = await tx.execute(QUARTERS, {"counties": [household.county_code], "household": household.id})
    return {
        "income": rows.written(("people", *AMOUNTS), income) | rows.written(BEHIND, behind),
        "quarters": [rows.written(QUARTER, row) for row in quarters],
    }


def income_in(content: dict[str, Any]) -> Income:
    """Read what a household lived on."""
    income = content["income"]
    return Income(people=income["people"], **{amount: Decimal(income[amount]) for amount in AMOUNTS})


def behind_in(content: dict[str, Any]) -> Behind:
    """Read what the totals were added up from; what moved before that was carried has totals only."""
    income = content["income"]
    return Behind(**rows.read(IncomeRow, BEHIND, income)) if "period_type" in income else incomes.ONLY_TOTALS


async def unpack(place: dict[str, Any], content: dict[str, Any], tx: Transaction) -> None:
    """Set down the quarters; the income is kept with the household itself."""
    await tx.insert(QuarterRow, [{**place, "id": new_id(), **rows.read(QuarterRow, QUARTER, kept)} for kept in content.get("quarters", ())])

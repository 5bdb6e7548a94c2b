"""Open a case for a household with a risk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.households import HouseholdKind
from services.monitoring.domain.income import category_of
from services.monitoring.domain.risks import Risk
from services.monitoring.store import cases, incomes, law, people
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId, HouseholdId, new_id


async def open_case(household: Row[Any], risks: Sequence[Risk], tx: Transaction, *, since: datetime, due_at: datetime) -> CaseId:
    """Open a case on the facts of today: the reference income per head is compared with the line, and both are frozen.

    :param since: when its first lead was registered; `due_at` ends the limit that began then.
    :raises NoLine: no bottom line is published for this year.
    """
    household_id = HouseholdId(household.id)
    line = await law.line_for(household.area_code, tx)
    standing = await incomes.standing(household_id, line.amount, tx)
    category = category_of(lifted_out=household.kind is HouseholdKind.LIFTED_OUT, below_line=standing.below_line)
    case_id = CaseId(new_id())
    row = {
        "county_code": household.county_code,
        "id": case_id,
        "household_id": household.id,
        "township_code": household.township_code,
        "area_code": household.area_code,
        "risks": list(risks),
        "category": category,
        "basis": {
            "lead_registered_at": since.isoformat(),
            "household_version": household.version,
            "people": standing.people,
            "net_per_head": str(standing.net_per_head),
            "reference_per_head": str(standing.reference_per_head),
            "income_from": standing.valid_from.isoformat(),
            "has_labour": await people.has_labour(household_id, tx),
            "line": {
                "amount": str(line.amount),
                "area": line.area_code,
                "from": line.effective_from.isoformat(),
                "document": line.document_number,
            },
            "below_line": standing.below_line,
        },
        "opened_at": tx.now,
        "due_at": due_at,
    }
    await cases.add(row, tx)
    return case_id

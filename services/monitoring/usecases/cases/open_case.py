"""Open a case for a household with a risk."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.incidents.green_channel import HelpFirst
from services.monitoring.domain.income.figures import category_of
from services.monitoring.domain.leads.leads import Confirmed
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.domain.risks import joined
from services.monitoring.store import cases, law
from services.monitoring.store.income import incomes
from services.monitoring.store.register import people
from services.monitoring.usecases.cases.take_step import limit_of_step
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId, HouseholdId, new_id


async def open_case(household: Row[Any], taken_up: Sequence[Confirmed], tx: Transaction, *, first: HelpFirst | None = None) -> CaseId:
    """Open a case for confirmed leads, on the facts of today: the reference income per head is compared with the line, and both are frozen.

    Its limit is the earliest that any of the leads began, counted from when each was heard of.

    :param first: the order under which the household is helped first: all steps are owed, by the day that it names.

    :raises NoLine: no bottom line is published for this year.
    :raises TooManyRisks: together the leads have more risks than the form holds.
    """
    household_id = HouseholdId(household.id)
    parameters = await law.parameters_for(household.area_code, tx)
    risks = joined([], [risk for lead in taken_up for risk in lead.risks], at_most=parameters.number(Key.MAX_RISKS))
    line = await law.line_for(household.area_code, tx)
    standing = await incomes.standing(household_id, line.amount, tx)
    due_at = first.due_at if first else min(lead.due_at for lead in taken_up)
    limit = await limit_of_step(CaseStatus.OPENED, household.area_code, parameters, tx, due_at=due_at)
    case_id = CaseId(new_id())
    row = {
        "county_code": household.county_code,
        "id": case_id,
        "household_id": household.id,
        "township_code": household.township_code,
        "area_code": household.area_code,
        "risks": list(risks),
        "category": category_of(lifted_out=household.kind is HouseholdKind.LIFTED_OUT, below_line=standing.below_line),
        "basis": {
            "lead_registered_at": min(lead.registered_at for lead in taken_up).isoformat(),
            "lead_heard_at": min(lead.heard_at for lead in taken_up).isoformat(),
            "limit": parameters.used(Key.TOTAL_DAYS, Key.TOTAL_DAY_KIND, Key.ROLLS),
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
        "step_due_at": limit.ends_at,
        "step_day_kind": limit.day_kind,
        "procedure_due_at": first.due_at if first else None,
        "green_channel_by": first.by if first else None,
        "green_channel_document": first.document_number if first else None,
    }
    await cases.add(row, tx)
    return case_id

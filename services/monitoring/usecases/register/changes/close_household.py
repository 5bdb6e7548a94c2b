"""End what is kept of a household as present: nobody lives there any more."""

from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.register.changes import DepartureReason
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.care import assignments, groups
from services.monitoring.store.incidents import households_gone
from services.monitoring.store.income import incomes
from services.monitoring.store.register import categories, forms, households, lineage, residents
from services.monitoring.usecases.register.changes.said import act_of
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, PersonId
from shared.kernel.workdays import local_day


async def close_household(household: Row[Any], tx: Transaction, *, why: DepartureReason | None) -> list[PersonId]:
    """End memberships and all else that is present today, and mark the household gone; say who lived there. Their registrations stay."""
    household_id = HouseholdId(household.id)
    people = [each.person_id for each in await residents.standings(household_id, tx)]
    await residents.leave(household.county_code, people, tx, on=local_day(tx.now), why=why)
    await end_what_holds(household, tx)
    await households.mark(household_id, HouseholdStatus.GONE, tx)
    return people


async def end_what_holds(household: Row[Any], tx: Transaction) -> None:
    """End today what is kept of a household as present, beside its people: income, category, form, who looks after it, key groups, visits owed."""
    today = local_day(tx.now)
    await incomes.end(household, tx)
    await categories.end(HouseholdId(household.id), tx)
    await forms.end_present(forms.HouseholdFormRow, [household.id], household.county_code, today, tx)
    await assignments.end_all(household, today, tx)
    await groups.end_all(household, today, tx)
    await households_gone.end_all(household, tx)


async def strike_from_register(household: Row[Any], tx: Transaction, *, why: DepartureReason | None, reason: str, document_number: str) -> None:
    """Close a household for good: its people may be registered anew wherever they are, and its file says why it ended."""
    people = await close_household(household, tx, why=why)
    await residents.release(household.county_code, people, tx)
    act = act_of(LineageAct.STRIKE_OFF, tx, reason=reason, document_number=document_number)
    home = Home(household_id=HouseholdId(household.id), village=household.area_code)
    await lineage.add(entries(act, home, None, files_of=[home]), tx)

"""What is missing in a household's file (六清; R16, plan ch.1 s.1), derived whenever it is shown."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.register.completeness import Clear, FileFacts, FilePerson, missing_in
from services.monitoring.domain.register.forms import PersonForm
from services.monitoring.domain.register.households import ABLE, HouseholdStatus
from services.monitoring.domain.register.people import age_on
from services.monitoring.store.flags import flags, ledger
from services.monitoring.store.income import incomes
from services.monitoring.store.register import forms
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.workdays import local_day


class MissingShown(BaseModel):
    """Which of the six is not clear, and what is missing; `whose`: of how many members, 0 if it is the household's."""

    clear: Clear
    what: str
    whose: int


async def missing(
    household: Row[Any], form: Row[Any] | None, members: Sequence[Row[Any]], filled: Mapping[UUID, PersonForm], tx: Transaction
) -> list[MissingShown]:
    """List what is missing in the file of a household as it is today."""
    flag = await flags.open_of(HouseholdId(household.id), tx)
    owed = await ledger.lines([flag.id], [household.county_code], tx) if flag else []
    (income,) = await incomes.present_of_all([household.id], tx)
    facts = FileFacts(
        form=forms.household_form(form) if form is not None else None,
        people=[_person(member, filled.get(member.id), tx) for member in members],
        gross_income=Income(**{name: getattr(income, name) for name in ("people", *incomes.AMOUNTS)}).gross,
        monitored=household.status is HouseholdStatus.MONITORED,
        risks=flag is not None and bool(flag.risks),
        measures=bool(owed),
        planned=all(line.due_at is not None for line in owed),
    )
    return [MissingShown(clear=each.clear, what=each.what, whose=each.whose) for each in missing_in(facts)]


def _person(member: Row[Any], form: PersonForm | None, tx: Transaction) -> FilePerson:
    age = age_on(local_day(tx.now), member.born_on) if member.born_on else None
    return FilePerson(form=form, age=age, able=member.labour in ABLE)

"""Households: the list of an area, and one with its people, forms and income, today or on any past day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus, Labour, Relation
from services.monitoring.domain.register.people import Certificate, Sex, age_on, sex_of
from services.monitoring.domain.register.timeline import on
from services.monitoring.queries.register.files import MissingShown, missing
from services.monitoring.queries.register.forms import HouseholdFormShown, PersonFormShown, household_form_shown, person_form_shown
from services.monitoring.queries.register.lines import HouseholdLine, household_lines
from services.monitoring.store import law
from services.monitoring.store.income import incomes
from services.monitoring.store.register import categories, forms, households, people
from shared.database.transaction import Transaction
from shared.kernel.errors import NotYetHappened
from shared.kernel.ids import HouseholdId
from shared.kernel.page import Place
from shared.kernel.people import CertificateNumber, IdNumber, PersonName, Phone
from shared.kernel.workdays import local_day


class HouseholdPage(BaseModel):
    items: list[HouseholdLine]
    next: str | None


class MemberShown(BaseModel):
    """A member. `age` in full years on the day that is shown."""

    id: UUID
    name: str = Field(examples=["李**"])
    certificate: Certificate
    id_number: str | None = Field(examples=["533522********00**"])
    certificate_number: str | None = Field(examples=["E****78"])
    sex: Sex | None
    age: int | None
    phone: str | None = Field(examples=["139****0000"])
    relation: Relation
    labour: Labour
    form: PersonFormShown | None


class IncomeShown(BaseModel):
    """Yuan for twelve months: the parts for the household, the two figures per head. The line is the one in force on the day that is shown."""

    people: int
    wage_income: Decimal
    production_income: Decimal
    property_income: Decimal
    transfer_income: Decimal
    production_expense: Decimal
    claim_income: Decimal
    compliant_self_paid: Decimal
    valid_from: date
    net_per_head: Decimal
    reference_per_head: Decimal
    line: Decimal | None
    below_line: bool | None


class HouseholdShown(BaseModel):
    """A household as of a day; `area` is where it is now, `village` where it was then. `missing` (六清) is told of the present only.

    One that is gone has neither members, income nor form any more, and nothing is missing; see its lineage.
    """

    id: UUID
    version: int
    as_of: date
    area: str
    village: str
    number: str = Field(examples=["5309021022010001"], description="户编号")
    kind: HouseholdKind
    status: HouseholdStatus
    category: MonitoredCategory | None
    registered_at: datetime
    due_at: datetime
    members: list[MemberShown]
    income: IncomeShown | None
    form: HouseholdFormShown | None
    missing: list[MissingShown]


async def list_households(area: str, status: HouseholdStatus, tx: Transaction, *, after: Place | None, size: int) -> HouseholdPage:
    """List an area's households in one status by their next visit."""
    rows, following = await households.worklist.page(area, status, tx, after=after, size=size)
    return HouseholdPage(items=await household_lines(rows, tx), next=following)


async def show_household(household_id: HouseholdId, tx: Transaction, *, as_of: date | None = None) -> HouseholdShown:
    """Show one household as it is, or as it was on a past day (R16, R52; plan ch.1 s.1, ch.3 s.3); who looked is left in the audit.

    :raises NotFound: there is none, or it now lies outside the caller's area.
    :raises NotYetHappened: the day lies ahead.
    """
    today = local_day(tx.now)
    if as_of is not None and as_of > today:
        raise NotYetHappened("query.on")
    past = as_of if as_of != today else None
    row = await households.get(household_id, tx)
    await tx.note_read("household", row.county_code, row.id)
    rows = await forms.of_household(household_id, tx)
    held = on(rows, past or today)
    then = held or (rows[0] if rows and past else None)  # before the first row that is known, what it says is the nearest to what was
    category = await categories.on(household_id, past or today, tx)
    members = await (people.members_on(household_id, past, tx) if past else people.members_of(household_id, tx))
    filled = await forms.of_people_on([member.id for member in members], past or today, tx)
    goes_on = row.status is not HouseholdStatus.GONE
    income = await _income(household_id, row.area_code, tx, past=past) if past or goes_on else None
    return HouseholdShown(
        id=row.id,
        version=row.version,
        as_of=past or today,
        area=row.area_code,
        village=then.village_code if then and past else row.area_code,
        number=row.number,
        kind=then.kind if then and past else row.kind,
        status=_status_then(category) if past else row.status,
        category=category,
        registered_at=row.registered_at,
        due_at=row.due_at,
        members=[_member(each, tx, as_of=past or today, form=person_form_shown(filled.get(each.id))) for each in members],
        income=income,
        form=household_form_shown(held, tx),
        missing=await missing(row, held, members, filled, tx) if goes_on and not past else [],
    )


def _status_then(category: MonitoredCategory | None) -> HouseholdStatus:
    return HouseholdStatus.MONITORED if category else HouseholdStatus.NORMAL


def _member(row: Row[Any], tx: Transaction, *, as_of: date, form: PersonFormShown | None) -> MemberShown:
    secrets = tx.vault.open(row.secrets, table="person", row=row.id)
    id_number = IdNumber(secrets["id_number"]) if secrets["id_number"] else None
    certificate_number = secrets.get("certificate_number")
    born_on = row.born_on or (id_number.born_on if id_number else None)
    return MemberShown(
        id=row.id,
        name=str(PersonName(row.name)),
        certificate=row.certificate,
        id_number=str(id_number) if id_number else None,
        certificate_number=str(CertificateNumber(certificate_number)) if certificate_number else None,
        sex=row.sex or (sex_of(id_number) if id_number else None),
        age=max(age_on(as_of, born_on), 0) if born_on else None,
        phone=str(Phone(secrets["phone"])) if secrets["phone"] else None,
        relation=row.relation,
        labour=row.labour,
        form=form,
    )


async def _income(household_id: HouseholdId, area: str, tx: Transaction, *, past: date | None) -> IncomeShown | None:
    try:
        line: Decimal | None = (await law.line_for(area, tx, on=past)).amount
    except law.NoLine:
        line = None
    held_against = line or Decimal(0)
    standing = await (incomes.standing_on(household_id, past, held_against, tx) if past else incomes.standing(household_id, held_against, tx))
    if standing is None:
        return None
    return IncomeShown(**standing._asdict() | {"line": line, "below_line": standing.below_line if line is not None else None})

"""Give a cadre the charge of a household (干部包户)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.care.assignments import CareRole
from services.monitoring.domain.periods import Period, fitting
from services.monitoring.store.care import assignments
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.wire import Day, PersonName, Phone, SafeText, command

CadreId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$", strict=True), Field(examples=["cadre-0103"], description="干部的登录账号")]


@command
class AssignCadre:
    """Who looks after the household, as what, from which day; without an end it goes on."""

    cadre: CadreId
    name: PersonName
    unit: SafeText
    phone: Phone
    role: CareRole = CareRole.HELP_CADRE
    valid_from: Day
    valid_to: Day | None = None


class Assigned(BaseModel):
    id: UUID
    version: int
    status: Literal["assigned", "ended"]


async def assign_cadre(household_id: HouseholdId, assignment: AssignCadre, tx: Transaction) -> Assigned:
    """Assign a cadre to a household of the caller's area: in one role one at a time (R4, plan ch.1 s.1; R44, plan ch.3).

    :raises NotFound: there is no such household here.
    :raises HouseholdGone: it was struck off.
    :raises PeriodReversed: it ends before it begins; PeriodsOverlap: somebody has the role on one of the days.
    """
    household = await households.hold(household_id, tx)
    period = fitting(
        Period(valid_from=assignment.valid_from, valid_to=assignment.valid_to), await assignments.periods(household_id, assignment.role, tx)
    )

    assignment_id = new_id()
    row = {
        "county_code": household.county_code,
        "id": assignment_id,
        "household_id": household_id,
        "area_code": household.area_code,
        "role": assignment.role,
        "cadre_id": assignment.cadre,
        "unit": assignment.unit,
        **assignments.sealed_cadre(tx.vault, assignment_id, name=assignment.name.full, phone=assignment.phone.number, unit=assignment.unit),
        "valid_from": period.valid_from,
        "valid_to": period.valid_to,
        "assigned_by": tx.actor.id,
        "assigned_at": tx.now,
    }
    await assignments.add(row, tx)
    return Assigned(id=assignment_id, version=1, status="assigned")

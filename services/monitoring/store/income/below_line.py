"""Leads on households whose reference income per head lies below the line (R37, R41; plan ch.3 s.1): found and opened set by set.

Promises: a household has one such lead open at most, and one of a line at most, however often it is looked for; below the line alone makes no case.
Does not promise a lead to whoever is monitored, or whose case is under way: the village knows of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, and_, bindparam, case, cast, column, func, insert, literal_column, not_, or_, select, text, true
from sqlmodel import col

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.income.lines import VillageLine
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store.cases import CaseRow
from services.monitoring.store.income.incomes import REFERENCE_PER_HEAD, IncomeRow
from services.monitoring.store.income.village_lines import IN_VILLAGE, INSIDE, PRESENT, UNDER, inside, told
from services.monitoring.store.leads.leads import LeadRow
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import CODE, INSTANT
from shared.database.rows import table_of
from shared.database.transaction import Transaction

HARDSHIP = Hardship.LOW_INCOME
"""What such a lead names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A household that calls for a lead, and the village that has to look."""

    household_id: UUID
    area_code: str


_BELOW = and_(UNDER.c.amount > REFERENCE_PER_HEAD, or_(UNDER.c.before.is_(None), not_(UNDER.c.before > REFERENCE_PER_HEAD)))
_CASE = select(true()).where(
    col(CaseRow.county_code) == col(HouseholdRow.county_code),
    col(CaseRow.household_id) == col(HouseholdRow.id),
    text("monitoring_case.status NOT IN ('approved', 'refused', 'cancelled')"),
)
_LEAD = select(true()).where(
    col(LeadRow.county_code) == col(HouseholdRow.county_code),
    col(LeadRow.household_id) == col(HouseholdRow.id),
    text("lead.channel = 'below_line'"),
    or_(
        text("lead.status = 'registered'"),
        literal_column("lead.reasons #>> '{line,id}'") == cast(UNDER.c.line_id, Text),
    ),
)
_CALLS = and_(_BELOW, col(HouseholdRow.status) == HouseholdStatus.NORMAL, not_(_CASE.exists()), not_(_LEAD.exists()))
FIND = (
    select(col(HouseholdRow.id), col(HouseholdRow.area_code))
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .where(INSIDE, _CALLS)
    .order_by(col(HouseholdRow.id))
    .limit(bindparam("at_most", type_=Integer()))
    .with_for_update(of=HouseholdRow)
)
_NEW = (
    func.unnest(
        bindparam("households", type_=ARRAY(Uuid)),
        bindparam("leads", type_=ARRAY(Uuid)),
        bindparam("due", type_=ARRAY(INSTANT)),
        bindparam("step_due", type_=ARRAY(INSTANT)),
        bindparam("step_day_kinds", type_=ARRAY(CODE)),
        bindparam("of_lifted_out", type_=ARRAY(CODE)),
        bindparam("of_others", type_=ARRAY(CODE)),
    )
    .table_valued(
        column("household_id", Uuid()),
        column("lead_id", Uuid()),
        column("due_at", INSTANT),
        column("step_due_at", INSTANT),
        column("step_day_kind", CODE),
        column("of_lifted_out", CODE),
        column("of_others", CODE),
    )
    .render_derived(name="new")
)
_WRITTEN = {
    "county_code": col(HouseholdRow.county_code),
    "id": _NEW.c.lead_id,
    "township_code": col(HouseholdRow.township_code),
    "area_code": col(HouseholdRow.area_code),
    "household_id": col(HouseholdRow.id),
    "channel": literal_column("'below_line'"),
    "grade": case((col(HouseholdRow.kind) == Group.LIFTED_OUT, _NEW.c.of_lifted_out), else_=_NEW.c.of_others),
    "hardships": func.jsonb_build_array(cast(bindparam("hardship", type_=CODE), Text)),
    "reasons": func.jsonb_build_object(
        literal_column("'line'"), UNDER.c.written, literal_column("'reference_per_head'"), cast(REFERENCE_PER_HEAD, Text)
    ),
    "registered_at": bindparam("now", type_=INSTANT),
    "registered_by": bindparam("person", type_=CODE),
    "heard_at": bindparam("now", type_=INSTANT),
    "due_at": _NEW.c.due_at,
    "step_due_at": _NEW.c.step_due_at,
    "step_day_kind": _NEW.c.step_day_kind,
}
OPEN = insert(table_of(LeadRow)).from_select(
    list(_WRITTEN),
    select(*_WRITTEN.values())
    .select_from(HouseholdRow)
    .join(_NEW, _NEW.c.household_id == col(HouseholdRow.id))
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .where(col(HouseholdRow.county_code) == bindparam("county", type_=CODE), _CALLS),
    include_defaults=False,
)


async def find(area: str, under: Sequence[VillageLine], tx: Transaction, *, at_most: int) -> list[Found]:
    """Find households of an area that call for a lead, and keep others from deciding about them until this act ends."""
    rows = await tx.execute(FIND, inside(area, tx) | told(under) | {"at_most": at_most})
    return [Found(household_id=row.id, area_code=row.area_code) for row in rows]


async def open_leads(
    found: Mapping[UUID, UUID], limits: Sequence[LeadLimits], grades: Sequence[Mapping[Group, Grade]], under: Sequence[VillageLine], tx: Transaction
) -> int:
    """Open leads on households that were found, where they still call for one; say how many.

    :param found: household -> the id of its lead.
    :param limits: those of each, in the same order; `grades`: likewise how urgent it is, by what the household is.
    """
    new = {"households": list(found), "leads": list(found.values()), "due": [each.due_at for each in limits]}
    new |= {"step_due": [each.step_due_at for each in limits], "step_day_kinds": [each.step_day_kind for each in limits]}
    new |= {"of_lifted_out": [each[Group.LIFTED_OUT] for each in grades], "of_others": [each[Group.GENERAL] for each in grades]}
    return (
        await tx.execute(OPEN, told(under) | new | {"hardship": HARDSHIP, "county": tx.actor.scope.county, "now": tx.now, "person": tx.actor.id})
    ).rowcount

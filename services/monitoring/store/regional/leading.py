"""Leads for the households of an alarm that the county found real (R40, plan ch.3 s.1): one each, none where somebody looks already."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Row, Uuid, bindparam, text

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.signals import Grade, Group
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction

# The lead's own id says that this alarm has had its lead, whatever became of it.
_CALLS = """
    FROM household h
    JOIN regional_alarm_household k ON k.county_code = h.county_code AND k.household_id = h.id AND k.alarm_id = :alarm
    WHERE h.county_code = :county AND h.status = 'normal'
      AND NOT EXISTS (SELECT FROM lead l WHERE l.county_code = :county AND l.household_id = h.id
                      AND (l.status = 'registered' OR (l.status = 'confirmed' AND l.case_id IS NULL)))
      AND NOT EXISTS (SELECT FROM lead l WHERE l.county_code = :county AND l.id = CAST(md5(k.alarm_id || '/' || h.id) AS uuid))
      AND NOT EXISTS (SELECT FROM monitoring_case c WHERE c.county_code = :county AND c.household_id = h.id
                      AND c.status NOT IN ('approved', 'refused', 'cancelled'))
"""
# The lock that every decision about a household takes first. A statement that waited for it still sees leads and cases as they were before.
_HOLD = text(f"SELECT h.id {_CALLS} ORDER BY h.id LIMIT :at_most FOR UPDATE OF h").bindparams(
    bindparam("at_most", type_=Integer()), bindparam("alarm", type_=Uuid())
)
_FIND = text(f"SELECT h.id, h.area_code, h.kind {_CALLS} AND h.id = ANY(:held) ORDER BY h.id").bindparams(
    bindparam("held", type_=ARRAY(Uuid)), bindparam("alarm", type_=Uuid())
)
_OPEN = text("""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, grade, hardships, reasons, registered_at, registered_by,
                      heard_at, due_at, step_due_at, step_day_kind)
    SELECT :county, CAST(md5(CAST(:alarm AS uuid) || '/' || h.id) AS uuid), left(h.village, 9), h.village, h.id, 'regional', h.grade,
           jsonb_build_array(CAST(:hardship AS text)), jsonb_build_object('regional_alarm', CAST(:alarm AS uuid)), :now, :person, :now,
           h.due_at, h.step_due_at, h.step_day_kind
    FROM unnest(:households, :villages, :grades, :due, :step_due, :step_day_kinds) AS h (id, village, grade, due_at, step_due_at, step_day_kind)
    ORDER BY h.id ON CONFLICT DO NOTHING
""").bindparams(
    bindparam("households", type_=ARRAY(Uuid)),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "grades", "step_day_kinds")),
    *(bindparam(name, type_=ARRAY(INSTANT)) for name in ("due", "step_due")),
    bindparam("now", type_=INSTANT),
    bindparam("alarm", type_=Uuid()),
)


async def hold(alarm_id: UUID, county: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """Keep others from deciding about the next households of an alarm that call for a lead until this act ends; give their ids."""
    return list((await tx.execute(_HOLD, {"county": county, "alarm": alarm_id, "at_most": at_most})).scalars())


async def find(alarm_id: UUID, county: str, held: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Find which households that are held still call for a lead: about one that was waited for somebody may have decided meanwhile."""
    return (await tx.execute(_FIND, {"county": county, "alarm": alarm_id, "held": list(held)})).all()


async def open_leads(
    alarm_id: UUID,
    found: Sequence[Row[Any]],
    hardship: str,
    limits: Mapping[str, LeadLimits],
    grades: Mapping[str, Mapping[Group, Grade]],
    tx: Transaction,
) -> int:
    """Open a lead on each household that was found; say how many."""
    of = [limits[row.area_code] for row in found]
    values = {
        "households": [row.id for row in found],
        "villages": [row.area_code for row in found],
        "grades": [grades[row.area_code][Group(row.kind)] for row in found],
        "due": [each.due_at for each in of],
        "step_due": [each.step_due_at for each in of],
        "step_day_kinds": [each.step_day_kind for each in of],
    }
    asked = {"county": tx.actor.scope.county, "alarm": alarm_id, "hardship": hardship, "now": tx.now, "person": tx.actor.id}
    return (await tx.execute(_OPEN, values | asked)).rowcount

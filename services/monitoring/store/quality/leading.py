"""Leads that findings of serious rules call for (线索来源：数据质量核查): one for each household and spell, set by set.

A household whose finding comes while such a lead waits to be checked joins that lead, which then names the hardship too and is as urgent as the most
urgent that it names; one whose case is under way, or whose flag has the risk already, gets none: the village knows. A finding opens one lead at most,
however often it is checked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Integer, Row, Uuid, bindparam, text

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.quality.rules import QualityRule
from services.monitoring.domain.risks import Hardship, Risk
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store.leads.leads import BY_URGENCY
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, county_of

_FOUND = """
    EXISTS (
        SELECT FROM quality_finding q
        WHERE q.county_code = h.county_code AND q.household_id = h.id AND q.status = 'open' AND q.rule_number = :number AND q.lead_id IS NULL
    )
"""
_UNKNOWN = """
    NOT EXISTS (
        SELECT FROM monitoring_case c WHERE c.county_code = h.county_code AND c.household_id = h.id
           AND c.status NOT IN ('approved', 'refused', 'cancelled')
    ) AND NOT EXISTS (
        SELECT FROM risk_flag r
        WHERE r.county_code = h.county_code AND r.household_id = h.id AND r.status = 'open' AND r.risks @> jsonb_build_array(CAST(:risk AS text))
    )
"""
_AREA = "h.county_code = :county AND h.status <> 'gone' AND h.area_code >= :lo AND h.area_code < :hi"
# Whatever decides about a household holds it first.
_HOLD = text(
    f"SELECT h.id, h.area_code FROM household h WHERE {_AREA} AND {_FOUND} AND {_UNKNOWN} ORDER BY h.id LIMIT :at_most FOR UPDATE OF h"
).bindparams(bindparam("at_most", type_=Integer()))
_HOUSEHOLDS = bindparam("households", type_=ARRAY(Uuid))
_HELD = "h.county_code = :county AND h.id = ANY(:households)"
_GRADE = "CASE WHEN h.kind = 'lifted_out' THEN v.of_lifted_out ELSE v.of_others END"
_JOIN = text(f"""
    UPDATE lead l SET hardships = l.hardships || jsonb_build_array(CAST(:hardship AS text)), version = l.version + 1,
                      grade = ({BY_URGENCY})[least(array_position({BY_URGENCY}, l.grade), array_position({BY_URGENCY}, {_GRADE}))]
    FROM household h
    JOIN unnest(:villages, :of_lifted_out, :of_others) AS v (village, of_lifted_out, of_others) ON v.village = h.area_code
    WHERE {_HELD} AND {_FOUND} AND {_UNKNOWN} AND l.county_code = :county AND l.household_id = h.id AND l.channel = 'quality'
      AND l.status = 'registered' AND NOT l.hardships @> jsonb_build_array(CAST(:hardship AS text))
""").bindparams(_HOUSEHOLDS, *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "of_lifted_out", "of_others")))
_OPEN = text(f"""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, grade, hardships, registered_at, registered_by,
                      heard_at, due_at, step_due_at, step_day_kind)
    SELECT h.county_code, uuidv7(), h.township_code, h.area_code, h.id, 'quality',
           {_GRADE}, jsonb_build_array(CAST(:hardship AS text)), :now, :person, :now, v.due_at, v.step_due_at, v.step_day_kind
    FROM household h
    JOIN unnest(:villages, :due, :step_due, :step_day_kinds, :of_lifted_out, :of_others)
         AS v (village, due_at, step_due_at, step_day_kind, of_lifted_out, of_others) ON v.village = h.area_code
    WHERE {_HELD} AND {_FOUND} AND {_UNKNOWN} AND NOT EXISTS (
        SELECT FROM lead l WHERE l.county_code = h.county_code AND l.household_id = h.id AND l.channel = 'quality' AND l.status = 'registered'
    ) ORDER BY h.id
""").bindparams(
    _HOUSEHOLDS,
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "step_day_kinds", "of_lifted_out", "of_others")),
    *(bindparam(name, type_=ARRAY(INSTANT)) for name in ("due", "step_due")),
)
_BIND = text(f"""
    UPDATE quality_finding q SET lead_id = l.id, version = q.version + 1
    FROM household h JOIN lead l ON l.county_code = h.county_code AND l.household_id = h.id AND l.channel = 'quality' AND l.status = 'registered'
    WHERE {_HELD} AND q.county_code = :county AND q.household_id = h.id AND q.status = 'open' AND q.rule_number = :number AND q.lead_id IS NULL
""").bindparams(_HOUSEHOLDS)


async def find(number: str, risk: Risk, area: str, tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """Find households of an area where a rule's findings call for a lead, and keep others from deciding about them until this act ends."""
    lo, hi = area_range(area)
    asked = {"county": county_of(area), "number": number, "risk": risk, "lo": lo, "hi": hi, "at_most": at_most}
    return (await tx.execute(_HOLD, asked)).all()


async def open_leads(
    rule: QualityRule,
    found: Sequence[Row[Any]],
    hardship: Hardship,
    limits: Mapping[str, LeadLimits],
    grades: Mapping[tuple[str, str], Mapping[Group, Grade]],
    tx: Transaction,
) -> int:
    """Open leads on the households that were found, or let them join the one that waits; bind the findings to them. Say how many were opened.

    :param limits: village -> the limits of a lead that is registered there now; `grades`: how urgent the hardship is there.
    """
    of = {"county": tx.actor.scope.county, "number": rule.number, "households": [row.id for row in found]}
    named = of | {"risk": rule.lead_risk, "hardship": hardship}
    graded = {
        "villages": list(limits),
        "of_lifted_out": [grades[village, hardship][Group.LIFTED_OUT] for village in limits],
        "of_others": [grades[village, hardship][Group.GENERAL] for village in limits],
    }
    limited = {
        "due": [each.due_at for each in limits.values()],
        "step_due": [each.step_due_at for each in limits.values()],
        "step_day_kinds": [each.step_day_kind for each in limits.values()],
    }
    await tx.execute(_JOIN, named | graded)
    opened = (await tx.execute(_OPEN, named | graded | limited | {"now": tx.now, "person": tx.actor.id})).rowcount
    await tx.execute(_BIND, of)
    return opened

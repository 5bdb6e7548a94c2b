"""Counting the households of an incident: by village, and those that still hold up its closure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Row, Uuid, bindparam, text

from services.monitoring.domain.incidents.incidents import Incident, IncidentId
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, area_range

LEFT = text("""
    SELECT count(*) FILTER (WHERE e.status = 'to_check') AS unchecked,
           count(*) FILTER (WHERE e.status <> 'to_check' AND e.case_id IS NULL AND NOT EXISTS (
               SELECT FROM lead l WHERE l.county_code = e.county_code AND l.id = e.lead_id AND l.case_id IS NOT NULL)) AS untracked
    FROM incident_household e
    WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.status IN ('to_check', 'affected', 'green_channel', 'relieved')
""").bindparams(bindparam("incident", type_=Uuid()))
# A household that took what it is owed with it to another county is counted there; what it was given before it left, here.
_WENT = """
    :wide AND e.status = 'dropped' AND EXISTS (
        SELECT FROM household_lineage l WHERE l.county_code = e.county_code AND l.household_id = e.household_id AND l.from_household = e.household_id
          AND l.act = 'transfer' AND left(l.to_village, 6) <> l.county_code)
"""
FIGURES = text(f"""
    SELECT e.area_code, count(*) FILTER (WHERE NOT e.went) AS households,
           count(*) FILTER (WHERE e.status = 'to_check') AS to_check,
           count(*) FILTER (WHERE e.losses IS NOT NULL AND NOT e.went) AS affected,
           count(*) FILTER (WHERE (r.times > 0 OR e.status = 'relieved') AND NOT e.went) AS relieved, coalesce(sum(r.amount), 0) AS amount,
           count(*) FILTER (WHERE e.status = 'tracked') AS tracked,
           count(*) FILTER (WHERE t.overdue OR (e.status = 'to_check' AND e.due_at < :now)) AS overdue
    FROM (
        SELECT e.county_code, e.id, e.area_code, e.status, e.losses, e.due_at, {_WENT} AS went FROM incident_household e
        WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.area_code >= :lo AND e.area_code < :hi
    ) e
    LEFT JOIN (
        SELECT county_code, effect_id, count(*) AS times, sum(amount) AS amount FROM relief
        WHERE county_code = ANY(:counties) AND incident_id = :incident GROUP BY 1, 2
    ) r ON r.county_code = e.county_code AND r.effect_id = e.id
    LEFT JOIN (
        SELECT DISTINCT county_code, effect_id, true AS overdue FROM incident_tracking
        WHERE county_code = ANY(:counties) AND incident_id = :incident AND status = 'to_visit' AND due_at < :now
    ) t ON t.county_code = e.county_code AND t.effect_id = e.id
    GROUP BY e.area_code ORDER BY e.area_code
""").bindparams(  # noqa: S608  (our own words)
    bindparam("incident", type_=Uuid()),
    bindparam("now", type_=INSTANT),
    bindparam("wide", type_=Boolean()),
    bindparam("lo", type_=CODE),
    bindparam("hi", type_=CODE),
)


async def left(incident_id: IncidentId, tx: Transaction) -> Row[Any]:
    """Count the households of an incident that are not checked, and those that it hit, are not tracked to the end, and have no case."""
    return (await tx.execute(LEFT, {"counties": tx.counties, "incident": incident_id})).one()


async def figures(incident: Incident, area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Count an incident's households village by village, each where it lives now: one grouped question. Amounts in yuan."""
    lo, hi = area_range(area)
    asked = {"counties": tx.counties, "incident": incident.id, "now": tx.now, "wide": incident.county_code == LINCANG, "lo": lo, "hi": hi}
    return (await tx.execute(FIGURES, asked)).all()

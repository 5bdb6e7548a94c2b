"""Counting the households of an incident: by village, and those that still hold up its closure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Uuid, bindparam, text

from services.monitoring.domain.incidents.incidents import IncidentId
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range

LEFT = text("""
    SELECT count(*) FILTER (WHERE e.status = 'to_check') AS unchecked,
           count(*) FILTER (WHERE e.status <> 'to_check' AND e.case_id IS NULL AND NOT EXISTS (
               SELECT FROM lead l WHERE l.county_code = e.county_code AND l.id = e.lead_id AND l.case_id IS NOT NULL)) AS untracked
    FROM incident_household e
    WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.status IN ('to_check', 'affected', 'green_channel', 'relieved')
""").bindparams(bindparam("incident", type_=Uuid()))
FIGURES = text("""
    SELECT e.area_code, count(*) AS households, count(*) FILTER (WHERE e.status = 'to_check') AS to_check,
           count(*) FILTER (WHERE e.losses IS NOT NULL) AS affected,
           count(*) FILTER (WHERE r.times > 0) AS relieved, coalesce(sum(r.amount), 0) AS amount,
           count(*) FILTER (WHERE e.status = 'tracked') AS tracked,
           count(*) FILTER (WHERE t.overdue OR (e.status = 'to_check' AND e.due_at < :now)) AS overdue
    FROM incident_household e
    LEFT JOIN (
        SELECT county_code, effect_id, count(*) AS times, sum(amount) AS amount FROM relief
        WHERE county_code = ANY(:counties) AND incident_id = :incident GROUP BY 1, 2
    ) r ON r.county_code = e.county_code AND r.effect_id = e.id
    LEFT JOIN (
        SELECT DISTINCT county_code, effect_id, true AS overdue FROM incident_tracking
        WHERE county_code = ANY(:counties) AND incident_id = :incident AND status = 'to_visit' AND due_at < :now
    ) t ON t.county_code = e.county_code AND t.effect_id = e.id
    WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.area_code >= :lo AND e.area_code < :hi
    GROUP BY e.area_code ORDER BY e.area_code
""").bindparams(
    bindparam("incident", type_=Uuid()),
    bindparam("now", type_=INSTANT),
    bindparam("lo", type_=CODE),
    bindparam("hi", type_=CODE),
)


async def left(incident_id: IncidentId, tx: Transaction) -> Row[Any]:
    """Count the households of an incident that are not checked, and those that it hit, are not tracked to the end, and have no case."""
    return (await tx.execute(LEFT, {"counties": tx.counties, "incident": incident_id})).one()


async def figures(incident_id: IncidentId, area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Count an incident's households village by village: one grouped question. Amounts in yuan."""
    lo, hi = area_range(area)
    return (await tx.execute(FIGURES, {"counties": tx.counties, "incident": incident_id, "now": tx.now, "lo": lo, "hi": hi})).all()

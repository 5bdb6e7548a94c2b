"""Laying down whom an incident may have hit: a slice of households in one statement, however many there are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, Uuid, bindparam, text

from services.monitoring.domain.incidents.hazards import LISTED_AS
from services.monitoring.domain.incidents.incidents import Incident
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside

AT_ONCE = 5_000
"""Households that one slice of laying down takes."""


# Whom an incident may have hit and is not laid down yet: who lives in one of its areas, or stands in the emergency department's list of its days.
_MISSING = """
    FROM household h
    WHERE h.county_code = :county AND h.status <> 'gone'
      AND (EXISTS (SELECT FROM unnest(:areas) AS a (code) WHERE starts_with(h.area_code, a.code))
           OR h.id = ANY(ARRAY(
               SELECT r.household_id FROM department_row r
               WHERE r.county_code = :county AND r.kind = 'disaster_list' AND r.is_latest AND r.household_id IS NOT NULL
                 AND r.effective_on BETWEEN :starts_on AND :ends_on AND r.facts ->> 'disaster' = ANY(:listed_as)
           )))
      AND NOT EXISTS (SELECT FROM incident_household s WHERE s.county_code = h.county_code AND s.incident_id = :incident AND s.household_id = h.id)
"""
_ASKED = (
    bindparam("incident", type_=Uuid()),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("areas", "listed_as")),
    *(bindparam(name, type_=Date()) for name in ("starts_on", "ends_on")),
)
TO_LAY_DOWN = text(f"SELECT count(*) {_MISSING}").bindparams(*_ASKED)
LAY_DOWN = text(f"""
    WITH missing AS MATERIALIZED (
        SELECT h.county_code, h.id, h.township_code, h.area_code {_MISSING} ORDER BY h.id LIMIT :at_most
    ), laid_down AS (
        INSERT INTO incident_household (county_code, id, incident_id, household_id, township_code, area_code, due_at)
        SELECT county_code, uuidv7(), :incident, id, township_code, area_code, :due_at FROM missing
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM missing) AS found, (SELECT count(*) FROM laid_down) AS laid_down
""").bindparams(*_ASKED, bindparam("due_at", type_=INSTANT), bindparam("at_most", type_=Integer()))  # noqa: S608


async def to_lay_down(held: Incident, tx: Transaction) -> int:
    """Count the households of the transaction's county that an incident may have hit and that are not laid down."""
    return (await tx.execute(TO_LAY_DOWN, _asked(held, tx))).scalar_one()


async def lay_down(held: Incident, tx: Transaction, *, due_at: datetime) -> tuple[int, bool]:
    """Lay down the next households of an incident in the transaction's county; say how many, and whether there may be more."""
    row = (await tx.execute(LAY_DOWN, _asked(held, tx) | {"due_at": due_at, "at_most": AT_ONCE})).one()
    return row.laid_down, row.found == AT_ONCE


def _asked(held: Incident, tx: Transaction) -> dict[str, Any]:
    county = tx.actor.scope.county
    here = [area for area in held.areas if is_inside(area, county) or is_inside(county, area)]
    return {
        "county": county,
        "incident": held.id,
        "areas": here,
        "listed_as": list(LISTED_AS[held.hazard]) if here else [],
        "starts_on": held.starts_on,
        "ends_on": held.ends_on,
    }

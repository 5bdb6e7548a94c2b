"""What is under way for a household: a case, leads that nobody has decided, an open flag."""

from typing import Any

from sqlalchemy import Row, text

from services.monitoring.domain.register.hindrances import UnderWay
from shared.database.transaction import Transaction

UNDER_WAY = text("""
    SELECT EXISTS (SELECT FROM monitoring_case WHERE county_code = :county AND household_id = :household
                   AND status NOT IN ('approved', 'refused', 'cancelled')) AS case,
           EXISTS (SELECT FROM lead WHERE county_code = :county AND household_id = :household AND status = 'registered')
           OR EXISTS (SELECT FROM lead WHERE county_code = :county AND household_id = :household
                      AND status = 'confirmed' AND case_id IS NULL) AS leads,
           EXISTS (SELECT FROM risk_flag WHERE county_code = :county AND household_id = :household AND status = 'open') AS monitored
""")


async def under_way(household: Row[Any], tx: Transaction) -> UnderWay:
    """Say what is under way for a household."""
    found = await tx.execute(UNDER_WAY, {"county": household.county_code, "household": household.id})
    return UnderWay(**found.mappings().one())

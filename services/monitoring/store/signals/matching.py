"""People whom departments named before they were registered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, bindparam, text

from shared.database.transaction import Transaction

_NOW_REGISTERED = text("""
    SELECT DISTINCT d.kind, d.person_index FROM department_row d
    JOIN person p ON p.county_code = d.county_code AND p.id_number_index = d.person_index
    JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
    JOIN household h ON h.county_code = m.county_code AND h.id = m.household_id AND h.status <> 'gone'
    WHERE d.county_code = :county AND d.household_id IS NULL AND d.is_latest
    LIMIT :at_most
""").bindparams(bindparam("at_most", type_=Integer()))


async def now_registered(county: str, tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """List kinds of rows and people that were not matched to a household, and could be now."""
    return (await tx.execute(_NOW_REGISTERED, {"county": county, "at_most": at_most})).all()

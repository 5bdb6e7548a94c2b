"""What lies in areas that have ended and belongs to no household: leads and list rows of people who are not registered."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, bindparam, text

from shared.database.columns import CODE
from shared.database.transaction import Transaction

_IS_THERE = text("""
    SELECT EXISTS (SELECT FROM lead WHERE county_code = :county AND area_code = ANY(:old) AND household_id IS NULL)
        OR EXISTS (SELECT FROM department_row WHERE county_code = :county AND area_code = ANY(:old) AND household_id IS NULL)
""").bindparams(bindparam("old", type_=ARRAY(CODE)))


async def is_left(areas: Sequence[str], county: str, tx: Transaction) -> bool:
    """Say whether anything of nobody's lies in some areas of a county; each table has an index that begins with both."""
    return bool(areas) and (await tx.execute(_IS_THERE, {"county": county, "old": list(areas)})).scalar_one()

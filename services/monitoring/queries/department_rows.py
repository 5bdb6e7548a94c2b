"""What the departments hear of the rows of their lists, once the villages have checked them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.monitoring.store import department_files
from shared.database.transaction import Transaction
from shared.wire.files import RowAnswer

NO_LEAD = "no_lead"
"""The row is kept, and no rule in force calls for a lead."""


async def answers_to_rows(ids: Sequence[UUID], tx: Transaction) -> Mapping[UUID, RowAnswer]:
    """Say how the matters of rows stand: `registered` while it is being checked, then `confirmed` or `dismissed`, or `no_lead`.

    What came of one that has ended is said in the codes of every answer, with the reason.
    """
    rows = await department_files.standing(ids, tx)
    return {
        row.id: RowAnswer(source_number=row.source_number, lead_id=row.lead_id, status=row.status or NO_LEAD, outcome=row.outcome, reason=row.reason)
        for row in rows
    }

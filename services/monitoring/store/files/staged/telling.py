from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Row, bindparam
from sqlalchemy.dialects.postgresql import JSONB

from services.monitoring.domain.files.verdicts import Verdict
from shared.database.jobs.results import tell as tell_rows
from shared.database.jobs.results import telling
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId
from shared.kernel.sheets import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a row.

    :param subject_id: the household or person that it is about; nobody of one that is refused.
    """

    row: int
    area_code: str
    verdict: Verdict
    subject_id: UUID | None

    @classmethod
    def of(cls, row: Row[Any], verdict: Verdict, subject: UUID | None) -> Self:
        """Tell of a staged row."""
        return cls(row=row.row, area_code=row.area_code, verdict=verdict, subject_id=None if verdict.outcome is Outcome.REFUSED else subject)


_TELL = telling("""SELECT t.row, t.area_code, t.outcome, t.faults, t.subject_id
    FROM jsonb_to_recordset(:rows) AS t (row int, area_code text, outcome text, faults jsonb, subject_id uuid)""").bindparams(
    bindparam("rows", type_=JSONB)
)


async def tell(told: Sequence[Told], job_id: JobId, tx: Transaction) -> Mapping[Outcome, int]:
    """Say what became of each row of a slice; count it."""
    rows = [
        {
            "row": each.row,
            "area_code": each.area_code,
            "outcome": each.verdict.outcome,
            "faults": each.verdict.faults or None,
            "subject_id": str(each.subject_id) if each.subject_id else None,
        }
        for each in told
    ]
    return await tell_rows(_TELL, job_id, tx, rows=rows)

"""What the departments hear of the rows of their lists, once the villages have checked them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.signals import Judgement
from services.monitoring.store import signals
from shared.database.transaction import Transaction
from shared.wire.files import RowAnswer

NO_LEAD = "no_lead"
"""The row is kept, and no rule in force calls for a lead."""

WHY_NOT: Mapping[Judgement, str] = {
    Judgement.NOT_MET: "未达到现行预警规则的标准",
    Judgement.NO_RULE: "该日对此类人员没有现行预警规则",
    Judgement.KEPT: "仅供比对核查",
}


async def answers_to_rows(ids: Sequence[UUID], tx: Transaction) -> Mapping[UUID, RowAnswer]:
    """Say how the matters of rows stand: `registered` while it is being checked, then `confirmed` or `dismissed`, or `no_lead`, and why.

    What came of one that has ended is said in the codes of every answer, with the reason.
    """
    return {row.id: _answer(row) for row in await signals.standing(ids, tx)}


def _answer(row: Row[Any]) -> RowAnswer:
    return RowAnswer(
        source_number=row.source_number,
        lead_id=row.lead_id,
        status=row.status or NO_LEAD,
        outcome=row.outcome,
        reason=row.reason if row.lead_id else WHY_NOT.get(row.judgement),
        rule_document=row.rule_document,
    )

"""Note that the source of a lead has its answer."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.leads import answers as rules
from services.monitoring.domain.leads.answers import AnswerId, AnswerStatus
from services.monitoring.domain.leads.channels import is_anothers
from services.monitoring.store.leads import answers
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, SafeText, command


@command
class ReturnAnswer:
    """When the source was told, and what it gave as a receipt: its number, or who took it."""

    returned_at: AwareTime
    receipt: SafeText


class AnswerReturned(BaseModel):
    id: UUID
    version: int
    status: AnswerStatus


async def return_answer(answer_id: AnswerId, given: ReturnAnswer, tx: Transaction, *, expected: int) -> AnswerReturned:
    """Note the return of an answer, with its receipt (R43; plan ch.3 s.1).

    :raises NotFound: there is no such answer here, or it is not the calling platform's.
    :raises Stale: somebody changed it.
    :raises NothingToReturn: the source has it already, or waits for none.
    :raises NotYetHappened: it claims to have been returned in the future; ReturnedBeforeDecision: before it was decided.
    """
    answer = await answers.get(answer_id, tx)
    if is_anothers(answer.channel, than=tx.actor):
        raise NotFound
    as_seen(answer.version, expected)
    happened("body.returned_at", given.returned_at, now=tx.now)
    status = rules.returned(answer, given.returned_at, by=tx.actor.role)
    version = await answers.note_returned(answer, status, tx, expected=expected, at=given.returned_at, receipt=given.receipt)
    return AnswerReturned(id=answer_id, version=version, status=status)

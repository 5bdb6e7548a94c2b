"""Review or decide many cases at once."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.monitoring.domain import cases as rules
from services.monitoring.domain.parameters import MOST_ITEMS
from services.monitoring.usecases.cases.approve_case import ApproveCase
from services.monitoring.usecases.cases.review_case import ReviewCase
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked, ask_for_decisions
from shared.database.transaction import Transaction
from shared.kernel.errors import Forbidden, Invalid
from shared.kernel.jobs import Atomic, Mode
from shared.wire import Count, DocumentNumber, Evidences, SafeText, YesNo, command, part


class CaseDecision(StrEnum):
    """What is decided, as the path of a single case names it."""

    REVIEW = "township-review"  # 乡镇审核
    APPROVE = "county-approval"  # 县级审定


BEFORE = {
    CaseDecision.REVIEW: (rules.CaseStatus.NOTICE_OVER, rules.CaseAct.REVIEW),
    CaseDecision.APPROVE: (rules.CaseStatus.REVIEWED, rules.CaseAct.APPROVE),
}


class NotYourDecision(Forbidden):
    sentence = "批量审核由乡镇办理，批量审定由县级办理。"
    english = "Many cases are reviewed by a township and approved by a county."


class NoDocumentHere(Invalid):
    sentence = "乡镇审核不写批准文号。"
    english = "A township's review has no document number."


@part
class CaseToDecide:
    """A case in the version that was seen; what is said here of it alone stands over what is said of all."""

    case_id: UUID
    version: Count
    agrees: YesNo | None = None
    opinion: SafeText | None = None
    document_number: DocumentNumber | None = None


@command
class DecideCases:
    """One decision for many cases. `validate` only says what would become of each, and can be committed later; `commit` decides.

    With `rows` each case is decided by itself, with `all` (up to 50 of one county) none is decided unless all are.
    """

    act: CaseDecision
    mode: Mode = Mode.COMMIT
    atomic: Atomic = Atomic.ROWS
    agrees: YesNo
    opinion: SafeText
    document_number: DocumentNumber | None = None
    evidence: Evidences
    items: Annotated[list[CaseToDecide], Field(min_length=1, max_length=MOST_ITEMS)]


async def decide_cases(decided: DecideCases, tx: Transaction) -> DecisionsAsked:
    """Ask for the review or the approval of many cases (R45; plan ch.3 s.1): each is decided as if it had been decided alone.

    :raises NotYourDecision: it is another level's act.
    :raises NoDocumentHere: a review with a document number.
    :raises TooManyItems: more than are let in at once; likewise TooManyForWhole, TwiceInList.
    """
    if tx.actor.role not in rules.PROCEDURE.steps[BEFORE[decided.act]].by:
        raise NotYourDecision("body.act")
    if decided.act is CaseDecision.APPROVE:
        return await ask_for_decisions("case_county_approval", _approval(decided), decided, tx, field="case_id")
    if decided.document_number is not None:
        raise NoDocumentHere("body.document_number")
    if with_number := [place for place, each in enumerate(decided.items) if each.document_number is not None]:
        raise NoDocumentHere(*(f"body.items.{place}.document_number" for place in with_number))
    return await ask_for_decisions("case_township_review", _review(decided), decided, tx, field="case_id")


def _approval(decided: DecideCases) -> ApproveCase:
    return ApproveCase(agrees=decided.agrees, opinion=decided.opinion, document_number=decided.document_number, evidence=decided.evidence)


def _review(decided: DecideCases) -> ReviewCase:
    return ReviewCase(agrees=decided.agrees, opinion=decided.opinion, evidence=decided.evidence)

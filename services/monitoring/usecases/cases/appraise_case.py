"""The village appraises a case (民主评议)."""

from services.monitoring.domain import cases as rules
from services.monitoring.domain.parameters import Key
from services.monitoring.store import cases, law
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.open_next_case import open_next_case
from services.monitoring.usecases.cases.stepped import Stepped
from services.monitoring.usecases.cases.take_back_unconfirmed import take_back_unconfirmed
from services.monitoring.usecases.cases.take_step import take_step
from services.monitoring.usecases.leads.answer_leads import answer_leads_of
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Count, Evidences, SafeText, command
from shared.wire.evidence import as_kept

NOT_CARRIED = "村级民主评议未获通过"


@command
class AppraiseCase:
    """A meeting: who could vote, who came, who was in favour; its minutes as evidence. A lost vote refuses the case."""

    held_at: AwareTime
    eligible: Count
    present: Count
    in_favour: Count
    opinion: SafeText | None = None
    evidence: Evidences


async def appraise_case(case_id: CaseId, appraisal: AppraiseCase, tx: Transaction, *, expected: int) -> Stepped:
    """Record the vote of a village meeting (plan ch.3 s.1).

    :raises QuorumNotMet: too few came; VotesDoNotAddUp: the numbers contradict each other.
    :raises MeetingBeforeCase: it was held before the case was opened; NotYetHappened: it lies ahead.
    :raises Stale: somebody changed the case.
    """
    case = await cases.get(case_id, tx)
    as_seen(case.version, expected)
    await households.hold(case.household_id, tx)
    parameters = await law.parameters_for(case.area_code, tx)
    happened("body.held_at", appraisal.held_at, now=tx.now)
    meeting = rules.Meeting(eligible=appraisal.eligible, present=appraisal.present, in_favour=appraisal.in_favour, held_at=appraisal.held_at)
    status = rules.appraise(case, meeting, by=tx.actor, rules=parameters)

    version = await take_step(
        case,
        rules.CaseAct.APPRAISE,
        tx,
        status=status,
        opinion=appraisal.opinion,
        record={
            "held_at": appraisal.held_at.isoformat(),
            "eligible": appraisal.eligible,
            "present": appraisal.present,
            "in_favour": appraisal.in_favour,
            "evidence": as_kept(appraisal.evidence),
        },
        parameters=parameters,
        basis=parameters.used(Key.QUORUM, Key.MAJORITY),
        appraised_at=appraisal.held_at,
        appraised_by=tx.actor.id,
    )
    if status is not rules.CaseStatus.REFUSED:
        return Stepped(id=case_id, version=version, status=status)
    await answer_leads_of(case, status, tx, reason=appraisal.opinion or NOT_CARRIED)
    await take_back_unconfirmed(case, tx, reason=appraisal.opinion or NOT_CARRIED)
    next_case = await open_next_case(case, tx)
    return Stepped(id=case_id, version=version, status=status, next_case_id=next_case)

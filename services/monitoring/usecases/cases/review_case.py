"""The township reviews a case (乡镇审核)."""

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
from shared.wire import Evidences, SafeText, YesNo, command
from shared.wire.evidence import as_kept


@command
class ReviewCase:
    """The township's opinion; who does not agree says why. A refusal ends the case."""

    agrees: YesNo
    opinion: SafeText
    evidence: Evidences


async def review_case(case_id: CaseId, review: ReviewCase, tx: Transaction, *, expected: int) -> Stepped:
    """Review a case whose notice is over.

    :raises SamePerson: the reviewer took an act that must be another's.
    :raises Stale: somebody changed the case.
    """
    case = await cases.get(case_id, tx)
    as_seen(case.version, expected)
    await households.hold(case.household_id, tx)
    parameters = await law.parameters_for(case.area_code, tx)
    status = rules.review(case, agrees=review.agrees, by=tx.actor, rules=parameters)

    version = await take_step(
        case,
        rules.CaseAct.REVIEW,
        tx,
        status=status,
        opinion=review.opinion,
        record={"agrees": review.agrees, "evidence": as_kept(review.evidence)},
        parameters=parameters,
        basis=parameters.used(Key.REVIEW_DIFFERS_FROM),
        reviewed_by=tx.actor.id,
    )
    if status is not rules.CaseStatus.REFUSED:
        return Stepped(id=case_id, version=version, status=status)
    await answer_leads_of(case, status, tx, reason=review.opinion)
    await take_back_unconfirmed(case, tx, reason=review.opinion)
    next_case = await open_next_case(case, tx)
    return Stepped(id=case_id, version=version, status=status, next_case_id=next_case)

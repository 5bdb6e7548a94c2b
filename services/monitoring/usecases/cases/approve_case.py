"""The county decides a case (县级审定): the household is flagged, and measures are owed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.monitoring.domain import cases as rules
from services.monitoring.domain.flags.flags import Flagging
from services.monitoring.domain.parameters import Key
from services.monitoring.publications import present_flags
from services.monitoring.store import cases, law
from services.monitoring.store.incidents import green_channels
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.flag_household import flag_household
from services.monitoring.usecases.cases.open_next_case import open_next_case
from services.monitoring.usecases.cases.stepped import Stepped
from services.monitoring.usecases.cases.take_back_unconfirmed import take_back_unconfirmed
from services.monitoring.usecases.cases.take_step import take_step
from services.monitoring.usecases.leads.answer_leads import answer_leads_of
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, Evidences, SafeText, YesNo, command
from shared.wire.evidence import as_kept


@command
class ApproveCase:
    """The county's decision; an approval names the number of its document, a refusal says why."""

    agrees: YesNo
    opinion: SafeText
    document_number: DocumentNumber | None = None
    evidence: Evidences


async def approve_case(case_id: CaseId, approval: ApproveCase, tx: Transaction, *, expected: int) -> Stepped:
    """Decide a reviewed case; an approved one raises its household's flag, or adds its risks to it (R39, R45; plan ch.3).

    Of a household that was helped first an approval confirms the flag, and a refusal takes it back.

    :raises SamePerson: who appraised, reviewed or ordered the green channel may not decide.
    :raises DocumentMissing: an approval without its number.
    :raises TooManyRisks: the household would have more risks than the form holds.
    :raises Stale: somebody changed the case.
    """
    case = await cases.get(case_id, tx)
    as_seen(case.version, expected)
    await households.hold(case.household_id, tx)
    parameters = await law.parameters_for(case.area_code, tx)
    status = rules.approve(
        case,
        agrees=approval.agrees,
        document_number=approval.document_number,
        by=tx.actor,
        rules=parameters,
        ordered_by=await green_channels.ordered_by(case_id, tx),
    )
    flagging = await flag_household(case, parameters, tx) if status is rules.CaseStatus.APPROVED else None

    version = await take_step(
        case,
        rules.CaseAct.APPROVE,
        tx,
        status=status,
        opinion=approval.opinion,
        record={"agrees": approval.agrees, "document_number": approval.document_number, "evidence": as_kept(approval.evidence)},
        basis={**parameters.used(Key.APPROVAL_DIFFERS_FROM, Key.MAX_RISKS), **_measures_used(flagging)},
        flag_id=flagging.flag_id if flagging else None,
    )
    if flagging:
        tx.publish(*await present_flags([flagging.flag_id], case.county_code, tx))
    await answer_leads_of(case, status, tx, reason=approval.opinion, monitored_before=flagging is not None and flagging.monitored_before)
    if status is rules.CaseStatus.REFUSED:
        await take_back_unconfirmed(case, tx, reason=approval.opinion)
    next_case = await open_next_case(case, tx)
    return Stepped(id=case_id, version=version, status=status, flag_id=flagging.flag_id if flagging else None, next_case_id=next_case)


def _measures_used(flagging: Flagging | None) -> Mapping[str, Any]:
    if flagging is None:
        return {}
    return {"has_labour": flagging.has_labour, "measures": [asdict(row) for row in flagging.rows]}

"""What may be decided about many things at once: each kind names the command and the use case of the door that decides one."""

from collections.abc import Mapping
from uuid import UUID

from services.monitoring.queries.cases import households_of_cases
from services.monitoring.queries.flags import households_of_flags
from services.monitoring.queries.leads.leads import households_of_leads
from services.monitoring.usecases.cases.approve_case import ApproveCase, approve_case
from services.monitoring.usecases.cases.review_case import ReviewCase, review_case
from services.monitoring.usecases.flags.take_back import WithdrawFlag
from services.monitoring.usecases.flags.withdraw_flag import withdraw_flag
from services.monitoring.usecases.leads.dispatch_lead import DispatchLead, dispatch_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId, FlagId, LeadId
from shared.service.jobs.decisions import DecisionKind


async def _review(case_id: UUID, review: ReviewCase, tx: Transaction, expected: int) -> object:
    return await review_case(CaseId(case_id), review, tx, expected=expected)


async def _approve(case_id: UUID, approval: ApproveCase, tx: Transaction, expected: int) -> object:
    return await approve_case(CaseId(case_id), approval, tx, expected=expected)


async def _dispatch(lead_id: UUID, dispatch: DispatchLead, tx: Transaction, expected: int) -> object:
    return await dispatch_lead(LeadId(lead_id), dispatch, tx, expected=expected)


async def _withdraw(flag_id: UUID, withdrawal: WithdrawFlag, tx: Transaction, expected: int) -> object:
    return await withdraw_flag(FlagId(flag_id), withdrawal, tx, expected=expected)


DECISIONS: Mapping[str, DecisionKind] = {
    "case_township_review": DecisionKind(title="乡镇批量审核", command=ReviewCase, decide=_review, households=households_of_cases),
    "case_county_approval": DecisionKind(title="县级批量审定", command=ApproveCase, decide=_approve, households=households_of_cases),
    "lead_dispatch": DecisionKind(title="线索批量分派", command=DispatchLead, decide=_dispatch, households=households_of_leads),
    "risk_flag_withdrawal": DecisionKind(title="风险标注批量撤销", command=WithdrawFlag, decide=_withdraw, households=households_of_flags),
}

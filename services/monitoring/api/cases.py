from uuid import UUID

from fastapi import Response

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.queries.cases import CasePage, CaseShown, list_cases, show_case
from services.monitoring.usecases.cases.appraise_case import AppraiseCase, appraise_case
from services.monitoring.usecases.cases.approve_case import ApproveCase, approve_case
from services.monitoring.usecases.cases.decide_cases import DecideCases, decide_cases
from services.monitoring.usecases.cases.post_notice import PostNotice, post_notice
from services.monitoring.usecases.cases.remove_notice import RemoveNotice, remove_notice
from services.monitoring.usecases.cases.review_case import ReviewCase, review_case
from services.monitoring.usecases.cases.stepped import Stepped
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked
from shared.kernel.ids import CaseId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize

cases = service_router("识别认定 cases")


@cases.get("/v1/cases", name="cases")
async def list_of_cases(after: Cursor, tx: InTransaction, area: Area = None, status: CaseStatus = CaseStatus.OPENED, size: PageSize = 50) -> CasePage:
    """按总时限列出辖区内某一环节的识别事项，期限近者在前。"""
    return await list_cases(area or tx.actor.area, status, tx, after=after, size=size)


@cases.get("/v1/cases/{case_id}")
async def case(case_id: UUID, tx: InTransaction, response: Response) -> CaseShown:
    """一件识别事项：各环节、日期、剩余天数，以及所依据的事实与规定。"""
    shown = await show_case(CaseId(case_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@cases.post("/v1/cases/{case_id}/appraisal")
async def case_appraisal(case_id: UUID, body: AppraiseCase, tx: InTransaction, expected: ExpectedVersion) -> Stepped:
    """村级民主评议：应到、实到、同意人数与会议记录。"""
    return await appraise_case(CaseId(case_id), body, tx, expected=expected)


@cases.post("/v1/cases/{case_id}/notice")
async def case_notice(case_id: UUID, body: PostNotice, tx: InTransaction, expected: ExpectedVersion) -> Stepped:
    """村内公示：自张贴凭证所载时间起算，期满时间由系统计算。"""
    return await post_notice(CaseId(case_id), body, tx, expected=expected)


@cases.post("/v1/cases/{case_id}/notice-removal")
async def case_notice_removal(case_id: UUID, body: RemoveNotice, tx: InTransaction, expected: ExpectedVersion) -> Stepped:
    """公示期满撤下。"""
    return await remove_notice(CaseId(case_id), body, tx, expected=expected)


@cases.post("/v1/cases/{case_id}/township-review")
async def case_township_review(case_id: UUID, body: ReviewCase, tx: InTransaction, expected: ExpectedVersion) -> Stepped:
    """乡镇审核：同意，或写明理由不予通过。"""
    return await review_case(CaseId(case_id), body, tx, expected=expected)


@cases.post("/v1/cases/{case_id}/county-approval")
async def case_county_approval(case_id: UUID, body: ApproveCase, tx: InTransaction, expected: ExpectedVersion) -> Stepped:
    """县级审定：同意则标注风险并落实帮扶措施，或写明理由不予认定。"""
    return await approve_case(CaseId(case_id), body, tx, expected=expected)


@cases.post("/v1/case-decisions", status_code=202)
async def new_case_decisions(body: DecideCases, tx: InTransaction) -> DecisionsAsked:
    """批量审核（乡镇）或批量审定（县级）：逐件按单件的规定办理，一件未通过不影响其余；可先只校验，再在 /v1/jobs/{id}/commit 提交。

    进度见 /v1/jobs/{id}，各件结果见 /v1/jobs/{id}/rows 与 report.xlsx。
    """
    return await decide_cases(body, tx)

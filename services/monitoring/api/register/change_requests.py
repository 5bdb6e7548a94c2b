from uuid import UUID

from fastapi import Response

from services.monitoring.domain.register.change_requests import ChangeRequestId, RequestStatus
from services.monitoring.queries.register.change_requests import RequestPage, RequestShown, list_requests, show_request
from services.monitoring.usecases.register.requests.approve_request import ApproveRequest, approve_request
from services.monitoring.usecases.register.requests.refuse_request import RefuseRequest, refuse_request
from services.monitoring.usecases.register.requests.request_change import RequestChange, RequestStepped, request_change
from services.monitoring.usecases.register.requests.withdraw_request import withdraw_request
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize

change_requests = service_router("变更申请 change requests")


@change_requests.post("/v1/change-requests", status_code=201)
async def new_change_request(body: RequestChange, tx: InTransaction) -> RequestStepped:
    """提出变更申请：分户、合户、迁移、注销或更正，由有权办理的一级审批。"""
    return await request_change(body, tx)


@change_requests.get("/v1/change-requests", name="change_requests")
async def list_of_change_requests(
    after: Cursor, tx: InTransaction, area: Area = None, status: RequestStatus = RequestStatus.REQUESTED, size: PageSize = 50
) -> RequestPage:
    """按办理期限列出辖区内某一状态的变更申请。"""
    return await list_requests(area or tx.actor.area, status, tx, after=after, size=size)


@change_requests.get("/v1/change-requests/{request_id}")
async def change_request(request_id: UUID, tx: InTransaction, response: Response) -> RequestShown:
    """一项变更申请及其内容；姓名与号码均已脱敏，查看留痕。"""
    shown = await show_request(ChangeRequestId(request_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@change_requests.post("/v1/change-requests/{request_id}/approval")
async def change_request_approval(request_id: UUID, body: ApproveRequest, tx: InTransaction, expected: ExpectedVersion) -> RequestStepped:
    """同意变更申请，并随即办理；申请人不得审批。"""
    return await approve_request(ChangeRequestId(request_id), body, tx, expected=expected)


@change_requests.post("/v1/change-requests/{request_id}/refusal")
async def change_request_refusal(request_id: UUID, body: RefuseRequest, tx: InTransaction, expected: ExpectedVersion) -> RequestStepped:
    """退回变更申请，写明理由。"""
    return await refuse_request(ChangeRequestId(request_id), body, tx, expected=expected)


@change_requests.post("/v1/change-requests/{request_id}/withdrawal")
async def change_request_withdrawal(request_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> RequestStepped:
    """撤回本人提出的变更申请。"""
    return await withdraw_request(ChangeRequestId(request_id), tx, expected=expected)

from uuid import UUID

from fastapi import Response

from services.monitoring.domain.deadlines.escalations import EscalationId, EscalationStatus
from services.monitoring.queries.deadlines.escalations import EscalationPage, EscalationShown, list_escalations, show_escalation
from services.monitoring.usecases.deadlines.acknowledge_escalation import Acknowledged, AcknowledgeEscalation, acknowledge_escalation
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize

escalations = service_router("办理时限 deadlines")


@escalations.get("/v1/escalations", name="escalations")
async def list_of_escalations(
    after: Cursor, tx: InTransaction, area: Area = None, status: EscalationStatus = EscalationStatus.OPEN, size: PageSize = 50
) -> EscalationPage:
    """列出报送本级及下级的到期提醒与逾期上报，环节期限近者在前。"""
    return await list_escalations(area or tx.actor.area, status, tx, after=after, size=size)


@escalations.get("/v1/escalations/{escalation_id}")
async def escalation(escalation_id: UUID, tx: InTransaction, response: Response) -> EscalationShown:
    """一项提醒或上报及其签收意见；查看留痕。"""
    shown = await show_escalation(EscalationId(escalation_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@escalations.post("/v1/escalations/{escalation_id}/acknowledgement")
async def escalation_acknowledgement(escalation_id: UUID, body: AcknowledgeEscalation, tx: InTransaction, expected: ExpectedVersion) -> Acknowledged:
    """签收：由所报送的层级写明如何处理；逾期不因签收而停止上报。"""
    return await acknowledge_escalation(EscalationId(escalation_id), body, tx, expected=expected)

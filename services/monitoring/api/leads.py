from uuid import UUID

from fastapi import Response

from services.monitoring.domain.leads import LeadStatus
from services.monitoring.queries.leads import LeadPage, LeadShown, list_leads, show_lead
from services.monitoring.usecases.leads.register_lead import LeadRegistered, RegisterLead, register_lead
from services.monitoring.usecases.leads.verify_lead import Verified, VerifyLead, verify_lead
from shared.kernel.ids import LeadId
from shared.service.http import service_router
from shared.service.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize

leads = service_router("线索 leads")


@leads.post("/v1/leads", status_code=201)
async def new_lead(body: RegisterLead, tx: InTransaction) -> LeadRegistered:
    """登记干部走访、部门预警、热线或灾情带来的线索。"""
    return await register_lead(body, tx)


@leads.get("/v1/leads", name="leads")
async def list_of_leads(
    after: Cursor, tx: InTransaction, area: Area = None, status: LeadStatus = LeadStatus.REGISTERED, size: PageSize = 50
) -> LeadPage:
    """按总时限列出辖区内某一状态的线索，期限近者在前。"""
    return await list_leads(area or tx.actor.area, status, tx, after=after, size=size)


@leads.get("/v1/leads/{lead_id}")
async def lead(lead_id: UUID, tx: InTransaction, response: Response) -> LeadShown:
    """一条线索及其所述情况；查看留痕。"""
    shown = await show_lead(LeadId(lead_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@leads.post("/v1/leads/{lead_id}/verification")
async def lead_verification(lead_id: UUID, body: VerifyLead, tx: InTransaction, expected: ExpectedVersion) -> Verified:
    """入户核实结果：属实则认定一至五项风险并进入识别，不实则写明理由。"""
    return await verify_lead(LeadId(lead_id), body, tx, expected=expected)

from uuid import UUID

from fastapi import Response

from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.queries.leads.leads import LeadPage, LeadShown, SourceMatter, list_leads, show_lead, show_source_matter
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked
from services.monitoring.usecases.leads.dispatch_lead import DispatchLead, LeadMoved, dispatch_lead
from services.monitoring.usecases.leads.dispatch_leads import DispatchLeads, dispatch_leads
from services.monitoring.usecases.leads.refer_lead_back import ReferLeadBack, refer_lead_back
from services.monitoring.usecases.leads.register_lead import LeadRegistered, RegisterLead, register_lead
from services.monitoring.usecases.leads.verify_lead import Verified, VerifyLead, verify_lead
from shared.kernel.ids import LeadId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize, SourceNumber

leads = service_router("线索 leads")


@leads.post("/v1/leads", status_code=201, responses={200: {"model": LeadRegistered, "description": "此前已登记的同一线索"}})
async def new_lead(body: RegisterLead, tx: InTransaction, response: Response) -> LeadRegistered:
    """登记干部走访、部门预警、12317热线、省政府救助平台、全国APP、灾情等带来的线索，指明一户或一人。

    201 when it is new, 200 for the same matter of the same source again, 409 when the source's number holds another one.
    """
    registered, is_new = await register_lead(body, tx)
    response.status_code = 201 if is_new else 200
    return registered


@leads.get("/v1/leads", name="leads")
async def list_of_leads(
    after: Cursor, tx: InTransaction, area: Area = None, status: LeadStatus = LeadStatus.REGISTERED, size: PageSize = 50
) -> LeadPage:
    """按总时限列出辖区内某一状态的线索，期限近者在前。"""
    return await list_leads(area or tx.actor.area, status, tx, after=after, size=size)


@leads.get("/v1/leads/by-source/{channel}/{source_number}")
async def lead_by_source(channel: Channel, source_number: SourceNumber, tx: InTransaction) -> SourceMatter:
    """按来源单位的编号查询线索的办理情况与核实结果；查看留痕。"""
    return await show_source_matter(channel, source_number, tx)


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


@leads.post("/v1/leads/{lead_id}/dispatch")
async def lead_dispatch(lead_id: UUID, body: DispatchLead, tx: InTransaction, expected: ExpectedVersion) -> LeadMoved:
    """把线索分派到所在区划之内的乡镇或村；到村后方可核实。"""
    return await dispatch_lead(LeadId(lead_id), body, tx, expected=expected)


@leads.post("/v1/leads/{lead_id}/referral-back")
async def lead_referral_back(lead_id: UUID, body: ReferLeadBack, tx: InTransaction, expected: ExpectedVersion) -> LeadMoved:
    """把未对应到户的线索退回上一级，并写明理由。"""
    return await refer_lead_back(LeadId(lead_id), body, tx, expected=expected)


@leads.post("/v1/lead-dispatches", status_code=202)
async def new_lead_dispatches(body: DispatchLeads, tx: InTransaction) -> DecisionsAsked:
    """批量分派线索：全部派往一处，或逐件另写去处；一件未通过不影响其余。进度与各件结果见 /v1/jobs/{id}。"""
    return await dispatch_leads(body, tx)

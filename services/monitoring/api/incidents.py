from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.incidents.effects import EffectStatus
from services.monitoring.domain.incidents.green_channel import OrderId
from services.monitoring.domain.incidents.incidents import IncidentId, IncidentStatus
from services.monitoring.domain.incidents.tracking import TrackingId, TrackingStatus
from services.monitoring.queries.incidents.green_channels import GreenCasePage, OrderShown, list_green_cases, show_order
from services.monitoring.queries.incidents.incidents import (
    EffectPage,
    FiguresShown,
    IncidentPage,
    IncidentShown,
    ReliefsShown,
    TrackingPage,
    list_effects,
    list_incidents,
    list_trackings,
    show_figures,
    show_incident,
    show_reliefs,
)
from services.monitoring.usecases.incidents.check_household import CheckHousehold, EffectChanged, check_household
from services.monitoring.usecases.incidents.close_incident import close_incident
from services.monitoring.usecases.incidents.give_relief import GiveRelief, Relieved, give_relief
from services.monitoring.usecases.incidents.lay_down_households import Asked, ask_for_laying_down
from services.monitoring.usecases.incidents.open_incident import IncidentChanged, OpenIncident, open_incident
from services.monitoring.usecases.incidents.order_green_channel import OrderGreenChannel, order_green_channel
from services.monitoring.usecases.incidents.visit_after_incident import Tracked, VisitAfterIncident, visit_after_incident
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, FromNext, InTransaction, etag
from shared.wire import PageSize

incidents = service_router("灾情 incidents")
green_channels = service_router("绿色通道 green channels")


@incidents.post("/v1/incidents", status_code=201)
async def new_incident(body: OpenIncident, tx: InTransaction) -> IncidentChanged:
    """登记灾情：灾种、等级、起止时间、区划或地图范围、来源与文号；只画范围的，按县界得出所涉的县。"""
    return await open_incident(body, tx)


@incidents.get("/v1/incidents", name="incidents")
async def list_of_incidents(
    tx: InTransaction,
    status: IncidentStatus = IncidentStatus.OPEN,
    before: FromNext = None,
    size: PageSize = 50,
) -> IncidentPage:
    """列出本辖区及覆盖本辖区的灾情，新的在前。"""
    return await list_incidents(status, tx, before=before, size=size)


@incidents.get("/v1/incidents/{incident_id}")
async def incident(incident_id: UUID, tx: InTransaction, response: Response) -> IncidentShown:
    """一次灾情。"""
    shown = await show_incident(IncidentId(incident_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@incidents.get("/v1/incidents/{incident_id}/figures")
async def incident_figures(incident_id: UUID, tx: InTransaction, area: Area = None) -> FiguresShown:
    """一次灾情在各村的受灾、救助、金额、跟踪与逾期户数。"""
    return await show_figures(IncidentId(incident_id), area or tx.actor.area, tx)


@incidents.post("/v1/incidents/{incident_id}/households", status_code=202, name="incident_laying_down")
async def incident_laying_down(incident_id: UUID, tx: InTransaction) -> Asked:
    """把灾情区划内及同期受灾群众名单上的农户列为待核查，由任务办理；再次办理只增不减。"""
    return await ask_for_laying_down(IncidentId(incident_id), tx)


@incidents.post("/v1/incidents/{incident_id}/closure")
async def incident_closure(incident_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> IncidentChanged:
    """办结灾情：每一受灾户均已跟踪完毕或已立案。"""
    return await close_incident(IncidentId(incident_id), tx, expected=expected)


@incidents.get("/v1/incident-households", name="incident_households")
async def list_of_incident_households(
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    status: EffectStatus = EffectStatus.TO_CHECK,
    incident_id: Annotated[UUID | None, Query(description="只列某一灾情。Of one incident only.")] = None,
    size: PageSize = 50,
) -> EffectPage:
    """辖区内各灾情中某一状态的户，核查期限近者在前。"""
    return await list_effects(area or tx.actor.area, status, incident_id, tx, after=after, size=size)


@incidents.get("/v1/incidents/{incident_id}/households/{household_id}")
async def incident_household(incident_id: UUID, household_id: UUID, tx: InTransaction, response: Response) -> ReliefsShown:
    """一户在一次灾情中的状态与所受救助。"""
    shown = await show_reliefs(IncidentId(incident_id), HouseholdId(household_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@incidents.post("/v1/incidents/{incident_id}/households/{household_id}/check")
async def incident_check(incident_id: UUID, household_id: UUID, body: CheckHousehold, tx: InTransaction, expected: ExpectedVersion) -> EffectChanged:
    """核查一户是否受灾；受灾的同时形成线索，并列出应回访的日期。"""
    return await check_household(IncidentId(incident_id), HouseholdId(household_id), body, tx, expected=expected)


@incidents.post("/v1/incidents/{incident_id}/households/{household_id}/relief")
async def incident_relief(incident_id: UUID, household_id: UUID, body: GiveRelief, tx: InTransaction, expected: ExpectedVersion) -> Relieved:
    """登记对一户的救助：种类、金额（元）、时间与提供单位。"""
    return await give_relief(IncidentId(incident_id), HouseholdId(household_id), body, tx, expected=expected)


@incidents.get("/v1/incident-trackings", name="incident_trackings")
async def list_of_incident_trackings(
    after: Cursor, tx: InTransaction, area: Area = None, status: TrackingStatus = TrackingStatus.TO_VISIT, size: PageSize = 50
) -> TrackingPage:
    """辖区内灾后应回访的户，期限近者在前。"""
    return await list_trackings(area or tx.actor.area, status, tx, after=after, size=size)


@incidents.post("/v1/incident-trackings/{tracking_id}/visit")
async def incident_tracking_visit(tracking_id: UUID, body: VisitAfterIncident, tx: InTransaction, expected: ExpectedVersion) -> Tracked:
    """登记一次灾后回访；仍有困难的形成线索，或并入在办的线索与识别事项。"""
    return await visit_after_incident(TrackingId(tracking_id), body, tx, expected=expected)


@green_channels.post("/v1/incidents/{incident_id}/green-channel", status_code=202)
async def incident_green_channel(incident_id: UUID, body: OrderGreenChannel, tx: InTransaction) -> Asked:
    """绿色通道：对所列农户或区划内全部受灾户先行标注、落实帮扶，程序限期补办；由任务逐户办理。"""
    return await order_green_channel(IncidentId(incident_id), body, tx)


@green_channels.get("/v1/green-channels/{order_id}")
async def green_channel(
    order_id: UUID,
    tx: InTransaction,
    after: FromNext = None,
    size: PageSize = 50,
) -> OrderShown:
    """一次绿色通道及其逐户结果。"""
    return await show_order(OrderId(order_id), tx, after=after, size=size)


@green_channels.get("/v1/green-channel-cases", name="green_channel_cases")
async def list_of_green_channel_cases(
    after: Cursor, tx: InTransaction, area: Area = None, status: CaseStatus = CaseStatus.OPENED, size: PageSize = 50
) -> GreenCasePage:
    """辖区内经绿色通道先行帮扶、须补办程序的识别事项，期限近者在前，并标明逾期。"""
    return await list_green_cases(area or tx.actor.area, status, tx, after=after, size=size)

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.domain.files.lists_out.regional import ALARM_HOUSEHOLD_LIST
from services.monitoring.domain.regional.alarms import AlarmId, AlarmStatus
from services.monitoring.queries.regional.alarms import (
    AlarmHouseholdPage,
    AlarmPage,
    AlarmShown,
    alarm_households_out,
    list_alarm_households,
    list_alarms,
    show_alarm,
)
from services.monitoring.queries.regional.rules import IndustriesShown, RegionalRulesShown, list_industries, list_regional_rules
from services.monitoring.usecases.law.publish_regional_rule import PublishRegionalRule, RegionalRuleCode, publish_regional_rule
from services.monitoring.usecases.law.published import Published
from services.monitoring.usecases.regional.answer_alarm import AlarmAnswered, AnswerAlarm, answer_alarm
from services.monitoring.usecases.regional.ask_for_check import CheckRegions, ask_for_check
from services.monitoring.usecases.regional.check_regions import CHECK, RECOUNT
from services.monitoring.usecases.regional.open_alarm_leads import ask_for_leads
from services.monitoring.usecases.regional.report_event import EventReported, ReportRegionalEvent, report_event
from shared.service.http.apps import service_router
from shared.service.http.downloads import CSV, XLSX, FileAnswer, a_file
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.service.jobs.doors import Files
from shared.service.jobs.exports import export_now
from shared.service.jobs.lists import Format, ListKind
from shared.service.jobs.shown import JobAccepted
from shared.wire import AreaCode, Day, PageSize

regional = service_router("区域性规模性风险 regional alarms")

On = Annotated[Day | None, Query(description="施行日，省略则为今日。The day; today if absent.")]


@regional.post("/v1/regional-events", status_code=201)
async def new_regional_event(body: ReportRegionalEvent, tx: InTransaction) -> EventReported:
    """上报区域性事件：农产品价格大幅下跌、失业增多、产业项目失败、病虫害和疫病、安置区问题；涉及农户计入区域监测。"""
    return await report_event(body, tx)


@regional.get("/v1/industries", name="industries")
async def list_of_industries(tx: InTransaction, area: Area = None, on: On = None) -> IndustriesShown:
    """列出某地某日有效的重点产业及其对应的主要产业类型。"""
    return await list_industries(area or tx.actor.area, tx, on=on)


@regional.get("/v1/regional-rules", name="regional_rules")
async def list_of_regional_rules(tx: InTransaction, area: Area = None, on: On = None) -> RegionalRulesShown:
    """列出某地某日有效的区域预警规则：就近者优先，同地以最近施行者为准。"""
    return await list_regional_rules(area or tx.actor.area, tx, on=on)


@regional.put("/v1/regional-rules/{area}/{code}", status_code=201, responses={200: {"model": Published, "description": "此前已发布的同一规定"}})
async def regional_rule(area: AreaCode, code: RegionalRuleCode, body: PublishRegionalRule, tx: InTransaction, response: Response) -> Published:
    """发布州市或县的一条区域预警规则，注明文号与施行日期；已发布者不改写。"""
    published, is_new = await publish_regional_rule(area, code, body, tx)
    response.status_code = 201 if is_new else 200
    return published


@regional.post("/v1/regional-checks", status_code=202)
async def new_regional_check(body: CheckRegions, tx: InTransaction) -> JobAccepted:
    """立即核算并检查各区划是否应预警、是否可解除；作为任务办理。"""
    return JobAccepted.of(await ask_for_check(CHECK, body, tx))


@regional.post("/v1/regional-recounts", status_code=202)
async def new_regional_recount(body: CheckRegions, tx: InTransaction) -> JobAccepted:
    """由已登记的发生记录重新核算各区划计数，结果与逐步累计相同；作为任务办理。"""
    return JobAccepted.of(await ask_for_check(RECOUNT, body, tx))


@regional.get("/v1/regional-alarms")
async def regional_alarms(
    after: Cursor, tx: InTransaction, area: Area = None, status: AlarmStatus = AlarmStatus.OPEN, size: PageSize = 50
) -> AlarmPage:
    """列出辖区内的区域性、规模性返贫预警，答复期限早的在前。"""
    return await list_alarms(area or tx.actor.area, status, tx, after=after, size=size)


@regional.get("/v1/regional-alarms/{alarm_id}")
async def regional_alarm(alarm_id: UUID, tx: InTransaction, response: Response) -> AlarmShown:
    """一条区域预警：所依规则、本区划与相邻区划的逐周户数、县级答复。"""
    found = await show_alarm(AlarmId(alarm_id), tx)
    response.headers["ETag"] = etag(found.version)
    return found


@regional.get("/v1/regional-alarms/{alarm_id}/households")
async def regional_alarm_households(alarm_id: UUID, after: Cursor, tx: InTransaction, area: Area = None, size: PageSize = 50) -> AlarmHouseholdPage:
    """列出预警涉及的农户，户主姓名脱敏。"""
    return await list_alarm_households(AlarmId(alarm_id), area, tx, after=after, size=size)


@regional.get("/v1/regional-alarms/{alarm_id}/households/export", response_class=FileAnswer, responses=a_file(XLSX, CSV))
async def regional_alarm_household_export(
    alarm_id: UUID, tx: InTransaction, store: Files, area: Area = None, format: Format = Format.XLSX
) -> Response:
    """把预警涉及的农户导出为文件（xlsx 或 csv），范围、脱敏与清单相同。"""
    kind = ListKind(
        sheet=ALARM_HOUSEHOLD_LIST,
        operation="regional_alarm_household_export",
        readers=frozenset(),
        statuses=AlarmStatus,
        default=AlarmStatus.OPEN,
        page=partial(alarm_households_out, AlarmId(alarm_id)),
    )
    return await export_now(kind, area or tx.actor.area, AlarmStatus.OPEN, format, tx, store)


@regional.post("/v1/regional-alarms/{alarm_id}/answer")
async def regional_alarm_answer(alarm_id: UUID, body: AnswerAlarm, expected: ExpectedVersion, tx: InTransaction) -> AlarmAnswered:
    """县级答复区域预警：属实、偶然或已知；属实的须写明防范预案文号和处置措施。"""
    return await answer_alarm(AlarmId(alarm_id), body, tx, expected=expected)


@regional.post("/v1/regional-alarms/{alarm_id}/leads", status_code=202)
async def regional_alarm_leads(alarm_id: UUID, expected: ExpectedVersion, tx: InTransaction) -> JobAccepted:
    """为属实预警涉及、尚无人跟进的农户各登记一条待核实线索；作为任务办理。"""
    return JobAccepted.of(await ask_for_leads(AlarmId(alarm_id), tx, expected=expected))

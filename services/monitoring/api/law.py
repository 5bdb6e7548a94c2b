from fastapi import Response

from services.monitoring.api.published import BEFORE
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Hardship
from services.monitoring.queries.leads.grade_rules import GradeRulesShown, list_grade_rules
from services.monitoring.usecases.law.publish_bottom_line import PublishBottomLine, publish_bottom_line
from services.monitoring.usecases.law.publish_grade_rule import PublishGradeRule, publish_grade_rule
from services.monitoring.usecases.law.publish_parameter import PublishParameter, publish_parameter
from services.monitoring.usecases.law.published import Published
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, InTransaction
from shared.wire import AreaCode, Year

law = service_router("规定 law")


@law.put("/v1/bottom-lines/{area}/{year}", status_code=201, responses=BEFORE)
async def bottom_line(area: AreaCode, year: Year, body: PublishBottomLine, tx: InTransaction, response: Response) -> Published:
    """发布某地某年度监测底线（元/人·年），注明文号与施行日期；已发布者不改写。"""
    published, is_new = await publish_bottom_line(area, year, body, tx)
    response.status_code = 201 if is_new else 200
    return published


@law.put("/v1/parameters/{area}/{key}", status_code=201, responses=BEFORE)
async def parameter(area: AreaCode, key: Key, body: PublishParameter, tx: InTransaction, response: Response) -> Published:
    """发布某地某项办理参数，注明文号与施行日期；就近者优先，同地以最近施行者为准。"""
    published, is_new = await publish_parameter(area, key, body, tx)
    response.status_code = 201 if is_new else 200
    return published


@law.get("/v1/lead-grade-rules")
async def lead_grade_rules(tx: InTransaction, area: Area = None) -> GradeRulesShown:
    """列出某地今日有效的预警分级：就近者优先，同地以最近施行者为准，未列者为黄色。"""
    return await list_grade_rules(area or tx.actor.area, tx)


@law.put("/v1/lead-grade-rules/{area}/{hardship}", status_code=201, responses=BEFORE)
async def lead_grade_rule(area: AreaCode, hardship: Hardship, body: PublishGradeRule, tx: InTransaction, response: Response) -> Published:
    """发布某地某类困难的预警等级（红、橙、黄），注明文号与施行日期；已发布者不改写。"""
    published, is_new = await publish_grade_rule(area, hardship, body, tx)
    response.status_code = 201 if is_new else 200
    return published

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.api.published import BEFORE
from services.monitoring.domain.quality.findings import FindingId, FindingStatus
from services.monitoring.queries.quality.findings import FindingPage, FindingShown, QualitySummary, list_findings, show_finding, show_summary
from services.monitoring.queries.quality.rules import QualityRulesShown, VocabularyShown, list_facts, list_quality_rules
from services.monitoring.usecases.law.publish_quality_rule import PublishQualityRule, RuleNumber, publish_quality_rule
from services.monitoring.usecases.law.published import Published
from services.monitoring.usecases.quality.ask_for_check import AskForCheck, CheckAsked, ask_for_check
from services.monitoring.usecases.quality.excuse_finding import ExcuseFinding, FindingChanged, FindingExcused, excuse_finding
from services.monitoring.usecases.quality.recheck_finding import recheck_finding
from services.monitoring.usecases.quality.try_quality_rule import QualityTrialShown, TryQualityRule, try_quality_rule
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.service.http.routes import only_reads
from shared.wire import AreaCode, Day, PageSize

quality = service_router("数据质量 quality")


@quality.get("/v1/quality-facts")
async def quality_facts(_: InTransaction) -> VocabularyShown:
    """列出核查规则可用的数据项：名称、单位、代码，以及尚未接入的原因。"""
    return list_facts()


@quality.get("/v1/quality-rules")
async def quality_rules(
    tx: InTransaction,
    area: Area = None,
    on: Annotated[Day | None, Query(description="施行日，省略则为今日。The day; today if absent.")] = None,
) -> QualityRulesShown:
    """列出某地某日有效的核查规则及其示例；所需数据项尚未接入的，注明不能核查及所缺数据项。"""
    return await list_quality_rules(area or tx.actor.area, tx, on=on)


@quality.post("/v1/quality-rules/trials")
@only_reads
async def quality_rule_trial(body: TryQualityRule, tx: InTransaction) -> QualityTrialShown:
    """试算一条核查规则：某县（区）或其下区域现有数据中会发现多少问题，并列出一页，不作改动，试算留痕；涉及健康等不予显示的数据项的，只给数量；市级须指明一个县（区）。"""
    return await try_quality_rule(body, tx)


@quality.put("/v1/quality-rules/{area}/{number}", status_code=201, responses=BEFORE)
async def quality_rule(area: AreaCode, number: RuleNumber, body: PublishQualityRule, tx: InTransaction, response: Response) -> Published:
    """发布州市或某县（区）的一条核查规则，注明文号与起止日期；示例结论与规则不符者不予发布，已发布者不改写。"""
    published, is_new = await publish_quality_rule(area, number, body, tx)
    response.status_code = 201 if is_new else 200
    return published


@quality.post("/v1/quality-checks", status_code=202)
async def new_quality_check(body: AskForCheck, tx: InTransaction) -> CheckAsked:
    """发起一次数据核查：辖区与规则（省略则为全部）；由任务逐条核查，进度见 /v1/jobs/{id}。"""
    return await ask_for_check(body, tx)


@quality.get("/v1/quality-findings", name="quality_findings")
async def list_of_quality_findings(
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    status: FindingStatus = FindingStatus.OPEN,
    rule: RuleNumber | None = None,
    size: PageSize = 50,
) -> FindingPage:
    """列出某地某一状态的问题数据，期限近者在前；可只看一条规则。"""
    return await list_findings(area or tx.actor.area, status, rule, tx, after=after, size=size)


@quality.get("/v1/quality-findings/{finding_id}")
async def quality_finding(finding_id: UUID, tx: InTransaction, response: Response) -> FindingShown:
    """一条问题数据及其说明情况；查看留痕。"""
    shown = await show_finding(FindingId(finding_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@quality.post("/v1/quality-findings/{finding_id}/recheck")
async def quality_finding_recheck(finding_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> FindingChanged:
    """立即复核该户的各项问题数据，已修正的随即销号。"""
    return await recheck_finding(FindingId(finding_id), tx, expected=expected)


@quality.post("/v1/quality-findings/{finding_id}/excuse")
async def quality_finding_excuse(finding_id: UUID, body: ExcuseFinding, tx: InTransaction, expected: ExpectedVersion) -> FindingExcused:
    """由责任层级的上一级核准说明：写明理由、佐证与有效期；有效期内数据未变的，不再列出。"""
    return await excuse_finding(FindingId(finding_id), body, tx, expected=expected)


@quality.get("/v1/quality-summary")
async def quality_summary(tx: InTransaction, area: Area = None) -> QualitySummary:
    """按规则和下一级区划统计问题数据：待修正、逾期、已修正、已说明、不再适用。"""
    return await show_summary(area or tx.actor.area, tx)

from typing import Annotated

from fastapi import Query, Response

from services.monitoring.api.published import BEFORE
from services.monitoring.domain.signals import Figure
from services.monitoring.queries.signals.signal_rules import SignalRulesShown, list_signal_rules
from services.monitoring.usecases.law.publish_base_figure import PublishBaseFigure, publish_base_figure
from services.monitoring.usecases.law.publish_signal_rule import ListName, PublishSignalRule, RuleCode, publish_signal_rule
from services.monitoring.usecases.law.published import Published
from services.monitoring.usecases.law.try_signal_rule import TrialShown, TrySignalRule, try_signal_rule
from services.monitoring.usecases.signals.take_signals import SignalsTaken, TakeSignals, take_signals
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, InTransaction
from shared.service.http.routes import only_reads
from shared.wire import AreaCode, Day, Year

signals = service_router("部门信号 signals")


@signals.post("/v1/signals")
async def new_signals(body: TakeSignals, tx: InTransaction) -> SignalsTaken:
    """部门即时报送一至二百条记录，逐条给出结果与线索：同一编号以最高版次为准，重复报送不重复计算。"""
    return await take_signals(body, tx)


@signals.get("/v1/signal-rules")
async def signal_rules(
    tx: InTransaction,
    area: Area = None,
    kind: ListName | None = None,
    on: Annotated[Day | None, Query(description="施行日，省略则为今日。The day; today if absent.")] = None,
) -> SignalRulesShown:
    """列出某地某日有效的预警规则：就近者优先，同地以最近施行者为准。"""
    return await list_signal_rules(area or tx.actor.area, tx, kind=kind, on=on)


@signals.put("/v1/signal-rules/{area}/{code}", status_code=201, responses=BEFORE)
async def signal_rule(area: AreaCode, code: RuleCode, body: PublishSignalRule, tx: InTransaction, response: Response) -> Published:
    """发布某地的一条预警规则，注明文号与起止日期；永远不会生效的规则不予发布，已发布者不改写。"""
    published, is_new = await publish_signal_rule(area, code, body, tx)
    response.status_code = 201 if is_new else 200
    return published


@signals.post("/v1/signal-rules/trial")
@only_reads
async def signal_rule_trial(body: TrySignalRule, tx: InTransaction) -> TrialShown:
    """试算一条预警规则：某县（区）或其下区域的现有记录中会有多少条产生线索，不列名单，不作改动；市级须指明一个县（区）。"""
    return await try_signal_rule(body, tx)


@signals.put("/v1/base-figures/{area}/{figure}/{year}", status_code=201, responses=BEFORE)
async def base_figure(area: AreaCode, figure: Figure, year: Year, body: PublishBaseFigure, tx: InTransaction, response: Response) -> Published:
    """发布规则所用的年度基数（元/人·年），如全省农村居民人均可支配收入。"""
    published, is_new = await publish_base_figure(area, figure, year, body, tx)
    response.status_code = 201 if is_new else 200
    return published

from functools import partial
from typing import Annotated

from fastapi import Query, Response

from services.monitoring.domain.files.lists_out.dashboards import SHEETS, DashboardTable
from services.monitoring.queries.reading.area_figure_tables import dashboard_page
from services.monitoring.queries.reading.area_figures import (
    DashboardShown,
    IncomeDistribution,
    ListCode,
    Month,
    TrendsShown,
    show_dashboard,
    show_income,
    show_trends,
)
from services.monitoring.usecases.reading.recount_figures import RecountAsked, RecountFigures, ask_for_recount
from shared.service.http.apps import service_router
from shared.service.http.downloads import CSV, XLSX, FileAnswer, a_file
from shared.service.http.requests import Area, InTransaction
from shared.service.jobs.doors import Files
from shared.service.jobs.exports import export_now
from shared.service.jobs.lists import Format, ListKind

dashboards = service_router("工作看板 dashboards")

OfList = Annotated[ListCode | None, Query(alias="list", description="重点区域名单代码：只计名单所列各地。A list of places: these only.")]
InMonth = Annotated[Month | None, Query(description="月份，省略则为本月。This month if absent.")]


@dashboards.get("/v1/dashboard")
async def dashboard(tx: InTransaction, area: Area = None, month: InMonth = None, of_list: OfList = None) -> DashboardShown:
    """一地及其下一级各地：户数人数、线索到认定各环节件数、按时与逾期。户数为当前数，件数按月。"""
    return await show_dashboard(area or tx.actor.area, tx, month=month, list_code=of_list)


@dashboards.get("/v1/dashboard/trends")
async def dashboard_trends(
    tx: InTransaction,
    area: Area = None,
    first: Annotated[Month | None, Query(alias="from", description="起始月份。The first month.")] = None,
    last: Annotated[Month | None, Query(alias="to", description="截止月份，省略则为本月。The last month.")] = None,
    of_list: OfList = None,
) -> TrendsShown:
    """逐月走势：线索、识别事项、风险标注每月新增、办结与月末在办；省略则为近十二个月。"""
    return await show_trends(area or tx.actor.area, tx, first=first, last=last, list_code=of_list)


@dashboards.get("/v1/dashboard/income")
async def dashboard_income(tx: InTransaction, area: Area = None, of_list: OfList = None) -> IncomeDistribution:
    """收入分布：按人均纯收入分段的户数人数，以及各段低于监测底线的户数人数。"""
    return await show_income(area or tx.actor.area, tx, list_code=of_list)


@dashboards.get("/v1/dashboard/export", response_class=FileAnswer, responses=a_file(XLSX, CSV))
async def dashboard_export(
    tx: InTransaction,
    store: Files,
    table: DashboardTable = DashboardTable.HOUSEHOLDS,
    area: Area = None,
    month: InMonth = None,
    of_list: OfList = None,
    format: Format = Format.XLSX,
) -> Response:
    """把看板的一张表导出为文件（xlsx 或 csv），数字与看板相同。"""
    kind = ListKind(
        sheet=SHEETS[table],
        operation="dashboard_export",
        readers=frozenset(),
        statuses=DashboardTable,
        default=table,
        page=partial(dashboard_page, month, of_list),
    )
    return await export_now(kind, area or tx.actor.area, table, format, tx, store)


@dashboards.post("/v1/figure-recounts", status_code=202)
async def figure_recount(body: RecountFigures, tx: InTransaction) -> RecountAsked:
    """重新逐县统计并更正看板数字；作为任务办理，正常情况下没有更正。"""
    return await ask_for_recount(body, tx)

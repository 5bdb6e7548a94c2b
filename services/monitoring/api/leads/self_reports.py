from typing import Annotated

from fastapi import Path, Response

from services.monitoring.queries.leads.leads import SelfReportShown, show_self_report
from services.monitoring.usecases.leads.take_self_report import Taken, TakeSelfReport, take_self_report
from shared.kernel.ids import SelfReportId
from shared.service.http.apps import service_router
from shared.service.http.requests import InTransaction
from shared.wire import ClientId

self_reports = service_router("自主申报 self-reports")

ReportId = Annotated[ClientId, Path(description="手机端生成的 UUIDv7。Made by the phone.", examples=["0192f0c1-7d3e-7000-8000-0000000000aa"])]


@self_reports.put("/v1/self-reports/{report_id}", status_code=201, responses={200: {"model": Taken, "description": "此前已受理的同一申报"}})
async def self_report(report_id: ReportId, body: TakeSelfReport, tx: InTransaction, response: Response) -> Taken:
    """提交自主申报。编号由手机生成：信号不好时可反复提交，只受理一次。

    201 when it is new, 200 for the same report again, 409 when the id holds another one.
    """
    taken, is_new = await take_self_report(SelfReportId(report_id), body, tx)
    response.status_code = 201 if is_new else 200
    return taken


@self_reports.get("/v1/self-reports/{report_id}")
async def own_self_report(report_id: ReportId, tx: InTransaction) -> SelfReportShown:
    """查询本人申报的办理情况；他人的申报一律为未找到。"""
    return await show_self_report(SelfReportId(report_id), tx)

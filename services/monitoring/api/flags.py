from uuid import UUID

from fastapi import Response

from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.queries.flags import FanOut, FlagPage, FlagShown, list_flags, show_fan_out, show_flag
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked
from services.monitoring.usecases.flags.withdraw_flag import WithdrawFlag, Withdrawn, withdraw_flag
from services.monitoring.usecases.flags.withdraw_flags import WithdrawFlags, withdraw_flags
from shared.kernel.ids import FlagId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.wire import PageSize

flags = service_router("风险标注 risk flags")


@flags.get("/v1/risk-flags")
async def risk_flags(after: Cursor, tx: InTransaction, area: Area = None, status: FlagStatus = FlagStatus.OPEN, size: PageSize = 50) -> FlagPage:
    """按首项措施期限列出辖区内某一状态的风险标注。"""
    return await list_flags(area or tx.actor.area, status, tx, after=after, size=size)


@flags.get("/v1/risk-flags/{flag_id}")
async def risk_flag(flag_id: UUID, tx: InTransaction, response: Response) -> FlagShown:
    """一户的风险标注。"""
    shown = await show_flag(FlagId(flag_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@flags.get("/v1/risk-flags/{flag_id}/fan-out")
async def risk_flag_fan_out(flag_id: UUID, tx: InTransaction) -> FanOut:
    """帮扶措施台账：每项应落实的措施由谁应答、何时到期、进展如何。"""
    return await show_fan_out(FlagId(flag_id), tx)


@flags.post("/v1/risk-flags/{flag_id}/withdrawal")
async def risk_flag_withdrawal(flag_id: UUID, body: WithdrawFlag, tx: InTransaction, expected: ExpectedVersion) -> Withdrawn:
    """撤销错录或整户已不在的风险标注；尚未完成的帮扶任务随之撤回，记录保留。"""
    return await withdraw_flag(FlagId(flag_id), body, tx, expected=expected)


@flags.post("/v1/risk-flag-withdrawals", status_code=202)
async def new_risk_flag_withdrawals(body: WithdrawFlags, tx: InTransaction) -> DecisionsAsked:
    """批量撤销风险标注，逐件按单件的规定办理；一件未通过不影响其余。进度与各件结果见 /v1/jobs/{id}。"""
    return await withdraw_flags(body, tx)

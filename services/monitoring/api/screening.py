from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.domain.screening import RoundId, RoundStatus, ScreeningStatus
from services.monitoring.queries.screening import (
    RoundCoverage,
    RoundPage,
    RoundShown,
    ScreeningPage,
    list_round_households,
    list_rounds,
    list_screenings,
    show_coverage,
    show_round,
)
from services.monitoring.usecases.screening.close_round import close_round
from services.monitoring.usecases.screening.excuse_household import ExcuseHousehold, excuse_household
from services.monitoring.usecases.screening.open_round import OpenRound, RoundChanged, open_round
from services.monitoring.usecases.screening.refresh_round import refresh_round
from services.monitoring.usecases.screening.screen_household import Screened, ScreenHousehold, screen_household
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, FromNext, InTransaction, etag
from shared.wire import PageSize

screening = service_router("排查 screening")


@screening.post("/v1/screening-rounds", status_code=201)
async def new_screening_round(body: OpenRound, tx: InTransaction) -> RoundChanged:
    """发起一轮排查：辖区、农户范围、起止日期与文号；待排查的户由任务铺开，进度见 /v1/jobs/{id}。"""
    return await open_round(body, tx)


@screening.get("/v1/screening-rounds", name="screening_rounds")
async def list_of_screening_rounds(
    tx: InTransaction,
    status: RoundStatus = RoundStatus.OPEN,
    before: FromNext = None,
    size: PageSize = 50,
) -> RoundPage:
    """列出本辖区及覆盖本辖区的排查轮次，新的在前。"""
    return await list_rounds(status, tx, before=before, size=size)


@screening.get("/v1/screening-rounds/{round_id}")
async def screening_round(round_id: UUID, tx: InTransaction, response: Response) -> RoundShown:
    """一轮排查及其在本辖区的进度：应排查、已排查、发现困难、逾期的户数。"""
    shown = await show_round(RoundId(round_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@screening.get("/v1/screening-rounds/{round_id}/coverage")
async def screening_coverage(round_id: UUID, tx: InTransaction, area: Area = None) -> RoundCoverage:
    """一轮排查在各村的进度；市级须指明一个县（区）。"""
    return await show_coverage(RoundId(round_id), area or tx.actor.area, tx)


@screening.get("/v1/screening-rounds/{round_id}/households")
async def screening_round_households(
    round_id: UUID,
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    status: ScreeningStatus = ScreeningStatus.TO_SCREEN,
    size: PageSize = 50,
) -> ScreeningPage:
    """一轮排查中某一状态的户，期限近者在前；逾期的即过期仍待排查者。"""
    return await list_round_households(RoundId(round_id), area or tx.actor.area, status, tx, after=after, size=size)


@screening.post("/v1/screening-rounds/{round_id}/refresh", status_code=202)
async def screening_round_refresh(round_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> RoundChanged:
    """把轮次发起之后登记的户补入，只增不减。"""
    return await refresh_round(RoundId(round_id), tx, expected=expected)


@screening.post("/v1/screening-rounds/{round_id}/closure", status_code=202)
async def screening_round_closure(round_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> RoundChanged:
    """结束一轮排查；仍未排查的户由任务记为漏排。"""
    return await close_round(RoundId(round_id), tx, expected=expected)


@screening.post("/v1/screening-rounds/{round_id}/households/{household_id}/visit")
async def screening_visit(round_id: UUID, household_id: UUID, body: ScreenHousehold, tx: InTransaction, expected: ExpectedVersion) -> Screened:
    """登记一户的排查结果；发现困难的同时形成线索。"""
    return await screen_household(RoundId(round_id), HouseholdId(household_id), body, tx, expected=expected)


@screening.post("/v1/screening-rounds/{round_id}/households/{household_id}/excuse")
async def screening_excuse(round_id: UUID, household_id: UUID, body: ExcuseHousehold, tx: InTransaction, expected: ExpectedVersion) -> Screened:
    """一户免予本轮排查，写明理由。"""
    return await excuse_household(RoundId(round_id), HouseholdId(household_id), body, tx, expected=expected)


@screening.get("/v1/screening-households", name="screening_households")
async def list_of_screening_households(
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    status: ScreeningStatus = ScreeningStatus.TO_SCREEN,
    round_id: Annotated[UUID | None, Query(description="只列某一轮次。Of one round only.")] = None,
    size: PageSize = 50,
) -> ScreeningPage:
    """辖区内各轮排查中某一状态的户，期限近者在前。"""
    return await list_screenings(area or tx.actor.area, status, round_id, tx, after=after, size=size)

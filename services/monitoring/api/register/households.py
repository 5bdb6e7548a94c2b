from uuid import UUID

from fastapi import Response

from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.queries.register.households import (
    HouseholdPage,
    HouseholdsFound,
    HouseholdShown,
    SearchHousehold,
    list_households,
    search_household,
    show_household,
)
from services.monitoring.usecases.register.register_household import Registered, RegisterHousehold, register_household
from services.monitoring.usecases.register.register_households import BatchRegistered, RegisterHouseholds, register_households
from shared.kernel.ids import HouseholdId
from shared.service.http import service_router
from shared.service.requests import Area, Cursor, InTransaction, etag
from shared.service.routes import only_reads
from shared.wire import PageSize

households = service_router("农户 households")


@households.post("/v1/households", status_code=201)
async def new_household(body: RegisterHousehold, tx: InTransaction) -> Registered:
    """登记一户及其成员、收入。"""
    return await register_household(body, tx)


@households.post("/v1/households/batch")
async def household_batch(body: RegisterHouseholds, tx: InTransaction) -> BatchRegistered:
    """一次登记至多一百户，逐户给出结果；更多的用 /v1/imports。"""
    return await register_households(body, tx)


@households.get("/v1/households", name="households")
async def list_of_households(
    after: Cursor, tx: InTransaction, area: Area = None, status: HouseholdStatus = HouseholdStatus.MONITORED, size: PageSize = 50
) -> HouseholdPage:
    """按下次走访期限列出辖区内某一状态的户。"""
    return await list_households(area or tx.actor.area, status, tx, after=after, size=size)


@households.post("/v1/households/search")
@only_reads
async def household_search(body: SearchHousehold, tx: InTransaction) -> HouseholdsFound:
    """按身份证号码查找辖区内的户；号码只在请求内容中，不进入地址。"""
    return await search_household(body, tx)


@households.get("/v1/households/{household_id}")
async def household(household_id: UUID, tx: InTransaction, response: Response) -> HouseholdShown:
    """一户的成员、收入与监测底线对照；姓名与号码均已脱敏，查看留痕。"""
    shown = await show_household(HouseholdId(household_id), tx)
    response.headers["ETag"] = etag(shown.version)
    return shown

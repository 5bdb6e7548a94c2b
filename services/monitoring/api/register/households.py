from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.queries.register.households import HouseholdPage, HouseholdShown, list_households, show_household
from services.monitoring.queries.register.search import HouseholdsFound, SearchHousehold, search_household
from services.monitoring.usecases.register.fill_household_form import FillHouseholdForm, FormFilled, fill_household_form
from services.monitoring.usecases.register.fill_person_form import FillPersonForm, fill_person_form
from services.monitoring.usecases.register.register_household import Registered, RegisterHousehold, register_household
from services.monitoring.usecases.register.register_households import BatchRegistered, RegisterHouseholds, register_households
from shared.kernel.ids import HouseholdId, PersonId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction, etag
from shared.service.http.routes import only_reads
from shared.wire import Day, PageSize

households = service_router("农户 households")

On = Annotated[Day | None, Query(description="查看过去某日的情况，省略则为当前。A past day; the present if absent.")]


@households.post("/v1/households", status_code=201)
async def new_household(body: RegisterHousehold, tx: InTransaction) -> Registered:
    """登记一户及其成员、收入；没有身份证号码的人填写其他证件，或注明尚无证件。"""
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
    """按身份证号码或姓名的一部分查找辖区内的户，每页五十；号码与姓名只在请求内容中，不进入地址。"""
    return await search_household(body, tx)


@households.get("/v1/households/{household_id}")
async def household(household_id: UUID, tx: InTransaction, response: Response, on: On = None) -> HouseholdShown:
    """一户的成员、采集信息、收入与监测底线对照，当前或过去某日；姓名与号码均已脱敏，查看留痕。"""
    shown = await show_household(HouseholdId(household_id), tx, as_of=on)
    response.headers["ETag"] = etag(shown.version)
    return shown


@households.put("/v1/households/{household_id}/form")
async def household_form(household_id: UUID, body: FillHouseholdForm, tx: InTransaction, expected: ExpectedVersion) -> FormFilled:
    """填写一户的采集信息，自某日起有效；补正过去的，不改动其后已登记的。"""
    return await fill_household_form(HouseholdId(household_id), body, tx, expected=expected)


@households.put("/v1/people/{person_id}/form")
async def person_form(person_id: UUID, body: FillPersonForm, tx: InTransaction, expected: ExpectedVersion) -> FormFilled:
    """填写一名成员的采集信息，自某日起有效；If-Match 为其所在户的版本。"""
    return await fill_person_form(PersonId(person_id), body, tx, expected=expected)

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitoring.api.published import BEFORE
from services.monitoring.queries.income.incomes import IncomesShown, show_incomes
from services.monitoring.queries.income.items import ItemsShown, list_items
from services.monitoring.usecases.income.record_income import IncomeRecorded, RecordIncome, record_income
from services.monitoring.usecases.law.publish_income_item import ItemCode, PublishIncomeItem, publish_income_item
from services.monitoring.usecases.law.published import Published
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, ExpectedVersion, InTransaction, etag
from shared.wire import AreaCode, Day

incomes = service_router("收入 incomes")

On = Annotated[Day | None, Query(description="某一天，省略则为今天。A day; today if absent.")]


@incomes.post("/v1/households/{household_id}/incomes", status_code=201)
async def new_income(household_id: UUID, body: RecordIncome, tx: InTransaction, expected: ExpectedVersion) -> IncomeRecorded:
    """登记一户某一期间的收入，按采集表项目填报；合计按期间末日有效的项目规定计算，可追溯更正。"""
    return await record_income(HouseholdId(household_id), body, tx, expected=expected)


@incomes.get("/v1/households/{household_id}/incomes", name="incomes")
async def incomes_of_household(household_id: UUID, tx: InTransaction, response: Response, on: On = None) -> IncomesShown:
    """一户在某一天的收入：项目、合计、占比、分段、人均纯收入与参考范围，当日底线对照，以及最近各季度；查看留痕。"""
    shown = await show_incomes(HouseholdId(household_id), on, tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@incomes.get("/v1/income-items", name="income_items")
async def list_of_income_items(tx: InTransaction, area: Area = None, on: On = None) -> ItemsShown:
    """列出某地某日有效的收入采集项目，及其是否计入。"""
    return await list_items(area or tx.actor.area, on, tx)


@incomes.put("/v1/income-items/{area}/{code}", status_code=201, responses=BEFORE)
async def income_item(area: AreaCode, code: ItemCode, body: PublishIncomeItem, tx: InTransaction, response: Response) -> Published:
    """发布某地某一收入采集项目是否计入，注明文号与施行日期；已发布者不改写，所涉期间的合计随后重新计算。"""
    published, is_new = await publish_income_item(area, code, body, tx)
    response.status_code = 201 if is_new else 200
    return published

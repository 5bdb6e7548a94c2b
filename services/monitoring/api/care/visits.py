from uuid import UUID

from services.monitoring.queries.care.visits import CoverageShown, Month, VisitPage, list_visits, show_coverage
from services.monitoring.usecases.care.record_visit import RecordVisit, VisitRecorded, record_visit
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, FromNext, InTransaction
from shared.wire import PageSize

visits = service_router("包户与走访 care and visits")


@visits.post("/v1/households/{household_id}/visits", status_code=201)
async def new_visit(household_id: UUID, body: RecordVisit, tx: InTransaction) -> VisitRecorded:
    """登记一次走访：时间、位置、发现的情况与佐证；下次走访期限随之顺延，发现困难的同时登记线索。"""
    return await record_visit(HouseholdId(household_id), body, tx)


@visits.get("/v1/households/{household_id}/visits")
async def household_visits(
    household_id: UUID,
    tx: InTransaction,
    before: FromNext = None,
    size: PageSize = 50,
) -> VisitPage:
    """一户的走访记录，新的在前；查看留痕。"""
    return await list_visits(HouseholdId(household_id), tx, before=before, size=size)


@visits.get("/v1/visit-coverage")
async def visit_coverage(tx: InTransaction, area: Area = None, month: Month | None = None) -> CoverageShown:
    """按村统计某月走访：应访、已访、逾期户数，省略则为本月；市级须指明一个县（区）。"""
    return await show_coverage(area or tx.actor.area, month, tx)

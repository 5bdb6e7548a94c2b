from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.monitoring.queries.care.assignments import AssignmentPage, AssignmentsShown, list_assignments, show_assignments
from services.monitoring.usecases.care.assign_cadre import AssignCadre, Assigned, CadreId, assign_cadre
from services.monitoring.usecases.care.end_assignment import EndAssignment, end_assignment
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction
from shared.wire import Day, PageSize

assignments = service_router("包户与走访 care and visits")


@assignments.post("/v1/households/{household_id}/assignments", status_code=201)
async def new_assignment(household_id: UUID, body: AssignCadre, tx: InTransaction) -> Assigned:
    """为一户指定帮扶责任人或监测联系人，注明单位、电话与起止日期；同一职责同一时间只有一人。"""
    return await assign_cadre(HouseholdId(household_id), body, tx)


@assignments.get("/v1/households/{household_id}/assignments")
async def household_assignments(household_id: UUID, tx: InTransaction, on: Day | None = None) -> AssignmentsShown:
    """一户某日的帮扶责任人与监测联系人，省略则为今日；姓名与电话均已脱敏，查看留痕。"""
    return await show_assignments(HouseholdId(household_id), on, tx)


@assignments.post("/v1/assignments/{assignment_id}/end")
async def assignment_end(assignment_id: UUID, body: EndAssignment, tx: InTransaction, expected: ExpectedVersion) -> Assigned:
    """终止包户，自所填之日起不再承担。"""
    return await end_assignment(assignment_id, body, tx, expected=expected)


@assignments.get("/v1/assignments", name="assignments")
async def list_of_assignments(
    after: Cursor,
    tx: InTransaction,
    cadre: Annotated[CadreId | None, Query(description="干部的登录账号，省略则为本人。The cadre; yourself if absent.")] = None,
    area: Area = None,
    size: PageSize = 50,
) -> AssignmentPage:
    """列出一名干部在辖区内今日所包的户。"""
    return await list_assignments(cadre or tx.actor.id, area or tx.actor.area, tx, after=after, size=size)

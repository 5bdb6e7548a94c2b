from uuid import UUID

from fastapi import Response

from services.monitoring.queries.care.groups import (
    GroupHouseholdPage,
    HouseholdGroupsShown,
    KeyGroupsShown,
    list_group_households,
    list_groups,
    show_groups,
)
from services.monitoring.usecases.care.put_in_group import GroupCode, Grouped, PutInGroup, put_in_group
from services.monitoring.usecases.care.take_out_of_group import TakeOutOfGroup, take_out_of_group
from shared.kernel.ids import HouseholdId
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction
from shared.wire import Day, PageSize

groups = service_router("重点人群 key groups")


@groups.get("/v1/key-groups")
async def key_groups(tx: InTransaction) -> KeyGroupsShown:
    """列出今日在本人辖区施行的重点人群类别。"""
    return await list_groups(tx)


@groups.get("/v1/key-groups/{group}/households")
async def key_group_households(group: GroupCode, after: Cursor, tx: InTransaction, area: Area = None, size: PageSize = 50) -> GroupHouseholdPage:
    """列出辖区内今日属于某一重点人群的户；姓名已脱敏。"""
    return await list_group_households(group, area or tx.actor.area, tx, after=after, size=size)


@groups.get("/v1/households/{household_id}/groups")
async def household_groups(household_id: UUID, tx: InTransaction, on: Day | None = None) -> HouseholdGroupsShown:
    """一户某日所属的重点人群，省略则为今日；查看留痕。"""
    return await show_groups(HouseholdId(household_id), on, tx)


@groups.put(
    "/v1/households/{household_id}/groups/{group}",
    status_code=201,
    responses={200: {"model": Grouped, "description": "此前已列入的同一内容"}},
)
async def household_group(household_id: UUID, group: GroupCode, body: PutInGroup, tx: InTransaction, response: Response) -> Grouped:
    """将一户列入重点人群，注明起始日期与来源。"""
    grouped, is_new = await put_in_group(HouseholdId(household_id), group, body, tx)
    response.status_code = 201 if is_new else 200
    return grouped


@groups.post("/v1/households/{household_id}/groups/{group}/end")
async def household_group_end(household_id: UUID, group: GroupCode, body: TakeOutOfGroup, tx: InTransaction, expected: ExpectedVersion) -> Grouped:
    """将一户移出重点人群，自所填之日起不再属于。"""
    return await take_out_of_group(HouseholdId(household_id), group, body, tx, expected=expected)

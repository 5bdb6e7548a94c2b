from typing import Annotated

from fastapi import Query, Response

from services.monitoring.queries.places.lists import PlaceListShown, PlaceListsShown, list_place_lists, show_place_list
from services.monitoring.usecases.places.end_place import EndPlace, end_place
from services.monitoring.usecases.places.list_place import ListCode, ListPlace, PlaceCode, PlaceListed, list_place
from shared.service.http.apps import service_router
from shared.service.http.requests import ExpectedVersion, InTransaction
from shared.wire import AreaCode, Day

place_lists = service_router("区划与名单 areas and places")


@place_lists.get("/v1/place-lists", name="place_lists")
async def all_place_lists(tx: InTransaction) -> PlaceListsShown:
    """列出规划所列各类重点区域名单及其载入情况：应有、已载入、尚缺。"""
    return await list_place_lists(tx)


@place_lists.get("/v1/place-lists/{list_code}")
async def place_list(
    list_code: ListCode,
    tx: InTransaction,
    area: Annotated[AreaCode | None, Query(description="只列此区划内的，省略则为全州市。Only inside an area.")] = None,
    on: Day | None = None,
) -> PlaceListShown:
    """一份名单某日所列各处，省略则为今日。"""
    return await show_place_list(list_code, area, on, tx)


@place_lists.put(
    "/v1/place-lists/{list_code}/places/{place}",
    status_code=201,
    responses={200: {"model": PlaceListed, "description": "此前已列入的同一内容"}},
)
async def place(list_code: ListCode, place: PlaceCode, body: ListPlace, tx: InTransaction, response: Response) -> PlaceListed:
    """列入名单，注明文号与起始日期；安置区、自然村另写明名称与所在行政村。"""
    listed, is_new = await list_place(list_code, place, body, tx)
    response.status_code = 201 if is_new else 200
    return listed


@place_lists.post("/v1/place-lists/{list_code}/places/{place}/end")
async def place_end(list_code: ListCode, place: PlaceCode, body: EndPlace, tx: InTransaction, expected: ExpectedVersion) -> PlaceListed:
    """移出名单，自所填之日起不再列入。"""
    return await end_place(list_code, place, body, tx, expected=expected)

from services.monitoring.queries.places.areas import AllUnplaced, AreasShown, list_areas, list_unplaced
from services.monitoring.usecases.places.change_areas import AreasChanged, ChangeAreas, change_areas
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, InTransaction
from shared.wire import AreaCode, Day

areas = service_router("区划与名单 areas and places")


@areas.get("/v1/areas", name="areas")
async def tree_of_areas(tx: InTransaction, inside: AreaCode = "5309", on: Day | None = None) -> AreasShown:
    """列出下一级行政区划；可指定某日，省略则为今日。"""
    return await list_areas(inside, on, tx)


@areas.get("/v1/areas/unplaced")
async def areas_unplaced(tx: InTransaction, area: Area = None) -> AllUnplaced:
    """列出辖区内已撤销而仍有农户的村及其户数；分设的村由人逐户划转。"""
    return await list_unplaced(area or tx.actor.area, tx)


@areas.post("/v1/area-changes", status_code=201)
async def area_change(body: ChangeAreas, tx: InTransaction) -> AreasChanged:
    """区划调整：合并、分设、更名、改隶，注明文号与施行日期（可为过去、今日或将来）；整村并入或改隶的农户由任务随迁。"""
    return await change_areas(body, tx)

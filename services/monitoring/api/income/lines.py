from functools import partial
from uuid import UUID

from fastapi import Response

from services.monitoring.domain.files.lists_out.income import LINE_CROSSINGS
from services.monitoring.domain.income.simulations import Crossing, SimulationStatus
from services.monitoring.queries.income.simulations import (
    CrossingPage,
    SimulationPage,
    SimulationShown,
    crossings_out,
    list_crossings,
    list_simulations,
    show_simulation,
)
from services.monitoring.usecases.income.screen_incomes import ScreenIncomes, screen_incomes
from services.monitoring.usecases.income.simulate_line import SimulateLine, SimulationAsked, simulate_line
from shared.service.http.apps import service_router
from shared.service.http.downloads import CSV, XLSX, FileAnswer, a_file
from shared.service.http.requests import Area, Cursor, FromNext, InTransaction
from shared.service.jobs.doors import Files
from shared.service.jobs.exports import export_now
from shared.service.jobs.lists import Format, ListKind
from shared.service.jobs.shown import JobAccepted
from shared.wire import PageSize

lines = service_router("监测底线试算与收入筛查 simulated lines")


@lines.post("/v1/line-simulations", status_code=202)
async def new_line_simulation(body: SimulateLine, tx: InTransaction) -> SimulationAsked:
    """试算一条监测底线：与现行底线相比，哪些户将新低于底线，哪些户不再低于底线；作为任务办理。"""
    return await simulate_line(body, tx)


@lines.get("/v1/line-simulations", name="line_simulations")
async def list_of_line_simulations(
    tx: InTransaction, status: SimulationStatus = SimulationStatus.DONE, before: FromNext = None, size: PageSize = 50
) -> SimulationPage:
    """列出辖区内的底线试算，新的在前。"""
    return await list_simulations(status, tx, before=before, size=size)


@lines.get("/v1/line-simulations/{simulation_id}")
async def line_simulation(simulation_id: UUID, tx: InTransaction, area: Area = None) -> SimulationShown:
    """一次试算的结果：合计、下一级各地，以及按农户类型和监测对象类别分组的户数人数。"""
    return await show_simulation(simulation_id, area, tx)


@lines.get("/v1/line-simulations/{simulation_id}/households")
async def line_simulation_households(
    simulation_id: UUID, after: Cursor, tx: InTransaction, area: Area = None, crossing: Crossing = Crossing.NEWLY_BELOW, size: PageSize = 50
) -> CrossingPage:
    """列出试算中新低于底线（或不再低于底线）的户，户主姓名脱敏。"""
    return await list_crossings(simulation_id, area, crossing, tx, after=after, size=size)


@lines.get("/v1/line-simulations/{simulation_id}/households/export", response_class=FileAnswer, responses=a_file(XLSX, CSV))
async def line_simulation_household_export(
    simulation_id: UUID,
    tx: InTransaction,
    store: Files,
    area: Area = None,
    crossing: Crossing = Crossing.NEWLY_BELOW,
    format: Format = Format.XLSX,
) -> Response:
    """把试算中的户导出为文件（xlsx 或 csv），范围、筛选、脱敏与清单相同。"""
    kind = ListKind(
        sheet=LINE_CROSSINGS,
        operation="line_simulation_household_export",
        readers=frozenset(),
        statuses=Crossing,
        default=crossing,
        page=partial(crossings_out, simulation_id),
    )
    return await export_now(kind, area or tx.actor.area, crossing, format, tx, store)


@lines.post("/v1/income-screenings", status_code=202)
async def new_income_screening(body: ScreenIncomes, tx: InTransaction) -> JobAccepted:
    """按现行底线筛查辖区内各户：低于底线且无人跟进的，各产生一条待核实线索；作为任务办理。"""
    return JobAccepted.of(await screen_incomes(body, tx))

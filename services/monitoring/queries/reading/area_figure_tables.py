"""The tables of the dashboards as they are exported: the figures that the dashboard shows, a row for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from services.monitoring.domain.files.lists_out.dashboards import SHEETS, DashboardTable
from services.monitoring.queries.reading.area_figures import DashboardShown, areas_of, show_dashboard, show_income, show_trends
from shared.database.transaction import Transaction
from shared.kernel.page import Place

Row = dict[str, object]


async def dashboard_page(
    month: str | None, list_code: str | None, area: str, table: DashboardTable, after: Place | None, size: int, tx: Transaction
) -> tuple[list[Sequence[object]], str | None]:
    """Read a table of an area in the columns of its sheet: all of it, for its length is that of the area tree."""
    columns = SHEETS[table].columns
    return [[row.get(column.field) for column in columns] for row in await _rows(month, list_code, area, table, tx)], None


async def _rows(month: str | None, list_code: str | None, area: str, table: DashboardTable, tx: Transaction) -> list[Row]:
    if table is DashboardTable.INCOME:
        income = await show_income(area, tx, list_code=list_code)
        return [_of(each.area) | band.model_dump() for each in areas_of(income) for band in each.bands]
    if table is DashboardTable.TRENDS:
        trends = await show_trends(area, tx, first=None, last=month, list_code=list_code)
        return [_of(trends.area) | _flows(each) for each in trends.months]
    return list(_TABLES[table](await show_dashboard(area, tx, month=month, list_code=list_code)))


def _households(shown: DashboardShown) -> Iterator[Row]:
    for each in areas_of(shown):
        yield from (_of(each.area) | count.model_dump() for count in each.households)


def _funnel(shown: DashboardShown) -> Iterator[Row]:
    for each in areas_of(shown):
        for what, counts in (("lead", each.leads), ("case", each.cases), ("flag", each.flags)):
            yield from (_of(each.area) | {"month": shown.month, "what": what} | count.model_dump() for count in counts)


def _steps(shown: DashboardShown) -> Iterator[Row]:
    for each in areas_of(shown):
        yield from (_of(each.area) | {"month": shown.month} | step.model_dump() for step in each.steps)


_TABLES: Mapping[DashboardTable, Callable[[DashboardShown], Iterator[Row]]] = {
    DashboardTable.HOUSEHOLDS: _households,
    DashboardTable.FUNNEL: _funnel,
    DashboardTable.STEPS: _steps,
}


def _of(area: Any) -> Row:
    return {"area": area.code, "area_name": area.title}


def _flows(month: Any) -> Row:
    flows = {f"{what}_{how}": value for what in ("leads", "cases", "flags") for how, value in getattr(month, what).model_dump().items()}
    return {"month": month.month, **flows}

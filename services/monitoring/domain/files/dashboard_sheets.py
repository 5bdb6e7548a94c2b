"""The tables of the dashboards as files: one row for each area and figure, the whole first."""

from enum import StrEnum

from services.monitoring.domain.files.list_sheets import (
    CASE_STATUS,
    CATEGORY,
    CHANNEL,
    FLAG_STATUS,
    HOUSEHOLD_STATUS,
    KIND,
    LEAD_STATUS,
    STEP,
)
from shared.kernel.sheets import Column, Holds, Sheet

FUNNEL = {"线索": "lead", "识别事项": "case", "风险标注": "flag"}
AGAINST_THE_LINE = {"低于底线": "below", "不低于底线": "not_below", "无底线": "no_line"}


class DashboardTable(StrEnum):
    """Which table of the dashboards."""

    HOUSEHOLDS = "households"  # 户数人数
    FUNNEL = "funnel"  # 线索到标注
    STEPS = "steps"  # 环节时限
    TRENDS = "trends"  # 逐月走势
    INCOME = "income"  # 收入分布


def _words(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.WORDS)


def _choice(field: str, header: str, choices: dict[str, str]) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices)


def _count(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.COUNT)


_AREA = (_words("area", "区划代码"), _words("area_name", "区划名称"))
_MONTH = _words("month", "月份")
_FLOWS = tuple(
    _count(f"{what}_{how}", header + word)
    for what, header in (("leads", "线索"), ("cases", "识别事项"), ("flags", "风险标注"))
    for how, word in (("new", "新增"), ("over", "办结"), ("open", "月末在办"))
)

SHEETS = {
    DashboardTable.HOUSEHOLDS: Sheet(
        kind="dashboard_households",
        title="户数人数统计",
        version=1,
        columns=(
            *_AREA,
            _choice("kind", "农户类型", KIND),
            _choice("status", "状态", HOUSEHOLD_STATUS),
            _choice("category", "监测对象类别", CATEGORY),
            _count("households", "户数"),
            _count("people", "人数"),
        ),
    ),
    DashboardTable.FUNNEL: Sheet(
        kind="dashboard_funnel",
        title="线索核实与识别认定统计",
        version=1,
        columns=(
            *_AREA,
            _MONTH,
            _choice("what", "事项", FUNNEL),
            _choice("channel", "来源", CHANNEL),
            _choice("status", "状态", {**LEAD_STATUS, **CASE_STATUS, **FLAG_STATUS}),
            _count("count", "件数"),
        ),
    ),
    DashboardTable.STEPS: Sheet(
        kind="dashboard_steps",
        title="环节时限统计",
        version=1,
        columns=(
            *_AREA,
            _MONTH,
            _choice("step", "环节", STEP),
            _count("in_time", "按时办结"),
            _count("late", "逾期办结"),
            _count("open", "在办"),
            _count("late_now", "在办已逾期"),
            _count("paused", "暂停计时"),
            _words("average_workdays", "平均用时（工作日）"),
        ),
    ),
    DashboardTable.TRENDS: Sheet(kind="dashboard_trends", title="逐月走势", version=1, columns=(*_AREA, _MONTH, *_FLOWS)),
    DashboardTable.INCOME: Sheet(
        kind="dashboard_income",
        title="收入分布统计",
        version=1,
        columns=(
            *_AREA,
            _count("band", "收入分段"),
            _choice("line", "与监测底线比较", AGAINST_THE_LINE),
            _count("households", "户数"),
            _count("people", "人数"),
        ),
    ),
}

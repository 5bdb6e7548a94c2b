"""The tables of the dashboards as files: one row for each area and figure, the whole first."""

from enum import StrEnum

from services.monitoring.domain.files.household_register import KIND
from services.monitoring.domain.files.lists_out.cases import CASE_STATUS, FLAG_STATUS
from services.monitoring.domain.files.lists_out.columns import choice, count, words
from services.monitoring.domain.files.lists_out.leads import LEAD_STATUS
from services.monitoring.domain.files.lists_out.words import CATEGORY, CHANNEL, HOUSEHOLD_STATUS, STEP
from shared.kernel.sheets import Sheet

FUNNEL = {"线索": "lead", "识别事项": "case", "风险标注": "flag"}
AGAINST_THE_LINE = {"低于底线": "below", "不低于底线": "not_below", "无底线": "no_line"}


class DashboardTable(StrEnum):
    """Which table of the dashboards."""

    HOUSEHOLDS = "households"  # 户数人数
    FUNNEL = "funnel"  # 线索到标注
    STEPS = "steps"  # 环节时限
    TRENDS = "trends"  # 逐月走势
    INCOME = "income"  # 收入分布


_AREA = (words("area", "区划代码"), words("area_name", "区划名称"))
_MONTH = words("month", "月份")
_FLOWS = tuple(
    count(f"{what}_{how}", header + word)
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
            choice("kind", "农户类型", KIND),
            choice("status", "状态", HOUSEHOLD_STATUS),
            choice("category", "监测对象类别", CATEGORY),
            count("households", "户数"),
            count("people", "人数"),
        ),
    ),
    DashboardTable.FUNNEL: Sheet(
        kind="dashboard_funnel",
        title="线索核实与识别认定统计",
        version=1,
        columns=(
            *_AREA,
            _MONTH,
            choice("what", "事项", FUNNEL),
            choice("channel", "来源", CHANNEL),
            choice("status", "状态", {**LEAD_STATUS, **CASE_STATUS, **FLAG_STATUS}),
            count("count", "件数"),
        ),
    ),
    DashboardTable.STEPS: Sheet(
        kind="dashboard_steps",
        title="环节时限统计",
        version=1,
        columns=(
            *_AREA,
            _MONTH,
            choice("step", "环节", STEP),
            count("in_time", "按时办结"),
            count("late", "逾期办结"),
            count("open", "在办"),
            count("late_now", "在办已逾期"),
            count("paused", "暂停计时"),
            words("average_workdays", "平均用时（工作日）"),
        ),
    ),
    DashboardTable.TRENDS: Sheet(kind="dashboard_trends", title="逐月走势", version=1, columns=(*_AREA, _MONTH, *_FLOWS)),
    DashboardTable.INCOME: Sheet(
        kind="dashboard_income",
        title="收入分布统计",
        version=1,
        columns=(
            *_AREA,
            count("band", "收入分段"),
            choice("line", "与监测底线比较", AGAINST_THE_LINE),
            count("households", "户数"),
            count("people", "人数"),
        ),
    ),
}

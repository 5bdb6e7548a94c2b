"""Households that a bottom line on trial would bring below, or above."""

from services.monitoring.domain.files.household_register import KIND
from services.monitoring.domain.files.lists_out.columns import HEAD, a_list, choice, words
from services.monitoring.domain.files.lists_out.words import CATEGORY, HOUSEHOLD_STATUS

CROSSING = {"新低于底线": "newly_below", "不再低于底线": "newly_above"}

LINE_CROSSINGS = a_list(
    "line_crossing_list",
    "底线试算农户清单",
    "农户编号（系统）",
    HEAD,
    choice("kind", "农户类型", KIND),
    choice("status", "状态", HOUSEHOLD_STATUS),
    choice("category", "监测对象类别", CATEGORY),
    choice("crossing", "试算结果", CROSSING),
    words("reference_per_head", "人均收入参考范围（元/年）"),
)

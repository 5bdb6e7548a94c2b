"""Regional alarms and the households that they are about."""

from services.monitoring.domain.files.lists_out.columns import HEAD, a_list, choice, words

ALARM_STATUS = {"待答复": "open", "已答复": "answered", "已解除": "cleared"}
CAUSE = {
    "各类原因合计": "any",
    "农产品价格大幅下跌": "price_fall",
    "失业增多": "job_losses",
    "产业项目失败": "project_failure",
    "植物病虫害和动物疫病": "plant_or_animal_disease",
    "安置区就业和社会融入": "site_problem",
    "自然灾害": "disaster",
    "因病": "illness",
    "意外事故": "accident",
    "就学": "schooling",
    "住房": "house",
    "饮水": "water",
    "收入偏低": "low_income",
    "其他": "other",
}
ASSESSMENT = {"属实": "real", "偶然集中": "chance", "已知并已处置": "known"}

ALARM_LIST = a_list(
    "regional_alarm_list",
    "区域性规模性返贫预警清单",
    "预警编号",
    choice("cause", "原因", CAUSE),
    words("industry", "产业"),
    choice("status", "状态", ALARM_STATUS),
    words("households", "区划内户数"),
    words("observed", "本期户数"),
    words("expected", "往期平均户数"),
    words("neighbours", "按相邻区划推算户数"),
    words("opened_at", "预警时间"),
    words("due_at", "答复期限"),
    choice("assessment", "县级认定", ASSESSMENT),
    words("answered_at", "答复时间"),
    words("prevention_plan", "防范预案文号"),
    words("cleared_at", "解除时间"),
    area=words("area_code", "区划代码"),
)
ALARM_HOUSEHOLD_LIST = a_list(
    "regional_alarm_household_list",
    "区域预警涉及农户清单",
    "农户编号（系统）",
    HEAD,
    words("added_at", "列入时间"),
)

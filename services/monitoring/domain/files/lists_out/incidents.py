"""Households in disasters, and the visits after."""

from services.monitoring.domain.files.lists_out.columns import HEAD, LEAD, NUMBER, RISKS, a_list, choice, reference, words

EFFECT_STATUS = {
    "待核查": "to_check",
    "受灾": "affected",
    "未受灾": "unaffected",
    "已走绿色通道": "green_channel",
    "已救助": "relieved",
    "跟踪完毕": "tracked",
    "已销户或迁出": "dropped",
}
LOSS = {
    "农作物": "crops",
    "畜禽": "livestock",
    "房屋": "house",
    "财物": "goods",
    "人员伤亡": "injury",
    "收入中断": "income",
    "其他": "other",
}
TRACKING_STATUS = {"待回访": "to_visit", "已回访": "visited", "不再回访": "dropped"}
TRACKING_STATE = {"已恢复": "recovered", "仍有困难": "still_in_difficulty", "更加困难": "worse"}

EFFECT_LIST = a_list(
    "incident_household_list",
    "灾情农户清单",
    "编号",
    NUMBER,
    HEAD,
    choice("status", "状态", EFFECT_STATUS),
    words("due_at", "核查期限"),
    words("checked_at", "核查时间"),
    words("losses", "损失种类"),
    words("estimate", "估计损失（元）"),
    RISKS,
    LEAD,
    reference("incident_id", "灾情编号"),
)
TRACKING_LIST = a_list(
    "incident_tracking_list",
    "灾后回访清单",
    "编号",
    NUMBER,
    HEAD,
    words("nth", "第几次"),
    choice("status", "状态", TRACKING_STATUS),
    words("due_at", "回访期限"),
    words("visited_at", "回访时间"),
    choice("state", "恢复情况", TRACKING_STATE),
    LEAD,
    reference("incident_id", "灾情编号"),
)

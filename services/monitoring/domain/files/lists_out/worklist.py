"""All that waits for somebody."""

from services.monitoring.domain.files.lists_out.columns import ANY_AREA, HOUSEHOLD, choice, reference, words
from services.monitoring.domain.files.lists_out.words import DAY_KIND, STEP
from shared.kernel.sheets import Sheet

MATTER = {
    "线索": "lead",
    "识别事项": "case",
    "变更申请": "change_request",
    "疑似重复人员": "duplicate",
    "排查户": "screening",
    "线索反馈": "answer",
    "区域预警": "regional_alarm",
    "受灾核查": "incident_household",
    "灾后回访": "incident_tracking",
    "数据质量问题": "finding",
    "提醒与上报": "escalation",
}
WORK_STEP = {
    **STEP,
    "分派下级": "dispatch",
    "审批": "approval",
    "市级审批": "prefecture_approval",
    "核定": "decision",
    "入户排查": "visit",
    "灾后回访": "tracking_visit",
    "反馈来源": "return",
    "签收": "acknowledgement",
}

WORK_LIST = Sheet(
    kind="work_list",
    title="待办清单",
    version=1,
    columns=(
        reference("id", "事项编号"),
        choice("matter", "事项", MATTER),
        choice("step", "环节", WORK_STEP),
        ANY_AREA,
        words("area_name", "区划名称"),
        words("household_number", "农户编号"),
        HOUSEHOLD,
        words("due_at", "环节期限"),
        words("days_left", "剩余天数"),
        choice("day_kind", "天数种类", DAY_KIND),
        words("is_late", "是否逾期"),
        words("paused_at", "暂停计时自"),
    ),
)

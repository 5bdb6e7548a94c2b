"""What was said of limits."""

from services.monitoring.domain.files.lists_out.columns import HOUSEHOLD, a_list, choice, reference, words
from services.monitoring.domain.files.lists_out.words import LEVEL, STEP

SUBJECT = {
    **{"线索": "lead", "识别事项": "case", "应落实措施": "measure", "数据质量问题": "finding"},
    **{"区域预警": "regional_alarm", "受灾核查": "incident_household", "灾后回访": "incident_tracking"},
}
ESCALATION_KIND = {"即将到期": "warning", "已逾期": "overdue", "暂停期满": "pause_over"}
ESCALATION_STATUS = {"待签收": "open", "已签收": "acknowledged", "已办结": "over"}

ESCALATION_LIST = a_list(
    "escalation_list",
    "到期提醒与逾期上报清单",
    "提醒编号",
    choice("level", "报送层级", LEVEL),
    choice("kind", "类型", ESCALATION_KIND),
    choice("status", "状态", ESCALATION_STATUS),
    choice("subject_kind", "事项", SUBJECT),
    reference("subject_id", "事项编号"),
    words("subject_area_code", "事项所在区划"),
    HOUSEHOLD,
    choice("step", "环节", STEP),
    words("due_at", "环节期限"),
    words("calendar_days_left", "剩余自然日"),
    words("raised_at", "提醒时间"),
    words("acknowledged_at", "签收时间"),
    words("acknowledged_by", "签收人"),
    area=words("area_code", "报送区划"),
)

"""Leads and the answers to their sources."""

from services.monitoring.domain.files.lists_out.columns import ANY_AREA, HARDSHIPS, HOUSEHOLD, LEAD, STEP_LIMIT, a_list, choice, reference, words
from services.monitoring.domain.files.lists_out.words import CHANNEL
from services.monitoring.domain.leads.answers import WORDS

GRADE = {"红": "red", "橙": "orange", "黄": "yellow"}
LEAD_STATUS = {"待核实": "registered", "属实": "confirmed", "已排除": "dismissed"}
ANSWER_STATUS = {"待反馈": "to_return", "已反馈": "returned", "无须反馈": "kept"}
OUTCOME = {word: str(code) for code, word in WORDS.items()}

LEAD_LIST = a_list(
    "lead_list",
    "线索清单",
    "线索编号",
    HOUSEHOLD,
    choice("channel", "来源", CHANNEL),
    words("source_number", "来源编号"),
    choice("grade", "预警等级", GRADE),
    choice("status", "状态", LEAD_STATUS),
    HARDSHIPS,
    words("remark", "备注"),
    words("heard_at", "获悉时间"),
    words("registered_at", "登记时间"),
    words("due_at", "办结期限"),
    reference("case_id", "识别事项编号"),
    *STEP_LIMIT,
    area=ANY_AREA,
)
ANSWER_LIST = a_list(
    "answer_list",
    "线索反馈清单",
    "反馈编号",
    LEAD,
    choice("channel", "来源", CHANNEL),
    words("source_number", "来源编号"),
    choice("outcome", "核实结果", OUTCOME),
    words("reason", "说明"),
    choice("status", "状态", ANSWER_STATUS),
    words("decided_at", "办结时间"),
    words("due_at", "反馈期限"),
    words("returned_at", "反馈时间"),
    words("receipt", "回执"),
)

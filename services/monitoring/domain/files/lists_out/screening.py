"""Households in rounds of screening."""

from services.monitoring.domain.files.lists_out.columns import HARDSHIPS, HEAD, LEAD, NUMBER, a_list, choice, reference, words

SCREENING_STATUS = {"待排查": "to_screen", "已排查": "screened", "免予排查": "excused", "漏排": "missed"}
SCREENING_RESULT = {"未发现困难": "nothing", "发现困难": "trouble"}

SCREENING_LIST = a_list(
    "screening_list",
    "排查户清单",
    "排查编号",
    NUMBER,
    HEAD,
    choice("status", "状态", SCREENING_STATUS),
    words("due_at", "排查期限"),
    words("visited_at", "排查时间"),
    choice("result", "排查结果", SCREENING_RESULT),
    HARDSHIPS,
    LEAD,
    reference("round_id", "轮次编号"),
)

"""Cases, those of the green channel among them, and risk flags."""

from services.monitoring.domain.files.lists_out.columns import FLAG, HOUSEHOLD, RISKS, STEP_LIMIT, a_list, choice, words
from services.monitoring.domain.files.lists_out.words import CATEGORY

CASE_STATUS = {
    "待民主评议": "opened",
    "已评议": "appraised",
    "公示中": "on_notice",
    "公示期满": "notice_over",
    "乡镇已审核": "reviewed",
    "已认定": "approved",
    "不予认定": "refused",
    "已注销": "cancelled",
}
FLAG_STATUS = {"帮扶中": "open", "已撤销": "withdrawn", "风险已消除": "eliminated"}

CASE_LIST = a_list(
    "case_list",
    "识别认定清单",
    "事项编号",
    HOUSEHOLD,
    choice("status", "环节", CASE_STATUS),
    RISKS,
    choice("category", "监测对象类别", CATEGORY),
    words("opened_at", "开始时间"),
    words("due_at", "办结期限"),
    words("notice_ends_at", "公示期满"),
    FLAG,
    *STEP_LIMIT,
)
GREEN_CASE_LIST = a_list(
    "green_channel_case_list",
    "绿色通道补办程序清单",
    "事项编号",
    HOUSEHOLD,
    choice("status", "环节", CASE_STATUS),
    RISKS,
    words("opened_at", "开始时间"),
    words("procedure_due_at", "补办期限"),
    FLAG,
)
RISK_FLAG_LIST = a_list(
    "risk_flag_list",
    "风险标注清单",
    "标注编号",
    HOUSEHOLD,
    choice("status", "状态", FLAG_STATUS),
    RISKS,
    words("raised_at", "标注时间"),
    words("due_at", "首项措施期限"),
)

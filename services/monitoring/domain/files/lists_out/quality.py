"""Findings of data quality."""

from services.monitoring.domain.files.lists_out.columns import FLAG, HOUSEHOLD, LEAD, NUMBER, a_list, choice, reference, words
from services.monitoring.domain.files.lists_out.words import LEVEL

SEVERITY = {"严重": "serious", "错误": "error", "疑点": "suspect"}
RULE_OF = {"家庭成员": "person", "农户": "household", "监测对象": "flag"}
FINDING_STATUS = {"待修正": "open", "已修正": "repaired", "已说明": "excused", "不再适用": "lapsed"}

QUALITY_LIST = a_list(
    "quality_finding_list",
    "问题数据清单",
    "问题编号",
    words("rule", "规则编号"),
    words("title", "问题"),
    choice("severity", "严重程度", SEVERITY),
    choice("subject", "对象", RULE_OF),
    NUMBER,
    HOUSEHOLD,
    reference("person_id", "人员编号（系统）"),
    FLAG,
    choice("owner", "责任层级", LEVEL),
    choice("status", "状态", FINDING_STATUS),
    words("found_on", "发现日期"),
    words("due_at", "修正期限"),
    words("closed_at", "销号时间"),
    words("excused_until", "说明有效期至"),
    LEAD,
)

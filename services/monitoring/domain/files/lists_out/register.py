"""Change requests and people who may be one."""

from services.monitoring.domain.files.lists_out.columns import HOUSEHOLD, a_list, choice, reference, words

CHANGE_ACT = {
    "分户": "split",
    "合户": "merge",
    "县内迁移": "transfer",
    "注销": "strike_off",
    "成员信息更正": "correction",
    "跨县迁移": "county_transfer",
}
REQUEST_STATUS = {"待审批": "requested", "已同意": "approved", "已退回": "refused", "已撤回": "withdrawn"}
DUPLICATE_STATUS = {"待核定": "open", "同一人": "same", "不是同一人": "different"}

CHANGE_REQUEST_LIST = a_list(
    "change_request_list",
    "变更申请清单",
    "申请编号",
    HOUSEHOLD,
    choice("act", "变更事项", CHANGE_ACT),
    choice("status", "状态", REQUEST_STATUS),
    words("requested_at", "申请时间"),
    words("due_at", "办理期限"),
    words("decided_at", "办结时间"),
)
DUPLICATE_LIST = a_list(
    "duplicate_list",
    "疑似重复人员清单",
    "核定事项编号",
    choice("status", "状态", DUPLICATE_STATUS),
    words("score", "相似度"),
    reference("person_a", "无身份证号码者（系统编号）"),
    reference("person_b", "另一人（系统编号）"),
    words("found_at", "发现时间"),
    words("due_at", "核定期限"),
)

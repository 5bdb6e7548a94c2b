"""The lists of monitoring as they are exported: columns in the officials' words. Nobody fills them in, so no column is required."""

from shared.kernel.sheets import Column, Holds, Sheet

HARDSHIP = {
    "因病": "illness",
    "因灾": "disaster",
    "意外事故": "accident",
    "失业": "job_lost",
    "产业失败": "harvest_or_business_failed",
    "就学": "schooling",
    "住房": "house",
    "饮水": "water",
    "其他": "other",
}
CHANNEL = {
    "农户自主申报": "self_report",
    "干部走访排查": "home_visit",
    "部门筛查预警": "department",
    "热线": "hotline",
    "灾情": "disaster",
    "监测对象迁入": "transfer",
}
LEAD_STATUS = {"待核实": "registered", "属实": "confirmed", "已排除": "dismissed"}
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
CATEGORY = {"脱贫不稳定户": "unstable_lifted_out", "边缘易致贫户": "marginal", "突发严重困难户": "sudden_difficulty"}
CHANGE_ACT = {
    "分户": "split",
    "合户": "merge",
    "县内迁移": "transfer",
    "注销": "strike_off",
    "成员信息更正": "correction",
    "跨县迁移": "county_transfer",
}
REQUEST_STATUS = {"待审批": "requested", "已同意": "approved", "已退回": "refused", "已撤回": "withdrawn"}
FLAG_STATUS = {"帮扶中": "open", "已撤销": "withdrawn", "风险已消除": "eliminated"}


def _id(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.REFERENCE)


def _words(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.WORDS)


def _choice(field: str, header: str, choices: dict[str, str]) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices)


_AREA = Column(field="village", header="行政村代码", holds=Holds.VILLAGE)

LEAD_LIST = Sheet(
    kind="lead_list",
    title="线索清单",
    version=1,
    columns=(
        _id("id", "线索编号"),
        _AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("channel", "来源", CHANNEL),
        _choice("status", "状态", LEAD_STATUS),
        _words("hardships", "所述困难"),
        _words("remark", "备注"),
        _words("registered_at", "登记时间"),
        _words("due_at", "办结期限"),
        _id("case_id", "识别事项编号"),
    ),
)
CASE_LIST = Sheet(
    kind="case_list",
    title="识别认定清单",
    version=1,
    columns=(
        _id("id", "事项编号"),
        _AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("status", "环节", CASE_STATUS),
        _words("risks", "风险类型"),
        _choice("category", "监测对象类别", CATEGORY),
        _words("opened_at", "开始时间"),
        _words("due_at", "办结期限"),
        _words("notice_ends_at", "公示期满"),
        _id("flag_id", "风险标注编号"),
    ),
)
RISK_FLAG_LIST = Sheet(
    kind="risk_flag_list",
    title="风险标注清单",
    version=1,
    columns=(
        _id("id", "标注编号"),
        _AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("status", "状态", FLAG_STATUS),
        _words("risks", "风险类型"),
        _words("raised_at", "标注时间"),
        _words("due_at", "首项措施期限"),
    ),
)
CHANGE_REQUEST_LIST = Sheet(
    kind="change_request_list",
    title="变更申请清单",
    version=1,
    columns=(
        _id("id", "申请编号"),
        _AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("act", "变更事项", CHANGE_ACT),
        _choice("status", "状态", REQUEST_STATUS),
        _words("requested_at", "申请时间"),
        _words("due_at", "办理期限"),
        _words("decided_at", "办结时间"),
    ),
)

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
CHANNEL = {"农户自主申报": "self_report", "干部走访排查": "home_visit", "部门筛查预警": "department", "热线": "hotline", "灾情": "disaster"}
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
DUPLICATE_STATUS = {"待核定": "open", "同一人": "same", "不是同一人": "different"}
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
DUPLICATE_LIST = Sheet(
    kind="duplicate_list",
    title="疑似重复人员清单",
    version=1,
    columns=(
        _id("id", "核定事项编号"),
        _AREA,
        _choice("status", "状态", DUPLICATE_STATUS),
        _words("score", "相似度"),
        _id("person_a", "无身份证号码者（系统编号）"),
        _id("person_b", "另一人（系统编号）"),
        _words("found_at", "发现时间"),
        _words("due_at", "核定期限"),
    ),
)

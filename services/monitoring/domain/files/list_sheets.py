"""The lists of monitoring as they are exported: columns in the officials' words. Nobody fills them in, so no column is required."""

from services.monitoring.domain.leads.answers import WORDS
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
    "收入偏低": "low_income",
    "其他": "other",
}
CHANNEL = {
    "农户自主申报": "self_report",
    "干部走访排查": "home_visit",
    "部门筛查预警": "department",
    "12317热线": "hotline",
    "省政府救助平台": "aid_platform",
    "全国防返贫APP": "national_app",
    "集中排查": "screening",
    "灾情": "disaster",
    "数据质量核查": "quality",
    "区域性返贫预警": "regional",
    "收入低于监测底线": "below_line",
    "监测对象迁入": "transfer",
}
GRADE = {"红": "red", "橙": "orange", "黄": "yellow"}
OUTCOME = {word: str(code) for code, word in WORDS.items()}
ANSWER_STATUS = {"待反馈": "to_return", "已反馈": "returned", "无须反馈": "kept"}
LEAD_STATUS = {"待核实": "registered", "属实": "confirmed", "已排除": "dismissed"}
SCREENING_STATUS = {"待排查": "to_screen", "已排查": "screened", "免予排查": "excused", "漏排": "missed"}
SCREENING_RESULT = {"未发现困难": "nothing", "发现困难": "trouble"}
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
STEP = {
    "入户核实": "verification",
    "民主评议": "village_appraisal",
    "张贴公示": "notice",
    "撤下公示": "notice_removal",
    "乡镇审核": "township_review",
    "县级审定": "county_approval",
    "落实首项措施": "first_measure",
    **{"区域预警答复": "answer", "受灾核查": "check", "灾后回访": "visit"},
    "修正数据": "repair",
}
SEVERITY = {"严重": "serious", "错误": "error", "疑点": "suspect"}
RULE_OF = {"家庭成员": "person", "农户": "household", "监测对象": "flag"}
FINDING_STATUS = {"待修正": "open", "已修正": "repaired", "已说明": "excused", "不再适用": "lapsed"}
DAY_KIND = {"自然日": "calendar", "工作日": "workday"}
LEVEL = {"村": "village", "乡镇": "township", "县": "county", "市": "prefecture"}
SUBJECT = {
    **{"线索": "lead", "识别事项": "case", "应落实措施": "measure", "数据质量问题": "finding"},
    **{"区域预警": "regional_alarm", "受灾核查": "incident_household", "灾后回访": "incident_tracking"},
}
ESCALATION_KIND = {"即将到期": "warning", "已逾期": "overdue", "暂停期满": "pause_over"}
ESCALATION_STATUS = {"待签收": "open", "已签收": "acknowledged", "已办结": "over"}
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
FLAG_STATUS = {"帮扶中": "open", "已撤销": "withdrawn", "风险已消除": "eliminated"}

KIND = {"脱贫户": "lifted_out", "一般农户": "general"}
HOUSEHOLD_STATUS = {"正常": "normal", "监测中": "monitored", "已注销": "gone"}
CROSSING = {"新低于底线": "newly_below", "不再低于底线": "newly_above"}


def _id(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.REFERENCE)


def _words(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.WORDS)


def _choice(field: str, header: str, choices: dict[str, str]) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices)


_AREA = Column(field="village", header="行政村代码", holds=Holds.VILLAGE)
_ANY_AREA = Column(field="village", header="区划代码", holds=Holds.VILLAGE)

_STEP_LIMIT = (
    _choice("step", "当前环节", STEP),
    _words("step_due_at", "环节期限"),
    _words("days_left", "环节剩余天数"),
    _choice("day_kind", "天数种类", DAY_KIND),
    _words("calendar_days_left", "环节剩余自然日"),
    _words("paused_at", "暂停计时自"),
)

LEAD_LIST = Sheet(
    kind="lead_list",
    title="线索清单",
    version=1,
    columns=(
        _id("id", "线索编号"),
        _ANY_AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("channel", "来源", CHANNEL),
        _words("source_number", "来源编号"),
        _choice("grade", "预警等级", GRADE),
        _choice("status", "状态", LEAD_STATUS),
        _words("hardships", "所述困难"),
        _words("remark", "备注"),
        _words("heard_at", "获悉时间"),
        _words("registered_at", "登记时间"),
        _words("due_at", "办结期限"),
        _id("case_id", "识别事项编号"),
        *_STEP_LIMIT,
    ),
)
ANSWER_LIST = Sheet(
    kind="answer_list",
    title="线索反馈清单",
    version=1,
    columns=(
        _id("id", "反馈编号"),
        _AREA,
        _id("lead_id", "线索编号"),
        _choice("channel", "来源", CHANNEL),
        _words("source_number", "来源编号"),
        _choice("outcome", "核实结果", OUTCOME),
        _words("reason", "说明"),
        _choice("status", "状态", ANSWER_STATUS),
        _words("decided_at", "办结时间"),
        _words("due_at", "反馈期限"),
        _words("returned_at", "反馈时间"),
        _words("receipt", "回执"),
    ),
)
SCREENING_LIST = Sheet(
    kind="screening_list",
    title="排查户清单",
    version=1,
    columns=(
        _id("id", "排查编号"),
        _AREA,
        _words("number", "农户编号"),
        _words("head", "户主"),
        _choice("status", "状态", SCREENING_STATUS),
        _words("due_at", "排查期限"),
        _words("visited_at", "排查时间"),
        _choice("result", "排查结果", SCREENING_RESULT),
        _words("hardships", "所述困难"),
        _id("lead_id", "线索编号"),
        _id("round_id", "轮次编号"),
    ),
)
EFFECT_LIST = Sheet(
    kind="incident_household_list",
    title="灾情农户清单",
    version=1,
    columns=(
        _id("id", "编号"),
        _AREA,
        _words("number", "农户编号"),
        _words("head", "户主"),
        _choice("status", "状态", EFFECT_STATUS),
        _words("due_at", "核查期限"),
        _words("checked_at", "核查时间"),
        _words("losses", "损失种类"),
        _words("estimate", "估计损失（元）"),
        _words("risks", "风险类型"),
        _id("lead_id", "线索编号"),
        _id("incident_id", "灾情编号"),
    ),
)
TRACKING_LIST = Sheet(
    kind="incident_tracking_list",
    title="灾后回访清单",
    version=1,
    columns=(
        _id("id", "编号"),
        _AREA,
        _words("number", "农户编号"),
        _words("head", "户主"),
        _words("nth", "第几次"),
        _choice("status", "状态", TRACKING_STATUS),
        _words("due_at", "回访期限"),
        _words("visited_at", "回访时间"),
        _choice("state", "恢复情况", TRACKING_STATE),
        _id("lead_id", "线索编号"),
        _id("incident_id", "灾情编号"),
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
        *_STEP_LIMIT,
    ),
)
GREEN_CASE_LIST = Sheet(
    kind="green_channel_case_list",
    title="绿色通道补办程序清单",
    version=1,
    columns=(
        _id("id", "事项编号"),
        _AREA,
        _id("household_id", "农户编号（系统）"),
        _choice("status", "环节", CASE_STATUS),
        _words("risks", "风险类型"),
        _words("opened_at", "开始时间"),
        _words("procedure_due_at", "补办期限"),
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
LINE_CROSSINGS = Sheet(
    kind="line_crossing_list",
    title="底线试算农户清单",
    version=1,
    columns=(
        _id("id", "农户编号（系统）"),
        _AREA,
        _words("head", "户主"),
        _choice("kind", "农户类型", KIND),
        _choice("status", "状态", HOUSEHOLD_STATUS),
        _choice("category", "监测对象类别", CATEGORY),
        _choice("crossing", "试算结果", CROSSING),
        _words("reference_per_head", "人均收入参考范围（元/年）"),
    ),
)
ESCALATION_LIST = Sheet(
    kind="escalation_list",
    title="到期提醒与逾期上报清单",
    version=1,
    columns=(
        _id("id", "提醒编号"),
        _words("area_code", "报送区划"),
        _choice("level", "报送层级", LEVEL),
        _choice("kind", "类型", ESCALATION_KIND),
        _choice("status", "状态", ESCALATION_STATUS),
        _choice("subject_kind", "事项", SUBJECT),
        _id("subject_id", "事项编号"),
        _words("subject_area_code", "事项所在区划"),
        _id("household_id", "农户编号（系统）"),
        _choice("step", "环节", STEP),
        _words("due_at", "环节期限"),
        _words("calendar_days_left", "剩余自然日"),
        _words("raised_at", "提醒时间"),
        _words("acknowledged_at", "签收时间"),
        _words("acknowledged_by", "签收人"),
    ),
)
ALARM_STATUS = {"待答复": "open", "已答复": "answered", "已解除": "cleared"}
CAUSE = {
    "各类原因合计": "any",
    "农产品价格大幅下跌": "price_fall",
    "失业增多": "job_losses",
    "产业项目失败": "project_failure",
    "植物病虫害和动物疫病": "plant_or_animal_disease",
    "安置区就业和社会融入": "site_problem",
    "自然灾害": "disaster",
    "因病": "illness",
    "意外事故": "accident",
    "就学": "schooling",
    "住房": "house",
    "饮水": "water",
    "收入偏低": "low_income",
    "其他": "other",
}
ASSESSMENT = {"属实": "real", "偶然集中": "chance", "已知并已处置": "known"}
ALARM_LIST = Sheet(
    kind="regional_alarm_list",
    title="区域性规模性返贫预警清单",
    version=1,
    columns=(
        _id("id", "预警编号"),
        _words("area_code", "区划代码"),
        _choice("cause", "原因", CAUSE),
        _words("industry", "产业"),
        _choice("status", "状态", ALARM_STATUS),
        _words("households", "区划内户数"),
        _words("observed", "本期户数"),
        _words("expected", "往期平均户数"),
        _words("neighbours", "按相邻区划推算户数"),
        _words("opened_at", "预警时间"),
        _words("due_at", "答复期限"),
        _choice("assessment", "县级认定", ASSESSMENT),
        _words("answered_at", "答复时间"),
        _words("prevention_plan", "防范预案文号"),
        _words("cleared_at", "解除时间"),
    ),
)
ALARM_HOUSEHOLD_LIST = Sheet(
    kind="regional_alarm_household_list",
    title="区域预警涉及农户清单",
    version=1,
    columns=(_id("id", "农户编号（系统）"), _AREA, _words("head", "户主"), _words("added_at", "列入时间")),
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
QUALITY_LIST = Sheet(
    kind="quality_finding_list",
    title="问题数据清单",
    version=1,
    columns=(
        _id("id", "问题编号"),
        _AREA,
        _words("rule", "规则编号"),
        _words("title", "问题"),
        _choice("severity", "严重程度", SEVERITY),
        _choice("subject", "对象", RULE_OF),
        _words("number", "农户编号"),
        _id("household_id", "农户编号（系统）"),
        _id("person_id", "人员编号（系统）"),
        _id("flag_id", "风险标注编号"),
        _choice("owner", "责任层级", LEVEL),
        _choice("status", "状态", FINDING_STATUS),
        _words("found_on", "发现日期"),
        _words("due_at", "修正期限"),
        _words("closed_at", "销号时间"),
        _words("excused_until", "说明有效期至"),
        _id("lead_id", "线索编号"),
    ),
)
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
        _id("id", "事项编号"),
        _choice("matter", "事项", MATTER),
        _choice("step", "环节", WORK_STEP),
        _ANY_AREA,
        _words("area_name", "区划名称"),
        _words("household_number", "农户编号"),
        _id("household_id", "农户编号（系统）"),
        _words("due_at", "环节期限"),
        _words("days_left", "剩余天数"),
        _choice("day_kind", "天数种类", DAY_KIND),
        _words("is_late", "是否逾期"),
        _words("paused_at", "暂停计时自"),
    ),
)

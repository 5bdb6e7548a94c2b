"""The officials' words for the codes that several chapters use."""

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
DAY_KIND = {"自然日": "calendar", "工作日": "workday"}
LEVEL = {"村": "village", "乡镇": "township", "县": "county", "市": "prefecture"}
HOUSEHOLD_STATUS = {"正常": "normal", "监测中": "monitored", "已注销": "gone"}

"""Illness and its cover: lists of medical insurance (医保) and health (卫健) (R57, R70; plan ch.4 s.2)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, words, yuan
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

MEDICAL_INSURANCE = DepartmentList(
    sheet=sheet(
        "medical_insurance_list",
        "医保大额自付费用名单",
        yuan("self_paid", "个人自付费用（元）", "12600.00", note="三重保障后由个人负担的合规费用，年度累计"),
        day("until", "费用截止日期", "2021-08-31"),
    ),
    department=Department.MEDICAL_INSURANCE,
    hardship=Hardship.ILLNESS,
    day="until",
)
OUTPATIENT = DepartmentList(
    sheet=sheet(
        "outpatient_cost_list",
        "门诊慢特病大额自付名单",
        yuan("self_paid_month", "当月自付费用（元）", "680.00"),
        day("month_end", "月末日期", "2021-08-31"),
    ),
    department=Department.MEDICAL_INSURANCE,
    hardship=Hardship.ILLNESS,
    day="month_end",
)
UNINSURED = DepartmentList(
    sheet=sheet(
        "uninsured_list",
        "未参加基本医保人员名单",
        choice("why", "原因", {"未缴费": "unpaid", "断保": "lapsed", "未标识": "unmarked", "其他": "other"}, "未缴费"),
        day("found_on", "核查日期"),
    ),
    department=Department.MEDICAL_INSURANCE,
    hardship=Hardship.OTHER,
    day="found_on",
)
SERIOUS_DISEASE = DepartmentList(
    sheet=sheet(
        "serious_disease_list",
        "新发重大疾病患者名单",
        choice("treatment", "救治方式", {"住院": "inpatient", "门诊": "outpatient", "居家": "home"}, "住院"),
        words("disease", "病种", "慢性肾衰竭"),
        day("diagnosed_on", "确诊日期"),
    ),
    department=Department.HEALTH,
    hardship=Hardship.ILLNESS,
    day="diagnosed_on",
)
ILLNESS = (MEDICAL_INSURANCE, OUTPATIENT, UNINSURED, SERIOUS_DISEASE)

"""Schooling: lists of education (教育) (R57; plan ch.4 s.1)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, words, yuan
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

SCHOOL_DROP_OUT = DepartmentList(
    sheet=sheet(
        "school_drop_out_list",
        "疑似失学辍学名单",
        choice("stage", "学段", {"小学": "primary", "初中": "junior"}, "初中"),
        day("absent_since", "离校日期", "2021-09-01"),
        words("reason", "原因", "外出务工"),
    ),
    department=Department.EDUCATION,
    hardship=Hardship.SCHOOLING,
    day="absent_since",
)
SCHOOL_COST = DepartmentList(
    sheet=sheet(
        "school_cost_list",
        "非义务教育大额自付费用名单",
        choice(
            "stage",
            "学段",
            {"学前": "preschool", "高中": "senior", "中职": "vocational", "高职高专": "college", "本科及以上": "university"},
            "高中",
        ),
        yuan("self_paid", "学年自付费用（元）", "13500.00"),
        day("term_end", "学年截止日期", "2021-07-31"),
    ),
    department=Department.EDUCATION,
    hardship=Hardship.SCHOOLING,
    day="term_end",
)
SCHOOLING = (SCHOOL_DROP_OUT, SCHOOL_COST)

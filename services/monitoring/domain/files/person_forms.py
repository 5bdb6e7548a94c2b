"""The collection form of people as a file (成员采集表; R16, R52; plan ch.1 s.1, ch.3 s.3): one row for each member of a household.

What is, or may say, health comes in and goes out empty: no list that goes out shows it.
"""

from collections.abc import Mapping
from itertools import combinations

from services.monitoring.domain.files import form_columns
from services.monitoring.domain.files.household_forms import NOTES, NUMBER, SHARED_FAULTS, SINCE, VILLAGE, clearable
from services.monitoring.domain.register.form_rows import sentences_of
from services.monitoring.domain.register.forms import (
    HEALTH_FIELDS,
    DisabilityUnclear,
    HealthyAndNot,
    OneMedicalInsurance,
    OutOfSchool,
    PlaceAndMonths,
    PostAndMonths,
    SchoolAndEducation,
)
from shared.kernel.sheets import Column, Holds, Sheet

_ILL = {"长期慢性病": "chronic_disease", "患有大病": "serious_disease", "残疾": "disabled"}
HEALTH = {"健康": "healthy"} | {
    "、".join(words): ",".join(_ILL[word] for word in words) for several in (1, 2, 3) for words in combinations(_ILL, several)
}
"""健康状况: healthy, or whatever holds at once, each combination a choice of its own."""
DISABILITY_CLASS = {"视力残疾": "1", "听力残疾": "2", "言语残疾": "3", "肢体残疾": "4", "智力残疾": "5", "精神残疾": "6", "多重残疾": "7"}
DISABILITY_GRADE = {"一级": "1", "二级": "2", "三级": "3", "四级": "4"}
_KEPT_IN = "导出时为空白"

HEALTH_COLUMNS = (
    Column(field="health", header="健康状况", holds=Holds.CHOICE, choices=HEALTH, clearable=True, example="健康", note=_KEPT_IN),
    Column(field="disability_class", header="残疾类别", holds=Holds.CHOICE, choices=DISABILITY_CLASS, clearable=True, note=_KEPT_IN),
    Column(field="disability_grade", header="残疾等级", holds=Holds.CHOICE, choices=DISABILITY_GRADE, clearable=True, note=_KEPT_IN),
)

PERSON_FORMS = Sheet(
    kind="person_forms",
    title="成员采集表",
    version=1,
    columns=(
        VILLAGE,
        NUMBER,
        Column(field="name", header="姓名", holds=Holds.NAME, masked=True, example="李文芳", note="无身份证号码的必填，其他人用于核对"),
        Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, masked=True, example="533521198001010019", note="无身份证号码的留空"),
        Column(field="born_on", header="出生日期", holds=Holds.DAY, example="2021-03-05", note="无身份证号码的必填"),
        SINCE,
        *map(clearable, form_columns.PERSON_COLUMNS[:5]),
        *HEALTH_COLUMNS,
        *map(clearable, form_columns.PERSON_COLUMNS[5:]),
        Column(field="person", header="人员编号（系统）", holds=Holds.REFERENCE, note="由系统导出，请勿改动；没有则留空"),
    ),
    notes=(
        "一人一行；同一人在文件中只出现一次。以户编号和身份证号码认人；没有身份证号码的，以户编号、姓名和出生日期认人。",
        *NOTES,
        "健康、残疾情况与失辍学原因只供填报，导出时为空白。",
    ),
)

SECRETS = ("id_number", "born_on", *HEALTH_FIELDS)
"""What is never staged in clear."""

FAULTS: Mapping[str, tuple[str, str]] = {
    **SHARED_FAULTS,
    "twice_in_file": ("此人在文件中出现不止一次", "this person stands in the file more than once"),
    "who_is_meant": ("请填写身份证号码；没有的填写姓名和出生日期", "write the ID number or, of who has none, the name and the day of birth"),
    "no_such_member": ("该户没有这名成员", "the household has no such member"),
    "several_alike": ("该户不止一名成员的姓名和出生日期相同", "several members of the household have this name and day of birth"),
    "born_on_differs": ("出生日期与登记的不符", "the day of birth is not the registered one"),
    **sentences_of(SchoolAndEducation, OutOfSchool, HealthyAndNot, DisabilityUnclear, OneMedicalInsurance, PlaceAndMonths, PostAndMonths),
}

"""The collection form (信息采集表) of a household and a person (R12, R52, R58; plan ch.1 s.1, ch.3 s.3).

A field that nobody has filled in is None: not known is not no. Areas of land are in mu, houses in square metres, distances in kilometres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.monitoring.domain.register.codes import (
    Allowance,
    DisabilityClass,
    DropOutReason,
    Education,
    EthnicGroup,
    Fuel,
    Health,
    HouseGrade,
    IndustryKind,
    PoliticalStatus,
    RoadKind,
    SchoolStatus,
    WorkPlace,
)
from shared.kernel.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdForm:
    """How a household lives (生产生活条件), and its four guarantees (三保障和饮水安全). A problem is a yes."""

    natural_village: str | None = None  # 自然村
    resettlement_site_code: str | None = None  # 易地搬迁安置点
    whole_without_labour: bool | None = None  # 整户无劳动能力兜底保障户
    farmland: Decimal | None = None  # 耕地（亩）
    pasture: Decimal | None = None  # 牧草地（亩）
    water_surface: Decimal | None = None  # 水面（亩）
    forest: Decimal | None = None  # 林地（亩）
    returned_farmland: Decimal | None = None  # 退耕还林（亩）
    orchard: Decimal | None = None  # 林果（亩）
    road_kind: RoadKind | None = None  # 入户路类型
    road_distance: Decimal | None = None  # 与村主干路距离（公里）
    house_grade: HouseGrade | None = None  # 住房等级
    house_area: Decimal | None = None  # 住房面积（平方米）
    fuel: Fuel | None = None  # 主要燃料
    water_safe: bool | None = None  # 饮水安全
    electricity: bool | None = None  # 通生活用电
    television: bool | None = None  # 通广播电视
    sanitary_toilet: bool | None = None  # 卫生厕所
    cooperative: bool | None = None  # 加入农民专业合作组织
    leading_enterprise: bool | None = None  # 龙头企业带动
    driven_by_leader: bool | None = None  # 创业致富带头人带动
    industry_kind: IndustryKind | None = None  # 主要产业类型
    house_problem: bool | None = None  # 住房安全有问题
    schooling_problem: bool | None = None  # 适龄儿童失学辍学
    water_problem: bool | None = None  # 饮水安全有问题
    insurance_problem: bool | None = None  # 有人未参加基本医疗保险


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForm:
    """What is collected of a member beside relation and labour."""

    ethnic_group: EthnicGroup | None = None  # 民族
    political_status: PoliticalStatus | None = None  # 政治面貌
    education: Education | None = None  # 文化程度
    school_status: SchoolStatus | None = None  # 在校生状况
    drop_out_reason: DropOutReason | None = None  # 失辍学原因
    health: Sequence[Health] | None = None  # 健康状况
    disability_class: DisabilityClass | None = None  # 残疾类别
    disability_grade: int | None = None  # 残疾等级，1最重
    residents_medical_insurance: bool | None = None  # 城乡居民基本医疗保险
    employees_medical_insurance: bool | None = None  # 城镇职工基本医疗保险
    major_medical_insurance: bool | None = None  # 大病保险
    commercial_insurance: bool | None = None  # 商业补充保险
    medical_assistance: bool | None = None  # 接受医疗救助
    residents_pension: bool | None = None  # 城乡居民养老保险
    employees_pension: bool | None = None  # 城镇职工养老保险
    subsistence_allowance: Allowance | None = None  # 低保
    extreme_difficulty: Allowance | None = None  # 特困供养
    work_place: WorkPlace | None = None  # 务工区域
    work_months: int | None = None  # 务工月数
    public_post: bool | None = None  # 公益岗位
    public_post_months: int | None = None  # 公益岗位月数
    relocated: bool | None = None  # 易地搬迁人口
    speaks_putonghua: bool | None = None  # 会讲普通话


HEALTH_FIELDS = ("health", "disability_class", "disability_grade", "drop_out_reason")
"""What is, or may say, health data of a person (失辍学原因 may be an illness): hidden from the audit, and in no list that goes out."""


class WaterSaysBoth(Invalid):
    sentence = "饮水安全与饮水安全问题填写矛盾。"
    english = "The water is said to be safe and to have a problem."


class HouseSaysBoth(Invalid):
    sentence = "住房等级为C、D级，应填写住房安全有问题。"
    english = "A house of grade C or D has a safety problem."


class SchoolAndEducation(Invalid):
    sentence = "文化程度与在校生状况只能填写一项。"
    english = "Either the education or the school status is filled in, not both."


class OutOfSchool(Invalid):
    sentence = "在校的人不应填写失辍学原因。"
    english = "Who goes to school has no reason for not going."


class HealthyAndNot(Invalid):
    sentence = "“健康”不能与其他健康状况同时填写，且不得重复。"
    english = "Who is healthy is nothing else, and nothing is said twice."


class DisabilityUnclear(Invalid):
    sentence = "残疾类别与残疾等级须同时填写，且健康状况须含“残疾”。"
    english = "Class and grade of a disability go together, and with the health `disabled`."


class OneMedicalInsurance(Invalid):
    sentence = "居民医保与职工医保不能同时参加。"
    english = "Nobody has the residents' and the employees' medical insurance at once."


class PlaceAndMonths(Invalid):
    sentence = "务工区域与务工月数须同时填写。"
    english = "The place of work and its months are filled in together."


class PostAndMonths(Invalid):
    sentence = "公益岗位与其月数须同时填写。"
    english = "A public post and its months are filled in together."


def checked_household(form: HouseholdForm) -> HouseholdForm:
    """Hold the fields of a household's form against one another.

    :raises WaterSaysBoth: the water is safe and has a problem; likewise HouseSaysBoth.
    """
    if form.water_safe and form.water_problem:
        raise WaterSaysBoth("body.water_safe", "body.water_problem")
    if form.house_grade in (HouseGrade.C, HouseGrade.D) and form.house_problem is False:
        raise HouseSaysBoth("body.house_grade", "body.house_problem")
    return form


def checked_person(form: PersonForm) -> PersonForm:
    """Hold the fields of a person's form against one another.

    :raises SchoolAndEducation: both are filled in; likewise OutOfSchool, OneMedicalInsurance.
    :raises HealthyAndNot: healthy and something else; likewise DisabilityUnclear.
    :raises PlaceAndMonths: one without the other; likewise PostAndMonths.
    """
    if form.education and form.school_status:
        raise SchoolAndEducation("body.education", "body.school_status")
    if form.drop_out_reason and form.school_status not in (None, SchoolStatus.TOO_YOUNG):
        raise OutOfSchool("body.drop_out_reason")
    if form.residents_medical_insurance and form.employees_medical_insurance:
        raise OneMedicalInsurance("body.residents_medical_insurance", "body.employees_medical_insurance")
    _check_health(form)
    _check_work(form)
    return form


def _check_health(form: PersonForm) -> None:
    health = form.health or ()
    if len(set(health)) < len(health) or (Health.HEALTHY in health and len(health) > 1):
        raise HealthyAndNot("body.health")
    has_class, has_grade = form.disability_class is not None, form.disability_grade is not None
    if has_class is not has_grade or (has_class and form.health is not None and Health.DISABLED not in health):
        raise DisabilityUnclear("body.disability_class", "body.disability_grade")


def _check_work(form: PersonForm) -> None:
    if (form.work_place is None) is not (form.work_months is None):
        raise PlaceAndMonths("body.work_place", "body.work_months")
    if (form.public_post is True) is not (form.public_post_months is not None):
        raise PostAndMonths("body.public_post", "body.public_post_months")


def disability_said_by(certificate: str) -> PersonForm:
    """Read class and grade from what follows the ID number on a disability certificate."""
    return PersonForm(health=(Health.DISABLED,), disability_class=DisabilityClass(certificate[0]), disability_grade=int(certificate[1]))


def with_disability(form: PersonForm | None, certificate: str) -> PersonForm:
    """Put what a disability certificate says into a form; all else in it stays."""
    said = disability_said_by(certificate)
    health = [*(each for each in (form and form.health) or () if each not in (Health.HEALTHY, Health.DISABLED)), Health.DISABLED]
    return replace(form or said, health=tuple(health), disability_class=said.disability_class, disability_grade=said.disability_grade)

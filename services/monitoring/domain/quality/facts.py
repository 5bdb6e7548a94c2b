"""The closed vocabulary of data quality (数据质量核查; R52, R59, plan ch.3 s.3): what a rule may ask of a person, a household or a risk flag.

Each fact has one name, one kind and one unit. Not known is not no: a fact that nobody has filled in is missing, which is no value. What no service
here holds yet, or what is held only as a ciphertext, is in the vocabulary too and says so: a rule on it is kept and shown as not checkable, never
silently skipped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from services.monitoring.domain.register.codes import Allowance, DropOutReason, Education, HouseGrade, SchoolStatus, WorkPlace
from services.monitoring.domain.register.households import HouseholdKind, Labour, Relation
from services.monitoring.domain.register.people import Sex
from services.monitoring.domain.risks import Risk


class RuleOf(StrEnum):
    """What a rule is about."""

    PERSON = "person"  # 家庭成员
    HOUSEHOLD = "household"  # 农户
    FLAG = "flag"  # 监测对象（一次风险标注）


class FactKind(StrEnum):
    NUMBER = "number"
    YES_NO = "yes_no"
    CODE = "code"  # one of a list
    CODES = "codes"  # some of a list, or none


class Awaiting(StrEnum):
    """Why a fact cannot be asked yet."""

    EMPLOYMENT = "employment_records"  # 务工监测记录
    ELIMINATION = "elimination_values"  # 风险消除时采集的数据
    MEASURES = "measure_details"  # 帮扶措施的具体内容
    BENEFITS = "benefit_records"  # 补助发放记录
    SEALED = "sealed"  # 仅以密文保存，录入时已校验


Value = Decimal | bool | str | frozenset[str]
Facts = Mapping[str, Value]
"""What is known of one subject; a name that is not there is missing."""

DEVELOPMENTAL = ("employment_support", "industry_support", "recovery")
"""Measures of development (开发式帮扶; R46), by the codes of the ledger."""

AGING = ("age", "months_since_identification")
"""Facts that change by the mere passing of time: with another value of them nothing new was found."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?")
_CODE = re.compile(r"[0-9A-Za-z_]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact.

    :param choices: the codes that it can have; empty where the list is another system's and only its form is known.
    :param awaiting: why it cannot be asked yet.
    :param is_private: health, or what may say it: compared, and never written beside a finding.
    :param ill: the values that say that somebody is ill.
    """

    title: str
    kind: FactKind
    unit: str = ""
    choices: tuple[str, ...] = ()
    awaiting: Awaiting | None = None
    is_private: bool = False
    ill: tuple[str, ...] = ()

    def read(self, written: str) -> Value | None:
        """Read a value from a rule or an example; nothing if this fact can have no such value."""
        match self.kind:
            case FactKind.NUMBER:
                return Decimal(written) if _NUMBER.fullmatch(written) else None
            case FactKind.YES_NO:
                return {"yes": True, "no": False}.get(written)
            case _:
                return written if (written in self.choices if self.choices else bool(_CODE.fullmatch(written))) else None

    def read_all(self, written: Sequence[str]) -> frozenset[str] | None:
        """Read several codes; nothing if one of them is none, or stands twice."""
        read = frozenset(str(self.read(each)) for each in written if self.read(each) is not None)
        return read if len(read) == len(written) else None


def _number(title: str, unit: str, *, awaiting: Awaiting | None = None) -> Fact:
    return Fact(title=title, kind=FactKind.NUMBER, unit=unit, awaiting=awaiting)


def _yes_no(title: str, *, awaiting: Awaiting | None = None) -> Fact:
    return Fact(title=title, kind=FactKind.YES_NO, awaiting=awaiting)


def _code(title: str, words: type[StrEnum] | tuple[str, ...] = (), *, awaiting: Awaiting | None = None) -> Fact:
    return Fact(title=title, kind=FactKind.CODE, choices=tuple(str(word) for word in words), awaiting=awaiting)


def _codes(title: str, words: type[StrEnum] | tuple[str, ...] = (), *, awaiting: Awaiting | None = None) -> Fact:
    return Fact(title=title, kind=FactKind.CODES, choices=tuple(str(word) for word in words), awaiting=awaiting)


def _withheld(fact: Fact, *, ill: tuple[str, ...]) -> Fact:
    return replace(fact, is_private=True, ill=ill)


_STANDING = {
    "monitored": _yes_no("所在户为监测对象"),
    "tracked": _yes_no("所在户为脱贫户或监测对象"),
}
_MEMBERS = {
    "labourers": _number("有劳动能力的成员数（含弱劳动力）", "人"),
    "members_on_allowance": _number("享受低保的成员数", "人"),
    "members_in_extreme_difficulty": _number("特困供养的成员数", "人"),
    "members_working_outside": _number("在县外务工的成员数", "人"),
    "whole_without_labour": _yes_no("标识为整户无劳动能力兜底保障户"),
}

OF_PERSON: Mapping[str, Fact] = {
    **_STANDING,
    "age": _number("年龄", "周岁"),
    "sex": _code("性别", Sex),
    "relation": _code("与户主关系", Relation),
    "labour": _code("劳动技能", Labour),
    "education": _code("文化程度", Education),
    "school_status": _code("在校生状况", SchoolStatus),
    "drop_out_reason": _withheld(_code("失辍学原因", DropOutReason), ill=(DropOutReason.ILLNESS, DropOutReason.DISABILITY)),
    "healthy": _withheld(_yes_no("健康状况为健康"), ill=("no",)),
    "works": _yes_no("填有务工区域或务工月数"),
    "work_place": _code("务工区域", WorkPlace),
    "work_months": _number("务工月数", "月"),
    "public_post": _yes_no("公益岗位"),
    "public_post_months": _number("公益岗位月数", "月"),
    "residents_medical_insurance": _yes_no("参加城乡居民基本医疗保险"),
    "employees_medical_insurance": _yes_no("参加城镇职工基本医疗保险"),
    "medical_insurances": _number("参加的基本医疗保险种数", "种"),
    "major_medical_insurance": _yes_no("参加大病保险"),
    "residents_pension": _yes_no("参加城乡居民养老保险"),
    "employees_pension": _yes_no("参加城镇职工养老保险"),
    "subsistence_allowance": _code("享受低保", Allowance),
    "extreme_difficulty": _code("特困供养", Allowance),
    "monitored_households_with_number": _number("本县持同一证件号码的监测对象户数", "户"),
    "phone_length": _number("联系电话位数", "位", awaiting=Awaiting.SEALED),
    "counties_with_phone": _number("同一联系电话所在的县数", "个", awaiting=Awaiting.SEALED),
    "monthly_wage": _number("月工资", "元/月", awaiting=Awaiting.EMPLOYMENT),
    "work_county": _code("务工地点（县级）", awaiting=Awaiting.EMPLOYMENT),
    "employer": _yes_no("填有用工单位", awaiting=Awaiting.EMPLOYMENT),
    "work_industry": _code("从事行业", awaiting=Awaiting.EMPLOYMENT),
    "work_channel": _code("就业渠道", ("public_post", "workshop", "government", "agency", "self", "other"), awaiting=Awaiting.EMPLOYMENT),
    "point_to_point": _yes_no("点对点输送", awaiting=Awaiting.EMPLOYMENT),
    "working_now": _yes_no("当前在务工", awaiting=Awaiting.EMPLOYMENT),
    "months_since_work_ended": _number("务工结束至今的月数，尚未结束为负", "月", awaiting=Awaiting.EMPLOYMENT),
    "vocational_grant": _yes_no("享受雨露计划", awaiting=Awaiting.BENEFITS),
    "insurance_subsidy": _yes_no("享受参保个人缴费补贴", awaiting=Awaiting.BENEFITS),
    "identified_before_cut_off": _yes_no("在当年参保补贴截止日前识别", awaiting=Awaiting.BENEFITS),
}
OF_HOUSEHOLD: Mapping[str, Fact] = {
    **_STANDING,
    "kind": _code("农户类型", HouseholdKind),
    "people": _number("成员数", "人"),
    "heads": _number("户主数", "人"),
    "spouses": _number("户主配偶数", "人"),
    "head_sex": _code("户主性别", Sex),
    "spouse_sex": _code("配偶性别", Sex),
    **_MEMBERS,
    "farmland": _number("耕地", "亩"),
    "forest": _number("林地", "亩"),
    "pasture": _number("牧草地", "亩"),
    "water_surface": _number("水面", "亩"),
    "returned_farmland": _number("退耕还林", "亩"),
    "orchard": _number("林果", "亩"),
    "house_grade": _code("住房鉴定等级", HouseGrade),
    "house_problem": _yes_no("住房安全有问题"),
    "water_safe": _yes_no("饮水安全"),
    "water_problem": _yes_no("饮水安全有问题"),
    "schooling_problem": _yes_no("适龄儿童失学辍学"),
    "insurance_problem": _yes_no("有人未参加基本医疗保险"),
    "net_income_per_head": _number("人均纯收入", "元/年"),
    "phone_length": _number("户联系电话位数", "位", awaiting=Awaiting.SEALED),
}
OF_FLAG: Mapping[str, Fact] = {
    "flag_status": _code("标注状态", ("open", "eliminated")),
    "identified_year": _number("识别年份", "年"),
    "identified_month": _number("识别月份", "月"),
    "months_since_identification": _number("识别至今的整月数", "月"),
    "months_to_elimination": _number("识别至消除的整月数", "月"),
    "risks": _codes("致贫返贫风险", Risk),
    "risk_count": _number("风险数", "项"),
    "main_risk": _code("第一风险", Risk),
    "net_income_per_head_at_identification": _number("识别时人均纯收入", "元/年"),
    "house_problem_at_identification": _yes_no("识别时住房安全有问题"),
    "water_problem_at_identification": _yes_no("识别时饮水安全有问题"),
    "schooling_problem_at_identification": _yes_no("识别时适龄儿童失学辍学"),
    "insurance_problem_at_identification": _yes_no("识别时有人未参加基本医疗保险"),
    **_MEMBERS,
    "measures": _codes("已安排的帮扶措施"),
    "has_measure": _yes_no("已开始至少一项帮扶措施"),
    "has_developmental_measure": _yes_no("已安排开发式帮扶措施"),
    "developmental_measure_begun": _yes_no("开发式帮扶措施已开始"),
    "elimination_way": _code("风险消除方式", ("help", "natural"), awaiting=Awaiting.ELIMINATION),
    "net_income_per_head_after": _number("消除时人均纯收入", "元/年", awaiting=Awaiting.ELIMINATION),
    "house_problem_after": _yes_no("消除时住房安全有问题", awaiting=Awaiting.ELIMINATION),
    "water_problem_after": _yes_no("消除时饮水安全有问题", awaiting=Awaiting.ELIMINATION),
    "schooling_problem_after": _yes_no("消除时适龄儿童失学辍学", awaiting=Awaiting.ELIMINATION),
    "insurance_problem_after": _yes_no("消除时有人未参加基本医疗保险", awaiting=Awaiting.ELIMINATION),
    "developmental_kinds": _codes("已实施的开发式帮扶措施内容", awaiting=Awaiting.MEASURES),
    "employment_kinds": _codes("就业帮扶措施内容", awaiting=Awaiting.MEASURES),
    "guarantee_kinds": _codes("综合保障措施内容", awaiting=Awaiting.MEASURES),
    "transport_subsidy": _number("当年外出务工交通补贴", "元/年", awaiting=Awaiting.BENEFITS),
}
FACTS: Mapping[RuleOf, Mapping[str, Fact]] = {RuleOf.PERSON: OF_PERSON, RuleOf.HOUSEHOLD: OF_HOUSEHOLD, RuleOf.FLAG: OF_FLAG}

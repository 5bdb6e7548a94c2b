"""Who acts, and what they may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.kernel.areas import COUNTY, PREFECTURE, TOWNSHIP, VILLAGE, area_range, counties_in, county_of


class Role(StrEnum):
    VILLAGE_CADRE = "village_cadre"  # 村干部、驻村工作队
    TOWNSHIP_OFFICER = "township_officer"  # 乡镇经办人
    COUNTY_OFFICER = "county_officer"  # 县级乡村振兴部门
    PREFECTURE_OFFICER = "prefecture_officer"  # 市级乡村振兴部门
    PROJECT_OFFICER = "project_officer"  # 项目主管部门
    EMPLOYMENT_OFFICER = "employment_officer"  # 人社部门
    MOBILE_APP = "mobile_app"  # 一位群众的手机应用
    DEPARTMENT_USER = "department_user"  # 行业部门经办人
    PLATFORM_USER = "platform_user"  # 12317热线、省政府救助平台、全国APP 的接口
    AUDITOR = "auditor"  # 审计监督
    SERVICE = "service"  # 系统自身


# At which level of area a role holds office; a token that says otherwise is nobody's.
LEVELS: Mapping[Role, frozenset[int]] = {
    Role.VILLAGE_CADRE: frozenset({VILLAGE}),
    Role.TOWNSHIP_OFFICER: frozenset({TOWNSHIP}),
    Role.COUNTY_OFFICER: frozenset({COUNTY}),
    Role.PREFECTURE_OFFICER: frozenset({PREFECTURE}),
    Role.PROJECT_OFFICER: frozenset({COUNTY, TOWNSHIP}),
    Role.EMPLOYMENT_OFFICER: frozenset({COUNTY, TOWNSHIP}),
    Role.MOBILE_APP: frozenset({COUNTY}),
    Role.DEPARTMENT_USER: frozenset({PREFECTURE, COUNTY}),
    Role.PLATFORM_USER: frozenset({PREFECTURE, COUNTY}),
    Role.AUDITOR: frozenset({PREFECTURE, COUNTY}),
    Role.SERVICE: frozenset({PREFECTURE, COUNTY}),
}


class Department(StrEnum):
    """The departments that share what they know (行业部门; R57, plan ch.3 s.3)."""

    RURAL_REVITALISATION = "rural_revitalisation"  # 乡村振兴
    EDUCATION = "education"  # 教育
    PUBLIC_SECURITY = "public_security"  # 公安
    CIVIL_AFFAIRS = "civil_affairs"  # 民政
    FINANCE = "finance"  # 财政
    HUMAN_RESOURCES = "human_resources"  # 人力资源和社会保障
    NATURAL_RESOURCES = "natural_resources"  # 自然资源和规划
    HOUSING = "housing"  # 住房城乡建设
    AGRICULTURE = "agriculture"  # 农业农村
    TRANSPORT = "transport"  # 交通运输
    WATER = "water"  # 水利
    HEALTH = "health"  # 卫生健康
    EMERGENCY = "emergency"  # 应急管理
    MARKET_REGULATION = "market_regulation"  # 市场监管
    FORESTRY = "forestry"  # 林草
    MEDICAL_INSURANCE = "medical_insurance"  # 医保
    STATISTICS = "statistics"  # 统计（调查）
    DISABLED_PERSONS = "disabled_persons"  # 残联
    PEOPLES_BANK = "peoples_bank"  # 人民银行
    BANKING_REGULATION = "banking_regulation"  # 银保监


class Platform(StrEnum):
    """Outside platforms that pass on what they hear, under numbers of their own (R41-R43, plan ch.3 s.1)."""

    HOTLINE = "hotline"  # 12317 等热线
    AID_PLATFORM = "aid_platform"  # 云南省政府救助平台
    NATIONAL_APP = "national_app"  # 全国防返贫监测系统手机APP


EVERY_DEPARTMENT = "*"
"""What the scope says of somebody who belongs to no department and sees the rows of all."""

Permissions = Mapping[str, frozenset[Role]]
"""Operation id -> the roles that may use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The area that a unit of work may see.

    Security is the database's policy on `lo` and `hi`; the counties are for routing and indexes.
    """

    lo: str
    hi: str
    county: str
    counties: tuple[str, ...]
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person or a service, acting in an area; a department's user for that department only, and a platform's for that platform."""

    id: str
    role: Role
    area: str
    department: str | None = None
    platform: str | None = None

    @property
    def behalf(self) -> str | None:
        """For whom outside the offices they act: a department or a platform."""
        return self.department or self.platform

    @property
    def scope(self) -> Scope:
        lo, hi = area_range(self.area)
        return Scope(lo=lo, hi=hi, county=county_of(self.area), counties=counties_in(self.area), department=self.behalf or EVERY_DEPARTMENT)

    def within(self, county_code: str) -> "Actor":
        """Give the same actor at work in one county: where the own area is narrower, in that."""
        return self if len(self.area) >= COUNTY else replace(self, area=county_code)


def service_actor(service: str, county_code: str) -> Actor:
    """The service itself, at work in one county."""
    return Actor(id=f"service:{service}", role=Role.SERVICE, area=county_code)

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
    Role.AUDITOR: frozenset({PREFECTURE, COUNTY}),
    Role.SERVICE: frozenset({PREFECTURE, COUNTY}),
}


class Department(StrEnum):
    """The departments that send lists (行业部门; R57, plan ch.3 s.3)."""

    MEDICAL_INSURANCE = "medical_insurance"  # 医保
    EDUCATION = "education"  # 教育
    HOUSING = "housing"  # 住建
    WATER = "water"  # 水务
    EMERGENCY = "emergency"  # 应急


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
    """A person or a service, acting in an area; a department's user for that department only."""

    id: str
    role: Role
    area: str
    department: str | None = None

    @property
    def scope(self) -> Scope:
        lo, hi = area_range(self.area)
        return Scope(lo=lo, hi=hi, county=county_of(self.area), counties=counties_in(self.area), department=self.department or EVERY_DEPARTMENT)

    def within(self, county_code: str) -> "Actor":
        """Give the same actor at work in one county: where the own area is narrower, in that."""
        return self if len(self.area) >= COUNTY else replace(self, area=county_code)


def service_actor(service: str, county_code: str) -> Actor:
    """The service itself, at work in one county."""
    return Actor(id=f"service:{service}", role=Role.SERVICE, area=county_code)

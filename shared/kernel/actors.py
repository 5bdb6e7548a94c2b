"""Who acts, and what they may see."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    Role.AUDITOR: frozenset({PREFECTURE, COUNTY}),
    Role.SERVICE: frozenset({PREFECTURE, COUNTY}),
}

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person or a service, acting in an area."""

    id: str
    role: Role
    area: str

    @property
    def scope(self) -> Scope:
        lo, hi = area_range(self.area)
        return Scope(lo=lo, hi=hi, county=county_of(self.area), counties=counties_in(self.area))


def service_actor(service: str, county_code: str) -> Actor:
    """The service itself, at work in one county."""
    return Actor(id=f"service:{service}", role=Role.SERVICE, area=county_code)

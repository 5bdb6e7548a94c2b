"""Key groups (重点人群): whom the regular screening looks at first (R38; plan ch.3 s.1). Which groups there are is law, dated and by a document."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.errors import Conflict, NotFound


class GroupSource(StrEnum):
    """How it is known that a household belongs to a group."""

    REGISTER = "register"  # 档案
    HOME_VISIT = "home_visit"  # 走访排查
    DEPARTMENT = "department"  # 部门比对
    SELF_REPORT = "self_report"  # 自主申报


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGroup:
    code: str
    title: str
    area_code: str
    effective_from: date
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """A household's belonging to a group, from a day on."""

    id: UUID
    county_code: str
    household_id: UUID
    area_code: str
    group_code: str
    valid_from: date
    valid_to: date | None
    source: GroupSource
    version: int


class NoSuchGroup(NotFound):
    sentence = "该地没有这一重点人群类别。"
    english = "There is no such key group here."


class GroupedAlready(Conflict):
    sentence = "该户已列入这一重点人群，起始日期或来源不同；请先终止。"
    english = "The household is in this group from another day or source: end that first."

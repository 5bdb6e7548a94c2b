"""Who looks after a household (干部包户、监测联系人; R4, plan ch.1 s.1; R44, plan ch.3)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class CareRole(StrEnum):
    HELP_CADRE = "help_cadre"  # 帮扶责任人
    MONITORING_CONTACT = "monitoring_contact"  # 监测联系人


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A cadre's charge of one household: in one role there is one at a time."""

    id: UUID
    county_code: str
    household_id: UUID
    area_code: str
    role: CareRole
    cadre_id: str
    unit: str
    valid_from: date
    valid_to: date | None
    version: int

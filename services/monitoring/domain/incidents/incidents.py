"""Disasters and accidents (灾情; R40, R56; plan ch.3 s.1, s.3): where one lies, who governs it, and when it is over.

incident    open ──closure──▶ closed     when every household that it hit is tracked to the end, or has a case
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.incidents.hazards import Hazard
from shared.kernel.actors import Actor
from shared.kernel.areas import LINCANG, county_of, is_inside, overlap
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.workdays import local_day

IncidentId = NewType("IncidentId", UUID)

LAYING_DOWN, GREEN_CHANNEL = "incident_households", "green_channel"
"""The long work of an incident: laying down whom it may have hit, and helping first."""


class IncidentGrade(StrEnum):
    """The grade of an incident (灾害等级), the gravest first."""

    FIRST = "first"  # 特别重大
    SECOND = "second"  # 重大
    THIRD = "third"  # 较大
    FOURTH = "fourth"  # 一般


class IncidentStatus(StrEnum):
    OPEN = "open"  # 处置中
    CLOSED = "closed"  # 已办结


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident. `county_code` is its home: its county, or the prefecture for one that is wider; `areas` is where it happened.

    It lasted from the day of `happened_at` to `ends_on`.
    """

    id: IncidentId
    county_code: str
    area_code: str
    hazard: Hazard
    grade: IncidentGrade
    title: str
    happened_at: datetime
    ends_on: date
    areas: list[str]
    source: str
    document_number: str
    status: IncidentStatus
    opened_at: datetime
    closed_at: datetime | None
    version: int

    @property
    def starts_on(self) -> date:
        return local_day(self.happened_at)


class AreasUnfit(Invalid):
    sentence = "灾情区划须填一至五十个，互不包含；未划定范围时不得为空。"
    english = "An incident names areas that do not contain each other; without a drawn area at least one."


class EndsTooEarly(Invalid):
    sentence = "灾情结束日不得早于发生日。"
    english = "An incident does not end before it happened."


class IncidentClosed(Conflict):
    sentence = "该灾情已经办结。"
    english = "This incident is closed."


class NotYourIncident(Forbidden):
    sentence = "该灾情跨出您的辖区，只有上一级可以办理。"
    english = "This incident reaches beyond your area: only the level above may do this."


class NotAllChecked(Conflict):
    sentence = "仍有农户待核查是否受灾，不能办结。"
    english = "Households wait to be checked: the incident stays open."


class NotAllTracked(Conflict):
    sentence = "仍有受灾户既未跟踪完毕也未立案，不能办结。"
    english = "Households that were hit are neither tracked to the end nor have a case: the incident stays open."


def home_of(areas: Sequence[str]) -> str:
    """Say where an incident lies: in the county that holds all its areas, or else in the prefecture."""
    counties = {county_of(area) for area in areas}
    return counties.pop() if len(counties) == 1 else LINCANG


def placed(areas: Sequence[str]) -> None:
    """Hold the areas of an incident against each other.

    :raises AreasUnfit: there is none, or one contains another or stands there twice.
    """
    if not areas or overlap(areas):
        raise AreasUnfit("body.areas")


def lasted(happened_at: datetime, ends_on: date | None) -> date:
    """Say on which day an incident ended; without one it ended on its day.

    :raises EndsTooEarly: it would end before it happened.
    """
    first = local_day(happened_at)
    if ends_on is not None and ends_on < first:
        raise EndsTooEarly("body.ends_on")
    return ends_on or first


def under_way(incident: Incident) -> None:
    """Hold an act against whether the incident is open.

    :raises IncidentClosed: it is over.
    """
    if incident.status is IncidentStatus.CLOSED:
        raise IncidentClosed


def governed(incident: Incident, by: Actor) -> None:
    """Hold an act on a whole incident against whose it is.

    :raises NotYourIncident: it reaches beyond the caller's area.
    :raises IncidentClosed: it is over.
    """
    if not is_inside(incident.area_code, by.area):
        raise NotYourIncident
    under_way(incident)


def closed(incident: Incident, *, unchecked: int, untracked: int, by: Actor) -> IncidentStatus:
    """Close an incident.

    :raises NotYourIncident: it reaches beyond the caller's area; IncidentClosed: it is over.
    :raises NotAllChecked: nobody has found out yet whether it hit some households.
    :raises NotAllTracked: some households that it hit are not tracked to the end and have no case.
    """
    governed(incident, by)
    if unchecked:
        raise NotAllChecked(detail=str(unchecked))
    if untracked:
        raise NotAllTracked(detail=str(untracked))
    return IncidentStatus.CLOSED

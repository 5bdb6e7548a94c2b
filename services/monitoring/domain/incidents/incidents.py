"""Disasters and accidents (灾情; R40, R54, R56; plan ch.3 s.1, s.3), and what becomes of the households that one may have hit.

incident    open ──closure──▶ closed     when every household that it hit is tracked to the end, or has a case
household   to_check ──check──▶ unaffected
                └──▶ affected ──green channel──▶ green_channel
                        └──relief──▶ relieved ◀──┘
            affected, green_channel, relieved ──last visit──▶ tracked
            to_check, affected, green_channel, relieved ──the household is gone──▶ dropped
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.risks import Hardship, Risk
from shared.kernel.actors import Actor, Role
from shared.kernel.areas import LINCANG, county_of, is_inside
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step
from shared.kernel.workdays import local_day

IncidentId = NewType("IncidentId", UUID)
EffectId = NewType("EffectId", UUID)

LAYING_DOWN, GREEN_CHANNEL = "incident_households", "green_channel"
"""The long work of an incident: laying down whom it may have hit, and helping first."""


class Hazard(StrEnum):
    METEOROLOGICAL = "meteorological"  # 气象灾害
    FLOOD = "flood"  # 洪涝
    DROUGHT = "drought"  # 旱灾
    EARTHQUAKE = "earthquake"  # 地震灾害
    GEOLOGICAL = "geological"  # 地质灾害
    FOREST_FIRE = "forest_fire"  # 森林草原火灾
    BIOLOGICAL = "biological"  # 生物灾害
    EPIDEMIC = "epidemic"  # 疫情
    ACCIDENT = "accident"  # 意外事故
    PUBLIC_EMERGENCY = "public_emergency"  # 其他公共突发事件


RISKS: Mapping[Hazard, Risk] = {
    Hazard.METEOROLOGICAL: Risk.WEATHER,
    Hazard.FLOOD: Risk.FLOOD,
    Hazard.DROUGHT: Risk.DROUGHT,
    Hazard.EARTHQUAKE: Risk.EARTHQUAKE,
    Hazard.GEOLOGICAL: Risk.GEOLOGICAL,
    Hazard.FOREST_FIRE: Risk.OTHER_DISASTER,
    Hazard.BIOLOGICAL: Risk.BIOLOGICAL,
    Hazard.EPIDEMIC: Risk.EPIDEMIC,
    Hazard.ACCIDENT: Risk.ACCIDENT,
    Hazard.PUBLIC_EMERGENCY: Risk.EPIDEMIC,
}
"""Each hazard's risk by the code of the national form; 12 is epidemics and public emergencies."""

LISTED_AS: Mapping[Hazard, Sequence[str]] = {
    Hazard.METEOROLOGICAL: ("weather",),
    Hazard.FLOOD: ("flood",),
    Hazard.DROUGHT: ("drought",),
    Hazard.EARTHQUAKE: ("earthquake",),
    Hazard.GEOLOGICAL: ("geological",),
    Hazard.FOREST_FIRE: ("fire",),
    Hazard.BIOLOGICAL: ("biological",),
    Hazard.EPIDEMIC: (),
    Hazard.ACCIDENT: (),
    Hazard.PUBLIC_EMERGENCY: ("other",),
}
"""What the emergency department's list calls a hazard."""


class IncidentGrade(StrEnum):
    """The grade of an incident (灾害等级), the gravest first."""

    FIRST = "first"  # 特别重大
    SECOND = "second"  # 重大
    THIRD = "third"  # 较大
    FOURTH = "fourth"  # 一般


class IncidentStatus(StrEnum):
    OPEN = "open"  # 处置中
    CLOSED = "closed"  # 已办结


class EffectStatus(StrEnum):
    """How a household that an incident may have hit stands."""

    TO_CHECK = "to_check"  # 待核查
    AFFECTED = "affected"  # 受灾
    UNAFFECTED = "unaffected"  # 未受灾
    GREEN_CHANNEL = "green_channel"  # 已走绿色通道
    RELIEVED = "relieved"  # 已救助
    TRACKED = "tracked"  # 跟踪完毕
    DROPPED = "dropped"  # 已销户或迁出本县


OPEN_EFFECTS = (EffectStatus.TO_CHECK, EffectStatus.AFFECTED, EffectStatus.GREEN_CHANNEL, EffectStatus.RELIEVED)
"""Of these something is owed yet: the check, help, or the visits after it."""


class EffectAct(StrEnum):
    CHECK = "check"  # 核查
    GREEN_CHANNEL = "green_channel"  # 绿色通道
    RELIEVE = "relief"  # 救助
    LAST_VISIT = "last_visit"  # 末次回访


class Loss(StrEnum):
    CROPS = "crops"  # 农作物
    LIVESTOCK = "livestock"  # 畜禽
    HOUSE = "house"  # 房屋
    GOODS = "goods"  # 财物
    INJURY = "injury"  # 人员伤亡
    INCOME = "income"  # 收入中断
    OTHER = "other"  # 其他


_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_COUNTY = frozenset({Role.COUNTY_OFFICER})
_HIT = (EffectStatus.AFFECTED, EffectStatus.GREEN_CHANNEL, EffectStatus.RELIEVED)
PROCEDURE = Procedure(
    {
        (EffectStatus.TO_CHECK, EffectAct.CHECK): Step(EffectStatus.AFFECTED, _VILLAGE, refused=EffectStatus.UNAFFECTED),
        (EffectStatus.AFFECTED, EffectAct.GREEN_CHANNEL): Step(EffectStatus.GREEN_CHANNEL, _COUNTY),
        (EffectStatus.RELIEVED, EffectAct.GREEN_CHANNEL): Step(EffectStatus.RELIEVED, _COUNTY),
        **{(status, EffectAct.RELIEVE): Step(EffectStatus.RELIEVED, _VILLAGE | _COUNTY | {Role.PREFECTURE_OFFICER}) for status in _HIT},
        **{(status, EffectAct.LAST_VISIT): Step(EffectStatus.TRACKED, _VILLAGE) for status in _HIT},
    }
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A household that an incident may have hit. `due_at`: by when it is to be checked. `estimate`: what it lost, in yuan."""

    id: EffectId
    county_code: str
    township_code: str
    area_code: str
    incident_id: IncidentId
    household_id: HouseholdId
    status: EffectStatus
    due_at: datetime
    losses: list[str] | None
    risks: list[str] | None
    checked_at: datetime | None
    lead_id: UUID | None
    case_id: UUID | None
    version: int


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


class CheckBeforeIncident(Invalid):
    sentence = "时间早于灾情发生之时。"
    english = "This lies before the incident."


class LossesUnfit(Invalid):
    sentence = "受灾户须写明损失种类且不重复；未受灾的不写损失、金额和风险。"
    english = "A household that was hit names its losses, each once; one that was not has none, no estimate and no risk."


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

    :raises AreasUnfit: there is none, or one contains another.
    """
    if not areas or any(is_inside(one, other) for n, one in enumerate(areas) for m, other in enumerate(areas) if n != m):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check finds: the next status, the risks that it brings, and how the household would name it."""

    status: EffectStatus
    risks: list[Risk]
    hardship: Hardship


def checked(
    effect: Effect, incident: Incident, *, at: datetime, affected: bool, losses: Sequence[Loss], risks: Sequence[Risk], estimated: bool, by: Role
) -> Checked:
    """Take what a check found (R40, R56); a household that was hit has the hazard's risk unless others are named.

    :raises IncidentClosed: the incident is over.
    :raises CheckBeforeIncident: the check lies before it.
    :raises LossesUnfit: hit without losses, or the other way round.
    """
    under_way(incident)
    step = PROCEDURE.step(effect.status, EffectAct.CHECK, by)
    if at < incident.happened_at:
        raise CheckBeforeIncident("body.checked_at")
    if affected != bool(losses) or len(set(losses)) < len(losses) or len(set(risks)) < len(risks) or (not affected and (risks or estimated)):
        raise LossesUnfit("body.losses")
    hardship = hardship_of(incident.hazard)
    if not affected:
        return Checked(status=step.refused or step.to, risks=[], hardship=hardship)
    return Checked(status=step.to, risks=list(risks) or [RISKS[incident.hazard]], hardship=hardship)


def hardship_of(hazard: Hazard) -> Hardship:
    """Say how a household would name what a hazard did to it."""
    return Hardship.ACCIDENT if hazard is Hazard.ACCIDENT else Hardship.DISASTER


def status_elsewhere(status: EffectStatus) -> EffectStatus:
    """Say how a household stands in an incident when it comes from another county, which has taken its flag back (R38): help can come first again."""
    return EffectStatus.AFFECTED if status is EffectStatus.GREEN_CHANNEL else status


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

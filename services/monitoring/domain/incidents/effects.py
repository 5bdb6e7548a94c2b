"""The households that an incident may have hit (R40, R56; plan ch.3 s.1, s.3), from the check to the last visit.

household   to_check ──check──▶ unaffected
                └──▶ affected ──green channel──▶ green_channel
                        └──relief──▶ relieved ◀──┘
            affected, green_channel, relieved ──last visit──▶ tracked
            to_check, affected, green_channel, relieved ──the household is gone──▶ dropped
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.incidents.hazards import RISKS, hardship_of
from services.monitoring.domain.incidents.incidents import Incident, IncidentId, under_way
from services.monitoring.domain.risks import Hardship, Risk
from shared.kernel.actors import Role
from shared.kernel.errors import Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step

EffectId = NewType("EffectId", UUID)


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


class CheckBeforeIncident(Invalid):
    sentence = "时间早于灾情发生之时。"
    english = "This lies before the incident."


class LossesUnfit(Invalid):
    sentence = "受灾户须写明损失种类且不重复；未受灾的不写损失、金额和风险。"
    english = "A household that was hit names its losses, each once; one that was not has none, no estimate and no risk."


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


def status_elsewhere(status: EffectStatus) -> EffectStatus:
    """Say how a household stands in an incident when it comes from another county, which has taken its flag back (R38): help can come first again."""
    return EffectStatus.AFFECTED if status is EffectStatus.GREEN_CHANNEL else status

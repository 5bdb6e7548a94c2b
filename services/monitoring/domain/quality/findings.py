"""Findings of data quality (问题数据清单; R59, plan ch.3 s.3): what a rule found is a task of whoever owns it, until a check finds it repaired.

open ──a check: fires no more──────────────▶ repaired
  ├────a check: the subject or the rule is gone──▶ lapsed
  └────excuse, by the level above the owner──▶ excused    holds until a day, as long as the facts stay as they were
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.rules import Severity
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step
from shared.kernel.workdays import ONE_DAY

FindingId = NewType("FindingId", UUID)

CHECKING = "quality_check"
"""The long work: one rule after another, county by county."""


class FindingStatus(StrEnum):
    OPEN = "open"  # 待修正
    REPAIRED = "repaired"  # 已修正
    EXCUSED = "excused"  # 已说明
    LAPSED = "lapsed"  # 不再适用


class FindingAct(StrEnum):
    EXCUSE = "excuse"  # 说明情况
    RECHECK = "recheck"  # 复核


_OFFICERS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
_OFFICIALS = _OFFICERS | {Role.VILLAGE_CADRE}
PROCEDURE = Procedure(
    {
        (FindingStatus.OPEN, FindingAct.EXCUSE): Step(FindingStatus.EXCUSED, _OFFICERS),
        (FindingStatus.OPEN, FindingAct.RECHECK): Step(FindingStatus.OPEN, _OFFICIALS),
    }
)
LEVEL_OF: Mapping[Role, Level] = {
    Role.VILLAGE_CADRE: Level.VILLAGE,
    Role.TOWNSHIP_OFFICER: Level.TOWNSHIP,
    Role.COUNTY_OFFICER: Level.COUNTY,
    Role.PREFECTURE_OFFICER: Level.PREFECTURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found of a subject. `found_on`: the day of the check; `due_at` ends the owner's time; `facts`: what was seen, codes only."""

    id: FindingId
    county_code: str
    township_code: str
    area_code: str
    rule_number: str
    subject_kind: RuleOf
    subject_id: UUID
    household_id: HouseholdId
    person_id: UUID | None
    flag_id: UUID | None
    severity: Severity
    owner: Level
    status: FindingStatus
    due_at: datetime
    found_on: date
    facts: Mapping[str, str | list[str]]
    closed_at: datetime | None
    excused_until: date | None
    lead_id: UUID | None
    version: int


class NotAboveTheOwner(Forbidden):
    sentence = "须由责任层级的上一级说明情况。"
    english = "The level right above the owner excuses a finding."


class ExcuseUnfit(Invalid):
    sentence = "说明的有效期须晚于今日，且不超过规定的天数。"
    english = "An excuse ends after today, and within the days that are in force."


class ExcuseWouldNotHold(Conflict):
    sentence = "该规则所用的不予显示的数据项可能变化，不能核准说明，须予修正。"
    english = "What the rule asks of and does not show may change meanwhile: no excuse could hold, the data are to be repaired."


class Uncheckable(Conflict):
    sentence = "该规则所需的数据项尚未接入，不能核查。"
    english = "A fact that the rule asks of is held nowhere yet: it cannot be checked."


def excuse(finding: Finding, *, until: date, today: date, at_most_days: int, can_hold: bool, by: Role) -> FindingStatus:
    """Accept why data stay as they are (R59; plan ch.3 s.3); the level right above the owner does.

    :param can_hold: nothing that the rule asks of can change unseen.
    :raises Conflict: it is not open any more.
    :raises NotAboveTheOwner: it is another level's to say.
    :raises ExcuseWouldNotHold: something can.
    :raises ExcuseUnfit: the excuse ends too early or too late.
    """
    step = PROCEDURE.step(finding.status, FindingAct.EXCUSE, by)
    levels = list(Level)
    if levels.index(LEVEL_OF[by]) != levels.index(finding.owner) + 1:
        raise NotAboveTheOwner
    if not can_hold:
        raise ExcuseWouldNotHold
    if not today < until <= today + at_most_days * ONE_DAY:
        raise ExcuseUnfit("body.until")
    return step.to


def recheck(finding: Finding, *, by: Role) -> None:
    """Hold a check of one household at once against the procedure.

    :raises Conflict: the finding is not open any more.
    """
    PROCEDURE.step(finding.status, FindingAct.RECHECK, by)

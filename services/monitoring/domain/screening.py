"""Rounds of screening (定期排查、集中排查; R38, plan ch.3 s.1): every household of a kind in an area is visited once within a period.

round       open ──closure──▶ closed
household   to_screen ──visit──▶ screened    nothing, or trouble, which is a lead
                │  └──excuse──▶ excused      with a reason
                └── the round is closed ──▶ missed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Actor, Role
from shared.kernel.areas import is_inside
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step
from shared.kernel.workdays import local_day

RoundId = NewType("RoundId", UUID)
ScreeningId = NewType("ScreeningId", UUID)

LAYING_DOWN, CLOSING = "screening_round", "screening_closure"
"""The long work of a round: laying its households down, and noting at its end who was missed."""


class RoundOf(StrEnum):
    """Which households of its area a round visits."""

    ALL = "all"  # 全部农户
    LIFTED_OUT = "lifted_out"  # 脱贫户
    GENERAL = "general"  # 一般农户
    MONITORED = "monitored"  # 监测对象


class RoundStatus(StrEnum):
    OPEN = "open"  # 进行中
    CLOSED = "closed"  # 已结束


class ScreeningStatus(StrEnum):
    TO_SCREEN = "to_screen"  # 待排查
    SCREENED = "screened"  # 已排查
    EXCUSED = "excused"  # 免予排查
    MISSED = "missed"  # 至轮次结束仍未排查


class ScreeningResult(StrEnum):
    NOTHING = "nothing"  # 未发现困难
    TROUBLE = "trouble"  # 发现困难


class ScreeningAct(StrEnum):
    VISIT = "visit"  # 入户排查
    EXCUSE = "excuse"  # 免予排查


_OFFICERS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
PROCEDURE = Procedure(
    {
        (ScreeningStatus.TO_SCREEN, ScreeningAct.VISIT): Step(ScreeningStatus.SCREENED, frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})),
        (ScreeningStatus.TO_SCREEN, ScreeningAct.EXCUSE): Step(ScreeningStatus.EXCUSED, _OFFICERS),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round. `county_code` is its home: its county, or the prefecture. `job_id`: the long work that it asked for last."""

    id: RoundId
    county_code: str
    area_code: str
    title: str
    households: RoundOf
    opens_on: date
    ends_on: date
    document_number: str
    status: RoundStatus
    opened_at: datetime
    closed_at: datetime | None
    job_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """A household in a round. `due_at` ends the round's last day."""

    id: ScreeningId
    county_code: str
    township_code: str
    area_code: str
    round_id: RoundId
    household_id: HouseholdId
    status: ScreeningStatus
    due_at: datetime
    visited_at: datetime | None
    result: ScreeningResult | None
    hardships: list[str] | None
    lead_id: UUID | None
    version: int


class PeriodUnfit(Invalid):
    sentence = "排查轮次的结束日不得早于开始日，也不得早于今日。"
    english = "A round ends neither before it opens nor before today."


class RoundClosed(Conflict):
    sentence = "该排查轮次已经结束。"
    english = "This round is closed."


class NotYourRound(Forbidden):
    sentence = "该排查轮次由上级发起，只有发起的一级可以办理。"
    english = "A level above yours opened this round: only that level may do this."


class VisitBeforeRound(Invalid):
    sentence = "排查时间早于轮次开始之日。"
    english = "The visit lies before the day on which the round opens."


class TroubleUnnamed(Invalid):
    sentence = "发现困难的须写明是何种困难，未发现的不写。"
    english = "Trouble is named by its hardships; where nothing was found there are none."


def period(opens_on: date, ends_on: date, *, today: date) -> None:
    """Hold the period of a new round.

    :raises PeriodUnfit: it ends before it opens, or before today.
    """
    if ends_on < opens_on or ends_on < today:
        raise PeriodUnfit("body.ends_on")


def governed(held: Round, by: Actor) -> None:
    """Hold an act on a round against whose it is.

    :raises NotYourRound: it reaches beyond the caller's area.
    :raises RoundClosed: it is over.
    """
    if not is_inside(held.area_code, by.area):
        raise NotYourRound
    if held.status is RoundStatus.CLOSED:
        raise RoundClosed


def screened(screening: Screening, held: Round, *, at: datetime, result: ScreeningResult, hardships: Sequence[Hardship], by: Role) -> ScreeningStatus:
    """Take what a visit found (R38).

    :raises RoundClosed: the round is over.
    :raises VisitBeforeRound: the visit lies before it opened.
    :raises TroubleUnnamed: trouble without a hardship, or a hardship without trouble.
    """
    if held.status is RoundStatus.CLOSED:
        raise RoundClosed
    step = PROCEDURE.step(screening.status, ScreeningAct.VISIT, by)
    if local_day(at) < held.opens_on:
        raise VisitBeforeRound("body.visited_at")
    if (result is ScreeningResult.TROUBLE) != bool(hardships):
        raise TroubleUnnamed("body.hardships")
    return step.to


def excused(screening: Screening, held: Round, *, by: Role) -> ScreeningStatus:
    """Excuse a household from a round.

    :raises RoundClosed: the round is over.
    """
    if held.status is RoundStatus.CLOSED:
        raise RoundClosed
    return PROCEDURE.step(screening.status, ScreeningAct.EXCUSE, by).to

"""A risk flag (风险标注): one for each household and spell of monitoring, with one to five risks and what they owe (R39, R45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.monitoring.domain.cases import Case
from services.monitoring.domain.flags.measures import Measure, Owed, follow_from_alone, owed_for, rows_for
from services.monitoring.domain.parameters import Key, Parameters
from services.monitoring.domain.risks import Risk, joined
from shared.kernel.errors import Conflict
from shared.kernel.ids import FlagId, HouseholdId, derived_id
from shared.kernel.workdays import Calendar


class FlagStatus(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"  # 撤销
    ELIMINATED = "eliminated"  # 风险消除


class WithdrawalReason(StrEnum):
    ENTERED_IN_ERROR = "entered_in_error"  # 错录
    HOUSEHOLD_GONE = "household_gone"  # 整户死亡或迁出
    MOVED_AWAY = "moved_away"  # 整户迁出本县
    NOT_CONFIRMED = "not_confirmed"  # 绿色通道补办程序未获认定


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    id: FlagId
    county_code: str
    township_code: str
    area_code: str
    household_id: HouseholdId
    status: FlagStatus
    risks: list[str]
    raised_at: datetime
    due_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Risks that a flag has gained, and the measures that it owes for these alone."""

    risks: list[str]
    measures: list[str]

    def joined(self, later: "Added") -> "Added":
        """Join with what the flag has gained later."""
        return Added(risks=[*self.risks, *later.risks], measures=[*self.measures, *later.measures])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedBefore:
    """The ids of what a flag owed before, and of what was taken back of it."""

    owed: frozenset[UUID] = frozenset()
    taken_back: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagging:
    """What an approval does to the household's flag: raise it, or add risks to it if it was monitored before; and what is owed for it from now on.

    :param added: what the flag gains by it, and what is owed for that alone.
    """

    flag_id: FlagId
    risks: list[Risk]
    owed: list[Owed]
    rows: list[Measure]
    has_labour: bool
    monitored_before: bool
    added: Added


class FlagOver(Conflict):
    sentence = "该风险标注已撤销或消除。"
    english = "The flag is withdrawn or eliminated already."


def flag_for(
    case: Case,
    held: Flag | None,
    *,
    has_labour: bool,
    table: Sequence[Measure],
    rules: Parameters,
    calendar: Calendar,
    now: datetime,
    before: OwedBefore,
) -> Flagging:
    """Flag the household of an approved case, or of one that is helped first; one that has a flag keeps it and gains the case's risks.

    :raises TooManyRisks: it would have more risks than the form holds.
    """
    risks = joined(held.risks if held else [], case.risks, at_most=rules.number(Key.MAX_RISKS))
    flag_id = held.id if held else FlagId(derived_id(case.id, "flag again" if case.flag_id else "flag"))
    rows = rows_for(risks, has_labour=has_labour, table=table)
    owed = owed_for(flag_id, rows, rolls=rules.text(Key.ROLLS) == "yes", calendar=calendar, now=now, taken_back=before.taken_back)
    gained = [risk for risk in risks if held is None or risk not in held.risks]
    alone = follow_from_alone(gained, rows)
    return Flagging(
        flag_id=flag_id,
        risks=risks,
        owed=owed,
        added=Added(risks=[*gained], measures=[str(each.id) for each in owed if each.measure in alone and each.id not in before.owed]),
        rows=rows,
        has_labour=has_labour,
        monitored_before=held is not None and held.id != case.flag_id,
    )


def withdraw(flag: Flag) -> FlagStatus:
    """Take back a flag that was entered in error or whose household is gone.

    :raises FlagOver: it is over already.
    """
    if flag.status is not FlagStatus.OPEN:
        raise FlagOver
    return FlagStatus.WITHDRAWN

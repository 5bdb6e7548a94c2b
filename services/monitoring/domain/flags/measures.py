"""Which measures a risk calls for, who answers them, and by when (R45, R46; plan ch.3 s.2)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel.errors import Conflict
from shared.kernel.ids import FlagId, OwedId, derived_id
from shared.kernel.workdays import Calendar, DayKind, Period

MONITORING = "monitoring"
"""The service that answers by a referral to health, schooling or civil affairs; such a measure would name the cause, so it stays here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One row of the law table: with this risk and this ability to work, this service owes this measure within this period."""

    risk: str
    has_labour: bool
    measure: str
    service: str
    days: int
    day_kind: DayKind
    document_number: str

    def period(self, *, rolls: bool) -> Period:
        return Period(days=self.days, kind=self.day_kind, rolls=rolls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A measure that a flag calls for."""

    id: OwedId
    measure: str
    service: str
    due_at: datetime


class RiskWithoutMeasure(Conflict):
    sentence = "此风险类型尚无帮扶措施对照规定，请由州市先行发布。"
    english = "No measure is laid down for this risk yet: the prefecture must publish one."


def covered(risks: Iterable[str], table: Iterable[Measure]) -> None:
    """Hold risks against the table, so that none is ever recognised and answered by nothing.

    :raises RiskWithoutMeasure: the table has no row for one of them.
    """
    known = {row.risk for row in table}
    if any(risk not in known for risk in risks):
        raise RiskWithoutMeasure("body.risks")


def longest_reach(table: Iterable[Measure]) -> int:
    """How many days of the calendar are needed to count any of the table's periods."""
    return max((row.period(rolls=True).reach for row in table), default=0)


def rows_for(risks: Sequence[str], *, has_labour: bool, table: Iterable[Measure]) -> list[Measure]:
    """Read the table for risks and ability to work."""
    return [row for row in table if row.risk in risks and row.has_labour == has_labour]


def follow_from_alone(risks: Collection[str], rows: Sequence[Measure]) -> set[str]:
    """Name the measures that only these risks call for."""
    return {row.measure for row in rows if row.risk in risks} - {row.measure for row in rows if row.risk not in risks}


def owed_for(
    flag_id: FlagId, rows: Iterable[Measure], *, rolls: bool, calendar: Calendar, now: datetime, taken_back: Collection[UUID] = ()
) -> list[Owed]:
    """Say what a flag owes; a measure that two risks call for is due by the earlier date.

    The id follows from flag and measure, so that nothing is owed twice; what was taken back before is owed anew.
    """
    owed: dict[str, Owed] = {}
    for row in rows:
        due_at = calendar.end_of(row.period(rolls=rolls), now)
        if row.measure not in owed or due_at < owed[row.measure].due_at:
            owed[row.measure] = Owed(id=_id_of(row.measure, flag_id, taken_back), measure=row.measure, service=row.service, due_at=due_at)
    return list(owed.values())


def _id_of(measure: str, flag_id: FlagId, taken_back: Collection[UUID]) -> OwedId:
    owed_id = derived_id(flag_id, measure)
    while owed_id in taken_back:
        owed_id = derived_id(owed_id, "again")
    return OwedId(owed_id)

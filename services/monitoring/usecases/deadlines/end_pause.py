"""End the pause of a lead or a case whose clock stands; of one that runs there is none to end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.cases import Case
from services.monitoring.domain.deadlines import pauses as rules
from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.domain.deadlines.pauses import Ending, Moved, Running
from services.monitoring.domain.leads.leads import Lead
from services.monitoring.domain.parameters import Parameters
from services.monitoring.store import law
from services.monitoring.store.deadlines import pauses, subjects
from services.monitoring.store.deadlines.pauses import Ended
from shared.database.transaction import Transaction
from shared.kernel.errors import Stale
from shared.kernel.workdays import Calendar, local_day


async def end_pause_of_lead(lead: Lead, tx: Transaction) -> Lead:
    """End a lead's pause because it is acted on, and give the lead as it is then.

    :raises Stale: somebody ended it meanwhile; CalendarMissing: a year that the pause touches is not loaded.
    """
    moved = await _end(Subject.LEAD, lead.id, tx) if lead.paused_at else None
    return replace(lead, due_at=moved.due_at, paused_at=None, version=lead.version + 1) if moved else lead


async def end_pause_of_case(case: Case, tx: Transaction) -> Case:
    """End a case's pause because it is acted on, and give the case as it is then.

    :raises Stale: somebody ended it meanwhile; CalendarMissing: a year that the pause touches is not loaded.
    """
    moved = await _end(Subject.CASE, case.id, tx) if case.paused_at else None
    return replace(case, due_at=moved.due_at, paused_at=None, version=case.version + 1) if moved else case


async def _end(kind: Subject, subject_id: UUID, tx: Transaction) -> Moved:
    return await end_pause(await subjects.get(kind, subject_id, tx), Ending.ACTED, tx)


async def end_pause(running: Running, ending: Ending, tx: Transaction) -> Moved:
    """End a pause and move the limits by its days.

    :raises NotPaused: the clock runs; Stale: somebody ended the pause meanwhile.
    :raises CalendarMissing: a year that the pause touches is not loaded.
    """
    if running.paused_at is None:
        raise rules.NotPaused
    pause = await pauses.present(running.id, tx)
    if pause is None:
        raise Stale("header.if-match")
    parameters = await law.parameters_for(running.area_code, tx)
    calendar = await law.calendar_for(running.area_code, tx, days=reach_of(pause), around=days_around(running, pause))
    ending_now = moved_by(running, pause, parameters, calendar, tx)
    await keep([ending_now], ending, tx)
    return ending_now.moved


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPause:
    """A pause that ends: of what, when, and where that moves its limits."""

    running: Running
    pause_id: UUID
    until: datetime
    moved: Moved


def moved_by(running: Running, pause: Row[Any], parameters: Parameters, calendar: Calendar, tx: Transaction) -> EndedPause:
    """Count the days of a pause that ends now, or when it ran out.

    :raises CalendarMissing: a year that it touches is not loaded.
    """
    until = rules.end_of_pause(tx.now, pause.ends_by)
    moved = rules.moved(running, parameters, calendar, since=pause.began_at, until=until)
    return EndedPause(running=running, pause_id=pause.id, until=until, moved=moved)


def reach_of(pause: Row[Any]) -> int:
    """Calendar days behind the limits within which they surely end once they are moved."""
    return 2 * (pause.ends_by - pause.began_at).days + 20


def days_around(running: Running, pause: Row[Any]) -> list[date]:
    return [local_day(each) for each in (pause.began_at, running.due_at, running.step_due_at)]


async def keep(ended: Sequence[EndedPause], ending: Ending, tx: Transaction) -> None:
    """Keep the ends of pauses and the moved limits.

    :raises Stale: somebody ended one meanwhile, or changed what it was about.
    """
    await pauses.end([Ended(id=each.pause_id, at=each.until, days=each.moved.days, step_days=each.moved.step_days) for each in ended], ending, tx)
    for kind in (Subject.LEAD, Subject.CASE):
        going_on = [(each.running, each.moved) for each in ended if each.running.kind is kind]
        if len(await subjects.go_on(kind, going_on, tx)) != len(going_on):
            raise Stale

"""End the pauses that ran out, and say so to the level that has to act and the next above."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.monitoring.domain.deadlines.escalations import EscalationKind, told_of_a_pause_over
from services.monitoring.domain.deadlines.limits import LENGTHS, Subject, level_of, step_of
from services.monitoring.domain.deadlines.pauses import Ending, Running
from services.monitoring.store import law
from services.monitoring.store.deadlines import escalations, pauses, subjects
from services.monitoring.usecases.deadlines.end_pause import EndedPause, days_around, keep, moved_by, reach_of
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP
from shared.kernel.ids import new_id
from shared.kernel.workdays import CalendarMissing

AT_ONCE = 500
"""More would keep the rows of a county locked for long: the rest is ended a minute later."""

log = structlog.get_logger()


async def end_pauses_that_ran_out(tx: Transaction) -> int:
    """End what has stood for the longest time allowed, as if somebody had looked at that very moment; say how many."""
    taken = await pauses.take_run_out(tx, at_most=AT_ONCE)
    if not taken:
        return 0
    ended = await _ended(taken, tx)
    if ended:
        await keep(ended, Ending.RAN_OUT, tx)
        await escalations.add([row for each in ended for row in _said(each, tx)], tx)
    return len(ended)


async def _ended(taken: Sequence[Row[Any]], tx: Transaction) -> list[EndedPause]:
    """Count them with two questions of the law; one whose calendar is not loaded waits for it, and holds up no other."""
    running = await _running(taken, tx)
    taken = [pause for pause in taken if pause.subject_id in running]
    areas = sorted({each.area_code for each in running.values()})
    rules = await law.parameters_of(areas, tx)
    around = [day for pause in taken for day in days_around(running[pause.subject_id], pause)]
    calendars = await law.calendars_of(areas, tx, days=max(map(reach_of, taken), default=0), around=around)
    ended: list[EndedPause] = []
    for pause in taken:
        matter = running[pause.subject_id]
        try:
            ended.append(moved_by(matter, pause, rules[matter.area_code], calendars[matter.area_code], tx))
        except CalendarMissing as missing:
            log.warning("pause_waits_for_a_calendar", county=matter.county_code, year=missing.detail)
    return ended


async def _running(taken: Sequence[Row[Any]], tx: Transaction) -> Mapping[UUID, Running]:
    found: dict[UUID, Running] = {}
    for kind in (Subject.LEAD, Subject.CASE):
        ids = [pause.subject_id for pause in taken if pause.subject_kind is kind]
        found |= {each.id: each for each in await subjects.many(kind, ids, tx)}
    return found


def _said(ended: EndedPause, tx: Transaction) -> list[dict[str, Any]]:
    running, step = ended.running, step_of(ended.running.status)
    if step is None:
        return []
    return [
        {
            "county_code": running.county_code,
            "id": new_id(),
            "area_code": running.area_code[: LENGTHS[level]],
            "township_code": running.area_code[: min(LENGTHS[level], TOWNSHIP)],
            "subject_kind": running.kind,
            "subject_id": running.id,
            "subject_area_code": running.area_code,
            "household_id": running.household_id,
            "step": str(step.act),
            "step_round": running.step_round + int(ended.moved.is_new_round),
            "kind": EscalationKind.PAUSE_OVER,
            "level": level,
            "due_at": ended.moved.step_due_at,
            "raised_at": tx.now,
        }
        for level in told_of_a_pause_over(level_of(step, running.area_code))
    ]

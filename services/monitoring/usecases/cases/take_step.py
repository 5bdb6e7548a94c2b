"""Take a step of a case: what was said and shown is kept, the next step's limit begins, and a pause ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.monitoring.domain.cases import Case, CaseAct, CaseStatus
from services.monitoring.domain.deadlines.limits import CASE_STEPS, StepLimit, limit_of, period_of, removal_begins
from services.monitoring.domain.parameters import Parameters
from services.monitoring.store import cases, law
from services.monitoring.usecases.deadlines.end_pause import end_pause_of_case
from shared.database.transaction import Transaction
from shared.kernel.workdays import CalendarMissing, DayKind, local_day


async def take_step(
    case: Case,
    act: CaseAct,
    tx: Transaction,
    *,
    status: CaseStatus,
    record: Mapping[str, Any],
    basis: Mapping[str, Any],
    opinion: str | None = None,
    parameters: Parameters | None = None,
    **becomes: Any,
) -> int:
    """Take a step and give the case's new version.

    :param parameters: what is in force where the case lies, if it is at hand.
    :param becomes: the case's columns that this act sets.
    :raises Stale: somebody changed it.
    """
    case = await end_pause_of_case(case, tx)
    if status in CASE_STEPS:
        rules = parameters or await law.parameters_for(case.area_code, tx)
        limit = await limit_of_step(status, case.area_code, rules, tx, due_at=case.due_at, notice_ends_at=becomes.get("notice_ends_at"))
        basis = {**basis, **rules.used(CASE_STEPS[status].days, CASE_STEPS[status].kind)}
        becomes |= {"step_due_at": limit.ends_at, "step_day_kind": limit.day_kind}
    return await cases.step(case, act, tx, expected=case.version, status=status, record=record, basis=basis, opinion=opinion, **becomes)


async def limit_of_step(
    status: CaseStatus, area: str, rules: Parameters, tx: Transaction, *, due_at: datetime, notice_ends_at: datetime | None = None
) -> StepLimit:
    """Count the limit of the step that a case enters now; of taking a notice down from its last day on.

    Where the working days are not loaded yet the whole limit holds: no act is refused for a limit inside the procedure.

    :raises ParameterMissing: no limit of this step is in force.
    """
    step, since = CASE_STEPS[status], removal_begins(notice_ends_at) if notice_ends_at else tx.now
    calendar = await law.calendar_for(area, tx, days=period_of(step, rules).reach, around=[local_day(since)])
    try:
        return limit_of(step, rules, calendar, since=since, due_at=due_at)
    except CalendarMissing:
        return StepLimit(ends_at=due_at, day_kind=DayKind.CALENDAR)

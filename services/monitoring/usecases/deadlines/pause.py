"""Let the clock of a lead or a case stand while others have to act first (暂停计时)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.deadlines import pauses as rules
from services.monitoring.domain.deadlines.limits import Subject, step_of
from services.monitoring.store import law
from services.monitoring.store.deadlines import pauses, subjects
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.procedure import as_seen
from shared.wire import Evidences, LongText, command
from shared.wire.evidence import as_kept


@command
class Pause:
    """Whom the matter waits for, why, and what proves it."""

    waiting_on: rules.WaitingOn
    reason: LongText
    evidence: Evidences


class Paused(BaseModel):
    """Since when the clock stands, and when it runs again at the latest."""

    id: UUID
    version: int
    status: str
    paused_at: datetime
    ends_by: datetime


async def pause(kind: Subject, subject_id: UUID, wanted: Pause, tx: Transaction, *, expected: int) -> Paused:
    """Pause a lead or a case: until it goes on nothing is warned of and nothing goes up. The longest pause is a dated parameter.

    :raises NotFound: there is no such matter here.
    :raises Conflict: it is decided; NotYourStep: the step is another office's.
    :raises PausedAlready: its clock stands; NoticeRuns: the notice hangs, whose period is the law's.
    :raises Stale: somebody changed the matter.
    """
    running = await subjects.get(kind, subject_id, tx)
    as_seen(running.version, expected)
    rules.hold_to_pausing(running, by=tx.actor, now=tx.now)
    ends_by = rules.longest_end(await law.parameters_for(running.area_code, tx), since=tx.now)

    version = await subjects.stop(running, tx, expected=expected)
    step, pause_id = step_of(running.status), new_id()
    row = {
        "county_code": running.county_code,
        "id": pause_id,
        "area_code": running.area_code,
        "subject_kind": kind,
        "subject_id": running.id,
        "step": str(step.act) if step else "",
        "waiting_on": wanted.waiting_on,
        "secrets": tx.vault.seal({"reason": wanted.reason}, table="pause", row=pause_id),
        "evidence": as_kept(wanted.evidence),
        "began_at": tx.now,
        "began_by": tx.actor.id,
        "ends_by": ends_by,
    }
    await pauses.add(row, tx)
    return Paused(id=running.id, version=version, status=running.status, paused_at=tx.now, ends_by=ends_by)

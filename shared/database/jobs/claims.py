"""Jobs as a runner holds them.

A claim is what one runner's steps are known by. Every step names it, so that a runner that slept past its claim, or whose job was
cancelled meanwhile, changes nothing more: its step is not among the rows, and its transaction is rolled back. A later claim is a larger one:
in a county, where the home of a job may be out of sight, an older one takes up nothing that a later one has taken up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, JobId, JobState, Phase
from shared.kernel.sheets import Outcome

CLAIM_SECONDS = 30

_FREE = text("""
    SELECT DISTINCT r.county_code FROM job_run r JOIN job j ON j.county_code = r.county_code AND j.id = r.id
    WHERE j.state IN ('queued', 'running') AND (r.claimed_until IS NULL OR r.claimed_until < now())
""")
_CLAIM = text("""
    UPDATE job_run SET claim = uuidv7(), claimed_until = now() + make_interval(secs => :seconds)
    WHERE county_code = :county AND id = (
        SELECT r.id FROM job_run r JOIN job j ON j.county_code = r.county_code AND j.id = r.id
        WHERE r.county_code = :county AND j.state IN ('queued', 'running') AND (r.claimed_until IS NULL OR r.claimed_until < now())
          AND (CAST(:only AS uuid) IS NULL OR r.id = :only)
        ORDER BY r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
    RETURNING id, phase, claim
""").bindparams(bindparam("only", type_=Uuid()))
_TAKE_UP = text("UPDATE job SET state = 'running', version = version + 1 WHERE county_code = :county AND id = :job AND state = 'queued'")
_MINE = """
    county_code = :county AND id = :job AND claim = :claim
    AND EXISTS (SELECT FROM job WHERE county_code = :county AND id = :job AND state = 'running')
"""
_HOLD = text(f"UPDATE job_run SET claimed_until = now() + make_interval(secs => :seconds) WHERE {_MINE}")
_ADVANCE = text(f"""
    UPDATE job_run SET began_at = CASE WHEN phase = :phase THEN began_at ELSE now() END, phase = :phase, total = :total, done = :done,
           position = :position, claimed_until = now() + make_interval(secs => :seconds)
    WHERE {_MINE}
""").bindparams(bindparam("total", type_=Integer()))
_LET_GO = text("""
    UPDATE job_run SET claimed_until = now() + make_interval(secs => :seconds), failures = failures + :failed
    WHERE county_code = :county AND id = :job AND claim = :claim RETURNING failures
""")
_END = text("""
    UPDATE job SET state = :becomes, problem = :problem, finished_at = now(), version = version + 1
    WHERE county_code = :county AND id = :job AND state = 'running'
      AND EXISTS (SELECT FROM job_run r WHERE r.county_code = :county AND r.id = :job AND r.claim = :claim)
""").bindparams(bindparam("problem", type_=JSONB(none_as_null=True)))
_BEGIN_PART = text("""
    INSERT INTO job_part (county_code, id, area_code, claim, position, total, created, updated, unchanged, refused)
    VALUES (:county, :job, :area, :claim, 0, :total, 0, 0, 0, 0)
    ON CONFLICT (county_code, id) DO UPDATE SET claim = excluded.claim, total = excluded.total
    WHERE job_part.claim IS NULL OR job_part.claim <= excluded.claim
    RETURNING position
""")
_PARTS = text("SELECT county_code, total FROM job_part WHERE county_code = ANY(:counties) AND id = :job ORDER BY 1")
_ADVANCE_PART = text("""
    UPDATE job_part SET position = :position, created = created + :created, updated = updated + :updated,
           unchanged = unchanged + :unchanged, refused = refused + :refused
    WHERE county_code = :county AND id = :job AND claim = :claim
""")


class Lost(Exception):
    """The job is not this runner's any more: its claim ran out and another took it up, or it was cancelled."""


async def homes_with_work(tx: Transaction) -> list[str]:
    """List the counties where a job waits for a runner."""
    return list((await tx.execute(_FREE)).scalars())


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that was taken up, the claim on it, and the phase in which it was left."""

    job_id: JobId
    claim: UUID
    phase: Phase


async def claim(county_code: str, tx: Transaction, *, only: UUID | None = None) -> Claimed | None:
    """Take up the oldest job of a county that nobody holds, or only a certain one."""
    asked = {"county": county_code, "seconds": CLAIM_SECONDS, "only": only}
    found = (await tx.execute(_CLAIM, asked)).one_or_none()
    if found is None:
        return None
    await tx.execute(_TAKE_UP, {"county": county_code, "job": found.id})
    return Claimed(JobId(found.id), found.claim, Phase(found.phase))


async def hold(job: Job, claim: UUID, tx: Transaction) -> None:
    """Keep a job for another while.

    :raises Lost: it is not this runner's any more.
    """
    await _one(_HOLD, {**_this(job, claim), "seconds": CLAIM_SECONDS}, tx)


async def advance(job: Job, claim: UUID, tx: Transaction, *, phase: Phase, total: int | None, done: int, position: float = 0.0) -> None:
    """Say how far the present phase is.

    :raises Lost: it is not this runner's any more.
    """
    reached = {"phase": phase, "total": total, "done": done, "position": position, "seconds": CLAIM_SECONDS}
    await _one(_ADVANCE, _this(job, claim) | reached, tx)


async def begin_part(job: Job, claim: UUID, tx: Transaction, *, total: int) -> int:
    """Take up a job's part in the transaction's county; say how far it is.

    :raises Lost: a later runner has taken it up.
    """
    county, area = tx.actor.scope.county, tx.actor.area
    asked = {"county": county, "job": job.id, "area": area, "claim": claim, "total": total}
    position = (await tx.execute(_BEGIN_PART, asked)).scalar_one_or_none()
    if position is None:
        raise Lost
    return position


async def part_sizes(job: Job, tx: Transaction) -> dict[str, int]:
    """Give the number of rows in each of a job's parts."""
    return {row.county_code: row.total for row in await tx.execute(_PARTS, {"counties": tx.counties, "job": job.id})}


async def advance_part(job: Job, claim: UUID, tx: Transaction, *, position: int, counts: Mapping[Outcome, int]) -> None:
    """Say how far the part in the transaction's county is, and what became of the rows since.

    :raises Lost: it is not this runner's any more.
    """
    rows = {str(outcome): counts.get(outcome, 0) for outcome in Outcome}
    await _one(_ADVANCE_PART, {"county": tx.actor.scope.county, "job": job.id, "claim": claim, "position": position} | rows, tx)


async def let_go(job: Job, claim: UUID, tx: Transaction, *, seconds: float, failed: bool) -> int:
    """Leave a job for anybody after a rest; say how often it has failed."""
    left = {"seconds": seconds, "failed": int(failed)}
    return (await tx.execute(_LET_GO, _this(job, claim) | left)).scalar() or 0


async def end(job: Job, claim: UUID, becomes: JobState, tx: Transaction, *, problem: Mapping[str, Any] | None = None) -> None:
    """Finish a job's run.

    :raises Lost: it is not this runner's any more.
    """
    await _one(_END, _this(job, claim) | {"becomes": becomes, "problem": dict(problem) if problem else None}, tx)


async def _one(question: Any, values: Mapping[str, Any], tx: Transaction) -> None:
    if (await tx.execute(question, values)).rowcount != 1:
        raise Lost


def _this(job: Job, claim: UUID) -> dict[str, Any]:
    return {"county": job.county_code, "job": job.id, "claim": claim}

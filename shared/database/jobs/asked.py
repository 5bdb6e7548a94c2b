"""Jobs as people ask for them and look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Row, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from shared.database.base import Table
from shared.database.columns import CODE, INSTANT
from shared.database.jobs.tables import job_tables
from shared.database.rows import columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES, LINCANG
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.kernel.jobs import WAITING, Job, JobId, JobState, Phase, Progress
from shared.kernel.sheets import Outcome

HOMES = [*COUNTIES, LINCANG]
"""Where a job may be at home, and where its parts may lie: the steps of one of the prefecture's are taken at the prefecture."""

_BEGIN = text("""
    INSERT INTO job_run (county_code, id, area_code, failures, phase, began_at, done, position)
    VALUES (:county, :job, :area, 0, 'waiting', :at, 0, 0)
""")
_STEP = text("""
    UPDATE job SET state = :becomes, finished_at = :finished_at, arguments = arguments || :arguments, version = version + 1
    WHERE county_code = :county AND id = :job AND state = :before AND version = :expected RETURNING version
""").bindparams(bindparam("arguments", type_=JSONB), bindparam("finished_at", type_=INSTANT))
_BEGIN_ANEW = text("""
    UPDATE job_run SET phase = 'waiting', failures = 0, done = 0, total = NULL, position = 0, began_at = :at, claimed_until = NULL
    WHERE county_code = :county AND id = :job
""")
_BEGIN_PARTS_ANEW = text("""
    UPDATE job_part SET position = 0, created = 0, updated = 0, unchanged = 0, refused = 0 WHERE county_code = ANY(:homes) AND id = :job
""")
_REVOKE_PARTS = text("UPDATE job_part SET claim = NULL WHERE county_code = ANY(:homes) AND id = :job")
_KNOWN = text("SELECT id FROM job WHERE county_code = ANY(:homes) AND id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_PROGRESS = text("""
    SELECT r.id, r.phase, r.total, r.done, r.position, r.began_at, extract(epoch FROM now() - r.began_at) AS seconds,
           coalesce(p.rows, 0) AS rows, coalesce(p.created, 0) AS created, coalesce(p.updated, 0) AS updated,
           coalesce(p.unchanged, 0) AS unchanged, coalesce(p.refused, 0) AS refused
    FROM job_run r
    LEFT JOIN (SELECT id, sum(total)::int AS rows, sum(created)::int AS created, sum(updated)::int AS updated,
                      sum(unchanged)::int AS unchanged, sum(refused)::int AS refused
               FROM job_part WHERE county_code = ANY(:homes) AND id = ANY(:jobs) GROUP BY id) p ON p.id = r.id
    WHERE r.county_code = ANY(:homes) AND r.id = ANY(:jobs)
""")
_WAITING = text("SELECT EXISTS (SELECT FROM job WHERE county_code = :county AND kind = :kind AND state IN ('queued', 'running'))")
_RESULTS = text("""
    SELECT row, outcome, faults, subject_id FROM job_result
    WHERE county_code = ANY(:counties) AND job_id = :job AND row > :after AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
    ORDER BY row LIMIT :at_most
""").bindparams(bindparam("outcome", type_=CODE), bindparam("after", type_=Integer()), bindparam("job", type_=Uuid()))


class Jobs:
    """The jobs of one service."""

    def __init__(self, base: type[Table]) -> None:
        row: Any = job_tables(base)
        self._row = row
        columns = columns_of(row, Job)
        # A job is found by its id wherever it is at home: the asker's county, or the prefecture.
        self._get = select(*columns).where(col(row.county_code).in_(HOMES), col(row.id) == bindparam("job_id"))
        newest = select(*columns).where(col(row.county_code).in_(HOMES)).order_by(col(row.id).desc()).limit(bindparam("at_most", type_=Integer()))
        beyond, of_state = col(row.id) < bindparam("before"), col(row.state) == bindparam("state", type_=CODE)
        self._newest = {(cursor, state): newest.where(*[beyond] * cursor, *[of_state] * state) for cursor in (True, False) for state in (True, False)}

    async def add(self, job: Job, tx: Transaction) -> None:
        """Keep a job, to be taken up by a runner once this act has committed."""
        await tx.insert(self._row, [asdict(job)])
        await tx.execute(_BEGIN, {"county": job.county_code, "job": job.id, "area": job.area_code, "at": tx.real_now})

    async def ask(
        self,
        kind: str,
        what: str,
        arguments: Mapping[str, Any],
        tx: Transaction,
        *,
        keep_days: int,
        job_id: JobId | None = None,
        department: str | None = None,
    ) -> Job:
        """Ask for a job, to be done in the name of this act's actor once this act has committed.

        :param keep_days: how long its files and results are kept.
        """
        job = Job(
            county_code=tx.actor.scope.county,
            id=job_id or JobId(new_id()),
            area_code=tx.actor.area,
            department=department,
            kind=kind,
            what=what,
            arguments=arguments,
            state=JobState.QUEUED,
            problem=None,
            created_by=tx.actor.id,
            created_role=tx.actor.role,
            created_at=tx.real_now,
            finished_at=None,
            keep_until=tx.real_now + timedelta(days=keep_days),
            version=1,
        )
        await self.add(job, tx)
        return job

    async def get(self, job_id: JobId, tx: Transaction) -> Job:
        """Load one job.

        :raises NotFound: there is none, or it lies outside the caller's area, or is another department's.
        """
        found = (await tx.execute(self._get, {"job_id": job_id})).mappings().one_or_none()
        if found is None:
            raise NotFound
        return Job(**found)

    async def known(self, ids: Sequence[UUID], tx: Transaction) -> set[UUID]:
        """Say which of some jobs were asked for, as far as the caller sees."""
        return set((await tx.execute(_KNOWN, {"homes": HOMES, "ids": list(ids)})).scalars())

    async def newest(self, tx: Transaction, *, state: JobState | None, before: UUID | None, size: int) -> tuple[list[Job], UUID | None]:
        """Read a page of jobs, the newest first, and the id after which the next page begins."""
        asked = {"at_most": size + 1, "before": before, "state": state}
        rows = await tx.execute(self._newest[before is not None, state is not None], {name: each for name, each in asked.items() if each is not None})
        jobs = [Job(**row) for row in rows.mappings()]
        return jobs[:size], jobs[size - 1].id if len(jobs) > size else None

    async def step(self, job: Job, becomes: JobState, tx: Transaction, *, expected: int, arguments: Mapping[str, Any] | None = None) -> int:
        """Take a step if the job still is as the caller saw it, and give its new version. Of one that is cancelled nothing more is done anywhere.

        :raises Stale: somebody changed it.
        """
        this = {"county": job.county_code, "job": job.id, "before": job.state, "expected": expected}
        over = None if becomes in WAITING else tx.real_now
        changed = await tx.change(_STEP, this | {"becomes": becomes, "finished_at": over, "arguments": dict(arguments or {})})
        if becomes is JobState.CANCELLED:
            await tx.execute(_REVOKE_PARTS, {"homes": HOMES, "job": job.id})
        return changed

    async def begin_anew(self, job: Job, tx: Transaction) -> None:
        """Let a job be taken up from the beginning; its stage is kept."""
        await tx.execute(_BEGIN_PARTS_ANEW, {"homes": HOMES, "job": job.id})
        await tx.execute(_BEGIN_ANEW, {"county": job.county_code, "job": job.id, "at": tx.real_now})

    async def is_waiting(self, kind: str, county_code: str, tx: Transaction) -> bool:
        """Say whether a job of a kind that a county asked for is not over."""
        return (await tx.execute(_WAITING, {"county": county_code, "kind": kind})).scalar_one()

    async def progress(self, job: Job, tx: Transaction) -> Progress:
        """Say how far a job is."""
        return (await self.progress_of([job], tx))[job.id]

    async def progress_of(self, jobs: Sequence[Job], tx: Transaction) -> dict[UUID, Progress]:
        """Say how far several jobs are."""
        asked = {"homes": HOMES, "jobs": [job.id for job in jobs]}
        return {row.id: _progress(row) for row in await tx.execute(_PROGRESS, asked)}

    async def results(self, job: Job, tx: Transaction, *, outcome: Outcome | None = None, after: int = 0, at_most: int = 200) -> Sequence[Row[Any]]:
        """Read what became of a file's rows, in their order."""
        asked = {"counties": tx.counties, "job": job.id, "after": after, "outcome": outcome, "at_most": at_most}
        return (await tx.execute(_RESULTS, asked)).all()


def _progress(row: Row[Any]) -> Progress:
    counts = {"created": row.created, "updated": row.updated, "unchanged": row.unchanged, "refused": row.refused}
    by_parts = bool(row.rows) and row.phase in (Phase.APPLYING, Phase.REPORTING)
    return Progress(
        phase=Phase(row.phase),
        total=row.rows if by_parts else row.total,
        done=sum(counts.values()) if by_parts else row.done,
        position=row.position,
        seconds=float(row.seconds),
        counts=counts,
    )

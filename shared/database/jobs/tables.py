"""The tables of long work and of files. Each service that has any declares them once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, text

from shared.database.base import Table
from shared.database.columns import code, document, instant, one_of, only, sealed, version
from shared.kernel.actors import Role
from shared.kernel.jobs import JobState, Phase
from shared.kernel.sheets import Outcome


def job_tables(base: type[Table]) -> type[Table]:
    """Declare the tables of jobs and of files in a service's metadata; give the one of jobs."""
    jobs = _jobs(base)
    for tables in (_progress, _things, _stage):
        tables(base)
    return jobs


def _jobs(base: type[Table]) -> type[Table]:
    class JobRow(base, table=True):
        """A job: what was asked, by whom, and in what state it is."""

        __tablename__ = "job"
        __table_args__ = (
            PrimaryKeyConstraint("county_code", "id"),
            only("state", JobState),
            Index("ix_job_waiting", "county_code", "id", postgresql_where=text("state IN ('queued', 'running')")),
        )

        county_code: str = code()
        id: UUID
        area_code: str = code()
        department: str | None = code(default=None, nullable=True)
        kind: str = code()
        what: str = code()
        arguments: dict[str, Any] = document()
        state: JobState = one_of(JobState)
        problem: dict[str, Any] | None = document(default=None, nullable=True)
        created_by: str
        created_role: Role = one_of(Role)
        created_at: datetime = instant()
        finished_at: datetime | None = instant(default=None)
        keep_until: datetime = instant()
        version: int = version()

    return JobRow


def _progress(base: type[Table]) -> None:
    class JobRunRow(base, table=True):
        """How far a job is: who holds it and until when, its phase, and the rows of that phase."""

        __tablename__ = "job_run"
        __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("phase", Phase))

        county_code: str = code()
        id: UUID
        area_code: str = code()
        claim: UUID | None = None
        claimed_until: datetime | None = instant(default=None)
        failures: int
        phase: Phase = one_of(Phase)
        began_at: datetime = instant()
        total: int | None = None
        done: int
        position: float

    class JobPartRow(base, table=True):
        """How far a job is in one county: kept where its effect is, in the effect's transaction."""

        __tablename__ = "job_part"
        __table_args__ = (PrimaryKeyConstraint("county_code", "id"), CheckConstraint("position >= 0", name="position"))

        county_code: str = code()
        id: UUID
        area_code: str = code()
        claim: UUID | None = None
        position: int
        total: int
        created: int
        updated: int
        unchanged: int
        refused: int


def _things(base: type[Table]) -> None:
    class JobResultRow(base, table=True):
        """What became of one row of a file; `subject_id` is the thing that it is about."""

        __tablename__ = "job_result"
        __table_args__ = (
            PrimaryKeyConstraint("county_code", "job_id", "row"),
            only("outcome", Outcome),
            Index("ix_job_result_refused", "county_code", "job_id", "row", postgresql_where=text("outcome = 'refused'")),
        )

        county_code: str = code()
        job_id: UUID
        row: int
        area_code: str = code()
        outcome: Outcome = one_of(Outcome)
        faults: list[Any] | None = document(default=None, nullable=True)
        subject_id: UUID | None = None

    class JobItemRow(base, table=True):
        """One thing that a job decides: which, in which version its asker saw it, and what is said of it alone, sealed."""

        __tablename__ = "job_item"
        __table_args__ = (PrimaryKeyConstraint("county_code", "job_id", "row"),)

        county_code: str = code()
        job_id: UUID
        row: int
        area_code: str = code()
        subject_id: UUID
        expected: int
        own: bytes | None = sealed(default=None, nullable=True)


def _stage(base: type[Table]) -> None:
    class ImportRow(base, table=True):
        """A row of a file as it was read: clean values, sealed secrets, and the faults of its cells.

        A stage: no policy, no log, and only workers touch it. `unit` is the first row of those that stand or fall together; `unit_id` and
        `record_id` are the ids of what the unit and the row will be, if they are new.
        """

        __tablename__ = "import_row"
        __table_args__ = (
            PrimaryKeyConstraint("county_code", "job_id", "unit", "row"),
            {"prefixes": ["UNLOGGED"]},
        )

        county_code: str = code()
        job_id: UUID
        unit: int
        row: int
        area_code: str = code()
        unit_id: UUID
        record_id: UUID
        person_index: bytes | None = sealed(default=None, nullable=True)
        name: str | None = None
        secrets: bytes | None = sealed(default=None, nullable=True)
        content_index: bytes | None = sealed(default=None, nullable=True)
        note: bytes | None = sealed(default=None, nullable=True)
        fields: dict[str, Any] = document()
        faults: list[Any] | None = document(default=None, nullable=True)

    class ImportFaultRow(base, table=True):
        """What is wrong with a row beside its cells, found by comparing the rows of the whole file."""

        __tablename__ = "import_fault"
        __table_args__ = (PrimaryKeyConstraint("county_code", "job_id", "row", "code"), {"prefixes": ["UNLOGGED"]})

        county_code: str = code()
        job_id: UUID
        row: int
        field: str | None = None
        code: str = code()

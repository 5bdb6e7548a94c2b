"""The table of assistance tasks, made once for each service that answers owed measures, and the named questions to it.

Promises: one task for one owed measure, however often it is answered; a step only from the state that was seen.
Not for what a service does beyond its tasks: that has tables of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Integer, PrimaryKeyConstraint, UniqueConstraint, Uuid, and_, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from shared.database.base import Table
from shared.database.columns import CODE, code, document, instant, one_of, only, version, words
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.assistance import UNDER_WAY, Task, TaskStatus
from shared.kernel.errors import NotFound
from shared.kernel.ids import TaskId
from shared.kernel.page import Place


def task_table(base: type[Table]) -> Any:
    """Declare the table in a service's metadata."""

    class TaskRow(base, table=True):
        """A task; `note` is what was said when it was last acted on, `record` what proves it."""

        __tablename__ = "task"
        __table_args__ = (
            PrimaryKeyConstraint("county_code", "id"),
            UniqueConstraint("county_code", "owed_id"),
            only("status", TaskStatus),
            *worklist_indexes("task"),
            Index("ix_task_flag_id", "county_code", "flag_id"),
        )

        county_code: str = code()
        id: UUID
        owed_id: UUID
        flag_id: UUID
        household_id: UUID
        township_code: str = code()
        area_code: str = code()
        measure: str = code()
        kind: str
        status: TaskStatus = one_of(TaskStatus)
        due_at: datetime = instant()
        opened_at: datetime = instant()
        changed_at: datetime = instant()
        note: str | None = words(default=None)
        record: dict[str, Any] | None = document(default=None, nullable=True)
        version: int = version()

    return TaskRow


class Tasks:
    """The tasks of one service."""

    def __init__(self, base: type[Table]) -> None:
        row = self._row = task_table(base)
        this = and_(among(row.county_code, "counties"), col(row.id) == bindparam("task_id"))
        columns = columns_of(row, Task)
        self._get = select(*columns).where(this)
        self._answering = select(*columns).where(col(row.county_code) == bindparam("county"), among(row.owed_id, "owed_ids"))
        self._after = (
            select(col(row.id), col(row.owed_id))
            .where(col(row.county_code) == bindparam("county"), col(row.id) > bindparam("after_id"))
            .order_by(col(row.id))
            .limit(bindparam("at_most", type_=Integer()))
        )
        self._withdraw = (
            update(row)
            .where(col(row.county_code) == bindparam("county"), among(row.flag_id, "flag_ids"), col(row.status).in_(UNDER_WAY))
            .values(status=TaskStatus.WITHDRAWN, changed_at=bindparam("at"), version=col(row.version) + 1)
        )
        self._withdraw_measures = (
            update(row)
            .where(col(row.county_code) == bindparam("county"), among(row.owed_id, "owed_ids"), col(row.status).in_(UNDER_WAY))
            .values(status=TaskStatus.WITHDRAWN, changed_at=bindparam("at"), version=col(row.version) + 1)
        )
        self._follow = text("""
            UPDATE task SET area_code = flag.area, township_code = left(flag.area, 9), changed_at = :at, version = task.version + 1
            FROM unnest(:flag_ids, :areas) AS flag (id, area)
            WHERE task.county_code = :county AND task.flag_id = flag.id AND task.area_code <> flag.area
        """).bindparams(bindparam("flag_ids", type_=ARRAY(Uuid)), bindparam("areas", type_=ARRAY(CODE)))
        self._step = (
            update(row)
            .where(this, col(row.status) == bindparam("before"), col(row.version) == bindparam("expected"))
            .values(
                status=bindparam("becomes"),
                changed_at=bindparam("at"),
                note=bindparam("said"),
                record=bindparam("proof", type_=JSONB(none_as_null=True)),
                version=col(row.version) + 1,
            )
            .returning(col(row.version))
        )
        self._worklist = Worklist(row, select(*columns))

    async def add_missing(self, tasks: Sequence[Task], tx: Transaction) -> None:
        """Keep the tasks that are not there yet; one is there when its owed measure is answered."""
        moment = {"opened_at": tx.now, "changed_at": tx.now}
        await tx.insert(self._row, [{**asdict(task), **moment} for task in tasks], skip_existing=True)

    async def withdraw(self, flag_ids: Sequence[UUID], county_code: str, tx: Transaction) -> None:
        """Take back the tasks of these flags that are not over yet."""
        await tx.execute(self._withdraw, {"county": county_code, "flag_ids": list(flag_ids), "at": tx.now})

    async def withdraw_measures(self, owed_ids: Sequence[UUID], county_code: str, tx: Transaction) -> None:
        """Take back the tasks that answer these measures and are not over yet."""
        await tx.execute(self._withdraw_measures, {"county": county_code, "owed_ids": list(owed_ids), "at": tx.now})

    async def follow(self, areas: Mapping[UUID, str], county_code: str, tx: Transaction) -> None:
        """Let tasks follow their households to other villages of the county; those that are over go along.

        :param areas: flag -> the village of its household.
        """
        await tx.execute(self._follow, {"county": county_code, "flag_ids": list(areas), "areas": list(areas.values()), "at": tx.now})

    async def answering(self, owed_ids: Sequence[UUID], county_code: str, tx: Transaction) -> list[Task]:
        """Load the tasks that answer these measures."""
        rows = await tx.execute(self._answering, {"county": county_code, "owed_ids": list(owed_ids)})
        return [Task(**row) for row in rows.mappings()]

    async def after(self, last: UUID, county_code: str, tx: Transaction, *, at_most: int) -> list[tuple[UUID, UUID]]:
        """List ids and owed ids in the order of ids, for what must visit every task."""
        rows = await tx.execute(self._after, {"county": county_code, "after_id": last, "at_most": at_most})
        return [(row.id, row.owed_id) for row in rows]

    async def get(self, task_id: TaskId, tx: Transaction) -> Task:
        """Load one task.

        :raises NotFound: there is none, or it lies outside the caller's area.
        """
        found = (await tx.execute(self._get, {"counties": tx.counties, "task_id": task_id})).mappings().one_or_none()
        if found is None:
            raise NotFound
        return Task(**found)

    async def step(
        self, task: Task, tx: Transaction, *, expected: int, status: TaskStatus, note: str, record: Mapping[str, Any] | None = None
    ) -> int:
        """Take the step if the task still is as the caller saw it, and give its new version.

        :raises Stale: somebody changed it.
        """
        this = {"counties": tx.counties, "task_id": task.id, "before": task.status, "expected": expected, "becomes": status}
        said = {"at": tx.now, "said": note, "proof": dict(record) if record else None}
        return await tx.change(self._step, this | said)

    async def page(self, area: str, status: TaskStatus, tx: Transaction, *, after: Place | None, size: int) -> tuple[list[Task], str | None]:
        """Read a page of an area's tasks in one status by due date, and the cursor of the next page."""
        rows, following = await self._worklist.page(area, status, tx, after=after, size=size)
        return [Task(**row._mapping) for row in rows], following

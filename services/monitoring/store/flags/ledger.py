"""The ledger (帮扶措施台账): a row for each owed measure, with how its answer stands. It proves that no flag was lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, Uuid, bindparam, select, text
from sqlmodel import Field, col

from services.monitoring.domain.cases import Case
from services.monitoring.domain.flags.flags import Flag, Flagging, OwedBefore
from services.monitoring.domain.flags.measures import MONITORING
from services.monitoring.store.base import Base
from shared.database.columns import INSTANT, code, instant, one_of, only
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.assistance import TaskStatus
from shared.kernel.ids import FlagId


class OwedRow(Base, table=True):
    """One measure that a flag calls for, and its answer: a task of another service, or our own referral. No status: no answer yet.

    What followed from a risk that was not confirmed is taken back, in real time like `owed_at`.
    """

    __tablename__ = "owed_measure"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "flag_id"], ["risk_flag.county_code", "risk_flag.id"]),
        only("status", TaskStatus),
        Index("ix_owed_measure_flag_id", "county_code", "flag_id"),
        Index("ix_owed_measure_unanswered", "county_code", "owed_at", postgresql_where=text("status IS NULL")),
        Index(
            "ix_owed_measure_not_begun",
            "county_code",
            "due_at",
            postgresql_where=text("service <> 'monitoring' AND (status IS NULL OR status = 'opened')"),
        ),
        Index("ix_owed_measure_under_way", "county_code", "flag_id", postgresql_where=text("status IN ('opened', 'started')")),
    )

    county_code: str = code()
    id: UUID
    flag_id: UUID
    area_code: str = code()
    measure: str = code()
    service: str
    due_at: datetime = instant()
    owed_at: datetime = instant()  # real time: the reconciler waits for machines
    status: TaskStatus | None = one_of(TaskStatus, default=None, nullable=True)
    task_id: UUID | None = None
    answered_at: datetime | None = instant(default=None)
    taken_back_at: datetime | None = instant(default=None)


class UnknownAnswerRow(Base, table=True):
    """An answer to a measure that is not owed: kept and reported, never thrown away."""

    __tablename__ = "unknown_answer"
    __table_args__ = (PrimaryKeyConstraint("county_code", "owed_id"),)

    county_code: str = code()
    owed_id: UUID
    task_id: UUID
    service: str
    status: str
    heard_at: datetime = instant()


class FigureRow(Base, table=True):
    """What the reconciler found at its last round in a county, and how often it ever had to repair."""

    __tablename__ = "ledger_figure"
    __table_args__ = (PrimaryKeyConstraint("county_code"),)

    county_code: str = code()
    owed: int
    confirmed: int
    oldest_gap_seconds: int
    unknown_answers: int
    repairs: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    measured_at: datetime = instant()


LINES = (
    select(
        col(OwedRow.id),
        col(OwedRow.flag_id),
        col(OwedRow.measure),
        col(OwedRow.service),
        col(OwedRow.due_at),
        col(OwedRow.status),
        col(OwedRow.task_id),
        col(OwedRow.taken_back_at),
    )
    .where(among(OwedRow.county_code, "counties"), among(OwedRow.flag_id, "flag_ids"))
    .order_by(col(OwedRow.flag_id), col(OwedRow.id))
)
WITHDRAW_REFERRALS = text("""
    UPDATE owed_measure SET status = 'withdrawn', answered_at = :at
    WHERE county_code = :county AND flag_id = :flag_id AND service = 'monitoring' AND status = 'opened'
""")
TAKE_BACK = text("""
    UPDATE owed_measure SET taken_back_at = :at,
        status = CASE WHEN service = 'monitoring' AND status = 'opened' THEN 'withdrawn' ELSE status END,
        answered_at = CASE WHEN service = 'monitoring' AND status = 'opened' THEN :at ELSE answered_at END
    WHERE county_code = :county AND flag_id = :flag_id AND id = ANY(:ids) AND taken_back_at IS NULL
""").bindparams(bindparam("at", type_=INSTANT), bindparam("ids", type_=ARRAY(Uuid())))
ANSWER = text("""
    UPDATE owed_measure SET task_id = answer.task_id, status = answer.status, answered_at = :at
    FROM unnest(CAST(:owed_ids AS uuid[]), CAST(:task_ids AS uuid[]), CAST(:services AS text[]), CAST(:statuses AS text[]))
         AS answer (owed_id, task_id, service, status)
    WHERE owed_measure.county_code = :county AND owed_measure.id = answer.owed_id AND owed_measure.service = answer.service
    RETURNING owed_measure.id
""")
KEEP_UNKNOWN = text("""
    INSERT INTO unknown_answer (county_code, owed_id, task_id, service, status, heard_at)
    SELECT :county, owed_id, task_id, service, status, :at
    FROM unnest(CAST(:owed_ids AS uuid[]), CAST(:task_ids AS uuid[]), CAST(:services AS text[]), CAST(:statuses AS text[]))
         AS answer (owed_id, task_id, service, status)
    ON CONFLICT (county_code, owed_id) DO UPDATE SET task_id = excluded.task_id, service = excluded.service,
        status = excluded.status, heard_at = excluded.heard_at
""")
FORGET_KNOWN = text("""
    DELETE FROM unknown_answer USING owed_measure
    WHERE unknown_answer.county_code = :county AND owed_measure.county_code = :county AND owed_measure.id = unknown_answer.owed_id
      AND owed_measure.service = unknown_answer.service
""")
GAPS = text("""
    SELECT flag_id FROM (
        SELECT flag_id, owed_at AS since FROM owed_measure WHERE county_code = :county AND status IS NULL AND owed_at < :before
        UNION ALL
        SELECT flag_id, risk_flag.changed_at FROM owed_measure
        JOIN risk_flag ON risk_flag.county_code = owed_measure.county_code AND risk_flag.id = flag_id
        WHERE owed_measure.county_code = :county AND owed_measure.status IN ('opened', 'started')
          AND (risk_flag.status = 'withdrawn' OR owed_measure.taken_back_at IS NOT NULL) AND risk_flag.changed_at < :before
    ) AS gap GROUP BY flag_id ORDER BY min(since), flag_id LIMIT :at_most
""")
UNDER_WAY = text("""
    SELECT DISTINCT flag_id FROM owed_measure
    WHERE county_code = :county AND flag_id > :after_id AND service <> 'monitoring' AND (status IS NULL OR status IN ('opened', 'started'))
    ORDER BY flag_id LIMIT :at_most
""")
MEASURE = text("""
    INSERT INTO ledger_figure (county_code, owed, confirmed, oldest_gap_seconds, unknown_answers, repairs, measured_at)
    SELECT :county, count(*), count(status), coalesce(extract(epoch FROM :at - min(owed_at) FILTER (WHERE status IS NULL)), 0)::int,
           (SELECT count(*) FROM unknown_answer WHERE county_code = :county), :repairs, :at
    FROM owed_measure WHERE county_code = :county
    ON CONFLICT (county_code) DO UPDATE SET owed = excluded.owed, confirmed = excluded.confirmed,
        oldest_gap_seconds = excluded.oldest_gap_seconds, unknown_answers = excluded.unknown_answers,
        repairs = ledger_figure.repairs + excluded.repairs, measured_at = excluded.measured_at
""")
TOTALS = text("""
    SELECT coalesce(sum(owed), 0)::int AS owed, coalesce(sum(confirmed), 0)::int AS confirmed,
           coalesce(max(oldest_gap_seconds), 0)::int AS oldest_gap_seconds, coalesce(sum(unknown_answers), 0)::int AS unknown_answers,
           coalesce(sum(repairs), 0)::int AS repairs
    FROM ledger_figure WHERE county_code = ANY(:counties)
""")


async def owe(case: Case, flagging: Flagging, tx: Transaction) -> None:
    """Enter what a flag owes; what is owed already is not owed twice. Our own referrals are answered as they are entered."""
    rows = [
        {
            "county_code": case.county_code,
            "id": owed.id,
            "flag_id": flagging.flag_id,
            "area_code": case.area_code,
            "measure": owed.measure,
            "service": owed.service,
            "due_at": owed.due_at,
            "owed_at": tx.real_now,
            "status": TaskStatus.OPENED if owed.service == MONITORING else None,
            "answered_at": tx.real_now if owed.service == MONITORING else None,
        }
        for owed in flagging.owed
    ]
    await tx.insert(OwedRow, rows, skip_existing=True)


async def withdraw_referrals(flag_id: FlagId, county_code: str, tx: Transaction) -> None:
    await tx.execute(WITHDRAW_REFERRALS, {"county": county_code, "flag_id": flag_id, "at": tx.real_now})


async def take_back(flag: Flag, measures: Sequence[UUID], tx: Transaction) -> None:
    """Take back some of what a flag owes: our own referrals end here, tasks when their services hear of it."""
    await tx.execute(TAKE_BACK, {"county": flag.county_code, "flag_id": flag.id, "ids": list(measures), "at": tx.real_now})


async def owed_before(flag: Flag, tx: Transaction) -> OwedBefore:
    """Name what a flag owes already, and what was taken back of it."""
    found = await lines([flag.id], [flag.county_code], tx)
    taken_back = frozenset(line.id for line in found if line.taken_back_at is not None)
    return OwedBefore(owed=frozenset(line.id for line in found) - taken_back, taken_back=taken_back)


async def lines(flag_ids: Sequence[UUID], counties: Sequence[str], tx: Transaction) -> Sequence[Row[Any]]:
    """Read what flags owe."""
    return (await tx.execute(LINES, {"counties": list(counties), "flag_ids": list(flag_ids)})).all()


async def answer(county_code: str, answers: Sequence[Mapping[str, Any]], tx: Transaction) -> int:
    """Note each answer beside its measure; keep those whose measure is not owed, or not by that service, and say how many they are."""
    at = {"county": county_code, "at": tx.real_now}
    found = set((await tx.execute(ANSWER, {**_columns(answers), **at})).scalars())
    unknown = [each for each in answers if each["owed_id"] not in found]
    if unknown:
        await tx.execute(KEEP_UNKNOWN, {**_columns(unknown), **at})
    return len(unknown)


def _columns(answers: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {
        "owed_ids": [each["owed_id"] for each in answers],
        "task_ids": [each["task_id"] for each in answers],
        "services": [each["service"] for each in answers],
        "statuses": [each["status"] for each in answers],
    }


async def gaps(before: datetime, county_code: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """Name the flags with a measure unanswered since a moment of real time, or withdrawn since then with a task not taken back."""
    return list((await tx.execute(GAPS, {"county": county_code, "before": before, "at_most": at_most})).scalars())


async def under_way(after: UUID, county_code: str, tx: Transaction, *, at_most: int) -> list[UUID]:
    """Name flags with a measure of another service that is not over, in the order of their ids."""
    return list((await tx.execute(UNDER_WAY, {"county": county_code, "after_id": after, "at_most": at_most})).scalars())


async def measure(county_code: str, tx: Transaction, *, repairs: int) -> None:
    """Keep the county's figures as they are now."""
    await tx.execute(FORGET_KNOWN, {"county": county_code})
    await tx.execute(MEASURE, {"county": county_code, "repairs": repairs, "at": tx.real_now})


async def totals(counties: Sequence[str], tx: Transaction) -> Row[Any]:
    return (await tx.execute(TOTALS, {"counties": list(counties)})).one()

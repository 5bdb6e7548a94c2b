"""Findings of data quality: a worklist for whoever owns them, one open for each rule and subject."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.findings import Finding, FindingId, FindingStatus
from services.monitoring.domain.quality.rules import Severity
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, day, document, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, due_indexes, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, is_inside, length_below
from shared.kernel.errors import NotFound


class FindingRow(Base, table=True):
    """What a rule found of a subject. The facts are codes only, and nothing of health; why it was excused is sealed, bound to the finding."""

    __tablename__ = "quality_finding"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        only("subject_kind", RuleOf),
        only("severity", Severity),
        only("owner", Level),
        only("status", FindingStatus),
        *worklist_indexes("quality_finding"),
        *due_indexes("quality_finding", "due_at", where="status = 'open'", by="owner"),
        Index("uq_quality_finding_open", "county_code", "rule_number", "subject_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_quality_finding_excused", "county_code", "rule_number", "subject_id", postgresql_where=text("status = 'excused'")),
        Index("ix_quality_finding_household", "county_code", "household_id", postgresql_where=text("status = 'open'")),
        Index("ix_quality_finding_due", "county_code", "due_at", postgresql_where=text("status = 'open'")),
        Index("ix_quality_finding_summary", "county_code", "area_code", "rule_number", "status", "due_at"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    township_code: str = code()
    rule_number: str = code()
    subject_kind: RuleOf = one_of(RuleOf)
    subject_id: UUID
    household_id: UUID
    person_id: UUID | None = None
    flag_id: UUID | None = None
    severity: Severity = one_of(Severity)
    owner: Level = one_of(Level)
    status: FindingStatus = one_of(FindingStatus, sa_column_kwargs={"server_default": text("'open'")})
    due_at: datetime = instant()
    found_on: date = day()
    facts: dict[str, str | list[str]] = document()
    closed_at: datetime | None = instant(default=None)
    excused_by: str | None = None
    excused_until: date | None = day(default=None)
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    lead_id: UUID | None = None
    version: int = version()


COLUMNS = columns_of(FindingRow, Finding)
THIS = and_(among(FindingRow.county_code, "counties"), col(FindingRow.id) == bindparam("finding"))
GET = select(*COLUMNS).where(THIS)
HOLD = GET.with_for_update()
SHOW = select(*COLUMNS, col(FindingRow.excused_by), col(FindingRow.secrets), col(FindingRow.evidence)).where(THIS)
EXCUSE = (
    update(FindingRow)
    .where(THIS, col(FindingRow.status) == FindingStatus.OPEN, col(FindingRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        closed_at=bindparam("at", type_=INSTANT),
        excused_by=bindparam("person"),
        excused_until=bindparam("until"),
        secrets=bindparam("reason"),
        evidence=bindparam("proof"),
        version=col(FindingRow.version) + 1,
    )
    .returning(col(FindingRow.version))
)
# Counted where one row of the index stands for each finding: nothing else is read.
SUMMARY = text("""
    SELECT rule_number, left(area_code, :length) AS area, count(*) FILTER (WHERE status = 'open') AS open,
           count(*) FILTER (WHERE status = 'open' AND due_at < :now) AS overdue, count(*) FILTER (WHERE status = 'repaired') AS repaired,
           count(*) FILTER (WHERE status = 'excused') AS excused, count(*) FILTER (WHERE status = 'lapsed') AS lapsed
    FROM quality_finding WHERE county_code = ANY(:counties) AND area_code >= :lo AND area_code < :hi
    GROUP BY 1, 2 ORDER BY 1, 2
""").bindparams(
    bindparam("counties", type_=ARRAY(CODE)),
    bindparam("lo", type_=CODE),
    bindparam("hi", type_=CODE),
    bindparam("length", type_=Integer()),
    bindparam("now", type_=INSTANT),
)
RULES_OPEN_ON = select(col(FindingRow.rule_number)).where(
    among(FindingRow.county_code, "counties"), col(FindingRow.household_id) == bindparam("household"), text("status = 'open'")
)

worklist = Worklist(FindingRow, select(*COLUMNS))
# Two lists, not one with a rule or none: a plan for both would expect a rule's few rows, and sort all the others.
rule_worklist = Worklist(FindingRow, select(*COLUMNS).where(col(FindingRow.rule_number) == bindparam("rule", type_=CODE)))


async def get(finding_id: FindingId, tx: Transaction, *, held: bool = False) -> Finding:
    """Load one finding; if it is held, nobody else decides about it until this act ends.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(HOLD if held else GET, {"counties": tx.counties, "finding": finding_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Finding(**found)


async def show(finding_id: FindingId, tx: Transaction) -> Row[Any]:
    """Load one finding with its excuse.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "finding": finding_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def excuse(finding: Finding, tx: Transaction, *, expected: int, **said: Any) -> int:
    """Keep an excuse if the finding still is as the caller saw it, and give its new version.

    :param said: `becomes`, `until`, `reason` (sealed) and `proof`.
    :raises Stale: somebody changed it.
    """
    return await tx.change(
        EXCUSE, {"counties": tx.counties, "finding": finding.id, "expected": expected, "at": tx.now, "person": tx.actor.id, **said}
    )


async def rules_open_on(household_id: UUID, tx: Transaction) -> list[str]:
    """Name the rules that have an open finding on a household."""
    rows = await tx.execute(RULES_OPEN_ON, {"counties": tx.counties, "household": household_id})
    return sorted(set(rows.scalars()))


async def summary(area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Count an area's findings by rule and by the areas of the next level: one question, an entry of one index for each finding."""
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    lo, hi = area_range(area)
    asked = {"counties": tx.counties, "lo": lo, "hi": hi, "length": length_below(area), "now": tx.now}
    return (await tx.execute(SUMMARY, asked)).all()

"""Findings of data quality: an area's worklist, one with its excuse, and how many there are by rule and area."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.findings import FindingId, FindingStatus
from services.monitoring.domain.quality.rules import Severity
from services.monitoring.queries.evidence import EvidenceShown
from services.monitoring.store import law
from services.monitoring.store.quality import findings
from services.monitoring.store.register import households as register
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.page import Place
from shared.kernel.workdays import local_day

Titles = Mapping[tuple[str, str], str]


class FindingLine(BaseModel):
    """A finding. `title`: what the rule says, if it still holds; `facts`: what was seen, codes only; `due_at` ends the owner's time."""

    id: UUID
    rule: str = Field(examples=["5_14_008"])
    title: str | None = Field(examples=["耕地小于0或大于100亩"])
    severity: Severity
    subject: RuleOf
    subject_id: UUID
    household_id: UUID
    number: str | None = Field(examples=["5309021022010001"], description="户编号")
    person_id: UUID | None
    flag_id: UUID | None
    area: str
    owner: Level
    status: FindingStatus
    due_at: datetime
    found_on: date
    facts: dict[str, str | list[str]]
    closed_at: datetime | None
    excused_until: date | None
    lead_id: UUID | None
    version: int


class FindingPage(BaseModel):
    items: list[FindingLine]
    next: str | None


class FindingShown(FindingLine):
    """With why it was excused, by whom, and what proves it."""

    excused_by: str | None
    reason: str | None
    evidence: list[EvidenceShown]


class QualityCount(BaseModel):
    """What one rule found in one area of the next level; `overdue` of what is open."""

    rule: str
    title: str | None
    area: str
    open: int
    overdue: int
    repaired: int
    excused: int
    lapsed: int


class QualitySummary(BaseModel):
    items: list[QualityCount]


async def list_findings(area: str, status: FindingStatus, rule: str | None, tx: Transaction, *, after: Place | None, size: int) -> FindingPage:
    """List an area's findings in one status, of one rule or of all, that first whose time ends first."""
    if rule is None:
        rows, following = await findings.worklist.page(area, status, tx, after=after, size=size)
    else:
        rows, following = await findings.rule_worklist.page(area, status, tx, after=after, size=size, rule=rule)
    return FindingPage(items=await _lines(rows, tx), next=following)


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[FindingLine]:
    """Name the households of lines by number, and the rules by title: two questions, however many lines."""
    if not rows:
        return []
    numbers, titles = await register.numbers_of([row.household_id for row in rows], tx), await _titles((row.area_code for row in rows), tx)
    return [FindingLine(**_line(row, titles), number=numbers.get(row.household_id)) for row in rows]


async def show_finding(finding_id: FindingId, tx: Transaction) -> FindingShown:
    """Show one finding; who looked is left in the audit.

    :raises NotFound: there is none here.
    """
    row = await findings.show(finding_id, tx)
    await tx.note_read("quality_finding", row.county_code, row.id)
    numbers = await register.numbers_of([row.household_id], tx)
    reason = tx.vault.open(row.secrets, table="quality_finding", row=row.id)["reason"] if row.secrets else None
    return FindingShown(
        **_line(row, await _titles([row.area_code], tx)),
        number=numbers.get(row.household_id),
        excused_by=row.excused_by,
        reason=reason,
        evidence=[EvidenceShown(**each) for each in row.evidence or []],
    )


async def show_summary(area: str, tx: Transaction) -> QualitySummary:
    """Count an area's findings by rule and by the areas of the next level below it (R59; plan ch.3 s.3)."""
    rows = await findings.summary(area, tx)
    titles = await _titles((row.area for row in rows), tx)
    return QualitySummary(items=[QualityCount(rule=row.rule_number, title=_title(row.area, row, titles), **_counts(row)) for row in rows])


async def _titles(areas: Iterable[str], tx: Transaction) -> Titles:
    """Read what the rules say today in the counties of areas: one question."""
    return await law.quality_titles(sorted({county_of(area) for area in areas}), local_day(tx.now), tx)


def _title(area: str, row: Row[Any], titles: Titles) -> str | None:
    return titles.get((county_of(area), row.rule_number))


def _counts(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("area", "open", "overdue", "repaired", "excused", "lapsed")}


_SAME = ("id", "severity", "subject_id", "household_id", "person_id", "flag_id", "owner", "status", "due_at", "found_on", "facts")
_ENDS = ("closed_at", "excused_until", "lead_id", "version")


def _line(row: Row[Any], titles: Titles) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in (*_SAME, *_ENDS)}
    return plain | {
        "rule": row.rule_number,
        "title": _title(row.area_code, row, titles),
        "subject": row.subject_kind,
        "area": row.area_code,
    }

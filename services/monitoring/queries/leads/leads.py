"""Leads: the list of an area, one lead with what was said, and a citizen's own report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.deadlines.limits import step_of
from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.domain.leads.answers import WORDS, LeadAnswer, LeadOutcome
from services.monitoring.domain.leads.channels import Channel, is_anothers, place_told, version_told
from services.monitoring.domain.leads.leads import LeadAct, LeadStatus, lead_of_number
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import WITHDRAWN, Grade
from services.monitoring.queries.deadlines.limits import LimitShown, PauseShown, StepLimitShown, pause_of, step_limits, total_limit
from services.monitoring.store import law, signals
from services.monitoring.store.leads import answers, lead_steps, leads, self_reports
from shared.database.rows import values_of
from shared.database.transaction import Transaction
from shared.kernel.actors import Role
from shared.kernel.errors import NotFound
from shared.kernel.ids import LeadId, SelfReportId
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.kernel.workdays import DayKind

ELSEWHERE = "已在别处登记"
_WHO_CHECKS = (Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER)


class LeadLine(BaseModel):
    """A lead in a list. `due_at` ends the limit from when it was heard of to the decision. `remark`: 已在别处登记, without a place; 来源更正,
    when the department's rows call for it no longer.

    `area` is a village, or the township or county with which it lies until it is dispatched. `source`: the department whose list it comes from;
    `source_number`: the number that the source gave it. `began_on`: the earliest effective day among the department's rows.
    """

    id: UUID
    area: str
    household_id: UUID | None
    channel: Channel
    source: str | None = Field(examples=["medical_insurance"])
    source_number: str | None = Field(examples=["RX2021-000123"])
    grade: Grade
    status: LeadStatus
    hardships: list[Hardship]
    remark: str | None = Field(examples=[ELSEWHERE])
    heard_at: datetime
    registered_at: datetime
    due_at: datetime
    step_limit: StepLimitShown | None
    paused_at: datetime | None
    began_on: date | None
    case_id: UUID | None
    version: int


class LeadPage(BaseModel):
    items: list[LeadLine]
    next: str | None


class Reporter(BaseModel):
    """Who reported, or whom a department's list names, masked: enough for the village to know whom to ask for."""

    name: str = Field(examples=["李**"])
    id_number: str | None = Field(examples=["533522********00**"])
    phone: str | None = Field(examples=["139****0000"])


class ReasonLine(BaseModel):
    """The line that a lead rests on, with the simulation that proved it. Yuan per head and year."""

    amount: Decimal
    area: str
    document: str
    simulation: UUID | None


class LeadReasons(BaseModel):
    """What a lead rests on that the system itself found: below which line, with what reference income per head; or which regional alarm."""

    line: ReasonLine | None = None
    reference_per_head: Decimal | None = None
    regional_alarm: UUID | None = None


class LeadAnswerShown(BaseModel):
    """What came of a lead that has ended; `words` are the official's for it."""

    outcome: LeadOutcome
    words: str = Field(examples=["已纳入监测"])
    reason: str | None
    decided_at: datetime
    returned_at: datetime | None


class LeadStepShown(BaseModel):
    """A lead on its way from level to level: who sent it where, when and why."""

    act: LeadAct
    from_area: str
    to_area: str
    acted_by: str
    acted_at: datetime
    note: str | None


class LeadShown(LeadLine):
    """A lead with what was said in it, its way and its answer; the note is shown to those who check and decide.

    `reporter`: who reported for themselves, or whom the source names.
    """

    total_limit: LimitShown | None
    pause: PauseShown | None
    note: str | None
    reasons: LeadReasons | None = None
    reporter: Reporter | None
    risks: list[str]
    dismissal_reason: str | None
    steps: list[LeadStepShown]
    answer: LeadAnswerShown | None


class SourceMatter(BaseModel):
    """How the matter of a source's number stands; `answer` once it has ended.

    To an outside platform `area` is the county, and there is no version: both say whether and where somebody is registered.
    """

    id: UUID
    version: int | None
    channel: Channel
    source_number: str = Field(examples=["RX2021-000123"])
    area: str
    status: LeadStatus
    heard_at: datetime
    due_at: datetime
    answer: LeadAnswerShown | None


class SelfReportShown(BaseModel):
    """How a citizen's report stands: `registered` while it is being checked, then `confirmed` or `dismissed`; `outcome` once the matter has ended."""

    id: UUID
    version: int = 1
    status: LeadStatus
    outcome: LeadOutcome | None
    hardships: list[Hardship]
    received_at: datetime


async def list_leads(area: str, status: LeadStatus, tx: Transaction, *, after: Place | None, size: int) -> LeadPage:
    """List an area's leads in one status, those first whose limit ends first."""
    rows, following = await leads.worklist.page(area, status, tx, after=after, size=size)
    return LeadPage.model_validate({"items": await _lines(rows, tx), "next": following})


async def show_lead(lead_id: LeadId, tx: Transaction) -> LeadShown:
    """Show one lead with what was said in it; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    row = await leads.show(lead_id, tx)
    await tx.note_read("lead", row.county_code, row.id)
    sources = await _sources(row, tx)
    note = _note(row, sources, tx) if tx.actor.role in _WHO_CHECKS else None
    [line] = await _lines([row], tx)
    line |= {
        "total_limit": await _total_limit(row, tx),
        "pause": await pause_of(row, tx),
        "note": note,
        "reporter": _reporter(sources[0][1]) if sources else None,
        "risks": row.risks or [],
        "steps": [_step(step, tx) for step in await lead_steps.of_lead(lead_id, tx)],
        "answer": _answer(await answers.of_lead(lead_id, tx)),
    }
    return LeadShown.model_validate(line)


async def show_source_matter(channel: Channel, source_number: str, tx: Transaction) -> SourceMatter:
    """Show how the matter of a source's number stands (R43); who looked is left in the audit.

    :raises NotFound: nothing came under this number, it lies outside the caller's area, or another platform sent it.
    """
    if is_anothers(channel, than=tx.actor):
        raise NotFound
    row = await leads.show(lead_of_number(channel, source_number), tx)
    await tx.note_read("lead", row.county_code, row.id)
    names: Sequence[str] = ("id", "channel", "source_number", "status", "heard_at", "due_at")
    shown = {name: getattr(row, name) for name in names}
    told = {"area": place_told(row.area_code, to=tx.actor), "version": version_told(row.version, to=tx.actor)}
    return SourceMatter(**shown, **told, answer=_answer(await answers.of_lead(LeadId(row.id), tx)))


async def show_self_report(report_id: SelfReportId, tx: Transaction) -> SelfReportShown:
    """Show a citizen how the report stands that the same citizen made.

    :raises NotFound: there is none, or somebody else made it.
    """
    report = await self_reports.mine(report_id, tx)
    if report is None:
        raise NotFound
    return SelfReportShown(id=report_id, status=report.status, outcome=report.outcome, hardships=report.hardships, received_at=report.received_at)


async def _total_limit(row: Any, tx: Transaction) -> LimitShown | None:
    """Show the total limit in the days in which it is counted where the lead lies; of a decided one there is none."""
    if step_of(row.status) is None:
        return None
    day_kind = (await law.parameters_for(row.area_code, tx)).text(Key.TOTAL_DAY_KIND)
    return await total_limit(row, DayKind(day_kind), tx)


async def _sources(row: Any, tx: Transaction) -> list[tuple[str | None, dict[str, Any]]]:
    """Open what a lead came of: a household's own report, what was entered with it, or the rows of departments, the
    earliest first, each with its list."""
    if "name" in (told := _secrets(row, tx)):
        return [(None, told)]
    if row.channel is Channel.SELF_REPORT:
        report = await self_reports.behind(LeadId(row.id), tx)
        return [(None, tx.vault.open(report.secrets, table="self_report", row=report.id))] if report else []
    rows = await signals.behind(LeadId(row.id), tx)
    return [(each.kind, tx.vault.open(each.secrets, table="department_row", row=each.id)) for each in rows]


def _reporter(secrets: dict[str, Any]) -> Reporter:
    return Reporter(
        name=str(PersonName(secrets["name"])),
        id_number=str(IdNumber(secrets["id_number"])) if secrets["id_number"] else None,
        phone=str(Phone(secrets["phone"])) if secrets["phone"] else None,
    )


def _secrets(row: Any, tx: Transaction) -> dict[str, Any]:
    return tx.vault.open(row.secrets, table="lead", row=row.id) if row.secrets else {}


def _answer(answer: LeadAnswer | None) -> LeadAnswerShown | None:
    if answer is None:
        return None
    return LeadAnswerShown(
        outcome=answer.outcome,
        words=WORDS[answer.outcome],
        reason=answer.reason,
        decided_at=answer.decided_at,
        returned_at=answer.returned_at,
    )


def _step(step: Any, tx: Transaction) -> LeadStepShown:
    said = {name: getattr(step, name) for name in LeadStepShown.model_fields if name != "note"}
    return LeadStepShown(**said, note=lead_steps.note_of(step, tx))


def _note(row: Any, sources: list[tuple[str | None, dict[str, Any]]], tx: Transaction) -> str | None:
    """Say what was said: with the lead itself, or in the rows that call for it, as they are now."""
    if row.secrets:
        return _secrets(row, tx).get("note")
    return "\n".join(LISTS[kind].note(told) for kind, told in sources if kind) or None


def remark_of(told: Mapping[str, Any]) -> str | None:
    """Say what is to be known of a lead beside its matter."""
    remarks = [ELSEWHERE] if told["registered_elsewhere"] else []
    return "；".join([*remarks, WITHDRAWN] if told["source_corrected"] else remarks) or None


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[dict[str, Any]]:
    """Say of each lead what it is shown of; a page of them is checked at once."""
    told = values_of(rows)
    for line, limit in zip(told, await step_limits(told, tx), strict=True):
        line |= {"area": line["area_code"], "remark": remark_of(line), "step_limit": limit}
    return told


async def households_of_leads(ids: Sequence[UUID], tx: Transaction) -> Mapping[UUID, str]:
    """Name the numbers of the households that leads are about, in the caller's area."""
    return await leads.household_numbers(ids, tx)

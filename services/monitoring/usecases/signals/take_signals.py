"""Take what a department reports as it happens: up to two hundred records of one kind, a result for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from services.monitoring.domain.files.department_lists import FAULTS, DepartmentList
from services.monitoring.domain.files.department_lists.matter import matter_of
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.signals import Judgement, list_of
from services.monitoring.store import signals
from services.monitoring.store.signals import Batch, NewRow
from services.monitoring.usecases.register.register_household import OutsideYourArea
from services.monitoring.usecases.register.register_households import ItemProblem
from services.monitoring.usecases.signals.seal_signal import seal_signal
from services.monitoring.usecases.signals.settle_signals import take_batch
from shared.database.transaction import Transaction
from shared.files.faults import sentence
from shared.kernel.areas import county_of, is_inside
from shared.kernel.errors import Forbidden, Refusal
from shared.kernel.ids import new_id
from shared.kernel.sheets import Fault, Outcome
from shared.wire import AwareTime, IdNumber, PersonName, Phone, SafeText, VillageCode, command, part

MOST = 200

Column = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(description="栏名，见该名单模板", examples=["self_paid"])]
ListName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(description="名单种类", examples=["medical_insurance_list"])]
Revision = Annotated[int, Field(strict=True, ge=1, le=100_000, examples=[1], description="版次，更正时加1，以最高者为准")]


@part
class Said:
    """A column of the list and what it says there: an amount in yuan, a day, a choice by its code or word."""

    column: Column
    value: SafeText


@part
class NewSignal:
    """A record under the department's own number; `matter` fills the columns of the list. `reported_at`: when the department recorded it."""

    source_number: SafeText
    revision: Revision = 1
    name: PersonName
    id_number: IdNumber
    phone: Phone | None = None
    village: VillageCode
    matter: Annotated[list[Said], Field(min_length=1, max_length=10)]
    reported_at: AwareTime | None = None


@command
class TakeSignals:
    """Up to two hundred records of one kind. What cannot be read refuses the whole, by its place; what is against the rules only its own record."""

    kind: ListName
    items: Annotated[list[NewSignal], Field(min_length=1, max_length=MOST)]


class SignalResult(BaseModel):
    """What became of one record, in the order of the request: what the rules made of it, by which document, and the lead that it stands behind."""

    outcome: Outcome
    id: UUID | None = None
    judgement: Judgement | None = None
    rule_document: str | None = Field(default=None, examples=["临乡振发〔2022〕37号"])
    lead_id: UUID | None = None
    lead_status: LeadStatus | None = None
    problem: ItemProblem | None = None


class SignalsTaken(BaseModel):
    created: int
    updated: int
    unchanged: int
    refused: int
    items: list[SignalResult]


class NotYourSignals(Forbidden):
    sentence = "这种名单不由您的部门报送。"
    english = "Your department does not report records of this kind."


async def take_signals(sent: TakeSignals, tx: Transaction) -> SignalsTaken:
    """Take records of the caller's department (R41, R43, R57; plan ch.3 s.1 and s.3); one that is refused leaves the others alone.

    :raises NoSuchList: there is no such kind.
    :raises NotYourSignals: it is another department's.
    :raises ParameterMissing: no total limit is in force; likewise CalendarMissing.
    """
    kind = list_of(sent.kind)
    if tx.actor.department != kind.department:
        raise NotYourSignals("body.kind")
    read = [_read(row, item, kind, tx) for row, item in enumerate(sent.items)]
    rows, results = _against_one_another([each for each in read if isinstance(each, NewRow)])
    results |= {row: each for row, each in enumerate(read) if isinstance(each, SignalResult)}
    for county in sorted({county_of(row.area_code) for row in rows}):
        results |= await _taken(Batch(county=county, kind=kind, id=new_id()), [row for row in rows if county_of(row.area_code) == county], tx)
    items = [results[row] for row in range(len(sent.items))]
    counts = {outcome.value: sum(item.outcome is outcome for item in items) for outcome in Outcome}
    return SignalsTaken(**counts, items=items)


def _read(row: int, item: NewSignal, kind: DepartmentList, tx: Transaction) -> NewRow | SignalResult:
    """Seal a record, or say why it is refused."""
    if not is_inside(item.village, tx.actor.area):
        return SignalResult(outcome=Outcome.REFUSED, problem=_problem_of(OutsideYourArea("village")))
    matter, faults = matter_of(kind, [(each.column, each.value) for each in item.matter])
    if item.reported_at is not None and item.reported_at > tx.now:
        faults.append(Fault(field="reported_at", code="day_ahead"))
    if faults:
        return _refused(faults)
    values: dict[str, str | None] = {
        "village": item.village,
        "name": item.name.full,
        "id_number": item.id_number.number,
        "phone": item.phone.number if item.phone else None,
        "source_number": item.source_number,
        "revision": str(item.revision),
        **matter,
    }
    sealed = seal_signal(kind, tx.vault, values, id_number=item.id_number.number)
    return NewRow(
        row=row,
        area_code=item.village,
        id=sealed.record_id,
        revision=item.revision,
        source_number=item.source_number,
        person_index=sealed.person_index,
        content_index=sealed.content_index,
        secrets=sealed.secrets,
        effective_on=date.fromisoformat(matter[kind.day] or ""),
        reported_at=item.reported_at or tx.now,
        facts={name: matter[name] for name in kind.judged},
        repeats=False,
    )


def _against_one_another(rows: Sequence[NewRow]) -> tuple[list[NewRow], dict[int, SignalResult]]:
    """Mark what repeats an earlier record of the request, and refuse those that contradict each other under one number and revision."""
    contents: dict[UUID, set[bytes]] = {}
    for row in rows:
        contents.setdefault(row.id, set()).add(row.content_index)
    refused = {row.row: _refused([Fault(field="source_number", code="number_twice")]) for row in rows if len(contents[row.id]) > 1}
    seen: set[UUID] = set()
    kept: list[NewRow] = []
    for row in rows:
        if row.row not in refused:
            kept.append(replace(row, repeats=row.id in seen))
            seen.add(row.id)
    return kept, refused


async def _taken(batch: Batch, rows: Sequence[NewRow], tx: Transaction) -> dict[int, SignalResult]:
    """Take the records of one county."""
    await signals.hold(batch.county, batch.kind.group, tx)
    await signals.begin(tx)
    await signals.fill_from_request(rows, tx)
    await signals.decide(batch, tx)
    decided = await signals.decided(tx)
    await take_batch(batch, tx)
    standing = {row.id: row for row in await signals.standing([row.id for row in decided if row.outcome != Outcome.REFUSED], tx)}
    return {row.row: _result(row, standing.get(row.id)) for row in decided}


def _result(row: Row[Any], stands: Row[Any] | None) -> SignalResult:
    if stands is None:
        return _refused([Fault(field=field, code=code) for field, code in row.faults])
    return SignalResult(
        outcome=Outcome(row.outcome),
        id=row.id,
        judgement=stands.judgement,
        rule_document=stands.rule_document,
        lead_id=stands.lead_id,
        lead_status=stands.status,
    )


def _refused(faults: Sequence[Fault]) -> SignalResult:
    """Refuse a record for the first of its faults; the fields of all are named."""
    chinese, english = (sentence(faults[0].code, english=english, more=FAULTS) for english in (False, True))
    fields = list(dict.fromkeys(each.field or "matter" for each in faults))
    return SignalResult(outcome=Outcome.REFUSED, problem=ItemProblem(code=faults[0].code, chinese=chinese, english=english, fields=fields))


def _problem_of(refusal: Refusal) -> ItemProblem:
    return ItemProblem(code=type(refusal).__name__, chinese=refusal.sentence, english=refusal.english, fields=list(refusal.fields))

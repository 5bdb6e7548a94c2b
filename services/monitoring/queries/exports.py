"""Pages of the lists as they are exported: the rows that the list shows, in the columns of its sheet, masked as there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.files.list_sheets import (
    ALARM_LIST,
    ANSWER_LIST,
    CASE_LIST,
    CHANGE_REQUEST_LIST,
    DUPLICATE_LIST,
    EFFECT_LIST,
    ESCALATION_LIST,
    GREEN_CASE_LIST,
    HARDSHIP,
    LEAD_LIST,
    LOSS,
    QUALITY_LIST,
    RISK_FLAG_LIST,
    SCREENING_LIST,
    TRACKING_LIST,
)
from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.domain.incidents.effects import EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingStatus
from services.monitoring.domain.leads.answers import AnswerStatus
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.quality.findings import FindingStatus
from services.monitoring.domain.regional.alarms import AlarmStatus
from services.monitoring.domain.register.change_requests import RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import HouseholdStatus, Relation
from services.monitoring.domain.screening import ScreeningStatus
from services.monitoring.queries.deadlines.escalations import days_left_of
from services.monitoring.queries.deadlines.limits import step_limits
from services.monitoring.queries.incidents.incidents import list_effects, list_trackings
from services.monitoring.queries.leads.leads import remark_of
from services.monitoring.queries.quality.findings import list_findings
from services.monitoring.queries.screening import list_screenings
from services.monitoring.store import cases
from services.monitoring.store.deadlines import escalations
from services.monitoring.store.flags import flags
from services.monitoring.store.income import incomes
from services.monitoring.store.leads import answers, leads
from services.monitoring.store.regional import alarms
from services.monitoring.store.register import change_requests, duplicates, forms, households, people
from shared.database.rows import values_of
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.kernel.sheets import MASK, Sheet

Rows = list[Sequence[object]]

_WORD = {code: word for word, code in HARDSHIP.items()}
_LOST = {code: word for word, code in LOSS.items()}


async def register_page(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read households with their members and incomes: a row for each person, the head's first, in the form in which they can be sent in again."""
    found, following = await households.worklist.page(area, status, tx, after=after, size=size)
    ids = [row.id for row in found]
    members = _by_household(await people.members_of_all(ids, tx))
    income = {row.household_id: row for row in await incomes.present_of_all(ids, tx)}
    filled = await forms.present_of_all(ids, [each.id for people in members.values() for each in people], tx)
    # One that is gone has neither members nor an income any more.
    living = [household for household in found if household.id in income]
    rows = [row for household in living for row in _household_rows(household, members.get(household.id, []), income[household.id], filled, tx)]
    return rows, following


async def lead_page(area: str, status: LeadStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read leads as their list shows them."""
    found, following = await leads.worklist.page(area, status, tx, after=after, size=size)
    told = values_of(found)
    limits = await step_limits(told, tx)
    return [
        _shown(LEAD_LIST, row, hardships=_hardships(row.hardships), remark=remark_of(each), **_step_limit(limit))
        for row, each, limit in zip(found, told, limits, strict=True)
    ], following


async def answer_page(area: str, status: AnswerStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read answers as their list shows them, those of all channels."""
    found, following = await answers.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(ANSWER_LIST, row) for row in found], following


async def screening_page(area: str, status: ScreeningStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read households in rounds as their list shows them, those of all rounds."""
    page = await list_screenings(area, status, None, tx, after=after, size=size)
    return [_shown(SCREENING_LIST, line, village=line.area, hardships=_hardships(line.hardships)) for line in page.items], page.next


async def effect_page(area: str, status: EffectStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read households in incidents as their list shows them, those of all incidents."""
    page = await list_effects(area, status, None, tx, after=after, size=size)
    return [
        _shown(EFFECT_LIST, line, village=line.area, losses="、".join(_LOST[each] for each in line.losses), risks="、".join(line.risks))
        for line in page.items
    ], page.next


async def tracking_page(area: str, status: TrackingStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read the visits after incidents as their list shows them."""
    page = await list_trackings(area, status, tx, after=after, size=size)
    return [_shown(TRACKING_LIST, line, village=line.area) for line in page.items], page.next


async def case_page(area: str, status: CaseStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read cases as their list shows them."""
    found, following = await cases.worklist.page(area, status, tx, after=after, size=size)
    limits = await step_limits(values_of(found), tx)
    return [_shown(CASE_LIST, row, risks="、".join(row.risks), **_step_limit(limit)) for row, limit in zip(found, limits, strict=True)], following


async def green_case_page(area: str, status: CaseStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read the cases whose households were helped first, as their list shows them."""
    found, following = await cases.green_worklist.page(area, status, tx, after=after, size=size)
    return [_shown(GREEN_CASE_LIST, row, risks="、".join(row.risks)) for row in found], following


async def flag_page(area: str, status: FlagStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read flags as their list shows them."""
    found, following = await flags.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(RISK_FLAG_LIST, row, risks="、".join(row.risks)) for row in found], following


async def duplicate_page(area: str, status: DuplicateStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read pairs of people who may be one, by their ids."""
    found, following = await duplicates.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(DUPLICATE_LIST, row) for row in found], following


async def change_request_page(area: str, status: RequestStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read change requests as their list shows them."""
    found, following = await change_requests.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(CHANGE_REQUEST_LIST, row) for row in found], following


async def escalation_page(area: str, status: EscalationStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read what was said of limits as its list shows it."""
    found, following = await escalations.page(area, status, tx, after=after, size=size)
    return [_shown(ESCALATION_LIST, row, calendar_days_left=days_left_of(row, tx)) for row in found], following


async def alarm_page(area: str, status: AlarmStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read regional alarms as their list shows them."""
    found, following = await alarms.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(ALARM_LIST, row) for row in found], following


async def finding_page(area: str, status: FindingStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read findings of data quality as their list shows them, those of all rules."""
    page = await list_findings(area, status, None, tx, after=after, size=size)
    return [_shown(QUALITY_LIST, line, village=line.area) for line in page.items], page.next


def _step_limit(limit: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write the limit of the step under way, or that there is none."""
    names = ("step", "days_left", "day_kind", "calendar_days_left")
    return {"step_due_at": limit["due_at"] if limit else None} | {name: limit[name] if limit else None for name in names}


def _shown(sheet: Sheet, row: Any, **written: object) -> list[object]:
    values = written if "village" in written else {"village": row.area_code, **written}
    return [values[column.field] if column.field in values else getattr(row, column.field) for column in sheet.columns]


def _hardships(named: Sequence[str]) -> str:
    return "、".join(_WORD[each] for each in named)


def _by_household(rows: Sequence[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.household_id, []).append(row)
    return found


def _household_rows(
    household: Row[Any], members: Sequence[Row[Any]], income: Row[Any], filled: Mapping[UUID, Mapping[str, object]], tx: Transaction
) -> Rows:
    """Write a household as rows; what is said of it stands in the head's row."""
    of_head = {"kind": household.kind, "people": income.people, "net_income": income.net if income.net >= 0 else None} | {
        each: getattr(income, each) for each in incomes.AMOUNTS
    }
    of_head |= filled.get(household.id, {})
    rows: Rows = []
    for member in sorted(members, key=lambda each: each.relation is not Relation.HEAD):
        secrets = tx.vault.open(member.secrets, table="person", row=member.id)
        values = {
            "village": household.area_code,
            "household_number": household.number,
            "name": str(PersonName(member.name)),
            "id_number": str(IdNumber(secrets["id_number"])) if secrets["id_number"] else MASK,  # who has none stays as registered
            "phone": str(Phone(secrets["phone"])) if secrets["phone"] else None,
            "relation": member.relation,
            "labour": member.labour,
            "person": member.id,
            **filled.get(member.id, {}),
            **(of_head if member.relation is Relation.HEAD else {}),
        }
        rows.append([values.get(column.field) for column in HOUSEHOLD_REGISTER.columns])
    return rows

"""Pages of the lists as they are exported: the rows that the list shows, in the columns of its sheet, masked as there."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from services.monitoring.domain.files.lists_out.cases import CASE_LIST, GREEN_CASE_LIST, RISK_FLAG_LIST
from services.monitoring.domain.files.lists_out.deadlines import ESCALATION_LIST
from services.monitoring.domain.files.lists_out.incidents import EFFECT_LIST, LOSS, TRACKING_LIST
from services.monitoring.domain.files.lists_out.leads import ANSWER_LIST, LEAD_LIST
from services.monitoring.domain.files.lists_out.quality import QUALITY_LIST
from services.monitoring.domain.files.lists_out.regional import ALARM_LIST
from services.monitoring.domain.files.lists_out.register import CHANGE_REQUEST_LIST, DUPLICATE_LIST
from services.monitoring.domain.files.lists_out.screening import SCREENING_LIST
from services.monitoring.domain.files.lists_out.words import HARDSHIP
from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.domain.incidents.effects import EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingStatus
from services.monitoring.domain.leads.answers import AnswerStatus
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.quality.findings import FindingStatus
from services.monitoring.domain.regional.alarms import AlarmStatus
from services.monitoring.domain.register.change_requests import RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
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
from services.monitoring.store.leads import answers, leads
from services.monitoring.store.regional import alarms
from services.monitoring.store.register import change_requests, duplicates
from shared.database.rows import values_of
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.sheets import Sheet

Rows = list[Sequence[object]]

_WORD = {code: word for word, code in HARDSHIP.items()}
_LOST = {code: word for word, code in LOSS.items()}


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
    return sheet.row_of(row, **(written if "village" in written else {"village": row.area_code, **written}))


def _hardships(named: Sequence[str]) -> str:
    return "、".join(_WORD[each] for each in named)

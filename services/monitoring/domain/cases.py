"""A case (识别认定): from a confirmed lead to the county's decision (plan ch.3 s.1, s.2; national guide).

opened ─village appraisal▶ appraised ─notice▶ on_notice ─removal▶ notice_over ─township review▶ reviewed ─county approval▶ approved
   └──────vote lost──────────────────────────────────────────────────────────────┴──refused────────┴──────────────▶ refused
   any of these before the decision ──the household is gone──▶ cancelled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.parameters import Key, Parameters
from shared.kernel.actors import Actor, Role
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import CaseId, FlagId, HouseholdId
from shared.kernel.procedure import Procedure, Step, must_differ
from shared.kernel.workdays import Calendar, Period, local_day


class CaseStatus(StrEnum):
    OPENED = "opened"
    APPRAISED = "appraised"
    ON_NOTICE = "on_notice"
    NOTICE_OVER = "notice_over"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


DECIDED = (CaseStatus.APPROVED, CaseStatus.REFUSED, CaseStatus.CANCELLED)
UNDER_WAY = tuple(status for status in CaseStatus if status not in DECIDED)


class CaseAct(StrEnum):
    APPRAISE = "village_appraisal"  # 村级民主评议
    NOTICE = "notice"  # 公示
    REMOVE_NOTICE = "notice_removal"  # 公示结束撤下
    REVIEW = "township_review"  # 乡镇审核
    APPROVE = "county_approval"  # 县级审定
    CANCEL = "cancellation"  # 整户已不在，终止


_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_TOWNSHIP = frozenset({Role.TOWNSHIP_OFFICER})
_COUNTY = frozenset({Role.COUNTY_OFFICER})

PROCEDURE = Procedure(
    {
        (CaseStatus.OPENED, CaseAct.APPRAISE): Step(CaseStatus.APPRAISED, _VILLAGE, refused=CaseStatus.REFUSED),
        (CaseStatus.APPRAISED, CaseAct.NOTICE): Step(CaseStatus.ON_NOTICE, _VILLAGE),
        (CaseStatus.ON_NOTICE, CaseAct.REMOVE_NOTICE): Step(CaseStatus.NOTICE_OVER, _VILLAGE),
        (CaseStatus.NOTICE_OVER, CaseAct.REVIEW): Step(CaseStatus.REVIEWED, _TOWNSHIP, refused=CaseStatus.REFUSED),
        (CaseStatus.REVIEWED, CaseAct.APPROVE): Step(CaseStatus.APPROVED, _COUNTY, refused=CaseStatus.REFUSED),
        **{(status, CaseAct.CANCEL): Step(CaseStatus.CANCELLED, _COUNTY) for status in UNDER_WAY},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One household's way to a decision. `due_at` ends the total limit, counted from the first lead.

    Whose household is helped first has `procedure_due_at`, by when the steps that are owed are to be taken, and by whom and which document that was
    ordered first; and, if it was monitored already, what its flag has gained by that (`flags.Added`).
    """

    id: CaseId
    county_code: str
    township_code: str
    area_code: str
    household_id: HouseholdId
    status: CaseStatus
    risks: list[str]
    category: MonitoredCategory
    opened_at: datetime
    due_at: datetime
    appraised_at: datetime | None
    notice_posted_at: datetime | None
    notice_ends_at: datetime | None
    appraised_by: str | None
    reviewed_by: str | None
    flag_id: FlagId | None
    version: int
    paused_at: datetime | None = None
    procedure_due_at: datetime | None = None
    green_channel_by: str | None = None
    green_channel_document: str | None = None
    green_channel_added: dict[str, list[str]] | None = None

    @property
    def flagged_first(self) -> bool:
        """Its household was flagged through the green channel, before this case was decided."""
        return self.procedure_due_at is not None and self.flag_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A village appraisal: how many could vote, came, and were in favour."""

    eligible: int
    present: int
    in_favour: int
    held_at: datetime


class VotesDoNotAddUp(Invalid):
    sentence = "应到、实到、同意人数不合：同意不得多于实到，实到不得多于应到。"
    english = "The numbers do not add up: in favour, present and eligible must not exceed each other in this order."


class QuorumNotMet(Invalid):
    sentence = "到会人数未达法定比例，评议无效，请另行召开。"
    english = "Too few came for the vote to count: hold the meeting again."


class MeetingBeforeCase(Invalid):
    sentence = "评议不得早于立案之日。"
    english = "The meeting cannot have been held before the day on which the case was opened."


class NoticeBeforeAppraisal(Invalid):
    sentence = "公示不得早于评议。"
    english = "The notice cannot have been posted before the appraisal."


class NoticeStillRunning(Conflict):
    sentence = "公示期未满，不得撤下。"
    english = "The notice period has not ended."


class DocumentMissing(Invalid):
    sentence = "审定同意须写明批准文号。"
    english = "An approval names the number of its document."


def appraise(case: Case, meeting: Meeting, *, by: Actor, rules: Parameters) -> CaseStatus:
    """Count a village appraisal (Organic Law of Villagers' Committees, art. 26: quorum and majority are dated rows).

    :raises MeetingBeforeCase: it claims to have been held before the case was opened.
    :raises VotesDoNotAddUp: more in favour than present, or more present than eligible.
    :raises QuorumNotMet: too few came.
    """
    step = PROCEDURE.step(case.status, CaseAct.APPRAISE, by.role)
    if local_day(meeting.held_at) < local_day(case.opened_at):
        raise MeetingBeforeCase("body.held_at")
    if not 0 <= meeting.in_favour <= meeting.present <= meeting.eligible or meeting.eligible == 0:
        raise VotesDoNotAddUp("body.in_favour", "body.present", "body.eligible")
    if meeting.present < rules.ratio(Key.QUORUM) * meeting.eligible:
        raise QuorumNotMet("body.present")
    won = meeting.in_favour > rules.ratio(Key.MAJORITY) * meeting.present
    return step.to if won else step.refused or step.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A notice on the board, and the moment its period ends."""

    status: CaseStatus
    ends_at: datetime


def post_notice(case: Case, posted_at: datetime, *, by: Actor, period: Period, calendar: Calendar) -> Posting:
    """Begin the notice from the proof of its posting; no call can shorten it.

    :raises NoticeBeforeAppraisal: it claims to have been posted before the meeting.
    """
    step = PROCEDURE.step(case.status, CaseAct.NOTICE, by.role)
    if case.appraised_at and posted_at < case.appraised_at:
        raise NoticeBeforeAppraisal("body.posted_at")
    ends_at = calendar.end_of(period, posted_at)
    return Posting(status=step.to, ends_at=ends_at)


def remove_notice(case: Case, removed_at: datetime, *, by: Actor) -> CaseStatus:
    """End a notice whose period has run to its end.

    :raises NoticeStillRunning: it has not.
    """
    step = PROCEDURE.step(case.status, CaseAct.REMOVE_NOTICE, by.role)
    if case.notice_ends_at is None or removed_at < case.notice_ends_at:
        raise NoticeStillRunning("body.removed_at")
    return step.to


def review(case: Case, *, agrees: bool, by: Actor, rules: Parameters) -> CaseStatus:
    """Review a case in the township.

    :raises SamePerson: this person took an act that must be another's.
    """
    step = PROCEDURE.step(case.status, CaseAct.REVIEW, by.role)
    must_differ(by.id, _who_did(case, rules.acts(Key.REVIEW_DIFFERS_FROM)))
    return step.to if agrees else step.refused or step.to


def approve(case: Case, *, agrees: bool, document_number: str | None, by: Actor, rules: Parameters, ordered_by: Sequence[str] = ()) -> CaseStatus:
    """Decide a case in the county.

    :param ordered_by: everybody who ordered that the household is helped first.

    :raises SamePerson: this person took an act that must be another's, or ordered the green channel.
    :raises DocumentMissing: an approval without its number.
    """
    step = PROCEDURE.step(case.status, CaseAct.APPROVE, by.role)
    must_differ(by.id, [*_who_did(case, rules.acts(Key.APPROVAL_DIFFERS_FROM)), *ordered_by])
    if agrees and document_number is None:
        raise DocumentMissing("body.document_number")
    return step.to if agrees else step.refused or step.to


def cancel(case: Case, *, by: Actor) -> CaseStatus:
    """End a case whose household is gone."""
    return PROCEDURE.step(case.status, CaseAct.CANCEL, by.role).to


def _who_did(case: Case, acts: frozenset[str]) -> list[str]:
    people: Mapping[str, str | None] = {CaseAct.APPRAISE: case.appraised_by, CaseAct.REVIEW: case.reviewed_by}
    return [person for act, person in people.items() if act in acts and person]

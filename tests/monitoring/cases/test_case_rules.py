"""The rules of a case without a database: what follows from what, for every state, act and role."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain import cases
from services.monitoring.domain.cases import Case, CaseAct, CaseStatus
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.parameters import Key, Parameter, Parameters
from services.monitoring.migrations.versions.v0002_areas_and_law import PARAMETERS
from shared.kernel.actors import Actor, Role
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, HouseholdId, new_id
from shared.kernel.procedure import SamePerson
from shared.kernel.workdays import Calendar, DayKind, Period
from tests.fixtures.tokens import HOME

NOON = datetime(2021, 9, 22, 4, 0, tzinfo=UTC)
RULES = Parameters(
    {
        Key(key): Parameter(key=Key(key), area_code="5309", value=value, effective_from=date(2020, 1, 1), document_number=document)
        for key, (value, document) in PARAMETERS.items()
    }
)
MEETING = cases.Meeting(eligible=30, present=25, in_favour=23, held_at=NOON)
LOST = cases.Meeting(eligible=30, present=25, in_favour=2, held_at=NOON)
FIVE_DAYS = Period(days=5, kind=DayKind.CALENDAR)
CALENDAR = Calendar({date(2021, 9, day): True for day in range(20, 31)})

V, T, C = Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER
ALLOWED: dict[tuple[str, str], tuple[set[Role], str, str | None]] = {
    ("opened", "village_appraisal"): ({V, T}, "appraised", "refused"),
    ("appraised", "notice"): ({V, T}, "on_notice", None),
    ("on_notice", "notice_removal"): ({V, T}, "notice_over", None),
    ("notice_over", "township_review"): ({T}, "reviewed", "refused"),
    ("reviewed", "county_approval"): ({C}, "approved", "refused"),
    **{(status, "cancellation"): ({C}, "cancelled", None) for status in ("opened", "appraised", "on_notice", "notice_over", "reviewed")},
}


def a_case(status: CaseStatus, **changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": CaseId(new_id()),
        "county_code": HOME[:6],
        "township_code": HOME[:9],
        "area_code": HOME,
        "household_id": HouseholdId(new_id()),
        "status": status,
        "risks": ["06"],
        "category": MonitoredCategory.MARGINAL,
        "opened_at": NOON,
        "due_at": NOON,
        "appraised_at": NOON,
        "notice_posted_at": NOON,
        "notice_ends_at": NOON,
        "appraised_by": "appraiser",
        "reviewed_by": "reviewer",
        "flag_id": None,
        "version": 1,
    }
    return Case(**(fields | changes))


def take(act: CaseAct, case: Case, role: Role, *, agrees: bool = True) -> CaseStatus:
    by = Actor(id="somebody", role=role, area=HOME)
    match act:
        case CaseAct.APPRAISE:
            return cases.appraise(case, MEETING if agrees else LOST, by=by, rules=RULES)
        case CaseAct.NOTICE:
            return cases.post_notice(case, NOON, by=by, period=FIVE_DAYS, calendar=CALENDAR).status
        case CaseAct.REMOVE_NOTICE:
            return cases.remove_notice(case, NOON, by=by)
        case CaseAct.REVIEW:
            return cases.review(case, agrees=agrees, by=by, rules=RULES)
        case CaseAct.APPROVE:
            return cases.approve(case, agrees=agrees, document_number="9号", by=by, rules=RULES)
        case CaseAct.CANCEL:
            return cases.cancel(case, by=by)


def outcome_of(act: CaseAct, status: CaseStatus, role: Role, *, agrees: bool) -> str:
    try:
        return take(act, a_case(status), role, agrees=agrees)
    except Refusal as refusal:
        return type(refusal).__name__


@pytest.mark.parametrize(("status", "act"), list(product(CaseStatus, CaseAct)))
def test_what_the_table_does_not_allow_is_refused(status: CaseStatus, act: CaseAct) -> None:
    roles, to, refused = ALLOWED.get((status, act), (set(), "", None))

    for role, agrees in product(Role, (True, False)):
        expected = "Conflict" if not roles else "Forbidden" if role not in roles else to if agrees else refused or to
        assert outcome_of(act, status, role, agrees=agrees) == expected, role


@given(eligible=st.integers(0, 60), present=st.integers(0, 60), in_favour=st.integers(0, 60))
def test_a_vote_counts_with_two_thirds_present_and_is_won_by_more_than_half_of_them(eligible: int, present: int, in_favour: int) -> None:
    meeting = cases.Meeting(eligible=eligible, present=present, in_favour=in_favour, held_at=NOON)

    try:
        found = str(cases.appraise(a_case(CaseStatus.OPENED), meeting, by=Actor(id="a", role=V, area=HOME), rules=RULES))
    except Refusal as refusal:
        found = type(refusal).__name__

    if in_favour > present or present > eligible or eligible == 0:
        assert found == "VotesDoNotAddUp"
    elif 3 * present < 2 * eligible:
        assert found == "QuorumNotMet"
    else:
        assert found == ("appraised" if 2 * in_favour > present else "refused")


@pytest.mark.parametrize(
    ("act", "status", "role", "people"),
    [
        (CaseAct.REVIEW, CaseStatus.NOTICE_OVER, T, {"appraiser"}),
        (CaseAct.APPROVE, CaseStatus.REVIEWED, C, {"appraiser", "reviewer"}),
    ],
)
def test_who_decided_once_does_not_decide_again(act: CaseAct, status: CaseStatus, role: Role, people: set[str]) -> None:
    for person in ("appraiser", "reviewer", "somebody"):
        case = a_case(status, appraised_by="appraiser", reviewed_by="reviewer")
        by = Actor(id=person, role=role, area=HOME)
        decide = cases.review if act is CaseAct.REVIEW else cases.approve
        more = {} if act is CaseAct.REVIEW else {"document_number": "9号"}
        if person in people:
            with pytest.raises(SamePerson):
                decide(case, agrees=True, by=by, rules=RULES, **more)
        else:
            assert decide(case, agrees=True, by=by, rules=RULES, **more) in (CaseStatus.REVIEWED, CaseStatus.APPROVED)

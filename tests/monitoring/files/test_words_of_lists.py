"""Whatever a list shows by a code, it shows by the officials' word: no code is without one, and no word without its code."""

from enum import StrEnum

import pytest

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationKind, EscalationStatus
from services.monitoring.domain.deadlines.limits import Level, Subject
from services.monitoring.domain.files.household_register import KIND
from services.monitoring.domain.files.lists_out import cases, deadlines, incidents, leads, quality, regional, register, screening, words, worklist
from services.monitoring.domain.files.lists_out.income import CROSSING
from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.domain.incidents.effects import EffectStatus, Loss
from services.monitoring.domain.incidents.tracking import State, TrackingStatus
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.income.simulations import Crossing
from services.monitoring.domain.leads.answers import AnswerStatus, LeadOutcome
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.findings import FindingStatus
from services.monitoring.domain.quality.rules import Severity
from services.monitoring.domain.reading.work import Matter, WorkStep
from services.monitoring.domain.regional.alarms import AlarmStatus, Assessment
from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.register.change_requests import ChangeAct, RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.screening import ScreeningResult, ScreeningStatus
from services.monitoring.domain.signals import Grade
from shared.kernel.workdays import DayKind

WORDS: list[tuple[dict[str, str], type[StrEnum]]] = [
    (words.HARDSHIP, Hardship),
    (words.CHANNEL, Channel),
    (words.CATEGORY, MonitoredCategory),
    (words.DAY_KIND, DayKind),
    (words.LEVEL, Level),
    (words.HOUSEHOLD_STATUS, HouseholdStatus),
    (KIND, HouseholdKind),
    (leads.GRADE, Grade),
    (leads.LEAD_STATUS, LeadStatus),
    (leads.ANSWER_STATUS, AnswerStatus),
    (leads.OUTCOME, LeadOutcome),
    (screening.SCREENING_STATUS, ScreeningStatus),
    (screening.SCREENING_RESULT, ScreeningResult),
    (incidents.EFFECT_STATUS, EffectStatus),
    (incidents.LOSS, Loss),
    (incidents.TRACKING_STATUS, TrackingStatus),
    (incidents.TRACKING_STATE, State),
    (cases.CASE_STATUS, CaseStatus),
    (cases.FLAG_STATUS, FlagStatus),
    (CROSSING, Crossing),
    (deadlines.SUBJECT, Subject),
    (deadlines.ESCALATION_KIND, EscalationKind),
    (deadlines.ESCALATION_STATUS, EscalationStatus),
    (regional.ALARM_STATUS, AlarmStatus),
    (regional.CAUSE, Cause),
    (regional.ASSESSMENT, Assessment),
    (register.CHANGE_ACT, ChangeAct),
    (register.REQUEST_STATUS, RequestStatus),
    (register.DUPLICATE_STATUS, DuplicateStatus),
    (quality.SEVERITY, Severity),
    (quality.RULE_OF, RuleOf),
    (quality.FINDING_STATUS, FindingStatus),
]


@pytest.mark.parametrize(("said", "codes"), WORDS, ids=lambda each: each.__name__ if isinstance(each, type) else "")
def test_every_code_has_its_word(said: dict[str, str], codes: type[StrEnum]) -> None:
    assert sorted(said.values()) == sorted(codes)


def test_every_matter_and_every_step_of_the_worklist_has_its_word() -> None:
    assert sorted(worklist.MATTER.values()) == sorted(set(Matter) - {Matter.ALL})
    assert set(worklist.WORK_STEP.values()) >= set(WorkStep)

"""The rules of leads, risks and parameters without a database."""

from datetime import UTC, date, datetime
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.leads import leads
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.leads.leads import Lead, LeadStatus, ReasonMissing, RisksMissing, VisitOutcome
from services.monitoring.domain.parameters import Key, Parameter, ParameterMissing, Parameters, UnfitParameter, fitting
from services.monitoring.domain.risks import Risk, TooManyRisks, joined
from services.monitoring.migrations import versions
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden, Refusal
from shared.kernel.ids import LeadId, new_id
from tests.fixtures.tokens import HOME

NOON = datetime(2021, 9, 22, 4, 0, tzinfo=UTC)
VILLAGE = {Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}


def a_lead(status: LeadStatus) -> Lead:
    return Lead(
        id=LeadId(new_id()),
        county_code=HOME[:6],
        township_code=HOME[:9],
        area_code=HOME,
        household_id=None,
        channel=Channel.HOTLINE,
        status=status,
        registered_at=NOON,
        heard_at=NOON,
        due_at=NOON,
        case_id=None,
        version=1,
    )


@pytest.mark.parametrize(("status", "role"), list(product(LeadStatus, Role)))
def test_a_lead_is_verified_once_and_in_the_village_or_the_township(status: LeadStatus, role: Role) -> None:
    expected = Conflict if status is not LeadStatus.REGISTERED else Forbidden if role not in VILLAGE else None

    if expected:
        with pytest.raises(expected):
            leads.verify(a_lead(status), VisitOutcome.CONFIRMED, risks=[Risk.ILLNESS], reason=None, by=role)
    else:
        found = leads.verify(a_lead(status), VisitOutcome.CONFIRMED, risks=[Risk.FLOOD, Risk.ILLNESS], reason=None, by=role)
        assert (found.status, found.risks) == (LeadStatus.CONFIRMED, ["0201", "01"])


@given(risks=st.lists(st.sampled_from(Risk), max_size=5), reason=st.none() | st.just("不实"))
def test_a_confirmed_lead_has_risks_and_a_dismissed_one_a_reason(risks: list[Risk], reason: str | None) -> None:
    def found(outcome: VisitOutcome) -> Any:
        try:
            return leads.verify(a_lead(LeadStatus.REGISTERED), outcome, risks=risks, reason=reason, by=Role.VILLAGE_CADRE).risks
        except Refusal as refusal:
            return type(refusal)

    assert found(VisitOutcome.CONFIRMED) == (risks if risks and len(set(risks)) == len(risks) else RisksMissing)
    assert found(VisitOutcome.DISMISSED) == ([] if reason and not risks else ReasonMissing)


@given(held=st.lists(st.sampled_from(Risk), unique=True, max_size=5), added=st.lists(st.sampled_from(Risk), max_size=5))
def test_joined_risks_keep_their_order_and_their_main_one_and_are_five_at_most(held: list[Risk], added: list[Risk]) -> None:
    if len({*held, *added}) > 5:
        with pytest.raises(TooManyRisks):
            joined(held, added, at_most=5)
        return

    together = joined(held, added, at_most=5)

    assert together[: len(held)] == held
    assert set(together) == {*held, *added}
    assert len(together) == len(set(together))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        (Key.TOTAL_DAYS, ["1", "15", "366"]),
        (Key.NOTICE_DAY_KIND, ["calendar", "workday"]),
        (Key.QUORUM, ["2/3", "1/1"]),
        (Key.APPROVAL_DIFFERS_FROM, ["village_appraisal", "township_review,village_appraisal"]),
        (Key.MAX_RISKS, ["1", "20"]),
        (Key.ROLLS, ["yes", "no"]),
        (Key.POSTING_DAYS, ["0", "366"]),
    ],
)
def test_values_that_fit_their_keys(key: Key, values: list[str]) -> None:
    assert [fitting(key, value) for value in values] == values


@given(key=st.sampled_from(Key), value=st.text(max_size=8) | st.from_regex(r"[0-9/,.a-z_-]{1,20}", fullmatch=True))
def test_whatever_fits_can_be_used(key: Key, value: str) -> None:
    try:
        fitting(key, value)
    except UnfitParameter:
        return
    rules = Parameters({key: Parameter(key=key, area_code="5309", value=value, effective_from=date(2020, 1, 1), document_number="9号")})

    used = {"days": rules.number, "max_risks": rules.number, "quorum": rules.ratio, "majority": rules.ratio, "differs_from": rules.acts}
    assert used.get(key.rpartition(".")[2], rules.text)(key) is not None


def test_a_parameter_that_nobody_published_is_asked_for_by_name() -> None:
    with pytest.raises(ParameterMissing) as missing:
        Parameters({}).number(Key.TOTAL_DAYS)

    assert missing.value.detail == "identification.total.days"


def test_every_key_has_a_default_from_the_first_day() -> None:
    revisions = [import_module(f"{versions.__name__}.{each.name}") for each in iter_modules(versions.__path__)]
    parameters = {key: value for revision in revisions for key, value in getattr(revision, "PARAMETERS", {}).items()}
    assert {Key(key) for key in parameters} == set(Key)
    assert all(fitting(Key(key), value) for key, (value, _) in parameters.items())

"""What a row of a file says of a form: the rules alone, and that they are those of a form that is filled in by hand."""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.files import household_forms, person_forms
from services.monitoring.domain.files.verdicts import Verdict
from services.monitoring.domain.register.form_rows import contradictions, filled, is_named, judged
from services.monitoring.domain.register.forms import HouseholdForm, PersonForm, checked_household, checked_person
from services.monitoring.domain.register.meant import Meant, find
from shared.kernel.errors import Invalid
from shared.kernel.jobs import Strategy
from shared.kernel.people import PersonName
from shared.kernel.sheets import CLEAR, Outcome

COLUMNS = {column.field: column for sheet in (household_forms.HOUSEHOLD_FORMS, person_forms.PERSON_FORMS) for column in sheet.columns}
Form = type[HouseholdForm | PersonForm]


def texts(name: str) -> st.SearchStrategy[str]:
    """What a cell of a column may say once it is cleaned."""
    if COLUMNS[name].choices:
        return st.sampled_from(sorted(set(COLUMNS[name].choices.values())))
    return st.just("530902-01") if name == "resettlement_site_code" else st.just("下寨") if name == "natural_village" else st.just("3.50")


def rows(kind: Form) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional={each.name: st.just(CLEAR) | texts(each.name) for each in fields(kind)})


@pytest.mark.parametrize("kind", [HouseholdForm, PersonForm])
@given(data=st.data())
def test_a_row_says_what_it_fills_in_clears_what_it_strikes_out_and_leaves_the_rest(kind: Any, data: st.DataObject) -> None:
    held = filled(None, data.draw(rows(kind)), kind)
    said = data.draw(rows(kind))

    form = filled(held, said, kind)

    for name in (each.name for each in fields(kind)):
        if name not in said:
            assert getattr(form, name) == getattr(held, name)
        elif said[name] == CLEAR:
            assert getattr(form, name) is None
        else:
            assert getattr(form, name) is not None
    assert filled(form, said, kind) == form
    assert filled(form, {}, kind) == form


def refused_by(checked: Callable[[Any], object], form: object) -> Invalid | None:
    try:
        checked(form)
    except Invalid as refusal:
        return refusal
    return None


@pytest.mark.parametrize(("kind", "checked"), [(HouseholdForm, checked_household), (PersonForm, checked_person)])
@given(data=st.data())
def test_what_is_refused_of_a_row_is_what_is_refused_by_hand(kind: Any, checked: Any, data: st.DataObject) -> None:
    form = filled(None, data.draw(rows(kind)), kind)

    faults, refusal = contradictions(form), refused_by(checked, form)

    assert [f"body.{field}" for field, _ in faults] == list(refusal.fields if refusal else ())
    known = household_forms.FAULTS if kind is HouseholdForm else person_forms.FAULTS
    assert {known[code][0] + "。" for _, code in faults} == ({refusal.sentence} if refusal else set())


@pytest.mark.parametrize("kind", [HouseholdForm, PersonForm])
def test_a_cell_is_read_as_the_kind_of_value_that_the_field_holds(kind: Any) -> None:
    hints = get_type_hints(kind)
    for each in fields(kind):
        code = min(COLUMNS[each.name].choices.values(), default="3.50")
        value = asdict(filled(None, {each.name: code}, kind))[each.name]
        kinds = tuple(one for one in get_args(hints[each.name]) if isinstance(one, type))
        assert isinstance(value, tuple) if each.name == "health" else isinstance(value, kinds), each.name
    assert filled(None, {"farmland": "3.50"}, HouseholdForm).farmland == Decimal("3.5")


@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
def test_a_name_is_known_in_full_and_as_it_is_masked(name: str, other: str) -> None:
    assert is_named(name, name) or "*" in name
    assert is_named(str(PersonName(name)), name)
    assert is_named(other, name) is (other == (str(PersonName(name)) if "*" in other else name))


CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
NOTE = [("fuel", "unfilled")]


@pytest.mark.parametrize(
    ("strategy", "held", "changes", "outcome"),
    [
        (Strategy.CREATE_AND_UPDATE, False, True, CREATED),
        (Strategy.CREATE_AND_UPDATE, True, True, UPDATED),
        (Strategy.CREATE_AND_UPDATE, True, False, UNCHANGED),
        (Strategy.CREATE_AND_UPDATE, False, False, UNCHANGED),
        (Strategy.CREATE, False, True, CREATED),
        (Strategy.CREATE, True, True, UNCHANGED),
        (Strategy.UPDATE, True, True, UPDATED),
        (Strategy.UPDATE, False, True, Outcome.REFUSED),
    ],
)
def test_what_becomes_of_a_row_follows_from_what_held_and_what_was_asked(strategy: Strategy, held: bool, changes: bool, outcome: Outcome) -> None:
    verdict = judged([], strategy, held=held, changes=changes, missing=NOTE)

    assert verdict.outcome is outcome
    assert verdict.faults == ([("household_number", "not_filled_yet")] if outcome is Outcome.REFUSED else NOTE)
    assert verdict.changes is (outcome in (CREATED, UPDATED))
    assert judged([("fuel", "x")], strategy, held=held, changes=changes, missing=NOTE) == Verdict(outcome=Outcome.REFUSED, faults=[("fuel", "x")])


class Somebody:
    """A member as registered."""

    def __init__(self, name: str, index: bytes | None, born_on: date | None = None) -> None:
        self.id, self.name, self.id_number_index, self.born_on = uuid4(), name, index, born_on


BORN = date(2020, 3, 5)
HEAD, CHILD = Somebody("李文芳", b"1"), Somebody("阿依", None, BORN)
TWINS = [Somebody("岩罕", None, BORN), Somebody("岩罕", None, BORN)]


def meant(index: bytes | None = None, person: UUID | None = None, name: str | None = None, born_on: date | None = None) -> Meant:
    return Meant(index=index, person=person, name=name, born_on=born_on)


@pytest.mark.parametrize(
    ("row", "member", "faults"),
    [
        (meant(index=b"1"), HEAD, []),
        (meant(index=b"1", name="李**"), HEAD, []),
        (meant(index=b"1", name="王**"), HEAD, [("name", "name_differs")]),
        (meant(index=b"1", person=CHILD.id), HEAD, [("person", "no_such_member")]),
        (meant(index=b"2"), None, [("id_number", "no_such_member")]),
        (meant(person=CHILD.id, name="阿*"), CHILD, []),
        (meant(person=uuid4()), None, [("person", "no_such_member")]),
        (meant(name="阿依", born_on=BORN), CHILD, []),
        (meant(name="阿*", born_on=BORN), None, [("id_number", "who_is_meant")]),
        (meant(name="阿依"), None, [("id_number", "who_is_meant")]),
        (meant(name="岩罕", born_on=BORN), None, [("name", "several_alike")]),
        (meant(person=CHILD.id, born_on=date(2020, 3, 6)), CHILD, [("born_on", "born_on_differs")]),
        (meant(index=b"1", born_on=BORN), HEAD, []),
    ],
)
def test_whom_a_row_means(row: Meant, member: Somebody | None, faults: list[tuple[str, str]]) -> None:
    assert find(row, [HEAD, CHILD, *TWINS]) == (member, faults)


def test_every_code_of_a_choice_is_one_of_the_field() -> None:
    for kind in (HouseholdForm, PersonForm):
        for name, hint in get_type_hints(kind).items():
            words = [each for each in get_args(hint) if isinstance(each, type) and issubclass(each, StrEnum)]
            assert not words or set(COLUMNS[name].choices.values()) == set(words[0]), name

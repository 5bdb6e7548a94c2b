"""Procedures as tables of allowed steps."""

import itertools

import pytest

from shared.kernel.actors import LEVELS, Actor, Role, service_actor
from shared.kernel.assistance import TaskAct, TaskStatus, task_id_for, task_procedure
from shared.kernel.errors import Conflict, Forbidden, Refusal
from shared.kernel.ids import OwedId, new_id
from shared.kernel.procedure import SamePerson, must_differ

PROCEDURE = task_procedure(Role.PROJECT_OFFICER)
ALLOWED = {
    (TaskStatus.OPENED, TaskAct.START): TaskStatus.STARTED,
    (TaskStatus.STARTED, TaskAct.FINISH): TaskStatus.FINISHED,
    (TaskStatus.OPENED, TaskAct.DECLINE): TaskStatus.DECLINED,
    (TaskStatus.STARTED, TaskAct.DECLINE): TaskStatus.DECLINED,
}


@pytest.mark.parametrize(("status", "act"), list(itertools.product(TaskStatus, TaskAct)))
def test_a_task_takes_the_listed_steps_and_no_other(status: TaskStatus, act: TaskAct) -> None:
    if (status, act) in ALLOWED:
        assert PROCEDURE.step(status, act, Role.PROJECT_OFFICER).to is ALLOWED[status, act]
    else:
        with pytest.raises(Conflict):
            PROCEDURE.step(status, act, Role.PROJECT_OFFICER)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PROJECT_OFFICER])
def test_a_step_is_taken_by_its_own_role_only(role: Role) -> None:
    with pytest.raises(Forbidden):
        PROCEDURE.step(TaskStatus.OPENED, TaskAct.START, role)


def test_whether_a_step_is_possible_is_said_before_whose_it_is() -> None:
    with pytest.raises(Conflict):
        PROCEDURE.step(TaskStatus.WITHDRAWN, TaskAct.START, Role.AUDITOR)


def test_one_person_may_not_decide_twice() -> None:
    must_differ("zhang", ["li", "wang"])
    must_differ("zhang", [])

    with pytest.raises(SamePerson) as refusal:
        must_differ("zhang", ["li", "zhang"])
    assert isinstance(refusal.value, Forbidden)


def test_the_same_measure_always_gets_the_same_task() -> None:
    owed, other = OwedId(new_id()), OwedId(new_id())

    assert task_id_for(owed) == task_id_for(owed)
    assert len({owed, task_id_for(owed), other, task_id_for(other)}) == 4


def test_every_role_holds_office_at_some_level() -> None:
    assert LEVELS.keys() == set(Role)
    assert all(LEVELS[role] <= {4, 6, 9, 12} for role in Role)


@pytest.mark.parametrize(
    ("area", "lo", "hi", "county", "counties"),
    [
        ("530902102201", "530902102201", "530902102201:", "530902", ("530902",)),
        ("530902", "530902", "530902:", "530902", ("530902",)),
        ("5309", "5309", "5309:", "5309", tuple(f"5309{n}" for n in ("02", *range(21, 28)))),
    ],
)
def test_a_scope_is_the_range_of_an_area_and_the_counties_it_touches(area: str, lo: str, hi: str, county: str, counties: tuple[str, ...]) -> None:
    scope = Actor(id="x", role=Role.AUDITOR, area=area).scope

    assert (scope.lo, scope.hi, scope.county, scope.counties) == (lo, hi, county, counties)


def test_a_service_acts_under_its_own_name_in_one_county() -> None:
    actor = service_actor("projects", "530921")

    assert (actor.id, actor.role, actor.scope.counties) == ("service:projects", Role.SERVICE, ("530921",))


def all_refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {kind}.union(*(all_refusals(each) for each in kind.__subclasses__()))


REFUSALS: list[type[Refusal]] = sorted(all_refusals(), key=str)


@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_has_a_sentence_in_both_languages(kind: type[Refusal]) -> None:
    assert any("一" <= character <= "鿿" for character in kind.sentence), kind
    assert kind.english.isascii(), kind
    assert len(kind.sentence) <= 80, kind

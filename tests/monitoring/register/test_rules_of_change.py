"""The rules of changes, without a database: whatever is asked, what comes of it is a household, and nobody is lost or doubled."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.register import hindrances
from services.monitoring.domain.register.changes import Named, Standing, differing, join, kind_of_both, leave, merge, split
from services.monitoring.domain.register.hindrances import UnderWay
from services.monitoring.domain.register.households import HouseholdKind, Labour, Relation
from shared.kernel.actors import Role
from shared.kernel.errors import Refusal
from shared.kernel.ids import PersonId

RELATIONS = st.sampled_from(Relation)
OTHERS = st.sampled_from([each for each in Relation if each is not Relation.HEAD])


@st.composite
def households(draw: st.DrawFn) -> list[Standing]:
    """A household as it may be: one head, one spouse at most."""
    others = draw(st.lists(OTHERS.filter(lambda each: each is not Relation.SPOUSE), max_size=5))
    spouse = [Relation.SPOUSE] * draw(st.integers(0, 1))
    relations = [Relation.HEAD, *spouse, *others]
    return [Standing(person_id=PersonId(uuid4()), relation=relation, labour=draw(st.sampled_from(Labour))) for relation in relations]


def named(draw: Callable[..., Any], people: list[Standing], *, missing: bool = True) -> list[Named]:
    chosen = draw(st.lists(st.sampled_from(people), unique=True)) if missing else people
    return [Named(person_id=each.person_id, relation=draw(RELATIONS), labour=draw(st.none() | st.sampled_from(Labour))) for each in chosen]


def is_a_household(members: list[Standing]) -> bool:
    relations = Counter(each.relation for each in members)
    return relations[Relation.HEAD] == 1 and relations[Relation.SPOUSE] <= 1


@given(st.data())
def test_a_split_makes_two_households_of_one_or_is_refused(data: st.DataObject) -> None:
    members = data.draw(households())
    leaving, remaining = named(data.draw, members), named(data.draw, members)

    try:
        after = split(members, leaving, remaining)
    except Refusal:
        return

    assert is_a_household(list(after.remaining))
    assert is_a_household(list(after.leaving))
    everybody = [each.person_id for each in (*after.remaining, *after.leaving)]
    assert sorted(everybody) == sorted(each.person_id for each in members)


@given(st.data())
def test_a_merger_makes_one_household_of_two_or_is_refused(data: st.DataObject) -> None:
    joining, into = data.draw(households()), data.draw(households())

    try:
        standing = merge(joining, named(data.draw, joining, missing=data.draw(st.booleans())), into)
    except Refusal:
        return

    assert is_a_household([*into, *standing])
    assert [each.person_id for each in standing] == [each.person_id for each in joining]


@given(st.data())
def test_who_leaves_or_joins_leaves_a_household_or_is_refused(data: st.DataObject) -> None:
    members = data.draw(households())
    person, relation = data.draw(st.sampled_from(members)), data.draw(RELATIONS)

    try:
        left = leave(members, person.person_id, named(data.draw, members))
        join(left, relation)
    except Refusal:
        return

    newcomer = Standing(person_id=PersonId(uuid4()), relation=relation, labour=Labour.NONE)
    assert is_a_household([*left, newcomer])
    assert len(left) == len(members) - 1
    assert all(each.person_id in {one.person_id for one in members} for each in differing(members, left))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (HouseholdKind.GENERAL, HouseholdKind.GENERAL, HouseholdKind.GENERAL),
        (HouseholdKind.LIFTED_OUT, HouseholdKind.GENERAL, HouseholdKind.LIFTED_OUT),
        (HouseholdKind.GENERAL, HouseholdKind.LIFTED_OUT, HouseholdKind.LIFTED_OUT),
    ],
)
def test_who_was_lifted_out_stays_so(one: HouseholdKind, other: HouseholdKind, both: HouseholdKind) -> None:
    assert kind_of_both(one, other) is both


FREE = UnderWay(case=False, leads=False, monitored=False)
CASE, LEADS, FLAG = (UnderWay(**{"case": False, "leads": False, "monitored": False, name: True}) for name in ("case", "leads", "monitored"))


def said(rule: str, *households: UnderWay, **options: Role) -> str | None:
    try:
        getattr(hindrances, rule)(*households, **options)
    except Refusal as refusal:
        return type(refusal).__name__
    return None


def test_the_table_of_what_hinders_which_change() -> None:
    kinds = (FREE, CASE, LEADS, FLAG)

    assert [said("may_split", each) for each in kinds] == [None, "CaseUnderWay", "LeadsUnderWay", None]
    assert [said("may_merge", each, FREE) for each in kinds] == [None, "CaseUnderWay", "LeadsUnderWay", "StillMonitored"]
    assert [said("may_merge", FREE, each) for each in kinds] == [None, "CaseUnderWay", None, None]
    assert [said("may_transfer", each) for each in kinds] == [None, "CaseUnderWay", None, None]
    assert [said("may_leave_county", each) for each in kinds] == [None, "CaseUnderWay", "LeadsUnderWay", None]
    assert [said("may_strike_off", each, by=Role.TOWNSHIP_OFFICER) for each in kinds] == [None, "CountyDecides", None, "CountyDecides"]
    assert [said("may_strike_off", each, by=Role.COUNTY_OFFICER) for each in kinds] == [None] * 4

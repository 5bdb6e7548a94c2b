"""Whatever is decided about areas, and in whatever order: on every day they are a tree, and the same tree that a slow book of days gives."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring.domain.places import changes as rules
from services.monitoring.domain.places.changes import Change, ChangeKind, Effect, Part, Recoded, effect_of
from services.monitoring.domain.places.tree import Area, NoSuchArea, Succession, Tree, homes_of, level_of, parent_of
from shared.kernel.errors import Refusal

START = date(2020, 1, 1)
DAYS = [START + timedelta(days=n) for n in range(5)]
COUNTY = "530922"
TOWNSHIPS = [COUNTY + code for code in ("101", "102", "103", "104")]
VILLAGES = [township + code for township in TOWNSHIPS for code in ("201", "202", "203")]
FIRST = [COUNTY, *TOWNSHIPS[:2], *(code for code in VILLAGES if code.startswith(tuple(TOWNSHIPS[:2])) and code[-1] != "3")]


def an_area(code: str, **changes: object) -> Area:
    parent = "5309" if code == COUNTY else parent_of(code)
    level = "county" if code == COUNTY else str(level_of(code))
    return replace(Area(code=code, name=code, level=level, parent_code=parent, valid_from=START, valid_to=None), **changes)  # pyright: ignore[reportArgumentType]


def a_change(kind: ChangeKind, areas: Iterable[str], into: Iterable[str | tuple[str, str]], *recoded: tuple[str, str], day: date = DAYS[2]) -> Change:
    parts = [Part(code=each, name=each) if isinstance(each, str) else Part(code=each[0], name=each[1]) for each in into]
    return Change(kind=kind, day=day, areas=list(areas), into=parts, villages=[Recoded(village=old, code=new) for old, new in recoded])


def after(tree: list[Area], effect: Effect, day: date) -> list[Area]:
    """Write an effect into rows, as the store does."""
    ended = {area.code for area in effect.ended}
    return [replace(area, valid_to=day) if area.code in ended and area.valid_to is None else area for area in tree] + list(effect.begun)


def on(tree: list[Area], day: date) -> dict[str, str]:
    there = [area for area in tree if area.is_there(day)]
    assert len({area.code for area in there}) == len(there), "an area exists once"
    return {area.code: area.name for area in there}


class Book:
    """The slow reference: every day by itself, each change replayed on the set of that day's areas in the order of their days."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def day(self, day: date, changes: list[Change]) -> dict[str, str] | None:
        there, since, ever = {code: code for code in FIRST}, dict.fromkeys(FIRST, START), set(FIRST)
        for change in sorted(changes, key=lambda each: each.day):  # stable: of one day, as they were decided
            if change.day > day:
                continue
            before, after = set(change.areas), {part.code: part.name for part in change.into}
            merged_into = set(after) & set(there) if change.kind is ChangeKind.MERGE else set()
            touched = before | merged_into | {each.village for each in change.villages}
            if not touched <= set(there) or any(since[code] >= change.day for code in touched):
                return None
            gone = ({*before} if change.kind is not ChangeKind.RENAME else set()) - set(after)
            gone |= {each.village for each in change.villages}
            begun = {**after, **{each.code: there[each.village] for each in change.villages}}
            new = {code for code in begun if code not in touched or code in {each.code for each in change.villages}}
            if new & ever:
                return None
            there = {code: name for code, name in there.items() if code not in gone}
            begun = {code: name or there[code] for code, name in begun.items()}
            renamed = {code for code, name in begun.items() if code in there and there[code] != name}
            there |= begun
            since |= dict.fromkeys({*new, *renamed}, change.day)
            ever |= new
            if any(code != COUNTY and parent_of(code) not in there for code in there):
                return None
        return there

    def keep(self, change: Change, effect: Effect) -> None:
        """Enter a change; who goes on under the old name is entered without one."""
        begun = {area.code for area in effect.begun}
        into = [each if each.code in begun else Part(code=each.code, name="") for each in change.into]
        self.changes.append(replace(change, into=into))

    def takes(self, change: Change) -> bool:
        return all(self.day(day, [*self.changes, change]) is not None for day in DAYS)


NO_CHANGE = (rules.ChangeUnfit, rules.SameName, rules.SuccessionCycle, rules.TwiceNamed, rules.WrongLevel)
"""What does not look like a change at all is no matter of the tree."""


def effect_or_refusal(change: Change, tree: list[Area], awaited: frozenset[str]) -> Effect | Refusal:
    try:
        return effect_of(change, Tree(tree), awaited=awaited)
    except Refusal as refusal:
        return refusal


def stands_in_the_way(effect: Effect | Refusal, change: Change, tree: list[Area], awaited: frozenset[str]) -> bool:
    """Say whether it was refused for the sake of a later change that names the same area: who ends or is renamed later stays."""
    about = {*change.areas, *(part.code for part in change.into), *(each.village for each in change.villages)}
    later = {area.code for area in tree if area.valid_to is not None and area.valid_to > change.day}
    return (isinstance(effect, rules.LaterChange) and bool(about & awaited)) or (
        isinstance(effect, rules.AreaEnded | rules.BeforeItBegan) and bool(about & later)
    )


kinds = st.sampled_from(ChangeKind)
codes = st.sampled_from([*TOWNSHIPS, *VILLAGES])


@st.composite
def some_change(draw: st.DrawFn) -> Change:
    """A change, more often sensible than not."""
    kind = draw(kinds)
    pool = draw(st.sampled_from([TOWNSHIPS, VILLAGES]))
    few = 1 if kind is not ChangeKind.MERGE else 3
    areas = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=few, unique=True))
    many = 3 if kind is ChangeKind.SPLIT else 1
    into = draw(st.lists(st.sampled_from(pool), min_size=many - 1 or 1, max_size=many, unique=True))
    if kind is ChangeKind.RENAME:
        into = areas
    names = {code: draw(st.sampled_from([code, code + "新"])) for code in into}
    recoded: list[tuple[str, str]] = []
    if pool is TOWNSHIPS and draw(st.booleans()):
        going = [code for code in VILLAGES if parent_of(code) in areas and parent_of(code) not in into]
        recoded = [(code, draw(st.sampled_from(into)) + draw(st.sampled_from(["20", "21", "22"])) + code[-1]) for code in going]
    return a_change(kind, areas, list(names.items()), *recoded, day=draw(st.sampled_from(DAYS)))


@settings(max_examples=200, deadline=None)
@given(st.lists(some_change(), max_size=8))
def test_after_any_changes_in_any_order_every_day_has_the_tree_of_the_slow_book(drawn: list[Change]) -> None:
    tree, book, successions = [an_area(code) for code in FIRST], Book(), list[tuple[date, Succession]]()

    for change in drawn:
        awaited = frozenset(each.new_code for day, each in successions if day > change.day)
        living = {area.code for area in tree if area.parent_code in change.areas and area.valid_to is None}
        change = replace(change, villages=[each for each in change.villages if each.village in living])
        effect = effect_or_refusal(change, tree, awaited)
        if isinstance(effect, NO_CHANGE):
            continue
        assert isinstance(effect, Effect) == book.takes(change) or stands_in_the_way(effect, change, tree, awaited), (change, effect)
        if isinstance(effect, Refusal):
            continue
        book.keep(change, effect)
        tree = after(tree, effect, change.day)
        successions += [(change.day, each) for each in effect.successions]

    for day in DAYS:
        there = on(tree, day)
        assert there == book.day(day, book.changes)
        assert all(code == COUNTY or parent_of(code) in there for code in there)
        homes = homes_of([each for since, each in successions if since <= day], frozenset(there))
        assert not set(homes) & set(there)
        assert set(homes.values()) <= set(there)


MERGE, SPLIT, RENAME, MOVE = ChangeKind
A, B, C = TOWNSHIPS[0] + "201", TOWNSHIPS[0] + "202", TOWNSHIPS[0] + "203"
X = TOWNSHIPS[1] + "201"


@pytest.mark.parametrize(
    ("change", "ended", "begun", "homes"),
    [
        (a_change(MERGE, [A, B], [C]), {A, B}, {C}, {A: C, B: C}),
        (a_change(MERGE, [A, B], [B]), {A}, set(), {A: B}),
        (a_change(MERGE, [A], [B]), {A}, set(), {A: B}),
        (a_change(MERGE, [A], [(B, "新村")]), {A, B}, {B}, {A: B}),
        (a_change(SPLIT, [A], [A, C]), set(), {C}, {}),
        (a_change(SPLIT, [A], [C, TOWNSHIPS[1] + "203"]), {A}, {C, TOWNSHIPS[1] + "203"}, {}),
        (a_change(RENAME, [A], [(A, "新村")]), {A}, {A}, {}),
        (a_change(MOVE, [A], [TOWNSHIPS[1] + "203"]), {A}, {TOWNSHIPS[1] + "203"}, {A: TOWNSHIPS[1] + "203"}),
        (
            a_change(MERGE, TOWNSHIPS[:1], TOWNSHIPS[1:2], (A, TOWNSHIPS[1] + "211"), (B, TOWNSHIPS[1] + "212")),
            {TOWNSHIPS[0], A, B},
            {TOWNSHIPS[1] + "211", TOWNSHIPS[1] + "212"},
            {A: TOWNSHIPS[1] + "211", B: TOWNSHIPS[1] + "212", TOWNSHIPS[0]: TOWNSHIPS[1]},
        ),
        (
            a_change(SPLIT, TOWNSHIPS[:1], [TOWNSHIPS[0], TOWNSHIPS[2]], (A, TOWNSHIPS[2] + "201")),
            {A},
            {TOWNSHIPS[2], TOWNSHIPS[2] + "201"},
            {A: TOWNSHIPS[2] + "201"},
        ),
    ],
)
def test_what_a_change_ends_and_begins_and_who_follows_whom(change: Change, ended: set[str], begun: set[str], homes: dict[str, str]) -> None:
    tree = [an_area(code) for code in FIRST]

    effect = effect_of(change, Tree(tree))

    assert ({area.code for area in effect.ended}, {area.code for area in effect.begun}) == (ended, begun)
    there = on(after(tree, effect, change.day), change.day)
    assert homes_of(effect.successions, frozenset(there)) == homes


ENDED, LATER = TOWNSHIPS[1] + "203", TOWNSHIPS[0] + "209"
OLDER = [an_area(ENDED, valid_to=DAYS[1]), an_area(LATER, valid_from=DAYS[3])]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (a_change(MERGE, [A], [A]), rules.ChangeUnfit),
        (a_change(MERGE, [A, B], [C, B]), rules.ChangeUnfit),
        (a_change(SPLIT, [A], [A]), rules.ChangeUnfit),
        (a_change(SPLIT, [A, B], [A, C]), rules.ChangeUnfit),
        (a_change(RENAME, [A], [B]), rules.ChangeUnfit),
        (a_change(MOVE, [A], [C]), rules.ChangeUnfit),
        (a_change(RENAME, [A], [A]), rules.SameName),
        (a_change(MERGE, [A, "530921101201"], [A]), rules.AcrossCounties),
        (a_change(MERGE, [A, TOWNSHIPS[0]], [A]), rules.WrongLevel),
        (a_change(MERGE, [COUNTY], [COUNTY]), rules.WrongLevel),
        (a_change(MOVE, TOWNSHIPS[:1], TOWNSHIPS[2:3]), rules.WrongLevel),
        (a_change(MERGE, [A, B], [B], (A, C)), rules.WrongLevel),
        (a_change(MERGE, [A, A], [B]), rules.TwiceNamed),
        (a_change(MERGE, TOWNSHIPS[:1], TOWNSHIPS[1:2], (A, X), (X, A)), rules.SuccessionCycle),
        (a_change(MOVE, [A], [A]), rules.SuccessionCycle),
        (a_change(MERGE, [C], [A]), NoSuchArea),
        (a_change(MERGE, [ENDED], [A]), rules.AreaEnded),
        (a_change(MERGE, [LATER], [A]), rules.BeforeItBegan),
        (a_change(RENAME, [A], [(A, "新村")], day=START), rules.BeforeItBegan),
        (a_change(SPLIT, [A], [B, C]), rules.CodeTaken),
        (a_change(MOVE, [A], [X]), rules.CodeTaken),
        (a_change(MOVE, [A], [ENDED]), rules.SucceededAlready),
        (a_change(MOVE, [A], [TOWNSHIPS[2] + "201"]), rules.WrongParent),
        (a_change(MERGE, TOWNSHIPS[:1], TOWNSHIPS[1:2], (A, TOWNSHIPS[2] + "201")), rules.WrongParent),
        (a_change(MERGE, TOWNSHIPS[:1], TOWNSHIPS[1:2], (A, TOWNSHIPS[1] + "211")), rules.LaterChange),
        (a_change(MERGE, TOWNSHIPS[1:2], TOWNSHIPS[:1], (X, TOWNSHIPS[0] + "211")), rules.VillagesLeft),
    ],
)
def test_what_would_tear_the_tree_is_refused(change: Change, refusal: type[Refusal]) -> None:
    tree = Tree([*(an_area(code) for code in FIRST), *OLDER])
    if refusal is rules.LaterChange:
        tree = Tree([*(an_area(code) for code in FIRST if code != B), an_area(B, valid_to=DAYS[3])])

    with pytest.raises(refusal):
        effect_of(change, tree)


def test_an_area_that_a_later_change_leads_to_does_not_end_before_it() -> None:
    with pytest.raises(rules.LaterChange):
        effect_of(a_change(MERGE, [A], [B]), Tree([an_area(code) for code in FIRST]), awaited=frozenset({A}))


def test_nothing_begins_in_a_township_whose_last_day_is_set() -> None:
    tree = Tree([*(an_area(code) for code in FIRST if code != TOWNSHIPS[1]), an_area(TOWNSHIPS[1], valid_to=DAYS[3])])

    with pytest.raises(rules.WrongParent):
        effect_of(a_change(SPLIT, [A], [A, TOWNSHIPS[1] + "203"]), tree)


def test_a_township_that_takes_another_name_goes_on() -> None:
    renamed = [an_area(TOWNSHIPS[1], valid_to=DAYS[3]), an_area(TOWNSHIPS[1], name="新名", valid_from=DAYS[3])]
    tree = Tree([*(an_area(code) for code in FIRST if code != TOWNSHIPS[1]), *renamed])

    effect = effect_of(a_change(SPLIT, [A], [A, TOWNSHIPS[1] + "203"]), tree)

    assert [area.code for area in effect.begun] == [TOWNSHIPS[1] + "203"]

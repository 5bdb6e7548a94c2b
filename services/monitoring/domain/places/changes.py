"""How the area tree changes (区划调整): merged, split, renamed, moved, each from a day on and by a document (R18; plan ch.1 s.2).

A code is given once and never again: what an ended area became can be followed from code to code, and never in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.monitoring.domain.places.tree import Area, NoSuchArea, Succession, Tree, level_of, parent_of
from shared.kernel.areas import COUNTY, TOWNSHIP, VILLAGE, county_of
from shared.kernel.errors import Conflict, Invalid


class ChangeKind(StrEnum):
    MERGE = "merge"  # 合并
    SPLIT = "split"  # 分设
    RENAME = "rename"  # 更名
    MOVE = "move"  # 村改隶


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An area as it is called from the day on."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoded:
    """A village that goes over to another township, and its code there."""

    village: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is decided: which areas it is about, what becomes of them, and the new codes of villages whose township becomes another."""

    kind: ChangeKind
    day: date
    areas: Sequence[str]
    into: Sequence[Part]
    villages: Sequence[Recoded] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What ends on the day, what begins, and what went over to what. Whoever is renamed ends and begins."""

    ended: Sequence[Area]
    begun: Sequence[Area]
    successions: Sequence[Succession]


class ChangeUnfit(Invalid):
    sentence = "所列区划与调整种类不符：合并为一，分设为二以上，更名、改隶各对应一个。"
    english = "A merger leads to one area, a split to two or more, a renaming or a move from one to one."


class SameName(Invalid):
    sentence = "新名称与现名称相同。"
    english = "The area has this name already."


class AcrossCounties(Invalid):
    sentence = "一次调整只能涉及同一县（区）的区划。"
    english = "A change is about areas of one county."


class WrongLevel(Invalid):
    sentence = "代码的级别不符：只能调整乡（镇、街道）或村（社区），且各项级别相同；改隶只用于村。"
    english = "A change is about townships or about villages, all of one level; only a village is moved."


class AreaEnded(Conflict):
    sentence = "该区划已经撤销，或已定于某日撤销。"
    english = "The area has ended, or a day is set on which it ends."


class BeforeItBegan(Conflict):
    sentence = "施行日期须在该区划（现名）设立之后。"
    english = "The day lies before the area began, or took the name that it has."


class CodeTaken(Conflict):
    sentence = "该代码已用于现有的另一区划。"
    english = "Another area has this code."


class SucceededAlready(Conflict):
    sentence = "该代码曾用于已撤销的区划，其后继区划仍在，不得再用。"
    english = "The code was an ended area's, which has successors: a code is not given twice."


class WrongParent(Conflict):
    sentence = "代码所属的乡（镇、街道）在该日及以后不存在，或不在此次调整之内。"
    english = "The township that the code lies in does not exist from that day on, or is not part of this change."


class SuccessionCycle(Invalid):
    sentence = "同一代码不得既撤销又作为后继。"
    english = "A code cannot both end and succeed."


class TwiceNamed(Invalid):
    sentence = "同一代码列了两次。"
    english = "A code is named twice."


class VillagesLeft(Conflict):
    sentence = "撤销的乡（镇、街道）所辖的村须逐一写明新代码。"
    english = "Every village of a township that ends needs its new code."


class LaterChange(Conflict):
    sentence = "该日以后已另有调整涉及该区划或其所辖的村，请改定施行日期。"
    english = "A later change touches the area or a village inside: choose a later day."


def effect_of(change: Change, tree: Tree, *, awaited: frozenset[str] = frozenset()) -> Effect:
    """Say what a change does to the tree.

    :param awaited: codes to which a change of a later day leads.
    :raises ChangeUnfit: what it leads to does not fit its kind; likewise SameName, AcrossCounties, WrongLevel, TwiceNamed,
        SuccessionCycle.
    :raises NoSuchArea: it names an area that never was; AreaEnded: one that has ended; BeforeItBegan: one that began on that day or later.
    :raises CodeTaken: a new code is a living area's; SucceededAlready: it was an ended one's; WrongParent: nothing contains it.
    :raises VillagesLeft: a village would lie in no township; LaterChange: one lies there until a later day,
        or an area that would end is awaited.
    """
    _fit(change)
    changing = {code: _present(code, field, change.day, tree) for field, code in _named(change, tree)}
    kept = {part.code for part in change.into if part.code in changing}
    ended = [area for code, area in changing.items() if code not in kept]
    moved = {each.village: _present(each.village, f"body.villages.{n}.village", change.day, tree) for n, each in enumerate(change.villages)}
    if awaited & {area.code for area in (*ended, *moved.values())}:
        raise LaterChange("body.effective_from")
    _codes_are_free(change, kept, tree)
    _parents_are_there(change, kept, tree)
    _villages_are_placed(change, [area.code for area in ended], tree)

    renamed = [part for part in change.into if part.code in kept and part.name != changing[part.code].name]
    if change.kind is ChangeKind.RENAME and not renamed:
        raise SameName("body.into.0.name")
    new = [part for part in change.into if part.code not in kept]
    recoded = [Part(code=each.code, name=moved[each.village].name) for each in change.villages]
    return Effect(
        ended=[*ended, *(changing[part.code] for part in renamed), *moved.values()],
        begun=[_begun(part, change.day) for part in (*renamed, *new, *recoded)],
        successions=_successions(change, [area.code for area in ended]),
    )


def _fit(change: Change) -> None:
    """Hold a change against what its kind looks like, before the tree is asked."""
    codes = [*change.areas, *(part.code for part in change.into)]
    if any(county_of(code) != county_of(codes[0]) for code in (*codes, *(each.code for each in change.villages))):
        raise AcrossCounties("body.areas", "body.into")
    level = len(codes[0])
    if level not in (TOWNSHIP, VILLAGE) or any(len(code) != level for code in codes):
        raise WrongLevel("body.areas", "body.into")
    if change.kind is ChangeKind.MOVE and level != VILLAGE:
        raise WrongLevel("body.areas")
    if change.villages and level != TOWNSHIP:
        raise WrongLevel("body.villages")
    _nothing_twice("body.areas", change.areas)
    _nothing_twice("body.into", [part.code for part in change.into])
    _nothing_twice("body.villages", [each.village for each in change.villages])
    _nothing_twice("body.villages", [each.code for each in change.villages])
    if {each.village for each in change.villages} & {each.code for each in change.villages}:
        raise SuccessionCycle("body.villages")
    if change.kind is ChangeKind.MOVE and set(change.areas) & {part.code for part in change.into}:
        raise SuccessionCycle("body.into")
    if not _is_of_its_kind(change):
        raise ChangeUnfit("body.kind", "body.areas", "body.into")


def _is_of_its_kind(change: Change) -> bool:
    before, after = list(change.areas), [part.code for part in change.into]
    match change.kind:
        case ChangeKind.MERGE:
            return len(after) == 1 and len({*before, *after}) > 1
        case ChangeKind.SPLIT:
            return len(before) == 1 and len(after) > 1
        case ChangeKind.RENAME:
            return before == after and len(after) == 1 and not change.villages
        case ChangeKind.MOVE:
            return len(before) == len(after) == 1 and before[0][:TOWNSHIP] != after[0][:TOWNSHIP]


def _nothing_twice(field: str, codes: Sequence[str]) -> None:
    if len(set(codes)) < len(codes):
        raise TwiceNamed(field)


def _named(change: Change, tree: Tree) -> Iterable[tuple[str, str]]:
    """List the living areas that a change is about: those it names, and the one that others are merged into."""
    yield from ((f"body.areas.{n}", code) for n, code in enumerate(change.areas))
    for n, part in enumerate(change.into):
        is_there = any(each.valid_to is None for each in tree.periods(part.code))
        if change.kind is ChangeKind.MERGE and part.code not in change.areas and is_there:
            yield f"body.into.{n}.code", part.code


def _present(code: str, field: str, day: date, tree: Tree) -> Area:
    periods = tree.periods(code)
    if not periods:
        raise NoSuchArea(field)
    last = periods[-1]
    if last.valid_to is not None:
        raise AreaEnded(field)
    if last.valid_from >= day:
        raise BeforeItBegan("body.effective_from", field)
    return last


def _codes_are_free(change: Change, kept: set[str], tree: Tree) -> None:
    new = [(f"body.into.{n}.code", part.code) for n, part in enumerate(change.into) if part.code not in kept]
    for field, code in (*new, *((f"body.villages.{n}.code", each.code) for n, each in enumerate(change.villages))):
        if tree.periods(code):
            raise CodeTaken(field) if tree.periods(code)[-1].valid_to is None else SucceededAlready(field)


def _parents_are_there(change: Change, kept: set[str], tree: Tree) -> None:
    for n, part in enumerate(change.into):
        if part.code not in kept and not tree.lasts(parent_of(part.code), change.day):
            raise WrongParent(f"body.into.{n}.code")
    into = {part.code for part in change.into}
    for n, each in enumerate(change.villages):
        if parent_of(each.village) not in change.areas or parent_of(each.code) not in into:
            raise WrongParent(f"body.villages.{n}.code")


def _villages_are_placed(change: Change, ended: Sequence[str], tree: Tree) -> None:
    placed = {each.village for each in change.villages}
    for township in ended:
        inside = tree.inside(township, change.day) if len(township) < VILLAGE else ()
        if any(each.valid_to is not None and each.code not in placed for each in inside):
            raise LaterChange("body.effective_from")
        if any(each.code not in placed for each in inside):
            raise VillagesLeft("body.villages")


def _begun(part: Part, day: date) -> Area:
    return Area(code=part.code, name=part.name, level=level_of(part.code), parent_code=parent_of(part.code), valid_from=day, valid_to=None)


def _successions(change: Change, ended: Sequence[str]) -> list[Succession]:
    """Say what went over to what: of a split each part follows the whole, though the whole goes on."""
    if change.kind is ChangeKind.RENAME:
        return []
    before = change.areas if change.kind is ChangeKind.SPLIT else ended
    areas = [Succession(old_code=old, new_code=part.code) for old in before for part in change.into if part.code != old]
    return [*areas, *(Succession(old_code=each.village, new_code=each.code) for each in change.villages)]


def county_in(change: Change) -> str:
    """Name the county of the first area that a change is about."""
    return change.areas[0][:COUNTY]

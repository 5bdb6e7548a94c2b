"""What becomes of households that are split, merged, joined or left (分户、合户、增减员; R38, R44; plan ch.3 s.1): who lives where, and as what.

A household has members, one head among them, and one spouse of the head at most. Where the head changes, everybody stands anew to the new one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.monitoring.domain.register.households import HouseholdKind, Labour, OneHead, OneSpouse, Relation
from shared.kernel.errors import Invalid
from shared.kernel.ids import PersonId


class DepartureReason(StrEnum):
    """Why somebody does not belong to a household any more (减员原因)."""

    DIED = "died"  # 死亡
    MARRIED_OUT = "married_out"  # 婚出
    MOVED = "moved"  # 迁出
    ENTERED_IN_ERROR = "entered_in_error"  # 错录


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person is in a household."""

    person_id: PersonId
    relation: Relation
    labour: Labour


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a person is to be from now on; without a new ability to work the present one stays."""

    person_id: PersonId
    relation: Relation
    labour: Labour | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A household's members after a split: those who stay, and those of the new household."""

    remaining: Sequence[Standing]
    leaving: Sequence[Standing]


class NotAMember(Invalid):
    sentence = "所列人员不是该户现有成员。"
    english = "A person named here is no present member of the household."


class NamedTwice(Invalid):
    sentence = "同一人被列出两次。"
    english = "One person is named twice."


class NobodyLeft(Invalid):
    sentence = "该户须至少保留一名成员；整户迁出请办理迁移，整户已不在请办理注销。"
    english = "Somebody must remain: transfer a household that moves as a whole, strike off one that is gone."


class RelationsMissing(Invalid):
    sentence = "户主变更时，须逐一写明其余成员与新户主的关系。"
    english = "With a new head, say of every other member how he or she stands to the new head."


def split(members: Sequence[Standing], leaving: Sequence[Named], remaining: Sequence[Named]) -> Split:
    """Part a household: those named leave and form one of their own.

    :param remaining: how those who stay stand afterwards, of those for whom that changes; where the head leaves, all of them.
    :raises NotAMember: somebody named does not live there, or does not stay; likewise NamedTwice.
    :raises NobodyLeft: everybody would leave.
    :raises RelationsMissing: the head changes, and not all who stay are said to stand to the new one.
    :raises OneHead: one of both has no head, or several; likewise OneSpouse.
    """
    left = left_by(members, leaving, field="body.members")
    formed = restated([each for each in members if each not in left], leaving, field="body.members")
    return Split(remaining=restated(left, remaining, field="body.remaining"), leaving=formed)


def left_by(members: Sequence[Standing], leaving: Sequence[Named], *, field: str) -> list[Standing]:
    """List those who stay when others leave.

    :raises NotAMember: somebody named does not live there; likewise NamedTwice.
    :raises NobodyLeft: nobody stays.
    """
    _known(members, leaving, field=field)
    gone = {each.person_id for each in leaving}
    if left := [each for each in members if each.person_id not in gone]:
        return left
    raise NobodyLeft(field)


def restated(members: Sequence[Standing], named: Sequence[Named], *, field: str) -> list[Standing]:
    """Say how members stand after some of them are named anew.

    :raises NotAMember: somebody named is not among them; likewise NamedTwice.
    :raises RelationsMissing: the head is not who it was, and not everybody is named.
    :raises OneHead: there is no head, or several; likewise OneSpouse.
    """
    _known(members, named, field=field)
    becomes = {each.person_id: each for each in named}
    standing = [_after(each, becomes.get(each.person_id)) for each in members]
    _one_head(standing, field=field)
    if _head_of(standing) != _head_of(members) and len(named) < len(members):
        raise RelationsMissing(field)
    return standing


def merge(joining: Sequence[Standing], named: Sequence[Named], into: Sequence[Standing]) -> list[Standing]:
    """Bring all members of one household into another; say how they stand there.

    :raises RelationsMissing: not all of them are said to stand to the other household's head.
    :raises NotAMember: somebody else is named; likewise NamedTwice.
    :raises OneHead: one of them would be a second head; likewise OneSpouse.
    """
    _known(joining, named, field="body.members")
    if len(named) < len(joining):
        raise RelationsMissing("body.members")
    becomes = {each.person_id: each for each in named}
    standing = [_after(each, becomes[each.person_id]) for each in joining]
    _one_head([*into, *standing], field="body.members")
    return standing


def join(members: Sequence[Standing], relation: Relation) -> None:
    """Hold one more member against those who are there.

    :raises OneHead: the household has its head; likewise OneSpouse.
    """
    relations = [each.relation for each in members] + [relation]
    _one_of_each(relations, field="body.member.relation")


def leave(members: Sequence[Standing], person_id: PersonId, remaining: Sequence[Named]) -> list[Standing]:
    """Say how those stand who stay when one leaves.

    :raises NobodyLeft: nobody stays.
    :raises RelationsMissing: the head leaves, and not all who stay are said to stand to the new one.
    :raises NotAMember: somebody named does not stay; likewise NamedTwice, OneHead and OneSpouse.
    """
    left = [each for each in members if each.person_id != person_id]
    if not left:
        raise NobodyLeft
    return restated(left, remaining, field="body.remaining")


def kind_of_both(one: HouseholdKind, other: HouseholdKind) -> HouseholdKind:
    """Say of what kind a merged household is: who was lifted out stays so, that nobody loses what is owed to those lifted out (R38)."""
    return HouseholdKind.LIFTED_OUT if HouseholdKind.LIFTED_OUT in (one, other) else HouseholdKind.GENERAL


def differing(before: Sequence[Standing], after: Sequence[Standing]) -> list[Standing]:
    """List those who stand otherwise than before."""
    return [each for each in after if each not in before]


def _after(standing: Standing, named: Named | None) -> Standing:
    if named is None:
        return standing
    return Standing(person_id=standing.person_id, relation=named.relation, labour=named.labour or standing.labour)


def _known(members: Sequence[Standing], named: Sequence[Named], *, field: str) -> None:
    ids, there = [each.person_id for each in named], {each.person_id for each in members}
    if strangers := [n for n, person in enumerate(ids) if person not in there]:
        raise NotAMember(*(f"{field}.{n}.person_id" for n in strangers))
    if repeated := [n for n, person in enumerate(ids) if person in ids[:n]]:
        raise NamedTwice(*(f"{field}.{n}.person_id" for n in repeated))


def _head_of(members: Sequence[Standing]) -> PersonId | None:
    return next((each.person_id for each in members if each.relation is Relation.HEAD), None)


def _one_head(members: Sequence[Standing], *, field: str) -> None:
    _one_of_each([each.relation for each in members], field=field)


def _one_of_each(relations: Collection[Relation], *, field: str) -> None:
    held = list(relations)
    if held.count(Relation.HEAD) != 1:
        raise OneHead(field)
    if held.count(Relation.SPOUSE) > 1:
        raise OneSpouse(field)

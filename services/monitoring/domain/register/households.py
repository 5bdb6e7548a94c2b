"""Households and their members, as registered (R38, R52; plan ch.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.register.people import Identity
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import HouseholdId, PersonId
from shared.kernel.people import PersonName, Phone


class HouseholdStatus(StrEnum):
    NORMAL = "normal"
    MONITORED = "monitored"
    GONE = "gone"  # 整户死亡、迁出


class HouseholdKind(StrEnum):
    LIFTED_OUT = "lifted_out"  # 脱贫户
    GENERAL = "general"  # 一般农户


class Labour(StrEnum):
    """A member's ability to work (劳动技能)."""

    ORDINARY = "ordinary"  # 普通劳动力
    SKILLED = "skilled"  # 技能劳动力
    WEAK = "weak"  # 弱劳动力或半劳动力
    LOST = "lost"  # 丧失劳动力
    NONE = "none"  # 无劳动力


ABLE = (Labour.ORDINARY, Labour.SKILLED, Labour.WEAK)
"""Who makes a household one with labour: the weak too, for it owes a developmental measure (R46, plan ch.3 s.2)."""


class Relation(StrEnum):
    """How a member stands to the head (与户主关系)."""

    HEAD = "head"  # 户主
    SPOUSE = "spouse"  # 配偶
    SON = "son"  # 之子
    DAUGHTER = "daughter"  # 之女
    DAUGHTER_IN_LAW = "daughter_in_law"  # 之儿媳
    SON_IN_LAW = "son_in_law"  # 之女婿
    GRANDCHILD = "grandchild"  # 之孙子、孙女、外孙子、外孙女
    FATHER = "father"  # 之父
    MOTHER = "mother"  # 之母
    FATHER_IN_LAW = "father_in_law"  # 之岳父、公公
    MOTHER_IN_LAW = "mother_in_law"  # 之岳母、婆婆
    GRANDPARENT = "grandparent"  # 之祖父母、外祖父母
    SIBLING = "sibling"  # 之兄弟姐妹
    NIECE_OR_NEPHEW = "niece_or_nephew"  # 之侄儿、侄女
    OTHER = "other"  # 其他


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: PersonId
    name: PersonName
    identity: Identity
    phone: Phone | None
    relation: Relation
    labour: Labour


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A household at its registration. `visit_due_at` is the end of the period until its next visit.

    :param number: the household number (户编号) by which officials know it, unique in its county.
    """

    id: HouseholdId
    area_code: str
    number: str
    kind: HouseholdKind
    income: Income
    visit_due_at: datetime
    members: Sequence[Member]


class OneHead(Invalid):
    sentence = "每户须有且只有一名户主。"
    english = "A household has exactly one head."


class OneSpouse(Invalid):
    sentence = "户主至多有一名配偶。"
    english = "A head has one spouse at most."


class TwiceInHousehold(Invalid):
    sentence = "同一人在本户登记了两次。"
    english = "One person is entered twice in this household."


class HouseholdGone(Conflict):
    sentence = "该户已注销，不能再办理。"
    english = "The household is gone: nothing more can be done for it."


def register(
    household_id: HouseholdId,
    *,
    area_code: str,
    number: str | None,
    kind: HouseholdKind,
    income: Income,
    members: Sequence[Member],
    visit_due_at: datetime,
) -> Household:
    """Form a household; without a number of its own, its id is its number.

    :raises OneHead: it has no head, or several.
    :raises OneSpouse: the head has several spouses.
    :raises TwiceInHousehold: two members have one number.
    """
    relations = [member.relation for member in members]
    if relations.count(Relation.HEAD) != 1:
        raise OneHead("body.members")
    if relations.count(Relation.SPOUSE) > 1:
        raise OneSpouse("body.members")
    keys = [member.identity.key for member in members]
    if repeated := [n for n, key in enumerate(keys) if key and key in keys[:n]]:
        raise TwiceInHousehold(*(f"body.members.{n}.id_number" for n in repeated))
    return Household(
        id=household_id,
        area_code=area_code,
        number=number or str(household_id),
        kind=kind,
        income=income,
        visit_due_at=visit_due_at,
        members=members,
    )

"""What in a department's list calls for a lead: rules in data (预警规则; R57, plan ch.3 s.3), dated, of an area, with a document.

A rule holds one column of a list against a value, or against a ratio of a base, for one group of people or for all. Of the versions of one rule
(its code) the nearest area's is in force, and there the latest whose day has come, until its own end; the effective day of the row decides, not
the day on which it came. Any rule in force that holds is enough.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.monitoring.domain.files.department_lists import JUDGED, LISTS, DepartmentList
from services.monitoring.domain.risks import Hardship
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.sheets import Column, Holds

WITHDRAWN = "来源更正"
"""Why a lead is dismissed that no row calls for any more."""


class Group(StrEnum):
    """Whom a rule is about."""

    ANY = "any"
    LIFTED_OUT = "lifted_out"  # 脱贫户
    MONITORED = "monitored"  # 监测对象
    GENERAL = "general"  # 一般农户，含未登记的人


class Operator(StrEnum):
    ANY = "any"  # whoever is on the list
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    AMONG = "among"  # one of the values, separated by commas
    EQUALS = "equals"
    CHANGED_TO = "changed_to"  # the value now, and not in the person's row before it on this list


class Base(StrEnum):
    """What a ratio is of: yuan per head and year."""

    BOTTOM_LINE = "bottom_line"  # 当年监测底线
    RURAL_INCOME = "provincial_rural_income"  # 上年全省农村居民人均可支配收入


class Figure(StrEnum):
    """A yearly figure that is published for rules only."""

    RURAL_INCOME = "provincial_rural_income"


class Grade(StrEnum):
    """How urgent a lead is (预警等级), the most urgent first."""

    RED = "red"  # 红：三保障和饮水安全缺项
    ORANGE = "orange"  # 橙：刚性支出大或收入骤减
    YELLOW = "yellow"  # 黄：其他


class Judgement(StrEnum):
    """What became of a row under the rules."""

    CALLED = "called"
    NOT_MET = "not_met"  # rules are in force for such people, and none holds
    NO_RULE = "no_rule"  # no rule is in force for such people on that day
    KEPT = "kept"  # the list is for checking only
    SUPERSEDED = "superseded"  # a higher revision counts


NUMERIC = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN)
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """A rule: when `field`, a column of the list, stands so to `value`, or to `value` times `base`, there is a lead.

    :param field: nothing for `any`; likewise `value`.
    :param hardship: what a lead says that comes of it, if not what the list says.
    """

    population: Group
    field: str | None
    operator: Operator
    value: str | None
    base: Base | None = None
    grade: Grade | None = None
    hardship: Hardship | None = None


class NoSuchList(NotFound):
    sentence = "没有这种部门名单。"
    english = "There is no such list of a department."


class NoLeadsOfThis(Invalid):
    sentence = "该名单只供比对核查，不产生线索。"
    english = "This list is kept for checking only, and opens no leads."


class NoSuchColumn(Invalid):
    sentence = "该名单没有可供判断的这一栏，这样的规则永远不会生效。"
    english = "The list has no such column that a rule can look at: this rule could never hold."


class UnfitOperator(Invalid):
    sentence = "该栏的内容不能这样比较。"
    english = "What this column holds cannot be compared like that."


class UnfitValue(Invalid):
    sentence = "比较值不合该栏的内容，这样的规则永远不会生效。"
    english = "The value is none that this column can hold: this rule could never hold."


class UnfitBase(Invalid):
    sentence = "只有金额可以与基数的比例相比，比例须大于零。"
    english = "Only amounts are held against a ratio of a base, and the ratio is more than zero."


class EndsBeforeItBegins(Invalid):
    sentence = "失效日期早于施行日期。"
    english = "The rule ends before it begins."


def list_of(kind: str, *, field: str = "body.kind") -> DepartmentList:
    """Find a kind of list; a rule's code begins with it.

    :raises NoSuchList: there is none.
    """
    found = LISTS.get(kind.partition(".")[0])
    if found is None:
        raise NoSuchList(field)
    return found


def lists_of_group(group: str) -> list[DepartmentList]:
    """Name the lists whose rows stand behind one lead together."""
    return [each for each in LISTS.values() if each.group == group]


def fitting(rule: SignalRule, kind: DepartmentList, *, at: str) -> SignalRule:
    """Hold a rule against its list: one that can never hold is refused when it is published (R57, plan ch.3 s.3).

    :param at: where in the request the rule stands.
    :raises NoLeadsOfThis: the list is for checking only.
    :raises NoSuchColumn: the list has no such column, or none was named, or one although whoever is on the list is called.
    :raises UnfitOperator: what the column holds cannot be compared so.
    :raises UnfitValue: no such value can stand in the column.
    :raises UnfitBase: a ratio of a base for what is no amount.
    """
    if kind.warning is not None:
        raise NoLeadsOfThis(f"{at}.operator")
    if rule.operator is Operator.ANY:
        _hold_to_nothing(rule, at)
        return rule
    column = next((each for each in kind.sheet.columns if each.field == rule.field and each.field in kind.judged), None)
    if column is None:
        raise NoSuchColumn(f"{at}.field")
    if rule.operator not in _OPERATORS[column.holds]:
        raise UnfitOperator(f"{at}.operator")
    if rule.value is None or not _fits(rule.value, rule.operator, column):
        raise UnfitValue(f"{at}.value")
    if rule.base and (column.holds is not Holds.YUAN or rule.operator not in NUMERIC or float(rule.value) == 0):
        raise UnfitBase(f"{at}.base")
    return rule


def lasting(effective_from: date, effective_to: date | None, *, at: str) -> None:
    """Hold the days of a version against each other: one that ends on its first day repeals the rule.

    :raises EndsBeforeItBegins: it does.
    """
    if effective_to is not None and effective_to < effective_from:
        raise EndsBeforeItBegins(f"{at}.effective_to")


def _hold_to_nothing(rule: SignalRule, at: str) -> None:
    """Whoever is on the list: nothing else may be said."""
    for name, refusal in (("field", NoSuchColumn), ("value", UnfitValue), ("base", UnfitBase)):
        if getattr(rule, name) is not None:
            raise refusal(f"{at}.{name}")


def _fits(value: str, operator: Operator, column: Column) -> bool:
    if column.holds is Holds.CHOICE:
        chosen = value.split(",") if operator is Operator.AMONG else [value]
        return len(set(chosen)) == len(chosen) and set(chosen) <= set(column.choices.values())
    if column.holds is Holds.COUNT and "." in value:
        return False
    return _NUMBER.fullmatch(value) is not None and not (operator is Operator.LESS_THAN and float(value) == 0)


_OF_NUMBERS = frozenset({*NUMERIC, Operator.EQUALS})
_OF_CHOICES = frozenset({Operator.AMONG, Operator.EQUALS, Operator.CHANGED_TO})
_OPERATORS: Mapping[Holds, frozenset[Operator]] = {holds: _OF_CHOICES if holds is Holds.CHOICE else _OF_NUMBERS for holds in JUDGED}

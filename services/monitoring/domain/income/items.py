"""The items of the income form (收入采集项目), and what a household's amounts come to under those that count (R37, R39; plan ch.3 s.1).

Which item counts is law in data: a dated row of an area with its document. The nearest area wins, then the latest day that has come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.monitoring.domain.income.figures import AMOUNTS, Income
from shared.kernel.errors import Invalid

MOST = Decimal(10) ** 12
"""Yuan; no total of a household may reach it."""


class ItemGroup(StrEnum):
    """Which total an item belongs to."""

    WAGE = "wage"  # 工资性收入
    PRODUCTION = "production"  # 生产经营性收入
    PROPERTY = "property"  # 财产性收入
    TRANSFER = "transfer"  # 转移性收入
    PRODUCTION_EXPENSE = "production_expense"  # 生产经营性支出
    CLAIM = "claim"  # 理赔收入
    SELF_PAID = "self_paid"  # 合规自付支出


TOTAL_OF: Mapping[ItemGroup, str] = dict(zip(ItemGroup, AMOUNTS, strict=True))
"""Group -> the field of `Income` that its items add up to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeItem:
    """An item in force: its code in the form, the group that it adds to, and whether it counts there.

    :param title: the officials' words for it (项目名称).
    :param counts: of income, whether it is net income; of what is paid, whether it is compliant.
    """

    code: str
    item_group: ItemGroup
    title: str
    counts: bool
    area_code: str
    effective_from: date
    document_number: str


class ItemNotInForce(Invalid):
    sentence = "所填项目在该期间末日无有效规定。"
    english = "An item is not in force at the end of the period."


class ItemTwice(Invalid):
    sentence = "同一项目填报了两次。"
    english = "One item stands twice."


class IncomeDoesNotAddUp(Invalid):
    sentence = "各项目之和与所填小计不符。"
    english = "The items do not add up to what is stated."


class TooMuch(Invalid):
    sentence = "同一类收入或支出的合计超过可登记的金额。"
    english = "The items of one group come to more than can be kept."


def by_code(items: Sequence[tuple[str, Decimal]], field: str = "body.items") -> dict[str, Decimal]:
    """Give the amounts by code.

    :raises ItemTwice: a code stands there more than once.
    """
    codes = [code for code, _ in items]
    if repeated := [n for n, code in enumerate(codes) if code in codes[:n]]:
        raise ItemTwice(*(f"{field}.{n}.code" for n in repeated))
    return dict(items)


def totals(amounts: Mapping[str, Decimal], rules: Mapping[str, IncomeItem], *, people: int) -> Income:
    """Add up what counts, group by group. Yuan of one period.

    :param amounts: code -> yuan.
    :param rules: code -> the item as it is in force at the end of the period.
    :raises ItemNotInForce: there is no such item then; each is named by its place.
    :raises TooMuch: a group comes to more than can be kept, whether it counts today or not.
    """
    if unknown := [n for n, code in enumerate(amounts) if code not in rules]:
        raise ItemNotInForce(*(f"body.items.{n}.code" for n in unknown))
    whole = dict.fromkeys(AMOUNTS, Decimal("0.00"))
    counted = dict(whole)
    for code, amount in amounts.items():
        total = TOTAL_OF[rules[code].item_group]
        whole[total] += amount
        counted[total] += amount if rules[code].counts else 0
    if any(total >= MOST for total in whole.values()):
        raise TooMuch("body.items")
    return Income(people=people, **counted)


def must_add_up(income: Income, stated: Mapping[str, Decimal | None]) -> None:
    """Hold what the form states beside its items, sub-totals and net, against what counts of them.

    :param stated: a field of `Income`, or `net`, -> what was written there, if anything was.
    :raises IncomeDoesNotAddUp: they differ; each total that does is named.
    """
    wrong = [name for name, amount in stated.items() if amount is not None and amount != getattr(income, name)]
    if wrong:
        raise IncomeDoesNotAddUp(*(f"body.stated.{name}" for name in wrong))

"""The income of a household, and its two figures per head (R37; plan ch.3 s.1).

net per head (人均纯收入)          = (wage + production + property + transfer - production expense) / people
reference per head (人均收入参考范围) = (net + claim income - compliant self-paid expense) / people

The bottom line is compared with the second one. All amounts are yuan in the twelve months before the application,
with two places; rounding is half up and happens once, at the end.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from shared.kernel.money import rounded


class MonitoredCategory(StrEnum):
    """The three legal kinds of monitored household (三类监测对象; R39, plan ch.3 s.1)."""

    UNSTABLE_LIFTED_OUT = "unstable_lifted_out"  # 脱贫不稳定户
    MARGINAL = "marginal"  # 边缘易致贫户
    SUDDEN_DIFFICULTY = "sudden_difficulty"  # 突发严重困难户


SOURCES = ("wage_income", "production_income", "property_income", "transfer_income")
"""What makes up gross income, of which the plan's shares are shares (plan ch.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """A household's income by source, what producing cost, and what the two adjustments are. Yuan; `people` share it."""

    people: int
    wage_income: Decimal  # 工资性收入
    production_income: Decimal  # 生产经营性收入（毛收入）
    property_income: Decimal  # 财产性收入
    transfer_income: Decimal  # 转移性收入
    production_expense: Decimal  # 生产经营性支出
    claim_income: Decimal  # 理赔收入
    compliant_self_paid: Decimal  # 合规自付支出

    @property
    def gross(self) -> Decimal:
        """The sum of the sources; the plan's shares are shares of this (plan ch.1)."""
        return self.wage_income + self.production_income + self.property_income + self.transfer_income

    @property
    def net(self) -> Decimal:
        return self.gross - self.production_expense

    @property
    def reference(self) -> Decimal:
        return self.net + self.claim_income - self.compliant_self_paid

    @property
    def net_per_head(self) -> Decimal:
        return rounded(self.net / self.people)

    @property
    def reference_per_head(self) -> Decimal:
        return rounded(self.reference / self.people)

    @property
    def shares(self) -> dict[str, Decimal | None]:
        """Percent of gross income that comes from each source, two places (R8, plan ch.1 s.1); unknown where there is no income."""
        return {source: rounded(100 * getattr(self, source) / self.gross) if self.gross else None for source in SOURCES}


AMOUNTS = tuple(field.name for field in fields(Income) if field.name != "people")


def is_below(income: Income, line: Decimal) -> bool:
    """Compare the reference income per head with the bottom line. Alone it makes no case: the line is a reference, a risk is the reason."""
    return income.reference_per_head < line


def band_of(net_per_head: Decimal, bounds: Sequence[Decimal]) -> int:
    """Number the band (收入分段; R19, plan ch.1 s.2) that a net income per head lies in: how many of the rising bounds it has reached."""
    return bisect_right(bounds, net_per_head)


def category_of(*, lifted_out: bool, below_line: bool) -> MonitoredCategory:
    """Say which kind of monitored household one with a risk becomes; above the line it is one in sudden difficulty."""
    if not below_line:
        return MonitoredCategory.SUDDEN_DIFFICULTY
    return MonitoredCategory.UNSTABLE_LIFTED_OUT if lifted_out else MonitoredCategory.MARGINAL

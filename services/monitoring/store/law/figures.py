from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.signals import Base as RuleBase
from services.monitoring.domain.signals import Figure
from services.monitoring.store.base import Base
from services.monitoring.store.law.lines import BottomLineRow
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, money, one_of, only
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, ancestry, county_of


class BaseFigureRow(Base, table=True):
    """A yearly figure that rules are held against (规则基数): yuan per head and year."""

    __tablename__ = "base_figure"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "figure", "year", "effective_from"),
        only("figure", Figure),
        CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    figure: Figure = one_of(Figure)
    year: int
    amount: Decimal = money()
    effective_from: date = day()
    document_number: str


SAME_FIGURE = select(col(BaseFigureRow.id)).where(
    *(table_of(BaseFigureRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "amount", "document_number"))
)
_ANY = {
    base: select(columns.id).where(among(columns.county_code, "law"), among(columns.area_code, "areas")).limit(1)
    for base, columns in ((RuleBase.BOTTOM_LINE, table_of(BottomLineRow).c), (RuleBase.RURAL_INCOME, table_of(BaseFigureRow).c))
}


async def has_base(area: str, base: RuleBase, tx: Transaction) -> bool:
    """Say whether a base was ever published for an area."""
    asked = {"law": [LINCANG, county_of(area)], "areas": ancestry(area)}
    return (await tx.execute(_ANY[base], asked)).scalar() is not None


async def publish_figure(
    area: str, figure: Figure, year: int, tx: Transaction, *, amount: Decimal, effective_from: date, document_number: str
) -> tuple[UUID, bool]:
    """Add a figure; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {
        "area_code": area,
        "figure": figure,
        "year": year,
        "amount": amount,
        "effective_from": effective_from,
        "document_number": document_number,
    }
    return await publish(BaseFigureRow, row, f"figure/{figure}/{area}/{year}/{effective_from}", SAME_FIGURE, tx)

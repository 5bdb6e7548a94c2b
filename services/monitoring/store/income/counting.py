"""Totals added up anew from the items behind them, once other items count: the same sums as `domain/income/items.py`; a test feeds both."""

from datetime import date

from sqlalchemy import Date, Uuid, bindparam, text

from services.monitoring.domain.income.figures import AMOUNTS
from services.monitoring.domain.income.items import TOTAL_OF
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range

_SUMS = ", ".join(
    f"coalesce(sum(CAST(e.amount AS numeric)) FILTER (WHERE r.counts AND r.item_group = '{group}'), 0) AS {total}"
    for group, total in TOTAL_OF.items()
)
_OLD, _NEW = (", ".join(f"{alias}.{total}" for total in AMOUNTS) for alias in ("i", "c"))


def _recount(table: str, key: str) -> str:
    """Write the question that brings records of some households up to date whose period ends on a day or later; what is right already is let be."""
    same = f"i.county_code = :county AND (i.household_id, i.{key}) = (c.household_id, c.{key})"
    return f"""
        WITH counted AS MATERIALIZED (
            SELECT i.household_id, i.{key}, {_SUMS}
            FROM {table} i
            CROSS JOIN LATERAL jsonb_each_text(i.items) AS e (code, amount)
            LEFT JOIN LATERAL (
                SELECT item_group, counts FROM income_item
                WHERE code = e.code AND effective_from <= i.period_to
                  AND area_code = ANY(ARRAY[i.area_code, left(i.area_code, 9), left(i.area_code, 6), left(i.area_code, 4)])
                ORDER BY area_code DESC, effective_from DESC LIMIT 1
            ) r ON true
            WHERE i.county_code = :county AND i.household_id BETWEEN :first AND :last
              AND i.area_code >= :lo AND i.area_code < :hi AND i.period_to >= :since AND i.items IS NOT NULL
            GROUP BY i.household_id, i.{key}
        )
        UPDATE {table} i SET {", ".join(f"{total} = c.{total}" for total in AMOUNTS)}
        FROM counted c WHERE {same} AND ({_OLD}) IS DISTINCT FROM ({_NEW})
    """  # noqa: S608  (our own names)


_SOME = text("SELECT id FROM household WHERE county_code = :county ORDER BY id OFFSET :before LIMIT :at_most")
_RECOUNTS = [
    text(_recount(table, key)).bindparams(bindparam("since", type_=Date()), bindparam("first", type_=Uuid()), bindparam("last", type_=Uuid()))
    for table, key in (("household_income", "valid_from"), ("quarterly_income", "period_to"))
]


async def recount(area: str, since: date, tx: Transaction, *, taken: int, at_most: int) -> bool:
    """Add up anew what records of an area come to whose period ends on a day or later, of the next households; say whether there were any.

    The households are walked in the order of their ids, all of the county and not of the area: none of them is ever deleted or leaves it, so one
    that comes meanwhile may have others looked at twice, and nobody is passed over.

    :param taken: how many slices of households were walked before.
    """
    county = tx.actor.scope.county
    some = (await tx.execute(_SOME, {"county": county, "before": taken * at_most, "at_most": at_most})).scalars().all()
    if not some:
        return False
    lo, hi = area_range(area)
    asked = {"county": county, "first": some[0], "last": some[-1], "lo": lo, "hi": hi, "since": since}
    for question in _RECOUNTS:
        await tx.execute(question, asked)
    return True

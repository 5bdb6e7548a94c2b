"""Totals added up anew from the items behind them, once other items count: the same sums as `domain/income/items.py`; a test feeds both."""

from datetime import date

from sqlalchemy import Date, bindparam, text

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
    """Write the question that brings records of a table up to date whose period ends on a day or later; what is right already is let be."""
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
            WHERE i.county_code = :county AND i.area_code >= :lo AND i.area_code < :hi AND i.period_to >= :since AND i.items IS NOT NULL
            GROUP BY i.household_id, i.{key}
        ), other AS (
            SELECT c.* FROM counted c JOIN {table} i ON {same}
            WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})
            ORDER BY c.household_id LIMIT :at_most
        )
        UPDATE {table} i SET {", ".join(f"{total} = c.{total}" for total in AMOUNTS)}
        FROM other c WHERE {same}
    """  # noqa: S608  (our own names)


_RECOUNTS = [
    text(_recount(table, key)).bindparams(bindparam("since", type_=Date()))
    for table, key in (("household_income", "valid_from"), ("quarterly_income", "period_to"))
]


async def recount(area: str, since: date, tx: Transaction, *, at_most: int) -> int:
    """Add up anew what records of an area come to whose period ends on a day or later; say how many came to something else.

    Nought means that all are right.
    """
    lo, hi = area_range(area)
    asked = {"county": tx.actor.scope.county, "lo": lo, "hi": hi, "since": since, "at_most": at_most}
    for question in _RECOUNTS:
        if changed := (await tx.execute(question, asked)).rowcount:
            return changed
    return 0

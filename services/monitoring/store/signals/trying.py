"""What a rule would call of the rows held now, counted and not named."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Date, Row, bindparam, text

from services.monitoring.domain.signals import SignalRule
from services.monitoring.store.signals.judging import BASES, holds
from shared.database.columns import CODE
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, area_range, county_of

_TRY = text(f"""
    WITH rule AS (
        SELECT CAST(:population AS text) AS population, CAST(:field AS text) AS field, CAST(:operator AS text) AS operator,
               CAST(:value AS text) AS value, CAST(:base AS text) AS base
    ), {BASES}, placed AS (
        SELECT d.county_code, d.area_code, d.effective_on, d.facts, d.lead_id, coalesce(h.kind, 'general') AS household_kind,
               coalesce(h.status = 'monitored', false) AS is_monitored,
               lag(d.facts) OVER (PARTITION BY d.county_code, d.person_index ORDER BY d.effective_on, d.source_number) AS before
        FROM department_row d LEFT JOIN household h ON h.county_code = d.county_code AND h.id = d.household_id
        WHERE d.county_code = :county AND d.kind = :kind AND d.is_latest AND d.facts IS NOT NULL
    )
    SELECT p.county_code, count(*)::int AS rows, (count(*) FILTER (WHERE p.called))::int AS called,
           (count(*) FILTER (WHERE p.called AND p.lead_id IS NULL))::int AS more
    FROM (
        SELECT p.county_code, p.lead_id,
               (r.population IN ('any', p.household_kind) OR (r.population = 'monitored' AND p.is_monitored))
               AND p.effective_on >= :since AND (CAST(:until AS date) IS NULL OR p.effective_on < :until) AND {holds("p", "r")} AS called
        FROM placed p CROSS JOIN rule r WHERE p.area_code >= :lo AND p.area_code < :hi
    ) p GROUP BY p.county_code ORDER BY p.county_code
""").bindparams(
    *(bindparam(name, type_=CODE) for name in ("population", "field", "operator", "value", "base", "kind", "county", "lo", "hi")),
    bindparam("since", type_=Date()),
    bindparam("until", type_=Date()),
)


async def would_call(kind: str, rule: SignalRule, area: str, days: Mapping[str, Any], tx: Transaction) -> Sequence[Row[Any]]:
    """Count the rows of a kind in an area of one county, those that a rule would call, and those of them that no rule calls now.

    It reads every row of the kind in the county, by the index of the records' numbers, which begins with county and kind.

    :param days: since when, and until when, the rule would hold.
    """
    asked = {name: getattr(rule, name) for name in ("population", "field", "operator", "value", "base")}
    lo, hi = area_range(area)
    where = {"county": county_of(area), "law": [LINCANG, county_of(area)], "lo": lo, "hi": hi}
    return (await tx.execute(_TRY, {**asked, **days, **where, "kind": kind})).all()

"""Counts of occurrences by area, cause, industry and week: kept by cells that changed, or made anew as a whole, with the same result.

A cell counts an area of any level; `any` counts all causes, and an empty industry all of them, so that a household with two causes counts once.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Integer, PrimaryKeyConstraint, Row, bindparam, text

from services.monitoring.domain.regional.causes import UNCOUNTED
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, counted, day
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


class CountRow(Base, table=True):
    """Occurrences of a week (from Monday), the households that they are of, and the people who live there."""

    __tablename__ = "regional_count"
    __table_args__ = (PrimaryKeyConstraint("county_code", "area_code", "cause", "industry", "week"),)

    county_code: str = code()
    area_code: str = code()
    cause: str = code()
    industry: str = code()
    week: date = day()
    occurrences: int
    households: int
    people: int


class CellQueueRow(Base, table=True):
    """A cell whose occurrences have changed: an area as occurrences name it, a cause, an industry or none, a week."""

    __tablename__ = "regional_cell_queue"
    __table_args__ = (PrimaryKeyConstraint("county_code", "area_code", "cause", "industry", "week"),)

    county_code: str = code()
    area_code: str = code()
    cause: str = code()
    industry: str = code()
    week: date = day()
    changes: int = counted(1)


_WIDER = """
    CROSS JOIN LATERAL (SELECT left({o}.area_code, n) AS area FROM unnest(ARRAY[6, 9, 12]) AS n WHERE n <= length({o}.area_code)) a
    CROSS JOIN LATERAL (VALUES ({o}.cause), ('any')) AS c (cause)
    CROSS JOIN LATERAL (SELECT '' AS industry UNION SELECT {o}.industry WHERE {o}.industry <> '') i
"""
_OF_OCCURRENCES, _OF_CELLS = _WIDER.format(o="o"), _WIDER.format(o="t")
_COUNT = """
    INSERT INTO regional_count (county_code, area_code, cause, industry, week, occurrences, households, people)
    SELECT :county, area, cause, industry, week, sum(occurrences), count(*), sum(people)
    FROM (
        SELECT a.area, c.cause, i.industry, o.week, coalesce(o.household_id, o.source_id) AS who, count(*) AS occurrences, max(o.people) AS people
        FROM occurrence o {wider} WHERE o.county_code = :county {which} GROUP BY 1, 2, 3, 4, 5
    ) AS each GROUP BY 2, 3, 4, 5
"""
_TOUCHED = f"""
    SELECT DISTINCT a.area, c.cause, i.industry, t.week
    FROM unnest(:areas, :causes, :industries, :weeks) AS t (area_code, cause, industry, week) {_OF_CELLS}
"""  # noqa: S608  (our own words)
_ARRAYS = [*(bindparam(name, type_=ARRAY(CODE)) for name in ("areas", "causes", "industries")), bindparam("weeks", type_=ARRAY(Date()))]
_TAKE = text("""
    DELETE FROM regional_cell_queue q USING (
        SELECT area_code, cause, industry, week FROM regional_cell_queue WHERE county_code = :county ORDER BY week, area_code, cause, industry
        LIMIT :at_most
    ) t
    WHERE q.county_code = :county AND (q.area_code, q.cause, q.industry, q.week) = (t.area_code, t.cause, t.industry, t.week)
    RETURNING q.area_code, q.cause, q.industry, q.week
""").bindparams(bindparam("at_most", type_=Integer()))
_FORGET = text(f"""
    DELETE FROM regional_count r USING ({_TOUCHED}) t
    WHERE r.county_code = :county AND (r.area_code, r.cause, r.industry, r.week) = (t.area, t.cause, t.industry, t.week)
""").bindparams(*_ARRAYS)  # noqa: S608
_COUNT_TOUCHED = text(
    _COUNT.format(wider=_OF_OCCURRENCES, which=f"AND o.week = ANY(:weeks) AND (a.area, c.cause, i.industry, o.week) IN ({_TOUCHED})")
).bindparams(*_ARRAYS)
_FORGET_ALL = text("DELETE FROM regional_count WHERE county_code = :county")
_FORGET_CELLS = text("DELETE FROM regional_cell_queue WHERE county_code = :county")
_COUNT_ALL = text(_COUNT.format(wider=_OF_OCCURRENCES, which=""))
# By when it was entered: what is said of days before that was not looked for then.
_SINCE = text("""
    SELECT least(
        (SELECT min(registered_at) FROM lead WHERE county_code = :county AND channel <> ALL(:uncounted)),
        (SELECT min(reported_at) FROM regional_event WHERE county_code = :county)
    )
""").bindparams(bindparam("uncounted", type_=ARRAY(CODE)))
_SERIES = text("""
    SELECT w.week, coalesce(c.occurrences, 0) AS occurrences, coalesce(c.households, 0) AS households, coalesce(c.people, 0) AS people,
           coalesce(n.households, 0) AS neighbours
    FROM (SELECT CAST(generate_series(CAST(:since AS timestamp), CAST(:until AS timestamp), interval '7 days') AS date) AS week) w
    LEFT JOIN regional_count c ON c.county_code = :county AND c.area_code = :area AND c.cause = :cause AND c.industry = :industry AND c.week = w.week
    LEFT JOIN LATERAL (
        SELECT sum(o.households)::int AS households FROM regional_count o
        WHERE o.county_code = :county AND o.cause = :cause AND o.industry = :industry AND o.week = w.week AND o.area_code <> :area
          AND length(:area) > 6 AND length(o.area_code) = length(:area) AND starts_with(o.area_code, :parent)
    ) n ON true
    ORDER BY w.week
""").bindparams(
    *(bindparam(name, type_=Date()) for name in ("since", "until")),
    *(bindparam(name, type_=CODE) for name in ("area", "cause", "industry", "parent")),
)


async def count_touched(county: str, tx: Transaction, *, at_most: int) -> int:
    """Count the next cells that changed, and every wider one that they are in; say how many."""
    cells = (await tx.execute(_TAKE, {"county": county, "at_most": at_most})).all()
    if not cells:
        return 0
    asked = {"areas": "area_code", "causes": "cause", "industries": "industry", "weeks": "week"}
    values: dict[str, Any] = {name: [getattr(cell, column) for cell in cells] for name, column in asked.items()}
    await tx.execute(_FORGET, values | {"county": county})
    await tx.execute(_COUNT_TOUCHED, values | {"county": county})
    return len(cells)


async def count_all(county: str, tx: Transaction) -> int:
    """Count a county anew from its occurrences; say how many cells there are."""
    for question in (_FORGET_CELLS, _FORGET_ALL):
        await tx.execute(question, {"county": county})
    return (await tx.execute(_COUNT_ALL, {"county": county})).rowcount


async def counted_since(county: str, tx: Transaction) -> date | None:
    """Say on which day a county began to be counted: that of its first lead or event, whatever day those tell of."""
    first = (await tx.execute(_SINCE, {"county": county, "uncounted": [str(each) for each in UNCOUNTED]})).scalar()
    return local_day(first) if first else None


async def series(area: str, cause: str, industry: str, since: date, until: date, tx: Transaction, *, parent: str) -> Sequence[Row[Any]]:
    """Read an area's weeks, and what the areas of its parent came to without it; a county's neighbours are other shards, and not seen."""
    asked = {"county": area[:6], "area": area, "cause": cause, "industry": industry, "since": since, "until": until, "parent": parent}
    return (await tx.execute(_SERIES, asked)).all()

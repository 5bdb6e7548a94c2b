"""Figures of areas: what is folded for village, township and county, and the changes that wait to be folded.

Promises: folded and waiting together are the figures of this moment, for one statement reads both; who reads never counts rows of households.
Only triggers, the fold and the count from scratch write here, as a role of their own: no door and no worker can.
A prefecture's figures are the sum of its eight counties', which its dashboard shows anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Integer, PrimaryKeyConstraint, Row, bindparam, text
from sqlmodel import Field

from services.monitoring.store.base import Base
from shared.database.columns import CODE, code
from shared.database.transaction import Transaction


class AreaFigureRow(Base, table=True):
    """A figure of an area: `value` with all that lies below it, `own` of what lies in it itself. `period` is a month, a day, or empty for what is
    so now."""

    __tablename__ = "area_figure"
    __table_args__ = (PrimaryKeyConstraint("county_code", "area_code", "topic", "period", "key"),)

    county_code: str = code()
    area_code: str = code()
    topic: str = code()
    key: str = code()
    period: str = code()
    value: int = Field(sa_type=BigInteger)
    own: int = Field(sa_type=BigInteger)


class FigureChangeRow(Base, table=True):
    """What one statement changed of a figure of the area in which the changed rows lie."""

    __tablename__ = "figure_change"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"),)

    county_code: str = code()
    id: UUID = Field(sa_column_kwargs={"server_default": text("uuidv7()")})
    area_code: str = code()
    topic: str = code()
    key: str = code()
    period: str = code()
    value: int = Field(sa_type=BigInteger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Figures of one topic that are wanted: those of periods from `first` to `last`; what lies before `since` is added up under no period."""

    topic: str
    first: str = ""
    last: str = ""
    since: str = ""


# Each area and topic is a range of the key; what waits to be folded is as much as a second brings.
READ = text("""
    WITH wanted AS (SELECT * FROM unnest(:topics, :firsts, :lasts, :sinces) AS w (topic, first, last, since))
    SELECT area_code, topic, key, CASE WHEN period < since THEN '' ELSE period END AS period, sum(value)::bigint AS value FROM (
        SELECT f.area_code, f.topic, f.key, f.period, w.since, f.value
        FROM unnest(:areas) AS a (code) CROSS JOIN wanted w
        JOIN area_figure f ON f.county_code = left(a.code, 6) AND f.area_code = a.code AND f.topic = w.topic
                          AND f.period >= w.first AND f.period <= w.last
        WHERE f.county_code = ANY(:counties)
        UNION ALL
        SELECT a.code, c.topic, c.key, c.period, w.since, c.value
        FROM figure_change c JOIN wanted w ON c.topic = w.topic AND c.period >= w.first AND c.period <= w.last
        JOIN unnest(:areas) AS a (code) ON starts_with(c.area_code, a.code)
        WHERE c.county_code = ANY(:counties)
    ) AS figure GROUP BY 1, 2, 3, 4 HAVING sum(value) <> 0
    ORDER BY 1, 2, 3, 4
""").bindparams(*(bindparam(name, type_=ARRAY(CODE)) for name in ("topics", "firsts", "lasts", "sinces", "areas", "counties")))
FOLD = text("SELECT fold_figures(:county, :at_most)").bindparams(bindparam("at_most", type_=Integer()))
RECOUNT = text("SELECT recount_figures(:county)")


async def read(areas: Sequence[str], wanted: Sequence[Wanted], tx: Transaction) -> Sequence[Row[Any]]:
    """Read figures of some areas, none wider than a county: one question, whatever lies in them."""
    values = {
        "areas": list(areas),
        "counties": sorted({area[:6] for area in areas}),
        "topics": [each.topic for each in wanted],
        "firsts": [each.first for each in wanted],
        "lasts": [each.last for each in wanted],
        "sinces": [each.since for each in wanted],
    }
    return (await tx.execute(READ, values)).all()


async def fold(county: str, tx: Transaction, *, at_most: int) -> int:
    """Add changes that wait to the figures of village, township and county; say how many. Fewer than at most are the last."""
    return (await tx.execute(FOLD, {"county": county, "at_most": at_most})).scalar_one()


async def recount(county: str, tx: Transaction) -> int:
    """Count a county's figures from scratch, and note as changes by how much they were wrong; say of how many. None is as it should be."""
    return (await tx.execute(RECOUNT, {"county": county})).scalar_one()

"""Opening, keeping and clearing alarms, set by set: one statement for the areas of a level, whatever their number.

Households are counted from their occurrences, once in each window: those of its weeks added up would count one household in every week.
`domain/regional/detection.py` is the oracle: a property test feeds both the same counts.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Row, bindparam, text

from services.monitoring.domain.regional.detection import Window
from services.monitoring.domain.regional.rules import LENGTH, PARENT, RegionalRule
from shared.database.columns import CODE, DOCUMENT, INSTANT
from shared.database.transaction import Transaction

_JUDGED = """
    WITH areas AS (
        SELECT left(h.area_code, :length) AS area, count(*)::int AS households FROM household h
        WHERE h.county_code = :county AND h.status <> 'gone' GROUP BY 1
    ), seen AS MATERIALIZED (
        SELECT DISTINCT left(o.area_code, :length) AS area, CASE WHEN :by_industry THEN coalesce(o.industry, '') ELSE '' END AS industry,
               (o.week - :since) / (:until - :begins + 7) AS number, coalesce(o.household_id, o.source_id) AS who
        FROM occurrence o
        WHERE o.county_code = :county AND o.week BETWEEN :since AND :until AND :cause IN ('any', o.cause)
    ), industries AS (
        SELECT DISTINCT s.industry FROM seen s WHERE s.number = :windows AND (s.industry <> '') = :by_industry
    ), counts AS (
        SELECT a.area, a.households, i.industry,
               count(s.who) FILTER (WHERE s.number = :windows) AS observed, count(s.who) FILTER (WHERE s.number < :windows) AS past
        FROM areas a CROSS JOIN industries i LEFT JOIN seen s ON s.area = a.area AND s.industry = i.industry
        GROUP BY 1, 2, 3
    ), figures AS (
        SELECT *, CASE WHEN :windows > 0 THEN CAST(past AS float8) / :windows END AS expected,
               CAST((sum(observed) OVER around - observed) * households AS float8)
                   / nullif(CAST(sum(households) OVER around - households AS float8), 0) AS neighbours
        FROM counts WINDOW around AS (PARTITION BY industry, left(area, :parent))
    ), judged AS (
        SELECT f.*, CASE WHEN expected IS NULL THEN CAST(:minimum_count AS float8)
                         ELSE greatest(CAST(:minimum_count AS float8), r.root * r.root - 0.375) END AS threshold
        FROM figures f
        CROSS JOIN LATERAL (SELECT sqrt(expected + 0.375) + :deviations * sqrt(1 + 1 / CAST(greatest(:windows, 1) AS float8)) / 2 AS root) r
    ), said AS (
        SELECT j.*, observed >= threshold AND observed >= :minimum_share * households
                    AND (neighbours IS NULL OR observed >= :neighbour_ratio * neighbours) AS opens
        FROM judged j WHERE CAST(:places AS text[]) IS NULL OR area = ANY(:places)
    )
"""
_TYPES: dict[str, Any] = {
    **{name: Integer() for name in ("length", "parent", "windows", "minimum_count")},
    **{name: Float() for name in ("deviations", "minimum_share", "neighbour_ratio")},
    **{name: Date() for name in ("since", "begins", "until")},
    **{"by_industry": Boolean(), "cause": CODE, "places": ARRAY(CODE), "county": CODE},
}
_BOUND = [bindparam(name, type_=type_) for name, type_ in _TYPES.items()]
JUDGE = text(f"{_JUDGED} SELECT * FROM said ORDER BY area, industry").bindparams(*_BOUND)  # noqa: S608  (our own words)
_OPEN = """
    INSERT INTO regional_alarm (county_code, id, area_code, township_code, level, cause, industry, rule, window_begins, households, observed,
                                observed_at_opening, expected, neighbours, threshold, clear_below, due_at, opened_at)
    SELECT :county, uuidv7(), area, left(area, 9), :level, :cause, industry, :rule, :begins, households, observed, observed, expected, neighbours,
           threshold, :clear_ratio * threshold, :due_at, :now
    FROM said WHERE opens ORDER BY area, industry
    ON CONFLICT DO NOTHING
"""
OPEN = text(_JUDGED + _OPEN).bindparams(
    *_BOUND,
    bindparam("level", type_=CODE),
    bindparam("rule", type_=DOCUMENT),
    bindparam("clear_ratio", type_=Float()),
    *(bindparam(name, type_=INSTANT) for name in ("due_at", "now")),
)
# An answer holds whatever the count is by now: only what ends an alarm makes stale what somebody saw of it.
LOOK_AGAIN = text("""
    UPDATE regional_alarm a
    SET observed = s.observed, calm_since = s.calm_since, status = CASE WHEN s.clears THEN 'cleared' ELSE a.status END,
        cleared_at = CASE WHEN s.clears THEN CAST(:now AS timestamptz) END, version = a.version + CAST(s.clears AS int)
    FROM (
        SELECT p.id, o.observed, z.calm_since, coalesce(:today - z.calm_since >= 7 * CAST(p.rule ->> 'clear_weeks' AS int), false) AS clears
        FROM regional_alarm p
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT coalesce(c.household_id, c.source_id))::int AS observed FROM occurrence c
            WHERE c.county_code = :county AND starts_with(c.area_code, p.area_code) AND p.cause IN ('any', c.cause) AND p.industry IN ('', c.industry)
              AND c.week BETWEEN :monday - 7 * (CAST(p.rule ->> 'window_weeks' AS int) - 1) AND :monday
        ) o
        CROSS JOIN LATERAL (SELECT CASE WHEN o.observed < p.clear_below THEN coalesce(p.calm_since, :today) END AS calm_since) z
        WHERE p.county_code = :county AND p.status <> 'cleared'
    ) s
    WHERE a.county_code = :county AND a.id = s.id
      AND (s.clears OR (a.observed, a.calm_since) IS DISTINCT FROM (s.observed, s.calm_since))
""").bindparams(*(bindparam(name, type_=Date()) for name in ("today", "monday")), bindparam("now", type_=INSTANT))
ADD_HOUSEHOLDS = text("""
    INSERT INTO regional_alarm_household (county_code, id, alarm_id, household_id, area_code, added_at)
    SELECT DISTINCT ON (a.id, o.household_id) a.county_code, uuidv7(), a.id, o.household_id, o.area_code, :now
    FROM regional_alarm a
    JOIN occurrence o ON o.county_code = :county AND starts_with(o.area_code, a.area_code) AND o.week >= a.window_begins
         AND o.household_id IS NOT NULL AND (a.cause = 'any' OR o.cause = a.cause) AND (a.industry = '' OR o.industry = a.industry)
    WHERE a.county_code = :county AND a.status <> 'cleared'
      AND NOT EXISTS (SELECT FROM regional_alarm_household k WHERE k.county_code = :county AND k.alarm_id = a.id AND k.household_id = o.household_id)
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("now", type_=INSTANT))
_PLACES = text("""
    SELECT DISTINCT left(area_code, :length) FROM place
    WHERE county_code = :county AND list_code = :list AND valid_from <= :on AND (valid_to IS NULL OR valid_to > :on) AND length(area_code) >= :length
""").bindparams(bindparam("on", type_=Date()), bindparam("length", type_=Integer()))


async def judge_all(rule: RegionalRule, window: Window, county: str, tx: Transaction, *, places: Sequence[str] | None = None) -> Sequence[Row[Any]]:
    """Say of each area of a rule's level what its figures are and whether it calls for an alarm."""
    return (await tx.execute(JUDGE, _asked(rule, window, county, places))).all()


async def open_called(
    rule: RegionalRule, rule_id: UUID, window: Window, county: str, tx: Transaction, *, places: Sequence[str] | None, due_at: datetime
) -> int:
    """Open an alarm for each area that calls for one and has none; say how many."""
    frozen = {**asdict(rule), "id": str(rule_id)}
    more = {"level": rule.level, "rule": frozen, "clear_ratio": rule.clear_ratio, "due_at": due_at, "now": tx.now}
    return (await tx.execute(OPEN, _asked(rule, window, county, places) | more)).rowcount


async def look_again(county: str, today: date, monday: date, tx: Transaction) -> None:
    """Bring every alarm that is not over up to date, and clear those that have stayed low."""
    await tx.execute(LOOK_AGAIN, {"county": county, "today": today, "monday": monday, "now": tx.now})


async def add_households(county: str, tx: Transaction) -> int:
    """Add the households that alarms count and do not list yet."""
    return (await tx.execute(ADD_HOUSEHOLDS, {"county": county, "now": tx.now})).rowcount


async def areas_on_list(rule: RegionalRule, county: str, on: date, tx: Transaction) -> list[str] | None:
    """Name the areas of a rule's level on its list of places; nothing if it is of all areas."""
    if rule.place_list is None:
        return None
    asked = {"county": county, "list": rule.place_list, "on": on, "length": LENGTH[rule.level]}
    return list((await tx.execute(_PLACES, asked)).scalars())


def _asked(rule: RegionalRule, window: Window, county: str, places: Sequence[str] | None) -> dict[str, Any]:
    told = {name: getattr(rule, name) for name in ("cause", "by_industry", "minimum_count", "minimum_share", "deviations", "neighbour_ratio")}
    days = {name: getattr(window, name) for name in ("since", "begins", "until", "windows")}
    return {
        **told,
        **days,
        "county": county,
        "length": LENGTH[rule.level],
        "parent": PARENT[rule.level],
        "places": None if places is None else list(places),
    }

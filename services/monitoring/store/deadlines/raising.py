"""Saying what has to be said of limits, and taking it back when the step is done: a statement for each kind of matter, no row by row.

Promises: each level hears of a step, in one of its rounds, once, whatever the number of sweepers, and the lower level before the higher.
Does not promise a moment: it is said by the first sweep after it is due.
A matter is found by the end of its step in a partial index of what runs; nothing that is decided or stands is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, text

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.limits import (
    ALARM_STEP,
    CASE_STEPS,
    EFFECT_STEP,
    FIRST_MEASURE,
    LEAD_STEP,
    LENGTHS,
    REPAIR,
    TRACKING_STEP,
    Level,
    Subject,
)
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction

LEVELS = tuple(Level)


def _number(level: Level | None) -> int:
    """Number the levels upwards from 1, as they stand in an array of the database."""
    return LEVELS.index(level) + 1 if level else 0


_STEPS: Mapping[CaseStatus, tuple[str, int]] = {status: (str(step.act), _number(step.level)) for status, step in CASE_STEPS.items()}
_ROWS = ", ".join(f"('{status}', '{act}', {level})" for status, (act, level) in _STEPS.items())
_CASE_STEP = f"(VALUES {_ROWS}) AS s (status, step, base)"

_OWNERS = f"array_position(ARRAY[{', '.join(repr(str(level)) for level in LEVELS)}], CAST(owner AS text))"

# What runs, by the end of its step: the conditions are those of the partial indexes.
_RUNS = {
    Subject.LEAD: f"""
        SELECT county_code, id AS subject_id, household_id, area_code, '{LEAD_STEP.act}' AS step, step_round,
               CASE length(area_code) WHEN 12 THEN 1 WHEN 9 THEN 2 ELSE 3 END AS base, coalesce(step_due_at, due_at) AS due_at
        FROM lead
        WHERE county_code = ANY(:counties) AND status = 'registered' AND paused_at IS NULL AND coalesce(step_due_at, due_at) <= :widest
    """,  # noqa: S608  (our own words)
    Subject.CASE: f"""
        SELECT c.county_code, c.id AS subject_id, c.household_id, c.area_code, s.step, c.step_round, s.base,
               coalesce(c.step_due_at, c.due_at) AS due_at
        FROM monitoring_case c JOIN {_CASE_STEP} ON s.status = c.status
        WHERE c.county_code = ANY(:counties) AND c.status NOT IN ('approved', 'refused', 'cancelled') AND c.paused_at IS NULL
          AND coalesce(c.step_due_at, c.due_at) <= :widest
    """,  # noqa: S608
    Subject.MEASURE: f"""
        SELECT o.county_code, o.id AS subject_id, f.household_id, o.area_code, '{FIRST_MEASURE}' AS step, 1 AS step_round, 3 AS base, o.due_at
        FROM owed_measure o CROSS JOIN LATERAL (
            SELECT household_id FROM risk_flag f WHERE f.county_code = o.county_code AND f.id = o.flag_id AND f.status = 'open' LIMIT 1
        ) f
        WHERE o.county_code = ANY(:counties) AND o.service <> 'monitoring' AND (o.status IS NULL OR o.status = 'opened') AND o.due_at <= :widest
    """,  # noqa: S608
    Subject.ALARM: f"""
        SELECT county_code, id AS subject_id, CAST(NULL AS uuid) AS household_id, area_code, '{ALARM_STEP}' AS step, 1 AS step_round, 3 AS base,
               due_at
        FROM regional_alarm WHERE county_code = ANY(:counties) AND status = 'open' AND due_at <= :widest
    """,  # noqa: S608
    Subject.EFFECT: f"""
        SELECT county_code, id AS subject_id, household_id, area_code, '{EFFECT_STEP}' AS step, 1 AS step_round, 1 AS base, due_at
        FROM incident_household WHERE county_code = ANY(:counties) AND status = 'to_check' AND due_at <= :widest
    """,  # noqa: S608
    Subject.TRACKING: f"""
        SELECT county_code, id AS subject_id, household_id, area_code, '{TRACKING_STEP}' AS step, 1 AS step_round, 1 AS base, due_at
        FROM incident_tracking WHERE county_code = ANY(:counties) AND status = 'to_visit' AND due_at <= :widest
    """,  # noqa: S608
    Subject.FINDING: f"""
        SELECT county_code, id AS subject_id, household_id, area_code, '{REPAIR}' AS step, 1 AS step_round, {_OWNERS} AS base, due_at
        FROM quality_finding WHERE county_code = ANY(:counties) AND status = 'open' AND due_at <= :widest
    """,  # noqa: S608
}
# A scalar question, not an anti-join: it is asked of the unique index for each candidate, where a join may read all that was ever said. Likewise
# the flag of a measure is found by its key, one by one in one statement: a join of a plan that has become a habit reads every flag.
_RAISE = """
    INSERT INTO escalation (county_code, id, area_code, township_code, subject_kind, subject_id, subject_area_code, household_id, step, step_round,
                            kind, level, due_at, raised_at)
    WITH runs AS MATERIALIZED ({runs}), said AS (
        SELECT r.*, w.kind, w.n FROM runs r
        CROSS JOIN LATERAL (
            SELECT warn_before, step_days FROM unnest(:areas, :warn_before, :step_days) AS law (area, warn_before, step_days)
            WHERE starts_with(r.area_code, law.area) ORDER BY length(law.area) DESC LIMIT 1
        ) law
        CROSS JOIN LATERAL (
            SELECT 'warning' AS kind, r.base AS n WHERE r.due_at > :now AND r.due_at <= law.warn_before
            UNION ALL
            SELECT 'overdue', n FROM generate_series(r.base, 4) AS n
            WHERE r.due_at + (n - r.base) * law.step_days * interval '1 day' <= :now
        ) w
        WHERE w.n BETWEEN :lowest AND :highest
    )
    SELECT s.county_code, uuidv7(), left(s.area_code, (:lengths)[s.n]), left(s.area_code, least((:lengths)[s.n], 9)), '{kind}', s.subject_id,
           s.area_code, s.household_id, s.step, s.step_round, s.kind, (:levels)[s.n], s.due_at, :now
    FROM said s
    WHERE (SELECT true FROM escalation e WHERE e.county_code = s.county_code AND e.subject_id = s.subject_id AND e.step = s.step
              AND e.step_round = s.step_round AND e.kind = s.kind AND e.level = (:levels)[s.n]) IS NULL
    ORDER BY s.due_at, s.subject_id, s.n
    ON CONFLICT DO NOTHING
"""
_TYPES: Mapping[str, Any] = {
    **{"areas": ARRAY(CODE), "warn_before": ARRAY(INSTANT), "step_days": ARRAY(Integer()), "counties": ARRAY(CODE)},
    **{"lengths": ARRAY(Integer()), "levels": ARRAY(CODE), "widest": INSTANT, "now": INSTANT, "lowest": Integer(), "highest": Integer()},
}
RAISE = {
    kind: text(_RAISE.format(runs=runs, kind=kind)).bindparams(*(bindparam(name, type_=type_) for name, type_ in _TYPES.items()))
    for kind, runs in _RUNS.items()
}
# What still stands as it did when it was said, found by its key; a warning falls away while the clock stands.
_STILL = {
    Subject.LEAD: f"""
        SELECT true FROM lead l WHERE l.county_code = e.county_code AND l.id = e.subject_id AND l.status = 'registered'
           AND e.step = '{LEAD_STEP.act}' AND e.step_round = l.step_round AND (l.paused_at IS NULL OR e.kind <> 'warning')
    """,  # noqa: S608
    Subject.CASE: f"""
        SELECT true FROM monitoring_case c JOIN {_CASE_STEP} ON s.status = c.status WHERE c.county_code = e.county_code AND c.id = e.subject_id
           AND e.step = s.step AND e.step_round = c.step_round AND (c.paused_at IS NULL OR e.kind <> 'warning')
    """,  # noqa: S608
    Subject.MEASURE: """
        SELECT true FROM owed_measure o JOIN risk_flag f ON f.county_code = o.county_code AND f.id = o.flag_id AND f.status = 'open'
        WHERE o.county_code = e.county_code AND o.id = e.subject_id AND (o.status IS NULL OR o.status = 'opened')
    """,
    **{
        kind: f"SELECT true FROM {kind} w WHERE w.county_code = e.county_code AND w.id = e.subject_id AND w.status = '{status}'"  # noqa: S608
        for kind, status in ((Subject.ALARM, "open"), (Subject.EFFECT, "to_check"), (Subject.TRACKING, "to_visit"))
    },
    Subject.FINDING: """
        SELECT true FROM quality_finding q WHERE q.county_code = e.county_code AND q.id = e.subject_id AND q.status = 'open'
    """,
}
_CLOSE = """
    UPDATE escalation e SET status = 'over', version = version + 1
    WHERE e.county_code = ANY(:counties) AND e.status = 'open' AND e.subject_kind = '{kind}' AND e.level = ANY(:levels) AND ({still}) IS NULL
"""
CLOSE = {
    kind: text(_CLOSE.format(kind=kind, still=still)).bindparams(bindparam("counties", type_=ARRAY(CODE)), bindparam("levels", type_=ARRAY(CODE)))
    for kind, still in _STILL.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What is in force in an area: steps that end before a moment are warned of, and so many days later each level hears that they are late."""

    area: str
    warn_before: datetime
    step_days: int


async def say_what_is_due(kind: Subject, law: Sequence[Patience], levels: Sequence[Level], tx: Transaction) -> int:
    """Say to some levels what has to be said of one kind of matter, where it is not said yet; say how much was new."""
    values = {
        "counties": tx.counties,
        "areas": [each.area for each in law],
        "warn_before": [each.warn_before for each in law],
        "step_days": [each.step_days for each in law],
        "widest": max(each.warn_before for each in law),
        "now": tx.now,
        "lowest": _number(levels[0]),
        "highest": _number(levels[-1]),
        "lengths": list(LENGTHS.values()),
        "levels": list(LEVELS),
    }
    return (await tx.execute(RAISE[kind], values)).rowcount


async def take_back_what_is_over(kind: Subject, levels: Sequence[Level], tx: Transaction) -> int:
    """Close what was said to some levels and nobody acknowledged, if its step is done or has its time again."""
    return (await tx.execute(CLOSE[kind], {"counties": tx.counties, "levels": list(levels)})).rowcount

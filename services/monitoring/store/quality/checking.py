"""A check of one rule in an area of one county: what newly fires is opened, what fires no more is closed, in one statement however many there are.

Promises: doing it twice changes nothing more; of two checks at once each finding is opened once; an excuse that holds keeps its finding from coming
again while the facts are as they were; who moved into another household or village takes along what was found of them, by a check of there; one of
where they were leaves it open. A finding at which somebody else is, or that was moved meanwhile, is left to the next check: nobody waits for the
other's rows.
Does not promise one moment for several rules: each is checked as things are then. Nor that a check finds who moved to where its asker does not see:
there they are found anew.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, Integer, Row, TextClause, Uuid, bindparam, text

from services.monitoring.domain.quality.facts import AGING
from services.monitoring.domain.quality.rules import QualityRule
from services.monitoring.domain.quality.withheld import can_be_excused
from services.monitoring.store.quality.compiling import Compiled, compiled
from services.monitoring.store.quality.facts import IN_AREA, IN_COUNTY, VIEWS
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, county_of
from shared.kernel.ids import HouseholdId
from shared.kernel.workdays import local_day

_ONE_MEMBERS = "AND m.household_id = :household"
_ONE = "AND h.id = :household"
_FIRES = """
    fires AS MATERIALIZED (
        SELECT {subject} AS subject_id, h.id AS household_id, {person} AS person_id, {flag} AS flag_id, h.area_code, {seen} AS facts
        FROM {source} {one} AND {fires}
    )
"""
_CHECK = """
    WITH {fires}, here AS (
        SELECT {subject} AS subject_id FROM {bare} {one}
    ), held AS MATERIALIZED (
        SELECT id, subject_id, household_id, area_code FROM quality_finding
        WHERE county_code = :county AND rule_number = :number AND status = 'open' AND area_code >= :lo AND area_code < :hi {of_household}
        UNION
        SELECT q.id, q.subject_id, q.household_id, q.area_code FROM fires JOIN quality_finding q
          ON q.county_code = :county AND q.rule_number = :number AND q.status = 'open' AND q.subject_id = fires.subject_id
    ), became AS (
        SELECT held.id, held.household_id AS of_household, held.area_code AS of_area, fires.facts, fires.household_id, fires.area_code,
               CASE WHEN fires.subject_id IS NOT NULL THEN 'open' WHEN here.subject_id IS NOT NULL THEN 'repaired'
                    WHEN EXISTS (SELECT FROM {anywhere} AND {subject} = held.subject_id) THEN 'open' ELSE 'lapsed' END AS status
        FROM held LEFT JOIN fires ON fires.subject_id = held.subject_id LEFT JOIN here ON here.subject_id = held.subject_id
    ), changed AS MATERIALIZED (
        SELECT q.id FROM became JOIN quality_finding q ON q.county_code = :county AND q.id = became.id
        WHERE q.status = 'open' AND (q.household_id, q.area_code) = (became.of_household, became.of_area)
          AND (became.status <> 'open' OR became.facts - :aging <> q.facts - :aging
               OR (became.household_id, became.area_code) <> (q.household_id, q.area_code))
        ORDER BY q.id FOR UPDATE OF q SKIP LOCKED
    ), told AS (
        UPDATE quality_finding q
        SET status = became.status, facts = coalesce(became.facts, q.facts), version = q.version + 1,
            household_id = coalesce(became.household_id, q.household_id), area_code = coalesce(became.area_code, q.area_code),
            township_code = left(coalesce(became.area_code, q.area_code), 9),
            closed_at = CASE WHEN became.status <> 'open' THEN CAST(:now AS timestamptz) END
        FROM became JOIN changed ON changed.id = became.id
        WHERE q.county_code = :county AND q.id = became.id
        RETURNING q.status
    ), opened AS (
        INSERT INTO quality_finding (county_code, id, area_code, township_code, rule_number, subject_kind, subject_id, household_id, person_id,
                                     flag_id, severity, owner, due_at, found_on, facts)
        SELECT :county, uuidv7(), f.area_code, left(f.area_code, 9), :number, :subject_kind, f.subject_id, f.household_id, f.person_id, f.flag_id,
               :severity, :owner, :due_at, :today, f.facts
        FROM fires f
        WHERE NOT EXISTS (SELECT FROM held WHERE held.subject_id = f.subject_id)
          AND NOT EXISTS (
              SELECT FROM quality_finding e WHERE e.county_code = :county AND e.rule_number = :number AND e.subject_id = f.subject_id
                 AND :can_be_excused AND e.status = 'excused' AND e.excused_until >= :today AND e.facts - :aging = f.facts - :aging
          )
        ORDER BY f.subject_id
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM opened)::int AS opened, (SELECT count(*) FROM told WHERE status <> 'open')::int AS closed
"""
CLOSE = text("""
    WITH free AS MATERIALIZED (
        SELECT id FROM quality_finding
        WHERE county_code = :county AND rule_number = :number AND status = 'open' AND area_code >= :lo AND area_code < :hi
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
    UPDATE quality_finding q SET status = 'lapsed', closed_at = :now, version = q.version + 1
    FROM free WHERE q.county_code = :county AND q.id = free.id
""").bindparams(bindparam("now", type_=INSTANT), *(bindparam(name, type_=CODE) for name in ("county", "number", "lo", "hi")))
_COUNT = "WITH {fires} SELECT (SELECT count(*) FROM {bare})::int AS subjects, (SELECT count(*) FROM fires)::int AS found"
_PAGE = """
    WITH {fires} SELECT subject_id, household_id, person_id, flag_id, area_code, facts FROM fires
    WHERE CAST(:after AS uuid) IS NULL OR subject_id > :after ORDER BY subject_id LIMIT :at_most
"""
_PARAMETER = re.compile(r"(?<!:):([a-z_0-9]+)")
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("county", "lo", "hi", "number", "subject_kind", "severity", "owner"), CODE),
    **{
        "today": Date(),
        "now": INSTANT,
        "due_at": INSTANT,
        "household": Uuid(),
        "after": Uuid(),
        "at_most": Integer(),
        "aging": ARRAY(CODE),
        "can_be_excused": Boolean(),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many findings a check opened, and how many it closed."""

    opened: int
    closed: int


async def check(rule: QualityRule, area: str, due_at: datetime, tx: Transaction, *, household_id: HouseholdId | None = None) -> Checked:
    """Check a rule on the subjects of an area of one county, or on one household of it: one statement (R59; plan ch.3 s.3).

    :param due_at: by when the owner repairs what is found now.
    """
    asked = {
        **{"number": rule.number, "subject_kind": rule.subject, "severity": rule.severity, "owner": rule.owner, "due_at": due_at},
        **{"now": tx.now, "aging": list(AGING), "can_be_excused": can_be_excused(rule), **({"household": household_id} if household_id else {})},
    }
    row = (await _asked(_CHECK, rule, area, tx, one=household_id is not None, **asked)).one()
    return Checked(opened=row.opened, closed=row.closed)


async def close(number: str, area: str, tx: Transaction) -> Checked:
    """Close what a rule found in an area that is in force there no more."""
    lo, hi = area_range(area)
    asked = {"county": county_of(area), "number": number, "lo": lo, "hi": hi, "now": tx.now}
    return Checked(opened=0, closed=(await tx.execute(CLOSE, asked)).rowcount)


async def would_find(rule: QualityRule, area: str, tx: Transaction, *, after: UUID | None, size: int) -> tuple[int, int, Sequence[Row[Any]]]:
    """Try a rule in an area of one county: how many subjects there are, on how many it fires, and a page of these by their ids."""
    counted = (await _asked(_COUNT, rule, area, tx)).one()
    rows = (await _asked(_PAGE, rule, area, tx, after=after, at_most=size)).all()
    return counted.subjects, counted.found, rows


async def _asked(question: str, rule: QualityRule, area: str, tx: Transaction, *, one: bool = False, **more: Any) -> Any:
    lo, hi = area_range(area)
    asks = compiled(rule)
    values = {"county": county_of(area), "lo": lo, "hi": hi, "today": local_day(tx.now), **more, **asks.values}
    statement, names = _statement(question, rule, asks, one=one)
    return await tx.execute(statement, {name: value for name, value in values.items() if name in names})


def _statement(question: str, rule: QualityRule, asks: Compiled, *, one: bool) -> tuple[TextClause, set[str]]:
    """Put a question together from the view of its subject and what the rule asks; no value stands in its text. Name its parameters too."""
    view = VIEWS[rule.subject]
    subject, person, flag = view.ids
    joins = " ".join(view.joins[name] for name in asks.joins).format(one=_ONE_MEMBERS if one else "")
    narrowed = {"one": _ONE if one else "", "subject": subject}
    here, bare, anywhere = (view.source.format(joins=joined, place=place) for joined, place in ((joins, IN_AREA), ("", IN_AREA), ("", IN_COUNTY)))
    fires = _FIRES.format(source=here, person=person, flag=flag, seen=asks.seen, fires=asks.fires, **narrowed)
    of_household = "AND household_id = :household" if one else ""
    asked = question.format(fires=fires, bare=bare, anywhere=anywhere, of_household=of_household, **narrowed)
    names = set(_PARAMETER.findall(asked))
    mine = [bindparam(name, type_=type_) for name, type_ in _TYPES.items() if name in names]
    return text(asked).bindparams(*mine, *asks.types), names

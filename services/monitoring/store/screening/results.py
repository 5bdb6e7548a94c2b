"""A slice of a file of results on its way from the stage: what becomes of each row, the visits, and the leads that come of trouble.

A row's id is the id of its visit and of the lead that it opens. A fixed number of statements, in tables that this session alone sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, CursorResult, Date, Row, TextClause, bindparam, text

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.signals import Grade
from shared.database.columns import CODE, INSTANT
from shared.database.jobs.results import tell, telling
from shared.database.jobs.slices import IN_SLICE, all_faults, of_file, repeated
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import local_day

_BEGIN = text("""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS result_slice (
            row int, area_code text COLLATE "C", record_id uuid, secrets bytea, note bytea, cell_faults jsonb, round uuid,
            household_number text COLLATE "C", visited_on date, result text COLLATE "C", hardship text COLLATE "C"
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS result_decided (
            LIKE result_slice, screening_id uuid, household_id uuid, kind text COLLATE "C", outcome text, row_faults jsonb
        ) ON COMMIT DELETE ROWS;
        TRUNCATE result_slice, result_decided;
    END $do$
""")
_FILL = text(f"""
    INSERT INTO result_slice
    SELECT s.row, s.area_code, s.record_id, s.secrets, s.note, s.faults, f.*
    FROM import_row s, LATERAL jsonb_to_record(s.fields) AS f (round uuid, household_number text, visited_on date, result text, hardship text)
    WHERE {IN_SLICE}
""")  # noqa: S608
_TWICE = repeated("household_number", "county_code", "fields ->> 'round'", "fields ->> 'household_number'", code="household_twice")
# As a single visit does: first the household's place in its round, then the household.
_HOLD_PLACES = text("""
    SELECT s.id FROM screening_household s JOIN (
        SELECT CAST(i.fields ->> 'round' AS uuid) AS round, h.id FROM import_row i
        JOIN household h ON h.county_code = :county AND h.number = i.fields ->> 'household_number'
        WHERE i.county_code = :county AND i.job_id = :job AND i.unit > :after AND i.unit <= :upto AND i.faults IS NULL
    ) w ON w.round = s.round_id AND w.id = s.household_id
    WHERE s.county_code = :county ORDER BY s.id FOR UPDATE OF s
""")
_HOLD_HOUSEHOLDS = text("""
    SELECT id FROM household WHERE county_code = :county AND number IN (
        SELECT fields ->> 'household_number' FROM import_row
        WHERE county_code = :county AND job_id = :job AND unit > :after AND unit <= :upto AND faults IS NULL AND fields ->> 'result' = 'trouble'
    ) ORDER BY id FOR UPDATE
""")
# What was sent before, by another file or in another order, is the same visit.
_SAME = """
    coalesce(p.status = 'screened' AND p.visited_at = s.visited_at AND p.result = s.result
             AND p.hardships ->> 0 IS NOT DISTINCT FROM s.hardship, false)
"""
# Code -> field, and when; asked only of rows all of whose cells could be read.
_FAULTS = {
    "no_such_round": ("round", "r.id IS NULL"),
    "round_closed": ("round", f"r.status = 'closed' AND NOT {_SAME}"),
    "not_in_round": ("household_number", "r.id IS NOT NULL AND (p.id IS NULL OR h.area_code <> s.area_code)"),
    "household_gone": ("household_number", "s.result = 'trouble' AND h.status = 'gone'"),
    "screened_already": ("household_number", f"r.status = 'open' AND p.status <> 'to_screen' AND NOT {_SAME}"),
    "visit_before_round": ("visited_on", "s.visited_on < r.opens_on"),
    "visit_ahead": ("visited_on", "s.visited_on > :today"),
    "visit_too_long_ago": ("visited_on", "s.result = 'trouble' AND s.visited_on < CAST(:earliest AS date)"),
    "trouble_unnamed": ("hardship", "(s.result = 'trouble') <> (s.hardship IS NOT NULL)"),
}
_DECIDE = text(f"""
    INSERT INTO result_decided
    WITH {of_file("result_slice")}, judged AS (
        SELECT s.row, p.id AS screening_id, h.id AS household_id, h.kind, p.status = 'screened' AS known,
               {all_faults(_FAULTS, cells="s.cell_faults", file="t.faults")} AS row_faults
        FROM (SELECT *, visited_on::timestamp AT TIME ZONE 'Asia/Shanghai' AS visited_at FROM result_slice) s
        LEFT JOIN screening_round r ON r.county_code = ANY(:homes) AND r.id = s.round
        LEFT JOIN household h ON h.county_code = :county AND h.number = s.household_number
        LEFT JOIN screening_household p ON p.county_code = :county AND p.round_id = s.round AND p.household_id = h.id
        LEFT JOIN of_file t ON t.row = s.row
    )
    SELECT s.*, screening_id, household_id, kind,
           CASE WHEN row_faults <> '[]' THEN 'refused' WHEN known THEN 'unchanged' ELSE 'updated' END,
           CASE WHEN row_faults <> '[]' THEN row_faults END
    FROM judged JOIN result_slice s ON s.row = judged.row
""").bindparams(bindparam("homes", type_=ARRAY(CODE)), bindparam("today", type_=Date()), bindparam("earliest", type_=Date()))  # noqa: S608
_TELL = telling("SELECT row, area_code, outcome, row_faults, CASE WHEN outcome <> 'refused' THEN screening_id END FROM result_decided")
_CALLED = text("SELECT DISTINCT area_code, visited_on, hardship FROM result_decided WHERE outcome = 'updated' AND result = 'trouble'")
_LEADS = text("""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, grade, hardships, secrets, registered_at, registered_by,
                      heard_at, due_at, step_due_at, step_day_kind)
    SELECT :county, d.record_id, left(d.area_code, 9), d.area_code, d.household_id, 'screening',
           CASE WHEN d.kind = 'lifted_out' THEN c.of_lifted_out ELSE c.of_others END, jsonb_build_array(d.hardship), d.note, :now, :person,
           d.visited_on::timestamp AT TIME ZONE 'Asia/Shanghai', c.due_at, c.step_due_at, c.step_day_kind
    FROM result_decided d JOIN unnest(:villages, :days, :hardships, :due, :step_due, :step_day_kinds, :of_lifted_out, :of_others)
         AS c (village, visited_on, hardship, due_at, step_due_at, step_day_kind, of_lifted_out, of_others)
         ON c.village = d.area_code AND c.visited_on = d.visited_on AND c.hardship = d.hardship
    WHERE d.outcome = 'updated' AND d.result = 'trouble'
    ON CONFLICT DO NOTHING
""").bindparams(
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "hardships", "step_day_kinds", "of_lifted_out", "of_others")),
    bindparam("days", type_=ARRAY(Date())),
    *(bindparam(name, type_=ARRAY(INSTANT)) for name in ("due", "step_due")),
)
_VISITS = text("""
    UPDATE screening_household p
    SET status = 'screened', visit_id = d.record_id, visited_at = d.visited_on::timestamp AT TIME ZONE 'Asia/Shanghai', result = d.result,
        hardships = CASE WHEN d.hardship IS NOT NULL THEN jsonb_build_array(d.hardship) END, secrets = d.secrets, decided_at = :now,
        decided_by = :person, lead_id = CASE WHEN d.result = 'trouble' THEN d.record_id END, version = p.version + 1
    FROM result_decided d
    WHERE p.county_code = :county AND p.id = d.screening_id AND p.status = 'to_screen' AND d.outcome = 'updated'
""")
_NEW = text("SELECT count(*) FROM result_decided WHERE outcome = 'updated'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Leads that a slice opens alike: in one village, found on one day, of one hardship."""

    village: str
    visited_on: date
    hardship: str
    limits: LeadLimits
    of_lifted_out: Grade
    of_others: Grade


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find households that stand in a file more than once for one round."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})


async def hold(part: Part, tx: Transaction) -> None:
    """Keep others from visiting the households of a slice, and from deciding about those in trouble, until this act ends."""
    await _asked(_HOLD_PLACES, part, tx)
    await _asked(_HOLD_HOUSEHOLDS, part, tx)


async def decide(part: Part, tx: Transaction, *, earliest: date) -> Mapping[Outcome, int]:
    """Say what becomes of each row of a slice, and what is wrong with it; count what became of them.

    :param earliest: the day since which trouble may have been found.
    """
    await tx.execute(_BEGIN)
    await _asked(_FILL, part, tx)
    homes = [tx.actor.scope.county, tx.actor.scope.county[:4]]
    await _asked(_DECIDE, part, tx, homes=homes, today=local_day(tx.now), earliest=earliest)
    return await tell(_TELL, part.job.id, tx)


async def called(tx: Transaction) -> Sequence[Row[Any]]:
    """List where, when and what trouble was found in the slice that was decided."""
    return (await tx.execute(_CALLED)).all()


async def keep(part: Part, leads: Sequence[Called], tx: Transaction) -> bool:
    """Keep the visits of a slice and open the leads of their trouble; false if somebody was quicker."""
    expected = (await tx.execute(_NEW)).scalar_one()
    columns = {
        "villages": [each.village for each in leads],
        "days": [each.visited_on for each in leads],
        "hardships": [each.hardship for each in leads],
        "due": [each.limits.due_at for each in leads],
        "step_due": [each.limits.step_due_at for each in leads],
        "step_day_kinds": [each.limits.step_day_kind for each in leads],
        "of_lifted_out": [each.of_lifted_out for each in leads],
        "of_others": [each.of_others for each in leads],
    }
    await _asked(_LEADS, part, tx, **columns)
    return (await _asked(_VISITS, part, tx)).rowcount == expected


async def _asked(question: TextClause, part: Part, tx: Transaction, **more: Any) -> CursorResult[Any]:
    about = {"county": tx.actor.scope.county, "job": part.job.id, "after": part.after, "upto": part.upto, "now": tx.now, "person": tx.actor.id}
    return await tx.execute(question, about | more)

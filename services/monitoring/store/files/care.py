"""A slice of the list of who looks after whom, on its way from the stage.

Promises: in one role there is one cadre at a time; the same list again changes nothing.
Does not promise that a household outside the sender's area is told from one that there is not.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from shared.database.jobs.results import tell, telling
from shared.database.jobs.slices import IN_SLICE, all_faults, of_file, repeated
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part
from shared.kernel.sheets import Outcome

# A slice is read and decided once, in tables that this session alone sees and that each commit empties.
_BEGIN = text("""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS care_slice (
            row int, area_code text COLLATE "C", record_id uuid, secrets bytea, content_index bytea, cell_faults jsonb,
            household_number text COLLATE "C", cadre text COLLATE "C", unit text, role text COLLATE "C", valid_from date
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS care_decided (
            LIKE care_slice, household_id uuid, household_area text COLLATE "C", held_id uuid, outcome text, row_faults jsonb
        ) ON COMMIT DELETE ROWS;
        TRUNCATE care_slice, care_decided;
    END $do$
""")
_FILL = text(f"""
    INSERT INTO care_slice
    SELECT s.row, s.area_code, s.record_id, s.secrets, s.content_index, s.faults, f.household_number, f.cadre, f.unit,
           coalesce(f.role, 'help_cadre'), f.valid_from
    FROM import_row s, LATERAL jsonb_to_record(s.fields) AS f (household_number text, cadre text, unit text, role text, valid_from date)
    WHERE {IN_SLICE}
""")
_TWICE = repeated("household_number", "fields ->> 'household_number'", "coalesce(fields ->> 'role', 'help_cadre')")
_HOLD = text("""
    SELECT h.id FROM household h
    WHERE h.county_code = :county AND h.number = ANY(ARRAY(
        SELECT fields ->> 'household_number' FROM import_row WHERE county_code = :county AND job_id = :job AND unit > :after AND unit <= :upto))
    ORDER BY h.id FOR UPDATE
""")
# Code -> field, and when; asked only of rows all of whose cells could be read.
_FAULTS = {
    "cadre_id": ("cadre", "l.cadre !~ '^[!-~]{1,100}$'"),
    "no_such_household": ("household_number", "l.household_id IS NULL"),
    "household_gone": ("household_number", "l.status = 'gone'"),
    "assigned_already": ("household_number", "l.held_id IS NOT NULL AND NOT l.same AND :strategy = 'create'"),
    "not_assigned": ("household_number", "l.household_id IS NOT NULL AND l.held_id IS NULL AND :strategy = 'update'"),
    "period_overlaps": ("valid_from", "NOT l.same AND (l.valid_from <= l.held_from OR l.overlaps)"),
}
_DECIDE = text(f"""
    INSERT INTO care_decided
    WITH {of_file("care_slice")}, looked_at AS (
        SELECT s.*, h.id AS household_id, h.area_code AS household_area, h.status, a.id AS held_id, a.valid_from AS held_from,
               coalesce(a.cadre_id = s.cadre AND a.content_index = s.content_index, false) AS same,
               EXISTS (SELECT FROM care_assignment o
                       WHERE o.county_code = :county AND o.household_id = h.id AND o.role = s.role
                         AND o.valid_to > s.valid_from AND o.valid_to > o.valid_from) AS overlaps,
               t.faults AS file_faults
        FROM care_slice s
        LEFT JOIN household h ON h.county_code = :county AND h.number = s.household_number
        LEFT JOIN care_assignment a ON a.county_code = :county AND a.household_id = h.id AND a.role = s.role AND a.valid_to IS NULL
        LEFT JOIN of_file t ON t.row = s.row
    ), judged AS (
        SELECT l.*, {all_faults(_FAULTS)} AS row_faults
        FROM looked_at l
    )
    SELECT row, area_code, record_id, secrets, content_index, cell_faults, household_number, cadre, unit, role, valid_from,
           household_id, household_area, held_id,
           CASE WHEN row_faults <> '[]' THEN 'refused' WHEN same THEN 'unchanged' WHEN held_id IS NOT NULL THEN 'updated' ELSE 'created' END,
           CASE WHEN row_faults <> '[]' THEN row_faults END
    FROM judged
""")
_TELL = telling("""SELECT row, area_code, outcome, row_faults,
           CASE outcome WHEN 'refused' THEN NULL WHEN 'unchanged' THEN held_id ELSE record_id END
    FROM care_decided""")
_END = text("""
    UPDATE care_assignment a SET valid_to = d.valid_from, version = a.version + 1 FROM care_decided d
    WHERE d.outcome = 'updated' AND a.county_code = :county AND a.id = d.held_id AND a.valid_to IS NULL
""")
_ADD = text("""
    INSERT INTO care_assignment (county_code, id, household_id, area_code, role, cadre_id, unit, secrets, content_index, valid_from,
                                 assigned_by, assigned_at)
    SELECT :county, record_id, household_id, household_area, role, cadre, unit, secrets, content_index, valid_from, :person, :now
    FROM care_decided WHERE outcome IN ('created', 'updated') ORDER BY record_id
    ON CONFLICT DO NOTHING
""")
_EXPECTED = text("SELECT count(*) FROM care_decided WHERE outcome IN ('created', 'updated')")


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find households and roles that stand in a file more than once."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})


async def hold(part: Part, tx: Transaction) -> None:
    """Keep others from deciding about the households of a slice until this act ends."""
    await _ask(_HOLD, part, tx)


async def decide(part: Part, tx: Transaction) -> Mapping[Outcome, int]:
    """Say what becomes of each row of a slice, and what is wrong with it; count what became of them."""
    await tx.execute(_BEGIN)
    for question in (_FILL, _DECIDE):
        await _ask(question, part, tx)
    return await tell(_TELL, part.job.id, tx)


async def keep(part: Part, tx: Transaction) -> bool:
    """Keep what is new in a slice, and end whom it replaces; false if somebody assigned one of these meanwhile."""
    expected = (await tx.execute(_EXPECTED)).scalar_one()
    await _ask(_END, part, tx)
    return (await _ask(_ADD, part, tx)).rowcount == expected


async def _ask(question: TextClause, part: Part, tx: Transaction) -> CursorResult[Any]:
    about = {"county": tx.actor.scope.county, "job": part.job.id, "after": part.after, "upto": part.upto, "strategy": part.strategy}
    return await tx.execute(question, about | {"now": tx.now, "person": tx.actor.id})

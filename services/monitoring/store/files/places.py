"""A slice of a list of places, on its way from the stage.

Promises: a place is on a list once; the same file again changes nothing.
Not for taking places off a list.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from shared.database.jobs.results import tell, telling
from shared.database.jobs.slices import IN_SLICE, all_faults, of_file, repeated
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import local_day

# A slice is read and decided once, in tables that this session alone sees and that each commit empties.
_BEGIN = text("""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS place_slice (
            row int, area_code text COLLATE "C", record_id uuid, cell_faults jsonb, list text COLLATE "C", named_area text COLLATE "C", title text,
            site_code text COLLATE "C", document_number text, valid_from date
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS place_decided (
            LIKE place_slice, list_code text COLLATE "C", place_code text COLLATE "C", place_title text, held_id uuid, outcome text, row_faults jsonb
        ) ON COMMIT DELETE ROWS;
        TRUNCATE place_slice, place_decided;
    END $do$
""")
_FILL = text(f"""
    INSERT INTO place_slice
    SELECT s.row, s.area_code, s.record_id, s.faults, f.list, f.area_code, f.title, f.site_code, f.document_number, coalesce(f.valid_from, :today)
    FROM import_row s, LATERAL jsonb_to_record(s.fields)
         AS f (list text, area_code text, title text, site_code text, document_number text, valid_from date)
    WHERE {IN_SLICE}
""")
_TWICE = repeated("area_code", "county_code", "fields ->> 'list'", "coalesce(fields ->> 'site_code', fields ->> 'area_code')")
# Code -> field, and when; asked only of rows all of whose cells could be read.
_FAULTS = {
    "no_such_list": ("list", "l.list_code IS NULL"),
    "no_such_place": (
        "area_code",
        "l.list_code IS NOT NULL AND l.found_level IS DISTINCT FROM CASE l.level WHEN 'site' THEN 'village' ELSE l.level END",
    ),
    "site_code": ("site_code", "l.level = 'site' AND coalesce(l.site_code, '') !~ '^[0-9A-Za-z-]{1,40}$'"),
    "site_unnamed": ("title", "l.level = 'site' AND l.title IS NULL"),
    "named_by_the_tree": ("title", "l.level <> 'site' AND (l.title IS NOT NULL OR l.site_code IS NOT NULL)"),
    "listed_already": ("area_code", "l.held_id IS NOT NULL AND NOT l.same"),
    "period_overlaps": ("valid_from", "l.held_id IS NULL AND l.overlaps"),
}
_DECIDE = text(f"""
    INSERT INTO place_decided
    WITH {of_file("place_slice")}, named AS (
        SELECT s.*, p.code AS list_code, p.level, CASE p.level WHEN 'site' THEN s.site_code ELSE s.named_area END AS place_code,
               a.level AS found_level, CASE p.level WHEN 'site' THEN s.title ELSE a.name END AS place_title
        FROM place_slice s
        LEFT JOIN place_list p ON s.list IN (p.code, p.title)
        LEFT JOIN area a ON a.code = s.named_area AND a.valid_from <= s.valid_from AND (a.valid_to IS NULL OR a.valid_to > s.valid_from)
    ), looked_at AS (
        SELECT n.*, h.id AS held_id, coalesce(h.area_code = n.named_area AND h.title = n.place_title, false) AS same,
               EXISTS (SELECT FROM place o WHERE o.county_code = :county AND o.list_code = n.list_code AND o.place_code = n.place_code
                         AND o.valid_to > n.valid_from) AS overlaps,
               t.faults AS file_faults
        FROM named n
        LEFT JOIN place h ON h.county_code = :county AND h.list_code = n.list_code AND h.place_code = n.place_code AND h.valid_to IS NULL
        LEFT JOIN of_file t ON t.row = n.row
    ), judged AS (
        SELECT l.*, {all_faults(_FAULTS)} AS row_faults
        FROM looked_at l
    )
    SELECT row, area_code, record_id, cell_faults, list, named_area, title, site_code, document_number, valid_from, list_code, place_code,
           place_title, held_id,
           CASE WHEN row_faults <> '[]' THEN 'refused' WHEN held_id IS NOT NULL THEN 'unchanged' ELSE 'created' END,
           CASE WHEN row_faults <> '[]' THEN row_faults END
    FROM judged
""")
_TELL = telling("""SELECT row, area_code, outcome, row_faults, CASE WHEN outcome <> 'refused' THEN coalesce(held_id, record_id) END
    FROM place_decided""")
_ADD = text("""
    INSERT INTO place (county_code, id, area_code, list_code, place_code, title, valid_from, document_number)
    SELECT :county, record_id, named_area, list_code, place_code, place_title, valid_from, document_number
    FROM place_decided WHERE outcome = 'created' ORDER BY record_id
    ON CONFLICT DO NOTHING
""")
_EXPECTED = text("SELECT count(*) FROM place_decided WHERE outcome = 'created'")


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find places that stand in a file more than once."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})


async def decide(part: Part, tx: Transaction) -> Mapping[Outcome, int]:
    """Say what becomes of each row of a slice, and what is wrong with it; count what became of them."""
    await tx.execute(_BEGIN)
    for question in (_FILL, _DECIDE):
        await _ask(question, part, tx)
    return await tell(_TELL, part.job.id, tx)


async def keep(part: Part, tx: Transaction) -> bool:
    """Put what is new in a slice on its list; false if somebody listed one of these meanwhile."""
    expected = (await tx.execute(_EXPECTED)).scalar_one()
    return (await _ask(_ADD, part, tx)).rowcount == expected


async def _ask(question: TextClause, part: Part, tx: Transaction) -> CursorResult[Any]:
    about = {"county": tx.actor.scope.county, "job": part.job.id, "after": part.after, "upto": part.upto, "today": local_day(tx.now)}
    return await tx.execute(question, about)

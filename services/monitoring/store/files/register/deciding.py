from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from services.monitoring.domain.income.figures import AMOUNTS
from services.monitoring.store.files.register import forms_in_files
from services.monitoring.store.files.register.slices import COLUMNS, values_of
from shared.database.jobs.results import tell, telling
from shared.database.jobs.slices import of_file, repeated, wrong
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part
from shared.kernel.sheets import Outcome

_REPEATED = ("area_code", "kind", "people", "net_income", *AMOUNTS)
_DIFFERS = " OR ".join(f"min({each}) IS DISTINCT FROM max({each})" for each in _REPEATED)
_INCOME_CHANGES = " OR ".join(f"s.{each} <> i.{each}" for each in AMOUNTS)
_SOURCES = ("wage_income", "production_income", "property_income", "transfer_income")
_NET = " + ".join(f"coalesce({each}, 0)" for each in _SOURCES) + " - coalesce(production_expense, 0)"

_HOLD = text("""
    SELECT id FROM household WHERE county_code = :county AND number = ANY(ARRAY(SELECT DISTINCT household_number FROM register_slice))
    ORDER BY id FOR UPDATE
""")
_VILLAGES = text("SELECT DISTINCT area_code FROM register_decided WHERE outcome = 'created'")
_TWICE = repeated("id_number", "person_index", among="person_index IS NOT NULL")
# Each row meets its household by number and its person by blind index; the rows of a unit are looked at together. What is kept is looked up row by
# row, for rows that are known (OFFSET 0 keeps it so): a join would read all of a county for every slice of it.
_LOOKED_AT = f"""
    target AS MATERIALIZED (
        SELECT h.* FROM (SELECT array_agg(DISTINCT household_number) AS numbers FROM register_slice) n, households_numbered(:county, n.numbers) h
    ), known AS MATERIALIZED (
        SELECT d.* FROM (SELECT array_agg(person_index) AS indexes FROM register_slice WHERE person_index IS NOT NULL) i, directory_of(i.indexes) d
    ), placed AS MATERIALIZED (
        SELECT s.row, h.id AS household_id, h.area_code AS household_area, h.status AS household_status, h.kind AS household_kind,
               coalesce(k.person_id, CASE WHEN s.person_index IS NULL THEN s.person END) AS person_id
        FROM register_slice s
        LEFT JOIN target h ON h.number = s.household_number
        LEFT JOIN known k ON k.id_number_index = s.person_index
    ), living AS MATERIALIZED (
        SELECT m.* FROM (SELECT DISTINCT household_id FROM placed WHERE household_id IS NOT NULL) h, LATERAL (
            SELECT household_id, person_id, relation FROM membership
            WHERE county_code = :county AND household_id = h.household_id AND valid_to IS NULL OFFSET 0
        ) m
    ), others AS MATERIALIZED (
        SELECT m.household_id, count(*) AS members, count(*) FILTER (WHERE m.relation = 'head') AS heads,
               count(*) FILTER (WHERE m.relation = 'spouse') AS spouses
        FROM living m WHERE NOT EXISTS (SELECT FROM placed p WHERE p.person_id = m.person_id)
        GROUP BY m.household_id
    ), units AS MATERIALIZED (
        SELECT unit, count(*) AS members, bool_or(cell_faults IS NOT NULL) AS unread, {_DIFFERS} AS differs,
               count(*) FILTER (WHERE relation = 'head') AS heads, count(*) FILTER (WHERE relation = 'spouse') AS spouses
        FROM register_slice GROUP BY unit
    ), {of_file("register_slice")}, looked_at AS (
        SELECT s.*, h.household_id, h.household_area, h.household_status, h.person_id, m.household_id AS lives_in, a.code IS NULL AS no_village,
               t.faults AS file_faults, u.unread, u.differs,
               u.heads + coalesce(o.heads, 0) AS heads, u.spouses + coalesce(o.spouses, 0) AS spouses, u.members + coalesce(o.members, 0) AS members,
               (m.relation, m.labour) IS DISTINCT FROM (s.relation, s.labour)
               OR coalesce(p.name <> s.name AND s.name NOT LIKE '%*%', false)
               OR (s.phone IS NOT NULL AND s.content_index IS NOT NULL AND s.content_index IS DISTINCT FROM p.content_index) AS person_changes,
               s.relation = 'head' AND (coalesce(s.kind <> h.household_kind, false) OR coalesce({_INCOME_CHANGES}, false)
                                        OR coalesce(i.people <> u.members + coalesce(o.members, 0), false)) AS household_changes
        FROM register_slice s
        JOIN placed h ON h.row = s.row
        JOIN units u ON u.unit = s.unit
        LEFT JOIN LATERAL (
            SELECT * FROM membership
            WHERE h.person_id IS NOT NULL AND county_code = :county AND person_id = h.person_id AND valid_to IS NULL OFFSET 0
        ) m ON true
        LEFT JOIN LATERAL (SELECT * FROM person WHERE h.person_id IS NOT NULL AND county_code = :county AND id = h.person_id OFFSET 0) p ON true
        LEFT JOIN LATERAL (
            SELECT * FROM household_income
            WHERE h.household_id IS NOT NULL AND county_code = :county AND household_id = h.household_id AND valid_to IS NULL OFFSET 0
        ) i ON true
        LEFT JOIN others o ON o.household_id = h.household_id
        LEFT JOIN area a ON a.code = s.area_code AND a.level = 'village' AND a.valid_from <= :today AND (a.valid_to IS NULL OR a.valid_to > :today)
        LEFT JOIN of_file t ON t.row = s.row
    )
"""
# Code -> field, and when; asked only of units all of whose cells could be read.
_FAULTS = {
    "household_number": ("household_number", "household_number !~ '^[0-9A-Za-z-]{1,40}$'"),
    "no_such_village": ("village", "no_village"),
    "number_elsewhere": ("household_number", "household_area <> area_code"),
    "household_gone": ("household_number", "household_status = 'gone'"),
    "not_registered": ("household_number", "household_id IS NULL AND :strategy = 'update'"),
    "one_head": ("relation", "heads <> 1"),
    "one_spouse": ("relation", "spouses > 1"),
    "people_count": ("people", "people <> members"),
    "missing": ("kind", "kind IS NULL AND relation = 'head' AND heads = 1 AND household_id IS NULL"),
    "household_differs": (None, "differs"),
    "income_sum": ("net_income", f"num_nonnulls({', '.join(_SOURCES)}, production_expense) > 0 AND net_income <> {_NET}"),
    "registered_elsewhere": (
        "id_number",
        "person_index IS NOT NULL AND person_id IS NOT NULL AND (household_id IS NULL OR lives_in IS DISTINCT FROM household_id)",
    ),
    "masked": (
        "id_number",
        "(person_index IS NULL AND (person_id IS NULL OR household_id IS NULL)) OR (person_id IS NULL AND (name LIKE '%*%' OR phone LIKE '%*%'))",
    ),
    "person_unknown": (
        "person",
        "person_index IS NULL AND person_id IS NOT NULL AND household_id IS NOT NULL AND lives_in IS DISTINCT FROM household_id",
    ),
}
# `person` of what was decided is whom the row means, by number or by id; nobody where somebody is new. Those who keep it ask no more who it is.
# Faults are put together as text, and become JSON where there are any: for most rows that is never. Wide rows pass through (OFFSET 0 keeps what is
# computed of them from being computed again), and only narrow ones are gathered.
_DECIDE = text(f"""
    INSERT INTO register_decided ({", ".join(COLUMNS)}, outcome, row_faults, subject_id)
    WITH {_LOOKED_AT}, judged AS (
        SELECT l.*, CASE WHEN NOT l.unread THEN {wrong(_FAULTS)} END AS found
        FROM looked_at l
        OFFSET 0
    ), told AS (
        SELECT j.row, j.unit, j.household_id, j.person_id, j.person_changes OR j.household_changes AS changes,
               CASE WHEN j.found <> '' OR j.cell_faults IS NOT NULL OR j.file_faults IS NOT NULL
                    THEN coalesce(j.cell_faults, '[]') || coalesce(j.file_faults, '[]') || CAST('[' || coalesce(j.found, '') || ']' AS jsonb)
               END AS row_faults
        FROM judged j
    ), summed AS (
        SELECT t.*, bool_or(t.row_faults IS NOT NULL) OVER (PARTITION BY t.unit) AS refused FROM told t
    )
    SELECT {", ".join("person_id" if each == "person" else f"s.{each}" for each in COLUMNS)},
           CASE WHEN refused THEN 'refused'
                WHEN household_id IS NOT NULL AND :strategy = 'create' THEN 'unchanged'
                WHEN person_id IS NULL THEN 'created'
                WHEN changes THEN 'updated'
                ELSE 'unchanged' END,
           CASE WHEN row_faults IS NOT NULL THEN row_faults WHEN refused THEN '[[null, "household_refused"]]' END,
           CASE WHEN NOT refused THEN coalesce(household_id, unit_id) END
    FROM summed JOIN register_slice s ON s.row = summed.row
""")
_TELL = telling("SELECT row, area_code, outcome, row_faults, subject_id FROM register_decided")


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find who stands in a file more than once, and whose form contradicts itself."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})
    await forms_in_files.note_contradictions(job_id, tx)


async def hold(tx: Transaction) -> None:
    """Keep others from deciding about the households of the slice that was read until this act ends."""
    await tx.execute(_HOLD, {"county": tx.actor.scope.county})


async def villages_with_new(tx: Transaction) -> list[str]:
    """List the villages in which somebody of the slice is new."""
    return list((await tx.execute(_VILLAGES)).scalars())


async def decide(part: Part, tx: Transaction) -> Mapping[Outcome, int]:
    """Say what becomes of each row of a slice that was read, and what is wrong with it; count what became of them."""
    await _ask(_DECIDE, part, tx)
    await forms_in_files.mark(part, tx)
    return await tell(_TELL, part.job.id, tx)


async def _ask(question: TextClause, part: Part, tx: Transaction) -> CursorResult[Any]:
    return await tx.execute(question, values_of(part, tx))

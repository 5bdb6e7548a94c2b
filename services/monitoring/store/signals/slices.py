"""Rows on their way in, in tables that this session alone sees and that each commit empties: whatever the planner knows of the tables that
everybody shares, it sees how large these are. What is kept is looked up row by row, by conditions of one index alone (OFFSET 0 keeps it so)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, CursorResult, Date, Integer, LargeBinary, TextClause, Uuid, bindparam, text

from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.domain.signals import lists_of_group
from shared.database.columns import CODE, DOCUMENT, INSTANT, WORDS
from shared.database.jobs.slices import IN_SLICE
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.jobs import Part
from shared.kernel.workdays import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one kind that come into one county at once, and what the questions about them ask with.

    :param id: of the job, or of the request: what it took itself is nothing that was there before.
    """

    county: str
    kind: DepartmentList
    id: UUID
    job: UUID | None = None

    def values(self, tx: Transaction, **more: Any) -> dict[str, Any]:
        return {**asked_of(self.county, self.kind.group, tx), "kind": self.kind.sheet.kind, "batch": self.id, "job": self.job, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row as it is worked on, its secrets sealed."""

    row: int
    area_code: str
    id: UUID
    revision: int
    source_number: str
    person_index: bytes
    content_index: bytes
    secrets: bytes
    effective_on: date
    reported_at: datetime
    facts: Mapping[str, str | None]
    repeats: bool


_SLICE = """
    row int, area_code text COLLATE "C", id uuid, revision int, source_number text, person_index bytea, content_index bytea, secrets bytea,
    effective_on date, reported_at timestamptz, facts jsonb, repeats boolean, faults jsonb
"""
_BEGIN = text(f"""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS signal_slice ({_SLICE}) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_decided ({_SLICE}, outcome text, is_new boolean, is_latest boolean) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_touched (person_index bytea) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_judged (
            id uuid, is_new boolean, kind text COLLATE "C", source_number text, person_index bytea, effective_on date, household_id uuid,
            area_code text COLLATE "C", elsewhere boolean, judgement text, rule_code text, rule_document text, grade text, hardship text
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_lead (
            id uuid, person_index bytea, status text, decided_on date, household_id uuid, area_code text COLLATE "C", is_sent boolean
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_called (id uuid, lead_id uuid, is_opened boolean) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS signal_spell (
            lead_id uuid, person_index bytea, is_opened boolean, began_on date, hardships jsonb, household_id uuid, area_code text COLLATE "C",
            elsewhere boolean, grade text COLLATE "C"
        ) ON COMMIT DELETE ROWS;
        TRUNCATE signal_slice, signal_decided, signal_touched, signal_judged, signal_lead, signal_called, signal_spell;
    END $do$
""")
# What was found of rows when the whole file was compared: faults, and that a row repeats an earlier one, which is none.
_FROM_STAGE = text(f"""
    INSERT INTO signal_slice
    WITH of_file AS MATERIALIZED (
        SELECT f.row, jsonb_agg(jsonb_build_array(f.field, f.code)) FILTER (WHERE f.code <> 'repeats') AS faults,
               bool_or(f.code = 'repeats') AS repeats
        FROM import_fault f
        WHERE f.county_code = :county AND f.job_id = :job
          AND f.row BETWEEN (SELECT min(row) FROM import_row WHERE county_code = :county AND job_id = :job AND unit > :after AND unit <= :upto)
                        AND (SELECT max(row) FROM import_row WHERE county_code = :county AND job_id = :job AND unit > :after AND unit <= :upto)
        GROUP BY f.row
    )
    SELECT s.row, s.area_code, s.record_id, coalesce(CAST(s.fields ->> 'revision' AS int), 1), s.fields ->> 'source_number', s.person_index,
           s.content_index, s.secrets, CAST(s.fields ->> :day AS date), :now, s.fields - :untold, coalesce(f.repeats, false),
           CASE WHEN s.faults IS NOT NULL OR f.faults IS NOT NULL THEN coalesce(s.faults, '[]') || coalesce(f.faults, '[]') END
    FROM import_row s
    LEFT JOIN of_file f ON f.row = s.row
    WHERE {IN_SLICE}
""").bindparams(bindparam("untold", type_=ARRAY(CODE)), bindparam("day", type_=CODE))
_FROM_REQUEST = text("""
    INSERT INTO signal_slice
    SELECT r.*, NULL FROM unnest(:row, :area_code, :id, :revision, :source_number, :person_index, :content_index, :secrets, :effective_on,
                                 :reported_at, :facts, :repeats) AS r
""").bindparams(
    bindparam("row", type_=ARRAY(Integer)),
    bindparam("area_code", type_=ARRAY(CODE)),
    bindparam("id", type_=ARRAY(Uuid)),
    bindparam("revision", type_=ARRAY(Integer)),
    bindparam("source_number", type_=ARRAY(WORDS)),
    bindparam("person_index", type_=ARRAY(LargeBinary)),
    bindparam("content_index", type_=ARRAY(LargeBinary)),
    bindparam("secrets", type_=ARRAY(LargeBinary)),
    bindparam("effective_on", type_=ARRAY(Date)),
    bindparam("reported_at", type_=ARRAY(INSTANT)),
    bindparam("facts", type_=ARRAY(DOCUMENT, dimensions=1)),
    bindparam("repeats", type_=ARRAY(Boolean)),
)
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")


def asked_of(county: str, group: str, tx: Transaction) -> dict[str, Any]:
    """What questions about a group of indicators in a county ask with."""
    lists = lists_of_group(group)
    return {
        "county": county,
        "law": [LINCANG, county],
        "kinds": [each.sheet.kind for each in lists],
        "calling": [each.sheet.kind for each in lists if each.warning is None],
        "department": lists[0].department,
        "hardship": lists[0].hardship,
        "channel": lists[0].channel,
        "group": group,
        "now": tx.now,
        "today": local_day(tx.now),
        "person": tx.actor.id,
    }


async def hold(county: str, group: str, tx: Transaction) -> None:
    """Keep others from taking rows of a group in a county until this act ends: two rows of one person must not open two leads."""
    await tx.execute(_HOLD, {"lock": f"{county}/{group}"})


async def begin(tx: Transaction) -> None:
    """Make the session's own tables, and empty them."""
    await tx.execute(_BEGIN)


async def fill_from_stage(part: Part, batch: Batch, tx: Transaction) -> None:
    """Take a slice of a file from the stage."""
    untold = [column.field for column in batch.kind.sheet.columns if column.field not in batch.kind.judged]
    await ask(_FROM_STAGE, batch, tx, after=part.after, upto=part.upto, day=batch.kind.day, untold=untold)


async def fill_from_request(rows: Sequence[NewRow], tx: Transaction) -> None:
    """Take rows that came in a request."""
    await tx.execute(_FROM_REQUEST, {name: [getattr(each, name) for each in rows] for name in NewRow.__dataclass_fields__})


async def ask(question: TextClause, batch: Batch, tx: Transaction, **more: Any) -> CursorResult[Any]:
    return await tx.execute(question, batch.values(tx, **more))

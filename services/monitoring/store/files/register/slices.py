"""A slice as it is worked on: read from the stage once, decided once, in two tables that this session alone sees and that each commit empties.

A session's own table has a size that the planner can see, whatever it knows, or does not know yet, of the tables that everybody shares; and
TRUNCATE has it plan the questions about these two, and no others, anew for each slice.
"""

from typing import Any

from sqlalchemy import text

from services.monitoring.domain.income.figures import AMOUNTS
from shared.database.jobs.slices import IN_SLICE
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part
from shared.kernel.workdays import local_day

_READ = {
    "household_number": "text",
    "relation": "text",
    "labour": "text",
    "kind": "text",
    "people": "int",
    "phone": "text",
    "person": "uuid",
    "net_income": "numeric",
    **dict.fromkeys(AMOUNTS, "numeric"),
}
_STAGED = {
    "unit": "int",
    "row": "int",
    "area_code": "text",
    "unit_id": "uuid",
    "record_id": "uuid",
    "person_index": "bytea",
    "name": "text",
    "secrets": "bytea",
    "content_index": "bytea",
    "note": "bytea",
    "cell_faults": "jsonb",
}
COLUMNS = (*_STAGED, *_READ)


def _declared(name: str, kind: str) -> str:
    return f"""{name} {kind}{' COLLATE "C"' if kind == "text" else ""}"""


_BEGIN = text(f"""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS register_slice ({", ".join(_declared(*each) for each in (_STAGED | _READ).items())}) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS register_decided (LIKE register_slice, outcome text COLLATE "C", row_faults jsonb, subject_id uuid)
            ON COMMIT DELETE ROWS;
        TRUNCATE register_slice, register_decided;
    END $do$
""")
_FILL = text(f"""
    INSERT INTO register_slice ({", ".join(COLUMNS)})
    SELECT s.unit, s.row, s.area_code, s.unit_id, s.record_id, s.person_index, s.name, s.secrets, s.content_index, s.note, s.faults, f.*
    FROM import_row s, LATERAL jsonb_to_record(s.fields) AS f ({", ".join(f"{name} {kind}" for name, kind in _READ.items())})
    WHERE {IN_SLICE}
""")
# What the ID number of a row says, as `usecases/files/load_register.py` writes it.
BORN_ON, SEX = "to_date(left(convert_from(note, 'UTF8'), 10), 'YYYY-MM-DD')", "substr(convert_from(note, 'UTF8'), 11)"
# The rows that something comes of, each with its household.
TAKEN = "(SELECT * FROM register_decided WHERE outcome IN ('created', 'updated'))"


def _of_the_same_row(id: str, kind: int) -> str:
    """Give the id of another thing that a row makes, as `shared/database/jobs/stage.py` forms them: drawing a new one costs the database far more."""
    return f"CAST(encode(set_byte(uuid_send({id}), 15, get_byte(uuid_send({id}), 15) / 16 * 16 + {kind}), 'hex') AS uuid)"


MEMBERSHIP_ID, INCOME_ID = _of_the_same_row("record_id", 3), _of_the_same_row("subject_id", 4)


async def read(part: Part, tx: Transaction) -> None:
    """Read a slice from the stage, for all that follows; what was read before is forgotten."""
    await tx.execute(_BEGIN)
    await tx.execute(_FILL, values_of(part, tx))


def values_of(part: Part, tx: Transaction) -> dict[str, Any]:
    """Give what the questions about a slice ask by."""
    return {
        "county": tx.actor.scope.county,
        "job": part.job.id,
        "after": part.after,
        "upto": part.upto,
        "strategy": part.strategy,
        "now": tx.now,
        "today": local_day(tx.now),
    }

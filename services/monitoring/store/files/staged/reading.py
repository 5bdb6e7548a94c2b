from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.columns import CODE
from shared.database.jobs.slices import IN_SLICE
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part

_ROWS = text(f"""
    SELECT s.row, s.area_code, s.record_id, s.person_index, s.name, s.secrets, s.fields, s.faults AS cell_faults, t.faults AS file_faults
    FROM import_row s
    LEFT JOIN (
        SELECT row, jsonb_agg(jsonb_build_array(field, code)) AS faults FROM import_fault
        WHERE county_code = :county AND job_id = :job AND row > :after AND row <= :upto GROUP BY row
    ) t ON t.row = s.row
    WHERE {IN_SLICE}
    ORDER BY s.row
""").columns(fields=JSONB, cell_faults=JSONB, file_faults=JSONB)
_HOUSEHOLDS = """
    SELECT h.id, h.number, h.county_code, h.area_code, h.status, h.kind FROM household h
    WHERE h.county_code = :county AND h.number = ANY(:numbers) ORDER BY h.id
"""
_NUMBERS = bindparam("numbers", type_=ARRAY(CODE))
_LOOKED_AT, _HELD = (text(_HOUSEHOLDS + ending).bindparams(_NUMBERS) for ending in ("", "FOR UPDATE"))


async def rows_of(part: Part, tx: Transaction) -> Sequence[Row[Any]]:
    """Read the rows of a slice as they were staged."""
    return (await tx.execute(_ROWS, {"county": tx.actor.scope.county, "job": part.job.id, "after": part.after, "upto": part.upto})).all()


async def registered(rows: Sequence[Row[Any]], tx: Transaction, *, hold: bool) -> Mapping[str, Row[Any]]:
    """Load the households that rows name, by their numbers; those whom the sender may see.

    :param hold: keep others from deciding about them until this act ends.
    """
    numbers = sorted({row.fields["household_number"] for row in rows if row.fields.get("household_number")})
    found = await tx.execute(_HELD if hold else _LOOKED_AT, {"county": tx.actor.scope.county, "numbers": numbers})
    return {row.number: row for row in found}

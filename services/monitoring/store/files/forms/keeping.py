"""How what was decided of a slice is kept: what began on the day is replaced, what held until then ends, what is new is added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from services.monitoring.domain.register.forms import HouseholdForm, PersonForm
from services.monitoring.domain.register.timeline import Place
from services.monitoring.store.register.forms import HouseholdFormRow, PersonFormRow
from shared.database.transaction import Transaction

Table = type[HouseholdFormRow | PersonFormRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form on its way to its place.

    :param content: the columns that say whose it is, where, and what is collected.
    :param first: what was until then and was never written down: it goes before it, as a row of its own.
    :param household: whose version goes up; `kind`: of which kind it is now.
    """

    subject: UUID
    place: Place
    content: Mapping[str, Any]
    household: UUID
    kind: str
    first: Mapping[str, Any] = field(default_factory=dict[str, Any])


_ROWS = bindparam("rows", type_=JSONB)
_VERSIONS = text("""
    UPDATE household h SET kind = t.kind, version = h.version + 1
    FROM (SELECT DISTINCT id, kind FROM jsonb_to_recordset(:rows) AS r (id uuid, kind text)) t
    WHERE h.county_code = :county AND h.id = t.id
""").bindparams(_ROWS)


def _ending(table: str, subject: str) -> TextClause:
    return text(f"""
        UPDATE {table} f SET valid_to = t.until FROM jsonb_to_recordset(:rows) AS t (subject uuid, begun date, until date)
        WHERE f.county_code = :county AND f.{subject} = t.subject AND f.valid_from = t.begun
    """).bindparams(_ROWS)


def _replacing(table: str, subject: str, names: Sequence[str]) -> TextClause:
    """Give rows other contents; they come as the table's own columns, which tells the types."""
    return text(f"""
        UPDATE {table} f SET {", ".join(f"{name} = t.{name}" for name in names)}
        FROM jsonb_populate_recordset(CAST(NULL AS {table}), :rows) t
        WHERE f.county_code = :county AND f.{subject} = t.{subject} AND f.valid_from = t.valid_from
    """).bindparams(_ROWS)


_RECORDED = ("recorded_at", "recorded_by")
_OF_HOUSEHOLD = ("kind", "secrets", *(each.name for each in fields(HouseholdForm)), *_RECORDED)
_OF_PERSON = (*(each.name for each in fields(PersonForm)), *_RECORDED)
_END = {HouseholdFormRow: _ending("household_form", "household_id"), PersonFormRow: _ending("person_form", "person_id")}
_REPLACE = {
    HouseholdFormRow: _replacing("household_form", "household_id", _OF_HOUSEHOLD),
    PersonFormRow: _replacing("person_form", "person_id", _OF_PERSON),
}


async def keep(table: Table, kept: Sequence[Kept], tx: Transaction) -> None:
    """Put forms in their places, and let their households' versions go up."""
    if not kept:
        return
    recorded = {"recorded_at": tx.now, "recorded_by": tx.actor.id}
    rows = [(each, {**each.content, **recorded, "valid_from": each.place.valid_from, "valid_to": each.place.valid_to}) for each in kept]
    ended = [{"subject": each.subject, "begun": each.place.ends, "until": each.place.valid_from} for each in kept if each.place.ends is not None]
    await _ask(_END[table], ended, tx)
    await _ask(_REPLACE[table], [row for each, row in rows if each.place.replaces], tx)
    await tx.insert(table, [{**each.first, **recorded} for each in kept if each.first])
    await tx.insert(table, [row for each, row in rows if not each.place.replaces])
    await _ask(_VERSIONS, [{"id": each.household, "kind": each.kind} for each in kept], tx)


async def _ask(question: TextClause, rows: Sequence[Mapping[str, Any]], tx: Transaction) -> None:
    if rows:
        await tx.execute(question, {"county": tx.actor.scope.county, "rows": list(map(_plain, rows))})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row as JSON holds it."""
    return {name: _written(value) for name, value in row.items()}


def _written(value: object) -> object:
    match value:
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            return value

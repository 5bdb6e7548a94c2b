"""Seal a department's row: the same record is sealed alike, whether a file or a request brings it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from services.monitoring.domain.files.department_lists import DepartmentList
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.kernel.areas import county_of
from shared.kernel.ids import derived_id

_ROWS = UUID("5309b6a0-0000-7000-8000-000000000004")
_FIRST = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSignal:
    """A record as it is kept: by county, number and revision it is known, and what it tells is recognised without the revision."""

    record_id: UUID
    person_index: bytes
    secrets: bytes
    content_index: bytes


def seal_signal(kind: DepartmentList, vault: Vault, row: Mapping[str, str | None], *, id_number: str) -> SealedSignal:
    """Seal the person of a record and all that it tells."""
    # Of a county, for each county's department numbers by itself.
    name, revision = f"{kind.sheet.kind}/{county_of(row['village'] or '')}/{row['source_number']}", row["revision"] or _FIRST
    record_id = derived_id(_ROWS, name if revision == _FIRST else f"{name}\n{revision}")
    told = {name: row[name] for name in sorted(row) if name != "revision"}
    return SealedSignal(
        record_id=record_id,
        person_index=vault.index(id_number),
        secrets=vault.seal(told, table="department_row", row=record_id),
        content_index=vault.index(orjson.dumps(told).decode()),
    )


def seal_row_of(kind: DepartmentList) -> Callable[[Vault, UUID, Mapping[str, str | None]], Sealed]:
    """Make the function that seals a row of a list's file."""

    def seal(vault: Vault, row_id: UUID, row: Mapping[str, str | None]) -> Sealed:
        id_number = row["id_number"]
        if id_number is None or row["source_number"] is None:
            return Sealed(record_id=row_id)
        return Sealed(**asdict(seal_signal(kind, vault, row, id_number=id_number)))

    return seal

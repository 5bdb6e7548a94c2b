"""Records of departments as they come in requests: the same rows as in their lists' files."""

from collections.abc import Mapping
from typing import Any

from services.monitoring.domain.files.department_lists import LISTS
from tests.builders.files import Row, a_list_row


def as_signal(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row of a list as an item of a request; what is empty is left out."""
    matter = [{"column": name, "value": row[name]} for name in LISTS[kind].matter if row.get(name)]
    person = {name: row[name] for name in ("source_number", "name", "id_number", "phone", "village") if row.get(name)}
    return {**person, "revision": int(row.get("revision") or 1), "matter": matter}


def some_signals(kind: str, *rows: Row) -> dict[str, Any]:
    return {"kind": kind, "items": [as_signal(kind, row) for row in rows or [a_list_row(kind)]]}

"""Rows as texts and numbers, and back: what moves between two counties lies sealed in between."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, LargeBinary, Numeric, Uuid

from shared.database.base import Table
from shared.database.rows import table_of

_READ: Sequence[tuple[type[Any], Callable[[Any], Any]]] = (
    (Date, date.fromisoformat),
    (DateTime, datetime.fromisoformat),
    (Numeric, Decimal),
    (LargeBinary, b64decode),
    (Uuid, UUID),
)


def written(names: Sequence[str], row: Any) -> dict[str, Any]:
    """Write columns of a row."""
    return {name: _text(getattr(row, name)) for name in names}


def read(kind: type[Table], names: Sequence[str], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Read what `written` gave; what was not written is unknown."""
    columns = table_of(kind).c
    return {name: _value(columns[name].type, kept.get(name)) for name in names}


def _text(value: Any) -> Any:
    match value:
        case date() | datetime():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return b64encode(value).decode()
        case _:
            return value


def _value(kind: Any, kept: Any) -> Any:
    if kept is None:
        return None
    return next((to_value(kept) for column_type, to_value in _READ if isinstance(kind, column_type)), kept)

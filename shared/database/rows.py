"""Between rows and plain values: a field of a domain value has the name of its column, so nothing is mapped by hand."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Table, TextClause, any_, bindparam, text

from shared.database import base


def table_of(kind: type[base.Table]) -> Table:
    return kind.metadata.tables[kind.__tablename__]


def columns_of(kind: type[base.Table], value: type) -> list[ColumnElement[Any]]:
    """List the columns that a domain value is made of."""
    return [table_of(kind).c[field.name] for field in fields(value)]


def values_of(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Give the rows of one answer as plain values by their names: of a page many are read, and a row finds each name anew."""
    names = rows[0]._fields if rows else ()
    return [dict(zip(names, row, strict=True)) for row in rows]


def among(column: Any, parameter: str) -> ColumnElement[bool]:
    """Ask for any of the values of a parameter, in a text that does not grow with their number."""
    return column == any_(bindparam(parameter, type_=ARRAY(column.type)))


@cache
def insertion(table: Table, columns: tuple[str, ...], *, skip_existing: bool) -> TextClause:
    """Write one INSERT for many rows: one round trip, one firing of the audit trigger, one text that stays prepared."""
    arrays = ", ".join(f":{column}" for column in columns)
    ending = " ON CONFLICT DO NOTHING" if skip_existing else ""
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM unnest({arrays}){ending}"  # noqa: S608  (our own names)
    # dimensions=1: a JSON list is one value, not a row of an array of two dimensions.
    return text(insert).bindparams(*(bindparam(column, type_=ARRAY(table.c[column].type, dimensions=1)) for column in columns))


def as_columns(rows: Sequence[Any], columns: tuple[str, ...]) -> dict[str, list[Any]]:
    return {column: [row[column] for row in rows] for column in columns}

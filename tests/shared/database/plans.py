"""How the database goes about a question, on a connection of the app that has been asked it often."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database.transaction import Transaction

_serial = count(1)


class Watched(Transaction):
    """A transaction that remembers what it was asked."""

    asked: list[tuple[Executable, Mapping[str, Any]]]

    async def execute(self, statement: Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> CursorResult[Any]:
        if isinstance(rows, Mapping):
            self.asked.append((statement, rows))
        return await super().execute(statement, rows)


async def plan_of(connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]) -> list[str]:
    compiled = statement.compile(dialect=PGDialect_asyncpg())  # pyright: ignore[reportAttributeAccessIssue]
    arguments = ", ".join(_literal(values[name]) for name in compiled.positiontup)
    name = f"question_{next(_serial)}"  # the driver remembers what an EXECUTE of a name answers
    await connection.exec_driver_sql(f"PREPARE {name} AS {compiled}")
    for _ in range(6):
        await connection.exec_driver_sql(f"EXECUTE {name} ({arguments})")
    plan = [row[0] for row in await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) EXECUTE {name} ({arguments})")]
    await connection.exec_driver_sql(f"DEALLOCATE {name}")
    return plan


def _literal(value: object) -> str:
    if isinstance(value, list):
        quoted = ",".join(f'"{each}"' for each in value)  # pyright: ignore[reportUnknownVariableType]
        return f"'{{{quoted}}}'"
    return str(value) if isinstance(value, int) else f"'{value}'"

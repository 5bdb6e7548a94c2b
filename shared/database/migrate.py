"""Run a service's migrations over asyncpg: a one-shot job under an advisory lock, never at the start of a service.

Promises: one migration at a time, and no writer waits for a table longer than two seconds.
Does not promise that a downgrade keeps data.
Not for the start of a service.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_LOCK = 5309


def alembic_config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "services" / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config


def head_of(service: str) -> str | None:
    """Name the revision that the code expects."""
    return ScriptDirectory.from_config(alembic_config(service)).get_current_head()


def run_alembic(url: str, service: str, verb: str, *arguments: str, **options: Any) -> None:
    """Run one Alembic verb, such as `upgrade head` or `check`."""
    config = alembic_config(service)

    def work(connection: Connection) -> None:
        config.attributes["connection"] = connection
        getattr(command, verb)(config, *arguments, **options)

    asyncio.run(_locked(url, work))


def run_statements(url: str, statements: Iterable[str]) -> None:
    """Run statements as the owner, one by one in one transaction."""

    def work(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()

    asyncio.run(_locked(url, work))


async def _locked(url: str, work: Callable[[Connection], None]) -> None:
    """Do the work on one connection that holds the lock; wait for a lock on a table for 2 s at most, so that no writer waits longer."""
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(text("SET lock_timeout = '2s'"))
            await connection.commit()
            await connection.run_sync(work)
    finally:
        await engine.dispose()

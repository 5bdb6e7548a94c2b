"""What everything is measured on: an embedded PostgreSQL with the services' databases, and how a process finds them."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from platform import python_version
from typing import Any

import asyncpg
from pydantic import SecretStr

from deploy.embedded.postgres import Postgres
from services.employment.app import SERVICE as EMPLOYMENT
from services.monitoring.app import SERVICE as MONITORING
from services.monitoring.app import load_years
from services.projects.app import SERVICE as PROJECTS
from shared.database.privacy import Vault
from shared.database.transaction import Database
from shared.service.assembly import Service
from shared.service.commands import migrate_service
from shared.service.settings import Profile, ServiceSettings
from tests.bench.harness.processes import ROOT, free_port
from tests.fixtures.clock import START
from tests.fixtures.tokens import ISSUER, public_keys_file

FOLDER = ROOT / "build" / "bench"
SERVICES = {"monitoring": MONITORING, "projects": PROJECTS, "employment": EMPLOYMENT}
TWIN = "bench_effect"
"""A second database with the schema of projects, where an effect is measured without its service."""
FILES = "files"
"""A second database with the schema of monitoring, emptied between imports; asked under this name."""

_KEYS = {"data_key": "11" * 32, "index_key": "22" * 32}
_LIBRARIES = ("fastapi", "uvicorn", "pydantic", "sqlalchemy", "asyncpg", "aiokafka", "orjson", "polars", "python-calamine")
_BLOCK_BYTES = 64
_STOP_SECONDS = 30.0
_SET_CLOCK = "UPDATE deployment SET clock_offset_seconds = extract(epoch FROM $1::timestamptz - now())"
_FILLED = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"


class World:
    """The server, and the settings of whatever uses it."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(FOLDER / "postgres")
        self._note_commit_times()
        for name in (*SERVICES, TWIN):
            self._make(name)
        asyncio.run(self._load_calendar())

    def settings(self, service: str, *, database: str = "", role: str = "") -> ServiceSettings:
        """Settings for this process.

        :param role: act as this role instead of the service's two.
        """
        where = database or database_of(service)
        return SERVICES[service].settings(
            profile=Profile.PRODUCTION,
            database_url=SecretStr(self.postgres.url(where, role or f"{service}_app")),
            worker_database_url=SecretStr(self.postgres.url(where, role or f"{service}_worker")),
            owner_database_url=SecretStr(self.postgres.url(where)),
            kafka_bootstrap="127.0.0.1:1",  # nothing in this process speaks to it
            files_folder=FOLDER / "files",
            issuer=ISSUER,
            public_keys_file=public_keys_file(FOLDER),
            **{name: SecretStr(key) for name, key in _KEYS.items()},
        )

    def environment(self, service: str, *, port: int, kafka: str = "127.0.0.1:1", database: str = "") -> dict[str, str]:
        """The variables for a process of a service; its worker's port is the same, for it is another process."""
        where = database or database_of(service)
        values = {
            "profile": "production",
            "port": str(port),
            "worker_port": str(port),
            "database_url": self.postgres.url(where, f"{service}_app"),
            "worker_database_url": self.postgres.url(where, f"{service}_worker"),
            "kafka_bootstrap": kafka,
            "files_folder": str(FOLDER / "files"),
            **_KEYS,
        }
        return _variables(service, values)

    def gateway_environment(self, *, port: int, monitoring: int) -> dict[str, str]:
        """The variables for a gateway in front of one service; the others' doors stay shut."""
        urls = {"monitoring_url": monitoring, "projects_url": 1, "employment_url": 1}
        values = {"profile": "production", "port": str(port), "metrics_port": str(free_port())}
        return _variables("gateway", values | {name: f"http://127.0.0.1:{at}" for name, at in urls.items()})

    def vault(self) -> Vault:
        return Vault("monitoring", key=bytes.fromhex(_KEYS["data_key"]), index_key=bytes.fromhex(_KEYS["index_key"]))

    def ask(self, service: str, question: str, *values: Any, unaudited: bool = False) -> list[asyncpg.Record]:
        """Ask as the superuser.

        :param unaudited: fire no triggers.
        """
        return asyncio.run(self._ask(service, question, values, {"session_replication_role": "replica"} if unaudited else {}))

    def count(self, service: str, table: str) -> int:
        return self.ask(service, f"SELECT count(*) FROM {table}")[0][0]

    def settle(self) -> None:
        """Bring the statistics up to date and write out what waits, so that no round pays for what came before it.

        An empty table is let be: once it is known to be empty, plans that read it whole are kept while it fills.
        """
        for name in SERVICES:
            tables = ", ".join(row[0] for row in self.ask(name, _FILLED))
            self.ask(name, f"VACUUM ANALYZE {tables}")
        self.ask("monitoring", "CHECKPOINT")

    def versions(self) -> dict[str, str]:
        """Say what was measured, and how durable it was.

        :raises RuntimeError: a commit does not wait for the disk.
        """
        commit = self.ask("monitoring", "SHOW synchronous_commit")[0][0]
        if commit != "on" or self.ask("monitoring", "SHOW fsync")[0][0] != "on":
            raise RuntimeError("a commit that does not wait for the disk is no measure")
        server = self.ask("monitoring", "SHOW server_version")[0][0]
        found = {"python": python_version(), "postgresql": server, "synchronous_commit": commit, "cores": str(os.cpu_count())}
        return found | {name: version(name) for name in _LIBRARIES}

    def make_second(self, where: str) -> None:
        """Make a second database with the schema of monitoring anew, with its working days; it is asked under this name."""
        asyncio.run(self.postgres.make_database(database_of(where), fresh=True))
        migrate_service(MONITORING, self.settings("monitoring", database=database_of(where)))
        self.set_clock(where)
        asyncio.run(self._load_calendar(database_of(where)))

    def set_clock(self, where: str) -> None:
        self.ask(where, _SET_CLOCK, START)

    def pads(self) -> tuple[bytes, bytes]:
        """Give the outer and the inner pad of the key of blind indexes, of which HMAC-SHA-256 is made (RFC 2104), for indexes made in SQL."""
        key = bytes.fromhex(_KEYS["index_key"]).ljust(_BLOCK_BYTES, b"\0")
        return bytes(each ^ 0x5C for each in key), bytes(each ^ 0x36 for each in key)

    def _make(self, name: str) -> None:
        service = "projects" if name == TWIN else name
        asyncio.run(self.postgres.make_database(name if name == TWIN else database_of(name), fresh=True))
        migrate_service(SERVICES[service], self.settings(service, database=TWIN if name == TWIN else ""))
        if name in SERVICES:
            self.ask(name, _SET_CLOCK, START)

    def _note_commit_times(self) -> None:
        """Have the server remember when each transaction committed: the only clock that both ends of a fan-out share."""
        if self.ask("", "SHOW track_commit_timestamp")[0][0] == "on":
            return
        self.ask("", "ALTER SYSTEM SET track_commit_timestamp = on")
        pid = self.postgres.pid
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_SECONDS
        with suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.kill(pid, 0)
                time.sleep(0.05)
        self.postgres.start_again()

    async def _ask(self, service: str, question: str, values: Sequence[Any], settings: dict[str, str]) -> list[asyncpg.Record]:
        database = database_of(service) if service else "postgres"
        connection = await asyncpg.connect(host=self.postgres.socket, user="postgres", database=database, server_settings=settings)
        try:
            return await connection.fetch(question, *values)
        finally:
            await connection.close()

    async def _load_calendar(self, database_name: str = "") -> None:
        database = MONITORING.worker_database(self.settings("monitoring", database=database_name))
        await load_years(range(2020, 2027), database)
        await database.close()


@contextmanager
def world() -> Iterator[World]:
    """Make everything anew, and stop the server in the end."""
    made = World()
    try:
        yield made
    finally:
        made.postgres.stop()


def owner_of(service: Service, made: World) -> Database:
    """Open a service's database as the superuser, whom no limit of time stops."""
    return service.worker_database(made.settings(service.name, role="postgres"))


def database_of(service: str) -> str:
    return f"bench_{service}"


def _variables(service: str, values: dict[str, str]) -> dict[str, str]:
    common = {"issuer": ISSUER, "public_keys_file": str(public_keys_file(FOLDER)), "log_json": "true"}
    return {f"{service}_{name}".upper(): value for name, value in (values | common).items()}

"""How the parts of a service with a database are put together. Its `app.py` names the parts; nothing else is wired anywhere.

Promises: api and worker of a service are made of the same parts, in production, in tests and in the one-process platform.
Not for parts of one service only: those are wired in its own `app.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI

from shared.broker import Broker
from shared.database.privacy import Vault
from shared.database.transaction import Database
from shared.database.wake import WakeUpCaller
from shared.files.store import FileStore
from shared.kernel.actors import Permissions
from shared.service.http.apps import create_service
from shared.service.http.uploads import UploadLimits
from shared.service.identity import Identity
from shared.service.jobs.asking import Desk
from shared.service.jobs.housekeeping import forget_files
from shared.service.jobs.runner import JobRunner
from shared.service.metrics import Metrics
from shared.service.settings import Profile, ServiceSettings
from shared.service.working.announce import Announce
from shared.service.working.subscriptions import Subscriptions
from shared.service.working.worker import Duty, Work, Worker


def no_duties(_: Any) -> Sequence[Duty]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one service is made of."""

    name: str
    title: str
    description: str
    settings: Callable[..., ServiceSettings]
    routers: Sequence[APIRouter]
    permissions: Permissions
    subscriptions: Subscriptions
    announce: Announce
    duties: Callable[[Any], Sequence[Duty]] = no_duties
    watched: Callable[[Metrics], Work] | None = None
    desk: Desk | None = None

    def app_database(self, settings: ServiceSettings) -> Database:
        """The pool of the role that answers requests."""
        return self._database(settings, settings.database_url.get_secret_value())

    def worker_database(self, settings: ServiceSettings) -> Database:
        """The pool of the role that relays and listens."""
        return self._database(settings, settings.worker_database_url.get_secret_value())

    def files(self, settings: ServiceSettings) -> FileStore | None:
        """Where the service's files lie, if it has any: the same place for its api and its workers."""
        return FileStore(settings.folder_of_files(self.name)) if settings.takes_files else None

    def create_api(
        self,
        settings: ServiceSettings,
        *,
        metrics: Metrics | None = None,
        database: Database | None = None,
        broker: Broker | None = None,
        wake_relay: Callable[[], None] | None = None,
    ) -> FastAPI:
        """Make the app.

        :param wake_relay: how to hint to a relay in this process; without it the hint goes through the database.
        """
        metrics = metrics or Metrics(self.name)
        database = database or self.app_database(settings)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with waking(database, wake_relay):
                yield
            await database.close()

        return create_service(
            self.title,
            self.description,
            *self.routers,
            service=self.name,
            database=database,
            identity=Identity(self.name, settings.public_keys(), issuer=settings.issuer),
            permissions=self.permissions,
            metrics=metrics,
            broker=broker,
            files=self.files(settings),
            uploads=UploadLimits(largest=settings.largest_upload, seconds=settings.upload_seconds),
            clock_moves=settings.profile is Profile.DEVELOPMENT,
            lifespan=lifespan,
        )

    def create_worker(self, settings: ServiceSettings, broker: Broker, *, metrics: Metrics | None = None) -> Worker:
        metrics = metrics or Metrics(self.name)
        database = self.worker_database(settings)
        files = self.files(settings)
        return Worker(
            database,
            broker,
            metrics,
            subscriptions=self.subscriptions,
            announce=self.announce,
            duties=[*self.duties(settings), *([forget_files(files)] if files else [])],
            watched=self.watched(metrics) if self.watched else None,
            runner=self.job_runner(settings, database),
        )

    def job_runner(self, settings: ServiceSettings, database: Database) -> JobRunner | None:
        """What does the service's long work, if it has any."""
        files = self.files(settings)
        if self.desk is None or files is None:
            return None
        from shared.service.jobs.works import works  # reads files: an api loads none of that

        return JobRunner(database, self.desk.jobs, files, works(self.desk, settings), at_once=settings.jobs_at_once)

    def _database(self, settings: ServiceSettings, url: str) -> Database:
        vault = Vault(self.name, key=settings.key("data_key"), index_key=settings.key("index_key"))
        return Database(url, service=self.name, vault=vault, pool_size=settings.pool_size)


@asynccontextmanager
async def waking(database: Database, wake_relay: Callable[[], None] | None) -> AsyncIterator[None]:
    """Connect commits with the relay's wake-up."""
    if wake_relay is not None:
        database.wake_relay = wake_relay
        yield
        return
    caller = WakeUpCaller(database.engine)
    database.wake_relay = caller.wake
    calling = asyncio.create_task(caller.run())
    try:
        yield
    finally:
        calling.cancel()
        with suppress(asyncio.CancelledError):
            await calling

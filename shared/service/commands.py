"""The commands of every service with a database: `python -m services.<service> api|worker|migrate|announce|dead-letters|restored`.

Promises: each command says what is missing by the name of its variable, and shows no value.
Does not promise that `announce` changes anything: on a healthy system it does not.
Not for the gateway, which has no database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Row
from sqlalchemy.engine import make_url

from shared.broker.kafka import KafkaBroker
from shared.broker.memory import MemoryBroker
from shared.database.dead_letters import resolve, unresolved
from shared.database.migrate import run_alembic, run_statements
from shared.database.roles import clock_statement, role_statements
from shared.database.transaction import Database
from shared.events import Message
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES, LINCANG
from shared.service.assembly import Service
from shared.service.http.apps import create_app, take_up
from shared.service.http.health import health_router
from shared.service.http.serving import serve, served, stop_signal
from shared.service.logging import configure_logging
from shared.service.metrics import Metrics
from shared.service.settings import Profile, ServiceSettings
from shared.service.start import read_settings
from shared.service.working.announce import AT_ONCE, announce_all
from shared.service.working.subscriptions import Listener

T = TypeVar("T")

# From the clock, not from the restored value alone: the same backup may be restored twice.
_RAISE_EPOCH = "UPDATE deployment SET epoch = greatest(epoch + 1, (extract(epoch FROM clock_timestamp()) / 60)::int)"
_REAL_TIME = "UPDATE deployment SET clock_offset_seconds = 0"

console = Console()


def service_commands(service: Service, *, seed: Callable[[ServiceSettings], None] | None = None) -> typer.Typer:
    """Make the commands.

    :param seed: what `migrate` loads after the last revision.
    """
    commands = typer.Typer(help=f"{service.title}: {service.name}", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @commands.command()
    def api() -> None:
        """Answer requests."""
        settings = read_settings(service.settings)
        configure_logging(json=settings.log_json)
        serve(service.create_api(settings, broker=None), host=settings.host, port=settings.port)

    @commands.command()
    def worker() -> None:
        """Relay, listen, and do what time brings; with /livez, /readyz and /metrics on a port of its own."""
        settings = read_settings(service.settings)
        configure_logging(json=settings.log_json)
        asyncio.run(_work(service, settings))

    @commands.command()
    def migrate(verb: Annotated[str, typer.Argument(help="upgrade, downgrade, check, current, history")] = "upgrade", revision: str = "head") -> None:
        """Make the roles, bring the schema up to date and load what belongs to it. Needs the owner's URL, a superuser's."""
        settings = read_settings(service.settings)
        migrate_service(service, settings, verb, revision)
        if verb == "upgrade" and seed:
            seed(settings)

    @commands.command()
    def announce(county: Annotated[str | None, typer.Option(help="one county; all if absent")] = None) -> None:
        """Announce the present state of everything again, for a new listener or one that lost something."""
        settings = read_settings(service.settings)
        total = asyncio.run(_with_database(service, settings, lambda database: announce_all(service.announce, database, county)))
        console.print(f"{total} transactions of up to {AT_ONCE} states are in the outbox")

    @commands.command()
    def restored() -> None:
        """After a restore: raise the epoch, so that what is announced from now on outranks what is remembered, and announce everything."""
        settings = read_settings(service.settings)
        run_statements(owner_url(settings), [_RAISE_EPOCH])
        announce(None)

    @commands.command("dead-letters")
    def dead_letters(
        replay: Annotated[bool, typer.Option(help="hand them to their consumers again")] = False,
        only: Annotated[UUID | None, typer.Option(help="one letter")] = None,
        dry_run: Annotated[bool, typer.Option(help="say what would be replayed")] = False,
    ) -> None:
        """List what listeners set aside, or replay it."""
        settings = read_settings(service.settings)
        asyncio.run(_with_database(service, settings, lambda database: _dead_letters(service, database, replay=replay, only=only, dry_run=dry_run)))

    return commands


def migrate_service(service: Service, settings: ServiceSettings, verb: str = "upgrade", revision: str = "head") -> None:
    """Make the roles, run an Alembic verb, and say whether the business clock may be moved: in the development profile only."""
    owner = owner_url(settings)
    if verb == "upgrade":
        run_statements(
            owner,
            role_statements(
                service.name, app_password=_password(settings, "database_url"), worker_password=_password(settings, "worker_database_url")
            ),
        )
    run_alembic(owner, service.name, verb, *([revision] if verb in {"upgrade", "downgrade"} else []))
    if verb == "upgrade" and revision == "head":
        development = settings.profile is Profile.DEVELOPMENT
        run_statements(owner, [clock_statement(service.name, moves=development), *([] if development else [_REAL_TIME])])


def owner_url(settings: ServiceSettings) -> str:
    if settings.owner_database_url is None:
        raise typer.BadParameter("owner_database_url is needed for this: the URL of a superuser")
    return settings.owner_database_url.get_secret_value()


def _password(settings: ServiceSettings, name: str) -> str | None:
    """The password in a role's own URL; where the server knows its callers by socket or certificate there is none, and none opens the role."""
    return make_url(getattr(settings, name).get_secret_value()).password


async def _work(service: Service, settings: ServiceSettings) -> None:
    metrics = Metrics(service.name)
    broker = KafkaBroker(settings.kafka_bootstrap or "127.0.0.1:9092", replication=settings.topic_replication)
    worker = service.create_worker(settings, broker, metrics=metrics)
    broker.on_amnesia = worker.broker_forgot
    app = create_app(f"{service.title} worker", "", metrics=metrics)
    take_up(app, health_router(service.name, worker.database, metrics, broker))
    stopped = asyncio.create_task(stop_signal().wait())
    working = asyncio.create_task(worker.run())
    try:
        async with served(app, host=settings.worker_host, port=settings.worker_port):
            await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            working.cancel()  # a batch under way rolls back and is delivered again; claimed rows are free again in ten seconds
            with suppress(asyncio.CancelledError):
                await working
    finally:
        await broker.close()
        await worker.database.close()


async def _with_database(service: Service, settings: ServiceSettings, work: Callable[[Database], Awaitable[T]]) -> T:
    database = service.worker_database(settings)
    try:
        return await work(database)
    finally:
        await database.close()


async def _dead_letters(service: Service, database: Database, *, replay: bool, only: UUID | None, dry_run: bool) -> None:
    table = Table("county", "letter", "consumer", "topic", "entity", "reason", "died at")
    for county_code in (*COUNTIES, LINCANG):
        async with database.transaction(service_actor(service.name, county_code)) as tx:
            letters = list(await unresolved(county_code, tx, only=only))
        for row in letters:
            table.add_row(row.county_code, str(row.id), row.consumer, row.topic, str(row.entity_id or ""), row.reason, row.died_at.isoformat())
            if replay and not dry_run:
                await replay_letter(service, database, row)
    console.print(table)


async def replay_letter(service: Service, database: Database, row: Row[Any]) -> None:
    """Hand a dead letter to its consumer again, the way it came the first time.

    It is resolved only afterwards, and only if it did not die again meanwhile: whatever fails in between loses nothing.
    """
    subscription = next(each for each in service.subscriptions.all if each.consumer == row.consumer)
    message = Message(topic=row.topic, key=row.key, headers=row.headers, value=row.payload)
    await Listener(subscription, broker=MemoryBroker(), database=database, metrics=Metrics(service.name)).handle([message])
    async with database.transaction(service_actor(service.name, row.county_code)) as tx:
        await resolve(row.id, tx, county_code=row.county_code, died_at=row.died_at)

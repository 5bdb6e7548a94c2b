"""A database of readers: a prefecture of any size, filled once, and kept for the next run where `BENCH_KEEP=1` says so.

The rows come in with triggers, policies and foreign keys off, and without the indexes that are no keys, which are made when the rows are there. What
triggers would keep (the register of the prefecture, how each household stands) is filled like the rest, so that every table says the same.
"""

import asyncio
import hashlib
import os
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from rich.console import Console

from shared.kernel.areas import COUNTIES, LINCANG
from tests.bench.harness.world import World, database_of
from tests.bench.people import settlers
from tests.bench.people.drawn import an_id_number
from tests.bench.people.settlers import MEMBERS

_SETTINGS = {
    **{"session_replication_role": "replica", "synchronous_commit": "off", "jit": "off", "work_mem": "512MB", "maintenance_work_mem": "1GB"},
    "max_parallel_maintenance_workers": "1",
}
_WAL_SIZE = "8GB"
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made_by, indrelid::regclass::text AS of_table
    FROM pg_index WHERE indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY pg_relation_size(indrelid) DESC
"""
_FORM = "SELECT form FROM bench.filled WHERE people = $1"
_SOME_INDEXES = """
    SELECT p, id_number_index FROM unnest($1::bigint[]) AS p JOIN bench.village ON place = p / 4 % (SELECT count(*) FROM bench.village)
    JOIN person ON county_code = county AND id = bench.id('002', p) ORDER BY p
"""
_SAMPLE = 200
_WORTH_SAYING = 1.0
_FOLDED_AT_ONCE = 100_000
_PARAMETER = re.compile(r"\$\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefecture:
    """A filled database: the name under which it is asked, its people, how long it took to fill (0 if it was there), and its size."""

    where: str
    people: int
    seconds: float
    gib: float


def settle(world: World, people: int, console: Console) -> Prefecture:
    """Have a prefecture of so many people, filled now unless it is there already.

    :raises RuntimeError: it did not become what it should.
    """
    where, seconds = f"reading_{people}", 0.0
    if _is_filled(world, where, people):
        world.set_clock(where)
    else:
        began = time.monotonic()
        world.make_second(where)
        asyncio.run(_fill(world, where, people, console))
        world.ask(where, settlers.FILLED)
        world.ask(where, "INSERT INTO bench.filled VALUES ($1, $2)", people, _form(world, where))
        seconds = time.monotonic() - began
    gib = world.ask(where, "SELECT pg_database_size(current_database())")[0][0] / 2**30
    console.print(f"{people:,} people to read: {gib:.1f} GiB, " + (f"filled in {seconds:.0f} s" if seconds else "filled before"), highlight=False)
    return Prefecture(where=where, people=people, seconds=round(seconds, 1), gib=round(gib, 2))


def leave(world: World, prefecture: Prefecture) -> None:
    """Drop a filled database, unless it is to be kept."""
    if os.environ.get("BENCH_KEEP") != "1":
        world.ask("", f'DROP DATABASE "{database_of(prefecture.where)}" WITH (FORCE)')


def _is_filled(world: World, where: str, people: int) -> bool:
    """Say whether a database of this form is there, filled to its end."""
    if not world.ask("", "SELECT FROM pg_database WHERE datname = $1", database_of(where)):
        return False
    if world.ask(where, "SELECT to_regclass('bench.filled')")[0][0] is None:
        return False
    return [row["form"] for row in world.ask(where, _FORM, people)] == [_form(world, where)]


def _form(world: World, where: str) -> str:
    """Say of which form a filled database is: its schema's revision, and the statements that filled it."""
    revision = world.ask(where, "SELECT version_num FROM alembic_version")[0][0]
    told = "\n".join((revision, *settlers.FOUNDATION, *settlers.HOMES, *settlers.PEOPLE))
    return hashlib.sha256(told.encode()).hexdigest()


async def _fill(world: World, where: str, people: int, console: Console) -> None:
    households = people // MEMBERS
    await world.postgres.run([f"ALTER SYSTEM SET max_wal_size = '{_WAL_SIZE}'", "SELECT pg_reload_conf()"])
    try:
        async with _connected(world, where) as one, _connected(world, where) as other:
            for statement in settlers.FOUNDATION:
                await one.execute(statement)
            await one.execute(settlers.NAMES, settlers.names())
            villages: int = await one.fetchval("SELECT count(*) FROM bench.village")  # pyright: ignore[reportAssignmentType]
            counts = settlers.counts(households, villages)
            indexes = await one.fetch(_INDEXES, list(counts))
            await one.execute(f"DROP INDEX {', '.join(index['name'] for index in indexes)}")
            await asyncio.gather(
                _insert(one, settlers.HOMES, [households], console), _insert(other, settlers.PEOPLE, [households, *world.pads()], console)
            )
            waiting = deque(index["made_by"] for index in indexes)
            await asyncio.gather(*(_make(each, waiting, console) for each in (one, other)))
            await _timed(one, f"VACUUM (FREEZE, ANALYZE) {', '.join(counts)}", console)
            await _count_figures(one, console)
            await _check(one, world, people, counts)
    finally:
        await world.postgres.run(["ALTER SYSTEM RESET max_wal_size", "SELECT pg_reload_conf()", "CHECKPOINT"])


async def _insert(connection: asyncpg.Connection, statements: Sequence[str], values: Sequence[object], console: Console) -> None:
    for statement in statements:
        await _timed(connection, statement, console, *values[: len(set(_PARAMETER.findall(statement)))])


async def _make(connection: asyncpg.Connection, waiting: deque[str], console: Console) -> None:
    """Make one index after the other, beside somebody who does the same."""
    while waiting:
        await _timed(connection, waiting.popleft(), console)


async def _timed(connection: asyncpg.Connection, statement: str, console: Console, *values: object) -> None:
    began = time.monotonic()
    await connection.execute(statement, *values)
    if (seconds := time.monotonic() - began) >= _WORTH_SAYING:
        console.print(f"   {seconds:>6.1f} s  {' '.join(statement.split())[:70]}", highlight=False)


async def _count_figures(connection: asyncpg.Connection, console: Console) -> None:
    """Have the figures counted that triggers would have kept, by the service's own count from scratch, where the schema has any."""
    if await connection.fetchval("SELECT to_regprocedure('recount_figures(text)')") is None:
        return
    await connection.execute("SELECT set_config('app.lo', $1, false)", LINCANG)
    for county in COUNTIES:
        await _timed(connection, "SELECT recount_figures($1)", console, county)
        while await connection.fetchval("SELECT fold_figures($1, $2)", county, _FOLDED_AT_ONCE):
            pass
    await connection.execute("VACUUM ANALYZE area_figure, figure_change")


async def _check(connection: asyncpg.Connection, world: World, people: int, counts: Mapping[str, int]) -> None:
    """Count every table, and hold some blind indexes against those that the service makes of the same numbers.

    :raises RuntimeError: something is not as it should be.
    """
    for table, count in counts.items():
        there = await connection.fetchval(f"SELECT count(*) FROM {table}")
        if there != count:
            raise RuntimeError(f"{there} rows of {table}, not {count}")
    some = [n * people // _SAMPLE for n in range(_SAMPLE)]
    vault = world.vault()
    if [row["id_number_index"] for row in await connection.fetch(_SOME_INDEXES, some)] != [vault.index(an_id_number(p)) for p in some]:
        raise RuntimeError("the blind indexes are not the service's")


@asynccontextmanager
async def _connected(world: World, where: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(host=world.postgres.socket, user="postgres", database=database_of(where), server_settings=_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()

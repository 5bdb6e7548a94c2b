"""How every household stands is computed anew under a new line: the whole job, beside one UPDATE … FROM of the same rows.

The limit sets the same columns of a copy of the table, in one statement as the superuser. Ours is the job, slice by slice, each slice in a
transaction of its own under the policies, with how far it is; afterwards it looks for who is newly below, and finds nobody.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from services.monitoring.app import SERVICE as MONITORING
from services.monitoring.usecases.income.apply_line import ADOPTION, ask_to_apply
from shared.kernel.ids import new_id
from tests.bench.files.work import Runner, runner
from tests.bench.harness.bench import Bench
from tests.bench.harness.measures import SECONDS, Goal, Round, Side, line
from tests.bench.harness.world import World, database_of
from tests.fixtures.tokens import prefecture

_WHERE = "monitoring"
_LINE = """
    INSERT INTO bottom_line (county_code, id, area_code, year, amount, effective_from, document_number)
    VALUES ('5309', $1, '5309', 2021, $2, $3, 'bench')
"""
_BARE = (
    "CREATE SCHEMA IF NOT EXISTS bare",
    "DROP TABLE IF EXISTS bare.standing",
    "CREATE TABLE bare.standing (LIKE household_standing INCLUDING ALL)",
    "INSERT INTO bare.standing SELECT * FROM household_standing",
    "VACUUM ANALYZE bare.standing",
)
_UPDATE = """
    UPDATE bare.standing s SET line_id = $1, line = $2, net_per_head = f.net, reference_per_head = f.reference, below = $2 > f.reference,
           band = width_bucket(f.net, ARRAY[6000, 8000, 10000, 15000, 20000]::numeric[]), computed_at = now()
    FROM (
        SELECT county_code, household_id,
               round((wage_income + production_income + property_income + transfer_income - production_expense) / people, 2) AS net,
               round((wage_income + production_income + property_income + transfer_income - production_expense + claim_income
                      - compliant_self_paid) / people, 2) AS reference
        FROM household_income WHERE valid_to IS NULL
    ) f WHERE f.county_code = s.county_code AND f.household_id = s.household_id
"""
_UNDER = "SELECT count(*) FROM household_standing WHERE line_id = $1 AND line = $2 AND NOT below"


def measure_lines(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the line."""
    world, lines = bench.world, _lines()
    rows = world.ask(_WHERE, "SELECT count(*) FROM household_income WHERE valid_to IS NULL")[0][0]
    bare = Side(what="one UPDATE … FROM of the same rows", workers="1 connection", connections="1")
    ours = Side(what="the whole job", workers="a runner of its own", connections="a pool of 8")
    with runner(world, _WHERE) as working:
        _applied(world, working, *next(lines), rows=rows)  # everybody stands somewhere before it is measured
        for statement in _BARE:
            world.ask(_WHERE, statement)
        world.settle()
        bench.rounds(
            {
                "UPDATE … FROM": (bare, lambda: _updated(world, *next(lines), rows=rows)),
                "a line applied": (ours, lambda: _applied(world, working, *next(lines), rows=rows)),
            }
        )
    return [line(f"a line applied to {rows:,} households, seconds to one UPDATE", bare, ours, goal=Goal(at_most=3), rows=rows, unit=SECONDS)]


def _lines() -> Iterator[tuple[UUID, Decimal, date]]:
    """Give one line after another, each of a later day; all lie below what everybody has."""
    return ((new_id(), Decimal(3_000 + n), date(2021, 1, 2) + timedelta(days=n)) for n in count())


def _updated(world: World, line_id: UUID, amount: Decimal, _: date, *, rows: int) -> Round:
    world.ask(_WHERE, "CHECKPOINT")
    seconds, changed = asyncio.run(_update(world, line_id, amount))
    return Round(seconds=seconds, latencies=(), done=rows, failures=abs(changed - rows))


async def _update(world: World, line_id: UUID, amount: Decimal) -> tuple[float, int]:
    connection = await asyncpg.connect(host=world.postgres.socket, user="postgres", database=database_of(_WHERE))
    began = time.perf_counter()
    changed = await connection.execute(_UPDATE, line_id, amount)
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds, int(changed.split()[1])


def _applied(world: World, working: Runner, line_id: UUID, amount: Decimal, since: date, *, rows: int) -> Round:
    world.ask(_WHERE, _LINE, line_id, amount, since)
    job = asyncio.run(_asked(world, line_id))
    world.ask(_WHERE, "CHECKPOINT")
    seconds = working.work(job).seconds
    return Round(seconds=seconds, latencies=(), done=rows, failures=abs(world.ask(_WHERE, _UNDER, line_id, amount)[0][0] - rows))


async def _asked(world: World, line_id: UUID) -> UUID:
    database = MONITORING.app_database(world.settings(_WHERE))
    async with database.transaction(prefecture()) as tx:
        job = await ask_to_apply(ADOPTION, "5309", tx, line=str(line_id))
    await database.close()
    return job.id

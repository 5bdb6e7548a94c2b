"""Many forms come in slice by slice with a fixed number of questions for each, and whoever takes up a job that stopped goes on where it was."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from services.monitoring.app import DESK
from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from services.monitoring.usecases.files.load_household_forms import HouseholdFormsLoad
from services.monitoring.usecases.files.load_person_forms import PersonFormsLoad
from shared.database.transaction import Database, Transaction
from shared.files.store import FileStore
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome, Sheet
from shared.service.jobs.runner import JobRunner
from shared.service.jobs.works import works
from tests.builders.files import Row, as_csv
from tests.builders.places import QUIET
from tests.builders.story import Officials, Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, count_of, settings_of
from tests.monitoring.files.conftest import Files, counts

MANY, SLICES = 20_000, 5
PLACE = QUIET[:9] + "003"
THERE = Officials.of(PLACE).village
_FREE = "UPDATE job_run SET claimed_until = now()"
_POPULATION = (
    """
    INSERT INTO household (county_code, id, township_code, area_code, number, kind, due_at, registered_at)
    SELECT left($1, 6), gen_random_uuid(), left($1, 9), $1, 'many-' || n, 'general', now(), now() FROM generate_series(1, $2::int) n
    """,
    """
    INSERT INTO person (county_code, id, area_code, name, certificate, id_number_index, secrets, born_on, sex)
    SELECT left($1, 6), gen_random_uuid(), $1, 'many-' || n, 'none', NULL, 'x', date '1980-01-01', 'male' FROM generate_series(1, $2::int) n
    """,
    """
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT h.county_code, gen_random_uuid(), h.id, p.id, h.area_code, 'head', 'ordinary', date '2021-01-01'
    FROM household h JOIN person p ON p.county_code = h.county_code AND p.name = h.number WHERE h.area_code = $1 AND $2::int > 0
    """,
)
_OURS = re.compile(r"household|person|import_row|job_result")
_TABLES = ("household_form", "person_form", "membership", "person", "household")


@pytest.fixture
async def population(admin: asyncpg.Connection, way: Way) -> AsyncIterator[None]:
    """As many households as a county may send at once, each with its head, written by the database itself."""
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")
        for statement in _POPULATION:
            await admin.execute(statement, PLACE, MANY)
    yield
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")
        for table in _TABLES:
            await admin.execute(f"DELETE FROM {table} WHERE area_code = $1", PLACE)


@dataclass
class Counter:
    """How many statements each slice took; and the slice at which a runner dies, once."""

    database: Database
    dies_at: int | None = None
    slices: list[int] = field(default_factory=list[int])

    def of(self, load: type[HouseholdFormsLoad | PersonFormsLoad]) -> Any:
        counter = self

        class Counted:
            def __init__(self) -> None:
                self._load = load()

            async def check(self, job: Job, tx: Transaction) -> None:
                await self._load.check(job, tx)

            async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
                return await self._load.attempt(part, tx)

            async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
                asked: list[str] = []
                listener = counter.listener(asked)
                event.listen(counter.database.engine.sync_engine, "before_cursor_execute", listener)
                try:
                    counted = await self._load.take(part, tx)
                finally:
                    event.remove(counter.database.engine.sync_engine, "before_cursor_execute", listener)
                counter.slices.append(len(asked))
                if counter.dies_at == len(counter.slices):
                    raise RuntimeError("the runner died")
                return counted

        return Counted

    @staticmethod
    def listener(asked: list[str]) -> Any:
        """Note what is asked, but for what the runner asks beside it to keep its claim."""
        return lambda _connection, _cursor, statement, *_: asked.append(statement) if _OURS.search(statement) else None


def a_runner(counter: Counter, kind: str, cluster: Cluster) -> JobRunner:
    declared = DESK.kinds[kind]
    load: Any = declared.load
    desk = replace(DESK, kinds={**DESK.kinds, kind: replace(declared, load=counter.of(load))})
    settings = settings_of("monitoring", cluster)
    return JobRunner(counter.database, desk.jobs, FileStore(settings.folder_of_files("monitoring")), works(desk, settings))


async def idle(runner: JobRunner) -> None:
    """Do what waits, other tests' leavings too."""
    while await runner.do_one():
        pass


def said(sheet: Sheet, **said: str) -> list[Row]:
    name = {"name": "many-{n}", "born_on": "1980-01-01"} if sheet is PERSON_FORMS else {}
    return [{"household_number": f"many-{n}", **{key: value.format(n=n) for key, value in name.items()}, **said} for n in range(1, MANY + 1)]


@pytest.mark.parametrize(
    ("sheet", "table", "first", "then"),
    [
        (HOUSEHOLD_FORMS, "household_form", {"fuel": "电", "farmland": "3.5", "address": "下寨12号"}, {"fuel": "煤炭"}),
        (PERSON_FORMS, "person_form", {"ethnic_group": "佤族", "health": "残疾"}, {"education": "小学"}),
    ],
    ids=["households", "people"],
)
async def test_each_slice_is_a_fixed_number_of_questions_and_a_job_that_stopped_goes_on(
    sheet: Sheet,
    table: str,
    first: dict[str, str],
    then: dict[str, str],
    files: Files,
    population: None,
    way: Way,
    cluster: Cluster,
    monitoring_worker: Database,
    admin: asyncpg.Connection,
    set_clock: SetClock,
) -> None:
    counter = Counter(monitoring_worker, dies_at=3)
    runner = a_runner(counter, sheet.kind, cluster)

    created = done(await files.send(THERE, as_csv(sheet, said(sheet, **first)), kind=sheet.kind))["id"]
    await idle(runner)
    early = await files.job(THERE, created)
    await admin.execute(_FREE)
    await idle(runner)
    await set_clock(way.now + timedelta(days=10))
    changed = done(await files.send(THERE, as_csv(sheet, said(sheet, **then)), kind=sheet.kind))["id"]
    await idle(runner)

    assert (early["state"], early["created"]) == ("running", 8_000)
    assert counts(await files.job(THERE, created)) == ("done", {"created": MANY})
    assert counts(await files.job(THERE, changed)) == ("done", {"updated": MANY})
    one, other = counter.slices[: SLICES + 1], counter.slices[SLICES + 1 :]
    assert (len(one), len(other), len(set(one)), len(set(other))) == (SLICES + 1, SLICES, 1, 1), counter.slices
    assert max(counter.slices) <= 10
    rows = await count_of(admin, f"SELECT count(*) FROM {table} WHERE area_code = $1", PLACE)
    versions = await count_of(admin, "SELECT count(*) FROM household WHERE area_code = $1 AND version = 3", PLACE)
    assert (rows, versions) == (2 * MANY, MANY)

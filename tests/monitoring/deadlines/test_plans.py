"""A sweep over very many matters of every kind reads their partial indexes and scans no table, also when it has become a habit."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.store.deadlines import raising
from services.monitoring.store.deadlines.raising import CLOSE, RAISE
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from tests.builders.population import fill
from tests.fixtures.platform import Cluster, count_of, make_database, opened

PLACE = "crowded_deadlines"
INDEX = {
    **{Subject.LEAD: "ix_lead_step_due", Subject.CASE: "ix_monitoring_case_step_due", Subject.MEASURE: "ix_owed_measure_not_begun"},
    **{kind: f"ix_{kind}_county" for kind in (Subject.EFFECT, Subject.TRACKING)},
    Subject.FINDING: "ix_quality_finding_due",
    Subject.ALARM: "ix_regional_alarm_",  # of which a county has few
}
FURTHER = ("quality_finding", "regional_alarm", "incident_household", "incident_tracking")
TABLES = (
    "lead",
    "monitoring_case",
    "owed_measure",
    "risk_flag",
    "escalation",
    "quality_finding",
    "regional_alarm",
    "incident_household",
    "incident_tracking",
)
OWED = """
    INSERT INTO owed_measure (county_code, id, flag_id, area_code, measure, service, due_at, owed_at, status)
    SELECT county_code, gen_random_uuid(), id, area_code, 'recovery', 'projects', due_at, now(),
           (ARRAY['finished', 'started', 'opened', NULL])[1 + abs(hashtext(id::text)) % 4] FROM risk_flag
"""
FEW_ARE_DUE = {
    "lead": """
        UPDATE lead SET step_due_at = timestamptz '2021-09-20 00:00+08' + abs(hashtext(id::text)) % 40 * interval '1 day',
               household_id = gen_random_uuid()
    """,
    "monitoring_case": "UPDATE monitoring_case SET step_due_at = timestamptz '2021-09-20 00:00+08' + abs(hashtext(id::text)) % 40 * interval '1 day'",
    **{
        table: f"UPDATE {table} SET due_at = timestamptz '2021-09-20 00:00+08' + abs(hashtext(id::text)) % 40 * interval '1 day'"
        for table in ("regional_alarm", "incident_household", "incident_tracking")
    },
    "quality_finding": "UPDATE quality_finding SET due_at = timestamptz '2021-09-20 00:00+08' + abs(hashtext(id::text)) % 40 * interval '1 day'",
    "risk_flag": "UPDATE risk_flag SET due_at = timestamptz '2021-09-20 00:00+08' + abs(hashtext(id::text)) % 40 * interval '1 day'",
}
NOW = datetime(2021, 9, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def crowded(cluster: Cluster) -> None:
    make_database("monitoring", cluster, PLACE)
    asyncio.run(_crowd(cluster))


async def _crowd(cluster: Cluster) -> None:
    owner = await cluster.connect(PLACE)
    await fill(owner, "lead", 40_000, ["registered", "confirmed", "dismissed"])
    await fill(owner, "monitoring_case", 40_000, ["opened", "on_notice", "reviewed", "approved", "refused"])
    await fill(owner, "risk_flag", 40_000, ["open", "open", "withdrawn"])
    await fill(owner, "regional_alarm", 8_000, ["open", "answered", "cleared"])
    await fill(owner, "incident_household", 40_000, ["to_check", "affected", "unaffected", "tracked"])
    await fill(owner, "incident_tracking", 40_000, ["to_visit", "visited", "visited"])
    await fill(owner, "quality_finding", 40_000, ["open", "repaired", "excused"])
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        for question in FEW_ARE_DUE.values():
            await owner.execute(question)
        await owner.execute(OWED)
    await owner.execute("VACUUM ANALYZE")
    await owner.execute("UPDATE deployment SET clock_offset_seconds = extract(epoch FROM $1::timestamptz - now())", NOW)
    await owner.close()


@pytest.fixture(scope="module")
async def worker(cluster: Cluster, crowded: None) -> AsyncIterator[Database]:
    async with opened("monitoring", cluster, worker=True, database=PLACE) as database:
        yield database


@pytest.fixture(scope="module")
async def owner(cluster: Cluster, crowded: None) -> AsyncIterator[asyncpg.Connection]:
    connection = await cluster.connect(PLACE)
    yield connection
    await connection.close()


async def plan_of(database: Database, area: str, statement: TextClause, values: Mapping[str, Any]) -> str:
    """Give the plan of a worker's connection that no longer looks at the values."""
    compiled = statement.compile(dialect=PGDialect_asyncpg())  # pyright: ignore[reportAttributeAccessIssue]
    arguments = ", ".join(_literal(values[name]) for name in compiled.positiontup or ())
    async with database.engine.connect() as connection:
        scope = service_actor("monitoring", area).scope
        await connection.exec_driver_sql(f"SELECT scope('{scope.lo}', '{scope.hi}', '*', 'tests', '')")
        await connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.exec_driver_sql(f"PREPARE question AS {compiled}")
        plan = [row[0] for row in await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) EXECUTE question ({arguments})")]
        await connection.exec_driver_sql("DEALLOCATE question")
        return "\n".join(plan)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "'{" + ", ".join(f'"{each}"' for each in value) + "}'"
    return str(value) if isinstance(value, int) else f"'{value}'"


@pytest.mark.parametrize("area", ["530921", "5309"])
@pytest.mark.parametrize("kind", Subject)
async def test_what_is_due_is_found_in_the_partial_index_of_what_runs(worker: Database, area: str, kind: Subject) -> None:
    async with worker.transaction(service_actor("monitoring", area)) as tx:
        await watch_deadlines(tx)  # so that there is much that was said
    values: dict[str, Any] = {
        **{"counties": list(service_actor("monitoring", area).scope.counties), "areas": ["5309"], "warn_before": [NOW], "step_days": [2]},
        **{"widest": NOW, "now": NOW, "lowest": 1, "highest": 3, "lengths": [12, 9, 6, 4], "levels": [str(level) for level in raising.LEVELS]},
    }

    plan = await plan_of(worker, area, RAISE[kind], values)
    closing = await plan_of(worker, area, CLOSE[kind], {"counties": values["counties"], "levels": ["village", "township", "county"]})

    assert INDEX[kind] in plan, plan
    assert not any(f"Seq Scan on {table}" in plan for table in TABLES), plan
    assert "ix_escalation_open" in closing, closing
    assert not any(f"Seq Scan on {table}" in closing for table in TABLES), closing


async def test_a_sweep_of_a_full_county_says_everything_once(worker: Database, owner: asyncpg.Connection) -> None:
    for _ in range(2):
        async with worker.transaction(service_actor("monitoring", "530922")) as tx:
            await watch_deadlines(tx)

    late = "SELECT count(*) FROM lead WHERE county_code = '530922' AND status = 'registered' AND step_due_at <= $1"
    said = "SELECT count(*) FROM escalation WHERE county_code = '530922' AND subject_kind = 'lead' AND kind = 'overdue' AND level = 'village'"
    assert await count_of(owner, late, NOW) == await count_of(owner, said) > 0

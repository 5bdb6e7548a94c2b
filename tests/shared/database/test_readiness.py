"""A service is ready at the schema that its code expects, and moves its clock in the development profile only."""

import asyncio
from pathlib import Path

from pydantic import SecretStr

from shared.database.migrate import head_of, run_alembic, run_statements
from shared.service.commands import migrate_service
from shared.service.settings import Profile, ServiceSettings
from tests.fixtures.callers import speaking_to
from tests.fixtures.platform import SERVICES, Cluster, settings_of
from tests.fixtures.tokens import county
from tests.shared.database.fresh import fresh, names

__all__ = ["fresh"]


async def readiness(service: str, settings: ServiceSettings) -> tuple[int, dict[str, object]]:
    api = SERVICES[service].create_api(settings, wake_relay=lambda: None)
    async with speaking_to(api) as call:
        answer = await call(county()).get("/readyz")
        assert (await call(county()).get("/livez")).text == "ok"
    await api.state.database.close()
    return answer.status_code, answer.json()


def test_a_service_is_ready_at_the_schema_that_its_code_expects_or_a_later_one(cluster: Cluster, fresh: tuple[str, ServiceSettings]) -> None:
    service, settings = fresh
    url, head = cluster.url(f"migrated_{service}"), head_of(service)

    run_alembic(url, service, "downgrade", "base")

    empty = asyncio.run(readiness(service, settings))
    migrate_service(SERVICES[service], settings)
    at_head = asyncio.run(readiness(service, settings))
    run_alembic(url, service, "downgrade", "-1")
    older = asyncio.run(readiness(service, settings))
    run_alembic(url, service, "upgrade", "head")
    run_statements(url, ["UPDATE alembic_version SET version_num = '9999'"])
    newer = asyncio.run(readiness(service, settings))
    run_statements(url, [f"UPDATE alembic_version SET version_num = '{head}'"])

    assert empty == (503, {"ready": False, "schema": None, "expected": head})
    assert at_head == (200, {"ready": True, "schema": head, "expected": head})
    assert (older[0], older[1]["ready"]) == (503, False)
    assert newer == (200, {"ready": True, "schema": "9999", "expected": head}), "another release has expanded it already"


def test_a_service_whose_database_is_away_is_alive_and_not_ready(cluster: Cluster, tmp_path: Path) -> None:
    away = SecretStr(f"postgresql+asyncpg://projects_app@/test_projects?host={tmp_path}")

    status, answer = asyncio.run(readiness("projects", settings_of("projects", cluster, database_url=away)))

    assert (status, answer["ready"], answer["schema"]) == (503, False, None)


_MOVES = "SELECT has_column_privilege('{service}_app', 'deployment', 'clock_offset_seconds', 'UPDATE')"


def test_the_clock_moves_in_the_development_profile_only(cluster: Cluster, fresh: tuple[str, ServiceSettings]) -> None:
    service, settings = fresh
    place = f"migrated_{service}"
    real = settings_of(service, cluster, database=place, profile=Profile.PRODUCTION, kafka_bootstrap="127.0.0.1:1")
    migrate_service(SERVICES[service], settings)

    assert names(cluster, place, _MOVES.format(service=service)) == {True}
    assert asyncio.run(_door(service, settings)) == (200, 200)

    migrate_service(SERVICES[service], real)

    assert names(cluster, place, _MOVES.format(service=service)) == {False}
    assert asyncio.run(_door(service, real)) == (404, 404)


async def _door(service: str, settings: ServiceSettings) -> tuple[int, int]:
    """Read the clock, and try to move it."""
    api = SERVICES[service].create_api(settings, wake_relay=lambda: None)
    async with speaking_to(api, raises=False) as call:
        read = await call(county()).get("/internal/clock")
        moved = await call(county()).put("/internal/clock", {"now": "2021-09-22T09:00:00+08:00"})
    await api.state.database.close()
    return read.status_code, moved.status_code

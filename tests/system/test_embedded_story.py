"""The demo's story on the embedded platform: the whole system in one process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx2
import pytest

from deploy.embedded.platform import Ports, prepare, running
from deploy.embedded.postgres import Postgres
from shared.service.settings import ServiceSettings, development_token_key
from tests.fixtures.canaries import found, kept_by_databases
from tests.fixtures.evidence import dead_letters, settled
from tests.fixtures.processes import free_ports
from tests.fixtures.runs import own_folder
from tests.system.telling import SETTLED_SECONDS, effects, hold_healthy, people_of, problems_kept, told


@dataclass(frozen=True)
class Prepared:
    """A PostgreSQL server of the test's own with its databases, and free ports."""

    folder: Path
    ports: Ports
    postgres: Postgres
    settings: dict[str, ServiceSettings]

    async def ask(self, service: str, question: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(host=self.postgres.socket, user="postgres", database=service)
        try:
            return await connection.fetch(question, *values)
        finally:
            await connection.close()


@pytest.fixture
def prepared() -> Iterator[Prepared]:
    with own_folder("embedded") as folder:
        gateway, monitoring, projects, employment = free_ports(4)
        ports = Ports(gateway=gateway, monitoring=monitoring, projects=projects, employment=employment)
        postgres, settings = prepare(folder, ports)
        yield Prepared(folder, ports, postgres, settings)
        postgres.stop()


async def test_the_story_holds_twice_over_and_is_told_once(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with problems_kept(monkeypatch) as problems:
        async with running(prepared.postgres, prepared.settings, prepared.ports) as platform:
            numbers = await told(prepared.folder, prepared.ports)
            assert numbers["disaster"] == {"affected": 1, "relieved": 1, "amount": "2000.00"}
            assert numbers["alarm"]["answered"] == 1
            assert 0 < numbers["alarm"]["leads"] <= numbers["alarm"]["households"]
            await settled(prepared.ask, seconds=SETTLED_SECONDS)
            await hold_healthy(prepared.ask, platform.workers["monitoring"].database)
            figures = await _figures(platform.ports)
            topics = "\n".join(str(message) for messages in platform.broker.log.values() for message in messages)
        told_once = await effects(prepared.ask)

        async with running(prepared.postgres, prepared.settings, prepared.ports):
            assert await told(prepared.folder, prepared.ports) == numbers
        assert await effects(prepared.ask) == told_once
        assert await dead_letters(prepared.ask) == 0

    left = await kept_by_databases(prepared.ask) | figures
    left |= {"broker": topics, "problems": "\n".join(problems), "logs": "\n".join((*capfd.readouterr(), caplog.text))}
    assert all(left[place] for place in ("broker", "problems", "outbox of monitoring")), "there was nothing to search"
    assert found({*people_of(prepared.folder), *_secrets(prepared)}, left) == []


async def _figures(ports: Ports) -> dict[str, str]:
    """Read every page of figures, and hold that none of them knows of trouble."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        pages = {name: (await http.get(f"{ports.url(name)}/metrics")).raise_for_status().text for name in ("monitoring", "projects", "employment")}
    for page in pages.values():
        assert "\nreconciler_repairs 0.0\n" in page
        assert "\ndead_letters_waiting 0.0\n" in page
        assert "\nanswers_unknown 0.0\n" in page
    return pages


def _secrets(prepared: Prepared) -> set[str]:
    keys = {settings.key(name).hex() for settings in prepared.settings.values() for name in ("data_key", "index_key")}
    return {*keys, str(development_token_key().as_dict(private=True)["d"])}

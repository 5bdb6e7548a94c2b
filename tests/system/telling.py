"""How the system tests tell the demo's story, and what they hold it against."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from rich.console import Console

from deploy.demo.desk import Desk
from deploy.demo.files import Files
from deploy.demo.story import tell
from deploy.embedded.platform import Ports, gateway_settings
from services.monitoring.usecases.flags.announce_flags import announce_gaps
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES
from tests.fixtures.evidence import Ask, dead_letters, ledger, repairs, total

HOUSEHOLDS = 120
SETTLED_SECONDS = 60.0


async def told(folder: Path, ports: Ports) -> dict[str, Any]:
    """Tell the story, or what has not been told of it yet; it raises when a number does not hold."""
    return await tell(Files(folder=folder, households=HOUSEHOLDS), ports, gateway_settings(ports), Console(file=io.StringIO()))


@contextmanager
def problems_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Keep the body of every refusal that the story provokes."""
    kept: list[str] = []
    send = Desk._send

    async def send_and_keep(desk: Desk, *arguments: Any, **options: Any) -> httpx2.Response:
        answer = await send(desk, *arguments, **options)
        if answer.status_code >= 400:
            kept.append(answer.text)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "_send", send_and_keep)
        yield kept


def people_of(folder: Path) -> set[str]:
    """Name everybody who plays in the story: their ID numbers, phones and full names."""
    drawn = Files(folder=folder, households=HOUSEHOLDS).draw()
    people = [person.body() for household in drawn.register.households for person in household.members]
    people += [named.person.body() for sent in drawn.lists for named in sent.people]
    people += [report["body"] for report in orjson.loads((folder / "self-reports.json").read_bytes())]
    return {person[name] for person in people for name in ("name", "id_number", "phone") if person[name]}


async def effects(ask: Ask) -> tuple[int, ...]:
    """Count what a story told twice would have made more of."""
    counts = ("idempotency", "outbox", "audit")
    return tuple([await total(ask, f"SELECT count(*) FROM {table}") for table in counts])


async def hold_healthy(ask: Ask, monitoring: Database) -> None:
    """Hold that all was answered by itself: the reconciler repaired nothing, finds no gap even without patience, and nothing was set aside."""
    assert (await ledger(ask)).settled
    for county_code in COUNTIES:
        async with monitoring.transaction(service_actor("monitoring", county_code)) as tx:
            assert await announce_gaps(tx, patience=timedelta(0)) == 0
    assert await repairs(ask) == 0
    assert await dead_letters(ask) == 0

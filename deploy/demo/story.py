"""Tell the story on a running platform, from files only, and check that it came out as told."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.chapters import CHAPTERS
from deploy.demo.chapters.response import fan_out
from deploy.demo.desk import Desk, Unexpected, county
from deploy.demo.population import SEED, Register, draw_register, write_register
from deploy.demo.reports import write_reports
from deploy.demo.state import State
from deploy.demo.world import World
from deploy.embedded.platform import Ports
from services.gateway.settings import Settings
from services.monitoring.domain.cases import CaseStatus
from shared.kernel.areas import COUNTIES
from shared.kernel.assistance import TaskStatus

REPORTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The input files of the demo, and how many households the register holds."""

    folder: Path
    households: int

    @property
    def register(self) -> Path:
        return self.folder / "register.jsonl"

    @property
    def reports(self) -> Path:
        return self.folder / "self-reports.json"

    def held(self) -> int | None:
        """Count the households of the register that is there."""
        return _lines(self.register) if self.register.is_file() else None

    def write(self) -> Register:
        """Write the files anew, or leave them as they are; the same seed gives the same bytes."""
        if self.reports.is_file() and self.held() == self.households:
            return draw_register(households=self.households, seed=SEED)
        register = write_register(self.register, households=self.households, seed=SEED)
        write_reports(self.reports, register, count=REPORTS, seed=SEED)
        return register


async def tell(files: Files, ports: Ports, settings: Settings, console: Console) -> dict[str, Any]:
    """Tell what has not been told yet, then count; give the numbers.

    :raises Unexpected: the system answered otherwise than the story has it.
    """
    register = files.write()
    state = State(files.folder / "state.json")
    columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with httpx2.AsyncClient(timeout=60) as http:
        with Progress(*columns, console=console) as progress:
            world = World(
                desk=Desk(http, ports, settings),
                register=register,
                bodies=[orjson.loads(line) for line in files.register.read_bytes().splitlines()],
                reports=orjson.loads(files.reports.read_bytes()),
                state=state,
                progress=progress,
            )
            for number, (title, chapter) in enumerate(CHAPTERS, start=1):
                if not state.told(title):
                    progress.console.print(f"[bold]{number:2}. {title}[/bold]")
                    await _tell_one(world, title, chapter)
        return await _count(world, files)


async def _tell_one(world: World, title: str, chapter: Any) -> None:
    began = time.monotonic()
    world.desk.refusals = Counter()
    await chapter(world)
    world.state.finish(title, refusals=world.desk.refusals, seconds=time.monotonic() - began)


async def _count(world: World, files: Files) -> dict[str, Any]:
    """Count through the API what the story has left behind, and hold it against what was done."""
    desk, state = world.desk, world.state
    flags = [
        flag
        for area in COUNTIES
        for status in ("open", "withdrawn")
        for flag in await desk.pages(county(area), "/v1/risk-flags", area=area, status=status)
    ]
    ledgers = [await fan_out(world, {"id": flag["id"], "village": flag["area"]}) for flag in flags]
    lines = [line for ledger in ledgers for line in ledger["measures"]]
    tasks = await _everywhere(desk, "/v1/tasks", *map(str, TaskStatus))  # the one worklist of both services
    cases = await _everywhere(desk, "/v1/cases", *map(str, CaseStatus))
    numbers: dict[str, Any] = {
        "files": {"register": files.register.name, "self_reports": files.reports.name},
        "records": {"households": len(state["household_of"]), "people": sum(len(body["members"]) for body in world.bodies)},
        "self_reports": len(world.reports),
        "leads": {"all": state["leads"], "found_true": state["confirmed_leads"], "dismissed": state["dismissed_leads"]},
        "cases": dict(Counter(case["status"] for case in cases)),
        "flags": dict(Counter(flag["status"] for flag in flags)),
        "owed": sum(ledger["owed"] for ledger in ledgers),
        "confirmed": sum(ledger["confirmed"] for ledger in ledgers),
        "answers": {service: _by_status(lines, service) for service in ("projects", "employment", "monitoring")},
        "tasks": {service: _by_status(tasks, service) for service in ("projects", "employment")},
        "refusals": state["refusals"],
        "notice": {"posted": "2021-09-29", "ends": state["notice_ends_at"]},
        "seconds": state["seconds"],
    }
    _hold(numbers, state)
    return numbers


async def _everywhere(desk: Desk, path: str, *statuses: str) -> list[dict[str, Any]]:
    """Read a list in every county and status."""
    return [item for area in COUNTIES for status in statuses for item in await desk.pages(county(area), path, area=area, status=status)]


def _by_status(lines: list[dict[str, Any]], service: str) -> dict[str, int]:
    return dict(Counter(line["status"] for line in lines if line["service"] == service))


def _hold(numbers: dict[str, Any], state: State) -> None:
    """Hold the numbers against what was done.

    :raises Unexpected: they do not agree.
    """
    decided = len(state["flags"])
    expected = {
        "every owed measure has its answer": numbers["owed"] == numbers["confirmed"] > 0,
        "every approved case raised or changed a flag": sum(numbers["flags"].values()) == decided,
        "one flag is withdrawn": numbers["flags"].get("withdrawn") == 1,
        "a second case was approved": numbers["cases"]["approved"] == decided + 1,
        "a vote was lost and a review refused": numbers["cases"]["refused"] == 2,
        "every lead was checked": numbers["leads"]["all"] == numbers["leads"]["found_true"] + numbers["leads"]["dismissed"],
        "the ledger says what the services say": all(numbers["answers"][service] == numbers["tasks"][service] for service in numbers["tasks"]),
        "one task is declined": numbers["tasks"]["projects"].get("declined") == 1,
        "the notice crossed National Day": numbers["notice"]["ends"].startswith("2021-10-12T16:00"),
        "every refusal that was provoked came": set(numbers["refusals"]) == REFUSED,
    }
    if wrong := [what for what, holds in expected.items() if not holds]:
        raise Unexpected(f"{'; '.join(wrong)}: {orjson.dumps(numbers).decode()}")


REFUSED = {
    "RegisteredElsewhere",
    "IdTaken",
    "OutsideYourCounty",
    "RisksMissing",
    "QuorumNotMet",
    "NoticeStillRunning",
    "SamePerson",
    "DocumentMissing",
}


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)

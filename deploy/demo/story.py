"""Tell the story on a running platform, from files only, and check that it came out as told."""

import asyncio
import time
from collections import Counter
from typing import Any

import httpx2
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.chapters import CHAPTERS
from deploy.demo.desk import Desk, Unexpected
from deploy.demo.files import Files
from deploy.demo.numbers import count
from deploy.demo.state import State
from deploy.demo.world import World
from deploy.embedded.platform import Ports
from services.gateway.settings import Settings


async def tell(files: Files, ports: Ports, settings: Settings, console: Console) -> dict[str, Any]:
    """Tell what has not been told yet, then count; give the numbers.

    :raises Unexpected: the system answered otherwise than the story has it.
    """
    drawn = await asyncio.to_thread(files.write)
    state = State(files.folder / "state.json")
    columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    async with httpx2.AsyncClient(timeout=60) as http:
        with Progress(*columns, console=console) as progress:
            world = World(
                desk=Desk(http, ports, settings),
                files=files,
                drawn=drawn,
                reports=orjson.loads(files.reports.read_bytes()),
                state=state,
                progress=progress,
            )
            for number, (title, chapter) in enumerate(CHAPTERS, start=1):
                if not state.told(title):
                    progress.console.print(f"[bold]{number:2}. {title}[/bold]")
                    await _tell_one(world, title, chapter)
        return await count(world)


async def _tell_one(world: World, title: str, chapter: Any) -> None:
    began = time.monotonic()
    world.desk.refusals = Counter()
    try:
        await chapter(world)
    except ExceptionGroup as several:
        if found := several.subgroup(Unexpected):
            raise Unexpected(str(found.exceptions[0])) from several
        raise
    world.state.finish(title, refusals=world.desk.refusals, seconds=time.monotonic() - began)

"""What every chapter has at hand: the desk, the files, what was done so far, the time of the story, and a bar that shows progress."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rich.progress import Progress

from deploy.demo.desk import Desk
from deploy.demo.files import Drawn, Files
from deploy.demo.population import Register
from deploy.demo.state import State
from shared.kernel.workdays import SHANGHAI

AT_ONCE = 12

T = TypeVar("T")


def on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the story's year, in Lincang."""
    return datetime(2021, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass
class World:
    desk: Desk
    files: Files
    drawn: Drawn
    reports: Sequence[dict[str, Any]]
    state: State
    progress: Progress

    @property
    def register(self) -> Register:
        return self.drawn.register

    async def move_to(self, moment: datetime) -> None:
        """Move the business clock, and say so: it is the only thing that the demo does behind the API."""
        self.progress.console.print(
            f"   [dim]开发时钟移至 {moment:%Y-%m-%d %H:%M}（仅开发环境有此入口）· the development clock moves[/dim]", soft_wrap=True
        )
        await self.desk.move_clock(moment)

    async def each(self, title: str, things: Iterable[T], act: Callable[[T], Awaitable[None]]) -> None:
        """Do something for each of many, several at once, with progress."""
        todo = list(things)
        bar = self.progress.add_task(title, total=len(todo), note="")
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(thing: T) -> None:
            async with turns:
                await act(thing)
            self.progress.advance(bar)

        async with asyncio.TaskGroup() as group:
            for thing in todo:
                group.create_task(one(thing))


def proof(title: str) -> list[dict[str, str]]:
    """Evidence by its title and hash; the demo has no photos."""
    return [{"title": title, "sha256": hashlib.sha256(title.encode()).hexdigest()}]


def at(moment: datetime, **earlier: float) -> str:
    return (moment - timedelta(**earlier)).isoformat()

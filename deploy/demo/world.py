"""What every chapter has at hand: the desk, the files, what was done so far, the time of the story, and a bar that shows progress."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rich.progress import Progress

from deploy.demo.desk import Desk, Unexpected
from deploy.demo.files import Drawn, Files
from deploy.demo.population import Register
from deploy.demo.state import State
from shared.kernel.workdays import SHANGHAI

AT_ONCE = 12
PATIENCE_SECONDS = 60

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
        self.say(f"开发时钟移至 {moment:%Y-%m-%d %H:%M}（仅开发环境有此入口）· the development clock moves")
        await self.desk.move_clock(moment)

    def say(self, words: str) -> None:
        """Say on the screen what a chapter sees."""
        self.progress.console.print(f"   [dim]{words}[/dim]", highlight=False, soft_wrap=True)

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


async def until(question: Callable[[], Awaitable[bool]], *, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again until the answer is yes.

    :raises Unexpected: it never is.
    """
    try:
        async with asyncio.timeout(seconds):
            while not await question():  # noqa: ASYNC110  (another process answers)
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise Unexpected(f"waited {seconds:.0f} s for {what}") from error


def proof(title: str) -> list[dict[str, str]]:
    """Evidence by its title and hash; the demo has no photos."""
    return [{"title": title, "sha256": hashlib.sha256(title.encode()).hexdigest()}]


def at(moment: datetime, **earlier: float) -> str:
    return (moment - timedelta(**earlier)).isoformat()

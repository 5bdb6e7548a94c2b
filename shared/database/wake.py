"""A hint from whoever committed an announcement to whoever relays it, across processes.

Promises nothing: correctness rests on the relay's polling, only speed rests on this.
The hint leaves after the commit, coalesced, on a connection of its own: a NOTIFY inside business transactions serialises their commits.
Not for carrying anything: a hint says only that it is worth looking now.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "outbox"
_NOTIFY = text(f"NOTIFY {CHANNEL}")
_AFTER_TROUBLE = 1.0

log = structlog.get_logger()


class WakeUpCaller:
    """Sends the hint for one process, many commits in one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._asked = asyncio.Event()

    def wake(self) -> None:
        self._asked.set()

    async def run(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                async with self._engine.connect() as connection:
                    await connection.execute(_NOTIFY)
                    await connection.commit()
            except Exception as error:  # a hint is never worth a failure
                log.debug("wake_up_call_failed", error=type(error).__name__)
                await asyncio.sleep(_AFTER_TROUBLE)


async def hear_wake_up_calls(engine: AsyncEngine, wake: Callable[[], None]) -> None:
    """Listen for hints for ever, with a new connection whenever the old one is lost."""
    while True:
        with suppress(Exception):
            async with engine.connect() as connection:
                try:
                    driver = (await connection.get_raw_connection()).driver_connection
                    if driver is not None:
                        await _until_lost(driver, wake)
                finally:
                    await connection.invalidate()  # lost or listening, it is of no use to anybody else in the pool
        await asyncio.sleep(_AFTER_TROUBLE)


async def _until_lost(driver: Any, wake: Callable[[], None]) -> None:
    lost = asyncio.Event()
    driver.add_termination_listener(lambda _: lost.set())
    await driver.add_listener(CHANNEL, lambda *_: wake())
    await lost.wait()

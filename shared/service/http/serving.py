"""Serving HTTP beside other work in one process, whose signals are the process's own business."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 30


class _Server(uvicorn.Server):
    """uvicorn raises a signal again after serving, which would end the process before the rest of it has finished."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: FastAPI, *, host: str, port: int, grace_seconds: int = GRACE_SECONDS) -> AsyncIterator[None]:
    """Serve an app while the block runs, and let requests in flight finish."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=grace_seconds, server_header=False
    )
    server = _Server(config)
    leave_alone_what_is_loaded()
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def leave_alone_what_is_loaded() -> None:
    """Keep what the process has loaded out of every later collection: going through it takes a fifth of a second, in which nobody is answered."""
    gc.collect()
    gc.freeze()


def stop_signal() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Run an app alone until it is told to stop."""
    leave_alone_what_is_loaded()
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, server_header=False)

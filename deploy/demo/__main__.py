"""`make demo`: the whole system in one process, and the one story that everything serves, told on real input.

Settings by environment: HOUSEHOLDS=n (2,000), ONCE=1 (end after the story), FRESH=1 (forget earlier runs), STORY=0 (serve only).
"""

import asyncio
import logging
import os
import sys
import time
from pathlib import Path

import orjson
from rich.console import Console

from deploy.demo.desk import Unexpected
from deploy.demo.story import Files, tell
from deploy.demo.table import print_doors, print_numbers
from deploy.embedded.platform import Ports, gateway_settings, prepare, running, wipe
from shared.service.logging import configure_logging
from shared.service.serving import stop_signal

BUILD = Path("build")
SMALLEST = 100


def main() -> int:
    """Prepare, run, tell, serve; give the exit code."""
    console = Console()
    households = int(os.environ.get("HOUSEHOLDS", "2000"))
    if households < SMALLEST:
        console.print(f"HOUSEHOLDS 至少 {SMALLEST} · at least {SMALLEST}")
        return 2
    folder, ports = BUILD / "demo", Ports()
    if os.environ.get("FRESH") == "1":
        wipe(folder)
    folder.mkdir(parents=True, exist_ok=True)
    configure_logging(json=False)
    logging.root.setLevel(logging.WARNING)
    return asyncio.run(_run(Files(folder=folder, households=households), folder, ports, console))


async def _run(files: Files, folder: Path, ports: Ports, console: Console) -> int:
    began = time.monotonic()
    postgres, settings = await asyncio.to_thread(prepare, folder, ports)
    async with running(postgres, settings, ports):
        console.print(f"系统就绪 · ready after {time.monotonic() - began:.1f} s: {ports.url('gateway')}")
        if os.environ.get("STORY") != "0":
            try:
                await _story(files, ports, console)
            except Unexpected as wrong:
                console.print(f"[red]与预期不符 · not as expected:[/red] {wrong}", highlight=False)
                return 1
        if os.environ.get("ONCE") == "1":
            return 0
        await stop_signal().wait()
    return 0


async def _story(files: Files, ports: Ports, console: Console) -> None:
    began = time.monotonic()
    settings = gateway_settings(ports)
    numbers = await tell(files, ports, settings, console)
    seconds = round(time.monotonic() - began, 1)
    (BUILD / "demo.json").write_bytes(orjson.dumps(numbers | {"seconds": seconds}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    print_numbers(numbers, files.write(), console, seconds=seconds)
    flag = orjson.loads((files.folder / "state.json").read_bytes())["flags"][0]
    print_doors(ports, settings, console, village=flag["village"], flag_id=flag["id"])


if __name__ == "__main__":
    sys.exit(main())

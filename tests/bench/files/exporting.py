"""The register of the last import goes out again, as CSV and as a workbook, beside the bare writer of each."""

from pathlib import Path
from typing import Any

from shared.files.store import FileStore
from shared.service.jobs.lists import Format
from tests.bench.files.bare import written_bare
from tests.bench.files.importing import PREFECTURE, RUNNER
from tests.bench.files.work import Runner, runner
from tests.bench.harness.bench import Bench
from tests.bench.harness.measures import NO_GOAL, Round, Side, line
from tests.bench.harness.world import FILES, FOLDER, World

_ENDED = "SELECT j.state, r.done FROM job j JOIN job_run r ON r.county_code = j.county_code AND r.id = j.id WHERE j.id = $1"
_STATUS = "normal"


def measure_exporting(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the lines; they have no goal."""
    people = bench.world.count(FILES, "person")
    with runner(bench.world, FILES) as working:
        cells = _cells(working)
        written = {form: Side(what=f"the bare {form} writer, the same cells", workers="1 process", connections="none") for form in Format}
        ours = {form: Side(what=f"the whole job, to {form}", workers=RUNNER, connections="a pool of 8") for form in Format}
        sides = {}
        for form in Format:
            sides[f"bare {form}"] = (written[form], lambda form=form: written_bare(cells, cells.with_name(f"bare.{form}"), rows=people))
            sides[f"export {form}"] = (ours[form], lambda form=form: _exported(bench.world, working, form, people=people))
        bench.rounds(sides)
    return [line(f"export {form}, {people:,} rows, to the bare writer", written[form], ours[form], goal=NO_GOAL, rows=people) for form in Format]


def _cells(working: Runner) -> Path:
    """Export the register once, for the bare writers to write its cells."""
    worked = working.write_out(_STATUS, Format.CSV, PREFECTURE)
    cells = FOLDER / "drawn" / "cells.csv"
    FileStore(FOLDER / "files").path(worked.job, ".csv").rename(cells)
    return cells


def _exported(world: World, working: Runner, form: Format, *, people: int) -> Round:
    worked = working.write_out(_STATUS, form, PREFECTURE)
    state, done = world.ask(FILES, _ENDED, worked.job)[0]
    return Round(seconds=worked.seconds, latencies=(), done=people, failures=abs(done - people) + (state != "done"))

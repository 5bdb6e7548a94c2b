"""The files that the story is told from, and those that it leaves beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from deploy.demo.cast import Bystanders, Part, bystanders, picked
from deploy.demo.lists import SentList, draw_lists
from deploy.demo.population import SEED, Register, draw_register
from deploy.demo.population.workbooks import entries, write_one_by_one, write_workbook
from deploy.demo.reports import draw_reports, write_reports
from shared.kernel.areas import COUNTIES

REPORTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Everybody in the files, and who of them plays which part."""

    register: Register
    parts: Sequence[Part]
    lists: Sequence[SentList]
    bystanders: Bystanders


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The demo's files in one folder; the same number of households and the same seed make the same bytes."""

    folder: Path
    households: int
    seed: int = SEED

    @property
    def one_by_one(self) -> Path:
        """The households that villages register themselves."""
        return self.folder / "households.jsonl"

    @property
    def reports(self) -> Path:
        return self.folder / "self-reports.json"

    @property
    def _summary(self) -> Path:
        """What the files hold; written last, so that it tells whether all of them are there."""
        return self.folder / "files.json"

    def workbook(self, county: str, *, what: str = "") -> Path:
        """Name a county's workbook, or what becomes of it: its report, the correction."""
        return self.folder / f"register-{county}{what}.xlsx"

    def list_of(self, sent: SentList) -> Path:
        """Name a department's list: the hospital bills come as CSV, the damages as a workbook."""
        form = "csv" if sent.prefix == "YB" else "xlsx"
        return self.folder / f"{sent.kind.department}-{sent.county}.{form}"

    def held(self) -> int | None:
        """Say how many households the register holds that is there."""
        return orjson.loads(self._summary.read_bytes())["households"] if self._summary.is_file() else None

    def write(self) -> Drawn:
        """Write the files, or leave them as they are, and say what is in them."""
        drawn = self.draw()
        if self.held() != self.households:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(drawn)
            self._summary.write_bytes(orjson.dumps({"households": self.households, "seed": self.seed}))
        return drawn

    def draw(self) -> Drawn:
        """Say who is in the files, and write none.

        :raises TooFew: there are not enough households for everybody's part.
        """
        register = draw_register(households=self.households, seed=self.seed)
        reports = draw_reports(register, count=REPORTS, seed=self.seed)
        reporting = frozenset(report.household.line for report in reports if report.household)
        parts = picked(register, taken=reporting)
        taken = reporting | {part.line for part in parts}
        lists = draw_lists(register, taken=taken, seed=self.seed)
        named = {each.household.line for sent in lists for each in sent.people if each.household}
        return Drawn(register=register, parts=parts, lists=lists, bystanders=bystanders(register, taken=taken | named))

    def _write(self, drawn: Drawn) -> None:
        write_one_by_one(self.one_by_one, drawn.register)
        for county in COUNTIES:
            write_workbook(self.workbook(county), (entry.written for _, entry in entries(drawn.register, county)))
        write_reports(self.reports, drawn.register, count=REPORTS, seed=self.seed)
        for sent in drawn.lists:
            sent.write(self.list_of(sent))

"""A file taken in from a terminal."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from services.monitoring.__main__ import commands
from tests.builders.files import SHEETS, as_csv, some_rows
from tests.fixtures.platform import Cluster, settings_of

SHEET = SHEETS["household_register"]


@pytest.fixture
def run(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, databases: None) -> Any:
    """Run the command on a file of rows, with the settings of the tests."""
    for name, value in settings_of("monitoring", cluster).model_dump().items():
        if value is not None:
            monkeypatch.setenv(f"MONITORING_{name}".upper(), value.get_secret_value() if hasattr(value, "get_secret_value") else str(value))

    def command(rows: list[dict[str, Any]], *options: str) -> Any:
        file = tmp_path / "农户.csv"
        file.write_bytes(as_csv(SHEET, rows))
        return CliRunner().invoke(commands, ["import", str(file), "--by", "operator", *options])

    return command


def test_a_file_is_taken_in_with_its_progress_and_says_what_became_of_it(run: Any, tmp_path: Path) -> None:
    rows = some_rows(households=2)
    rows[5]["people"] = 9

    result = run(rows, "--area", "530902102", "--json", "--report", str(tmp_path / "report.xlsx"))

    assert result.exit_code == 1, result.output
    job = json.loads(result.stdout)
    assert (job["state"], job["created"] + job["refused"], job["created_by"]) == ("done", 8, "command:operator")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[0].max_row == 9


def test_a_good_file_ends_with_zero_and_a_table(run: Any) -> None:
    result = run(some_rows(households=1), "--area", "530902")

    assert result.exit_code == 0, result.output
    assert "done" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--area", "53"), "is no area"),
        (("--area", "530902", "--kind", "people"), "There is no such kind of file"),
        (("--area", "530902", "--kind", "medical_insurance_list"), ""),
    ],
)
def test_what_cannot_be_taken_is_said_and_ends_with_two(options: tuple[str, ...], said: str, run: Any) -> None:
    result = run(some_rows(households=1), *options)

    assert result.exit_code == 2
    assert said in result.output

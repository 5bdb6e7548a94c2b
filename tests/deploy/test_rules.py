"""The list of rules is complete, and names no code that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| R") and not line.startswith("| Rule")
]


def paths(where: str) -> list[str]:
    return re.findall(r"`([^`]+)`", where)


def test_every_rule_stands_there_once_and_in_order() -> None:
    assert [row[0] for row in ROWS] == [f"R{number}" for number in range(1, 167)]


def test_every_rule_has_a_sentence_and_a_place_in_the_plan() -> None:
    for number, sentence, plan, _ in ROWS:
        assert sentence.endswith("."), number
        assert re.fullmatch(r"front|ch\.\d+( s\.\d+)?(, ch\.\d+( s\.\d+)?)*", plan), number


def test_what_a_rule_names_exists_and_nothing_else_is_claimed() -> None:
    for number, _, _, where in ROWS:
        assert (where == "later") != bool(paths(where)), number
        for path in paths(where):
            assert (ROOT / path).is_file(), f"{number}: {path}"


def test_a_rule_that_the_code_cites_is_not_called_later() -> None:
    listed = {row[0] for row in ROWS if row[3] != "later"}
    sources = [file for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py")]
    cited = {rule for file in sources for rule in re.findall(r"\bR\d{1,3}\b", file.read_text(encoding="utf-8"))}
    assert "R37" in cited
    assert cited <= listed

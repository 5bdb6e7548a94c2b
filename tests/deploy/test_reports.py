"""The self-reports of the demo: drawn from the synthetic register, but for one stranger."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from deploy.demo.population import Register, draw_register
from deploy.demo.reports import SelfReport, changed, draw_reports, write_reports
from services.monitoring.usecases.leads.take_self_report import TakeSelfReport

SEED = 5309


@pytest.fixture(scope="module")
def register() -> Register:
    return draw_register(households=2_000, seed=SEED)


@pytest.fixture(scope="module")
def reports(register: Register) -> tuple[SelfReport, ...]:
    return draw_reports(register, count=60, seed=SEED)


def test_the_same_seed_makes_the_same_reports(tmp_path: Path, register: Register, reports: tuple[SelfReport, ...]) -> None:
    first = write_reports(tmp_path / "first.json", register, count=60, seed=SEED)
    write_reports(tmp_path / "second.json", register, count=60, seed=SEED)

    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    assert first == reports
    assert draw_reports(register, count=60, seed=1) != reports


def test_the_file_is_an_array_of_reports_that_can_be_taken(tmp_path: Path, register: Register) -> None:
    write_reports(tmp_path / "reports.json", register, count=2_001, seed=SEED)

    entries = json.loads((tmp_path / "reports.json").read_text(encoding="utf-8"))

    assert len(entries) == 2_001
    assert all(set(entry) == {"id", "sub", "county", "body"} for entry in entries)
    assert all(entry["body"]["village"].startswith(entry["county"]) for entry in entries)
    TypeAdapter(list[TakeSelfReport]).validate_python([entry["body"] for entry in entries])


def test_a_report_is_written_in_three_days_of_september_under_an_id_of_that_time(reports: tuple[SelfReport, ...]) -> None:
    for report in reports:
        at = datetime.fromisoformat(report.body["reported_at"])
        assert "2021-09-20" <= report.body["reported_at"][:10] <= "2021-09-22"
        assert report.body["reported_at"].endswith("+08:00")
        assert UUID(report.id).version == 7
        assert UUID(report.id).variant == "specified in RFC 4122"
        assert UUID(report.id).int >> 80 == at.timestamp() * 1_000


def test_ids_and_citizens_are_distinct_and_say_nothing_of_a_person(reports: tuple[SelfReport, ...]) -> None:
    assert len({report.id for report in reports}) == 60
    assert [report.sub for report in reports[:2]] == ["citizen-0001", "citizen-0002"]
    assert len({report.sub for report in reports}) == 60


def test_reporters_are_adults_of_the_village_but_for_one_whom_no_register_knows(register: Register, reports: tuple[SelfReport, ...]) -> None:
    (stranger,) = [report for report in reports if report.household is None]

    assert stranger.body["id_number"] not in register.id_numbers
    for report in reports:
        if report.household:
            assert report.body["village"] == report.household.village
            assert report.body["id_number"] in {person.id_number for person in report.household.adults}
    assert any(report.household and report.body["id_number"] != report.household.head.id_number for report in reports)


def test_hardships_vary(reports: tuple[SelfReport, ...]) -> None:
    assert len({hardship for report in reports for hardship in report.body["hardships"]}) == 9
    assert {len(report.body["hardships"]) for report in reports} >= {1, 2}


def test_a_changed_report_differs_in_its_description_alone(reports: tuple[SelfReport, ...]) -> None:
    for report in reports:
        again = changed(report.body)
        assert {name for name in again if again[name] != report.body[name]} == {"description"}

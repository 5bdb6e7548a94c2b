"""The files of the demo: the register's workbooks with their slips, and the lists of two departments."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from deploy.demo.chapters.line import RAISED
from deploy.demo.desk import department
from deploy.demo.files import Drawn, Files
from deploy.demo.lists import SentList
from deploy.demo.population import LINE
from deploy.demo.population.workbooks import SLOPPY, corrected, entries, in_workbook, one_by_one, write_workbook
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.jobs import FILE_KINDS
from services.monitoring.migrations.versions.v0007_department_lists import RULES
from services.monitoring.queries.signals.department_rows import NO_LEAD
from shared.files.limits import Limits
from shared.files.reading.batches import read
from shared.kernel.areas import COUNTIES
from shared.kernel.sheets import Sheet

HOUSEHOLDS = 150


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(folder=tmp_path_factory.mktemp("demo") / "made", households=HOUSEHOLDS)


@pytest.fixture(scope="module")
def drawn(files: Files) -> Drawn:
    return files.write()


@pytest.fixture(scope="module")
def medical(drawn: Drawn) -> SentList:
    return drawn.lists[0]


async def rows_in(file: Path, sheet: Sheet) -> list[dict[str, Any]]:
    """Read a file as the system does."""
    return [row async for batch in read(file, sheet, limits=Limits()) for row in batch.rows.to_dicts()]


def test_the_same_seed_and_size_make_the_same_bytes(tmp_path: Path, files: Files, drawn: Drawn) -> None:
    Files(folder=tmp_path / "again", households=HOUSEHOLDS).write()
    Files(folder=tmp_path / "other", households=HOUSEHOLDS, seed=1).write()

    made = {file.name: file.read_bytes() for file in files.folder.iterdir()}
    assert {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()} == made
    assert all((tmp_path / "other" / name).read_bytes() != content for name, content in made.items() if name.startswith("register"))


def test_files_that_are_there_are_left_as_they_are(files: Files, drawn: Drawn) -> None:
    files.workbook(SLOPPY).touch()
    before = files.workbook(SLOPPY).stat().st_mtime_ns

    assert files.write() == drawn
    assert files.workbook(SLOPPY).stat().st_mtime_ns == before
    assert files.held() == HOUSEHOLDS


@pytest.mark.parametrize("households", [*range(100, 140), 500])
def test_there_is_somebody_for_every_part_however_small_the_register_is(households: int, tmp_path: Path) -> None:
    drawn = Files(folder=tmp_path, households=households).draw()

    lines = [str(part.line) for part in drawn.parts] + [line for sent in drawn.lists for line in sent.parts]
    assert len(set(lines)) == len(lines)
    assert sum(entry.fault is not None for _, entry in entries(drawn.register, SLOPPY)) > 4
    assert [each for each in drawn.register.households if LINE <= each.income.reference_per_head < Decimal(RAISED)]


@pytest.mark.parametrize("households", [100, 2_000])
def test_who_only_stands_by_plays_no_other_part(households: int, tmp_path: Path) -> None:
    drawn = Files(folder=tmp_path, households=households).draw()
    by = drawn.bystanders

    playing = {part.line for part in drawn.parts} | {each.household.line for sent in drawn.lists for each in sent.people if each.household}
    assert len({by.misreported.line, by.neglected.line, by.parted.line, by.flooded.line} - playing) == 4
    assert by.misreported.kind is HouseholdKind.LIFTED_OUT
    assert min(by.parted.income.reference_per_head, by.flooded.income.reference_per_head) > Decimal(RAISED)


async def test_everybody_is_in_one_county_s_workbook_or_registered_by_a_village(files: Files, drawn: Drawn) -> None:
    by_hand = [orjson.loads(line) for line in files.one_by_one.read_bytes().splitlines()]
    written = [row for county in COUNTIES for row in await rows_in(files.workbook(county), HOUSEHOLD_REGISTER)]
    numbers = [body["number"] for body in by_hand] + list({row["household_number"] for row in written})

    assert sorted(numbers) == sorted(household.number for household in drawn.register.households)
    assert len(written) == sum(len(each.members) for county in COUNTIES for each in in_workbook(drawn.register, county)) + 1


@pytest.mark.parametrize("county", [county for county in COUNTIES if county != SLOPPY])
async def test_a_workbook_is_the_template_filled_in_without_a_fault(county: str, files: Files, drawn: Drawn) -> None:
    rows = await rows_in(files.workbook(county), HOUSEHOLD_REGISTER)
    households = {each.number: each for each in in_workbook(drawn.register, county)}

    assert [row["faults"] for row in rows] == [None] * len(rows)
    assert [row["id_number"] for row in rows] == [person.id_number for each in households.values() for person in each.members]
    heads = [row for row in rows if row["relation"] == "head"]
    assert len(heads) == len(households)
    for row in heads:
        household = households[row["household_number"]]
        assert (row["village"], row["kind"], row["people"]) == (household.village, household.kind, str(len(household.members)))
        assert Decimal(row["net_income"]) == household.income.net


def test_a_workbook_bears_the_mark_and_shows_the_village_by_name(files: Files, drawn: Drawn) -> None:
    book = openpyxl.load_workbook(files.workbook("530902"))

    assert book["说明"]["B1"].value == "household_register/2"
    assert [cell.value for cell in book["填报"][1]] == [column.header for column in HOUSEHOLD_REGISTER.columns]
    assert str(book["填报"]["A2"].value).endswith("委员会")


async def test_one_workbook_has_a_slip_of_each_sort_and_nothing_else_wrong(files: Files, drawn: Drawn) -> None:
    faults = Counter(entry.fault[1] for _, entry in entries(drawn.register, SLOPPY) if entry.fault)
    cells = {row["row"]: row["faults"] for row in await rows_in(files.workbook(SLOPPY), HOUSEHOLD_REGISTER) if row["faults"]}

    assert (faults["id_number_check_digit"], faults["registered_elsewhere"]) == (1, 1)
    assert set(faults) == {"id_number_check_digit", "registered_elsewhere", "one_head", "outside_area", "household_refused"}
    assert len(cells) == 1, "what is wrong beside the cells is found when rows are looked at together"
    assert not [entry for county in COUNTIES if county != SLOPPY for _, entry in entries(drawn.register, county) if entry.fault]


async def test_the_correction_holds_the_refused_households_as_they_should_be(tmp_path: Path, drawn: Drawn) -> None:
    refused = {number for number, entry in entries(drawn.register, SLOPPY) if entry.fault}
    file = tmp_path / "corrected.xlsx"

    assert write_workbook(file, corrected(drawn.register, SLOPPY, refused)) == len(refused) - 1

    rows = await rows_in(file, HOUSEHOLD_REGISTER)
    households = [each for each in drawn.register.households if each.number in {row["household_number"] for row in rows}]
    assert len(households) == 4
    assert {row["id_number"] for row in rows} == {person.id_number for each in households for person in each.members}
    elsewhere = {person.id_number for each in one_by_one(drawn.register) for person in each.members}
    assert not elsewhere & {row["id_number"] for row in rows}


async def test_lists_can_be_read_the_medical_one_in_the_encoding_of_old_systems(files: Files, drawn: Drawn, medical: SentList) -> None:
    text = files.list_of(medical).read_bytes().decode("gb18030")

    assert text.startswith('"来源编号"')
    with pytest.raises(UnicodeDecodeError):
        files.list_of(medical).read_bytes().decode("utf-8")
    for sent in drawn.lists:
        rows = await rows_in(files.list_of(sent), sent.kind.sheet)
        assert [row["faults"] for row in rows] == [None] * len(sent.rows)
        assert [row["id_number"] for row in rows] == [named.person.id_number for named, _ in sent.rows]
        assert len({row["source_number"] for row in rows}) == len(rows)
        assert all(row["village"].startswith(sent.county) for row in rows)


def test_the_medical_list_names_people_on_either_side_of_each_threshold_in_force(medical: SentList) -> None:
    thresholds = {population: Decimal(value) for kind, population, _, _, value, _ in RULES if kind == medical.kind.sheet.kind}
    sides: set[tuple[str, bool]] = set()

    for named, row in medical.rows:
        kind = named.household.kind if named.household else "general"
        calls = Decimal(row["self_paid"]) >= thresholds[kind]
        assert calls == (named.wanted.answer != NO_LEAD)
        sides.add((kind, calls))

    assert sides == {(kind, calls) for kind in thresholds for calls in (True, False)}


def test_the_medical_list_names_one_person_twice_and_one_whom_no_register_knows(drawn: Drawn, medical: SentList) -> None:
    times = Counter(named.person.id_number for named, _ in medical.rows)
    (stranger,) = [named for named in medical.people if named.household is None]

    assert sorted(times.values())[-2:] == [1, 2]
    assert stranger.person.id_number not in drawn.register.id_numbers
    assert medical.leads == sum(named.wanted.answer != NO_LEAD for named in medical.people) < len(medical.rows)


def test_each_list_is_sent_by_one_whose_it_is(medical: SentList) -> None:
    kind = FILE_KINDS[medical.kind.sheet.kind]
    sender = department(medical.county, medical.kind.department)

    assert (sender.role in kind.senders, sender.department) == (True, kind.department)

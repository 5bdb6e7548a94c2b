"""Nobody's name, number or phone is ever answered in full: not by any schema, and not in any answer to anybody."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zipfile import ZipFile

import httpx2
import openpyxl
import pytest

from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from shared.kernel import people
from shared.kernel.actors import Role
from shared.service.http.downloads import XLSX
from tests.builders.people import a_household
from tests.contracts.conftest import Platform
from tests.contracts.doors import SCHEMAS, TOLD
from tests.contracts.listed import rows_of
from tests.contracts.matrix import inside, request_for
from tests.contracts.operations import FORWARDED, OPERATIONS, PERMISSIONS, Operation
from tests.contracts.slots import Schemas
from tests.contracts.wanted import WANTED, Wanted, right_for
from tests.contracts.world import HERE, World

PERSONAL = re.compile(r"name|^head|phone|mobile|id_?(number|card)|card|bank|account|address|birth|born|secret|index|cipher|illness|diagnosis|person")
MASKED: Mapping[tuple[str, str], str] = {
    ("HouseholdFound", "head"): r".\*{1,3}",
    ("HouseholdFound", "person_name"): r".\*{1,3}",
    ("HouseholdFormShown", "address"): r".{1,3}\*{3}",
    ("HouseholdFormShown", "phone"): r"1[0-9]{2}\*{4}[0-9]{4}",
    ("HouseholdFormShown", "bank_account"): r"\*{8}[0-9]{4}",
    ("OneOfPair", "name"): r".\*{1,3}",
    ("OneOfPair", "id_number"): r"[0-9]{6}\*{8}[0-9]{2}\*{2}",
    ("HouseholdLine", "head"): r".\*{1,3}",
    ("MemberShown", "name"): r".\*{1,3}",
    ("MemberShown", "id_number"): r"[0-9]{6}\*{8}[0-9]{2}\*{2}",
    ("MemberShown", "phone"): r"1[0-9]{2}\*{4}[0-9]{4}",
    ("ScreeningLine", "head"): r".\*{1,3}",
    ("CrossingShown", "head"): r".\*{1,3}",
    ("CorrectionAsked", "name"): r".\*{1,3}",
    ("CorrectionAsked", "born_on"): r"[0-9]{4}-\*\*-\*\*",
    ("CorrectionAsked", "id_number"): r"[0-9]{6}\*{8}[0-9]{2}\*{2}",
    ("AssignmentShown", "name"): r".\*{1,3}",
    ("AssignmentShown", "phone"): r"1[0-9]{2}\*{4}[0-9]{4}",
    ("GroupHousehold", "head"): r".\*{1,3}",
    ("AlarmHouseholdShown", "head"): r".\*{1,3}",
    ("EffectLine", "head"): r".\*{1,3}",
    ("TrackingLine", "head"): r".\*{1,3}",
    ("Reporter", "name"): r".\*{1,3}",
    ("Reporter", "id_number"): r"[0-9]{6}\*{8}[0-9]{2}\*{2}",
    ("Reporter", "phone"): r"1[0-9]{2}\*{4}[0-9]{4}",
}
NO_PERSON_S = {
    ("HouseholdFormShown", "bank"),  # at which bank
    *(("AreaShown", "name"), ("CaseShown", "household_id")),
    *(("MemberNamed", "person_id"), ("CorrectionAsked", "person_id")),  # an id is not personal, what it leads to is
    *((schema, "person_id") for schema in ("FindingLine", "FindingShown", "WouldBeFound")),
    ("WorkLine", "area_name"),
    ("CellFault", "header"),
    ("FileShown", "name"),  # what its sender called the file; shown to whoever sees the job
}
OF_FILES = {"file"}
"""Fields that hold what is known of a file: its name is no person's."""

BACK_TO_ITS_ASKER = {"job_report"}
"""The file that was sent, with what is wrong in it, to nobody but its sender: masked it could not be corrected and sent again."""
COLUMNS = {column.header: column.field for column in HOUSEHOLD_REGISTER.columns if column.field in ("name", "id_number", "phone")}
BY_FIELD = {field: pattern for (_, field), pattern in MASKED.items()}
BY_FIELD["id_number"] += r"|\*"  # in a register that goes out: who has none stays as registered


def answers_of(operation: Operation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """List the schemas with which an operation may answer, the nested ones too."""
    named = SCHEMAS[operation.service].named
    answers = [answer["content"].get("application/json") for answer in TOLD[str(operation)]["responses"].values()]
    waiting = [answer["schema"] for answer in answers if answer]  # files and events are read below
    seen: set[str] = set()
    while waiting:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(waiting.pop())):
            if name not in seen:
                seen.add(name)
                waiting.append(named[name])
                yield name, named[name]


def test_every_field_of_an_answer_that_sounds_personal_is_known_to_be_masked() -> None:
    found = {
        (name, field)
        for operation in OPERATIONS
        for name, schema in answers_of(operation)
        for field in schema.get("properties", ())
        if PERSONAL.search(field)
    }

    assert found - NO_PERSON_S == set(MASKED), "mask it at its type and describe its mask here"


def test_an_answer_holds_nothing_but_what_its_schema_names() -> None:
    open_ended = {
        (name, field)
        for operation in OPERATIONS
        for name, schema in answers_of(operation)
        for field, told in schema.get("properties", {}).items()
        for plain in Schemas(SCHEMAS[operation.service].named).choices(told)
        if plain.get("additionalProperties") is True or ("type" not in plain and "enum" not in plain)
    }

    # What a decision or an alarm rests on, as it was kept: codes, dates, amounts and documents of the law. Searched for people below.
    assert open_ended == {("CaseShown", "basis"), ("StepShown", "basis"), ("StepShown", "record"), ("AlarmShown", "rule")}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_no_answer_names_anybody(operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]) -> None:
    await answered_without_names(operation, platform.http[operation.service], worlds, tally)


@pytest.mark.parametrize("kind", [people.PersonName, people.IdNumber, people.Phone])
async def test_a_mask_that_is_forgotten_is_found(kind: type, platform: Platform, worlds: dict[str, World], monkeypatch: pytest.MonkeyPatch) -> None:
    operation = next(each for each in OPERATIONS if each.id == "household")
    monkeypatch.setattr(kind, "__str__", lambda value: getattr(value, kind.__slots__[0]))

    with pytest.raises(AssertionError):
        await answered_without_names(operation, platform.http["monitoring"], worlds, Counter())


@pytest.mark.parametrize("operation", FORWARDED, ids=str)
async def test_no_answer_names_anybody_through_the_gateway(
    operation: Operation, gateway: httpx2.AsyncClient, worlds: dict[str, World], tally: Counter[str]
) -> None:
    await answered_without_names(operation, gateway, worlds, tally)


async def answered_without_names(operation: Operation, http: httpx2.AsyncClient, worlds: dict[str, World], tally: Counter[str]) -> None:
    """Ask as every role that may; read every answer for everybody, and every masked field for its mask."""
    secrets = set.union(*(world.secrets for world in worlds.values()))
    for role in sorted(PERMISSIONS[operation.service][operation.id]):
        caller = inside(role)
        for wanted in (each for each in WANTED[str(operation)](worlds[HERE]) if caller.actor and each.is_granted_to(caller.actor)):
            answer = await http.send(request_for(operation, wanted, caller))
            assert answer.status_code == wanted.status, answer.text
            if operation.id not in BACK_TO_ITS_ASKER:
                text = text_of(answer)
                assert not {secret for secret in secrets | sent(wanted) if secret in text or secret in str(answer.headers)}
                tally["answers read for everybody's name, number and phone"] += 1
            if operation.id != "areas":
                for field, value in shown_in(answer):
                    tally["fields read for their mask"] += 1
                    assert re.fullmatch(BY_FIELD[field], value), field


def text_of(answer: httpx2.Response) -> str:
    """Read what an answer tells; a workbook is packed."""
    if not answer.headers["content-type"].startswith(XLSX):
        return answer.text
    with ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def shown_in(answer: httpx2.Response) -> Iterator[tuple[str, str]]:
    """List the personal fields of an answer: of JSON, of events, of the rows of a list."""
    match answer.headers["content-type"].partition(";")[0]:
        case "application/json":
            yield from personal(answer.json())
        case "text/event-stream":
            for line in (each for each in answer.text.splitlines() if each.startswith("data:")):
                yield from personal(json.loads(line.removeprefix("data:")))
        case "text/csv":
            for row in rows_of(answer):
                yield from ((COLUMNS[header], value) for header, value in row.items() if header in COLUMNS and value)


def sent(wanted: Wanted) -> set[str]:
    """Who was sent in with a request."""
    return {value for field, value in personal(wanted.body)}


def personal(value: Any) -> Iterator[tuple[str, str]]:
    """List the personal fields in an answer or a request, at any depth."""
    if isinstance(value, dict):
        yield from ((field, held) for field, held in value.items() if field in BY_FIELD and isinstance(held, str))
        value = [part for field, part in value.items() if field not in OF_FILES]
    for part in value if isinstance(value, list) else ():
        yield from personal(part)


async def test_a_register_goes_out_masked_as_a_workbook_too(platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if each.id == "household_export"]
    [wanted] = WANTED[str(operation)](worlds[HERE])

    answer = await platform.http["monitoring"].send(
        request_for(operation, replace(wanted, query={**wanted.query, "format": "xlsx"}), inside(Role.AUDITOR))
    )

    rows = [[str(cell or "") for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)]
    places = {COLUMNS[header]: place for place, header in enumerate(rows[0]) if header in COLUMNS}
    assert len(rows) > len(worlds[HERE].people)
    for field, place in places.items():
        assert all(re.fullmatch(BY_FIELD[field], row[place]) for row in rows[1:] if row[place] or field != "phone"), field
    assert not {secret for secret in worlds[HERE].secrets if secret in text_of(answer)}


async def test_a_report_goes_to_its_asker_with_what_he_sent(platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if each.id == "job_report"]
    caller = inside(Role.VILLAGE_CADRE)
    wanted = right_for(str(operation), worlds[HERE], caller.actor)

    report = text_of(await platform.http["monitoring"].send(request_for(operation, wanted, caller)))

    sent_in = worlds[HERE].rows[0]["id_number"]
    assert sent_in in report
    for role in Role:
        if role is not Role.VILLAGE_CADRE:
            assert sent_in not in (await platform.http["monitoring"].send(request_for(operation, wanted, inside(role)))).text


async def test_no_refusal_names_anybody(platform: Platform, worlds: dict[str, World]) -> None:
    here = worlds[HERE]
    register, report = (next(each for each in OPERATIONS if each.id == name) for name in ("new_household", "self_report"))
    again = Wanted(body=a_household(village=HERE, members=1) | {"members": here.people})
    twice = Wanted(body=a_household(village=HERE, members=1) | {"members": [here.people[0], {**here.people[0], "relation": "other"}]})
    other = Wanted(path={"report_id": here.report}, body={**here.report_sent, "description": "另一件事"})

    for operation, wanted, status in ((register, again, 409), (register, twice, 422), (report, other, 409)):
        role = sorted(PERMISSIONS["monitoring"][operation.id])[0]
        answer = await platform.http["monitoring"].send(request_for(operation, wanted, inside(role)))
        assert answer.status_code == status, answer.text
        assert not {secret for secret in here.secrets if secret in answer.text}

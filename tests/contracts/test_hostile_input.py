"""Whatever is sent, wherever: it is granted if it is legitimate there, and else refused by the name of its field, without echo or trace."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest

from shared.wire import types
from tests.contracts import hostile
from tests.contracts.conftest import Platform
from tests.contracts.doors import SCHEMAS, TOLD, Door, door_to, judged, names, refused
from tests.contracts.operations import OPERATIONS, Operation
from tests.contracts.slots import Slot
from tests.contracts.world import World

Open = Callable[[Operation], AbstractAsyncContextManager[Door]]

WITH_FORM = [each for each in OPERATIONS if SCHEMAS[each.service].form_of(TOLD[str(each)])]
WITH_BODY = [each for each in OPERATIONS if "requestBody" in TOLD[str(each)] and each not in WITH_FORM]
WITH_PARAMETERS = [each for each in OPERATIONS if TOLD[str(each)].get("parameters")]


@pytest.fixture
def opening(platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]) -> Open:
    return lambda operation: door_to(operation, platform, worlds, owners, tally)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_a_field_of_the_body_takes_what_fits_and_names_what_does_not(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        assert await wrong_fields(door) == []


async def wrong_fields(door: Door) -> list[str]:
    """Put every hostile value into every field; list what was granted or refused otherwise than it should."""
    wrong: list[str] = []
    for slot in door.fields():
        for name, written in hostile.IN_JSON.items():
            answer = await door.send(body=slot.put(door.wanted.body, written))
            wrong += judged(slot, name, answer, fits=door.schemas.fits(hostile.read(written), slot.schema))
    return wrong


@pytest.mark.parametrize(
    ("guard", "mutant", "operation_id", "field"),
    [
        ("UNSAFE", "(?!)", "task_start", "body.responsible"),
        ("_TIME", ".*", "task_finish", "body.finished_at"),
        ("_MONEY", ".*", "new_household", "body.income.wage_income"),
    ],
)
async def test_a_type_that_lets_everything_pass_is_found(
    guard: str, mutant: str, operation_id: str, field: str, opening: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(types, guard, re.compile(mutant))

    async with opening(next(each for each in WITH_BODY if each.id == operation_id)) as door:
        assert any(mistake.startswith(field) for mistake in await wrong_fields(door))


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
async def test_a_parameter_takes_what_fits_and_names_what_does_not(operation: Operation, opening: Open) -> None:
    wrong: list[str] = []
    async with opening(operation) as door:
        for slot in door.parameters():
            for name, value in (hostile.IN_HEADERS if slot.where == "header" else hostile.IN_TEXT).items():
                answer = await door.send_in(slot, value)
                wrong += judged(slot, name, answer, fits=door.schemas.fits_text(value, slot.schema))
    assert wrong == []


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
async def test_a_field_of_a_form_takes_what_fits_and_names_what_does_not(operation: Operation, opening: Open) -> None:
    wrong: list[str] = []
    async with opening(operation) as door:
        for slot in door.form_fields():
            for name, value in hostile.IN_TEXT.items():
                answer = await door.send_in_form(slot, value)
                wrong += judged(slot, name, answer, fits=door.schemas.fits_text(value, slot.schema))
    assert wrong == []


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
async def test_a_field_of_a_form_that_nobody_knows_is_refused_and_its_name_not_repeated(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        for name in hostile.NAMES.values():
            answer = await door.send_in_form(Slot("body", (name.encode("utf-8", "surrogatepass").decode("latin-1"),), {}), b"1")
            assert not {field for field in refused(answer) if not re.fullmatch(r"body\.[A-Za-z?][\w-]*", field)}
            assert "533522194001010019" not in answer.text
            assert "李文芳" not in answer.text


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
@pytest.mark.parametrize("name", hostile.FORMS)
async def test_a_form_that_is_none_is_refused(name: str, operation: Operation, opening: Open) -> None:
    content_type, body, status, fields = hostile.FORMS[name]

    async with opening(operation) as door:
        answer = await door.send(body=body, headers={"content-type": content_type.encode("latin-1")})
        assert answer.status_code == status, answer.text[:300]
        assert answer.is_success or refused(answer) == fields


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
async def test_the_name_of_a_file_breaks_nothing(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        right = door.request().content
        for name, value in hostile.FILE_NAMES.items():
            answer = await door.send(body=right.replace(b'filename="rows.csv"', b'filename="' + value + b'"'))
            assert answer.status_code in {door.wanted.status, 400}, f"{name}: {answer.text[:300]}"
            assert answer.is_success or refused(answer) == set()


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_a_field_that_nobody_knows_is_refused_at_every_depth_and_its_name_not_repeated(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        for keys in door.objects():
            ours, *others = [Slot("body", (*keys, name), {}) for name in ("status", *hostile.NAMES.values())]
            fields = refused(await door.send(body=ours.put(door.wanted.body, "1")))
            assert names(fields, ours), fields
            for slot in others:
                answer = await door.send(body=slot.put(door.wanted.body, "1", ascii_only=True))
                fields = refused(answer)
                assert any(field.startswith(".".join(map(str, ("body", *keys)))) for field in fields), fields
                assert "533522194001010019" not in answer.text
                assert "李文芳" not in answer.text


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_a_body_that_is_none_is_refused(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        for name, (body, statuses) in hostile.BODIES.items():
            answer = await door.send(body=body)
            refused(answer)
            assert answer.status_code in statuses, f"{name}: {answer.text[:300]}"


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_a_right_body_written_otherwise_is_read_as_what_it_says_or_refused(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        right = door.request().content
        name = next(iter(door.wanted.body)).encode()

        marked = await door.send(body=b"\xef\xbb\xbf" + right)
        chinese = await door.send(body=right[:-1] + ', "镇康": 1}'.encode("gb18030"))
        last_counts = await door.send(body=b'{"' + name + b'": [[]], ' + right[1:])
        last_is_wrong = await door.send(body=right[:-1] + b', "' + name + b'": [[]]}')
        of_another_kind = [await door.send(headers={"content-type": kind}) for kind in hostile.CONTENT_TYPES]

        assert marked.status_code == door.wanted.status, "a byte order mark says nothing"
        assert refused(chinese) == set()
        assert last_counts.status_code == door.wanted.status
        assert any(field.startswith(f"body.{name.decode()}") for field in refused(last_is_wrong))
        assert [(answer.status_code, refused(answer)) for answer in of_another_kind] == [(422, {"body"})] * len(hostile.CONTENT_TYPES)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_headers_of_the_connection_break_nothing(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        for value in hostile.IN_HEADERS.values():
            granted = await door.send(headers=dict.fromkeys(("accept-language", "x-request-id", "accept", "user-agent"), value))
            unknown = await door.send(headers={"authorization": b"Bearer " + value})
            assert granted.status_code == door.wanted.status
            assert not any(said in str(granted.headers) for said in hostile.NEVER_SAID)
            assert refused(unknown) == set()
            assert unknown.status_code == 401


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_another_method_is_refused_by_name(operation: Operation, opening: Open) -> None:
    async with opening(operation) as door:
        url = door.request().url
        offered = {each.method for each in OPERATIONS if each.service == operation.service and each.serves(url.path)}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "ZQ7X"} - offered:
            answer = await door.http.request(method, url, headers=dict(door.caller.headers))
            assert answer.status_code == 405, method
            assert set(answer.headers["allow"].split(", ")) <= offered, method
            assert method == "HEAD" or answer.json()["type"] == "urn:bottom-line:problem:MethodNotAllowed"

"""Files that come in: streamed to the store, once for each key, and gone again when refused."""

import asyncio
import hashlib
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from shared.database.transaction import Database
from shared.service.http.apps import create_service
from shared.service.http.uploads import display_name, takes_a_file
from shared.service.identity import Identity
from shared.service.metrics import Metrics
from shared.wire import command
from tests.builders.story import refused
from tests.fixtures.callers import Call, Caller, speaking_to
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.tokens import auditor, county
from tests.fixtures.waiting import until
from tests.shared.service.forms import BOUNDARY, FORM, MIB, Body, a_form, asked, form, imports, part, piecewise, silence, taking_files

PATH = "/v1/imports"

Make = Callable[..., FastAPI]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def make(projects: Database, cluster: Cluster, folder: Path) -> Make:
    return lambda **limits: taking_files(projects, settings_of("projects", cluster), folder, **limits)


@pytest.fixture
async def call(make: Make) -> AsyncIterator[Call]:
    async with speaking_to(make()) as call:
        yield call


def headers_of(caller: Caller, key: str | None = None) -> dict[str, str]:
    return {**caller.headers, "Content-Type": FORM, "Idempotency-Key": key or uuid4().hex}


async def sent(call: Call, body: bytes | AsyncIterator[bytes] | Body, key: str | None = None, **headers: str) -> httpx2.Response:
    caller = call(county())
    content = body if isinstance(body, bytes) else aiter(body)
    return await caller.http.post(PATH, content=content, headers={**headers_of(caller, key), **headers})


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_file_is_kept_under_an_id_of_ours_with_what_is_known_of_it(call: Call, folder: Path) -> None:
    answer = await sent(call, a_form(b"\r\n--rows\r\n", name="农户 1.xlsx", year="2022", dry="true"))

    kept = answer.json()
    assert (answer.status_code, left_in(folder), (folder / kept["id"]).read_bytes()) == (202, [kept["id"]], b"\r\n--rows\r\n")
    assert (kept["name"], kept["size"], kept["sha256"]) == ("农户 1.xlsx", 10, hashlib.sha256(b"\r\n--rows\r\n").hexdigest())
    assert (kept["kind"], kept["year"], kept["dry"]) == ("households", 2022, True)


async def test_the_fields_may_follow_the_file(call: Call, folder: Path) -> None:
    answer = await sent(call, form(part("file", b"rows", file="a.csv"), part("kind", "leads")))

    assert (answer.status_code, answer.json()["kind"], len(left_in(folder))) == (202, "leads", 1)


@pytest.mark.parametrize("size", [1, 7, 64])
async def test_a_form_may_be_cut_anywhere(call: Call, size: int) -> None:
    content = f"\r\n--{BOUNDARY}\r--\r\n-".encode()

    answer = await sent(call, piecewise(a_form(content), size))

    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()


async def test_twenty_mebibytes_go_through_without_being_held(call: Call, folder: Path) -> None:
    block = bytes(range(256)) * 256

    async def body() -> AsyncIterator[bytes]:
        yield part("kind", "households") + part("file", b"", file="large.xlsx")[:-2]
        for _ in range(20 * MIB // len(block)):
            yield block
        yield b"\r\n" + form()

    tracemalloc.start()
    try:
        answer = await sent(call, body())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (answer.status_code, answer.json()["size"], peak < 8 * MIB) == (202, 20 * MIB, True), peak
    assert (folder / answer.json()["id"]).stat().st_size == 20 * MIB


async def test_nothing_is_read_before_it_is_known_who_sends_it(call: Call, folder: Path) -> None:
    stranger, nobody, keyless = Body(a_form()), Body(a_form()), Body(a_form())
    forbidden, officer = call(auditor()), call(county())

    answers = [
        await forbidden.http.post(PATH, content=aiter(stranger), headers=headers_of(forbidden)),
        await officer.http.post(PATH, content=aiter(nobody), headers={"Content-Type": FORM, "Idempotency-Key": "k"}),
        await officer.http.post(PATH, content=aiter(keyless), headers={**officer.headers, "Content-Type": FORM}),
    ]

    assert [refused(answer)[:2] for answer in answers] == [(403, "Forbidden"), (401, "Unauthenticated"), (400, "KeyMissing")]
    assert (stranger.read, nobody.read, keyless.read, left_in(folder)) == (0, 0, 0, [])


KIND = part("kind", "households")
FILE = part("file", b"rows", file="rows.xlsx")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (form(KIND), {"body.file": "missing"}),
        (form(FILE), {"body.kind": "missing"}),
        (form(KIND, FILE, FILE), {"body.file": "repeated"}),
        (form(KIND, KIND, FILE), {"body.kind": "repeated"}),
        (form(KIND, FILE, part("kind", "leads")), {"body.kind": "repeated"}),
        (form(KIND, part("colour", "red"), FILE), {"body.colour": "unexpected_keyword_argument"}),
        (form(KIND, FILE, part("file2", b"rows", file="b")), {"body.file2": "unexpected_keyword_argument"}),
        (form(KIND, part("533522197001010010", "x"), FILE), {"body.?": "unexpected_keyword_argument"}),
        (form(KIND, part("note", "x" * 4097), FILE), {"body.note": "string_too_long"}),
        (form(KIND, part("note", b"\xff"), FILE), {"body.note": "string_unicode"}),
        (form(KIND, part("note", "a\x00b"), FILE), {"body.note": "unsafe_text"}),
        (form(part("kind", "cats"), FILE), {"body.kind": "enum"}),
        (form(KIND, part("year", "last"), part("area", "11"), FILE), {"body.year": "int_parsing", "body.area": "string_pattern_mismatch"}),
        (form(KIND, part("dry", "perhaps"), FILE), {"body.dry": "bool_parsing"}),
    ],
    ids=range(14),
)
async def test_what_does_not_fit_is_named_and_leaves_no_file(call: Call, folder: Path, body: bytes, fields: dict[str, str]) -> None:
    answer = await sent(call, body)

    assert refused(answer)[:2] == (422, "Malformed")
    assert {each["field"]: each["reason"] for each in answer.json()["fields"]} == fields
    assert all(each["detail"] != "不合规格" for each in answer.json()["fields"])
    assert left_in(folder) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rows",
        form(KIND, FILE, end=b""),
        form(KIND, FILE)[:-20],
        form(KIND, FILE).replace(b'; name="kind"', b""),
        form(KIND, FILE).replace(b"Content-Disposition", b"X" * 5000),
        form(KIND, FILE).replace(b"\r\n\r\n", b"\r\n" + b"X-More: 1\r\n" * 9 + b"\r\n"),
        form(KIND, FILE).replace(b"Content-Disposition: ", b"Content Disposition\xff"),
        form(KIND, FILE).replace(b"\r\n", b"\n"),
    ],
    ids=range(9),
)
async def test_what_is_no_form_cannot_be_read(call: Call, folder: Path, body: bytes) -> None:
    answer = await sent(call, body)

    assert (refused(answer)[:2], left_in(folder)) == ((400, "Malformed"), [])


@pytest.mark.parametrize(
    ("content_type", "status", "fields"),
    [
        ("application/json", 422, ["header.content-type"]),
        ("", 422, ["header.content-type"]),
        ("multipart/mixed; boundary=x", 422, ["header.content-type"]),
        ("multipart/form-data", 400, []),
        (f"multipart/form-data; boundary={'x' * 300}", 400, []),
    ],
)
async def test_only_a_form_is_a_form(call: Call, folder: Path, content_type: str, status: int, fields: list[str]) -> None:
    body = Body(a_form())

    answer = await sent(call, body, **{"Content-Type": content_type})

    assert (refused(answer), body.read, left_in(folder)) == ((status, "Malformed", fields), 0, [])


async def test_a_file_that_says_it_is_too_large_is_not_read(make: Make, folder: Path) -> None:
    body = Body(a_form(b"x" * (2 * MIB)))

    async with speaking_to(make(largest=MIB)) as call:
        answer = await sent(call, body, **{"Content-Length": str(2 * MIB + 1)})

    assert (refused(answer)[:2], answer.json()["title"], body.read) == ((413, "TooLarge"), "请求内容过大，上限为1 MiB。", 0)
    assert left_in(folder) == []


@pytest.mark.parametrize(
    "body", [a_form(b"x" * (3 * MIB + 1)), a_form(b"x" * (10 * MIB)), a_form() + b"x" * (5 * MIB)], ids=["file", "much", "after"]
)
@pytest.mark.parametrize("declared", [True, False])
async def test_a_file_that_turns_out_too_large_is_refused(make: Make, folder: Path, body: bytes, *, declared: bool) -> None:
    async with speaking_to(make(largest=3 * MIB)) as call:
        answer = await sent(call, body if declared else piecewise(body), **{"Accept-Language": "en"})

    assert (refused(answer)[:2], answer.json()["title"]) == ((413, "TooLarge"), "The body is too large: 3 MiB at most.")
    assert left_in(folder) == []


async def test_the_largest_file_is_not_too_large(make: Make) -> None:
    async with speaking_to(make(largest=3 * MIB)) as call:
        assert (await sent(call, piecewise(a_form(b"x" * 3 * MIB)))).json()["size"] == 3 * MIB


async def test_twins_get_one_answer_and_one_file_remains(call: Call, folder: Path) -> None:
    key = uuid4().hex

    answers = await asyncio.gather(*(sent(call, a_form(), key) for _ in range(8)))
    later = await sent(call, a_form(), key)

    assert {(answer.status_code, answer.content) for answer in [*answers, later]} == {(202, answers[0].content)}
    assert left_in(folder) == [answers[0].json()["id"]]


async def test_a_key_belongs_to_one_file_and_one_form(call: Call, folder: Path) -> None:
    key = uuid4().hex
    first = await sent(call, a_form(b"rows", note="one"), key)

    others = [await sent(call, body, key) for body in (a_form(b"other", note="one"), a_form(b"rows", note="two"), a_form(b"rows"))]
    turned = await sent(call, form(part("note", "one"), FILE, KIND), key)

    assert {refused(answer)[:2] for answer in others} == {(422, "KeyUsedForAnother")}
    assert (turned.status_code, turned.content) == (202, first.content)
    assert left_in(folder) == [first.json()["id"]]


async def test_a_refusal_leaves_no_file_and_the_key_free(call: Call, folder: Path) -> None:
    key = uuid4().hex

    refusal = await sent(call, a_form(note="unwanted"), key)
    assert (refused(refusal), left_in(folder)) == ((422, "Unwanted", ["body.note"]), [])

    assert (await sent(call, a_form(), key)).status_code == 202


async def test_while_a_file_comes_in_no_connection_is_held(make: Make, projects: Database) -> None:
    halfway, go_on = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield KIND + FILE[:-4]
        halfway.set()
        await go_on.wait()
        yield FILE[-4:] + form()

    before = projects.engine.pool.status()
    async with speaking_to(make()) as call, asyncio.timeout(20):
        sending = asyncio.create_task(sent(call, body()))
        await halfway.wait()
        during = projects.engine.pool.status()
        go_on.set()
        answer = await sending

    assert (answer.status_code, during) == (202, before)


async def test_a_client_that_leaves_leaves_no_file(make: Make, folder: Path, projects_admin: asyncpg.Connection) -> None:
    app, key = make(), uuid4().hex
    messages = [{"type": "http.request", "body": KIND + FILE[:-4], "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async with speaking_to(app) as call:
        answer = await asked(app, PATH, headers_of(call(county()), key), receive)

    assert (answer[0]["status"], messages, left_in(folder)) == (400, [], [])
    assert await projects_admin.fetchval("SELECT count(*) FROM idempotency WHERE key = $1", key) == 0


async def test_a_request_that_is_cancelled_leaves_no_file(make: Make, folder: Path) -> None:
    app = make()
    pieces = [KIND, FILE[:-4] + b"x" * 3 * MIB]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": True} if pieces else await silence()

    async with speaking_to(app) as call, asyncio.timeout(20):
        asking = asyncio.create_task(asked(app, PATH, headers_of(call(county())), receive))
        await until(lambda: left_in(folder))
        assert left_in(folder)[0].endswith(".part")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    assert left_in(folder) == []


@pytest.mark.parametrize("limits", [{"idle_seconds": 0.05}, {"seconds": 0.05}])
async def test_a_client_that_takes_too_long_is_told_so(make: Make, folder: Path, limits: dict[str, float]) -> None:
    app, pieces = make(**limits), [KIND + FILE[:-4]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": True} if pieces else await silence()

    async with speaking_to(app) as call, asyncio.timeout(20):
        answer = await asked(app, PATH, headers_of(call(county())), receive)

    assert (answer[0]["status"], json.loads(answer[1]["body"])["type"], left_in(folder)) == (400, "urn:bottom-line:problem:UploadTooSlow", [])


async def test_a_disk_that_fails_leaves_no_file(make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    async with speaking_to(make()) as call:
        monkeypatch.setattr("shared.files.store.os.write", full)
        answer = await sent(call, a_form())

    assert (refused(answer)[:2], left_in(folder)) == ((503, "Busy"), [])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("rows.xlsx", "rows.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\农户（一）.xlsx", "农户（一）.xlsx"),
        ("a\x00b\u202ecod.exe\n", "abcod.exe"),
        ('<"a">|?.csv', "__a____.csv"),
        ("..", "file"),
        ("", "file"),
        ("x/", "file"),
        ("x" * 300 + ".xlsx", "x" * 195 + ".xlsx"),
    ],
)
def test_the_name_of_a_file_is_for_people_only(given: str, shown: str) -> None:
    assert display_name(given) == shown


async def test_a_name_is_never_part_of_a_path(call: Call, folder: Path) -> None:
    answer = await sent(call, a_form(name="../../../escaped"))

    assert (answer.json()["name"], left_in(folder)) == ("escaped", [answer.json()["id"]])


async def test_the_form_is_documented(call: Call) -> None:
    document = (await call(county()).http.get("/openapi.json")).json()

    operation = document["paths"][PATH]["post"]
    body = operation["requestBody"]["content"]["multipart/form-data"]
    assert operation["requestBody"]["required"] is True
    assert body["schema"]["required"] == ["file", "kind"]
    assert body["schema"]["properties"]["file"] == {"type": "string", "format": "binary", "description": "要上传的文件。The file."}
    assert body["schema"]["properties"]["kind"]["enum"] == ["households", "leads"]
    assert body["schema"]["properties"]["year"]["default"] == 2021
    assert body["example"]["kind"] == "households"
    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key"]
    assert {"400", "413", "422", "202"} <= set(operation["responses"])


def test_a_service_that_takes_files_needs_a_place_for_them(projects: Database, cluster: Cluster) -> None:
    settings = settings_of("projects", cluster)
    identity = Identity("projects", settings.public_keys(), issuer=settings.issuer)

    with pytest.raises(ValueError, match="takes_files"):
        create_service("x", "", imports, service="x", database=projects, identity=identity, permissions={}, metrics=Metrics("x"))


def test_no_field_of_a_form_is_the_file() -> None:
    @command
    class Odd:
        file: str

    with pytest.raises(TypeError, match="none of them is the file"):
        takes_a_file(Odd)


async def test_the_other_operations_keep_their_limit(make: Make) -> None:
    app = make()

    async with speaking_to(app) as call:
        answer = await call(county()).http.post("/v1/imports/other", content=b"x" * (MIB + 1), headers=call(county()).headers)

    assert (answer.status_code, answer.json()["title"]) == (413, "请求内容过大，上限为1 MiB。")

"""One key has one effect and one answer, for each caller."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from tests.builders.people import a_household
from tests.builders.story import refused
from tests.fixtures.callers import Call
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import HOME, township, village
from tests.shared.database.conftest import ELSEWHERE

PATH = "/v1/households"


async def test_fifty_twins_have_one_effect_and_one_answer(call: Call, admin: asyncpg.Connection) -> None:
    household, key = a_household(), uuid4().hex
    before = await count_of(admin, "SELECT count(*) FROM household")

    answers = await asyncio.gather(*(call(village()).post(PATH, household, key=key) for _ in range(50)))

    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert await admin.fetchval("SELECT count(*) FROM household") == before + 1
    assert await admin.fetchval("SELECT count(*) FROM membership WHERE household_id = $1", answers[0].json()["id"]) == 4


async def test_a_repeated_key_gets_the_first_answer_word_for_word(call: Call) -> None:
    household, key = a_household(), uuid4().hex

    first = await call(village()).post(PATH, household, key=key)
    again = await call(village()).post(PATH, household, key=key)

    assert (again.status_code, again.content, again.headers["content-type"]) == (201, first.content, first.headers["content-type"])


async def test_a_key_belongs_to_one_request(call: Call) -> None:
    household, key = a_household(), uuid4().hex
    await call(village()).post(PATH, household, key=key)

    another_body = await call(village()).post(PATH, a_household(), key=key)
    another_path = await call(village()).post("/v1/leads", {"channel": "hotline", "hardships": ["house"], "household_id": str(uuid4())}, key=key)

    assert refused(another_body)[:2] == (422, "KeyUsedForAnother")
    assert refused(another_path)[:2] == (422, "KeyUsedForAnother")


@pytest.mark.parametrize("key", [None, " ", "a b", "x" * 101, "\t", "é", "\x7f", "a\x00b"])
async def test_a_key_is_needed_and_is_one_to_a_hundred_printable_characters(call: Call, admin: asyncpg.Connection, key: str | None) -> None:
    before = await admin.fetchval("SELECT count(*) FROM household")
    caller = call(village())
    headers = caller.headers if key is None else {**caller.headers, "Idempotency-Key": key.encode("latin-1")}

    answer = await caller.http.post(PATH, json=a_household(), headers=headers)  # pyright: ignore[reportArgumentType]

    assert refused(answer) == (400, "KeyMissing", ["header.idempotency-key"])
    assert await admin.fetchval("SELECT count(*) FROM household") == before


async def test_an_empty_key_is_none(call: Call) -> None:
    caller = call(village())

    answer = await caller.http.post(PATH, json=a_household(), headers={**caller.headers, "Idempotency-Key": ""})

    assert refused(answer)[0] == 400


@pytest.mark.parametrize("key", ["~", "x" * 100, "'; DROP TABLE idempotency; --".replace(" ", "_"), "%s$1:x"])
async def test_any_printable_key_will_do(call: Call, key: str) -> None:
    assert (await call(village(uuid4().hex)).post(PATH, a_household(), key=key)).status_code == 201


async def test_the_same_key_of_another_caller_or_another_county_is_another_key(call: Call) -> None:
    key = uuid4().hex
    callers = [village("a"), village("b"), village("a", ELSEWHERE)]

    answers = [await call(actor).post(PATH, a_household(village=actor.area), key=key) for actor in callers]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 3


async def test_a_refusal_leaves_the_key_free(call: Call) -> None:
    key = uuid4().hex
    headless = a_household()
    headless["members"][0]["relation"] = "other"

    assert refused(await call(village()).post(PATH, headless, key=key))[:2] == (422, "OneHead")
    assert (await call(village()).post(PATH, a_household(), key=key)).status_code == 201


async def test_a_request_that_never_was_valid_leaves_the_key_free(call: Call) -> None:
    key = uuid4().hex

    assert (await call(village()).post(PATH, {"nothing": 1}, key=key)).status_code == 422
    assert (await call(township("stranger", ELSEWHERE[:9])).post(PATH, a_household(), key=key)).status_code in {403, 404, 422}
    assert (await call(village()).post(PATH, a_household(), key=key)).status_code == 201


async def test_what_is_kept_is_ids_and_states_and_nothing_personal(call: Call, admin: asyncpg.Connection) -> None:
    household, key = a_household(), uuid4().hex
    await call(village()).post(PATH, household, key=key)

    row = await admin.fetchrow("SELECT county_code, actor, status, convert_from(body, 'UTF8') AS body FROM idempotency WHERE key = $1", key)
    assert row is not None
    assert (row["county_code"], row["actor"], row["status"]) == (HOME[:6], "village", 201)
    for member in household["members"]:
        assert not any(member[field] in row["body"] for field in ("name", "id_number", "phone"))


async def test_a_twin_of_one_that_is_taking_long_is_told_to_wait(call: Call, admin: asyncpg.Connection) -> None:
    key = uuid4().hex
    holding = admin.transaction()
    await holding.start()
    try:
        await admin.execute("INSERT INTO idempotency (county_code, actor, key, fingerprint) VALUES ($1, 'village', $2, '')", HOME[:6], key)
        answer = await call(village()).post(PATH, a_household(), key=key)
    finally:
        await holding.rollback()

    assert refused(answer)[:2] == (409, "InProgress")
    assert answer.headers["retry-after"] == "2"


async def test_every_changing_post_asks_for_a_key_in_its_document_and_no_other_operation_does(call: Call) -> None:
    document = (await call(village()).http.get("/openapi.json")).json()
    asking, changing = set(), set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", [])):
                asking.add((method, path))
            if method == "post" and operation["operationId"] not in ("household_search", "signal_rule_trial", "quality_rule_trial"):
                changing.add((method, path))

    assert asking == changing
    assert len(changing) >= 8

"""Bodies and questions that no honest client sends: refused, and not repeated."""

from uuid import uuid4

import pytest

from tests.builders.story import refused
from tests.fixtures.callers import Call
from tests.fixtures.tokens import county, village


@pytest.mark.parametrize(("size", "status"), [(2**20 + 1, 413), (2**22, 413), (2**20 - 2, 422)])
async def test_a_body_above_one_mebibyte_is_refused_unread(call: Call, size: int, status: int) -> None:
    caller = call(village())
    headers = {**caller.headers, "Content-Type": "application/json", "Idempotency-Key": uuid4().hex}

    answer = await caller.http.post("/v1/households", content=b'"' + b"x" * size + b'"', headers=headers)
    streamed = await caller.http.post("/v1/households", content=_stream(b'"' + b"x" * size + b'"'), headers=headers)

    assert refused(answer)[0] == refused(streamed)[0] == status


async def _stream(body: bytes):
    for start in range(0, len(body), 65536):
        yield body[start : start + 65536]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"village":NaN}',
        b'{"village":Infinity}',
        b'{"village":1e400}',
        b'{"village":"\\ud800"}',
        b'{"village":"\\u0000"}',
        b'{"village":"\xc4\xe3"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"village":' + b"9" * 5000 + b"}",
        b"--boundary",
    ],
    ids=lambda body: ascii(body)[:25],
)
async def test_a_body_that_is_no_command_is_refused_and_not_repeated(call: Call, body: bytes) -> None:
    caller = call(village())
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        headers = {**caller.headers, "Content-Type": content_type, "Idempotency-Key": uuid4().hex}

        answer = await caller.http.post("/v1/households", content=body, headers=headers)

        assert refused(answer)[0] in {400, 422}, answer.text
        assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "query",
    [
        *("area=530902%00", "area=5309%25", "area=%EF%BC%95309", "status=x", "status=normal%00", "size=-1", "size=0", "size=201", "size=1e2"),
        *(f"size={10**20}", "size=NaN", "size=%EF%BC%91", "cursor=%00", "cursor=x", "cursor=530902.1", "cursor=" + "9" * 200),
        *("cursor=530902.99999999999999999999." + "a" * 32, "cursor=530999.1." + "a" * 32, "area=530902'%20OR%201=1"),
    ],
)
async def test_a_hostile_question_is_refused(call: Call, query: str) -> None:
    caller = call(county())

    answer = await caller.http.get(f"/v1/households?{query}", headers=caller.headers)

    assert refused(answer)[0] == 422

"""How a refusal looks on the wire: a problem document in the caller's language, which never repeats what was sent."""

import importlib
import json
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.kernel.errors import Refusal
from shared.service.http.apps import create_app
from shared.service.http.problems import STATUS, status_of
from shared.service.metrics import Metrics
from tests.builders.people import a_household, an_id_number
from tests.builders.story import refused
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.tokens import auditor, county, village
from tests.shared.kernel.test_procedure import all_refusals

SECRET = "李某某533522"
ROOT = Path(__file__).parents[3]
_STARTS_OR_MIGRATES = ("__main__", "env", "versions")


def modules() -> Iterator[str]:
    """Name every module of ours that can be imported: some are loaded only when they are needed."""
    for package in ("shared", "services"):
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not any(part in _STARTS_OR_MIGRATES for part in found.name.split(".")):
                yield found.name


def every_refusal() -> list[type[Refusal]]:
    for module in modules():
        importlib.import_module(module)
    return sorted((kind for kind in all_refusals() if kind is not Refusal and kind.__module__.startswith(("shared.", "services."))), key=str)


REFUSALS = every_refusal()


@pytest.mark.parametrize(
    ("language", "title", "content_language"),
    [
        (None, "未找到，或不在您的辖区内。", "zh-CN"),
        ("zh-CN,en;q=0.5", "未找到，或不在您的辖区内。", "zh-CN"),
        ("fr", "未找到，或不在您的辖区内。", "zh-CN"),
        ("en-GB,zh;q=0.5", "Not found, or outside your area.", "en"),
        ("EN", "Not found, or outside your area.", "en"),
    ],
)
async def test_a_refusal_speaks_chinese_unless_english_is_asked_for_first(
    call: Call, language: str | None, title: str, content_language: str
) -> None:
    caller = call(county())
    headers = {**caller.headers, **({"Accept-Language": language} if language else {})}

    answer = await caller.http.get(f"/v1/households/{uuid4()}", headers=headers)

    assert answer.json() == {"type": "urn:bottom-line:problem:NotFound", "title": title, "status": 404}
    assert (answer.headers["content-type"], answer.headers["content-language"]) == ("application/problem+json", content_language)


async def test_a_malformed_request_names_the_fields_and_never_their_values(call: Call) -> None:
    household = a_household()
    household["village"] = SECRET
    household["members"][2]["id_number"] = "533522197001010019" + SECRET
    household["members"][1][SECRET] = SECRET
    household["income"]["wage_income"] = SECRET

    answer = await call(village()).post("/v1/households", household)

    status, name, fields = refused(answer)
    assert (status, name) == (422, "Malformed")
    assert {"body.village", "body.members.2.id_number", "body.income.wage_income"} <= set(fields)
    assert "533522" not in answer.text
    assert SECRET not in json.dumps(answer.json(), ensure_ascii=False)


async def test_a_wrong_check_digit_is_called_that(call: Call) -> None:
    household = a_household()
    number = an_id_number()
    household["members"][0]["id_number"] = number[:-1] + ("0" if number[-1] != "0" else "1")

    answer = await call(village()).post("/v1/households", household)

    [fault] = answer.json()["fields"]
    assert fault["field"] == "body.members.0.id_number"
    assert "校验码" in fault["detail"]
    assert number[:17] not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/v1/nothing", 404, "NotFound"),
        ("GET", "/", 404, "NotFound"),
        ("GET", "/v1/households/", 404, "NotFound"),
        ("POST", "/v1/leads/", 404, "NotFound"),
        ("DELETE", "/v1/households", 405, "MethodNotAllowed"),
        ("PATCH", f"/v1/households/{uuid4()}", 405, "MethodNotAllowed"),
        ("GET", "/v1/households/%2e%2e/%2e%2e/readyz", 404, "NotFound"),
        ("GET", "/v1/households/not-a-uuid", 422, "Malformed"),
        ("GET", f"/v1/households/{10**20}", 422, "Malformed"),
    ],
)
async def test_where_there_is_nothing_a_problem_says_so_and_nothing_redirects(call: Call, method: str, path: str, status: int, name: str) -> None:
    caller = call(county())

    answer = await caller.http.request(method, path, headers=caller.headers, json={} if method == "POST" else None)

    assert refused(answer)[:2] == (status, name)
    assert "location" not in answer.headers
    assert ("allow" in answer.headers) == (status == 405)


async def test_a_role_that_may_not_is_told_so(call: Call) -> None:
    assert refused(await call(auditor()).post("/v1/households", a_household()))[:2] == (403, "Forbidden")


async def test_whether_one_may_is_said_before_whether_the_body_is_right(call: Call) -> None:
    assert refused(await call(auditor()).post("/v1/households", {"nothing": 1}))[:2] == (403, "Forbidden")


async def test_an_error_of_ours_is_500_without_a_word_about_it(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app("x", "", metrics=Metrics("x"))

    @app.get("/broken")
    async def broken() -> None:
        raise KeyError(SECRET)

    async with speaking_to(app, raises=False) as call:
        answer = await call(county()).get("/broken")
    async with speaking_to(app) as call:
        with pytest.raises(KeyError):  # it reaches the server, which logs it with its traceback
            await call(county()).get("/broken")

    assert refused(answer)[:2] == (500, "Broken")
    assert SECRET not in answer.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR and SECRET in record.getMessage()]


@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_has_a_status(kind: type[Refusal]) -> None:
    assert 400 <= status_of(kind) < 500


@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_is_said_in_both_languages(kind: type[Refusal]) -> None:
    assert any("一" <= character <= "鿿" for character in kind.sentence)
    assert kind.english.isascii()
    assert kind.english.endswith(".")
    assert 0 < len(kind.sentence) <= 80


def test_a_refusal_that_is_loaded_late_is_among_them() -> None:
    assert {"SeveralCounties", "TooManyRows", "NotYourJob", "FileGone", "UploadTooSlow", "OutsideYourArea"} <= {kind.__name__ for kind in REFUSALS}


def test_a_refusal_takes_the_status_of_its_nearest_kind() -> None:
    assert {kind.__name__: status for kind, status in STATUS.items()} == {
        **{"Incomplete": 400, "Unauthenticated": 401, "Forbidden": 403, "NotFound": 404, "Conflict": 409},
        **{"Stale": 412, "Invalid": 422, "VersionMissing": 428},
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0192f0c1-7d3e-7000-8000-0000000000aa", True),
        ("x", False),
        ("<script>alert(1)</script>", False),
        ("533522197001010010", False),
        ("a" * 5000, False),
        ("0192f0c1-7d3e-7000-8000-0000000000aa\u00a0", False),
    ],
)
async def test_a_request_id_is_taken_from_outside_only_if_it_is_one(call: Call, given: str, kept: bool) -> None:
    caller = call(county())

    answer = await caller.http.get(f"/v1/households/{uuid4()}", headers={**caller.headers, "X-Request-ID": given.encode("latin-1")})  # pyright: ignore[reportArgumentType]

    found = answer.headers["x-request-id"]
    assert (found == given) == kept
    assert len(found) in {32, 36}

"""Logs without personal data, and figures in a registry for each service."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
import structlog
from asgi_correlation_id import correlation_id
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from shared.kernel.people import IdNumber, PersonName
from shared.service.logging import configure_logging, mask_numbers
from shared.service.metrics import Metrics
from tests.builders.people import an_id_number
from tests.fixtures.callers import Call
from tests.fixtures.tokens import county

PHONE, CARD = "13912345678", "6222021234567890123"


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Configure the logs as production does; give what was logged."""
    handlers, level = logging.root.handlers, logging.root.level
    levels = {name: logging.getLogger(name).level for name in ("aiokafka", "httpx2", "uvicorn.access", "asyncio")}
    stream = io.StringIO()
    configure_logging(json=True)
    handler = logging.root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("533522197001010010", "******"),
        ("号码53352219700101001X登记", "号码******登记"),
        ("id=53352219700101001x,phone=13912345678", "id=******,phone=******"),
        ("card 6222021234567890123.", "card ******."),
        ("call 13912345678 or 13812345678", "call ****** or ******"),
        ("0192f0c1-7d3e-7000-8000-0000000000aa", "0192f0c1-7d3e-7000-8000-0000000000aa"),
        ("2021-09-22T09:30:00.123456+08:00", "2021-09-22T09:30:00.123456+08:00"),
        ("530902102201", "530902102201"),
        ("1234567890", "1234567890"),
        ("临乡振发〔2021〕1号", "临乡振发〔2021〕1号"),
        ("5161.00 yuan", "5161.00 yuan"),
    ],
)
def test_numbers_of_people_are_masked_and_ours_are_not(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@given(st.uuids())
def test_no_uuid_is_ever_masked(value: UUID) -> None:
    for text in (str(value), f"task projects.{value} done", f"/v1/risk-flags/{value}/fan-out"):
        assert mask_numbers(text) == text


def test_every_id_number_is_masked() -> None:
    for number in (an_id_number() for _ in range(500)):
        assert mask_numbers(f"{{'id_number': '{number}'}}") == "{'id_number': '******'}"


def test_a_log_is_one_json_line_with_the_request_and_nothing_personal(logged: Callable[[], list[dict[str, object]]]) -> None:
    token = correlation_id.set("0192f0c1-7d3e-7000-8000-0000000000aa")
    structlog.get_logger().info(f"found {PHONE}", number="533522197001010010", count=3, person=IdNumber("533522197001010010"))
    correlation_id.reset(token)

    [line] = logged()
    assert line["event"] == "found ******"
    assert (line["number"], line["count"], line["level"]) == ("******", 3, "info")
    assert line["request_id"] == "0192f0c1-7d3e-7000-8000-0000000000aa"


@pytest.mark.parametrize(
    "value",
    [
        *(["x", PHONE], {"phone": PHONE, "more": {"id": "533522197001010010"}}, (CARD,)),
        *(13912345678, 533522197001010010, PersonName(PHONE), ValueError(PHONE)),
    ],
)
def test_what_lies_inside_another_value_is_masked_too(logged: Callable[[], list[dict[str, object]]], value: object) -> None:
    structlog.get_logger().warning("looked", value=value)

    text = json.dumps(logged())
    assert not any(number in text for number in (PHONE, CARD, "533522197001010010"))


def test_a_traceback_and_a_librarys_log_are_masked_too(logged: Callable[[], list[dict[str, object]]]) -> None:
    try:
        raise ValueError(f"no such person: {an_id_number()} {PHONE}")
    except ValueError:
        structlog.get_logger().exception("broken")
        logging.getLogger("a.library").exception("could not send to %s", PHONE)

    ours, theirs = logged()
    assert "Traceback" in str(ours["exception"])
    assert "no such person: ****** ******" in str(ours["exception"])
    assert theirs["event"] == "could not send to ******"
    assert PHONE not in str(theirs)


def test_an_id_stays_as_it_is(logged: Callable[[], list[dict[str, object]]]) -> None:
    entity = uuid4()
    structlog.get_logger().info("dead_letter", entity=str(entity), ids=[str(entity)])

    [line] = logged()
    assert (line["entity"], line["ids"]) == (str(entity), [str(entity)])


def test_four_services_count_in_one_process_without_clashing() -> None:
    registries = [Metrics(service) for service in ("gateway", "monitoring", "projects", "employment")]

    for n, metrics in enumerate(registries):
        metrics.published.inc(n)

    assert [metrics.registry.get_sample_value("outbox_published_total") for metrics in registries] == [0, 1, 2, 3]
    for metrics, service in zip(registries, ("gateway", "monitoring", "projects", "employment"), strict=True):
        assert f'target_info{{service="{service}"}}' in generate_latest(metrics.registry).decode()


async def test_the_figures_of_requests_name_routes_and_never_ids(call: Call) -> None:
    household_id = uuid4()
    caller = call(county())
    await caller.get(f"/v1/households/{household_id}")
    await caller.get(f"/v1/{PHONE}")

    answer = await caller.http.get("/metrics")

    assert answer.status_code == 200
    assert "outbox_age_seconds" in answer.text
    assert 'handler="/v1/households/{household_id}"' in answer.text
    assert str(household_id) not in answer.text
    assert PHONE not in answer.text

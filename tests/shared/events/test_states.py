"""How states travel."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import CATALOG, AssistanceTask, Message, RiskFlag, State, Unreadable, pack, unpack
from shared.events.monitoring import FlagStatus
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId, new_id
from tests.builders.events import a_flag, a_message, a_task_state, an_owed_measure, later
from tests.fixtures.tokens import HOME


@pytest.mark.parametrize(
    ("status", "version", "name"),
    [
        ("open", 1, "monitoring.risk_flag_raised.v1"),
        ("open", 2, "monitoring.risk_flag_changed.v1"),
        ("withdrawn", 2, "monitoring.risk_flag_cleared.v1"),
        ("eliminated", 7, "monitoring.risk_flag_cleared.v1"),
    ],
)
def test_the_name_of_a_flag_follows_from_its_state(status: str, version: int, name: str) -> None:
    assert a_flag(status=status, version=version).name == name


@pytest.mark.parametrize(
    ("status", "name"),
    [(TaskStatus.STARTED, "assistance.task_changed.v1")]
    + [(status, f"assistance.task_{status}.v1") for status in TaskStatus if status is not TaskStatus.STARTED],
)
def test_the_name_of_a_task_follows_from_its_status(status: TaskStatus, name: str) -> None:
    assert a_task_state(status=status).name == name
    assert name in CATALOG


def test_a_task_is_announced_on_the_topic_of_its_service_under_its_household() -> None:
    task = a_task_state(service="employment")

    assert (task.topic, task.key) == ("employment.assistance_task", str(task.household_id))
    assert (a_flag().topic, a_task_state().topic) == ("monitoring.risk_flag", "projects.assistance_task")


flags = st.builds(
    a_flag,
    status=st.sampled_from(FlagStatus),
    version=st.integers(1, 2**31 - 1),
    owed=st.lists(st.builds(an_owed_measure, measure=st.text(max_size=30), service=st.sampled_from(["projects", "employment"])), max_size=5),
)
tasks = st.builds(
    a_task_state, status=st.sampled_from(TaskStatus), version=st.integers(1, 2**31 - 1), kind=st.text(max_size=30), service=st.just("employment")
)


@given(flags | tasks, st.integers(0, 2**31 - 1))
def test_a_state_arrives_as_it_was_sent(state: State, epoch: int) -> None:
    message = pack(state, event_id=new_id(), source="monitoring", epoch=epoch)

    arrived = unpack(message, CATALOG)

    assert (arrived.state, arrived.epoch, arrived.message) == (state, epoch, message)
    assert type(arrived.state) is type(state)


def test_a_message_names_its_entity_county_version_and_epoch_in_its_headers() -> None:
    flag = a_flag(version=10)
    event_id = new_id()

    message = pack(flag, event_id=event_id, source="monitoring", epoch=9)

    expected = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_source": "/monitoring",
        "ce_type": "monitoring.risk_flag_changed.v1",
        "ce_subject": str(flag.id),
        "ce_countycode": "530902",
        "ce_entityversion": "10",
        "ce_epoch": "9",
    }
    assert expected.items() <= message.headers.items()
    assert (message.topic, message.key) == ("monitoring.risk_flag", str(flag.household_id))


def test_a_later_optional_field_passes_an_older_listener() -> None:
    message = a_message(a_flag())
    extended = Message(topic=message.topic, key=message.key, headers=message.headers, value=message.value[:-1] + b',"origin":{"a":[1]}}')

    assert unpack(extended, CATALOG).state == unpack(message, CATALOG).state


def test_an_epoch_is_a_number_although_a_header_is_text() -> None:
    older, newer = (unpack(a_message(a_flag(), epoch=epoch), CATALOG) for epoch in (9, 10))

    assert older.epoch < newer.epoch


UNREADABLE_HEADERS: list[dict[str, str]] = [
    {"ce_type": "monitoring.risk_flag_raised.v2"},
    {"ce_type": ""},
    {"ce_type": "assistance.task_opened.v1"},
    {"ce_epoch": ""},
    {"ce_epoch": "-1"},
    {"ce_epoch": "1.0"},
    {"ce_epoch": "１"},
    {"ce_epoch": "²"},
    {"ce_epoch": " 1"},
    {"ce_epoch": "0x1"},
    {"ce_epoch": str(2**31)},
    {"ce_epoch": "9" * 5000},
]


@pytest.mark.parametrize("headers", UNREADABLE_HEADERS, ids=lambda headers: ascii(headers)[:40])
def test_a_message_with_a_header_that_means_nothing_is_unreadable(headers: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        unpack(_with_headers(a_message(a_flag()), headers), CATALOG)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": -1},
        {"version": 2**31},
        {"version": 1.5},
        {"version": None},
        {"county_code": "5309"},
        {"county_code": "５３０９０２"},
        {"county_code": "\x0030902"},
        {"county_code": "53090\n"},
        {"county_code": "county"},
        {"county_code": None},
        {"status": "lifted"},
        {"owed": None},
        {"owed": [{}]},
        {"id": "x"},
        {"owed": [{"id": str(new_id()), "measure": "x", "service": "projects", "due_at": "2021-10-22T16:00:00"}]},
        {"owed": [{"id": str(new_id()), "measure": "x", "service": "projects", "due_at": "soon"}]},
        {"area_code": 530902},
    ],
    ids=lambda changes: ascii(changes)[:40],
)
def test_a_message_whose_value_is_not_what_its_type_promises_is_unreadable(changes: dict[str, Any]) -> None:
    message = a_message(a_flag())
    fields = RiskFlag.model_validate_json(message.value).model_dump(mode="json") | changes

    with pytest.raises(Unreadable):
        unpack(_with_value(message, _json(fields)), CATALOG)


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=20).map(lambda value: _json(value)))
def test_whatever_comes_is_read_or_unreadable_and_nothing_else(value: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(_with_value(a_message(a_flag()), value), CATALOG)


@given(st.dictionaries(st.sampled_from(["ce_type", "ce_epoch", "ce_id", "ce_countycode", "x"]), st.text(max_size=40)))
def test_whatever_the_headers_are_a_message_is_read_or_unreadable(headers: dict[str, str]) -> None:
    message = a_message(a_flag())
    with suppress(Unreadable):
        unpack(_with_headers(message, headers), CATALOG)


def test_the_reason_names_places_and_never_values() -> None:
    message = a_message(a_flag())
    secret = "533522197001010010"

    with pytest.raises(Unreadable) as reason:
        unpack(_with_value(message, message.value.replace(b'"open"', f'"{secret}"'.encode())), CATALOG)

    assert str(reason.value) == "not a RiskFlag: status"


def test_a_flag_forms_the_task_that_answers_each_of_its_measures() -> None:
    measure = an_owed_measure()
    flag = a_flag(measure)

    task = flag.task_for(measure, kind="plant_or_breed")

    assert (task.id, task.owed_id, task.flag_id, task.household_id) == (task_id_for(OwedId(measure.id)), measure.id, flag.id, flag.household_id)
    assert (task.county_code, task.township_code, task.area_code) == (HOME[:6], HOME[:9], HOME)
    assert (task.status, task.version, task.due_at) == (TaskStatus.OPENED, 1, measure.due_at)
    for status in ("withdrawn", "eliminated"):
        assert later(flag, status=status).task_for(measure, kind="x").status is TaskStatus.WITHDRAWN
    assert AssistanceTask.of(task, service="projects").name == "assistance.task_opened.v1"


def _with_headers(message: Message, headers: dict[str, str]) -> Message:
    return Message(topic=message.topic, key=message.key, headers=message.headers | headers, value=message.value)


def _with_value(message: Message, value: bytes) -> Message:
    return Message(topic=message.topic, key=message.key, headers=message.headers, value=value)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()

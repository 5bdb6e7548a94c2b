"""Commands, their parts, evidence, and the ids of tasks as the world sees them."""

import dataclasses
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.wire import Evidence, Evidences, SafeText, command, part
from shared.wire.evidence import as_kept
from shared.wire.tasks import DeclineTask, FinishTask, PublicTaskId, StartTask, own_id, public_id

HASH = "a" * 64


@part
class Row:
    name: SafeText


@command
class Enter:
    rows: list[Row]
    note: SafeText | None = None


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"rows": [], "more": 1}, ("more",)),
        ({"rows": [{"name": "x", "more": 1}]}, ("rows", 0, "more")),
        ({"rows": [{"name": "x"}, {"name": "\x00"}]}, ("rows", 1, "name")),
        ({"rows": None}, ("rows",)),
        ({"rows": {}}, ("rows",)),
        ({}, ("rows",)),
    ],
)
def test_a_command_refuses_what_it_does_not_know_at_every_depth(body: object, place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as refusal:
        read(Enter, body)

    assert refusal.value.errors()[0]["loc"] == place


def test_a_command_is_never_changed_after_it_came_in() -> None:
    entered = read(Enter, {"rows": [{"name": "x"}]})

    with pytest.raises(dataclasses.FrozenInstanceError):
        entered.note = "y"


def test_a_command_is_made_by_names_only() -> None:
    with pytest.raises(ValidationError):
        Enter([], "x")  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        None,
        [{"title": "照片"}],
        [{"title": "照片", "sha256": HASH.upper()}],
        [{"title": "照片", "sha256": HASH[1:]}],
        [{"title": "照片", "sha256": HASH + "\n"}],
        [{"title": "照片", "sha256": "ａ" * 64}],
        [{"title": "", "sha256": HASH}],
        [{"title": "照片", "sha256": HASH, "url": "file:///etc/passwd"}],
        [{"title": "照片", "sha256": HASH}] * 11,
    ],
)
def test_evidence_is_one_to_ten_files_each_bound_by_its_hash(evidence: object) -> None:
    with pytest.raises(ValidationError):
        read(Evidences, evidence)


def test_evidence_is_kept_as_it_was_given() -> None:
    evidence = read(Evidences, [{"title": " 照片 ", "sha256": HASH}])

    assert evidence == [Evidence(title="照片", sha256=HASH)]
    assert as_kept(evidence) == [{"title": "照片", "sha256": HASH}]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (StartTask, {"responsible": "产业办"}),
        (DeclineTask, {"reason": "已由其他项目覆盖"}),
        (FinishTask, {"result": "已发放种苗", "finished_at": "2021-10-01T09:00:00+08:00", "evidence": [{"title": "签收单", "sha256": HASH}]}),
    ],
)
def test_what_may_be_asked_of_a_task_needs_every_field(kind: Any, body: dict[str, Any]) -> None:
    read(kind, body)

    for field in body:
        with pytest.raises(ValidationError):
            read(kind, {name: value for name, value in body.items() if name != field})


def test_the_public_id_of_a_task_names_its_service() -> None:
    task_id = new_id()
    public = public_id("projects", task_id)

    assert read(PublicTaskId, public) == f"projects.{task_id}"
    assert own_id("projects", public) == task_id
    with pytest.raises(NotFound):
        own_id("employment", public)


@pytest.mark.parametrize(
    "public",
    [
        *("", "projects", "projects.", ".8f14e45f-ceea-567e-8d5c-1f0e2a6f7c11", "projects.8F14E45F-CEEA-567E-8D5C-1F0E2A6F7C11"),
        *("projects.8f14e45f-ceea-567e-8d5c-1f0e2a6f7c11\n", "projects.8f14e45fceea567e8d5c1f0e2a6f7c11", "projects.../x"),
        "项目.8f14e45f-ceea-567e-8d5c-1f0e2a6f7c11",
    ],
)
def test_what_is_not_the_public_id_of_a_task_is_refused(public: str) -> None:
    with pytest.raises(ValidationError):
        read(PublicTaskId, public)

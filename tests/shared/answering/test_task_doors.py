"""What officers may do with a task, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.actors import LEVELS, Actor, Role
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId, TaskId
from tests.builders.events import a_flag
from tests.builders.people import proof
from tests.builders.story import done, refused
from tests.fixtures.tokens import auditor, county, prefecture, someone, township, village
from tests.shared.answering.conftest import Answering

START = {"responsible": "产业办"}
DECLINE = {"reason": "已由其他项目覆盖"}
BODIES: dict[str, dict[str, Any]] = {"start": START, "decline": DECLINE}


def finish(**changes: Any) -> dict[str, Any]:
    moment = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    return {"result": "已发放种苗二百株", "finished_at": moment, "evidence": proof("签收单"), **changes}


async def a_task(answering: Answering, *, status: str = "opened", area: str = "530902102201") -> TaskId:
    flag = a_flag(answering.owed(), area=area)
    await answering.hear(flag)
    task_id = task_id_for(OwedId(flag.owed[0].id))
    await answering.owner.execute("UPDATE task SET status = $2 WHERE id = $1", task_id, status)
    return task_id


def path(answering: Answering, task_id: object, act: str) -> str:
    return f"/v1/tasks/{answering.name}.{task_id}/{act}"


async def announced(answering: Answering, task_id: object) -> list[tuple[str, int]]:
    rows = await answering.owner.fetch("SELECT type, entity_version FROM outbox WHERE entity_id = $1 ORDER BY entity_version", task_id)
    return [(row["type"], row["entity_version"]) for row in rows]


async def test_a_task_is_taken_on_and_finished_and_each_step_is_announced(answering: Answering) -> None:
    task_id = await a_task(answering)
    officer = answering.call(answering.officer())

    started = done(await officer.post(path(answering, task_id, "start"), START, seen=1))
    finished = done(await officer.post(path(answering, task_id, "finish"), finish(), seen=2))

    assert started == {"id": f"{answering.name}.{task_id}", "version": 2, "status": "started"}
    assert finished == {"id": f"{answering.name}.{task_id}", "version": 3, "status": "finished"}
    assert await announced(answering, task_id) == [
        ("assistance.task_opened.v1", 1),
        ("assistance.task_changed.v1", 2),
        ("assistance.task_finished.v1", 3),
    ]
    row = await answering.owner.fetchrow("SELECT note, record ->> 'evidence' AS evidence FROM task WHERE id = $1", task_id)
    assert row is not None
    assert row["note"] == "已发放种苗二百株"
    assert proof("签收单")[0]["sha256"] in row["evidence"]


@pytest.mark.parametrize("status", ["opened", "started"])
async def test_a_task_that_cannot_be_done_is_declined_with_its_reason(answering: Answering, status: str) -> None:
    task_id = await a_task(answering, status=status)

    answer = done(await answering.call(answering.officer()).post(path(answering, task_id, "decline"), DECLINE, seen=1))

    assert (answer["status"], answer["version"]) == ("declined", 2)
    assert (await announced(answering, task_id))[-1] == ("assistance.task_declined.v1", 2)
    assert await answering.owner.fetchval("SELECT note FROM task WHERE id = $1", task_id) == "已由其他项目覆盖"


WRONG_STATES = [
    *(("start", status) for status in ("started", "finished", "declined", "withdrawn")),
    *(("finish", status) for status in ("opened", "finished", "declined", "withdrawn")),
    *(("decline", status) for status in ("finished", "declined", "withdrawn")),
]


@pytest.mark.parametrize(("act", "status"), WRONG_STATES)
async def test_in_another_state_an_act_is_refused_and_changes_nothing(answering: Answering, act: str, status: str) -> None:
    task_id = await a_task(answering, status=status)

    answer = await answering.call(answering.officer()).post(path(answering, task_id, act), BODIES.get(act) or finish(), seen=1)

    assert refused(answer)[:2] == (409, "Conflict")
    assert await answering.owner.fetchval("SELECT status || version FROM task WHERE id = $1", task_id) == f"{status}1"
    assert len(await announced(answering, task_id)) == 1


@pytest.mark.parametrize("act", ["start", "finish", "decline"])
async def test_who_saw_another_version_or_none_is_refused(answering: Answering, act: str) -> None:
    task_id = await a_task(answering, status="started" if act == "finish" else "opened")
    officer, body = answering.call(answering.officer()), BODIES.get(act) or finish()

    assert refused(await officer.post(path(answering, task_id, act), body, seen=2))[:2] == (412, "Stale")
    assert refused(await officer.post(path(answering, task_id, act), body))[:2] == (428, "VersionMissing")
    assert refused(await officer.post(path(answering, task_id, act), body, seen=1, key=None))[:2] == (400, "KeyMissing")


@pytest.mark.parametrize("act", ["start", "finish", "decline"])
async def test_a_task_of_another_service_or_none_or_another_county_is_not_found(answering: Answering, act: str) -> None:
    mine, theirs = await a_task(answering), await a_task(answering, area="530921101001")
    officer, body = answering.call(answering.officer()), BODIES.get(act) or finish()
    another = "employment" if answering.name == "projects" else "projects"

    for address in (f"/v1/tasks/{another}.{mine}/{act}", path(answering, uuid4(), act), path(answering, theirs, act)):
        assert refused(await officer.post(address, body, seen=1))[:2] == (404, "NotFound")
    assert await answering.owner.fetchval("SELECT status FROM task WHERE id = $1", theirs) == "opened"


@pytest.mark.parametrize("act", ["start", "finish", "decline"])
async def test_an_officer_of_a_township_acts_inside_it_only(answering: Answering, act: str) -> None:
    status = "started" if act == "finish" else "opened"
    inside, outside = await a_task(answering, status=status), await a_task(answering, status=status, area="530902001001")
    officer, body = answering.call(answering.officer(area="530902102")), BODIES.get(act) or finish()

    assert (await officer.post(path(answering, inside, act), body, seen=1)).status_code == 200
    assert refused(await officer.post(path(answering, outside, act), body, seen=1))[0] == 404


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PROJECT_OFFICER, Role.EMPLOYMENT_OFFICER}])
async def test_another_role_may_not_act(answering: Answering, role: Role) -> None:
    task_id = await a_task(answering)
    actor = someone(role, "530902102201"[: min(LEVELS[role])])

    assert refused(await answering.call(actor).post(path(answering, task_id, "start"), START, seen=1))[:2] == (403, "Forbidden")


async def test_the_officer_of_the_other_service_may_not_act(answering: Answering) -> None:
    other = Role.EMPLOYMENT_OFFICER if answering.name == "projects" else Role.PROJECT_OFFICER
    actor = Actor(id="x", role=other, area="530902")

    assert refused(await answering.call(actor).post(path(answering, uuid4(), "start"), START, seen=1))[0] == 403


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=400)])
async def test_nothing_is_finished_in_the_future(answering: Answering, ahead: timedelta) -> None:
    task_id = await a_task(answering, status="started")
    body = finish(finished_at=(datetime.now(UTC) + ahead).isoformat())

    answer = await answering.call(answering.officer()).post(path(answering, task_id, "finish"), body, seen=1)

    assert refused(answer) == (422, "NotYetHappened", ["body.finished_at"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evidence": []}, "body.evidence"),
        ({"evidence": [{"title": "x", "sha256": "x"}]}, "body.evidence.0.sha256"),
        ({"evidence": [{"title": "x", "sha256": "a" * 64, "more": 1}]}, "body.evidence.0.more"),
        ({"result": "\x00"}, "body.result"),
        ({"result": "x" * 201}, "body.result"),
        ({"finished_at": "2021-10-01T09:00:00"}, "body.finished_at"),
        ({"status": "finished"}, "body.status"),
    ],
)
async def test_what_is_finished_without_proof_or_sense_is_refused_by_field(answering: Answering, changes: dict[str, Any], field: str) -> None:
    task_id = await a_task(answering, status="started")

    answer = await answering.call(answering.officer()).post(path(answering, task_id, "finish"), finish(**changes), seen=1)

    assert refused(answer) == (422, "Malformed", [field])


async def test_a_list_shows_the_tasks_of_ones_area_by_their_due_date(answering: Answering) -> None:
    mine, theirs = await a_task(answering, area="530926101001"), await a_task(answering, area="530925101001")

    page = (await answering.call(answering.officer(area="530926")).get("/v1/tasks")).json()
    withdrawn = (await answering.call(answering.officer(area="530926")).get("/v1/tasks", status="withdrawn")).json()

    assert page["next"] is None
    shown = {item["id"]: item for item in page["items"]}
    assert f"{answering.name}.{mine}" in shown
    assert f"{answering.name}.{theirs}" not in shown
    assert shown[f"{answering.name}.{mine}"] | {"household_id": 0, "flag_id": 0, "kind": ""} == {
        **{"id": f"{answering.name}.{mine}", "service": answering.name, "measure": answering.measure, "kind": "", "household_id": 0},
        **{"flag_id": 0, "area": "530926101001", "status": "opened", "due_at": "2021-10-22T16:00:00Z", "version": 1},
    }
    assert f"{answering.name}.{mine}" not in {item["id"] for item in withdrawn["items"]}


@pytest.mark.parametrize("reader", [township(), county(), prefecture(), auditor()], ids=lambda reader: str(reader.role))
async def test_officials_and_auditors_may_read_the_list(answering: Answering, reader: Actor) -> None:
    assert (await answering.call(reader).get("/v1/tasks", size=1)).status_code == 200


async def test_a_village_cadre_and_a_citizen_may_not_read_it(answering: Answering) -> None:
    assert refused(await answering.call(village()).get("/v1/tasks"))[0] == 403


async def test_what_was_said_of_a_task_is_in_the_audit_as_changed_only(answering: Answering) -> None:
    task_id = await a_task(answering)
    done(await answering.call(answering.officer("li")).post(path(answering, task_id, "start"), START, seen=1))

    entry = await answering.owner.fetchrow(
        "SELECT actor, after::text AS after FROM audit WHERE act = 'UPDATE' AND after ->> 'id' = $1 AND actor = 'li'", str(task_id)
    )
    assert entry is not None
    assert '"note": "changed"' in entry["after"]
    assert "产业办" not in entry["after"]

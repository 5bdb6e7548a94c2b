"""Measures are answered by tasks of two other services; tasks are worked on; a risk is added, a flag withdrawn."""

from collections.abc import Callable
from typing import Any

from deploy.demo.chapters.decision import appraise, approve, post, remove, review
from deploy.demo.desk import Unexpected, cadre, county, employment_officer, project_officer
from deploy.demo.world import World, at, on, proof, until
from shared.kernel.actors import Actor
from shared.kernel.areas import COUNTIES

WORKED, SECOND_APPRAISED, SECOND_OVER, SECOND_DECIDED, WITHDRAWN = on(10, 18), on(10, 18, 15), on(10, 27), on(10, 28), on(10, 29)
OFFICERS: dict[str, Callable[[str], Actor]] = {"projects": project_officer, "employment": employment_officer}


async def watch_the_ledger(world: World) -> None:
    """Wait until every owed measure of every flag has its answer: tasks have appeared in projects and employment."""

    async def answered(flag: dict[str, Any]) -> None:
        await until(lambda: _is_answered(world, flag), what=f"flag {flag['id']} to be answered")

    await world.each("应答 answers", world.state["flags"], answered)


async def answer_tasks(world: World) -> None:
    """Start a part of the tasks, finish some, decline one with a reason; another service's officer sees none of them."""
    await world.move_to(WORKED)
    finished = declined = 0
    for service, officer in OFFICERS.items():
        tasks = world.state.remembered(service) or [
            task for area in COUNTIES for task in await world.desk.pages(officer(area), "/v1/tasks", area=area, status="opened")
        ]
        tasks = world.state.remember(service, tasks)
        for n, task in enumerate(tasks[: max(3, len(tasks) // 2)]):
            if n == 0 and service == "projects":
                await _decline(world, officer(task["area"]), task)
                declined += 1
            else:
                finished += await _work_on(world, officer(task["area"]), task, to_the_end=n % 2 == 1)
    world.state["finished"], world.state["declined"] = finished, declined
    await until(lambda: _ledger_shows(world, "finished", finished), what="the ledger to show what was finished")


async def add_a_risk(world: World) -> None:
    """Lead the waiting lead's case to its approval: the flag gains a risk and keeps its id; what was owed is not owed twice."""
    first = world.state["cases"][0]
    case: dict[str, Any] = {"id": first["next_case_id"], "village": first["village"], "household": first["household"], "line": first["line"]}
    await world.move_to(SECOND_APPRAISED)
    await appraise(world, case, held_at=SECOND_APPRAISED, by=cadre(case["village"]))
    await post(world, case, posted_at=SECOND_APPRAISED)
    await world.move_to(SECOND_OVER)
    await remove(world, case, removed_at=SECOND_OVER)
    await review(world, case, agrees=True)
    await world.move_to(SECOND_DECIDED)
    await approve(world, case)
    flag = await world.desk.get(county(case["village"]), f"/v1/risk-flags/{case['flag_id']}")
    if case["flag_id"] != first["flag_id"] or flag["version"] != 2 or len(flag["risks"]) != 2:
        raise Unexpected(f"the flag was to gain a risk: {flag}")
    world.state["cases"].append(case)
    await until(lambda: _is_answered(world, {"id": case["flag_id"], "village": case["village"]}), what="the new measure to be answered")


async def withdraw_one(world: World) -> None:
    """Withdraw a flag that was entered in error, and see its tasks and referrals taken back."""
    await world.move_to(WITHDRAWN)
    flag = await _with_a_task_under_way(world)
    body = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": f"{flag['village'][:6]}乡振〔2021〕12号"}
    path = f"/v1/risk-flags/{flag['id']}/withdrawal"
    await world.desk.post(county(flag["village"]), path, body, step="withdraw", seen=flag["version"])
    world.state["withdrawn"] = flag["id"]
    await until(lambda: _is_taken_back(world, flag), what="the tasks of the withdrawn flag to be taken back")


async def fan_out(world: World, flag: dict[str, Any]) -> dict[str, Any]:
    return await world.desk.get(county(flag["village"]), f"/v1/risk-flags/{flag['id']}/fan-out")


async def _work_on(world: World, by: Actor, task: dict[str, Any], *, to_the_end: bool) -> int:
    path = f"/v1/tasks/{task['id']}"
    started = await world.desk.post(by, f"{path}/start", {"responsible": "县级主管部门"}, step="start", seen=task["version"])
    if not to_the_end:
        return 0
    body = {"result": "措施已落实到户", "finished_at": at(WORKED, minutes=1), "evidence": proof("落实照片")}
    await world.desk.post(by, f"{path}/finish", body, step="finish", seen=started["version"])
    return 1


async def _decline(world: World, by: Actor, task: dict[str, Any]) -> None:
    body = {"reason": "该户所在区域不在本年度项目实施范围"}
    await world.desk.post(by, f"/v1/tasks/{task['id']}/decline", body, step="decline", seen=task["version"])


async def _with_a_task_under_way(world: World) -> dict[str, Any]:
    for flag in reversed(world.state["flags"]):
        lines = (await fan_out(world, flag))["measures"]
        if any(line["service"] != "monitoring" and line["status"] in {"opened", "started"} for line in lines):
            return flag
    raise Unexpected("no flag has a task under way")


async def _is_answered(world: World, flag: dict[str, Any]) -> bool:
    ledger = await fan_out(world, flag)
    return ledger["owed"] == ledger["confirmed"] > 0


async def _is_taken_back(world: World, flag: dict[str, Any]) -> bool:
    return all(line["status"] not in {None, "opened", "started"} for line in (await fan_out(world, flag))["measures"])


async def _ledger_shows(world: World, status: str, number: int) -> bool:
    lines = [line for flag in world.state["flags"] for line in (await fan_out(world, flag))["measures"]]
    return sum(line["status"] == status for line in lines) == number

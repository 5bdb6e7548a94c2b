"""The register comes in: a few households one by one, all others in a workbook of each county."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from deploy.demo.desk import Unexpected, cadre, county
from deploy.demo.population.workbooks import SLOPPY, corrected, entries, in_workbook, write_workbook
from deploy.demo.uploads import added, counts, hold, rows_of, send
from deploy.demo.world import World
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from shared.kernel.areas import COUNTIES
from shared.kernel.jobs import Mode
from shared.kernel.sheets import Outcome

KIND = HOUSEHOLD_REGISTER.kind
TIDY = next(code for code in COUNTIES if code != SLOPPY)


async def register_one_by_one(world: World) -> None:
    """Register the households that are in no workbook, each by the cadre of its village."""

    async def one(body: dict[str, Any]) -> None:
        await world.desk.post(cadre(body["village"]), "/v1/households", body, step=f"register-{body['number']}")

    bodies = [orjson.loads(line) for line in world.files.one_by_one.read_bytes().splitlines()]
    await world.each("登记 households", bodies, one)
    world.state["one_by_one"] = len(bodies)


async def send_workbooks(world: World) -> None:
    """Send every county's workbook: it is checked first, and committed without a second upload."""
    async with asyncio.TaskGroup() as group:
        sent = {code: group.create_task(_send_workbook(world, code)) for code in COUNTIES}
    jobs = {code: task.result() for code, task in sent.items()}
    world.state["workbooks"] = {code: job["id"] for code, job in jobs.items()}
    became = added(*map(counts, jobs.values()))
    world.state["register"] = {"workbooks": len(jobs), "rows": sum(became.values()), "created": became["created"], "refused": became["refused"]}


async def correct(world: World) -> None:
    """Read what is wrong in the one workbook, by row and column; correct just that, and send it in a second one."""
    by, job_id = county(SLOPPY), world.state["workbooks"][SLOPPY]
    refused = await rows_of(world, by, job_id, outcome=Outcome.REFUSED)
    if (told := _told(refused)) != _expected(world, SLOPPY):
        raise Unexpected(f"other rows were to be refused: {told}")
    _print_faults(world, refused)
    await world.desk.download(by, f"/v1/jobs/{job_id}/report.xlsx", world.files.workbook(SLOPPY, what="-report"))
    rows = corrected(world.register, SLOPPY, {row["row"] for row in refused})
    file = world.files.workbook(SLOPPY, what="-corrected")
    await asyncio.to_thread(write_workbook, file, rows)
    job = await send(world, by, file, kind=KIND, rows=len(rows), step="corrected")
    hold(job, file, created=len(rows))
    world.state["register"] |= {"corrected": len(rows)}


async def send_again(world: World) -> None:
    """Send a workbook a second time, which changes nothing, and try to register by hand who is in it."""
    file, households = world.files.workbook(TIDY), in_workbook(world.register, TIDY)
    rows = sum(len(household.members) for household in households)
    job = await send(world, county(TIDY), file, kind=KIND, rows=rows, step="again")
    hold(job, file, unchanged=rows)
    world.state["register"] |= {"unchanged": rows}
    await world.desk.refused(cadre(households[0].village), "/v1/households", households[0].body(), step="by-hand", reason="RegisteredElsewhere")


async def list_households(world: World) -> None:
    """Read the households of every county, and know each by its number."""
    lines = {household.number: household.line for household in world.register.households}
    listed: dict[str, int] = {}

    async def read(code: str) -> None:
        for each in await world.desk.pages(county(code), "/v1/households", area=code, status="normal"):
            listed[each["id"]] = lines[each["number"]]

    await world.each("名册 lists", COUNTIES, read)
    if sorted(listed.values()) != sorted(lines.values()):
        raise Unexpected(f"{len(listed)} households are listed, where {len(lines)} were registered")
    world.state["line_of"] = listed
    world.state["household_of"] = {str(line): household_id for household_id, line in listed.items()}


async def _send_workbook(world: World, code: str) -> dict[str, Any]:
    file, by = world.files.workbook(code), county(code)
    faults = [entry.fault is not None for _, entry in entries(world.register, code)]
    job = await send(world, by, file, kind=KIND, rows=len(faults), step="register", mode=Mode.VALIDATE)
    hold(job, file, created=faults.count(False), refused=faults.count(True))
    return job


def _told(refused: list[dict[str, Any]]) -> set[tuple[int, str | None, str]]:
    return {(row["row"], fault["field"], fault["code"]) for row in refused for fault in row["faults"]}


def _expected(world: World, code: str) -> set[tuple[int, str | None, str]]:
    return {(number, *entry.fault) for number, entry in entries(world.register, code) if entry.fault}


def _print_faults(world: World, refused: list[dict[str, Any]]) -> None:
    """Print the first row of each thing that is wrong, as the officer reads it."""
    first: dict[str, tuple[int, Mapping[str, str | None]]] = {}
    for row in refused:
        for fault in row["faults"]:
            first.setdefault(fault["code"], (row["row"], fault))
    for number, fault in first.values():
        where = f"第{number}行" + (f"“{fault['header']}”" if fault["header"] else "")
        world.say(f"{where}：{fault['detail']}")

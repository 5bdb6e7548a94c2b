"""Departments send lists, and read what the villages found."""

import asyncio
from collections import Counter
from typing import Any

from deploy.demo.desk import Unexpected, county, department
from deploy.demo.lists import SentList
from deploy.demo.uploads import counts, hold, rows_of, send
from deploy.demo.world import World
from services.monitoring.domain.files.department_lists import MEDICAL_INSURANCE
from services.monitoring.queries.signals.department_rows import NO_LEAD
from shared.kernel.actors import Actor


async def send_lists(world: World) -> None:
    """Send the lists: medical insurance its own, a county officer that of the emergency department, which has nobody."""
    async with asyncio.TaskGroup() as group:
        sent = {each.kind.sheet.kind: group.create_task(_send(world, each)) for each in world.drawn.lists}
    world.state["lists"] = {kind: task.result() for kind, task in sent.items()}
    for each in world.drawn.lists:
        world.state["parts"] |= each.parts


async def read_answers(world: World) -> None:
    """Read how the matter of each row stands: confirmed or dismissed, or that no lead came of it."""
    for each in world.drawn.lists:
        about = world.state["lists"][each.kind.sheet.kind]
        answers = {row["row"]: row["answer"] for row in await rows_of(world, _sender(each), about["job"])}
        told = {number: (answer["source_number"], answer["status"]) for number, answer in answers.items()}
        expected = {number: (row["source_number"], named.wanted.answer) for number, (named, row) in enumerate(each.rows, start=2)}
        if told != expected:
            raise Unexpected(f"{each.kind.sheet.kind}: the department reads {told}")
        leads = {answer["lead_id"]: answer["source_number"] for answer in reversed(answers.values()) if answer["status"] != NO_LEAD}
        for lead_id, source_number in leads.items():
            await _hold_lead(world, each, lead_id, source_number)
        about |= {"leads": len(leads), **Counter(answer["status"] for answer in answers.values())}


async def _send(world: World, sent: SentList) -> dict[str, Any]:
    file = world.files.list_of(sent)
    job = await send(world, _sender(sent), file, kind=sent.kind.sheet.kind, rows=len(sent.rows), step="list")
    hold(job, file, created=len(sent.rows))
    return {"job": job["id"], "rows": sum(counts(job).values())}


def _sender(sent: SentList) -> Actor:
    return department(sent.county, sent.kind.department) if sent.kind is MEDICAL_INSURANCE else county(sent.county)


async def _hold_lead(world: World, sent: SentList, lead_id: str, source_number: str) -> None:
    """Hold that a lead says under which number the department knows it."""
    lead = await world.desk.get(county(sent.county), f"/v1/leads/{lead_id}")
    if source_number not in lead["note"]:
        raise Unexpected(f"lead {lead_id} was to name {source_number}")

"""A department reports one by one, and corrects what it reported: a lead that nobody has checked is withdrawn, on a checked one it is only noted."""

from collections.abc import Mapping
from typing import Any

from deploy.demo.desk import Unexpected, county, department
from deploy.demo.lists import CONFIRMED, NamedPerson
from deploy.demo.uploads import rows_of
from deploy.demo.world import World, on
from services.monitoring.domain.files.department_lists import MEDICAL_INSURANCE
from services.monitoring.domain.signals import WITHDRAWN, Judgement
from services.monitoring.queries.signals.department_rows import NO_LEAD
from shared.kernel.areas import county_of

REPORTED, CORRECTED = on(9, 24, 9), on(9, 27)
WITH_A_SLIP, RIGHT = "8600.00", "860.00"
"""What was paid, in yuan: the point stood in the wrong place, and the threshold for who was lifted out of poverty is 5,000."""
NEVER_PAID = "500.00"


async def correct_late(world: World) -> None:
    """Report a person with a slip, and correct it three days later; correct a row of the list, too, whose lead was confirmed meanwhile."""
    reported = _slip(world)
    sent = await _send(world, reported, step="slip")
    if (sent["outcome"], sent["judgement"], sent["lead_status"]) != ("created", Judgement.CALLED, "registered"):
        raise Unexpected(f"what was reported was to call for a lead: {sent}")
    await world.move_to(CORRECTED)
    await _withdrawn(world, reported, sent["lead_id"])
    noted = await _noted(world)
    world.state["corrections"] = {"withdrawn": sent["lead_id"], "noted": noted}


async def _withdrawn(world: World, reported: Mapping[str, str], lead_id: str) -> None:
    """Correct what nobody has checked yet: the lead is withdrawn, and the department reads so; the first version, once more, changes nothing."""
    corrected = await _send(world, {**reported, "self_paid": RIGHT}, step="correction", revision=2)
    late = await _send(world, reported, step="slip-again")
    for told, outcome in ((corrected, "updated"), (late, "unchanged")):
        if (told["outcome"], told["judgement"], told["lead_id"]) != (outcome, Judgement.NOT_MET, None):
            raise Unexpected(f"the department was to read that no lead is left: {told}")
    lead = await _lead(world, reported["village"], lead_id)
    if (lead["status"], lead["dismissal_reason"]) != ("dismissed", WITHDRAWN):
        raise Unexpected(f"the lead was to be withdrawn: {lead}")
    read = "部门读到不再对应线索"
    world.say(
        f"{reported['source_number']} 更正为 {RIGHT} 元：未核实的线索撤回，“{lead['dismissal_reason']}”；{read} · the unchecked lead is withdrawn"
    )


async def _noted(world: World) -> str:
    """Correct a row of the list whose lead was confirmed: the lead stands, the correction is noted on it, and the row reads as it is now."""
    [sent] = [each for each in world.drawn.lists if each.kind is MEDICAL_INSURANCE]
    number, (named, row) = next((number, each) for number, each in enumerate(sent.rows, start=2) if _is_confirmed(each[0]))
    by, job_id = department(sent.county, sent.kind.department), world.state["lists"][sent.kind.sheet.kind]["job"]

    async def read() -> dict[str, Any]:
        return next(each["answer"] for each in await rows_of(world, by, job_id) if each["row"] == number)

    lead_id = world.state.remembered("noted") or world.state.remember("noted", (await read())["lead_id"])
    await _send(world, {**row, "self_paid": NEVER_PAID}, step="row-corrected", revision=2)
    lead, answer = await _lead(world, named.village, lead_id), await read()
    if lead["status"] != CONFIRMED or WITHDRAWN not in (lead["remark"] or ""):
        raise Unexpected(f"the confirmed lead was to stand with a remark: {lead}")
    if answer["status"] != NO_LEAD:
        raise Unexpected(f"the department was to read its row as it is now: {answer}")
    world.say(f"{row['source_number']} 更正为 {NEVER_PAID} 元：已核实的线索照办，注明“{lead['remark']}”；部门读到“{answer['reason']}” · only noted")
    return lead_id


async def _send(world: World, row: Mapping[str, str], *, step: str, revision: int = 1) -> dict[str, Any]:
    """Report one record in the department's name; give what became of it."""
    known = ("source_number", "name", "id_number", "phone", "village")
    matter = [{"column": name, "value": value} for name, value in row.items() if name not in known]
    item = {**{name: row[name] for name in known}, "revision": revision, "matter": matter, "reported_at": REPORTED.isoformat()}
    by = department(county_of(row["village"]), MEDICAL_INSURANCE.department)
    taken = await world.desk.post(by, "/v1/signals", {"kind": MEDICAL_INSURANCE.sheet.kind, "items": [item]}, step=step)
    return taken["items"][0]


def _slip(world: World) -> dict[str, Any]:
    household = world.drawn.bystanders.misreported
    person = {name: getattr(household.head, name) for name in ("name", "id_number", "phone")}
    return {"source_number": "YB202109-S001", **person, "village": household.village, "self_paid": WITH_A_SLIP, "until": "2021-09-20"}


def _is_confirmed(named: NamedPerson) -> bool:
    return named.wanted.answer == CONFIRMED and len(named.wanted.matters) == 1


async def _lead(world: World, area: str, lead_id: str) -> dict[str, Any]:
    return await world.desk.get(county(area), f"/v1/leads/{lead_id}")

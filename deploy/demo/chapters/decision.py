"""Cases go their way: village appraisal, notice across National Day, township review, county approval."""

from datetime import datetime
from typing import Any

from deploy.demo.cast import INDUSTRY, WORK
from deploy.demo.desk import cadre, county, reviewer, township
from deploy.demo.world import World, at, on, proof
from shared.kernel.actors import Actor

APPRAISED, POSTED, TOO_EARLY, OVER, DECIDED = on(9, 28, 15), on(9, 29), on(10, 8), on(10, 13), on(10, 14)
NOTICE_ENDS = on(10, 13, 0)
"""Five working days after 29 September: the 30th, then 8, 9 (a Saturday worked for the holiday), 11 and 12 October."""

Case = dict[str, Any]


async def appraise_and_post(world: World) -> None:
    """Let villages appraise and post notices; one meeting is too small and held again, one vote is lost."""
    await world.move_to(APPRAISED)
    cases: list[Case] = world.state["cases"]
    cases[0]["second_risk"] = await _risk_of(world, cases[0])
    await refuse_small_meeting(world, cases[0], held_at=APPRAISED)
    lost = cases[-1]

    async def hold(case: Case) -> None:
        await appraise(world, case, held_at=APPRAISED, in_favour=9 if case is lost else 26)

    await world.each("评议 appraisals", cases, hold)
    await _lead_after_appraisal(world, cases[0])
    world.state["lost_votes"] = 1
    await world.move_to(POSTED)
    alive = [case for case in cases if case["status"] == "appraised"]

    async def hang(case: Case) -> None:
        await post(world, case, posted_at=POSTED)

    await world.each("公示 notices", alive, hang)
    world.state["notice_ends_at"] = alive[0]["notice_ends_at"]


async def take_down_and_review(world: World) -> None:
    """End the notices when their period is over, and review; one is taken down too early, one reviewer appraised, one case is refused."""
    cases = [case for case in world.state["cases"] if case["status"] == "on_notice"]
    await world.move_to(TOO_EARLY)
    await refuse_early_removal(world, cases[0])
    await world.move_to(OVER)

    async def take_down(case: Case) -> None:
        await remove(world, case, removed_at=OVER)

    await world.each("撤下 removals", cases, take_down)
    await _refuse_same_person(world, cases[0])
    refused = cases[-1]

    async def look(case: Case) -> None:
        await review(world, case, agrees=case is not refused)

    await world.each("审核 reviews", cases, look)
    world.state["refused_by_townships"] = 1


async def decide(world: World) -> None:
    """Decide in the counties; one approval lacks its document and is refused first."""
    cases = [case for case in world.state["cases"] if case["status"] == "reviewed"]
    await world.move_to(DECIDED)
    body = {"agrees": True, "opinion": "同意认定", "evidence": proof("审定表")}
    path = f"/v1/cases/{cases[0]['id']}/county-approval"
    await world.desk.refused(county(cases[0]["village"]), path, body, step="no-document", reason="DocumentMissing", seen=cases[0]["version"])

    async def approve_one(case: Case) -> None:
        await approve(world, case)

    await world.each("审定 approvals", cases, approve_one)
    world.state["flags"] = [{"id": case["flag_id"], "village": case["village"], "case": case["id"], "version": 1} for case in cases]


# One step of one case.


async def appraise(world: World, case: Case, *, held_at: datetime, in_favour: int = 26, by: Actor | None = None) -> None:
    body = {"held_at": at(held_at, hours=2), "eligible": 30, "present": 27, "in_favour": in_favour, "evidence": proof("评议会议记录")}
    await _step(world, case, by or _appraiser(case), "appraisal", body)


async def refuse_small_meeting(world: World, case: Case, *, held_at: datetime) -> None:
    body = {"held_at": at(held_at, days=1), "eligible": 30, "present": 12, "in_favour": 12, "evidence": proof("评议会议记录")}
    path = f"/v1/cases/{case['id']}/appraisal"
    seen = (await world.desk.get(county(case["village"]), f"/v1/cases/{case['id']}"))["version"]
    await world.desk.refused(cadre(case["village"]), path, body, step="small-meeting", reason="QuorumNotMet", seen=seen)


async def post(world: World, case: Case, *, posted_at: datetime) -> None:
    body = {"posted_at": at(posted_at, minutes=5), "posted_where": "村务公开栏", "evidence": proof("公示照片")}
    await _step(world, case, cadre(case["village"]), "notice", body)


async def refuse_early_removal(world: World, case: Case) -> None:
    body = {"removed_at": at(TOO_EARLY, minutes=5), "evidence": proof("撤下照片")}
    path = f"/v1/cases/{case['id']}/notice-removal"
    await world.desk.refused(cadre(case["village"]), path, body, step="early", reason="NoticeStillRunning", seen=case["version"])


async def remove(world: World, case: Case, *, removed_at: datetime) -> None:
    body = {"removed_at": at(removed_at, minutes=5), "evidence": proof("撤下照片")}
    await _step(world, case, cadre(case["village"]), "notice-removal", body)


async def review(world: World, case: Case, *, agrees: bool) -> None:
    opinion = "情况属实，同意上报" if agrees else "家庭有稳定收入来源，不予上报"
    await _step(world, case, reviewer(case["village"]), "township-review", {"agrees": agrees, "opinion": opinion, "evidence": proof("审核表")})


async def approve(world: World, case: Case) -> None:
    body = {"agrees": True, "opinion": "同意认定", "document_number": f"{case['village'][:6]}乡振〔2021〕9号", "evidence": proof("审定表")}
    await _step(world, case, county(case["village"]), "county-approval", body)


async def _step(world: World, case: Case, by: Actor, act: str, body: dict[str, Any]) -> None:
    """Take a step with the version that the case has now, and keep what it became."""
    seen = case.get("version") or (await world.desk.get(county(case["village"]), f"/v1/cases/{case['id']}"))["version"]
    case |= await world.desk.post(by, f"/v1/cases/{case['id']}/{act}", body, step=act, seen=seen)


def _appraiser(case: Case) -> Actor:
    """The first case is appraised by a township officer, who then may not review it."""
    return township(case["village"]) if "second_risk" in case else cadre(case["village"])


async def _refuse_same_person(world: World, case: Case) -> None:
    body = {"agrees": True, "opinion": "情况属实", "evidence": proof("审核表")}
    path = f"/v1/cases/{case['id']}/township-review"
    await world.desk.refused(township(case["village"]), path, body, step="same-person", reason="SamePerson", seen=case["version"])


async def _risk_of(world: World, case: Case) -> str:
    """A risk that the case does not have yet."""
    risks = (await world.desk.get(county(case["village"]), f"/v1/cases/{case['id']}"))["risks"]
    return next(risk for risk in (WORK, INDUSTRY) if risk not in risks)


async def _lead_after_appraisal(world: World, case: Case) -> None:
    """Confirm a new risk after the appraisal: the lead waits, and opens the next case when this one is decided."""
    by = cadre(case["village"])
    body = {"household_id": case["household"], "channel": "department", "hardships": ["other"], "note": "部门比对预警"}
    lead = await world.desk.post(by, "/v1/leads", body, step="waiting-lead")
    found = {"outcome": "confirmed", "risks": [case["second_risk"]], "visited_at": at(APPRAISED, minutes=30), "evidence": proof("入户核实表")}
    answer = await world.desk.post(by, f"/v1/leads/{lead['id']}/verification", found, step="waiting", seen=lead["version"])
    if answer["case_id"] is not None:
        raise ValueError("a lead with a new risk was to wait for the next case")
    world.state["leads"] += 1
    world.state["confirmed_leads"] += 1

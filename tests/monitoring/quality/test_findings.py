"""What a check finds is a task of its owner: opened once, closed when it is repaired, excused by the level above, late in its time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.quality import findings as rules
from services.monitoring.domain.quality.findings import FindingAct, FindingStatus
from services.monitoring.jobs import duties
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Role, service_actor
from shared.kernel.errors import Conflict, Forbidden
from tests.builders.families import a_family, a_split, as_it_is, named
from tests.builders.law import DOCUMENT
from tests.builders.people import proof
from tests.builders.quality import published
from tests.builders.story import done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.deadlines.conftest import said, sweep
from tests.monitoring.quality.conftest import CADRE, DESK, HERE, HOUSE, LAND, NEXT, OFFICE, TOWN, WATER, Quality

__all__ = ["said", "sweep"]

NO_EDUCATION, SCHOOLING, OUT_OF_SCHOOL = "LC_06_006", "LC_07_003", "LC_07_004"
MUCH, LITTLE = {"farmland": "120.00"}, {"farmland": "12.00"}


def an_excuse(**changes: Any) -> dict[str, Any]:
    return {"reason": "合作社流转土地，已核对合同", "evidence": proof("流转合同"), "until": "2021-10-31", **changes}


@pytest.mark.parametrize(("status", "act", "role"), list(product(FindingStatus, FindingAct, Role)))
def test_only_what_is_open_is_excused_or_checked_at_once_and_by_whom_it_is(status: Any, act: Any, role: Role) -> None:
    officers = {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}
    may = role in (officers if act is FindingAct.EXCUSE else officers | {Role.VILLAGE_CADRE})

    if status is not FindingStatus.OPEN or not may:
        with pytest.raises(Conflict if status is not FindingStatus.OPEN else Forbidden):
            rules.PROCEDURE.step(status, act, role)
    else:
        assert rules.PROCEDURE.step(status, act, role).to in (FindingStatus.EXCUSED, FindingStatus.OPEN)


async def test_what_a_rule_finds_is_listed_once_however_often_it_is_checked(quality: Quality) -> None:
    household, _ = await quality.household(**MUCH), await quality.household(**LITTLE)

    first, second = await quality.check(LAND), await quality.check(LAND)

    assert (first, second) == ((1, 0), (0, 0))
    (finding,) = await quality.findings(rule=LAND)
    assert finding["household_id"] == finding["subject_id"] == household
    assert (finding["rule"], finding["title"], finding["severity"], finding["owner"]) == (LAND, "耕地小于0或大于100亩", "suspect", "village")
    assert finding["facts"] == {"tracked": "yes", "farmland": "120.00"}
    # Fifteen calendar days from 22 September end on 7 October, a holiday, and so with the 8th.
    assert (finding["found_on"], finding["due_at"], finding["version"]) == ("2021-09-22", "2021-10-08T16:00:00Z", 1)


async def test_what_is_repaired_by_the_form_is_closed_by_the_next_check(quality: Quality) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)

    await quality.fill(household, **LITTLE)
    assert await quality.check(LAND) == (0, 1)

    finding = await quality.found(household, LAND, "repaired")
    assert (finding["version"], finding["closed_at"] is not None) == (2, True)
    await quality.fill(household, **MUCH)
    assert await quality.check(LAND) == (1, 0)
    assert (await quality.found(household, LAND))["id"] != finding["id"]


async def test_other_facts_of_what_stays_wrong_are_shown_as_they_are_now(quality: Quality) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)

    await quality.fill(household, farmland="150.00")
    assert await quality.check(LAND) == (0, 0)

    finding = await quality.found(household, LAND)
    assert (finding["facts"]["farmland"], finding["version"]) == ("150.00", 2)


async def test_one_household_is_checked_at_once_by_all_that_is_open_on_it(quality: Quality) -> None:
    household, neighbour = await quality.household(**MUCH, forest="300.00"), await quality.household(**MUCH)
    await quality.check(LAND, "5_14_002")
    finding, beside = await quality.found(household, LAND), await quality.found(neighbour, LAND)

    still = done(await quality.act(finding, "recheck", by=CADRE))
    await quality.fill(household, farmland="12.00", forest="3.00")
    changed = done(await quality.act(finding, "recheck", by=CADRE))

    assert (still["status"], still["version"]) == ("open", 1)
    assert (changed["status"], changed["version"]) == ("repaired", 2)
    assert (await quality.found(household, "5_14_002", "repaired"))["version"] == 2
    assert await quality.found(neighbour, LAND) == beside
    assert refused(await quality.act(finding, "recheck", seen=2))[:2] == (409, "Conflict")
    assert refused(await quality.act(finding, "recheck", seen=1)) == (412, "Stale", ["header.if-match"])


async def test_a_household_that_is_gone_and_a_rule_that_is_repealed_leave_nothing_open(quality: Quality, admin: asyncpg.Connection) -> None:
    gone, repealed = await quality.household(**MUCH), await quality.household(farmland="60.00")
    desk = quality.way.call(DESK)
    rule = f"/v1/quality-rules/{TOWN[:6]}/LC_90_001"
    done(await desk.put(rule, published()))
    assert await quality.check(LAND, "LC_90_001") == (3, 0)
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone)
    done(await desk.put(rule, published(effective_from="2021-09-02", effective_to="2021-09-02")))

    await quality.check(LAND, "LC_90_001")

    assert (await quality.found(gone, LAND, "lapsed"))["closed_at"]
    assert (await quality.found(repealed, "LC_90_001", "lapsed"))["title"] is None
    assert await quality.findings() == []


async def test_the_level_above_the_owner_excuses_and_no_check_finds_it_again_until_the_facts_change(
    quality: Quality, admin: asyncpg.Connection, set_clock: SetClock
) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)
    finding = await quality.found(household, LAND)

    excused = done(await quality.act(finding, "excuse", an_excuse()))

    assert (excused["status"], excused["version"], excused["until"]) == ("excused", 2, "2021-10-31")
    assert await quality.check(LAND) == (0, 0)
    shown = done(await quality.way.call(OFFICE).get(f"/v1/quality-findings/{finding['id']}"))
    assert (shown["reason"], shown["excused_by"], shown["evidence"]) == ("合作社流转土地，已核对合同", "office", proof("流转合同"))
    assert "流转土地" not in str(dict(await admin.fetchrow("SELECT * FROM quality_finding WHERE id = $1", finding["id"]) or {}))
    assert await count_of(admin, "SELECT count(*) FROM audit WHERE relation = 'quality_finding' AND act = 'READ' AND actor = 'office'") >= 1
    await set_clock(datetime.fromisoformat("2021-10-31T23:00:00+08:00"))
    assert await quality.check(LAND) == (0, 0)
    await set_clock(datetime.fromisoformat("2021-11-01T00:30:00+08:00"))
    assert await quality.check(LAND) == (1, 0)


async def test_an_excuse_holds_for_the_facts_that_it_was_given_for(quality: Quality) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)
    done(await quality.act(await quality.found(household, LAND), "excuse", an_excuse()))

    await quality.fill(household, farmland="150.00")

    assert await quality.check(LAND) == (1, 0)
    assert (await quality.found(household, LAND))["facts"]["farmland"] == "150.00"


async def test_no_excuse_holds_while_something_withheld_may_change(quality: Quality, admin: asyncpg.Connection) -> None:
    family = a_family("head", "son", village=HERE)
    household = done(await quality.way.call(CADRE).post("/v1/households", family))["id"]
    seen = await as_it_is(quality.way, household, family["members"])
    await admin.execute("UPDATE person SET born_on = '2011-09-01' WHERE id = $1", seen.people[1])
    form = {"effective_from": quality.way.now.date().isoformat(), "drop_out_reason": "weary"}
    done(await quality.way.call(CADRE).put(f"/v1/people/{seen.people[1]}/form", form, seen=seen.version))
    assert await quality.check(OUT_OF_SCHOOL) == (1, 0)
    finding = await quality.found(household, OUT_OF_SCHOOL)
    above = {"village": OFFICE, "township": DESK, "county": prefecture()}[finding["owner"]]

    assert refused(await quality.act(finding, "excuse", an_excuse(), by=above)) == (409, "ExcuseWouldNotHold", [])
    # One that was accepted before this was looked at does not hold either.
    await admin.execute("UPDATE quality_finding SET status = 'excused', excused_until = '2021-12-01' WHERE id = $1", finding["id"])
    assert await quality.check(OUT_OF_SCHOOL) == (1, 0)


@pytest.mark.parametrize(
    ("by", "body", "refusal"),
    [
        (county("desk", TOWN[:6]), {}, (403, "NotAboveTheOwner", [])),
        (prefecture(), {}, (403, "NotAboveTheOwner", [])),
        (CADRE, {}, (403, "Forbidden", [])),
        (auditor(area=TOWN[:6]), {}, (403, "Forbidden", [])),
        (township("elsewhere", "530923102"), {}, (404, "NotFound", [])),
        (OFFICE, {"until": "2021-09-22"}, (422, "ExcuseUnfit", ["body.until"])),
        (OFFICE, {"until": "2021-12-22"}, (422, "ExcuseUnfit", ["body.until"])),
        (OFFICE, {"evidence": []}, (422, "Malformed", ["body.evidence"])),
    ],
)
async def test_an_excuse_of_somebody_else_or_for_too_long_is_refused(
    by: Actor, body: dict[str, Any], refusal: tuple[int, str, list[str]], quality: Quality
) -> None:
    await quality.household(**MUCH)
    await quality.check(LAND)
    (finding,) = await quality.findings(rule=LAND)

    assert refused(await quality.act(finding, "excuse", an_excuse(**body), by=by)) == refusal


async def test_how_long_an_excuse_may_hold_is_the_prefecture_s_to_say(quality: Quality, publish: Publish) -> None:
    await quality.household(**MUCH)
    await quality.check(LAND)
    (finding,) = await quality.findings(rule=LAND)
    await publish(TOWN[:6], "quality.excuse.max_days", "5")

    assert refused(await quality.act(finding, "excuse", an_excuse()))[1] == "ExcuseUnfit"
    done(await quality.act(finding, "excuse", an_excuse(until="2021-09-27")))
    assert refused(await quality.act(finding, "excuse", an_excuse(until="2021-09-27"), seen=2))[1] == "Conflict"


async def test_what_is_not_repaired_in_time_goes_up_level_by_level_and_is_taken_back_when_it_is(
    quality: Quality, set_clock: SetClock, sweep: Any, said: Any
) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)
    finding = await quality.found(household, LAND)
    heard = {}
    for moment in ("2021-09-30", "2021-10-06", "2021-10-09", "2021-10-11"):
        await set_clock(datetime.fromisoformat(f"{moment}T09:00:00+08:00"))
        await sweep(TOWN[:6])
        heard[moment] = await said(finding["id"])
    done(await quality.act(finding, "recheck"))
    await quality.fill(household, **LITTLE)
    done(await quality.act(finding, "recheck"))

    await sweep(TOWN[:6])

    warned, late = ("warning", "village", "open"), [("overdue", level, "open") for level in ("village", "township")]
    assert heard == {
        "2021-09-30": [],
        "2021-10-06": [warned],
        "2021-10-09": [warned, late[0]],
        "2021-10-11": [warned, *late],
    }
    assert {status for _, _, status in await said(finding["id"])} == {"over"}


async def test_findings_are_counted_by_rule_and_by_the_next_level_and_listed_by_rule(quality: Quality, set_clock: SetClock) -> None:
    one, two = await quality.household(**MUCH, forest="300.00"), await quality.household(at=NEXT, **MUCH)
    await quality.household(at=NEXT, **MUCH)
    await quality.check(LAND, "5_14_002", area=TOWN[:6], by=DESK)
    done(await quality.act(await quality.found(two, LAND), "excuse", an_excuse()))
    await set_clock(quality.way.now + timedelta(days=60))

    async def summary(by: Actor, **query: Any) -> list[tuple[Any, ...]]:
        items = done(await quality.way.call(by).get("/v1/quality-summary", **query))["items"]
        return [(each["rule"], each["area"], each["open"], each["overdue"], each["excused"]) for each in items]

    assert await summary(OFFICE) == [("5_14_002", HERE, 1, 1, 0), (LAND, HERE, 1, 1, 0), (LAND, NEXT, 1, 1, 1)]
    assert await summary(DESK) == [("5_14_002", TOWN, 1, 1, 0), (LAND, TOWN, 2, 2, 1)]
    assert (LAND, TOWN[:6], 2, 2, 1) in await summary(prefecture())
    assert await summary(CADRE, area="5309") == [("5_14_002", HERE, 1, 1, 0), (LAND, HERE, 1, 1, 0)]
    assert {each["household_id"] for each in await quality.findings(rule="5_14_002")} == {one}
    assert len(await quality.findings()) == 3
    assert [each["area"] for each in await quality.findings(area=NEXT)] == [NEXT]


async def test_a_check_of_a_smaller_area_leaves_the_rest_as_it_is(quality: Quality) -> None:
    one, other = await quality.household(**MUCH), await quality.household(at=NEXT, **MUCH)
    assert await quality.check(LAND, area=HERE) == (1, 0)
    assert await quality.check(LAND) == (1, 0)
    for household, at in ((one, HERE), (other, NEXT)):
        await quality.fill(household, at=at, **LITTLE)

    assert await quality.check(LAND, area=NEXT) == (0, 1)
    assert [each["household_id"] for each in await quality.findings(rule=LAND)] == [one]


async def test_a_check_is_asked_for_in_one_s_own_area_by_rules_that_there_are(quality: Quality) -> None:
    office = quality.way.call(OFFICE)

    assert refused(await office.post("/v1/quality-checks", {"area": TOWN[:6]})) == (403, "NotYourArea", ["body.area"])
    assert refused(await office.post("/v1/quality-checks", {"area": TOWN, "rules": [LAND, "9_99_999"]})) == (422, "NoSuchRule", ["body.rules.1"])
    assert refused(await quality.way.call(CADRE).post("/v1/quality-checks", {"area": HERE}))[:2] == (403, "Forbidden")


async def test_the_check_of_the_day_is_asked_for_once(
    quality: Quality, monitoring_worker: Database, admin: asyncpg.Connection, set_clock: SetClock
) -> None:
    [duty] = [each for each in duties(reconcile_seconds=60) if each.name == "check_quality"]

    async def a_round(area: str = "5309") -> int:
        async with monitoring_worker.transaction(service_actor("monitoring", area)) as tx:
            await duty.work(tx)
        return await count_of(admin, "SELECT count(*) FROM job WHERE kind = 'quality_check' AND created_by = 'service:monitoring'")

    before = await a_round(TOWN[:6])
    assert [await a_round(), await a_round()] == [before + 1] * 2
    await set_clock(quality.way.now + timedelta(days=1))
    assert [await a_round(), await a_round()] == [before + 2] * 2
    await admin.execute("UPDATE job SET state = 'cancelled', finished_at = now() WHERE kind = 'quality_check' AND state = 'queued'")


LEADS = """
    SELECT id::text, area_code, grade, hardships, status, due_at > registered_at AS is_limited, step_due_at, version
    FROM lead WHERE channel = 'quality' AND household_id = $1 ORDER BY id
"""


async def test_a_serious_finding_opens_one_lead_of_the_household_that_names_what_was_found(quality: Quality, admin: asyncpg.Connection) -> None:
    household, sound = await quality.household(house_problem=True, water_problem=True), await quality.household(house_problem=False)

    await quality.check(HOUSE)
    (first,) = await admin.fetch(LEADS, household)
    await quality.check(HOUSE, WATER)
    await quality.check(HOUSE, WATER)

    (lead,) = await admin.fetch(LEADS, household)
    assert (first["grade"], first["hardships"], first["area_code"], first["is_limited"]) == ("red", '["house"]', HERE, True)
    assert (lead["id"], lead["hardships"], lead["version"]) == (first["id"], '["house", "water"]', 2)
    assert {(await quality.found(household, rule))["lead_id"] for rule in (HOUSE, WATER)} == {lead["id"]}
    assert await admin.fetch(LEADS, sound) == []
    shown = done(await quality.way.call(CADRE).get(f"/v1/leads/{lead['id']}"))
    assert (shown["channel"], shown["status"], shown["hardships"]) == ("quality", "registered", ["house", "water"])


async def test_a_lead_that_others_join_is_as_urgent_as_the_most_urgent_that_it_names(quality: Quality, admin: asyncpg.Connection) -> None:
    mild = {"population": "any", "grade": "yellow", "effective_from": "2021-01-01", "document_number": DOCUMENT}
    for hardship in ("house", "schooling"):
        done(await quality.way.call(DESK).put(f"/v1/lead-grade-rules/{TOWN[:6]}/{hardship}", mild))
    household = await quality.household(house_problem=True, water_problem=True, schooling_problem=True)
    grades: list[str] = []

    for rule in (HOUSE, WATER, SCHOOLING):
        await quality.check(rule)
        (lead,) = await admin.fetch(LEADS, household)
        grades.append(lead["grade"])

    assert grades == ["yellow", "red", "red"]
    assert (lead["hardships"], lead["version"]) == ('["house", "water", "schooling"]', 3)


async def test_a_lead_that_was_dismissed_is_not_opened_again_for_the_same_finding(quality: Quality, admin: asyncpg.Connection) -> None:
    household = await quality.household(house_problem=True)
    await quality.check(HOUSE)
    ((lead_id, version),) = [(row["id"], row["version"]) for row in await admin.fetch(LEADS, household)]
    done(await quality.way.verification({"id": lead_id, "version": version}, outcome="dismissed", reason="已加固", answer="helped"))

    await quality.check(HOUSE)
    assert len(await admin.fetch(LEADS, household)) == 1
    await quality.fill(household, house_problem=False)
    await quality.check(HOUSE)
    await quality.fill(household, house_problem=True)
    await quality.check(HOUSE)

    assert len(await admin.fetch(LEADS, household)) == 2


async def test_who_is_decided_about_or_flagged_with_the_risk_already_gets_no_lead(
    quality: Quality, admin: asyncpg.Connection, set_clock: SetClock
) -> None:
    decided = await quality.household(house_problem=True)
    case = (await quality.way.confirmed(await quality.way.lead(decided), "10"))["case_id"]
    await quality.check(HOUSE)
    under_way = await admin.fetch(LEADS, decided)

    later, _ = await quality.way.flagged(case, set_clock)
    await replace(quality, way=later).check(HOUSE)

    assert under_way == await admin.fetch(LEADS, decided) == []
    assert (await quality.found(decided, HOUSE))["lead_id"] is None


async def split_off(quality: Quality) -> tuple[str, str, Any]:
    """Register a head with a son of whom something is found, and give the household, the son, and a call that sends him away."""
    family = a_family("head", "son", village=HERE)
    household = done(await quality.way.call(CADRE).post("/v1/households", family))["id"]
    seen = await as_it_is(quality.way, household, family["members"])

    async def leave() -> None:
        await quality.check(NO_EDUCATION)
        path = f"/v1/households/{household}/split"
        done(await quality.way.call(OFFICE).post(path, a_split(named(seen.people[1], "head")), seen=seen.version))

    return household, seen.people[1], leave


async def test_a_finding_follows_the_person_into_another_household_and_village(quality: Quality, admin: asyncpg.Connection) -> None:
    old, person, leave = await split_off(quality)
    await leave()
    new = await admin.fetchval("SELECT household_id::text FROM membership WHERE person_id = $1 AND valid_to IS NULL", person)

    async def of_the_person(status: str = "open") -> list[dict[str, Any]]:
        return [each for each in await quality.findings(status, rule=NO_EDUCATION) if each["person_id"] == person]

    (before,) = await of_the_person()
    # A check of the household that was left closes nothing of who lives elsewhere now.
    assert done(await quality.act(before, "recheck", by=CADRE))["version"] == before["version"]
    assert await of_the_person() == [before]
    assert await quality.check(NO_EDUCATION) == (0, 0)
    (now,) = await of_the_person()
    assert (before["household_id"], now["household_id"], now["id"], now["version"]) == (old, new, before["id"], before["version"] + 1)
    assert now["due_at"] == before["due_at"]
    assert await quality.check(NO_EDUCATION) == (0, 0)
    assert (await of_the_person())[0]["version"] == now["version"]

    # As if they lived in the next village now, whose check finds what was found where they were.
    for table, column in (("household", "id"), ("membership", "household_id")):
        await admin.execute(f"UPDATE {table} SET area_code = $2 WHERE {column} = $1", new, NEXT)
    assert await quality.check(NO_EDUCATION, area=HERE) == (0, 0)
    assert await of_the_person() == [now]
    assert await quality.check(NO_EDUCATION, area=NEXT) == (0, 0)
    (there,) = await of_the_person()
    assert (there["id"], there["area"], there["due_at"]) == (now["id"], NEXT, now["due_at"])
    assert await quality.check(NO_EDUCATION, area=HERE) == (0, 0)
    assert await of_the_person() == [there]


async def test_a_check_waits_for_nobody_who_moves_a_household_and_moves_nothing_back(quality: Quality, admin: asyncpg.Connection) -> None:
    moving, repaired = await quality.household(**MUCH), await quality.household(**MUCH)
    await quality.check(LAND)
    finding, _ = await quality.found(moving, LAND), await quality.fill(repaired, **LITTLE)
    await quality.fill(moving, farmland="150.00")

    async with admin.transaction():
        for table, column in (("quality_finding", "household_id"), ("household", "id"), ("household_form", "household_id")):
            await admin.execute(f"UPDATE {table} SET area_code = $2 WHERE {column} = $1", moving, NEXT)
        assert await asyncio.wait_for(quality.check(LAND), timeout=20) == (0, 1)

    (moved,) = await quality.findings(rule=LAND)
    assert (moved["id"], moved["area"], moved["facts"]["farmland"]) == (finding["id"], NEXT, "120.00")
    await quality.check(LAND)
    (then,) = await quality.findings(rule=LAND)
    assert (then["area"], then["facts"]["farmland"]) == (NEXT, "150.00")


async def test_what_a_repealed_rule_found_is_closed_without_waiting_for_who_is_at_one_of_it(quality: Quality, admin: asyncpg.Connection) -> None:
    taken, free = await quality.household(farmland="60.00"), await quality.household(farmland="60.00")
    rule = f"/v1/quality-rules/{TOWN[:6]}/LC_90_001"
    done(await quality.way.call(DESK).put(rule, published()))
    assert await quality.check("LC_90_001") == (2, 0)
    done(await quality.way.call(DESK).put(rule, published(effective_from="2021-09-02", effective_to="2021-09-02")))

    async with admin.transaction():
        await admin.execute("SELECT FROM quality_finding WHERE household_id = $1 FOR UPDATE", taken)
        assert await asyncio.wait_for(quality.check("LC_90_001"), timeout=20) == (0, 1)

    assert (await quality.found(taken, "LC_90_001"))["version"] == 1
    assert (await quality.found(free, "LC_90_001", "lapsed"))["version"] == 2
    assert await quality.check("LC_90_001") == (0, 1)
    assert await quality.findings() == []


async def test_a_finding_follows_its_household_and_a_stranger_does_not_see_it(quality: Quality) -> None:
    household = await quality.household(**MUCH)
    await quality.check(LAND)
    finding = await quality.found(household, LAND)
    caller = quality.way.call(DESK)
    seen = done(await caller.get(f"/v1/households/{household}"))["version"]
    moved = {"to_village": NEXT, "reason": "搬迁", "document_number": "永测〔2021〕1号"}
    done(await caller.post(f"/v1/households/{household}/transfer", moved, seen=seen))

    assert (await quality.found(household, LAND))["area"] == NEXT
    assert refused(await quality.way.call(CADRE).get(f"/v1/quality-findings/{finding['id']}"))[:2] == (404, "NotFound")
    assert done(await quality.way.call(village("next", NEXT)).get(f"/v1/quality-findings/{finding['id']}"))["id"] == finding["id"]
    assert await quality.check(LAND) == (0, 0)

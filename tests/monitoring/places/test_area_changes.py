"""Villages are merged, split, renamed and moved by a document; the tree is that of any day, and households follow their village."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.jobs import duties
from services.monitoring.store import Base
from services.monitoring.store.register.rehoming import FOLLOWING
from services.monitoring.usecases.places import ask_for_rehoming
from services.monitoring.usecases.places.rehome_next import rehome_next
from shared.database.transaction import Database, Transaction
from shared.kernel.actors import Actor, service_actor
from shared.kernel.ids import new_id
from tests.builders.areas import NEXT_TOWNSHIP, TOWNSHIP, a_change, a_new_village
from tests.builders.files import a_list_row
from tests.builders.incidents import a_delivery, an_incident, hit
from tests.builders.incomes import a_quarter, an_income
from tests.builders.leads import a_person_lead
from tests.builders.people import WITHOUT_NUMBER, a_household, a_self_report, proof
from tests.builders.regions import a_regional_rule, an_event
from tests.builders.rounds import a_round
from tests.builders.signals import some_signals
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, citizen, county, department_user, prefecture, township, village
from tests.monitoring.files.conftest import Files
from tests.monitoring.lists import listed

COUNTY = TOWNSHIP[:6]


async def decide(call: Call, kind: str, areas: list[str], into: dict[str, str], **changes: Any) -> dict[str, Any]:
    return done(await call(prefecture()).post("/v1/area-changes", a_change(kind, areas, into, **changes)))


async def new_village(call: Call, *, of: str = TOWNSHIP + "211", since: str = "2021-01-01") -> str:
    """Take a village out of another, so that a test has one of its own."""
    code = a_new_village(of[:9])
    names = {each["code"]: each["name"] for each in await areas(call, of[:9], on=since)}
    await decide(call, "split", [of], {of: names[of], code: "新设" + code[-3:]}, effective_from=since)
    return code


async def areas(call: Call, inside: str, **query: str) -> list[dict[str, str]]:
    return done(await call(citizen()).get("/v1/areas", inside=inside, **query))["items"]


async def codes(call: Call, inside: str, **query: str) -> set[str]:
    return {each["code"] for each in await areas(call, inside, **query)}


async def test_villages_that_merge_are_one_from_the_day_on_and_two_before(call: Call, september: datetime) -> None:
    one, two, into = await new_village(call), await new_village(call), a_new_village()

    changed = await decide(call, "merge", [one, two], {into: "联合村"}, effective_from="2021-06-01")

    assert (changed["version"], changed["status"]) == (1, "published")
    assert changed["job_id"] is not None
    mine = {one, two, into}
    assert mine & await codes(call, TOWNSHIP) == {into}
    assert mine & await codes(call, TOWNSHIP, on="2021-05-31") == {one, two}
    assert mine & await codes(call, TOWNSHIP, on="2021-06-01") == {into}
    assert not mine & await codes(call, TOWNSHIP, on="2020-12-31")


async def test_a_day_to_come_is_kept_and_until_then_the_village_is_there(call: Call, september: datetime, set_clock: SetClock) -> None:
    old, new = await new_village(call), a_new_village(NEXT_TOWNSHIP)

    changed = await decide(call, "move", [old], {new: "改隶村"}, effective_from="2021-10-01")
    done(await call(village("old", old)).post("/v1/households", household(old)))
    too_early = await call(township(area=NEXT_TOWNSHIP)).post("/v1/households", household(new))
    await set_clock(september + timedelta(days=20))
    too_late = await call(village("old", old)).post("/v1/households", household(old))

    assert changed["job_id"] is None
    assert refused(too_early) == refused(too_late) == (422, "NoSuchVillage", ["body.village"])
    done(await call(township(area=NEXT_TOWNSHIP)).post("/v1/households", household(new)))


async def test_a_new_name_begins_on_its_day(call: Call, september: datetime) -> None:
    code = await new_village(call)

    await decide(call, "rename", [code], {code: "更名村"}, effective_from="2021-07-01")

    assert [each["name"] for each in await areas(call, TOWNSHIP, on="2021-06-30") if each["code"] == code] == ["新设" + code[-3:]]
    assert [each["name"] for each in await areas(call, TOWNSHIP) if each["code"] == code] == ["更名村"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "split"}, (422, "ChangeUnfit", ["body.kind", "body.areas", "body.into"])),
        ({"areas": [TOWNSHIP + "999"]}, (422, "NoSuchArea", ["body.areas.0"])),
        ({"areas": ["530921101201"]}, (422, "AcrossCounties", ["body.areas", "body.into"])),
        ({"areas": [TOWNSHIP]}, (422, "WrongLevel", ["body.areas", "body.into"])),
        ({"areas": [TOWNSHIP + "201"] * 2}, (422, "TwiceNamed", ["body.areas"])),
        ({"effective_from": "2020-01-01"}, (409, "BeforeItBegan", ["body.effective_from", "body.areas.0"])),
        ({"kind": "rename", "into": [{"code": TOWNSHIP + "201", "name": "后箐村民委员会"}]}, (422, "SameName", ["body.into.0.name"])),
        ({"kind": "move", "into": [{"code": TOWNSHIP + "201", "name": "x"}]}, (422, "SuccessionCycle", ["body.into"])),
        ({"kind": "move", "into": [{"code": NEXT_TOWNSHIP + "201", "name": "x"}]}, (409, "CodeTaken", ["body.into.0.code"])),
        ({"kind": "move", "into": [{"code": COUNTY + "999201", "name": "x"}]}, (409, "WrongParent", ["body.into.0.code"])),
        (
            {"areas": [COUNTY + "203"], "into": [{"code": NEXT_TOWNSHIP, "name": "栗树彝族傣族乡"}]},
            (409, "VillagesLeft", ["body.villages"]),
        ),
    ],
)
async def test_a_change_that_would_tear_the_tree_is_refused(change: dict[str, Any], said: Any, call: Call, september: datetime) -> None:
    body = a_change("merge", [TOWNSHIP + "201"], {TOWNSHIP + "202": "上台村民委员会"}) | change

    assert refused(await call(prefecture()).post("/v1/area-changes", body)) == said


async def test_what_has_ended_does_not_end_again_and_its_code_is_not_given_again(call: Call, september: datetime) -> None:
    one, two, other = await new_village(call), await new_village(call), await new_village(call)
    await decide(call, "merge", [one], {two: "新设" + two[-3:]})

    again = await call(prefecture()).post("/v1/area-changes", a_change("merge", [one], {other: "新设" + other[-3:]}))
    reused = await call(prefecture()).post("/v1/area-changes", a_change("split", [other], {other: "甲村", one: "乙村"}))
    await decide(call, "merge", [other], {two: "新设" + two[-3:]}, effective_from="2022-01-01")
    awaited = await call(prefecture()).post("/v1/area-changes", a_change("merge", [two], {TOWNSHIP + "211": "忙弄村民委员会"}))

    assert refused(again) == (409, "AreaEnded", ["body.areas.0"])
    assert refused(reused) == (409, "SucceededAlready", ["body.into.1.code"])
    assert refused(awaited) == (409, "LaterChange", ["body.effective_from"])


@pytest.mark.parametrize("official", [village(), township(), county(), auditor()])
async def test_only_the_prefecture_changes_the_tree(official: Actor, call: Call) -> None:
    answer = await call(official).post("/v1/area-changes", a_change("rename", [TOWNSHIP + "201"], {TOWNSHIP + "201": "x"}))

    assert refused(answer) == (403, "Forbidden", [])


async def test_a_change_leaves_a_trace_with_its_document(call: Call, september: datetime, admin: asyncpg.Connection) -> None:
    code = await new_village(call)

    changed = await decide(call, "rename", [code], {code: "留痕村"})

    (trace,) = await admin.fetch("SELECT actor, after FROM audit WHERE relation = 'area_change' AND after ->> 'id' = $1", changed["id"])
    assert trace["actor"] == "prefecture"
    assert "云政复〔2021〕8号" in trace["after"]
    assert "留痕村" in trace["after"]


def household(place: str, **changes: Any) -> dict[str, Any]:
    return a_household(village=place, members=2, **changes)


AREAS_OF = """
    SELECT DISTINCT '{table}' AS place, t.area_code FROM {table} t WHERE t.county_code = '530922' AND t.area_code = ANY($1::text[])
"""


async def rows_in(admin: asyncpg.Connection, *villages: str) -> set[tuple[str, str]]:
    """List the tables that have rows in villages, with the village."""
    found: set[tuple[str, str]] = set()
    for table in {following.table for following in FOLLOWING}:
        found |= {(row["place"], row["area_code"]) for row in await admin.fetch(AREAS_OF.format(table=table), list(villages))}
    return found


async def everything_is_kept(way: Way, files: Files) -> None:
    """Let something of every kind be kept of households of the way's village."""
    by, home = way.officials, way.officials.village.area
    twins = a_household(village=home, members=2)
    twins["members"].append({**twins["members"][1], **WITHOUT_NUMBER, "born_on": "1999-01-01"})
    household_id = done(await way.call(by.village).post("/v1/households", twins))["id"]
    person = done(await way.call(by.village).get(f"/v1/households/{household_id}"))["members"][0]["id"]
    form = {"effective_from": "2021-09-30", "fuel": "gas", "farmland": "120.00"}
    done(await way.call(by.village).put(f"/v1/households/{household_id}/form", form, seen=1))
    done(await way.call(by.village).put(f"/v1/people/{person}/form", {"effective_from": "2021-09-30", "education": "primary"}, seen=2))
    done(await way.call(by.village).post(f"/v1/households/{household_id}/incomes", an_income(), seen=3))
    done(await way.call(by.village).post(f"/v1/households/{household_id}/incomes", a_quarter(2021, 2), seen=4))
    done(await way.call(by.township).post(f"/v1/people/{person}/correction", {"name": "罗国强", "reason": "笔误"}, seen=5))
    await way.assigned(household_id)
    await way.grouped(household_id, "low_income")
    done(await way.visit(household_id))
    strike_off = {"reason": "entered_in_error", "opinion": "错录", "document_number": "云乡振〔2021〕1号"}
    request = {"household_id": household_id, "household_version": 7, "reason": "错录", "strike_off": strike_off}
    done(await way.call(by.village).post("/v1/change-requests", request))
    done(await way.verification(await way.lead(household_id), outcome="dismissed", reason="不实"))
    undirected = done(await way.call(by.county).post("/v1/leads", a_person_lead(area=home[:9])))
    done(await way.call(by.township).post(f"/v1/leads/{undirected['id']}/dispatch", {"area": home}, seen=1))
    paused = await way.lead(household_id)
    pause = {"waiting_on": "household", "reason": "外出务工", "evidence": proof()}
    done(await way.call(by.village).post(f"/v1/leads/{paused['id']}/pause", pause, seen=1))
    done(await way.call(by.county).post("/v1/screening-rounds", a_round(area=home, opens_on="2021-10-01", ends_on="2021-12-31")))
    done(await way.call(by.township).post("/v1/quality-checks", {"area": home, "rules": ["5_14_008"]}))
    await files.work()
    await hit_and_counted(way, files)


async def hit_and_counted(way: Way, files: Files) -> None:
    """Let a flood hit a household of the way's village, which is helped first and relieved, and let one event be enough for an alarm."""
    by, home = way.officials, way.officials.village.area
    household_id, county = await way.household(), way.call(way.officials.county)
    flood = an_incident(areas=[home], happened_at=way.at(days=-2), ends_on=None)
    incident = done(await county.post("/v1/incidents", flood))["id"]
    done(await county.post(f"/v1/incidents/{incident}/households", None))
    await files.work()
    place = f"/v1/incidents/{incident}/households/{household_id}"
    done(await way.call(by.village).post(f"{place}/check", hit(checked_at=way.at(minutes=-5)), seen=1))
    done(await way.call(by.village).post(f"{place}/relief", a_delivery(delivered_at=way.at(minutes=-4)), seen=2))
    order = {"households": [household_id], "reason": "房屋进水", "document_number": "云应急〔2021〕3号"}
    done(await county.post(f"/v1/incidents/{incident}/green-channel", order))
    rule = a_regional_rule(cause="site_problem", level="village", minimum_count=1)
    done(await county.put(f"/v1/regional-rules/{home[:6]}/village.followed", rule))
    done(await county.post("/v1/regional-events", an_event([home], cause="site_problem")))
    done(await county.post("/v1/regional-checks", {"area": home[:6]}))
    await files.work()


async def test_all_that_belongs_to_a_household_follows_its_village(
    call: Call, files: Files, admin: asyncpg.Connection, set_clock: SetClock, september: datetime
) -> None:
    old, new = await new_village(call), a_new_village(NEXT_TOWNSHIP)
    way = Way(call, september, Officials.of(old))
    case_id = await way.case("06")
    done(await call(citizen(area=COUNTY)).put(f"/v1/self-reports/{new_id()}", a_self_report(village=old)))
    await files.sent(department_user(area=COUNTY), [a_list_row("medical_insurance_list", village=old)], kind="medical_insurance_list")
    later, flag_id = await way.flagged(case_id, set_clock)
    await everything_is_kept(later, files)
    before = await rows_in(admin, old)

    changed = await decide(call, "move", [old], {new: "改隶村"}, effective_from="2021-09-30")
    await files.work()

    job = await files.job(prefecture(), changed["job_id"])
    assert (job["state"], job["kind"]) == ("done", "rehoming")
    assert job["updated"] >= 1  # and what other tests left for this day
    assert {table for table, _ in before} == {following.table for following in FOLLOWING}
    assert await rows_in(admin, old, new) == {(table, new) for table, _ in before}
    for table in {following.table for following in FOLLOWING if any("township_code" in each for each in following.also)}:
        assert await admin.fetch(f"SELECT DISTINCT township_code FROM {table} WHERE area_code = $1", new) == [(NEXT_TOWNSHIP,)], table
    shown = done(await call(township(area=NEXT_TOWNSHIP)).get(f"/v1/risk-flags/{flag_id}"))
    assert (shown["area"], shown["version"]) == (new, 2)
    states = await admin.fetch("SELECT entity_version, payload FROM outbox WHERE entity_id = $1 ORDER BY created_at", UUID(flag_id))
    assert [row["entity_version"] for row in states] == [1, 2]
    assert new.encode() in states[-1]["payload"]
    assert refused(await call(later.officials.village).get(f"/v1/risk-flags/{flag_id}"))[0] == 404


async def test_the_households_of_a_village_that_was_split_stay_until_somebody_transfers_them(call: Call, files: Files, september: datetime) -> None:
    old, one, two = await new_village(call), a_new_village(), a_new_village()
    kept = done(await call(village("v", old)).post("/v1/households", household(old)))["id"]

    await decide(call, "split", [old], {one: "甲村", two: "乙村"})
    await files.work()

    assert done(await call(county(area=COUNTY)).get(f"/v1/households/{kept}"))["area"] == old
    for reader, area in ((county(area=COUNTY), None), (prefecture(), old), (township(area=TOWNSHIP), TOWNSHIP)):
        items = done(await call(reader).get("/v1/areas/unplaced", **({"area": area} if area else {})))["items"]
        assert [each for each in items if each["code"] == old] == [
            {"code": old, "village": "新设" + old[-3:], "ended_on": "2021-09-22", "households": 1, "successors": [one, two]}
        ]
    assert done(await call(county()).get("/v1/areas/unplaced", area=old))["items"] == []


async def test_who_follows_goes_to_the_end_of_the_line_and_the_work_may_be_cut_anywhere(
    call: Call, files: Files, admin: asyncpg.Connection, september: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = await new_village(call), await new_village(call), await new_village(call)
    ids = [done(await call(village("v", one)).post("/v1/households", household(one)))["id"] for _ in range(5)]
    await decide(call, "merge", [one], {two: "新设" + two[-3:]}, effective_from="2022-01-01")
    changed = await decide(call, "rename", [three], {three: "终点村"}, effective_from="2021-04-01")
    assert changed["job_id"] is None, "nobody follows a new name"
    await files.work()  # what other tests asked for
    monkeypatch.setattr("services.monitoring.jobs.works.REHOMED_AT_ONCE", 2)
    takes = 0

    async def cut_short(tx: Transaction, *, at_most: int) -> int:
        nonlocal takes
        takes += 1
        moved = await rehome_next(tx, at_most=at_most)
        if takes == 2:
            raise OSError("the runner is gone before its slice is kept")
        return moved

    monkeypatch.setattr("services.monitoring.jobs.works.rehome_next", cut_short)
    await admin.execute("UPDATE area SET valid_to = '2021-03-01' WHERE code = $1", one)
    await admin.execute("UPDATE area_succession SET effective_from = '2021-03-01' WHERE old_code = $1", one)
    changed = await decide(call, "merge", [two], {three: "终点村"}, effective_from="2021-05-01")
    await files.work()  # after the trouble the job rests, and is not taken up again at once
    half = await versions(admin, ids)
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", UUID(changed["job_id"]))
    await files.work()

    assert sorted(half.values()) == [1, 1, 1, 2, 2], "one slice is kept, and nothing of the other"
    assert set((await versions(admin, ids)).values()) == {2}, "each moved once"
    assert {done(await call(county(area=COUNTY)).get(f"/v1/households/{each}"))["area"] for each in ids} == {three}
    job = await files.job(prefecture(), changed["job_id"])
    assert (job["state"], job["updated"]) == ("done", 5)


async def versions(admin: asyncpg.Connection, ids: list[str]) -> dict[str, int]:
    rows = await admin.fetch("SELECT id, version FROM household WHERE id = ANY($1)", [UUID(each) for each in ids])
    return {str(row["id"]): row["version"] for row in rows}


async def test_a_day_that_comes_is_seen_by_the_hourly_round_once(
    call: Call, files: Files, monitoring_worker: Database, september: datetime, set_clock: SetClock
) -> None:
    old, new = await new_village(call), a_new_village()
    kept = done(await call(village("v", old)).post("/v1/households", household(old)))["id"]
    await decide(call, "merge", [old], {new: "届时村"}, effective_from="2021-09-23")
    [duty] = [each for each in duties(reconcile_seconds=60) if each.name == "rehome"]

    async def asked(county_code: str = COUNTY) -> UUID | None:
        async with monitoring_worker.transaction(service_actor("monitoring", county_code)) as tx:
            return await ask_for_rehoming.ask_for_what_is_due(tx)

    assert await asked() is None
    await set_clock(september + timedelta(days=1))
    assert await asked("5309") is None
    assert await asked("530921") is None
    first = await asked()
    assert first is not None
    assert await asked() is None, "one is waiting already"
    await files.work()
    async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
        await duty.work(tx)

    assert await asked() is None, "nothing is left"
    assert done(await call(county(area=COUNTY)).get(f"/v1/households/{kept}"))["area"] == new
    assert (await files.job(county(area=COUNTY), str(first)))["created_by"] == "service:monitoring"


async def test_a_village_without_households_and_a_township_are_not_forgotten_either(
    call: Call, files: Files, monitoring_worker: Database, admin: asyncpg.Connection, september: datetime, set_clock: SetClock
) -> None:
    old, new = await new_village(call), a_new_village()
    kind = "water_list"
    signal = done(
        await call(department_user(department=LISTS[kind].department, area=COUNTY)).post(
            "/v1/signals", some_signals(kind, a_list_row(kind, village=old))
        )
    )
    with_village = signal["items"][0]["lead_id"]
    await decide(call, "merge", [old], {new: "届时村"}, effective_from="2021-09-23")
    with_township = done(await call(county(area=COUNTY)).post("/v1/leads", a_person_lead(area=TOWNSHIP)))["id"]
    gone = "530922299"  # a township that has gone over to this one
    await admin.execute("UPDATE lead SET area_code = $2, township_code = $2 WHERE id = $1", UUID(with_township), gone)
    change = await admin.fetchval("SELECT change_id FROM area_succession WHERE old_code = $1", old)
    succession = "INSERT INTO area_succession VALUES ($1, uuidv7(), $1, $2, $3, '2021-09-23', $4)"
    await admin.execute(succession, COUNTY, gone, TOWNSHIP, change)
    await set_clock(september + timedelta(days=1))

    async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
        asked = await ask_for_rehoming.ask_for_what_is_due(tx)
    await files.work()
    async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
        again = await ask_for_rehoming.ask_for_what_is_due(tx)

    rows = await admin.fetch("SELECT id::text, area_code, township_code FROM lead WHERE id = ANY($1)", [UUID(with_village), UUID(with_township)])
    assert (asked is not None, again) == (True, None)
    assert {row["id"]: (row["area_code"], row["township_code"]) for row in rows} == {
        with_village: (new, new[:9]),
        with_township: (TOWNSHIP, TOWNSHIP),
    }


async def test_the_lists_of_the_new_township_hold_who_followed(call: Call, files: Files, september: datetime) -> None:
    old, new = await new_village(call), a_new_village(NEXT_TOWNSHIP)
    kept = done(await call(village("v", old)).post("/v1/households", household(old)))["id"]

    await decide(call, "move", [old], {new: "改隶村"})
    await files.work()

    there = {each["id"] for each in await listed(call(township(area=NEXT_TOWNSHIP)), "/v1/households", status="normal")}
    assert kept in there
    assert kept not in {each["id"] for each in await listed(call(township(area=TOWNSHIP)), "/v1/households", status="normal")}


STAYS = {
    "escalation": "said to a level of an area; taken back by the next sweep, if it is over",
    "line_simulation_household": "a picture of the register as it was when the line was simulated",
    "job_result": "what became of the rows of a file, until the file is forgotten",
    "job_item": "what a job was asked to decide, until its work is forgotten",
}
"""Tables of what belongs to a household that stay where they are, and why."""
OWN_VERSION = {
    "change_request": "who decides has seen the request, and the move changes nothing of it",
    "quarterly_income": "its versions are its corrections, and nobody names one",
}
"""Tables whose version a move leaves alone, and why."""
PEOPLE, SUBJECTS = {"person_id", "person_a", "person_b"}, {"subject_id"}
"""What names somebody, or a lead or a case, without a key of the database."""


def test_every_table_of_what_belongs_to_a_household_follows_it() -> None:
    tables = Base.metadata.tables
    hang = {"household", "person"}
    while more := {
        name
        for name, table in tables.items()
        if name not in hang
        and ({"household_id", *PEOPLE, *SUBJECTS} & set(table.c.keys()) or {key.column.table.name for key in table.foreign_keys} & hang)
    }:
        hang |= more

    placed = {name for name in hang if "area_code" in tables[name].c}
    assert placed == {following.table for following in FOLLOWING} | set(STAYS)
    for following in FOLLOWING:
        columns = set(tables[following.table].c.keys())
        assert following.column in columns
        assert ("township_code" in columns) == any("township_code" in each for each in following.also), following.table
        versioned = "version" in columns and following.table not in OWN_VERSION
        assert versioned == any("version = t.version" in each for each in following.also), following.table

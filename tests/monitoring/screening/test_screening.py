"""Rounds of screening: laid down by a job, visited household by household, counted village by village, closed."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain import screening as rules
from services.monitoring.store.screening import households as store
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import new_id
from tests.builders.people import a_household
from tests.builders.places import OTHER_COUNTY
from tests.builders.rounds import a_round, a_visit, trouble
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import auditor, citizen, county, prefecture, township, village
from tests.monitoring.files.conftest import Files, files, job_runner
from tests.monitoring.lists import listed

__all__ = ["files", "job_runner"]

# A township that no other test uses, two of its villages, and a township beside it.
PLACE = "530922105"
ONE, TWO = PLACE + "201", PLACE + "202"
BESIDE = "530922106201"
CADRE, OFFICE, COUNTY = village("cadre", ONE), township("office", PLACE), county("desk", PLACE[:6])


@dataclass
class Screening:
    """Opens rounds and visits in them."""

    way: Way
    files: Files

    async def household(self, at: str = ONE, **changes: Any) -> str:
        household = a_household(village=at, members=2, **changes)
        return done(await self.way.call(village("village-" + at, at)).post("/v1/households", household))["id"]

    async def opened(self, by: Any = OFFICE, **changes: Any) -> dict[str, Any]:
        """Open a round, have it laid down, and show it."""
        body = a_round(**{"area": PLACE, **changes})
        opened = done(await self.way.call(by).post("/v1/screening-rounds", body))
        await self.files.work()
        assert (await self.files.job(by, opened["job_id"]))["state"] == "done"
        return await self.round(opened["id"], by)

    async def round(self, round_id: str, by: Any = OFFICE) -> dict[str, Any]:
        return done(await self.way.call(by).get(f"/v1/screening-rounds/{round_id}"))

    async def households(self, round_id: str, by: Any = OFFICE, **query: Any) -> dict[str, dict[str, Any]]:
        found = await listed(self.way.call(by), f"/v1/screening-rounds/{round_id}/households", **query)
        return {each["household_id"]: each for each in found}

    async def visit(self, round_id: str, household_id: str, visit: dict[str, Any] | None = None, *, by: Any = CADRE, seen: int = 1) -> Any:
        path = f"/v1/screening-rounds/{round_id}/households/{household_id}/visit"
        return await self.way.call(by).post(path, visit or a_visit(), seen=seen)

    async def excuse(self, round_id: str, household_id: str, *, by: Any = OFFICE, seen: int = 1) -> Any:
        path = f"/v1/screening-rounds/{round_id}/households/{household_id}/excuse"
        return await self.way.call(by).post(path, {"reason": "全家外出务工，已电话了解"}, seen=seen)

    async def act(self, held: dict[str, Any], act: str, by: Any = OFFICE) -> Any:
        return await self.way.call(by).post(f"/v1/screening-rounds/{held['id']}/{act}", None, seen=held["version"])


@pytest.fixture
def screening(way: Way, files: Files) -> Screening:
    return Screening(way, files)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every long work take several slices."""
    monkeypatch.setattr(store, "AT_ONCE", 3)


@pytest.mark.parametrize(("status", "act", "role"), list(product(rules.ScreeningStatus, rules.ScreeningAct, Role)))
def test_a_household_is_visited_by_the_village_or_excused_by_an_officer_once(status: Any, act: Any, role: Role) -> None:
    visitors = {Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}
    officers = {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}
    may = role in (visitors if act is rules.ScreeningAct.VISIT else officers)

    if status is not rules.ScreeningStatus.TO_SCREEN or not may:
        with pytest.raises(Conflict if status is not rules.ScreeningStatus.TO_SCREEN else Forbidden):
            rules.PROCEDURE.step(status, act, role)
    else:
        assert rules.PROCEDURE.step(status, act, role).to in (rules.ScreeningStatus.SCREENED, rules.ScreeningStatus.EXCUSED)


async def test_a_round_lays_down_every_household_of_its_area_that_is_still_there(screening: Screening, admin: asyncpg.Connection) -> None:
    mine = [await screening.household(at) for at in (ONE, TWO, ONE, TWO)]
    gone, beside = await screening.household(), await screening.household(BESIDE)
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone)

    held = await screening.opened()

    laid_down = await screening.households(held["id"])
    assert set(mine) <= set(laid_down)
    assert not {gone, beside} & set(laid_down)
    expected = await admin.fetchval("SELECT count(*) FROM household WHERE area_code LIKE $1 || '%' AND status <> 'gone'", PLACE)
    assert held["coverage"]["households"] == held["coverage"]["to_screen"] == len(laid_down) == expected
    line = laid_down[mine[0]]
    assert (line["status"], line["due_at"], line["result"], line["hardships"]) == ("to_screen", "2021-09-30T16:00:00Z", None, [])
    assert line["head"][1:] == "**"
    assert (held["status"], held["title"], held["area"]) == ("open", "2021年四季度集中排查", PLACE)


@pytest.mark.parametrize(("which", "kinds"), [("lifted_out", {"lifted_out"}), ("general", {"general"}), ("monitored", {"monitored"}), ("all", None)])
async def test_a_round_visits_the_kind_of_household_that_it_names(
    which: str, kinds: set[str] | None, screening: Screening, admin: asyncpg.Connection
) -> None:
    households = {kind: await screening.household(kind=kind) for kind in ("lifted_out", "general")}
    households["monitored"] = await screening.household(kind="general")
    await admin.execute("UPDATE household SET status = 'monitored' WHERE id = $1", households["monitored"])

    laid_down = await screening.households((await screening.opened(households=which))["id"])

    meant = {"monitored"} | (kinds or set(households)) if which in ("general", "all") else kinds or set()
    assert {kind for kind, household_id in households.items() if household_id in laid_down} == meant | (kinds or set(households))


@pytest.mark.parametrize("by", [county("desk", PLACE[:6]), prefecture()])
async def test_a_round_of_a_wider_area_is_seen_and_worked_on_below(by: Any, screening: Screening) -> None:
    household_id, beside = await screening.household(), await screening.household(BESIDE)

    held = await screening.opened(by, area=by.area)

    below = await screening.round(held["id"])
    assert below["title"] == held["title"]
    assert below["coverage"]["households"] < held["coverage"]["households"]
    mine = await screening.households(held["id"])
    assert household_id in mine
    assert beside not in mine
    assert held["id"] in {each["id"] for each in done(await screening.way.call(OFFICE).get("/v1/screening-rounds"))["items"]}
    assert done(await screening.visit(held["id"], household_id))["status"] == "screened"
    for act in ("refresh", "closure"):
        assert refused(await screening.act(below, act)) == (403, "NotYourRound", [])


async def test_a_round_of_another_area_is_not_there(screening: Screening) -> None:
    household_id, held = await screening.household(), await screening.opened()

    for stranger in (township("stranger", BESIDE[:9]), county("stranger", OTHER_COUNTY[:6])):
        call = screening.way.call(stranger)
        for path in ("", "/coverage", "/households"):
            assert refused(await call.get(f"/v1/screening-rounds/{held['id']}{path}"))[:2] == (404, "NotFound")
        for act in ("refresh", "closure"):
            assert refused(await screening.act(held, act, stranger))[:2] == (404, "NotFound")
        assert held["id"] not in {each["id"] for each in done(await call.get("/v1/screening-rounds"))["items"]}
        assert refused(await screening.excuse(held["id"], household_id, by=stranger))[:2] == (404, "NotFound")
    assert refused(await screening.visit(held["id"], household_id, by=village("stranger", TWO)))[:2] == (404, "NotFound")
    assert refused(await screening.visit(str(new_id()), household_id))[:2] == (404, "NotFound")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"area": BESIDE}, (403, "OutsideYourArea", ["body.area"])),
        ({"area": PLACE + "999"}, (422, "NoSuchArea", ["body.area"])),
        ({"opens_on": "2021-10-01"}, (422, "PeriodUnfit", ["body.ends_on"])),
        ({"opens_on": "2021-09-01", "ends_on": "2021-09-21"}, (422, "PeriodUnfit", ["body.ends_on"])),
        ({"households": "rich"}, (422, "Malformed", ["body.households"])),
        ({"title": ""}, (422, "Malformed", ["body.title"])),
    ],
)
async def test_an_unfit_round_is_refused(change: dict[str, Any], said: tuple[int, str, list[str]], screening: Screening) -> None:
    assert refused(await screening.way.call(OFFICE).post("/v1/screening-rounds", a_round(area=PLACE) | change)) == said


@pytest.mark.parametrize("by", [CADRE, auditor(), citizen()])
async def test_rounds_are_opened_refreshed_closed_and_excused_from_by_officers(by: Any, screening: Screening) -> None:
    household_id, held = await screening.household(), await screening.opened()

    assert refused(await screening.way.call(by).post("/v1/screening-rounds", a_round(area=PLACE))) == (403, "Forbidden", [])
    assert refused(await screening.excuse(held["id"], household_id, by=by)) == (403, "Forbidden", [])
    for act in ("refresh", "closure"):
        assert refused(await screening.act(held, act, by)) == (403, "Forbidden", [])
    assert refused(await screening.visit(held["id"], household_id, by=COUNTY)) == (403, "Forbidden", [])


async def test_a_visit_that_finds_nothing_is_kept_and_opens_nothing(screening: Screening, admin: asyncpg.Connection) -> None:
    household_id, held = await screening.household(), await screening.opened()

    visited = done(await screening.visit(held["id"], household_id, a_visit(note="家中平安")))

    assert (visited["status"], visited["version"], visited["lead_id"]) == ("screened", 2, None)
    line = (await screening.households(held["id"], status="screened"))[household_id]
    assert (line["result"], line["visited_at"], line["lead_id"]) == ("nothing", "2021-09-21T02:00:00Z", None)
    (kept,) = await admin.fetch("SELECT * FROM screening_household WHERE id = $1", visited["id"])
    assert "家中平安" not in str(dict(kept))


async def test_a_visit_that_finds_trouble_opens_a_lead_that_counts_from_the_visit(screening: Screening) -> None:
    household_id, held = await screening.household(), await screening.opened()

    visited = done(await screening.visit(held["id"], household_id, trouble()))

    lead = done(await screening.way.call(CADRE).get(f"/v1/leads/{visited['lead_id']}"))
    assert (lead["household_id"], lead["channel"], lead["hardships"], lead["note"]) == (household_id, "screening", ["illness"], "户主住院")
    assert (lead["heard_at"], lead["due_at"], lead["grade"]) == ("2021-09-21T02:00:00Z", "2021-10-08T16:00:00Z", "orange")
    way = replace(screening.way, officials=Officials.of(ONE))
    assert (await way.confirmed(lead, "01"))["case_id"]


async def test_a_household_is_screened_once_and_its_trouble_is_one_lead(screening: Screening, admin: asyncpg.Connection) -> None:
    household_id, held = await screening.household(), await screening.opened()

    answers = await asyncio.gather(*(screening.visit(held["id"], household_id, trouble()) for _ in range(8)))
    again = await screening.visit(held["id"], household_id, trouble(), seen=2)

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert refused(again)[:2] == (409, "Conflict")
    assert refused(await screening.excuse(held["id"], household_id, seen=2))[:2] == (409, "Conflict")
    assert await admin.fetchval("SELECT count(*) FROM lead WHERE household_id = $1", household_id) == 1


async def test_one_household_in_two_rounds_may_be_in_trouble_twice(screening: Screening, admin: asyncpg.Connection) -> None:
    household_id = await screening.household()
    first, second = await screening.opened(), await screening.opened()

    for held in (first, second):
        done(await screening.visit(held["id"], household_id, trouble()))

    assert await admin.fetchval("SELECT count(*) FROM lead WHERE household_id = $1", household_id) == 2


@pytest.mark.parametrize(
    ("visit", "said"),
    [
        (a_visit(visited_at="2021-09-22T09:30:00+08:00"), (422, "NotYetHappened", ["body.visited_at"])),
        (a_visit(visited_at="2021-09-19T23:59:59+08:00"), (422, "VisitBeforeRound", ["body.visited_at"])),
        (a_visit(hardships=["house"]), (422, "TroubleUnnamed", ["body.hardships"])),
        (trouble(hardships=[]), (422, "TroubleUnnamed", ["body.hardships"])),
        (a_visit(evidence=[]), (422, "Malformed", ["body.evidence"])),
        (a_visit(result="maybe"), (422, "Malformed", ["body.result"])),
    ],
)
async def test_an_unfit_visit_is_refused_and_decides_nothing(visit: dict[str, Any], said: tuple[int, str, list[str]], screening: Screening) -> None:
    household_id, held = await screening.household(), await screening.opened()

    assert refused(await screening.visit(held["id"], household_id, visit)) == said
    assert refused(await screening.visit(held["id"], household_id, seen=2)) == (412, "Stale", ["header.if-match"])
    assert (await screening.visit(held["id"], household_id)).status_code == 200


async def test_trouble_long_ago_is_not_entered_any_more(screening: Screening, set_clock: SetClock) -> None:
    household_id, held = await screening.household(), await screening.opened()
    await set_clock(screening.way.now + timedelta(days=40))

    assert refused(await screening.visit(held["id"], household_id, trouble())) == (422, "HeardTooLongAgo", ["body.visited_at"])


async def test_a_household_that_is_gone_is_in_no_trouble(screening: Screening, admin: asyncpg.Connection) -> None:
    household_id, held = await screening.household(), await screening.opened()
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", household_id)

    assert refused(await screening.visit(held["id"], household_id, trouble())) == (409, "HouseholdGone", [])
    assert done(await screening.excuse(held["id"], household_id))["status"] == "excused"


async def test_coverage_adds_up_village_by_village(screening: Screening, set_clock: SetClock) -> None:
    households = [(at, await screening.household(at)) for at in (ONE, ONE, ONE, TWO, TWO)]
    held = await screening.opened()
    before = await screening.round(held["id"])
    for at, household_id in (households[0], households[3]):
        done(await screening.visit(held["id"], household_id, trouble(), by=village("v", at)))
    done(await screening.visit(held["id"], households[1][1]))
    done(await screening.excuse(held["id"], households[2][1]))
    await set_clock(screening.way.now + timedelta(days=10))

    whole = await screening.round(held["id"])
    villages = done(await screening.way.call(OFFICE).get(f"/v1/screening-rounds/{held['id']}/coverage"))["items"]
    one = done(await screening.way.call(OFFICE).get(f"/v1/screening-rounds/{held['id']}/coverage", area=ONE))["items"]
    overdue = await screening.households(held["id"], area=TWO)

    assert before["coverage"]["overdue"] == 0
    assert {name: sum(each[name] for each in villages) for name in whole["coverage"]} == whole["coverage"]
    assert all(each["households"] == each["screened"] + each["excused"] + each["missed"] + each["to_screen"] for each in villages)
    assert (whole["coverage"]["screened"], whole["coverage"]["trouble"], whole["coverage"]["excused"]) == (3, 2, 1)
    assert whole["coverage"]["overdue"] == whole["coverage"]["to_screen"] > 0
    assert [each["area"] for each in villages] == [ONE, TWO]
    assert one == villages[:1]
    for query in ({}, {"area": "5309"}):
        answer = await screening.way.call(prefecture()).get(f"/v1/screening-rounds/{held['id']}/coverage", **query)
        assert refused(answer) == (422, "AreaTooWide", ["query.area"])
    assert villages[1]["overdue"] == len(overdue)


async def test_a_household_that_came_later_is_added_and_the_others_stay_as_they_are(screening: Screening, admin: asyncpg.Connection) -> None:
    visited, held = await screening.household(), await screening.opened()
    done(await screening.visit(held["id"], visited))
    later = await screening.household()

    refreshed = done(await screening.act(held, "refresh"))
    stale = await screening.act(held, "refresh")
    await screening.files.work()

    job = await screening.files.job(OFFICE, refreshed["job_id"])
    assert (job["state"], job["created"]) == ("done", 1)
    assert (refreshed["version"], refreshed["status"]) == (2, "open")
    assert refused(stale) == (412, "Stale", ["header.if-match"])
    assert later in await screening.households(held["id"])
    assert visited in await screening.households(held["id"], status="screened")
    again = "SELECT count(*) - count(DISTINCT household_id) FROM screening_household WHERE round_id = $1"
    assert await admin.fetchval(again, held["id"]) == 0


async def test_a_closed_round_takes_nothing_more_and_who_was_not_visited_was_missed(screening: Screening) -> None:
    visited, left = await screening.household(), await screening.household(TWO)
    held = await screening.opened()
    done(await screening.visit(held["id"], visited))

    closed = done(await screening.act(held, "closure"))
    early = await screening.visit(held["id"], left, by=village("v", TWO))
    await screening.files.work()

    assert (closed["status"], closed["version"]) == ("closed", 2)
    assert refused(early) == (409, "RoundClosed", [])
    shown = await screening.round(held["id"])
    assert (shown["coverage"]["to_screen"], shown["coverage"]["screened"], shown["closed_at"][:10]) == (0, 1, "2021-09-22")
    assert left in await screening.households(held["id"], status="missed")
    for act in ("refresh", "closure"):
        assert refused(await screening.act(shown, act)) == (409, "RoundClosed", [])
    assert refused(await screening.excuse(held["id"], left, seen=2)) == (409, "RoundClosed", [])
    assert held["id"] in {each["id"] for each in done(await screening.way.call(OFFICE).get("/v1/screening-rounds", status="closed"))["items"]}
    assert held["id"] not in {each["id"] for each in done(await screening.way.call(OFFICE).get("/v1/screening-rounds"))["items"]}


async def test_a_round_that_is_closed_before_it_is_laid_down_stays_empty(screening: Screening) -> None:
    await screening.household()
    opened = done(await screening.way.call(OFFICE).post("/v1/screening-rounds", a_round(area=PLACE)))

    done(await screening.act(opened, "closure"))
    await screening.files.work()

    assert (await screening.round(opened["id"]))["coverage"]["households"] == 0


@pytest.mark.parametrize("slices", [0, 1, 2])
async def test_a_runner_that_is_stopped_anywhere_is_followed_by_another_to_the_same_end(
    slices: int, screening: Screening, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        await screening.household()
    opened = done(await screening.way.call(OFFICE).post("/v1/screening-rounds", a_round(area=PLACE)))
    lay_down, taken = store.lay_down, 0

    async def stopped(*asked: Any) -> tuple[int, bool]:
        nonlocal taken
        took = await lay_down(*asked)
        taken += 1
        if taken == slices + 1:
            raise asyncio.CancelledError  # after the rows, before they are kept
        return took

    with monkeypatch.context() as trouble:
        trouble.setattr(store, "lay_down", stopped)
        await screening.files.runner.do_one()
    there = await count_of(admin, "SELECT count(*) FROM screening_household WHERE round_id = $1", opened["id"])
    await admin.execute("UPDATE job_run SET claimed_until = now()")
    await screening.files.work()

    assert there == slices * 3
    job = await screening.files.job(OFFICE, opened["job_id"])
    whole = await count_of(admin, "SELECT count(*) FROM household WHERE area_code LIKE $1 || '%' AND status <> 'gone'", PLACE)
    assert (job["state"], job["created"]) == ("done", whole)
    assert (await screening.round(opened["id"]))["coverage"]["households"] == whole


async def test_rounds_are_listed_newest_first_page_by_page(screening: Screening) -> None:
    ids = [(await screening.opened())["id"] for _ in range(3)]

    first = done(await screening.way.call(OFFICE).get("/v1/screening-rounds", size=2))
    second = done(await screening.way.call(OFFICE).get("/v1/screening-rounds", size=1, before=first["next"]))

    assert [each["id"] for each in [*first["items"], *second["items"]]] == ids[::-1]


async def test_a_village_sees_what_it_has_to_visit_over_all_rounds_and_exports_it(screening: Screening) -> None:
    household_id = await screening.household()
    first, second = await screening.opened(), await screening.opened(ends_on="2021-09-25")

    found = [each for each in await listed(screening.way.call(CADRE), "/v1/screening-households") if each["household_id"] == household_id]
    of_one = await listed(screening.way.call(CADRE), "/v1/screening-households", round_id=first["id"])
    content = (await screening.way.call(CADRE).get("/v1/screening-households/export", format="csv")).content.decode("utf-8-sig")

    assert [each["round_id"] for each in found] == [second["id"], first["id"]]
    assert {each["round_id"] for each in of_one} == {first["id"]}
    assert {each["area"] for each in of_one} == {ONE}
    assert all(each["id"] in content for each in found)
    assert "待排查" in content

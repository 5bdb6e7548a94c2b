"""Regional alarms over HTTP: from leads and events to an alarm, the county's answer, leads for its households, and its end."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitoring.domain.regional.detection import Figures, Window, households_in, judge, monday, window_on
from services.monitoring.store.regional import counts, detecting
from services.monitoring.store.regional.occurrences import OccurrenceRow
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Department, Role, service_actor
from shared.kernel.ids import derived_id, new_id
from tests.builders.people import proof
from tests.builders.regions import a_regional_rule, an_event
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.deadlines.conftest import Said, Sweep, said, sweep
from tests.monitoring.regional.conftest import COUNTY, ELSEWHERE, HERE, NEXT, OTHER_TOWN, TOWN, Round, Work
from tests.monitoring.regional.test_detection_rules import a_rule

__all__ = ["said", "sweep"]

ALARMS = "/v1/regional-alarms"
OFFICER = county(area=COUNTY)
_COUNTS = (
    "SELECT area_code, cause, industry, week, occurrences, households, people FROM regional_count WHERE county_code = '530926' ORDER BY 1, 2, 3, 4"
)


async def some(way: Way, number: int, *, hardship: str = "job_lost", lead: bool = True) -> list[str]:
    """Register households of two, each with a lead."""
    found = [await way.household(members=2) for _ in range(number)]
    for household in found if lead else []:
        body = {"household_id": household, "channel": "home_visit", "hardships": [hardship], "note": "走访时发现"}
        done(await way.call(way.officials.village).post("/v1/leads", body))
    return found


async def publish_rule(call: Call, **changes: Any) -> None:
    code = changes.pop("code", "township.any")
    done(await call(OFFICER).put(f"/v1/regional-rules/{COUNTY}/{code}", a_regional_rule(**changes)))


async def alarms(call: Call, *, by: Any = OFFICER, **query: Any) -> list[dict[str, Any]]:
    return done(await call(by).get(ALARMS, size=200, **query))["items"]


async def the_alarm(call: Call, check: Round, area: str = TOWN, **changes: Any) -> dict[str, Any]:
    """Publish a rule and check; give the alarm that it calls for."""
    await publish_rule(call, **changes)
    await check()
    return next(each for each in await alarms(call) if each["area"] == area and each["cause"] == changes.get("cause", "any"))


async def test_leads_of_many_households_call_for_an_alarm_that_lists_them(here: Way, call: Call, check: Round) -> None:
    households = await some(here, 4)
    await publish_rule(call)
    before = await check()
    households += await some(here, 1, hardship="illness")

    opened = await check()
    again = await check()

    (alarm,) = [each for each in await alarms(call) if each["area"] == TOWN]
    assert (before, opened, again) == (0, 1, 0)
    assert (alarm["cause"], alarm["level"], alarm["observed"], alarm["households"], alarm["expected"]) == ("any", "township", 5, 5, None)
    assert (alarm["status"], alarm["due_at"][:10], alarm["is_overdue"], alarm["version"]) == ("open", "2021-09-29", False, 1)
    listed = done(await call(OFFICER).get(f"{ALARMS}/{alarm['id']}/households", size=3))
    rest = done(await call(OFFICER).get(f"{ALARMS}/{alarm['id']}/households", size=3, cursor=listed["next"]))
    assert {each["id"] for each in (*listed["items"], *rest["items"])} == set(households)
    assert all(each["head"].endswith("*") for each in listed["items"])
    shown = done(await call(OFFICER).get(f"{ALARMS}/{alarm['id']}"))
    assert shown["weeks"][-1] | {"week": ""} == {"week": "", "occurrences": 5, "households": 5, "people": 10, "neighbours": 0}
    exported = await call(OFFICER).get(f"{ALARMS}/{alarm['id']}/households/export", format="csv")
    assert exported.status_code == 200
    assert len(exported.text.strip().splitlines()) == 6


async def test_a_household_with_two_hardships_counts_once_of_all_causes(here: Way, call: Call, count: Round, admin: asyncpg.Connection) -> None:
    household = await here.household(members=3)
    body = {"household_id": household, "channel": "home_visit", "hardships": ["job_lost", "illness"], "note": "走访时发现"}
    done(await call(here.officials.village).post("/v1/leads", body))
    await count()

    rows = {(row["area_code"], row["cause"]): tuple(row)[4:] for row in await admin.fetch(_COUNTS)}

    assert rows[HERE, "any"] == rows[TOWN, "any"] == rows[COUNTY, "any"] == (2, 1, 3)
    assert rows[HERE, "job_losses"] == rows[HERE, "illness"] == (1, 1, 3)


async def test_what_an_alarm_opened_is_not_counted_again(here: Way, call: Call, check: Round, work: Work, admin: asyncpg.Connection) -> None:
    households = await some(here, 6)
    for lead in await admin.fetch("SELECT id::text, version FROM lead WHERE household_id = ANY($1::uuid[])", households[:2]):
        done(await here.verification(dict(lead), outcome="dismissed", reason="已找到工作"))
    alarm = await the_alarm(call, check)
    real = {"assessment": "real", "measures": ["集中招聘"], "prevention_plan": "永德防范〔2021〕1号", "evidence": proof()}
    early = await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/leads", None, seen=1)
    answered = done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", real, seen=1))

    job = await work(done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/leads", None, seen=2))["id"], by=OFFICER)
    again = await work(done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/leads", None, seen=2))["id"], by=OFFICER)

    assert refused(early)[:2] == (409, "NotReal")
    assert (answered["status"], answered["version"]) == ("answered", 2)
    assert (job["created"], again["created"]) == (2, 0)
    leads = await admin.fetch(
        "SELECT household_id::text AS household, id::text, hardships::text FROM lead WHERE channel = 'regional' AND county_code = $1", COUNTY
    )
    assert {row["household"] for row in leads} == set(households[:2])
    shown = done(await call(here.officials.village).get(f"/v1/leads/{leads[0]['id']}"))
    assert shown["reasons"]["regional_alarm"] == alarm["id"]
    assert await check() == 0
    (now,) = [each for each in await alarms(call, status="answered") if each["id"] == alarm["id"]]
    assert (now["observed"], now["assessment"]) == (6, "real")


async def test_an_event_is_of_the_households_with_its_industry(here: Way, call: Call, check: Round, admin: asyncpg.Connection) -> None:
    planting, breeding, unknown = await some(here, 3, lead=False)
    (beyond,) = await some(Way(call, here.now, Officials.of(NEXT)), 1, lead=False)
    for household, kind in ((planting, "planting"), (breeding, "breeding")):
        form = {"effective_from": "2021-09-01", "industry_kind": kind}
        answer = await call(here.officials.village).put(f"/v1/households/{household}/form", form, seen=1)
        assert answer.status_code < 300, answer.text
    await publish_rule(call, code="village.price", cause="price_fall", level="village", minimum_count=2, by_industry=True)

    done(await call(county(area=COUNTY)).post("/v1/regional-events", an_event([HERE], cause="price_fall", industry="tea")))
    opened = await check()

    (alarm,) = await alarms(call)
    assert opened == 1
    assert (alarm["area"], alarm["cause"], alarm["industry"], alarm["observed"]) == (HERE, "price_fall", "tea", 2)
    listed = done(await call(village(area=HERE)).get(f"{ALARMS}/{alarm['id']}/households"))["items"]
    assert {each["id"] for each in listed} == {planting, unknown}
    assert beyond not in {each["id"] for each in listed}


async def test_a_nested_alarm_is_shown_under_the_wider_one(here: Way, call: Call, check: Round) -> None:
    await some(here, 5)
    await publish_rule(call, code="village.any", level="village")
    await publish_rule(call, code="township.any", level="township")
    await check()

    found = {each["area"]: each for each in await alarms(call)}

    assert found[HERE]["within"] == found[TOWN]["id"]
    assert found[TOWN]["within"] is None
    assert [each["id"] for each in await alarms(call, by=village(area=HERE))] == [found[HERE]["id"]]
    assert [each["id"] for each in await alarms(call, by=village(area=NEXT))] == []
    assert {each["id"] for each in await alarms(call, by=township(area=TOWN))} == {found[HERE]["id"], found[TOWN]["id"]}
    assert (await call(township(area=OTHER_TOWN)).get(f"{ALARMS}/{found[TOWN]['id']}")).status_code == 404
    assert found[TOWN]["id"] in {each["id"] for each in await alarms(call, by=auditor(area=COUNTY))}


async def test_an_alarm_is_late_until_answered_and_clears_when_it_has_stayed_low(here: Way, call: Call, check: Round, set_clock: SetClock) -> None:
    await some(here, 6)
    alarm = await the_alarm(call, check, clear_weeks=2)

    async def at(days: int) -> dict[str, Any]:
        await set_clock(here.now + timedelta(days=days))
        await check()
        return done(await call(OFFICER).get(f"{ALARMS}/{alarm['id']}"))

    late, before, calm, cleared = await at(8), await at(25), await at(30), await at(44)

    assert (late["is_overdue"], late["status"], late["calm_since"], late["observed"]) == (True, "open", None, 6)
    assert (before["status"], before["observed"]) == ("open", 6)
    assert (calm["status"], calm["observed"], calm["calm_since"]) == ("open", 0, (here.now + timedelta(days=30)).date().isoformat())
    assert (cleared["status"], calm["version"], cleared["version"]) == ("cleared", alarm["version"], alarm["version"] + 1)
    refusal = await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", {"assessment": "chance", "evidence": proof()}, seen=cleared["version"])
    assert refused(refusal)[0] == 409


async def test_a_count_that_changes_does_not_make_an_answer_stale(here: Way, call: Call, check: Round) -> None:
    await some(here, 5)
    alarm = await the_alarm(call, check)
    await some(here, 1)
    await check()
    now = done(await call(OFFICER).get(f"{ALARMS}/{alarm['id']}"))

    answered = await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", {"assessment": "chance", "evidence": proof()}, seen=alarm["version"])

    assert (now["observed"], now["version"]) == (6, alarm["version"])
    assert done(answered)["status"] == "answered"


async def test_an_answer_that_is_late_goes_to_the_county_and_then_to_the_prefecture_once(
    here: Way, call: Call, check: Round, set_clock: SetClock, sweep: Sweep, said: Said
) -> None:
    await some(here, 6)
    alarm = await the_alarm(call, check)  # to be answered until the end of 29 September
    heard: dict[str, list[tuple[str, str, str]]] = {}
    for days in (4, 6, 9, 30):
        await set_clock(here.now + timedelta(days=days))
        await asyncio.gather(*(sweep(COUNTY) for _ in range(3)))
        await asyncio.gather(*(sweep("5309") for _ in range(3)))
        heard[str(days)] = await said(alarm["id"])

    body = {"assessment": "chance", "evidence": proof()}
    done(await call(OFFICER).post(f"{ALARMS}/{alarm['id']}/answer", body, seen=alarm["version"]))
    await sweep(COUNTY, "5309")

    warned, late = ("warning", "county", "open"), [("overdue", level, "open") for level in ("county", "prefecture")]
    assert heard == {"4": [], "6": [warned], "9": [warned, late[0]], "30": [warned, *late]}
    assert {status for *_, status in await said(alarm["id"])} == {"over"}


async def test_replays_and_corrections_count_as_if_they_had_come_once_and_right(
    here: Way, call: Call, count: Round, admin: asyncpg.Connection, work: Work
) -> None:
    households = await some(here, 3)
    await some(Way(call, here.now, Officials.of(ELSEWHERE)), 2, hardship="illness")
    done(await call(OFFICER).post("/v1/regional-events", an_event([TOWN], cause="job_losses")))
    await count()
    counted = await admin.fetch(_COUNTS)

    await admin.execute("INSERT INTO occurrence_queue SELECT county_code, 'lead', id FROM lead WHERE county_code = $1", COUNTY)
    await admin.execute("INSERT INTO occurrence_queue SELECT county_code, 'event', id FROM regional_event WHERE county_code = $1", COUNTY)
    replayed = await count()
    same = await admin.fetch(_COUNTS)
    await admin.execute("UPDATE lead SET withdrawn_at = now() WHERE household_id = $1", households[0])
    await admin.execute("UPDATE lead SET hardships = '[\"illness\"]' WHERE household_id = $1", households[1])
    await count()
    corrected = await admin.fetch(_COUNTS)
    await work(done(await call(OFFICER).post("/v1/regional-recounts", {"area": COUNTY}))["id"], by=OFFICER)

    assert replayed > 0
    assert same == counted
    rows = {(row["area_code"], row["cause"]): row["occurrences"] for row in corrected}
    assert (rows[HERE, "job_losses"], rows[HERE, "illness"], rows[COUNTY, "illness"]) == (4, 1, 3)
    assert await admin.fetch(_COUNTS) == corrected


async def test_a_check_is_asked_for_as_a_job(here: Way, call: Call, work: Work) -> None:
    await some(here, 5)
    await publish_rule(call)

    job = await work(done(await call(OFFICER).post("/v1/regional-checks", {"area": COUNTY}))["id"], by=OFFICER)
    narrow = await call(prefecture()).post("/v1/regional-checks", {"area": TOWN})
    others = await call(OFFICER).post("/v1/regional-checks", {"area": "530921"})

    assert job["created"] == 1
    assert refused(narrow) == (422, "WholeCountiesOnly", ["body.area"])
    assert refused(others) == (403, "NotYourArea", ["body.area"])


async def test_only_areas_on_a_rule_s_list_are_looked_at(here: Way, call: Call, check: Round, admin: asyncpg.Connection) -> None:
    await some(here, 5, hardship="illness")
    await some(Way(call, here.now, Officials.of(NEXT)), 5, hardship="illness")
    site = {"valid_from": "2021-01-01", "document_number": "永德测〔2021〕1号", "title": "新村安置区", "village": HERE}
    done(await call(OFFICER).put("/v1/place-lists/resettlement_sites/places/REGION-1", site))
    try:
        await publish_rule(call, code="site.any", level="village", place_list="resettlement_sites")
        await check()
        assert [each["area"] for each in await alarms(call)] == [HERE]
    finally:
        await admin.execute("DELETE FROM place WHERE place_code = 'REGION-1'")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"areas": ["530921101201"]}, (403, "NotYourArea", ["body.areas"])),
        ({"areas": [HERE, TOWN]}, (422, "AcrossCounties", ["body.areas"])),
        ({"areas": [TOWN + "999"]}, (422, "NoSuchArea", ["body.areas"])),
        ({"industry": "silk"}, (422, "NoSuchIndustry", ["body.industry"])),
        ({"on": "2021-09-23"}, (422, "NotYetHappened", ["body.on"])),
        ({"on": "2011-09-20"}, (422, "HappenedTooLongAgo", ["body.on"])),
    ],
)
async def test_an_event_that_cannot_be_is_refused(here: Way, call: Call, changes: dict[str, Any], refusal: tuple[int, str, list[str]]) -> None:
    assert refused(await call(OFFICER).post("/v1/regional-events", {**an_event([HERE]), **changes})) == refusal


async def test_how_long_ago_an_event_may_be_is_published(here: Way, call: Call, publish: Publish) -> None:
    async def of(day: str) -> int:
        return (await call(OFFICER).post("/v1/regional-events", an_event([HERE], on=day))).status_code

    assert (await of("2021-06-24"), await of("2021-06-23")) == (201, 422)
    await publish(COUNTY, "regional_event.happened.days", "3")
    assert (await of("2021-09-19"), await of("2021-09-18")) == (201, 422)


async def test_what_happened_long_ago_makes_no_history(
    here: Way, call: Call, check: Round, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    """Counting began with the first report, however old the day that one tells of: before it lies no time in which nothing happened."""
    await some(here, 2)
    done(await call(OFFICER).post("/v1/regional-events", an_event([TOWN], cause="price_fall")))
    await admin.execute("UPDATE regional_event SET happened_on = '2011-09-20' WHERE county_code = $1", COUNTY)
    await check()

    async with rehearsal(monitoring_worker, service_actor("monitoring", COUNTY)) as tx:
        since = await counts.counted_since(COUNTY, tx)
    assert since == here.now.date()
    assert window_on(a_rule(history_windows=6), here.now.date(), counted_since=since).windows == 0


async def test_unknown_causes_and_levels_and_rules_that_cannot_hold_are_refused(here: Way, call: Call) -> None:
    async def put(area: str = COUNTY, **changes: Any) -> tuple[int, str, list[str]]:
        return refused(await call(OFFICER).put(f"/v1/regional-rules/{area}/village.any", a_regional_rule(**changes)))

    assert (await put(cause="plague"))[0] == 422
    assert (await put(level="hamlet"))[0] == 422
    assert (await put(minimum_share="1.5"))[0] == 422
    assert await put(level="township", place_list="resettlement_sites") == (422, "ListIsOfOtherLevel", ["body.place_list"])
    assert (await put(place_list="no_such_list")) == (404, "NoSuchPlaceList", ["body.place_list"])
    assert await put(area=TOWN) == (422, "TooNarrow", ["path.area"])
    done(await call(OFFICER).put(f"/v1/regional-rules/{COUNTY}/village.any", a_regional_rule(level="village")))
    assert (await put(level="village", minimum_count=6))[:2] == (409, "PublishedAlready")
    in_force = done(await call(OFFICER).get("/v1/regional-rules", area=COUNTY))["items"]
    assert {each["code"]: each["area"] for each in in_force}["village.any"] == COUNTY
    industries = done(
        await call(Actor(id="department", role=Role.DEPARTMENT_USER, area=COUNTY, department=Department.AGRICULTURE)).get("/v1/industries")
    )["items"]
    assert {each["title"] for each in industries} == {"茶", "果", "糖", "菜", "牛", "中药材", "咖啡"}


async def test_a_real_alarm_takes_a_plan(here: Way, call: Call, check: Round) -> None:
    await some(here, 5)
    alarm = await the_alarm(call, check)
    path = f"{ALARMS}/{alarm['id']}/answer"

    without = await call(OFFICER).post(path, {"assessment": "real", "measures": ["统一收购"], "evidence": proof()}, seen=1)
    stale = await call(OFFICER).post(path, {"assessment": "chance", "evidence": proof()}, seen=7)

    assert refused(without) == (422, "PlanMissing", ["body.prevention_plan"])
    assert refused(stale)[0] == 412


_SEEN = st.sets(st.tuples(st.sampled_from((HERE, NEXT, ELSEWHERE)), st.integers(0, 11), st.integers(0, 9)), max_size=60)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seen=_SEEN, windows=st.integers(0, 2), deviations=st.sampled_from((0.0, 2.5, 4.0)), ratio=st.sampled_from((0.0, 1.0, 2.0)))
async def test_the_database_judges_as_the_domain_does(
    monitoring_worker: Database, seen: set[tuple[str, int, int]], windows: int, deviations: float, ratio: float
) -> None:
    """Whatever trouble there was: villages, weeks ago, and whose it was, the same household in some weeks or in many."""
    rule = a_rule(minimum_count=3, deviations=deviations, neighbour_ratio=ratio)
    until = monday(date(2030, 6, 3))
    begins = until - timedelta(weeks=3)
    window = Window(since=begins - timedelta(weeks=4 * windows), begins=begins, until=until, windows=windows)

    def total(area: str) -> tuple[int, int]:
        return households_in(window, ((until - timedelta(weeks=week), who) for village, week, who in seen if village == area))

    async with rehearsal(monitoring_worker, service_actor("monitoring", COUNTY)) as tx:
        await tx.insert(OccurrenceRow, [an_occurrence(village, until - timedelta(weeks=week), who) for village, week, who in seen])
        found = await detecting.judge_all(rule, window, COUNTY, tx)

    households = {row.area: row.households for row in found}
    for row in found:
        around = [area for area in households if area[:9] == row.area[:9] and area != row.area]
        observed, past = total(row.area)
        figures = Figures(
            households=row.households,
            observed=observed,
            past=past,
            around=sum(total(area)[0] for area in around),
            households_around=sum(households[area] for area in around),
        )
        judged = judge(figures, rule, windows=windows)
        assert (row.observed, row.past) == (figures.observed, figures.past)
        assert (row.opens, row.threshold, row.expected, row.neighbours) == (judged.opens, judged.threshold, judged.expected, judged.neighbours)


def an_occurrence(village: str, week: date, who: int) -> dict[str, Any]:
    """Trouble of somebody who is in no household yet, of each village another one: known by where it comes from."""
    source = derived_id(UUID(int=who), village)
    where = {"county_code": COUNTY, "area_code": village, "township_code": village[:9]}
    what = {"cause": "job_losses", "source_kind": "lead", "source_id": source, "people": 1}
    return {**where, **what, "id": new_id(), "happened_on": week, "week": week}


async def test_a_household_counts_once_in_a_window_however_many_its_weeks(here: Way, call: Call, check: Round) -> None:
    """Five households are needed; two with trouble in three weeks each are two, then and when the alarm is looked at again."""
    households = await some(here, 2, lead=False)

    async def in_trouble(*those: str, weeks_ago: int) -> None:
        for household in those:
            body = {"household_id": household, "channel": "home_visit", "hardships": ["job_lost"], "note": "走访时发现"}
            done(await call(here.officials.village).post("/v1/leads", {**body, "heard_at": here.at(days=-7 * weeks_ago, minutes=-5)}))

    for weeks in (0, 1, 2):
        await in_trouble(*households, weeks_ago=weeks)
    await publish_rule(call)
    few = await check()
    more = await some(here, 3)
    opened = await check()
    await in_trouble(*more, weeks_ago=1)
    await check()

    (alarm,) = [each for each in await alarms(call) if each["area"] == TOWN]
    assert (few, opened) == (0, 1)
    assert (alarm["observed_at_opening"], alarm["observed"]) == (5, 5)

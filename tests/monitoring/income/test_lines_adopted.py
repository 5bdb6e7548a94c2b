"""A line is simulated before it is adopted, and adopting it does what was simulated: standings, and leads for who is newly below; never a case."""

from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.income.lines import BottomLine, comes_on, held_before, in_force
from services.monitoring.jobs import duties
from services.monitoring.store.income import counting
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.ids import new_id
from tests.builders.incomes import a_quarter, an_income, an_item
from tests.builders.law import a_line
from tests.builders.places import OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.conftest import Adopt
from tests.monitoring.income.conftest import HERE, NEXT, TOWN, Work, a_household, simulated

SIMULATIONS = "/v1/line-simulations"
KINDS = ("lifted_out", "general")
OFFICER = county(area=TOWN[:6])
LEADS = "SELECT household_id::text AS household, * FROM lead WHERE channel = 'below_line' AND area_code LIKE $1 || '%' ORDER BY registered_at, id"
STANDINGS = "SELECT household_id::text AS household, * FROM household_standing WHERE area_code LIKE $1 || '%'"
CASES = "SELECT count(*) FROM monitoring_case WHERE area_code LIKE $1 || '%'"


async def leads_of(admin: asyncpg.Connection) -> list[asyncpg.Record]:
    return await admin.fetch(LEADS, TOWN[:6])


async def test_who_is_newly_below_a_line_gets_a_lead_and_never_a_case(here: Way, admin: asyncpg.Connection, adopt: Adopt, applied: Work) -> None:
    below_before, newly, level, above = [await a_household(here, each) for each in ("5999.99", "6000.00", "6500.00", "9000.00")]

    job = await applied(await adopt(TOWN[:6], "6500.00"))

    standings = {row["household"]: (row["below"], str(row["line"])) for row in await admin.fetch(STANDINGS, TOWN)}
    assert standings == {
        **dict.fromkeys((below_before, newly), (True, "6500.00")),
        **dict.fromkeys((level, above), (False, "6500.00")),
    }
    (lead,) = await leads_of(admin)
    assert (lead["household"], lead["status"], lead["registered_by"]) == (newly, "registered", "prefecture")
    assert lead["due_at"].isoformat() == "2021-10-08T16:00:00+00:00"  # fifteen days, rolled over the National Day
    assert await admin.fetchval(CASES, TOWN) == 0
    assert (job["created"], job["updated"]) == (1, 4)
    shown = done(await here.call(here.officials.village).get(f"/v1/leads/{lead['id']}"))
    assert (shown["channel"], shown["hardships"], shown["reasons"]["reference_per_head"]) == ("below_line", ["low_income"], "6000.00")
    assert (shown["reasons"]["line"]["amount"], shown["reasons"]["line"]["document"]) == ("6500.00", a_line("1")["document_number"])
    assert shown["reasons"]["line"]["simulation"] is not None


async def test_such_a_lead_is_graded_like_any_other(here: Way, admin: asyncpg.Connection, adopt: Adopt, applied: Work) -> None:
    lifted_out, general = await a_household(here, "6100.00"), await a_household(here, "6100.00", kind="general")
    rule = "INSERT INTO lead_grade_rule VALUES ($1, uuidv7(), $1, 'low_income', $2, $3, '2021-09-01', 'test')"
    for kind, grade in (("lifted_out", "red"), ("general", "orange")):
        await admin.execute(rule, TOWN[:6], kind, grade)

    await applied(await adopt(TOWN[:6], "6500.00"))

    await admin.execute("DELETE FROM lead_grade_rule WHERE document_number = 'test'")
    assert {row["household"]: row["grade"] for row in await leads_of(admin)} == {lifted_out: "red", general: "orange"}


async def test_the_case_of_such_a_lead_names_a_risk_like_any_other(here: Way, admin: asyncpg.Connection, adopt: Adopt, applied: Work) -> None:
    await a_household(here, "6100.00")
    await applied(await adopt(TOWN, "6500.00"))
    (lead,) = await leads_of(admin)
    lead = {"id": str(lead["id"]), "version": 1}

    without = await here.verification(lead, outcome="confirmed", risks=[])
    confirmed = await here.confirmed(lead, "07")

    assert refused(without) == (422, "RisksMissing", ["body.risks"])
    case = done(await here.call(OFFICER).get(f"/v1/cases/{confirmed['case_id']}"))
    assert (case["category"], case["risks"], case["basis"]["line"]["amount"]) == ("unstable_lifted_out", ["07"], "6500.00")


async def test_who_is_looked_at_already_gets_no_second_lead(here: Way, admin: asyncpg.Connection, adopt: Adopt, applied: Work, work: Work) -> None:
    with_case, with_lead, dismissed, struck_off = [await a_household(here, "6100.00") for _ in range(4)]
    await here.confirmed(await here.lead(with_case), "06")
    await here.lead(with_lead)  # a lead of another kind is no reason to be quiet about the income
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", struck_off)

    await applied(await adopt(TOWN[:6], "6200.00"))
    assert {row["household"] for row in await leads_of(admin)} == {with_lead, dismissed}

    for row in await leads_of(admin):
        if row["household"] == dismissed:
            done(await here.verification({"id": str(row["id"]), "version": 1}, outcome="dismissed", reason="务工收入已恢复"))
    screening = done(await here.call(OFFICER).post("/v1/income-screenings", {"area": TOWN}))

    assert (await work(screening["id"], by=OFFICER))["created"] == 0


async def test_a_screening_finds_whoever_is_below_once(here: Way, admin: asyncpg.Connection, work: Work) -> None:
    next_door, elsewhere = (Way(here.call, here.now, Officials.of(place)) for place in (NEXT, OTHER_TOWNSHIP))
    below = [await a_household(here, "5999.99"), await a_household(next_door, "1.00")]
    await a_household(here, "6000.00")
    await a_household(elsewhere, "1.00")
    official = township(area=TOWN)

    found: list[int] = []
    for _ in range(2):
        asked = done(await here.call(official).post("/v1/income-screenings", {"area": TOWN}))
        found.append((await work(asked["id"], by=official))["created"])

    assert found == [2, 0]
    leads = await leads_of(admin)
    assert {row["household"] for row in leads} == set(below)
    assert {row["registered_by"] for row in leads} == {official.id}


async def test_an_area_outside_one_s_own_is_neither_screened_nor_simulated(here: Way) -> None:
    line = {"area": "5309", "year": 2021, "amount": "6200.00"}

    assert refused(await here.call(OFFICER).post("/v1/income-screenings", {"area": "530927"})) == (403, "NotYourArea", ["body.area"])
    assert refused(await here.call(OFFICER).post("/v1/line-simulations", line)) == (403, "NotYourArea", ["body.area"])
    assert refused(await here.call(OFFICER).post("/v1/line-simulations", line | {"area": TOWN, "amount": "0"})) == (
        422,
        "NotPositive",
        ["body.amount"],
    )
    for official in (village(area=HERE), auditor()):
        assert refused(await here.call(official).post("/v1/line-simulations", line)) == (403, "Forbidden", [])


async def test_a_nearer_line_keeps_its_own(here: Way, admin: asyncpg.Connection, adopt: Adopt, applied: Work, work: Work) -> None:
    next_door = Way(here.call, here.now, Officials.of(NEXT))
    mine, theirs = await a_household(here, "6100.00"), await a_household(next_door, "6100.00")
    await applied(await adopt(NEXT, "6050.00"))

    simulation = await simulated(here.call, work, TOWN, "6200.00")
    await applied(await adopt(TOWN, "6200.00"))

    told = done(await here.call(OFFICER).get(f"/v1/line-simulations/{simulation}"))
    assert (told["counts"]["households"], told["counts"]["newly_below"]) == (1, 1)
    assert {row["household"] for row in await leads_of(admin)} == {mine}
    standings = {row["household"]: (str(row["line"]), row["below"]) for row in await admin.fetch(STANDINGS, TOWN)}
    assert standings == {mine: ("6200.00", True), theirs: ("6050.00", False)}


async def test_a_simulation_changes_nothing_and_tells_what_adopting_will_do(here: Way, admin: asyncpg.Connection, work: Work, applied: Work) -> None:
    next_door = Way(here.call, here.now, Officials.of(NEXT))
    newly = [await a_household(here, "6100.00"), await a_household(next_door, "6199.99", kind="general")]
    await a_household(here, "5000.00")
    await a_household(next_door, "6200.00")

    simulation = await simulated(here.call, work, TOWN[:6], "6200.00", by=OFFICER)

    assert await leads_of(admin) == []
    assert await admin.fetch(STANDINGS, TOWN) == []
    told = done(await here.call(OFFICER).get(f"/v1/line-simulations/{simulation}"))
    assert told["counts"] == {"households": 4, "people": 4, "below_before": 1, "below_after": 3, "newly_below": 2, "newly_above": 0}
    assert [(each["area"], each["newly_below"]) for each in told["areas"]] == [(TOWN, 2)]
    assert [(each["kind"], each["category"], each["newly_below"]) for each in told["groups"]] == [("general", None, 1), ("lifted_out", None, 1)]
    in_township = done(await here.call(OFFICER).get(f"/v1/line-simulations/{simulation}", area=TOWN))
    assert [(each["area"], each["newly_below"]) for each in in_township["areas"]] == [(HERE, 1), (NEXT, 1)]
    first = done(await here.call(OFFICER).get(f"{SIMULATIONS}/{simulation}/households", size=1))
    second = done(await here.call(OFFICER).get(f"{SIMULATIONS}/{simulation}/households", size=1, cursor=first["next"]))
    assert second["next"] is None
    pages = first["items"] + second["items"]
    assert {each["id"] for each in pages} == set(newly)
    assert all(set(each["head"][1:]) == {"*"} for each in pages)
    assert {each["reference_per_head"] for each in pages} == {"6100.00", "6199.99"}
    file = await here.call(OFFICER).get(f"/v1/line-simulations/{simulation}/households/export", format="csv")
    assert all(each in file.text for each in newly)
    body = a_line("6200.00", simulation=simulation)
    await applied(done(await here.call(prefecture()).put(f"/v1/bottom-lines/{TOWN[:6]}/2021", body))["id"])
    assert {row["household"] for row in await leads_of(admin)} == set(newly)


@pytest.mark.parametrize(
    "change",
    [{"simulation": None}, {"simulation": str(new_id())}, {"amount": "6200.01"}],
)
async def test_where_people_are_registered_a_line_takes_its_own_finished_simulation(change: dict[str, Any], here: Way, work: Work) -> None:
    await a_household(here, "6100.00")
    body = a_line("6200.00", simulation=await simulated(here.call, work, TOWN, "6200.00")) | change

    answer = await here.call(prefecture()).put(f"/v1/bottom-lines/{TOWN}/2021", body)

    assert refused(answer) == (409, "NotSimulated", ["body.simulation"])


async def test_a_simulation_of_another_area_or_year_or_one_that_is_not_finished_proves_nothing(here: Way, work: Work) -> None:
    await a_household(here, "6100.00")
    wider = await simulated(here.call, work, TOWN[:6], "6200.00")
    next_year = await simulated(here.call, work, TOWN, "6200.00", year=2022)
    begun = done(await here.call(prefecture()).post("/v1/line-simulations", {"area": TOWN, "year": 2021, "amount": "6200.00"}))["id"]

    for simulation in (wider, next_year, begun):
        answer = await here.call(prefecture()).put(f"/v1/bottom-lines/{TOWN}/2021", a_line("6200.00", simulation=simulation))
        assert refused(answer) == (409, "NotSimulated", ["body.simulation"])


async def test_a_line_of_next_year_is_adopted_when_its_day_comes(
    here: Way, admin: asyncpg.Connection, work: Work, applied: Work, monitoring_worker: Database, set_clock: SetClock
) -> None:
    newly, _ = await a_household(here, "6100.00"), await a_household(here, "5000.00")
    simulation = await simulated(here.call, work, TOWN, "6200.00", year=2022)
    line = done(await here.call(prefecture()).put(f"/v1/bottom-lines/{TOWN}/2022", a_line("6200.00", simulation=simulation)))["id"]
    adopt_lines = next(each for each in duties(reconcile_seconds=60) if each.name == "adopt_lines")

    async def a_round() -> int:
        async with monitoring_worker.transaction(service_actor("monitoring", "5309")) as tx:
            await adopt_lines.work(tx)
        return await count_of(admin, "SELECT count(*) FROM job WHERE kind = 'apply_line' AND arguments ->> 'line' = $1", line)

    assert await a_round() == 0
    await set_clock(datetime.fromisoformat("2022-01-01T00:30:00+08:00"))
    assert [await a_round(), await a_round()] == [1, 1]
    await applied(line)

    (lead,) = await leads_of(admin)
    assert (lead["household"], lead["registered_by"]) == (newly, "service:monitoring")
    assert {row["below"] for row in await admin.fetch(STANDINGS, TOWN)} == {True}


@pytest.mark.parametrize("seed", range(3))
async def test_what_random_lines_change_is_what_was_simulated(
    seed: int, here: Way, admin: asyncpg.Connection, work: Work, applied: Work, monitoring_worker: Database
) -> None:
    """Up and down, over households of every income: standings that change are those simulated, and of the newly below those get a lead who may."""
    draw = Random(seed)
    ways = [Way(here.call, here.now, Officials.of(place)) for place in (HERE, NEXT)]
    for _ in range(24):
        await a_household(draw.choice(ways), f"{draw.randrange(550_000, 750_000) / 100:.2f}", kind=draw.choice(KINDS))
    cases = [await a_household(here, "6000.00") for _ in range(3)]
    for household in cases:
        await here.confirmed(await here.lead(household), "06")
    await settled(monitoring_worker)

    for day in range(1, 5):
        amount = f"{draw.randrange(560_000, 740_000) / 100:.2f}"
        before = {row["household"]: row["below"] for row in await admin.fetch(STANDINGS, TOWN)}
        led = {row["household"] for row in await leads_of(admin) if row["status"] == "registered"}
        simulation = await simulated(here.call, work, TOWN[:6], amount)
        crossing = {
            which: {
                each["id"] for each in done(await here.call(OFFICER).get(f"{SIMULATIONS}/{simulation}/households", crossing=which, size=200))["items"]
            }
            for which in ("newly_below", "newly_above")
        }
        body = a_line(amount, simulation=simulation, effective_from=f"2021-01-{day:02}")
        await applied(done(await here.call(prefecture()).put(f"/v1/bottom-lines/{TOWN[:6]}/2021", body))["id"])

        after = {row["household"]: row["below"] for row in await admin.fetch(STANDINGS, TOWN)}
        assert crossing["newly_below"] == {each for each in after if after[each] and not before[each]}
        assert crossing["newly_above"] == {each for each in after if before[each] and not after[each]}
        open_now = {row["household"] for row in await leads_of(admin) if row["status"] == "registered"}
        assert open_now == led | (crossing["newly_below"] - set(cases))
        assert len(open_now) == await admin.fetchval("SELECT count(*)::int FROM lead WHERE channel = 'below_line' AND area_code LIKE '530926%'")


async def settled(worker: Database) -> None:
    """Do the duty that computes what waits."""
    settle = next(each for each in duties(reconcile_seconds=60) if each.name == "settle_standings")
    async with worker.transaction(service_actor("monitoring", TOWN[:6])) as tx:
        await settle.work(tx)


async def test_an_item_that_counts_otherwise_is_added_up_anew_in_what_was_recorded(
    here: Way, admin: asyncpg.Connection, work: Work, applied: Work, monitoring_worker: Database
) -> None:
    household = await a_household(here, "6000.00")
    for n, body in enumerate(
        [
            an_income(("A1", "4000.00"), ("D6.7", "2500.00"), people=1),
            {"period_type": "quarter", "year": 2021, "quarter": 2, "people": 1, "items": [{"code": "D6.7", "amount": "9.00"}]},
            an_income(("D6.7", "2500.00"), people=1, ends_on="2020-06-30", effective_from="2020-07-01"),
        ],
        start=1,
    ):
        done(await here.call(here.officials.village).post(f"/v1/households/{household}/incomes", body, seen=n))

    item = an_item(title="教育扶持", counts=True)
    first = await here.call(OFFICER).put(f"/v1/income-items/{TOWN[:6]}/D6.7", item)
    again = await here.call(OFFICER).put(f"/v1/income-items/{TOWN[:6]}/D6.7", item)
    other = await here.call(OFFICER).put(f"/v1/income-items/{TOWN[:6]}/D6.7", item | {"counts": False})
    outside = await here.call(OFFICER).put("/v1/income-items/530927/D6.7", item)
    job = await admin.fetchval("SELECT id::text FROM job WHERE kind = 'apply_income_items' AND arguments ->> 'area' = $1", TOWN[:6])
    await work(job, by=OFFICER)

    assert (first.status_code, again.status_code) == (201, 200)
    assert refused(other) == (409, "PublishedAlready", ["body.effective_from"])
    assert refused(outside) == (403, "NotYourArea", ["path.area"])
    shown = done(await here.call(OFFICER).get(f"/v1/households/{household}/incomes"))
    assert (shown["record"]["transfer_income"], shown["record"]["reference_per_head"], shown["quarters"][0]["net"]) == ("2500.00", "6500.00", "9.00")
    then = done(await here.call(OFFICER).get(f"/v1/households/{household}/incomes", on="2020-08-01"))
    assert then["record"]["transfer_income"] == "0.00"  # that period was over before the rule's day
    (standing,) = await admin.fetch(STANDINGS, TOWN)
    assert (str(standing["reference_per_head"]), standing["below"]) == ("6500.00", False)
    listed = done(await here.call(OFFICER).get("/v1/income-items", on="2021-06-01"))["items"]
    assert [(each["code"], each["counts"], each["area"]) for each in listed if each["code"] in ("D6.7", "D6.8")] == [
        ("D6.7", True, TOWN[:6]),
        ("D6.8", False, "5309"),
    ]
    assert [each["code"] for each in listed][:6] == ["A1", "A2", "A3", "A4", "A5", "B1"]
    assert await leads_of(admin) == []


async def test_records_are_added_up_anew_so_many_households_at_a_time_and_each_once(
    here: Way, admin: asyncpg.Connection, monitoring_worker: Database
) -> None:
    households = sorted([await a_household(here, "6000.00") for _ in range(5)])
    for household in households:
        record = an_income(("A1", "4000.00"), people=1)
        done(await here.call(here.officials.village).post(f"/v1/households/{household}/incomes", record, seen=1))
        done(await here.call(here.officials.village).post(f"/v1/households/{household}/incomes", a_quarter(2021, 2), seen=2))
    for table in ("household_income", "quarterly_income"):  # as if another rule had counted them
        await admin.execute(f"UPDATE {table} SET wage_income = 1 WHERE area_code LIKE $1 || '%' AND items IS NOT NULL", TOWN)
    wrong = "SELECT DISTINCT household_id::text FROM {} WHERE area_code LIKE $1 || '%' AND items IS NOT NULL AND wage_income = 1 ORDER BY 1"

    for taken, left in ((0, households[2:]), (1, households[4:]), (2, []), (3, [])):
        async with monitoring_worker.transaction(service_actor("monitoring", TOWN[:6])) as tx:
            more = await counting.recount(TOWN, date(2020, 1, 1), tx, taken=taken, at_most=2)
        assert more is (taken < 3)
        for table in ("household_income", "quarterly_income"):
            assert [row["household_id"] for row in await admin.fetch(wrong.format(table), TOWN)] == left


async def test_whatever_changes_an_income_or_a_kind_puts_the_household_on_the_queue(
    here: Way, admin: asyncpg.Connection, monitoring_worker: Database
) -> None:
    household = await a_household(here, "6000.00")
    queued = "SELECT changes FROM standing_queue WHERE household_id = $1"
    assert await admin.fetchval(queued, household) == 1

    await settled(monitoring_worker)
    (standing,) = await admin.fetch(STANDINGS, TOWN)
    assert (standing["kind"], standing["below"], await admin.fetchval(queued, household)) == ("lifted_out", False, None)
    await admin.execute("UPDATE household SET kind = 'general' WHERE id = $1", household)
    await admin.execute("UPDATE household SET version = version + 1 WHERE id = $1", household)
    await admin.execute("UPDATE household_income SET wage_income = 1 WHERE household_id = $1", household)

    assert await admin.fetchval(queued, household) == 2
    await settled(monitoring_worker)
    (standing,) = await admin.fetch(STANDINGS, TOWN)
    assert (standing["kind"], standing["below"]) == ("general", True)


def line(area: str, amount: int, *, year: int = 2021, since: str = "2021-01-01") -> BottomLine:
    return BottomLine(
        id=new_id(),
        area_code=area,
        year=year,
        amount=Decimal(amount),
        effective_from=date.fromisoformat(since),
        document_number="x",
        simulation_id=None,
    )


def test_a_line_is_compared_with_what_held_without_it_and_the_year_s_first_with_last_year_s() -> None:
    old, first, mine = line("5309", 1, year=2020, since="2020-01-01"), line("5309", 2), line(TOWN, 3, since="2021-02-01")
    lines = [old, first, mine]

    assert [in_force(lines, HERE, date(2021, month, 1)) for month in (1, 2)] == [first, mine]
    assert held_before(lines, HERE, date(2021, 3, 1), without=mine.id) == 2
    assert held_before(lines, HERE, date(2021, 1, 15), without=first.id) == 1
    assert held_before([first], HERE, date(2021, 1, 15), without=first.id) is None


@pytest.mark.parametrize(
    ("year", "since", "day"), [(2022, "2021-11-01", "2022-01-01"), (2022, "2022-03-01", "2022-03-01"), (2022, "2023-01-01", None)]
)
def test_a_line_comes_on_its_day_inside_its_year(year: int, since: str, day: str | None) -> None:
    assert comes_on(year, date.fromisoformat(since)) == (day and date.fromisoformat(day))

"""Opening a case: the risk is the reason, the reference income against the line says which kind, and the basis is frozen."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.builders.law import DOCUMENT
from tests.builders.people import a_household, some_income
from tests.builders.places import OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.monitoring.conftest import Adopt, Publish

# Four people, a line of 6000.00: the household's total is compared with 24000.00.
NET_ABOVE_REFERENCE_BELOW = some_income(wage_income="26000.00", production_income="0.00", production_expense="0.00", transfer_income="0.00") | {
    "compliant_self_paid": "2000.04"
}
NET_BELOW_REFERENCE_ABOVE = some_income(wage_income="22000.00", production_income="0.00", production_expense="0.00", transfer_income="0.00") | {
    "claim_income": "2000.00"
}


async def opened(way: Way, **household: Any) -> dict[str, Any]:
    return await shown(way, await way.case("01", **household))


async def shown(way: Way, case_id: str) -> dict[str, Any]:
    return done(await way.call(way.officials.county).get(f"/v1/cases/{case_id}"))


@pytest.mark.parametrize(
    ("kind", "income", "category", "figures"),
    [
        ("lifted_out", NET_ABOVE_REFERENCE_BELOW, "unstable_lifted_out", ("6500.00", "5999.99", True)),
        ("general", NET_ABOVE_REFERENCE_BELOW, "marginal", ("6500.00", "5999.99", True)),
        ("lifted_out", NET_BELOW_REFERENCE_ABOVE, "sudden_difficulty", ("5500.00", "6000.00", False)),
        ("general", NET_BELOW_REFERENCE_ABOVE, "sudden_difficulty", ("5500.00", "6000.00", False)),
    ],
)
async def test_the_reference_income_and_not_the_net_says_which_kind(
    kind: str, income: dict[str, str], category: str, figures: tuple[str, str, bool], way: Way
) -> None:
    case = await opened(way, kind=kind, income=income)

    basis = case["basis"]
    assert case["category"] == category
    assert (basis["net_per_head"], basis["reference_per_head"], basis["below_line"]) == figures


async def test_rounding_half_up_may_lift_a_household_onto_the_line(way: Way) -> None:
    below = await opened(way, income=NET_ABOVE_REFERENCE_BELOW | {"compliant_self_paid": "2000.03"})
    level = await opened(way, income=NET_ABOVE_REFERENCE_BELOW | {"compliant_self_paid": "2000.02"})  # 5999.995 each

    assert (below["basis"]["reference_per_head"], below["basis"]["below_line"]) == ("5999.99", True)
    assert (level["basis"]["reference_per_head"], level["basis"]["below_line"]) == ("6000.00", False)


async def test_a_debt_is_a_negative_income(way: Way) -> None:
    case = await opened(way, income=some_income(production_expense="30000.01"))

    assert case["basis"]["net_per_head"] == "-2950.00"
    assert case["category"] == "unstable_lifted_out"


async def test_being_below_the_line_alone_makes_no_case(way: Way, admin: asyncpg.Connection) -> None:
    household_id = await way.household(income={"wage_income": "0.00"})
    lead = await way.lead(household_id)

    answer = await way.verification(lead, outcome="confirmed", risks=[])

    assert refused(answer) == (422, "RisksMissing", ["body.risks"])
    assert await admin.fetchval("SELECT count(*) FROM monitoring_case WHERE household_id = $1", household_id) == 0


async def test_being_above_the_line_is_no_obstacle(way: Way) -> None:
    case = await opened(way, income={"wage_income": "900000.00"})

    assert (case["status"], case["category"]) == ("opened", "sudden_difficulty")


async def test_the_basis_names_the_line_with_its_document_and_the_ability_to_work(way: Way, admin: asyncpg.Connection) -> None:
    able, unable = await opened(way), await opened(way, able=False)

    assert able["basis"]["line"] == {"amount": "6000.00", "area": "5309", "from": "2021-01-01", "document": "测试文号"}
    assert (able["basis"]["has_labour"], unable["basis"]["has_labour"]) == (True, False)
    assert (able["basis"]["people"], able["basis"]["household_version"], able["basis"]["income_from"]) == (4, 1, "2021-09-22")
    assert able["basis"]["lead_registered_at"].startswith("2021-09-22T")


async def test_a_later_line_does_not_touch_a_case_that_is_open(way: Way, adopt: Adopt) -> None:
    before = await opened(way, income=NET_BELOW_REFERENCE_ABOVE)

    await adopt("530902", "6000.01")

    assert await shown(way, before["id"]) == before
    after = await opened(way, income=NET_BELOW_REFERENCE_ABOVE)
    assert (after["category"], after["basis"]["line"]["amount"]) == ("unstable_lifted_out", "6000.01")


async def test_the_nearest_area_s_line_counts_and_of_its_days_the_latest_that_has_come(way: Way, adopt: Adopt) -> None:
    for area, amount, since in (
        ("5309", "9000.00", "2021-09-22"),
        ("530921", "1.00", "2021-09-22"),  # another county
        ("530902001", "2.00", "2021-09-22"),  # another township
        ("530902", "6100.00", "2021-01-01"),
        ("530902", "6200.00", "2021-09-21"),
        ("530902", "6300.00", "2021-09-23"),  # not yet come
    ):
        await adopt(area, amount, since=since)
    await adopt("530902102", "3.00", year=2022, since="2021-09-01")  # another year

    assert (await opened(way))["basis"]["line"] == {"amount": "6200.00", "area": "530902", "from": "2021-09-21", "document": DOCUMENT}


async def test_without_a_line_of_the_year_no_case_is_opened(way: Way, set_clock: SetClock) -> None:
    winter = Way(way.call, await set_clock(datetime.fromisoformat("2026-12-01T09:00:00+08:00")))
    lead = await winter.lead(await winter.household())
    new_year = Way(way.call, await set_clock(datetime.fromisoformat("2027-01-05T09:00:00+08:00")))

    answer = await new_year.verification(lead, outcome="confirmed", risks=["01"])

    assert refused(answer) == (409, "NoLine", [])
    assert (await new_year.verification(lead, outcome="dismissed", reason="不实")).status_code == 200


@pytest.mark.parametrize(("labour", "able"), [("ordinary", True), ("skilled", True), ("weak", True), ("lost", False), ("none", False)])
async def test_one_member_who_can_work_even_weakly_makes_a_household_with_labour(labour: str, able: bool, way: Way) -> None:
    household = a_household(able=False, members=3)
    household["members"][1]["labour"] = labour
    household_id = done(await way.call(way.officials.village).post("/v1/households", household))["id"]

    confirmed = await way.confirmed(await way.lead(household_id), "06")

    case = await shown(way, confirmed["case_id"])
    assert case["basis"]["has_labour"] is able


async def test_parameters_of_another_area_do_not_touch_the_limit(way: Way, publish: Publish) -> None:
    await publish("530921", "identification.total.days", "1")
    await publish("530902001", "identification.total.days", "2")
    await publish("530902001", "identification.total.day_kind", "workday")
    elsewhere = Way(way.call, way.now, Officials.of(OTHER_TOWNSHIP))

    here, there = await opened(way), await opened(elsewhere)

    assert (here["due_at"], here["days_left"], here["day_kind"]) == ("2021-10-08T16:00:00Z", 16, "calendar")
    assert (there["due_at"], there["days_left"], there["day_kind"]) == ("2021-09-24T16:00:00Z", 2, "workday")

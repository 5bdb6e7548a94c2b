"""Recording incomes: by items, of a period that is over, from a day on; and reading what held on any day."""

from typing import Any

import asyncpg
import pytest

from tests.builders.incomes import a_quarter, an_income
from tests.builders.places import STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import auditor, county, prefecture, township, village

READS = "SELECT actor FROM audit WHERE act = 'READ' AND relation = 'household' AND (after ->> 'id')::uuid = $1"


async def recorded(way: Way, household_id: str, body: dict[str, Any], *, seen: int = 1) -> dict[str, Any]:
    return done(await way.call(village()).post(f"/v1/households/{household_id}/incomes", body, seen=seen))


async def shown(way: Way, household_id: str, **query: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/households/{household_id}/incomes", **query))


async def test_an_income_is_recorded_by_items_and_shown_with_its_figures(way: Way, admin: asyncpg.Connection) -> None:
    household = await way.household()
    items = [
        ("A1", "12000.00"),
        ("A4", "600.00"),
        ("B1", "9000.00"),
        ("C1", "400"),
        ("D2", "2000.00"),
        ("E1", "3000.00"),
        ("F1", "900"),
        ("S1", "1500.5"),
    ]
    stated = {"wage_income": "12600.00", "transfer_income": "2000", "net": "21000.00"}

    answer = await recorded(way, household, an_income(*items, stated=stated))

    assert (answer["version"], answer["period_from"], answer["period_to"], answer["effective_from"]) == (2, "2020-09-01", "2021-08-31", "2021-09-22")
    found = await shown(way, household)
    record = found["record"]
    assert found["version"] == 2
    assert (record["wage_income"], record["compliant_self_paid"], record["items"]["S1"]) == ("12600.00", "1500.50", "1500.5")
    assert record["shares"] == {"wage_income": "52.50", "production_income": "37.50", "property_income": "1.67", "transfer_income": "8.33"}
    assert (record["net_per_head"], record["reference_per_head"]) == ("7000.00", "6799.83")
    assert record["band"] == {"number": 1, "lower": "6000", "upper": "8000"}
    assert (found["line"]["amount"], record["below_line"]) == ("6000.00", False)
    standing = await admin.fetchrow("SELECT * FROM household_standing WHERE household_id = $1", household)
    assert standing is not None
    assert (str(standing["net_per_head"]), standing["below"], standing["band"]) == ("7000.00", False, 1)
    assert await admin.fetchval("SELECT count(*) FROM standing_queue WHERE household_id = $1", household) == 0
    assert [row["actor"] for row in await admin.fetch(READS, household)] == ["county"]


async def test_what_does_not_count_is_kept_and_not_added_up(way: Way) -> None:
    household = await way.household()

    await recorded(way, household, an_income(("A1", "3000.00"), ("D6.7", "5000.00"), ("S3", "800.00")))

    record = (await shown(way, household))["record"]
    assert (record["transfer_income"], record["compliant_self_paid"], record["net_per_head"]) == ("0.00", "0.00", "1000.00")
    assert record["items"] == {"A1": "3000.00", "D6.7": "5000.00", "S3": "800.00"}


async def test_the_annual_collection_is_october_to_september(way: Way) -> None:
    household = await way.household()
    body = an_income(period_type="annual_oct_sep", year=2020) | {"ends_on": None}

    answer = await recorded(way, household, body)

    assert (answer["period_from"], answer["period_to"]) == ("2019-10-01", "2020-09-30")
    assert (await shown(way, household))["record"]["period_type"] == "annual_oct_sep"


async def test_a_late_correction_is_put_between_what_held_before_and_after(way: Way) -> None:
    household = await way.household()
    for n, (since, wage) in enumerate([("2021-09-10", "30000.00"), ("2021-09-01", "24000.00"), ("2021-09-05", "21000.00")], start=1):
        await recorded(way, household, an_income(("A1", wage), effective_from=since), seen=n)

    then = {day: (await shown(way, household, on=f"2021-09-{day:02}"))["record"] for day in (1, 4, 5, 9, 10, 21, 22)}

    assert {day: record["wage_income"] for day, record in then.items()} == {
        **{1: "24000.00", 4: "24000.00", 5: "21000.00", 9: "21000.00", 10: "30000.00", 21: "30000.00", 22: "8000.00"},
    }
    assert (then[5]["valid_from"], then[5]["valid_to"], then[22]["valid_to"]) == ("2021-09-05", "2021-09-10", None)
    assert (await shown(way, household, on="2021-08-31"))["record"] is None


async def test_the_same_day_again_corrects_what_was_said_and_the_audit_holds_both(way: Way, admin: asyncpg.Connection) -> None:
    household = await way.household()
    first = await recorded(way, household, an_income(("A1", "3000.00")))

    second = await recorded(way, household, an_income(("A1", "4000.00")), seen=2)

    assert first["id"] == second["id"]
    assert (await shown(way, household))["record"]["wage_income"] == "4000.00"
    trace = "SELECT before ->> 'wage_income', after ->> 'wage_income' FROM audit WHERE relation = 'household_income' AND (after ->> 'id')::uuid = $1"
    assert [tuple(row) for row in await admin.fetch(trace + " ORDER BY id", first["id"])] == [
        (None, "8000.00"),  # as it was registered on this day
        ("8000.00", "3000.00"),
        ("3000.00", "4000.00"),
    ]


async def test_quarters_are_summed_beside_the_year_and_never_held_against_the_line(way: Way, admin: asyncpg.Connection) -> None:
    household = await way.household()
    for n, (year, quarter, wage) in enumerate([(2020, 2, "1.00"), (2020, 3, "500.00"), (2021, 1, "700.00"), (2021, 2, "900.00")], start=1):
        await recorded(way, household, a_quarter(year, quarter, ("A1", wage), ("E1", "100.00")), seen=n)
    corrected = await recorded(way, household, a_quarter(2021, 1, ("A1", "750.00"), ("E1", "100.00")), seen=5)

    found = await shown(way, household)

    assert [(each["year"], each["quarter"], each["net"], each["version"]) for each in found["quarters"]] == [
        (2021, 2, "800.00", 1),
        (2021, 1, "650.00", 2),
        (2020, 3, "400.00", 1),
        (2020, 2, "-99.00", 1),
    ]
    assert found["last_four_quarters"] == {"net": "1850.00", "known": 3}
    assert found["record"]["wage_income"] == "8000.00"
    assert corrected["version"] == 6
    assert await admin.fetchval("SELECT count(*) FROM household_income WHERE household_id = $1", household) == 1
    assert [each["quarter"] for each in (await shown(way, household, on="2021-04-15"))["quarters"]] == [1, 3, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"items": [{"code": "A1", "amount": "NaN"}]}, (422, "Malformed", ["body.items.0.amount"])),
        ({"items": [{"code": "A1", "amount": "-1.00"}]}, (422, "Malformed", ["body.items.0.amount"])),
        ({"people": -1}, (422, "Malformed", ["body.people"])),
        ({"people": 0}, (422, "Malformed", ["body.people"])),
        ({"items": [{"code": "A1", "amount": "1"}, {"code": "Z9", "amount": "1"}]}, (422, "ItemNotInForce", ["body.items.1.code"])),
        ({"items": [{"code": "A1", "amount": "1"}, {"code": "A1", "amount": "1"}]}, (422, "ItemTwice", ["body.items.1.code"])),
        ({"items": [{"code": f"A{n}", "amount": "999999999999.99"} for n in (1, 2)]}, (422, "TooMuch", ["body.items"])),
        ({"stated": {"wage_income": "11999.99"}}, (422, "IncomeDoesNotAddUp", ["body.stated.wage_income"])),
        ({"stated": {"production_expense": "1", "net": "1"}}, (422, "IncomeDoesNotAddUp", ["body.stated.production_expense", "body.stated.net"])),
        ({"ends_on": "2021-09-23"}, (422, "NotYetHappened", ["body.ends_on"])),
        ({"ends_on": None}, (422, "PeriodUnfit", ["body.period_type"])),
        ({"year": 2021}, (422, "PeriodUnfit", ["body.period_type"])),
        ({"period_type": "annual_oct_sep", "ends_on": None, "year": 2021}, (422, "NotYetHappened", ["body.year"])),
        ({"period_type": "quarter", "ends_on": None, "year": 2021, "quarter": 3}, (422, "NotYetHappened", ["body.quarter"])),
        ({"period_type": "quarter", "ends_on": None, "year": 2021, "quarter": 5}, (422, "Malformed", ["body.quarter"])),
        (
            {"period_type": "quarter", "ends_on": None, "year": 2021, "quarter": 2, "effective_from": "2021-09-01"},
            (422, "PeriodUnfit", ["body.effective_from"]),
        ),
        ({"effective_from": "2021-09-23"}, (422, "NotYetHappened", ["body.effective_from"])),
        ({"effective_from": "2021-08-30"}, (422, "HoldsBeforeItsPeriodEnds", ["body.effective_from"])),
    ],
)
async def test_an_income_that_cannot_be_is_refused_by_field(change: dict[str, Any], said: tuple[int, str, list[str]], way: Way) -> None:
    household = await way.household()

    answer = await way.call(village()).post(f"/v1/households/{household}/incomes", an_income() | change, seen=1)

    assert refused(answer) == said
    assert (await shown(way, household))["version"] == 1


async def test_who_saw_an_older_version_hears_that_first(way: Way) -> None:
    household = await way.household()
    await recorded(way, household, an_income())

    answer = await way.call(village()).post(f"/v1/households/{household}/incomes", an_income(people=3, ends_on="2022-01-01"), seen=1)

    assert refused(answer) == (412, "Stale", ["header.if-match"])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_household_of_another_area_has_no_incomes_here(stranger: Any, way: Way) -> None:
    household = await way.household()

    assert refused(await way.call(stranger).get(f"/v1/households/{household}/incomes")) == (404, "NotFound", [])


@pytest.mark.parametrize("official", [county(), prefecture(), auditor()])
async def test_incomes_are_recorded_where_people_live(official: Any, way: Way) -> None:
    household = await way.household()

    assert refused(await way.call(official).post(f"/v1/households/{household}/incomes", an_income(), seen=1)) == (403, "Forbidden", [])


async def test_a_day_is_a_day(way: Way) -> None:
    household = await way.household()

    answer = await way.call(township()).get(f"/v1/households/{household}/incomes", on="yesterday")

    assert refused(answer) == (422, "Malformed", ["query.on"])

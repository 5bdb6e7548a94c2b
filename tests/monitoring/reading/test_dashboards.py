"""Dashboards: how an area stands and each part beside it, to everybody whose area it is, and to nobody else."""

from decimal import Decimal
from typing import Any

import pytest

from services.monitoring.domain.reading.area_figures import AreaFigure, Figures, Topic, months_between, months_in
from tests.builders.incomes import an_income
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village
from tests.monitoring.reading.conftest import Fold

Counts = dict[tuple[str | None, ...], int]


async def seen(way: Way, by: Any, **query: Any) -> dict[str, Any]:
    return done(await way.call(by).get("/v1/dashboard", **query))


def households(figures: dict[str, Any], what: str = "households") -> Counts:
    return {(each["kind"], each["status"], each["category"]): each[what] for each in figures["households"]}


def counts(figures: dict[str, Any], what: str) -> Counts:
    return {(each["channel"], each["status"]): each["count"] for each in figures[what]}


def step(figures: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in figures["steps"] if each["step"] == name)


def less(after: Counts, before: Counts) -> Counts:
    return {key: change for key in {*after, *before} if (change := after.get(key, 0) - before.get(key, 0))}


@pytest.mark.parametrize("folded", [False, True], ids=["waiting to be folded", "folded"])
async def test_a_case_is_seen_on_the_dashboards_of_its_village_township_county_and_prefecture(
    way: Way, set_clock: SetClock, fold: Fold, folded: bool
) -> None:
    officials = (village(), township(), county(), prefecture(), auditor())
    before = {by.area: await seen(way, by, month="2021-09") for by in officials}
    case_id = await way.case("06")
    _, _ = await way.flagged(case_id, set_clock)
    if folded:
        await fold()

    for by in officials:
        was, now = before[by.area]["whole"], (await seen(way, by, month="2021-09"))["whole"]
        assert now["area"]["code"] == by.area
        assert less(households(now), households(was)) == {("lifted_out", "monitored", "unstable_lifted_out"): 1}
        assert list(less(households(now, "people"), households(was, "people"))) == [("lifted_out", "monitored", "unstable_lifted_out")]
        assert less(counts(now, "leads"), counts(was, "leads")) == {("home_visit", "confirmed"): 1}
        assert less(counts(now, "cases"), counts(was, "cases")) == {(None, "approved"): 1}
        assert counts(now, "flags") == counts(was, "flags"), "it was raised in October"
        assert step(now, "verification")["in_time"] - step(was, "verification")["in_time"] == 1
        october = (await seen(way, by, month="2021-10"))["whole"]
        assert step(october, "county_approval")["in_time"] + step(october, "county_approval")["late"] >= 1
        assert step(october, "county_approval")["average_workdays"] is not None


async def test_the_parts_stand_beside_the_whole_and_make_it_up(way: Way) -> None:
    await way.case("06")

    for by, parts in ((prefecture(), 8), (county(), None), (township(), None)):
        shown = await seen(way, by)
        whole = households(shown["whole"])
        assert parts in (None, len(shown["parts"]))
        assert all(part["area"]["title"] for part in shown["parts"])
        assert {key: sum(households(part).get(key, 0) for part in shown["parts"]) for key in whole} == whole
    assert (await seen(way, village()))["parts"] == []


async def test_what_is_late_follows_from_the_clock_and_what_stands_is_not(way: Way, set_clock: SetClock) -> None:
    await way.lead(await way.household())
    paused = await way.lead(await way.household())
    was = step((await seen(way, village()))["whole"], "verification")
    body = {"waiting_on": "household", "reason": "外出务工", "evidence": [{"title": "通话记录", "sha256": "a" * 64}]}
    done(await way.call(village()).post(f"/v1/leads/{paused['id']}/pause", body, seen=1))

    await set_clock(way.now.replace(month=11))
    now = step((await seen(way, village()))["whole"], "verification")

    assert now["paused"] == was["paused"] + 1
    assert now["open"] == was["open"]
    assert now["late_now"] >= was["late_now"] + 1


async def test_another_s_area_is_refused_and_a_wider_one_is_the_own(way: Way) -> None:
    for path in ("/v1/dashboard", "/v1/dashboard/trends", "/v1/dashboard/income", "/v1/dashboard/export"):
        assert refused(await way.call(village()).get(path, area=NEXT_VILLAGE)) == (403, "AreaNotYours", ["query.area"])
        assert refused(await way.call(county()).get(path, area=OTHER_COUNTY[:6])) == (403, "AreaNotYours", ["query.area"])
        assert refused(await way.call(prefecture()).get(path, area="530999")) == (422, "NoSuchArea", ["query.area"])
    assert (await seen(way, township(), area="5309"))["whole"]["area"]["code"] == HOME[:9]


async def test_places_of_a_list_are_added_up_each_once(way: Way) -> None:
    body = {"valid_from": "2021-01-01", "document_number": "临测〔2021〕77号", "title": "安置区"}
    before = await seen(way, county(), list="resettlement_sites")
    for place in ("home-a", "home-b"):
        path = f"/v1/place-lists/resettlement_sites/places/{HOME}-{place}"
        done(await way.call(county()).put(path, {**body, "village": HOME}))
    await way.case("06")

    shown = await seen(way, county(), list="resettlement_sites")

    here = (await seen(way, county(), area=HOME))["whole"]
    [part] = [each for each in shown["parts"] if each["area"]["code"] == HOME]
    assert (part["households"], part["cases"]) == (here["households"], here["cases"])
    assert len(shown["parts"]) == len({each["area"]["code"] for each in shown["parts"]}) <= len(before["parts"]) + 1
    total = {key: sum(households(each).get(key, 0) for each in shown["parts"]) for key in households(shown["whole"])}
    assert total == households(shown["whole"])
    assert refused(await way.call(county()).get("/v1/dashboard", list="no_such")) == (404, "NoSuchPlaceList", ["query.list"])


async def test_trends_say_what_came_what_was_over_and_what_was_open_at_the_end_of_each_month(way: Way, set_clock: SetClock) -> None:
    async def months() -> dict[str, dict[str, Any]]:
        trends = done(await way.call(village()).get("/v1/dashboard/trends", **{"from": "2021-08", "to": "2021-12"}))
        assert [each["month"] for each in trends["months"]] == ["2021-08", "2021-09", "2021-10", "2021-11", "2021-12"]
        return {each["month"]: each for each in trends["months"]}

    was = await months()
    case_id = await way.case("06")
    later, flag_id = await way.flagged(case_id, set_clock)
    now = await months()

    def change(month: str, what: str) -> tuple[int, ...]:
        return tuple(now[month][what][each] - was[month][what][each] for each in ("new", "over", "open"))

    assert change("2021-09", "leads") == (1, 1, 0)
    assert change("2021-09", "cases") == (1, 0, 1)
    assert change("2021-10", "cases") == (0, 1, 0)
    assert change("2021-10", "flags") == (1, 0, 1)
    assert change("2021-12", "flags") == (0, 0, 1), "what is open stays open in the months after"
    done(await later.withdrawal(flag_id))
    now = await months()
    assert change("2021-12", "flags") == (0, 0, 0)


async def test_trends_of_too_many_months_or_backwards_are_refused(way: Way) -> None:
    for query in ({"from": "2021-10", "to": "2021-09"}, {"from": "2001-01", "to": "2021-01"}):
        answer = await way.call(village()).get("/v1/dashboard/trends", **query)
        assert refused(answer) == (422, "MonthsInDisorder", ["query.from"])
    assert len(done(await way.call(village()).get("/v1/dashboard/trends"))["months"]) == 12


async def test_incomes_are_spread_over_the_bands_in_force(way: Way) -> None:
    async def bands() -> dict[tuple[int, str], tuple[int, int]]:
        shown = done(await way.call(village()).get("/v1/dashboard/income"))
        assert shown["bounds"] == sorted(shown["bounds"], key=Decimal)
        return {(each["band"], each["line"]): (each["households"], each["people"]) for each in shown["whole"]["bands"]}

    was = await bands()
    household_id = await way.household()
    seen = done(await way.call(village()).get(f"/v1/households/{household_id}/incomes"))["version"]

    done(await way.call(village()).post(f"/v1/households/{household_id}/incomes", an_income(effective_from="2021-09-22"), seen=seen))
    now = await bands()

    assert sum(each[0] for each in now.values()) == sum(each[0] for each in was.values()) + 1
    assert sum(each[1] for each in now.values()) > sum(each[1] for each in was.values())


@pytest.mark.parametrize("table", ["households", "funnel", "steps", "trends", "income"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_every_table_is_given_out_as_a_file(way: Way, table: str, form: str) -> None:
    answer = await way.call(county()).get("/v1/dashboard/export", table=table, format=form)

    assert answer.status_code == 200, answer.text
    if form == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0].replace('"', "").startswith("区划代码,区划名称,")
        assert any(line.replace('"', "").startswith(f"{HOME[:6]},") for line in lines[1:]), lines[:5]


def test_months_are_told_from_what_came_and_what_was_over() -> None:
    def a(topic: Topic, period: str, value: int, key: str = "x") -> AreaFigure:
        return AreaFigure(area=HOME, topic=topic, key=key, period=period, value=value)

    figures = Figures.of(
        [
            a(Topic.CASE, "", 5),
            a(Topic.CASE_OVER, "", 3),
            a(Topic.CASE, "2021-12", 2),
            a(Topic.CASE, "2021-12", 1, "y"),
            a(Topic.CASE_OVER, "2022-01", 4),
        ]
    )

    shown = months_in(figures, months_between("2021-11", "2022-01"))

    assert [(each.month, each.cases.new, each.cases.over, each.cases.open) for each in shown] == [
        ("2021-11", 0, 0, 2),
        ("2021-12", 3, 0, 5),
        ("2022-01", 0, 4, 1),
    ]

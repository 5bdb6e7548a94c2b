"""The plan's lists of places: how many are known of how many, what is on a list on any day, and who puts a place there."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from services.monitoring.store.places.lists import places_of
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from tests.builders.files import Row
from tests.builders.places import OTHER_COUNTY
from tests.builders.story import done, refused
from tests.fixtures.callers import Call
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township
from tests.monitoring.files.conftest import Files, counts

DOCUMENT = "临乡振发〔2021〕3号"
_serial = count(1)


def a_site() -> str:
    return f"AZ-{next(_serial):03}"


def a_listing(**changes: Any) -> dict[str, Any]:
    return {"valid_from": "2021-03-01", "document_number": DOCUMENT, **changes}


async def put(call: Call, list_code: str, place: str, *, by: Actor | None = None, **changes: Any) -> Any:
    return await call(by or county()).put(f"/v1/place-lists/{list_code}/places/{place}", a_listing(**changes))


async def lines(call: Call) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in done(await call(citizen()).get("/v1/place-lists"))["items"]}


async def on_list(call: Call, list_code: str, **query: str) -> list[str]:
    return [each["place"] for each in done(await call(auditor()).get(f"/v1/place-lists/{list_code}", **query))["items"]]


async def test_every_list_of_the_plan_says_how_far_it_is(call: Call, september: object) -> None:
    found = await lines(call)

    assert {code: each["expected"] for code, each in found.items()} == {
        "beautiful_villages": 1000,
        "border_counties": 3,
        "border_villages": 44,
        "demonstration_townships": 10,
        "fine_villages": 100,
        "former_poor_townships": 28,
        "key_counties": 3,
        "lifted_out_population_villages": 903,
        "lifted_out_villages": 562,
        "resettlement_sites": 177,
        "tourism_villages": 102,
    }
    assert [(found[code]["loaded"], found[code]["missing"]) for code in ("key_counties", "border_villages")] == [(3, 0), (0, 44)]
    assert await on_list(call, "key_counties") == ["530921", "530923", "530927"]
    assert await on_list(call, "border_counties", on="2021-01-01") == ["530924", "530926", "530927"]
    assert await on_list(call, "border_counties", on="2020-12-31") == []
    assert await on_list(call, "border_counties", area="530927") == ["530927"]


async def test_a_site_is_listed_once_counted_and_taken_off_again(call: Call, september: object) -> None:
    before, site = (await lines(call))["resettlement_sites"]["loaded"], a_site()

    first = await put(call, "resettlement_sites", site, title="幸福里安置区", village=HOME)
    again = await put(call, "resettlement_sites", site, title="幸福里安置区", village=HOME)
    other = await put(call, "resettlement_sites", site, title="新村安置区", village=HOME)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert refused(other) == (409, "ListedAlready", ["path.place"])
    assert (await lines(call))["resettlement_sites"]["loaded"] == before + 1
    path = f"/v1/place-lists/resettlement_sites/places/{site}/end"
    assert refused(await call(county()).post(path, {"on": "2021-02-01"}, seen=1)) == (422, "PeriodReversed", ["body.on"])
    assert refused(await call(county()).post(path, {"on": "2021-09-01"}, seen=7)) == (412, "Stale", ["header.if-match"])
    assert done(await call(county()).post(path, {"on": "2021-09-01"}, seen=1))["version"] == 2
    assert refused(await call(county()).post(path, {"on": "2021-09-01"}, seen=2))[:2] == (404, "NotFound")
    assert (await lines(call))["resettlement_sites"]["loaded"] == before
    assert site in await on_list(call, "resettlement_sites", on="2021-08-31")
    assert site not in await on_list(call, "resettlement_sites", on="2021-09-01")
    assert refused(await put(call, "resettlement_sites", site, title="幸福里安置区", village=HOME))[:2] == (409, "PeriodsOverlap")
    done(await put(call, "resettlement_sites", site, title="幸福里安置区", village=HOME, valid_from="2021-09-01"))


async def test_an_area_is_listed_under_the_name_that_the_tree_has(call: Call, september: object) -> None:
    done(await put(call, "lifted_out_villages", HOME))

    items = done(await call(citizen()).get("/v1/place-lists/lifted_out_villages", area=HOME))["items"]

    assert [(each["place"], each["title"], each["area"], each["document_number"]) for each in items] == [(HOME, "博尚村民委员会", HOME, DOCUMENT)]


@pytest.mark.parametrize(
    ("list_code", "place", "changes", "said"),
    [
        ("no_such_list", HOME, {}, (404, "NoSuchPlaceList", ["path.list_code"])),
        ("fine_villages", HOME[:9], {}, (422, "NoSuchPlace", ["path.place"])),
        ("demonstration_townships", HOME, {}, (422, "NoSuchPlace", ["path.place"])),
        ("fine_villages", HOME[:9] + "999", {}, (422, "NoSuchPlace", ["path.place"])),
        ("fine_villages", HOME, {"valid_from": "2019-12-31"}, (422, "NoSuchPlace", ["path.place"])),
        ("fine_villages", HOME, {"title": "博尚村"}, (422, "NamedByTheTree", ["body.title"])),
        ("fine_villages", HOME, {"village": HOME}, (422, "NamedByTheTree", ["body.village"])),
        ("resettlement_sites", "X", {"village": HOME}, (422, "SiteUnnamed", ["body.title"])),
        ("resettlement_sites", "X", {"title": "某安置区"}, (422, "SiteUnnamed", ["body.village"])),
        ("resettlement_sites", "X", {"title": "某安置区", "village": HOME[:9] + "999"}, (422, "NoSuchPlace", ["body.village"])),
        ("resettlement_sites", "X", {"title": "某安置区", "village": OTHER_COUNTY}, (403, "PlaceOutsideYourArea", ["body.village"])),
        ("fine_villages", OTHER_COUNTY, {}, (403, "PlaceOutsideYourArea", ["path.place"])),
    ],
)
async def test_what_does_not_fit_a_list_is_refused(list_code: str, place: str, changes: Any, said: Any, call: Call, september: object) -> None:
    assert refused(await put(call, list_code, place, **changes)) == said


async def test_a_county_takes_nothing_off_a_list_that_lies_elsewhere(call: Call, september: object) -> None:
    answer = await call(county()).post("/v1/place-lists/key_counties/places/530921/end", {"on": "2022-01-01"}, seen=1)

    assert refused(answer) == (403, "PlaceOutsideYourArea", ["path.place"])


async def test_two_counties_number_their_sites_alike_and_each_takes_off_its_own(call: Call, september: object) -> None:
    site, other = a_site(), county("other", OTHER_COUNTY[:6])
    done(await put(call, "resettlement_sites", site, title="甲安置区", village=HOME))
    done(await put(call, "resettlement_sites", site, by=other, title="乙安置区", village=OTHER_COUNTY))

    done(await call(other).post(f"/v1/place-lists/resettlement_sites/places/{site}/end", {"on": "2021-09-01"}, seen=1))

    assert await on_list(call, "resettlement_sites", area=OTHER_COUNTY) == []
    assert site in await on_list(call, "resettlement_sites", area=HOME)


@pytest.mark.parametrize("official", [township(), auditor(), citizen()])
async def test_the_county_and_the_prefecture_keep_the_lists(official: Actor, call: Call) -> None:
    assert refused(await put(call, "fine_villages", HOME, by=official)) == (403, "Forbidden", [])


def a_row(list_name: str, area: str, **changes: Any) -> Row:
    return {"list": list_name, "area_code": area, "document_number": DOCUMENT, "valid_from": "2021-03-01", **changes}


async def test_a_file_of_the_prefecture_loads_lists_of_several_counties_and_the_same_again_changes_nothing(files: Files, call: Call) -> None:
    site = a_site()
    rows = [
        a_row("乡村振兴旅游示范村", "530923101201"),
        a_row("tourism_villages", "530926101201"),
        a_row("易地扶贫搬迁集中安置区", "530923101201", title="团结安置区", site_code=site),
        a_row("原贫困乡（镇）", "530925101"),
    ]

    job = await files.sent(prefecture(), rows, kind="place_list")
    again = await files.sent(prefecture(), rows, kind="place_list")

    assert counts(job) == ("done", {"created": 4}), await files.faults(prefecture(), job["id"])
    assert counts(again) == ("done", {"unchanged": 4})
    assert await on_list(call, "tourism_villages") == ["530923101201", "530926101201"]
    assert (await lines(call))["former_poor_townships"]["missing"] == 27
    assert site in await on_list(call, "resettlement_sites", area="530923")


async def test_what_is_wrong_with_a_row_is_said_by_its_column(files: Files) -> None:
    rows = [
        a_row("没有的名单", HOME),
        a_row("fine_villages", HOME[:9]),
        a_row("fine_villages", "530902102998"),
        a_row("fine_villages", OTHER_COUNTY),
        a_row("fine_villages", "昔归"),
        a_row("resettlement_sites", HOME, title="某安置区"),
        a_row("resettlement_sites", HOME, site_code="AZ-X"),
        a_row("fine_villages", "530902102203", title="别名"),
        a_row("fine_villages", "530902102204"),
        a_row("fine_villages", "530902102204"),
        a_row("fine_villages", "530902102205", document_number=""),
    ]

    job = await files.sent(county(), rows, kind="place_list")

    assert counts(job) == ("done", {"refused": 11})
    assert await files.faults(county(), job["id"]) == {
        (2, "list", "no_such_list"),
        (3, "area_code", "no_such_place"),
        (4, "area_code", "no_such_place"),
        (5, "area_code", "outside_area"),
        (6, "area_code", "outside_area"),
        (7, "site_code", "site_code"),
        (8, "title", "site_unnamed"),
        (9, "title", "named_by_the_tree"),
        (10, "area_code", "twice_in_file"),
        (11, "area_code", "twice_in_file"),
        (12, "document_number", "missing"),
    }


async def test_a_place_that_is_listed_otherwise_is_refused_in_a_file_too(files: Files, call: Call) -> None:
    site = a_site()
    done(await put(call, "resettlement_sites", site, title="甲安置区", village=HOME))

    job = await files.sent(county(), [a_row("resettlement_sites", HOME, title="乙安置区", site_code=site)], kind="place_list")

    assert await files.faults(county(), job["id"]) == {(2, "area_code", "listed_already")}


@pytest.mark.parametrize("by", [township(), auditor()])
async def test_a_list_of_places_is_the_county_s_and_the_prefecture_s(by: Actor, files: Files) -> None:
    assert refused(await files.send(by, [], kind="place_list"))[:2] in ((403, "NotYourKind"), (403, "Forbidden"))


async def test_whatever_is_counted_by_key_areas_finds_which_lie_in_an_area_on_a_day(call: Call, monitoring: Database, september: object) -> None:
    site = a_site()
    done(await put(call, "resettlement_sites", site, by=county("c", "530927"), title="口岸安置区", village="530927101001"))

    async with rehearsal(monitoring, prefecture()) as tx:
        found = [(row.list_code, row.place_code, row.area_code) for row in await places_of("530927", date(2021, 9, 22), tx)]
        before = [row.list_code for row in await places_of("530927", date(2021, 2, 28), tx)]

    assert found == [("border_counties", "530927", "530927"), ("key_counties", "530927", "530927"), ("resettlement_sites", site, "530927101001")]
    assert before == ["border_counties", "key_counties"]

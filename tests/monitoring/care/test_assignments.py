"""Who looks after a household: one cadre for each role at a time, on any day, masked; and whom a cadre looks after."""

from typing import Any

import asyncpg
import pytest

from shared.database.transaction import Database
from shared.kernel.actors import Actor
from shared.kernel.ids import new_id
from tests.builders.places import STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.lists import listed


def a_cadre(**changes: Any) -> dict[str, Any]:
    return {"cadre": "cadre-1", "name": "罗秀兰", "unit": "县农业农村局", "phone": "13955550001", "valid_from": "2021-09-01", **changes}


async def assign(way: Way, household: str, *, by: Actor | None = None, **changes: Any) -> Any:
    return await way.call(by or county()).post(f"/v1/households/{household}/assignments", a_cadre(**changes))


async def shown(way: Way, household: str, **query: str) -> list[tuple[str, str]]:
    items = done(await way.call(village()).get(f"/v1/households/{household}/assignments", **query))["items"]
    return [(each["role"], each["cadre"]) for each in items]


async def test_a_household_has_a_help_cadre_and_a_monitoring_contact_shown_masked(way: Way) -> None:
    household = await way.household()
    done(await assign(way, household))
    done(await assign(way, household, cadre="cadre-2", role="monitoring_contact"))

    items = done(await way.call(village()).get(f"/v1/households/{household}/assignments"))["items"]

    assert [(each["role"], each["cadre"], each["name"], each["phone"], each["unit"]) for each in items] == [
        ("help_cadre", "cadre-1", "罗**", "139****0001", "县农业农村局"),
        ("monitoring_contact", "cadre-2", "罗**", "139****0001", "县农业农村局"),
    ]


async def test_any_day_has_who_looked_after_the_household_then(way: Way) -> None:
    household = await way.household()
    first = done(await assign(way, household, valid_from="2021-01-01"))
    done(await way.call(township()).post(f"/v1/assignments/{first['id']}/end", {"on": "2021-06-01"}, seen=1))
    done(await assign(way, household, cadre="cadre-2", valid_from="2021-06-01", valid_to="2022-01-01"))

    days = ("2020-12-31", "2021-01-01", "2021-05-31", "2021-06-01", "2021-12-31", "2022-01-01")
    found = [[cadre for _, cadre in await shown(way, household, on=on)] for on in days]

    assert found == [[], ["cadre-1"], ["cadre-1"], ["cadre-2"], ["cadre-2"], []]
    assert [cadre for _, cadre in await shown(way, household)] == ["cadre-2"]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"valid_from": "2021-08-01"}, (409, "PeriodsOverlap", ["body.valid_from"])),
        ({"valid_from": "2022-06-01"}, (409, "PeriodsOverlap", ["body.valid_from"])),
        ({"valid_from": "2021-08-01", "valid_to": "2021-09-02"}, (409, "PeriodsOverlap", ["body.valid_from"])),
        ({"valid_from": "2021-08-01", "valid_to": "2021-08-01"}, (422, "PeriodReversed", ["body.valid_to"])),
    ],
)
async def test_in_one_role_there_is_one_at_a_time(period: dict[str, Any], said: Any, way: Way) -> None:
    household = await way.household()
    done(await assign(way, household))

    assert refused(await assign(way, household, cadre="cadre-2", **period)) == said
    done(await assign(way, household, cadre="cadre-2", role="monitoring_contact", valid_from="2021-08-01"))


async def test_before_and_after_a_charge_there_is_room_for_another(way: Way) -> None:
    household = await way.household()
    done(await assign(way, household, valid_to="2021-12-01"))

    done(await assign(way, household, cadre="cadre-0", valid_from="2021-08-01", valid_to="2021-09-01"))
    done(await assign(way, household, cadre="cadre-2", valid_from="2021-12-01"))


async def test_a_charge_ends_once_and_not_before_it_began(way: Way) -> None:
    assigned = done(await assign(way, await way.household()))
    path = f"/v1/assignments/{assigned['id']}/end"

    early = await way.call(county()).post(path, {"on": "2021-08-31"}, seen=1)
    stale = await way.call(county()).post(path, {"on": "2021-10-01"}, seen=2)
    ended = done(await way.call(county()).post(path, {"on": "2021-10-01"}, seen=1))
    again = await way.call(county()).post(path, {"on": "2021-11-01"}, seen=2)

    assert refused(early) == (422, "PeriodReversed", ["body.on"])
    assert refused(stale) == (412, "Stale", ["header.if-match"])
    assert (ended["version"], ended["status"]) == (2, "ended")
    assert refused(again) == (409, "PeriodOver", [])


async def test_a_cadre_finds_the_own_households_page_by_page_and_nobody_beyond_the_area(way: Way) -> None:
    cadre = f"cadre-{new_id().hex}"
    ids = [done(await assign(way, await way.household(), cadre=cadre))["id"] for _ in range(5)]
    done(await way.call(county()).post(f"/v1/assignments/{ids[0]}/end", {"on": "2021-09-10"}, seen=1))

    found = await listed(way.call(prefecture()), "/v1/assignments", size=2, cadre=cadre)
    own = done(await way.call(village(cadre)).get("/v1/assignments"))["items"]

    assert [each["id"] for each in found] == ids[1:]
    assert [each["id"] for each in own] == ids[1:], "without a name, one's own"
    assert await listed(way.call(village()), "/v1/assignments", cadre=cadre, area="530902001") == []
    for stranger in STRANGERS:
        assert await listed(way.call(stranger), "/v1/assignments", cadre=cadre) == []


@pytest.mark.parametrize("official", [village(), prefecture(), auditor()])
async def test_the_township_and_the_county_assign(official: Actor, way: Way) -> None:
    assert refused(await assign(way, await way.household(), by=official)) == (403, "Forbidden", [])


@pytest.mark.parametrize("stranger", STRANGERS[1:])
async def test_a_household_of_another_area_is_as_if_there_were_none(stranger: Actor, way: Way) -> None:
    assert refused(await assign(way, await way.household(), by=stranger))[:2] == (404, "NotFound")


async def test_who_a_cadre_is_lies_sealed_and_the_audit_does_not_know(way: Way, admin: asyncpg.Connection, monitoring: Database) -> None:
    assigned = done(await assign(way, await way.household()))

    (kept,) = await admin.fetch("SELECT * FROM care_assignment WHERE id = $1", assigned["id"])
    (trace,) = await admin.fetch("SELECT after FROM audit WHERE relation = 'care_assignment' AND after ->> 'id' = $1", assigned["id"])

    assert monitoring.vault.open(kept["secrets"], table="care_assignment", row=kept["id"]) == {"name": "罗秀兰", "phone": "13955550001"}
    for text in (str(dict(kept)), trace["after"]):
        assert "罗秀兰" not in text
        assert "13955550001" not in text


async def test_nobody_is_assigned_to_a_household_that_is_gone(way: Way, admin: asyncpg.Connection) -> None:
    household = await way.household()
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", household)

    assert refused(await assign(way, household))[:2] == (409, "HouseholdGone")

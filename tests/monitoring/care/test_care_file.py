"""The list of who looks after whom comes in as a file: new ones, changes, the same again, and what may be wrong with a row."""

from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Actor
from tests.builders.files import Row, a_number
from tests.builders.places import OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.tokens import county, prefecture, township, village
from tests.monitoring.files.conftest import Files, counts

KIND = "care_assignments"


def a_row(number: str, **changes: Any) -> Row:
    row = {"household_number": number, "cadre": "cadre-1", "cadre_name": "罗秀兰", "unit": "县农业农村局", "phone": "13955550001"}
    return {**row, "valid_from": "2021-09-01", "role": "", **changes}


async def a_numbered(way: Way) -> tuple[str, str]:
    """Register a household; give its id and its number."""
    number = a_number()
    return await way.household(number=number), number


async def of_household(way: Way, household: str, **query: str) -> list[tuple[str, str, str | None]]:
    items = done(await way.call(county()).get(f"/v1/households/{household}/assignments", **query))["items"]
    return [(each["role"], each["cadre"], each["valid_to"]) for each in items]


async def test_a_list_assigns_and_the_same_list_again_changes_nothing(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    (one, first), (two, second) = await a_numbered(way), await a_numbered(way)
    rows = [a_row(first), a_row(second, cadre="cadre-2"), a_row(second, cadre="cadre-3", role="监测联系人")]

    job = await files.sent(county(), rows, kind=KIND)
    again = await files.sent(township(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 3})
    assert counts(again) == ("done", {"unchanged": 3})
    assert await of_household(way, one) == [("help_cadre", "cadre-1", None)]
    assert await of_household(way, two) == [("help_cadre", "cadre-2", None), ("monitoring_contact", "cadre-3", None)]
    shown = done(await way.call(county()).get(f"/v1/households/{one}/assignments"))["items"][0]
    assert (shown["name"], shown["phone"], shown["area"]) == ("罗**", "139****0001", way.officials.village.area)
    assert "罗秀兰" not in str(await admin.fetch("SELECT to_jsonb(a)::text FROM care_assignment a"))


async def test_who_takes_over_begins_when_the_one_before_ends(files: Files, way: Way) -> None:
    household, number = await a_numbered(way)
    await files.sent(county(), [a_row(number)], kind=KIND)

    only_new = await files.sent(county(), [a_row(number, cadre="cadre-2", valid_from="2021-09-15")], kind=KIND, strategy="create")
    changed = await files.sent(county(), [a_row(number, cadre="cadre-2", valid_from="2021-09-15")], kind=KIND)
    phone = await files.sent(county(), [a_row(number, cadre="cadre-2", phone="13955550002", valid_from="2021-09-20")], kind=KIND)

    assert await files.faults(county(), only_new["id"]) == {(2, "household_number", "assigned_already")}
    assert counts(changed) == counts(phone) == ("done", {"updated": 1})
    found = [await of_household(way, household, on=on) for on in ("2021-09-14", "2021-09-15", "2021-09-20")]
    assert found == [[("help_cadre", "cadre-1", "2021-09-15")], [("help_cadre", "cadre-2", "2021-09-20")], [("help_cadre", "cadre-2", None)]]


async def test_what_is_wrong_with_a_row_is_said_by_its_column_and_the_others_are_taken(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    (_, good), (_, held), (gone_id, gone), (_, free) = [await a_numbered(way) for _ in range(4)]
    elsewhere = Way(way.call, way.now, Officials.of(OTHER_TOWNSHIP))
    _, other = await a_numbered(elsewhere)
    await files.sent(county(), [a_row(held, valid_from="2021-09-10")], kind=KIND)
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone_id)
    rows = [
        a_row(good),
        a_row("nothing"),
        a_row(gone),
        a_row(held, cadre="cadre-2"),
        a_row(free),
        a_row(free, cadre="cadre-2"),
        a_row(good, role="监测联系人", cadre="干部"),
        a_row(good, phone="12"),
        a_row(other),
    ]

    job = await files.sent(township(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": 8})
    assert await files.faults(township(), job["id"]) == {
        (3, "household_number", "no_such_household"),
        (4, "household_number", "household_gone"),
        (5, "valid_from", "period_overlaps"),
        (6, "household_number", "twice_in_file"),
        (7, "household_number", "twice_in_file"),
        (8, "cadre", "cadre_id"),
        (9, "phone", "phone"),
        (10, "household_number", "no_such_household"),
    }


async def test_with_updates_only_nobody_new_is_assigned(files: Files, way: Way) -> None:
    _, number = await a_numbered(way)

    job = await files.sent(county(), [a_row(number)], kind=KIND, strategy="update")

    assert await files.faults(county(), job["id"]) == {(2, "household_number", "not_assigned")}


async def test_a_list_that_is_only_checked_assigns_when_it_is_committed(files: Files, way: Way) -> None:
    household, number = await a_numbered(way)
    job = await files.sent(county(), [a_row(number)], kind=KIND, mode="validate")
    before = await of_household(way, household)

    done(await way.call(county()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
    await files.work()

    assert (job["state"], before) == ("validated", [])
    assert await of_household(way, household) == [("help_cadre", "cadre-1", None)]


@pytest.mark.parametrize("by", [village(), prefecture()])
async def test_the_list_is_the_township_s_and_the_county_s(by: Actor, files: Files) -> None:
    assert refused(await files.send(by, [], kind=KIND))[:2] == (403, "NotYourKind")

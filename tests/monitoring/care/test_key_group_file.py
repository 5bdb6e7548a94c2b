"""Which households belong to which key groups comes in as a file: new ones, ends, the same again, and what may be wrong with a row."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.monitoring.domain.care.group_rows import Act, Said, judged
from services.monitoring.domain.care.groups import GroupSource, InGroup
from services.monitoring.domain.files.key_group_members import FAULTS, SOURCE
from shared.kernel.actors import Actor
from shared.kernel.jobs import Strategy
from shared.kernel.sheets import Outcome
from tests.builders.files import Row, a_number
from tests.builders.places import OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.tokens import county, department_user, prefecture, township, village
from tests.monitoring.files.conftest import Files, counts

KIND = "key_group_members"


def a_row(number: str, **changes: Any) -> Row:
    return {"household_number": number, "group": "农村低收入户", "valid_from": "2021-09-01", **changes}


async def a_numbered(way: Way) -> tuple[str, str]:
    """Register a household; give its id and its number."""
    number = a_number()
    return await way.household(number=number), number


async def groups_on(way: Way, household: str, on: str) -> list[tuple[str, str, str | None, str]]:
    items = done(await way.call(county()).get(f"/v1/households/{household}/groups", on=on))["items"]
    return [(each["group"], each["valid_from"], each["valid_to"], each["source"]) for each in items]


async def test_a_list_puts_households_into_groups_and_the_same_again_changes_nothing(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    (one, first), (two, second) = await a_numbered(way), await a_numbered(way)
    rows = [a_row(first), a_row(first, group="disabled", source="部门比对"), a_row(second, valid_from="2021-01-01", valid_to="2021-06-01")]

    job = await files.sent(county(), rows, kind=KIND)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'")
    again = await files.sent(village(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 3}), await files.rows(county(), job["id"])
    assert counts(again) == ("done", {"unchanged": 3})
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'") == before
    assert await groups_on(way, one, "2021-09-22") == [
        ("disabled", "2021-09-01", None, "department"),
        ("low_income", "2021-09-01", None, "home_visit"),
    ]
    assert await groups_on(way, two, "2021-05-31") == [("low_income", "2021-01-01", "2021-06-01", "home_visit")]
    assert await groups_on(way, two, "2021-06-01") == []


async def test_an_end_takes_a_household_out_and_what_follows_in_the_file_goes_on_from_there(files: Files, way: Way) -> None:
    household, number = await a_numbered(way)
    await way.grouped(household, "low_income", valid_from="2021-01-01")
    rows = [
        a_row(number, valid_from="2021-01-01", valid_to="2021-05-01"),
        a_row(number, valid_from="2021-06-01"),
        a_row(number, valid_from="2021-06-01", valid_to="2021-07-01"),
        a_row(number, valid_from="2021-08-01"),
    ]

    job = await files.sent(village(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 2, "updated": 2}), await files.rows(village(), job["id"])
    days = ("2021-04-30", "2021-05-01", "2021-06-30", "2021-07-01", "2021-08-01")
    found = [[each[1:3] for each in await groups_on(way, household, on)] for on in days]
    assert found == [[("2021-01-01", "2021-05-01")], [], [("2021-06-01", "2021-07-01")], [], [("2021-08-01", None)]]


async def test_what_is_wrong_with_a_row_is_said_by_its_column_and_the_others_are_taken(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    (_, good), (held_id, held), (gone_id, gone) = [await a_numbered(way) for _ in range(3)]
    _, other = await a_numbered(Way(way.call, way.now, Officials.of(OTHER_TOWNSHIP)))
    await way.grouped(held_id, "low_income", valid_from="2021-06-01")
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", UUID(gone_id))
    rows = [
        a_row(good),
        a_row("nothing"),
        a_row(gone),
        a_row(other),
        a_row(good, group="没有的类别"),
        a_row(held),
        a_row(held, valid_from="2021-05-01", valid_to="2021-07-01"),
        a_row(held, valid_from="2021-06-01", source="档案"),
        a_row(good, group="disabled", valid_from="2021-09-01", valid_to="2021-09-01"),
        a_row(good, group="disabled", valid_from=""),
        a_row(good, group="disabled", village=OTHER_TOWNSHIP),
    ]

    job = await files.sent(township(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": 10})
    assert await files.faults(township(), job["id"]) == {
        (3, "household_number", "no_such_household"),
        (4, "household_number", "household_gone"),
        (5, "household_number", "no_such_household"),
        (6, "group", "no_such_group"),
        (7, "valid_from", "grouped_already"),
        (8, "valid_from", "period_overlaps"),
        (9, "valid_from", "grouped_already"),
        (10, "valid_to", "period_reversed"),
        (11, "valid_from", "missing"),
        (12, "village", "outside_area"),
    }


async def test_which_group_a_row_names_is_never_staged_in_clear(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    household, number = await a_numbered(way)

    job = await files.sent(village(), [a_row(number, group="残疾人家庭（含新增、重度）")], kind=KIND, mode="validate")
    staged = await admin.fetchval("SELECT to_jsonb(i)::text FROM import_row i WHERE job_id = $1", UUID(job["id"]))
    before = await groups_on(way, household, "2021-09-22")
    done(await way.call(village()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
    await files.work()

    assert "残疾" not in str(staged)
    assert (job["created"], before) == (1, [])
    assert [each[0] for each in await groups_on(way, household, "2021-09-22")] == ["disabled"]


@pytest.mark.parametrize("by", [prefecture(), department_user()])
async def test_the_list_is_the_village_s_the_township_s_and_the_county_s(by: Actor, files: Files) -> None:
    assert refused(await files.send(by, [], kind=KIND))[:2] == (403, "NotYourKind")


def test_every_source_can_be_told() -> None:
    assert set(SOURCE.values()) == set(GroupSource)


JANUARY, MARCH, MAY = date(2021, 1, 1), date(2021, 3, 1), date(2021, 5, 1)
ANY, NEW, OLD = Strategy.CREATE_AND_UPDATE, Strategy.CREATE, Strategy.UPDATE


def period(valid_from: date, valid_to: date | None = None) -> InGroup:
    where = {"county_code": "530902", "household_id": uuid4(), "area_code": "530902101201", "group_code": "disabled"}
    return InGroup(id=uuid4(), valid_from=valid_from, valid_to=valid_to, source=GroupSource.REGISTER, version=1, **where)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("said", "held", "strategy", "outcome"),
    [
        ((JANUARY, None), [], ANY, Act.BEGIN),
        ((JANUARY, None), [], OLD, "not_grouped_yet"),
        ((JANUARY, None), [period(JANUARY)], ANY, Act.LEAVE),
        ((JANUARY, None), [period(JANUARY, MARCH)], ANY, Act.LEAVE),
        ((JANUARY, MARCH), [period(JANUARY)], ANY, Act.END),
        ((JANUARY, MARCH), [period(JANUARY)], NEW, Act.LEAVE),
        ((JANUARY, MARCH), [period(JANUARY, MARCH)], ANY, Act.LEAVE),
        ((JANUARY, MARCH), [period(JANUARY, MAY)], ANY, "grouped_already"),
        ((MARCH, None), [period(JANUARY)], ANY, "grouped_already"),
        ((JANUARY, None), [period(MARCH)], ANY, "grouped_already"),
        ((JANUARY, MAY), [period(MARCH)], ANY, "period_overlaps"),
        ((JANUARY, MARCH), [period(MARCH)], ANY, Act.BEGIN),
        ((MARCH, None), [period(JANUARY, MARCH)], ANY, Act.BEGIN),
        ((MARCH, JANUARY), [], ANY, "period_reversed"),
    ],
)
def test_what_becomes_of_a_row_follows_from_the_periods_that_are_there(
    said: tuple[date, date | None], held: list[InGroup], strategy: Strategy, outcome: str
) -> None:
    verdict, act = judged(Said(valid_from=said[0], valid_to=said[1], source=None), held, strategy)

    if verdict.outcome is Outcome.REFUSED:
        assert ([code for _, code in verdict.faults], act) == ([outcome], Act.LEAVE)
        assert outcome in FAULTS
    else:
        assert act == outcome
        assert verdict.outcome is {Act.BEGIN: Outcome.CREATED, Act.END: Outcome.UPDATED, Act.LEAVE: Outcome.UNCHANGED}[act]

"""Searching by a part of a name: each page as a slow reference finds it, read from an index in order, and never beyond the caller's area."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.register.search import AFTER_POINT, Found, end_of, start_of
from services.monitoring.store.register import search
from shared.database.transaction import Database, Transaction
from shared.kernel.actors import Actor, Role
from shared.kernel.areas import COUNTIES
from shared.kernel.ids import new_id
from shared.kernel.people import PersonName
from tests.builders.population import fill_people
from tests.fixtures.platform import Cluster, make_database, opened

PLACE, PEOPLE = "named_monitoring", 24_000
OFFICERS = {12: Role.VILLAGE_CADRE, 9: Role.TOWNSHIP_OFFICER, 6: Role.COUNTY_OFFICER, 4: Role.PREFECTURE_OFFICER}
AREAS = ("530921105", "530921105203", "530921", "5309")
PARTS = (
    "李",
    "文",
    "芳",
    "文芳",
    "依古丽",
    "买买提",
    "·",
    "·文",
    "文·",
    "𠮷",
    "𠀁",
    "𠀀𠀁",
    "%",
    "_",
    "_%",
    "阳",
    "ab",
    "b",
    "古丽",
    "国李",
    "没有",
    "李文芳李文芳",
)


@pytest.fixture(scope="module")
def named(cluster: Cluster) -> str:
    make_database("monitoring", cluster, PLACE)
    asyncio.run(_fill(cluster))
    return PLACE


async def _fill(cluster: Cluster) -> None:
    owner = await cluster.connect(PLACE)
    await fill_people(owner, PEOPLE)
    await owner.close()


@pytest.fixture(scope="module")
async def pool(cluster: Cluster, named: str) -> AsyncIterator[Database]:
    async with opened("monitoring", cluster, database=named) as database:
        yield database


@pytest.fixture(scope="module")
async def owner(cluster: Cluster, named: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await cluster.connect(named)
    yield connection
    await connection.close()


def officer(area: str) -> Actor:
    return Actor(id="officer", role=OFFICERS[len(area)], area=area)


async def every_page(area: str, part: str, tx: Transaction) -> list[str]:
    """Turn the pages to the end."""
    found: list[str] = []
    after: Found | None = None
    while True:
        page, last = await search.page(area, PersonName(part), tx, after=after)
        assert len(page) == search.AT_ONCE or last is None
        found += (str(each.person) for each in page)
        if last is None:
            return found
        after = Found.parse(str(last))


async def slowly(owner: asyncpg.Connection, area: str, part: str) -> list[str]:
    """Find the same by looking at everybody."""
    found: list[tuple[str, int, str, str]] = []
    for row in await owner.fetch("SELECT county_code, id, name FROM person WHERE area_code LIKE $1 || '%'", area):
        if start := start_of(row["name"], part):
            key = row["name"][row["name"].index("·") + 1 :] if start == AFTER_POINT else row["name"][start - 1 :]
            found.append((row["county_code"], start, key, str(row["id"])))
    return [person for *_, person in sorted(found)]


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("part", PARTS)
async def test_the_pages_are_what_a_slow_reader_finds_in_the_same_order(area: str, part: str, pool: Database, owner: asyncpg.Connection) -> None:
    async with pool.transaction(officer(area)) as tx:
        found = await every_page(area, part, tx)

    assert found == await slowly(owner, area, part)


async def test_the_parts_that_are_tried_find_somebody_and_more_than_a_page(owner: asyncpg.Connection) -> None:
    counts = {part: len(await slowly(owner, "530921", part)) for part in PARTS}

    assert [part for part, count in counts.items() if not count] == ["没有", "李文芳李文芳"]
    assert sum(count > search.AT_ONCE for count in counts.values()) >= 10


@pytest.mark.parametrize("asked", ["530922", "5309", "53092", "530921105204", "53"])
async def test_nobody_is_found_outside_the_caller_s_area_however_wide_the_question(asked: str, pool: Database, owner: asyncpg.Connection) -> None:
    async with pool.transaction(officer("530921105203")) as tx:
        found, _ = await search.page(asked, PersonName("李"), tx, after=None)

    mine = {str(row["id"]) for row in await owner.fetch("SELECT id FROM person WHERE area_code = '530921105203'")}
    assert {str(each.person) for each in found} <= mine
    assert bool(found) == ("530921105203".startswith(asked))


_RAW = "SELECT id FROM people_named('530921', $1, $2, '李', '杏', 0, NULL)"


@pytest.mark.parametrize(
    ("lo", "hi"), [("530921", "530921:"), ("5309", "5309:"), ("", "~"), ("530921105203", "6"), ("530921105204", "530921105204:")]
)
async def test_the_look_up_itself_asks_that_the_area_is_the_caller_s(lo: str, hi: str, cluster: Cluster, named: str) -> None:
    app = await cluster.connect(named, "monitoring_app")
    try:
        async with app.transaction():
            assert await app.fetch(_RAW, "530921105203", "530921105203:") == [], "no scope, nobody"
            await app.fetch("SELECT scope('530921105203', '530921105203:', '*', 'tests', '')")
            assert await app.fetch(_RAW, lo, hi) == []
            assert await app.fetch(_RAW, "530921105203", "530921105203:") != []
    finally:
        await app.close()


async def test_a_cursor_made_of_somebody_elsewhere_tells_nothing(pool: Database, owner: asyncpg.Connection) -> None:
    strangers = [row["id"] for row in await owner.fetch("SELECT id FROM person WHERE area_code = '530921105204' LIMIT 5")]

    async with pool.transaction(officer("530921105203")) as tx:
        for person in (*strangers, new_id()):
            assert await search.page("530921105203", PersonName("李"), tx, after=Found(county="530921", start=1, person=person)) == ([], None)


async def plan_of(owner: asyncpg.Connection, area: str, part: str, start: int) -> str:
    """Give the plan of the look-up once it is asked often, as its own role follows it: past the policies, from the caller's scope."""
    told = await owner.fetchrow("SELECT prosrc, proargnames[1:7] FROM pg_proc WHERE proname = 'people_named'")
    assert told
    source, names = told
    for n, name in enumerate(names, start=1):
        source = re.sub(rf"\b{name}\b", f"${n}", source)
    after = (
        await owner.fetchval("SELECT id FROM person WHERE area_code LIKE $1 || '%' AND name LIKE $2 || '%' LIMIT 1", area, part) if start else None
    )
    county, last = area[:6], end_of(part)
    person = f"'{after}'" if after else "NULL"
    values = f"'{county}', '{area}', '{area}:', '{part}', '{last}', {start}, {person}"
    async with owner.transaction():
        await owner.execute("SET LOCAL random_page_cost = 1.1")
        await owner.execute(f"SELECT scope('{area}', '{area}:', '*', 'tests', '')")
        await owner.execute(f"PREPARE question (text, text, text, text, text, int, uuid) AS {source}")
        for _ in range(6):
            await owner.execute(f"EXECUTE question ({values})")
        plan = [row[0] for row in await owner.fetch(f"EXPLAIN (COSTS OFF) EXECUTE question ({values})")]
        await owner.execute("DEALLOCATE question")
    return "\n".join(plan)


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("part", ["李", "文", "古丽"])
@pytest.mark.parametrize("area", ["530921105203", "530921105", "530921"])
async def test_each_start_of_a_name_is_read_from_its_own_index_in_order(area: str, part: str, start: int, owner: asyncpg.Connection) -> None:
    plan = await plan_of(owner, area, part, start)

    assert not any(word in plan for word in ("Sort", "Seq Scan", "Bitmap")), plan
    for index in ("ix_person_name", "ix_person_name_2", "ix_person_name_3", "ix_person_name_4", "ix_person_name_point"):
        assert re.search(rf"Index (Only )?Scan using {index} on", plan), plan
    conditions = [line for line in plan.splitlines() if "Index Cond" in line and "ROW" in line]
    assert len(conditions) == 5, plan
    assert all("area_code" in line and "county_code" in line for line in conditions), plan


texts = st.text(st.sampled_from("李文·ab\ud7ff\ue000\uffff𠀀\U0010fffe\U0010ffff") | st.characters(exclude_categories=["Cs"]), max_size=6)


@given(texts.filter(bool), texts)
def test_what_begins_with_a_part_lies_before_its_end_and_nothing_else_does(part: str, other: str) -> None:
    end = end_of(part)

    assert (part <= other and (end is None or other < end)) == other.startswith(part)
    assert part + other >= part
    assert end is None or part + other < end


@given(st.sampled_from(COUNTIES), st.integers(1, 5), st.uuids())
def test_a_cursor_is_read_as_it_was_written(county: str, start: int, person: object) -> None:
    found = Found(county=county, start=start, person=person)  # type: ignore[arg-type]

    assert Found.parse(str(found)) == found


@pytest.mark.parametrize(
    ("name", "part", "start"),
    [
        ("李文芳", "李", 1),
        ("李文芳", "文芳", 2),
        ("李李", "李", 1),
        ("欧阳国李", "李", 4),
        ("阿依古丽·买买提", "买买", 5),
        ("阿依古丽·买买提", "买提", None),
        ("阿·买买提", "买", 3),
        ("李文芳", "_", None),
        ("𠮷野", "野", 2),
    ],
)
def test_a_part_begins_with_one_of_the_first_four_characters_or_behind_the_point(name: str, part: str, start: int | None) -> None:
    assert start_of(name, part) == start

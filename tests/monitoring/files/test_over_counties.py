"""A file of the prefecture's reaches over several counties: each is loaded by itself, and one that is to be taken whole is of one county."""

import asyncpg

from shared.service.jobs import imports
from tests.builders.files import rows_of
from tests.builders.people import a_household
from tests.builders.places import OTHER_COUNTY, QUIET
from tests.builders.story import done, refused
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import HOME, county, prefecture
from tests.monitoring.files.conftest import Files, counts

PLACES = (HOME, OTHER_COUNTY, QUIET)
_PEOPLE = "SELECT count(*) FROM person_directory"
_PARTS = "SELECT county_code, total, created, refused FROM job_part WHERE id = $1 ORDER BY 1"


async def test_the_rows_of_several_counties_are_loaded_county_by_county(files: Files, admin: asyncpg.Connection) -> None:
    households = [a_household(village=PLACES[n % 3], members=2) for n in range(9)]
    rows = [row for household in households for row in rows_of(household)]
    rows[2]["people"] = 7

    job = await files.sent(prefecture(), rows)

    assert counts(job) == ("done", {"created": 16, "refused": 2})
    parts = [tuple(row) for row in await admin.fetch(_PARTS, job["id"])]
    assert parts == [("530902", 6, 6, 0), ("530921", 6, 4, 2), ("530927", 6, 6, 0)]
    found = await files.rows(prefecture(), job["id"])
    assert [row["row"] for row in found] == list(range(2, 20))
    assert [row["row"] for row in found if row["outcome"] == "refused"] == [4, 5]
    for place, row in ((HOME, rows[0]), (QUIET, rows[4])):
        search = await files.call(county(area=place[:6])).post("/v1/households/search", {"id_number": row["id_number"]})
        assert [each["area"] for each in done(search)["items"]] == [place]
    assert refused(await files.call(county()).get(f"/v1/jobs/{job['id']}"))[0] == 404


async def test_the_same_file_of_several_counties_again_changes_nothing(files: Files) -> None:
    rows = [row for place in PLACES for row in rows_of(a_household(village=place, members=2))]

    await files.sent(prefecture(), rows)

    assert counts(await files.sent(prefecture(), rows)) == ("done", {"unchanged": 6})


async def test_a_file_of_several_counties_is_not_taken_whole(files: Files, admin: asyncpg.Connection) -> None:
    rows = [row for place in PLACES[:2] for row in rows_of(a_household(village=place, members=1))]
    before = await count_of(admin, _PEOPLE)

    several = await files.sent(prefecture(), rows, atomic="all")
    one = await files.sent(prefecture(), rows[:1], atomic="all")

    assert (several["state"], several["problem"]["code"], several["created"]) == ("failed", imports.SeveralCounties.__name__, 0)
    assert counts(one) == ("done", {"created": 1})
    assert await count_of(admin, _PEOPLE) == before + 1


async def test_two_counties_may_number_a_household_alike_and_each_is_itself(files: Files, admin: asyncpg.Connection) -> None:
    rows = [row for place in PLACES[:2] for row in rows_of(a_household(village=place, members=2), number="0001")]

    job = await files.sent(prefecture(), rows)

    assert counts(job) == ("done", {"created": 4}), await files.faults(prefecture(), job["id"])
    ids = await admin.fetch("SELECT id FROM household WHERE number = '0001'")
    assert len({row["id"] for row in ids}) == 2
    subjects = [row["subject_id"] for row in await files.rows(prefecture(), job["id"])]
    assert (subjects[0], subjects[2]) == (subjects[1], subjects[3])
    assert subjects[0] != subjects[2]


async def test_a_person_in_two_counties_of_one_file_is_refused_in_both(files: Files) -> None:
    rows = [rows_of(a_household(village=place, members=1))[0] for place in PLACES[:2]]
    rows[1]["id_number"] = rows[0]["id_number"]

    job = await files.sent(prefecture(), rows)

    assert await files.faults(prefecture(), job["id"]) == {(2, "id_number", "twice_in_file"), (3, "id_number", "twice_in_file")}

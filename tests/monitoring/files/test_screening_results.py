"""What a round's visits found comes in as a file: each household once, trouble as leads, and what is wrong by row and column."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from shared.kernel.ids import new_id
from tests.builders.files import Row
from tests.builders.people import a_household
from tests.builders.places import NO_VILLAGE
from tests.builders.rounds import a_round, a_visit, trouble
from tests.builders.story import done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import county, prefecture, township, village
from tests.monitoring.files.conftest import Files, counts

PLACE = "530922107"
ONE, TWO = PLACE + "201", PLACE + "202"
OFFICE = township("office", PLACE)
KIND = "screening_results"


async def households(files: Files, count: int, *, at: str = ONE, **changes: Any) -> list[tuple[str, str]]:
    """Register households; give their ids and numbers."""
    found: list[tuple[str, str]] = []
    for _ in range(count):
        number = new_id().hex
        household = a_household(village=at, members=1, number=number, **changes)
        found.append((done(await files.call(village("v-" + at, at)).post("/v1/households", household))["id"], number))
    return found


async def opened(files: Files, by: Any = OFFICE, **changes: Any) -> str:
    round_id = done(await files.call(by).post("/v1/screening-rounds", a_round(**{"area": PLACE, **changes})))["id"]
    await files.work()
    return round_id


def a_row(round_id: str, number: str, **changes: Any) -> Row:
    return {"round": round_id, "village": ONE, "household_number": number, "visited_on": "2021-09-21", "result": "未发现困难", **changes}


def in_trouble(round_id: str, number: str, **changes: Any) -> Row:
    return a_row(round_id, number, **{"result": "发现困难", "hardship": "住房", "note": "房屋漏雨严重", **changes})


async def place_of(files: Files, round_id: str, household_id: str, status: str = "screened") -> dict[str, Any]:
    page = done(await files.call(OFFICE).get(f"/v1/screening-rounds/{round_id}/households", status=status, size=200))
    return next(each for each in page["items"] if each["household_id"] == household_id)


async def test_each_row_is_a_visit_and_trouble_a_lead_like_that_of_a_visit(files: Files, admin: asyncpg.Connection) -> None:
    (well, well_number), (ill, ill_number), (by_hand, _) = await households(files, 3)
    round_id = await opened(files)

    job = await files.sent(OFFICE, [a_row(round_id, well_number), in_trouble(round_id, ill_number)], kind=KIND)
    path = f"/v1/screening-rounds/{round_id}/households/{by_hand}/visit"
    visit = trouble(visited_at="2021-09-21T00:00:00+08:00", hardships=["house"], note="房屋漏雨严重")
    other = done(await files.call(OFFICE).post(path, visit, seen=1))

    assert counts(job) == ("done", {"updated": 2}), await files.faults(OFFICE, job["id"])
    assert ((await place_of(files, round_id, well))["result"], (await place_of(files, round_id, well))["lead_id"]) == ("nothing", None)
    screened = await place_of(files, round_id, ill)
    leads = [done(await files.call(OFFICE).get(f"/v1/leads/{each}")) for each in (screened["lead_id"], other["lead_id"])]
    same = ("area", "channel", "grade", "hardships", "note", "heard_at", "due_at", "step_limit", "total_limit", "status", "source", "source_number")
    assert {name: leads[0][name] for name in same} == {name: leads[1][name] for name in same}
    assert (leads[0]["household_id"], leads[0]["grade"], screened["visited_at"]) == (ill, "red", "2021-09-20T16:00:00Z")
    limits = [tuple(await admin.fetchrow("SELECT step_due_at, step_day_kind FROM lead WHERE id = $1", each["id"]) or ()) for each in leads]
    assert limits[0] == limits[1]
    assert None not in limits[0]
    kept = await admin.fetch("SELECT to_jsonb(s)::text AS row FROM screening_household s WHERE round_id = $1", round_id)
    assert not any("房屋漏雨" in row["row"] for row in kept)


async def test_the_same_file_again_changes_nothing_and_another_result_is_refused(files: Files, admin: asyncpg.Connection) -> None:
    (_, one), (_, two) = await households(files, 2)
    round_id = await opened(files)
    rows = [in_trouble(round_id, one), a_row(round_id, two)]
    await files.sent(OFFICE, rows, kind=KIND)
    before = await admin.fetchval("SELECT count(*) FROM lead WHERE area_code = $1", ONE)

    again = await files.sent(OFFICE, rows, kind=KIND)
    other = await files.sent(OFFICE, [a_row(round_id, one), in_trouble(round_id, two)], kind=KIND)

    assert counts(again) == ("done", {"unchanged": 2})
    assert counts(other) == ("done", {"refused": 2})
    assert await files.faults(OFFICE, other["id"]) == {(2, "household_number", "screened_already"), (3, "household_number", "screened_already")}
    assert await admin.fetchval("SELECT count(*) FROM lead WHERE area_code = $1", ONE) == before


async def test_what_is_wrong_is_said_by_row_and_column_and_the_rest_is_taken(files: Files, admin: asyncpg.Connection) -> None:
    numbers = [number for _, number in await households(files, 8)]
    (gone_id, gone), (_, beside) = (await households(files, 1))[0], (await households(files, 1, at=TWO))[0]
    round_id, closed = await opened(files), await opened(files)
    (_, late) = (await households(files, 1))[0]
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone_id)
    done(await files.call(OFFICE).post(f"/v1/screening-rounds/{closed}/closure", None, seen=1))
    rows = [
        a_row(round_id, numbers[0]),
        a_row(str(new_id()), numbers[1]),
        a_row(closed, numbers[2]),
        a_row(round_id, "nobody"),
        a_row(round_id, beside),
        a_row(round_id, late),
        in_trouble(round_id, gone),
        a_row(round_id, numbers[3], visited_on="2021-09-19"),
        a_row(round_id, numbers[4], visited_on="2021-09-23"),
        in_trouble(round_id, numbers[5], hardship=""),
        a_row(round_id, numbers[6], hardship="住房"),
        a_row(round_id, numbers[7], village=NO_VILLAGE),
        a_row(round_id, numbers[7], result="也许"),
    ]

    job = await files.sent(OFFICE, rows, kind=KIND)
    await files.work()

    assert counts(job) == ("done", {"updated": 1, "refused": 12})
    assert await files.faults(OFFICE, job["id"]) == {
        (3, "round", "no_such_round"),
        (4, "round", "round_closed"),
        (5, "household_number", "not_in_round"),
        (6, "household_number", "not_in_round"),
        (7, "household_number", "not_in_round"),
        (8, "household_number", "household_gone"),
        (9, "visited_on", "visit_before_round"),
        (10, "visited_on", "visit_ahead"),
        (11, "hardship", "trouble_unnamed"),
        (12, "hardship", "trouble_unnamed"),
        (13, "village", "outside_area"),
        (14, "result", "choice"),
    }


async def test_one_household_twice_in_a_file_is_refused_both_times_but_may_be_in_two_rounds(files: Files) -> None:
    (_, one), (_, two) = await households(files, 2)
    first, second = await opened(files), await opened(files)

    job = await files.sent(OFFICE, [a_row(first, one), a_row(first, two), in_trouble(first, one), a_row(second, one)], kind=KIND)

    assert counts(job) == ("done", {"updated": 2, "refused": 2})
    assert await files.faults(OFFICE, job["id"]) == {(2, "household_number", "household_twice"), (4, "household_number", "household_twice")}


async def test_trouble_found_too_long_ago_is_refused_and_a_visit_without_is_not(files: Files, set_clock: SetClock, september: Any) -> None:
    (_, one), (_, two) = await households(files, 2)
    round_id = await opened(files)
    await set_clock(september + timedelta(days=40))

    job = await files.sent(OFFICE, [in_trouble(round_id, one), a_row(round_id, two)], kind=KIND)

    assert await files.faults(OFFICE, job["id"]) == {(2, "visited_on", "visit_too_long_ago")}
    assert counts(job) == ("done", {"updated": 1, "refused": 1})


async def test_a_round_of_the_prefecture_takes_the_results_of_a_village(files: Files) -> None:
    (household_id, number) = (await households(files, 1))[0]
    round_id = await opened(files, prefecture(), area="5309")

    job = await files.sent(village("cadre", ONE), [in_trouble(round_id, number)], kind=KIND)

    assert counts(job) == ("done", {"updated": 1})
    assert (await place_of(files, round_id, household_id))["result"] == "trouble"


async def test_a_file_that_is_only_checked_visits_nobody_until_it_is_committed(files: Files) -> None:
    (household_id, number) = (await households(files, 1))[0]
    round_id = await opened(files)

    checked = await files.sent(OFFICE, [in_trouble(round_id, number)], kind=KIND, mode="validate")
    before = await place_of(files, round_id, household_id, "to_screen")
    done(await files.call(OFFICE).post(f"/v1/jobs/{checked['id']}/commit", None, seen=checked["version"]))
    await files.work()

    assert (checked["state"], checked["updated"], before["version"]) == ("validated", 1, 1)
    assert (await place_of(files, round_id, household_id))["version"] == 2


async def test_a_file_and_a_visit_at_once_make_one_lead(files: Files, admin: asyncpg.Connection) -> None:
    (household_id, number) = (await households(files, 1))[0]
    round_id = await opened(files)
    path = f"/v1/screening-rounds/{round_id}/households/{household_id}/visit"

    await asyncio.gather(
        files.sent(OFFICE, [in_trouble(round_id, number)], kind=KIND),
        *(files.call(OFFICE).post(path, visit, seen=1) for visit in (trouble(), a_visit(), trouble())),
    )

    assert await count_of(admin, "SELECT count(*) FROM lead WHERE household_id = $1", household_id) <= 1
    assert (await place_of(files, round_id, household_id))["version"] == 2


@pytest.mark.parametrize("by", [county("desk", PLACE[:6]), prefecture()])
async def test_results_are_sent_by_those_who_visit(by: Any, files: Files) -> None:
    assert refused(await files.send(by, [a_row(str(new_id()), "1")], kind=KIND))[:2] == (403, "NotYourKind")

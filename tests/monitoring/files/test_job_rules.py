"""Jobs are committed and cancelled by whom they belong to; what was done before a cancellation stands, and nothing more is done after it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Actor, Department
from shared.service.jobs import imports
from tests.builders.files import Row, a_list_row, rows_of, some_rows
from tests.builders.people import a_household
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.story import done, refused
from tests.fixtures.platform import Cluster
from tests.fixtures.tokens import county, department_user, township, village
from tests.fixtures.waiting import until
from tests.monitoring.files.conftest import Files, counts

_CHANGED = "SELECT count(*) FROM household WHERE number > $1 AND version > 1"  # numbers are drawn in the order of time
ACTS = ("commit", "cancellation")


async def act(files: Files, by: Actor, what: str, job: dict[str, Any], *, seen: int | None = None) -> tuple[int, str]:
    answer = await files.call(by).post(f"/v1/jobs/{job['id']}/{what}", None, seen=seen or job["version"])
    return (answer.status_code, answer.json()["state"]) if answer.is_success else refused(answer)[:2]


@pytest.fixture
async def validated(files: Files) -> dict[str, Any]:
    return await files.sent(township(), some_rows(households=1), mode="validate")


@pytest.mark.parametrize("what", ACTS)
async def test_a_job_is_no_business_of_somebody_else_and_unknown_outside_its_area(what: str, validated: dict[str, Any], files: Files) -> None:
    assert await act(files, township("colleague"), what, validated) == (403, "NotYourJob")
    assert await act(files, county(), what, validated) == (403, "NotYourJob")
    for stranger in (village(), village("next", NEXT_VILLAGE), county("stranger", OTHER_COUNTY[:6])):
        assert await act(files, stranger, what, validated) == (404, "NotFound")
    assert (await files.job(township(), validated["id"]))["state"] == "validated"


@pytest.mark.parametrize("what", ACTS)
async def test_a_department_s_job_is_its_own(what: str, files: Files) -> None:
    sender, colleague = department_user(), department_user("colleague")
    job = await files.sent(sender, [a_list_row("medical_insurance_list")], kind="medical_insurance_list", mode="validate")

    assert await act(files, department_user(department=Department.WATER), what, job) == (404, "NotFound")
    assert await act(files, county("other"), what, job) == (403, "NotYourJob")
    assert (await act(files, colleague, what, job))[0] in {200, 202}


@pytest.mark.parametrize("what", ACTS)
async def test_who_saw_an_older_version_hears_that(what: str, validated: dict[str, Any], files: Files) -> None:
    assert await act(files, township(), what, validated, seen=validated["version"] - 1) == (412, "Stale")


async def test_a_job_is_committed_once_and_only_when_it_was_validated(validated: dict[str, Any], files: Files) -> None:
    assert await act(files, township(), "commit", validated) == (202, "queued")
    queued = await files.job(township(), validated["id"])
    assert await act(files, township(), "commit", queued) == (409, "NotValidated")
    await files.work()

    over = await files.job(township(), validated["id"])
    assert counts(over) == ("done", {"created": 4})
    assert await act(files, township(), "commit", over) == (409, "NotValidated")


async def test_a_job_is_cancelled_once_and_only_while_it_is_not_over(validated: dict[str, Any], files: Files) -> None:
    finished = await files.sent(township(), some_rows(households=1))

    assert await act(files, township(), "cancellation", validated) == (200, "cancelled")
    cancelled = await files.job(township(), validated["id"])
    assert await act(files, township(), "cancellation", cancelled) == (409, "JobOver")
    assert await act(files, township(), "commit", cancelled) == (409, "NotValidated")
    assert await act(files, township(), "cancellation", finished) == (409, "JobOver")


async def test_a_file_that_is_taken_whole_is_not_committed_with_rows_at_fault(files: Files) -> None:
    rows = some_rows(households=1)
    rows[1]["people"] = 9
    job = await files.sent(township(), rows, mode="validate", atomic="all")

    assert await act(files, township(), "commit", job) == (409, "RowsAtFault")


async def test_a_job_that_was_cancelled_while_it_waited_is_never_taken_up(files: Files, admin: asyncpg.Connection) -> None:
    people = await admin.fetchval("SELECT count(*) FROM person_directory")
    job = done(await files.send(township(), some_rows(households=1)))

    assert await act(files, township(), "cancellation", job) == (200, "cancelled")
    assert await files.runner.do_one() is False
    assert counts(await files.job(township(), job["id"])) == ("cancelled", {})
    assert await admin.fetchval("SELECT count(*) FROM person_directory") == people


Halted = Callable[[list[Row]], Awaitable[tuple[dict[str, Any], "asyncio.Task[bool]", Callable[[], Awaitable[None]]]]]


@pytest.fixture
async def halted(files: Files, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Halted]:
    """Let a job come to a stop before its last household, which others hold, when all others are through; give the job, its runner, and a way on."""
    monkeypatch.setattr(imports, "ROWS_AT_ONCE", 4)
    holding = await cluster.connect("monitoring")
    working: list[asyncio.Task[bool]] = []

    async def halt(rows: list[Row], **options: Any) -> Any:
        last = rows_of(a_household())
        await files.sent(township(), last)
        last[0]["wage_income"] = "1.00"
        await holding.execute("BEGIN")
        await holding.execute("SELECT FROM household WHERE number = $1 FOR UPDATE", last[0]["household_number"])
        job_id = done(await files.send(township(), [*rows, *last], **options))["id"]
        working.append(asyncio.create_task(files.runner.do_one()))

        async def is_there() -> bool:
            job = await files.job(township(), job_id)
            return job["created"] == len(rows)

        await until(is_there)
        return await files.job(township(), job_id), working[0], lambda: holding.execute("ROLLBACK")

    yield halt
    await holding.close()
    await asyncio.gather(*working, return_exceptions=True)


async def test_what_was_done_before_a_cancellation_stands_in_rows_and_counts_and_the_rest_is_untouched(
    halted: Halted, files: Files, admin: asyncpg.Connection
) -> None:
    rows = some_rows(households=3)
    job, working, let_go = await halted(rows)

    assert await act(files, township(), "cancellation", job) == (200, "cancelled")
    await let_go()
    await working

    after = await files.job(township(), job["id"])
    assert counts(after) == ("cancelled", {"created": 12})
    assert [row["outcome"] for row in await files.rows(township(), job["id"])] == ["created"] * 12
    numbers = [row["household_number"] for row in rows]
    assert await admin.fetchval("SELECT count(*) FROM household WHERE number = ANY($1)", numbers) == 3
    assert await admin.fetchval(_CHANGED, max(row["household_number"] for row in rows)) == 0
    assert await files.runner.do_one() is False


async def test_a_runner_that_is_stopped_leaves_its_job_to_the_next_at_once(halted: Halted, files: Files) -> None:
    job, working, let_go = await halted(some_rows(households=2))

    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await let_go()

    assert await files.runner.do_one() is True
    assert counts(await files.job(township(), job["id"])) == ("done", {"created": 8, "updated": 1, "unchanged": 3})

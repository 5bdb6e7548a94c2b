"""Many flags taken back as one job: those entered in error, and those whose households are gone."""

import asyncpg
import pytest

from tests.builders.story import Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import county
from tests.monitoring.decisions.conftest import DOCUMENT, Bulk, approvals, reviewed

_ANNOUNCED = "SELECT count(*) FROM outbox WHERE entity_id = ANY($1::text[]::uuid[]) AND type LIKE '%cleared%'"


@pytest.mark.parametrize(("reason", "status"), [("entered_in_error", "normal"), ("moved_away", "gone")])
async def test_many_flags_are_taken_back_each_once(
    reason: str, status: str, way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection
) -> None:
    later, cases = await reviewed(way, set_clock, 2)
    await bulk.asked(approvals(cases))
    flags = [done(await later.call(county()).get(f"/v1/cases/{case_id}"))["flag_id"] for case_id, _ in cases]
    households = [done(await later.call(county()).get(f"/v1/cases/{case_id}"))["household_id"] for case_id, _ in cases]
    waiting = await later.lead(households[0])
    done(await later.verification(waiting, outcome="confirmed", risks=["07"]))
    items = [{"flag_id": flag, "version": 1} for flag in flags]

    body = {"reason": reason, "opinion": "经查系错录", "document_number": DOCUMENT, "items": items}
    job = await bulk.asked(body, path="risk-flag-withdrawals")
    again = await bulk.asked(body, path="risk-flag-withdrawals")

    assert (job["state"], job["updated"], again["refused"]) == ("done", 2, 2)
    assert await bulk.results(again["id"]) == [("refused", "Stale")] * 2
    assert [done(await later.call(county()).get(f"/v1/households/{each}"))["status"] for each in households] == [status] * 2
    assert await count_of(admin, _ANNOUNCED, flags) == 2

"""A clock that stands while others have to act first: nothing is said meanwhile, and afterwards as many days are left as before."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.usecases.deadlines import end_pauses
from shared.database.transaction import Database
from shared.kernel.ids import new_id
from tests.builders.people import proof
from tests.builders.places import STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.deadlines.conftest import Said, Sweep, a_pause, on

PAUSES = "SELECT * FROM pause WHERE subject_id = $1 ORDER BY began_at"


async def paused_lead(way: Way, **changes: Any) -> dict[str, Any]:
    lead = await way.lead(await way.household())
    return done(await way.call(village()).post(f"/v1/leads/{lead['id']}/pause", a_pause(**changes), seen=1))


async def shown(way: Way, path: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/{path}"))


async def test_while_the_clock_stands_nothing_is_said_and_afterwards_the_limits_have_moved(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    paused = await paused_lead(await on(way, "2021-09-23", set_clock))
    before = await shown(way, f"leads/{paused['id']}")

    await on(way, "2021-10-12", set_clock)
    await sweep()
    meanwhile = await shown(way, f"leads/{paused['id']}")
    said_meanwhile = await said(paused["id"])
    resumed = done(await way.call(township()).post(f"/v1/leads/{paused['id']}/resumption", None, seen=2))
    after = await shown(way, f"leads/{paused['id']}")

    assert (paused["version"], paused["ends_by"]) == (2, "2021-10-23T16:00:00Z")
    assert before["step_limit"] | {"due_at": ""} == {
        **{"step": "verification", "due_at": "", "day_kind": "calendar", "days_left": 7, "calendar_days_left": 7, "paused_days": 0}
    }
    assert (before["step_limit"]["due_at"], before["due_at"]) == ("2021-09-30T16:00:00Z", "2021-10-08T16:00:00Z")
    assert meanwhile["pause"] == {"waiting_on": "department", "began_at": before["paused_at"], "ends_by": paused["ends_by"]}
    assert (meanwhile["step_limit"], meanwhile["total_limit"]) == (before["step_limit"], before["total_limit"])
    assert said_meanwhile == []
    assert (resumed["days"], resumed["step_days"], resumed["version"], resumed["status"]) == (19, 19, 3, "registered")
    assert (resumed["step_due_at"], resumed["due_at"]) == ("2021-10-19T16:00:00Z", "2021-10-27T16:00:00Z")
    assert (after["pause"], after["paused_at"]) == (None, None)
    assert (after["step_limit"]["days_left"], after["step_limit"]["paused_days"], after["total_limit"]["paused_days"]) == (7, 19, 19)
    [row] = await admin.fetch(PAUSES, paused["id"])
    assert (row["ending"], row["ended_by"], row["days"], row["step_days"], row["step"]) == ("resumed", "township", 19, 19, "verification")


async def test_the_days_of_a_pause_are_those_of_each_limit(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish(HOME[:6], "lead.verification.day_kind", "workday")
    paused = await paused_lead(await on(way, "2021-09-24", set_clock))  # seven working days end with Saturday 9 October
    before = await shown(way, f"leads/{paused['id']}")

    await on(way, "2021-10-08", set_clock)
    resumed = done(await way.call(village()).post(f"/v1/leads/{paused['id']}/resumption", None, seen=2))
    after = await shown(way, f"leads/{paused['id']}")

    assert (before["step_limit"]["due_at"], before["step_limit"]["days_left"], before["step_limit"]["calendar_days_left"]) == (
        *("2021-10-09T16:00:00Z", 7, 15),
    )
    assert (resumed["step_days"], resumed["days"]) == (6, 14)  # 26 to 30 September, 8 October
    assert (after["step_limit"]["due_at"], after["step_limit"]["days_left"], after["step_limit"]["day_kind"]) == (
        *("2021-10-18T16:00:00Z", 7, "workday"),
    )


async def test_where_the_law_says_so_the_whole_is_not_extended(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish(HOME[:6], "identification.pause.extends_total", "no")
    paused = await paused_lead(way)

    await on(way, "2021-10-05", set_clock)
    resumed = done(await way.call(village()).post(f"/v1/leads/{paused['id']}/resumption", None, seen=2))

    assert (resumed["days"], resumed["step_days"]) == (0, 13)
    assert resumed["step_due_at"] == resumed["due_at"] == "2021-10-08T16:00:00Z"


async def test_what_is_said_of_the_old_limit_falls_away_and_of_the_new_it_is_said_again(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said
) -> None:
    lead = await way.lead(await way.household())
    await on(way, "2021-09-28", set_clock)
    await sweep()
    warned = await said(lead["id"])
    done(await way.call(village()).post(f"/v1/leads/{lead['id']}/pause", a_pause(), seen=1))
    await sweep()
    while_standing = await said(lead["id"])
    await on(way, "2021-10-14", set_clock)
    done(await way.call(village()).post(f"/v1/leads/{lead['id']}/resumption", None, seen=2))

    await sweep()  # one day is left, as before

    assert warned == [("warning", "village", "open")]
    assert while_standing == [("warning", "village", "over")]
    assert await said(lead["id"]) == [("warning", "village", "over"), ("warning", "village", "open")]


async def test_a_step_that_was_late_when_its_clock_stopped_is_late_afterwards_and_nobody_is_told_twice(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said
) -> None:
    lead = await way.lead(await way.household())
    await on(way, "2021-10-02", set_clock)
    await sweep()
    told = await said(lead["id"])
    done(await way.call(village()).post(f"/v1/leads/{lead['id']}/pause", a_pause(), seen=1))
    await on(way, "2021-10-20", set_clock)
    await sweep()
    while_standing = await said(lead["id"])
    done(await way.call(village()).post(f"/v1/leads/{lead['id']}/resumption", None, seen=2))
    await sweep()
    resumed = await said(lead["id"])
    await on(way, "2021-10-28", set_clock)

    await sweep()

    assert told == while_standing == resumed == [("overdue", "village", "open"), ("overdue", "township", "open")]
    assert await said(lead["id"]) == [("overdue", level, "open") for level in Level]


async def test_an_act_on_what_stands_ends_the_pause(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    paused = await paused_lead(way)
    later = await on(way, "2021-09-25", set_clock)

    confirmed = await later.confirmed({"id": paused["id"], "version": 2}, "06")
    case = await shown(way, f"cases/{confirmed['case_id']}")

    [row] = await admin.fetch(PAUSES, paused["id"])
    assert (row["ending"], row["days"], row["ended_by"]) == ("acted", 3, later.officials.village.id)
    assert confirmed["version"] == 4
    assert case["due_at"] == "2021-10-11T16:00:00Z"  # the lead's 8 October and three days
    assert (case["step_limit"]["step"], case["step_limit"]["due_at"]) == ("village_appraisal", "2021-09-26T16:00:00Z")


async def test_a_case_is_paused_step_by_step_and_its_next_act_goes_on(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    case_id = await way.case("06")
    paused = done(await way.call(village()).post(f"/v1/cases/{case_id}/pause", a_pause(waiting_on="household"), seen=1))
    later = await on(way, "2021-09-24", set_clock)

    done(await later.appraisal(case_id))
    case = await shown(way, f"cases/{case_id}")

    assert (paused["status"], paused["version"]) == ("opened", 2)
    assert (case["status"], case["version"], case["paused_at"], case["due_at"]) == ("appraised", 4, None, "2021-10-11T16:00:00Z")
    assert (case["step_limit"]["due_at"], case["step_limit"]["paused_days"], case["total_limit"]["paused_days"]) == ("2021-09-24T16:00:00Z", 0, 2)
    assert [row["ending"] for row in await admin.fetch(PAUSES, case_id)] == ["acted"]


async def test_a_household_that_is_gone_ends_the_pause_of_its_case_too(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    first = (await way.confirmed(await way.lead(household_id), "06"))["case_id"]
    later, flag_id = await way.flagged(first, set_clock)
    second = (await later.confirmed(await later.lead(household_id), "07"))["case_id"]
    done(await way.call(village()).post(f"/v1/cases/{second}/pause", a_pause(), seen=1))

    done(await later.withdrawal(flag_id, reason="household_gone"))

    assert (await shown(way, f"cases/{second}"))["status"] == "cancelled"
    assert [row["ending"] for row in await admin.fetch(PAUSES, second)] == ["acted"]


async def test_the_period_of_a_notice_is_neither_paused_nor_shortened(way: Way, set_clock: SetClock) -> None:
    case_id = await way.noticed("06")
    pause = f"/v1/cases/{case_id}/pause"

    running = await way.call(village()).post(pause, a_pause(), seen=3)
    later = await way.after_notice(set_clock)
    over = await later.call(village()).post(pause, a_pause(), seen=3)
    done(await later.removal(case_id))

    assert refused(running) == (409, "NoticeRuns", [])
    assert over.status_code == 200
    assert (await shown(way, f"cases/{case_id}"))["notice_ends_at"] == "2021-09-27T16:00:00Z"


async def test_a_pause_that_ran_out_is_ended_and_two_levels_hear_of_it(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    paused = await paused_lead(await on(way, "2021-09-23", set_clock))

    await on(way, "2021-10-23T23:59:00", set_clock)
    await sweep()
    standing = await said(paused["id"])
    await on(way, "2021-10-27", set_clock)
    await sweep()
    lead = await shown(way, f"leads/{paused['id']}")

    [row] = await admin.fetch(PAUSES, paused["id"])
    assert standing == []
    assert (row["ending"], row["ended_by"], row["days"], row["ended_at"].isoformat()) == (
        *("ran_out", "service:monitoring", 30, "2021-10-23T15:59:59.999999+00:00"),  # as if somebody had looked then
    )
    assert (lead["paused_at"], lead["version"], lead["step_limit"]["due_at"]) == (None, 3, "2021-11-01T16:00:00Z")
    assert sorted(await said(paused["id"])) == [("pause_over", "township", "open"), ("pause_over", "village", "open")]


async def test_the_longest_pause_is_the_law_s(way: Way, set_clock: SetClock, sweep: Sweep, said: Said, publish: Publish) -> None:
    await publish(HOME[:6], "pause.max_days", "3")
    case_id = await way.noticed("06")
    later = await way.after_notice(set_clock)  # 3 October
    await later.reviewed(case_id)
    done(await later.call(county()).post(f"/v1/cases/{case_id}/pause", a_pause(waiting_on="other_county"), seen=5))

    await on(later, "2021-10-07", set_clock)
    await sweep()

    assert await said(case_id, kind="pause_over") == [("pause_over", "county", "open")]


async def test_many_pauses_that_ran_out_are_ended_by_two_sweepers_once_each(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end_pauses, "AT_ONCE", 3)
    paused = [await paused_lead(way) for _ in range(7)]

    await on(way, "2021-11-30", set_clock)
    for _ in range(4):
        await asyncio.gather(sweep(HOME[:6]), sweep(HOME[:6]), sweep(HOME[:6]))

    for each in paused:
        assert [row["ending"] for row in await admin.fetch(PAUSES, each["id"])] == ["ran_out"]
        assert sorted(await said(each["id"], kind="pause_over")) == [("pause_over", level, "open") for level in ("township", "village")]
        assert (await shown(way, f"leads/{each['id']}"))["version"] == 3


async def test_a_pause_whose_calendar_is_missing_waits_and_holds_up_no_other(
    way: Way, set_clock: SetClock, sweep: Sweep, said: Said, admin: asyncpg.Connection
) -> None:
    late = await on(way, "2026-11-20", set_clock)
    stuck = await late.lead(await late.household())
    await admin.execute("UPDATE lead SET due_at = due_at + interval '30 days' WHERE id = $1", stuck["id"])  # moved again it ends in 2027
    done(await late.call(village()).post(f"/v1/leads/{stuck['id']}/pause", a_pause(), seen=1))
    fine = await paused_lead(late)
    await admin.execute("UPDATE lead SET due_at = registered_at + interval '3 days' WHERE id = $1", fine["id"])

    await on(late, "2026-12-22", set_clock)
    resumption = await late.call(village()).post(f"/v1/leads/{stuck['id']}/resumption", None, seen=2)
    await sweep(HOME[:6])

    try:
        assert refused(resumption) == (409, "CalendarMissing", [])
        assert [[row["ending"] for row in await admin.fetch(PAUSES, each["id"])] for each in (stuck, fine)] == [[None], ["ran_out"]]
    finally:
        await admin.execute("UPDATE lead SET due_at = registered_at WHERE id = $1", stuck["id"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"waiting_on": "weather"}, "body.waiting_on"),
        ({"reason": ""}, "body.reason"),
        ({"evidence": []}, "body.evidence"),
        ({"until": "2021-10-01"}, "body.until"),
    ],
)
async def test_an_unfit_pause_is_refused_by_field(change: dict[str, Any], field: str, way: Way) -> None:
    lead = await way.lead(await way.household())

    assert refused(await way.call(village()).post(f"/v1/leads/{lead['id']}/pause", a_pause(**change), seen=1)) == (422, "Malformed", [field])


async def test_what_stands_is_not_paused_and_what_runs_is_not_resumed(way: Way) -> None:
    lead, case_id = await way.lead(await way.household()), await way.case("06")

    for path in (f"/v1/leads/{lead['id']}", f"/v1/cases/{case_id}"):
        running = await way.call(village()).post(f"{path}/resumption", None, seen=1)
        done(await way.call(village()).post(f"{path}/pause", a_pause(), seen=1))
        again = await way.call(village()).post(f"{path}/pause", a_pause(), seen=2)
        stale = [await way.call(village()).post(f"{path}/{act}", body, seen=1) for act, body in (("pause", a_pause()), ("resumption", None))]
        unseen = [await way.call(village()).post(f"{path}/{act}", body) for act, body in (("pause", a_pause()), ("resumption", None))]

        assert refused(running) == (409, "NotPaused", [])
        assert refused(again) == (409, "PausedAlready", [])
        assert [refused(each) for each in stale] == [(412, "Stale", ["header.if-match"])] * 2
        assert [refused(each) for each in unseen] == [(428, "VersionMissing", ["header.if-match"])] * 2


async def test_what_is_decided_has_no_clock(way: Way, set_clock: SetClock) -> None:
    lead = await way.lead(await way.household())
    done(await way.verification(lead, outcome="dismissed", reason="情况不实"))
    case_id = await way.case("06")
    done(await way.appraisal(case_id, in_favour=2))

    assert refused(await way.call(village()).post(f"/v1/leads/{lead['id']}/pause", a_pause(), seen=2)) == (409, "Conflict", [])
    assert refused(await way.call(village()).post(f"/v1/cases/{case_id}/pause", a_pause(), seen=2)) == (409, "Conflict", [])
    assert (await shown(way, f"leads/{lead['id']}"))["step_limit"] is None
    decided = await shown(way, f"cases/{case_id}")
    assert (decided["step_limit"], decided["total_limit"], decided["days_left"]) == (None, None, None)


async def test_a_step_is_paused_by_whose_it_is(way: Way, set_clock: SetClock) -> None:
    lead, case_id = await way.lead(await way.household()), await way.noticed("06")
    later = await way.after_notice(set_clock)
    done(await later.removal(case_id))

    for official in (county(), prefecture(), auditor(), citizen()):
        assert refused(await way.call(official).post(f"/v1/leads/{lead['id']}/pause", a_pause(), seen=1)) == (403, "Forbidden", [])
    for official in (village(), county()):
        assert refused(await way.call(official).post(f"/v1/cases/{case_id}/pause", a_pause(), seen=4)) == (403, "NotYourStep", [])
    done(await way.call(township()).post(f"/v1/cases/{case_id}/pause", a_pause(), seen=4))
    assert (await way.call(county()).post(f"/v1/cases/{case_id}/resumption", None, seen=5)).status_code == 200


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_of_another_area_nothing_is_paused(stranger: Any, way: Way) -> None:
    paused = await paused_lead(way)
    stranger_may_not = stranger.role == "county_officer"

    for path, body in (("pause", a_pause()), ("resumption", None)):
        for subject_id in (paused["id"], str(new_id())):
            answer = refused(await way.call(stranger).post(f"/v1/leads/{subject_id}/{path}", body, seen=2))
            assert answer == ((403, "Forbidden", []) if stranger_may_not else (404, "NotFound", []))
            assert refused(await way.call(stranger).post(f"/v1/cases/{subject_id}/{path}", body, seen=2)) == (404, "NotFound", [])


async def test_a_pause_acted_on_by_two_at_once_is_ended_once(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    paused = await paused_lead(way)
    await on(way, "2021-09-25", set_clock)

    answers = await asyncio.gather(*(way.call(village(f"v{n}")).post(f"/v1/leads/{paused['id']}/resumption", None, seen=2) for n in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert [row["days"] for row in await admin.fetch(PAUSES, paused["id"])] == [3]
    assert (await shown(way, f"leads/{paused['id']}"))["total_limit"]["paused_days"] == 3


async def test_the_reason_is_sealed_and_hidden_from_the_audit(way: Way, monitoring: Database, admin: asyncpg.Connection) -> None:
    paused = await paused_lead(way, reason="等岩温罕从外地回来", evidence=proof("聊天记录"))

    [row] = await admin.fetch(PAUSES, paused["id"])
    audited = str(await admin.fetchval("SELECT after::text FROM audit WHERE relation = 'pause' AND after ->> 'id' = $1", str(row["id"])))

    assert monitoring.vault.open(row["secrets"], table="pause", row=row["id"]) == {"reason": "等岩温罕从外地回来"}
    assert paused["id"] in audited
    assert "岩温罕" not in audited
    assert "聊天记录" not in audited

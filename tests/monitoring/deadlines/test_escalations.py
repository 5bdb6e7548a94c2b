"""What was said of limits: listed, read with a trace, acknowledged by the level that it was said to, and exported; and how days left are shown."""

from typing import Any

import asyncpg
import pytest

from shared.database.transaction import Database
from shared.kernel.ids import new_id
from tests.builders.places import STRANGERS
from tests.builders.story import Way, done, refused
from tests.contracts.listed import rows_of
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.deadlines.conftest import Sweep, on
from tests.monitoring.lists import listed

LEVELS = {"village": village(), "township": township(), "county": county(), "prefecture": prefecture()}


async def late_lead(way: Way, set_clock: SetClock, sweep: Sweep) -> tuple[str, dict[str, dict[str, Any]]]:
    """A lead that is late at every level; and what was said of it, by level."""
    lead = await way.lead(await way.household())
    await on(way, "2021-10-12", set_clock)
    await sweep()
    found = [each for each in await listed(way.call(prefecture()), "/v1/escalations") if each["subject_id"] == lead["id"]]
    return lead["id"], {each["level"]: each for each in found}


async def test_what_is_said_tells_of_what_and_since_when(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    lead_id, by_level = await late_lead(way, set_clock, sweep)

    shown = await way.call(county()).get(f"/v1/escalations/{by_level['county']['id']}")

    lead = done(await way.call(county()).get(f"/v1/leads/{lead_id}"))
    assert shown.headers["etag"] == '"1"'
    assert {name: value for name, value in shown.json().items() if name not in ("id", "raised_at")} == {
        **{"area": HOME[:6], "level": "county", "kind": "overdue", "status": "open", "step": "verification", "version": 1, "note": None},
        **{"subject_kind": "lead", "subject_id": lead_id, "subject_area": HOME, "household_id": lead["household_id"]},
        **{"due_at": "2021-09-29T16:00:00Z", "calendar_days_left": -13, "acknowledged_at": None, "acknowledged_by": None},
    }


async def test_reading_what_was_said_leaves_a_trace(way: Way, set_clock: SetClock, sweep: Sweep, admin: asyncpg.Connection) -> None:
    _, by_level = await late_lead(way, set_clock, sweep)

    done(await way.call(auditor()).get(f"/v1/escalations/{by_level['village']['id']}"))

    reads = "SELECT actor FROM audit WHERE relation = 'escalation' AND act = 'READ' AND after ->> 'id' = $1"
    assert [row["actor"] for row in await admin.fetch(reads, by_level["village"]["id"])] == ["auditor"]


@pytest.mark.parametrize("level", LEVELS)
async def test_each_level_acknowledges_what_was_said_to_it(
    level: str, way: Way, set_clock: SetClock, sweep: Sweep, monitoring: Database, admin: asyncpg.Connection
) -> None:
    _, by_level = await late_lead(way, set_clock, sweep)
    mine = by_level[level]["id"]

    answer = done(await way.call(LEVELS[level]).post(f"/v1/escalations/{mine}/acknowledgement", {"note": "已督促李文芳家入户"}, seen=1))
    shown = done(await way.call(LEVELS[level]).get(f"/v1/escalations/{mine}"))

    assert (answer["status"], answer["version"]) == ("acknowledged", 2)
    assert (shown["note"], shown["acknowledged_by"], shown["status"]) == ("已督促李文芳家入户", level, "acknowledged")
    assert mine not in [each["id"] for each in await listed(way.call(prefecture()), "/v1/escalations")]
    assert mine in [each["id"] for each in await listed(way.call(prefecture()), "/v1/escalations", status="acknowledged")]
    row = await admin.fetchrow("SELECT secrets FROM escalation WHERE id = $1", mine)
    assert row is not None
    assert "李文芳".encode() not in row["secrets"]
    audited = await admin.fetch("SELECT after::text AS after FROM audit WHERE relation = 'escalation' AND after ->> 'id' = $1", mine)
    assert all("李文芳" not in entry["after"] for entry in audited)


async def test_another_level_does_not_acknowledge_it(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    _, by_level = await late_lead(way, set_clock, sweep)

    for official in (township(), county(), prefecture()):
        answer = await way.call(official).post(f"/v1/escalations/{by_level['village']['id']}/acknowledgement", {"note": "知悉"}, seen=1)
        assert refused(answer) == (403, "NotToYourLevel", [])
    for official in (village(), township()):
        answer = await way.call(official).post(f"/v1/escalations/{by_level['county']['id']}/acknowledgement", {"note": "知悉"}, seen=1)
        assert refused(answer) == (404, "NotFound", [])


async def test_it_is_acknowledged_once_by_who_saw_it_last_and_not_when_it_is_over(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    lead_id, by_level = await late_lead(way, set_clock, sweep)
    path, body = f"/v1/escalations/{by_level['village']['id']}/acknowledgement", {"note": "明日入户"}

    stale = await way.call(village()).post(path, body, seen=2)
    unseen = await way.call(village()).post(path, body)
    empty = await way.call(village()).post(path, {"note": ""}, seen=1)
    done(await way.call(village()).post(path, body, seen=1))
    again = await way.call(village()).post(path, body, seen=2)
    done(await way.verification({"id": lead_id, "version": 1}, outcome="dismissed", reason="情况不实"))
    await sweep()
    over = await way.call(township()).post(f"/v1/escalations/{by_level['township']['id']}/acknowledgement", body, seen=2)

    assert refused(stale) == (412, "Stale", ["header.if-match"])
    assert refused(unseen) == (428, "VersionMissing", ["header.if-match"])
    assert refused(empty) == (422, "Malformed", ["body.note"])
    assert refused(again) == (409, "Conflict", [])
    assert refused(over) == (409, "Conflict", [])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_of_another_area_s_nothing_is_known(stranger: Any, way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    _, by_level = await late_lead(way, set_clock, sweep)

    for escalation_id in (by_level["village"]["id"], str(new_id())):
        assert refused(await way.call(stranger).get(f"/v1/escalations/{escalation_id}")) == (404, "NotFound", [])
        answer = await way.call(stranger).post(f"/v1/escalations/{escalation_id}/acknowledgement", {"note": "知悉"}, seen=1)
        assert refused(answer) == (404, "NotFound", [])


async def test_citizens_hear_nothing_and_auditors_acknowledge_nothing(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    _, by_level = await late_lead(way, set_clock, sweep)

    assert refused(await way.call(citizen()).get("/v1/escalations")) == (403, "Forbidden", [])
    answer = await way.call(auditor()).post(f"/v1/escalations/{by_level['village']['id']}/acknowledgement", {"note": "知悉"}, seen=1)
    assert refused(answer) == (403, "Forbidden", [])


async def test_the_list_goes_out_in_the_officials_words(way: Way, set_clock: SetClock, sweep: Sweep) -> None:
    lead_id, _ = await late_lead(way, set_clock, sweep)

    rows = rows_of(await way.call(township()).get("/v1/escalations/export", format="csv"))

    mine = [row for row in rows if row["事项编号"] == lead_id]
    assert [(row["报送层级"], row["类型"], row["环节"], row["剩余自然日"]) for row in mine] == [
        *(("村", "已逾期", "入户核实", "-13"), ("乡镇", "已逾期", "入户核实", "-13")),
    ]


async def test_leads_and_cases_say_in_lists_and_files_how_many_days_their_step_has_left(way: Way, publish: Publish) -> None:
    await publish(HOME[:6], "lead.verification.day_kind", "workday")
    await publish(HOME[:6], "case.appraisal.days", "3")
    lead, case_id = await way.lead(await way.household()), await way.case("06")

    leads = {each["id"]: each["step_limit"] for each in await listed(way.call(village()), "/v1/leads")}
    cases = {each["id"]: each["step_limit"] for each in await listed(way.call(village()), "/v1/cases")}
    in_file = {row["线索编号"]: row for row in rows_of(await way.call(village()).get("/v1/leads/export", format="csv"))}
    case_file = {row["事项编号"]: row for row in rows_of(await way.call(village()).get("/v1/cases/export", format="csv"))}

    assert leads[lead["id"]] == {
        **{"step": "verification", "due_at": "2021-09-30T16:00:00Z", "day_kind": "workday"},
        **{"days_left": 7, "calendar_days_left": 8, "paused_days": 0},  # Sunday 26 September is worked
    }
    assert (cases[case_id]["step"], cases[case_id]["days_left"], cases[case_id]["day_kind"]) == (
        "village_appraisal",
        4,
        "calendar",
    )  # the third is a Saturday
    names = ("当前环节", "环节剩余天数", "天数种类", "环节剩余自然日")
    assert [in_file[lead["id"]][name] for name in names] == ["入户核实", "7", "工作日", "8"]
    assert [case_file[case_id][name] for name in names] == ["民主评议", "4", "自然日", "4"]


async def test_each_step_has_its_limit_and_none_ends_later_than_the_whole(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish(HOME[:6], "case.notice_posting.days", "2")
    await publish(HOME[:6], "case.county_approval.days", "30")

    async def limit(case_id: str) -> tuple[str, str]:
        shown = done(await way.call(county()).get(f"/v1/cases/{case_id}"))
        return shown["step_limit"]["step"], shown["step_limit"]["due_at"]

    case_id = await way.case("06")
    found = [await limit(case_id)]
    done(await way.appraisal(case_id))
    found.append(await limit(case_id))
    done(await way.notice(case_id))
    found.append(await limit(case_id))
    later = await on(way, "2021-09-28", set_clock)
    done(await later.removal(case_id))
    found.append(await limit(case_id))
    done(await later.review(case_id))
    found.append(await limit(case_id))

    assert found == [
        ("village_appraisal", "2021-09-23T16:00:00Z"),
        ("notice", "2021-09-24T16:00:00Z"),
        ("notice_removal", "2021-09-28T16:00:00Z"),  # the notice hangs until 27 September
        ("township_review", "2021-09-29T16:00:00Z"),
        ("county_approval", "2021-10-08T16:00:00Z"),  # the whole ends then
    ]


async def test_a_step_keeps_the_rows_of_the_law_that_its_limit_rests_on(way: Way) -> None:
    case_id = await way.case("06")
    done(await way.appraisal(case_id))

    basis = done(await way.call(county()).get(f"/v1/cases/{case_id}"))["steps"][0]["basis"]

    assert basis["case.notice_posting.days"]["value"] == "0"
    assert basis["case.step.day_kind"]["document"] == "系统默认值，州市未发布前适用"


async def test_no_act_is_refused_for_a_step_s_limit_that_no_calendar_reaches(way: Way, set_clock: SetClock, publish: Publish) -> None:
    await publish(HOME[:6], "case.appraisal.days", "20")
    december = await on(way, "2026-12-01", set_clock)
    lead = await december.lead(await december.household())
    later = await on(way, "2026-12-15", set_clock)

    case_id = (await later.confirmed(lead, "06"))["case_id"]

    shown = done(await way.call(county()).get(f"/v1/cases/{case_id}"))
    assert shown["step_limit"]["due_at"] == shown["due_at"] == "2026-12-16T16:00:00Z"

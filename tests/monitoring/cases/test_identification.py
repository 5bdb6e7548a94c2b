"""The identification of a household: lead, case, flag."""

from datetime import datetime, timedelta

from tests.builders.story import Way, done
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock


async def test_a_trouble_becomes_a_flag_by_every_step(call: Call, september: datetime, set_clock: SetClock) -> None:
    way = Way(call, september)
    case_id = await way.case("06")

    appraised = done(await way.appraisal(case_id))
    posted = done(await way.notice(case_id))
    later = Way(call, await set_clock(september + timedelta(days=8)))
    removed = done(await later.removal(case_id))
    reviewed = done(await later.review(case_id))
    approved = done(await later.approval(case_id))

    statuses = [each["status"] for each in (appraised, posted, removed, reviewed, approved)]
    assert statuses == ["appraised", "on_notice", "notice_over", "reviewed", "approved"]
    flag = done(await call(later.officials.county).get(f"/v1/risk-flags/{approved['flag_id']}"))
    assert (flag["status"], flag["risks"], flag["version"]) == ("open", ["06"], 1)
    fan_out = done(await call(later.officials.county).get(f"/v1/risk-flags/{approved['flag_id']}/fan-out"))
    assert [(line["measure"], line["service"], line["status"]) for line in fan_out["measures"]] == [("industry_support", "projects", None)]
    case = done(await call(later.officials.county).get(f"/v1/cases/{case_id}"))
    assert [step["act"] for step in case["steps"]] == ["village_appraisal", "notice", "notice_removal", "township_review", "county_approval"]

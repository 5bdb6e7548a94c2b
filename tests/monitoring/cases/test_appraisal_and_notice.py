"""What happens to a case in the village: the meeting and its vote, the notice and its days on the board."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county


async def shown(way: Way, case_id: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/cases/{case_id}"))


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        ({"eligible": 30, "present": 19, "in_favour": 19}, ("QuorumNotMet", ["body.present"])),  # two thirds of 30 are 20
        ({"eligible": 31, "present": 20, "in_favour": 20}, ("QuorumNotMet", ["body.present"])),  # 20.67
        ({"eligible": 30, "present": 31, "in_favour": 20}, ("VotesDoNotAddUp", ["body.in_favour", "body.present", "body.eligible"])),
        ({"eligible": 30, "present": 25, "in_favour": 26}, ("VotesDoNotAddUp", ["body.in_favour", "body.present", "body.eligible"])),
        ({"eligible": 0, "present": 0, "in_favour": 0}, ("VotesDoNotAddUp", ["body.in_favour", "body.present", "body.eligible"])),
        ({"held_at": "2021-09-22T09:30:00+08:00"}, ("NotYetHappened", ["body.held_at"])),
        ({"held_at": "2021-09-21T23:30:00+08:00"}, ("MeetingBeforeCase", ["body.held_at"])),
        ({"present": -1}, ("Malformed", ["body.present"])),
        ({"present": 25.5}, ("Malformed", ["body.present"])),
    ],
)
async def test_an_unfit_meeting_is_refused_and_decides_nothing(votes: dict[str, Any], said: tuple[str, list[str]], way: Way) -> None:
    case_id = await way.case("06")

    answer = await way.appraisal(case_id, **votes)

    assert refused(answer) == (422, *said)
    assert (await shown(way, case_id))["status"] == "opened"


@pytest.mark.parametrize(("present", "in_favour", "status"), [(20, 11, "appraised"), (20, 10, "refused"), (21, 11, "appraised"), (30, 0, "refused")])
async def test_a_vote_is_won_by_more_than_half_of_those_present(present: int, in_favour: int, status: str, way: Way) -> None:
    case_id = await way.case("06")

    voted = done(await way.appraisal(case_id, present=present, in_favour=in_favour))

    assert voted["status"] == status
    assert (await shown(way, case_id))["decided_at"] is None or status == "refused"


async def test_a_notice_is_not_older_than_the_meeting_and_not_of_tomorrow(way: Way) -> None:
    case_id = await way.case("06")
    done(await way.appraisal(case_id, held_at=way.at(minutes=-4)))

    assert refused(await way.notice(case_id, posted_at=way.at(minutes=-5))) == (422, "NoticeBeforeAppraisal", ["body.posted_at"])
    assert refused(await way.notice(case_id, posted_at=way.at(minutes=30))) == (422, "NotYetHappened", ["body.posted_at"])
    assert (await way.notice(case_id, posted_at=way.at(minutes=-4))).status_code == 200


async def test_a_notice_comes_down_when_its_period_has_ended_and_not_before(way: Way, set_clock: SetClock) -> None:
    case_id = await way.case("06")
    done(await way.appraisal(case_id))
    posted = done(await way.notice(case_id))
    await set_clock(way.now + timedelta(days=6))

    early = await way.removal(case_id, removed_at="2021-09-27T23:59:59.999999+08:00")
    tomorrow = await way.removal(case_id, removed_at="2021-09-29T09:00:00+08:00")
    due = await way.removal(case_id, removed_at="2021-09-28T00:00:00+08:00")

    assert posted["notice_ends_at"] == "2021-09-27T16:00:00Z"
    assert refused(early) == (409, "NoticeStillRunning", ["body.removed_at"])
    assert refused(tomorrow) == (422, "NotYetHappened", ["body.removed_at"])
    assert done(due)["status"] == "notice_over"

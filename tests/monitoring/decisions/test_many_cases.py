"""Many cases decided as one job: each as if it had been decided alone."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import asyncpg
import openpyxl
import pytest

from tests.builders.people import proof
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.decisions.conftest import DOCUMENT, Bulk, approvals, noticed, reviewed, reviews

_FLAGS = "SELECT count(*) FROM risk_flag WHERE household_id = (SELECT household_id FROM monitoring_case WHERE id = $1::text::uuid)"
_STEPS = "SELECT act, became, acted_by, opinion, record, basis FROM case_step WHERE case_id = $1::text::uuid ORDER BY id"
_ANNOUNCED = "SELECT count(*) FROM outbox WHERE entity_id = (SELECT flag_id FROM monitoring_case WHERE id = $1::text::uuid)"
_ANSWERED = "SELECT count(*) FROM lead_answer a JOIN lead l ON l.id = a.lead_id WHERE l.case_id = ANY($1::text[]::uuid[])"
_KEPT = """
    SELECT arguments::text || coalesce((SELECT string_agg(i::text, '') FROM job_item i WHERE i.job_id = job.id), '')
    FROM job WHERE id = $1::text::uuid
"""


async def status_of(way: Way, case_id: str) -> str:
    return done(await way.call(county()).get(f"/v1/cases/{case_id}"))["status"]


async def test_many_approvals_come_to_the_same_as_one_by_one(way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection) -> None:
    later, (alone, *cases) = await reviewed(way, set_clock, 4)
    done(await later.approval(alone[0], by=county()))

    job = await bulk.asked(approvals(cases, opinion="同意认定", document_number="临翔乡振〔2021〕9号"))

    assert (job["state"], job["what"], job["total"], job["updated"], job["refused"]) == ("done", "case_county_approval", 3, 3, 0)
    assert await bulk.results(job["id"]) == [("updated", None)] * 3
    (*_, step) = await admin.fetch(_STEPS, alone[0])
    for case_id, _ in cases:
        assert await status_of(later, case_id) == "approved"
        assert await count_of(admin, _FLAGS, case_id) == await count_of(admin, _ANNOUNCED, case_id) == 1
        (*_, other) = await admin.fetch(_STEPS, case_id)
        assert [other[name] for name in ("act", "became", "acted_by", "opinion", "basis")] == [
            step[name] for name in ("act", "became", "acted_by", "opinion", "basis")
        ]
    flags = [done(await later.call(county()).get(f"/v1/cases/{case_id}"))["flag_id"] for case_id, _ in cases]
    assert [done(await later.call(county()).get(f"/v1/risk-flags/{flag}"))["status"] for flag in flags] == ["open"] * 3


async def test_one_that_is_refused_leaves_the_others_alone_and_keeps_its_reason(
    way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection
) -> None:
    later, cases = await reviewed(way, set_clock, 3)
    stale, over = (cases[1][0], cases[1][1] - 1), cases[2]
    done(await later.approval(over[0], by=county()))
    asked = [cases[0], stale, (over[0], over[1] + 1), (str(uuid4()), 1), (await way.case("06"), 1)]

    job = await bulk.asked(approvals(asked))

    assert (job["state"], job["updated"], job["refused"], job["bad"]) == ("done", 1, 4, 4)
    assert await bulk.results(job["id"]) == [
        *(("updated", None), ("refused", "Stale"), ("refused", "Conflict"), ("refused", "NotFound"), ("refused", "Conflict")),
    ]
    (row,) = await bulk.rows(job["id"], after=1, outcome="refused", size=1)
    assert (row["row"], row["subject_id"]) == (2, stale[0])
    assert row["faults"] == [{"field": "header.if-match", "header": None, "code": "Stale", "detail": "内容已被他人修改，请重新打开后再办理。"}]
    (english, *_) = done(await bulk.call(county()).http.get(f"/v1/jobs/{job['id']}/rows?outcome=refused", headers=_english(bulk)))["items"]
    assert english["faults"][0]["detail"] == "Somebody changed it after you read it: open it again."
    assert await status_of(later, stale[0]) == "reviewed"


def _english(bulk: Bulk) -> dict[str, str]:
    return {**bulk.call(county()).headers, "Accept-Language": "en"}


async def test_who_reviewed_may_not_approve_in_bulk_either_and_an_approval_needs_its_number(way: Way, set_clock: SetClock, bulk: Bulk) -> None:
    later, cases = await noticed(way, set_clock, 2)
    both = county("both")

    reviewed_ones = await bulk.asked(reviews(cases), by=township("both"))
    seen = [(case_id, version + 1) for case_id, version in cases]
    same = await bulk.asked(approvals(seen), by=both)
    without = approvals(seen)
    del without["document_number"]
    without["items"][1]["document_number"] = DOCUMENT
    job = await bulk.asked(without)

    assert (reviewed_ones["state"], reviewed_ones["updated"]) == ("done", 2)
    assert await bulk.results(same["id"], by=both) == [("refused", "SamePerson")] * 2
    assert await bulk.results(job["id"]) == [("refused", "DocumentMissing"), ("updated", None)]
    assert [await status_of(later, case_id) for case_id, _ in cases] == ["reviewed", "approved"]


async def test_what_is_said_of_one_alone_stands_over_what_is_said_of_all_and_lies_sealed(
    way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection
) -> None:
    later, cases = await reviewed(way, set_clock, 2)
    body = approvals(cases, opinion="众口一词之意见")
    body["items"][1] |= {"agrees": False, "opinion": "独此一户之意见"}

    job = await bulk.asked(body)

    assert (job["state"], job["updated"]) == ("done", 2)
    assert [await status_of(later, case_id) for case_id, _ in cases] == ["approved", "refused"]
    opinions = [(await admin.fetch(_STEPS, case_id))[-1]["opinion"] for case_id, _ in cases]
    assert opinions == ["众口一词之意见", "独此一户之意见"]
    kept = str(await admin.fetchval(_KEPT, job["id"]))
    assert "之意见" not in kept
    assert DOCUMENT not in kept


async def test_a_trial_changes_nothing_and_can_be_committed(way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection) -> None:
    later, cases = await reviewed(way, set_clock, 3)
    asked = [*cases[:2], (cases[2][0], 1)]

    tried = await bulk.asked(approvals(asked, mode="validate"))

    assert (tried["state"], tried["updated"], tried["refused"]) == ("validated", 2, 1)
    assert await bulk.results(tried["id"]) == [("updated", None), ("updated", None), ("refused", "Stale")]
    assert [await status_of(later, case_id) for case_id, _ in cases] == ["reviewed"] * 3
    assert [await count_of(admin, _FLAGS, case_id) for case_id, _ in cases] == [0] * 3
    done(await later.approval(cases[0][0], by=county()))  # somebody decides meanwhile

    job = await bulk.committed(tried)

    assert (job["state"], job["updated"], job["refused"]) == ("done", 1, 2)
    assert await bulk.results(job["id"]) == [("refused", "Stale"), ("updated", None), ("refused", "Stale")]
    assert [await count_of(admin, _FLAGS, case_id) for case_id, _ in cases] == [1, 1, 0]


async def test_a_trial_whose_items_were_deleted_in_due_time_is_not_committed_as_if_there_had_been_none(bulk: Bulk, admin: asyncpg.Connection) -> None:
    tried = await bulk.asked(approvals(_many(1), mode="validate"))
    await admin.execute("DELETE FROM job_item WHERE job_id = $1::text::uuid", tried["id"])

    job = await bulk.committed(tried)

    assert (job["state"], job["problem"]["code"]) == ("failed", "ItemsGone")


async def test_all_or_none_decides_none_when_one_is_refused(way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection) -> None:
    later, cases = await reviewed(way, set_clock, 2)

    failed = await bulk.asked(approvals([cases[0], (cases[1][0], 1)], atomic="all"))
    assert (failed["state"], failed["problem"]["code"], failed["updated"], failed["unchanged"], failed["refused"]) == (
        "failed",
        "RowsAtFault",
        0,
        1,
        1,
    )
    assert await bulk.results(failed["id"]) == [("unchanged", None), ("refused", "Stale")]
    assert [await status_of(later, case_id) for case_id, _ in cases] == ["reviewed"] * 2
    assert await count_of(admin, _FLAGS, cases[0][0]) == 0

    job = await bulk.asked(approvals(cases, atomic="all"))
    assert (job["state"], job["updated"]) == ("done", 2)


async def test_repeating_the_request_gives_the_same_job_and_a_twin_is_refused_item_by_item(
    way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection
) -> None:
    _, cases = await reviewed(way, set_clock, 2)
    body, key = approvals(cases), uuid4().hex

    first, again = [done(await bulk.ask(body, key=key))["id"] for _ in range(2)]
    twin = done(await bulk.ask(body))["id"]
    jobs = [await bulk.worked_off(each) for each in (first, twin)]

    assert first == again != twin
    assert [(job["updated"], job["refused"]) for job in jobs] == [(2, 0), (0, 2)]
    assert await bulk.results(twin) == [("refused", "Stale")] * 2
    assert [await count_of(admin, _FLAGS, case_id) for case_id, _ in cases] == [1, 1]


async def test_a_report_says_of_each_its_number_its_household_and_why(way: Way, set_clock: SetClock, bulk: Bulk) -> None:
    later, cases = await reviewed(way, set_clock, 1)
    households = done(await later.call(county()).get(f"/v1/cases/{cases[0][0]}"))["household_id"]
    number = done(await later.call(county()).get(f"/v1/households/{households}"))["number"]
    job = await bulk.asked(approvals([*cases, (str(uuid4()), 1)]))

    answer = await bulk.call(county()).get(f"/v1/jobs/{job['id']}/report.xlsx")
    page = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    header, first, second = page.iter_rows(values_only=True)

    assert header == ("序号", "户编号", "编号", "结果", "原因")
    assert first[1:4] == (number, cases[0][0], "办结")
    assert (str(second[0]), second[1], second[3]) == ("2", None, "未办理")
    assert "未找到，或不在您的辖区内。" in str(second[4])
    assert refused(await bulk.call(county("other")).get(f"/v1/jobs/{job['id']}/report.xlsx"))[:2] == (403, "NotYourJob")
    assert refused(await bulk.call(county("other")).get(f"/v1/jobs/{job['id']}/rows"))[:2] == (403, "NotYourJob")


async def test_what_is_cancelled_stays_as_it_is(way: Way, set_clock: SetClock, bulk: Bulk) -> None:
    later, cases = await reviewed(way, set_clock, 1)
    asked = done(await bulk.ask(approvals(cases)))

    done(await bulk.call(county()).post(f"/v1/jobs/{asked['id']}/cancellation", None, seen=asked["version"]))
    job = await bulk.worked_off(asked["id"])

    assert (job["state"], job["updated"]) == ("cancelled", 0)
    assert await status_of(later, cases[0][0]) == "reviewed"


def _many(number: int) -> list[tuple[str, int]]:
    return [(str(uuid4()), 1) for _ in range(number)]


@pytest.mark.parametrize(
    ("by", "body", "refusal"),
    [
        (township(), approvals(_many(1)), (403, "NotYourDecision", ["body.act"])),
        (county(), reviews(_many(1)), (403, "NotYourDecision", ["body.act"])),
        (village(), reviews(_many(1)), (403, "Forbidden", [])),
        (prefecture(), approvals(_many(1)), (403, "Forbidden", [])),
        (township(), reviews(_many(1)) | {"document_number": DOCUMENT}, (422, "NoDocumentHere", ["body.document_number"])),
        (county(), approvals([*_many(1), *_many(1) * 2]), (422, "TwiceInList", ["body.items.2.case_id"])),
        (county(), approvals(_many(51), atomic="all"), (422, "TooManyForWhole", ["body.atomic"])),
        (county(), approvals(_many(5001)), (422, "Malformed", ["body.items"])),
        (county(), approvals([]), (422, "Malformed", ["body.items"])),
    ],
)
async def test_what_is_refused_at_the_door(by: Any, body: dict[str, Any], refusal: tuple[int, str, list[str]], bulk: Bulk) -> None:
    assert refused(await bulk.ask(body, by=by)) == refusal


async def test_a_review_names_no_document_for_one_item_either(bulk: Bulk) -> None:
    body = reviews(_many(2))
    body["items"][1]["document_number"] = DOCUMENT

    assert refused(await bulk.ask(body, by=township())) == (422, "NoDocumentHere", ["body.items.1.document_number"])


async def test_how_many_are_let_in_is_a_dated_row(bulk: Bulk, publish: Publish) -> None:
    await publish("530902", "decisions.max_items", "2")

    answer = await bulk.ask(approvals(_many(3)))

    assert refused(answer) == (422, "TooManyItems", ["body.items"])
    assert answer.json()["detail"] == "2"
    assert (await bulk.ask(approvals(_many(2)))).status_code == 202


@pytest.mark.parametrize("agrees", [True, False])
async def test_all_that_a_decision_leads_to_happens_in_bulk_too(
    agrees: bool, way: Way, set_clock: SetClock, bulk: Bulk, admin: asyncpg.Connection
) -> None:
    later, cases = await reviewed(way, set_clock, 2)
    case = done(await later.call(county()).get(f"/v1/cases/{cases[0][0]}"))
    lead = await later.lead(case["household_id"])
    await later.confirmed(lead, "07")
    pause = {"waiting_on": "department", "reason": "待核对", "evidence": proof("函")}
    paused = done(await later.call(county()).post(f"/v1/cases/{cases[1][0]}/pause", pause, seen=cases[1][1]))["version"]

    job = await bulk.asked(approvals([cases[0], (cases[1][0], paused)], agrees=agrees))

    assert await bulk.results(job["id"]) == [("updated", None)] * 2
    assert {await status_of(later, case_id) for case_id, _ in cases} == {"approved" if agrees else "refused"}
    assert done(await later.call(county()).get(f"/v1/cases/{cases[1][0]}"))["paused_at"] is None
    next_case = done(await later.call(county()).get(f"/v1/leads/{lead['id']}"))["case_id"]
    assert await status_of(later, next_case) == "opened"
    assert await count_of(admin, _ANSWERED, [case_id for case_id, _ in cases]) == 2

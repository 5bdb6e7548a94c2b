"""Answers: every lead that has ended has exactly one, in the codes of the sources; those who wait for it get it, with a receipt."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.leads.answers import WORDS, LeadOutcome, outcome_of
from shared.kernel.ids import new_id
from tests.builders.families import a_merger, a_striking_off, as_it_is, named, shown
from tests.builders.files import a_list_row
from tests.builders.incidents import an_incident, hit
from tests.builders.leads import a_person_lead
from tests.builders.people import a_household, a_self_report, proof
from tests.builders.places import OTHER_COUNTY, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village
from tests.monitoring.conftest import Publish
from tests.monitoring.files.conftest import Files, files, job_runner
from tests.monitoring.lists import listed

__all__ = ["files", "job_runner"]

ENDED = """
    SELECT l.id, l.household_id::text, count(a.id) AS answers,
           l.status = 'dismissed' OR coalesce(c.status IN ('approved', 'refused', 'cancelled'), false) AS ended
    FROM lead l
    LEFT JOIN monitoring_case c ON c.county_code = l.county_code AND c.id = l.case_id
    LEFT JOIN lead_answer a ON a.county_code = l.county_code AND a.lead_id = l.id
    WHERE l.household_id = ANY($1::uuid[]) OR l.id = ANY($2::uuid[])
    GROUP BY l.county_code, l.id, l.household_id, l.status, c.status
"""


async def answer_of(way: Way, lead: dict[str, Any]) -> dict[str, Any] | None:
    return done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))["answer"]


def said(answer: dict[str, Any] | None) -> tuple[str, str | None] | None:
    return (answer["outcome"], answer["reason"]) if answer else None


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("before", [True, False])
def test_what_a_decided_case_answers(status: CaseStatus, before: bool) -> None:
    approved = LeadOutcome.ALREADY_MONITORED if before else LeadOutcome.INCLUDED

    assert outcome_of(status, monitored_before=before) is (approved if status is CaseStatus.APPROVED else LeadOutcome.OTHER)
    assert set(WORDS) == set(LeadOutcome)


@pytest.mark.parametrize(
    ("given", "outcome"), [(None, "other"), ("helped", "helped"), ("untrue", "untrue"), ("not_found", "not_found"), ("other", "other")]
)
async def test_a_dismissed_lead_is_answered_at_once(given: str | None, outcome: str, way: Way) -> None:
    lead = await way.lead(await way.household())

    done(await way.verification(lead, outcome="dismissed", reason="家庭收入稳定", **({"answer": given} if given else {})))

    answer = await answer_of(way, lead)
    assert answer is not None
    assert (said(answer), answer["words"], answer["returned_at"]) == ((outcome, "家庭收入稳定"), WORDS[LeadOutcome(outcome)], None)


@pytest.mark.parametrize("given", ["included", "already_monitored", "yes"])
async def test_what_only_a_decision_answers_no_verification_does(given: str, way: Way) -> None:
    lead = await way.lead(await way.household())

    assert refused(await way.verification(lead, outcome="dismissed", reason="不实", answer=given)) == (422, "Malformed", ["body.answer"])


async def test_a_confirmed_lead_is_answered_by_its_case_alone(way: Way) -> None:
    lead = await way.lead(await way.household())

    early = await way.verification(lead, outcome="confirmed", risks=["06"], answer="helped")

    assert refused(early) == (422, "AnswerComesWithDecision", ["body.answer"])
    await way.confirmed(lead, "06")
    assert await answer_of(way, lead) is None


async def test_all_leads_of_an_approved_case_are_included_and_those_that_come_later_monitored_already(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    first, second = await way.lead(household_id), await way.lead(household_id)
    case_id = (await way.confirmed(first, "06"))["case_id"]
    await way.confirmed(second, "07")
    later, _ = await way.flagged(case_id, set_clock)
    third = await later.lead(household_id)
    latest, _ = await later.flagged((await later.confirmed(third, "01"))["case_id"], set_clock)

    answers = [said(await answer_of(latest, lead)) for lead in (first, second, third)]

    assert answers == [("included", None), ("included", None), ("already_monitored", None)]


@pytest.mark.parametrize("ending", ["vote", "silent vote", "township", "county"])
async def test_of_a_refused_case_each_lead_hears_the_reason_and_the_waiting_one_goes_on(ending: str, way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    lead, waiting = await way.lead(household_id), await way.lead(household_id)
    case_id = (await way.confirmed(lead, "06"))["case_id"]

    if ending in ("vote", "silent vote"):
        done(await way.appraisal(case_id, in_favour=1, **({"opinion": "多数不同意"} if ending == "vote" else {})))
        reason = "多数不同意" if ending == "vote" else "村级民主评议未获通过"
    else:
        done(await way.appraisal(case_id))
        await way.confirmed(waiting, "01")
        done(await way.notice(case_id))
        later = await way.after_notice(set_clock)
        done(await later.removal(case_id))
        done(await later.review(case_id, agrees=ending == "county"))
        if ending == "county":
            done(await later.approval(case_id, agrees=False))
        reason = "同意认定" if ending == "county" else "情况属实"

    assert said(await answer_of(way, lead)) == ("other", reason)
    assert await answer_of(way, waiting) is None


async def test_when_a_household_is_gone_its_case_s_and_its_waiting_leads_are_answered(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    later, flag_id = await way.flagged((await way.confirmed(await way.lead(household_id), "06"))["case_id"], set_clock)
    joined, waiting = await later.lead(household_id), await later.lead(household_id)
    case_id = (await later.confirmed(joined, "07"))["case_id"]
    done(await later.appraisal(case_id))
    await later.confirmed(waiting, "0201")

    done(await later.withdrawal(flag_id, reason="household_gone"))

    assert [said(await answer_of(later, lead)) for lead in (joined, waiting)] == [("other", "经查系错录")] * 2


async def test_a_source_finds_the_answer_under_its_number_and_a_citizen_in_the_report(way: Way, admin: asyncpg.Connection) -> None:
    lead, report_id = a_person_lead(), str(new_id())
    of_platform = done(await way.call(county()).post("/v1/leads", lead))
    done(await way.call(citizen()).put(f"/v1/self-reports/{report_id}", a_self_report()))
    of_citizen = {"id": str(await admin.fetchval("SELECT lead_id FROM self_report WHERE id = $1", report_id)), "version": 1}

    for each in (of_platform, of_citizen):
        done(await way.verification(each, outcome="dismissed", reason="本村无此人", answer="not_found"))

    found = done(await way.call(county()).get(f"/v1/leads/by-source/hotline/{lead['source_number']}"))
    assert (found["status"], said(found["answer"]), found["answer"]["words"]) == ("dismissed", ("not_found", "本村无此人"), "查无此人")
    assert done(await way.call(citizen()).get(f"/v1/self-reports/{report_id}"))["outcome"] == "not_found"


async def test_a_department_hears_in_the_same_codes_for_each_row_of_one_lead(files: Files, way: Way, set_clock: SetClock) -> None:
    household = a_household(members=1)
    done(await way.call(village()).post("/v1/households", household))
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    job = await files.sent(county(), [a_list_row("water_list", **person), a_list_row("water_list", **person)], kind="water_list")
    first, second = await files.rows(county(), job["id"])
    assert (first["answer"]["lead_id"], first["answer"]["outcome"]) == (second["answer"]["lead_id"], None)
    lead = done(await way.call(county()).get(f"/v1/leads/{first['answer']['lead_id']}"))

    await way.flagged((await way.confirmed(lead, "11"))["case_id"], set_clock)

    rows = await files.rows(county(), job["id"])
    assert [(row["answer"]["status"], row["answer"]["outcome"], row["answer"]["reason"]) for row in rows] == [("confirmed", "included", None)] * 2


async def dismissed(way: Way, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """End a lead of the hotline; give it and its answer as it is listed."""
    lead = done(await way.call(county()).post("/v1/leads", a_person_lead(**changes)))
    done(await way.verification(lead, outcome="dismissed", reason="已由民政救助", answer="helped"))
    return lead, next(each for each in await listed(way.call(county()), "/v1/lead-answers", area=HOME) if each["lead_id"] == lead["id"])


async def give_back(way: Way, answer: dict[str, Any], by: Any = None, **changes: Any) -> Any:
    body = {"returned_at": answer["decided_at"], "receipt": "12317回执0001", **changes}
    return await way.call(by or county()).post(f"/v1/lead-answers/{answer['id']}/return", body, seen=answer["version"])


async def test_an_answer_waits_to_be_returned_and_is_returned_once(way: Way) -> None:
    lead, answer = await dismissed(way)
    assert (answer["status"], answer["decided_at"][:10], answer["due_at"]) == ("to_return", "2021-09-22", "2021-10-02T16:00:00Z")

    returned = done(await give_back(way, answer))

    assert (returned["status"], returned["version"]) == ("returned", 2)
    kept = next(each for each in await listed(way.call(county()), "/v1/lead-answers", status="returned") if each["id"] == answer["id"])
    assert (kept["receipt"], kept["returned_at"][:10], kept["source_number"]) == ("12317回执0001", "2021-09-22", answer["source_number"])
    assert answer["id"] not in {each["id"] for each in await listed(way.call(county()), "/v1/lead-answers")}
    assert refused(await give_back(way, answer | {"version": 2})) == (409, "NothingToReturn", [])
    shown = await answer_of(way, lead)
    assert shown is not None
    assert shown["returned_at"] is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"returned_at": "2021-09-22T09:30:00+08:00"}, (422, "NotYetHappened", ["body.returned_at"])),
        ({"returned_at": "2021-09-22T08:30:00+08:00"}, (422, "ReturnedBeforeDecision", ["body.returned_at"])),
        ({"receipt": ""}, (422, "Malformed", ["body.receipt"])),
    ],
)
async def test_an_answer_is_returned_after_it_was_decided_with_a_receipt(change: dict[str, Any], said: tuple[int, str, list[str]], way: Way) -> None:
    _, answer = await dismissed(way)

    assert refused(await give_back(way, answer, **change)) == said
    assert refused(await give_back(way, answer | {"version": 2})) == (412, "Stale", ["header.if-match"])


async def test_where_nobody_outside_waits_the_answer_is_kept(way: Way) -> None:
    lead = await way.lead(await way.household())
    done(await way.verification(lead, outcome="dismissed", reason="不实"))

    kept = next(each for each in await listed(way.call(county()), "/v1/lead-answers", status="kept", area=HOME) if each["lead_id"] == lead["id"])

    assert (kept["channel"], kept["source"]) == ("home_visit", None)
    assert refused(await give_back(way, kept)) == (409, "NothingToReturn", [])


async def test_the_list_is_of_one_channel_or_of_all_the_oldest_first(way: Way, set_clock: SetClock) -> None:
    _, late = await dismissed(replace(way, now=await set_clock(way.now + timedelta(days=2))), channel="aid_platform")
    _, early = await dismissed(replace(way, now=await set_clock(way.now)))

    every = [each["id"] for each in await listed(way.call(county()), "/v1/lead-answers", area=HOME)]
    platform = [each["id"] for each in await listed(way.call(county()), "/v1/lead-answers", area=HOME, channel="aid_platform")]

    assert every.index(early["id"]) < every.index(late["id"])
    assert late["id"] in platform
    assert early["id"] not in platform
    assert refused(await way.call(county()).get("/v1/lead-answers", channel="radio")) == (422, "Malformed", ["query.channel"])


async def test_by_when_a_source_is_told_is_a_dated_parameter(way: Way, publish: Publish) -> None:
    await publish("530902", "lead.answer.days", "3")

    assert (await dismissed(way))[1]["due_at"] == "2021-09-25T16:00:00Z"


@pytest.mark.parametrize("by", [village(), auditor()])
async def test_answers_are_returned_by_officers(by: Any, way: Way) -> None:
    _, answer = await dismissed(way)

    assert refused(await give_back(way, answer, by)) == (403, "Forbidden", [])
    assert answer["id"] in {each["id"] for each in await listed(way.call(by), "/v1/lead-answers", area=HOME)}


async def test_outside_their_area_there_are_no_answers(way: Way) -> None:
    _, answer = await dismissed(way)

    for stranger in STRANGERS[1:]:
        assert refused(await give_back(way, answer, stranger)) == (404, "NotFound", [])
        assert answer["id"] not in {each["id"] for each in await listed(way.call(stranger), "/v1/lead-answers")}
    assert done(await give_back(way, answer, township()))["status"] == "returned"


async def test_the_list_goes_out_as_a_file_in_the_officials_words(way: Way) -> None:
    _, answer = await dismissed(way)

    content = (await way.call(county()).get("/v1/lead-answers/export", format="csv", area=HOME)).content.decode("utf-8-sig")

    [line] = [line for line in content.splitlines() if answer["id"] in line]
    assert all(word in line for word in ("12317热线", "已帮扶无需纳入", "待反馈", answer["source_number"]))


FLAGGED_TWICE = "SELECT household_id FROM risk_flag WHERE household_id = ANY($1::uuid[]) AND status = 'open' GROUP BY 1 HAVING count(*) > 1"
# What somebody would have to do for households that are gone.
LEFT_OPEN = """
    SELECT 'effect', id FROM incident_household
    WHERE household_id = ANY($1::uuid[]) AND status IN ('to_check', 'affected', 'green_channel', 'relieved')
    UNION ALL SELECT 'visit', id FROM incident_tracking WHERE household_id = ANY($1::uuid[]) AND status = 'to_visit'
    UNION ALL SELECT 'case', id FROM monitoring_case
    WHERE household_id = ANY($1::uuid[]) AND status NOT IN ('approved', 'refused', 'cancelled')
    UNION ALL SELECT 'flag', id FROM risk_flag WHERE household_id = ANY($1::uuid[]) AND status = 'open'
"""
Act = Callable[[Way, random.Random], Awaitable[None]]


class _Story:
    """Leads and cases of a few households, moved on at random as far as anybody may; a refusal moves nothing."""

    def __init__(self, way: Way, files: Files, set_clock: SetClock, draw: random.Random) -> None:
        self.way, self.files, self.set_clock, self.draw = way, files, set_clock, draw
        self.incident = ""
        self.households: list[str] = []
        self.living: list[str] = []
        self.leads: dict[str, dict[str, Any]] = {}
        self.cases: set[str] = set()
        self.flags: dict[str, int] = {}
        self.withdrawn: set[str] = set()

    async def tell(self, acts: int) -> None:
        self.living = [await self.way.household() for _ in range(2)]
        self.households = list(self.living)
        flood = an_incident(areas=[HOME], happened_at=self.way.at(days=-2), ends_on=None)
        self.incident = done(await self.way.call(county()).post("/v1/incidents", flood))["id"]
        often = [self.lead, self.lead, self.confirm, self.confirm, self.confirm, self.go_on, self.go_on, self.go_on]
        for _ in range(acts):
            await self.draw.choice([*often, self.dismiss, self.gone, self.strike_off, self.merge, self.hit, self.help_first])()
            while len(self.living) < 2:
                self.living.append(await self.way.household())
                self.households.append(self.living[-1])

    async def lead(self) -> None:
        if self.draw.random() < 0.3:
            body = a_person_lead(area=self.draw.choice([HOME, HOME[:9]]))
        else:
            body = {"household_id": self.draw.choice(self.living), "channel": "department", "hardships": ["illness"]}
        answer = await self.way.call(county()).post("/v1/leads", body)
        if answer.is_success:
            self.leads[answer.json()["id"]] = {}

    async def _some_lead(self) -> dict[str, Any] | None:
        if not self.leads:
            return None
        return done(await self.way.call(county()).get(f"/v1/leads/{self.draw.choice(list(self.leads))}"))

    async def dismiss(self) -> None:
        if lead := await self._some_lead():
            await self.way.verification(lead, outcome="dismissed", reason="不实", answer=self.draw.choice(["helped", "untrue", "other"]))

    async def confirm(self) -> None:
        if lead := await self._some_lead():
            household_id = lead["household_id"] or self.draw.choice(self.living)
            risks = self.draw.sample(["06", "07", "01"], 1)
            answer = await self.way.verification(lead, outcome="confirmed", risks=risks, household_id=household_id)
            if answer.is_success and answer.json()["case_id"]:
                self.cases.add(answer.json()["case_id"])

    async def go_on(self) -> None:
        """Take the next step of a case, one time in five against it."""
        if not self.cases:
            return
        case_id, agrees = self.draw.choice(sorted(self.cases)), self.draw.random() < 0.8
        status = done(await self.way.call(county()).get(f"/v1/cases/{case_id}"))["status"]
        match status:
            case "opened":
                answer = await self.way.appraisal(case_id, in_favour=23 if agrees else 1)
            case "appraised":
                answer = await self.way.notice(case_id)
            case "on_notice":
                self.way = await self.way.after_notice(self.set_clock)
                answer = await self.way.removal(case_id)
            case "notice_over":
                answer = await self.way.review(case_id, agrees=agrees)
            case "reviewed":
                answer = await self.way.approval(case_id, agrees=agrees)
            case _:
                return
        step = done(answer)
        self.cases |= {step["next_case_id"]} if step.get("next_case_id") else set()
        if step.get("flag_id"):
            self.flags[step["flag_id"]] = 1

    async def hit(self) -> None:
        """Lay down whom the flood may have hit, and find a household hit."""
        household_id, path = self.draw.choice(self.living), f"/v1/incidents/{self.incident}/households"
        done(await self.way.call(county()).post(path, None))
        await self.files.work()
        check = hit(checked_at=self.way.at(minutes=-5))
        answer = await self.way.call(village()).post(f"{path}/{household_id}/check", check, seen=1)
        if answer.is_success:
            self.leads[answer.json()["lead_id"]] = {}

    async def help_first(self) -> None:
        """Order that whoever was hit is helped first."""
        call, order = self.way.call(county("orderer")), {"area": HOME, "reason": "房屋进水", "document_number": "临应急〔2021〕3号"}
        answer = await call.post(f"/v1/incidents/{self.incident}/green-channel", order)
        if not answer.is_success:
            return
        await self.files.work()
        for item in done(await call.get(f"/v1/green-channels/{answer.json()['id']}", size=200))["items"]:
            self.cases |= {item["case_id"]} if item["case_id"] else set()
            self.flags |= {item["flag_id"]: 1} if item["flag_id"] else {}

    async def gone(self) -> None:
        for flag_id in self.flags:
            flag = done(await self.way.call(county()).get(f"/v1/risk-flags/{flag_id}"))
            if self.draw.random() < 0.3:
                await self.way.withdrawal(flag_id, seen=flag["version"], reason="household_gone")
                self.withdrawn.add(flag["household_id"])
                await self.count()

    async def strike_off(self) -> None:
        """Strike a household off, with whatever is under way for it."""
        if self.draw.random() < 0.6:
            await self._strike_off(self.draw.choice(self.living))

    async def _strike_off(self, household_id: str) -> None:
        household = await as_it_is(self.way, household_id)
        done(await self.way.call(county()).post(f"/v1/households/{household.id}/strike-off", a_striking_off(), seen=household.version))
        await self.count()

    async def end(self) -> None:
        """Strike off whoever is left."""
        for household_id in list(self.living):
            await self._strike_off(household_id)

    async def merge(self) -> None:
        """Merge a household into another; what it is looked at for hinders that."""
        one, other = [await as_it_is(self.way, each) for each in self.draw.sample(self.living, 2)]
        body = a_merger(other, *(named(person, "other") for person in one.people))
        await self.way.call(county()).post(f"/v1/households/{one.id}/merge", body, seen=one.version)
        await self.count()

    async def count(self) -> None:
        """See which households are left."""
        self.living = [each for each in self.living if (await shown(self.way, each))["status"] != "gone"]


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_a_lead_has_one_answer_when_it_has_ended_and_none_before(
    seed: int, way: Way, files: Files, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    story = _Story(way, files, set_clock, random.Random(seed))

    await story.tell(acts=60)

    rows = await admin.fetch(ENDED, story.households, list(story.leads))
    assert len(rows) >= len(story.leads) > 5
    assert {row["id"]: row["answers"] for row in rows} == {row["id"]: int(row["ended"]) for row in rows}
    assert any(row["ended"] for row in rows)

    assert await admin.fetch(FLAGGED_TWICE, story.households) == []

    await story.end()

    assert [tuple(row) for row in await admin.fetch(LEFT_OPEN, story.households)] == []
    of_households = await admin.fetch(ENDED, story.households, [])
    assert {row["answers"] for row in of_households if row["ended"]} == {1}
    assert [row["id"] for row in of_households if not row["ended"] and row["household_id"] not in story.withdrawn] == []


@pytest.mark.parametrize("reason", ["all_died", "moved_away", "entered_in_error"])
async def test_when_a_household_is_struck_off_its_leads_are_answered_and_nothing_stands_still_for_them(
    reason: str, way: Way, admin: asyncpg.Connection
) -> None:
    household_id = await way.household()
    lead, paused = await way.lead(household_id), await way.lead(household_id)
    pause = {"waiting_on": "household", "reason": "外出务工", "evidence": proof()}
    done(await way.call(village()).post(f"/v1/leads/{paused['id']}/pause", pause, seen=1))

    done(await way.call(county()).post(f"/v1/households/{household_id}/strike-off", a_striking_off(reason), seen=1))

    assert [said(await answer_of(way, each)) for each in (lead, paused)] == [("other", "经核实整户已不在")] * 2
    assert await admin.fetchval("SELECT ending FROM pause WHERE subject_id = $1", UUID(paused["id"])) == "acted"
    assert await admin.fetchval("SELECT paused_at FROM lead WHERE id = $1", UUID(paused["id"])) is None


async def test_an_answer_of_the_prefecture_s_platform_is_of_its_county(way: Way) -> None:
    lead = a_person_lead(area=OTHER_COUNTY[:6], channel="aid_platform")
    done(await way.call(prefecture()).post("/v1/leads", lead))

    found = await way.call(county("far", OTHER_COUNTY[:6])).get(f"/v1/leads/by-source/aid_platform/{lead['source_number']}")

    assert done(found)["area"] == OTHER_COUNTY[:6]
    assert refused(await way.call(county()).get(f"/v1/leads/by-source/aid_platform/{lead['source_number']}")) == (404, "NotFound", [])

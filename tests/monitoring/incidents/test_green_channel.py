"""The green channel: helped first, every step owed; confirmed by approval, taken back by a refusal; killed anywhere each household once."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.usecases.incidents import help_households
from shared.kernel.ids import new_id
from tests.builders.incidents import hit
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, village
from tests.monitoring.incidents.conftest import CADRE, COUNTY, OFFICE, ONE, ORDERER, PLACE, TWO, Incidents


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(help_households, "AT_ONCE", 2)


async def case_of(incidents: Incidents, case_id: str) -> dict[str, Any]:
    return done(await incidents.way.call(COUNTY).get(f"/v1/cases/{case_id}"))


async def helped_one(incidents: Incidents) -> tuple[str, dict[str, Any]]:
    """Help a new household first; give it and what became of it."""
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    return household, (await incidents.helped(incident, household))[household]


async def test_a_household_is_flagged_at_once_and_every_step_is_owed(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    checked = await incidents.hit(incident, household)

    helped = (await incidents.helped(incident, household))[household]

    assert (helped["status"], helped["problem"]) == ("flagged", None)
    flag = done(await incidents.way.call(COUNTY).get(f"/v1/risk-flags/{helped['flag_id']}"))
    assert (flag["status"], flag["risks"], flag["household_id"]) == ("open", ["0201"], household)
    assert done(await incidents.way.call(COUNTY).get(f"/v1/households/{household}"))["status"] == "monitored"
    assert await admin.fetchval("SELECT count(*) FROM outbox WHERE entity_id = $1", flag["id"]) == 1
    assert (
        await admin.fetchval("SELECT valid_from::text FROM monitored_category WHERE household_id = $1 AND valid_to IS NULL", household)
        == "2021-09-22"
    )
    case = await case_of(incidents, helped["case_id"])
    assert (case["status"], case["flag_id"], case["due_at"]) == ("opened", flag["id"], "2021-10-22T16:00:00Z")
    lead = done(await incidents.way.call(COUNTY).get(f"/v1/leads/{checked['lead_id']}"))
    assert (lead["status"], lead["case_id"]) == ("confirmed", case["id"])
    line = (await incidents.households(incident, status="green_channel"))[household]
    assert line["case_id"] == case["id"]
    owed = done(await incidents.way.call(OFFICE).get("/v1/green-channel-cases", size=200))["items"]
    (mine,) = [each for each in owed if each["id"] == case["id"]]
    assert (mine["procedure_due_at"], mine["overdue"]) == ("2021-10-22T16:00:00Z", False)


async def test_a_second_order_moves_no_day_and_lets_nobody_approve_what_they_ordered(
    incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    household, first = await helped_one(incidents)
    await set_clock(incidents.way.now + timedelta(days=10))
    again = await incidents.opened(hazard="earthquake")
    await incidents.hit(again, household)
    other = county("second-orderer", PLACE[:6])
    second = (await incidents.helped(again, household, by=other, document_number="凤应急〔2021〕9号"))[household]

    assert second["case_id"] == first["case_id"]
    kept = await admin.fetchrow("SELECT procedure_due_at::date::text, green_channel_document FROM monitoring_case WHERE id = $1", first["case_id"])
    assert kept is not None
    assert tuple(kept) == ("2021-10-22", "凤应急〔2021〕3号")
    done(await incidents.way.appraisal(first["case_id"]))
    done(await incidents.way.notice(first["case_id"]))
    later = await incidents.way.after_notice(set_clock)
    await later.reviewed(first["case_id"])
    for orderer in (ORDERER, other):
        assert refused(await later.approval(first["case_id"], by=orderer)) == (403, "SamePerson", [])
    done(await later.approval(first["case_id"]))


async def test_what_is_overdue_is_told(incidents: Incidents, set_clock: SetClock) -> None:
    _, helped = await helped_one(incidents)

    await set_clock(incidents.way.now + timedelta(days=40))

    owed = done(await incidents.way.call(OFFICE).get("/v1/green-channel-cases", size=200))["items"]
    assert [each["overdue"] for each in owed if each["id"] == helped["case_id"]] == [True]


async def test_approval_confirms_the_flag_and_is_not_for_who_ordered(incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household, helped = await helped_one(incidents)
    done(await incidents.way.appraisal(helped["case_id"]))
    done(await incidents.way.notice(helped["case_id"]))
    later = await incidents.way.after_notice(set_clock)
    await later.reviewed(helped["case_id"])

    assert refused(await later.approval(helped["case_id"], by=ORDERER)) == (403, "SamePerson", [])
    approved = done(await later.approval(helped["case_id"]))

    assert (approved["status"], approved["flag_id"]) == ("approved", helped["flag_id"])
    flags = await admin.fetch("SELECT status FROM risk_flag WHERE household_id = $1", household)
    assert [each["status"] for each in flags] == ["open"]
    assert (
        await admin.fetchval("SELECT valid_from::text FROM monitored_category WHERE household_id = $1 AND valid_to IS NULL", household)
        == "2021-09-22"
    )
    assert (
        await admin.fetchval("SELECT outcome FROM lead_answer a JOIN lead l ON l.id = a.lead_id WHERE l.household_id = $1", household) == "included"
    )
    owed = await admin.fetch("SELECT measure FROM owed_measure WHERE flag_id = $1", helped["flag_id"])
    assert len({each["measure"] for each in owed}) == len(owed) > 0


@pytest.mark.parametrize("at", ["appraisal", "review", "approval"])
async def test_a_refusal_takes_the_flag_back(at: str, incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household, helped = await helped_one(incidents)
    case_id = helped["case_id"]

    if at == "appraisal":
        done(await incidents.way.appraisal(case_id, in_favour=1))
    else:
        done(await incidents.way.appraisal(case_id))
        done(await incidents.way.notice(case_id))
        later: Way = await incidents.way.after_notice(set_clock)
        done(await later.removal(case_id))
        done(await later.review(case_id, agrees=at == "approval"))
        if at == "approval":
            done(await later.approval(case_id, agrees=False))

    (flag,) = await admin.fetch("SELECT status, version, cleared_why ->> 'reason' AS why FROM risk_flag WHERE household_id = $1", household)
    assert tuple(flag) == ("withdrawn", 2, "not_confirmed")
    assert await admin.fetchval("SELECT status FROM household WHERE id = $1", household) == "normal"
    assert await admin.fetchval("SELECT count(*) FROM monitored_category WHERE household_id = $1 AND valid_to IS NULL", household) == 0
    assert await admin.fetchval("SELECT count(*) FROM outbox WHERE entity_id = $1 AND entity_version = 2", helped["flag_id"]) == 1
    assert await admin.fetchval("SELECT count(*) FROM owed_measure WHERE flag_id = $1 AND status = 'opened'", helped["flag_id"]) == 0


async def test_not_confirmed_is_no_reason_by_hand(incidents: Incidents) -> None:
    _, helped = await helped_one(incidents)

    assert refused(await incidents.way.withdrawal(helped["flag_id"], reason="not_confirmed")) == (422, "OnlyByRefusal", ["body.reason"])


async def test_a_flag_withdrawn_by_hand_comes_anew_with_the_approval(incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household, helped = await helped_one(incidents)
    done(await incidents.way.withdrawal(helped["flag_id"]))
    done(await incidents.way.appraisal(helped["case_id"]))
    done(await incidents.way.notice(helped["case_id"]))
    later = await incidents.way.after_notice(set_clock)

    approved = await later.decided(helped["case_id"])

    assert approved["flag_id"] != helped["flag_id"]
    statuses = await admin.fetch("SELECT status FROM risk_flag WHERE household_id = $1 ORDER BY status", household)
    assert [each["status"] for each in statuses] == ["open", "withdrawn"]


async def test_a_monitored_household_gets_the_risk_added(incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    case_id = await incidents.way.case("06")
    later, flag_id = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = (await case_of(incidents, case_id))["household_id"]
    incident = await incidents.opened(happened_at="2021-10-01T20:00:00+08:00", ends_on=None)
    await incidents.hit(incident, household, checked_at="2021-10-02T20:00:00+08:00")

    helped = (await incidents.helped(incident, household))[household]

    assert (helped["status"], helped["flag_id"]) == ("risk_added", flag_id)
    assert done(await later.call(COUNTY).get(f"/v1/risk-flags/{flag_id}"))["risks"] == ["06", "0201"]
    assert await admin.fetchval("SELECT count(*) FROM monitored_category WHERE household_id = $1", household) == 1


async def test_a_refusal_takes_off_what_a_monitored_household_s_flag_gained(
    incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    case_id = await incidents.way.case("06")
    later, flag_id = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = (await case_of(incidents, case_id))["household_id"]
    before = await standing(flag_id, admin)
    for hazard in ("flood", "earthquake"):
        incident = await incidents.opened(happened_at="2021-10-01T20:00:00+08:00", ends_on=None, hazard=hazard)
        await incidents.hit(incident, household, checked_at="2021-10-02T20:00:00+08:00")
        helped = (await incidents.helped(incident, household))[household]
    gained = await standing(flag_id, admin)

    done(await later.appraisal(helped["case_id"], in_favour=1))

    shown = done(await later.call(COUNTY).get(f"/v1/risk-flags/{flag_id}"))
    assert (shown["status"], shown["risks"]) == ("open", ["06"])
    after = await standing(flag_id, admin)
    assert {id: back for id, (_, back, _) in after.items()} == {id: id not in before for id in gained}
    assert {status for _, back, status in after.values() if back} <= {None, "withdrawn"}
    said = await admin.fetchval("SELECT convert_from(payload, 'utf8') FROM outbox WHERE entity_id = $1 ORDER BY entity_version DESC LIMIT 1", flag_id)
    assert {UUID(each["id"]): each["taken_back"] for each in json.loads(str(said))["owed"]} == {
        id: back for id, (service, back, _) in after.items() if service != "monitoring"
    }


async def test_what_was_taken_back_is_owed_anew_when_it_is_confirmed(incidents: Incidents, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    case_id = await incidents.way.case("06")
    later, flag_id = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = (await case_of(incidents, case_id))["household_id"]
    for refusing in (True, False):
        incident = await incidents.opened(happened_at="2021-10-01T20:00:00+08:00", ends_on=None)
        await incidents.hit(incident, household, checked_at="2021-10-02T20:00:00+08:00")
        helped = (await incidents.helped(incident, household))[household]
        if refusing:
            done(await later.appraisal(helped["case_id"], in_favour=1))

    rows = await admin.fetch("SELECT measure, taken_back_at IS NOT NULL AS back FROM owed_measure WHERE flag_id = $1", flag_id)
    back, owed = ({row["measure"] for row in rows if row["back"] is gone} for gone in (True, False))
    assert helped["status"] == "risk_added"
    assert back
    assert back < owed


async def standing(flag_id: str, admin: asyncpg.Connection) -> dict[UUID, tuple[str, bool, str | None]]:
    """Read service, whether it was taken back, and the answer of each measure that a flag calls for."""
    rows = await admin.fetch("SELECT id, service, taken_back_at IS NOT NULL AS back, status FROM owed_measure WHERE flag_id = $1", flag_id)
    return {row["id"]: (row["service"], row["back"], row["status"]) for row in rows}


async def test_a_risk_that_was_flagged_before_is_told_so_and_its_lead_joins_the_case_that_names_it(incidents: Incidents, set_clock: SetClock) -> None:
    case_id = await incidents.way.case("06")
    later, flag_id = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = (await case_of(incidents, case_id))["household_id"]
    helped, leads = list[dict[str, Any]](), list[str]()
    incident = ""
    for _ in range(2):
        incident = await incidents.opened(happened_at="2021-10-01T20:00:00+08:00", ends_on=None)
        leads.append((await incidents.hit(incident, household, checked_at="2021-10-02T20:00:00+08:00"))["lead_id"])
        helped.append((await incidents.helped(incident, household))[household])

    first, second = helped
    assert (first["status"], second["status"]) == ("risk_added", "had_before")
    assert (second["flag_id"], second["case_id"]) == (flag_id, first["case_id"])
    for lead_id in leads:
        lead = done(await later.call(OFFICE).get(f"/v1/leads/{lead_id}"))
        assert (lead["status"], lead["case_id"]) == ("confirmed", first["case_id"])
    assert (await incidents.households(incident, status="green_channel"))[household]["case_id"] == first["case_id"]


async def test_the_lead_of_a_risk_that_was_flagged_before_waits_where_no_case_names_it(incidents: Incidents, set_clock: SetClock) -> None:
    case_id = await incidents.way.case("0201")
    later, flag_id = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = (await case_of(incidents, case_id))["household_id"]
    incident = await incidents.opened(happened_at="2021-10-01T20:00:00+08:00", ends_on=None)
    lead_id = (await incidents.hit(incident, household, checked_at="2021-10-02T20:00:00+08:00"))["lead_id"]

    helped = (await incidents.helped(incident, household))[household]

    assert (helped["status"], helped["flag_id"], helped["case_id"]) == ("had_before", flag_id, None)
    assert done(await later.call(OFFICE).get(f"/v1/leads/{lead_id}"))["status"] == "registered"


async def test_a_case_under_way_is_marked_or_the_household_refused(incidents: Incidents) -> None:
    households = [await incidents.household() for _ in range(2)]
    incident = await incidents.opened()
    cases = [(await incidents.way.confirmed(await incidents.way.lead(household), "06"))["case_id"] for household in households]
    for household in households:
        await incidents.hit(incident, household)
    done(await incidents.way.appraisal(cases[1]))

    helped = await incidents.helped(incident, *households)

    marked, left = (helped[household] for household in households)
    assert (marked["status"], marked["case_id"]) == ("flagged", cases[0])
    assert (await case_of(incidents, cases[0]))["risks"] == ["06", "0201"]
    assert (left["status"], left["problem"], left["flag_id"]) == ("refused", "CaseUnderWay", None)


async def test_of_an_area_all_that_were_hit_are_helped_and_nobody_else(incidents: Incidents) -> None:
    hit_here, hit_there, untouched = await incidents.household(), await incidents.household(TWO), await incidents.household()
    incident = await incidents.opened()
    await incidents.hit(incident, hit_here)
    done(await incidents.check(incident, hit_there, hit(), by=village("village-" + TWO, TWO)))

    helped = await incidents.helped(incident, area=ONE)

    assert set(helped) == {hit_here}
    assert refused(await incidents.order(incident, area=ONE)) == (409, "NobodyHit", ["body.area"])
    alone = (await incidents.helped(incident, untouched))[untouched]
    assert (alone["status"], alone["problem"]) == ("refused", "Conflict")
    twice = (await incidents.helped(incident, hit_here))[hit_here]
    assert (twice["status"], twice["problem"]) == ("refused", "Conflict")


async def test_an_unfit_order_is_refused(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()

    both = (422, "HouseholdsOrArea", ["body.households", "body.area"])
    assert refused(await incidents.order(incident)) == both
    assert refused(await incidents.order(incident, household, area=ONE)) == both
    assert refused(await incidents.order(incident, household, household)) == (422, "NotOfIncident", ["body.households"])
    assert refused(await incidents.order(incident, str(new_id()))) == (422, "NotOfIncident", ["body.households"])
    assert refused(await incidents.order(incident, area="530921101")) == (403, "OutsideYourArea", ["body.area"])
    assert refused(await incidents.order(str(new_id()), household))[:2] == (404, "NotFound")
    for by in (CADRE, OFFICE, auditor()):
        assert refused(await incidents.order(incident, household, by=by)) == (403, "Forbidden", [])
    assert refused(await incidents.order(incident, household, by=county("stranger", "530921")))[:2] == (404, "NotFound")


@pytest.mark.parametrize("slices", [0, 1, 2])
async def test_killed_after_any_slice_each_household_is_flagged_once(
    slices: int, incidents: Incidents, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    households = [await incidents.household() for _ in range(5)]
    incident = await incidents.opened()
    for household in households:
        await incidents.hit(incident, household)
    order = done(await incidents.order(incident, *households))
    whole, done_so_far = help_households.green_channels.settle, 0

    async def dying(*arguments: Any, **named: Any) -> None:
        nonlocal done_so_far
        await whole(*arguments, **named)
        done_so_far += 1
        if done_so_far > slices:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(help_households.green_channels, "settle", dying)
        with pytest.raises(KilledError):
            await incidents.files.work()
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", order["job_id"])
    await incidents.files.work()

    assert (await incidents.files.job(ORDERER, order["job_id"]))["state"] == "done"
    for household in households:
        for table in ("risk_flag", "monitoring_case"):
            assert await admin.fetchval(f"SELECT count(*) FROM {table} WHERE household_id = $1", household) == 1
        flag = await admin.fetchval("SELECT id FROM risk_flag WHERE household_id = $1", household)
        assert await admin.fetchval("SELECT count(*) FROM outbox WHERE entity_id = $1", flag) == 1
        assert await admin.fetchval("SELECT count(*) FROM owed_measure WHERE flag_id = $1", flag) == 2


class KilledError(BaseException):
    """A runner that is gone: nothing of it is handled."""

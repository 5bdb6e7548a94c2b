"""Nobody whom a disaster hit is lost by moving to another county: what is owed goes on there, or a lead there says so."""

import asyncio
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.incidents.effects import EffectStatus, status_elsewhere
from services.monitoring.store.register.belongings import harm
from tests.builders.families import DOCUMENT
from tests.builders.places import OTHER_COUNTY
from tests.builders.story import Officials, done, refused
from tests.fixtures.tokens import prefecture
from tests.monitoring.incidents.conftest import ONE, PLACE, Incidents

THERE = Officials.of(OTHER_COUNTY)
LEADS = "SELECT id::text, hardships FROM lead WHERE household_id = $1 AND channel = 'transfer'"


async def moved(incidents: Incidents, household: str, to: str = OTHER_COUNTY) -> str:
    """Move a household to another county; give its id there."""
    caller = incidents.way.call(prefecture())
    seen = done(await caller.get(f"/v1/households/{household}"))["version"]
    body = {"to_village": to, "reason": "灾后投亲", "document_number": DOCUMENT}
    accepted = done(await caller.post(f"/v1/households/{household}/county-transfer", body, seen=seen))
    await incidents.files.work()
    transfer = done(await caller.get(f"/v1/household-transfers/{accepted['id']}"))
    assert transfer["status"] == "done"
    return transfer["to_household"]


async def of_both(incidents: Incidents) -> str:
    """Enter an incident of the prefecture that reaches a township here and a village there."""
    return await incidents.opened(by=prefecture(), areas=[PLACE, OTHER_COUNTY])


async def hit_and_decided(incidents: Incidents, incident: str, household: str) -> None:
    """Find a household hit, and its lead no matter for a case."""
    lead = (await incidents.hit(incident, household, note="房屋进水"))["lead_id"]
    done(await incidents.way.verification({"id": lead, "version": 1}, outcome="dismissed", reason="已妥善安置"))


async def there_of(incidents: Incidents, incident: str, household: str, status: str) -> dict[str, Any]:
    return (await incidents.households(incident, by=THERE.village, status=status))[household]


def test_who_was_helped_first_may_be_helped_first_again() -> None:
    assert status_elsewhere(EffectStatus.GREEN_CHANNEL) is EffectStatus.AFFECTED
    assert [status_elsewhere(status) for status in EffectStatus if status is not EffectStatus.GREEN_CHANNEL] == [
        status for status in EffectStatus if status is not EffectStatus.GREEN_CHANNEL
    ]


async def test_a_check_that_is_owed_goes_on_where_the_incident_reaches(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household = await incidents.household()
    incident = await of_both(incidents)
    due = (await incidents.households(incident))[household]["due_at"]

    there = await moved(incidents, household)

    line = await there_of(incidents, incident, there, "to_check")
    assert (line["due_at"], line["version"]) == (due, 1)
    assert household in await incidents.households(incident, status="dropped")
    assert await admin.fetch(LEADS, there) == []
    checked = await incidents.check(incident, there, by=THERE.village)
    assert done(checked)["status"] == "unaffected"


async def test_an_incident_is_not_closed_while_a_household_brings_a_check_that_is_owed(incidents: Incidents, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_yet, nobody_there = PLACE + "212", "530921101218"
    household = await incidents.household(nobody_yet)
    incident = await incidents.opened(by=prefecture(), areas=[nobody_yet, nobody_there])
    assert set(await incidents.households(incident, by=prefecture())) == {household}
    whole, closing = harm.unpack, list[asyncio.Task[Any]]()

    async def slow(*arguments: Any, **named: Any) -> Any:
        left_behind = await whole(*arguments, **named)
        closing.append(asyncio.create_task(incidents.closure(incident, by=prefecture())))
        await asyncio.wait(closing, timeout=0.5)
        return left_behind

    monkeypatch.setattr(harm, "unpack", slow)
    there = await moved(incidents, household)

    assert refused(await closing[0]) == (409, "NotAllChecked", [])
    assert (await there_of(incidents, incident, there, "to_check"))["due_at"]


async def test_visits_that_are_owed_go_on_where_the_incident_reaches(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household = await incidents.household()
    incident = await of_both(incidents)
    await hit_and_decided(incidents, incident, household)
    owed = await incidents.trackings(household)
    done(await incidents.visit(owed[0]))

    there = await moved(incidents, household)

    line = await there_of(incidents, incident, there, "affected")
    kept = await admin.fetchrow("SELECT losses::text, estimate::text, risks::text FROM incident_household WHERE id = $1", line["id"])
    assert kept is not None
    assert tuple(kept) == ('["crops", "house"]', "8000.00", '["0201"]')
    visits = await incidents.trackings(there, by=THERE.township)
    assert [(each["nth"], each["due_at"]) for each in visits] == [(each["nth"], each["due_at"]) for each in owed[1:]]
    assert await incidents.trackings(household) == []
    for visit in visits:
        done(await incidents.visit(visit, by=THERE.village))
    assert await there_of(incidents, incident, there, "tracked")
    assert await admin.fetch(LEADS, there) == []


async def test_a_household_that_moved_is_counted_once_where_it_lives_now_and_what_it_was_given_where_it_was_given(incidents: Incidents) -> None:
    relieved, unchecked = await incidents.household(), await incidents.household()
    incident = await of_both(incidents)
    await hit_and_decided(incidents, incident, relieved)
    done(await incidents.relief(incident, relieved))
    before = await totals(incidents, incident)

    for household in (relieved, unchecked):
        await moved(incidents, household)
    after = await totals(incidents, incident)

    changed = {
        area: {what: after[area][what] - was for what, was in before.get(area, dict.fromkeys(after[area], 0)).items() if after[area][what] != was}
        for area in after
    }
    assert changed == {
        ONE: {"households": -2, "to_check": -1, "affected": -1, "relieved": -1},
        OTHER_COUNTY: {"households": 2, "to_check": 1, "affected": 1, "relieved": 1},
    }


async def totals(incidents: Incidents, incident: str) -> dict[str, dict[str, Any]]:
    """Give the figures of each village, counts as such."""
    shown = done(await incidents.way.call(prefecture()).get(f"/v1/incidents/{incident}/figures", area="5309"))["items"]
    return {
        each["area"]: {what: count for what, count in each.items() if isinstance(count, int)} | {"amount": Decimal(each["amount"])} for each in shown
    }


async def test_what_does_not_reach_the_new_county_is_said_by_a_lead_there(incidents: Incidents, admin: asyncpg.Connection) -> None:
    unchecked, hit = await incidents.household(), await incidents.household()
    incident = await incidents.opened(title="凤庆泥石流", hazard="accident")
    await hit_and_decided(incidents, incident, hit)

    homes = [await moved(incidents, household) for household in (unchecked, hit)]

    for there, said in zip(homes, ("尚未核查是否受灾", "尚有灾后回访3次未办"), strict=True):
        (lead,) = await admin.fetch(LEADS, there)
        assert lead["hardships"] == '["accident"]'
        note = done(await incidents.way.call(THERE.village).get(f"/v1/leads/{lead['id']}"))["note"]
        assert "凤庆泥石流" in note
        assert said in note
        assert await admin.fetchval("SELECT count(*) FROM incident_household WHERE household_id = $1", there) == 0


async def test_one_that_was_monitored_and_hit_is_one_lead_that_says_both(incidents: Incidents, set_clock: Any, admin: asyncpg.Connection) -> None:
    case_id = await incidents.way.case("06")
    later, _ = await incidents.way.flagged(case_id, set_clock)
    incidents.way = later
    household = done(await later.call(later.officials.county).get(f"/v1/cases/{case_id}"))["household_id"]
    await incidents.opened(title="凤庆洪涝")

    there = await moved(incidents, household)

    (lead,) = await admin.fetch(LEADS, there)
    assert lead["hardships"] == '["other", "disaster"]'
    note = done(await later.call(THERE.village).get(f"/v1/leads/{lead['id']}"))["note"]
    assert "06" in note
    assert "凤庆洪涝" in note


async def test_who_was_helped_first_arrives_as_hit_and_may_be_helped_first_there(incidents: Incidents, set_clock: Any) -> None:
    household = await incidents.household()
    incident = await of_both(incidents)
    await incidents.hit(incident, household)
    helped = (await incidents.helped(incident, household))[household]
    done(await incidents.way.appraisal(helped["case_id"]))
    done(await incidents.way.notice(helped["case_id"]))
    incidents.way = await incidents.way.after_notice(set_clock)
    await incidents.way.decided(helped["case_id"])

    there = await moved(incidents, household)

    assert await there_of(incidents, incident, there, "affected")
    again = await incidents.helped(incident, there, by=THERE.county)
    assert again[there]["status"] == "flagged"


async def test_who_comes_back_is_owed_the_check_still(incidents: Incidents) -> None:
    household = await incidents.household()
    incident = await of_both(incidents)

    back = await moved(incidents, await moved(incidents, household), to=ONE)

    here = await incidents.households(incident)
    assert back in here
    assert household not in here
    assert done(await incidents.check(incident, back))["status"] == "unaffected"

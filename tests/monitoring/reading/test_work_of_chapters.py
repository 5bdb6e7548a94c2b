"""What waits of alarms, disasters, rounds of screening and data quality stands in the one worklist too, for whom it is."""

from typing import Any

from shared.kernel.actors import Actor
from tests.builders.people import proof
from tests.builders.rounds import a_visit
from tests.builders.story import done
from tests.fixtures.callers import Call
from tests.fixtures.tokens import auditor, county, township, village
from tests.monitoring.incidents.conftest import CADRE, COUNTY, OFFICE, ONE, TWO, Incidents
from tests.monitoring.lists import listed
from tests.monitoring.quality import conftest as places
from tests.monitoring.quality.conftest import Quality
from tests.monitoring.regional.conftest import HERE, TOWN, Round
from tests.monitoring.regional.test_alarms import OFFICER, some, the_alarm
from tests.monitoring.screening import test_screening as rounds
from tests.monitoring.screening.test_screening import Screening, screening

__all__ = ["screening"]


async def waits(call: Call, by: Actor, **query: Any) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in await listed(call(by), "/v1/worklist", **query)}


async def step_ends(incidents: Incidents, case_id: str) -> str:
    return done(await incidents.way.call(COUNTY).get(f"/v1/cases/{case_id}"))["step_limit"]["due_at"]


async def test_an_alarm_waits_for_the_county_that_answers_it(here: Any, call: Call, check: Round) -> None:
    await some(here, 5)
    alarm = await the_alarm(call, check)

    line = (await waits(call, OFFICER, mine=True))[alarm["id"]]

    assert (line["matter"], line["step"], line["area"], line["household_id"], line["due_at"]) == (
        *("regional_alarm", "answer", TOWN, None),
        alarm["due_at"],
    )
    assert line["door"] == {"method": "POST", "path": f"/v1/regional-alarms/{alarm['id']}/answer", "yours": True}
    office = township("office", TOWN)
    assert not (await waits(call, office, matter="regional_alarm"))[alarm["id"]]["door"]["yours"]
    assert alarm["id"] not in await waits(call, office, mine=True)
    assert alarm["id"] not in await waits(call, village("cadre", HERE))
    body = {"assessment": "known", "measures": [], "evidence": proof()}
    done(await call(OFFICER).post(line["door"]["path"], body, seen=line["version"]))
    assert alarm["id"] not in await waits(call, OFFICER)


async def test_households_to_check_and_visits_after_a_disaster_wait_for_the_village(incidents: Incidents) -> None:
    call = incidents.way.call
    household, incident = await incidents.household(), await incidents.opened()
    effect = (await incidents.households(incident))[household]

    line = (await waits(call, CADRE, mine=True))[effect["id"]]

    assert (line["matter"], line["step"], line["household_id"]) == ("incident_household", "check", household)
    assert line["door"] == {"method": "POST", "path": f"/v1/incidents/{incident}/households/{household}/check", "yours": True}
    assert effect["id"] not in await waits(call, OFFICE, mine=True)
    assert effect["id"] not in await waits(call, village("village-" + TWO, TWO))
    await incidents.hit(incident, household)
    assert effect["id"] not in await waits(call, CADRE)
    visit, *_ = await incidents.trackings(household)
    line = (await waits(call, CADRE, mine=True, matter="incident_tracking"))[visit["id"]]
    assert (line["step"], line["household_id"], line["due_at"]) == ("tracking_visit", household, visit["due_at"])
    assert line["door"] == {"method": "POST", "path": f"/v1/incident-trackings/{visit['id']}/visit", "yours": True}
    done(await incidents.visit(visit))
    assert visit["id"] not in await waits(call, CADRE)


async def test_a_household_in_a_round_waits_for_a_visit_of_the_village(screening: Screening) -> None:
    call, household = screening.way.call, await screening.household()
    held = await screening.opened()
    line = (await screening.households(held["id"]))[household]

    waiting = (await waits(call, rounds.CADRE, mine=True, matter="screening"))[line["id"]]

    assert (waiting["step"], waiting["household_id"], waiting["due_at"]) == ("visit", household, line["due_at"])
    path = f"/v1/screening-rounds/{held['id']}/households/{household}/visit"
    assert waiting["door"] == {"method": "POST", "path": path, "yours": True}
    assert line["id"] not in await waits(call, rounds.OFFICE, mine=True)
    done(await call(rounds.CADRE).post(path, a_visit(), seen=waiting["version"]))
    assert line["id"] not in await waits(call, rounds.CADRE)


async def test_the_procedure_that_is_owed_after_the_green_channel_waits_step_by_step(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    case_id = (await incidents.helped(incident, household))[household]["case_id"]

    line = (await waits(incidents.way.call, CADRE, mine=True))[case_id]

    assert (line["step"], line["due_at"], line["door"]["yours"]) == ("village_appraisal", await step_ends(incidents, case_id), True)
    done(await incidents.way.appraisal(case_id))
    line = (await waits(incidents.way.call, CADRE, step="notice"))[case_id]
    assert (line["due_at"], line["door"]["path"]) == (await step_ends(incidents, case_id), f"/v1/cases/{case_id}/notice")


async def test_what_is_to_be_repaired_is_the_work_of_its_owner(quality: Quality, admin: Any) -> None:
    call, rule = quality.way.call, places.LAND
    households = {owner: await quality.household(farmland="120.00") for owner in ("village", "township", "county")}
    await quality.check(rule)
    found = {owner: await quality.found(household, rule) for owner, household in households.items()}
    for owner, finding in found.items():
        await admin.execute("UPDATE quality_finding SET owner = $1 WHERE id = $2", owner, finding["id"])
    ids = {owner: finding["id"] for owner, finding in found.items()}

    offices = {"village": places.CADRE, "township": places.OFFICE, "county": places.DESK}
    for owner, office in offices.items():
        mine = await waits(call, office, mine=True, matter="finding")
        everybody_s = await waits(call, office, matter="finding")

        assert set(mine) & set(ids.values()) == {ids[owner]}
        assert set(everybody_s) >= set(ids.values())
        assert {each: everybody_s[each]["door"]["yours"] for each in ids.values()} == {each: each == ids[owner] for each in ids.values()}
        line = mine[ids[owner]]
        assert (line["step"], line["household_id"], line["due_at"]) == ("repair", households[owner], found[owner]["due_at"])
    await quality.fill(households["county"], farmland="12.00")
    done(await quality.act({"id": ids["county"], "version": 1}, "recheck", by=places.DESK))
    assert ids["county"] not in await waits(call, places.DESK)


async def test_who_only_reads_has_nothing_to_do(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    effect = (await incidents.households(incident))[household]

    assert not (await waits(incidents.way.call, auditor(), area=ONE))[effect["id"]]["door"]["yours"]
    assert await waits(incidents.way.call, auditor(), area=ONE, mine=True) == {}
    assert effect["id"] not in await waits(incidents.way.call, county("elsewhere", "530921"), area=ONE)

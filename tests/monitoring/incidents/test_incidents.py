"""Disasters: entered, their households laid down and checked, relieved, visited again, closed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.incidents import effects, hazards
from services.monitoring.domain.incidents.effects import EffectAct, EffectStatus
from services.monitoring.domain.incidents.hazards import Hazard
from services.monitoring.store.incidents import laying_down
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import new_id
from tests.builders.incidents import a_check, an_incident, hit
from tests.builders.story import done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.incidents.conftest import CADRE, COUNTY, OFFICE, ONE, PLACE, TWO, Incidents
from tests.monitoring.incidents.test_polygons import square

BESIDE = "530922106201"


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laying_down, "AT_ONCE", 3)


@pytest.mark.parametrize(("status", "act", "role"), list(product(EffectStatus, EffectAct, Role)))
def test_what_may_be_done_for_a_household_depends_on_how_it_stands(status: Any, act: Any, role: Role) -> None:
    hit_already = {EffectStatus.AFFECTED, EffectStatus.GREEN_CHANNEL, EffectStatus.RELIEVED}
    states = {
        EffectAct.CHECK: {EffectStatus.TO_CHECK},
        EffectAct.GREEN_CHANNEL: {EffectStatus.AFFECTED, EffectStatus.RELIEVED},
        EffectAct.RELIEVE: hit_already,
        EffectAct.LAST_VISIT: hit_already,
    }[act]
    villagers, counties = {Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}, {Role.COUNTY_OFFICER}
    roles = {EffectAct.GREEN_CHANNEL: counties, EffectAct.RELIEVE: villagers | counties | {Role.PREFECTURE_OFFICER}}.get(act, villagers)

    if status not in states or role not in roles:
        with pytest.raises(Conflict if status not in states else Forbidden):
            effects.PROCEDURE.step(status, act, role)
    else:
        effects.PROCEDURE.step(status, act, role)


def test_every_hazard_has_a_risk_and_a_name_in_the_list() -> None:
    assert set(hazards.RISKS) == set(hazards.LISTED_AS) == set(Hazard)


async def test_an_incident_lays_down_who_lives_in_its_areas_and_nobody_twice(incidents: Incidents, admin: asyncpg.Connection) -> None:
    mine = [await incidents.household(at) for at in (ONE, TWO, ONE, TWO)]
    gone, beside = await incidents.household(), await incidents.household(BESIDE)
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone)

    incident = await incidents.opened()

    found = await incidents.households(incident)
    assert set(mine) <= set(found)
    assert not {gone, beside} & set(found)
    line = found[mine[0]]
    assert (line["status"], line["due_at"], line["losses"], line["estimate"]) == ("to_check", "2021-09-26T16:00:00Z", [], None)
    assert line["head"][1:] == "**"
    late = await incidents.household()
    assert (await incidents.laid_down(incident))["created"] == 1
    assert late in await incidents.households(incident)
    assert (await incidents.laid_down(incident))["created"] == 0


async def test_an_incident_wider_than_a_county_is_one_and_each_county_works_on_its_part(incidents: Incidents) -> None:
    household = await incidents.household()
    areas = [PLACE, "530921101"]
    opened = done(await incidents.way.call(prefecture()).post("/v1/incidents", an_incident(areas=areas)))
    shown = done(await incidents.way.call(CADRE).get(f"/v1/incidents/{opened['id']}"))
    assert (shown["area"], shown["areas"], shown["status"]) == ("5309", areas, "open")

    await incidents.laid_down(opened["id"], COUNTY)

    assert household in await incidents.households(opened["id"])
    assert not await incidents.households(opened["id"], county("other", "530921"))
    assert refused(await incidents.closure(opened["id"], COUNTY)) == (403, "NotYourIncident", [])
    assert opened["id"] in {each["id"] for each in done(await incidents.way.call(OFFICE).get("/v1/incidents"))["items"]}


async def test_a_drawn_area_names_the_counties_that_it_touches(incidents: Incidents) -> None:
    drawn = {"type": "Polygon", "coordinates": [square(98.6, 23.0, 1.95)]}

    mine = done(await incidents.way.call(prefecture()).post("/v1/incidents", an_incident(areas=[], polygon=drawn)))

    assert len(mine["areas"]) > 1
    assert all(len(area) == 6 for area in mine["areas"])
    shown = done(await incidents.way.call(prefecture()).get(f"/v1/incidents/{mine['id']}"))
    assert shown["polygon"] == drawn["coordinates"]
    one = done(await incidents.way.call(COUNTY).post("/v1/incidents", an_incident(areas=[PLACE], polygon=drawn)))
    assert one["areas"] == [PLACE]


BOW_TIE = {"type": "Polygon", "coordinates": [[[100, 24], [100.2, 24.2], [100.2, 24], [100, 24.2], [100, 24]]]}
SWAPPED = {"type": "Polygon", "coordinates": [[[24, 100], [24.2, 100], [24.2, 100.2], [24, 100]]]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"areas": [BESIDE[:6], PLACE]}, (422, "AreasUnfit", ["body.areas"])),
        ({"areas": []}, (422, "AreasUnfit", ["body.areas"])),
        ({"areas": ["530921101"]}, (403, "OutsideYourArea", ["body.areas.0"])),
        ({"areas": [PLACE + "999"]}, (422, "NoSuchArea", ["body.areas.0"])),
        ({"areas": [], "polygon": BOW_TIE}, (422, "RingUnfit", ["body.polygon"])),
        ({"polygon": SWAPPED}, (422, "OutsidePrefecture", ["body.polygon"])),
        ({"areas": [], "polygon": {"type": "Polygon", "coordinates": [square(99.0, 23.3, 0.01)]}}, (403, "OutsideYourArea", ["body.polygon"])),
        ({"ends_on": "2021-09-17"}, (422, "EndsTooEarly", ["body.ends_on"])),
        ({"happened_at": "2021-12-01T00:00:00+08:00", "ends_on": None}, (422, "NotYetHappened", ["body.happened_at"])),
        ({"hazard": "war"}, (422, "Malformed", ["body.hazard"])),
    ],
)
async def test_an_unfit_incident_is_refused(change: dict[str, Any], said: tuple[int, str, list[str]], incidents: Incidents) -> None:
    assert refused(await incidents.way.call(COUNTY).post("/v1/incidents", an_incident(**{"areas": [PLACE], **change}))) == said


async def test_incidents_are_entered_by_counties_and_seen_where_they_are(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()

    for by in (CADRE, OFFICE, auditor()):
        assert refused(await incidents.way.call(by).post("/v1/incidents", an_incident(areas=[PLACE]))) == (403, "Forbidden", [])
        assert refused(await incidents.closure(incident, by)) == (403, "Forbidden", [])
    stranger = county("stranger", "530921")
    for path in ("", "/figures", f"/households/{household}"):
        assert refused(await incidents.way.call(stranger).get(f"/v1/incidents/{incident}{path}"))[:2] == (404, "NotFound")
    assert refused(await incidents.closure(incident, stranger))[:2] == (404, "NotFound")
    assert refused(await incidents.check(incident, household, by=village("stranger", TWO)))[:2] == (404, "NotFound")
    assert refused(await incidents.check(incident, str(new_id())))[:2] == (404, "NotFound")


async def test_a_household_that_was_hit_has_one_lead_and_visits_that_are_owed(incidents: Incidents, admin: asyncpg.Connection) -> None:
    household, incident = await incidents.household(), await incidents.opened()

    checked = await incidents.hit(incident, household)

    assert (checked["status"], checked["version"]) == ("affected", 2)
    lead = done(await incidents.way.call(CADRE).get(f"/v1/leads/{checked['lead_id']}"))
    assert (lead["household_id"], lead["channel"], lead["hardships"], lead["note"]) == (household, "disaster", ["disaster"], "房屋进水")
    owed = await incidents.trackings(household)
    assert [(each["nth"], each["due_at"]) for each in owed] == [
        (1, "2021-10-21T16:00:00Z"),
        (2, "2021-12-20T16:00:00Z"),
        (3, "2022-03-20T16:00:00Z"),
    ]
    line = (await incidents.households(incident, status="affected"))[household]
    assert (line["losses"], line["estimate"], line["risks"]) == (["crops", "house"], "8000.00", ["0201"])
    (kept,) = await admin.fetch("SELECT * FROM incident_household WHERE id = $1", checked["id"])
    assert "房屋进水" not in str(dict(kept))
    assert refused(await incidents.check(incident, household, hit(), seen=2))[:2] == (409, "Conflict")
    assert refused(await incidents.check(incident, household, hit(), seen=1)) == (412, "Stale", ["header.if-match"])


async def test_a_household_that_was_not_hit_has_nothing(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()

    checked = done(await incidents.check(incident, household))

    assert (checked["status"], checked["lead_id"]) == ("unaffected", None)
    assert not await incidents.trackings(household)
    assert refused(await incidents.relief(incident, household))[:2] == (409, "Conflict")


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (a_check(affected=True), (422, "LossesUnfit", ["body.losses"])),
        (a_check(losses=["crops"]), (422, "LossesUnfit", ["body.losses"])),
        (a_check(estimate="1.00"), (422, "LossesUnfit", ["body.losses"])),
        (hit(losses=["crops", "crops"]), (422, "LossesUnfit", ["body.losses"])),
        (hit(risks=["05", "05"]), (422, "LossesUnfit", ["body.losses"])),
        (hit(checked_at="2021-09-18T19:00:00+08:00"), (422, "CheckBeforeIncident", ["body.checked_at"])),
        (hit(checked_at="2022-09-18T19:00:00+08:00"), (422, "NotYetHappened", ["body.checked_at"])),
    ],
)
async def test_an_unfit_check_is_refused(check: dict[str, Any], said: tuple[int, str, list[str]], incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()

    assert refused(await incidents.check(incident, household, check)) == said


async def test_relief_is_entered_once_and_counted_by_village(incidents: Incidents) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)

    given = done(await incidents.relief(incident, household))

    assert (given["status"], given["version"]) == ("relieved", 3)
    said = (409, "SameReliefTwice", ["body.delivered_at", "body.provider"])
    assert refused(await incidents.relief(incident, household, seen=3)) == said
    done(await incidents.relief(incident, household, seen=3, by=COUNTY, kind="goods", amount=None))
    shown = done(await incidents.way.call(COUNTY).get(f"/v1/incidents/{incident}/households/{household}"))
    assert [(each["kind"], each["amount"]) for each in shown["reliefs"]] == [("cash", "2000.00"), ("goods", None)]
    figures = done(await incidents.way.call(COUNTY).get(f"/v1/incidents/{incident}/figures"))["items"]
    (mine,) = [each for each in figures if each["area"] == ONE]
    assert (mine["affected"], mine["relieved"], mine["amount"], mine["tracked"]) == (1, 1, "2000.00", 0)
    assert refused(await incidents.relief(incident, household, seen=4, amount=None)) == (422, "AmountMissing", ["body.amount"])
    early = "2021-09-18T19:00:00+08:00"
    assert refused(await incidents.relief(incident, household, seen=4, delivered_at=early)) == (422, "CheckBeforeIncident", ["body.delivered_at"])


async def test_an_incident_is_closed_when_everybody_whom_it_hit_is_tracked_or_has_a_case(incidents: Incidents, set_clock: SetClock) -> None:
    tracked, cased, _ = [await incidents.household() for _ in range(3)]
    incident = await incidents.opened()
    await incidents.hit(incident, tracked)
    checked = await incidents.hit(incident, cased)
    lead = done(await incidents.way.call(CADRE).get(f"/v1/leads/{checked['lead_id']}"))
    assert refused(await incidents.closure(incident)) == (409, "NotAllChecked", [])
    for household in await incidents.households(incident):  # those of other tests too
        done(await incidents.check(incident, household, by=OFFICE))
    refusal = await incidents.closure(incident)
    assert refused(refusal) == (409, "NotAllTracked", [])
    assert refusal.json()["detail"] == "2"
    assert (await incidents.way.confirmed(lead, "0201"))["case_id"]
    early = (await incidents.trackings(tracked))[0]
    assert refused(await incidents.visit(early, visited_at="2021-09-20T10:00:00+08:00")) == (422, "VisitBeforeCheck", ["body.visited_at"])

    visits = await incidents.trackings(tracked)
    for owed in visits:
        incidents.way = replace(incidents.way, now=await set_clock(incidents.way.now + timedelta(days=60)))
        done(await incidents.visit(owed))

    assert refused(await incidents.visit({**visits[0], "version": 2}))[:2] == (409, "Conflict")
    assert tracked in await incidents.households(incident, status="tracked")
    assert done(await incidents.closure(incident))["status"] == "closed"
    late = await incidents.household()
    for act in (incidents.check(incident, cased, seen=2), incidents.relief(incident, cased), incidents.order(incident, cased)):
        assert refused(await act)[:2] == (409, "IncidentClosed")
    assert refused(await incidents.way.call(COUNTY).post(f"/v1/incidents/{incident}/households", None)) == (409, "IncidentClosed", [])
    assert late not in await incidents.households(incident)


async def test_an_incident_is_not_closed_while_households_are_laid_down(incidents: Incidents, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_yet = PLACE + "209"
    incident = await incidents.opened(areas=[nobody_yet])
    household = await incidents.household(nobody_yet)
    whole, closing = laying_down.lay_down, list[asyncio.Task[Any]]()

    async def slow(*arguments: Any, **named: Any) -> Any:
        laid_down = await whole(*arguments, **named)
        closing.append(asyncio.create_task(incidents.closure(incident)))
        await asyncio.wait(closing, timeout=0.5)
        return laid_down

    monkeypatch.setattr(laying_down, "lay_down", slow)
    await incidents.laid_down(incident)

    assert refused(await closing[0]) == (409, "NotAllChecked", [])
    assert set(await incidents.households(incident)) == {household}


async def test_difficulty_at_a_visit_joins_the_lead_that_waits_or_opens_one(incidents: Incidents, set_clock: SetClock) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    checked = await incidents.hit(incident, household)
    first, second, third = await incidents.trackings(household)
    incidents.way = replace(incidents.way, now=await set_clock(incidents.way.now + timedelta(days=1)))

    joined = done(await incidents.visit(first, "still_in_difficulty"))
    lead = done(await incidents.way.call(CADRE).get(f"/v1/leads/{checked['lead_id']}"))
    done(await incidents.way.verification(lead, outcome="dismissed", reason="已获救助"))
    opened = done(await incidents.visit(second, "worse"))
    again = done(await incidents.way.call(CADRE).get(f"/v1/leads/{opened['lead_id']}"))
    assert (await incidents.way.confirmed(again, "0201"))["case_id"]
    left = done(await incidents.visit(third, "worse"))

    assert joined["lead_id"] == checked["lead_id"]
    assert opened["lead_id"] != checked["lead_id"]
    assert left["lead_id"] is None


@pytest.mark.parametrize(("hazard", "hardship"), [("flood", "disaster"), ("accident", "accident")])
async def test_difficulty_after_an_incident_joins_no_lead_of_another_matter(
    hazard: str, hardship: str, incidents: Incidents, set_clock: SetClock
) -> None:
    household, incident = await incidents.household(), await incidents.opened(hazard=hazard)
    checked = await incidents.hit(incident, household)
    lead = done(await incidents.way.call(CADRE).get(f"/v1/leads/{checked['lead_id']}"))
    done(await incidents.way.verification(lead, outcome="dismissed", reason="已获救助"))
    of_business = await incidents.way.lead(household)
    first, second, _ = await incidents.trackings(household)
    incidents.way = replace(incidents.way, now=await set_clock(incidents.way.now + timedelta(days=1)))

    opened = done(await incidents.visit(first, "worse"))
    joined = done(await incidents.visit(second, "worse"))

    assert opened["lead_id"] != of_business["id"]
    assert done(await incidents.way.call(CADRE).get(f"/v1/leads/{opened['lead_id']}"))["hardships"] == [hardship]
    assert joined["lead_id"] == opened["lead_id"]


async def test_visits_that_are_late_are_told(incidents: Incidents, set_clock: SetClock) -> None:
    household, incident = await incidents.household(), await incidents.opened()
    await incidents.hit(incident, household)
    assert not any(each["overdue"] for each in await incidents.trackings(household))

    await set_clock(incidents.way.now + timedelta(days=40))

    assert [each["overdue"] for each in await incidents.trackings(household)] == [True, False, False]
    figures = done(await incidents.way.call(OFFICE).get(f"/v1/incidents/{incident}/figures"))["items"]
    assert next(each for each in figures if each["area"] == ONE)["overdue"] >= 1
    assert refused(await incidents.visit((await incidents.trackings(household))[0], by=township("x", BESIDE[:9])))[:2] == (404, "NotFound")

"""An approved case raises its household's flag, or adds to it: what is owed, by whom, by when; and what is announced of it."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from shared.kernel.ids import derived_id
from tests.builders.places import NEXT_VILLAGE, STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, township, village
from tests.monitoring.lists import listed

ANNOUNCED = "SELECT type, topic, key, entity_version, county_code, payload FROM outbox WHERE entity_id = $1 ORDER BY created_at, entity_version"


async def fan_out(way: Way, flag_id: str) -> list[tuple[str, str, str | None]]:
    shown = done(await way.call(county()).get(f"/v1/risk-flags/{flag_id}/fan-out"))
    assert shown["owed"] == len(shown["measures"])
    assert shown["confirmed"] == len([each for each in shown["measures"] if each["status"]])
    return sorted((each["measure"], each["service"], each["status"]) for each in shown["measures"])


async def announced(admin: asyncpg.Connection, flag_id: str) -> list[dict[str, Any]]:
    return [{"type": row["type"], **orjson.loads(row["payload"])} for row in await admin.fetch(ANNOUNCED, flag_id)]


INDUSTRY = ("industry_support", "projects", None)
EMPLOYMENT = ("employment_support", "employment", None)
RECOVERY = ("recovery", "projects", None)
RELIEF = ("relief", "monitoring", "opened")
GUARANTEE = ("guarantee", "monitoring", "opened")
HEALTH = ("health", "monitoring", "opened")


@pytest.mark.parametrize(
    ("risks", "able", "owed"),
    [
        (["06"], True, [INDUSTRY]),
        (["07"], True, [EMPLOYMENT]),
        (["0201"], True, [RECOVERY, RELIEF]),
        (["06"], False, [GUARANTEE]),
        (["07"], False, [GUARANTEE]),
        (["0201"], False, [GUARANTEE, RELIEF]),
        (["01"], False, [HEALTH]),
        (["06", "07", "0201"], True, [EMPLOYMENT, INDUSTRY, RECOVERY, RELIEF]),
        (["06", "07", "0201"], False, [GUARANTEE, RELIEF]),
    ],
)
async def test_a_flag_owes_what_the_law_says_of_its_risks_and_of_the_ability_to_work(
    risks: list[str], able: bool, owed: list[tuple[str, str, str | None]], way: Way, set_clock: SetClock
) -> None:
    later, flag_id = await way.flagged(await way.case(*risks, able=able), set_clock)

    assert await fan_out(later, flag_id) == owed


async def test_a_flag_is_shown_with_its_risks_and_its_first_period(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    case_id = await way.case("06", "01", kind="general")

    later, flag_id = await way.flagged(case_id, set_clock)

    answer = await later.call(county()).get(f"/v1/risk-flags/{flag_id}")
    case = done(await later.call(county()).get(f"/v1/cases/{case_id}"))
    flag = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (flag["status"], flag["risks"], flag["household_id"]) == ("open", ["06", "01"], case["household_id"])
    assert flag["due_at"] == "2021-11-02T16:00:00Z", "thirty days from 3 October"
    assert case["flag_id"] == flag_id
    household = done(await later.call(county()).get(f"/v1/households/{case['household_id']}"))
    assert (household["status"], household["version"]) == ("monitored", 2)
    (category,) = await admin.fetch("SELECT * FROM monitored_category WHERE household_id = $1", case["household_id"])
    assert (category["category"], category["valid_from"].isoformat(), category["valid_to"]) == ("marginal", "2021-10-03", None)


async def test_what_is_announced_is_the_state_without_cause_referral_or_person(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    lead = await way.lead(household_id)
    case_id = (await way.confirmed(lead, "0201", "01"))["case_id"]

    _, flag_id = await way.flagged(case_id, set_clock)

    (event,) = await announced(admin, flag_id)
    (owed,) = event.pop("owed")
    assert event == {
        "type": "monitoring.risk_flag_raised.v1",
        "id": flag_id,
        "county_code": "530902",
        "version": 1,
        "household_id": household_id,
        "area_code": "530902102201",
        "status": "open",
    }
    assert owed | {"id": None} == {
        "id": None,
        "measure": "recovery",
        "service": "projects",
        "due_at": "2021-11-02T16:00:00Z",
        "taken_back": False,
    }
    (row,) = await admin.fetch(ANNOUNCED, flag_id)
    assert (row["topic"], row["key"], row["county_code"]) == ("monitoring.risk_flag", household_id, "530902")


async def test_a_flag_without_another_service_s_measure_is_announced_owing_nothing(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    _, flag_id = await way.flagged(await way.case("01"), set_clock)

    (event,) = await announced(admin, flag_id)
    assert event["owed"] == []


async def test_a_refused_case_raises_and_announces_nothing(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    household_id = await way.household()
    case_id = (await way.confirmed(await way.lead(household_id), "06"))["case_id"]
    done(await way.appraisal(case_id))
    done(await way.notice(case_id))

    await (await way.after_notice(set_clock)).decided(case_id, agrees=False)

    assert await admin.fetchval("SELECT count(*) FROM risk_flag WHERE household_id = $1", household_id) == 0
    assert await admin.fetchval("SELECT count(*) FROM outbox WHERE key = $1", household_id) == 0


async def again(way: Way, household_id: str, set_clock: SetClock, *risks: str) -> tuple[Way, str]:
    """Take one more case of a household through every step."""
    case_id = (await way.confirmed(await way.lead(household_id), *risks))["case_id"]
    return await way.flagged(case_id, set_clock)


async def test_a_second_case_adds_its_risks_and_what_is_owed_already_is_not_owed_twice(
    way: Way, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    household_id = await way.household()
    first, flag_id = await again(way, household_id, set_clock, "0201")
    owed_before = {each["id"]: each for each in (await announced(admin, flag_id))[0]["owed"]}

    second, same = await again(first, household_id, set_clock, "05", "06", "0201")

    assert same == flag_id
    flag = done(await second.call(county()).get(f"/v1/risk-flags/{flag_id}"))
    assert (flag["version"], flag["risks"], flag["status"]) == (2, ["0201", "05", "06"], "open")
    assert flag["due_at"] == "2021-11-02T16:00:00Z", "the first measure is due when it was"
    assert await fan_out(second, flag_id) == [INDUSTRY, RECOVERY, RELIEF]
    raised, changed = await announced(admin, flag_id)
    assert (raised["type"], changed["type"], changed["version"]) == ("monitoring.risk_flag_raised.v1", "monitoring.risk_flag_changed.v1", 2)
    kept = {each["id"]: each for each in changed["owed"] if each["measure"] == "recovery"}
    assert kept == owed_before
    assert done(await second.call(county()).get(f"/v1/households/{household_id}"))["version"] == 2


async def test_a_flag_holds_five_risks_and_a_lead_that_would_bring_a_sixth_is_not_confirmed(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    first, flag_id = await again(way, household_id, set_clock, "01", "03", "05", "06")

    sixth = await first.verification(await first.lead(household_id), outcome="confirmed", risks=["07", "09"])

    assert refused(sixth) == (409, "TooManyRisks", ["body.risks"])
    assert (await first.confirmed(await first.lead(household_id), "07"))["case_id"]
    assert done(await first.call(county()).get(f"/v1/risk-flags/{flag_id}"))["version"] == 1


async def test_the_ids_of_what_is_owed_follow_from_the_flag_and_the_measure(way: Way, set_clock: SetClock) -> None:
    case_id = await way.case("0201", "06")

    later, flag_id = await way.flagged(case_id, set_clock)

    shown = done(await later.call(county()).get(f"/v1/risk-flags/{flag_id}/fan-out"))["measures"]
    assert UUID(flag_id) == derived_id(UUID(case_id), "flag")
    assert {each["measure"]: UUID(each["id"]) for each in shown} == {
        name: derived_id(UUID(flag_id), name) for name in ("industry_support", "recovery", "relief")
    }


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_flag_of_another_area_is_not_found(stranger: Any, way: Way, set_clock: SetClock) -> None:
    later, flag_id = await way.flagged(await way.case("06"), set_clock)

    for path in (f"/v1/risk-flags/{flag_id}", f"/v1/risk-flags/{flag_id}/fan-out"):
        assert refused(await later.call(stranger).get(path)) == (404, "NotFound", [])


async def test_a_list_holds_the_flags_of_an_area_in_one_status(way: Way, set_clock: SetClock) -> None:
    elsewhere = Way(way.call, way.now, Officials.of(NEXT_VILLAGE))
    mine, theirs, gone = await way.noticed("06"), await elsewhere.noticed("06"), await way.noticed("06")
    later = await way.after_notice(set_clock)
    open_flag, withdrawn = (await later.decided(mine))["flag_id"], (await later.decided(gone))["flag_id"]
    next_door = (await Way(way.call, later.now, elsewhere.officials).decided(theirs))["flag_id"]
    done(await later.withdrawal(withdrawn))

    async def ids(official: Any, **query: Any) -> set[str]:
        return {each["id"] for each in await listed(way.call(official), "/v1/risk-flags", **query)}

    assert open_flag in await ids(village())
    assert {next_door, withdrawn}.isdisjoint(await ids(village()))
    assert {open_flag, next_door} <= await ids(township())
    assert withdrawn in await ids(auditor(), status="withdrawn", area="530902")
    assert next_door not in await ids(prefecture(), area="530902102201")

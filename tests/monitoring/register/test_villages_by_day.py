"""Where a household lived and of which kind it was on any past day is there to be read, however it came to another village or kind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.monitoring.store.register import form_turns
from services.monitoring.store.register.form_turns import Turn
from shared.database.transaction import Database
from shared.service.jobs.runner import JobRunner
from tests.builders.areas import NEXT_TOWNSHIP, TOWNSHIP, a_change, a_new_village
from tests.builders.families import Family, a_merger, a_registered, a_transfer, as_it_is, named
from tests.builders.places import NEXT_VILLAGE
from tests.builders.story import Officials, Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, county, prefecture, township, village

SECRETS = {"address": "下寨12号", "phone": "13900001234"}
FORMS = """
    SELECT valid_from::text, valid_to::text, kind, village_code, fuel, secrets IS NOT NULL AS sealed
    FROM household_form WHERE household_id = $1 ORDER BY valid_from
"""


async def on(way: Way, household_id: str, *days: str, by: Any = None) -> list[tuple[str, str]]:
    """Say where a household lived and of which kind it was on days."""
    seen = [done(await way.call(by or county()).get(f"/v1/households/{household_id}", on=day)) for day in days]
    return [(each["village"], each["kind"]) for each in seen]


async def forms(admin: asyncpg.Connection, household_id: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await admin.fetch(FORMS, household_id)]


async def moved(way: Way, family: Family, to: str) -> None:
    seen = (await as_it_is(way, family.id)).version
    done(await way.call(township()).post(f"/v1/households/{family.id}/transfer", a_transfer(to), seen=seen))


async def filled(way: Way, family: Family, **form: Any) -> None:
    seen = (await as_it_is(way, family.id)).version
    done(await way.call(village()).put(f"/v1/households/{family.id}/form", {"effective_from": "2021-09-22", **form}, seen=seen))


async def later(way: Way, set_clock: SetClock, days: int) -> Way:
    return Way(way.call, await set_clock(way.now + timedelta(days=days)), way.officials)


async def test_without_any_form_the_village_of_every_day_is_known_after_a_transfer(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    way = await later(way, set_clock, 10)

    await moved(way, family, NEXT_VILLAGE)

    assert [place for place, _ in await on(way, family.id, "2021-09-22", "2021-10-01", "2021-10-02")] == [HOME, HOME, NEXT_VILLAGE]
    assert [row[:4] for row in await forms(admin, family.id)] == [
        ("1900-01-01", "2021-10-02", "lifted_out", HOME),
        ("2021-10-02", None, "lifted_out", NEXT_VILLAGE),
    ]


async def test_all_else_of_the_form_its_secrets_too_goes_on(way: Way, set_clock: SetClock, admin: asyncpg.Connection, monitoring: Database) -> None:
    family = await a_registered(way, "head")
    await filled(way, family, fuel="gas", **SECRETS)
    way = await later(way, set_clock, 10)

    await moved(way, family, NEXT_VILLAGE)

    assert await forms(admin, family.id) == [
        ("2021-09-22", "2021-10-02", "lifted_out", HOME, "gas", True),
        ("2021-10-02", None, "lifted_out", NEXT_VILLAGE, "gas", True),
    ]
    form = done(await way.call(county()).get(f"/v1/households/{family.id}"))["form"]
    assert (form["address"], form["phone"], form["fuel"]) == ("下寨1***", "139****1234", "gas")


async def test_what_changes_twice_on_a_day_is_replaced_and_the_day_before_is_as_it_was(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    await filled(way, family, fuel="gas")

    await moved(way, family, NEXT_VILLAGE)
    await moved(way, family, HOME)
    await moved(way, family, NEXT_VILLAGE)

    assert await forms(admin, family.id) == [
        ("1900-01-01", "2021-09-22", "lifted_out", HOME, None, False),
        ("2021-09-22", None, "lifted_out", NEXT_VILLAGE, "gas", False),
    ]


async def test_a_late_correction_of_a_day_before_is_of_the_village_and_the_kind_of_that_day(
    way: Way, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    family = await a_registered(way, "head")
    await filled(way, family, fuel="gas")
    way = await later(way, set_clock, 10)
    await moved(way, family, NEXT_VILLAGE)

    seen = (await as_it_is(way, family.id)).version
    late = {"effective_from": "2021-09-01", "fuel": "coal"}
    done(await way.call(village("there", NEXT_VILLAGE)).put(f"/v1/households/{family.id}/form", late, seen=seen))

    assert [row[:5] for row in await forms(admin, family.id)][:2] == [
        ("2021-09-01", "2021-09-22", "lifted_out", HOME, "coal"),
        ("2021-09-22", "2021-10-02", "lifted_out", HOME, "gas"),
    ]


async def test_the_kind_of_a_merged_household_begins_on_the_day(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    general, lifted_out = await a_registered(way, "head", kind="general"), await a_registered(way, "head")
    await filled(way, general, fuel="gas")
    await filled(way, lifted_out, fuel="coal")
    general, lifted_out = await as_it_is(way, general.id), await as_it_is(way, lifted_out.id)
    way = await later(way, set_clock, 10)

    body = a_merger(general, named(lifted_out.people[0], "other"))
    done(await way.call(township()).post(f"/v1/households/{lifted_out.id}/merge", body, seen=lifted_out.version))

    assert [kind for _, kind in await on(way, general.id, "2021-10-01", "2021-10-02")] == ["general", "lifted_out"]
    assert [row[:5] for row in await forms(admin, general.id)] == [
        ("2021-09-22", "2021-10-02", "general", HOME, "gas"),
        ("2021-10-02", None, "lifted_out", HOME, "gas"),
    ]
    assert [row[:2] for row in await forms(admin, lifted_out.id)] == [("2021-09-22", "2021-10-02")], "nothing is collected of who is gone"


async def test_a_household_that_follows_its_village_was_in_the_old_one_until_then_and_what_was_asked_of_it_may_be_approved(
    way: Way, job_runner: JobRunner, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    of, old, new = TOWNSHIP + "211", a_new_village(), a_new_village(NEXT_TOWNSHIP)
    [name] = [each["name"] for each in done(await way.call(prefecture()).get("/v1/areas", inside=TOWNSHIP))["items"] if each["code"] == of]
    split = a_change("split", [of], {of: name, old: "新设村"}, effective_from="2021-01-01")
    done(await way.call(prefecture()).post("/v1/area-changes", split))
    there = Way(way.call, way.now, Officials.of(old))
    family = await a_registered(there, "head")
    strike_off = {"reason": "entered_in_error", "opinion": "错录", "document_number": "云乡振〔2021〕1号"}
    request = {"household_id": family.id, "household_version": 1, "reason": "错录", "strike_off": strike_off}
    asked = done(await way.call(there.officials.village).post("/v1/change-requests", request))
    way = await later(way, set_clock, 5)

    done(await way.call(prefecture()).post("/v1/area-changes", a_change("move", [old], {new: "改隶村"}, effective_from="2021-09-26")))
    while await job_runner.do_one():
        pass

    shown = [place for place, _ in await on(way, family.id, "2021-09-26", "2021-09-27", by=county(area=old[:6]))]
    assert shown == [old, new]
    officer = township(area=NEXT_TOWNSHIP)
    done(await way.call(officer).post(f"/v1/change-requests/{asked['id']}/approval", {"opinion": "同意"}, seen=1))
    assert done(await way.call(county(area=old[:6])).get(f"/v1/households/{family.id}"))["status"] == "gone"


@pytest.mark.parametrize("times", [1, 2])
async def test_many_turn_at_once_and_doing_it_again_changes_nothing(times: int, way: Way, monitoring: Database) -> None:
    families = [await a_registered(way, "head") for _ in range(3)]
    turns = [Turn(household_id=UUID(family.id), village=place) for family, place in zip(families, (NEXT_VILLAGE, NEXT_VILLAGE, HOME), strict=True)]

    async with rehearsal(monitoring, township()) as tx:
        for _ in range(times):
            await form_turns.turn(turns, tx)
        await form_turns.turn([], tx)
        kept = await tx.execute(
            text("SELECT count(*) FROM household_form WHERE household_id = ANY(:ids)"), {"ids": [UUID(each.id) for each in families]}
        )
        assert kept.scalar_one() == 4, "who stays has no form yet"

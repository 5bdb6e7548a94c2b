"""Who may not make a change asks for it; who may decides, and never who asked; what is approved is done in the same act."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Actor
from shared.service.jobs.runner import JobRunner
from tests.builders.families import DOCUMENT, Family, a_merger, a_registered, a_split, a_striking_off, a_transfer, named, shown
from tests.builders.people import an_id_number
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village


async def asked(way: Way, family: Family, *, by: Any = None, seen: Any = None, **change: Any) -> Any:
    body = {"household_id": family.id, "household_version": seen or family.version, "reason": "本户申请", **change}
    return await way.call(by or village()).post("/v1/change-requests", body)


async def act(way: Way, request: dict[str, Any], act: str, by: Actor, *, seen: int | None = None, **body: Any) -> Any:
    return await way.call(by).post(f"/v1/change-requests/{request['id']}/{act}", body or None, seen=seen or request["version"])


async def request_of(way: Way, request: dict[str, Any], *, by: Actor | None = None) -> dict[str, Any]:
    return done(await way.call(by or county()).get(f"/v1/change-requests/{request['id']}"))


def a_parting(family: Family) -> dict[str, Any]:
    return {"split": a_split(named(family.people[1], "head"))}


async def test_a_village_asks_and_the_township_s_approval_makes_the_change(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")

    request = done(await asked(way, family, **a_parting(family)))
    waiting = await request_of(way, request)
    assert (await shown(way, family.id))["version"] == 1
    approved = done(await act(way, request, "approval", township(), opinion="同意"))

    assert (waiting["status"], waiting["act"], waiting["due_at"], waiting["requested_by"]) == (
        "requested",
        "split",
        "2021-10-08T16:00:00Z",  # ten days on is a day of the National Day holidays
        "village",
    )
    assert waiting["members"] == [{"person_id": family.people[1], "relation": "head", "labour": None}]
    assert (approved["status"], approved["version"]) == ("approved", 2)
    assert len((await shown(way, family.id))["members"]) == 1
    acts = done(await way.call(county()).get(f"/v1/households/{family.id}/lineage"))["items"]
    assert [(each["act"], each["decided_by"]) for each in acts] == [("split", "township")]
    after = await request_of(way, request)
    assert (after["decided_by"], after["opinion"], after["decided_at"] is None) == ("township", "同意", False)


async def test_each_kind_of_change_can_be_asked_for_and_is_made(way: Way, job_runner: JobRunner) -> None:
    one, two = await a_registered(way, "head"), await a_registered(way, "head")
    changes: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"merge": a_merger(two, named(one.people[0], "other"))}, ("status", "gone")),
        ({"transfer": a_transfer(NEXT_VILLAGE)}, ("area", NEXT_VILLAGE)),
        ({"strike_off": a_striking_off()}, ("status", "gone")),
    ]
    for change, check in changes:
        family = one if "merge" in change else await a_registered(way, "head")
        request = done(await asked(way, family, by=None, seen=None, **change))
        done(await act(way, request, "approval", county(), opinion="同意"))
        assert (await shown(way, family.id))[check[0]] == check[1]
        assert (await request_of(way, request))["status"] == "approved"


async def test_a_correction_is_asked_for_masked_and_made_in_full(way: Way, admin: asyncpg.Connection) -> None:
    family, number = await a_registered(way, "head"), an_id_number()
    right = {"person_id": family.people[0], "name": "罗秀珍", "id_number": number, "reason": "户口簿核对"}

    request = done(await asked(way, family, correction=right))
    waiting = await request_of(way, request)
    kept = await admin.fetchrow("SELECT * FROM change_request WHERE id = $1", request["id"])
    done(await act(way, request, "approval", township(), opinion="同意"))

    assert (waiting["correction"]["name"], waiting["correction"]["id_number"]) == ("罗**", f"{number[:6]}********{number[-4:-2]}**")
    assert number not in str(dict(kept or {}))
    assert "罗秀珍" not in str(dict(kept or {}))
    answer = done(await way.call(county()).post("/v1/households/search", {"id_number": number}))
    assert [each["id"] for each in answer["items"]] == [family.id]


async def test_what_is_said_of_a_request_is_sealed_and_shown_to_who_may_see_it(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family), reason="岩温罕已成家"))
    done(await act(way, request, "refusal", township(), opinion="岩温罕未另立门户"))

    kept = str(dict(await admin.fetchrow("SELECT * FROM change_request WHERE id = $1", request["id"]) or {}))
    entries = await admin.fetch("SELECT coalesce(before::text, '') || coalesce(after::text, '') AS said FROM audit WHERE relation = 'change_request'")

    assert "岩温罕" not in kept
    assert not [entry for entry in entries if "岩温罕" in entry["said"]]
    after = await request_of(way, request)
    assert (after["reason"], after["opinion"]) == ("岩温罕已成家", "岩温罕未另立门户")
    assert after["ground"] == a_parting(family)["split"]["reason"]


async def test_across_counties_a_county_asks_and_the_prefecture_decides(way: Way, job_runner: JobRunner) -> None:
    family = await a_registered(way, "head")
    request = done(await asked(way, family, by=county(), county_transfer=a_transfer(OTHER_COUNTY)))

    assert refused(await act(way, request, "approval", township(), opinion="同意")) == (403, "Forbidden", [])
    done(await act(way, request, "approval", prefecture(), opinion="同意"))
    while await job_runner.do_one():
        pass

    assert (await shown(way, family.id))["status"] == "gone"


@pytest.mark.parametrize(
    ("official", "change"),
    [(township(), "split"), (county(), "split"), (county(), "transfer"), (village(), "county_transfer"), (township(), "county_transfer")],
)
async def test_who_may_make_a_change_does_not_ask_for_it_nor_who_has_no_part_in_it(official: Actor, change: str, way: Way) -> None:
    family = await a_registered(way, "head", "son")
    bodies = {**a_parting(family), "transfer": a_transfer(NEXT_VILLAGE), "county_transfer": a_transfer(OTHER_COUNTY)}

    assert refused(await asked(way, family, by=official, **{change: bodies[change]})) == (403, "NotYoursToAsk", [])


async def test_a_township_asks_the_county_for_what_reaches_beyond_it(way: Way) -> None:
    family = await a_registered(way, "head")
    request = done(await asked(way, family, by=township(), transfer=a_transfer(OTHER_TOWNSHIP)))

    assert refused(await act(way, request, "approval", township("another"), opinion="同意")) == (403, "OutsideYourArea", ["body.to_village"])
    done(await act(way, request, "approval", county(), opinion="同意"))

    assert (await shown(way, family.id))["area"] == OTHER_TOWNSHIP


async def test_who_asked_does_not_decide(way: Way) -> None:
    family = await a_registered(way, "head")
    request = done(await asked(way, family, by=township("same"), transfer=a_transfer(OTHER_TOWNSHIP)))

    for what in ("approval", "refusal"):
        assert refused(await act(way, request, what, county("same"), opinion="同意")) == (403, "SamePerson", [])


async def test_a_request_names_one_change(way: Way) -> None:
    family = await a_registered(way, "head", "son")

    none = await asked(way, family)
    both = await asked(way, family, **a_parting(family), strike_off=a_striking_off())

    assert refused(none)[:2] == (422, "OneChange")
    assert refused(both) == (422, "OneChange", ["body.split", "body.strike_off"])


async def test_a_household_is_asked_about_as_it_was_seen_and_as_long_as_it_is_so(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    assert refused(await asked(way, family, seen=3, **a_parting(family))) == (412, "Stale", ["body.household_version"])

    request = done(await asked(way, family, **a_parting(family)))
    done(await way.call(township()).post(f"/v1/households/{family.id}/transfer", a_transfer(NEXT_VILLAGE), seen=1))

    moved = await request_of(way, request)
    assert moved["area"] == NEXT_VILLAGE
    assert refused(await act(way, request, "approval", township(), opinion="同意")) == (409, "ChangedSince", [])
    assert (await request_of(way, request))["status"] == "requested"


async def test_where_the_other_household_has_changed_the_merger_is_asked_for_anew(way: Way) -> None:
    one, two = await a_registered(way, "head"), await a_registered(way, "head", "son")
    request = done(await asked(way, one, merge=a_merger(two, named(one.people[0], "other"))))
    done(await way.call(township()).post(f"/v1/households/{two.id}/split", a_split(named(two.people[1], "head")), seen=1))

    assert refused(await act(way, request, "approval", township(), opinion="同意")) == (409, "ChangedSince", [])


async def test_what_the_change_itself_refuses_is_refused_with_the_approval(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))
    await way.lead(family.id)

    assert refused(await act(way, request, "approval", township(), opinion="同意")) == (409, "LeadsUnderWay", [])
    assert (await request_of(way, request))["status"] == "requested"


async def test_a_refusal_says_why_and_changes_nothing(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))

    unsaid = await act(way, request, "refusal", township(), opinion="")
    done(await act(way, request, "refusal", township(), opinion="未另立门户"))

    assert refused(unsaid) == (422, "Malformed", ["body.opinion"])
    assert ((await request_of(way, request))["status"], (await shown(way, family.id))["version"]) == ("refused", 1)
    for what, by in (("approval", township()), ("refusal", township()), ("withdrawal", village())):
        body = {} if what == "withdrawal" else {"opinion": "同意"}
        assert refused(await act(way, request, what, by, seen=2, **body))[:2] == (409, "Conflict")


async def test_who_asked_may_take_it_back_and_nobody_else(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))

    assert refused(await act(way, request, "withdrawal", village("another"))) == (403, "NotYourRequest", [])
    assert refused(await act(way, request, "withdrawal", village(), seen=4)) == (412, "Stale", ["header.if-match"])
    done(await act(way, request, "withdrawal", village()))

    assert (await request_of(way, request))["status"] == "withdrawn"


async def test_a_request_is_approved_once_however_many_approve_it(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))

    answers = await asyncio.gather(
        act(way, request, "approval", township(), opinion="同意"),
        act(way, request, "approval", county(), opinion="同意"),
        act(way, request, "refusal", township("other"), opinion="不同意"),
    )

    assert len([answer for answer in answers if answer.status_code == 200]) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 412}
    households = await admin.fetchval("SELECT count(*) FROM household_lineage WHERE household_id = $1", family.id)
    assert households == (1 if (await request_of(way, request))["status"] == "approved" else 0)


async def test_to_strangers_there_is_no_such_request_and_no_such_household(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))

    for stranger in STRANGERS:
        assert refused(await way.call(stranger).get(f"/v1/change-requests/{request['id']}"))[0] == 404
        if stranger.role != "village_cadre":
            assert refused(await act(way, request, "approval", stranger, opinion="同意"))[0] == 404
    assert refused(await asked(way, family, by=STRANGERS[0], **a_parting(family)))[0] == 404


async def test_requests_are_listed_by_their_limit_and_exported(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    request = done(await asked(way, family, **a_parting(family)))

    listed = done(await way.call(auditor()).get("/v1/change-requests", area=HOME, size=200))["items"]
    file = await way.call(township()).get("/v1/change-requests/export", area=HOME, format="csv")

    assert [each["act"] for each in listed if each["id"] == request["id"]] == ["split"]
    assert request["id"] in file.text
    assert "分户" in file.text


async def test_days_for_the_decision_are_the_prefecture_s(way: Way, publish: Any) -> None:
    await publish(HOME[:6], "register.change_request.days", "3")
    family = await a_registered(way, "head", "son")

    request = done(await asked(way, family, **a_parting(family)))

    assert (await request_of(way, request))["due_at"] == "2021-09-26T16:00:00Z"  # Saturday, then worked Sunday
    assert DOCUMENT

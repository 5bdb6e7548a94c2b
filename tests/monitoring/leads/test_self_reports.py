"""A citizen's own report: taken once however often it is sent, and shown to nobody else."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.kernel.ids import new_id
from tests.builders.people import a_household, a_self_report
from tests.builders.places import NEXT_VILLAGE, NO_VILLAGE, OTHER_COUNTY
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.tokens import HOME, auditor, citizen, county, township, village

LEADS = "SELECT l.* FROM lead l JOIN self_report r ON r.county_code = l.county_code AND r.lead_id = l.id WHERE r.id = $1"


def an_address() -> str:
    return f"/v1/self-reports/{new_id()}"


async def lead_of(address: str, admin: asyncpg.Connection) -> asyncpg.Record:
    (lead,) = await admin.fetch(LEADS, address.rpartition("/")[2])
    return lead


async def test_a_report_is_taken_once_and_answered_alike_each_time(way: Way) -> None:
    address, report = an_address(), a_self_report()

    first = await way.call(citizen()).put(address, report)
    again = await way.call(citizen()).put(address, report)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["id"], first.json()["status"], first.json()["version"]) == (address.rpartition("/")[2], "registered", 1)


async def test_the_same_moment_written_with_another_offset_is_the_same_report(way: Way) -> None:
    address, report = an_address(), a_self_report(reported_at="2021-09-22T09:30:00+08:00")
    done(await way.call(citizen()).put(address, report))

    again = await way.call(citizen()).put(address, report | {"reported_at": "2021-09-22T01:30:00Z"})

    assert again.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"description": "另一件事"},
        {"village": NEXT_VILLAGE},
        {"hardships": ["job_lost", "illness"]},
        {"phone": "13900000009"},
        {"phone": None},
        {"name": "李文兰"},
        {"reported_at": "2021-09-22T09:31:00+08:00"},
    ],
)
async def test_an_id_that_holds_another_report_is_refused(change: dict[str, Any], way: Way) -> None:
    address, report = an_address(), a_self_report()
    done(await way.call(citizen()).put(address, report))

    answer = await way.call(citizen()).put(address, report | change)

    assert refused(answer) == (409, "IdTaken", [])


async def test_an_id_of_another_person_is_refused_even_with_the_same_words(way: Way, admin: asyncpg.Connection) -> None:
    address, report = an_address(), a_self_report()
    done(await way.call(citizen()).put(address, report))

    answer = await way.call(citizen("neighbour")).put(address, report)

    assert refused(answer) == (409, "IdTaken", [])
    assert (await lead_of(address, admin))["registered_by"] == "citizen"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"village": OTHER_COUNTY}, (403, "OutsideYourCounty", ["body.village"])),
        ({"village": NO_VILLAGE}, (422, "NoSuchVillage", ["body.village"])),
        ({"village": "530902102"}, (422, "Malformed", ["body.village"])),
        ({"hardships": []}, (422, "Malformed", ["body.hardships"])),
        ({"id_number": "533522198002290021"}, (422, "Malformed", ["body.id_number"])),
        ({"colour": "red"}, (422, "Malformed", ["body.colour"])),
    ],
)
async def test_an_unfit_report_is_refused_by_field_and_takes_no_id(change: dict[str, Any], said: tuple[int, str, list[str]], way: Way) -> None:
    address, report = an_address(), a_self_report()

    answer = await way.call(citizen()).put(address, report | change)

    assert refused(answer) == said
    assert (await way.call(citizen()).put(address, report)).status_code == 201


@pytest.mark.parametrize("report_id", [str(uuid4()), "5"])
async def test_an_id_is_a_uuid_of_version_7(report_id: str, call: Call) -> None:
    answer = await call(citizen()).put(f"/v1/self-reports/{report_id}", a_self_report())

    assert refused(answer) == (422, "Malformed", ["path.report_id"])


@pytest.mark.parametrize("official", [village(), township(), county()])
async def test_officials_do_not_report_for_themselves(official: Any, call: Call) -> None:
    assert refused(await call(official).put(an_address(), a_self_report())) == (403, "Forbidden", [])
    assert refused(await call(official).get(an_address())) == (403, "Forbidden", [])


async def test_a_report_opens_its_lead_in_the_same_transaction(way: Way, admin: asyncpg.Connection) -> None:
    address = an_address()

    done(await way.call(citizen()).put(address, a_self_report(hardships=["illness", "water"])))

    lead = await lead_of(address, admin)
    assert (lead["status"], lead["channel"], lead["area_code"], lead["household_id"]) == ("registered", "self_report", HOME, None)
    assert lead["hardships"] == '["illness", "water"]'
    assert lead["due_at"].isoformat() == "2021-10-08T16:00:00+00:00", "15 calendar days, and on to the first working day"
    together = "SELECT count(DISTINCT t.xmin::text) FROM (SELECT xmin FROM lead WHERE id = $1 UNION ALL SELECT xmin FROM self_report WHERE id = $2) t"
    assert await admin.fetchval(together, lead["id"], address.rpartition("/")[2]) == 1


async def test_a_person_is_matched_to_the_own_household_wherever_in_the_county(way: Way, admin: asyncpg.Connection) -> None:
    household = a_household(village=NEXT_VILLAGE)
    household_id = done(await way.call(township()).post("/v1/households", household))["id"]
    done(await way.call(village()).post("/v1/households", a_household()))  # somebody else's
    address = an_address()

    done(await way.call(citizen()).put(address, a_self_report(id_number=household["members"][2]["id_number"])))

    lead = await lead_of(address, admin)
    assert (str(lead["household_id"]), lead["area_code"], lead["registered_elsewhere"]) == (household_id, NEXT_VILLAGE, False)


async def test_a_person_of_another_county_is_noted_as_registered_elsewhere_and_no_place_is_told(way: Way, admin: asyncpg.Connection) -> None:
    household = a_household(village=OTHER_COUNTY)
    household_id = done(await way.call(village("other", OTHER_COUNTY)).post("/v1/households", household))["id"]
    address, report = an_address(), a_self_report(id_number=household["members"][0]["id_number"])

    answers = [await way.call(citizen()).put(address, report), await way.call(citizen()).get(address)]
    lead = await lead_of(address, admin)
    answers.append(await way.call(village()).get(f"/v1/leads/{lead['id']}"))
    answers.append(await way.call(county()).get("/v1/leads", area=HOME))
    unmatched = done(answers[2])

    assert (unmatched["household_id"], unmatched["area"], unmatched["remark"]) == (None, HOME, "已在别处登记")
    assert lead["registered_elsewhere"] is True
    for answer in answers:
        assert answer.status_code < 300
        assert household_id not in answer.text
        assert OTHER_COUNTY not in answer.text
        assert "凤庆" not in answer.text


async def test_who_is_registered_nowhere_has_no_remark(way: Way, admin: asyncpg.Connection) -> None:
    address = an_address()

    done(await way.call(citizen()).put(address, a_self_report()))

    lead = done(await way.call(village()).get(f"/v1/leads/{(await lead_of(address, admin))['id']}"))
    assert (lead["household_id"], lead["remark"]) == (None, None)


@pytest.mark.parametrize("stranger", [citizen("neighbour"), citizen("citizen", OTHER_COUNTY[:6]), citizen("neighbour", OTHER_COUNTY[:6])])
async def test_a_report_is_shown_to_its_sender_alone(stranger: Any, way: Way) -> None:
    address = an_address()
    done(await way.call(citizen()).put(address, a_self_report()))

    mine, theirs = await way.call(citizen()).get(address), await way.call(stranger).get(address)

    assert mine.json()["hardships"] == ["job_lost"]
    assert mine.json()["status"] == "registered"
    assert refused(theirs) == (404, "NotFound", [])
    assert refused(await way.call(citizen()).get(an_address())) == (404, "NotFound", [])


async def test_fifty_phones_that_send_one_report_at_once_make_one_report_and_one_lead(call: Call, admin: asyncpg.Connection) -> None:
    address, report = an_address(), a_self_report()

    answers = await asyncio.gather(*(call(citizen()).put(address, report) for _ in range(50)))

    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len(await admin.fetch(LEADS, address.rpartition("/")[2])) == 1


async def test_of_two_counties_that_take_one_id_at_once_one_wins(call: Call, admin: asyncpg.Connection) -> None:
    address = an_address()
    here, there = a_self_report(), a_self_report(village=OTHER_COUNTY)

    answers = await asyncio.gather(call(citizen()).put(address, here), call(citizen("far", OTHER_COUNTY[:6])).put(address, there))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await admin.fetch(LEADS, address.rpartition("/")[2])) == 1


async def test_a_citizen_sees_what_became_of_the_report(way: Way, admin: asyncpg.Connection) -> None:
    address, report = an_address(), a_self_report()
    done(await way.call(citizen()).put(address, report))
    lead = await lead_of(address, admin)

    done(await way.verification({"id": lead["id"], "version": 1}, outcome="dismissed", reason="已恢复就业"))

    assert done(await way.call(citizen()).get(address))["status"] == "dismissed"
    assert (await way.call(citizen()).put(address, report)).json()["status"] == "dismissed"


async def test_the_village_sees_who_reported_masked_and_an_auditor_not_what_was_said(call: Call, admin: asyncpg.Connection) -> None:
    report_id, report = str(new_id()), a_self_report(name="罗小兰")
    done(await call(citizen()).put(f"/v1/self-reports/{report_id}", report))
    path = f"/v1/leads/{await admin.fetchval('SELECT lead_id FROM self_report WHERE id = $1', report_id)}"

    here, above = done(await call(village()).get(path)), done(await call(auditor()).get(path))

    assert here["reporter"]["name"] == "罗**"
    assert here["note"] == report["description"]
    assert report["id_number"] not in str(here)
    assert above["note"] is None

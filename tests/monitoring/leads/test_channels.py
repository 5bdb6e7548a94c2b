"""Leads from outside: on a household or on a person, under the source's own number, counted from when they were heard of."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.leads.channels import AWAITING, ENTERED_BY, NUMBERED, Channel
from shared.database.transaction import Database
from shared.kernel.actors import Platform, Role
from tests.builders.leads import a_person_lead, a_source_number
from tests.builders.people import a_household, a_member
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, county, platform_user, prefecture, township, village
from tests.monitoring.conftest import Publish

_OF_EACH = ("id", "lead_id", "source_number", "heard_at", "decided_at")


async def shown(way: Way, lead_id: str, by: Any = None) -> dict[str, Any]:
    return done(await way.call(by or county()).get(f"/v1/leads/{lead_id}"))


async def registered(way: Way, *, at: str = HOME) -> tuple[str, dict[str, Any]]:
    """Register a household; give its id and a member."""
    household = a_household(village=at)
    return done(await way.call(village("village-" + at, at)).post("/v1/households", household))["id"], household["members"][1]


def test_every_channel_is_entered_by_somebody_or_has_a_door_of_its_own() -> None:
    assert set(Channel) - set(ENTERED_BY) == {Channel.SELF_REPORT, Channel.SCREENING, Channel.BELOW_LINE, Channel.TRANSFER}
    assert set(NUMBERED) < set(AWAITING)
    assert not any(Role.VILLAGE_CADRE in ENTERED_BY[channel] for channel in NUMBERED)


@pytest.mark.parametrize("channel", ["hotline", "aid_platform", "national_app"])
@pytest.mark.parametrize("official", [township(), county(), prefecture()])
async def test_a_platform_s_lead_bears_its_number_and_is_found_by_it(official: Any, channel: str, way: Way) -> None:
    lead = a_person_lead(channel=channel)

    answer = await way.call(official).post("/v1/leads", lead)

    assert answer.status_code == 201, answer.text
    found = done(await way.call(official).get(f"/v1/leads/by-source/{channel}/{lead['source_number']}"))
    assert (found["id"], found["status"], found["area"], found["answer"]) == (answer.json()["id"], "registered", HOME, None)
    line = await shown(way, answer.json()["id"])
    assert (line["channel"], line["source_number"], line["note"]) == (channel, lead["source_number"], lead["note"])
    other = next(each for each in NUMBERED if each != channel)
    assert refused(await way.call(official).get(f"/v1/leads/by-source/{other}/{lead['source_number']}")) == (404, "NotFound", [])


@pytest.mark.parametrize(
    ("official", "channel"),
    [
        (village(), "hotline"),
        (village(), "aid_platform"),
        (village(), "regional"),
        (township(), "regional"),
        (township(), "quality"),
        (prefecture(), "home_visit"),
    ],
)
async def test_an_office_enters_its_own_channels_only(official: Any, channel: str, way: Way) -> None:
    lead = a_person_lead(channel=channel)
    if channel not in NUMBERED:
        del lead["source_number"]

    assert refused(await way.call(official).post("/v1/leads", lead)) == (403, "NotYourChannel", ["body.channel"])


@pytest.mark.parametrize("channel", ["self_report", "screening", "below_line"])
async def test_what_has_a_door_of_its_own_is_not_entered_by_hand(channel: str, way: Way) -> None:
    assert refused(await way.call(county()).post("/v1/leads", a_person_lead(channel=channel))) == (422, "Malformed", ["body.channel"])


@pytest.mark.parametrize(("channel", "number"), [("hotline", None), ("national_app", None), ("department", "A1"), ("disaster", "A1")])
async def test_a_number_stands_where_the_source_gives_one_and_nowhere_else(channel: str, number: str | None, way: Way) -> None:
    answer = await way.call(county()).post("/v1/leads", a_person_lead(channel=channel, source_number=number))

    assert refused(answer) == (422, "SourceNumberMisplaced", ["body.source_number"])


@pytest.mark.parametrize("number", ["", "..", "a b", "编号一", "-1", "x" * 61, "a/b"])
async def test_an_unfit_number_is_refused(number: str, way: Way) -> None:
    answer = await way.call(county()).post("/v1/leads", a_person_lead(source_number=number))

    assert refused(answer) == (422, "Malformed", ["body.source_number"])


async def test_a_lead_is_about_one_household_or_one_person(way: Way) -> None:
    lead = a_person_lead()
    household_id = await way.household()

    both = await way.call(county()).post("/v1/leads", lead | {"household_id": household_id})
    neither = await way.call(county()).post("/v1/leads", {name: value for name, value in lead.items() if name != "person"})

    assert refused(both) == refused(neither) == (422, "OneSubject", ["body.household_id", "body.person"])


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("5309", (422, "CountyUnknown", ["body.person.area"])),
        (OTHER_COUNTY[:6], (403, "OutsideYourArea", ["body.person.area"])),
        ("530902999", (422, "NoSuchArea", ["body.person.area"])),
        ("530902102999", (422, "NoSuchArea", ["body.person.area"])),
    ],
)
async def test_a_person_lives_in_a_county_of_the_caller_s_that_there_is(area: str, said: tuple[int, str, list[str]], way: Way) -> None:
    assert refused(await way.call(county()).post("/v1/leads", a_person_lead(area=area))) == said


@pytest.mark.parametrize("area", [HOME, HOME[:9], HOME[:6]])
async def test_a_person_who_is_registered_is_found_wherever_in_the_county_the_source_looks(area: str, way: Way) -> None:
    household_id, member = await registered(way, at=NEXT_VILLAGE)

    lead = await shown(way, done(await way.call(county()).post("/v1/leads", a_person_lead(area=area, person=member)))["id"])

    assert (lead["household_id"], lead["area"], lead["remark"]) == (household_id, NEXT_VILLAGE, None)


async def test_a_person_of_another_county_or_out_of_sight_is_noted_without_a_place(way: Way) -> None:
    _, far = await registered(way, at=OTHER_COUNTY)
    _, beside = await registered(way, at=OTHER_TOWNSHIP)

    answers = [
        await way.call(by).post("/v1/leads", a_person_lead(person=member))
        for by, member in ((county(), far), (prefecture(), far), (township(), beside))
    ]

    for answer in answers:
        lead = await way.call(county()).get(f"/v1/leads/{done(answer)['id']}")
        assert (lead.json()["household_id"], lead.json()["area"], lead.json()["remark"]) == (None, HOME, "已在别处登记")
        assert OTHER_COUNTY[:6] not in lead.text
        assert OTHER_TOWNSHIP[:9] not in lead.text


async def test_who_is_registered_nowhere_is_kept_sealed_and_shown_masked(way: Way, admin: asyncpg.Connection, monitoring: Database) -> None:
    lead = a_person_lead()

    lead_id = done(await way.call(county()).post("/v1/leads", lead))["id"]

    (kept,) = await admin.fetch("SELECT * FROM lead WHERE id = $1", lead_id)
    assert lead["person"]["id_number"] not in str(dict(kept))
    assert lead["person"]["name"] not in str(dict(kept))
    told = {name: lead["person"][name] for name in ("name", "id_number", "phone")} | {"note": lead["note"]}
    assert monitoring.vault.open(kept["secrets"], table="lead", row=kept["id"]) == told
    reporter = (await shown(way, lead_id, village()))["reporter"]
    assert (reporter["name"][1:], reporter["id_number"][6:14], reporter["phone"][3:7]) == ("**", "********", "****")


async def test_the_hotline_may_know_no_number_of_the_person(way: Way) -> None:
    lead = a_person_lead(person=a_member(id_number=None, phone=None))

    reporter = (await shown(way, done(await way.call(county()).post("/v1/leads", lead))["id"]))["reporter"]

    assert (reporter["id_number"], reporter["phone"]) == (None, None)


async def test_the_same_number_with_the_same_content_is_the_same_lead(way: Way, set_clock: SetClock) -> None:
    lead = a_person_lead(heard_at="2021-09-20T08:00:00+08:00")

    first = await way.call(county()).post("/v1/leads", lead)
    await set_clock(way.now + timedelta(days=1))
    again = await way.call(county("colleague")).post("/v1/leads", lead | {"heard_at": "2021-09-20T00:00:00Z"})
    done(await way.verification(first.json(), outcome="dismissed", reason="查无此人", answer="not_found"))
    afterwards = await way.call(county()).post("/v1/leads", lead)

    assert (first.status_code, again.status_code, afterwards.status_code) == (201, 200, 200)
    assert again.json() == first.json()
    assert afterwards.json() == {"id": first.json()["id"], "version": 2, "status": "dismissed"}


@pytest.mark.parametrize(
    "change",
    [
        {"note": "另一件事"},
        {"hardships": ["house"]},
        {"heard_at": "2021-09-20T08:00:00+08:00"},
        {"person": {"name": "李文芳", "area": HOME}},
        {"person": {"name": "李文芳", "area": OTHER_COUNTY}},
    ],
)
async def test_the_same_number_with_other_content_is_refused(change: dict[str, Any], way: Way) -> None:
    lead = a_person_lead()
    done(await way.call(county()).post("/v1/leads", lead))

    assert refused(await way.call(prefecture()).post("/v1/leads", lead | change)) == (409, "SourceNumberUsed", ["body.source_number"])


async def test_two_channels_may_number_alike(way: Way) -> None:
    number = a_source_number()

    ids = {done(await way.call(county()).post("/v1/leads", a_person_lead(channel=channel, source_number=number)))["id"] for channel in NUMBERED}

    assert len(ids) == 3


async def test_the_same_number_many_times_at_once_is_one_lead(way: Way, admin: asyncpg.Connection) -> None:
    lead = a_person_lead()

    answers = await asyncio.gather(*(way.call(county()).post("/v1/leads", lead) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await admin.fetchval("SELECT count(*) FROM lead WHERE source_number = $1", lead["source_number"]) == 1


async def test_one_number_sent_to_two_counties_at_once_is_taken_by_one(way: Way) -> None:
    lead = a_person_lead()
    there = lead | {"person": lead["person"] | {"area": OTHER_COUNTY}}

    answers = await asyncio.gather(way.call(county()).post("/v1/leads", lead), way.call(county("far", OTHER_COUNTY[:6])).post("/v1/leads", there))

    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_the_limit_counts_from_when_it_was_heard_of(way: Way) -> None:
    household_id = await way.household()

    early = await shown(
        way,
        done(
            await way.call(county()).post(
                "/v1/leads",
                {"household_id": household_id, "channel": "disaster", "hardships": ["water"], "heard_at": "2021-09-10T08:00:00+08:00"},
            )
        )["id"],
    )

    assert (early["heard_at"], early["registered_at"][:10], early["due_at"]) == ("2021-09-10T00:00:00Z", "2021-09-22", "2021-09-26T16:00:00Z")


@pytest.mark.parametrize(
    ("heard_at", "said"),
    [("2021-09-22T09:30:00+08:00", "NotYetHappened"), ("2021-08-22T23:59:59+08:00", "HeardTooLongAgo"), ("2021-08-23T00:00:00+08:00", None)],
)
async def test_it_was_heard_of_neither_in_the_future_nor_too_long_ago(heard_at: str, said: str | None, way: Way) -> None:
    answer = await way.call(county()).post("/v1/leads", a_person_lead(heard_at=heard_at))

    assert answer.status_code == 201 if said is None else refused(answer) == (422, said, ["body.heard_at"])


async def test_how_long_ago_is_for_the_prefecture_and_the_county_to_say(way: Way, publish: Publish) -> None:
    await publish("530902", "lead.heard.days", "3")

    answer = await way.call(county()).post("/v1/leads", a_person_lead(heard_at="2021-09-18T09:00:00+08:00"))

    assert refused(answer) == (422, "HeardTooLongAgo", ["body.heard_at"])


async def test_leads_that_arrive_out_of_order_join_one_case_with_the_earliest_limit(way: Way, set_clock: SetClock) -> None:
    household_id = await way.household()
    on_time = await way.lead(household_id)
    case_id = (await way.confirmed(on_time, "06"))["case_id"]
    later = replace(way, now=await set_clock(way.now + timedelta(days=1)))
    limits: list[str] = []

    for day in ("2021-09-15", "2021-09-20", "2021-09-13"):
        lead = {"household_id": household_id, "channel": "department", "hardships": ["illness"], "heard_at": f"{day}T08:00:00+08:00"}
        assert (await later.confirmed(done(await later.call(county()).post("/v1/leads", lead)), "01"))["case_id"] == case_id
        limits.append(done(await later.call(county()).get(f"/v1/cases/{case_id}"))["due_at"])

    assert limits == ["2021-09-30T16:00:00Z", "2021-09-30T16:00:00Z", "2021-09-28T16:00:00Z"]


async def test_a_platform_sends_under_its_own_channel_and_asks_for_its_own_matters_only(way: Way) -> None:
    hotline, other = platform_user(), platform_user(platform=Platform.AID_PLATFORM)
    lead = a_person_lead(channel="hotline")

    first = await way.call(hotline).post("/v1/leads", lead)

    assert first.status_code == 201, first.text
    assert (await way.call(hotline).post("/v1/leads", lead)).json()["id"] == first.json()["id"]
    assert refused(await way.call(other).post("/v1/leads", lead)) == (403, "NotYourChannel", ["body.channel"])
    path = f"/v1/leads/by-source/hotline/{lead['source_number']}"
    assert done(await way.call(hotline).get(path))["id"] == first.json()["id"]
    assert refused(await way.call(other).get(path)) == (404, "NotFound", [])


async def test_a_platform_does_not_learn_whether_or_where_a_number_is_registered(way: Way) -> None:
    _, here = await registered(way, at=NEXT_VILLAGE)
    _, far = await registered(way, at=OTHER_COUNTY)
    hotline, told = way.call(platform_user()), list[tuple[Any, ...]]()
    for person in (here, far, a_member()):
        lead = a_person_lead(area=HOME[:6], person=person)
        sent = done(await hotline.post("/v1/leads", lead))
        official = await shown(way, sent["id"])
        if official["area"] == HOME[:6]:
            done(await way.call(county()).post(f"/v1/leads/{sent['id']}/dispatch", {"area": HOME}, seen=official["version"]))
        matter = f"/v1/leads/by-source/hotline/{lead['source_number']}"
        before, again = done(await hotline.get(matter)), done(await hotline.post("/v1/leads", lead))
        official = await shown(way, sent["id"])
        there = replace(way, officials=Officials.of(official["area"]))
        done(await there.verification(official, outcome="dismissed", reason="已由民政救助", answer="helped"))
        after = done(await hotline.get(matter))
        assert after["answer"].pop("decided_at")
        (answer,) = [each for each in done(await hotline.get("/v1/lead-answers", size=200))["items"] if each["lead_id"] == sent["id"]]
        seen = [{name: value for name, value in each.items() if name not in _OF_EACH} for each in (sent, before, again, after, answer)]
        listed = done(await hotline.get("/v1/lead-answers", area=official["area"], size=200))["items"]
        told.append((seen, sent["id"] in {each["lead_id"] for each in listed}))
        assert (before["area"], after["area"], answer["area"]) == (HOME[:6],) * 3
        elsewhere = done(await hotline.get("/v1/lead-answers", area=OTHER_TOWNSHIP, size=200))["items"]
        assert sent["id"] in {each["lead_id"] for each in elsewhere}

    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("channel", ["home_visit", "department", "disaster", "quality", "regional"])
async def test_a_platform_enters_nothing_that_our_own_offices_see(channel: str, way: Way) -> None:
    lead = a_person_lead(channel=channel)
    del lead["source_number"]

    assert refused(await way.call(platform_user()).post("/v1/leads", lead)) == (403, "NotYourChannel", ["body.channel"])


async def test_a_platform_fetches_its_answers_and_says_that_it_has_them(way: Way) -> None:
    hotline, other = platform_user(), platform_user(platform=Platform.NATIONAL_APP)
    lead = done(await way.call(hotline).post("/v1/leads", a_person_lead(channel="hotline")))
    done(await way.verification(lead | {"version": 1}, outcome="dismissed", reason="已由民政救助", answer="helped"))
    await way.call(county()).post("/v1/leads", a_person_lead(channel="national_app"))

    [answer] = [each for each in done(await way.call(hotline).get("/v1/lead-answers", size=200))["items"] if each["lead_id"] == lead["id"]]

    assert (answer["outcome"], answer["words"]) == ("helped", "已帮扶无需纳入")
    assert {each["channel"] for each in done(await way.call(hotline).get("/v1/lead-answers", size=200))["items"]} == {"hotline"}
    assert lead["id"] not in {each["lead_id"] for each in done(await way.call(other).get("/v1/lead-answers", size=200))["items"]}
    assert refused(await way.call(other).get("/v1/lead-answers", channel="hotline")) == (403, "NotYourChannel", ["query.channel"])
    receipt = {"returned_at": answer["decided_at"], "receipt": "12317回执0002"}
    back = f"/v1/lead-answers/{answer['id']}/return"
    assert refused(await way.call(other).post(back, receipt, seen=answer["version"])) == (404, "NotFound", [])
    assert done(await way.call(hotline).post(back, receipt, seen=answer["version"]))["status"] == "returned"

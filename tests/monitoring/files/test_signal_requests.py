"""Departments report as it happens: corrections, lates, people who are registered later, each record with its result."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.usecases.signals.match_signals import match_signals
from shared.database.transaction import Database
from shared.kernel.actors import Actor, service_actor
from tests.builders.files import Row, a_list_row
from tests.builders.people import a_household, a_member, proof
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.signals import as_signal, some_signals
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import HOME, county, department_user, prefecture, township, village
from tests.monitoring.files.conftest import Files, counts

pytestmark = pytest.mark.usefixtures("september")

MEDICAL, WATER, HOUSING = "medical_insurance_list", "water_list", "housing_list"


def of(kind: str, **changes: Any) -> Actor:
    return department_user(department=LISTS[kind].department, **changes)


async def sent(call: Call, kind: str, *rows: Row, by: Actor | None = None) -> list[dict[str, Any]]:
    return done(await call(by or of(kind)).post("/v1/signals", some_signals(kind, *rows)))["items"]


async def one(call: Call, kind: str, row: Row, by: Actor | None = None) -> dict[str, Any]:
    (item,) = await sent(call, kind, row, by=by)
    return item


async def lead(call: Call, item: dict[str, Any] | str) -> dict[str, Any]:
    return done(await call(county()).get(f"/v1/leads/{item if isinstance(item, str) else item['lead_id']}"))


async def test_a_record_that_calls_for_a_lead_opens_one_with_the_day_on_which_the_matter_began(call: Call) -> None:
    item = await one(call, HOUSING, a_list_row(HOUSING, surveyed_on="2021-08-03"))

    found = await lead(call, item)
    assert (item["outcome"], item["judgement"], item["lead_status"]) == ("created", "called", "registered")
    assert (found["began_on"], found["registered_at"][:10], found["channel"], found["hardships"]) == (
        "2021-08-03",
        "2021-09-22",
        "department",
        ["house"],
    )
    assert "C级" in found["note"]


async def test_an_earlier_matter_that_comes_late_moves_the_day_and_not_the_limit(call: Call) -> None:
    person = a_member()
    row = {name: person[name] for name in ("name", "id_number", "phone")}
    item = await one(call, HOUSING, a_list_row(HOUSING, **row, surveyed_on="2021-08-03"))
    before = await lead(call, item)

    late = await one(call, HOUSING, a_list_row(HOUSING, **row, surveyed_on="2021-05-01", grade="D级", village=NEXT_VILLAGE))

    found = await lead(call, item)
    assert late["lead_id"] == item["lead_id"]
    assert (found["began_on"], found["due_at"], found["registered_at"]) == ("2021-05-01", before["due_at"], before["registered_at"])
    assert found["area"] == NEXT_VILLAGE  # nobody is registered: who says it first says where
    assert [word in found["note"] for word in ("C级", "D级")] == [True, True]


async def test_a_correction_that_calls_no_longer_withdraws_a_lead_that_nobody_has_checked(call: Call, admin: asyncpg.Connection) -> None:
    row = a_list_row(HOUSING, grade="D级")
    item = await one(call, HOUSING, row)

    corrected = await one(call, HOUSING, row | {"grade": "B级", "revision": "2"})

    found = await lead(call, item)
    assert (corrected["outcome"], corrected["judgement"], corrected["lead_id"]) == ("updated", "not_met", None)
    assert (found["status"], found["dismissal_reason"], found["note"]) == ("dismissed", "来源更正", None)
    assert await admin.fetchval("SELECT verified_by FROM lead WHERE id = $1", found["id"]) == "service:monitoring"


async def test_another_row_of_the_person_keeps_the_lead(call: Call) -> None:
    rows = [a_list_row(HOUSING, grade="D级", surveyed_on="2021-08-03")]
    rows.append(a_list_row(HOUSING, **{name: rows[0][name] for name in ("name", "id_number", "phone")}, grade="C级", surveyed_on="2021-08-20"))
    items = await sent(call, HOUSING, *rows)

    await one(call, HOUSING, rows[0] | {"grade": "A级", "revision": "2"})

    found = await lead(call, items[0])
    assert items[0]["lead_id"] == items[1]["lead_id"]
    assert (found["status"], found["began_on"]) == ("registered", "2021-08-20")


async def test_a_correction_after_the_village_checked_is_only_noted(call: Call, way: Way) -> None:
    row = a_list_row(HOUSING, grade="D级")
    item = await one(call, HOUSING, row)
    done(await way.verification(await lead(call, item), outcome="dismissed", reason="已搬离"))

    await one(call, HOUSING, row | {"grade": "A级", "revision": "2"})
    noted = await lead(call, item)
    await one(call, HOUSING, row | {"grade": "C级", "revision": "3"})
    again = await lead(call, item)

    assert (noted["status"], noted["dismissal_reason"], noted["remark"]) == ("dismissed", "已搬离", "来源更正")
    assert (again["status"], again["remark"]) == ("dismissed", None)


async def test_a_correction_of_the_person_moves_the_lead_to_the_other(call: Call) -> None:
    row = a_list_row(WATER)
    first = await one(call, WATER, row)
    other = {name: a_member()[name] for name in ("name", "id_number", "phone")}

    second = await one(call, WATER, {**row, **other, "revision": "2"})

    assert ((await lead(call, first))["status"], (await lead(call, second))["status"]) == ("dismissed", "registered")
    assert (await lead(call, second))["reporter"]["id_number"].startswith(other["id_number"][:6])


async def test_a_correction_of_the_village_moves_the_lead_there(call: Call) -> None:
    row = a_list_row(WATER)
    item = await one(call, WATER, row)

    await one(call, WATER, row | {"village": NEXT_VILLAGE, "revision": "2"})

    assert (await lead(call, item))["area"] == NEXT_VILLAGE
    assert refused(await call(village()).get(f"/v1/leads/{item['lead_id']}"))[0] == 404
    assert done(await call(village("next", NEXT_VILLAGE)).get(f"/v1/leads/{item['lead_id']}"))["version"] == 2


async def test_a_lower_revision_that_comes_later_is_kept_and_changes_nothing(call: Call, admin: asyncpg.Connection) -> None:
    row = a_list_row(HOUSING, grade="B级", revision="3")
    await one(call, HOUSING, row)

    late = await one(call, HOUSING, row | {"grade": "D级", "revision": "2"})

    assert (late["outcome"], late["judgement"], late["lead_id"]) == ("unchanged", "not_met", None)
    kept = await admin.fetch("SELECT revision, is_latest, judgement FROM department_row WHERE source_number = $1 ORDER BY 1", row["source_number"])
    assert [tuple(each) for each in kept] == [(2, False, "superseded"), (3, True, "not_met")]


async def test_a_record_is_one_whether_a_file_or_a_request_brings_it(files: Files) -> None:
    row = a_list_row(MEDICAL, self_paid="30000.00")
    by_file = await files.sent(of(MEDICAL), [row], kind=MEDICAL)

    item = await one(files.call, MEDICAL, row)
    written_otherwise = as_signal(MEDICAL, row | {"self_paid": "30000"})
    again = done(await files.call(of(MEDICAL)).post("/v1/signals", {"kind": MEDICAL, "items": [written_otherwise]}))
    corrected = await one(files.call, MEDICAL, row | {"self_paid": "1.00", "revision": "2"})
    then_by_file = await files.sent(of(MEDICAL), [row, row | {"self_paid": "25000.00", "revision": "3"}], kind=MEDICAL)

    assert counts(by_file) == ("done", {"created": 1})
    assert (item["outcome"], again["unchanged"], corrected["outcome"]) == ("unchanged", 1, "updated")
    assert counts(then_by_file) == ("done", {"updated": 1, "unchanged": 1})
    rows = await files.rows(of(MEDICAL), by_file["id"])
    assert rows[0]["answer"]["status"] == "registered"  # as the record stands by now


async def test_a_file_with_repeats_and_corrections_is_taken_whole_too(files: Files) -> None:
    row = a_list_row(WATER)
    rows = [row, row, row | {"problem": "水质不达标", "revision": "2"}, a_list_row(WATER)]

    job = await files.sent(of(WATER), rows, kind=WATER, atomic="all")

    assert counts(job) == ("done", {"created": 3, "unchanged": 1}), job


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"revision": "1", "grade": "A级"}, "source_number_used", ["source_number"]),
        ({"source_number": "new", "surveyed_on": "2021-09-23"}, "day_ahead", ["surveyed_on"]),
        ({"source_number": "new", "surveyed_on": "2021-02-30"}, "day", ["surveyed_on"]),
        ({"source_number": "new", "grade": "E级"}, "choice", ["grade"]),
        ({"source_number": "new", "grade": ""}, "missing", ["grade"]),
        ({"source_number": "new", "village": OTHER_COUNTY}, "OutsideYourArea", ["village"]),
        ({"source_number": "new", "village": "530902102999"}, "no_such_village", ["village"]),
    ],
)
async def test_a_record_that_is_refused_says_why_and_leaves_the_others_alone(change: Row, code: str, fields: list[str], call: Call) -> None:
    row = a_list_row(HOUSING, grade="D级")
    await one(call, HOUSING, row)

    bad, good = await sent(call, HOUSING, row | change, a_list_row(HOUSING))

    assert (bad["outcome"], bad["problem"]["code"], bad["problem"]["fields"], bad["lead_id"]) == ("refused", code, fields, None)
    assert good["outcome"] == "created"


@pytest.mark.parametrize(
    ("matter", "code", "field"),
    [
        ([{"column": "colour", "value": "red"}], "no_such_column", "matter"),
        ([{"column": "grade", "value": "C"}], "column_twice", "grade"),
    ],
)
async def test_columns_that_the_list_does_not_have_or_that_stand_twice_are_refused(
    matter: list[dict[str, str]], code: str, field: str, call: Call
) -> None:
    item = as_signal(HOUSING, a_list_row(HOUSING))

    answer = done(await call(of(HOUSING)).post("/v1/signals", {"kind": HOUSING, "items": [{**item, "matter": item["matter"] + matter}]}))

    assert (answer["refused"], answer["items"][0]["problem"]["code"], answer["items"][0]["problem"]["fields"]) == (1, code, [field])


async def test_a_report_of_tomorrow_and_two_that_contradict_each_other_are_refused(call: Call) -> None:
    row = a_list_row(WATER)
    ahead = as_signal(WATER, a_list_row(WATER)) | {"reported_at": "2021-09-23T09:00:00+08:00"}
    items = [as_signal(WATER, row), as_signal(WATER, row | {"problem": "水质不达标"}), ahead, as_signal(WATER, a_list_row(WATER))]

    answer = done(await call(of(WATER)).post("/v1/signals", {"kind": WATER, "items": [*items, items[-1]]}))

    assert [item["problem"] and item["problem"]["code"] for item in answer["items"]] == ["number_twice", "number_twice", "day_ahead", None, None]
    assert [item["outcome"] for item in answer["items"][3:]] == ["created", "unchanged"]


async def test_one_key_has_one_effect(call: Call) -> None:
    body = some_signals(WATER)
    first, again = [await call(of(WATER)).post("/v1/signals", body, key="signals-1") for _ in range(2)]

    assert first.json() == again.json()
    assert first.json()["created"] == 1


async def test_a_department_reports_its_own_kinds_only_and_no_other_role_does(call: Call) -> None:
    assert refused(await call(of(WATER)).post("/v1/signals", some_signals(HOUSING))) == (403, "NotYourSignals", ["body.kind"])
    assert refused(await call(of(WATER)).post("/v1/signals", {**some_signals(WATER), "kind": "nothing_list"})) == (404, "NoSuchList", ["body.kind"])
    for by in (county(), prefecture(), village()):
        assert refused(await call(by).post("/v1/signals", some_signals(WATER)))[:2] == (403, "Forbidden")


async def test_departments_do_not_see_each_other_s_records_and_leads_of_one_person_are_each_their_own(call: Call, admin: asyncpg.Connection) -> None:
    person = {name: a_member()[name] for name in ("name", "id_number", "phone")}
    bill = await one(call, MEDICAL, a_list_row(MEDICAL, **person, self_paid="30000.00"))
    disease = await one(call, "serious_disease_list", a_list_row("serious_disease_list", **person))

    await one(call, "serious_disease_list", a_list_row("serious_disease_list", **person))

    assert bill["lead_id"] != disease["lead_id"]
    assert [(await lead(call, each))["status"] for each in (bill, disease)] == ["registered", "registered"]


async def test_who_is_registered_later_gets_the_lead_and_what_calls_for_such_a_household_opens_one(
    call: Call, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    household = a_household(members=1, village=NEXT_VILLAGE)
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    water = await one(call, WATER, a_list_row(WATER, **person))
    bill = await one(call, MEDICAL, a_list_row(MEDICAL, **person, self_paid="6000.00"))
    unmatched = await lead(call, water)

    household_id = done(await call(village("next", NEXT_VILLAGE)).post("/v1/households", household))["id"]
    for _ in range(2):
        async with monitoring_worker.transaction(service_actor("monitoring", HOME[:6])) as tx:
            await match_signals(tx)

    matched = await lead(call, water)
    assert (bill["judgement"], unmatched["household_id"], unmatched["area"]) == ("not_met", None, HOME)
    assert (matched["household_id"], matched["area"], matched["version"]) == (household_id, NEXT_VILLAGE, 2)
    opened = await admin.fetch(
        "SELECT l.household_id::text, l.status, l.registered_by FROM lead l JOIN department_row d ON d.lead_id = l.id WHERE d.id = $1", bill["id"]
    )
    assert [tuple(row) for row in opened] == [(household_id, "registered", "service:monitoring")]
    async with monitoring_worker.transaction(service_actor("monitoring", "5309")) as tx:
        await match_signals(tx)


async def matched(monitoring_worker: Database) -> None:
    async with monitoring_worker.transaction(service_actor("monitoring", HOME[:6])) as tx:
        await match_signals(tx)


async def test_a_lead_that_was_sent_on_stays_there_until_its_household_is_known(
    call: Call, way: Way, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    household = a_household(members=1)
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    lead_id = (await one(call, HOUSING, a_list_row(HOUSING, **person)))["lead_id"]
    back = done(await call(village()).post(f"/v1/leads/{lead_id}/referral-back", {"reason": "本村无此人"}, seen=1))
    sent_on = done(await call(township()).post(f"/v1/leads/{lead_id}/dispatch", {"area": NEXT_VILLAGE}, seen=back["version"]))
    pause = {"waiting_on": "department", "reason": "待核对", "evidence": proof()}
    done(await call(village("next", NEXT_VILLAGE)).post(f"/v1/leads/{lead_id}/pause", pause, seen=sent_on["version"]))
    rounds = "SELECT step_round FROM lead WHERE id = $1"
    round_before = await count_of(admin, rounds, lead_id)

    await one(call, HOUSING, a_list_row(HOUSING, **person, surveyed_on="2021-08-01", grade="D级"))
    waiting = await lead(call, lead_id)
    household_id = done(await call(village()).post("/v1/households", household))["id"]
    await matched(monitoring_worker)

    home = done(await call(village()).get(f"/v1/leads/{lead_id}"))
    assert (waiting["area"], waiting["began_on"]) == (NEXT_VILLAGE, "2021-08-01")
    assert (home["area"], home["household_id"], [step["act"] for step in home["steps"]]) == (HOME, household_id, ["referral_back", "dispatch"])
    assert await count_of(admin, rounds, lead_id) == round_before + 1
    assert done(await way.verification(home, outcome="dismissed", reason="已修缮"))["status"] == "dismissed"


async def test_who_is_registered_waits_to_be_matched_until_nobody_at_work_then_is_left(
    call: Call, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    household = a_household(members=1)
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    household_id = done(await call(village()).post("/v1/households", household))["id"]
    queued = "SELECT count(*) FROM match_queue q JOIN membership m USING (county_code, person_id) WHERE m.household_id = $1"
    await matched(monitoring_worker)
    young = await count_of(admin, queued, household_id)

    water = await one(call, WATER, a_list_row(WATER, **person))
    # As if it had come while the household was being registered, which it did not see.
    await admin.execute("UPDATE department_row SET household_id = NULL WHERE id = $1", water["id"])
    await matched(monitoring_worker)
    found = await admin.fetchval("SELECT household_id::text FROM department_row WHERE id = $1", water["id"])
    await admin.execute("UPDATE match_queue SET queued_at = now() - interval '3 minutes'")
    await matched(monitoring_worker)

    assert (young, found, await count_of(admin, queued, household_id)) == (1, household_id, 0)


async def test_who_gets_another_number_waits_to_be_matched_too(call: Call, admin: asyncpg.Connection) -> None:
    household_id = done(await call(village()).post("/v1/households", a_household(members=1)))["id"]
    person = await admin.fetchval("SELECT person_id FROM membership WHERE household_id = $1", household_id)
    waits = "SELECT count(*) FROM match_queue WHERE person_id = $1"
    await admin.execute("DELETE FROM match_queue")

    await admin.execute("UPDATE person SET name = name || '甲' WHERE id = $1", person)
    unchanged = await count_of(admin, waits, person)
    await admin.execute("UPDATE person SET id_number_index = id_number_index || '\\x00' WHERE id = $1", person)

    assert (unchanged, await count_of(admin, waits, person)) == (0, 1)


async def test_a_lead_confirmed_for_a_household_keeps_it_whatever_the_department_sends_afterwards(call: Call, way: Way, set_clock: SetClock) -> None:
    row = a_list_row(WATER)
    item = await one(call, WATER, row)
    household_id = await way.household()
    body = {"outcome": "confirmed", "risks": ["11"], "household_id": household_id, "visited_at": way.at(minutes=-5), "evidence": proof()}
    done(await call(village()).post(f"/v1/leads/{item['lead_id']}/verification", body, seen=1))

    await set_clock(way.now + timedelta(days=2))
    await one(call, WATER, row | {"problem": "水质不达标", "revision": "2", "village": NEXT_VILLAGE})

    found = await lead(call, item)
    assert (found["status"], found["household_id"], found["area"], found["remark"]) == ("confirmed", household_id, HOME, None)


async def test_requests_about_one_person_at_once_make_one_lead(call: Call, admin: asyncpg.Connection) -> None:
    person = {name: a_member()[name] for name in ("name", "id_number", "phone")}

    answers = await asyncio.gather(*(sent(call, WATER, *(a_list_row(WATER, **person) for _ in range(5))) for _ in range(6)))

    assert len({item["lead_id"] for items in answers for item in items}) == 1
    assert await count_of(admin, "SELECT count(*) FROM department_row WHERE lead_id = $1", answers[0][0]["lead_id"]) == 30


async def test_one_record_sent_at_once_from_many_sides_is_kept_once(call: Call, admin: asyncpg.Connection) -> None:
    row = a_list_row(WATER)

    answers = await asyncio.gather(*(one(call, WATER, row) for _ in range(6)))

    assert sorted(item["outcome"] for item in answers) == ["created", *["unchanged"] * 5]
    assert len({item["id"] for item in answers}) == 1


async def test_a_department_of_the_prefecture_reports_for_several_counties_at_once(call: Call) -> None:
    rows = [a_list_row(WATER, village=place, source_number="P-77") for place in (HOME, OTHER_COUNTY)]

    items = await sent(call, WATER, *rows, by=of(WATER, area="5309"))

    assert [item["outcome"] for item in items] == ["created", "created"]
    assert [done(await call(prefecture()).get(f"/v1/leads/{item['lead_id']}"))["area"] for item in items] == [HOME, OTHER_COUNTY]


async def test_what_rules_look_at_is_hidden_from_the_audit(call: Call, admin: asyncpg.Connection) -> None:
    item = await one(call, MEDICAL, a_list_row(MEDICAL, self_paid="34567.89"))

    (entry,) = await admin.fetch("SELECT after::text FROM audit WHERE relation = 'department_row' AND after ->> 'id' = $1", item["id"])
    assert "34567" not in entry["after"]
    assert "facts" not in entry["after"]

"""Grading and dispatch: red, orange, yellow by dated rows; down until a village has the lead, and up again when it is another's."""

from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.leads.grades import Grade, GradeRule, grade_for
from services.monitoring.domain.signals import Group
from shared.kernel.ids import new_id
from tests.builders.files import a_list_row
from tests.builders.leads import a_person_lead
from tests.builders.people import a_household, a_self_report
from tests.builders.places import NEXT_VILLAGE, OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.tokens import HOME, citizen, county, prefecture, township, village
from tests.monitoring.files.conftest import Files, files, job_runner

__all__ = ["files", "job_runner"]
URGENCY = {Grade.RED: 2, Grade.ORANGE: 1, Grade.YELLOW: 0}


@given(
    hardships=st.lists(st.sampled_from("abc"), max_size=3),
    population=st.sampled_from([Group.LIFTED_OUT, Group.GENERAL]),
    rules=st.lists(
        st.builds(
            GradeRule, hardship=st.sampled_from("abc"), population=st.sampled_from(Group), grade=st.sampled_from(Grade), document_number=st.just("x")
        ),
        max_size=6,
    ),
)
def test_a_grade_is_the_most_urgent_that_a_rule_of_the_people_calls_for(hardships: list[str], population: Group, rules: list[GradeRule]) -> None:
    meant = [rule for rule in rules if rule.hardship in hardships and rule.population in (Group.ANY, population)]

    assert URGENCY[grade_for(hardships, population, rules)] == max((URGENCY[rule.grade] for rule in meant), default=0)


async def grade_of(way: Way, hardships: list[str], household_id: str) -> str:
    lead = done(await way.call(county()).post("/v1/leads", {"household_id": household_id, "channel": "disaster", "hardships": hardships}))
    return done(await way.call(county()).get(f"/v1/leads/{lead['id']}"))["grade"]


@pytest.mark.parametrize(
    ("hardships", "grade"),
    [
        (["house"], "red"),
        (["water"], "red"),
        (["schooling"], "red"),
        (["illness"], "orange"),
        (["disaster"], "orange"),
        (["accident"], "orange"),
        (["job_lost"], "orange"),
        (["other"], "yellow"),
        (["harvest_or_business_failed"], "yellow"),
        (["other", "illness", "water"], "red"),
    ],
)
async def test_by_default_who_lacks_a_guarantee_is_red_and_who_was_struck_orange(hardships: list[str], grade: str, way: Way) -> None:
    assert await grade_of(way, hardships, await way.household()) == grade


async def test_the_nearest_area_s_latest_rule_grades_each_for_whom_it_is_meant(way: Way, admin: asyncpg.Connection) -> None:
    lifted_out, general = await way.household(), await way.household(kind="general")
    rule = "INSERT INTO lead_grade_rule VALUES ('530902', uuidv7(), $1, 'illness', $2, $3, $4::text::date, 'test')"
    await admin.execute(rule, "530902", "lifted_out", "red", "2021-09-01")
    await admin.execute(rule, "530902", "any", "yellow", "2021-09-01")
    await admin.execute(rule, "530902", "any", "orange", "2021-12-01")
    await admin.execute(rule, "530902001", "any", "orange", "2021-09-01")

    grades = [await grade_of(way, ["illness"], household_id) for household_id in (lifted_out, general)]

    await admin.execute("DELETE FROM lead_grade_rule WHERE document_number = 'test'")
    assert grades == ["red", "yellow"]


async def test_a_list_s_leads_are_graded_too_and_name_their_department(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    household = a_household(kind="general", members=1)
    done(await way.call(village()).post("/v1/households", household))
    rule = "INSERT INTO lead_grade_rule VALUES ('530902', uuidv7(), $1, 'water', $2, $3, '2021-09-01', 'test')"
    await admin.execute(rule, HOME[:9], "general", "orange")
    await admin.execute(rule, HOME[:9], "lifted_out", "yellow")
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    rows = [a_list_row("water_list", **person), a_list_row("water_list", village=OTHER_TOWNSHIP)]

    job = await files.sent(county(), rows, kind="water_list")
    await admin.execute("DELETE FROM lead_grade_rule WHERE document_number = 'test'")

    leads = [done(await way.call(county()).get(f"/v1/leads/{row['answer']['lead_id']}")) for row in await files.rows(county(), job["id"])]
    assert [lead["grade"] for lead in leads] == ["orange", "red"]
    assert [lead["source"] for lead in leads] == ["water", "water"]


async def at(way: Way, area: str, **changes: Any) -> dict[str, Any]:
    """A lead of which the source knows no more than this area."""
    return done(await way.call(county()).post("/v1/leads", a_person_lead(area=area, **changes)))


async def dispatch(way: Way, lead: dict[str, Any], to: str, by: Any = None) -> Any:
    return await way.call(by or county()).post(f"/v1/leads/{lead['id']}/dispatch", {"area": to, "note": "请核实"}, seen=lead["version"])


async def refer(way: Way, lead: dict[str, Any], by: Any) -> Any:
    return await way.call(by).post(f"/v1/leads/{lead['id']}/referral-back", {"reason": "本村无此人"}, seen=lead["version"])


async def test_a_lead_goes_down_level_by_level_and_shows_its_way(way: Way, admin: asyncpg.Connection) -> None:
    lead = await at(way, HOME[:6])
    hidden = await way.call(township()).get(f"/v1/leads/{lead['id']}")

    in_township = done(await dispatch(way, lead, HOME[:9]))
    in_village = done(await dispatch(way, in_township, HOME, township()))

    assert refused(hidden)[:2] == (404, "NotFound")
    assert (in_township["area"], in_village["area"], in_village["version"]) == (HOME[:9], HOME, 3)
    shown = done(await way.call(village()).get(f"/v1/leads/{lead['id']}"))
    assert (shown["area"], shown["reporter"] is not None) == (HOME, True)
    assert [(step["act"], step["from_area"], step["to_area"], step["acted_by"], step["note"]) for step in shown["steps"]] == [
        ("dispatch", HOME[:6], HOME[:9], "county", "请核实"),
        ("dispatch", HOME[:9], HOME, "township", "请核实"),
    ]
    kept = [str(dict(row)) for row in await admin.fetch("SELECT * FROM lead_step WHERE lead_id = $1", lead["id"])]
    assert len(kept) == 2
    assert not [row for row in kept if "请核实" in row]
    assert (await way.confirmed(shown, "01", household_id=await way.household()))["status"] == "confirmed"


async def test_the_prefecture_sends_a_lead_straight_to_a_village(way: Way) -> None:
    assert done(await dispatch(way, await at(way, HOME[:6]), HOME, prefecture()))["area"] == HOME


@pytest.mark.parametrize(
    ("start", "to", "said"),
    [
        (HOME[:6], HOME[:6], (422, "NotFurtherDown", ["body.area"])),
        (HOME[:9], HOME[:6], (422, "NotFurtherDown", ["body.area"])),
        (HOME[:9], OTHER_TOWNSHIP, (422, "NotFurtherDown", ["body.area"])),
        (HOME, NEXT_VILLAGE, (422, "NotFurtherDown", ["body.area"])),
        (HOME[:9], "530902102999", (422, "NoSuchArea", ["body.area"])),
        (HOME[:9], "53", (422, "Malformed", ["body.area"])),
    ],
)
async def test_a_lead_is_dispatched_down_only_and_to_where_there_is_something(start: str, to: str, said: Any, way: Way) -> None:
    assert refused(await dispatch(way, await at(way, start), to)) == said


async def test_before_a_village_has_it_a_lead_is_not_verified(way: Way) -> None:
    lead = await at(way, HOME[:9])
    body = {"outcome": "dismissed", "visited_at": way.at(minutes=-5), "reason": "不实", "evidence": [{"title": "照片", "sha256": "0" * 64}]}

    answer = await way.call(township()).post(f"/v1/leads/{lead['id']}/verification", body, seen=1)

    assert refused(answer) == (409, "NotInAVillage", [])


async def test_who_gets_another_village_s_lead_gives_it_back_and_the_next_sees_why(way: Way) -> None:
    lead = await at(way, HOME)

    back = done(await refer(way, lead, village()))
    gone = await way.call(village()).get(f"/v1/leads/{lead['id']}")
    done(await dispatch(way, back, NEXT_VILLAGE, township()))

    assert (back["area"], back["version"]) == (HOME[:9], 2)
    assert refused(gone)[:2] == (404, "NotFound")
    shown = done(await way.call(village("next", NEXT_VILLAGE)).get(f"/v1/leads/{lead['id']}"))
    assert [(step["act"], step["note"]) for step in shown["steps"]] == [("referral_back", "本村无此人"), ("dispatch", "请核实")]


async def test_a_self_report_on_its_way_takes_its_reporter_along(way: Way, admin: asyncpg.Connection) -> None:
    report_id, report = str(new_id()), a_self_report()
    done(await way.call(citizen()).put(f"/v1/self-reports/{report_id}", report))
    lead = {"id": str(await admin.fetchval("SELECT lead_id FROM self_report WHERE id = $1", report_id)), "version": 1}

    done(await dispatch(way, done(await refer(way, lead, village())), NEXT_VILLAGE, township()))

    shown = done(await way.call(village("next", NEXT_VILLAGE)).get(f"/v1/leads/{lead['id']}"))
    assert shown["reporter"]["name"][0] == report["name"][0]
    assert done(await way.call(citizen()).get(f"/v1/self-reports/{report_id}"))["status"] == "registered"


async def test_a_lead_of_a_household_is_not_given_back(way: Way) -> None:
    assert refused(await refer(way, await way.lead(await way.household()), village())) == (409, "BelongsToHousehold", [])


async def test_above_the_county_there_is_nobody(way: Way) -> None:
    back = done(await refer(way, await at(way, HOME[:9]), county()))

    assert back["area"] == HOME[:6]
    assert refused(await refer(way, back, county())) == (409, "AtTheTop", [])


async def test_a_decided_lead_moves_no_more_and_who_saw_an_older_one_looks_again(way: Way) -> None:
    lead = await at(way, HOME)
    stale = [await dispatch(way, lead | {"version": 2}, HOME), await refer(way, lead | {"version": 2}, village())]
    done(await way.verification(lead, outcome="dismissed", reason="查无此人"))
    over = [await dispatch(way, lead | {"version": 2}, HOME), await refer(way, lead | {"version": 2}, village())]

    assert [refused(answer) for answer in stale] == [(412, "Stale", ["header.if-match"])] * 2
    assert [refused(answer)[:2] for answer in over] == [(409, "Conflict")] * 2


async def test_nobody_moves_what_lies_outside_the_own_area(way: Way, admin: asyncpg.Connection) -> None:
    lead = await at(way, HOME)
    strangers = [township("stranger", OTHER_TOWNSHIP[:9]), county("stranger", "530921")]

    for stranger in strangers:
        assert refused(await dispatch(way, lead, HOME, stranger))[:2] == (404, "NotFound")
        assert refused(await refer(way, lead, stranger))[:2] == (404, "NotFound")
    assert refused(await way.call(village()).post(f"/v1/leads/{lead['id']}/dispatch", {"area": HOME}, seen=1)) == (403, "Forbidden", [])


async def test_a_confirmed_lead_lies_where_its_household_is(way: Way, admin: asyncpg.Connection) -> None:
    next_door = Way(way.call, way.now, Officials.of(NEXT_VILLAGE))
    household_id, lead = await next_door.household(), await at(way, HOME)
    body = {"outcome": "confirmed", "visited_at": way.at(minutes=-5), "risks": ["01"], "household_id": household_id}
    body["evidence"] = [{"title": "照片", "sha256": "0" * 64}]

    verified = done(await way.call(township()).post(f"/v1/leads/{lead['id']}/verification", body, seen=1))
    done(await next_door.appraisal(verified["case_id"], in_favour=0))

    shown = done(await way.call(village("next", NEXT_VILLAGE)).get(f"/v1/leads/{lead['id']}"))
    assert (shown["area"], shown["version"], verified["version"]) == (NEXT_VILLAGE, 3, 3)
    assert shown["answer"]["outcome"] == "other", "the village that lost the vote sees and answers it"

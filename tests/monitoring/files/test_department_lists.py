"""Departments' lists come in: rules in data say what becomes a lead, everybody is kept sealed, and the department hears what came of each row."""

from typing import Any

import asyncpg
import pytest

from services.monitoring.store.department_files.keeping import CALL
from services.monitoring.store.department_files.questions import BEGIN
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Department
from tests.builders.files import Row, a_list_row
from tests.builders.people import a_household, a_member
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import HOME, county, department_user, prefecture, village
from tests.monitoring.files.conftest import Files, counts
from tests.shared.database.plans import plan_of

MEDICAL, HOUSING = "medical_insurance_list", "housing_list"
DEPARTMENTS = {
    MEDICAL: Department.MEDICAL_INSURANCE,
    HOUSING: Department.HOUSING,
    "disaster_list": Department.EMERGENCY,
    "school_drop_out_list": Department.EDUCATION,
    "water_list": Department.WATER,
}


def of(kind: str, **changes: Any) -> Actor:
    """The user of the department whose list it is."""
    return department_user(department=DEPARTMENTS[kind], **changes)


async def taken(files: Files, kind: str, *rows: Row, by: Actor | None = None) -> list[dict[str, Any]]:
    """Send a list, and give what its rows say: none is refused."""
    by = by or of(kind)
    job = await files.sent(by, list(rows), kind=kind)
    assert (job["state"], job["refused"]) == ("done", 0), await files.rows(by, job["id"])
    return await files.rows(by, job["id"])


async def registered(files: Files, *, at: str = HOME, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Register a household of one; give its id and its member as a list would name them."""
    household = a_household(village=at, members=1, **changes)
    answer = done(await files.call(village("village-" + at, at)).post("/v1/households", household))
    member = household["members"][0]
    return answer["id"], {name: member[name] for name in ("name", "id_number", "phone")}


async def lead_of(files: Files, row: dict[str, Any], *, by: Actor | None = None) -> dict[str, Any]:
    return done(await files.call(by or county()).get(f"/v1/leads/{row['answer']['lead_id']}"))


def answers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["answer"]["status"] for row in rows]


@pytest.mark.parametrize(
    ("kind", "group", "change", "answer"),
    [
        (MEDICAL, "lifted_out", {"self_paid": "5000.00"}, "registered"),
        (MEDICAL, "lifted_out", {"self_paid": "4999.99"}, "no_lead"),
        (MEDICAL, "general", {"self_paid": "19999.99"}, "no_lead"),
        (MEDICAL, "general", {"self_paid": "20000.00"}, "registered"),
        (MEDICAL, None, {"self_paid": "19999.99"}, "no_lead"),
        (MEDICAL, None, {"self_paid": "20000.00"}, "registered"),
        (HOUSING, "general", {"grade": "B级"}, "no_lead"),
        (HOUSING, "general", {"grade": "C级"}, "registered"),
        (HOUSING, "lifted_out", {"grade": "D级"}, "registered"),
        ("disaster_list", "general", {"loss": ""}, "registered"),
        ("school_drop_out_list", "lifted_out", {}, "registered"),
        ("water_list", None, {}, "registered"),
    ],
)
async def test_a_rule_in_data_says_what_becomes_a_lead_and_every_row_is_kept(
    kind: str, group: str | None, change: Row, answer: str, files: Files, admin: asyncpg.Connection
) -> None:
    person = (await registered(files, kind=group))[1] if group else {}

    (row,) = await taken(files, kind, a_list_row(kind, **person, **change))

    assert (row["outcome"], row["answer"]["status"]) == ("created", answer)
    (kept,) = await admin.fetch("SELECT lead_id, rule_document FROM department_row WHERE id = $1", row["subject_id"])
    assert (kept["lead_id"] is None, kept["rule_document"] is None) == (answer == "no_lead", answer == "no_lead")
    assert row["answer"]["lead_id"] == (str(kept["lead_id"]) if kept["lead_id"] else None)


@pytest.mark.parametrize("named", [HOME, NEXT_VILLAGE, OTHER_TOWNSHIP])
async def test_who_is_registered_is_found_by_number_wherever_in_the_county_the_row_says(named: str, files: Files) -> None:
    household_id, person = await registered(files)

    (row,) = await taken(files, "water_list", a_list_row("water_list", **person, village=named))

    lead = await lead_of(files, row, by=village())
    assert (lead["household_id"], lead["area"], lead["channel"], lead["hardships"], lead["remark"]) == (
        household_id,
        HOME,
        "department",
        ["water"],
        None,
    )
    assert "水量不足" in lead["note"]


async def test_who_is_registered_in_another_county_is_a_lead_that_says_elsewhere_and_not_where(files: Files) -> None:
    _, person = await registered(files, at=OTHER_COUNTY, kind="lifted_out")

    low, high = await taken(
        files,
        MEDICAL,
        a_list_row(MEDICAL, **(person | {"id_number": a_member()["id_number"]}), self_paid="6000.00"),
        a_list_row(MEDICAL, **person, self_paid="20000.00"),
    )

    lead = await lead_of(files, high)
    assert low["answer"]["status"] == "no_lead"  # who is not of this county counts as anybody
    assert (lead["household_id"], lead["area"], lead["remark"]) == (None, HOME, "已在别处登记")
    assert OTHER_COUNTY[:6] not in str((lead, high))


async def test_who_is_registered_nowhere_is_a_lead_in_the_row_s_village_that_names_the_person_masked(files: Files) -> None:
    row_in = a_list_row("disaster_list", village=NEXT_VILLAGE, phone="")

    (row,) = await taken(files, "disaster_list", row_in)

    lead = await lead_of(files, row, by=village("next", NEXT_VILLAGE))
    assert (lead["household_id"], lead["area"], lead["channel"], lead["remark"]) == (None, NEXT_VILLAGE, "disaster", None)
    assert lead["reporter"]["name"][0] == row_in["name"][0]
    assert lead["reporter"]["name"] != row_in["name"]
    assert "*" in lead["reporter"]["id_number"]
    assert lead["reporter"]["phone"] is None
    assert refused(await files.call(village()).get(f"/v1/leads/{lead['id']}"))[0] == 404


async def test_one_person_has_one_lead_as_long_as_it_is_checked_and_another_after_it_was_dismissed(files: Files, way: Way) -> None:
    _, person = await registered(files)

    def row() -> Row:
        return a_list_row("water_list", **person)

    first, second = await taken(files, "water_list", row(), row())
    (third,) = await taken(files, "water_list", row())
    lead = await lead_of(files, first)
    done(await way.verification(lead, outcome="dismissed", reason="已解决"))
    (fourth,) = await taken(files, "water_list", row())

    assert {each["answer"]["lead_id"] for each in (first, second, third)} == {lead["id"]}
    assert fourth["answer"]["lead_id"] not in {None, lead["id"]}
    assert answers([fourth]) == ["registered"]


async def test_whether_a_person_has_a_lead_is_looked_up_by_the_person_and_not_among_all_leads(monitoring_worker: Database) -> None:
    """A county has thousands of leads, and a list thousands of rows that call for one."""
    texts = dict.fromkeys(("populations", "indicators", "operators", "limits", "documents"), "{any}")
    async with monitoring_worker.engine.connect() as connection:
        await connection.execute(BEGIN)
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(await plan_of(connection, CALL, {"county": HOME[:6], "list": MEDICAL, **texts}))

    assert "Index Cond: ((county_code = $6) AND (kind = $7) AND (person_index = c.person_index))" in plan
    assert "id = department_row.lead_id" in plan


async def test_one_person_in_two_kinds_of_trouble_has_a_lead_for_each(files: Files) -> None:
    _, person = await registered(files)

    (water,) = await taken(files, "water_list", a_list_row("water_list", **person))
    (house,) = await taken(files, HOUSING, a_list_row(HOUSING, **person, grade="D级"))

    assert water["answer"]["lead_id"] != house["answer"]["lead_id"]


async def test_a_number_that_stands_twice_in_a_file_is_refused_both_times_and_the_rest_is_taken(files: Files) -> None:
    rows = [a_list_row("water_list", source_number=number) for number in ("SW-1a", "SW-2a", "SW-1a")]

    job = await files.sent(of("water_list"), rows, kind="water_list")

    assert counts(job) == ("done", {"created": 1, "refused": 2})
    assert await files.faults(of("water_list"), job["id"]) == {(2, "source_number", "number_twice"), (4, "source_number", "number_twice")}


async def test_the_same_list_again_changes_nothing_and_a_number_used_for_something_else_is_refused(files: Files, admin: asyncpg.Connection) -> None:
    rows = [a_list_row("water_list"), a_list_row("water_list")]
    await taken(files, "water_list", *rows)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'")

    again = await files.sent(of("water_list"), rows, kind="water_list")
    changed = await files.sent(of("water_list"), [rows[0] | {"problem": "水质不达标"}, rows[1]], kind="water_list")

    assert counts(again) == ("done", {"unchanged": 2})
    assert counts(changed) == ("done", {"unchanged": 1, "refused": 1})
    assert await files.faults(of("water_list"), changed["id"]) == {(2, "source_number", "source_number_used")}
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'") == before


async def test_the_department_hears_of_each_row_what_the_village_found(files: Files, way: Way) -> None:
    sick, idle = (await registered(files))[1], (await registered(files))[1]
    rows = [a_list_row(MEDICAL, **sick), a_list_row(MEDICAL, **idle), a_list_row(MEDICAL, self_paid="1.00")]
    job = await files.sent(of(MEDICAL), rows, kind=MEDICAL)
    first, second, _ = await files.rows(of(MEDICAL), job["id"])

    await way.confirmed(await lead_of(files, first), "06")
    done(await way.verification(await lead_of(files, second), outcome="dismissed", reason="费用已由医院减免"))

    for reader in (of(MEDICAL), of(MEDICAL, name="colleague"), of(MEDICAL, name="prefecture", area="5309")):
        found = await files.rows(reader, job["id"])
        assert answers(found) == ["confirmed", "dismissed", "no_lead"]
        assert [row["answer"]["reason"] for row in found] == [None, "费用已由医院减免", None]
        assert [row["answer"]["source_number"] for row in found] == [row["source_number"] for row in rows]


async def test_another_department_and_another_county_know_nothing_of_a_list(files: Files) -> None:
    job = await files.sent(of(MEDICAL), [a_list_row(MEDICAL)], kind=MEDICAL)

    for stranger in (of("water_list"), of(MEDICAL, area=OTHER_COUNTY[:6])):
        caller = files.call(stranger)
        for path in ("", "/rows", "/report.xlsx"):
            assert refused(await caller.get(f"/v1/jobs/{job['id']}{path}"))[:2] == (404, "NotFound")
        assert job["id"] not in {each["id"] for each in done(await caller.get("/v1/jobs", size=200))["items"]}
    assert refused(await files.call(county("other")).get(f"/v1/jobs/{job['id']}/rows"))[:2] == (403, "NotYourJob")


@pytest.mark.parametrize("by", [of("water_list"), village(), prefecture()])
async def test_a_list_is_taken_from_its_department_and_from_the_county_only(by: Actor, files: Files) -> None:
    answer = await files.send(by, [a_list_row(MEDICAL)], kind=MEDICAL)

    assert refused(answer)[:2] == (403, "NotYourKind")


async def test_a_department_does_not_send_the_register(files: Files) -> None:
    assert refused(await files.send(of(MEDICAL), b"x"))[:2] == (403, "NotYourKind")


async def test_a_county_officer_sends_for_a_department_which_then_sees_it_as_its_own(files: Files) -> None:
    rows = await taken(files, MEDICAL, a_list_row(MEDICAL, self_paid="30000.00"), by=county())
    job_id = done(await files.call(of(MEDICAL)).get("/v1/jobs"))["items"][0]["id"]

    assert answers(rows) == ["registered"]
    assert answers(await files.rows(of(MEDICAL), job_id)) == ["registered"]


async def test_two_counties_may_number_their_lists_alike_and_each_lead_is_itself(files: Files) -> None:
    here = await taken(files, "water_list", a_list_row("water_list", source_number="1"))
    there = await taken(
        files, "water_list", a_list_row("water_list", source_number="1", village=OTHER_COUNTY), by=of("water_list", area=OTHER_COUNTY[:6])
    )

    areas = [(await lead_of(files, row, by=prefecture()))["area"] for (row,) in (here, there)]
    assert areas == [HOME, OTHER_COUNTY]


async def test_a_department_of_the_prefecture_sends_one_list_for_several_counties(files: Files) -> None:
    rows = [a_list_row("water_list", village=place) for place in (HOME, OTHER_COUNTY)]
    by = of("water_list", area="5309")

    found = await taken(files, "water_list", *rows, by=by)
    twice = await files.sent(by, [row | {"source_number": "P-1"} for row in rows], kind="water_list")

    assert [(await lead_of(files, row, by=prefecture()))["area"] for row in found] == [HOME, OTHER_COUNTY]
    assert {fault[2] for fault in await files.faults(by, twice["id"])} == {"number_twice"}


async def test_of_a_list_no_name_number_or_amount_lies_anywhere_in_clear(files: Files, admin: asyncpg.Connection) -> None:
    row = a_list_row(MEDICAL, name="鿍娜依", self_paid="98765.43")

    job = await files.sent(of(MEDICAL), [row], kind=MEDICAL, mode="validate")
    while_it_waits = {secret for secret in (row["id_number"], row["phone"]) for place in await _tables(admin) if await _holds(admin, place, secret)}
    done(await files.call(of(MEDICAL)).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
    await files.work()

    assert while_it_waits == set()
    for place in await _tables(admin):
        for secret in (row["name"], row["id_number"], row["phone"], row["self_paid"]):
            assert not await _holds(admin, place, secret), place


async def _tables(admin: asyncpg.Connection) -> list[str]:
    return [row[0] for row in await admin.fetch("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")]


async def _holds(admin: asyncpg.Connection, table: str, secret: str) -> bool:
    return bool(await admin.fetchval(f"SELECT count(*) FROM {table} t WHERE to_jsonb(t)::text LIKE '%' || $1 || '%'", secret))

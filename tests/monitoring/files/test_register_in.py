"""The household register comes in as a file: what is new, what is changed, what is the same, and what is refused."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.files import form_columns
from services.monitoring.domain.files.household_register import FAULTS
from tests.builders.files import SHEETS, as_csv, as_xlsx, rows_of, some_rows
from tests.builders.incomes import an_income
from tests.builders.people import a_household, an_id_number
from tests.builders.story import done
from tests.fixtures.tokens import HOME, county, township, village
from tests.monitoring.files.conftest import Files, counts, json_lines

SHEET = SHEETS["household_register"]
FORMATS = {
    "csv": lambda rows: as_csv(SHEET, rows, encoding="utf-8"),
    "csv with a mark": lambda rows: as_csv(SHEET, rows),
    "gb18030": lambda rows: as_csv(SHEET, rows, encoding="gb18030"),
    "xlsx": lambda rows: as_xlsx(SHEET, rows, mark=SHEET.mark),
    "json lines": json_lines,
}


@pytest.mark.parametrize("form", FORMATS)
async def test_a_register_comes_in_whatever_its_form_and_is_there_as_if_registered_by_hand(form: str, files: Files) -> None:
    household = a_household(village=HOME)
    household["members"][0]["name"], household["members"][1]["name"] = "阿·依𠮷", "鿍娜"
    rows = rows_of(household)

    job = await files.sent(township(), FORMATS[form](rows))

    assert counts(job) == ("done", {"created": 4}), job["problem"]
    (found,) = done(await files.call(township()).post("/v1/households/search", {"id_number": household["members"][2]["id_number"]}))["items"]
    assert (found["number"], found["kind"], found["area"]) == (rows[0]["household_number"], "lifted_out", HOME)
    shown = done(await files.call(township()).get(f"/v1/households/{found['id']}"))
    assert [member["relation"] for member in shown["members"]] == ["head", "other", "other", "other"]
    assert (shown["income"]["net_per_head"], shown["income"]["people"]) == ("3925.00", 4)
    by_hand = await files.call(village()).post("/v1/households", household)
    assert by_hand.status_code == 409


async def test_the_same_file_again_changes_nothing(files: Files, admin: asyncpg.Connection) -> None:
    content = as_csv(SHEET, some_rows())
    await files.sent(township(), content)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation NOT IN ('job')")

    again = await files.sent(township(), content)

    assert counts(again) == ("done", {"unchanged": 8})
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation NOT IN ('job')") == before


async def test_bad_rows_leave_good_households_alone_and_take_their_own_with_them(files: Files) -> None:
    good, bad = some_rows(households=1), some_rows(households=1)
    bad[2]["id_number"] = bad[2]["id_number"][:-1] + ("0" if bad[2]["id_number"][-1] != "0" else "1")

    job = await files.sent(township(), good + bad)

    assert counts(job) == ("done", {"created": 4, "refused": 4})
    assert await files.faults(township(), job["id"]) == {
        (8, "id_number", "id_number_check_digit"),
        *((row, None, "household_refused") for row in (6, 7, 9)),
    }
    (fault,) = next(row for row in await files.rows(township(), job["id"], outcome="refused") if row["row"] == 8)["faults"]
    assert (fault["header"], fault["detail"]) == ("身份证号码", "身份证号码的校验码不符，请核对")


async def test_the_report_is_the_workbook_back_bad_rows_first(files: Files) -> None:
    rows = some_rows(households=2)
    rows[5]["id_number"] = an_id_number()[:-1]

    job = await files.sent(township(), rows, name="临翔区 农户.csv")
    page = await files.report(township(), job["id"])

    numbers = [page.cell(row=n, column=1).value for n in range(2, 10)]
    assert [str(number) for number in numbers] == ["6", "7", "8", "9", "2", "3", "4", "5"]
    assert "身份证号码" in str(page.cell(row=3, column=3).value)


async def test_what_is_different_is_changed_from_today_on_and_the_rest_stays(files: Files, admin: asyncpg.Connection) -> None:
    household = a_household()
    rows = rows_of(household)
    await files.sent(township(), rows)
    await admin.execute(
        "UPDATE membership SET valid_from = '2021-01-01' WHERE household_id = (SELECT id FROM household WHERE number = $1)",
        rows[0]["household_number"],
    )
    await admin.execute(
        "UPDATE household_income SET valid_from = '2021-01-01' WHERE household_id = (SELECT id FROM household WHERE number = $1)",
        rows[0]["household_number"],
    )
    rows[0]["wage_income"], rows[1]["labour"], rows[2]["name"], rows[3]["phone"] = "1000.00", "丧失劳动力", "李改名", "13811112222"

    job = await files.sent(township(), rows)

    assert counts(job) == ("done", {"updated": 4})
    (found,) = done(await files.call(township()).post("/v1/households/search", {"id_number": rows[0]["id_number"]}))["items"]
    shown = done(await files.call(township()).get(f"/v1/households/{found['id']}"))
    assert shown["version"] == 2
    assert shown["income"]["wage_income"] == "1000.00"
    assert sorted(member["labour"] for member in shown["members"]) == ["lost", "ordinary", "ordinary", "ordinary"]
    assert "138****2222" in {member["phone"] for member in shown["members"]}
    history = "SELECT count(*) FROM {} WHERE household_id = $1 AND valid_to IS NOT NULL"
    assert await admin.fetchval(history.format("household_income"), found["id"]) == 1
    assert await admin.fetchval(history.format("membership"), found["id"]) == 1
    assert counts(await files.sent(township(), rows)) == ("done", {"unchanged": 4})


async def test_a_new_member_joins_a_household_that_is_there(files: Files) -> None:
    household = a_household(members=3)
    rows = rows_of(household)
    await files.sent(township(), rows)
    more = rows_of(a_household(members=1), number=rows[0]["household_number"])[0] | {"relation": "之子", "people": ""}
    rows[0]["people"] = 4

    job = await files.sent(township(), [*rows, more])

    assert counts(job) == ("done", {"created": 1, "updated": 1, "unchanged": 2})
    (found,) = done(await files.call(township()).post("/v1/households/search", {"id_number": more["id_number"]}))["items"]
    shown = done(await files.call(township()).get(f"/v1/households/{found['id']}"))
    assert (len(shown["members"]), shown["income"]["people"]) == (4, 4)


@pytest.mark.parametrize(
    ("strategy", "there", "new"), [("create", "unchanged", "created"), ("update", "updated", "refused"), ("create_and_update", "updated", "created")]
)
async def test_what_is_there_and_what_is_new_is_taken_by_the_strategy(strategy: str, there: str, new: str, files: Files) -> None:
    old = some_rows(households=1, members=1)
    await files.sent(township(), old)
    old[0]["wage_income"] = "1.00"

    job = await files.sent(township(), old + some_rows(households=1, members=1), strategy=strategy)

    assert [row["outcome"] for row in await files.rows(township(), job["id"])] == [there, new]
    assert ((3, "household_number", "not_registered") in await files.faults(township(), job["id"])) == (new == "refused")


Change = tuple[int, dict[str, Any]]
WRONG: dict[str, tuple[list[Change], set[tuple[int, str | None, str]]]] = {
    "no head": ([(0, {"relation": "之子"})], {(row, "relation", "one_head") for row in (2, 3, 4, 5)}),
    "two heads": ([(1, {"relation": "户主"})], {(row, "relation", "one_head") for row in (2, 3, 4, 5)}),
    "two spouses": ([(1, {"relation": "配偶"}), (2, {"relation": "配偶"})], {(row, "relation", "one_spouse") for row in (2, 3, 4, 5)}),
    "wrong number of people": ([(0, {"people": 5})], {(2, "people", "people_count")}),
    "negative people": ([(0, {"people": -4})], {(2, "people", "negative")}),
    "income that does not add up": ([(0, {"net_income": "15700.01"})], {(2, "net_income", "income_sum")}),
    "an unknown village": ([(n, {"village": HOME[:9] + "999"}) for n in range(4)], {(row, "village", "no_such_village") for row in (2, 3, 4, 5)}),
    "another county's village": ([(n, {"village": "530921101201"}) for n in range(4)], {(row, "village", "outside_area") for row in (2, 3, 4, 5)}),
    "two villages": ([(1, {"village": "530902102202"})], {(row, None, "household_differs") for row in (2, 3, 4, 5)}),
    "two kinds": ([(1, {"kind": "一般农户"})], {(row, None, "household_differs") for row in (2, 3, 4, 5)}),
    "no kind": ([(0, {"kind": ""})], {(2, "kind", "missing")}),
    "a number of another form": (
        [(n, {"household_number": "户 1"}) for n in range(4)],
        {(row, "household_number", "household_number") for row in (2, 3, 4, 5)},
    ),
    "not a number": ([(0, {"wage_income": "NaN"})], {(2, "wage_income", "not_a_number")}),
    "infinity": ([(0, {"wage_income": "Infinity"})], {(2, "wage_income", "not_a_number")}),
    "a future birth date": ([(3, {"id_number": "533521209901010016"})], {(5, "id_number", "id_number_birth")}),
    "a masked newcomer": ([(3, {"id_number": "533521********00**"})], {(5, "id_number", "masked")}),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_refused_by_row_and_column(wrong: str, files: Files) -> None:
    changes, expected = WRONG[wrong]
    rows = some_rows(households=1)
    for n, change in changes:
        rows[n] |= change

    job = await files.sent(township(), rows)

    found = {fault for fault in await files.faults(township(), job["id"]) if fault[2] != "household_refused"}
    assert found == expected
    assert counts(job) == ("done", {"refused": 4})


async def test_one_person_twice_in_a_file_is_refused_both_times(files: Files) -> None:
    rows = some_rows(households=2, members=1)
    rows[1]["id_number"] = rows[0]["id_number"].lower()

    job = await files.sent(township(), rows)

    assert await files.faults(township(), job["id"]) == {(2, "id_number", "twice_in_file"), (3, "id_number", "twice_in_file")}


@pytest.mark.parametrize("place", [HOME, "530902001201", "530921101201"])
async def test_who_is_registered_elsewhere_is_refused_without_saying_where(place: str, files: Files) -> None:
    before = a_household(village=place, members=1)
    done(await files.call(village("other", place)).post("/v1/households", before))
    rows = some_rows(households=1)
    rows[3]["id_number"] = before["members"][0]["id_number"]

    job = await files.sent(township(), rows)

    assert (5, "id_number", "registered_elsewhere") in await files.faults(township(), job["id"])
    assert "5309" not in str((await files.rows(township(), job["id"], outcome="refused"))[3]["faults"])


async def test_a_number_of_another_village_s_household_is_refused(files: Files) -> None:
    there = rows_of(a_household(village="530902001201"))
    await files.sent(county(), there)

    job = await files.sent(township(), rows_of(a_household(), number=there[0]["household_number"]))

    assert {fault[1:] for fault in await files.faults(township(), job["id"])} == {("household_number", "number_elsewhere")}


async def test_validating_changes_nothing_and_is_committed_without_a_second_upload(files: Files, admin: asyncpg.Connection) -> None:
    rows = some_rows(households=2)
    rows[5]["people"] = 9
    people = "SELECT count(*) FROM person_directory"
    before = await admin.fetchval(people)

    job = await files.sent(township(), rows, mode="validate")

    assert counts(job)[0] == "validated"
    assert (job["created"] + job["refused"], await admin.fetchval(people)) == (8, before)
    accepted = done(await files.call(township()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
    await files.work()
    after = await files.job(township(), accepted["id"])
    assert (after["state"], after["created"], after["refused"]) == ("done", job["created"], job["refused"])
    assert await admin.fetchval(people) == before + job["created"]


async def test_taken_whole_or_not_at_all(files: Files, admin: asyncpg.Connection) -> None:
    rows = some_rows(households=3)
    bad = [dict(row) for row in rows]
    bad[9]["phone"] = bad[9]["phone"][:-1]
    people = "SELECT count(*) FROM person_directory"
    before = await admin.fetchval(people)

    refused = await files.sent(township(), bad, atomic="all")
    unchanged = await admin.fetchval(people)
    taken = await files.sent(township(), rows, atomic="all")

    assert (refused["state"], refused["problem"]["code"], refused["refused"]) == ("failed", "RowsAtFault", 4)
    assert unchanged == before
    assert counts(taken) == ("done", {"created": 12})
    assert (10, None, "household_refused") in await files.faults(township(), refused["id"])


async def test_a_household_that_was_struck_off_takes_nothing_more(files: Files, admin: asyncpg.Connection) -> None:
    rows = some_rows(households=1, members=1)
    await files.sent(township(), rows)
    await admin.execute("UPDATE household SET status = 'gone' WHERE number = $1", rows[0]["household_number"])

    job = await files.sent(township(), rows)

    assert (2, "household_number", "household_gone") in await files.faults(township(), job["id"])


async def test_a_reference_of_another_household_s_member_is_refused(files: Files, admin: asyncpg.Connection) -> None:
    mine, theirs = some_rows(households=1, members=2), some_rows(households=1, members=1)
    await files.sent(township(), mine + theirs)
    stranger = await admin.fetchval(
        "SELECT m.person_id FROM membership m JOIN household h ON h.id = m.household_id WHERE h.number = $1", theirs[0]["household_number"]
    )

    job = await files.sent(township(), [mine[0], mine[1] | {"name": "李**", "id_number": "533521********00**", "person": str(stranger)}])

    assert (3, "person", "person_unknown") in await files.faults(township(), job["id"])


def test_every_reason_that_a_register_has_is_provoked_here() -> None:
    """A fault that nothing here names would be one that nobody has seen."""
    this = Path(__file__).read_text(encoding="utf-8")

    assert [code for code in FAULTS if f'"{code}"' not in this and code not in form_columns.FAULTS] == []  # those of forms are provoked with them
    assert all(chinese and english for chinese, english in FAULTS.values())


async def test_a_file_that_changes_what_was_recorded_today_leaves_no_items_behind(files: Files) -> None:
    rows = rows_of(a_household(members=1))
    await files.sent(township(), rows)
    found = done(await files.call(township()).post("/v1/households/search", {"id_number": rows[0]["id_number"]}, key=None))["items"][0]
    incomes = f"/v1/households/{found['id']}/incomes"
    done(await files.call(township()).post(incomes, an_income(("A1", "9000.00"), people=1), seen=found["version"]))

    await files.sent(township(), [row | {"wage_income": "7000.00"} for row in rows])

    record = done(await files.call(township()).get(incomes))["record"]
    assert (record["wage_income"], record["items"]) == ("7000.00", None)

"""Obsolete ID numbers of 15 digits: whoever still writes one is found under the number of 18 that follows, and nobody is registered by one."""

import pytest

from tests.builders.files import a_list_row, some_rows
from tests.builders.people import a_household
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import county, department_user, township
from tests.monitoring.files.conftest import Files, files, job_runner

__all__ = ["files", "job_runner"]


def old(number: str) -> str:
    """Write a number as it was before 1999: two digits of the year, no check digit."""
    return number[:6] + number[8:17]


async def test_an_old_number_finds_who_is_registered_under_the_present_one(way: Way) -> None:
    household = a_household(members=2)
    household_id = done(await way.call(way.officials.village).post("/v1/households", household))["id"]
    search = way.call(county())

    for member in household["members"]:
        (found,) = done(await search.post("/v1/households/search", {"id_number": old(member["id_number"])}))["items"]
        assert found["id"] == household_id


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("533522701332010", "id_number_birth"),
        ("53352270010101", "id_number_form"),
        ("033522700101001", "id_number_form"),
        ("５33522700101001", "id_number_form"),
        ("53352270010100X", "id_number_form"),
        ("53352270010100112", "id_number_form"),
    ],
)
async def test_what_is_no_old_number_is_refused_with_its_reason(number: str, reason: str, way: Way) -> None:
    answer = await way.call(county()).post("/v1/households/search", {"id_number": number})

    assert refused(answer) == (422, "Malformed", ["body.id_number"])
    assert answer.json()["fields"][0]["reason"] == reason


async def test_nobody_is_registered_by_an_old_number(way: Way, files: Files) -> None:
    household, rows, listed = a_household(members=1), some_rows(households=1, members=1), a_list_row("medical_insurance_list")
    household["members"][0]["id_number"] = old(household["members"][0]["id_number"])
    rows[0]["id_number"], listed["id_number"] = old(rows[0]["id_number"]), old(listed["id_number"])

    answer = await way.call(way.officials.village).post("/v1/households", household)
    register = await files.sent(township(), rows)
    department = await files.sent(department_user(), [listed], kind="medical_insurance_list")

    assert refused(answer) == (422, "Malformed", ["body.members.0.id_number"])
    assert answer.json()["fields"][0]["reason"] == "id_number_form"
    assert await files.faults(township(), register["id"]) == {(2, "id_number", "id_number_form")}
    assert await files.faults(department_user(), department["id"]) == {(2, "id_number", "id_number_form")}

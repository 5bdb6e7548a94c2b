"""Who a person is: ID numbers of 18, 20 and 22 characters, other certificates, and none yet."""

from datetime import date
from typing import Any

import asyncpg
import pytest
from stdnum.cn import ric

from services.monitoring.domain.register.people import BEFORE_2003, Certificate, Sex, age_on, identify, is_of_another_place
from shared.database.transaction import Database
from shared.kernel.areas import COUNTIES
from shared.kernel.errors import Refusal
from shared.kernel.people import CertificateNumber, IdNumber
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member, an_id_number
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.tokens import county, township, village

TODAY = date(2021, 9, 22)
ID = IdNumber("533522197001010010")
PASSPORT = CertificateNumber("E12345678")
NOBODY: dict[str, Any] = {"certificate": Certificate.RESIDENT_ID, "id_number": None, "certificate_number": None, "born_on": None, "sex": None}
BORN: dict[str, Any] = {"born_on": date(1999, 1, 1), "sex": Sex.FEMALE}

REFUSED: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "NumberMissing", ["p.id_number"]),
    ({"certificate": Certificate.MILITARY, **BORN}, "NumberMissing", ["p.certificate_number"]),
    ({"certificate": Certificate.NONE, "id_number": ID}, "NumberOfAnotherKind", ["p.certificate"]),
    ({"certificate": Certificate.NONE, "certificate_number": PASSPORT, **BORN}, "NumberOfAnotherKind", ["p.certificate"]),
    ({"id_number": ID, "certificate_number": PASSPORT}, "NumberOfAnotherKind", ["p.certificate"]),
    ({"certificate": Certificate.FOREIGN_PASSPORT, "certificate_number": PASSPORT, "id_number": ID}, "NumberOfAnotherKind", ["p.certificate"]),
    ({"id_number": ID, "born_on": date(1970, 1, 2)}, "NumberSaysOtherwise", ["p.born_on"]),
    ({"id_number": ID, "born_on": date(1970, 1, 2), "sex": Sex.FEMALE}, "NumberSaysOtherwise", ["p.born_on", "p.sex"]),
    ({"certificate": Certificate.NONE}, "BornOnAndSexMissing", ["p.born_on", "p.sex"]),
    ({"certificate": Certificate.NONE, "born_on": date(1999, 1, 1)}, "BornOnAndSexMissing", ["p.sex"]),
    ({"certificate": Certificate.NONE, **BORN, "born_on": date(2021, 9, 23)}, "NotYetHappened", ["p.born_on"]),
]


@pytest.mark.parametrize(("said", "name", "fields"), REFUSED)
def test_who_somebody_is_has_to_be_said_and_said_once(said: dict[str, Any], name: str, fields: list[str]) -> None:
    with pytest.raises(Refusal) as refusal:
        identify("p", **NOBODY | said, today=TODAY)

    assert (type(refusal.value).__name__, list(refusal.value.fields)) == (name, fields)


def test_an_id_number_says_day_of_birth_and_sex_and_may_be_told_the_same() -> None:
    said = identify("p", **{**NOBODY, "id_number": ID}, today=TODAY)
    told = identify("p", **NOBODY | {"id_number": ID, "born_on": date(1970, 1, 1), "sex": Sex.MALE}, today=TODAY)

    assert (said.born_on, said.sex, said.key) == (date(1970, 1, 1), Sex.MALE, ID.number)
    assert told == said


def test_somebody_is_recognised_by_the_kind_and_the_number_and_without_one_by_nothing() -> None:
    passport = {"certificate": Certificate.FOREIGN_PASSPORT, "certificate_number": PASSPORT, **BORN}

    assert identify("p", **NOBODY | passport, today=TODAY).key == "foreign_passport:E12345678"
    assert identify("p", **NOBODY | {"certificate": Certificate.NONE, **BORN}, today=TODAY).key is None


@pytest.mark.parametrize(("born", "day", "age"), [("2015-09-22", "2021-09-22", 6), ("2015-09-23", "2021-09-22", 5), ("2000-02-29", "2021-02-28", 20)])
def test_a_year_of_life_is_full_on_the_birthday(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(day), date.fromisoformat(born)) == age


def test_each_county_has_the_code_that_its_numbers_had_before_2003() -> None:
    assert set(BEFORE_2003) == set(COUNTIES)
    assert not is_of_another_place(IdNumber("533521" + ID.number[6:]), "530902")
    assert not is_of_another_place(IdNumber("530902" + ID.number[6:]), "530902")
    assert is_of_another_place(IdNumber("533522" + ID.number[6:]), "530902")


async def test_a_disability_certificate_s_number_finds_its_bearer_and_fills_the_form(way: Way, call: Call) -> None:
    number = an_id_number()
    household = a_household(members=1)
    household["members"].append(a_member(id_number=number + "43B1"))

    registered = done(await call(village()).post("/v1/households", household))

    (found,) = done(await call(village()).post("/v1/households/search", {"id_number": number}))["items"]
    also = done(await call(village()).post("/v1/households/search", {"id_number": number.lower() + "43"}))["items"]
    shown = done(await call(county()).get(f"/v1/households/{registered['id']}"))
    forms = [member["form"] for member in shown["members"] if member["form"]]
    assert found["id"] == registered["id"] == also[0]["id"]
    assert [(form["health"], form["disability_class"], form["disability_grade"]) for form in forms] == [(["disabled"], "4", 3)]


@pytest.mark.parametrize("behind", ["8", "81", "45", "43B", "43B1X"])
async def test_what_follows_an_id_number_is_class_and_grade_or_nothing(behind: str, call: Call) -> None:
    answer = await call(village()).post("/v1/households/search", {"id_number": an_id_number() + behind})

    assert refused(answer) == (422, "Malformed", ["body.id_number"])


async def test_people_without_an_id_number_are_registered_and_shown(way: Way, call: Call, admin: asyncpg.Connection, monitoring: Database) -> None:
    household = a_household(members=1)
    household["members"] += [
        a_member(id_number=None, certificate="foreign_passport", certificate_number="e12345679", born_on="1990-05-06", sex="female"),
        a_member(**WITHOUT_NUMBER, born_on="2021-09-01"),
    ]

    registered = done(await call(village()).post("/v1/households", household))

    shown = done(await call(county()).get(f"/v1/households/{registered['id']}"))
    by_certificate = {member["certificate"]: member for member in shown["members"]}
    assert by_certificate["foreign_passport"]["certificate_number"] == "E****79"
    assert (by_certificate["foreign_passport"]["id_number"], by_certificate["foreign_passport"]["age"]) == (None, 31)
    assert (by_certificate["none"]["id_number"], by_certificate["none"]["certificate_number"], by_certificate["none"]["age"]) == (None, None, 0)
    assert by_certificate["resident_id"]["age"] is not None
    rows = await admin.fetch(
        "SELECT p.* FROM person p JOIN membership m ON m.person_id = p.id WHERE m.household_id = $1 AND p.certificate <> 'resident_id'",
        registered["id"],
    )
    kept = {row["certificate"]: row for row in rows}
    assert kept["none"]["id_number_index"] is None
    assert kept["foreign_passport"]["id_number_index"] == monitoring.vault.index("foreign_passport:E12345679")
    directory = "SELECT count(*) FROM person_directory WHERE person_id = ANY($1)"
    assert await admin.fetchval(directory, [row["id"] for row in rows]) == 1


async def test_one_passport_is_not_registered_twice(way: Way, call: Call) -> None:
    passport = {"id_number": None, "certificate": "foreign_passport", "certificate_number": "P7654321", "born_on": "1990-05-06", "sex": "male"}
    first, second = (a_household(members=1) for _ in range(2))
    first["members"].append(a_member(**passport))
    second["members"].append(a_member(**passport))
    twice = a_household(members=1)
    twice["members"] += [a_member(**passport), a_member(**passport)]

    done(await call(village()).post("/v1/households", first))

    assert refused(await call(village()).post("/v1/households", second)) == (409, "RegisteredElsewhere", ["body.members.1.certificate_number"])
    assert refused(await call(village()).post("/v1/households", twice)) == (422, "TwiceInHousehold", ["body.members.2.id_number"])


async def test_a_number_first_given_elsewhere_is_a_warning_and_never_a_refusal(way: Way, call: Call) -> None:
    digits = "11010119900101001"
    household = a_household(members=1)
    household["members"] = [a_member(relation="head", id_number=digits + ric.calc_check_digit(digits + "0"))]

    registered = done(await call(township()).post("/v1/households", household))

    assert [(each["code"], each["field"]) for each in registered["warnings"]] == [("number_of_another_place", "body.members.0.id_number")]
    assert registered["warnings"][0]["chinese"]


async def test_who_a_member_is_is_asked_at_the_door_too(way: Way, call: Call) -> None:
    household = a_household(members=1)
    household["members"].append(a_member(id_number=None))

    assert refused(await call(village()).post("/v1/households", household)) == (422, "NumberMissing", ["body.members.1.id_number"])

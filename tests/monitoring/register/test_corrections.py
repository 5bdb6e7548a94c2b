"""What was written wrongly of a person is set right, whatever certificate there is; and an income keeps its items when people come and go."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.domain.register.codes import DisabilityClass, Health
from services.monitoring.domain.register.forms import PersonForm, with_disability
from services.monitoring.domain.register.people import Certificate, Identity, Sex, corrected
from services.monitoring.usecases.register.requests.asked import RequestedCorrection
from shared.kernel.errors import Refusal
from shared.kernel.people import CertificateNumber, IdNumber
from shared.wire.kept import read, written
from tests.builders.families import DOCUMENT, Family, a_family, a_registered, as_it_is, shown
from tests.builders.incomes import an_income
from tests.builders.people import WITHOUT_NUMBER, a_member, an_id_number
from tests.builders.places import OTHER_COUNTY
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import county, township, village

TODAY = date(2021, 9, 22)
ID, OTHER_ID, PASSPORT = IdNumber("533522197001010010"), IdNumber("53352219800229104X"), CertificateNumber("E12345678")
NOTHING: dict[str, Any] = dict.fromkeys(("certificate", "id_number", "certificate_number", "born_on", "sex"))
NUMBERED = Identity(certificate=Certificate.RESIDENT_ID, id_number=ID, certificate_number=None, born_on=date(1970, 1, 1), sex=Sex.MALE)
TRAVELLER = Identity(certificate=Certificate.FOREIGN_PASSPORT, id_number=None, certificate_number=PASSPORT, born_on=date(1990, 5, 6), sex=Sex.FEMALE)
NOBODY = Identity(certificate=Certificate.NONE, id_number=None, certificate_number=None, born_on=date(2021, 9, 1), sex=Sex.MALE)


@pytest.mark.parametrize(
    ("present", "said", "becomes"),
    [
        (NUMBERED, {"id_number": OTHER_ID}, (Certificate.RESIDENT_ID, OTHER_ID, None, date(1980, 2, 29), Sex.FEMALE)),
        (NOBODY, {"id_number": OTHER_ID}, (Certificate.RESIDENT_ID, OTHER_ID, None, date(1980, 2, 29), Sex.FEMALE)),
        (NOBODY, {"born_on": date(2021, 9, 2)}, (Certificate.NONE, None, None, date(2021, 9, 2), Sex.MALE)),
        (TRAVELLER, {"sex": Sex.MALE}, (Certificate.FOREIGN_PASSPORT, None, PASSPORT, date(1990, 5, 6), Sex.MALE)),
        (
            NOBODY,
            {"certificate": Certificate.FOREIGN_PASSPORT, "certificate_number": PASSPORT},
            (Certificate.FOREIGN_PASSPORT, None, PASSPORT, date(2021, 9, 1), Sex.MALE),
        ),
        (NUMBERED, {"certificate": Certificate.NONE}, (Certificate.NONE, None, None, date(1970, 1, 1), Sex.MALE)),
        (
            TRAVELLER,
            {"id_number": OTHER_ID, "certificate": Certificate.RESIDENT_ID},
            (Certificate.RESIDENT_ID, OTHER_ID, None, date(1980, 2, 29), Sex.FEMALE),
        ),
    ],
)
def test_what_is_not_corrected_stays_unless_a_number_says_it(present: Identity, said: dict[str, Any], becomes: tuple[Any, ...]) -> None:
    right = corrected("body", present, **NOTHING | said, today=TODAY)

    assert (right.certificate, right.id_number, right.certificate_number, right.born_on, right.sex) == becomes


@pytest.mark.parametrize(
    ("present", "said", "name", "fields"),
    [
        (NUMBERED, {"born_on": date(1970, 1, 2)}, "NumberSaysOtherwise", ["body.born_on"]),
        (NOBODY, {"id_number": OTHER_ID, "sex": Sex.MALE}, "NumberSaysOtherwise", ["body.sex"]),
        (NOBODY, {"certificate": Certificate.RESIDENT_ID}, "NumberMissing", ["body.id_number"]),
        (NUMBERED, {"certificate": Certificate.MILITARY}, "NumberMissing", ["body.certificate_number"]),
        (NUMBERED, {"certificate_number": PASSPORT}, "NumberOfAnotherKind", ["body.certificate"]),
        (NOBODY, {"born_on": date(2021, 9, 23)}, "NotYetHappened", ["body.born_on"]),
    ],
)
def test_a_correction_contradicts_nothing(present: Identity, said: dict[str, Any], name: str, fields: list[str]) -> None:
    with pytest.raises(Refusal) as refusal:
        corrected("body", present, **NOTHING | said, today=TODAY)

    assert (type(refusal.value).__name__, list(refusal.value.fields)) == (name, fields)


def test_a_disability_certificate_says_class_and_grade_and_leaves_the_rest_of_a_form() -> None:
    ill = PersonForm(health=(Health.CHRONIC_DISEASE,), work_months=3)

    assert with_disability(ill, "43") == PersonForm(
        health=(Health.CHRONIC_DISEASE, Health.DISABLED),
        disability_class=DisabilityClass("4"),
        disability_grade=3,
        work_months=3,
    )
    assert with_disability(PersonForm(health=(Health.HEALTHY,)), "43").health == (Health.DISABLED,)
    assert with_disability(None, "43").health == (Health.DISABLED,)


def test_what_is_asked_for_is_kept_in_full() -> None:
    asked = {"person_id": "018f0000-0000-7000-8000-000000000001", "id_number": ID.number + "43B1", "reason": "核对"}
    other = {"person_id": asked["person_id"], "certificate": "foreign_passport", "certificate_number": "E12345678", "reason": "核对"}

    for body in (asked, other):
        kept = written(read(RequestedCorrection, body))
        assert {name: kept[name] for name in body} == body


async def corrected_at(way: Way, person: str, household: str, **body: Any) -> Any:
    seen = (await as_it_is(way, household)).version
    return await way.call(township()).post(f"/v1/people/{person}/correction", {"reason": "核对", "document_number": DOCUMENT, **body}, seen=seen)


async def member(way: Way, household: str, person: str) -> dict[str, Any]:
    return next(each for each in (await shown(way, household))["members"] if each["id"] == person)


@pytest.fixture
async def child(way: Way) -> tuple[str, str]:
    """A household, and in it a child without any certificate."""
    family = a_family("head")
    family["members"].append(a_member(**WITHOUT_NUMBER, born_on="2021-09-01", relation="son"))
    household = done(await way.call(village()).post("/v1/households", family))["id"]
    return household, next(each["id"] for each in (await shown(way, household))["members"] if each["relation"] == "son")


async def test_who_gets_an_id_number_gets_a_place_in_the_register_of_the_prefecture(
    way: Way, child: tuple[str, str], admin: asyncpg.Connection
) -> None:
    household, person = child
    number = an_id_number()

    done(await corrected_at(way, person, household, id_number=number))

    now = await member(way, household, person)
    born, male = f"{number[6:10]}-{number[10:12]}-{number[12:14]}", int(number[16]) % 2 == 1
    assert (now["certificate"], now["sex"]) == ("resident_id", "male" if male else "female")
    row = await admin.fetchrow("SELECT certificate, born_on::text, sex FROM person WHERE id = $1", UUID(person))
    assert row is not None
    assert tuple(row) == ("resident_id", born, now["sex"])
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = $1", UUID(person)) == 1
    [found] = done(await way.call(county()).post("/v1/households/search", {"id_number": number}))["items"]
    assert found["id"] == household
    twice = a_family("head", village=OTHER_COUNTY) | {"members": [a_member(relation="head", id_number=number)]}
    assert refused(await way.call(village("far", OTHER_COUNTY)).post("/v1/households", twice))[:2] == (409, "RegisteredElsewhere")


async def test_another_certificate_takes_the_place_of_the_old_one(way: Way, child: tuple[str, str], admin: asyncpg.Connection) -> None:
    household, person = child
    passport = {"certificate": "foreign_passport", "certificate_number": "E77345678"}
    done(await corrected_at(way, person, household, **passport))
    assert (await member(way, household, person))["certificate_number"] == "E****78"
    other = (await a_registered(way, "head", "son")).people[1]
    elsewhere = await as_it_is(way, next(iter(await homes(admin, other))))

    clash = await corrected_at(way, other, elsewhere.id, **passport, born_on="1990-05-06", sex="male")
    done(await corrected_at(way, person, household, certificate="none"))
    free = await corrected_at(way, other, elsewhere.id, **passport, born_on="1990-05-06", sex="male")

    assert refused(clash) == (409, "RegisteredElsewhere", ["body.certificate_number"])
    assert done(free)["id"] == elsewhere.id
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = $1", UUID(person)) == 0
    assert (await member(way, elsewhere.id, other))["phone"] is not None


async def homes(admin: asyncpg.Connection, person: str) -> list[str]:
    rows = await admin.fetch("SELECT household_id::text FROM membership WHERE person_id = $1 AND valid_to IS NULL", UUID(person))
    return [row["household_id"] for row in rows]


async def test_the_number_of_a_disability_certificate_fills_the_form_too(way: Way, child: tuple[str, str]) -> None:
    household, person = child
    seen = (await as_it_is(way, household)).version
    form = {"effective_from": "2021-09-22", "ethnic_group": "21", "health": ["healthy"]}
    done(await way.call(village()).put(f"/v1/people/{person}/form", form, seen=seen))

    done(await corrected_at(way, person, household, id_number=an_id_number() + "43B1"))

    now = (await member(way, household, person))["form"]
    assert (now["health"], now["disability_class"], now["disability_grade"], now["ethnic_group"]) == (["disabled"], "4", 3, "21")


async def test_who_joins_with_a_disability_certificate_or_without_any_is_looked_at_as_at_a_registration(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    join = f"/v1/households/{family.id}/members"
    disabled = a_member(relation="son", id_number=an_id_number() + "43")
    son = done(await way.call(village()).post(join, {"member": disabled, "since": "2021-09-22"}, seen=1))
    twin = {**disabled, **WITHOUT_NUMBER, "born_on": "1999-01-01", "relation": "other"}
    joined = done(await way.call(village()).post(join, {"member": twin, "since": "2021-09-22"}, seen=2))
    passport = a_member(id_number=None, certificate="foreign_passport", certificate_number="E88345678", born_on="1990-05-06", sex="male")
    done(await way.call(village()).post(join, {"member": passport, "since": "2021-09-22"}, seen=3))

    again = await way.call(village()).post(join, {"member": passport, "since": "2021-09-22"}, seen=4)

    forms = [each["form"]["disability_grade"] for each in (await shown(way, family.id))["members"] if each["form"]]
    assert forms == [3]
    pairs = await admin.fetch("SELECT person_b::text FROM duplicate_pair WHERE person_a = $1", UUID(joined["member"]))
    assert son["member"] in [row["person_b"] for row in pairs]
    assert refused(again) == (409, "RegisteredElsewhere", ["body.member.certificate_number"])


async def test_a_village_asks_for_another_certificate_and_sees_it_masked(way: Way, child: tuple[str, str]) -> None:
    household, person = child
    correction = {
        "person_id": person,
        "certificate": "foreign_passport",
        "certificate_number": "E99345678",
        "born_on": "2021-09-02",
        "reason": "核对",
    }
    body = {"household_id": household, "household_version": 1, "reason": "核对护照", "correction": correction}

    asked = done(await way.call(village()).post("/v1/change-requests", body))

    shows = done(await way.call(township()).get(f"/v1/change-requests/{asked['id']}"))["correction"]
    assert {name: shows[name] for name in ("certificate", "certificate_number", "born_on", "id_number", "sex")} == {
        **{"certificate": "foreign_passport", "certificate_number": "E****78", "born_on": "2021-09-02", "id_number": None, "sex": None}
    }
    done(await way.call(township()).post(f"/v1/change-requests/{asked['id']}/approval", {"opinion": "同意"}, seen=1))
    assert (await member(way, household, person))["certificate"] == "foreign_passport"


async def income_of(way: Way, household: str) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/households/{household}/incomes"))["record"]


async def test_an_income_that_more_or_fewer_share_keeps_its_items_and_its_period(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    done(await way.call(village()).post(f"/v1/households/{family.id}/incomes", an_income(people=2), seen=1))
    before = await income_of(way, family.id)

    member = {"member": a_member(relation="daughter"), "since": "2021-09-22"}
    done(await way.call(village()).post(f"/v1/households/{family.id}/members", member, seen=2))
    joined = await income_of(way, family.id)
    leaving = {"on": "2021-09-22", "why": "moved"}
    done(await way.call(village()).post(f"/v1/households/{family.id}/members/{family.people[1]}/departure", leaving, seen=3))
    left = await income_of(way, family.id)

    behind = ("items", "period_type", "period_from", "period_to", "wage_income")
    assert [[each[name] for name in behind] for each in (joined, left)] == [[before[name] for name in behind]] * 2
    assert [each["people"] for each in (before, joined, left)] == [2, 3, 2]


async def test_an_income_told_anew_in_totals_has_no_items_of_the_old_one(way: Way) -> None:
    family: Family = await a_registered(way, "head", "son")
    done(await way.call(village()).post(f"/v1/households/{family.id}/incomes", an_income(people=2), seen=1))

    body = {
        "members": [{"person_id": family.people[1], "relation": "head"}],
        "reason": "分家",
        "income": {},
        "income_of_remaining": {"wage_income": "100.00"},
    }
    done(await way.call(township()).post(f"/v1/households/{family.id}/split", body, seen=2))

    now = await income_of(way, family.id)
    assert (now["wage_income"], now["people"], now["items"], now["period_to"]) == ("100.00", 1, None, None)

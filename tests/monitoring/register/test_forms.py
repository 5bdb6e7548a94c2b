"""The collection forms: every list taken and nothing beside it, contradictions refused, and each day as it was."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any, get_args, get_type_hints

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.register import forms as rules
from services.monitoring.domain.register.codes import Allowance, EthnicGroup, Health, SchoolStatus, WorkPlace
from services.monitoring.domain.register.completeness import Clear, FileFacts, FilePerson, missing_in
from services.monitoring.domain.register.forms import HouseholdForm, PersonForm
from services.monitoring.domain.register.timeline import Place, on, place_of
from services.monitoring.usecases.register.fill_household_form import FillHouseholdForm
from services.monitoring.usecases.register.fill_person_form import FillPersonForm
from shared.database.transaction import Database
from shared.kernel.errors import Refusal
from tests.builders.people import a_household
from tests.builders.places import STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, village

TODAY: dict[str, Any] = {"effective_from": "2021-09-22"}
HOUSEHOLD = {
    "address": "下寨12号",
    "phone": "13900001234",
    "bank_account": "6228480000000000010",
    "bank": "农村信用社",
    "natural_village": "下寨",
    "farmland": "3.50",
    "road_kind": "hardened",
    "road_distance": "0.3",
    "house_grade": "B",
    "house_area": "90.00",
    "fuel": "electricity",
    "water_safe": True,
    "industry_kind": "planting",
    "house_problem": False,
}
PERSON = {
    "ethnic_group": "21",
    "political_status": "masses",
    "education": "primary",
    "health": ["chronic_disease", "disabled"],
    "disability_class": "4",
    "disability_grade": 3,
    "residents_medical_insurance": True,
    "subsistence_allowance": "rural",
    "extreme_difficulty": "none",
    "work_place": "other_province",
    "work_months": 8,
}


@dataclasses.dataclass(frozen=True)
class Home:
    """A household that is registered, and its only member."""

    call: Call
    id: str
    person: str

    async def shown(self, **query: Any) -> dict[str, Any]:
        return done(await self.call(county()).get(f"/v1/households/{self.id}", **query))

    async def fill(self, body: dict[str, Any], *, seen: int | None = None, by: Any = None) -> Any:
        seen = seen or (await self.shown())["version"]
        return await self.call(by or village()).put(f"/v1/households/{self.id}/form", TODAY | body, seen=seen)

    async def fill_person(self, body: dict[str, Any], *, seen: int | None = None, by: Any = None) -> Any:
        seen = seen or (await self.shown())["version"]
        return await self.call(by or village()).put(f"/v1/people/{self.person}/form", TODAY | body, seen=seen)


@pytest.fixture
async def home(way: Way) -> Home:
    household = done(await way.call(village()).post("/v1/households", a_household(members=1)))["id"]
    (member,) = done(await way.call(village()).get(f"/v1/households/{household}"))["members"]
    return Home(way.call, household, member["id"])


async def test_a_form_is_filled_in_and_shown_masked(home: Home, admin: asyncpg.Connection, monitoring: Database) -> None:
    filled = done(await home.fill(HOUSEHOLD))
    of_person = done(await home.fill_person(PERSON))

    shown = await home.shown()
    assert (filled["version"], of_person["version"], shown["version"]) == (2, 3, 3)
    assert (filled["valid_from"], filled["valid_to"]) == ("2021-09-22", None)
    form = shown["form"]
    assert (form["address"], form["phone"], form["bank_account"], form["bank"]) == ("下寨1***", "139****1234", "********0010", "农村信用社")
    assert (form["farmland"], form["road_kind"], form["water_safe"], form["television"]) == ("3.50", "hardened", True, None)
    assert {name: shown["members"][0]["form"][name] for name in PERSON} == PERSON
    kept = await admin.fetchrow("SELECT * FROM household_form WHERE household_id = $1 AND valid_to IS NULL", home.id)
    assert kept
    assert "下寨12号" not in str(dict(kept))
    assert monitoring.vault.open(kept["secrets"], table="household_form", row=kept["household_id"])["address"] == "下寨12号"


async def test_of_health_address_and_account_the_audit_knows_only_that_they_changed(home: Home, admin: asyncpg.Connection) -> None:
    done(await home.fill(HOUSEHOLD))
    done(await home.fill_person(PERSON))
    done(await home.fill_person(PERSON | {"health": ["disabled"], "disability_grade": 2}))

    rows = await admin.fetch("SELECT act, before::text || after::text AS said FROM audit WHERE relation = 'person_form' AND act = 'UPDATE'")
    everything = await admin.fetchval(
        "SELECT string_agg(coalesce(before::text, '') || coalesce(after::text, ''), '') FROM audit WHERE relation LIKE '%\\_form'"
    )
    assert any('"health": "changed"' in row["said"] and '"disability_grade": "changed"' in row["said"] for row in rows)
    assert "chronic_disease" not in str(everything)
    assert "下寨" not in str(everything)


async def test_what_is_shown_masked_stays_when_it_is_left_out_and_all_else_is_then_not_known(home: Home) -> None:
    done(await home.fill(HOUSEHOLD))

    done(await home.fill({"address": "上寨3号", "fuel": "gas"}))

    form = (await home.shown())["form"]
    assert (form["address"], form["phone"], form["bank_account"]) == ("上寨3***", "139****1234", "********0010")
    assert (form["fuel"], form["farmland"], form["water_safe"]) == ("gas", None, None)


LISTS = [
    (command, field, words)
    for command in (FillHouseholdForm, FillPersonForm)
    for field, hint in get_type_hints(command).items()
    for words in get_args(hint)
    if isinstance(words, type) and issubclass(words, StrEnum)
]


@pytest.mark.parametrize(("command", "field", "words"), LISTS, ids=lambda each: each if isinstance(each, str) else None)
async def test_each_word_of_a_list_is_kept_and_no_other(command: type, field: str, words: type[StrEnum], home: Home) -> None:
    fill = home.fill if command is FillHouseholdForm else home.fill_person
    more = {"disability_class": {"disability_grade": 1}, "work_place": {"work_months": 1}}.get(field, {})
    for n, word in enumerate(words, start=1):
        assert done(await fill({field: word, **more}, seen=n))["version"] == n + 1
    shown = await home.shown()
    held = shown if field == "kind" else shown["form"] if command is FillHouseholdForm else shown["members"][0]["form"]
    assert held[field] == list(words)[-1]

    for other in ("", "没有", next(iter(words)).name + "_", 1, ["x"]):
        assert refused(await fill({field: other, **more}))[:2] == (422, "Malformed"), other


async def test_health_takes_several_words_of_its_list(home: Home) -> None:
    done(await home.fill_person({"health": [each for each in Health if each is not Health.HEALTHY]}))

    assert refused(await home.fill_person({"health": ["well"]}))[:2] == (422, "Malformed")
    assert refused(await home.fill_person({"health": []}))[:2] == (422, "Malformed")
    assert len((await home.shown())["members"][0]["form"]["health"]) == 3


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"water_safe": True, "water_problem": True}, "WaterSaysBoth"),
    ({"house_grade": "C", "house_problem": False}, "HouseSaysBoth"),
    ({"house_grade": "D", "house_problem": False}, "HouseSaysBoth"),
    ({"education": "primary", "school_status": "grade_7"}, "SchoolAndEducation"),
    ({"school_status": "primary", "drop_out_reason": "weary"}, "OutOfSchool"),
    ({"health": ["healthy", "disabled"]}, "HealthyAndNot"),
    ({"health": ["disabled", "disabled"]}, "HealthyAndNot"),
    ({"disability_class": "4"}, "DisabilityUnclear"),
    ({"disability_grade": 2}, "DisabilityUnclear"),
    ({"health": ["healthy"], "disability_class": "4", "disability_grade": 2}, "DisabilityUnclear"),
    ({"residents_medical_insurance": True, "employees_medical_insurance": True}, "OneMedicalInsurance"),
    ({"work_place": "county"}, "PlaceAndMonths"),
    ({"work_months": 3}, "PlaceAndMonths"),
    ({"public_post": True}, "PostAndMonths"),
    ({"public_post": False, "public_post_months": 3}, "PostAndMonths"),
]


@pytest.mark.parametrize(("body", "name"), CONTRADICTIONS)
async def test_a_form_does_not_contradict_itself(body: dict[str, Any], name: str, home: Home) -> None:
    of_household = set(body) <= {field.name for field in dataclasses.fields(HouseholdForm)}

    status, refusal, fields = refused(await (home.fill if of_household else home.fill_person)(body))

    assert (status, refusal) == (422, name)
    assert fields
    assert set(fields) <= {f"body.{field.name}" for kind in (HouseholdForm, PersonForm) for field in dataclasses.fields(kind)}
    assert (await home.shown())["version"] == 1


async def test_forms_are_the_village_s_and_the_township_s_as_it_saw_them(home: Home) -> None:
    assert refused(await home.fill({}, by=county()))[:2] == (403, "Forbidden")
    assert refused(await home.fill({}, by=prefecture()))[:2] == (403, "Forbidden")
    assert refused(await home.fill_person({}, by=auditor()))[:2] == (403, "Forbidden")
    assert refused(await home.fill({}, seen=7)) == (412, "Stale", ["header.if-match"])
    assert refused(await home.fill_person({}, seen=7)) == (412, "Stale", ["header.if-match"])
    assert refused(await home.fill({"effective_from": "2021-09-23"})) == (422, "NotYetHappened", ["body.effective_from"])
    for stranger in STRANGERS[:2]:
        assert refused(await home.fill({}, by=stranger))[:2] == (404, "NotFound")
        assert refused(await home.fill_person({}, by=stranger))[:2] == (404, "NotFound")


async def test_a_household_that_was_struck_off_has_no_form_any_more(home: Home, admin: asyncpg.Connection) -> None:
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", home.id)

    assert refused(await home.fill({}))[:2] == (409, "HouseholdGone")
    assert refused(await home.fill_person({}))[:2] == (409, "HouseholdGone")


async def test_a_household_is_shown_as_of_any_past_day(home: Home, set_clock: SetClock, way: Way) -> None:
    done(await home.fill({"fuel": "firewood"}))
    await set_clock(way.now + timedelta(days=100))
    done(await home.fill({"fuel": "gas", "kind": "general", "effective_from": "2021-12-31"}))
    done(await home.fill_person({"education": "primary", "effective_from": "2021-12-31"}))
    done(await home.fill({"fuel": "coal", "effective_from": "2021-10-10"}))

    seen = {day: await home.shown(on=day) for day in ("2021-09-22", "2021-10-09", "2021-10-10", "2021-12-30", "2021-12-31")}
    present = await home.shown()

    assert {day: each["form"]["fuel"] for day, each in seen.items()} == {
        **{"2021-09-22": "firewood", "2021-10-09": "firewood", "2021-10-10": "coal", "2021-12-30": "coal", "2021-12-31": "gas"}
    }
    assert [each["kind"] for each in seen.values()] == ["lifted_out"] * 4 + ["general"]
    assert seen["2021-12-30"]["members"][0]["form"] is None
    assert seen["2021-12-31"]["members"][0]["form"]["education"] == "primary"
    assert {each["as_of"] for each in seen.values()} == set(seen)
    assert seen["2021-12-31"] == present
    assert {each["village"] for each in seen.values()} == {present["area"]}


async def test_before_anything_is_known_of_a_household_there_is_nothing(home: Home) -> None:
    shown = await home.shown(on="2021-09-21")

    assert (shown["members"], shown["income"], shown["form"], shown["missing"]) == ([], None, None, [])
    assert refused(await home.call(county()).get(f"/v1/households/{home.id}", on="2021-09-23")) == (422, "NotYetHappened", ["query.on"])


async def test_category_and_status_are_those_of_the_day(way: Way, set_clock: SetClock) -> None:
    case_id = await way.case("06")
    household_id = done(await way.call(county()).get(f"/v1/cases/{case_id}"))["household_id"]
    later, _ = await way.flagged(case_id, set_clock)

    before = done(await way.call(county()).get(f"/v1/households/{household_id}", on="2021-09-22"))
    now = done(await later.call(county()).get(f"/v1/households/{household_id}"))

    assert (before["status"], before["category"]) == ("normal", None)
    assert (now["status"], now["category"]) == ("monitored", "unstable_lifted_out")
    assert {each["what"] for each in now["missing"] if each["clear"] != "situation"} == set()


@dataclasses.dataclass(frozen=True)
class Row:
    valid_from: date
    valid_to: date | None
    fuel: int


DAYS = st.integers(0, 40).map(lambda n: date(2021, 1, 1) + timedelta(days=n))


def put(rows: list[Row], place: Place, fuel: int) -> list[Row]:
    """Do with rows what the database does with a place."""
    kept = [row for row in rows if not (place.replaces and row.valid_from == place.valid_from)]
    kept = [dataclasses.replace(row, valid_to=place.valid_from) if row.valid_from == place.ends else row for row in kept]
    return sorted([*kept, Row(place.valid_from, place.valid_to, fuel)], key=lambda row: row.valid_from)


@given(st.lists(st.tuples(DAYS, st.integers(0, 5)), min_size=1, max_size=20), DAYS)
def test_late_corrections_in_any_order_hold_from_their_day_until_the_next(told: list[tuple[date, int]], day: date) -> None:
    rows: list[Row] = []
    last: dict[date, int] = {}  # the slow way: what was told last of each day
    for since, fuel in told:
        rows = put(rows, place_of(rows, since), fuel)
        last[since] = fuel

    held = on(rows, day)
    since = max((each for each in last if each <= day), default=None)
    assert (held.fuel if held else None) == (None if since is None else last[since])
    assert [row.valid_to for row in rows] == [row.valid_from for row in rows[1:]] + [None]


@pytest.mark.parametrize("seed", range(6))
async def test_the_database_agrees_with_the_slow_way(seed: int, call: Call, set_clock: SetClock) -> None:
    rng = Random(seed)
    await set_clock(datetime(2021, 1, 10, 1, tzinfo=UTC))
    household = done(await call(village()).post("/v1/households", a_household(members=1)))["id"]
    await set_clock(datetime(2021, 3, 1, 1, tzinfo=UTC))
    last: dict[date, tuple[str, str | None]] = {}
    for n in range(1, 9):
        since, fuel, kind = (
            date(2021, 1, 1) + timedelta(days=rng.randrange(20)),
            rng.choice(["coal", "gas"]),
            rng.choice(["general", "lifted_out", None]),
        )
        body = {"fuel": fuel, "kind": kind, "effective_from": str(since)}
        done(await call(village()).put(f"/v1/households/{household}/form", body, seen=n))
        before = max((each for each in last if each <= since), default=None)
        last[since] = (fuel, kind or (last[before][1] if before else None))
    for day in (date(2020, 12, 31) + timedelta(days=n) for n in range(25)):
        shown = done(await call(county()).get(f"/v1/households/{household}", on=str(day)))
        since = max((each for each in last if each <= day), default=None)
        assert (shown["form"]["fuel"] if shown["form"] else None) == (last[since][0] if since else None), day
        if since and last[since][1]:
            assert shown["kind"] == last[since][1], day


FILLED = HouseholdForm(
    **{
        field.name: {"road_kind": "hardened", "house_grade": "A", "fuel": "gas", "industry_kind": "none"}.get(field.name, False)
        for field in dataclasses.fields(HouseholdForm)
        if field.name
        not in ("natural_village", "resettlement_site_code", "pasture", "water_surface", "returned_farmland", "orchard", "road_distance")
    }
    | {"farmland": Decimal(0), "forest": Decimal(0), "house_area": Decimal(90)}  # type: ignore[arg-type]
)
GROWN = PersonForm(
    ethnic_group=EthnicGroup.WA,
    health=(Health.HEALTHY,),
    education=rules.Education.PRIMARY,
    residents_medical_insurance=True,
    subsistence_allowance=Allowance.NONE,
    extreme_difficulty=Allowance.NONE,
)
CHILD = dataclasses.replace(GROWN, education=None, school_status=SchoolStatus.PRIMARY)


def facts(*people: FilePerson, **changes: Any) -> FileFacts:
    given = {"form": FILLED, "gross_income": Decimal(1), "monitored": False, "risks": False, "measures": False, "planned": True}
    return FileFacts(people=people, **given | changes)


def grown(form: PersonForm | None = GROWN, *, age: int | None = 40, able: bool = True) -> FilePerson:
    return FilePerson(form=form, age=age, able=able)


def test_a_file_in_which_all_six_are_clear_lacks_nothing() -> None:
    assert missing_in(facts(grown(), FilePerson(form=CHILD, age=8, able=False))) == []
    assert missing_in(facts(grown(), monitored=True, risks=True, measures=True)) == []


def lacking(file: FileFacts) -> set[tuple[Clear, str, int]]:
    return {(each.clear, each.what, each.whose) for each in missing_in(file)}


def test_what_is_missing_is_said_by_which_clear_and_of_how_many() -> None:
    assert lacking(facts(grown(None), grown(None))) == {
        (Clear.SITUATION, what, 2)
        for what in ("ethnic_group", "health", "subsistence_allowance", "extreme_difficulty", "education", "medical_insurance")
    }
    assert (Clear.SITUATION, "water_safe", 0) in lacking(facts(grown(), form=None))
    assert lacking(facts(grown(), monitored=True, planned=False)) == {
        (Clear.CAUSE, "risks", 0),
        (Clear.MEASURES, "measures", 0),
        (Clear.SCHEDULE, "due_at", 0),
    }
    assert lacking(facts(grown(), gross_income=Decimal(0))) == {(Clear.INPUTS_AND_OUTPUTS, "income", 0)}


@pytest.mark.parametrize(("age", "is_missing"), [(5, False), (6, True), (14, True), (15, False), (None, False)])
def test_a_child_of_school_age_is_in_school_or_there_is_a_reason(age: int | None, is_missing: bool) -> None:
    young = dataclasses.replace(CHILD, school_status=SchoolStatus.TOO_YOUNG)
    excused = dataclasses.replace(young, drop_out_reason=rules.DropOutReason.ILLNESS)

    assert ((Clear.SITUATION, "drop_out_reason", 1) in lacking(facts(grown(young, age=age, able=False)))) is is_missing
    assert lacking(facts(grown(excused, age=age, able=False))) == set()


def test_a_relocated_household_that_can_work_has_somebody_in_work() -> None:
    relocated = dataclasses.replace(FILLED, resettlement_site_code="530902-01")
    at_work = dataclasses.replace(GROWN, work_place=WorkPlace.COUNTY, work_months=6)
    at_post = dataclasses.replace(GROWN, public_post=True, public_post_months=6)

    assert lacking(facts(grown(), form=relocated)) == {(Clear.MEASURES, "work", 0)}
    assert lacking(facts(grown(dataclasses.replace(GROWN, relocated=True)))) == {(Clear.MEASURES, "work", 0)}
    assert lacking(facts(grown(able=False), form=relocated)) == set()
    assert lacking(facts(grown(at_work), form=relocated)) == lacking(facts(grown(at_post), form=relocated)) == set()


def test_a_form_that_says_nothing_contradicts_nothing() -> None:
    assert rules.checked_household(HouseholdForm()) == HouseholdForm()
    assert rules.checked_person(PersonForm()) == PersonForm()
    with pytest.raises(Refusal):
        rules.checked_person(PersonForm(health=(Health.HEALTHY, Health.DISABLED)))

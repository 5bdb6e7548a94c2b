"""The synthetic register of the demo. Its people do not exist; its figures are the plan's (ch.1)."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter
from stdnum.cn import ric

from deploy.demo.population import LINE, Register, draw_register, villages
from services.monitoring.domain.register.households import ABLE, HouseholdKind, Labour
from services.monitoring.usecases.register.register_household import RegisterHousehold
from shared.kernel.areas import COUNTIES

SEED = 5309
MEN = {"son", "son_in_law", "father", "father_in_law"}
WOMEN = {"daughter", "daughter_in_law", "mother", "mother_in_law"}


@pytest.fixture(scope="module")
def register() -> Register:
    return draw_register(households=2_000, seed=SEED)


@pytest.fixture(scope="module")
def bodies(register: Register) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(household.body())) for household in register.households]


@pytest.fixture(scope="module")
def people(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [member for body in bodies for member in body["members"]]


def born(member: dict[str, Any]) -> int:
    return int(member["id_number"][6:10])


def test_the_same_seed_and_size_make_the_same_register(register: Register) -> None:
    assert draw_register(households=2_000, seed=SEED) == register
    assert draw_register(households=2_000, seed=1) != register


def test_a_household_is_known_by_its_line_and_by_a_number_of_its_village(register: Register) -> None:
    assert [household.line for household in register.households] == list(range(1, 2_001))
    assert len({household.number for household in register.households}) == 2_000
    assert all(household.number[:12] == household.village and len(household.number) == 16 for household in register.households)


@pytest.mark.parametrize(
    ("households", "seed", "tolerance"), [(50, SEED, 0.05), (2_000, SEED, 0.005), (2_000, 1, 0.005), (2_000, 2, 0.005), (20_000, SEED, 0.001)]
)
def test_the_figures_of_2020_hold(households: int, seed: int, tolerance: float) -> None:
    figures = draw_register(households=households, seed=seed).figures()

    assert figures.below_band == pytest.approx(0.5342, abs=tolerance)
    assert figures.wage_share == pytest.approx(0.4748, abs=tolerance)
    assert figures.net_per_head == pytest.approx(10_610, rel=tolerance)


@pytest.mark.parametrize("kind", HouseholdKind)
def test_the_figures_of_2020_hold_within_a_kind_of_household(kind: HouseholdKind, register: Register) -> None:
    figures = Register(tuple(register.where(kind=kind))).figures()

    assert figures.below_band == pytest.approx(0.5342, abs=0.01)
    assert figures.net_per_head == pytest.approx(10_610, rel=0.01)


def test_a_few_per_cent_lie_below_the_line(register: Register) -> None:
    assert 0.02 < register.figures().below_line < 0.08


@pytest.mark.parametrize("households", [50, 2_000])
def test_net_and_reference_lie_on_either_side_of_the_line_in_some_households(households: int) -> None:
    incomes = [household.income for household in draw_register(households=households, seed=SEED).households]

    assert any(income.net_per_head < LINE <= income.reference_per_head for income in incomes)
    assert any(income.reference_per_head < LINE <= income.net_per_head for income in incomes)


def test_amounts_are_texts_with_two_places(bodies: list[dict[str, Any]]) -> None:
    amounts = [amount for body in bodies for amount in body["income"].values()]

    assert all(Decimal(amount).as_tuple().exponent == -2 and Decimal(amount) >= 0 for amount in amounts)


def test_every_body_can_be_registered(bodies: list[dict[str, Any]]) -> None:
    TypeAdapter(list[RegisterHousehold]).validate_python(bodies)


def test_id_numbers_are_right_and_nobody_has_anothers(people: list[dict[str, Any]]) -> None:
    numbers = [member["id_number"] for member in people]

    assert len(set(numbers)) == len(numbers)
    assert all(number[-1] == ric.calc_check_digit(number) for number in numbers)


def test_the_address_code_is_that_of_the_first_registration(bodies: list[dict[str, Any]]) -> None:
    old = {county: str(533521 + n) for n, county in enumerate(COUNTIES)}
    found: Counter[str] = Counter()

    for body in bodies:
        county = body["village"][:6]
        for member in body["members"]:
            now = member["id_number"][:6] == county
            assert now or (member["id_number"][:6] == old[county] and born(member) < 2003)
            found["late" if now and born(member) < 2003 else "young" if now else "old"] += 1

    assert 0 < found["late"] < 0.02 * found["old"]
    assert found["young"] > 1_000


def test_sex_fits_the_relation(people: list[dict[str, Any]]) -> None:
    men = {member["relation"] for member in people if int(member["id_number"][16]) % 2}
    women = {member["relation"] for member in people if not int(member["id_number"][16]) % 2}

    assert not men & WOMEN
    assert not women & MEN


def test_a_household_has_one_head_and_ages_that_can_be(bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        (head,) = [born(member) for member in body["members"] if member["relation"] == "head"]
        assert 25 <= 2021 - head <= 75
        for member in body["members"]:
            older = born(member) - head
            match member["relation"]:
                case "spouse":
                    assert abs(older) <= 6
                case "son" | "daughter":
                    assert 18 <= older <= 40
                case "father" | "mother" | "father_in_law" | "mother_in_law":
                    assert -40 <= older <= -18
        assert [member["relation"] for member in body["members"]].count("spouse") <= 1


def test_sizes_and_labour_are_plausible(register: Register) -> None:
    sizes = Counter(len(household.members) for household in register.households)
    figures = register.figures()

    assert set(sizes) == {1, 2, 3, 4, 5, 6, 7}
    assert figures.people / 2_000 == pytest.approx(3.9, abs=0.1)
    assert 1 - figures.able_households == pytest.approx(0.12, abs=0.02)
    assert figures.able_people == pytest.approx(0.5747, abs=0.02)  # plan ch.1 s.2
    assert {person.labour for household in register.households for person in household.members} == set(Labour)


def test_villages_are_real_and_of_every_county(bodies: list[dict[str, Any]]) -> None:
    used = {body["village"] for body in bodies}

    assert used <= set(villages())
    assert {village[:6] for village in used} == set(COUNTIES)
    assert len(villages()) == 954


def test_the_prison_of_the_code_list_has_no_households(bodies: list[dict[str, Any]]) -> None:
    assert not [village for village in villages() if village.startswith("530922401")]
    assert not [body for body in bodies if body["village"].startswith("530922401")]


def test_rare_forms_of_names_occur(people: list[dict[str, Any]]) -> None:
    names = [member["name"] for member in people]

    assert any("·" in name for name in names)
    assert any(len(name) >= 4 and "·" not in name for name in names)
    assert any(len(name) == 2 for name in names)


@pytest.mark.parametrize("county", COUNTIES)
def test_the_story_finds_a_household_of_each_sort_in_every_county(county: str, register: Register) -> None:
    for able in (True, False):
        for below_line in (True, False):
            found = register.where(county=county, able=able, below_line=below_line)
            assert found
            assert all(household.village[:6] == county for household in found)
            assert all(any(person.labour in ABLE for person in household.members) == able for household in found)
            assert all((household.income.reference_per_head < 6000) == below_line for household in found)

"""Whatever is done to households in whatever order: everybody who lives belongs to one household, each has one head, and its file is whole."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

import asyncpg
import pytest

from shared.service.jobs.runner import JobRunner
from tests.builders.families import DOCUMENT, a_registered, a_split, a_transfer, named, shown
from tests.builders.people import a_member, some_income
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.story import Officials, Way, done
from tests.fixtures.tokens import HOME, county, prefecture

ACTS = 30
WORDS = ("son", "daughter", "other", "sibling", "mother")
MEMBERSHIPS = """
    SELECT person_id::text, household_id::text, relation FROM membership
    WHERE valid_to IS NULL AND (household_id = ANY($1::uuid[]) OR person_id = ANY($2::uuid[]))
"""
SPANS = """
    SELECT person_id::text, valid_from, coalesce(valid_to, 'infinity') AS valid_to FROM membership WHERE person_id = ANY($1::uuid[]) ORDER BY 1, 2, 3
"""
INCOMES = "SELECT household_id::text, people FROM household_income WHERE valid_to IS NULL AND household_id = ANY($1::uuid[])"


@dataclass
class Model:
    """What should be there: household -> its people; and how everybody came and went."""

    way: Way
    runner: JobRunner
    draw: Random
    homes: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    departed: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)

    def official(self, household: str) -> Any:
        return county(area=self.places[household][:6])

    async def see(self, household: str) -> dict[str, Any]:
        return await shown(Way(self.way.call, self.way.now, Officials.of(self.places[household])), household)

    async def post(self, household: str, act: str, body: dict[str, Any], by: Any = None) -> dict[str, Any]:
        seen = (await self.see(household))["version"]
        return done(await self.way.call(by or self.official(household)).post(f"/v1/households/{household}/{act}", body, seen=seen))

    async def members(self, household: str) -> dict[str, str]:
        """Person -> relation."""
        return {each["id"]: each["relation"] for each in (await self.see(household))["members"]}

    def relation(self) -> str:
        return self.draw.choice(WORDS)

    def restated(self, people: list[str]) -> list[dict[str, Any]]:
        return [named(person, "head" if n == 0 else self.relation()) for n, person in enumerate(people)]

    async def split(self) -> None:
        household = self.draw.choice([each for each, people in self.homes.items() if len(people) > 1])
        relations, people = await self.members(household), list(self.homes[household])
        self.draw.shuffle(people)
        leaving = people[: self.draw.randrange(1, len(people))]
        remaining = [each for each in people if each not in leaving]
        heads = "head" in [relations[each] for each in leaving]
        body = a_split(*self.restated(leaving), remaining=self.restated(remaining) if heads else [])
        new = (await self.post(household, "split", body))["new_household"]
        self.homes[household], self.homes[new], self.places[new] = remaining, leaving, self.places[household]

    async def merge(self) -> None:
        one, two = self.draw.choice([(one, two) for one in self.homes for two in self.homes if one != two and self._together(one, two)])
        into = await self.see(two)
        joins = [named(person, self.relation()) for person in self.homes[one]]
        body = {"into": two, "into_version": into["version"], "members": joins, "income": some_income(), "reason": "合户"}
        await self.post(one, "merge", body)
        self.homes[two] += self.homes.pop(one)
        self.gone.add(one)

    def _together(self, one: str, two: str) -> bool:
        return self.places[one][:6] == self.places[two][:6]

    async def join(self) -> None:
        household = self.draw.choice(list(self.homes))
        answer = await self.post(household, "members", {"member": a_member(relation=self.relation()), "since": "2021-09-22"})
        self.homes[household].append(answer["member"])

    async def leave(self) -> None:
        household = self.draw.choice([each for each, people in self.homes.items() if len(people) > 1])
        person = self.draw.choice(self.homes[household])
        remaining = [each for each in self.homes[household] if each != person]
        is_head = (await self.members(household))[person] == "head"
        body = {"on": "2021-09-22", "why": "moved", "remaining": self.restated(remaining) if is_head else []}
        await self.post(household, f"members/{person}/departure", body)
        self.homes[household] = remaining
        self.departed.add(person)

    async def move(self) -> None:
        household = self.draw.choice([each for each in self.homes if self.places[each][:6] == HOME[:6]])
        to = NEXT_VILLAGE if self.places[household] == HOME else HOME
        await self.post(household, "transfer", a_transfer(to))
        self.places[household] = to

    async def cross(self) -> None:
        household = self.draw.choice(list(self.homes))
        to = OTHER_COUNTY if self.places[household][:6] == HOME[:6] else HOME
        body = {"to_village": to, "reason": "随迁", "document_number": DOCUMENT}
        accepted = await self.post(household, "county-transfer", body, by=prefecture())
        while await self.runner.do_one():
            pass
        transfer = done(await self.way.call(prefecture()).get(f"/v1/household-transfers/{accepted['id']}"))
        assert transfer["status"] == "done"
        self.homes[transfer["to_household"]], self.places[transfer["to_household"]] = self.homes.pop(household), to
        self.gone.add(household)

    async def act(self) -> None:
        """Do anything that can be done now."""
        able = {"split": any(len(people) > 1 for people in self.homes.values()), "join": True, "cross": True}
        able["leave"] = able["split"]
        able["merge"] = any(one != two and self._together(one, two) for one in self.homes for two in self.homes)
        able["move"] = any(place[:6] == HOME[:6] for household, place in self.places.items() if household in self.homes)
        chosen = self.draw.choices(*zip(*((act, 1 if act == "cross" else 3) for act, can in able.items() if can), strict=True))[0]
        await getattr(self, chosen)()
        self.done[chosen] += 1

    async def check(self, admin: asyncpg.Connection) -> None:
        """Hold the register against the model."""
        households, people = [*self.homes, *self.gone], [person for home in self.homes.values() for person in home]
        rows = await admin.fetch(MEMBERSHIPS, households, [*people, *self.departed])
        assert Counter((row["household_id"], row["person_id"]) for row in rows) == Counter(
            (household, person) for household, home in self.homes.items() for person in home
        )
        assert Counter(row["household_id"] for row in rows if row["relation"] == "head") == Counter(list(self.homes))
        assert {row["household_id"]: row["people"] for row in await admin.fetch(INCOMES, households)} == {
            household: len(home) for household, home in self.homes.items()
        }
        directory = await admin.fetch(
            "SELECT person_id::text, county_code FROM person_directory WHERE person_id = ANY($1::uuid[])", [*people, *self.departed]
        )
        assert Counter(tuple(row) for row in directory) == Counter(
            (person, self.places[household][:6]) for household, home in self.homes.items() for person in home
        )
        spans = await admin.fetch(SPANS, people)
        for one, following in pairwise(spans):
            assert one["person_id"] != following["person_id"] or one["valid_to"] <= following["valid_from"], "nobody was in two households at once"


@pytest.mark.parametrize("seed", range(4))
async def test_random_changes_lose_nobody(seed: int, way: Way, job_runner: JobRunner, admin: asyncpg.Connection) -> None:
    model = Model(way, job_runner, Random(seed))
    for size in (1, 3, 4):
        family = await a_registered(way, "head", *["son", "daughter", "mother"][: size - 1])
        model.homes[family.id], model.places[family.id] = list(family.people), HOME

    for _ in range(ACTS):
        await model.act()
        await model.check(admin)

    origin = next(iter(model.homes))
    acts = done(await way.call(prefecture()).get(f"/v1/households/{origin}/lineage"))["items"]
    linked = await admin.fetch("SELECT DISTINCT household_id::text FROM household_lineage WHERE household_id = ANY($1::uuid[])", list(model.gone))
    assert {row["household_id"] for row in linked} == model.gone, "whoever is gone has a file that says where to"
    assert all(act["act"] in ("split", "merge", "transfer") for act in acts)

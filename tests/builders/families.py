"""Households with members of different standing, and what is said when they change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.builders.people import a_household, a_member, some_income
from tests.builders.story import Way, done

DOCUMENT = "临翔乡振〔2021〕12号"


def a_family(*relations: str, **changes: Any) -> dict[str, Any]:
    return a_household(members=1, **changes) | {"members": [a_member(relation=relation) for relation in relations]}


@dataclass(frozen=True, kw_only=True)
class Family:
    """A registered household: its id, the version that was seen, and its people's ids in the order in which they were sent in."""

    id: str
    version: int
    people: Sequence[str]
    sent: Sequence[dict[str, Any]]


async def shown(way: Way, household_id: str) -> dict[str, Any]:
    return done(await way.call(way.officials.county).get(f"/v1/households/{household_id}"))


async def a_registered(way: Way, *relations: str, **changes: Any) -> Family:
    """Register a family in the way's village; ids sort in the order in which they are made."""
    family = a_family(*relations, village=way.officials.village.area, **changes)
    household_id = done(await way.call(way.officials.village).post("/v1/households", family))["id"]
    return await as_it_is(way, household_id, family["members"])


async def as_it_is(way: Way, household_id: str, sent: Sequence[dict[str, Any]] = ()) -> Family:
    """Look at a household; people are recognised by their mask and relation only, so their order is that of their relations as sent."""
    now = await shown(way, household_id)
    left = list(now["members"])
    people: list[str] = []
    for member in sent:
        found = next(each for each in left if each["relation"] == member["relation"] and each["phone"] == masked(member["phone"]))
        left.remove(found)
        people.append(found["id"])
    return Family(id=household_id, version=now["version"], people=people or [each["id"] for each in now["members"]], sent=sent)


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def named(person_id: str, relation: str, **more: Any) -> dict[str, Any]:
    return {"person_id": person_id, "relation": relation, **more}


def a_split(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    incomes = {"income": some_income(wage_income="4000.00"), "income_of_remaining": some_income(wage_income="3000.00")}
    return {"members": list(members), "reason": "婚后另立门户", **incomes, **more}


def a_merger(into: Family, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"into": into.id, "into_version": into.version, "members": list(members), "income": some_income(), "reason": "投靠子女", **more}


def a_transfer(to_village: str, **more: Any) -> dict[str, Any]:
    return {"to_village": to_village, "reason": "易地搬迁", "document_number": DOCUMENT, **more}


def a_striking_off(reason: str = "all_died") -> dict[str, Any]:
    return {"reason": reason, "opinion": "经核实整户已不在", "document_number": DOCUMENT}

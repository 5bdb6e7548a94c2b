"""The watch that every test here runs under sees what it is meant to see; and what is secret is sealed at rest."""

from datetime import UTC, datetime

import asyncpg
import httpx2
import pytest
import structlog

from shared.database.transaction import Database
from tests.builders.people import a_household, a_member
from tests.builders.story import Way, done
from tests.fixtures.callers import Call
from tests.fixtures.tokens import village
from tests.monitoring.privacy import Watch

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SOMEBODY = {"name": "李文芳", "id_number": "533522194001010017", "phone": "13900000001"}


@pytest.mark.parametrize("secret", ["李文芳", "533522194001010017", "13900000001"])
async def test_the_watch_finds_whom_a_log_line_names(secret: str, admin: asyncpg.Connection) -> None:
    watch = Watch()

    with watch.listening():
        watch.people.update(SOMEBODY.values())
        structlog.get_logger().warning("something", of=f"<{secret}>")

    with pytest.raises(AssertionError, match="somebody is named in: log"):
        await watch.check(admin, since=LONG_AGO, logged=[])


async def test_the_watch_finds_whom_an_answer_or_an_address_names(admin: asyncpg.Connection) -> None:
    watch = Watch()
    echo = httpx2.MockTransport(lambda request: httpx2.Response(422, content=request.content))

    async with httpx2.AsyncClient(transport=echo, base_url="http://echo") as http:
        with watch.over(http):
            await http.post("/of/13900000001", json={"members": [SOMEBODY]})

    assert watch.people == {"李文芳", "533522194001010017", "13900000001"}
    with pytest.raises(AssertionError, match="somebody is named in: problem, url"):
        await watch.check(admin, since=LONG_AGO, logged=[])


async def test_numbers_phones_and_notes_are_sealed_at_rest(way: Way, admin: asyncpg.Connection, monitoring: Database) -> None:
    person = a_member(relation="head")
    household = done(await way.call(village()).post("/v1/households", a_household(members=1) | {"members": [person]}))["id"]
    lead = await way.lead(household)

    (kept,) = await admin.fetch("SELECT p.* FROM person p JOIN membership m ON m.person_id = p.id WHERE m.household_id = $1", household)
    (note,) = await admin.fetch("SELECT * FROM lead WHERE id = $1", lead["id"])

    assert person["id_number"] not in str(dict(kept)), "the number"
    assert person["phone"] not in str(dict(kept)), "the phone"
    assert monitoring.vault.open(kept["secrets"], table="person", row=kept["id"]) == {"id_number": person["id_number"], "phone": person["phone"]}
    assert kept["id_number_index"] == monitoring.vault.index(person["id_number"])
    assert "走访时发现" not in str(dict(note))
    assert monitoring.vault.open(note["secrets"], table="lead", row=note["id"]) == {"note": "走访时发现"}


async def test_the_audit_knows_a_person_without_the_name(call: Call, admin: asyncpg.Connection) -> None:
    household = done(await call(village()).post("/v1/households", a_household(members=1)))["id"]

    members = "SELECT person_id FROM membership WHERE household_id = $1"
    rows = await admin.fetch(f"SELECT after, actor FROM audit WHERE relation = 'person' AND (after ->> 'id')::uuid IN ({members})", household)

    assert [row["actor"] for row in rows] == ["village"]
    assert "name" not in rows[0]["after"]
    assert "secrets" not in rows[0]["after"]

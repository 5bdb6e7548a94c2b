"""A feed of departments' records in any order, with repeats, cut into files and requests, ends as the same rows and the same leads.

Leads that were opened and withdrawn again on the way are left out: which of them there were depends on the order, and nobody has to do with them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random, SystemRandom
from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.files.department_lists import LISTS
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from shared.service.jobs import imports
from tests.builders.emptying import emptied
from tests.builders.files import Row, a_list_row
from tests.builders.people import a_household, a_member
from tests.builders.signals import some_signals
from tests.builders.story import Officials, Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import department_user, village
from tests.monitoring.files.conftest import Files

PLACE = "530926100201"  # 耿马县: no other tests send signals of this county
VILLAGES = (PLACE, "530926100203", "530926101201")
MEDICAL, OUTPATIENT, WATER = "medical_insurance_list", "outpatient_cost_list", "water_list"
THRESHOLDS = {"lifted_out": 5000.0, "general": 20000.0, None: 20000.0}
Sent = tuple[str, Row]  # kind, row
Person = dict[str, Any]

_ROWS = """
    SELECT kind, source_number, revision, is_latest, effective_on, judgement, rule_code, village, area_code, household_id,
           encode(person_index, 'hex') AS person, lead_id IS NOT NULL AS leads
    FROM department_row WHERE county_code = $1
"""
_LEADS = """
    SELECT encode(person_index, 'hex') AS person, indicator_group, status, began_on, hardships, area_code, household_id, source_corrected
    FROM lead WHERE county_code = $1 AND withdrawn_at IS NULL
"""


@pytest.fixture(autouse=True)
def many_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_AT_ONCE", 7)


@pytest.fixture
def rng() -> Random:
    seed = SystemRandom().randrange(10**6)
    print(f"replay: seed {seed}")  # noqa: T201  (shown when a test fails)
    return Random(seed)


@pytest.fixture
async def people(files: Files) -> list[Person]:
    """Two households of each kind, and two people whom no register knows; with the kind of their household."""
    found: list[Person] = []
    for kind in ("lifted_out", "lifted_out", "general", "general"):
        household = a_household(village=PLACE, members=1, kind=kind)
        done(await files.call(village("village-" + PLACE, PLACE)).post("/v1/households", household))
        found.append({**household["members"][0], "kind": kind})
    return [*found, *(a_member() | {"kind": None} for _ in range(2))]


def a_feed(people: Sequence[Person], rng: Random, *, days: tuple[date, date], numbers: Iterable[int]) -> list[Sent]:
    """Draw records, each with up to three revisions that change amount, day, village or even the person."""
    feed: list[Sent] = []
    for number in numbers:
        kind = rng.choice((MEDICAL, MEDICAL, OUTPATIENT, WATER))
        for revision in rng.choice(((1,), (1, 2), (1, 2, 3), (2,))):
            person = rng.choice(people)
            day = days[0] + timedelta(days=rng.randrange((days[1] - days[0]).days + 1))
            amount = {MEDICAL: ("self_paid", ("4000.00", "6000.00", "25000.00")), OUTPATIENT: ("self_paid_month", ("400.00", "600.00"))}.get(kind)
            row = a_list_row(
                kind,
                **{name: person[name] for name in ("name", "id_number", "phone")},
                source_number=f"R-{number}",
                village=rng.choice(VILLAGES),
                revision=str(revision),
                **{LISTS[kind].day: day.isoformat()},
                **({amount[0]: rng.choice(amount[1])} if amount else {}),
            )
            feed.append((kind, row))
    return feed


def shuffled(feed: Sequence[Sent], rng: Random) -> list[Sent]:
    """The feed in another order, a third of it twice."""
    again = [*feed, *rng.sample(list(feed), len(feed) // 3)]
    rng.shuffle(again)
    return again


async def replay(files: Files, feed: Sequence[Sent], rng: Random) -> None:
    """Send a feed in pieces, each as a file or as a request."""
    rest = list(feed)
    while rest:
        piece, rest = rest[: (size := rng.randint(8, 40))], rest[size:]
        for kind in sorted({kind for kind, _ in piece}):
            rows = [row for each, row in piece if each == kind]
            by = of(kind)
            if rng.random() < 0.7:
                answer = done(await files.call(by).post("/v1/signals", some_signals(kind, *rows)))
                assert answer["refused"] == 0, answer
            else:
                job = await files.sent(by, rows, kind=kind)
                assert (job["state"], job["refused"]) == ("done", 0), await files.faults(by, job["id"])


def of(kind: str) -> Actor:
    return department_user(department=LISTS[kind].department, area=PLACE[:6])


async def state(admin: asyncpg.Connection) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    rows, leads = [await admin.fetch(question, PLACE[:6]) for question in (_ROWS, _LEADS)]
    assert len({tuple(each) for each in leads}) == len(leads), "one person has one lead of a group in a spell"
    return {tuple(each) for each in rows}, {tuple(each) for each in leads}


async def forget(admin: asyncpg.Connection) -> None:
    await emptied(admin, PLACE[:6], "department_row", "lead")


def calls(kind: str, row: Row, people: Sequence[Person]) -> bool:
    person = next(each for each in people if each["id_number"] == row["id_number"])
    if kind == MEDICAL:
        return float(row["self_paid"]) >= THRESHOLDS[person["kind"]]
    return kind == WATER or float(row["self_paid_month"]) > 500


def expected(feed: Sequence[Sent], people: Sequence[Person], database: Database) -> set[tuple[str, str, str, date]]:
    """Say which leads there must be: person, group, status, earliest day among the highest revisions that call."""
    highest: dict[tuple[str, str], Row] = {}
    for kind, row in feed:
        before = highest.get((kind, row["source_number"]))
        if before is None or int(row["revision"]) > int(before["revision"]):
            highest[kind, row["source_number"]] = row
    days: dict[tuple[str, str], list[date]] = {}
    for (kind, _), row in highest.items():
        if calls(kind, row, people):
            person = database.vault.index(row["id_number"]).hex()
            days.setdefault((person, LISTS[kind].group), []).append(date.fromisoformat(row[LISTS[kind].day]))
    return {(*who, "registered", min(each)) for who, each in days.items()}


async def test_a_feed_in_any_order_and_any_pieces_ends_as_the_same_rows_and_leads(
    files: Files, people: list[Person], admin: asyncpg.Connection, monitoring: Database, rng: Random
) -> None:
    feed = a_feed(people, rng, days=(date(2021, 6, 1), date(2021, 9, 20)), numbers=range(24))
    ends: list[tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]] = []

    for order in (feed, feed[::-1], *(shuffled(feed, rng) for _ in range(3))):
        await forget(admin)
        await replay(files, order, rng)
        ends.append(await state(admin))

    for end in ends[1:]:
        assert end == ends[0]
    assert {(each[0], each[1], each[2], each[3]) for each in ends[0][1]} == expected(feed, people, monitoring)
    assert len(ends[0][0]) == len(feed)


async def test_the_same_feed_again_changes_nothing(files: Files, people: list[Person], admin: asyncpg.Connection, rng: Random) -> None:
    feed = a_feed(people, rng, days=(date(2021, 6, 1), date(2021, 9, 20)), numbers=range(12))
    await forget(admin)
    await replay(files, feed, rng)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation IN ('lead', 'department_row')")

    await replay(files, shuffled(feed, rng), rng)

    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation IN ('lead', 'department_row')") == before


async def test_what_comes_after_a_decision_lands_in_the_same_spell_in_any_order(
    files: Files, people: list[Person], admin: asyncpg.Connection, way: Way, set_clock: SetClock, rng: Random
) -> None:
    begin = a_feed(people, rng, days=(date(2021, 6, 1), date(2021, 9, 20)), numbers=range(10))
    rest = a_feed(people, rng, days=(date(2021, 8, 1), date(2021, 10, 20)), numbers=range(6, 20))
    told = {(kind, row["source_number"], row["revision"]) for kind, row in begin}
    rest = [(kind, row) for kind, row in rest if (kind, row["source_number"], row["revision"]) not in told]
    ends: list[tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]] = []

    for order in (rest, rest[::-1], *(shuffled(rest, rng) for _ in range(2))):
        await forget(admin)
        await set_clock(way.now)
        await replay(files, begin, rng)
        await _decide_all(files, Way(files.call, way.now, Officials.of(PLACE)), admin)
        await set_clock(way.now + timedelta(days=30))
        await replay(files, order, rng)
        ends.append(await state(admin))

    for end in ends[1:]:
        assert end == ends[0]
    assert {each[2] for each in ends[0][1]} == {"dismissed", "registered"}


async def _decide_all(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    for row in await admin.fetch("SELECT id, area_code, version FROM lead WHERE county_code = $1 AND status = 'registered'", PLACE[:6]):
        here = Way(files.call, way.now, Officials.of(row["area_code"]))
        done(await here.verification({"id": row["id"], "version": row["version"]}, outcome="dismissed", reason="已由亲友资助"))

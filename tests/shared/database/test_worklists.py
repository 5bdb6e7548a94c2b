"""Lists over very many rows: read from an index in order, page after page, at every level, under the app's own role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.domain.incidents.effects import EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingStatus
from services.monitoring.domain.leads.answers import AnswerStatus
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.quality.findings import FindingStatus
from services.monitoring.domain.reading.waiting import waiting_for
from services.monitoring.domain.reading.work import Matter, WorkStep
from services.monitoring.domain.regional.alarms import AlarmStatus
from services.monitoring.domain.register.change_requests import RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.screening import ScreeningStatus
from services.monitoring.queries.reading.area_figures import show_dashboard, show_income, show_trends
from services.monitoring.store import cases
from services.monitoring.store.deadlines import escalations
from services.monitoring.store.flags import flags
from services.monitoring.store.incidents import households as incident_households
from services.monitoring.store.incidents import trackings
from services.monitoring.store.leads import answers, leads
from services.monitoring.store.quality import findings
from services.monitoring.store.reading import area_figures, work
from services.monitoring.store.regional import alarms
from services.monitoring.store.register import change_requests, duplicates, households
from services.monitoring.store.screening import households as screening_households
from services.projects.store import tasks
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Role, service_actor
from shared.kernel.areas import COUNTIES
from shared.kernel.assistance import TaskStatus
from shared.kernel.page import Place
from tests.builders.population import fill
from tests.fixtures.platform import Cluster, make_database, opened
from tests.shared.database.plans import Watched, plan_of

AREAS = ("530921105", "530921105203", "530921", "5309")
OFFICERS = {12: Role.VILLAGE_CADRE, 9: Role.TOWNSHIP_OFFICER, 6: Role.COUNTY_OFFICER, 4: Role.PREFECTURE_OFFICER}
Pager = Callable[..., Awaitable[tuple[Sequence[Any], str | None]]]


@dataclass(frozen=True)
class List:
    service: str
    table: str
    page: Pager
    statuses: type[StrEnum]
    rows: int


LISTS = (
    List("monitoring", "household", households.worklist.page, HouseholdStatus, 120_000),
    List("monitoring", "lead", leads.worklist.page, LeadStatus, 40_000),
    List("monitoring", "monitoring_case", cases.worklist.page, CaseStatus, 40_000),
    List("monitoring", "duplicate_pair", duplicates.worklist.page, DuplicateStatus, 40_000),
    List("monitoring", "change_request", change_requests.worklist.page, RequestStatus, 40_000),
    List("monitoring", "risk_flag", flags.worklist.page, FlagStatus, 40_000),
    List("monitoring", "lead_answer", answers.worklist.page, AnswerStatus, 40_000),
    List("monitoring", "screening_household", screening_households.worklist.page, ScreeningStatus, 40_000),
    List("monitoring", "incident_household", incident_households.worklist.page, EffectStatus, 40_000),
    List("monitoring", "incident_tracking", trackings.worklist.page, TrackingStatus, 40_000),
    List("monitoring", "regional_alarm", alarms.worklist.page, AlarmStatus, 40_000),
    List("monitoring", "escalation", escalations.page, EscalationStatus, 40_000),
    List("monitoring", "quality_finding", findings.worklist.page, FindingStatus, 40_000),
    List("projects", "task", tasks.page, TaskStatus, 40_000),
)


@pytest.fixture(scope="module")
def crowded(cluster: Cluster) -> dict[str, str]:
    """A database for each service, crowded, apart from those of the other tests."""
    places = {service: f"crowded_{service}" for service in {each.service for each in LISTS}}
    for service, place in places.items():
        make_database(service, cluster, place)
    asyncio.run(_crowd(cluster, places))
    return places


async def _crowd(cluster: Cluster, places: Mapping[str, str]) -> None:
    for each in LISTS:
        owner = await cluster.connect(places[each.service])
        often = 8 if each.table == "household" else 1  # of most households there is nothing to say
        await fill(owner, each.table, each.rows, [*each.statuses, *[next(iter(each.statuses))] * often])
        await owner.close()


@pytest.fixture(scope="module")
async def pools(cluster: Cluster, crowded: dict[str, str]) -> AsyncIterator[dict[str, Database]]:
    async with opened("monitoring", cluster, database=crowded["monitoring"]) as one, opened("projects", cluster, database=crowded["projects"]) as two:
        yield {"monitoring": one, "projects": two}


@pytest.fixture(scope="module")
async def owners(cluster: Cluster, crowded: dict[str, str]) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    connections = {service: await cluster.connect(place) for service, place in crowded.items()}
    yield connections
    for connection in connections.values():
        await connection.close()


def officer(area: str) -> Actor:
    return Actor(id="officer", role=OFFICERS[len(area)], area=area)


async def plans(pool: Database, each: List, area: str, status: StrEnum, after: Place | None) -> list[str]:
    """Give the plans that a warm connection of the app follows for a page: prepared, and asked so often that a generic plan may have won."""
    async with pool.engine.connect() as connection:

        async def connect() -> AsyncConnection:
            return connection

        tx = Watched(connect, officer(area), service=each.service, vault=pool.vault, request_id="")
        tx.asked = []
        await tx.begin()
        rows, _ = await each.page(area, status, tx, after=after, size=50)
        assert rows or after
        lines: list[str] = []
        for statement, values in tx.asked[1:]:
            lines += await plan_of(connection, statement, values)
        return lines


async def a_place_in_the_middle(owner: asyncpg.Connection, table: str, area: str, status: str) -> Place:
    where = "area_code LIKE $1 || '%' AND status = $2 AND county_code = $3"
    county = area[:6] if len(area) >= 6 else "530924"
    half = f"SELECT greatest(count(*) / 2 - 1, 0) FROM {table} WHERE {where}"
    row = await owner.fetchrow(f"SELECT due_at, id FROM {table} WHERE {where} ORDER BY due_at, id OFFSET ({half}) LIMIT 1", area, status, county)
    assert row is not None
    return Place(county=county, due_at=row["due_at"], id=row["id"])


@pytest.mark.parametrize("deep", [False, True], ids=["first page", "deep page"])
@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("each", LISTS, ids=lambda each: each.table)
async def test_a_page_is_read_from_the_index_of_its_level_in_order(
    pools: dict[str, Database], owners: dict[str, asyncpg.Connection], each: List, area: str, deep: bool
) -> None:
    level = {12: "village", 9: "township"}.get(len(area), "county")
    for status in each.statuses:
        after = await a_place_in_the_middle(owners[each.service], each.table, area, status) if deep else None

        plan = "\n".join(await plans(pools[each.service], each, area, status, after))

        assert f"ix_{each.table}_{level}" in plan, plan
        assert not any(word in plan for word in ("Sort", "Seq Scan", "Bitmap")), plan


@pytest.mark.parametrize("deep", [False, True], ids=["first page", "deep page"])
@pytest.mark.parametrize(("area", "index"), [("530921105", "ix_lead_answer_channel_township"), ("530921", "ix_lead_answer_channel")])
async def test_answers_of_one_channel_are_read_from_its_own_index_in_order(
    pools: dict[str, Database], owners: dict[str, asyncpg.Connection], area: str, index: str, deep: bool
) -> None:
    hotline = List("monitoring", "lead_answer", partial(answers.channel_worklist.page, channel="hotline"), AnswerStatus, 0)
    for status in AnswerStatus:
        after = await a_place_in_the_middle(owners["monitoring"], "lead_answer", area, status) if deep else None

        plan = "\n".join(await plans(pools["monitoring"], hotline, area, status, after))

        assert f"{index} on" in plan, plan
        assert not any(word in plan for word in ("Sort", "Seq Scan", "Bitmap")), plan


async def every_page(pool: Database, each: List, area: str, status: StrEnum, size: int) -> list[Any]:
    rows: list[Any] = []
    after: Place | None = None
    async with pool.transaction(officer(area)) as tx:
        while True:
            page, following = await each.page(area, status, tx, after=after, size=size)
            rows += page
            assert len(page) == size or following is None
            if following is None:
                return rows
            after = Place.parse(following)


@pytest.mark.parametrize(("area", "size"), [("5309", 200), ("530921", 50), ("530921105", 7), ("530921105203", 1)])
@pytest.mark.parametrize("each", LISTS, ids=lambda each: each.table)
async def test_paging_through_a_list_meets_every_row_once_and_in_order(
    pools: dict[str, Database], owners: dict[str, asyncpg.Connection], each: List, area: str, size: int
) -> None:
    status = HouseholdStatus.MONITORED if each.table == "household" else next(iter(each.statuses))
    expected = [
        row["id"]
        for row in await owners[each.service].fetch(
            f"SELECT id FROM {each.table} WHERE area_code LIKE $1 || '%' AND status = $2 ORDER BY county_code, due_at, id", area, status
        )
    ]

    found = await every_page(pools[each.service], each, area, status, size)

    assert len(expected) > size
    assert [row.id for row in found] == expected


async def test_a_list_wider_than_its_caller_holds_the_callers_rows_only(pools: dict[str, Database]) -> None:
    async with pools["monitoring"].transaction(officer("530921105203")) as tx:
        rows, following = await households.worklist.page("5309", HouseholdStatus.NORMAL, tx, after=None, size=200)
        elsewhere, _ = await households.worklist.page("530922", HouseholdStatus.NORMAL, tx, after=None, size=200)

    assert {row.area_code for row in rows} == {"530921105203"}
    assert following is None
    assert elsewhere == []


async def test_a_cursor_of_another_county_opens_nothing(pools: dict[str, Database], owners: dict[str, asyncpg.Connection]) -> None:
    place = await a_place_in_the_middle(owners["monitoring"], "household", "530927", "normal")

    async with pools["monitoring"].transaction(officer("530921")) as tx:
        rows, following = await households.worklist.page("530921", HouseholdStatus.NORMAL, tx, after=place, size=50)

    assert (rows, following) == ([], None)


async def test_a_cursor_whose_row_is_gone_still_finds_the_next(pools: dict[str, Database]) -> None:
    async with pools["monitoring"].transaction(officer("530921105203")) as tx:
        rows, _ = await households.worklist.page("530921105203", HouseholdStatus.NORMAL, tx, after=None, size=10)
        vanished = Place(county="530921", due_at=rows[4].due_at, id=UUID(int=rows[4].id.int - 1))
        following, _ = await households.worklist.page("530921105203", HouseholdStatus.NORMAL, tx, after=vanished, size=3)

    assert [row.id for row in following] == [row.id for row in rows[4:7]]


async def test_every_worklist_table_is_in_this_test(owners: dict[str, asyncpg.Connection]) -> None:
    for service, owner in owners.items():
        indexes = {row["indexname"] for row in await owner.fetch("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%status, due_at, id)'")}
        assert indexes == {f"ix_{each.table}_{level}" for each in LISTS if each.service == service for level in ("county", "township", "village")}


def test_the_rows_are_spread_over_all_counties() -> None:
    assert len(COUNTIES) == 8
    assert all(each.rows % 800 == 0 for each in LISTS)


# An index of each matter, at any level; which one is the level's.
WORK_INDEXES = {
    Matter.LEAD: "ix_lead_work_{level}",
    Matter.CASE: "ix_monitoring_case_work_{level}",
    Matter.CHANGE_REQUEST: "ix_change_request_{level}",
    Matter.DUPLICATE: "ix_duplicate_pair_{level}",
    Matter.SCREENING: "ix_screening_household_{level}",
    Matter.ANSWER: "ix_lead_answer_{level}",
    Matter.ALARM: "ix_regional_alarm_{level}",
    Matter.EFFECT: "ix_incident_household_{level}",
    Matter.TRACKING: "ix_incident_tracking_{level}",
    Matter.FINDING: "ix_quality_finding_work_{level}",
    Matter.ESCALATION: "ix_escalation_{level}",
}


async def work_plan(pool: Database, actor: Actor, ask: Callable[[Watched], Awaitable[Any]], *, only: Any = None) -> list[str]:
    async with pool.engine.connect() as connection:

        async def connect() -> AsyncConnection:
            return connection

        tx = Watched(connect, actor, service="monitoring", vault=pool.vault, request_id="")
        tx.asked = []
        await tx.begin()
        await ask(tx)
        return [
            line for statement, values in tx.asked[1:] if only is None or statement is only for line in await plan_of(connection, statement, values)
        ]


@pytest.mark.parametrize("overdue", [None, True, False], ids=["all", "late", "in time"])
@pytest.mark.parametrize("mine", [False, True], ids=["anybody's", "mine"])
@pytest.mark.parametrize("deep", [False, True], ids=["first page", "deep page"])
@pytest.mark.parametrize("area", AREAS)
async def test_the_one_worklist_reads_each_matter_from_its_index_in_order_and_sorts_no_more_than_a_page_of_each(
    pools: dict[str, Database], owners: dict[str, asyncpg.Connection], area: str, deep: bool, mine: bool, overdue: bool | None
) -> None:
    level = {12: "village", 9: "township"}.get(len(area), "county")
    steps = waiting_for(officer(area), mine=mine)
    after = await a_place_in_the_middle(owners["monitoring"], "lead", area, "registered") if deep else None

    async def ask(tx: Watched) -> None:
        await work.page(area, steps, tx, own=mine, overdue=overdue, after=after, size=50)

    plan = await work_plan(pools["monitoring"], officer(area), ask)

    told = "\n".join(plan)
    for each in steps:
        place = "village" if mine and each.at is None else level
        expected = {WORK_INDEXES[each.matter].format(level=place)}
        # What lies above the villages, with one area or in many, is found by either.
        expected |= {"ix_lead_undispatched", "ix_lead_work_township", "ix_lead_work_village"} if each.step is WorkStep.DISPATCH else set()
        assert any(f"{name} on" in told for name in expected), told
    assert not any(word in told for word in ("Seq Scan", "Bitmap")), told
    merged = max(number for number, line in enumerate(plan) if "Append" in line)
    assert not any("Sort" in line and "Key" not in line for line in plan[merged:]), told


async def test_the_one_worklist_meets_all_that_waits_once_and_in_order(pools: dict[str, Database], owners: dict[str, asyncpg.Connection]) -> None:
    area = "530921105"
    waits = (
        "SELECT id, due_at FROM lead WHERE status = 'registered' AND township_code = $1",
        "SELECT id, due_at FROM monitoring_case WHERE status NOT IN ('approved', 'refused', 'cancelled') AND township_code = $1",
        "SELECT id, due_at FROM change_request WHERE status = 'requested' AND township_code = $1",
        "SELECT id, due_at FROM duplicate_pair WHERE status = 'open' AND township_code = $1",
        "SELECT id, due_at FROM screening_household WHERE status = 'to_screen' AND township_code = $1",
        "SELECT id, due_at FROM lead_answer WHERE status = 'to_return' AND township_code = $1",
        "SELECT id, due_at FROM regional_alarm WHERE status = 'open' AND township_code = $1",
        "SELECT id, due_at FROM incident_household WHERE status = 'to_check' AND township_code = $1",
        "SELECT id, due_at FROM incident_tracking WHERE status = 'to_visit' AND township_code = $1",
        "SELECT id, due_at FROM quality_finding WHERE status = 'open' AND township_code = $1",
        "SELECT id, due_at FROM escalation WHERE status = 'open' AND township_code = $1",
    )
    expected = [row["id"] for row in await owners["monitoring"].fetch(" UNION ALL ".join(waits) + " ORDER BY due_at, id", area)]
    found: list[UUID] = []
    after: Place | None = None
    async with pools["monitoring"].transaction(officer(area)) as tx:
        while True:
            rows, following = await work.page(area, waiting_for(officer(area)), tx, own=False, overdue=None, after=after, size=37)
            found += [row.id for row in rows]
            if following is None:
                break
            after = Place.parse(following)

    assert found == expected
    assert len(found) > 100


@pytest.mark.parametrize("area", AREAS)
async def test_a_dashboard_is_read_from_the_figures_alone_by_their_key(pools: dict[str, Database], cluster: Cluster, area: str) -> None:
    async with opened("monitoring", cluster, worker=True, database="crowded_monitoring") as worker:
        for county in COUNTIES:
            async with worker.transaction(service_actor("monitoring", county)) as tx:
                await area_figures.recount(county, tx)
                while await area_figures.fold(county, tx, at_most=100_000):
                    pass

    async def ask(tx: Watched) -> None:
        shown = await show_dashboard(area, tx, month=None, list_code=None)
        assert sum(each.households for each in shown.whole.households) == 120_000 // {4: 1, 6: 8, 9: 80, 12: 800}[len(area)]
        await show_trends(area, tx, first="2021-01", last="2021-12", list_code=None)
        await show_income(area, tx, list_code=None)

    plan = "\n".join(await work_plan(pools["monitoring"], officer(area), ask, only=area_figures.READ))

    assert "pk_area_figure" in plan, plan
    assert not any(f" on {table} " in f"{plan} " for table in ("household", "membership", "lead", "monitoring_case", "household_standing")), plan
    assert "Seq Scan on area_figure" not in plan, plan

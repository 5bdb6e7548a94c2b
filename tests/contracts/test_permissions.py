"""The permission table, executed: every operation, every role, every area."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from shared.kernel.actors import Permissions, Role
from tests.contracts.conftest import Platform, client_of
from tests.contracts.matrix import cells, mistakes, officials, strangers
from tests.contracts.operations import OPERATIONS, PERMISSIONS, Operation, documented
from tests.contracts.permission_table import ROLES, table
from tests.contracts.rehearsing import Rehearsing
from tests.contracts.wanted import WANTED
from tests.contracts.world import HERE, World
from tests.fixtures.platform import SERVICES, Cluster, settings_of

PRINTED = Path(__file__).parents[2] / "docs" / "permissions.md"
HELD_WITHOUT_POLICIES = {
    "monitoring.self_report",  # these compare an area that the request names with the caller's
    "monitoring.new_household",
    "monitoring.new_screening_round",
    "monitoring.new_incident",
    "monitoring.incident",  # these are of a county, or wider: everybody there sees them, and every question names the caller's counties
    "monitoring.incidents",
    "monitoring.incident_figures",
    "monitoring.incident_laying_down",
    "monitoring.incident_closure",
    "monitoring.incident_green_channel",
    "monitoring.dashboard",  # figures by area: every question names the areas, which the door holds against the caller's
    "monitoring.dashboard_trends",
    "monitoring.dashboard_income",
    "monitoring.dashboard_export",
    "monitoring.figure_recount",
    "monitoring.bottom_line",
    "monitoring.parameter",
    "monitoring.income_item",
    "monitoring.new_income_screening",
    "monitoring.duplicate_search",
    "monitoring.new_line_simulation",
    "monitoring.signal_rule",
    "monitoring.lead_grade_rule",
    "monitoring.base_figure",
    "monitoring.new_signals",
    "monitoring.new_regional_event",
    "monitoring.regional_rule",
    "monitoring.new_regional_check",
    "monitoring.new_regional_recount",
    "monitoring.own_self_report",  # these belong to roles of counties, and every question names the caller's
    "monitoring.case_county_approval",
    "monitoring.risk_flag_withdrawal",
    "monitoring.regional_alarm_answer",
    "monitoring.regional_alarm_leads",
    "monitoring.household_batch",
    "monitoring.household_county_transfer",  # these are the prefecture's alone
    "monitoring.county_transfer",
    "monitoring.county_transfer_resumption",
    "monitoring.county_transfer_withdrawal",
    "monitoring.areas",  # open to everybody
    "monitoring.income_items",
    "monitoring.signal_rules",
    "monitoring.lead_grade_rules",
    "monitoring.regional_rules",
    "monitoring.industries",
    "monitoring.signal_rule_trial",  # it counts, and names nobody
    "monitoring.quality_rule",  # these compare an area that the request names with the caller's
    "monitoring.quality_rule_trial",
    "monitoring.new_quality_check",
    "monitoring.quality_facts",  # these are law, open to every reader
    "monitoring.quality_rules",
    "monitoring.quality_summary",  # counts; see tests/monitoring/quality
    "monitoring.areas_unplaced",  # of no thing that these tests make
    "monitoring.key_groups",  # law, open to every reader
    "monitoring.place_lists",  # public
    "monitoring.place_list",
    "monitoring.place",  # these compare where a place lies with the caller's area
    "monitoring.place_end",
    "monitoring.visit_coverage",  # counts; see tests/monitoring/care
    "monitoring.area_change",  # of the prefecture, which has no outside
    "monitoring.import_template",  # these decide by the kind of file and the caller's office; what is asked for is done in the caller's own scope
    "monitoring.new_import",
    "monitoring.new_export",
    "monitoring.new_case_decisions",
    "monitoring.new_lead_dispatches",
    "monitoring.new_risk_flag_withdrawals",
}
INFRASTRUCTURE = {
    *("/livez", "/readyz", "/metrics", "/internal/clock"),
    *("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc", "/static-offline-docs"),
}
"""What every service also serves: nothing of this passes the gateway, and the clock is there in the development profile only."""


def test_the_printed_table_is_the_table_in_force() -> None:
    assert set(ROLES) == set(Role)
    assert PRINTED.read_text() == table(), "run: python -m tests.contracts.permission_table > docs/permissions.md"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_its_line_and_every_line_its_operation(service: str, platform: Platform) -> None:
    told = [operation for operation, _ in documented(service, platform.apps[service].openapi())]

    assert sorted(told, key=str) == sorted((each for each in OPERATIONS if each.service == service), key=str)
    assert {each.id for each in told} == set(PERMISSIONS[service])
    assert {str(each) for each in told} == {name for name in WANTED if name.startswith(f"{service}.")}, "describe the operation in wanted.py"


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_not_documented_is_infrastructure(service: str, platform: Platform) -> None:
    told = {operation.path for operation, _ in documented(service, platform.apps[service].openapi())}

    assert paths_of(platform.apps[service]) == told | INFRASTRUCTURE


def paths_of(app: FastAPI) -> set[str]:
    """List every path that an app serves."""
    return {getattr(route, "path", "unknown") for route in app.routes}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_the_table_decides_who_may(operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]) -> None:
    callers = [*officials(), *strangers(PERMISSIONS[operation.service][operation.id], operation.service)]

    found = await mistakes(operation, callers, worlds[HERE], platform.http[operation.service], PERMISSIONS[operation.service])

    tally["cells of the permission matrix"] += cells(operation, callers, worlds[HERE])
    assert found == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_a_role_let_in_or_kept_out_against_the_table_is_found(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    app, http = platform.apps[operation.service], platform.http[operation.service]
    table = PERMISSIONS[operation.service]
    allowed = sorted(table[operation.id])
    kept_out = [role for role in Role if role not in allowed]
    mutants = [frozenset(allowed[1:])] + ([frozenset({*allowed, kept_out[0]})] if kept_out else [])

    for mutant in mutants:
        [different] = mutant ^ frozenset(allowed)
        callers = [caller for caller in officials() if caller.actor and caller.actor.role is different]
        with in_force(app, {**table, operation.id: mutant}):
            found = await mistakes(operation, callers, worlds[HERE], http, table)
        tally["mutants of the permission table, all found"] += 1
        assert found, f"nobody noticed {different}"


@contextmanager
def in_force(app: FastAPI, permissions: Permissions) -> Iterator[None]:
    """Put another table in force for a while."""
    app.state.permissions, real = permissions, app.state.permissions
    try:
        yield
    finally:
        app.state.permissions = real


async def test_a_database_without_its_policies_is_found(cluster: Cluster, worlds: dict[str, World]) -> None:
    leaks: dict[str, int] = {}
    for name, service in SERVICES.items():
        settings = settings_of(name, cluster)
        as_owner = settings.model_copy(update={"database_url": settings.owner_database_url})  # no policy binds a superuser
        database = Rehearsing(service.app_database(as_owner))
        async with client_of(service.create_api(settings, database=database, wake_relay=lambda: None)) as http:
            for operation in (each for each in OPERATIONS if each.service == name):
                callers = [caller for caller in officials() if caller.actor and caller.actor.role in PERMISSIONS[name][operation.id]]
                leaks[str(operation)] = len(await mistakes(operation, callers, worlds[HERE], http, PERMISSIONS[name]))
        await database.close()

    assert {name for name, found in leaks.items() if not found} == HELD_WITHOUT_POLICIES

"""The permission table, executed: every operation, every role, every area."""

from collections import Counter
from pathlib import Path

import httpx2
import pytest

from shared.kernel.actors import Permissions, Role
from tests.contracts.conftest import Platform
from tests.contracts.matrix import Caller, inside, officials, request_for, strangers, wrong
from tests.contracts.operations import OPERATIONS, PERMISSIONS, Operation, documented
from tests.contracts.permission_table import ROLES, table
from tests.contracts.wanted import WANTED, Guard
from tests.contracts.world import HERE, World
from tests.fixtures.platform import SERVICES

PRINTED = Path(__file__).parents[2] / "docs" / "permissions.md"
INFRASTRUCTURE = {"/livez", "/readyz", "/metrics", "/internal/clock", "/openapi.json", "/docs", "/redoc"}


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
    served = {path for route in platform.apps[service].routes if (path := getattr(route, "path", None))}

    assert {path for path in served - told if not path.startswith(("/docs", "/static-offline-docs"))} <= INFRASTRUCTURE


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_the_table_decides_who_may(operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]) -> None:
    callers = [*officials(), *strangers(PERMISSIONS[operation.service][operation.id], operation.service)]

    found = await mistakes(operation, callers, worlds[HERE], platform.http[operation.service], PERMISSIONS[operation.service])

    tally["cells of the permission matrix"] += len(callers)
    assert found == []


async def mistakes(
    operation: Operation, callers: list[Caller], world: World, http: httpx2.AsyncClient, permissions: Permissions
) -> list[str]:
    """Try every cell of an operation; list those where the answer is not what the table says."""
    found: list[str] = []
    for caller in callers:
        wanted = WANTED[str(operation)](world)
        answer = await http.send(request_for(operation, wanted, caller))
        if mistake := wrong(wanted, caller, permissions[operation.id], answer):
            found.append(mistake)
    return found

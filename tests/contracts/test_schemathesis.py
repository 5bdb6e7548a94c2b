"""Thousands of requests drawn from each operation's own document: none breaks it, and none is answered with what is not in it.

The plugin of schemathesis stays switched off: it would collect its own tests, while here each case is bound to an identity and to
things that are there. Methods that are not offered are asked for in `test_hostile_input.py`: by intention no document names 405.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from shared.kernel.actors import Role
from tests.contracts.matrix import Caller, inside
from tests.contracts.operations import OPERATIONS, PERMISSIONS, Operation
from tests.contracts.rehearsing import Rehearsing
from tests.contracts.wanted import Wanted, right_for
from tests.contracts.world import HERE, World
from tests.fixtures.platform import SERVICES, Cluster, settings_of

CASES = 30
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NOBODY = Caller(name="nobody", headers={})

Schemas = dict[str, Any]


def identities(operation: Operation) -> list[Caller]:
    """The official whom the operation is for, a citizen's app (or a village cadre where it is for that), and nobody."""
    roles = PERMISSIONS[operation.service][operation.id]
    other = Role.VILLAGE_CADRE if roles == {Role.MOBILE_APP} else Role.MOBILE_APP
    return [inside(sorted(roles)[0]), inside(other), NOBODY]


@pytest.fixture(scope="module")
def schemas(cluster: Cluster, worlds: dict[str, World]) -> Iterator[Schemas]:
    """The documents, bound to apps in rehearsal."""
    yield {name: bound(rehearsed(name, cluster)) for name in SERVICES}
    shutdown_lifespans()


def rehearsed(name: str, cluster: Cluster) -> FastAPI:
    """An app with a pool of its own, which belongs to the event loop in which schemathesis calls it."""
    settings_here = settings_of(name, cluster)
    database = Rehearsing(SERVICES[name].app_database(settings_here))
    return SERVICES[name].create_api(settings_here, database=database, wake_relay=lambda: None)


def bound(app: FastAPI) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig())


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_drawn_request_is_answered_as_documented(operation: Operation, schemas: Schemas, worlds: dict[str, World], tally: Counter[str]) -> None:
    told = schemas[operation.service][operation.path][operation.method]
    answers: Counter[int] = Counter()

    official, *others = identities(operation)
    wanted = right_for(str(operation), worlds[HERE], official.actor)
    for caller in (official, *others):
        try_cases(told, caller, wanted, answers)

    tally["drawn requests, all answered as documented"] += sum(answers.values())
    tally["drawn requests, granted"] += sum(count for status, count in answers.items() if status < 300)
    assert set(answers) - {401, 403}, "nobody came past the door"
    assert wanted.status in answers, "nothing was granted"


@pytest.mark.parametrize(("status", "without"), [("401", "responses"), ("404", "responses"), ("200", "properties")])
def test_an_answer_that_is_not_documented_is_found(status: str, without: str, cluster: Cluster, schemas: Schemas, worlds: dict[str, World]) -> None:
    app = rehearsed("monitoring", cluster)
    document = app.openapi()
    if without == "responses":
        del document["paths"]["/v1/leads/{lead_id}"]["get"]["responses"][status]
    else:
        document["components"]["schemas"]["LeadShown"]["properties"]["version"] = {"type": "string"}
    told, caller = bound(app)["/v1/leads/{lead_id}"]["GET"], inside(Role.VILLAGE_CADRE) if status != "401" else NOBODY

    with pytest.raises((FailureGroup, Failure)):
        try_cases(told, caller, right_for("monitoring.lead", worlds[HERE], inside(Role.VILLAGE_CADRE).actor), Counter())


def try_cases(told: APIOperation, caller: Caller, wanted: Wanted, answers: Counter[int]) -> None:
    """Draw requests as one caller; a part of them about things that are there, as they are, and with the right body."""

    @seed(5309)
    @settings(
        max_examples=CASES,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(drawn(told, wanted))
    def one(case: schemathesis.Case) -> None:
        response = case.call(headers=dict(caller.headers))
        answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    one()


def drawn(told: APIOperation, wanted: Wanted) -> st.SearchStrategy[schemathesis.Case]:
    there: dict[str, Any] = {"path_parameters": dict(wanted.path)} if wanted.path else {}
    key = {"Idempotency-Key": "drawn"} if told.method.upper() == "POST" else {}
    if headers := key | ({"if-match": f'"{wanted.seen}"'} if wanted.seen is not None else {}):
        there["headers"] = headers
    right = {"body": wanted.body} if wanted.body is not None else {"body": {**wanted.form, "file": wanted.file}} if wanted.form else {}
    valid, invalid = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    return st.one_of(
        told.as_strategy(generation_mode=valid, **there),
        told.as_strategy(generation_mode=valid, **there, **right),
        told.as_strategy(generation_mode=valid),
        told.as_strategy(generation_mode=invalid),
    )

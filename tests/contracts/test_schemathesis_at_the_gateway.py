"""The gateway's own operation under drawn requests; the services behind it are fakes that show a page of tasks."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.python.asgi import shutdown_lifespans

from services.gateway.app import create_gateway
from shared.kernel.actors import Role
from shared.service.http.client import HttpClient
from tests.contracts.matrix import Caller, inside
from tests.contracts.test_schemathesis import NOBODY, try_cases
from tests.contracts.wanted import Wanted
from tests.gateway.fakes import Fake, a_task, settings


@pytest.fixture(scope="module")
def document() -> Iterator[Any]:
    """The joined document, bound to a gateway before fakes."""

    def connect(service: str) -> HttpClient:
        page = {"items": [a_task(service)] if service in {"projects", "employment"} else [], "next": None}
        return HttpClient(f"http://{service}", transport=httpx2.MockTransport(Fake(lambda _: httpx2.Response(200, json=page))))

    yield schemathesis.openapi.from_asgi("/openapi.json", create_gateway(settings(), connect=connect), config=SchemathesisConfig())
    shutdown_lifespans()


@pytest.mark.parametrize("path", ["/v1/tasks", "/v1/tasks/export"])
@pytest.mark.parametrize("caller", [inside(Role.COUNTY_OFFICER), inside(Role.MOBILE_APP), NOBODY], ids=lambda caller: caller.name)
def test_every_drawn_request_for_the_worklist_is_answered_as_documented(path: str, document: Any, caller: Caller, tally: Counter[str]) -> None:
    answers: Counter[int] = Counter()

    try_cases(document[path]["GET"], caller, Wanted(), answers)

    tally["drawn requests, all answered as documented"] += sum(answers.values())
    assert (200 in answers) == (caller.name == inside(Role.COUNTY_OFFICER).name)

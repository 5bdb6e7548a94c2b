"""Tokens: only what our issuer signed for this service, for a role that holds office in its area, and only until it expires."""

import time

import pytest
from joserfc.jwk import ECKey, KeySet

from services.monitoring.app import SERVICE
from shared.kernel.actors import EVERY_DEPARTMENT, LEVELS, Department, Platform, Role
from shared.kernel.errors import Unauthenticated
from shared.service.identity import Identity
from tests.fixtures.callers import Call
from tests.fixtures.tokens import ISSUER, KEY, county, department_user, platform_user, someone, token
from tests.shared.service.forgeries import ACTOR, FORGED

IDENTITY = Identity("monitoring", KeySet([ECKey.import_key(KEY.as_dict(private=False))]), issuer=ISSUER)


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_nobodys(call: Call, name: str) -> None:
    caller = call(ACTOR)

    answer = await caller.http.get("/v1/households", headers={"Authorization": f"Bearer {FORGED[name]}".encode()})  # pyright: ignore[reportArgumentType]

    assert (answer.status_code, answer.json()) == (
        401,
        {"type": "urn:bottom-line:problem:Unauthenticated", "title": "身份凭证无效或已过期，请重新登录。", "status": 401},
    )
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "bearer x", "Token x", "Bearer  x y"])
async def test_without_a_token_one_is_nobody(call: Call, header: str | None) -> None:
    answer = await call(ACTOR).http.get("/v1/households", headers={} if header is None else {"Authorization": header})

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:bottom-line:problem:Unauthenticated"


@pytest.mark.parametrize(("role", "length"), [(role, length) for role in Role for length in sorted(LEVELS[role])])
def test_a_role_holds_office_at_its_own_levels(role: Role, length: int) -> None:
    actor = someone(role, "530902102201"[:length])

    assert IDENTITY.actor(token(actor)) == actor


@pytest.mark.parametrize("department", Department)
def test_a_department_s_user_is_that_department_s_and_sees_its_rows_only(department: Department) -> None:
    actor = IDENTITY.actor(token(department_user(department=department)))

    assert (actor.department, actor.scope.department) == (department, department)


@pytest.mark.parametrize("claim", [None, "medical_insurance", "*", "weather", 7])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DEPARTMENT_USER])
def test_a_department_says_nothing_of_another_role(role: Role, claim: object) -> None:
    actor = someone(role, "530902102201"[: min(LEVELS[role])])

    known = IDENTITY.actor(token(actor, department=claim))

    assert known == actor
    assert known.scope.department == (actor.platform or EVERY_DEPARTMENT)


@pytest.mark.parametrize("platform", Platform)
def test_a_platform_is_that_platform_and_sees_no_department_s_rows(platform: Platform) -> None:
    actor = IDENTITY.actor(token(platform_user(platform=platform)))

    assert (actor.platform, actor.department, actor.scope.department) == (platform, None, platform)
    assert actor.scope.department not in {*Department, EVERY_DEPARTMENT}


@pytest.mark.parametrize("claim", [None, "hotline", "*", "weather", 7])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PLATFORM_USER])
def test_a_platform_says_nothing_of_another_role(role: Role, claim: object) -> None:
    actor = someone(role, "530902102201"[: min(LEVELS[role])])

    assert IDENTITY.actor(token(actor, platform=claim)) == actor


def test_a_token_that_was_verified_is_nobodys_once_it_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity("monitoring", KeySet([KEY]), issuer=ISSUER)
    borne = token(ACTOR, exp=int(time.time()) + 60)
    later = time.time() + 61
    assert identity.actor(borne) == ACTOR
    assert identity.actor(borne) == ACTOR

    monkeypatch.setattr("shared.service.identity.time.time", lambda: later)

    for _ in range(2):
        with pytest.raises(Unauthenticated):
            identity.actor(borne)


def test_only_so_many_tokens_are_remembered() -> None:
    identity = Identity("monitoring", KeySet([KEY]), issuer=ISSUER, remembered=3)
    borne = [token(county(f"officer-{n}")) for n in range(10)]

    for each in [*borne, *reversed(borne)]:
        identity.actor(each)

    assert len(identity._known) == 3


def test_what_was_refused_is_not_remembered() -> None:
    identity = Identity("monitoring", KeySet([KEY]), issuer=ISSUER)

    for forged in FORGED.values():
        with pytest.raises(Unauthenticated):
            identity.actor(forged)

    assert not identity._known


async def test_every_operation_but_health_and_documents_asks_who_is_there(call: Call) -> None:
    http = call(ACTOR).http
    document = (await http.get("/openapi.json")).json()

    for path, operations in document["paths"].items():
        for method in operations:
            answer = await http.request(method, path.format_map(_Some()))
            assert answer.status_code in {401, 422, 428}, (method, path)  # 428: the version is asked for first


class _Some(dict[str, str]):
    """A value for any parameter of a path."""

    def __missing__(self, name: str) -> str:
        return {"area": "530902", "year": "2021", "key": "household.visit.days"}.get(name, "0192f0c1-7d3e-7000-8000-0000000000aa")


async def test_the_permission_table_has_a_line_for_every_operation_and_no_other(call: Call) -> None:
    document = (await call(ACTOR).http.get("/openapi.json")).json()

    assert {operation["operationId"] for path in document["paths"].values() for operation in path.values()} == SERVICE.permissions.keys()

"""The cells of the permission matrix: who calls from where, what the table says to that, and whether the answer is so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

import httpx2
from joserfc.jwk import ECKey

from shared.kernel.actors import LEVELS, Actor, Permissions, Role
from shared.kernel.areas import LINCANG, is_inside
from shared.service.problems import MEDIA_TYPE, status_of
from tests.contracts.operations import Operation
from tests.contracts.wanted import WANTED, Guard, Wanted
from tests.contracts.world import HERE, NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP, World
from tests.fixtures.tokens import AUDIENCES, token

STRANGERS_KEY = ECKey.generate_key("P-256", {"kid": "tests"})

RELATIONS: Mapping[str, str] = {
    "own": HERE,
    "parent: township": HERE[:9],
    "parent: county": HERE[:6],
    "parent: prefecture": LINCANG,
    "child": HERE + "001",
    "sibling: village": NEXT_VILLAGE,
    "sibling: township": OTHER_TOWNSHIP[:9],
    "sibling: village of another township": OTHER_TOWNSHIP,
    "other county": OTHER_COUNTY[:6],
    "other county's township": OTHER_COUNTY[:9],
    "other county's village": OTHER_COUNTY,
    "no county": LINCANG + "99",
    "other prefecture's village": "532901101201",
}
"""How the caller's area lies to the area of the thing, which is a village."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls; nobody whom we know has no actor."""

    name: str
    headers: Mapping[str, str]
    actor: Actor | None = None


@cache
def officials() -> tuple[Caller, ...]:
    """Every role in every area; who holds no office there is nobody."""
    return tuple(_official(role, relation, area) for role in Role for relation, area in RELATIONS.items())


def strangers(roles: frozenset[Role], audience: str) -> Iterator[Caller]:
    """Nobody, and those whose token would be right but for one thing: for every area where an allowed role may hold office."""
    yield Caller(name="anonymous", headers={})
    yield Caller(name="another scheme", headers={"Authorization": "Basic dmlsbGFnZTp2aWxsYWdl"})
    others = [each for each in AUDIENCES if each != audience]
    for each in officials():
        if each.actor and each.actor.role in roles:
            yield _bearer(f"expired {each.name}", token(each.actor, exp=1_600_000_000))
            yield _bearer(f"for another audience {each.name}", token(each.actor, aud=others))
            yield _bearer(f"forged {each.name}", token(each.actor, key=STRANGERS_KEY))


def inside(role: Role) -> Caller:
    """The official of a role whose area holds the things."""
    return next(each for each in officials() if each.actor and each.actor.role is role and is_inside(HERE, each.actor.area))


async def mistakes(operation: Operation, callers: Iterable[Caller], world: World, http: httpx2.AsyncClient, permissions: Permissions) -> list[str]:
    """Try every cell of an operation; list those where the answer is not what the table says."""
    found: list[str] = []
    for caller in callers:
        wanted = WANTED[str(operation)](world)
        answer = await http.send(request_for(operation, wanted, caller))
        if mistake := wrong(wanted, caller, permissions[operation.id], answer):
            found.append(mistake)
    return found


def request_for(operation: Operation, wanted: Wanted, caller: Caller, base_url: str = "http://service") -> httpx2.Request:
    headers = dict(caller.headers) | ({"Idempotency-Key": uuid4().hex} if operation.method == "POST" else {})
    if wanted.seen is not None:
        headers["If-Match"] = f'"{wanted.seen}"'
    content = {} if wanted.body is None else {"json": wanted.body}
    url = base_url + operation.path.format(**wanted.path)
    return httpx2.Request(operation.method, url, params=dict(wanted.query) or None, headers=headers, **content)


def wrong(wanted: Wanted, caller: Caller, roles: frozenset[Role], answer: httpx2.Response) -> str | None:
    """Hold an answer against the table; say what is wrong with it, if anything."""
    status, name = _expected(wanted, caller, roles)
    said = f"{caller.name}: {answer.status_code} {answer.text[:200]}, not {status} {name or ''}"
    if answer.status_code != status or (name and _problem(answer) != name):
        return said
    if wanted.guard is Guard.LIST and status == 200:
        listed = [item["id"] for item in answer.json()["items"]]
        is_mine = caller.actor is not None and is_inside(HERE, caller.actor.area)
        return said if (wanted.thing in listed) is not is_mine or (listed and not is_mine) else None
    return None


def _expected(wanted: Wanted, caller: Caller, roles: frozenset[Role]) -> tuple[int, str | None]:
    if caller.actor is None:
        return 401, "Unauthenticated"
    if caller.actor.role not in roles:
        return 403, "Forbidden"
    if wanted.guard in (Guard.LIST, Guard.OPEN) or is_inside(HERE, caller.actor.area):
        return wanted.status, None
    return status_of(wanted.outside), wanted.outside.__name__


def _problem(answer: httpx2.Response) -> str:
    is_problem = answer.headers["content-type"] == MEDIA_TYPE and answer.json()["status"] == answer.status_code
    return answer.json()["type"].removeprefix("urn:bottom-line:problem:") if is_problem else "no problem document"


def _official(role: Role, relation: str, area: str) -> Caller:
    actor = Actor(id=str(role), role=role, area=area)
    holds_office = len(area) in LEVELS[role] and area.startswith(LINCANG)
    return _bearer(f"{role}, {relation}", token(actor), actor if holds_office else None)


def official(actor: Actor) -> Caller:
    return _bearer(f"{actor.role} {actor.id}", token(actor), actor)


def _bearer(name: str, signed: str, actor: Actor | None = None) -> Caller:
    return Caller(name=name, headers={"Authorization": f"Bearer {signed}"}, actor=actor)

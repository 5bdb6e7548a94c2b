"""The cells of the permission matrix: who calls from where, what the table says to that, and whether the answer is so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import httpx2
from joserfc.jwk import ECKey

from shared.kernel.actors import LEVELS, Actor, Department, Permissions, Platform, Role
from shared.kernel.areas import LINCANG, is_inside
from shared.service.http.problems import MEDIA_TYPE, status_of
from tests.contracts.listed import ids_in
from tests.contracts.operations import Operation
from tests.contracts.wanted import WANTED, Guard, Wanted
from tests.contracts.world import CALLING, HERE, LISTING, NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP, World
from tests.fixtures.tokens import AUDIENCES, token
from tests.shared.service.forms import FORM, form, part

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


CLAIMS: Mapping[Role, tuple[str | None, ...]] = {
    Role.DEPARTMENT_USER: (LISTING, Department.EDUCATION, None, "no such department"),
    Role.PLATFORM_USER: (CALLING, Platform.AID_PLATFORM, None, "no such platform"),
}
"""The departments or platforms that a token of a role says: the one from which something came in, another, none, and one that there is not."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls; nobody whom we know has no actor."""

    name: str
    headers: Mapping[str, str]
    actor: Actor | None = None


@cache
def officials() -> tuple[Caller, ...]:
    """Every role in every area, of every department where that matters; who holds no office there is nobody."""
    places = [(role, *place) for role in Role for place in RELATIONS.items()]
    return tuple(_official(role, relation, area, claim) for role, relation, area in places for claim in CLAIMS.get(role, (None,)))


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
        for wanted in WANTED[str(operation)](world):
            answer = await http.send(request_for(operation, wanted, caller))
            if mistake := wrong(wanted, caller, permissions[operation.id], answer):
                found.append(mistake)
    return found


def cells(operation: Operation, callers: Sequence[Caller], world: World) -> int:
    """Count the cells that `mistakes` tries."""
    return len(callers) * len(WANTED[str(operation)](world))


def request_for(operation: Operation, wanted: Wanted, caller: Caller, base_url: str = "http://service") -> httpx2.Request:
    headers = dict(caller.headers) | ({"Idempotency-Key": uuid4().hex} if operation.method == "POST" else {})
    if wanted.seen is not None:
        headers["If-Match"] = f'"{wanted.seen}"'
    content: dict[str, Any] = {} if wanted.body is None else {"json": wanted.body}
    if wanted.form is not None:
        headers["Content-Type"], content = FORM, {"content": form_of(wanted)}
    url = base_url + operation.path.format(**wanted.path)
    return httpx2.Request(operation.method, url, params=dict(wanted.query) or None, headers=headers, **content)


def form_of(wanted: Wanted) -> bytes:
    """Write a request's form: its fields, then its file."""
    fields = [part(name, value) for name, value in (wanted.form or {}).items()]
    return form(*fields, part("file", wanted.file, file="rows.csv"))


def wrong(wanted: Wanted, caller: Caller, roles: frozenset[Role], answer: httpx2.Response) -> str | None:
    """Hold an answer against the table; say what is wrong with it, if anything."""
    status, name = _expected(wanted, caller, roles)
    said = f"{caller.name}: {answer.status_code} {answer.text[:200]}, not {status} {name or ''}"
    if answer.status_code != status or (name and _problem(answer) != name):
        return said
    is_mine = caller.actor is not None and wanted.is_seen_by(caller.actor)
    if wanted.guard is Guard.LIST and status == 200:
        listed = ids_in(answer)
        return said if (wanted.thing in listed) is not is_mine or (listed and wanted.narrowed and not is_mine) else None
    if wanted.guard is Guard.EACH and status == 200:
        refused = [item["problem"] and item["problem"]["code"] for item in answer.json()["items"]]
        return said if set(refused) != {None if is_mine else wanted.outside.__name__} else None
    return None


def _expected(wanted: Wanted, caller: Caller, roles: frozenset[Role]) -> tuple[int, str | None]:
    if caller.actor is None:
        return 401, "Unauthenticated"
    if caller.actor.role not in roles:
        return 403, "Forbidden"
    if wanted.guard in (Guard.THING, Guard.NAMED) and not wanted.is_seen_by(caller.actor):
        return status_of(wanted.outside), wanted.outside.__name__
    if not wanted.only(caller.actor):
        return status_of(wanted.to_others), wanted.to_others.__name__
    return wanted.status, None


def _problem(answer: httpx2.Response) -> str:
    is_problem = answer.headers["content-type"] == MEDIA_TYPE and answer.json()["status"] == answer.status_code
    return answer.json()["type"].removeprefix("urn:bottom-line:problem:") if is_problem else "no problem document"


def _official(role: Role, relation: str, area: str, claim: str | None) -> Caller:
    department = Department(claim) if claim in set(Department) else None
    platform = Platform(claim) if claim in set(Platform) else None
    actor = Actor(id=str(role), role=role, area=area, department=department, platform=platform)
    holds_office = len(area) in LEVELS[role] and area.startswith(LINCANG)
    is_somebody = holds_office and (actor.behalf is not None or role not in CLAIMS)
    name = f"{role}, {relation}" + (f", {claim or 'nobody'}" if role in CLAIMS else "")
    claims: dict[str, Any] = {"platform": claim} if role is Role.PLATFORM_USER else {"department": claim}
    return _bearer(name, token(actor, **claims), actor if is_somebody else None)


def official(actor: Actor) -> Caller:
    return _bearer(f"{actor.role} {actor.id}", token(actor), actor)


def _bearer(name: str, signed: str, actor: Actor | None = None) -> Caller:
    return Caller(name=name, headers={"Authorization": f"Bearer {signed}"}, actor=actor)

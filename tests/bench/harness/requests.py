"""Requests as they stand on the wire, made before the clock starts."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from stdnum.cn import ric

from shared.kernel.actors import Actor
from tests.builders.people import a_household, a_member
from tests.fixtures.tokens import token

_serial = count(1)
# Beyond the year that the builders use, so that nobody is registered twice.
_FIRST_YEAR, _YEARS = 1920, 20


def request(method: str, path: str, actor: Actor, body: object = None, **headers: str) -> str:
    """Write a request; JSON beyond ASCII is escaped, so that characters are bytes."""
    text = "" if body is None else json.dumps(body)
    lines = {"Host": "service", "Authorization": f"Bearer {_token_of(actor)}", "Content-Length": str(len(text)), **headers}
    if body is not None:
        lines["Content-Type"] = "application/json"
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n" + text


def get(path: str, actor: Actor, **query: Any) -> str:
    return request("GET", f"{path}?{urlencode(query)}" if query else path, actor)


def post(path: str, actor: Actor, body: object, **headers: str) -> str:
    return request("POST", path, actor, body, **{"Idempotency-Key": uuid4().hex, **headers})


def registrations(number: int, actor: Actor, **headers: str) -> Iterator[str]:
    """Write registrations of households of four, none of whose members was ever registered."""
    household = a_household(village=actor.area)
    members = [a_member(relation=each["relation"]) for each in household["members"]]
    for _ in range(number):
        yield post("/v1/households", actor, household | {"members": [member | {"id_number": id_number()} for member in members]}, **headers)


def id_number() -> str:
    """Give a number that was not given before."""
    n = next(_serial)
    year, month, day = _FIRST_YEAR + n // 1000 % _YEARS, 1 + n // (1000 * _YEARS) % 12, 1 + n // (12_000 * _YEARS) % 28
    digits = f"533521{year}{month:02}{day:02}{n % 1000:03}"
    return digits + ric.calc_check_digit(digits + "0")


@cache
def _token_of(actor: Actor) -> str:
    return token(actor)

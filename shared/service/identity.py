"""Signed tokens: ES256, verified by every service itself. No header of the gateway is ever trusted instead.

Promises: who is let through was named by the issuer, for this service, and not too long ago.
Does not promise revocation within the life of a token; that comes with accounts.
Not for deciding what somebody may do: that is the permission table and the area policy.
"""

import time
from collections import OrderedDict
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from shared.kernel.actors import LEVELS, Actor, Department, Platform, Role
from shared.kernel.areas import LINCANG
from shared.kernel.errors import Unauthenticated

_LONGEST = 4096
_ALGORITHM = JWSRegistry(algorithms=["ES256"])


class Identity:
    """Reads tokens meant for one service. A verified token is remembered until it expires: its signature costs 170 us."""

    def __init__(self, audience: str, keys: KeySet, *, issuer: str, remembered: int = 4096) -> None:
        self._keys = keys
        self._remembered = remembered
        self._known: OrderedDict[str, tuple[Actor, int]] = OrderedDict()
        self._registry = JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            sub={"essential": True},
            role={"essential": True},
            area={"essential": True},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            jti={"essential": True},
        )

    def actor(self, token: str) -> Actor:
        """Say who the issuer says that the bearer is.

        :raises Unauthenticated: it is nobody's token that we trust, or not for us, or not any more.
        """
        actor, expires = self._known.get(token) or self._verified(token)
        if expires <= time.time():
            self._known.pop(token, None)
            raise Unauthenticated
        return actor

    def _verified(self, token: str) -> tuple[Actor, int]:
        if len(token) > _LONGEST:
            raise Unauthenticated
        try:
            claims = jwt.decode(token, self._keys, registry=_ALGORITHM).claims
            self._registry.validate(claims)
            known = _actor(claims), int(claims["exp"])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Unauthenticated from error
        self._known[token] = known
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return known


def _actor(claims: dict[str, Any]) -> Actor:
    """Read the actor; a role in an area of a level where it holds no office is nobody, nor is a department's or platform's user of none."""
    person, role, area = claims["sub"], Role(claims["role"]), claims["area"]
    if not (isinstance(person, str) and 0 < len(person) <= 100 and person.isprintable()):
        raise ValueError("no subject")
    if not (isinstance(area, str) and area.isascii() and area.isdigit() and area.startswith(LINCANG) and len(area) in LEVELS[role]):
        raise ValueError("no area of this role")
    department = Department(claims["department"]) if role is Role.DEPARTMENT_USER else None
    platform = Platform(claims["platform"]) if role is Role.PLATFORM_USER else None
    return Actor(id=person, role=role, area=area, department=department, platform=platform)

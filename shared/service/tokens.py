"""Tokens of the development profile, signed with its own key. Elsewhere the issuer makes them, and no service could."""

import time
from collections.abc import Sequence
from uuid import uuid4

from joserfc import jwt

from shared.kernel.actors import LEVELS, Actor, Department, Platform, Role
from shared.kernel.areas import COUNTIES, COUNTY, LINCANG, PREFECTURE, TOWNSHIP, VILLAGE, county_of
from shared.service.settings import CommonSettings, Profile, development_token_key

_NAMES = {PREFECTURE: "市 prefecture", COUNTY: "县 county", TOWNSHIP: "乡镇 township", VILLAGE: "村 village"}


class NoToken(Exception):
    """Why no token is made."""


def development_token(actor: Actor, *, audiences: Sequence[str], settings: CommonSettings, hours: float) -> str:
    """Sign a token that says who acts, in which office and area.

    :raises NoToken: this is another profile, or the role holds no office in such an area.
    """
    if settings.profile is not Profile.DEVELOPMENT:
        raise NoToken("tokens are made in the development profile only; elsewhere the issuer makes them")
    _check_office(actor)
    claims = {
        "iss": settings.issuer,
        "sub": actor.id,
        "role": str(actor.role),
        "area": actor.area,
        "aud": list(audiences),
        "exp": int(time.time() + hours * 3600),
        "jti": uuid4().hex,
        **({"department": actor.department} if actor.department else {}),
        **({"platform": actor.platform} if actor.platform else {}),
    }
    return jwt.encode({"alg": "ES256", "kid": "development"}, claims, development_token_key())


def _check_office(actor: Actor) -> None:
    """Refuse what every service would: a token that names nobody."""
    area, levels = actor.area, sorted(LEVELS[actor.role])
    if not (area.isascii() and area.isdigit() and len(area) in _NAMES and (area == LINCANG or county_of(area) in COUNTIES)):
        raise NoToken(f"{area!r} is no area code of 临沧 ({LINCANG}…)")
    if len(area) not in levels:
        wanted = " or ".join(f"{_NAMES[each]} ({each} digits)" for each in levels)
        raise NoToken(f"a {actor.role} holds office at the level of {wanted}, and {area} is a {_NAMES[len(area)]}")
    if (actor.role is Role.DEPARTMENT_USER) != (actor.department is not None):
        raise NoToken(f"a {Role.DEPARTMENT_USER} names a department, and nobody else does: {', '.join(Department)}")
    if (actor.role is Role.PLATFORM_USER) != (actor.platform is not None):
        raise NoToken(f"a {Role.PLATFORM_USER} names a platform, and nobody else does: {', '.join(Platform)}")
    if not (0 < len(actor.id) <= 100 and actor.id.isprintable()):
        raise NoToken("the name must have 1 to 100 printable characters")

"""Tokens that are nobody's, each for another reason."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from shared.kernel.actors import LEVELS, Role
from tests.fixtures.tokens import ISSUER, KEY, claims_of, county, department_user, platform_user, someone, token

ACTOR = county()
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "tests"})
STRANGE_KEY = ECKey.generate_key("P-256", {"kid": "strange"})


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], signature: str = "", **changes: Any) -> str:
    return f"{b64(header)}.{b64(claims_of(ACTOR, **changes))}.{signature}"


def spoilt(place: int, spoil: Callable[[str], str]) -> str:
    parts = token(ACTOR).split(".")
    parts[place] = spoil(parts[place])
    return ".".join(parts)


def signed(header: object, payload: object) -> str:
    """Sign anything with our issuer's own key."""
    text = f"{b64(header)}.{b64(payload)}"
    key = KEY.get_op_key("sign")
    assert isinstance(key, EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(text.encode(), ECDSA(SHA256())))
    return f"{text}.{b64(r.to_bytes(32) + s.to_bytes(32))}"


def with_public_key_as_secret() -> str:
    """What a verifier accepts that takes the algorithm from the token."""
    signed = unsigned({"alg": "HS256", "kid": "tests"}).rstrip(".")
    return f"{signed}.{b64(hmac.digest(KEY.as_pem(private=False), signed.encode(), 'sha256'))}"


def replaced(**changes: Any) -> str:
    header, _, signature = token(ACTOR).split(".")
    return f"{header}.{b64(claims_of(ACTOR, **changes))}.{signature}"


def of(role: Role, area: str) -> str:
    return token(someone(role, area))


def of_department(department: Any) -> str:
    """A token that would be a department's user's, but for its department."""
    return token(department_user(), department=department)


def of_platform(platform: Any) -> str:
    """A token that would be a platform's, but for its platform."""
    return token(platform_user(), platform=platform)


NOW = int(time.time())
FORGED: dict[str, str] = {
    "empty": "",
    "no dots": "abc",
    "one dot": "abc.def",
    "two empty dots": "..",
    "too many dots": token(ACTOR) + ".x",
    "not base64": "!!!.???.***",
    "not text": "é.é.é",
    "huge": token(ACTOR, jti="x" * 5000),
    "alg none": unsigned({"alg": "none"}),
    "alg None": unsigned({"alg": "None", "kid": "tests"}),
    "alg empty": unsigned({"alg": ""}),
    "no alg": unsigned({"kid": "tests"}),
    "alg none with a signature": unsigned({"alg": "none", "kid": "tests"}, token(ACTOR).rpartition(".")[2]),
    "HS256 with the public key": with_public_key_as_secret(),
    "RS256": jwt.encode({"alg": "RS256", "kid": "tests"}, claims_of(ACTOR), RSAKey.generate_key(2048, {"kid": "tests"})),
    "ES384": jwt.encode({"alg": "ES384", "kid": "tests"}, claims_of(ACTOR), ECKey.generate_key("P-384", {"kid": "tests"}), algorithms=["ES384"]),
    "another key of the same name": token(ACTOR, key=OTHER_KEY),
    "another key of another name": token(ACTOR, key=STRANGE_KEY, header={"kid": "strange"}),
    "our key under another name": token(ACTOR, header={"kid": "strange"}),
    "a key that the token brings": token(ACTOR, key=OTHER_KEY, header={"jwk": OTHER_KEY.as_dict(private=False)}),
    "unknown critical header": signed({"alg": "ES256", "kid": "tests", "crit": ["x"], "x": 1}, claims_of(ACTOR)),
    "signature cut": token(ACTOR)[:-4],
    "signature gone": token(ACTOR).rpartition(".")[0] + ".",
    "signature changed": spoilt(2, lambda part: ("A" if part[0] != "A" else "B") + part[1:]),
    "header changed": spoilt(0, lambda part: b64({"alg": "ES256", "kid": "tests", "typ": "x"})),
    "role raised": replaced(role="prefecture_officer", area="5309"),
    "area widened": replaced(area="530921"),
    "life prolonged": replaced(exp=NOW + 10**9),
    "payload a list": signed({"alg": "ES256", "kid": "tests"}, [claims_of(ACTOR)]),
    "payload a text": signed({"alg": "ES256", "kid": "tests"}, "county"),
    "payload null": signed({"alg": "ES256", "kid": "tests"}, None),
    "payload no JSON": signed({"alg": "ES256", "kid": "tests"}, b"{"),
    "payload deep": signed({"alg": "ES256", "kid": "tests"}, b"[" * 2500),
    "header deep": f"{b64(b'[' * 2500)}.{b64(claims_of(ACTOR))}.{'A' * 86}",
    "header a list": signed([], claims_of(ACTOR)),
    "expired": token(ACTOR, exp=NOW - 1),
    "expired long ago": token(ACTOR, exp=0),
    "exp text": token(ACTOR, exp="tomorrow"),
    "exp none": token(ACTOR, exp=None),
    "exp list": token(ACTOR, exp=[NOW + 3600]),
    "not yet": token(ACTOR, nbf=NOW + 3600),
    "wrong audience": token(ACTOR, aud="projects"),
    "wrong audiences": token(ACTOR, aud=["gateway", "projects"]),
    "audience empty": token(ACTOR, aud=[]),
    "audience longer": token(ACTOR, aud="monitoring2"),
    "no audience": token(ACTOR, aud=None),
    "wrong issuer": token(ACTOR, iss="somebody"),
    "issuers": token(ACTOR, iss=[ISSUER]),
    "no issuer": token(ACTOR, iss=None),
    "no sub": token(ACTOR, sub=None),
    "no jti": token(ACTOR, jti=None),
    "no role": token(ACTOR, role=None),
    "no area": token(ACTOR, area=None),
    "empty sub": token(ACTOR, sub=""),
    "sub a number": token(ACTOR, sub=7),
    "sub a list": token(ACTOR, sub=["county"]),
    "sub with a line feed": token(ACTOR, sub="a\nb"),
    "sub with a NUL": token(ACTOR, sub="a\x00b"),
    "sub too long": token(ACTOR, sub="x" * 101),
    "jti empty": token(ACTOR, jti=""),
    "role unknown": token(ACTOR, role="administrator"),
    "role a list": token(ACTOR, role=["county_officer"]),
    "role in capitals": token(ACTOR, role="COUNTY_OFFICER"),
    "area a number": token(ACTOR, area=530902),
    "area a list": token(ACTOR, area=["530902"]),
    "area of another prefecture": token(ACTOR, area="530802"),
    "area of another province": token(ACTOR, area="110101"),
    "area empty": token(ACTOR, area=""),
    "area of a strange length": token(ACTOR, area="53090"),
    "area with a wildcard": token(ACTOR, area="53090%"),
    "area of other digits": token(ACTOR, area="53０９02"),
    "area with a line feed": token(ACTOR, area="53090\n"),
    "no department": of_department(None),
    "department null": signed({"alg": "ES256", "kid": "tests"}, claims_of(department_user()) | {"department": None}),
    "department unknown": of_department("weather"),
    "department empty": of_department(""),
    "department in capitals": of_department("MEDICAL_INSURANCE"),
    "department with a blank": of_department("medical_insurance "),
    "department of every department": of_department("*"),
    "department a number": of_department(7),
    "department a list": of_department(["medical_insurance"]),
    "department an object": of_department({"medical_insurance": True}),
    "department true": of_department(True),
    "no platform": of_platform(None),
    "platform null": signed({"alg": "ES256", "kid": "tests"}, claims_of(platform_user()) | {"platform": None}),
    "platform a department": of_platform("medical_insurance"),
    "platform a channel that is none": of_platform("home_visit"),
    "platform in capitals": of_platform("HOTLINE"),
    "platform of every one": of_platform("*"),
    "platform a list": of_platform(["hotline"]),
    **{f"{role} at level {length}": of(role, "530902102201"[:length]) for role in Role for length in (4, 6, 9, 12) if length not in LEVELS[role]},
}

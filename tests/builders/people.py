"""Synthetic people and households. No number here is anybody's."""

import hashlib
import random
from itertools import count
from typing import Any

from stdnum.cn import ric

from tests.fixtures.tokens import HOME

_draw = random.Random(5309)
_serial = count(1)


def an_id_number() -> str:
    """Give a number that was not given before: the place is of before 2003, the check digit right."""
    n = next(_serial)
    digits = f"53352{1 + n % 8}{1940 + n // 1000 % 60}{1 + n // 60000 % 12:02}{1 + n // 720000 % 28:02}{n % 1000:03}"
    return digits + ric.calc_check_digit(digits + "0")


def a_member(**changes: Any) -> dict[str, Any]:
    return {
        "name": _draw.choice("李王张杨罗") + _draw.choice("文芳国华秀") + _draw.choice("英明兰强珍"),
        "id_number": an_id_number(),
        "phone": f"139{_draw.randrange(10**8):08}",
        "relation": "other",
        "labour": "ordinary",
        **changes,
    }


WITHOUT_NUMBER: dict[str, Any] = {"id_number": None, "certificate": "none", "sex": "male"}
"""Of somebody who has no certificate yet; the day of birth has to be told beside it."""


def some_income(**changes: str) -> dict[str, str]:
    return {"wage_income": "8000.00", "production_income": "9000.00", "production_expense": "2500.00", "transfer_income": "1200.00", **changes}


def a_household(*, able: bool = True, members: int = 4, **changes: Any) -> dict[str, Any]:
    """A household with a head; nobody in it can work if not `able`."""
    labour = "ordinary" if able else "none"
    people = [a_member(relation="head" if n == 0 else "other", labour=labour) for n in range(members)]
    return {"village": HOME, "kind": "lifted_out", "income": some_income(), "members": people, **changes}


def proof(title: str = "现场照片") -> list[dict[str, str]]:
    return [{"title": title, "sha256": hashlib.sha256(title.encode()).hexdigest()}]


def a_self_report(**changes: Any) -> dict[str, Any]:
    return {
        "village": HOME,
        "name": "李文芳",
        "id_number": an_id_number(),
        "phone": "13900000000",
        "hardships": ["job_lost"],
        "description": "家里的主要劳动力失去了工作",
        "reported_at": "2021-09-22T09:30:00+08:00",
        **changes,
    }

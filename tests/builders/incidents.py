"""Disasters, as an office enters them, and what is found and done about them."""

from typing import Any

from tests.builders.people import proof
from tests.fixtures.tokens import HOME


def an_incident(**changes: Any) -> dict[str, Any]:
    return {
        "hazard": "flood",
        "grade": "third",
        "title": "9·18洪涝灾害",
        "happened_at": "2021-09-18T20:00:00+08:00",
        "ends_on": "2021-09-20",
        "areas": [HOME[:9]],
        "source": "市应急管理局",
        "document_number": "临应急〔2021〕18号",
        **changes,
    }


def a_check(**changes: Any) -> dict[str, Any]:
    return {"checked_at": "2021-09-21T10:00:00+08:00", "affected": False, "evidence": proof("受灾核查表"), **changes}


def hit(**changes: Any) -> dict[str, Any]:
    return a_check(**{"affected": True, "losses": ["crops", "house"], "estimate": "8000.00", "note": "房屋进水", **changes})


def a_delivery(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "cash",
        "amount": "2000.00",
        "delivered_at": "2021-09-21T15:00:00+08:00",
        "provider": "县应急管理局",
        "evidence": proof("发放签收表"),
        **changes,
    }

"""Incomes as a cadre records them, item by item."""

from typing import Any

from tests.builders.law import DOCUMENT


def an_income(*items: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """An income of the twelve months that ended on 31 August 2021."""
    told = [{"code": code, "amount": amount} for code, amount in items or [("A1", "12000.00"), ("B1", "9000.00"), ("E1", "3000.00")]]
    return {"period_type": "last_12_months", "ends_on": "2021-08-31", "people": 3, "items": told, **changes}


def a_quarter(year: int, quarter: int, *items: tuple[str, str], **changes: Any) -> dict[str, Any]:
    told = [{"code": code, "amount": amount} for code, amount in items or [("A1", "3000.00")]]
    return {"period_type": "quarter", "year": year, "quarter": quarter, "people": 3, "items": told, **changes}


def an_item(**changes: Any) -> dict[str, Any]:
    """An item as the county publishes it."""
    return {"group": "transfer", "title": "测试补贴", "counts": True, "effective_from": "2021-01-01", "document_number": DOCUMENT, **changes}

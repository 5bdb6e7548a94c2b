"""Rows of the law, as the prefecture publishes them."""

from typing import Any

DOCUMENT = "临测试〔2021〕1号"
"""What the tests publish under this number is taken away after each of them."""


def a_parameter(value: str, **changes: Any) -> dict[str, Any]:
    return {"value": value, "effective_from": "2021-01-01", "document_number": DOCUMENT, **changes}


def a_signal_rule(operator: str, value: str | None = None, **changes: Any) -> dict[str, Any]:
    said = {"value": value} if value is not None else {}
    return {"operator": operator, **said, "effective_from": "2021-01-01", "document_number": DOCUMENT, **changes}


def a_line(amount: str, **changes: Any) -> dict[str, Any]:
    return {"amount": amount, "effective_from": "2021-01-01", "document_number": DOCUMENT, **changes}

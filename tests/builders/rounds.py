"""Rounds of screening, as an office opens them."""

from typing import Any

from tests.builders.people import proof
from tests.fixtures.tokens import HOME


def a_round(**changes: Any) -> dict[str, Any]:
    return {
        "title": "2021年四季度集中排查",
        "area": HOME[:9],
        "households": "all",
        "opens_on": "2021-09-20",
        "ends_on": "2021-09-30",
        "document_number": "临翔乡振〔2021〕12号",
        **changes,
    }


def a_visit(**changes: Any) -> dict[str, Any]:
    return {"visited_at": "2021-09-21T10:00:00+08:00", "result": "nothing", "evidence": proof("入户排查表"), **changes}


def trouble(**changes: Any) -> dict[str, Any]:
    return a_visit(**{"result": "trouble", "hardships": ["illness"], "note": "户主住院", **changes})

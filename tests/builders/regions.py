"""What regional alarms are made of: events of whole areas, and rules that call for alarms."""

from collections.abc import Sequence
from typing import Any

from tests.builders.law import DOCUMENT


def an_event(areas: Sequence[str], **changes: Any) -> dict[str, Any]:
    """A report of an event in some areas of one county."""
    return {"cause": "other", "areas": list(areas), "on": "2021-09-20", "size": "涉及三个小组", "document_number": DOCUMENT, **changes}


def a_regional_rule(**changes: Any) -> dict[str, Any]:
    """A rule under which five households in four weeks are enough, whatever their history and neighbours."""
    rule = {"cause": "any", "level": "township", "window_weeks": 4, "history_windows": 0, "minimum_count": 5, "minimum_share": "0"}
    bounds = {"deviations": "0", "neighbour_ratio": "0", "clear_ratio": "0.5", "clear_weeks": 4, "answer_days": 7}
    return {**rule, **bounds, "effective_from": "2021-01-01", "document_number": DOCUMENT, **changes}

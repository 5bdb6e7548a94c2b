"""Home visits (走访排查): what is found, and what follows from it (R38, R41; plan ch.3 s.1)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from services.monitoring.domain.risks import Hardship
from shared.kernel.errors import Conflict, Invalid


class Finding(StrEnum):
    """What a visit finds: nothing, or hardships as people name them."""

    NOTHING = "nothing"  # 无异常
    ILLNESS = "illness"
    DISASTER = "disaster"
    ACCIDENT = "accident"
    JOB_LOST = "job_lost"
    HARVEST_OR_BUSINESS_FAILED = "harvest_or_business_failed"
    SCHOOLING = "schooling"
    HOUSE = "house"
    WATER = "water"
    OTHER = "other"


class FindingsContradict(Invalid):
    sentence = "“无异常”不得与其他情况同时填写，同一情况不得重复。"
    english = "Nothing found stands alone, and each finding once."


class VisitedAlready(Conflict):
    sentence = "您对该户已登记过此时或更晚的走访。"
    english = "You have recorded a visit of this or a later time to this household."


def hardships_in(findings: Sequence[Finding]) -> list[Hardship]:
    """Say which hardships a visit found.

    :raises FindingsContradict: nothing and something, or one thing twice.
    """
    if len(set(findings)) < len(findings) or (Finding.NOTHING in findings and len(findings) > 1):
        raise FindingsContradict("body.findings")
    return [Hardship(each) for each in findings if each is not Finding.NOTHING]


def in_order(visited_at: datetime, last_of_person: datetime | None) -> None:
    """Hold a visit against the last one that the same person recorded of the household.

    :raises VisitedAlready: it is not later.
    """
    if last_of_person is not None and visited_at <= last_of_person:
        raise VisitedAlready("body.visited_at")

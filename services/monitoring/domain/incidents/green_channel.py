"""The green channel (绿色通道): whom a disaster or accident hit is helped first, and the procedure is completed afterwards.

The household is flagged at once, on a case that is opened in the same act. Every step of that case is still owed: appraisal, notice, review and
approval follow, within a dated number of days. Approval confirms the flag; a refusal takes it back.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from shared.kernel.errors import Conflict, Invalid

OrderId = NewType("OrderId", UUID)


class ItemStatus(StrEnum):
    """What became of a household of an order."""

    WAITING = "waiting"  # 待办
    FLAGGED = "flagged"  # 已标注
    RISK_ADDED = "risk_added"  # 已是监测对象，增加风险
    HAD_BEFORE = "had_before"  # 风险已在标注之列，无新增
    REFUSED = "refused"  # 未能办理


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: OrderId
    county_code: str
    area_code: str
    incident_id: UUID
    reason: str
    document_number: str
    ordered_by: str
    ordered_at: datetime
    job_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpFirst:
    """What a case keeps of the order under which its household was helped first.

    :param due_at: by when the procedure is to be completed.
    """

    by: str
    document_number: str
    due_at: datetime


class HouseholdsOrArea(Invalid):
    sentence = "请列出农户，或指定区划内全部受灾户，二者取一。"
    english = "Name the households, or an area whose households were hit: one of the two."


class NotOfIncident(Invalid):
    sentence = "所列农户有的不在该灾情之内，或重复。"
    english = "Some of these households are none of the incident, or stand there twice."


class NobodyHit(Conflict):
    sentence = "该区划内没有可走绿色通道的受灾户。"
    english = "No household of this area was hit and still waits for help."


class CaseUnderWay(Conflict):
    sentence = "该户的识别认定已过民主评议，且不含此风险，请待其办结。"
    english = "The household's case is past its appraisal and has not this risk: let it end first."

"""Changes that somebody asks for whose level may not make them (变更申请): asked, decided by the level that may, never by the asker (R44).

requested ──approval──▶ approved   and done in the same moment
          ├─refusal───▶ refused
          └─withdrawal▶ withdrawn  by the asker
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from shared.kernel.actors import Actor, Role
from shared.kernel.errors import Conflict, Forbidden, Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step, must_differ

ChangeRequestId = NewType("ChangeRequestId", UUID)


class ChangeAct(StrEnum):
    """What is asked for."""

    SPLIT = "split"  # 分户
    MERGE = "merge"  # 合户
    TRANSFER = "transfer"  # 县内迁移
    STRIKE_OFF = "strike_off"  # 注销
    CORRECTION = "correction"  # 成员信息更正
    COUNTY_TRANSFER = "county_transfer"  # 跨县迁移


class RequestStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestAct(StrEnum):
    APPROVE = "approval"
    REFUSE = "refusal"
    WITHDRAW = "withdrawal"


_VILLAGE, _TOWNSHIP, _COUNTY = Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER
_REGISTRARS = frozenset({_TOWNSHIP, _COUNTY})
_PREFECTURE = frozenset({Role.PREFECTURE_OFFICER})

ASKERS: Mapping[ChangeAct, frozenset[Role]] = {
    ChangeAct.SPLIT: frozenset({_VILLAGE}),
    ChangeAct.MERGE: frozenset({_VILLAGE}),
    ChangeAct.TRANSFER: frozenset({_VILLAGE, _TOWNSHIP}),  # a township's officer cannot move a household out of the township
    ChangeAct.STRIKE_OFF: frozenset({_VILLAGE, _TOWNSHIP}),  # nor strike one off that is monitored
    ChangeAct.CORRECTION: frozenset({_VILLAGE}),
    ChangeAct.COUNTY_TRANSFER: frozenset({_COUNTY}),
}
DECIDERS: Mapping[ChangeAct, frozenset[Role]] = {
    **dict.fromkeys((ChangeAct.SPLIT, ChangeAct.MERGE, ChangeAct.TRANSFER, ChangeAct.STRIKE_OFF, ChangeAct.CORRECTION), _REGISTRARS),
    ChangeAct.COUNTY_TRANSFER: _PREFECTURE,
}


def _procedure(act: ChangeAct) -> Procedure[RequestStatus, RequestAct]:
    return Procedure(
        {
            (RequestStatus.REQUESTED, RequestAct.APPROVE): Step(RequestStatus.APPROVED, DECIDERS[act]),
            (RequestStatus.REQUESTED, RequestAct.REFUSE): Step(RequestStatus.REFUSED, DECIDERS[act]),
            (RequestStatus.REQUESTED, RequestAct.WITHDRAW): Step(RequestStatus.WITHDRAWN, ASKERS[act]),
        }
    )


PROCEDURES = {act: _procedure(act) for act in ChangeAct}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A change asked for, of a household as the asker saw it. `due_at`: by when it is to be decided."""

    id: ChangeRequestId
    county_code: str
    township_code: str
    area_code: str
    household_id: HouseholdId
    household_version: int
    act: ChangeAct
    status: RequestStatus
    requested_by: str
    requested_at: datetime
    due_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    version: int


class OneChange(Invalid):
    sentence = "一份申请须且只须写明一项变更。"
    english = "A request names one change, and no more than one."


class NotYoursToAsk(Forbidden):
    sentence = "此项变更您的岗位不必或不能申请。"
    english = "This change is not asked for by your office."


class NotYourRequest(Forbidden):
    sentence = "此项申请由他人提出，只有申请人可以撤回。"
    english = "Somebody else asked for this: only they may withdraw it."


class ChangedSince(Conflict):
    sentence = "该户在申请之后已有变更，请退回，由申请人重新申请。"
    english = "The household was changed after this was asked for: refuse it, and have it asked for anew."


def ask(act: ChangeAct, *, by: Actor) -> None:
    """Hold a request against the asker's office.

    :raises NotYoursToAsk: this office does not ask for that.
    """
    if by.role not in ASKERS[act]:
        raise NotYoursToAsk


def decide(request: ChangeRequest, act: RequestAct, *, by: Actor) -> RequestStatus:
    """Approve or refuse what was asked for.

    :raises Conflict: it is decided or withdrawn already; Forbidden: another level decides it.
    :raises SamePerson: who asked for it may not decide it.
    """
    step = PROCEDURES[request.act].step(request.status, act, by.role)
    must_differ(by.id, [request.requested_by])
    return step.to


def withdraw(request: ChangeRequest, *, by: Actor) -> RequestStatus:
    """Take a request back.

    :raises NotYourRequest: somebody else made it.
    :raises Conflict: it is decided or withdrawn already.
    """
    if by.id != request.requested_by:
        raise NotYourRequest
    return PROCEDURES[request.act].step(request.status, RequestAct.WITHDRAW, by.role).to

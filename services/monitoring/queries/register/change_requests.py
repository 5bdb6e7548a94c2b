"""Changes that were asked for: the list of an area, and one with what is asked, masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.register.change_requests import ChangeAct, ChangeRequestId, RequestStatus
from services.monitoring.domain.register.households import Labour, Relation
from services.monitoring.domain.register.people import Certificate, Sex
from services.monitoring.store.register import change_requests
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import CertificateNumber, IdNumber, PersonName


class RequestLine(BaseModel):
    """A request in a list. `due_at`: by when it is to be decided."""

    id: UUID
    area: str
    household_id: UUID
    act: ChangeAct
    status: RequestStatus
    requested_at: datetime
    due_at: datetime
    decided_at: datetime | None
    version: int


class RequestPage(BaseModel):
    items: list[RequestLine]
    next: str | None


class MemberNamed(BaseModel):
    """A member as he or she is to be."""

    person_id: UUID
    relation: Relation
    labour: Labour | None


class CorrectionAsked(BaseModel):
    """What is to be right, masked."""

    person_id: UUID
    name: str | None = Field(examples=["李**"])
    certificate: Certificate | None
    id_number: str | None = Field(examples=["533522********00**"])
    certificate_number: str | None = Field(examples=["E****78"])
    born_on: str | None = Field(examples=["1978-**-**"], description="只示年份。The year only.")
    sex: Sex | None


class RequestShown(RequestLine):
    """A request with what is asked: who leaves or joins (`members`), how those who stay stand afterwards, where to, into which, or what is right."""

    requested_by: str
    household_version: int
    reason: str
    decided_by: str | None
    opinion: str | None
    ground: str
    document_number: str | None
    members: list[MemberNamed]
    remaining: list[MemberNamed]
    village: str | None
    into: UUID | None
    correction: CorrectionAsked | None


async def list_requests(area: str, status: RequestStatus, tx: Transaction, *, after: Place | None, size: int) -> RequestPage:
    """List an area's requests in one status, those first that are to be decided first."""
    rows, following = await change_requests.worklist.page(area, status, tx, after=after, size=size)
    return RequestPage(items=[RequestLine(**_line(row)) for row in rows], next=following)


async def show_request(request_id: ChangeRequestId, tx: Transaction) -> RequestShown:
    """Show one request with what is asked; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    row, said = await change_requests.show(request_id, tx)
    await tx.note_read("change_request", row.county_code, row.id)
    decided = {name: getattr(row, name) for name in ("requested_by", "household_version", "decided_by")}
    return RequestShown(**_line(row), **decided, reason=said.reason, opinion=said.opinion, **_asked(row.act, said.asked))


def _line(row: Any) -> dict[str, Any]:
    names: Sequence[str] = ("id", "household_id", "act", "status", "requested_at", "due_at", "decided_at", "version")
    return {"area": row.area_code, **{name: getattr(row, name) for name in names}}


def _asked(act: ChangeAct, asked: dict[str, Any]) -> dict[str, Any]:
    """Read what is asked, whichever change it is, with people masked."""
    return {
        "ground": asked["opinion"] if act is ChangeAct.STRIKE_OFF else asked["reason"],
        "document_number": asked.get("document_number"),
        "members": asked.get("members", []),
        "remaining": asked.get("remaining", []),
        "village": asked.get("to_village") or asked.get("village"),
        "into": asked.get("into"),
        "correction": _correction(asked) if act is ChangeAct.CORRECTION else None,
    }


def _correction(asked: dict[str, Any]) -> CorrectionAsked:
    """Mask what is asked; what was asked before other certificates were known names none."""
    name, number, other = asked["name"], asked["id_number"], asked.get("certificate_number")
    return CorrectionAsked(
        person_id=asked["person_id"],
        name=str(PersonName(name)) if name else None,
        certificate=asked.get("certificate"),
        id_number=str(IdNumber(number[:18])) if number else None,
        certificate_number=str(CertificateNumber(other)) if other else None,
        born_on=f"{born_on[:4]}-**-**" if (born_on := asked.get("born_on")) else None,
        sex=asked.get("sex"),
    )

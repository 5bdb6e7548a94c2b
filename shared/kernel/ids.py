"""Ids: made by the client or the service, never by a sequence."""

import os
import time
from typing import NewType
from uuid import UUID, uuid5

HouseholdId = NewType("HouseholdId", UUID)
PersonId = NewType("PersonId", UUID)
SelfReportId = NewType("SelfReportId", UUID)
LeadId = NewType("LeadId", UUID)
CaseId = NewType("CaseId", UUID)
FlagId = NewType("FlagId", UUID)
OwedId = NewType("OwedId", UUID)
TaskId = NewType("TaskId", UUID)

_NAMESPACE = UUID("5309b6a0-0000-7000-8000-000000005309")


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): ids made in a later millisecond sort later."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def derived_id(origin: UUID, name: str) -> UUID:
    """Derive the same id from the same origin every time, so that doing it twice makes one thing."""
    return uuid5(_NAMESPACE, f"{origin}/{name}")

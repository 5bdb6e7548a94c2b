"""Constrained types for everything that comes in: what these let pass, the database and the domain can hold."""

from shared.wire.command import command, part
from shared.wire.evidence import Evidence, Evidences
from shared.wire.types import (
    AreaCode,
    AwareTime,
    ClientId,
    Count,
    Day,
    DocumentNumber,
    HouseholdNumber,
    IdNumber,
    LongText,
    PageSize,
    PersonName,
    Phone,
    SafeText,
    SourceNumber,
    VillageCode,
    Year,
    YesNo,
    Yuan,
)

__all__ = [
    "AreaCode",
    "AwareTime",
    "ClientId",
    "Count",
    "Day",
    "DocumentNumber",
    "Evidence",
    "Evidences",
    "HouseholdNumber",
    "IdNumber",
    "LongText",
    "PageSize",
    "PersonName",
    "Phone",
    "SafeText",
    "SourceNumber",
    "VillageCode",
    "Year",
    "YesNo",
    "Yuan",
    "command",
    "part",
]

"""A command as it came in, to be kept sealed and done later: masks are for those who look, not for those who do it."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from shared.kernel import people

C = TypeVar("C")


def written(value: Any) -> Any:
    """Write a command, or a part of one, as a request would bring it, in full: seal what this gives.

    :raises TypeError: a value of a kind that is not named here, and might be written masked.
    """
    match value:
        case people.IdNumber():
            return value.number + value.disability
        case people.Phone() | people.CertificateNumber() | people.BankAccount():
            return value.number
        case people.PersonName() | people.Address():
            return value.full
        case StrEnum() | UUID() | Decimal():
            return str(value)
        case date() | datetime():
            return value.isoformat()
        case list() | tuple():
            return [written(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: written(getattr(value, field.name)) for field in fields(value)}
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(type(value).__name__)


def read(kind: type[C], kept: Any) -> C:
    """Read what `written` gave, by the same rules by which it came in."""
    return TypeAdapter(kind).validate_python(kept)

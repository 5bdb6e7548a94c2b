"""The one way to declare a command: the body of a request and the argument of a use case are the same class."""

from typing import TypeVar, dataclass_transform

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(cls: type[T]) -> type[T]:
    """Make a frozen, keyword-only class that refuses what it does not know."""
    return dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)  # pyright: ignore[reportReturnType]


part = command
"""The same, for a nested part of a command: a nested class without the setting would ignore what it does not know."""

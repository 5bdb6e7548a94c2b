"""What monitoring announces."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.state import State


class FlagStatus(StrEnum):
    """Both ends are announced as cleared; only `withdrawn` takes tasks back."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ELIMINATED = "eliminated"


class OwedMeasure(BaseModel):
    """One measure that a flag calls for, the service that answers it, and the end of its period."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    measure: str
    service: str
    due_at: datetime


class RiskFlag(State):
    """A household in monitoring (监测对象), from the first risk to the end.

    Complete in itself: to answer it a listener needs no copy of the household.
    It names no cause, which would be health data; so of what is owed it holds only what other services answer.
    """

    topics: ClassVar[tuple[str, ...]] = ("monitoring.risk_flag",)

    household_id: UUID
    area_code: str
    status: FlagStatus
    owed: tuple[OwedMeasure, ...]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(f"monitoring.risk_flag_{fact}.v1" for fact in ("raised", "changed", "cleared"))

    @property
    def name(self) -> str:
        raised, changed, cleared = self.names()
        if self.status is not FlagStatus.OPEN:
            return cleared
        return raised if self.version == 1 else changed

    @property
    def key(self) -> str:
        return str(self.household_id)

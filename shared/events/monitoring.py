"""What monitoring announces."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.events.state import State
from shared.kernel.areas import TOWNSHIP
from shared.kernel.assistance import Task, TaskStatus, task_id_for
from shared.kernel.ids import FlagId, HouseholdId, OwedId


class FlagStatus(StrEnum):
    """Both ends are announced as cleared; only `withdrawn` takes tasks back."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ELIMINATED = "eliminated"


class OwedMeasure(BaseModel):
    """One measure that a flag calls for, the service that answers it, and the end of its period.

    One that is `taken_back` followed from a risk that was not confirmed: it is owed no more, though the flag goes on.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    measure: str
    service: str
    due_at: AwareDatetime
    taken_back: bool = False


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

    def task_for(self, owed: OwedMeasure, *, kind: str) -> Task:
        """Form the task that answers one of its measures; of a flag that is over, or taken back, it is born withdrawn."""
        owed_id = OwedId(owed.id)
        return Task(
            id=task_id_for(owed_id),
            owed_id=owed_id,
            flag_id=FlagId(self.id),
            household_id=HouseholdId(self.household_id),
            county_code=self.county_code,
            township_code=self.area_code[:TOWNSHIP],
            area_code=self.area_code,
            measure=owed.measure,
            kind=kind,
            status=TaskStatus.OPENED if self.status is FlagStatus.OPEN and not owed.taken_back else TaskStatus.WITHDRAWN,
            due_at=owed.due_at,
        )

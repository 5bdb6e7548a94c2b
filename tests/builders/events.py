"""States as other services would announce them, and the messages that carry them."""

from datetime import UTC, datetime
from typing import Any

from shared.events import Arrived, AssistanceTask, Message, OwedMeasure, RiskFlag, State, pack
from shared.kernel.ids import new_id
from tests.fixtures.tokens import HOME

SOON = datetime(2021, 10, 22, 16, 0, tzinfo=UTC)


def an_owed_measure(measure: str = "industry_support", service: str = "projects", **changes: Any) -> OwedMeasure:
    return OwedMeasure.model_validate({"id": new_id(), "measure": measure, "service": service, "due_at": SOON, **changes})


def a_flag(*owed: OwedMeasure, area: str = HOME, **changes: Any) -> RiskFlag:
    """A flag that owes one measure of projects unless told otherwise."""
    defaults = {
        "id": new_id(),
        "version": 1,
        "household_id": new_id(),
        "county_code": area[:6],
        "area_code": area,
        "status": "open",
        "owed": owed or (an_owed_measure(),),
    }
    return RiskFlag.model_validate({**defaults, **changes})


def later(flag: RiskFlag, **changes: Any) -> RiskFlag:
    """The same flag, one version on."""
    return RiskFlag.model_validate({**flag.model_dump(), "version": flag.version + 1, **changes})


def a_task_state(**changes: Any) -> AssistanceTask:
    defaults = {
        "id": new_id(),
        "version": 1,
        "county_code": HOME[:6],
        "owed_id": new_id(),
        "household_id": new_id(),
        "area_code": HOME,
        "service": "projects",
        "kind": "plant_or_breed",
        "status": "opened",
        "due_at": SOON,
    }
    return AssistanceTask.model_validate({**defaults, **changes})


def a_message(state: State, *, epoch: int = 1, source: str = "monitoring", **headers: str) -> Message:
    message = pack(state, event_id=new_id(), source=source, epoch=epoch)
    return Message(topic=message.topic, key=message.key, headers={**message.headers, **headers}, value=message.value)


def arrived(state: State, *, epoch: int = 1) -> Arrived[Any]:
    return Arrived(state=state, epoch=epoch, message=a_message(state, epoch=epoch))

"""The published language: every fact that crosses a service's border.

Within a version only optional fields are added; the JSON schemas beside this module are committed, and a test holds them against the classes.
"""

from shared.events.assistance import AssistanceTask
from shared.events.monitoring import OwedMeasure, RiskFlag
from shared.events.state import Arrived, Message, State, Unreadable, pack, unpack

STATES: tuple[type[State], ...] = (RiskFlag, AssistanceTask)
CATALOG: dict[str, type[State]] = {name: state for state in STATES for name in state.names()}
TOPICS: tuple[str, ...] = tuple(topic for state in STATES for topic in state.topics)

__all__ = ["CATALOG", "STATES", "TOPICS", "Arrived", "AssistanceTask", "Message", "OwedMeasure", "RiskFlag", "State", "Unreadable", "pack", "unpack"]

"""The JSON schemas of the states, one committed file for each class.

They are what other teams read, and what a test holds the classes against: within a version only optional fields are added.
Write them anew with `python -m shared.events.schemas`.
"""

import json
from pathlib import Path
from typing import Any

from shared.events import STATES, State

FOLDER = Path(__file__).parent


def file_of(state: type[State]) -> Path:
    return FOLDER / f"{state.__name__}.json"


def schema_of(state: type[State]) -> dict[str, Any]:
    """Describe a state as it travels, with the wire names and topics under which it does."""
    schema = state.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "x-names": list(state.names()), "x-topics": list(state.topics), **schema}


def write_schemas() -> None:
    for state in STATES:
        file_of(state).write_text(json.dumps(schema_of(state), ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")

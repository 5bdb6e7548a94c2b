"""Within a version of an event only optional fields are added."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.events import CATALOG, STATES, TOPICS, State
from shared.events.schemas import FOLDER, file_of, schema_of

Schema = dict[str, Any]


def breaches(promised: Schema, present: Schema) -> list[str]:
    """List what a listener who relies on the promised schema could not read in the present one."""
    found = [f"{name} is announced no more" for name in promised.get("x-names", []) if name not in present.get("x-names", [])]
    found += _breaches(promised, present, promised.get("$defs", {}), present.get("$defs", {}), "")
    return found


def _breaches(old: Schema, new: Schema, old_parts: Schema, new_parts: Schema, place: str) -> list[str]:
    found = [f"{place}{name} is required now" for name in new.get("required", []) if name not in old.get("required", [])]
    found += [f"{place}{name} is optional now" for name in old.get("required", []) if name not in new.get("required", [])]
    for name, was in old.get("properties", {}).items():
        where = f"{place}{name}"
        if name not in new.get("properties", {}):
            found.append(f"{where} is gone")
            continue
        was, becomes = _resolved(was, old_parts), _resolved(new["properties"][name], new_parts)
        was, becomes = _element(was, old_parts), _element(becomes, new_parts)
        if was.get("type") == "object" and becomes.get("type") == "object":
            found += _breaches(was, becomes, old_parts, new_parts, f"{where}.")
        elif _kind(was) != _kind(becomes):
            found.append(f"{where} has another type")
    return found


def _resolved(schema: Schema, parts: Schema) -> Schema:
    reference = schema.get("$ref", "")
    return parts[reference.rsplit("/", 1)[-1]] if reference else schema


def _element(schema: Schema, parts: Schema) -> Schema:
    return _resolved(schema["items"], parts) if schema.get("type") == "array" and "items" in schema else schema


def _kind(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in {"title", "description", "examples", "default"}}


@pytest.mark.parametrize("state", STATES)
def test_a_class_keeps_what_its_committed_schema_promised(state: type[State]) -> None:
    assert breaches(json.loads(file_of(state).read_text(encoding="utf-8")), schema_of(state)) == []


@pytest.mark.parametrize("state", STATES)
def test_the_committed_schema_is_that_of_the_class(state: type[State]) -> None:
    assert json.loads(file_of(state).read_text(encoding="utf-8")) == schema_of(state), "run: python -m shared.events.schemas"


def test_there_is_one_schema_for_each_state_and_no_other() -> None:
    assert {file.name for file in FOLDER.glob("*.json")} == {file_of(state).name for state in STATES}


def test_the_generator_writes_what_is_committed() -> None:
    before = {file: file.read_bytes() for file in FOLDER.glob("*.json")}

    subprocess.run([sys.executable, "-m", "shared.events.schemas"], check=True, cwd=Path(__file__).parents[3])

    assert {file: file.read_bytes() for file in FOLDER.glob("*.json")} == before


def _drop(schema: Schema) -> None:
    del schema["properties"]["household_id"]
    schema["required"].remove("household_id")


def _retype(schema: Schema) -> None:
    schema["properties"]["version"] = {"type": "string"}


def _require(schema: Schema) -> None:
    schema["properties"]["cause"] = {"type": "string"}
    schema["required"].append("cause")


def _drop_inside(schema: Schema) -> None:
    del schema["$defs"]["OwedMeasure"]["properties"]["due_at"]
    schema["$defs"]["OwedMeasure"]["required"].remove("due_at")


def _retype_inside(schema: Schema) -> None:
    schema["$defs"]["OwedMeasure"]["properties"]["id"] = {"type": "integer"}


def _another_word(schema: Schema) -> None:
    schema["$defs"]["FlagStatus"]["enum"].append("suspended")


def _no_list(schema: Schema) -> None:
    schema["properties"]["owed"] = {"type": "string"}


def _rename(schema: Schema) -> None:
    schema["x-names"][0] = "monitoring.risk_flag_lifted.v1"


@pytest.mark.parametrize("breach", [_drop, _retype, _require, _drop_inside, _retype_inside, _another_word, _no_list, _rename])
def test_what_an_older_listener_could_not_read_is_found(breach: Callable[[Schema], None]) -> None:
    promised = schema_of(CATALOG["monitoring.risk_flag_raised.v1"])
    present = copy.deepcopy(promised)

    breach(present)

    assert breaches(promised, present)


def test_an_optional_field_may_be_added() -> None:
    promised = schema_of(CATALOG["monitoring.risk_flag_raised.v1"])
    present = copy.deepcopy(promised)

    present["properties"]["origin"] = {"type": "string", "default": "lead"}
    present["$defs"]["OwedMeasure"]["properties"]["document"] = {"type": "string", "default": ""}

    assert breaches(promised, present) == []


def test_every_wire_name_has_one_class_and_a_version() -> None:
    names = [name for state in STATES for name in state.names()]

    assert len(names) == len(set(names)) == len(CATALOG)
    assert all(name.split(".")[0] in {"monitoring", "assistance"} and name.endswith(".v1") for name in names)
    assert TOPICS == ("monitoring.risk_flag", "projects.assistance_task", "employment.assistance_task")

"""Where a request may hold a value: every parameter, and every field of the body at any depth; and whether a value fits there."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tests.contracts.hostile import UNREADABLE

Schema = Mapping[str, Any]
_HERE = "@@here@@"
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Slot:
    """One place for a value; `keys` lead to it."""

    where: str
    keys: tuple[str | int, ...]
    schema: Schema
    required: bool = True

    @property
    def name(self) -> str:
        return ".".join(map(str, (self.where, *self.keys)))

    def put(self, body: Any, written: str, *, ascii_only: bool = False) -> bytes:
        """Write a JSON body with something in this place, however it is written."""
        body = copy.deepcopy(body)
        holder = body
        for key in self.keys[:-1]:
            holder = holder[key]
        holder[self.keys[-1]] = _HERE
        return json.dumps(body, ensure_ascii=ascii_only).replace(f'"{_HERE}"', written).encode("utf-8")


@dataclass(frozen=True)
class Schemas:
    """The named schemas of a document."""

    named: Mapping[str, Schema]

    def parameters(self, told: Mapping[str, Any]) -> Iterator[Slot]:
        for each in told.get("parameters", ()):
            yield Slot(each["in"], (each["name"].lower() if each["in"] == "header" else each["name"],), each["schema"], each.get("required", False))

    def body_of(self, told: Mapping[str, Any]) -> Schema | None:
        """Give the schema of a JSON body, if the operation takes one."""
        return _content(told).get("application/json", {}).get("schema")

    def form_of(self, told: Mapping[str, Any]) -> Schema | None:
        """Give the schema of a form, if the operation takes one."""
        return _content(told).get("multipart/form-data", {}).get("schema")

    def form_fields(self, schema: Schema) -> Iterator[Slot]:
        """List the fields of a form, its file among them."""
        for name, field in schema["properties"].items():
            yield Slot("body", (name,), field, name in schema["required"])

    def fields(self, schema: Schema, body: Any, *keys: str | int) -> Iterator[Slot]:
        """List the fields of a body that is written out as an example, with those that it leaves out."""
        for each in self.choices(schema):
            if each.get("type") == "object" and isinstance(body, dict):
                for name, field in each["properties"].items():
                    yield Slot("body", (*keys, name), field, name in each.get("required", ()))
                    yield from self.fields(field, body.get(name), *keys, name)
            elif each.get("type") == "array" and isinstance(body, list) and body:
                yield Slot("body", (*keys, 0), each["items"])
                yield from self.fields(each["items"], body[0], *keys, 0)

    def objects(self, schema: Schema, body: Any, *keys: str | int) -> Iterator[tuple[str | int, ...]]:
        """List the objects of a body, itself among them."""
        if isinstance(body, dict):
            yield keys
        for slot in self.fields(schema, body, *keys):
            held: Any = body
            for key in slot.keys[len(keys) :]:
                held = held.get(key) if isinstance(held, dict) else held[key]
            if isinstance(held, dict):
                yield slot.keys

    def choices(self, schema: Schema) -> Iterator[Schema]:
        """Follow references and alternatives down to plain schemas."""
        if "$ref" in schema:
            yield from self.choices(self.named[schema["$ref"].rpartition("/")[2]])
        elif "anyOf" in schema:
            for each in schema["anyOf"]:
                yield from self.choices(each)
        else:
            yield schema

    def fits(self, value: Any, schema: Schema) -> bool:
        """Decide from the document alone whether a value is legitimate here."""
        return value is not UNREADABLE and any(self._fits(value, each) for each in self.choices(schema))

    def fits_text(self, value: bytes, schema: Schema) -> bool:
        """The same for a parameter, which is always written as text."""
        text = value.decode("utf-8", errors="replace")
        number = int(text) if re.fullmatch(r"-?[0-9]{1,30}", text, re.ASCII) else None
        kinds = {each.get("type") for each in self.choices(schema)}
        return self.fits(number if "integer" in kinds else text, {"anyOf": [each for each in self.choices(schema) if each.get("type") != "null"]})

    def _fits(self, value: Any, schema: Schema) -> bool:
        if "enum" in schema or "const" in schema:
            return isinstance(value, str) and value in schema.get("enum", [schema.get("const")])
        match schema.get("type"):
            case "string":
                return isinstance(value, str) and _is_text(value, schema)
            case "integer":
                return type(value) is int and schema.get("minimum", value) <= value <= schema.get("maximum", value)
            case "boolean":
                return isinstance(value, bool)
            case "null":
                return value is None
            case "array":
                fitting = isinstance(value, list) and schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
                return fitting and all(self.fits(each, schema["items"]) for each in value)
            case "object":
                return isinstance(value, dict) and set(schema.get("required", ())) <= set(value) <= set(schema["properties"])
        raise AssertionError(f"a schema without a type that we know: {schema}")


def _content(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return told.get("requestBody", {}).get("content", {})


def _is_text(value: str, schema: Schema) -> bool:
    if schema.get("format") == "binary":
        return True
    if _HIDDEN.search(value) or not schema.get("minLength", 0) <= len(value.strip()) <= schema.get("maxLength", len(value)):
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value, re.ASCII):
        return False
    try:
        match schema.get("format"):
            case "uuid":
                return str(UUID(value)) == value
            case "date":
                return 1900 <= date.fromisoformat(value).year <= 2100
            case "date-time":
                moment = datetime.fromisoformat(value)
                return moment.tzinfo is not None and 1900 < moment.year <= 2100
    except ValueError:
        return False
    return True

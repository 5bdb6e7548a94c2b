"""One OpenAPI document out of several: the gateway's own, and of the services' what the allow-list lets pass."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from services.gateway.api.passages import TASK, Passage
from services.gateway.clients.documents import Document

_REF = "#/components/schemas/"
_TASK = {
    "schema": {"type": "string", "pattern": TASK},
    "description": "任务编号，须原样使用。Opaque: as the list of tasks gives it.",
    "example": "projects.0192f0c1-7d3e-7000-8000-0000000000aa",
}

Schemas = dict[str, Any]


def joined(own: Document, documents: Mapping[str, Document | None], passages: Iterable[Passage]) -> Document:
    """Join the documents; what stands twice is taken from the first who has it, who is missing is named."""
    whole = deepcopy(own)
    for service, document in documents.items():
        if document is not None:
            _add(whole, service, deepcopy(document), [passage for passage in passages if service in passage.services])
    if silent := [service for service, document in documents.items() if document is None]:
        whole["info"]["description"] += f"\n\n以下服务暂无应答，其操作未列出。Not listed, for they do not answer: {', '.join(silent)}."
    return whole


def _add(whole: Document, service: str, document: Document, passages: Iterable[Passage]) -> None:
    operations = _wanted(whole, document, passages)
    theirs: Schemas = document.get("components", {}).get("schemas", {})
    ours: Schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    needed = _reached(_refs([operation for _, _, operation in operations]), theirs)
    names = {name: _name_for(name, service, ours, theirs) for name in needed}
    ours.update({names[name]: _renamed(schema, names) for name, schema in needed.items()})
    for path, method, operation in operations:
        _put(whole, service, path, method, _renamed(operation, names))
    _put_security(whole, document)


def _wanted(whole: Document, document: Document, passages: Iterable[Passage]) -> list[tuple[str, str, Any]]:
    """Find the operations that may pass and are not there yet; the names in a path do not matter."""
    known = {(_shape(path), method) for path, item in whole["paths"].items() for method in item}
    allowed = {(_shape(passage.path), passage.method.lower()) for passage in passages} - known
    theirs = [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]
    return [(path, method, operation) for path, method, operation in theirs if (_shape(path), method) in allowed]


def _put(whole: Document, service: str, path: str, method: str, operation: Any) -> None:
    """Put an operation in, under an id that nobody has; a task's id is any service's."""
    taken = {each.get("operationId") for item in whole["paths"].values() for each in item.values()}
    if operation.get("operationId") in taken:
        operation["operationId"] = f"{service}_{operation['operationId']}"
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and path.startswith("/v1/tasks/"):
            parameter.update(_TASK)
    whole["paths"].setdefault(path, {})[method] = operation


def _put_security(whole: Document, document: Document) -> None:
    schemes = whole["components"].setdefault("securitySchemes", {})
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        schemes.setdefault(name, scheme)


def _name_for(name: str, service: str, ours: Schemas, theirs: Schemas) -> str:
    """Keep a name that is free or means the same there, down to the last schema that it refers to; else put the service before it."""
    new = name
    while new in ours and (new != name or _reached([name], ours) != _reached([name], theirs)):
        new = f"{service}_{new}"
    return new


def _reached(names: Iterable[str], schemas: Schemas) -> Schemas:
    """Gather the named schemas and all that they refer to."""
    found: Schemas = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in found:
            found[name] = schemas[name]
            waiting += _refs(schemas[name])
    return found


def _refs(value: Any) -> list[str]:
    """List the schemas that a piece of a document names, whether in `$ref` or in a discriminator's mapping."""
    if isinstance(value, str):
        return [value.removeprefix(_REF)] if value.startswith(_REF) else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for part in parts for name in _refs(part)]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith(_REF):
        name = value.removeprefix(_REF)
        return _REF + names.get(name, name)
    if isinstance(value, dict):
        return {name: _renamed(part, names) for name, part in value.items()}
    return [_renamed(part, names) for part in value] if isinstance(value, list) else value


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)

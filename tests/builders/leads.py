"""Leads as the sources bring them."""

from itertools import count
from typing import Any

from tests.builders.people import a_member
from tests.fixtures.tokens import HOME

_serial = count(1)


def a_source_number() -> str:
    return f"RX2021-{next(_serial):06}"


def a_person_lead(*, area: str = HOME, person: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A lead of the hotline on somebody who is registered nowhere, unless the person is somebody's member."""
    member = person or a_member()
    who = {"name": member["name"], "id_number": member["id_number"], "phone": member["phone"], "area": area}
    body = {"person": who, "channel": "hotline", "source_number": a_source_number(), "hardships": ["illness"], "note": "来电反映家中有人住院"}
    return {**body, **changes}

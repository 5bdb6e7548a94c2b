"""Which member of a household a row of a file means: by the ID number, by the id that this system exported, or by name and day of birth (R52)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from services.monitoring.domain.files.verdicts import Fault
from services.monitoring.domain.register.form_rows import is_named
from shared.kernel.sheets import MASK


class Member(Protocol):
    """A member as registered. Who has no number has no index."""

    @property
    def id(self) -> UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def born_on(self) -> date | None: ...

    @property
    def id_number_index(self) -> bytes | None: ...


M = TypeVar("M", bound=Member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a row says of whom it means. `index` is that of the ID number, where it is written in full."""

    index: bytes | None
    person: UUID | None
    name: str | None
    born_on: date | None


def find(meant: Meant, members: Sequence[M]) -> tuple[M | None, list[Fault]]:
    """Find whom a row means, or say why that is nobody; then what it says of the member beside that is held against what is registered."""
    column, found = _found(meant, members)
    if column is None:
        return None, [("id_number", "who_is_meant")]
    if len(found) != 1:
        return None, [(column, "several_alike" if found else "no_such_member")]
    (member,) = found
    faults: list[tuple[Fault, bool]] = [
        (("person", "no_such_member"), meant.person not in (None, member.id)),
        (("name", "name_differs"), meant.name is not None and not is_named(meant.name, member.name)),
        (("born_on", "born_on_differs"), None not in (meant.born_on, member.born_on) and meant.born_on != member.born_on),
    ]
    return member, [fault for fault, is_so in faults if is_so]


def _found(meant: Meant, members: Sequence[M]) -> tuple[str | None, list[M]]:
    """Name the column by which somebody is looked for, and who that is."""
    if meant.index is not None:
        return "id_number", [member for member in members if member.id_number_index == meant.index]
    if meant.person is not None:
        return "person", [member for member in members if member.id == meant.person]
    if meant.name is None or MASK in meant.name or meant.born_on is None:
        return None, []
    return "name", [member for member in members if (member.name, member.born_on) == (meant.name, meant.born_on)]

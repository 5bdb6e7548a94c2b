"""What a row of a file says of a collection form (R16, R52; plan ch.1 s.1, ch.3 s.3).

Promises: an empty cell leaves what is registered, the sign clears it, and what comes of it is held against the same rules as a form that is filled
in by hand. What is missing in it is told, and refuses nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from services.monitoring.domain.files.verdicts import Fault, Verdict, refused
from services.monitoring.domain.register.forms import HouseholdForm, PersonForm, checked_household, checked_person
from shared.kernel.errors import Invalid
from shared.kernel.jobs import Strategy
from shared.kernel.people import PersonName
from shared.kernel.sheets import CLEAR, MASK, Outcome

F = TypeVar("F", HouseholdForm, PersonForm)
Read = Callable[[str, Any], Any]

UNFILLED = "unfilled"
_SITE_CODE = re.compile(r"[0-9A-Za-z-]{1,30}")
_COLUMN_OF = {"medical_insurance": "residents_medical_insurance"}


def filled(held: F | None, said: Mapping[str, str | None], kind: type[F]) -> F:
    """Put what a row says into the form that holds: cells as they were cleaned, codes for words."""
    before = held or kind()
    given = {name: (text, read) for name, read in _READERS[kind].items() if (text := said.get(name)) is not None}
    return replace(before, **{name: None if text == CLEAR else read(text, getattr(before, name)) for name, (text, read) in given.items()})


def contradictions(form: HouseholdForm | PersonForm) -> list[Fault]:
    """Name the columns in which a form contradicts itself, by the same rules as one that is filled in by hand."""
    if isinstance(form, HouseholdForm) and form.resettlement_site_code and not _SITE_CODE.fullmatch(form.resettlement_site_code):
        return [("resettlement_site_code", "site_code")]
    try:
        checked_household(form) if isinstance(form, HouseholdForm) else checked_person(form)
    except Invalid as refusal:
        return [(field.removeprefix("body."), code_of(type(refusal))) for field in refusal.fields]
    return []


def code_of(refusal: type[Invalid]) -> str:
    """Give the code by which a refusal is told of a row: its name, in the way of codes."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", refusal.__name__).lower()


def sentences_of(*refusals: type[Invalid]) -> dict[str, tuple[str, str]]:
    """Give the sentences of refusals, by their codes, as they stand beside a cell."""
    return {code_of(each): (each.sentence.rstrip("。"), each.english.rstrip(".")) for each in refusals}


def is_named(said: str, registered: str) -> bool:
    """Say whether a name, or one as this system masks it, is the registered one."""
    return said == (str(PersonName(registered)) if MASK in said else registered)


def notes(missing: Sequence[str]) -> list[Fault]:
    """Write what is missing in a form as notes on its columns."""
    return [(_COLUMN_OF.get(name, name), UNFILLED) for name in missing]


def ahead(day: date, today: date) -> list[Fault]:
    """Refuse a day that has not come."""
    return [("effective_from", "not_yet_happened")] if day > today else []


def judged(faults: Sequence[Fault], strategy: Strategy, *, held: bool, changes: bool, missing: Sequence[Fault]) -> Verdict:
    """Say what becomes of a row.

    :param held: a form was in force on the day.
    :param changes: the row says something else than what held.
    """
    if faults:
        return refused(faults)
    if strategy is Strategy.UPDATE and not held:
        return refused([("household_number", "not_filled_yet")])
    if not changes or (held and strategy is Strategy.CREATE):
        return Verdict(outcome=Outcome.UNCHANGED, faults=missing)
    return Verdict(outcome=Outcome.UPDATED if held else Outcome.CREATED, faults=missing)


def _reader(hint: Any) -> Read:
    """Give what reads a cell's text as the value of a field."""
    (kind,) = (each for each in get_args(hint) if each is not NoneType)
    if get_origin(kind) is not None:
        return _several(*get_args(kind))
    return _yes if kind is bool else lambda text, _: kind(text)


def _yes(text: str, _: Any) -> bool:
    return text == "true"


def _several(kind: type[StrEnum]) -> Read:
    """Read what holds at once; it has no order, and the same stays as it stands."""

    def read(text: str, before: Any) -> Any:
        said = set(map(kind, text.split(",")))
        return before if said == set(before or ()) else tuple(sorted(said))

    return read


_READERS: Mapping[type, Mapping[str, Read]] = {
    kind: {name: _reader(hint) for name, hint in get_type_hints(kind).items()} for kind in (HouseholdForm, PersonForm)
}

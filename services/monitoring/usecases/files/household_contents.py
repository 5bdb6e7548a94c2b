"""What a household's form says before a row of a file and after it, and how the later one is kept.

The secrets of a form are bound to the household, so that the next form may bear them on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.register.form_rows import filled
from services.monitoring.domain.register.forms import HouseholdForm
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.domain.register.timeline import EVER, on, place_of
from services.monitoring.store.files.forms import Kept
from services.monitoring.store.register.forms import columns, household_form
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.sheets import CLEAR

TABLE = "household_form"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledHousehold:
    """A household with all its forms, the earliest first, and the day that a row is about."""

    household: Row[Any]
    history: Sequence[Any]
    day: date

    @property
    def held(self) -> Any:
        """The form that held on the day."""
        return on(self.history, self.day)

    @property
    def nearest(self) -> Any:
        """The one that held, or the first that is known: before it, it is the nearest to what was."""
        held = self.held
        return held if held is not None else next(iter(self.history), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a form says, its secrets open."""

    form: HouseholdForm
    kind: HouseholdKind
    secrets: Mapping[str, str]


def contents_of(row: Row[Any], filed: FiledHousehold, tx: Transaction) -> tuple[Contents, Contents]:
    """Say what held on the day of a row, and what holds with it."""
    held, nearest = filed.held, filed.nearest
    form = None if held is None else household_form(held)
    kind = HouseholdKind(filed.household.kind if nearest is None else nearest.kind)
    kept = {} if held is None or not held.secrets else tx.vault.open(held.secrets, table=TABLE, row=filed.household.id)
    said = tx.vault.open(row.secrets, table=TABLE, row=row.record_id) if row.secrets else {}
    before = Contents(form=form or HouseholdForm(), kind=kind, secrets=kept)
    return before, Contents(
        form=filled(form, row.fields, HouseholdForm),
        kind=HouseholdKind(row.fields.get("kind") or kind),
        secrets={name: value for name, value in {**kept, **said}.items() if value != CLEAR},
    )


def kept_as(contents: Contents, filed: FiledHousehold, tx: Transaction) -> Kept:
    """Write a form for its place.

    Where nothing is written down and the kind changes, it is written too of which kind the household was until then: since ever, for nobody said
    since when.
    """
    household = filed.household
    place = place_of(filed.history, filed.day)
    first: dict[str, Any] = {}
    if not filed.history and contents.kind != household.kind:
        until_then = Contents(form=HouseholdForm(), kind=household.kind, secrets={})
        first = {**_columns(until_then, filed, tx), "valid_from": EVER, "valid_to": filed.day}
    kind = contents.kind if place.valid_to is None else household.kind
    return Kept(subject=household.id, place=place, content=_columns(contents, filed, tx), first=first, household=household.id, kind=kind)


def _columns(contents: Contents, filed: FiledHousehold, tx: Transaction) -> dict[str, Any]:
    household, nearest = filed.household, filed.nearest
    return {
        "county_code": household.county_code,
        "id": new_id(),
        "household_id": household.id,
        "area_code": household.area_code,
        "kind": contents.kind,
        "village_code": household.area_code if nearest is None else nearest.village_code,
        "secrets": tx.vault.seal(dict(contents.secrets), table=TABLE, row=household.id) if contents.secrets else None,
        **columns(contents.form),
    }

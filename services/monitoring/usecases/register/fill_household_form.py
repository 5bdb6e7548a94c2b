"""Fill in the collection form of a household, from a day on."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row

from services.monitoring.domain.register import codes
from services.monitoring.domain.register.forms import HouseholdForm, checked_household
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.domain.register.timeline import EVER, on, place_of
from services.monitoring.store.register import forms, households
from shared.database.transaction import Transaction
from shared.kernel.errors import NotYetHappened
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Address, BankAccount, Day, Phone, Quantity, SafeText, SiteCode, YesNo, command


@command
class FillHouseholdForm:
    """All that is known of a household, as it holds from a day on: today, or a past day for a late correction.

    What is left out is not known. Only the kind, the address, the phone and the account, which are shown masked or elsewhere, stay as they were.
    """

    effective_from: Day
    kind: HouseholdKind | None = None
    address: Address | None = None
    phone: Phone | None = None
    bank_account: BankAccount | None = None
    bank: SafeText | None = None
    natural_village: SafeText | None = None
    resettlement_site_code: SiteCode | None = None
    whole_without_labour: YesNo | None = None
    farmland: Quantity | None = None
    pasture: Quantity | None = None
    water_surface: Quantity | None = None
    forest: Quantity | None = None
    returned_farmland: Quantity | None = None
    orchard: Quantity | None = None
    road_kind: codes.RoadKind | None = None
    road_distance: Quantity | None = None
    house_grade: codes.HouseGrade | None = None
    house_area: Quantity | None = None
    fuel: codes.Fuel | None = None
    water_safe: YesNo | None = None
    electricity: YesNo | None = None
    television: YesNo | None = None
    sanitary_toilet: YesNo | None = None
    cooperative: YesNo | None = None
    leading_enterprise: YesNo | None = None
    driven_by_leader: YesNo | None = None
    industry_kind: codes.IndustryKind | None = None
    house_problem: YesNo | None = None
    schooling_problem: YesNo | None = None
    water_problem: YesNo | None = None
    insurance_problem: YesNo | None = None


class FormFilled(BaseModel):
    """The household's new version, and the days between which the form holds."""

    id: UUID
    version: int
    valid_from: date
    valid_to: date | None


async def fill_household_form(household_id: HouseholdId, filled: FillHouseholdForm, tx: Transaction, *, expected: int) -> FormFilled:
    """Keep a household's form from a day on (R16, R52; plan ch.1 s.1, ch.3 s.3); what holds from a later day on stays as it is.

    :raises NotFound: there is no such household here; HouseholdGone: it was struck off.
    :raises Stale: somebody changed it.
    :raises NotYetHappened: the day lies ahead.
    :raises WaterSaysBoth: the form contradicts itself; likewise HouseSaysBoth.
    """
    household = await held_as_seen(household_id, expected, tx)
    day = come(filled.effective_from, tx)
    form = checked_household(form_of(filled, HouseholdForm))
    rows = await forms.of_household(household_id, tx)
    if not rows and filled.kind not in (None, household.kind):
        rows = await _begin(household, tx)
    place, before = place_of(rows, day), on(rows, day)
    nearest = before if before is not None else next(iter(rows), None)  # before the first that is known, what it says is the nearest to what was
    kept = {
        "id": new_id(),
        "kind": filled.kind or (nearest.kind if nearest is not None else household.kind),
        "village_code": nearest.village_code if nearest is not None else household.area_code,
        "secrets": _sealed(filled, before, household_id, tx),
        **forms.columns(form),
    }
    await forms.put_household(household, kept, place, tx)
    await households.amend(household_id, kept["kind"] if place.valid_to is None else household.kind, tx)
    return FormFilled(id=household_id, version=expected + 1, valid_from=place.valid_from, valid_to=place.valid_to)


async def held_as_seen(household_id: HouseholdId, expected: int, tx: Transaction) -> Row[Any]:
    """Hold a household that is still as the caller saw it.

    :raises NotFound: there is no such household here; HouseholdGone: it was struck off.
    :raises Stale: somebody changed it.
    """
    as_seen((await households.get(household_id, tx)).version, expected)
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    return household


def come(day: date, tx: Transaction) -> date:
    """Hold the day from which something holds against today.

    :raises NotYetHappened: it lies ahead.
    """
    if day > local_day(tx.now):
        raise NotYetHappened("body.effective_from")
    return day


def form_of(filled: Any, kind: type[Any]) -> Any:
    """Take from what was filled in the fields of a form."""
    return kind(**{name: getattr(filled, name) for name in kind.__dataclass_fields__})


async def _begin(household: Row[Any], tx: Transaction) -> Sequence[Any]:
    """Note, before the first form says otherwise, of which kind the household was until then and where: since ever, for nobody said since when."""
    first = {"id": new_id(), "kind": household.kind, "village_code": household.area_code, "secrets": None, **forms.columns(HouseholdForm())}
    await forms.put_household(household, first, place_of([], EVER), tx)
    return await forms.of_household(HouseholdId(household.id), tx)


def _sealed(filled: FillHouseholdForm, before: Row[Any] | None, household_id: HouseholdId, tx: Transaction) -> bytes | None:
    """Seal what is secret of a form, bound to the household, so that the next form may bear it on; what is left out stays as it was on the day."""
    kept = tx.vault.open(before.secrets, table="household_form", row=household_id) if before is not None and before.secrets else {}
    given = {"address": filled.address and filled.address.full, "phone": filled.phone and filled.phone.number, "bank": filled.bank}
    given["bank_account"] = filled.bank_account and filled.bank_account.number
    kept |= {name: value for name, value in given.items() if value is not None}
    return tx.vault.seal(kept, table="household_form", row=household_id) if kept else None

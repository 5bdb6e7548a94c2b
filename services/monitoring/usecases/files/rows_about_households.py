"""What rows about households have in common, whatever they say, as they lie on the stage."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.files.verdicts import Fault
from services.monitoring.domain.register.households import HouseholdStatus
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


def faults_of(row: Row[Any], household: Row[Any] | None) -> list[Fault]:
    """Name what is wrong with a row before what it says is looked at; of one whose cells could not be read, only that."""
    unread: list[Fault] = [(field, code) for field, code in [*(row.cell_faults or ()), *(row.file_faults or ())]]
    if unread:
        return unread
    if household is None:
        return [("household_number", "no_such_household")]
    village = row.fields.get("village")
    found: list[tuple[Fault, bool]] = [
        (("household_number", "household_gone"), household.status == HouseholdStatus.GONE),
        (("village", "other_village"), bool(village) and village != household.area_code),
    ]
    return [fault for fault, is_so in found if is_so]


def day_of(row: Row[Any], tx: Transaction) -> date:
    """Read from which day on a row holds: today, where it does not say so."""
    said = row.fields.get("effective_from")
    return date.fromisoformat(said) if said else local_day(tx.now)

"""What a request may ask for: each change by the command that makes it, and how it is made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from services.monitoring.domain.register.change_requests import ChangeAct
from services.monitoring.domain.register.people import Certificate, Sex
from services.monitoring.usecases.register.changes.correct_person import CorrectPerson, correct_person
from services.monitoring.usecases.register.changes.merge_households import MergeHousehold, merge_households
from services.monitoring.usecases.register.changes.split_household import SplitHousehold, split_household
from services.monitoring.usecases.register.changes.strike_off_household import StrikeOffHousehold, strike_off_household
from services.monitoring.usecases.register.changes.transfer_household import TransferHousehold, transfer_household
from services.monitoring.usecases.register.county_transfers.ask_for_transfer import TransferAcrossCounties, ask_for_transfer
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, PersonId
from shared.wire import CertificateNumber, Day, DocumentNumber, IdNumber, PersonName, SafeText, part

Make = Callable[[HouseholdId, Any, Transaction, int], Awaitable[Any]]


@part
class RequestedCorrection:
    """Of whom the name or who it is is wrong, and what is right."""

    person_id: UUID
    name: PersonName | None = None
    certificate: Certificate | None = None
    id_number: IdNumber | None = None
    certificate_number: CertificateNumber | None = None
    born_on: Day | None = None
    sex: Sex | None = None
    reason: SafeText
    document_number: DocumentNumber | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may be asked for: the command as it is kept, and the use case that it is for."""

    command: type[Any]
    make: Make


async def _split(household: HouseholdId, asked: SplitHousehold, tx: Transaction, expected: int) -> Any:
    return await split_household(household, asked, tx, expected=expected)


async def _merge(household: HouseholdId, asked: MergeHousehold, tx: Transaction, expected: int) -> Any:
    return await merge_households(household, asked, tx, expected=expected)


async def _transfer(household: HouseholdId, asked: TransferHousehold, tx: Transaction, expected: int) -> Any:
    return await transfer_household(household, asked, tx, expected=expected)


async def _strike_off(household: HouseholdId, asked: StrikeOffHousehold, tx: Transaction, expected: int) -> Any:
    return await strike_off_household(household, asked, tx, expected=expected)


async def _correct(_: HouseholdId, asked: RequestedCorrection, tx: Transaction, expected: int) -> Any:
    right = CorrectPerson(**{each.name: getattr(asked, each.name) for each in fields(asked) if each.name != "person_id"})  # pyright: ignore[reportArgumentType]
    return await correct_person(PersonId(asked.person_id), right, tx, expected=expected)


async def _transfer_across(household: HouseholdId, asked: TransferAcrossCounties, tx: Transaction, expected: int) -> Any:
    return await ask_for_transfer(household, asked, tx, expected=expected)


CHANGES: Mapping[ChangeAct, Change] = {
    ChangeAct.SPLIT: Change(SplitHousehold, _split),
    ChangeAct.MERGE: Change(MergeHousehold, _merge),
    ChangeAct.TRANSFER: Change(TransferHousehold, _transfer),
    ChangeAct.STRIKE_OFF: Change(StrikeOffHousehold, _strike_off),
    ChangeAct.CORRECTION: Change(RequestedCorrection, _correct),
    ChangeAct.COUNTY_TRANSFER: Change(TransferAcrossCounties, _transfer_across),
}

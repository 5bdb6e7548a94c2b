"""Set right what was written wrongly of a person (信息更正)."""

from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.register.forms import with_disability
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.domain.register.people import Certificate, Identity, Sex, corrected
from services.monitoring.store.register import corrections, forms, households, lineage, residents
from services.monitoring.usecases.register.changes.said import HouseholdNow, act_of
from services.monitoring.usecases.register.register_household import RegisteredElsewhere
from shared.database.transaction import Transaction
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.ids import PersonId
from shared.kernel.people import IdNumber as Number
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import CertificateNumber, Day, DocumentNumber, IdNumber, PersonName, SafeText, command


@command
class CorrectPerson:
    """The right name, or who it is: the ID number, which says day of birth and sex, or another certificate.

    Who had no number gets one so. An ID number may be that of a disability certificate (20 or 22 characters): its class and grade go into the form.
    """

    name: PersonName | None = None
    certificate: Certificate | None = None
    id_number: IdNumber | None = None
    certificate_number: CertificateNumber | None = None
    born_on: Day | None = None
    sex: Sex | None = None
    reason: SafeText
    document_number: DocumentNumber | None = None


_WHO = ("certificate", "id_number", "certificate_number", "born_on", "sex")


class NothingCorrected(Invalid):
    sentence = "请写明更正后的姓名、证件、出生日期或性别。"
    english = "Say what is right: the name, the certificate, the day of birth or the sex."


async def correct_person(person_id: PersonId, asked: CorrectPerson, tx: Transaction, *, expected: int) -> HouseholdNow:
    """Correct a person's name, or who it is (R52; plan ch.3 s.3); the register of the prefecture follows. The version is the household's.

    :raises NotFound: the person lives in no household of the caller's area.
    :raises Stale: somebody changed the household.
    :raises NothingCorrected: nothing is given.
    :raises NumberMissing: it is not said who it is; likewise NumberOfAnotherKind, NumberSaysOtherwise, BornOnAndSexMissing, NotYetHappened.
    :raises RegisteredElsewhere: somebody is registered under that number, wherever that is.
    """
    person = await corrections.get(person_id, tx)
    home = await residents.home_of(person_id, tx)
    if home is None:
        raise NotFound
    household = await households.hold(home, tx)
    as_seen(household.version, expected)
    if all(getattr(asked, name) is None for name in ("name", *_WHO)):
        raise NothingCorrected("body.name", *(f"body.{name}" for name in _WHO))

    if any(getattr(asked, name) is not None for name in _WHO):
        await _identify(person, asked, tx)
    if asked.id_number and asked.id_number.disability:
        await _note_disability(person_id, asked.id_number, household, tx)
    if asked.name is not None:
        await corrections.rename(person_id, asked.name, tx)
    act = act_of(LineageAct.CORRECTION, tx, reason=asked.reason, document_number=asked.document_number)
    place = Home(household_id=home, village=household.area_code)
    await lineage.add(entries(act, place, place, files_of=[place]), tx)
    return HouseholdNow(id=home, version=await households.changed(home, tx), status=household.status)


async def _identify(person: Row[Any], asked: CorrectPerson, tx: Transaction) -> None:
    identity: Identity = corrected(
        "body", corrections.identity_of(person, tx), **{name: getattr(asked, name) for name in _WHO}, today=local_day(tx.now)
    )
    if not await corrections.identify(person, identity, tx):
        raise RegisteredElsewhere("body.id_number" if identity.id_number else "body.certificate_number")


async def _note_disability(person_id: PersonId, number: Number, household: Row[Any], tx: Transaction) -> None:
    """Let the person's form say from today on what the number of the disability certificate says."""
    today = local_day(tx.now)
    held = (await forms.of_people_on([person_id], today, tx)).get(person_id)
    await forms.put_person(person_id, household, with_disability(held, number.disability), today, tx)

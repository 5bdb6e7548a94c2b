"""Set right what was written wrongly of a person (信息更正)."""

from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.register import corrections, households, lineage, residents
from services.monitoring.usecases.register.changes.said import HouseholdNow, act_of
from services.monitoring.usecases.register.register_household import RegisteredElsewhere
from shared.database.transaction import Transaction
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.ids import PersonId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, IdNumber, PersonName, SafeText, command


@command
class CorrectPerson:
    """The right name, or the right ID number, and with it the date of birth."""

    name: PersonName | None = None
    id_number: IdNumber | None = None
    reason: SafeText
    document_number: DocumentNumber | None = None


class NothingCorrected(Invalid):
    sentence = "请写明更正后的姓名或身份证号码。"
    english = "Say what is right: the name or the ID number."


async def correct_person(person_id: PersonId, asked: CorrectPerson, tx: Transaction, *, expected: int) -> HouseholdNow:
    """Correct a person's name or ID number (R52; plan ch.3 s.3); the register of the prefecture follows. The version is the household's.

    :raises NotFound: the person lives in no household of the caller's area.
    :raises Stale: somebody changed the household.
    :raises NothingCorrected: neither is given.
    :raises RegisteredElsewhere: somebody is registered under that number, wherever that is.
    """
    person = await corrections.get(person_id, tx)
    home = await residents.home_of(person_id, tx)
    if home is None:
        raise NotFound
    household = await households.hold(home, tx)
    as_seen(household.version, expected)
    if asked.name is None and asked.id_number is None:
        raise NothingCorrected("body.name", "body.id_number")

    if asked.id_number is not None and not await corrections.renumber(person, asked.id_number, tx):
        raise RegisteredElsewhere("body.id_number")
    if asked.name is not None:
        await corrections.rename(person_id, asked.name, tx)
    act = act_of(LineageAct.CORRECTION, tx, reason=asked.reason, document_number=asked.document_number)
    place = Home(household_id=home, village=household.area_code)
    await lineage.add(entries(act, place, place, files_of=[place]), tx)
    return HouseholdNow(id=home, version=await households.changed(home, tx), status=household.status)

"""Publish how urgent a lead is that names a hardship (预警分级)."""

from typing import Literal

from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store import law
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.wire import Day, DocumentNumber, command


@command
class PublishGradeRule:
    """What a hardship of a group of people is graded, from which day, by which document.

    An area's latest day replaces what holds there of the hardship for all groups: whoever is not named from that day on is yellow.
    """

    population: Literal[Group.ANY, Group.LIFTED_OUT, Group.GENERAL] = Group.ANY
    grade: Grade
    effective_from: Day
    document_number: DocumentNumber


async def publish_grade_rule(area: str, hardship: Hardship, rule: PublishGradeRule, tx: Transaction) -> tuple[Published, bool]:
    """Publish what a hardship is graded in an area (R43; plan ch.3 s.1); say also whether it is new. A published row is never changed.

    :raises NotYourArea: the area is not the caller's.
    :raises PublishedAlready: another grade or document of these people holds from this day.
    """
    require_own_area(area, tx)
    kept = {
        "population": rule.population,
        "grade": rule.grade,
        "effective_from": rule.effective_from,
        "document_number": rule.document_number,
    }
    row_id, is_new = await law.publish_grade_rule(area, hardship, kept, tx)
    return Published(id=row_id, area=area, effective_from=rule.effective_from), is_new

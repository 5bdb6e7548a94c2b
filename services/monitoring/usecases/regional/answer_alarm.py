"""Answer a regional alarm as the county (区域预警答复)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.regional import alarms as rules
from services.monitoring.domain.regional.alarms import AlarmId, AlarmStatus, Assessment
from services.monitoring.store.regional import alarms
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, LongText, command
from shared.wire.evidence import Evidences, as_kept


@command
class AnswerAlarm:
    """What the county found and does; a real alarm names measures and the document of the prevention plan (防范预案)."""

    assessment: Assessment
    measures: Annotated[list[LongText], Field(max_length=10)] = Field(default_factory=list)
    prevention_plan: DocumentNumber | None = None
    evidence: Evidences


class AlarmAnswered(BaseModel):
    id: UUID
    version: int
    status: AlarmStatus
    answered_at: datetime


async def answer_alarm(alarm_id: AlarmId, said: AnswerAlarm, tx: Transaction, *, expected: int) -> AlarmAnswered:
    """Answer an open alarm (R40, R55; plan ch.3 s.3).

    :raises NotFound: there is no such alarm here; Conflict: it is not open; Stale: somebody changed it.
    :raises PlanMissing: it is real, without a plan or measures.
    """
    alarm = await alarms.get(alarm_id, tx)
    as_seen(alarm.version, expected)
    status = rules.answer(alarm, said.assessment, plan=said.prevention_plan, measures=said.measures, by=tx.actor.role)
    told = tx.vault.seal({"measures": list(said.measures)}, table="regional_alarm", row=alarm_id) if said.measures else None
    kept = {"becomes": status, "found": said.assessment, "plan": said.prevention_plan, "told": told, "proof": as_kept(said.evidence)}
    version = await alarms.answer(alarm, kept, tx, expected=expected)
    return AlarmAnswered(id=alarm_id, version=version, status=status, answered_at=tx.now)

"""Accept why data stay as they are (说明情况)."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.quality import findings as rules
from services.monitoring.domain.quality.findings import FindingId, FindingStatus
from services.monitoring.domain.quality.withheld import can_be_excused
from services.monitoring.store import law
from services.monitoring.store.quality import findings
from services.monitoring.usecases.quality.check_quality import rules_in_force
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Day, Evidences, LongText, command
from shared.wire.evidence import as_kept


@command
class ExcuseFinding:
    """Why, what proves it, and until when it holds: so long no check finds the same again while the facts stay as they are."""

    reason: LongText
    evidence: Evidences
    until: Day


class FindingChanged(BaseModel):
    id: UUID
    version: int
    status: FindingStatus


class FindingExcused(FindingChanged):
    until: date


async def excuse_finding(finding_id: FindingId, excuse: ExcuseFinding, tx: Transaction, *, expected: int) -> FindingExcused:
    """Excuse a finding (R59; plan ch.3 s.3).

    :raises NotFound: there is no such finding here.
    :raises Stale: somebody changed it.
    :raises Conflict: it is not open any more.
    :raises ExcuseWouldNotHold: a withheld fact of the rule may change unseen.
    :raises NotAboveTheOwner: it is another level's to say; ExcuseUnfit: the excuse ends too early or too late.
    """
    finding = await findings.get(finding_id, tx)
    as_seen(finding.version, expected)
    days = (await law.parameters_for(finding.area_code, tx)).number(Key.EXCUSE_DAYS)
    held = (await rules_in_force(finding.area_code, tx)).get(finding.rule_number)
    can_hold = held is None or can_be_excused(held.rule)
    status = rules.excuse(finding, until=excuse.until, today=local_day(tx.now), at_most_days=days, can_hold=can_hold, by=tx.actor.role)

    reason = tx.vault.seal({"reason": excuse.reason}, table="quality_finding", row=finding_id)
    said = {"becomes": status, "until": excuse.until, "reason": reason, "proof": as_kept(excuse.evidence)}
    version = await findings.excuse(finding, tx, expected=expected, **said)
    return FindingExcused(id=finding_id, version=version, status=status, until=excuse.until)

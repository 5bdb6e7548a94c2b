"""Check one household at once, by all rules that have something open on it (复核)."""

from services.monitoring.domain.quality import findings as rules
from services.monitoring.domain.quality.findings import FindingId
from services.monitoring.store import quality
from services.monitoring.store.quality import findings
from services.monitoring.usecases.quality.check_quality import check_one, rules_in_force
from services.monitoring.usecases.quality.excuse_finding import FindingChanged
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


async def recheck_finding(finding_id: FindingId, tx: Transaction, *, expected: int) -> FindingChanged:
    """Check the household of a finding as things are now; what was repaired is closed (R59; plan ch.3 s.3). It opens no lead.

    :raises NotFound: there is no such finding here.
    :raises Stale: somebody changed it.
    :raises Conflict: it is not open any more.
    """
    finding = await findings.get(finding_id, tx, held=True)
    as_seen(finding.version, expected)
    rules.recheck(finding, by=tx.actor.role)

    area, household_id = finding.area_code, finding.household_id
    in_force = await rules_in_force(area, tx)
    for number in await findings.rules_open_on(household_id, tx):
        if number in in_force:
            await check_one(in_force[number].rule, area, tx, household_id=household_id)
        else:
            await quality.close(number, area, tx)
    became = await findings.get(finding_id, tx)
    return FindingChanged(id=finding_id, version=became.version, status=became.status)

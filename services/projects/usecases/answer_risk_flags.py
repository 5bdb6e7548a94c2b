"""Answer what flags owe: open a task for each measure of ours, take it back when the flag is withdrawn."""

from services.projects.domain.tasks import NAME, kind_of
from services.projects.publications import present_tasks
from services.projects.store import tasks
from shared.database.transaction import Transaction
from shared.events import RiskFlag
from shared.events.monitoring import FlagStatus


async def answer_risk_flags(flags: list[RiskFlag], tx: Transaction) -> None:
    """Answer every measure that is ours, always, and say how each task stands (R45; plan ch.3 s.2); all flags are of one county.

    Tasks follow a household that came to another village. An eliminated flag lets running tasks run; a withdrawn one takes them back, even one
    that was never heard of before; a measure that is taken back alone takes back its task alone.
    """
    county_code = flags[0].county_code
    wanted = [flag.task_for(owed, kind=kind_of(owed.measure)) for flag in flags for owed in flag.owed if owed.service == NAME]
    if not wanted:
        return
    await tasks.add_missing(wanted, tx)
    if changed := {flag.id: flag.area_code for flag in flags if flag.version > 1}:
        await tasks.follow(changed, county_code, tx)
    taken_back = [flag.id for flag in flags if flag.status is FlagStatus.WITHDRAWN]
    if taken_back:
        await tasks.withdraw(taken_back, county_code, tx)
    if single := [owed.id for flag in flags for owed in flag.owed if owed.service == NAME and owed.taken_back]:
        await tasks.withdraw_measures(single, county_code, tx)
    tx.publish(*await present_tasks([task.owed_id for task in wanted], county_code, tx))

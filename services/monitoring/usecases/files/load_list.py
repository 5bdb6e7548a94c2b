"""Load a department's list: everybody on it is kept, and what the rules in force call for becomes leads (R41, R43, R57; plan ch.3 s.1 and s.3)."""

from collections.abc import Mapping

from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.store import signals
from services.monitoring.store.signals import Batch
from services.monitoring.usecases.signals.settle_signals import take_batch
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome


class ListLoad:
    """One run of loading a list of one kind."""

    def __init__(self, kind: DepartmentList) -> None:
        self._kind = kind

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find numbers that stand in the file more than once under one revision, and differ."""
        await signals.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        _, counts = await self._decide(part, tx)
        return counts

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Keep what is new in a slice and settle its leads; nobody else can take rows of the same group meanwhile.

        :raises ParameterMissing: no total limit is in force; likewise CalendarMissing.
        """
        await signals.hold(tx.actor.scope.county, self._kind.group, tx)
        batch, counts = await self._decide(part, tx)
        await take_batch(batch, tx)
        return counts

    async def _decide(self, part: Part, tx: Transaction) -> tuple[Batch, Mapping[Outcome, int]]:
        batch = Batch(county=tx.actor.scope.county, kind=self._kind, id=part.job.id, job=part.job.id)
        await signals.begin(tx)
        await signals.fill_from_stage(part, batch, tx)
        await signals.decide(batch, tx)
        return batch, await signals.tell(part.job.id, tx)

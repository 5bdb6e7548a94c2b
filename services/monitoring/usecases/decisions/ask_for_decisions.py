"""Ask for decisions about many things: a job, in which the use case that decides one thing decides each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from shared.database.jobs import items
from shared.database.jobs.items import Item
from shared.database.transaction import Transaction
from shared.kernel.areas import counties_in
from shared.kernel.errors import Invalid
from shared.kernel.ids import new_id
from shared.kernel.jobs import DECISION, Atomic, JobId, JobState, Mode

WHOLE_AT_MOST = 50
"""What stands or falls together is one transaction, for whose households everybody else waits until its end."""


class TooManyItems(Invalid):
    sentence = "一次提交的件数超过上限，请分次提交。"
    english = "These are more than may be decided at once: ask for them in several parts."


class TwiceInList(Invalid):
    sentence = "同一事项在所提交的清单中出现两次。"
    english = "The same thing stands twice in the list."


class TooManyForWhole(Invalid):
    sentence = "“全部通过才办理”一次至多50件，且须同属一县；更多的请逐件办理（atomic=rows）。"
    english = "What is decided all or none is up to 50 things of one county; decide more of them each by itself (atomic=rows)."


class DecisionsAsked(BaseModel):
    """A job of decisions: watch it at `/v1/jobs/{id}`, its items at `/v1/jobs/{id}/rows`."""

    id: UUID
    version: int
    state: JobState
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDecide:
    """One thing to be decided.

    :param own: what is said of it alone, over what is said of all.
    :param county_code: where it lies, if the asker sees several counties.
    """

    subject_id: UUID
    expected: int
    own: Mapping[str, Any]
    county_code: str | None = None


async def ask_for_decisions(
    what: str, common: Mapping[str, Any], wanted: Sequence[ToDecide], tx: Transaction, *, mode: Mode, atomic: Atomic, field: str
) -> DecisionsAsked:
    """Keep a job of decisions, to be taken in the caller's name (plan ch.3); nothing is decided yet.

    :param common: what is said of all.
    :param field: how the request names the thing of an item.
    :raises TooManyItems: more than are let in at once; likewise TooManyForWhole.
    :raises TwiceInList: two items are about the same thing.
    :raises ParameterMissing: how many are let in, or how long results are kept, is not in force.
    """
    parameters = await law.parameters_for(tx.actor.area, tx)
    most = parameters.number(Key.DECISION_ITEMS)
    if len(wanted) > most:
        raise TooManyItems("body.items", detail=str(most))
    if twice := _twice([each.subject_id for each in wanted]):
        raise TwiceInList(*(f"body.items.{place}.{field}" for place in twice))
    home = counties_in(tx.actor.area)[0]
    counties = [each.county_code or home for each in wanted]
    if atomic is Atomic.ALL and (len(wanted) > WHOLE_AT_MOST or len(set(counties)) > 1):
        raise TooManyForWhole("body.atomic")
    job_id = JobId(new_id())
    sealed = tx.vault.seal(dict(common), table="job", row=job_id)
    arguments = {"mode": mode, "atomic": atomic, "common": {"sealed": sealed.hex()}}
    job = await jobs.ask(DECISION, what, arguments, tx, keep_days=parameters.number(Key.FILE_DAYS), job_id=job_id)
    numbered = [Item(row=row, subject_id=each.subject_id, expected=each.expected, own=each.own) for row, each in enumerate(wanted, start=1)]
    await items.put(job, numbered, tx, counties=counties)
    return DecisionsAsked(id=job.id, version=job.version, state=job.state, items=len(numbered))


def _twice(ids: Sequence[UUID]) -> list[int]:
    """Name the places of what stands earlier in a list already."""
    seen: set[UUID] = set()
    return [place for place, each in enumerate(ids) if each in seen or seen.add(each)]

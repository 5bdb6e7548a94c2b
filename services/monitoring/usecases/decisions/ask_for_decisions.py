"""Ask for decisions about many things: a job, in which the use case that decides one thing decides each."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

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


class ManyDecisions(Protocol):
    """What every request for decisions says beside what is decided.

    Each item names its thing and the `version` that was seen; what else it says stands over what is said of all.
    """

    @property
    def mode(self) -> Mode: ...
    @property
    def atomic(self) -> Atomic: ...
    @property
    def items(self) -> Sequence[Any]: ...


async def ask_for_decisions(
    what: str, said: object, asked: ManyDecisions, tx: Transaction, *, field: str, counties: Mapping[UUID, str] | None = None
) -> DecisionsAsked:
    """Keep a job of decisions, to be taken in the caller's name (plan ch.3); nothing is decided yet.

    :param said: the command that is said of all.
    :param field: how an item names its thing.
    :param counties: where the things lie, if the asker sees several counties.
    :raises TooManyItems: more than are let in at once; likewise TooManyForWhole.
    :raises TwiceInList: two items are about the same thing.
    :raises ParameterMissing: how many are let in, or how long results are kept, is not in force.
    """
    parameters = await law.parameters_for(tx.actor.area, tx)
    most = parameters.number(Key.DECISION_ITEMS)
    if len(asked.items) > most:
        raise TooManyItems("body.items", detail=str(most))
    things: list[UUID] = [getattr(each, field) for each in asked.items]
    if twice := _twice(things):
        raise TwiceInList(*(f"body.items.{place}.{field}" for place in twice))
    home, known = counties_in(tx.actor.area)[0], counties or {}
    lie_in = [known.get(thing, home) for thing in things]
    if asked.atomic is Atomic.ALL and (len(things) > WHOLE_AT_MOST or len(set(lie_in)) > 1):
        raise TooManyForWhole("body.atomic")
    job_id = JobId(new_id())
    sealed = tx.vault.seal(TypeAdapter(type(said)).dump_python(said, mode="json"), table="job", row=job_id)
    arguments = {"mode": asked.mode, "atomic": asked.atomic, "common": {"sealed": sealed.hex()}}
    job = await jobs.ask(DECISION, what, arguments, tx, keep_days=parameters.number(Key.FILE_DAYS), job_id=job_id)
    await items.put(job, _numbered(asked.items, things, field), tx, counties=lie_in)
    return DecisionsAsked(id=job.id, version=job.version, state=job.state, items=len(things))


def _numbered(said: Sequence[Any], things: Sequence[UUID], field: str) -> list[Item]:
    """Number the items, each with what is said of it alone."""
    alone = TypeAdapter(Sequence[Any]).dump_python(said, mode="json", exclude_none=True, exclude={"__all__": {field, "version"}})
    return [
        Item(row=row, subject_id=thing, expected=each.version, own=own)
        for row, (thing, each, own) in enumerate(zip(things, said, alone, strict=True), start=1)
    ]


def _twice(ids: Sequence[UUID]) -> list[int]:
    """Name the places of what stands earlier in a list already."""
    seen: set[UUID] = set()
    return [place for place, each in enumerate(ids) if each in seen or seen.add(each)]

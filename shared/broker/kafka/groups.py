"""Listening: in each of its groups this process is a member, built anew after every trouble."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from shared.broker import Batch
from shared.broker.kafka.clients import QUESTION_SECONDS, Clients
from shared.broker.kafka.guards import LEAVE_SECONDS
from shared.broker.kafka.member import Member
from shared.broker.kafka.topics import Topics
from shared.broker.kafka.watch import Watch

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_HEALTHY_SECONDS = 30.0


class Groups:
    """The memberships of one process, under the name it was given or one made up."""

    def __init__(self, clients: Clients, topics: Topics, watch: Watch, name: str | None) -> None:
        self._clients = clients
        self._topics = topics
        self._watch = watch
        self._made_up = name is None
        self._name = name or uuid4().hex
        self._members: set[Member] = set()
        self._places: set[tuple[str, int]] = set()

    async def batches(self, topics: Sequence[str], *, group: str, limit: int) -> AsyncGenerator[Batch, None]:
        """Deliver until the broker is closed or the caller has enough."""
        self._topics.want(topics)
        self._watch.start()
        pause, one_by_one = _FIRST_PAUSE_SECONDS, False
        with self._place(group) as name:
            while not self._clients.closing.is_set():
                member = Member(self._clients, topics, group=group, name=name, one_by_one=one_by_one)
                joined, leaving = time.monotonic(), True
                try:
                    await self._join(member, topics)
                    while not self._clients.closing.is_set():
                        if batch := await member.take(limit):
                            yield batch
                            member.take_back_unsettled()
                except Exception as trouble:
                    leaving, one_by_one = False, isinstance(trouble, UnicodeDecodeError)
                    self._clients.note_rebuild("kafka_consumer_trouble", trouble, group=group)
                finally:
                    await self._part_with(member, in_order=leaving)
                if time.monotonic() - joined > _HEALTHY_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                await self._clients.rest(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def stop(self) -> None:
        for member in self._members:
            member.leave(goodbye=self._made_up)

    @contextmanager
    def _place(self, group: str) -> Iterator[str]:
        """Lend a name that no other live member of the group has."""
        place = next((group, number) for number in itertools.count() if (group, number) not in self._places)
        self._places.add(place)
        try:
            yield f"{self._name}-{place[1]}"
        finally:
            self._places.discard(place)

    async def _join(self, member: Member, topics: Sequence[str]) -> None:
        async with asyncio.timeout(QUESTION_SECONDS):
            await self._topics.ensure_if_allowed(topics)
        await member.join()
        self._members.add(member)

    async def _part_with(self, member: Member, *, in_order: bool) -> None:
        self._members.discard(member)
        if in_order:
            await member.commit()
        await asyncio.wait({member.leave(goodbye=in_order and self._made_up)}, timeout=LEAVE_SECONDS)

"""Officials who go on approving and withdrawing while the system falls and rises around them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from tests.builders.people import proof
from tests.faults.seeding import VERSION, Reviewed
from tests.fixtures.tokens import county, token

AT_ONCE = 8
PATIENCE_SECONDS = 120.0  # one act, with all its tries
_PAUSE_SECONDS = 0.2


@dataclass
class Load:
    """Acts through the gateway with one key for each act, tries again until it is answered, and remembers what was acknowledged."""

    gateway: str
    flags: dict[UUID, str] = field(default_factory=dict)  # household -> flag
    withdrawn: set[str] = field(default_factory=set)
    tries: int = 0
    problems: list[str] = field(default_factory=list)
    allowed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _tokens: dict[str, str] = field(default_factory=dict)

    async def approve(self, cases: Sequence[Reviewed], *, withdraw_every: int | None = None) -> None:
        """Approve every case as `allowed` lets it, and withdraw some of the flags just raised."""
        waiting = list(enumerate(cases, start=1))[::-1]
        async with httpx2.AsyncClient(base_url=self.gateway, timeout=20, trust_env=False) as http:

            async def official() -> None:
                while waiting:
                    number, case = waiting.pop()
                    await self.allowed.acquire()
                    await self._approve(http, case)
                    if withdraw_every and number % withdraw_every == 0:
                        await self._withdraw(http, case)

            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(official())

    def allow(self, number: int) -> None:
        """Let so many more approvals begin."""
        for _ in range(number):
            self.allowed.release()

    async def approve_at_once(self, cases: Sequence[Reviewed]) -> None:
        """Approve every case without waiting for leave."""
        self.allow(len(cases))
        await self.approve(cases)

    async def _approve(self, http: httpx2.AsyncClient, case: Reviewed) -> None:
        body = {"agrees": True, "opinion": "同意认定", "document_number": "临测乡振〔2021〕9号", "evidence": proof("审定表")}
        answer = await self._act(http, case, f"/v1/cases/{case.id}/county-approval", body, seen=VERSION)
        self.flags[case.household] = answer["flag_id"]

    async def _withdraw(self, http: httpx2.AsyncClient, case: Reviewed) -> None:
        flag_id = self.flags[case.household]
        body = {"reason": "entered_in_error", "opinion": "经查系错录", "document_number": "临测乡振〔2021〕10号"}
        await self._act(http, case, f"/v1/risk-flags/{flag_id}/withdrawal", body, seen=1)
        self.withdrawn.add(flag_id)

    async def _act(self, http: httpx2.AsyncClient, case: Reviewed, path: str, body: dict[str, Any], *, seen: int) -> dict[str, Any]:
        bearer = self._tokens.setdefault(case.county, token(county(area=case.county)))
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"{case.id}-{seen}", "If-Match": f'"{seen}"'}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            assert time.monotonic() < deadline, f"POST {path}: no answer in {PATIENCE_SECONDS:.0f} s; last: {self.problems[-3:]}"
            self.tries += 1
            try:
                answer = await http.post(path, json=body, headers=headers)
            except httpx2.HTTPError:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if answer.status_code < 300:
                return answer.json()
            self.problems.append(answer.text)
            assert answer.status_code >= 500 or "retry-after" in answer.headers, f"POST {path}: {answer.status_code} {answer.text}"
            await asyncio.sleep(_PAUSE_SECONDS)

"""The load: HTTP/1.1 over kept connections, written out, so that the client costs little of the two cores.

It runs as a process of its own, `python -m tests.bench.harness.client`: a job as JSON on its standard input, what happened on its output.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to send: request texts, in turn, over `connections` shared out evenly among the ports.

    :param seconds: begin no request after this time; 0 sends each request once.
    :param repeats: begin again with the first request after the last.
    :param per_second: the steady pace of all connections together; as fast as answers come if absent.
    """

    ports: list[int]
    requests: list[str]
    connections: int
    seconds: float
    expected: int
    repeats: bool = False
    per_second: float | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Milliseconds of the requests that were answered as expected, and how many were not."""

    latencies: list[float]
    failures: int = 0
    seconds: float = 0.0
    ran_out: bool = False


class _Load:
    def __init__(self, job: Job) -> None:
        self._job = job
        encoded = [request.encode() for request in job.requests]
        self._requests: Iterator[tuple[int, bytes]] = enumerate(cycle(encoded) if job.repeats else encoded)
        self.outcome = Outcome(latencies=[])

    async def run(self) -> Outcome:
        ports, job = self._job.ports, self._job
        lines = [await _line_to(ports[n % len(ports)]) for n in range(job.connections)]
        self._began = time.perf_counter()
        await asyncio.gather(*(self._send_all(*line) for line in lines))
        self.outcome.seconds = time.perf_counter() - self._began
        return self.outcome

    async def _send_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place, request in self._requests:
            await self._wait_for_turn(place)
            sent = time.perf_counter()
            if self._job.seconds and sent - self._began >= self._job.seconds:
                break
            writer.write(request)
            status = await _answer(reader)
            if status == self._job.expected:
                self.outcome.latencies.append((time.perf_counter() - sent) * 1000)
            else:
                self.outcome.failures += 1
        else:
            self.outcome.ran_out = bool(self._job.seconds)
        writer.close()

    async def _wait_for_turn(self, place: int) -> None:
        if self._job.per_second:
            await asyncio.sleep(max(0.0, self._began + place / self._job.per_second - time.perf_counter()))


async def _line_to(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect with room for whole answers: on the loop a segment may be of 64 KiB, and a window smaller than that stands at zero for 0.2 s."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=line)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole, and give its status; 0 if the line is lost."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length: ") + 16
        await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return 0
    return int(head[9:12])


async def drive(job: Job) -> Outcome:
    """Send a job from a process of its own.

    :raises RuntimeError: that process failed, or had too few requests for its time.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.harness.client", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate(json.dumps(asdict(job)).encode())
    if process.returncode:
        raise RuntimeError("the client failed")
    outcome = Outcome(**json.loads(answer))
    if outcome.ran_out:
        raise RuntimeError(f"{len(job.requests)} requests were too few for {job.seconds} s")
    return outcome


def main() -> None:
    outcome = asyncio.run(_Load(Job(**json.load(sys.stdin))).run())
    sys.stdout.write(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()

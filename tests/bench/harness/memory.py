"""How much memory a process and its children take, looked at twenty times a second while something lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

_EVERY_SECONDS = 0.05
_LOOKS_BEFORE_CHILDREN = 5
_MIB = 2**20


@dataclass(slots=True)
class Memory:
    """Resident memory in MiB: of the process itself at every look, and the most that any of its children had."""

    own: list[float] = field(default_factory=list[float])
    child: float = 0.0

    @property
    def before(self) -> float:
        return self.own[0]

    @property
    def most(self) -> float:
        return max(self.own)

    def summary(self) -> dict[str, float]:
        """Say how it went: before, the most in each quarter of the time, and the children's most."""
        quarter = max(1, len(self.own) // 4)
        most = [round(max(self.own[n * quarter : (n + 1) * quarter] or [0.0]), 1) for n in range(4)]
        return {"before": round(self.before, 1), **{f"quarter_{n}": each for n, each in enumerate(most, start=1)}, "child": round(self.child, 1)}


@contextmanager
def watched(pid: int) -> Iterator[Memory]:
    """Look at a process until the block ends."""
    over, memory = threading.Event(), Memory()
    process = psutil.Process(pid)
    memory.own.append(_mib(process))

    def look() -> None:
        looks, children = 0, list[psutil.Process]()
        while not over.wait(_EVERY_SECONDS):
            if looks % _LOOKS_BEFORE_CHILDREN == 0:  # finding them costs more than looking at them
                children = process.children()
            looks += 1
            memory.own.append(_mib(process))
            memory.child = max([memory.child, *map(_mib, children)])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield memory
    finally:
        over.set()
        looking.join()


def _mib(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return process.memory_info().rss / _MIB
    return 0.0

"""Every refusal that a request can meet is named by a test that provokes it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import services
import shared
from shared.kernel.errors import Refusal

TESTS = Path(__file__).parents[2]
_KINDS = {"Refusal", "Incomplete", "HouseholdBusy"}  # they are raised as one of those below them only


def _every(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _every(below)


def test_every_refusal_is_named_by_a_test() -> None:
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    told = set(re.findall(r"\w+", "\n".join(path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__))))

    untold = {each.__name__ for each in _every(Refusal) if each.__module__.startswith(("services.", "shared."))} - told - _KINDS

    assert untold == set()

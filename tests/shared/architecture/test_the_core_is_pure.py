"""The domain and the kernel need nothing but Python."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_PROBE = """
import importlib, sys
before = set(sys.modules)
importlib.import_module({module!r})
foreign = sorted(
    name for name, module in sys.modules.items()
    if name not in before and "site-packages" in (getattr(module, "__file__", None) or "")
)
ours = sorted(name for name in sys.modules if name.split(".")[0] in ("shared", "services"))
print(*foreign)
print(*ours)
"""


def modules(folder: Path) -> list[str]:
    return [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in sorted(folder.glob("*.py")) if file.stem != "__init__"]


PURE = [module for folder in (ROOT / "shared" / "kernel", *sorted((ROOT / "services").glob("*/domain"))) for module in modules(folder)]


@pytest.mark.parametrize("module", PURE)
def test_a_module_of_the_core_loads_no_library_and_nothing_outside_the_core(module: str) -> None:
    probe = subprocess.run([sys.executable, "-c", _PROBE.format(module=module)], cwd=ROOT, capture_output=True, text=True, check=True)

    foreign, ours = (line.split() for line in probe.stdout.splitlines())
    assert foreign == []
    allowed = {"services", "shared", "shared.kernel", module.rpartition(".")[0], ".".join(module.split(".")[:2])}
    assert [name for name in ours if name not in allowed and not name.startswith(("shared.kernel.", module.rpartition(".")[0] + "."))] == []


def test_the_probe_finds_a_library() -> None:
    probe = subprocess.run([sys.executable, "-c", _PROBE.format(module="shared.wire.types")], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "pydantic" in probe.stdout.splitlines()[0].split()


def test_every_service_has_a_domain_that_was_looked_at() -> None:
    with_domain = {folder.parent.name for folder in (ROOT / "services").glob("*/domain")}

    assert {"monitoring", "projects", "employment"} <= with_domain
    assert {module.split(".")[1] for module in PURE if module.startswith("services.")} == with_domain
    assert len(PURE) >= 18

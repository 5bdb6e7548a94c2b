"""A service needs what is shared and itself: it starts from a tree that holds nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = sorted(file.parent.name for file in (ROOT / "services").glob("*/app.py"))
_NOT_CODE = shutil.ignore_patterns("__pycache__", "*.pyc")
_BOOT = """
import sys
from pathlib import Path
import services.{service}.__main__
from services.{service}.app import {what}
assert Path(services.__file__).is_relative_to(Path.cwd()), services.__file__
app = {make}
assert app.openapi()["paths"]
others = [name for name in sys.modules if name.startswith("services.") and name.split(".")[1] != {service!r}]
assert not others, others
print("made", app.title)
"""
_SETTINGS = "profile='development', database_url='postgresql+asyncpg://x@/x', worker_database_url='postgresql+asyncpg://x@/x'"


def boot(service: str) -> str:
    """Write the program that imports a service's app and makes it."""
    if service == "gateway":
        settings = "__import__('services.gateway.settings', fromlist=['Settings']).Settings(profile='development')"
        return _BOOT.format(service=service, what="create_gateway", make=f"create_gateway({settings})")
    return _BOOT.format(service=service, what="SERVICE", make=f"SERVICE.create_api(SERVICE.settings({_SETTINGS}))")


def tree(folder: Path, *services: str) -> Path:
    """Copy what is shared and some services."""
    shutil.copytree(ROOT / "shared", folder / "shared", ignore=_NOT_CODE)
    (folder / "services").mkdir()
    shutil.copy(ROOT / "services" / "__init__.py", folder / "services")
    for service in services:
        shutil.copytree(ROOT / "services" / service, folder / "services" / service, ignore=_NOT_CODE)
    return folder


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_boots_from_a_tree_that_holds_only_what_is_shared_and_itself(tmp_path: Path, service: str) -> None:
    alone = tree(tmp_path, service)

    booted = subprocess.run([sys.executable, "-W", "error", "-c", boot(service)], cwd=alone, capture_output=True, text=True, check=False)

    assert booted.returncode == 0, booted.stderr
    assert booted.stdout.startswith("made ")


def test_a_service_that_is_not_there_does_not_boot(tmp_path: Path) -> None:
    booted = subprocess.run([sys.executable, "-c", boot("monitoring")], cwd=tree(tmp_path, "projects"), capture_output=True, text=True, check=False)

    assert booted.returncode != 0
    assert "ModuleNotFoundError" in booted.stderr


def test_all_four_services_are_tried() -> None:
    assert {"monitoring", "projects", "employment"} <= set(SERVICES)

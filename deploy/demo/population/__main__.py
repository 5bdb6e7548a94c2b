"""`python -m deploy.demo.population`: write the demo's files without telling the story."""

from pathlib import Path

import typer

from deploy.demo.files import Files
from deploy.demo.population import SEED


def main(folder: Path = Path("build/demo"), households: int = 2_000, seed: int = SEED) -> None:
    """Write the register's workbooks, the self-reports and the departments' lists, and say what the register adds up to."""
    print(Files(folder=folder, households=households, seed=seed).write().register.figures())


if __name__ == "__main__":
    typer.run(main)

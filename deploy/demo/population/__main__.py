"""`python -m deploy.demo.population`: write a register without telling the story."""

from pathlib import Path

import typer

from deploy.demo.population import SEED, write_register


def main(out: Path = Path("build/demo/register.jsonl"), households: int = 2_000, seed: int = SEED) -> None:
    """Write a synthetic register and say what it adds up to."""
    print(write_register(out, households=households, seed=seed).figures())


if __name__ == "__main__":
    typer.run(main)

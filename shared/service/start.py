"""Reading settings at start-up: what is missing or wrong is named as the variable that the operator sets, and no value is shown."""

from collections.abc import Callable
from typing import TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings

S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: Callable[..., S]) -> S:
    """Read a service's settings from its environment.

    :raises typer.Exit: with code 2, after one line for each variable at fault.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = getattr(kind, "model_config", {}).get("env_prefix", "")
        for each in error.errors(include_input=False, include_url=False, include_context=False):
            name = prefix + "_".join(map(str, each["loc"])).upper() if each["loc"] else f"{prefix}…"
            typer.echo(f"{name}: {'is missing' if each['type'] == 'missing' else each['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(2) from None

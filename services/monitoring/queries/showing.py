"""What a row holds, as the answer that shows it."""

from typing import Any, TypeVar

from pydantic import BaseModel

Shown = TypeVar("Shown", bound=BaseModel)


def shown(model: type[Shown], row: object, **told: Any) -> Shown:
    """Show a row: each field is the row's of the same name, an `area` its `area_code`, unless it is told."""
    held = {name: getattr(row, "area_code" if name == "area" else name) for name in model.model_fields if name not in told}
    return model(**held, **told)

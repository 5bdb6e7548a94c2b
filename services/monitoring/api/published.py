"""What every door to the law answers to what was published before."""

from typing import Any

from services.monitoring.usecases.law.published import Published

BEFORE: dict[int | str, dict[str, Any]] = {200: {"model": Published, "description": "此前已发布的同一规定"}}

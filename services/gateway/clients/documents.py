"""What the services say about their own operations."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from services.gateway.clients.upstreams import SERVICES, ServiceSilent, Upstreams

Document = dict[str, Any]


async def documents(upstreams: Upstreams, *, seconds: float) -> Mapping[str, Document | None]:
    """Ask every service for its OpenAPI document at the same time; one that gives none is None."""
    found = await asyncio.gather(*(_document(service, upstreams, seconds=seconds) for service in SERVICES))
    return dict(zip(SERVICES, found, strict=True))


async def _document(service: str, upstreams: Upstreams, *, seconds: float) -> Document | None:
    try:
        heard = await upstreams.ask(service, "GET", "/openapi.json", seconds=seconds)
        document = json.loads(heard.body) if heard.status == 200 else None
    except (ServiceSilent, ValueError):
        return None
    return document if isinstance(document, dict) and "paths" in document else None

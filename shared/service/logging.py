"""Logs: one JSON line per event, with the request's id, and without personal data.

Nothing personal is meant to be logged; as a second net, whatever looks like an ID number, a phone or a bank card is masked.

Promises: one line per event; numbers that look like somebody's are masked.
Does not promise to find a name, so none may be logged.
Not for the audit, which is in the database.
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from asgi_correlation_id import correlation_id

_PERSONAL = re.compile(r"(?<![0-9A-Fa-f-])(?:[1-9][0-9]{16}[0-9Xx]|1[3-9][0-9]{9}|[1-9][0-9]{15,18})(?![0-9A-Fa-f-])")


def mask_numbers(text: str) -> str:
    """Replace ID numbers, phones and bank cards."""
    return _PERSONAL.sub("******", text)


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every value; one that is no text becomes text where something in it had to be masked."""
    for name, value in event.items():
        if not name.startswith("_") and (masked := mask_numbers(text := str(value))) != text:
            event[name] = masked
    return event


def _add_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request_id := correlation_id.get():
        event["request_id"] = request_id
    return event


def configure_logging(*, json: bool) -> None:
    """Send every log, ours and the libraries', through one chain."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        _mask,
    ]
    ending = structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, ending])
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for noisy in ("aiokafka", "httpx2", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

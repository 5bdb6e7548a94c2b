"""Alive, ready, and the figures: what an orchestrator and an operator ask of every process."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.broker import Broker
from shared.database.migrate import head_of
from shared.database.transaction import Database
from shared.service.metrics import Metrics

_REVISION = text("SELECT version_num FROM alembic_version")
_PATIENCE = 2.0


def health_router(service: str, database: Database | None, metrics: Metrics, broker: Broker | None = None) -> APIRouter:
    """Make `/livez`, which touches nothing, `/readyz` and `/metrics`."""
    router = APIRouter(include_in_schema=False)
    expected = head_of(service) if database else None

    @router.get("/livez")
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        """Ready means: the own database answers and has the schema that this code expects, or a later one that another
        release has already expanded to. The broker is shown, never decisive."""
        schema = await _revision(database) if database else None
        ready = expected is None or (schema is not None and schema >= expected)
        answer: dict[str, Any] = {"ready": ready, "schema": schema, "expected": expected}
        if broker is not None:
            answer["broker"] = await _answers(broker)
        return JSONResponse(answer, 200 if ready else 503)

    @router.get("/metrics")
    async def figures() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _revision(database: Database) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE), database.engine.connect() as connection:
            return (await connection.execute(_REVISION)).scalar_one_or_none()
    except (SQLAlchemyError, OSError):
        return None


async def _answers(broker: Broker) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await broker.alive()
    except OSError:
        return False

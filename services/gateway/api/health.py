"""Alive and ready. The figures are on a port of their own: this door is public."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

health = APIRouter(include_in_schema=False)


@health.get("/livez")
async def livez() -> PlainTextResponse:
    return PlainTextResponse("ok")


@health.get("/readyz")
async def readyz() -> JSONResponse:
    """Ready as soon as it runs: it keeps nothing, and a silent service does not silence the others."""
    return JSONResponse({"ready": True})

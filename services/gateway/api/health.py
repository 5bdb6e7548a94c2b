"""Where a browser begins; alive and ready. The figures are on a port of their own: this door is public."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

health = APIRouter(include_in_schema=False)


@health.get("/")
async def front() -> RedirectResponse:
    return RedirectResponse("/docs")


@health.get("/livez")
async def livez() -> PlainTextResponse:
    return PlainTextResponse("ok")


@health.get("/readyz")
async def readyz() -> JSONResponse:
    """Ready as soon as it runs: it keeps nothing, and a silent service does not silence the others."""
    return JSONResponse({"ready": True})

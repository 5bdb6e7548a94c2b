"""The development profile's door to the business clock: never mounted elsewhere, and never behind the gateway."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from shared.database.transaction import Database
from shared.wire import AwareTime, command

_MOVE = text("UPDATE deployment SET clock_offset_seconds = extract(epoch FROM CAST(:to AS timestamptz) - now())")
_READ = text("SELECT business_now()")


@command
class MoveClock:
    now: AwareTime


class Clock(BaseModel):
    now: datetime


def clock_router(database: Database) -> APIRouter:
    """Make the door for one service's database."""
    router = APIRouter(include_in_schema=False)

    @router.put("/internal/clock")
    async def move_clock(body: MoveClock) -> Clock:
        async with database.engine.begin() as connection:
            await connection.execute(_MOVE, {"to": body.now})
            return Clock(now=(await connection.execute(_READ)).scalar_one())

    @router.get("/internal/clock")
    async def read_clock() -> Clock:
        async with database.engine.connect() as connection:
            return Clock(now=(await connection.execute(_READ)).scalar_one())

    return router

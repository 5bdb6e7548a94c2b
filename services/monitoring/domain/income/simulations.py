"""Simulating a bottom line before it is adopted (监测底线试算; R37, plan ch.3 s.1)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.kernel.errors import Conflict


class SimulationStatus(StrEnum):
    RUNNING = "running"  # 试算中
    DONE = "done"  # 已完成


class Crossing(StrEnum):
    """Which way a household would cross the line."""

    NEWLY_BELOW = "newly_below"  # 新低于底线
    NEWLY_ABOVE = "newly_above"  # 不再低于底线


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What was supposed: a line of an area and year, yuan per head and year. Its id is its job's."""

    id: UUID
    area_code: str
    year: int
    amount: Decimal
    status: SimulationStatus
    made_by: str
    made_at: datetime
    finished_at: datetime | None


class NotSimulated(Conflict):
    sentence = "该区域已有登记农户：发布底线须先完成同一区域、年度、金额的试算，并注明试算编号。"
    english = "Households are registered there: a line is published with the id of a finished simulation of the same area, year and amount."


def must_be_proved(simulation: Simulation | None, *, area: str, year: int, amount: Decimal) -> None:
    """Hold a line against the simulation that is named for it.

    :raises NotSimulated: there is none, it is not finished, or it supposed something else.
    """
    if simulation is None or simulation.status is not SimulationStatus.DONE:
        raise NotSimulated("body.simulation")
    if (simulation.area_code, simulation.year, simulation.amount) != (area, year, amount):
        raise NotSimulated("body.simulation")

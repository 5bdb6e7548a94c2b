"""Simulate a bottom line: who would newly lie below it, and who no longer would."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.income.lines import BottomLine, lines_simulated
from services.monitoring.domain.income.simulations import Simulation, SimulationStatus
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.income import simulations
from services.monitoring.store.income import village_lines as kept
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import areas
from services.monitoring.usecases.law.published import NotPositive, require_own_area
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP, VILLAGE, is_inside
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import local_day
from shared.wire import AreaCode, Year, Yuan, command

KIND = "line_simulation"


@command
class SimulateLine:
    """A supposed line: yuan per head and year, of an area and year."""

    area: AreaCode
    year: Year
    amount: Yuan


class SimulationAsked(BaseModel):
    """A simulation that was asked for; its job has the same id: watch it at `/v1/jobs/{id}`."""

    id: UUID
    version: int = 1
    status: SimulationStatus


async def simulate_line(line: SimulateLine, tx: Transaction) -> SimulationAsked:
    """Ask what a line would change against what is in force now, before it is adopted (R37, plan ch.3 s.1).

    :raises NotYourArea: the area is not the caller's.
    :raises NotPositive: a line of zero.
    """
    require_own_area(line.area, tx, field="body.area")
    if line.amount <= 0:
        raise NotPositive("body.amount")
    arguments = {"area": line.area, "year": str(line.year), "amount": str(line.amount)}
    days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    job = await jobs.ask(KIND, "bottom_line", arguments, tx, keep_days=days)
    simulation = Simulation(
        id=job.id,
        area_code=line.area,
        year=line.year,
        amount=line.amount,
        status=SimulationStatus.RUNNING,
        made_by=tx.actor.id,
        made_at=tx.now,
        finished_at=None,
    )
    await simulations.add(simulation, tx)
    return SimulationAsked(id=job.id, status=simulation.status)


async def simulate_slice(job: Job, tx: Transaction, number: int) -> Taken:
    """Simulate in one township of a county, by its number; say what came of it, and whether there is another."""
    townships = await _townships(job, tx)
    if number >= len(townships):
        return Taken(counts={}, more=False)
    area = townships[number]
    villages = await kept.villages_in(area, tx)
    supposed = _supposed(job, tx)
    today = local_day(tx.now)
    years = {today.year - 1, today.year, supposed.year}
    under = lines_simulated(await law.lines_over(villages, years, tx), villages, today, supposed)
    found = await simulations.simulate(job.id, area, under, tx)
    counts = {Outcome.UPDATED: found["crossing"], Outcome.UNCHANGED: found["households"] - found["crossing"]}
    return Taken(counts=counts, more=number + 1 < len(townships))


async def finish_simulation(job: Job, tx: Transaction) -> None:
    """Say that a simulation is finished: from now on its line may be published."""
    await simulations.finish(job.id, tx)


async def _townships(job: Job, tx: Transaction) -> list[str]:
    """List the townships that a job goes through in the transaction's county, or the part of one that it was asked for."""
    area = job.arguments["area"]
    if len(area) in (TOWNSHIP, VILLAGE):
        return [area]
    return [row.code for row in await areas.inside(tx.actor.scope.county, local_day(tx.now), tx) if is_inside(row.code, area)]


def _supposed(job: Job, tx: Transaction) -> BottomLine:
    told = job.arguments
    return BottomLine(
        id=job.id,
        area_code=told["area"],
        year=int(told["year"]),
        amount=Decimal(told["amount"]),
        effective_from=local_day(tx.now),
        document_number="",
        simulation_id=None,
    )

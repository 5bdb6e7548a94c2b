"""Monitoring's own kinds of long work: each goes through the counties, slice by slice."""

from collections.abc import Mapping
from uuid import UUID

from services.monitoring.domain.incidents.incidents import GREEN_CHANNEL
from services.monitoring.domain.incidents.incidents import LAYING_DOWN as INCIDENT_HOUSEHOLDS
from services.monitoring.domain.quality.findings import CHECKING
from services.monitoring.domain.register.county_transfers import TransferId
from services.monitoring.domain.screening import CLOSING, LAYING_DOWN
from services.monitoring.usecases.incidents.help_households import help_some, households_to_help
from services.monitoring.usecases.incidents.lay_down_households import households_to_lay_down as households_to_lay_down_of_incident
from services.monitoring.usecases.incidents.lay_down_households import lay_down as lay_down_of_incident
from services.monitoring.usecases.income import apply_line, simulate_line
from services.monitoring.usecases.places.ask_for_rehoming import REHOMING
from services.monitoring.usecases.places.rehome_next import count_to_rehome, rehome_next
from services.monitoring.usecases.quality.check_quality import check_next_rule, rules_to_check
from services.monitoring.usecases.reading.recount_figures import FIGURE_RECOUNT, counties_to_count, recount_county
from services.monitoring.usecases.regional.check_regions import CHECK, RECOUNT, check_slice, recount_slice, size_of_check
from services.monitoring.usecases.regional.open_alarm_leads import ALARM_LEADS, leads_slice, size_of_alarm
from services.monitoring.usecases.register.county_transfers.ask_for_transfer import JOB as HOUSEHOLD_TRANSFER
from services.monitoring.usecases.register.county_transfers.close_here import close_here
from services.monitoring.usecases.register.county_transfers.open_there import open_there
from services.monitoring.usecases.register.find_duplicates import compare_some, to_compare
from services.monitoring.usecases.register.search_duplicates import DUPLICATE_SEARCH
from services.monitoring.usecases.screening.work_on_round import households_to_lay_down, households_to_miss, lay_down, miss
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome
from shared.service.jobs.counties import county_by_county
from shared.service.jobs.runner import Work
from shared.service.jobs.steps import step_by_step

_APPLYING = county_by_county(apply_line.apply_size, apply_line.apply_slice)


REHOMED_AT_ONCE = 500
"""Households in a slice: all that belongs to them moves in a dozen statements."""


async def _households_to_rehome(_: Job, tx: Transaction) -> int:
    return await count_to_rehome(tx)


async def _rehome(_: Job, tx: Transaction, slices: int) -> Taken:
    moved = await rehome_next(tx, at_most=REHOMED_AT_ONCE)
    return Taken(counts={Outcome.UPDATED: moved}, more=moved == REHOMED_AT_ONCE)


async def _close(job: Job, tx: Transaction) -> None:
    await close_here(_transfer(job), tx)


async def _open(job: Job, tx: Transaction) -> None:
    await open_there(_transfer(job), tx)


def _transfer(job: Job) -> TransferId:
    return TransferId(UUID(job.arguments["transfer"]))


WORKS: Mapping[str, Work] = {
    simulate_line.KIND: county_by_county(apply_line.apply_size, simulate_line.simulate_slice, finish=simulate_line.finish_simulation),
    **dict.fromkeys((apply_line.ADOPTION, apply_line.SCREENING, apply_line.RECOUNT), _APPLYING),
    LAYING_DOWN: county_by_county(households_to_lay_down, lay_down),
    CLOSING: county_by_county(households_to_miss, miss),
    CHECKING: county_by_county(rules_to_check, check_next_rule),
    DUPLICATE_SEARCH: county_by_county(to_compare, compare_some),
    FIGURE_RECOUNT: county_by_county(counties_to_count, recount_county),
    REHOMING: county_by_county(_households_to_rehome, _rehome),
    CHECK: county_by_county(size_of_check, check_slice),
    RECOUNT: county_by_county(size_of_check, recount_slice),
    ALARM_LEADS: county_by_county(size_of_alarm, leads_slice),
    INCIDENT_HOUSEHOLDS: county_by_county(households_to_lay_down_of_incident, lay_down_of_incident),
    GREEN_CHANNEL: county_by_county(households_to_help, help_some),
    HOUSEHOLD_TRANSFER: step_by_step(_close, _open),
}
BINDING = frozenset({HOUSEHOLD_TRANSFER})
"""What is not cancelled once it is asked for: with half of it done nobody would hold the household."""

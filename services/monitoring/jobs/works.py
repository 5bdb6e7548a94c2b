"""Monitoring's own kinds of long work: each goes through the counties, slice by slice."""

from collections.abc import Mapping

from services.monitoring.domain.screening import CLOSING, LAYING_DOWN
from services.monitoring.usecases.income import apply_line, simulate_line
from services.monitoring.usecases.screening.work_on_round import households_to_lay_down, households_to_miss, lay_down, miss
from shared.service.jobs.counties import county_by_county
from shared.service.jobs.runner import Work

_APPLYING = county_by_county(apply_line.apply_size, apply_line.apply_slice)

WORKS: Mapping[str, Work] = {
    simulate_line.KIND: county_by_county(apply_line.apply_size, simulate_line.simulate_slice, finish=simulate_line.finish_simulation),
    **dict.fromkeys((apply_line.ADOPTION, apply_line.SCREENING, apply_line.RECOUNT), _APPLYING),
    LAYING_DOWN: county_by_county(households_to_lay_down, lay_down),
    CLOSING: county_by_county(households_to_miss, miss),
}

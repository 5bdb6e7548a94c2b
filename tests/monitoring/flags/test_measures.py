"""Which measures a risk calls for: the table of the law, read by rule; and what a flag makes of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.monitoring.domain.flags.flags import Flag, FlagOver, FlagStatus, withdraw
from services.monitoring.domain.flags.measures import Measure, RiskWithoutMeasure, covered, owed_for, rows_for
from services.monitoring.domain.risks import Risk
from services.monitoring.store import law
from shared.database.transaction import Database
from shared.kernel.ids import FlagId, HouseholdId, new_id
from shared.kernel.workdays import Calendar, DayKind
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, village

FLAG = FlagId(UUID("0192f0c1-7d3e-7000-8000-0000000000aa"))
CALENDAR = Calendar({date(2021, 9, 1) + timedelta(days=n): (date(2021, 9, 1) + timedelta(days=n)).weekday() < 5 for n in range(90)})
NOON = datetime(2021, 9, 22, 4, 0, tzinfo=UTC)


def a_row(risk: str, measure: str, **changes: Any) -> Measure:
    fields: dict[str, Any] = {"has_labour": True, "service": "projects", "days": 30, "day_kind": DayKind.CALENDAR, "document_number": "9号"}
    return Measure(risk=risk, measure=measure, **(fields | changes))


TABLE = [
    a_row("06", "industry_support"),
    a_row("06", "guarantee", has_labour=False, service="monitoring"),
    a_row("0201", "relief", service="monitoring", days=30),
    a_row("0201", "recovery"),
    a_row("05", "relief", service="monitoring", days=10),
]


def test_only_rows_of_the_risk_and_of_the_ability_to_work_are_chosen() -> None:
    assert [row.measure for row in rows_for(["06"], has_labour=True, table=TABLE)] == ["industry_support"]
    assert [row.measure for row in rows_for(["06"], has_labour=False, table=TABLE)] == ["guarantee"]
    assert rows_for(["07"], has_labour=True, table=TABLE) == []


def test_a_measure_that_two_risks_call_for_is_owed_once_and_by_the_earlier_day() -> None:
    rows = rows_for(["0201", "05"], has_labour=True, table=TABLE)

    owed = owed_for(FLAG, rows, rolls=True, calendar=CALENDAR, now=NOON)
    assert {(each.measure, each.due_at.date().isoformat()) for each in owed} == {("relief", "2021-10-04"), ("recovery", "2021-10-22")}


def test_what_is_owed_follows_from_the_flag_and_ends_with_its_period() -> None:
    table = [a_row("06", "industry_support", days=10), a_row("06", "advice", days=3, day_kind=DayKind.WORKDAY)]
    rows = rows_for(["06"], has_labour=True, table=table)

    owed = {each.measure: each for each in owed_for(FLAG, rows, rolls=True, calendar=CALENDAR, now=NOON)}

    assert owed["industry_support"].due_at == datetime(2021, 10, 4, 16, 0, tzinfo=UTC)  # 2 October is a Saturday, so Monday the 4th
    assert owed["advice"].due_at == datetime(2021, 9, 27, 16, 0, tzinfo=UTC)
    again = owed_for(FLAG, rows, rolls=True, calendar=CALENDAR, now=NOON + timedelta(days=3))
    assert {each.id for each in again} == {each.id for each in owed.values()}
    assert {each.id for each in owed_for(FlagId(new_id()), rows, rolls=True, calendar=CALENDAR, now=NOON)}.isdisjoint({each.id for each in again})


def test_a_risk_without_a_row_is_refused_before_it_is_recognised() -> None:
    covered(["06", "0201"], TABLE)

    with pytest.raises(RiskWithoutMeasure) as refusal:
        covered(["06", "07"], TABLE)
    assert refusal.value.fields == ("body.risks",)


async def test_the_law_of_the_first_day_answers_every_risk_with_labour_and_without(monitoring: Database) -> None:
    async with rehearsal(monitoring, village()) as tx:
        table = await law.measures_for(HOME, tx)

    for risk in Risk:
        for has_labour in (True, False):
            assert rows_for([risk], has_labour=has_labour, table=table), f"{risk} {has_labour}"
    developmental = {(row.risk, row.measure, row.service) for row in table if row.service != "monitoring"}
    disasters = ("0201", "0202", "0203", "0204", "0205", "0206", "0299")
    assert developmental == {
        ("06", "industry_support", "projects"),
        ("07", "employment_support", "employment"),
        *((risk, "recovery", "projects") for risk in disasters),
    }
    assert all(row.has_labour for row in table if row.service != "monitoring"), "who cannot work is asked for no work"
    assert {(row.days, row.day_kind) for row in table} == {(30, DayKind.CALENDAR)}


@pytest.mark.parametrize(("status", "over"), [(FlagStatus.OPEN, False), (FlagStatus.WITHDRAWN, True), (FlagStatus.ELIMINATED, True)])
def test_only_an_open_flag_is_withdrawn(status: FlagStatus, over: bool) -> None:
    flag = Flag(
        id=FLAG,
        county_code=HOME[:6],
        township_code=HOME[:9],
        area_code=HOME,
        household_id=HouseholdId(new_id()),
        status=status,
        risks=["06"],
        raised_at=NOON,
        due_at=NOON,
        version=1,
    )

    if over:
        with pytest.raises(FlagOver):
            withdraw(flag)
    else:
        assert withdraw(flag) is FlagStatus.WITHDRAWN

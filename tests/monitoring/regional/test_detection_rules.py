"""When an area calls for an alarm and when it clears: figures, small numbers, no flapping, and a year of noise with planted clusters."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.monitoring.domain.regional.alarms import Alarm as Opened
from services.monitoring.domain.regional.alarms import AlarmId, AlarmStatus, Assessment, NotReal, PlanMissing, answer, hardship_of, hold_to_leads
from services.monitoring.domain.regional.causes import OF_HARDSHIP, AcrossCounties, Cause, common_area, county_affected
from services.monitoring.domain.regional.detection import Figures, Window, households_in, judge, later, window_on
from services.monitoring.domain.regional.rules import ListIsOfOtherLevel, RegionalRule, RegionLevel, TooNarrow, hold_to_area, hold_to_list
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import new_id
from tests.fixtures.say import Say

MONDAY = date(2021, 9, 20)


def a_rule(**changes: object) -> RegionalRule:
    rule = RegionalRule(
        code="village.any",
        cause=Cause.ANY,
        level=RegionLevel.VILLAGE,
        by_industry=False,
        place_list=None,
        window_weeks=4,
        history_windows=6,
        minimum_count=5,
        minimum_share=0.03,
        deviations=4.0,
        neighbour_ratio=2.0,
        clear_ratio=0.5,
        clear_weeks=4,
        answer_days=7,
        is_held=True,
    )
    return replace(rule, **changes)  # pyright: ignore[reportArgumentType]


def figures(observed: int, past: int = 0, **changes: int) -> Figures:
    return Figures(households=changes.pop("households", 200), observed=observed, past=past, **changes)


@pytest.mark.parametrize(
    ("seen", "opens"),
    [
        (figures(10), True),
        (figures(4, households=10), False),  # under the minimum count, however large the share
        (figures(10, households=1000), False),  # under the minimum share
        (figures(10, past=60), False),  # as many as ever: ten in each of six windows
        (figures(30, past=60), True),
        (figures(10, around=100, households_around=2000), False),  # the neighbours have as many
        (figures(10, around=40, households_around=2000), True),
    ],
)
def test_an_alarm_takes_enough_households_a_share_and_more_than_history_and_neighbours(seen: Figures, opens: bool) -> None:
    assert judge(seen, a_rule(), windows=6).opens is opens


@given(observed=st.integers(0, 200), past=st.integers(0, 500), windows=st.integers(0, 12), more=st.integers(1, 50))
def test_more_households_never_close_an_alarm_and_more_history_never_opens_one(observed: int, past: int, windows: int, more: int) -> None:
    is_open = judge(figures(observed, past), a_rule(), windows=windows).opens

    assert judge(figures(observed + more, past), a_rule(), windows=windows).opens >= is_open
    assert judge(figures(observed, past + more), a_rule(), windows=windows).opens <= is_open


@given(observed=st.integers(0, 4), past=st.integers(0, 500), windows=st.integers(0, 12))
def test_under_the_minimum_count_there_is_no_alarm(observed: int, past: int, windows: int) -> None:
    assert not judge(figures(observed, past), a_rule(minimum_share=0.0, deviations=0.0), windows=windows).opens


def test_history_is_what_was_counted_and_no_more() -> None:
    wednesday = MONDAY + timedelta(days=2)

    never = window_on(a_rule(), wednesday, counted_since=None)
    young = window_on(a_rule(), wednesday, counted_since=MONDAY - timedelta(weeks=9))
    old = window_on(a_rule(), wednesday, counted_since=MONDAY - timedelta(weeks=300))

    assert (never.windows, never.begins, never.until) == (0, date(2021, 8, 30), MONDAY)
    assert (young.windows, young.since) == (1, date(2021, 8, 2))
    assert (old.windows, old.since) == (6, date(2021, 3, 15))


def test_a_household_counts_once_in_each_window_and_in_no_other_time() -> None:
    window = window_on(a_rule(history_windows=2), MONDAY, counted_since=MONDAY - timedelta(weeks=300))

    def ago(*weeks: int, who: str) -> list[tuple[date, object]]:
        return [(MONDAY - timedelta(weeks=each), who) for each in weeks]

    assert households_in(window, [*ago(0, 1, 2, 3, who="one"), *ago(3, who="two")]) == (2, 0)
    assert households_in(window, ago(3, 4, 5, 7, 8, 11, 12, who="one")) == (1, 2)
    assert households_in(window, ago(12, -1, who="one")) == (0, 0)


def test_an_alarm_clears_only_when_it_has_stayed_low_for_its_weeks() -> None:
    bound = {"clear_below": 5.0, "clear_weeks": 2}

    first = later(4, calm_since=None, today=MONDAY, **bound)  # pyright: ignore[reportArgumentType]
    again = later(5, calm_since=first.calm_since, today=MONDAY + timedelta(days=13), **bound)  # pyright: ignore[reportArgumentType]
    anew = later(4, calm_since=again.calm_since, today=MONDAY + timedelta(days=14), **bound)  # pyright: ignore[reportArgumentType]
    last = later(0, calm_since=anew.calm_since, today=MONDAY + timedelta(days=28), **bound)  # pyright: ignore[reportArgumentType]

    assert (first.calm_since, first.clears) == (MONDAY, False)
    assert (again.calm_since, again.clears) == (None, False)
    assert (anew.calm_since, anew.clears) == (MONDAY + timedelta(days=14), False)
    assert last.clears


# Days of the same count in a row, for of counts that change each day hardly any stay low for the weeks after which an alarm clears.
RUNS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), min_size=4, max_size=16)
DAYS = RUNS.map(lambda runs: [observed for observed, days in runs for _ in range(days)])


@given(counts=DAYS)
@example(counts=[9] + [3] * 14 + [4] + [3] * 15 + [9])
def test_an_alarm_does_not_flap(counts: list[int]) -> None:
    """Whatever the counts do day by day, between an opening and its clearing lie at least the weeks that it must stay low."""
    opened: date | None = None
    calm: date | None = None
    for number, observed in enumerate(counts):
        today = MONDAY + timedelta(days=number)
        if opened is None:
            opened, calm = (today, None) if observed >= 8 else (None, None)
            continue
        stands = later(observed, clear_below=4.0, clear_weeks=2, calm_since=calm, today=today)
        calm = stands.calm_since
        if stands.clears:
            assert (today - opened).days >= 14
            assert all(each < 4 for each in counts[number - 13 : number + 1])
            opened = None


def test_a_rule_is_of_a_county_at_least_and_its_list_of_its_level() -> None:
    hold_to_area("530924")
    hold_to_list(RegionLevel.VILLAGE, "site")
    hold_to_list(RegionLevel.TOWNSHIP, None)

    with pytest.raises(TooNarrow):
        hold_to_area("530924101")
    with pytest.raises(ListIsOfOtherLevel):
        hold_to_list(RegionLevel.TOWNSHIP, "site")


def test_an_event_lies_in_one_county_and_names_no_area_twice() -> None:
    assert county_affected(["530924101", "530924102201"]) == "530924"
    assert common_area(["530924101201", "530924101202"]) == "530924101"
    assert common_area(["530924101201"]) == "530924101201"
    assert common_area(["530924101", "530924102201"]) == "530924"
    for areas in (["530924101", "530925101"], ["5309"], ["530924101", "530924101201"], ["530924101", "530924101"]):
        with pytest.raises(AcrossCounties):
            county_affected(areas)


def an_alarm(**changes: object) -> Opened:
    alarm = Opened(
        id=AlarmId(new_id()),
        county_code="530924",
        area_code="530924101",
        cause=Cause.PRICE_FALL,
        status=AlarmStatus.OPEN,
        assessment=None,
        due_at=None,  # pyright: ignore[reportArgumentType]
        version=1,
    )
    return replace(alarm, **changes)  # pyright: ignore[reportArgumentType]


def test_the_county_answers_an_open_alarm_once_and_a_real_one_with_a_plan() -> None:
    answered = answer(an_alarm(), Assessment.CHANCE, plan=None, measures=[], by=Role.COUNTY_OFFICER)
    real = answer(an_alarm(), Assessment.REAL, plan="防范〔2021〕1号", measures=["统一收购"], by=Role.COUNTY_OFFICER)

    assert {answered, real} == {AlarmStatus.ANSWERED}
    for told in ({"plan": None, "measures": ["统一收购"]}, {"plan": "防范〔2021〕1号", "measures": []}):
        with pytest.raises(PlanMissing):
            answer(an_alarm(), Assessment.REAL, by=Role.COUNTY_OFFICER, **told)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Forbidden):
        answer(an_alarm(), Assessment.CHANCE, plan=None, measures=[], by=Role.PREFECTURE_OFFICER)
    with pytest.raises(Conflict):
        answer(an_alarm(status=AlarmStatus.CLEARED), Assessment.CHANCE, plan=None, measures=[], by=Role.COUNTY_OFFICER)


def test_only_a_real_alarm_opens_leads_of_the_hardship_of_its_cause() -> None:
    hold_to_leads(an_alarm(assessment=Assessment.REAL))

    with pytest.raises(NotReal):
        hold_to_leads(an_alarm(assessment=Assessment.KNOWN))
    assert hardship_of(Cause.PRICE_FALL) is Hardship.HARVEST_OR_BUSINESS_FAILED
    assert hardship_of(Cause.ILLNESS) is Hardship.ILLNESS
    assert hardship_of(Cause.SITE_PROBLEM) is Hardship.OTHER
    assert set(OF_HARDSHIP) == set(Hardship)


# A year of the prefecture: households fall into trouble by themselves, about one in a hundred a year and village, and in some villages together.
COUNTIES, TOWNSHIPS, VILLAGES, WEEKS, HOUSEHOLDS = 8, 10, 12, 52, 250
HISTORY = 24
PLANTED = 40


def a_year(seed: int) -> tuple[dict[tuple[int, int, int], list[list[int]]], dict[tuple[int, int, int], int]]:
    """Draw the households in trouble of every village by week, with a season, and the villages in which a cluster of twelve begins in some week."""
    random, whose = Random(seed), Random(seed + 1)
    villages = [(c, t, v) for c in range(COUNTIES) for t in range(TOWNSHIPS) for v in range(VILLAGES)]
    rates = {village: random.choice((1, 2, 5, 10)) / WEEKS for village in villages}
    counts = {
        village: [
            [whose.randrange(HOUSEHOLDS) for _ in range(10) if random.random() < rate * (1.5 if week % 52 in range(20, 33) else 0.9) / 10]
            for week in range(HISTORY + WEEKS)
        ]
        for village, rate in rates.items()
    }
    planted = {village: random.randrange(HISTORY, HISTORY + WEEKS - 4) for village in random.sample(villages, PLANTED)}
    for village, week in planted.items():
        for household in whose.sample(range(HOUSEHOLDS), 12):
            counts[village][week + random.randrange(3)].append(household)
    return counts, planted


@pytest.mark.parametrize("seed", [20211, 20212])
def test_planted_clusters_are_found_and_noise_is_not(seed: int, say: Say) -> None:
    counts, planted = a_year(seed)
    rule = a_rule()
    found: set[tuple[int, int, int]] = set()
    false = 0
    for week in range(HISTORY, HISTORY + WEEKS):
        windows = min(6, (week - 3) // 4)
        first = week - 3 - 4 * windows
        days = [MONDAY + timedelta(weeks=number) for number in range(HISTORY + WEEKS)]
        window = Window(since=days[first], begins=days[week - 3], until=days[week], windows=windows)
        seen = {
            village: households_in(window, ((days[number], who) for number in range(first, week + 1) for who in each[number]))
            for village, each in counts.items()
        }
        around: dict[tuple[int, int], int] = {}
        for (c, t, _), (observed, _past) in seen.items():
            around[c, t] = around.get((c, t), 0) + observed
        for village, (observed, past) in seen.items():
            here = figures(
                observed, past, households=HOUSEHOLDS, around=around[village[:2]] - observed, households_around=HOUSEHOLDS * (VILLAGES - 1)
            )
            if not judge(here, rule, windows=windows).opens:
                continue
            if village in planted and planted[village] <= week <= planted[village] + 7:
                found.add(village)
            elif not (village in planted and week > planted[village]):
                false += 1
    looks = COUNTIES * TOWNSHIPS * VILLAGES * WEEKS
    say(f"seed {seed}: {len(found)} of {len(planted)} planted clusters found, {false} false alarms in {looks} looks")

    assert found == set(planted)
    assert false / looks < 0.0005, f"{false} of {looks}"

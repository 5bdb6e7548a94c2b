"""What readers ask, one line for each door: `reading.py` measures whatever stands here, at both sizes.

A door that the service does not have is named as not measured. What a door reads must be filled by `settlers.py`: no trigger fires there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel.actors import Actor
from shared.kernel.areas import COUNTIES, TOWNSHIP, county_of
from shared.kernel.page import Place
from tests.bench.harness.requests import get, request
from tests.bench.harness.world import World
from tests.bench.people.drawn import an_id_number
from tests.bench.people.settlers import MEMBERS
from tests.fixtures.tokens import county, prefecture, township, village

Asking = Callable[[World, str, int], list[str]]
"""Write the requests to one door, as those ask who work with it: of a database, and of how many people there are."""

PAGE = 50
SOME = 32
_DEEP = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door for readers. `question`: a part of the text of the statement that is its question alone; without one that is not measured apart.

    :param of_statements: the least part of the rate of the same statements in pgbench.
    :param growth: the most that half of the requests may take longer among the many than among the few.
    :param rows: how many items an answer has, if all have as many.
    """

    name: str
    path: str
    asking: Asking
    of_statements: float
    growth: float
    question: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A worklist: the table behind it, and whose page is asked for in which status."""

    path: str
    table: str
    status: str
    by: Callable[..., Actor]


HOUSEHOLDS = List(path="/v1/households", table="household", status="monitored", by=township)
_LEADS = List(path="/v1/leads", table="lead", status="registered", by=county)
_CASES = List(path="/v1/cases", table="monitoring_case", status="reviewed", by=county)

# The last row before a page that begins after most of the list. Areas are drawn, the same at every size.
_PLACES = """
    WITH area AS (
        SELECT county_code, {column} AS area, count(*) AS total FROM {table} WHERE status = $1
        GROUP BY county_code, {column} HAVING count(*) >= 2 * $2 ORDER BY md5({column}) LIMIT $3
    )
    SELECT area.*, place.* FROM area CROSS JOIN LATERAL (
        SELECT due_at, id FROM {table} WHERE county_code = area.county_code AND {column} = area.area AND status = $1
        ORDER BY due_at, id OFFSET greatest(least((total * $4::float)::int, total - $2) - 1, 0) LIMIT 1
    ) AS place ORDER BY area
"""
# Parts of names as the builder draws them, the same at every size: one character, or two.
_PARTS = """
    SELECT part FROM (SELECT left(name, $1) AS part FROM bench.name UNION ALL SELECT substr(name, 2, $1) FROM bench.name) AS parts
    WHERE length(part) = $1 GROUP BY part HAVING count(*) >= $2 ORDER BY md5(part) LIMIT $3
"""
_VILLAGES = "SELECT code FROM bench.village ORDER BY place"


def pages(world: World, where: str, listed: List) -> tuple[list[str], list[str]]:
    """Ask as each area's officer, for the top of a list and for a place deep inside it.

    :raises RuntimeError: no area has two pages.
    """
    column = "township_code" if listed.by is township else "county_code"
    first, deep = list[str](), list[str]()
    for row in world.ask(where, _PLACES.format(column=column, table=listed.table), listed.status, PAGE, SOME, _DEEP):
        officer, place = listed.by(area=row["area"]), Place(county=row["county_code"], due_at=row["due_at"], id=row["id"])
        asked: dict[str, Any] = {"area": officer.area, "status": listed.status, "size": PAGE}
        first.append(get(listed.path, officer, **asked))
        deep.append(get(listed.path, officer, **asked, cursor=str(place)))
    if not first:
        raise RuntimeError(f"nobody has two pages of {listed.table}: measure among more")
    return first, deep


def _first_of(listed: List) -> Asking:
    return lambda world, where, _: pages(world, where, listed)[0]


def _deep_in(listed: List) -> Asking:
    return lambda world, where, _: pages(world, where, listed)[1]


def _names(by: Callable[[str], Actor], *, characters: int, at_least: int) -> Asking:
    """Ask for people by a part of their name, which so many of the builder's names have at least, in villages all over the prefecture."""

    def asking(world: World, where: str, _: int) -> list[str]:
        villages = [row["code"] for row in world.ask(where, _VILLAGES)]
        parts = [row["part"] for row in world.ask(where, _PARTS, characters, at_least, SOME)]
        return [_search(by(villages[n * len(villages) // len(parts)]), name_part=part) for n, part in enumerate(parts)]

    return asking


def _numbers(world: World, where: str, people: int) -> list[str]:
    """Ask for people all over the register by their ID numbers, as their counties' officers."""
    villages = [row["code"] for row in world.ask(where, _VILLAGES)]
    return [
        _search(county(area=county_of(villages[p // MEMBERS % len(villages)])), id_number=an_id_number(p))
        for p in (n * people // SOME + n for n in range(SOME))
    ]


def _of_counties(path: str, **asked: Any) -> Asking:
    return lambda *_: [get(path, county(area=area), area=area, **asked) for area in COUNTIES]


def _of_townships(path: str, **asked: Any) -> Asking:
    def asking(world: World, where: str, _: int) -> list[str]:
        areas = sorted({row["code"][:TOWNSHIP] for row in world.ask(where, _VILLAGES)})
        return [get(path, township(area=area), area=area, **asked) for area in areas[:SOME]]

    return asking


def _search(by: Actor, **wanted: str) -> str:
    return request("POST", _SEARCH, by, wanted)


def _page(name: str, path: str, asking: Asking, *, question: str = "", rows: int | None = None) -> Door:
    return Door(name=name, path=path, asking=asking, of_statements=0.08, growth=1.3, question=question, rows=rows)


def _named(name: str, asking: Asking, *, rows: int | None = None) -> Door:
    return Door(name=name, path=_SEARCH, asking=asking, of_statements=0.08, growth=2.0, question="people_named(", rows=rows)


_SEARCH = "/v1/households/search"
_OFTEN, _SELDOM = 960, 30  # of the builder's 80,000 names
DOORS: Sequence[Door] = (
    _page("households, first page", HOUSEHOLDS.path, _first_of(HOUSEHOLDS), question="FROM household", rows=PAGE),
    _page("households, deep page", HOUSEHOLDS.path, _deep_in(HOUSEHOLDS), rows=PAGE),
    _page("leads, first page", _LEADS.path, _first_of(_LEADS), question="FROM lead", rows=PAGE),
    _page("leads, deep page", _LEADS.path, _deep_in(_LEADS), rows=PAGE),
    _page("cases, first page", _CASES.path, _first_of(_CASES), question="FROM monitoring_case", rows=PAGE),
    _page("cases, deep page", _CASES.path, _deep_in(_CASES), rows=PAGE),
    _named("a character of a name, a county", _names(lambda at: county(area=county_of(at)), characters=1, at_least=_OFTEN), rows=PAGE),
    _named("a character of a name, a village", _names(lambda at: village(area=at), characters=1, at_least=_OFTEN)),
    _named("two characters of a name, the prefecture", _names(lambda _: prefecture(), characters=2, at_least=_SELDOM)),
    Door(name="an ID number", path=_SEARCH, asking=_numbers, of_statements=0.04, growth=1.3, question="id_number_index =", rows=1),
    _page("everybody's work, first page", "/v1/worklist", _of_townships("/v1/worklist", size=PAGE)),
    _page("dashboard of a county", "/v1/dashboard", _of_counties("/v1/dashboard")),
    _page("dashboard of a county, incomes", "/v1/dashboard/income", _of_counties("/v1/dashboard/income")),
)

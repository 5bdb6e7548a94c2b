"""The one worklist: the pages of each matter's own list, read from the index of its level in order and merged.

Promises: what waits in an area once, that first which is due first; a page costs a page of each matter, however much waits.
Does not promise a count. Pages go through the counties, as those of every list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Integer, Row, TextClause, Uuid, bindparam, text

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.reading.work import Matter, Waiting
from shared.database.columns import CODE, INSTANT
from shared.database.pages import Rows, walk
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY, TOWNSHIP, VILLAGE
from shared.kernel.page import Place

_NO_ID = "CAST(NULL AS uuid)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the things of a matter are kept; what is absent of the columns is NULL.

    :param due: by what it is worked through: the expression that its index holds.
    :param wheres: conditions by the words that `Waiting.where` uses.
    :param narrow: a condition of lists of a county or less.
    """

    table: str
    due: str = "due_at"
    household: str = "household_id"
    parent: str = _NO_ID
    day_kind: str = "'calendar'"
    paused: str = "CAST(NULL AS timestamptz)"
    wheres: Mapping[str, str] | None = None
    narrow: str = ""


_STEP_DUE = "coalesce(step_due_at, due_at)"
SOURCES: Mapping[Matter, Source] = {
    Matter.LEAD: Source(
        table="lead",
        due=_STEP_DUE,
        day_kind="step_day_kind",
        paused="paused_at",
        wheres={"in_village": "area_code <> township_code", "above_village": "area_code = township_code"},
    ),
    Matter.CASE: Source(table="monitoring_case", due=_STEP_DUE, day_kind="step_day_kind", paused="paused_at"),
    Matter.CHANGE_REQUEST: Source(
        table="change_request", wheres={"within_county": "act <> 'county_transfer'", "across_counties": "act = 'county_transfer'"}
    ),
    Matter.DUPLICATE: Source(table="duplicate_pair", household=_NO_ID),
    Matter.SCREENING: Source(table="screening_household", parent="round_id"),
    Matter.ANSWER: Source(table="lead_answer", household=_NO_ID, parent="lead_id"),
    Matter.ALARM: Source(table="regional_alarm", household=_NO_ID),
    Matter.EFFECT: Source(table="incident_household", parent="incident_id"),
    Matter.TRACKING: Source(table="incident_tracking", parent="incident_id"),
    Matter.FINDING: Source(table="quality_finding", wheres={f"of_{owner}": f"owner = '{owner}'" for owner in Level}),
    Matter.ESCALATION: Source(table="escalation", parent="subject_id", narrow="level <> 'prefecture'"),
}
_AREA = {COUNTY: "", TOWNSHIP: "AND township_code = :area", VILLAGE: "AND area_code = :area"}
_BRANCH = """
    (SELECT '{matter}' AS matter, '{step}' AS step, '{part}' AS part, county_code, id, {household} AS household_id, {parent} AS parent_id,
            area_code, {due} AS due_at, {day_kind} AS day_kind, {paused} AS paused_at, version
     FROM {table}
     WHERE county_code = :county AND status = '{status}' {conditions}
     ORDER BY {due}, id LIMIT :at_most)
"""
# What stands is late if it was when its clock was stopped.
_LATE = "{due} <= :now AND ({paused} IS NULL OR {due} <= {paused})"
_IN_TIME = "({due} > :now OR {due} > {paused})"
_TYPES: Mapping[str, Any] = {"county": CODE, "area": CODE, "now": INSTANT, "due_at": INSTANT, "after_id": Uuid(), "at_most": Integer()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a worklist is asked for: of which steps, at which level, of what is late or is not, from a place onward.

    :param width: how long the code of the asked area is; a county's for what is wider.
    :param own: only what lies in the asked area itself, where a step is the task of the area that a thing lies in.
    """

    steps: tuple[Waiting, ...]
    width: int
    narrow: bool
    own: bool
    overdue: bool | None
    after: bool


@cache
def question(asked: Question) -> tuple[TextClause, frozenset[str]]:
    """Build a question once, and name what it asks by."""
    branches = "\n    UNION ALL\n".join(_branch(each, asked) for each in asked.steps)
    whole = f"SELECT * FROM (\n{branches}\n) AS work ORDER BY due_at, id LIMIT :at_most"  # noqa: S608  (our own words)
    names = frozenset(name for name in _TYPES if f":{name}" in whole)
    return text(whole).bindparams(*(bindparam(name, type_=_TYPES[name]) for name in sorted(names))), names


def _branch(waiting: Waiting, asked: Question) -> str:
    source = SOURCES[waiting.matter]
    conditions = [_AREA[VILLAGE] if asked.own and waiting.at is None else _AREA[asked.width]]
    said = [(source.wheres or {})[waiting.where]] if waiting.where else []
    said += [source.narrow] if source.narrow and asked.narrow else []
    if asked.overdue is not None:
        said.append(_LATE.format(due=source.due, paused=source.paused) if asked.overdue else _IN_TIME.format(due=source.due, paused=source.paused))
    if asked.after:
        said.append(f"({source.due}, id) > (:due_at, :after_id)")
    return _BRANCH.format(
        matter=waiting.matter,
        step=waiting.step,
        part=waiting.where,
        household=source.household,
        parent=source.parent,
        due=source.due,
        day_kind=source.day_kind,
        paused=source.paused,
        table=source.table,
        status=waiting.status,
        conditions=" ".join([*conditions, *(f"AND {each}" for each in said)]),
    )


async def page(
    area: str, steps: Sequence[Waiting], tx: Transaction, *, own: bool, overdue: bool | None, after: Place | None, size: int
) -> tuple[Rows, str | None]:
    """Read a page of what waits in an area, that first which is due first, county after county; and the cursor of the next."""
    if not steps:
        return [], None
    asked = partial(Question, steps=tuple(steps), width=max(len(area), COUNTY), narrow=len(area) >= COUNTY, own=own, overdue=overdue)

    async def read(county: str, place: Place | None, at_most: int) -> Sequence[Row[Any]]:
        values: dict[str, Any] = {"county": county, "at_most": at_most, "now": tx.now, "area": area}
        if place:
            values |= {"due_at": place.due_at, "after_id": place.id}
        asking, names = question(asked(after=place is not None))
        return (await tx.execute(asking, {name: value for name, value in values.items() if name in names})).all()

    return await walk(area, read, after=after, size=size)

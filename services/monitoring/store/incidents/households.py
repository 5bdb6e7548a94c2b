"""The households that incidents may have hit: laid down set-based, checked one by one, counted by village."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Select,
    Uuid,
    bindparam,
    select,
    text,
    update,
)
from sqlmodel import col

from services.monitoring.domain.incidents.effects import Effect, EffectStatus
from services.monitoring.domain.incidents.hazards import LISTED_AS
from services.monitoring.domain.incidents.incidents import Incident, IncidentId
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, document, instant, money, not_nan, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, is_inside
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId

AT_ONCE = 5_000
"""Households that one slice of laying down takes."""


class EffectRow(Base, table=True):
    """A household that an incident may have hit. What was noted at the check is sealed."""

    __tablename__ = "incident_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        only("status", EffectStatus),
        *not_nan("estimate"),
        *worklist_indexes("incident_household"),
        # Whoever is dropped may stand beside whom an incident hit while one household takes the place of another.
        Index("uq_incident_household", "county_code", "incident_id", "household_id", unique=True, postgresql_where=text("status <> 'dropped'")),
        Index("ix_incident_household_area", "county_code", "incident_id", "area_code", "status"),
        Index("ix_incident_household_household_id", "county_code", "household_id"),
        Index("ix_incident_household_lead_id", "county_code", "lead_id"),
    )

    county_code: str = code()
    id: UUID
    incident_id: UUID
    household_id: UUID
    township_code: str = code()
    area_code: str = code()
    status: EffectStatus = one_of(EffectStatus, sa_column_kwargs={"server_default": text("'to_check'")})
    due_at: datetime = instant()
    losses: list[str] | None = document(default=None, nullable=True)
    estimate: Decimal | None = money(default=None, nullable=True)
    risks: list[str] | None = document(default=None, nullable=True)
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    checked_at: datetime | None = instant(default=None)
    checked_by: str | None = None
    lead_id: UUID | None = None
    case_id: UUID | None = None
    version: int = version()


# Whom an incident may have hit and is not laid down yet: who lives in one of its areas, or stands in the emergency department's list of its days.
_MISSING = """
    FROM household h
    WHERE h.county_code = :county AND h.status <> 'gone'
      AND (EXISTS (SELECT FROM unnest(:areas) AS a (code) WHERE starts_with(h.area_code, a.code))
           OR h.id = ANY(ARRAY(
               SELECT r.household_id FROM department_row r
               WHERE r.county_code = :county AND r.kind = 'disaster_list' AND r.is_latest AND r.household_id IS NOT NULL
                 AND r.effective_on BETWEEN :starts_on AND :ends_on AND r.facts ->> 'disaster' = ANY(:listed_as)
           )))
      AND NOT EXISTS (SELECT FROM incident_household s WHERE s.county_code = h.county_code AND s.incident_id = :incident AND s.household_id = h.id)
"""
_ASKED = (
    bindparam("incident", type_=Uuid()),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("areas", "listed_as")),
    *(bindparam(name, type_=Date()) for name in ("starts_on", "ends_on")),
)
TO_LAY_DOWN = text(f"SELECT count(*) {_MISSING}").bindparams(*_ASKED)
LAY_DOWN = text(f"""
    WITH missing AS MATERIALIZED (
        SELECT h.county_code, h.id, h.township_code, h.area_code {_MISSING} ORDER BY h.id LIMIT :at_most
    ), laid_down AS (
        INSERT INTO incident_household (county_code, id, incident_id, household_id, township_code, area_code, due_at)
        SELECT county_code, uuidv7(), :incident, id, township_code, area_code, :due_at FROM missing
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM missing) AS found, (SELECT count(*) FROM laid_down) AS laid_down
""").bindparams(*_ASKED, bindparam("due_at", type_=INSTANT), bindparam("at_most", type_=Integer()))  # noqa: S608
# The lead that a list has opened already for the same matter, and that nobody has dismissed; one that is not verified yet before all others.
LEAD_OF_LIST = text("""
    SELECT id FROM lead
    WHERE county_code = :county AND household_id = :household AND status IN ('registered', 'confirmed') AND channel = 'disaster'
      AND coalesce(began_on, CAST(heard_at AT TIME ZONE 'Asia/Shanghai' AS date)) BETWEEN :starts_on AND :ends_on
    ORDER BY status DESC, id LIMIT 1
""").bindparams(*(bindparam(name, type_=Date()) for name in ("starts_on", "ends_on")))
LEFT = text("""
    SELECT count(*) FILTER (WHERE e.status = 'to_check') AS unchecked,
           count(*) FILTER (WHERE e.status <> 'to_check' AND e.case_id IS NULL AND NOT EXISTS (
               SELECT FROM lead l WHERE l.county_code = e.county_code AND l.id = e.lead_id AND l.case_id IS NOT NULL)) AS untracked
    FROM incident_household e
    WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.status IN ('to_check', 'affected', 'green_channel', 'relieved')
""").bindparams(bindparam("incident", type_=Uuid()))
FIGURES = text("""
    SELECT e.area_code, count(*) AS households, count(*) FILTER (WHERE e.status = 'to_check') AS to_check,
           count(*) FILTER (WHERE e.losses IS NOT NULL) AS affected,
           count(*) FILTER (WHERE r.times > 0) AS relieved, coalesce(sum(r.amount), 0) AS amount,
           count(*) FILTER (WHERE e.status = 'tracked') AS tracked,
           count(*) FILTER (WHERE t.overdue OR (e.status = 'to_check' AND e.due_at < :now)) AS overdue
    FROM incident_household e
    LEFT JOIN (
        SELECT county_code, effect_id, count(*) AS times, sum(amount) AS amount FROM relief
        WHERE county_code = ANY(:counties) AND incident_id = :incident GROUP BY 1, 2
    ) r ON r.county_code = e.county_code AND r.effect_id = e.id
    LEFT JOIN (
        SELECT DISTINCT county_code, effect_id, true AS overdue FROM incident_tracking
        WHERE county_code = ANY(:counties) AND incident_id = :incident AND status = 'to_visit' AND due_at < :now
    ) t ON t.county_code = e.county_code AND t.effect_id = e.id
    WHERE e.county_code = ANY(:counties) AND e.incident_id = :incident AND e.area_code >= :lo AND e.area_code < :hi
    GROUP BY e.area_code ORDER BY e.area_code
""").bindparams(
    bindparam("incident", type_=Uuid()),
    bindparam("now", type_=INSTANT),
    bindparam("lo", type_=CODE),
    bindparam("hi", type_=CODE),
)

_OPEN = "status IN ('to_check', 'affected', 'green_channel', 'relieved')"
DROP = text(f"""
    UPDATE incident_household SET status = 'dropped', version = version + 1 WHERE county_code = :county AND household_id = :household AND {_OPEN}
""")  # noqa: S608  (our own words)
DROP_VISITS = text("""
    UPDATE incident_tracking SET status = 'dropped', version = version + 1
    WHERE county_code = :county AND household_id = :household AND status = 'to_visit'
""")
_THERE = "household_id = :into, area_code = :village, township_code = left(:village, 9), version = t.version + 1"
# What an incident has of a household that it did not hit gives way: it is set aside here, and stays with the household that is gone.
SET_ASIDE = text("""
    UPDATE incident_household o SET status = 'dropped', version = o.version + 1 FROM incident_household t
    WHERE o.county_code = :county AND o.household_id = :into AND o.status IN ('to_check', 'unaffected', 'dropped')
      AND t.county_code = :county AND t.household_id = :gone AND t.incident_id = o.incident_id
      AND t.status IN ('affected', 'green_channel', 'relieved')
    RETURNING o.id
""").bindparams(bindparam("gone", type_=Uuid()), bindparam("into", type_=Uuid()))
LEFT_BEHIND = text("""
    UPDATE incident_household SET household_id = :gone, area_code = :left, township_code = left(:left, 9), version = version + 1
    WHERE county_code = :county AND id = ANY(:aside)
""").bindparams(bindparam("left", type_=CODE), bindparam("gone", type_=Uuid()), bindparam("aside", type_=ARRAY(Uuid())))
GO_OVER = text(f"""
    UPDATE incident_household t SET {_THERE}
    WHERE county_code = :county AND household_id = :gone AND status IN ('affected', 'green_channel', 'relieved')
      AND NOT EXISTS (SELECT FROM incident_household o
                      WHERE o.county_code = :county AND o.incident_id = t.incident_id AND o.household_id = :into AND o.status <> 'dropped')
    RETURNING id
""").bindparams(bindparam("village", type_=CODE), bindparam("into", type_=Uuid()))  # noqa: S608
VISITS_GO_OVER = text(f"""
    UPDATE incident_tracking t SET {_THERE} WHERE county_code = :county AND household_id = :gone AND effect_id = ANY(:effects) AND status = 'to_visit'
""").bindparams(bindparam("village", type_=CODE), bindparam("into", type_=Uuid()), bindparam("effects", type_=ARRAY(Uuid())))  # noqa: S608

COLUMNS = columns_of(EffectRow, Effect)
LISTED = (*COLUMNS, col(EffectRow.estimate))
# Held from the first look: of two acts at once the second sees what the first left.
GET = select(*COLUMNS).where(
    among(EffectRow.county_code, "counties"),
    col(EffectRow.incident_id) == bindparam("incident_id"),
    col(EffectRow.household_id) == bindparam("household_id"),
)
HOLD = GET.with_for_update()
_SET = ("losses", "estimate", "risks", "secrets", "evidence", "checked_at", "checked_by", "lead_id", "case_id")
DECIDE = (
    update(EffectRow)
    .where(
        among(EffectRow.county_code, "counties"),
        col(EffectRow.id) == bindparam("effect_id"),
        col(EffectRow.version) == bindparam("expected"),
    )
    .values(
        status=bindparam("becomes"),
        version=col(EffectRow.version) + 1,
        **{
            name: text(f"coalesce(:new_{name}, {name})").bindparams(bindparam(f"new_{name}", type_=table_of(EffectRow).c[name].type)) for name in _SET
        },
    )
    .returning(col(EffectRow.version))
)
worklist = Worklist(EffectRow, select(*LISTED))
incident_worklist = Worklist(EffectRow, select(*LISTED).where(col(EffectRow.incident_id) == bindparam("incident", type_=Uuid())))


async def to_lay_down(held: Incident, tx: Transaction) -> int:
    """Count the households of the transaction's county that an incident may have hit and that are not laid down."""
    return (await tx.execute(TO_LAY_DOWN, _asked(held, tx))).scalar_one()


async def lay_down(held: Incident, tx: Transaction, *, due_at: datetime) -> tuple[int, bool]:
    """Lay down the next households of an incident in the transaction's county; say how many, and whether there may be more."""
    row = (await tx.execute(LAY_DOWN, _asked(held, tx) | {"due_at": due_at, "at_most": AT_ONCE})).one()
    return row.laid_down, row.found == AT_ONCE


async def get(incident_id: IncidentId, household_id: HouseholdId, tx: Transaction, *, question: Select[Any] = GET) -> Effect:
    """Load a household of an incident.

    :raises NotFound: it is none of it, or lies outside the caller's area.
    """
    asked = {"counties": tx.counties, "incident_id": incident_id, "household_id": household_id}
    found = (await tx.execute(question, asked)).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Effect(**found)


async def hold(incident_id: IncidentId, household_id: HouseholdId, tx: Transaction) -> Effect:
    """Load a household of an incident, and keep others from deciding about it until this act ends.

    :raises NotFound: it is none of it, or lies outside the caller's area.
    """
    return await get(incident_id, household_id, tx, question=HOLD)


async def decide(effect: Effect, status: EffectStatus, tx: Transaction, *, expected: int, **became: Any) -> int:
    """Keep what became of a household in an incident if nobody was quicker, and give its new version; what is not named stays.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "effect_id": effect.id, "expected": expected, "becomes": status}
    changes = dict.fromkeys((f"new_{name}" for name in _SET), None) | {f"new_{name}": value for name, value in became.items()}
    return await tx.change(DECIDE, this | changes)


async def lead_of_list(effect: Effect, incident: Incident, tx: Transaction) -> UUID | None:
    """Find the lead that a department's list has opened for the household in the days of an incident and that nobody has dismissed."""
    asked = {"county": effect.county_code, "household": effect.household_id, "starts_on": incident.starts_on, "ends_on": incident.ends_on}
    return (await tx.execute(LEAD_OF_LIST, asked)).scalar_one_or_none()


async def left(incident_id: IncidentId, tx: Transaction) -> Row[Any]:
    """Count the households of an incident that are not checked, and those that it hit, are not tracked to the end, and have no case."""
    return (await tx.execute(LEFT, {"counties": tx.counties, "incident": incident_id})).one()


async def go_over(household: Row[Any], into: Row[Any], tx: Transaction) -> None:
    """Let what an incident did to a household be that of the one that it goes into, with the visits that are owed, unless that one was hit itself."""
    asked = {"county": household.county_code, "gone": household.id, "into": into.id, "village": into.area_code}
    aside = (await tx.execute(SET_ASIDE, asked)).scalars().all()
    moved = (await tx.execute(GO_OVER, asked)).scalars().all()
    await tx.execute(VISITS_GO_OVER, asked | {"effects": list(moved)})
    await tx.execute(LEFT_BEHIND, asked | {"aside": list(aside), "left": household.area_code})


async def end_all(household: Row[Any], tx: Transaction) -> None:
    """End what is open for a household that is gone: nobody could check or visit it."""
    for question in (DROP, DROP_VISITS):
        await tx.execute(question, {"county": household.county_code, "household": household.id})


async def figures(incident_id: IncidentId, area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Count an incident's households village by village: one grouped question. Amounts in yuan."""
    lo, hi = area_range(area)
    return (await tx.execute(FIGURES, {"counties": tx.counties, "incident": incident_id, "now": tx.now, "lo": lo, "hi": hi})).all()


def _asked(held: Incident, tx: Transaction) -> dict[str, Any]:
    county = tx.actor.scope.county
    here = [area for area in held.areas if is_inside(area, county) or is_inside(county, area)]
    return {
        "county": county,
        "incident": held.id,
        "areas": here,
        "listed_as": list(LISTED_AS[held.hazard]) if here else [],
        "starts_on": held.starts_on,
        "ends_on": held.ends_on,
    }

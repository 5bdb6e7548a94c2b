"""Regional alarms: a worklist for every level, the households of each, and the county's answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Uuid,
    and_,
    bindparam,
    literal_column,
    select,
    text,
    update,
)
from sqlmodel import Field, col

from services.monitoring.domain.regional.alarms import Alarm, AlarmId, AlarmStatus, Assessment
from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.regional.rules import RegionLevel
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, day, document, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY, TOWNSHIP, area_range
from shared.kernel.errors import NotFound


class AlarmRow(Base, table=True):
    """A count that called for an alarm, as it was when opened; `observed` is as of the last check. Of an area, cause and industry one is not over.

    `expected`: households by its own history, none if there was none; `neighbours`: by the rate of the areas of the same parent.
    """

    __tablename__ = "regional_alarm"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("level", RegionLevel),
        only("cause", Cause),
        only("status", AlarmStatus),
        only("assessment", Assessment),
        *worklist_indexes("regional_alarm"),
        Index(
            "uq_regional_alarm_present", "county_code", "area_code", "cause", "industry", unique=True, postgresql_where=text("status <> 'cleared'")
        ),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    township_code: str = code()
    level: RegionLevel = one_of(RegionLevel)
    cause: Cause = one_of(Cause)
    industry: str = code()
    rule: dict[str, Any] = document()
    window_begins: date = day()
    households: int
    observed: int
    observed_at_opening: int
    expected: float | None = Field(default=None, sa_type=Float)
    neighbours: float | None = Field(default=None, sa_type=Float)
    threshold: float = Field(sa_type=Float)
    clear_below: float = Field(sa_type=Float)
    calm_since: date | None = day(default=None)
    status: AlarmStatus = one_of(AlarmStatus, sa_column_kwargs={"server_default": text("'open'")})
    due_at: datetime = instant()
    opened_at: datetime = instant()
    answered_at: datetime | None = instant(default=None)
    answered_by: str | None = None
    assessment: Assessment | None = one_of(Assessment, default=None, nullable=True)
    prevention_plan: str | None = None
    secrets: bytes | None = sealed(default=None, nullable=True)
    evidence: list[dict[str, str]] | None = document(default=None, nullable=True)
    cleared_at: datetime | None = instant(default=None)
    version: int = version()


class AlarmHouseholdRow(Base, table=True):
    """A household with an occurrence that an alarm counts; added to while it is not over."""

    __tablename__ = "regional_alarm_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "alarm_id", "household_id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        Index("ix_regional_alarm_household_household", "county_code", "household_id"),
    )

    county_code: str = code()
    id: UUID
    alarm_id: UUID
    household_id: UUID
    area_code: str = code()
    added_at: datetime = instant()


# Of the alarms around it that are not over, the widest: a nested alarm is shown under it. Each is found by its key.
_AROUND = """
    (SELECT w.id FROM regional_alarm w WHERE w.county_code = regional_alarm.county_code AND w.area_code = left(regional_alarm.area_code, {length})
        AND w.cause = regional_alarm.cause AND w.industry = regional_alarm.industry AND w.status <> 'cleared'
        AND length(regional_alarm.area_code) > {length})
"""
_WITHIN = literal_column(f"coalesce({_AROUND.format(length=COUNTY)}, {_AROUND.format(length=TOWNSHIP)})", type_=Uuid()).label("within")
LISTED = (
    *columns_of(AlarmRow, Alarm),
    *(col(getattr(AlarmRow, name)) for name in ("level", "industry", "households", "observed", "observed_at_opening", "expected", "neighbours")),
    *(col(getattr(AlarmRow, name)) for name in ("threshold", "clear_below", "calm_since", "opened_at", "answered_at", "answered_by", "cleared_at")),
    *(col(getattr(AlarmRow, name)) for name in ("prevention_plan", "window_begins")),
    _WITHIN,
)
THIS = and_(among(AlarmRow.county_code, "counties"), col(AlarmRow.id) == bindparam("alarm"))
GET = select(*columns_of(AlarmRow, Alarm)).where(THIS)
SHOW = select(*LISTED, col(AlarmRow.rule), col(AlarmRow.secrets), col(AlarmRow.evidence)).where(THIS)
ANSWER = (
    update(AlarmRow)
    .where(THIS, col(AlarmRow.status) == AlarmStatus.OPEN, col(AlarmRow.version) == bindparam("expected_version"))
    .values(
        status=bindparam("becomes"),
        assessment=bindparam("found"),
        prevention_plan=bindparam("plan"),
        secrets=bindparam("told"),
        evidence=bindparam("proof"),
        answered_at=bindparam("at"),
        answered_by=bindparam("person"),
        version=col(AlarmRow.version) + 1,
    )
    .returning(col(AlarmRow.version))
)
HOUSEHOLDS = (
    select(*(col(each) for each in (AlarmHouseholdRow.county_code, AlarmHouseholdRow.household_id, AlarmHouseholdRow.area_code)))
    .add_columns(col(AlarmHouseholdRow.added_at))
    .where(
        among(AlarmHouseholdRow.county_code, "counties"),
        col(AlarmHouseholdRow.alarm_id) == bindparam("alarm"),
        col(AlarmHouseholdRow.area_code) >= bindparam("lo", type_=CODE),
        col(AlarmHouseholdRow.area_code) < bindparam("hi", type_=CODE),
        col(AlarmHouseholdRow.household_id) > bindparam("after", type_=Uuid()),
    )
    .order_by(col(AlarmHouseholdRow.household_id))
    .limit(bindparam("at_most", type_=Integer()))
)
COUNT_HOUSEHOLDS = text("""
    SELECT count(*) FROM regional_alarm_household WHERE county_code = ANY(:counties) AND alarm_id = :alarm
""").bindparams(bindparam("counties", type_=ARRAY(CODE)), bindparam("alarm", type_=Uuid()))

worklist = Worklist(AlarmRow, select(*LISTED))


async def get(alarm_id: AlarmId, tx: Transaction) -> Alarm:
    """Load an alarm.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "alarm": alarm_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Alarm(**found)


async def show(alarm_id: AlarmId, tx: Transaction) -> Row[Any]:
    """Load an alarm with its rule and its answer.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(SHOW, {"counties": tx.counties, "alarm": alarm_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def answer(alarm: Alarm, told: Mapping[str, Any], tx: Transaction, *, expected: int) -> int:
    """Keep an answer if nobody changed the alarm meanwhile, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "alarm": alarm.id, "expected_version": expected, "at": tx.now, "person": tx.actor.id}
    return await tx.change(ANSWER, {**this, **told})


async def households(alarm_id: AlarmId, area: str, tx: Transaction, *, after: UUID, at_most: int) -> Sequence[Row[Any]]:
    """Read the households of an alarm that live in an area, by their ids."""
    lo, hi = area_range(area)
    asked = {"counties": tx.counties, "alarm": alarm_id, "lo": lo, "hi": hi, "after": after, "at_most": at_most}
    return (await tx.execute(HOUSEHOLDS, asked)).all()


async def count_households(alarm_id: AlarmId, tx: Transaction) -> int:
    """Count the households of an alarm."""
    return (await tx.execute(COUNT_HOUSEHOLDS, {"counties": tx.counties, "alarm": alarm_id})).scalar_one()

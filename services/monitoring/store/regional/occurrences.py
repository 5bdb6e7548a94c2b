"""Occurrences: what is counted by area; derived from leads and regional events, each once.

Promises: whatever makes or moves a lead puts it on the queue in the same transaction; who takes it from there makes its occurrences anew, so that a
repetition changes nothing and a correction is counted. Whatever changes an occurrence puts its cell on the queue of cells.
Does not promise a moment: a count follows within a round of the duty.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Uuid, bindparam, text

from services.monitoring.domain.regional.causes import OF_HARDSHIP, UNCOUNTED, Cause, SourceKind
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, counted, day, one_of, only
from shared.database.transaction import Transaction


class OccurrenceRow(Base, table=True):
    """One trouble of a lead or an event; its id follows from the source, the cause and the household. `industry`: a key industry of an event, or
    the household's on its form. `people` live in the household; `week` is the Monday of `happened_on`."""

    __tablename__ = "occurrence"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("cause", Cause),
        only("source_kind", SourceKind),
        Index("ix_occurrence_source", "county_code", "source_id"),
        Index("ix_occurrence_week", "county_code", "week", "area_code"),
        Index("ix_occurrence_household", "county_code", "household_id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    township_code: str = code()
    happened_on: date = day()
    week: date = day()
    cause: Cause = one_of(Cause)
    industry: str | None = code(default=None, nullable=True)
    household_id: UUID | None = None
    source_kind: SourceKind = one_of(SourceKind)
    source_id: UUID
    people: int


class OccurrenceQueueRow(Base, table=True):
    """A lead or an event whose occurrences are to be made anew."""

    __tablename__ = "occurrence_queue"
    __table_args__ = (PrimaryKeyConstraint("county_code", "source_kind", "source_id"), only("source_kind", SourceKind))

    county_code: str = code()
    source_kind: SourceKind = one_of(SourceKind)
    source_id: UUID
    changes: int = counted(1)


_TAKE = text("""
    DELETE FROM occurrence_queue WHERE county_code = :county AND source_kind = :kind AND source_id IN (
        SELECT source_id FROM occurrence_queue WHERE county_code = :county AND source_kind = :kind ORDER BY source_id LIMIT :at_most
    ) RETURNING source_id
""").bindparams(bindparam("at_most", type_=Integer()), bindparam("kind", type_=CODE))
_SOURCES = bindparam("sources", type_=ARRAY(Uuid))
_FORGET = text("DELETE FROM occurrence WHERE county_code = :county AND source_id = ANY(:sources)").bindparams(_SOURCES)
_COLUMNS = "county_code, id, area_code, township_code, happened_on, week, cause, industry, household_id, source_kind, source_id, people"
_PEOPLE = """
    LEFT JOIN LATERAL (
        SELECT count(*)::int AS people FROM membership m WHERE m.county_code = :county AND m.household_id = {household} AND m.valid_to IS NULL
    ) m ON true
"""
_MEMBERS_OF_LEAD, _MEMBERS_OF_EVENT = _PEOPLE.format(household="l.household_id"), _PEOPLE.format(household="h.id")
_OF_LEADS = text(f"""
    INSERT INTO occurrence ({_COLUMNS})
    SELECT l.county_code, CAST(md5(l.id || '/' || c.cause) AS uuid), l.area_code, left(l.area_code, 9), d.on, CAST(date_trunc('week', d.on) AS date),
           c.cause, f.industry_kind, l.household_id, 'lead', l.id, greatest(m.people, 1)
    FROM lead l
    CROSS JOIN LATERAL (SELECT CAST(l.heard_at AT TIME ZONE 'Asia/Shanghai' AS date) AS on) d
    CROSS JOIN LATERAL (
        SELECT DISTINCT k.cause FROM jsonb_array_elements_text(l.hardships) AS h (word)
        JOIN unnest(:hardships, :causes) AS k (hardship, cause) ON k.hardship = h.word
    ) c
    LEFT JOIN household_form f ON f.county_code = l.county_code AND f.household_id = l.household_id AND f.valid_to IS NULL
    {_MEMBERS_OF_LEAD}
    WHERE l.county_code = :county AND l.id = ANY(:sources) AND l.channel <> ALL(:uncounted) AND l.withdrawn_at IS NULL
""").bindparams(_SOURCES, *(bindparam(name, type_=ARRAY(CODE)) for name in ("hardships", "causes", "uncounted")))  # noqa: S608  (our own words)
# Who has not said which industry is its own may have this one: not known is not no.
_OF_EVENTS = text(f"""
    INSERT INTO occurrence ({_COLUMNS})
    SELECT e.county_code, CAST(md5(e.id || '/' || h.id) AS uuid), h.area_code, left(h.area_code, 9), e.happened_on,
           CAST(date_trunc('week', e.happened_on) AS date), e.cause, e.industry, h.id, 'event', e.id, greatest(m.people, 1)
    FROM regional_event e
    JOIN household h ON h.county_code = e.county_code AND h.status <> 'gone'
        AND EXISTS (SELECT FROM jsonb_array_elements_text(e.areas) AS a (code) WHERE starts_with(h.area_code, a.code))
    LEFT JOIN household_form f ON f.county_code = h.county_code AND f.household_id = h.id AND f.valid_to IS NULL
    {_MEMBERS_OF_EVENT}
    WHERE e.county_code = :county AND e.id = ANY(:sources)
      AND (e.form_kind IS NULL OR f.industry_kind IS NULL OR f.industry_kind = e.form_kind)
""").bindparams(_SOURCES)  # noqa: S608
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('regions/' || :county, 0))")


async def hold_county(county: str, tx: Transaction) -> None:
    """Keep others from counting a county until this act ends."""
    await tx.execute(_ONE_AT_A_TIME, {"county": county})


async def take(county: str, kind: SourceKind, tx: Transaction, *, at_most: int) -> list[UUID]:
    """Take sources off the queue: what is put there from now on is done again."""
    return list((await tx.execute(_TAKE, {"county": county, "kind": kind, "at_most": at_most})).scalars())


async def make_anew(county: str, kind: SourceKind, sources: Sequence[UUID], tx: Transaction) -> int:
    """Make the occurrences of sources anew; say how many there are."""
    asked = {"county": county, "sources": list(sources)}
    await tx.execute(_FORGET, asked)
    if kind is SourceKind.EVENT:
        return (await tx.execute(_OF_EVENTS, asked)).rowcount
    causes = {"hardships": [str(each) for each in OF_HARDSHIP], "causes": [str(each) for each in OF_HARDSHIP.values()]}
    return (await tx.execute(_OF_LEADS, asked | causes | {"uncounted": [str(each) for each in UNCOUNTED]})).rowcount

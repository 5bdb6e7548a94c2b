"""Pairs of people who may be one: found by the machine among those who are alike in what the database can look up, decided by an officer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Row,
    Uuid,
    and_,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlmodel import Field, col

from services.monitoring.domain.register.duplicates import DuplicateStatus, Likeness, Pair
from services.monitoring.domain.register.people import Certificate, Sex
from services.monitoring.store.base import Base
from services.monitoring.store.register.people import MembershipRow, PersonRow
from shared.database.columns import CODE, code, instant, one_of, only, sealed, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound

SCORE = Numeric(3, 2)


class DuplicateRow(Base, table=True):
    """A pair, where the one without an ID number lives; `due_at` is the end of the period until its decision. The reason is sealed."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("status", DuplicateStatus),
        CheckConstraint("person_a <> person_b", name="two"),
        *worklist_indexes("duplicate_pair"),
        Index("ix_duplicate_pair_person_a", "county_code", "person_a"),
    )

    county_code: str = code()
    id: UUID
    township_code: str = code()
    area_code: str = code()
    person_a: UUID
    person_b: UUID
    score: Decimal = Field(sa_type=SCORE)  # pyright: ignore[reportArgumentType, reportCallIssue]
    status: DuplicateStatus = one_of(DuplicateStatus, sa_column_kwargs={"server_default": text("'open'")})
    found_at: datetime = instant()
    due_at: datetime = instant()
    decided_at: datetime | None = instant(default=None)
    decided_by: str | None = None
    secrets: bytes | None = sealed(default=None, nullable=True)
    version: int = version()


_THIS = and_(among(DuplicateRow.county_code, "counties"), col(DuplicateRow.id) == bindparam("pair_id"))
_GET = select(*columns_of(DuplicateRow, Pair)).where(_THIS)
_DECIDE = (
    update(DuplicateRow)
    .where(_THIS, col(DuplicateRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        decided_at=bindparam("at"),
        decided_by=bindparam("person"),
        secrets=bindparam("sealed"),
        version=col(DuplicateRow.version) + 1,
    )
    .returning(col(DuplicateRow.version))
)
_LINES = select(
    *columns_of(DuplicateRow, Pair),
    col(DuplicateRow.township_code),
    col(DuplicateRow.found_at),
)
worklist = Worklist(DuplicateRow, _LINES)

_SEEN = (
    select(
        col(PersonRow.id),
        col(PersonRow.name),
        col(PersonRow.born_on),
        col(PersonRow.sex),
        col(PersonRow.secrets),
        col(PersonRow.area_code),
        col(PersonRow.same_as),
        col(MembershipRow.household_id),
        col(MembershipRow.relation),
    )
    .outerjoin(
        MembershipRow,
        (col(MembershipRow.county_code) == col(PersonRow.county_code))
        & (col(MembershipRow.person_id) == col(PersonRow.id))
        & col(MembershipRow.valid_to).is_(None),
    )
    .where(among(PersonRow.county_code, "counties"), among(PersonRow.id, "ids"))
)
_WITHOUT_NUMBER = (
    select(col(PersonRow.id), col(PersonRow.name), col(PersonRow.born_on), col(PersonRow.sex), col(PersonRow.area_code))
    .where(col(PersonRow.county_code) == bindparam("county", type_=CODE), col(PersonRow.certificate) != Certificate.RESIDENT_ID)
    .order_by(col(PersonRow.id))
)
_SOME_WITHOUT_NUMBER = _WITHOUT_NUMBER.offset(bindparam("before", type_=Integer())).limit(bindparam("at_most", type_=Integer()))
_THESE_WITHOUT_NUMBER = _WITHOUT_NUMBER.where(among(PersonRow.id, "ids"))
_COUNT = (
    select(func.count())
    .select_from(PersonRow)
    .where(col(PersonRow.county_code) == bindparam("county", type_=CODE), col(PersonRow.certificate) != Certificate.RESIDENT_ID)
)
# A look-up that sees all of the county: whom a cadre may not see may still be the same person. What it gives is compared and shown to nobody.
_ALIKE = text("""
    SELECT a.id AS person, c.id, c.area_code, c.name, c.born_on, c.sex, c.has_id
    FROM unnest(:ids, :days, :sexes, :initials, :ends, :villages) AS a (id, day, sex, initial, upto, village),
         LATERAL people_alike(:county, a.id, a.day, a.sex, a.initial, a.upto, a.village) c
    ORDER BY a.id, c.id
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("days", type_=ARRAY(Date)),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("sexes", "initials", "ends", "villages")),
)
_LINK = (
    update(PersonRow)
    .where(among(PersonRow.county_code, "counties"), col(PersonRow.id) == bindparam("person"))
    .values(same_as=bindparam("other", type_=Uuid()))
)
_END_MEMBERSHIP = (
    update(MembershipRow)
    .where(among(MembershipRow.county_code, "counties"), col(MembershipRow.person_id) == bindparam("person"), col(MembershipRow.valid_to).is_(None))
    .values(valid_to=bindparam("until", type_=Date()))
)
_UNREAD = (
    select(col(PersonRow.id), col(PersonRow.secrets))
    .where(
        col(PersonRow.county_code) == bindparam("county", type_=CODE),
        col(PersonRow.born_on).is_(None),
        col(PersonRow.certificate) == Certificate.RESIDENT_ID,
    )
    .order_by(col(PersonRow.id))
    .limit(bindparam("at_most", type_=Integer()))
)
_READ = text("""
    UPDATE person p SET born_on = n.born_on, sex = n.sex FROM unnest(:ids, :days, :sexes) AS n (id, born_on, sex)
    WHERE p.county_code = :county AND p.id = n.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("days", type_=ARRAY(Date)), bindparam("sexes", type_=ARRAY(CODE)))


async def without_number(tx: Transaction, *, before: int, at_most: int) -> Sequence[Row[Any]]:
    """Read some of a county's people who have no ID number, in their order, after so many."""
    asked = {"county": tx.actor.scope.county, "before": before, "at_most": at_most}
    return (await tx.execute(_SOME_WITHOUT_NUMBER, asked)).all()


async def these_without_number(ids: Sequence[UUID], county: str, tx: Transaction) -> Sequence[Row[Any]]:
    return (await tx.execute(_THESE_WITHOUT_NUMBER, {"county": county, "ids": list(ids)})).all()


async def count_without_number(tx: Transaction) -> int:
    return (await tx.execute(_COUNT, {"county": tx.actor.scope.county})).scalar_one()


async def alike(people: Sequence[Row[Any]], ends: Sequence[str], county: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Find for each of some people those of the county who may be the same: born on the same day, or of the same village, and of the same initial.

    :param ends: for each the first text behind all names of the same initial.
    """
    asked = {
        "county": county,
        "ids": [person.id for person in people],
        "days": [person.born_on for person in people],
        "sexes": [person.sex for person in people],
        "initials": [person.name[:1] for person in people],
        "ends": list(ends),
        "villages": [person.area_code for person in people],
    }
    return (await tx.execute(_ALIKE, asked)).all()


def likeness_of(row: Row[Any]) -> Likeness:
    return Likeness(name=row.name, born_on=row.born_on, sex=Sex(row.sex) if row.sex else None, area_code=row.area_code)


async def add(pairs: Sequence[Mapping[str, Any]], tx: Transaction) -> int:
    """Keep pairs that are not there yet; say how many."""
    return await tx.insert(DuplicateRow, pairs, skip_existing=True)


async def get(pair_id: UUID, tx: Transaction) -> Pair:
    """Load one pair.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(_GET, {"counties": tx.counties, "pair_id": pair_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Pair(**found)


async def seen(person_ids: Sequence[UUID], tx: Transaction) -> dict[UUID, Row[Any]]:
    """Load those of some people whom the caller may see, with the household of which they are members."""
    return {row.id: row for row in await tx.execute(_SEEN, {"counties": tx.counties, "ids": list(person_ids)})}


async def decide(pair: Pair, becomes: DuplicateStatus, sealed: bytes, tx: Transaction, *, expected: int) -> int:
    """Keep a decision; give the pair's new version.

    :raises Stale: somebody changed it.
    """
    values = {"becomes": becomes, "at": tx.now, "person": tx.actor.id, "sealed": sealed, "expected": expected}
    return await tx.change(_DECIDE, {"counties": tx.counties, "pair_id": pair.id, **values})


async def link(pair: Pair, until: date, tx: Transaction) -> None:
    """End the membership of the one who gives way, and say who goes on instead."""
    await tx.execute(_END_MEMBERSHIP, {"counties": tx.counties, "person": pair.person_a, "until": until})
    await tx.execute(_LINK, {"counties": tx.counties, "person": pair.person_a, "other": pair.person_b})


async def unread(tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """Read some people of a county whose day of birth was not kept beside their ID number when they were registered."""
    return (await tx.execute(_UNREAD, {"county": tx.actor.scope.county, "at_most": at_most})).all()


async def keep_what_numbers_say(said: Mapping[UUID, tuple[date, Sex]], tx: Transaction) -> None:
    """Keep days of birth and sexes."""
    days, sexes = [day for day, _ in said.values()], [sex for _, sex in said.values()]
    await tx.execute(_READ, {"county": tx.actor.scope.county, "ids": list(said), "days": days, "sexes": sexes})

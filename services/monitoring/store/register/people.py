"""People: who they are (sealed), where they belong and what they are there (dated), and the register of all of the prefecture."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Row,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlmodel import col

from services.monitoring.domain.register.changes import DepartureReason
from services.monitoring.domain.register.households import ABLE, Household, Labour, Member, Relation
from services.monitoring.domain.register.people import Certificate, Identity, Sex
from services.monitoring.domain.register.search import LAST_START, POINT
from services.monitoring.store.base import Base
from shared.database.columns import code, day, one_of, only, sealed
from shared.database.privacy import Vault
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.people import IdNumber
from shared.kernel.workdays import local_day


class PersonRow(Base, table=True):
    """A person. The name is a plain column, searched by officials under the policy; what is secret is one ciphertext.

    `content_index` is a keyed hash of what is secret, so that the same content is known without opening it. Nobody has an index who has no number.
    `same_as`: found to be the same person as another, who goes on.
    """

    __tablename__ = "person"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        Index("ix_person_id_number", "county_code", "id_number_index"),
        Index("ix_person_everywhere", "id_number_index"),  # for the look-up that passes the policies
        only("certificate", Certificate),
        only("sex", Sex),
        CheckConstraint("(certificate = 'none') = (id_number_index IS NULL)", name="number"),
        *(
            Index(f"ix_person_name_{n}", "county_code", text(f"substr(name, {n})"), "id", "area_code", postgresql_where=text(f"length(name) >= {n}"))
            for n in range(2, LAST_START + 1)
        ),
        Index("ix_person_name", "county_code", "name", "id", "area_code"),
        Index(
            "ix_person_name_point",
            "county_code",
            text(f"substr(name, strpos(name, '{POINT}') + 1)"),
            "id",
            "area_code",
            postgresql_where=text(f"strpos(name, '{POINT}') >= {LAST_START}"),
        ),
        Index("ix_person_born_on", "county_code", "born_on"),
        Index("ix_person_without_id", "county_code", "id", postgresql_where=text("certificate <> 'resident_id'")),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    name: str = code()
    certificate: Certificate = one_of(Certificate, sa_column_kwargs={"server_default": text("'resident_id'")})
    id_number_index: bytes | None = sealed(nullable=True)
    secrets: bytes = sealed()
    content_index: bytes | None = sealed(default=None, nullable=True)
    born_on: date | None = day(default=None)
    sex: Sex | None = one_of(Sex, default=None, nullable=True)
    same_as: UUID | None = None


class MembershipRow(Base, table=True):
    """What a person is in a household, from a day on: relation, with it who is head, and ability to work; and why that ended, if he or she left."""

    __tablename__ = "membership"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id", "person_id", "valid_from"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        ForeignKeyConstraint(["county_code", "person_id"], ["person.county_code", "person.id"]),
        only("relation", Relation),
        only("labour", Labour),
        only("ended_why", DepartureReason),
        Index("uq_membership_present", "county_code", "person_id", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_membership_household", "county_code", "household_id", postgresql_where=text("valid_to IS NULL")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    person_id: UUID
    area_code: str = code()
    relation: Relation = one_of(Relation)
    labour: Labour = one_of(Labour)
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    ended_why: DepartureReason | None = one_of(DepartureReason, default=None, nullable=True)


class DirectoryRow(Base, table=True):
    """Who is registered anywhere in the prefecture. The service may add to it, and never read it."""

    __tablename__ = "person_directory"
    __table_args__ = (PrimaryKeyConstraint("id_number_index"),)

    id_number_index: bytes = sealed()
    county_code: str = code()
    person_id: UUID


EVER_MEMBERS = (
    select(
        col(MembershipRow.household_id),
        col(PersonRow.id),
        col(PersonRow.name),
        col(PersonRow.certificate),
        col(PersonRow.born_on),
        col(PersonRow.sex),
        col(PersonRow.secrets),
        col(MembershipRow.relation),
        col(MembershipRow.labour),
    )
    .join(PersonRow, (col(PersonRow.county_code) == col(MembershipRow.county_code)) & (col(PersonRow.id) == col(MembershipRow.person_id)))
    .where(among(MembershipRow.county_code, "counties"), among(MembershipRow.household_id, "household_ids"))
    .order_by(col(MembershipRow.household_id), col(PersonRow.id))
)
MEMBERS = EVER_MEMBERS.where(col(MembershipRow.valid_to).is_(None))
_ON = bindparam("on", type_=Date())
MEMBERS_ON = EVER_MEMBERS.where(col(MembershipRow.valid_from) <= _ON, or_(col(MembershipRow.valid_to).is_(None), col(MembershipRow.valid_to) > _ON))
LABOUR = select(func.count()).where(
    among(MembershipRow.county_code, "counties"),
    col(MembershipRow.household_id) == bindparam("household_id"),
    col(MembershipRow.valid_to).is_(None),
    col(MembershipRow.labour).in_(ABLE),
)
HOUSEHOLD_OF_PERSON = (
    select(col(MembershipRow.household_id))
    .join(PersonRow, (col(PersonRow.county_code) == col(MembershipRow.county_code)) & (col(PersonRow.id) == col(MembershipRow.person_id)))
    .where(
        among(PersonRow.county_code, "counties"),
        col(PersonRow.id_number_index) == bindparam("id_number_index"),
        col(MembershipRow.valid_to).is_(None),
    )
)
HOUSEHOLD_OF = select(col(MembershipRow.household_id)).where(
    among(MembershipRow.county_code, "counties"), col(MembershipRow.person_id) == bindparam("person_id"), col(MembershipRow.valid_to).is_(None)
)
HEADS = (
    select(col(MembershipRow.household_id), col(PersonRow.name))
    .join(PersonRow, (col(PersonRow.county_code) == col(MembershipRow.county_code)) & (col(PersonRow.id) == col(MembershipRow.person_id)))
    .where(
        among(MembershipRow.county_code, "counties"),
        among(MembershipRow.household_id, "household_ids"),
        col(MembershipRow.relation) == Relation.HEAD,
        col(MembershipRow.valid_to).is_(None),
    )
)
# Look-ups that see further than their caller; each gives away just this much.
REGISTERED_BEFORE = text("SELECT id_number_index FROM registered_before(:indexes, :ids)").bindparams(
    bindparam("indexes", type_=ARRAY(LargeBinary)), bindparam("ids", type_=ARRAY(Uuid))
)
HOUSEHOLD_ANYWHERE = text("SELECT county_code, household_id, area_code FROM household_of(:id_number_index)")


async def add(household: Household, tx: Transaction, *, since: date | None = None) -> list[int]:
    """Keep the members, from today on or since a day; if some are registered already, keep none and name their places in the list."""
    county_code = county_of(household.area_code)
    place = {"county_code": county_code, "area_code": household.area_code}
    indexes = [index_of(member.identity, tx.vault) for member in household.members]
    directory = [
        {"id_number_index": index, "county_code": county_code, "person_id": member.id}
        for index, member in sorted(((index, member) for index, member in zip(indexes, household.members, strict=True) if index), key=_by_index)
    ]
    if await tx.insert(DirectoryRow, directory, skip_existing=True) < len(directory):
        return await _registered_before(household, indexes, tx)
    people = [{**place, **person_row(member, index, tx.vault)} for index, member in zip(indexes, household.members, strict=True)]
    memberships = [
        {
            **place,
            "id": new_id(),
            "household_id": household.id,
            "person_id": member.id,
            "relation": member.relation,
            "labour": member.labour,
            "valid_from": since or local_day(tx.now),
        }
        for member in household.members
    ]
    await tx.insert(PersonRow, people)
    await tx.insert(MembershipRow, memberships)
    return []


def person_row(member: Member, index: bytes | None, vault: Vault) -> dict[str, Any]:
    """Write a member as a row of the people, without the place."""
    return {
        "id": member.id,
        "name": member.name.full,
        "certificate": member.identity.certificate,
        "id_number_index": index,
        "born_on": member.identity.born_on,
        "sex": member.identity.sex,
        **sealed_person(vault, member.id, secrets_of(member.identity, phone=member.phone.number if member.phone else None)),
    }


def index_of(identity: Identity, vault: Vault) -> bytes | None:
    """Give the blind index by which somebody is recognised; who has no number has none."""
    return vault.index(identity.key) if identity.key else None


def secrets_of(identity: Identity, *, phone: str | None) -> dict[str, str | None]:
    secrets = {"id_number": identity.id_number.number if identity.id_number else None, "phone": phone}
    return secrets | ({"certificate_number": identity.certificate_number.number} if identity.certificate_number else {})


def sealed_person(vault: Vault, person_id: UUID, secrets: Mapping[str, str | None]) -> dict[str, bytes]:
    """Seal what is secret of a person, with the hash that recognises it."""
    number = secrets["id_number"] or secrets.get("certificate_number") or ""
    return {
        "secrets": vault.seal(dict(secrets), table="person", row=person_id),
        "content_index": vault.index(f"{number}|{secrets['phone'] or ''}"),
    }


async def members_of(household_id: HouseholdId, tx: Transaction) -> Sequence[Row[Any]]:
    return await members_of_all([household_id], tx)


async def members_of_all(household_ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Load the members of several households."""
    return (await tx.execute(MEMBERS, {"counties": tx.counties, "household_ids": list(household_ids)})).all()


async def members_on(household_id: HouseholdId, day: date, tx: Transaction) -> Sequence[Row[Any]]:
    """Load who was a member of a household on a day."""
    return (await tx.execute(MEMBERS_ON, {"counties": tx.counties, "household_ids": [household_id], "on": day})).all()


async def heads_of(household_ids: Sequence[UUID], tx: Transaction, *, counties: Collection[str] = ()) -> dict[UUID, str]:
    """Name the heads of households.

    :param counties: those in which they are, where that is known: a caller of the whole prefecture then asks no other.
    """
    rows = await tx.execute(HEADS, {"counties": sorted(counties) or tx.counties, "household_ids": list(household_ids)})
    return {row.household_id: row.name for row in rows}


async def has_labour(household_id: HouseholdId, tx: Transaction) -> bool:
    """Say whether somebody in a household can work, fully or in part."""
    return bool((await tx.execute(LABOUR, {"counties": tx.counties, "household_id": household_id})).scalar_one())


async def household_of(person_id: UUID, tx: Transaction) -> UUID | None:
    """Find the household of which a person is a member."""
    return (await tx.execute(HOUSEHOLD_OF, {"counties": tx.counties, "person_id": person_id})).scalar()


async def household_with(id_number: IdNumber, tx: Transaction) -> UUID | None:
    """Find the household of a person inside the caller's area."""
    question = {"counties": tx.counties, "id_number_index": tx.vault.index(id_number.number)}
    return (await tx.execute(HOUSEHOLD_OF_PERSON, question)).scalar()


async def household_anywhere(id_number: IdNumber, tx: Transaction) -> Row[Any] | None:
    """Find the household of a person wherever it is: its county, id and village, and nothing about anybody."""
    return (await tx.execute(HOUSEHOLD_ANYWHERE, {"id_number_index": tx.vault.index(id_number.number)})).first()


def _by_index(pair: tuple[bytes, Member]) -> bytes:
    return pair[0]


async def _registered_before(household: Household, indexes: Sequence[bytes | None], tx: Transaction) -> list[int]:
    """Name the members whose person id in the register is not the one given now."""
    question = {"indexes": [index for index in indexes if index], "ids": [member.id for member in household.members]}
    found = set((await tx.execute(REGISTERED_BEFORE, question)).scalars())
    return [n for n, index in enumerate(indexes) if index in found]

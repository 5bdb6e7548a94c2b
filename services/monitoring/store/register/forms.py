"""The collection forms of households and people, dated: from a day on, until the next one begins."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Row,
    and_,
    bindparam,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, col

from services.monitoring.domain.register import codes
from services.monitoring.domain.register.forms import HEALTH_FIELDS, HouseholdForm, PersonForm
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.domain.register.timeline import Place, place_of
from services.monitoring.store.base import Base
from shared.database.columns import code, day, document, instant, not_nan, one_of, only, sealed
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id

QUANTITY = Numeric(8, 2)
QUANTITIES = ("farmland", "pasture", "water_surface", "forest", "returned_farmland", "orchard", "road_distance", "house_area")


def quantity() -> Any:
    """Mu, square metres or kilometres, with two places."""
    return Field(default=None, sa_type=QUANTITY)  # pyright: ignore[reportArgumentType, reportCallIssue]


def choice(words: Any) -> Any:
    return one_of(words, default=None, nullable=True)


class HouseholdFormRow(Base, table=True):
    """What is collected of a household from a day on, with the kind and the village that it had then; the present one is the row without an end.

    Address, phone and bank account are one ciphertext.
    """

    __tablename__ = "household_form"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id", "valid_from"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        CheckConstraint("valid_to > valid_from", name="period"),
        only("kind", HouseholdKind),
        only("road_kind", codes.RoadKind),
        only("house_grade", codes.HouseGrade),
        only("fuel", codes.Fuel),
        only("industry_kind", codes.IndustryKind),
        *not_nan(*QUANTITIES),
        Index("uq_household_form_present", "county_code", "household_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    kind: HouseholdKind = one_of(HouseholdKind)
    village_code: str = code()
    secrets: bytes | None = sealed(default=None, nullable=True)
    natural_village: str | None = None
    resettlement_site_code: str | None = code(default=None, nullable=True)
    whole_without_labour: bool | None = None
    farmland: Decimal | None = quantity()
    pasture: Decimal | None = quantity()
    water_surface: Decimal | None = quantity()
    forest: Decimal | None = quantity()
    returned_farmland: Decimal | None = quantity()
    orchard: Decimal | None = quantity()
    road_kind: codes.RoadKind | None = choice(codes.RoadKind)
    road_distance: Decimal | None = quantity()
    house_grade: codes.HouseGrade | None = choice(codes.HouseGrade)
    house_area: Decimal | None = quantity()
    fuel: codes.Fuel | None = choice(codes.Fuel)
    water_safe: bool | None = None
    electricity: bool | None = None
    television: bool | None = None
    sanitary_toilet: bool | None = None
    cooperative: bool | None = None
    leading_enterprise: bool | None = None
    driven_by_leader: bool | None = None
    industry_kind: codes.IndustryKind | None = choice(codes.IndustryKind)
    house_problem: bool | None = None
    schooling_problem: bool | None = None
    water_problem: bool | None = None
    insurance_problem: bool | None = None
    recorded_at: datetime = instant()
    recorded_by: str


_HEALTH = ", ".join(f'"{each}"' for each in codes.Health)


class PersonFormRow(Base, table=True):
    """What is collected of a person from a day on; the present one is the row without an end."""

    __tablename__ = "person_form"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "person_id", "valid_from"),
        ForeignKeyConstraint(["county_code", "person_id"], ["person.county_code", "person.id"]),
        CheckConstraint("valid_to > valid_from", name="period"),
        only("ethnic_group", codes.EthnicGroup),
        only("political_status", codes.PoliticalStatus),
        only("education", codes.Education),
        only("school_status", codes.SchoolStatus),
        only("drop_out_reason", codes.DropOutReason),
        CheckConstraint(f"health <@ '[{_HEALTH}]'", name="health"),
        only("disability_class", codes.DisabilityClass),
        CheckConstraint("disability_grade BETWEEN 1 AND 4", name="disability_grade"),
        only("subsistence_allowance", codes.Allowance),
        only("extreme_difficulty", codes.Allowance),
        only("work_place", codes.WorkPlace),
        CheckConstraint("work_months BETWEEN 1 AND 12", name="work_months"),
        CheckConstraint("public_post_months BETWEEN 1 AND 12", name="public_post_months"),
        Index("uq_person_form_present", "county_code", "person_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    )

    county_code: str = code()
    id: UUID
    person_id: UUID
    area_code: str = code()
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    ethnic_group: codes.EthnicGroup | None = choice(codes.EthnicGroup)
    political_status: codes.PoliticalStatus | None = choice(codes.PoliticalStatus)
    education: codes.Education | None = choice(codes.Education)
    school_status: codes.SchoolStatus | None = choice(codes.SchoolStatus)
    drop_out_reason: codes.DropOutReason | None = choice(codes.DropOutReason)
    health: list[str] | None = document(default=None, nullable=True)
    disability_class: codes.DisabilityClass | None = choice(codes.DisabilityClass)
    disability_grade: int | None = None
    residents_medical_insurance: bool | None = None
    employees_medical_insurance: bool | None = None
    major_medical_insurance: bool | None = None
    commercial_insurance: bool | None = None
    medical_assistance: bool | None = None
    residents_pension: bool | None = None
    employees_pension: bool | None = None
    subsistence_allowance: codes.Allowance | None = choice(codes.Allowance)
    extreme_difficulty: codes.Allowance | None = choice(codes.Allowance)
    work_place: codes.WorkPlace | None = choice(codes.WorkPlace)
    work_months: int | None = None
    public_post: bool | None = None
    public_post_months: int | None = None
    relocated: bool | None = None
    speaks_putonghua: bool | None = None
    recorded_at: datetime = instant()
    recorded_by: str


OF_HOUSEHOLD = (
    select(
        *(col(each) for each in (HouseholdFormRow.household_id, HouseholdFormRow.valid_from, HouseholdFormRow.valid_to)),
        *(col(each) for each in (HouseholdFormRow.kind, HouseholdFormRow.village_code, HouseholdFormRow.secrets)),
        *columns_of(HouseholdFormRow, HouseholdForm),
    )
    .where(among(HouseholdFormRow.county_code, "counties"), col(HouseholdFormRow.household_id) == bindparam("subject"))
    .order_by(col(HouseholdFormRow.valid_from))
)
OF_PERSON = (
    select(*(col(each) for each in (PersonFormRow.id, PersonFormRow.valid_from, PersonFormRow.valid_to)))
    .where(among(PersonFormRow.county_code, "counties"), col(PersonFormRow.person_id) == bindparam("subject"))
    .order_by(col(PersonFormRow.valid_from))
)
_ON = bindparam("on", type_=Date())
OF_PEOPLE_ON = select(col(PersonFormRow.person_id), *columns_of(PersonFormRow, PersonForm)).where(
    among(PersonFormRow.county_code, "counties"),
    among(PersonFormRow.person_id, "person_ids"),
    col(PersonFormRow.valid_from) <= _ON,
    or_(col(PersonFormRow.valid_to).is_(None), col(PersonFormRow.valid_to) > _ON),
)

_PRESENT_SECRETS = select(col(HouseholdFormRow.household_id), col(HouseholdFormRow.secrets)).where(
    among(HouseholdFormRow.county_code, "counties"),
    among(HouseholdFormRow.household_id, "subjects"),
    col(HouseholdFormRow.valid_to).is_(None),
    col(HouseholdFormRow.secrets).is_not(None),
)
_HOUSEHOLDS_PRESENT = select(col(HouseholdFormRow.household_id).label("subject"), *columns_of(HouseholdFormRow, HouseholdForm)).where(
    among(HouseholdFormRow.county_code, "counties"), among(HouseholdFormRow.household_id, "subjects"), col(HouseholdFormRow.valid_to).is_(None)
)
_PEOPLE_PRESENT = select(col(PersonFormRow.person_id).label("subject"), *columns_of(PersonFormRow, PersonForm)).where(
    among(PersonFormRow.county_code, "counties"), among(PersonFormRow.person_id, "subjects"), col(PersonFormRow.valid_to).is_(None)
)


def _row_of(table: Any, subject: Any) -> Any:
    """A row by whose form it is and its first day."""
    return and_(among(table.county_code, "counties"), col(subject) == bindparam("subject"), col(table.valid_from) == bindparam("begun", type_=Date()))


def _replacing(table: Any, subject: Any, *names: str) -> Any:
    """Give the content of a row another one; what is recorded says by whom and when."""
    columns = table_of(table).c
    content = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    return update(table).where(_row_of(table, subject)).values(content)


_CONTENT = {
    HouseholdFormRow: ("kind", "secrets", *(field.name for field in fields(HouseholdForm)), "recorded_at", "recorded_by"),
    PersonFormRow: (*(field.name for field in fields(PersonForm)), "recorded_at", "recorded_by"),
}
_SUBJECT = {HouseholdFormRow: HouseholdFormRow.household_id, PersonFormRow: PersonFormRow.person_id}
_END = {table: update(table).where(_row_of(table, subject)).values(valid_to=bindparam("until", type_=Date())) for table, subject in _SUBJECT.items()}
_END_PRESENT = {
    table: update(table)
    .where(
        among(table.county_code, "counties"),
        among(subject, "subjects"),
        col(table.valid_to).is_(None),
        col(table.valid_from) < bindparam("until", type_=Date()),
    )
    .values(valid_to=bindparam("until", type_=Date()))
    for table, subject in _SUBJECT.items()
}
_REPLACE = {table: _replacing(table, subject, *_CONTENT[table]) for table, subject in _SUBJECT.items()}


async def of_household(household_id: HouseholdId, tx: Transaction) -> Sequence[Any]:
    """Load all forms of a household, the earliest first: few, for they change seldom."""
    return (await tx.execute(OF_HOUSEHOLD, {"counties": tx.counties, "subject": household_id})).all()


async def of_people_on(person_ids: Sequence[UUID], day: date, tx: Transaction) -> dict[UUID, PersonForm]:
    """Load what was collected of people, as it held on a day."""
    rows = (await tx.execute(OF_PEOPLE_ON, {"counties": tx.counties, "person_ids": list(person_ids), "on": day})).mappings()
    return {row["person_id"]: person_form(row) for row in rows}


async def present_of_all(household_ids: Sequence[UUID], person_ids: Sequence[UUID], tx: Transaction) -> dict[UUID, dict[str, object]]:
    """Load the present forms of households and people as a file writes them, without what is secret and without health."""
    found: dict[UUID, dict[str, object]] = {}
    for question, ids in ((_HOUSEHOLDS_PRESENT, household_ids), (_PEOPLE_PRESENT, person_ids)):
        for row in (await tx.execute(question, {"counties": tx.counties, "subjects": list(ids)})).mappings():
            values = {name: value for name, value in row.items() if name not in ("subject", *HEALTH_FIELDS)}
            found[row["subject"]] = {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}
    return found


async def present_secrets_of(household_ids: Sequence[UUID], tx: Transaction) -> dict[UUID, dict[str, str]]:
    """Open what is secret in the present forms of households: address, phone, bank and account."""
    rows = await tx.execute(_PRESENT_SECRETS, {"counties": tx.counties, "subjects": list(household_ids)})
    return {row.household_id: tx.vault.open(row.secrets, table="household_form", row=row.household_id) for row in rows}


async def put_household(household: Row[Any], kept: Mapping[str, Any], place: Place, tx: Transaction) -> None:
    """Keep a form of a household in its place among those that are there.

    :param kept: the columns of the form, its kind and village, its id, and its secrets sealed for the household.
    """
    keys = {"household_id": household.id, "area_code": household.area_code, "county_code": household.county_code}
    await _put(HouseholdFormRow, household.id, keys, place, kept, tx)


async def put_person(person_id: UUID, household: Row[Any], form: PersonForm, day: date, tx: Transaction) -> Place:
    """Keep a form of a person from a day on, among those that are there; say where it went."""
    rows: Sequence[Any] = (await tx.execute(OF_PERSON, {"counties": tx.counties, "subject": person_id})).all()
    keys = {"person_id": person_id, "area_code": household.area_code, "county_code": household.county_code}
    place = place_of(rows, day)
    await _put(PersonFormRow, person_id, keys, place, {"id": new_id(), **columns(form)}, tx)
    return place


async def begin_people(forms: Mapping[Any, PersonForm], day: date, place: Mapping[str, Any], tx: Transaction) -> None:
    """Keep the first forms of people who are registered now."""
    recorded = {"recorded_at": tx.now, "recorded_by": tx.actor.id}
    rows = [{**place, "id": new_id(), "person_id": person_id, "valid_from": day, **columns(form), **recorded} for person_id, form in forms.items()]
    await tx.insert(PersonFormRow, rows)


async def end_present(table: type[HouseholdFormRow | PersonFormRow], subjects: Sequence[UUID], county: str, day: date, tx: Transaction) -> None:
    """End on a day what is collected of households or people who are here no more; what began on that day stays as the last that is known."""
    await tx.execute(_END_PRESENT[table], {"counties": [county], "subjects": list(subjects), "until": day})


def columns(form: HouseholdForm | PersonForm) -> dict[str, Any]:
    """Write a form as columns."""
    written = asdict(form)
    return written | {"health": list(written["health"])} if written.get("health") is not None else written


def household_form(row: Any) -> HouseholdForm:
    return HouseholdForm(**{field.name: getattr(row, field.name) for field in fields(HouseholdForm)})


def person_form(row: Mapping[Any, Any]) -> PersonForm:
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(PersonForm)}
    values["health"] = None if values["health"] is None else tuple(map(codes.Health, values["health"]))
    return PersonForm(**values)


async def _put(table: Any, subject: UUID, keys: Mapping[str, Any], place: Place, kept: Mapping[str, Any], tx: Transaction) -> None:
    kept = {**kept, "recorded_at": tx.now, "recorded_by": tx.actor.id}
    this = {"counties": tx.counties, "subject": subject}
    if place.replaces:
        await tx.execute(_REPLACE[table], {**this, "begun": place.valid_from, **{f"new_{name}": kept[name] for name in _CONTENT[table]}})
        return
    if place.ends is not None:
        await tx.execute(_END[table], {**this, "begun": place.ends, "until": place.valid_from})
    await tx.insert(table, [{**keys, **kept, "valid_from": place.valid_from, "valid_to": place.valid_to}])

"""What is in a household's own file: its present form, what it was monitored as, and its key groups."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, bindparam, or_, select
from sqlmodel import col

from services.monitoring.domain.register.forms import HouseholdForm
from services.monitoring.store.care.groups import HouseholdGroupRow, groups_for
from services.monitoring.store.register.belongings import rows
from services.monitoring.store.register.categories import CategoryRow
from services.monitoring.store.register.forms import HouseholdFormRow
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.ids import derived_id
from shared.kernel.workdays import local_day

CATEGORY = ("id", "category", "valid_from", "valid_to")
GROUP = ("id", "group_code", "valid_from", "valid_to", "source", "noted_by", "noted_at")
FORM = ("kind", *(field.name for field in fields(HouseholdForm)), "recorded_at", "recorded_by")
CATEGORIES = (
    select(*(table_of(CategoryRow).c[name] for name in CATEGORY))
    .where(among(CategoryRow.county_code, "counties"), col(CategoryRow.household_id) == bindparam("household"))
    .order_by(col(CategoryRow.valid_from))
)
GROUPS = (
    select(*(table_of(HouseholdGroupRow).c[name] for name in GROUP))
    .where(
        among(HouseholdGroupRow.county_code, "counties"),
        col(HouseholdGroupRow.household_id) == bindparam("household"),
        or_(col(HouseholdGroupRow.valid_to).is_(None), col(HouseholdGroupRow.valid_to) > bindparam("on", type_=Date())),
    )
    .order_by(col(HouseholdGroupRow.group_code), col(HouseholdGroupRow.valid_from))
)
PRESENT_FORM = select(*(table_of(HouseholdFormRow).c[name] for name in (*FORM, "secrets"))).where(
    among(HouseholdFormRow.county_code, "counties"),
    col(HouseholdFormRow.household_id) == bindparam("household"),
    col(HouseholdFormRow.valid_to).is_(None),
)


async def packed(household: Row[Any], tx: Transaction) -> dict[str, Any]:
    today = local_day(tx.now)
    asked = {"counties": [household.county_code], "household": household.id}
    categories = [rows.written(CATEGORY, row) for row in await tx.execute(CATEGORIES, asked)]
    groups = [rows.written(GROUP, row) for row in await tx.execute(GROUPS, asked | {"on": today})]
    form = (await tx.execute(PRESENT_FORM, asked)).one_or_none()
    return {
        "categories": [each | {"valid_to": each["valid_to"] or today.isoformat()} for each in categories],
        "groups": groups,
        "form": _form(form, household, tx) if form else None,
    }


async def unpack(place: dict[str, Any], content: dict[str, Any], tx: Transaction) -> None:
    """Set it down. The form holds there from today on, sealed anew; of the key groups those that there are there too."""
    categories = [{**place, **rows.read(CategoryRow, CATEGORY, kept), "id": _id_there(place, kept)} for kept in content["categories"]]
    await tx.insert(CategoryRow, categories)
    known = await groups_for(place["area_code"], tx)
    groups = [
        {**place, **rows.read(HouseholdGroupRow, GROUP, kept), "id": _id_there(place, kept)}
        for kept in content.get("groups", ())
        if kept["group_code"] in known
    ]
    await tx.insert(HouseholdGroupRow, groups)
    if form := content.get("form"):
        await tx.insert(HouseholdFormRow, [_form_there(place, form, tx)])


def _form(row: Row[Any], household: Row[Any], tx: Transaction) -> dict[str, Any]:
    """Write a form with what is secret of it in the open: the whole is sealed."""
    secrets = tx.vault.open(row.secrets, table="household_form", row=household.id) if row.secrets else None
    return {**rows.written(FORM, row), "secrets": secrets}


def _form_there(place: dict[str, Any], form: dict[str, Any], tx: Transaction) -> dict[str, Any]:
    household_id = place["household_id"]
    dated = {"id": derived_id(household_id, "form"), "valid_from": local_day(tx.now), "village_code": place["area_code"]}
    secrets = tx.vault.seal(form["secrets"], table="household_form", row=household_id) if form["secrets"] else None
    return {**place, **dated, **rows.read(HouseholdFormRow, FORM, form), "secrets": secrets}


def _id_there(place: dict[str, Any], kept: dict[str, Any]) -> UUID:
    return derived_id(place["household_id"], kept["id"])

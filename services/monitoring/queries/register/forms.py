"""Collection forms as they are shown: what is secret of a household masked, the health of a person to who opens the household and is noted."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.register import codes
from services.monitoring.domain.register.forms import PersonForm
from services.monitoring.store.register import forms
from shared.database.transaction import Transaction
from shared.kernel.people import Address, BankAccount, Phone


class HouseholdFormShown(BaseModel):
    """Land in mu, the house in square metres, the distance in kilometres. What nobody filled in is null."""

    valid_from: date
    valid_to: date | None
    address: str | None = Field(examples=["下寨1***"])
    phone: str | None = Field(examples=["139****0000"])
    bank_account: str | None = Field(examples=["********0010"])
    bank: str | None
    natural_village: str | None
    resettlement_site_code: str | None
    whole_without_labour: bool | None
    farmland: Decimal | None
    pasture: Decimal | None
    water_surface: Decimal | None
    forest: Decimal | None
    returned_farmland: Decimal | None
    orchard: Decimal | None
    road_kind: codes.RoadKind | None
    road_distance: Decimal | None
    house_grade: codes.HouseGrade | None
    house_area: Decimal | None
    fuel: codes.Fuel | None
    water_safe: bool | None
    electricity: bool | None
    television: bool | None
    sanitary_toilet: bool | None
    cooperative: bool | None
    leading_enterprise: bool | None
    driven_by_leader: bool | None
    industry_kind: codes.IndustryKind | None
    house_problem: bool | None
    schooling_problem: bool | None
    water_problem: bool | None
    insurance_problem: bool | None


class PersonFormShown(BaseModel):
    ethnic_group: codes.EthnicGroup | None
    political_status: codes.PoliticalStatus | None
    education: codes.Education | None
    school_status: codes.SchoolStatus | None
    drop_out_reason: codes.DropOutReason | None
    health: list[codes.Health] | None
    disability_class: codes.DisabilityClass | None
    disability_grade: int | None
    residents_medical_insurance: bool | None
    employees_medical_insurance: bool | None
    major_medical_insurance: bool | None
    commercial_insurance: bool | None
    medical_assistance: bool | None
    residents_pension: bool | None
    employees_pension: bool | None
    subsistence_allowance: codes.Allowance | None
    extreme_difficulty: codes.Allowance | None
    work_place: codes.WorkPlace | None
    work_months: int | None
    public_post: bool | None
    public_post_months: int | None
    relocated: bool | None
    speaks_putonghua: bool | None


def household_form_shown(row: Row[Any] | None, tx: Transaction) -> HouseholdFormShown | None:
    """Write a row of a form as it is shown."""
    if row is None:
        return None
    secrets = tx.vault.open(row.secrets, table="household_form", row=row.household_id) if row.secrets else {}
    return HouseholdFormShown(
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        **masked_secrets(secrets),
        **forms.columns(forms.household_form(row)),
    )


def masked_secrets(secrets: Mapping[str, str]) -> dict[str, str | None]:
    """Mask what is secret of a household as it is shown; the bank's name is shown as it is."""
    masks = {"address": Address, "phone": Phone, "bank_account": BankAccount, "bank": str}
    return {name: str(mask(secrets[name])) if secrets.get(name) else None for name, mask in masks.items()}


def person_form_shown(form: PersonForm | None) -> PersonFormShown | None:
    return None if form is None else PersonFormShown(**forms.columns(form))

"""The rules of regional alarms and the key industries that are in force."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.regional.rules import RegionLevel
from services.monitoring.domain.register.codes import IndustryKind
from services.monitoring.store import law
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


class RegionalRuleShown(BaseModel):
    """A rule in force: of which area, since when, by which document."""

    id: UUID
    area: str
    code: str = Field(examples=["township.price_fall"])
    cause: Cause
    level: RegionLevel
    by_industry: bool
    place_list: str | None
    window_weeks: int
    history_windows: int
    minimum_count: int
    minimum_share: str = Field(examples=["0.02"])
    deviations: str = Field(examples=["4"])
    neighbour_ratio: str = Field(examples=["2"])
    clear_ratio: str = Field(examples=["0.5"])
    clear_weeks: int
    answer_days: int
    effective_from: date
    document_number: str


class RegionalRulesShown(BaseModel):
    items: list[RegionalRuleShown]


class IndustryShown(BaseModel):
    """A key industry, and which kind of industry on the collection form its households have."""

    code: str = Field(examples=["tea"])
    title: str
    form_kind: IndustryKind
    document_number: str


class IndustriesShown(BaseModel):
    items: list[IndustryShown]


async def list_regional_rules(area: str, tx: Transaction, *, on: date | None) -> RegionalRulesShown:
    """List the rules in force in an area on a day (R40, R55, R166; plan ch.3 s.3, ch.12)."""
    rows = await law.regional_rules_for(area, on or local_day(tx.now), tx)
    return RegionalRulesShown(items=[RegionalRuleShown(**_told(row)) for row in rows])


async def list_industries(area: str, tx: Transaction, *, on: date | None) -> IndustriesShown:
    """List the key industries of an area on a day (R82, plan ch.5 s.1)."""
    found = await law.industries_for(area, on or local_day(tx.now), tx)
    fields = IndustryShown.model_fields
    return IndustriesShown(items=[IndustryShown(**{name: getattr(each, name) for name in fields}) for each in found])


def _told(row: Any) -> dict[str, Any]:
    decimals = ("minimum_share", "deviations", "neighbour_ratio", "clear_ratio")
    return {**row._asdict(), "area": row.area_code, **{name: f"{getattr(row, name):g}" for name in decimals}}

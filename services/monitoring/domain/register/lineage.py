"""Where households came from and went to (户籍沿革; R38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId, new_id


class LineageAct(StrEnum):
    SPLIT = "split"  # 分户
    MERGE = "merge"  # 合户
    TRANSFER = "transfer"  # 迁移
    STRIKE_OFF = "strike_off"  # 注销
    CORRECTION = "correction"  # 成员信息更正


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act in the file of one household. An act on two households stands in the files of both, under one change id."""

    county_code: str
    id: UUID
    area_code: str
    change_id: UUID
    household_id: HouseholdId
    act: LineageAct
    from_household: HouseholdId
    to_household: HouseholdId | None
    from_village: str
    to_village: str | None
    effective_on: date
    reason: str
    document_number: str | None
    decided_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to a household, on what ground, by whom and when."""

    change_id: UUID
    act: LineageAct
    effective_on: date
    reason: str
    document_number: str | None
    decided_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household and its village."""

    household_id: HouseholdId
    village: str


def entries(act: Act, origin: Home, target: Home | None, *, files_of: Sequence[Home]) -> list[Entry]:
    """Write an act into the files of households: what was, and what came of it."""
    return [
        Entry(
            county_code=county_of(home.village),
            id=new_id(),
            area_code=home.village,
            household_id=home.household_id,
            from_household=origin.household_id,
            to_household=target.household_id if target else None,
            from_village=origin.village,
            to_village=target.village if target else None,
            change_id=act.change_id,
            act=act.act,
            effective_on=act.effective_on,
            reason=act.reason,
            document_number=act.document_number,
            decided_by=act.decided_by,
            recorded_at=act.recorded_at,
        )
        for home in files_of
    ]

"""Publish when areas call for a regional alarm (区域预警规则)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.monitoring.domain.places.lists import EntryLevel
from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.regional.rules import RegionLevel, hold_to_area, hold_to_list
from services.monitoring.store import law
from services.monitoring.store.places import lists
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.wire import Day, DocumentNumber, YesNo, command

RegionalRuleCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z0-9_]{1,40}$"), Field(description="规则代码", examples=["township.price_fall"])
]
ListName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$", strict=True), Field(examples=["resettlement_sites"])]
Weeks = Annotated[int, Field(strict=True, ge=1, le=52, examples=[4])]
Factor = Annotated[str, StringConstraints(pattern=r"^(0|1?[1-9]|10|20)(\.[0-9]{1,4})?$", strict=True), Field(examples=["2.5"])]
Share = Annotated[str, StringConstraints(pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$", strict=True), Field(examples=["0.02"])]
Bound = Annotated[str, StringConstraints(pattern=r"^(0\.[0-9]{0,3}[1-9]|1(\.0{1,4})?)$", strict=True), Field(examples=["0.5"])]
_DECIMALS = ("minimum_share", "deviations", "neighbour_ratio", "clear_ratio")


@command
class PublishRegionalRule:
    """From which count, share, distance to its own history and ratio to its neighbours on an area calls for an alarm, and below which it clears.

    `minimum_share` and `clear_ratio` lie between 0 and 1; `deviations` counts standard deviations;
    all four are written as texts; `is_held: false` repeals the rule from the day on.
    """

    cause: Cause
    level: RegionLevel
    by_industry: YesNo = False
    place_list: ListName | None = None
    window_weeks: Weeks
    history_windows: Annotated[int, Field(strict=True, ge=0, le=26, examples=[6])]
    minimum_count: Annotated[int, Field(strict=True, ge=1, le=100_000, examples=[10])]
    minimum_share: Share = "0"
    deviations: Factor
    neighbour_ratio: Factor
    clear_ratio: Bound
    clear_weeks: Annotated[int, Field(strict=True, ge=0, le=52, examples=[4])]
    answer_days: Annotated[int, Field(strict=True, ge=1, le=366, examples=[7])]
    is_held: YesNo = True
    effective_from: Day
    document_number: DocumentNumber


async def publish_regional_rule(area: str, rule_code: str, rule: PublishRegionalRule, tx: Transaction) -> tuple[Published, bool]:
    """Publish a version of a rule (R40, R53, R55, R166; plan ch.3 s.3, ch.12); say also whether it is new. A published row is never changed.

    :raises NotYourArea: the area is not the caller's; TooNarrow: it is smaller than a county.
    :raises NoSuchPlaceList: there is no such list; ListIsOfOtherLevel: its places are of another level.
    :raises PublishedAlready: another version holds from this day.
    """
    require_own_area(area, tx)
    hold_to_area(area)
    place_list = await lists.get(rule.place_list, tx, field="body.place_list") if rule.place_list else None
    hold_to_list(rule.level, EntryLevel(place_list.level) if place_list else None)
    kept = {name: getattr(rule, name) for name in PublishRegionalRule.__dataclass_fields__}
    kept |= {name: float(kept[name]) for name in _DECIMALS}
    row_id, is_new = await law.publish_regional_rule(area, {**kept, "code": rule_code}, tx)
    return Published(id=row_id, area=area, effective_from=rule.effective_from), is_new

"""Rules of regional alarms: dated rows of the prefecture or a county, with a document (R53, R55, R166; plan ch.3 s.3, ch.12)."""

from dataclasses import dataclass
from enum import StrEnum

from services.monitoring.domain.regional.causes import Cause
from shared.kernel.areas import COUNTY, TOWNSHIP, VILLAGE
from shared.kernel.errors import Invalid


class RegionLevel(StrEnum):
    """Which areas are compared."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"


LENGTH = {RegionLevel.VILLAGE: VILLAGE, RegionLevel.TOWNSHIP: TOWNSHIP, RegionLevel.COUNTY: COUNTY}
PARENT = {RegionLevel.VILLAGE: TOWNSHIP, RegionLevel.TOWNSHIP: COUNTY, RegionLevel.COUNTY: COUNTY}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionalRule:
    """When areas of a level call for an alarm.

    :param by_industry: each industry is looked at by itself, not all together.
    :param place_list: only areas in which places of this list lie, such as villages with a resettlement site.
    :param minimum_count: households in the window, each once; `minimum_share`: of the area's households, 0 to 1.
    :param deviations: by how many standard deviations the window must lie above the mean of `history_windows` windows before it.
    :param neighbour_ratio: how many times the rate of the areas of the same parent it must reach.
    :param clear_ratio: of the bound over which an alarm was opened: below it for `clear_weeks` weeks it clears.
    :param is_held: false repeals the rule from the day on.
    """

    code: str
    cause: Cause
    level: RegionLevel
    by_industry: bool
    place_list: str | None
    window_weeks: int
    history_windows: int
    minimum_count: int
    minimum_share: float
    deviations: float
    neighbour_ratio: float
    clear_ratio: float
    clear_weeks: int
    answer_days: int
    is_held: bool


class TooNarrow(Invalid):
    sentence = "区域预警规则由州市或县发布，不能细到乡镇、村。"
    english = "A rule of regional alarms is of the prefecture or a county, not of less."


class ListIsOfOtherLevel(Invalid):
    sentence = "名单中的区划与规则的层级不符，这样的规则永远不会生效。"
    english = "The list is of areas wider than the rule's level: it could never hold."


def hold_to_area(area: str) -> None:
    """Hold the area of a rule against who counts.

    :raises TooNarrow: it is smaller than a county.
    """
    if len(area) > COUNTY:
        raise TooNarrow("path.area")


def hold_to_list(level: RegionLevel, list_level: str | None) -> None:
    """Hold a rule's level against that of the places on its list; sites and villages are looked at as villages.

    :raises ListIsOfOtherLevel: no area of the level has a code of the list.
    """
    if list_level is None:
        return
    of_list = RegionLevel.VILLAGE if list_level == "site" else RegionLevel(list_level)
    if of_list is not level:
        raise ListIsOfOtherLevel("body.place_list")

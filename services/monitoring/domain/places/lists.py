"""The plan's lists of places (重点区域名单): how many there are to be, and which are known (R12, R21, R34, R53, R112; plan ch.1-3, 7, 10).

The plan prints numbers and few names: a list is loaded by the offices that have it, and says how far it is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.monitoring.domain.places.tree import Area
from shared.kernel.errors import Conflict, Invalid


class EntryLevel(StrEnum):
    """What the places of a list are."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    SITE = "site"  # 村内的安置区、自然村等，无全国统一代码，使用本地编号


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceList:
    """One list. `expected`: how many places the plan counts."""

    code: str
    title: str
    level: EntryLevel
    expected: int
    chapter: str
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place on a list, from a day on. Its code is an area's, or for a site a local one; `area_code` says where it lies."""

    id: UUID
    county_code: str
    area_code: str
    list_code: str
    place_code: str
    title: str
    valid_from: date
    valid_to: date | None
    document_number: str
    version: int


class NoSuchPlace(Invalid):
    sentence = "该日没有这个区划代码，或其级别与名单不符。"
    english = "There is no area of this code on that day, or the list is of areas of another level."


class SiteUnnamed(Invalid):
    sentence = "安置区、自然村须写明名称和所在行政村。"
    english = "A site needs a name, and the village in which it lies."


class NamedByTheTree(Invalid):
    sentence = "按区划代码列入的，名称与位置以区划为准，请勿填写。"
    english = "The name of an area and where it lies are the area tree's: leave them out."


class ListedAlready(Conflict):
    sentence = "已列入名单，内容不同；请先终止原列入。"
    english = "It is on the list with another content: end that first."


def fits(place_list: PlaceList, area: Area | None) -> Area:
    """Hold an area against what a list is of.

    :raises NoSuchPlace: it is not there, or of another level.
    """
    level = EntryLevel.VILLAGE if place_list.level is EntryLevel.SITE else place_list.level
    if area is None or area.level != level:
        raise NoSuchPlace("body.village" if place_list.level is EntryLevel.SITE else "path.place")
    return area

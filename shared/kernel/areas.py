"""Administrative areas (行政区划): a code is the prefix of every code inside it, and its length says its level.

5309 prefecture 市 · 530902 county 县 · 530902101 township 乡镇 · 530902101003 village 村
"""

from collections.abc import Iterable
from itertools import pairwise

PREFECTURE, COUNTY, TOWNSHIP, VILLAGE = 4, 6, 9, 12

LINCANG = "5309"
# The shards of every database: their set changes with a migration, never with a row.
COUNTIES = ("530902", "530921", "530922", "530923", "530924", "530925", "530926", "530927")


def county_of(area_code: str) -> str:
    """Name the county, which is the shard, of an area; what is wider belongs to the prefecture."""
    return area_code[:COUNTY]


def counties_in(area_code: str) -> tuple[str, ...]:
    """Name the counties that an area touches: one, or all of the prefecture's."""
    return (county_of(area_code),) if len(area_code) >= COUNTY else COUNTIES


def area_range(area_code: str) -> tuple[str, str]:
    """Give the half-open range of codes inside an area; ":" is the character after "9"."""
    return area_code, area_code + ":"


def is_inside(area_code: str, outer: str) -> bool:
    return area_code.startswith(outer)


def overlap(codes: Iterable[str]) -> bool:
    """Say whether one of some areas contains another, or stands there twice: sorted, what it contains comes right after it."""
    return any(is_inside(later, earlier) for earlier, later in pairwise(sorted(codes)))


def length_below(area_code: str) -> int:
    """Say how long the codes of the areas right below are; nothing lies below a village, which stands for itself."""
    return next((length for length in (COUNTY, TOWNSHIP, VILLAGE) if length > len(area_code)), VILLAGE)


def parent_of(area_code: str) -> str:
    """Name the area one level above."""
    return ancestry(area_code)[1]


def ancestry(area_code: str) -> list[str]:
    """List an area and all that contain it, the nearest first: what the nearest ancestor says is in force."""
    return [area_code[:length] for length in (VILLAGE, TOWNSHIP, COUNTY, PREFECTURE) if length <= len(area_code)]

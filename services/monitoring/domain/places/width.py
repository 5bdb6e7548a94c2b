"""Questions that read all rows of an area are answered for a county or less: what is wider lies in several shards."""

from shared.kernel.areas import COUNTY
from shared.kernel.errors import Invalid


class AreaTooWide(Invalid):
    sentence = "该项须逐县查询，请指明一个县（区）或其下的区域。"
    english = "This is answered county by county: name a county, or an area inside one."


def within_a_county(area: str, *, field: str) -> str:
    """Give the area back if it lies in one county.

    :raises AreaTooWide: it is wider.
    """
    if len(area) < COUNTY:
        raise AreaTooWide(field)
    return area

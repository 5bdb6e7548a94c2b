"""Put a place on one of the plan's lists."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.periods import Period, fitting
from services.monitoring.domain.places import lists as rules
from services.monitoring.store.places import areas, lists
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.errors import Forbidden
from shared.kernel.ids import new_id
from shared.wire import Day, DocumentNumber, SafeText, VillageCode, command

ListCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$", strict=True), Field(examples=["resettlement_sites"])]
PlaceCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$", strict=True),
    Field(description="区划代码；安置区、自然村为本地编号", examples=["530921"]),
]
PlaceTitle = Annotated[SafeText, StringConstraints(max_length=60), Field(examples=["幸福里安置区"])]


@command
class ListPlace:
    """From which day, by which document. A site (安置区、自然村) also has a name, and the village where it lies; of an area the tree knows both."""

    valid_from: Day
    document_number: DocumentNumber
    title: PlaceTitle | None = None
    village: VillageCode | None = None


class PlaceListed(BaseModel):
    id: UUID
    version: int
    status: Literal["listed", "ended"]


class PlaceOutsideYourArea(Forbidden):
    sentence = "该处不在您的辖区内。"
    english = "The place lies outside your area."


async def list_place(list_code: str, place_code: str, place: ListPlace, tx: Transaction) -> tuple[PlaceListed, bool]:
    """List a place from a day on (R12, R21, R34, R53, R112; plan ch.3 s.3, ch.7); say also whether it is new.

    :raises NoSuchPlaceList: there is no such list.
    :raises SiteUnnamed: a site without name or village; NamedByTheTree: an area with them.
    :raises NoSuchPlace: there is no such area, or it is of another level.
    :raises PlaceOutsideYourArea: it is not the caller's.
    :raises ListedAlready: it is on the list with another content; PeriodsOverlap: it was, on one of the days.
    """
    place_list = await lists.get(list_code, tx)
    area, title = await _located(place_list, place_code, place, tx)
    if not is_inside(area, tx.actor.area):
        raise PlaceOutsideYourArea("body.village" if place.village else "path.place")
    entry = rules.Entry(
        id=new_id(),
        county_code=county_of(area),
        area_code=area,
        list_code=list_code,
        place_code=place_code,
        title=title,
        valid_from=place.valid_from,
        valid_to=None,
        document_number=place.document_number,
        version=1,
    )

    before = await lists.periods(entry.county_code, list_code, place_code, tx)
    if before and before[-1].valid_to is None:
        return PlaceListed(id=_same(before[-1], entry).id, version=before[-1].version, status="listed"), False
    fitting(Period(valid_from=entry.valid_from), [lists.period_of(each) for each in before])
    if not await lists.add(entry, tx):
        raise rules.ListedAlready("path.place")
    return PlaceListed(id=entry.id, version=1, status="listed"), True


async def _located(place_list: rules.PlaceList, place_code: str, place: ListPlace, tx: Transaction) -> tuple[str, str]:
    """Say where a place lies and what it is called."""
    if place_list.level is rules.EntryLevel.SITE:
        if place.title is None or place.village is None:
            raise rules.SiteUnnamed("body.title" if place.title is None else "body.village")
        return rules.fits(place_list, await areas.on_day(place.village, place.valid_from, tx)).code, place.title
    if place.title is not None or place.village is not None:
        raise rules.NamedByTheTree("body.title" if place.title is not None else "body.village")
    area = rules.fits(place_list, await areas.on_day(place_code, place.valid_from, tx))
    return area.code, area.name


def _same(held: rules.Entry, wanted: rules.Entry) -> rules.Entry:
    """Give the entry that is there, if it says the same.

    :raises ListedAlready: it says something else.
    """
    said = [(each.area_code, each.title, each.valid_from, each.document_number) for each in (held, wanted)]
    if said[0] != said[1]:
        raise rules.ListedAlready("path.place")
    return held

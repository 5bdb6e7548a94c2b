"""The plan's lists of places: how far each is loaded, and what is on it on any day."""

from datetime import date

from pydantic import BaseModel, Field

from services.monitoring.domain.places.lists import EntryLevel
from services.monitoring.store.places import lists
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.workdays import local_day


class PlaceListLine(BaseModel):
    """A list. `expected`: how many places the plan counts; `loaded`: how many are on it today; `missing`: how many are not known yet."""

    code: str = Field(examples=["resettlement_sites"])
    title: str = Field(examples=["易地扶贫搬迁集中安置区"])
    level: EntryLevel
    expected: int
    loaded: int
    missing: int
    chapter: str = Field(examples=["ch.3 s.3"])
    document_number: str


class PlaceListsShown(BaseModel):
    items: list[PlaceListLine]


class PlaceShown(BaseModel):
    place: str = Field(examples=["530921"])
    title: str = Field(examples=["凤庆县"])
    area: str = Field(examples=["530921"])
    valid_from: date
    valid_to: date | None
    document_number: str
    version: int


class PlaceListShown(BaseModel):
    code: str
    title: str
    level: EntryLevel
    expected: int
    on: date
    items: list[PlaceShown]


async def list_place_lists(tx: Transaction) -> PlaceListsShown:
    """Show each list with how far it is loaded in all of the prefecture (R53; plan ch.3 s.3); the lists are no secret."""
    loaded = await lists.loaded(LINCANG, local_day(tx.now), tx)
    return PlaceListsShown(items=[_line(each, loaded.get(each.code, 0)) for each in await lists.everything(tx)])


async def show_place_list(list_code: str, area: str | None, on: date | None, tx: Transaction) -> PlaceListShown:
    """Show what is on a list on a day, today if none is named, in an area or everywhere.

    :raises NoSuchPlaceList: there is no such list.
    """
    place_list, day = await lists.get(list_code, tx), on or local_day(tx.now)
    return PlaceListShown(
        code=place_list.code,
        title=place_list.title,
        level=place_list.level,
        expected=place_list.expected,
        on=day,
        items=[_shown(each) for each in await lists.entries(list_code, area or LINCANG, day, tx)],
    )


def _line(place_list: lists.PlaceList, loaded: int) -> PlaceListLine:
    return PlaceListLine(
        code=place_list.code,
        title=place_list.title,
        level=place_list.level,
        expected=place_list.expected,
        loaded=loaded,
        missing=max(place_list.expected - loaded, 0),
        chapter=place_list.chapter,
        document_number=place_list.document_number,
    )


def _shown(entry: lists.Entry) -> PlaceShown:
    return PlaceShown(
        place=entry.place_code,
        title=entry.title,
        area=entry.area_code,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        document_number=entry.document_number,
        version=entry.version,
    )

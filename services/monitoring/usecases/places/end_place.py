"""Take a place off one of the plan's lists."""

from services.monitoring.domain.periods import ended
from services.monitoring.store.places import lists
from services.monitoring.usecases.places.list_place import PlaceListed, PlaceOutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.errors import NotFound
from shared.kernel.procedure import as_seen
from shared.wire import Day, command


@command
class EndPlace:
    """The first day on which it is on the list no more."""

    on: Day


async def end_place(list_code: str, place_code: str, ending: EndPlace, tx: Transaction, *, expected: int) -> PlaceListed:
    """End a place's being on a list (R53; plan ch.3 s.3).

    :raises NoSuchPlaceList: there is no such list; NotFound: the place is not on it.
    :raises PlaceOutsideYourArea: it is not the caller's.
    :raises Stale: somebody changed it; PeriodReversed: it came on the list later.
    """
    await lists.get(list_code, tx)
    found = await lists.present(list_code, place_code, tx)
    if not found:
        raise NotFound
    entry = next((each for each in found if is_inside(each.area_code, tx.actor.area)), None)
    if entry is None:
        raise PlaceOutsideYourArea("path.place")
    as_seen(entry.version, expected)
    on = ended(lists.period_of(entry), ending.on)
    return PlaceListed(id=entry.id, version=await lists.end(entry, on, tx, expected=expected), status="ended")

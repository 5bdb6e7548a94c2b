"""Where the next page of a list begins. There is one kind of cursor."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.kernel.areas import COUNTIES

_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Just after this due date and id, in this county; the counties behind it are done."""

    county: str
    due_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.county}.{(self.due_at - _ORIGIN) // _MICROSECOND}.{self.id.hex}"

    @classmethod
    def parse(cls, cursor: str) -> "Place":
        """Read a cursor.

        :raises ValueError: it is none of ours.
        """
        county, moment, identity = cursor.split(".")
        if county not in COUNTIES or not (moment.isascii() and moment.isdigit() and len(moment) < 17):
            raise ValueError("not a cursor")
        place = cls(county=county, due_at=_ORIGIN + int(moment) * _MICROSECOND, id=UUID(hex=identity))
        if str(place) != cursor:
            raise ValueError("not as we write it")
        return place

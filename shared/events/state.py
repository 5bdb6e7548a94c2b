"""How a state travels: CloudEvents 1.0, binary mode. Events carry states, never differences."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from cloudevents.core.bindings.kafka import to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.kernel.areas import COUNTIES

_FORMAT = JSONFormat()
_INT32 = 2**31


class State(BaseModel):
    """The whole public state of one entity at one version."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a later optional field must pass an older listener

    topics: ClassVar[tuple[str, ...]]

    id: UUID
    county_code: str
    version: int

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """List the wire names under which this state is announced."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Say what happened last: the wire name of this state. It follows from the state, so announcing again says the same again."""
        raise NotImplementedError

    @property
    def topic(self) -> str:
        return self.topics[0]

    @property
    def key(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a broker carries."""

    topic: str
    key: str
    headers: dict[str, str]
    value: bytes


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Generic[S]):
    """A state as it arrived, with the epoch of the database that it comes from."""

    state: S
    epoch: int
    message: Message


class Unreadable(Exception):
    """A message that no listener can read: of an unknown type or version, or not what its type promises."""


def pack(state: State, *, event_id: UUID, source: str, epoch: int) -> Message:
    """Write a state as a CloudEvent; extension names may hold no underscore."""
    attributes = {
        "id": str(event_id),
        "source": f"/{source}",
        "type": state.name,
        "subject": str(state.id),
        "time": datetime.now(UTC),
        "datacontenttype": "application/json",
        "partitionkey": state.key,
        "countycode": state.county_code,
        "entityversion": str(state.version),
        "epoch": str(epoch),
    }
    binary = to_binary(CloudEvent(attributes, state.model_dump_json().encode()), _FORMAT)
    headers = {name: value.decode() for name, value in binary.headers.items()}
    return Message(topic=state.topic, key=state.key, headers=headers, value=binary.value)


def unpack(message: Message, catalog: dict[str, type[State]]) -> Arrived[State]:
    """Read a state.

    :raises Unreadable: the type is unknown, or the value or a header is not what the type promises.
    """
    kind = catalog.get(message.headers.get("ce_type", ""))
    if kind is None:
        raise Unreadable("unknown type")
    try:
        state = kind.model_validate_json(message.value)
    except ValidationError as error:
        # Only the places: a value could be anything, and the reason is kept and shown.
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False, include_url=False)})
        raise Unreadable(f"not a {kind.__name__}: {', '.join(places)[:200]}") from None
    # A header is text: compared as text "9" would be later than "10".
    epoch = message.headers.get("ce_epoch", "")
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) < 11 and int(epoch) < _INT32 and 0 < state.version < _INT32):
        raise Unreadable("no epoch or version")
    if state.county_code not in COUNTIES:
        raise Unreadable("no county")
    return Arrived(state=state, epoch=int(epoch), message=message)

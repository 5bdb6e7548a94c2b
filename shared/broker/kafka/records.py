"""From Kafka's records to messages."""

from aiokafka import ConsumerRecord, TopicPartition

from shared.events import Message


def as_message(record: ConsumerRecord) -> Message:
    """Take a record as it is: what is absent or unreadable is for the listener to refuse."""
    headers = {name: _text(value) for name, value in record.headers}
    return Message(topic=record.topic, key=_text(record.key), headers=headers, value=record.value or b"")


def empty_record(partition: TopicPartition, offset: int) -> ConsumerRecord:
    """Stand in for a record that cannot be read."""
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(),
    )


def _text(raw: bytes | None) -> str:
    return raw.decode(errors="replace") if raw else ""

"""The tables that every service has. The plumbing speaks to them in SQL text, by name; nothing else does."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_NOW = text("now()")


def _code(name: str) -> Column[str]:
    return Column(name, Text(collation="C"), nullable=False)


def _instant(name: str, *, given: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not given, server_default=_NOW if given else None)


def plumbing_tables(metadata: MetaData) -> None:
    """Declare outbox, seen, dead letters, idempotency, audit, rounds and deployment in a service's metadata."""
    Table(
        "outbox",
        metadata,
        _code("county_code"),
        Column("created_on", Date, nullable=False, server_default=text("CURRENT_DATE")),
        Column("event_id", Uuid, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("entity_id", Uuid, nullable=False),
        Column("entity_version", Integer, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        _instant("created_at", given=True),
        _instant("claimed_until"),
        _instant("published_at"),
        PrimaryKeyConstraint("county_code", "created_on", "event_id"),
        Index("ix_outbox_unpublished", "created_at", postgresql_where=text("published_at IS NULL")),
    )
    Table(
        "seen",
        metadata,
        _code("county_code"),
        Column("consumer", Text, nullable=False),
        Column("entity_id", Uuid, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        PrimaryKeyConstraint("county_code", "consumer", "entity_id"),
    )
    Table(
        "dead_letter",
        metadata,
        _code("county_code"),
        Column("id", Uuid, nullable=False),
        Column("consumer", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("entity_id", Uuid, nullable=True),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("reason", Text, nullable=False),
        _instant("died_at", given=True),
        _instant("resolved_at"),
        PrimaryKeyConstraint("county_code", "id"),
        Index("ix_dead_letter_unresolved", "county_code", "consumer", "entity_id", postgresql_where=text("resolved_at IS NULL")),
    )
    Table(
        "idempotency",
        metadata,
        _code("county_code"),
        Column("actor", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", Integer, nullable=True),
        Column("body", LargeBinary, nullable=True),
        _instant("created_at", given=True),
        PrimaryKeyConstraint("county_code", "actor", "key"),
        Index("ix_idempotency_created_at", "county_code", "created_at"),
    )
    Table(
        "audit",
        metadata,
        _code("county_code"),
        Column("id", Uuid, nullable=False, server_default=text("uuidv7()")),
        _instant("at", given=True),
        Column("actor", Text, nullable=False),
        Column("request_id", Text, nullable=False),
        Column("relation", Text, nullable=False),
        Column("act", Text, nullable=False),
        Column("before", JSONB, nullable=True),
        Column("after", JSONB, nullable=True),
        PrimaryKeyConstraint("county_code", "id"),
    )
    Table(
        "round",
        metadata,
        _code("county_code"),
        Column("name", Text, nullable=False),
        _instant("begun_at", given=True),
        PrimaryKeyConstraint("county_code", "name"),
    )
    Table(
        "deployment",
        metadata,
        Column("one", Boolean, nullable=False),
        Column("clock_offset_seconds", Integer, nullable=False, server_default=text("0")),
        Column("epoch", Integer, nullable=False, server_default=text("1")),
        PrimaryKeyConstraint("one"),
    )

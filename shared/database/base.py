"""One base per service, so that several services live in one process: no metadata, registry or table is shared."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared.database.plumbing import plumbing_tables

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Table(SQLModel):
    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]  (SQLModel types it as a descriptor)


def service_base() -> type[Table]:
    """Make a base with metadata of its own, which holds the plumbing already."""
    metadata = MetaData(naming_convention=NAMES)
    plumbing_tables(metadata)

    class Base(Table, registry=registry(metadata=metadata)):
        pass

    return Base

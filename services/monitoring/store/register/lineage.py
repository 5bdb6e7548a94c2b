"""The file of a household's changes (户籍沿革): an act on two households stands in the files of both, each under its own area."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, bindparam, text

from services.monitoring.domain.register.lineage import Entry, LineageAct
from services.monitoring.store.base import Base
from shared.database.columns import code, day, instant, one_of, only, sealed
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId

DEEPEST = 8
"""How many households away an ancestor or a descendant is still shown."""
MOST = 500


class LineageRow(Base, table=True):
    """One act in the file of the household that `household_id` names. Never changed, but for its area when the household moves.

    The reason is sealed, for it may name people.
    """

    __tablename__ = "household_lineage"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("act", LineageAct),
        Index("ix_household_lineage_household", "county_code", "household_id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    change_id: UUID
    household_id: UUID
    act: LineageAct = one_of(LineageAct)
    from_household: UUID
    to_household: UUID | None = None
    from_village: str = code()
    to_village: str | None = code(default=None, nullable=True)
    effective_on: date = day()
    secrets: bytes = sealed()
    document_number: str | None = None
    decided_by: str
    recorded_at: datetime = instant()


KIN = text("""
    WITH RECURSIVE kin AS (
        SELECT CAST(:household AS uuid) AS id, 0 AS depth
        UNION
        SELECT n.id, k.depth + 1 FROM kin k
        JOIN household_lineage l ON l.county_code = ANY(:counties) AND l.household_id = k.id
        CROSS JOIN LATERAL (VALUES (l.from_household), (l.to_household)) AS n (id)
        WHERE n.id IS NOT NULL AND n.id <> k.id AND k.depth < :deepest
    )
    SELECT * FROM (
        SELECT DISTINCT ON (change_id) id, change_id, act, from_household, to_household, from_village, to_village, effective_on, secrets,
               document_number, decided_by, recorded_at
        FROM household_lineage WHERE county_code = ANY(:counties) AND household_id IN (SELECT id FROM kin)
        ORDER BY change_id, id
    ) AS acts ORDER BY recorded_at, change_id LIMIT :most
""").bindparams(bindparam("deepest", type_=Integer()), bindparam("most", type_=Integer()))


async def add(entries: Sequence[Entry], tx: Transaction) -> None:
    await tx.insert(LineageRow, [_sealed(entry, tx) for entry in entries])


def _sealed(entry: Entry, tx: Transaction) -> dict[str, Any]:
    row = asdict(entry)
    return row | {"secrets": tx.vault.seal({"reason": row.pop("reason")}, table="household_lineage", row=entry.id)}


def reason_of(act: Row[Any], tx: Transaction) -> str:
    """Open on what ground an act was done."""
    return tx.vault.open(act.secrets, table="household_lineage", row=act.id)["reason"]


async def kin(household_id: HouseholdId, tx: Transaction) -> Sequence[Row[Any]]:
    """List the acts that connect a household with those it came from and went to, and those with theirs, oldest first."""
    asked = {"counties": tx.counties, "household": household_id, "deepest": DEEPEST, "most": MOST}
    return (await tx.execute(KIN, asked)).all()

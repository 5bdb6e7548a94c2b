"""Many rows in one statement, whatever their columns hold."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.monitoring.store.leads.leads import LeadRow
from shared.database.rows import insertion, table_of
from shared.database.transaction import Database
from shared.kernel.ids import new_id
from tests.builders.events import SOON
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, village

_READ = text("SELECT id, hardships, risks, secrets, registered_elsewhere FROM lead WHERE id = ANY(:ids)")


def a_lead(**changes: Any) -> dict[str, Any]:
    return {
        "county_code": HOME[:6],
        "id": new_id(),
        "township_code": HOME[:9],
        "area_code": HOME,
        "channel": "home_visit",
        "hardships": ["job_lost"],
        "risks": None,
        "secrets": None,
        "registered_elsewhere": False,
        "registered_at": SOON,
        "registered_by": "village",
        "due_at": SOON,
        **changes,
    }


@pytest.mark.parametrize(
    "lists",
    [
        [["job_lost"]],
        [[]],
        [["job_lost", "illness"], ["house"], []],  # a JSON list is one value, not a row of an array of two dimensions
        [["一", 'with "quotes" and \\ and {braces}, commas', "NULL", ""]],
        [{"a": [1, {"b": None}]}, ["x"]],
    ],
)
async def test_json_lists_of_any_length_are_kept_beside_one_another(monitoring: Database, lists: list[Any]) -> None:
    rows = [a_lead(hardships=each) for each in lists]

    async with rehearsal(monitoring, village()) as tx:
        assert await tx.insert(LeadRow, rows) == len(rows)
        kept = {row.id: row.hardships for row in await tx.execute(_READ, {"ids": [row["id"] for row in rows]})}

    assert [kept[row["id"]] for row in rows] == lists


async def test_what_is_absent_is_null_and_bytes_stay_bytes(monitoring: Database) -> None:
    rows = [a_lead(secrets=b"\x00\xff", registered_elsewhere=True), a_lead(risks=["06"])]

    async with rehearsal(monitoring, village()) as tx:
        await tx.insert(LeadRow, rows)
        kept = {row.id: row for row in await tx.execute(_READ, {"ids": [row["id"] for row in rows]})}
        first, second = (kept[row["id"]] for row in rows)

        assert (first.secrets, first.risks, first.registered_elsewhere) == (b"\x00\xff", None, True)
        assert (second.secrets, second.risks, second.registered_elsewhere) == (None, ["06"], False)
        nulls = text("SELECT count(*) FROM lead WHERE id = ANY(:ids) AND risks IS NULL")  # SQL's NULL, not JSON's
        assert (await tx.execute(nulls, {"ids": [row["id"] for row in rows]})).scalar_one() == 1


async def test_rows_that_are_there_are_skipped_and_the_new_ones_counted(monitoring: Database) -> None:
    first, second = a_lead(), a_lead()

    async with rehearsal(monitoring, village()) as tx:
        assert await tx.insert(LeadRow, [first], skip_existing=True) == 1
        assert await tx.insert(LeadRow, [first, second, second], skip_existing=True) == 1
        assert await tx.insert(LeadRow, [first, second], skip_existing=True) == 0
        assert await tx.insert(LeadRow, []) == 0


async def test_a_thousand_rows_are_one_statement_whose_text_does_not_grow(monitoring: Database) -> None:
    rows = [a_lead() for _ in range(1000)]
    table, columns = table_of(LeadRow), tuple(rows[0])

    assert insertion(table, columns, skip_existing=False) is insertion(table, columns, skip_existing=False)
    async with rehearsal(monitoring, village()) as tx:
        assert await tx.insert(LeadRow, rows) == 1000
        ids: list[UUID] = [row["id"] for row in rows]
        assert (await tx.execute(text("SELECT count(*) FROM lead WHERE id = ANY(:ids)"), {"ids": ids})).scalar_one() == 1000

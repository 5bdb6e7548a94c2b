"""A county emptied of what tests put there, whatever has come to refer to it meanwhile."""

import asyncpg

_REFERRING = """
    WITH RECURSIVE referring (id) AS (
        SELECT CAST(CAST(name AS regclass) AS oid) FROM unnest($1::text[]) AS name
        UNION SELECT c.conrelid FROM pg_constraint c JOIN referring r ON c.confrelid = r.id WHERE c.contype = 'f'
    )
    SELECT CAST(CAST(id AS regclass) AS text) FROM referring
"""


async def emptied(owner: asyncpg.Connection, county_code: str, *tables: str) -> None:
    """Delete the rows of a county from tables and from all that refer to them, without the triggers that keep and note what was there."""
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        for (table,) in await owner.fetch(_REFERRING, tables):
            await owner.execute(f"DELETE FROM {table} WHERE county_code = $1", county_code)

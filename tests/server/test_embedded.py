"""The embedded server: started, stopped, left behind and taken over, with real processes."""

from pathlib import Path

import asyncpg


async def test_a_worker_database_speaks_utf8_in_code_point_order(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow("SELECT current_setting('server_encoding') AS encoding, 'a' > 'B' AS by_code_point")
    assert dict(row) == {"encoding": "UTF8", "by_code_point": True}


async def test_a_fresh_database_has_the_tables_and_no_rows(fresh_connection: asyncpg.Connection) -> None:
    assert await fresh_connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") > 0

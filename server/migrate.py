"""`skein migrate`: everything that stands between an empty or older database and this release."""

from collections.abc import Callable

from migrations.synchronise import synchronise
from migrations.upgrade import SchemaMismatch, upgrade
from server.preflight import Refused, reached


async def migrate(url: str, say: Callable[[str], None]) -> list[str]:
    """Upgrade the tables, then what follows from the code; answers what changed, nothing on a second run.

    Raises: Refused.
    """
    async with reached(url) as connection:
        try:
            applied = await upgrade(connection, say)
        except SchemaMismatch as mismatch:
            raise Refused(str(mismatch)) from mismatch
        changed = await synchronise(connection)
    schema = [f"schema at {applied[-1]}"] if applied else []
    return schema + [f"{table}: {rows} rows" for table, rows in changed.items() if rows]

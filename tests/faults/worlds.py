"""The small group of `tests.domain.books` in a database server of the test's own, which may be killed or copied."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from domain.core.database import Database
from domain.core.numbering import ranges_of
from migrations.guards import guard_statements
from migrations.tables import create_statements
from server.embedded import Embedded
from tests.domain.books import World, a_world


@asynccontextmanager
async def own_world(server: Embedded) -> AsyncIterator[World]:
    """The small group in a database server that may be killed."""
    raw = await asyncpg.connect(server.url("postgres"))
    await raw.execute("CREATE DATABASE skein")
    await raw.close()
    raw = await asyncpg.connect(server.url())
    for statement in (*create_statements(), *guard_statements()):
        await raw.execute(statement)
    await raw.close()
    async with world_of(server) as world:
        yield await a_world(world.database)


@asynccontextmanager
async def world_of(server: Embedded) -> AsyncIterator[World]:
    database = await Database.open(server.url(), 4)
    try:
        yield World(database)
    finally:
        await ranges_of(database).close()
        await database.close()

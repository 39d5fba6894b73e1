"""The small group of `tests.domain.books`, on a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from domain.core.database import Database
from domain.core.numbering import ranges_of
from tests.domain.books import World, a_world


@pytest.fixture
async def world(fresh_database: str) -> AsyncIterator[World]:
    """Two companies with founded books, and people to act in them."""
    database = await Database.open(fresh_database, 8)
    try:
        yield await a_world(database)
    finally:
        await ranges_of(database).close()
        await database.close()

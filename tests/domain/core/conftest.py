"""Databases for tests that commit through the write road."""

from collections.abc import AsyncIterator

import pytest

from domain.core.database import Database


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    """Four sessions on a database of the test's own."""
    opened = await Database.open(fresh_database, 4, wait_seconds=30)
    yield opened
    await opened.close()

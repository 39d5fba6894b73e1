"""What `verify` says of legacy keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.coexistence.adventureworks import import_adventureworks
from domain.coexistence.verify import legacy_keys
from domain.core.database import Connection, connect
from tests.domain.coexistence.adventureworks.sources import write_source


@pytest.fixture
async def database(fresh_database: str, tmp_path: Path) -> AsyncIterator[Connection]:
    """A connection to a database that holds the small source."""
    connection = await connect(fresh_database)
    await import_adventureworks(connection, write_source(tmp_path))
    yield connection
    await connection.close()


async def test_a_key_whose_record_is_gone_or_of_no_kind_is_named(database: Connection) -> None:
    assert [finding async for finding in legacy_keys(database)] == []
    await database.execute("DELETE FROM employee_pay_rate")
    await database.execute("UPDATE legacy_key SET record_type = 'dragon' WHERE record_type = 'scrap_reason'")
    found = [(finding.subject, finding.message) async for finding in legacy_keys(database)]
    assert found == [
        ("dragon", "no such kind of record exists"),
        ("employee_pay_rate 1:2009-01-14 of company 1", "its record does not exist"),
    ]

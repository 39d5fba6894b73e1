"""The tables of the records as statements, in the order that creates them."""

from typing import Any

from sqlalchemy import create_mock_engine
from sqlalchemy.dialects.postgresql.asyncpg import dialect

import domain
from domain.core.records import Record
from domain.core.search import function_statements


def create_statements() -> list[str]:
    """Every CREATE TABLE, CREATE INDEX, ALTER TABLE and COMMENT of the registered records, and the functions before."""
    assert domain.RECORDS is not None, "importing the register maps every record"
    postgresql = dialect()
    statements = function_statements()

    def collect(statement: Any, *_: Any, **__: Any) -> None:
        statements.append(str(statement.compile(dialect=postgresql)))

    Record.metadata.create_all(create_mock_engine("postgresql+asyncpg://", collect), checkfirst=False)
    return statements

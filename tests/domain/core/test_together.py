"""Reads that go to the database together find what they find alone, in as many statements as the longest has rounds."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.core.database import Database, Row
from domain.core.errors import NotFound
from domain.core.together import Together
from domain.core.work import Work
from domain.master_data.companies import Company
from domain.master_data.currencies import Currency
from tests.domain.books import AX, a_work, a_world

_currency, _company = Currency.table, Company.table
_CODES = (
    select(_currency.c.code, _currency.c.minor_unit, _currency.c.recorded_at)
    .where(_currency.c.code == func.any(bindparam("codes", type_=ARRAY(Text()))))
    .order_by(_currency.c.code.desc())
)
_OWN = select(_company).where(_company.c.company_id == bindparam("company_id", type_=SmallInteger()))


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.count = 0

    async def fetch(self, *args: Any, **params: Any) -> list[Row]:
        self.count += 1
        return await self._connection.fetch(*args, **params)

    async def fetchrow(self, *args: Any, **params: Any) -> Row | None:
        self.count += 1
        return await self._connection.fetchrow(*args, **params)


async def own_currency(work: Work) -> list[Row]:
    [company] = await work.fetch(_OWN)
    return await work.fetch(_CODES, codes=[company["currency"]])


async def both(work: Work, *codes: str) -> tuple[list[Row], list[Row]]:
    together = Together(work)
    named = together.of(together.work.fetch(_CODES, codes=list(codes)))
    nothing = together.of(together.work.fetch(_CODES, codes=["XXX"]))
    await together.answered()
    return named.value, nothing.value


async def refused(work: Work) -> None:
    await work.fetch(_OWN)
    raise NotFound(what="currency", key="XXX")


@pytest.fixture
async def work(database: Database) -> Any:
    world = await a_world(database)
    async with database.acquire() as connection:
        counting: Any = Counting(connection)
        yield a_work(counting, world.chief, world.grants, AX)


async def test_reads_asked_together_find_what_they_find_alone_in_the_rounds_of_the_longest(work: Any) -> None:
    alone = await own_currency(work), await both(work, "EUR", "USD"), await work.fetch(_OWN)
    work.connection.count = 0
    together = Together(work)
    first = together.of(own_currency(together.work))
    second = together.of(both(together.work, "EUR", "USD"))
    third = together.of(together.work.fetch(_OWN))
    await together.answered()
    assert work.connection.count == 2
    assert [dict(row) for row in first.value] == [dict(row) for row in alone[0]]
    assert [[dict(row) for row in rows] for rows in second.value] == [[dict(r) for r in rows] for rows in alone[1]]
    assert [row["code"] for row in second.value[0]] == ["USD", "EUR"]
    assert [dict(row) for row in third.value] == [dict(row) for row in alone[2]]
    assert isinstance(third.value[0]["id"], UUID)


async def test_a_read_that_is_refused_ends_the_others(work: Any) -> None:
    together = Together(work)
    other = together.of(own_currency(together.work))
    together.of(refused(together.work))
    with pytest.raises(NotFound):
        await together.answered()
    with pytest.raises(ValueError):
        _ = other.value


async def test_a_read_waits_for_rows_alone(work: Any) -> None:
    async def sleeps(_: Work) -> None:
        await asyncio.sleep(0)

    together = Together(work)
    together.of(sleeps(together.work))
    with pytest.raises(TypeError):
        await together.answered()

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from domain.core.database import LOST, Database, Limits, TooManyConnections, compiled
from domain.core.errors import Overloaded
from domain.master_data.units import UnitOfMeasure

unit = UnitOfMeasure.table
BY_CODES = select(unit.c.code, unit.c.base_factor).where(
    unit.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
)


async def test_a_core_statement_is_compiled_once_and_run_by_name(database: Database):
    async with database.acquire() as connection:
        await connection.execute(
            "INSERT INTO unit_of_measure (id, code, name, dimension, base_factor)"
            " VALUES ($1, 'KG', 'kg', 'MASS', 1.50)",
            uuid4(),
        )
        [row] = await connection.fetch(BY_CODES, codes=["KG", "EA"])
    assert (row["code"], row["base_factor"]) == ("KG", Decimal("1.5000000000"))
    assert compiled(BY_CODES) is compiled(BY_CODES)


async def test_values_come_back_as_their_own_types(database: Database):
    given = {"list": [1, "二"], "deep": {"price": "1.50"}}
    async with database.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT $1::numeric AS n, $2::uuid AS u, $3::jsonb AS j", Decimal("1.50"), uuid4(), given
        )
    assert row is not None
    assert (str(row["n"]), isinstance(row["u"], UUID), row["j"]) == ("1.50", True, given)


async def test_an_unknown_parameter_and_a_list_of_unknown_length_are_refused(database: Database):
    with pytest.raises(TypeError):
        compiled(select(unit).where(unit.c.code.in_(["a", "b"])))
    async with database.acquire() as connection:
        with pytest.raises(TypeError):
            await connection.fetch(BY_CODES, code=["KG"])


async def test_the_session_is_in_utc_with_time_outs(database: Database):
    names = ("TimeZone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    async with database.acquire() as connection:
        settings = [await connection.fetchval("SELECT current_setting($1)", name) for name in names]
    assert settings == ["UTC", "30s", "5s", "1min"]


async def test_waiting_for_a_connection_has_a_limit(fresh_database: str):
    database = await Database.open(fresh_database, 1, wait_seconds=0.05)
    async with database.acquire():
        with pytest.raises(Overloaded):
            async with database.acquire():
                raise AssertionError("the only connection is lent")
    async with database.acquire() as connection:
        assert await connection.fetchval("SELECT 1") == 1
    await database.close()


async def test_many_share_few_connections_in_the_order_they_came(fresh_database: str):
    database = await Database.open(fresh_database, 2)
    async with database.acquire(), database.acquire():
        """Both sessions are open from here on."""
    served: list[int] = []

    async def ask(number: int) -> int:
        async with database.acquire() as connection:
            served.append(number)
            return await connection.fetchval("SELECT pg_backend_pid()")

    sessions = await asyncio.gather(*(ask(number) for number in range(50)))
    assert served == list(range(50))
    assert len(set(sessions)) == 2
    await database.close()


async def test_a_cancelled_wait_gives_its_place_away(fresh_database: str):
    database = await Database.open(fresh_database, 1)

    async def ask() -> int:
        async with database.acquire() as connection:
            return await connection.fetchval("SELECT 1")

    async with database.acquire():
        waiting = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    assert await asyncio.gather(*waiting[1:]) == [1, 1]
    assert await ask() == 1
    await database.close()


async def test_a_session_that_was_cancelled_or_left_in_a_transaction_is_not_lent_again(fresh_database: str):
    database = await Database.open(fresh_database, 1)

    async def sleep() -> None:
        async with database.acquire() as connection:
            await connection.fetchval("SELECT pg_sleep(20)")

    async with database.acquire() as connection:
        first = await connection.fetchval("SELECT pg_backend_pid()")
    sleeping = asyncio.create_task(sleep())
    await asyncio.sleep(0.1)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    async with database.acquire() as connection:
        second = await connection.fetchval("SELECT pg_backend_pid()")
        await connection.execute("BEGIN")
    async with database.acquire() as connection:
        third = await connection.fetchval("SELECT pg_backend_pid()")
        assert not connection.raw.is_in_transaction()
    assert len({first, second, third}) == 3
    await database.close()


async def test_a_prepared_statement_made_stale_is_prepared_again(database: Database):
    async with database.acquire() as connection, database.acquire() as other:
        await other.execute("CREATE TABLE changing (a int)")
        await other.execute("INSERT INTO changing VALUES (1)")
        assert [tuple(row.values()) for row in await connection.fetch("SELECT * FROM changing")] == [(1,)]
        await other.execute("ALTER TABLE changing ADD COLUMN b text DEFAULT 'new'")
        assert [tuple(row.values()) for row in await connection.fetch("SELECT * FROM changing")] == [(1, "new")]


async def test_more_connections_than_the_server_has_are_refused_at_start(fresh_database: str):
    with pytest.raises(TooManyConnections):
        await Database.open(fresh_database, 50, processes=100)


async def test_a_statement_that_runs_too_long_is_ended(fresh_database: str):
    database = await Database.open(fresh_database, 1, limits=Limits(statement_ms=50))
    async with database.acquire() as connection:
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.fetchval("SELECT pg_sleep(5)")
        assert await connection.fetchval("SELECT 1") == 1
    await database.close()


def test_a_uuid_array_is_one_parameter():
    form: Any = compiled(select(unit.c.id).where(unit.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))))
    assert form.names == ("ids",)
    assert form.sql.endswith("= any($1::UUID[])")


async def test_a_session_that_the_server_ended_is_lost_whenever_that_is_found_out(database: Database):
    # The driver is told in two steps, that the session ends and that it has: each moment has an exception of its own.
    async with database.acquire() as killer:
        for _ in range(40):
            with pytest.raises(LOST):
                async with database.acquire() as connection:
                    pid = await connection.fetchval("SELECT pg_backend_pid()")
                    ending = asyncio.create_task(killer.fetchval("SELECT pg_terminate_backend($1)", pid))
                    while True:
                        await asyncio.sleep(0)
                        await connection.fetchval("SELECT 1")
            assert await ending
        async with database.acquire() as connection:
            assert await connection.fetchval("SELECT 1") == 1

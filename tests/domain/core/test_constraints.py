"""What the database or its driver refuses is told as a refusal, by the code that the rule has."""

import asyncpg
import pytest

from domain.core.constraints import BROKEN, refusal_of


@pytest.mark.parametrize(("given", "value"), [(70_000, "70000"), ([1, 70_000], "")])
async def test_a_whole_number_that_a_column_has_no_room_for_is_refused_by_its_value(
    connection: asyncpg.Connection, given: object, value: str
):
    kind = "smallint[]" if isinstance(given, list) else "smallint"
    with pytest.raises(BROKEN) as broken:
        await connection.fetch(f"SELECT $1::{kind}", given)
    refusal = refusal_of(broken.value)
    assert refusal is not None
    assert (refusal.code, refusal.values["value"], refusal.values["reason"]) == (
        "INVALID_VALUE", value, "it is too large",
    )  # fmt: skip


async def test_what_is_wrong_in_the_program_stays_a_fault(connection: asyncpg.Connection):
    with pytest.raises(BROKEN) as broken:
        await connection.fetch("SELECT $1::smallint", "many")
    assert refusal_of(broken.value) is None

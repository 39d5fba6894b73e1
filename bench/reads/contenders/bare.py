"""The floor: a handler that knows its statement and runs it. The SQL is the planned read's own, taken from the
planner.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from bench.reads.contenders.asgi import Answer, Connections, Endpoint


def _argument(value: Any) -> Any:
    """A statement's value as it was written down by the planner's process."""
    if isinstance(value, dict):
        return UUID(value["uuid"]) if "uuid" in value else date.fromisoformat(value["date"])
    return value


async def start() -> Answer:
    """The handler, with the statement and the values of every body at hand."""
    prepared = orjson.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())  # noqa: ASYNC240  once, before the first request
    sql = {name: one["sql"] for name, one in prepared.items()}
    values = {
        (name, next(iter(given.values()))): [_argument(value) for value in arguments]
        for name, one in prepared.items()
        for given, arguments in one["values"]
    }
    connections = Connections()

    async def answer(body: dict[str, Any]) -> bytes:
        name = body["operationName"]
        connection = await connections.take()
        row = await connection.fetchrow(sql[name], *values[name, next(iter(body["variables"].values()))])
        connections.give_back(connection)
        return b'{"data":' + row["data"].encode() + b"}"

    return answer


app = Endpoint(start)

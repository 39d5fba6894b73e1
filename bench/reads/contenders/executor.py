"""One statement, then strawberry's executor over its rows: what completing each field in Python costs."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.reads.contenders import bare
from bench.reads.contenders.asgi import Answer, Connections, Endpoint


@strawberry.type
class Money:
    amount: str
    currency: str


@strawberry.type
class Party:
    code: str
    name: str


@strawberry.type
class Item:
    code: str
    name: str


@strawberry.type
class PurchaseOrderLine:
    position: int
    orderedQuantity: str
    unitPrice: Money
    item: Item


@strawberry.type
class PurchaseOrder:
    number: str
    orderedOn: str
    status: str
    totalDue: Money
    supplier: Party
    lines: list[PurchaseOrderLine]


@strawberry.type
class PurchaseOrderConnection:
    nodes: list[PurchaseOrder]


@strawberry.input
class Condition:
    gte: date | None = None


@strawberry.input
class PurchaseOrderFilter:
    orderedOn: Condition | None = None


@strawberry.input
class Order:
    field: str


async def start() -> Answer:
    """The handler, with the schema over the same statements as the bare one."""
    prepared = orjson.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())  # noqa: ASYNC240  once, before the first request
    values = {
        (name, next(iter(given.values()))): [bare._argument(value) for value in arguments]
        for name, one in prepared.items()
        for given, arguments in one["values"]
    }
    connections = Connections()

    async def fetch(name: str, given: str) -> Any:
        connection = await connections.take()
        row = await connection.fetchrow(prepared[name]["sql"], *values[name, given])
        connections.give_back(connection)
        return orjson.loads(row["data"])

    @strawberry.type
    class Query:
        @strawberry.field
        async def purchaseOrder(self, id: strawberry.ID) -> PurchaseOrder | None:
            return (await fetch("One", str(id)))["purchaseOrder"]

        @strawberry.field
        async def purchaseOrders(
            self, first: int, orderBy: Order, filter: PurchaseOrderFilter
        ) -> PurchaseOrderConnection:
            assert filter.orderedOn is not None and filter.orderedOn.gte is not None
            return (await fetch("Page", filter.orderedOn.gte.isoformat()))["purchaseOrders"]

    config = StrawberryConfig(auto_camel_case=False, default_resolver=lambda row, name: row[name])
    schema = strawberry.Schema(
        Query, config=config, extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)]
    )

    async def answer(body: dict[str, Any]) -> bytes:
        query = body["query"].replace("{field: ORDERED_ON}", '{field: "ORDERED_ON"}')
        result = await schema.execute(query, variable_values=body["variables"], operation_name=body["operationName"])
        return orjson.dumps(
            {"data": result.data, **({"errors": [str(one) for one in result.errors]} if result.errors else {})}
        )

    return answer


app = Endpoint(start)

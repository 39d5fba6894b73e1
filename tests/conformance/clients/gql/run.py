"""Python's gql: documents checked against the introspected schema, pages, a retried mutation, a resumed stream."""

import asyncio
from typing import Any
from uuid import uuid4

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graph import (
    GRAPH_BUYER_TOKEN,
    GRAPH_SOCKET_URL,
    GRAPH_TOKEN,
    GRAPH_URL,
    ORDER,
    acknowledge,
    bearer,
    check,
    document,
    equal,
    open_alerts,
)


def buyer() -> Client:
    """A client that fetches the schema first and checks every document against it."""
    transport = AIOHTTPTransport(url=GRAPH_URL, headers=bearer(GRAPH_BUYER_TOKEN))
    return Client(transport=transport, fetch_schema_from_transport=True, execute_timeout=30)


async def variables() -> None:
    async with buyer() as session:
        found = await session.execute(gql(document("device")), variable_values={"value": "02900001000291"})
        assert session.client.schema is not None, "the schema was fetched"
        equal([one["scope"] for one in found["deviceIdentifiers"]["nodes"]], ["PRIMARY"])


async def pages() -> None:
    async with buyer() as session:
        first = (await session.execute(gql(document("orders"))))["purchaseOrders"]
        given = {"after": first["pageInfo"]["endCursor"]}
        second = (await session.execute(gql(document("orders")), variable_values=given))["purchaseOrders"]
        ids = [order["id"] for order in (*first["nodes"], *second["nodes"])]
        equal((len(first["nodes"]), len(second["nodes"]) > 0, len(set(ids))), (20, True, len(ids)))


async def mutation() -> None:
    async with buyer() as session:
        given = {"input": ORDER, "key": str(uuid4())}
        first, again = [
            (await session.execute(gql(document("create_order")), variable_values=given))["createPurchaseOrder"]
            for _ in range(2)
        ]
        equal((first["userErrors"], first["replayed"], again["replayed"]), ([], False, True))
        equal(again["purchaseOrder"], first["purchaseOrder"])


async def refusal() -> None:
    transport = AIOHTTPTransport(url=GRAPH_URL, headers=bearer(GRAPH_BUYER_TOKEN))
    async with Client(transport=transport) as session:
        try:
            await session.execute(gql("{ nothingOfTheKind }"))
        except TransportQueryError as refused:
            errors: Any = refused.errors
            equal(errors[0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")
            return
    raise AssertionError("it was answered")


async def resumed() -> None:
    ids, heard = open_alerts(3), list[str]()
    after: str | None = None

    async def listen(count: int) -> None:
        nonlocal after
        transport = WebsocketsTransport(url=GRAPH_SOCKET_URL, init_payload=bearer(GRAPH_TOKEN))
        async with Client(transport=transport) as session:
            stream = session.subscribe(gql(document("watch_alerts")), variable_values={"after": after})
            async for event in stream:
                after = event["alerts"]["cursor"]
                if event["alerts"]["alert"]["id"] in ids:
                    heard.append(event["alerts"]["alert"]["id"])
                if len(heard) == count:
                    return

    listening = asyncio.create_task(listen(1))
    await asyncio.sleep(1)
    await asyncio.to_thread(acknowledge, ids[0])
    await listening
    # Taken while nobody listens.
    await asyncio.to_thread(acknowledge, ids[1])
    listening = asyncio.create_task(listen(3))
    await asyncio.sleep(1)
    await asyncio.to_thread(acknowledge, ids[2])
    await listening
    equal(heard, ids)


async def main() -> None:
    await check("a query with variables, checked against the introspected schema", variables)
    await check("pages follow each other without a repeat", pages)
    await check("a mutation that is sent again has one effect", mutation)
    await check("a refusal carries its code", refusal)
    await check("a subscription is resumed behind its last cursor after a cut", resumed)


asyncio.run(main())

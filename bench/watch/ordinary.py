"""The ordinary way: strawberry's own handler, an async generator a subscriber, graphql-core completing each event.

No database and no permission: what it takes is what the handler itself takes. A POST to /tell is an event.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache


@strawberry.type
class Alert:
    number: str
    severity: str
    message: str
    messageZh: str


@strawberry.type
class AlertEvent:
    cursor: str
    kind: str
    alert: Alert


QUEUES: set["asyncio.Queue[AlertEvent]"] = set()


@strawberry.type
class Query:
    @strawberry.field
    def listeners(self) -> int:
        return len(QUEUES)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def alerts(self) -> AsyncGenerator[AlertEvent, None]:
        queue: asyncio.Queue[AlertEvent] = asyncio.Queue()
        QUEUES.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            QUEUES.discard(queue)


async def tell(request: Request) -> JSONResponse:
    """Tell everyone."""
    number = request.query_params["number"]
    text = "S-0001: the order PO-000017 of Supplier 17 is 12 days late, 3 lines are open"
    alert = Alert(number=number, severity="WARNING", message=text, messageZh="采购订单 PO-000017 已逾期 12 天")
    for queue in QUEUES:
        queue.put_nowait(AlertEvent(cursor=number, kind="ACKNOWLEDGED", alert=alert))
    return JSONResponse({"listeners": len(QUEUES)})


schema = strawberry.Schema(
    Query, subscription=Subscription, extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)]
)
graph: Any = GraphQL(schema)
app = Starlette(routes=[WebSocketRoute("/graphql", graph), Route("/tell", tell, methods=["POST"])])

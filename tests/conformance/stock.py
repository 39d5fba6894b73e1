"""Stock strawberry on starlette as its documentation sets it up: what the same suites find there."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL


@strawberry.type
class Query:
    @strawberry.field
    def greeting(self, name: str = "world") -> str:
        """A field to ask for."""
        return f"hello {name}"

    @strawberry.field
    def amount(self, value: float) -> float:
        """A number in, the same number out."""
        return value


@strawberry.type
class Mutation:
    @strawberry.mutation
    def greet(self, name: str) -> str:
        """A field that changes."""
        return f"hello {name}"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[int, None]:
        """A number every tenth of a second."""
        number = 0
        while True:
            yield number
            number += 1
            await asyncio.sleep(0.1)


def main() -> None:
    """Serve on a port of the system's choice and say which."""
    graph: GraphQL[None, None] = GraphQL(strawberry.Schema(Query, Mutation, Subscription))
    app = Starlette(routes=[Route("/graphql", graph), WebSocketRoute("/graphql", graph)])
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/graphql", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listening])


if __name__ == "__main__":
    main()

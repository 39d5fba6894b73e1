"""The smallest ASGI endpoint, the same for every Python contender: read the body, answer bytes."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson

CONNECTIONS = 10
Answer = Callable[[dict[str, Any]], Awaitable[bytes]]


class Endpoint:
    """Answers each POST with what `answer` makes of its parsed body; `start` runs once."""

    def __init__(self, start: Callable[[], Awaitable[Answer]]) -> None:
        self._start = start
        self._answer: Answer | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._answer = await self._start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        assert self._answer is not None
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answered = await self._answer(orjson.loads(body))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answered)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answered})


class Connections:
    """A plain list of connections with the settings of the house; waits by sleeping as the load has no more clients
    than these.
    """

    def __init__(self) -> None:
        self._idle: list[asyncpg.Connection] = []

    async def take(self) -> asyncpg.Connection:
        if self._idle:
            return self._idle.pop()
        settings = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}
        return await asyncpg.connect(
            os.environ["BENCH_DATABASE_URL"], server_settings=settings, max_cached_statement_lifetime=0
        )

    def give_back(self, connection: asyncpg.Connection) -> None:
        self._idle.append(connection)

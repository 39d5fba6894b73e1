"""uvicorn's socket, which forgets its handshake and its last frame: a listener is open for hours, and there are
thousands.

As it comes, an open socket keeps the request and the answer of its handshake three times over, five queues of which it
uses one, and the frame that it read last, up to the largest that is allowed. What is put in their place here does what
theirs do; `websockets` goes on doing the protocol.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request


class ListeningSocket(WebSocketsSansIOProtocol):
    """One socket of the server."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Two queues of asyncio's and an event take 4 KiB, most of it for those who wait: here that is one reader.
        self.queue: Any = _Received()
        self.writable: Any = _Writable()

    def handle_connect(self, event: Request) -> None:
        """Begin; the application has the headers in its scope."""
        super().handle_connect(event)
        # The parser of `websockets` keeps the request as long as it lives.
        event.headers.clear()
        del self.request

    def start_keepalive(self) -> None:
        """The handshake is done, and what it answered is sent."""
        super().start_keepalive()
        del self.response

    def handle_text(self, event: Frame) -> None:
        """Take a message, or the first part of one."""
        super().handle_text(event)
        event.data = b""

    def handle_bytes(self, event: Frame) -> None:
        """Take a message that is no text, or the first part of one."""
        super().handle_bytes(event)
        event.data = b""

    def handle_cont(self, event: Frame) -> None:
        """Take a further part of a message."""
        super().handle_cont(event)
        event.data = b""


class _Received:
    """The messages that one reader has not taken yet. uvicorn reads on when it has, so there are few."""

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        return not self._messages

    async def get(self) -> Any:
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)


class _Writable:
    """Whether the transport takes more: an event that is there only while it does not."""

    __slots__ = ("_again",)

    def __init__(self) -> None:
        self._again: asyncio.Event | None = None

    def clear(self) -> None:
        if self._again is None:
            self._again = asyncio.Event()

    def set(self) -> None:
        if self._again is not None:
            self._again.set()
            self._again = None

    async def wait(self) -> None:
        if self._again is not None:
            await self._again.wait()

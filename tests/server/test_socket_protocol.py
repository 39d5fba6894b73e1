"""What an open socket keeps, and the two small things that stand in the place of asyncio's."""

import asyncio
import gc
from typing import Any

from server.socket_protocol import ListeningSocket, _Received, _Writable
from tests.server.conftest import Serving


async def test_an_open_socket_keeps_neither_its_handshake_nor_the_frame_it_read_last(serving: Serving) -> None:
    async with serving.socket() as socket:
        payload = {"long": "x" * 300_000}
        await socket.send(type="ping", payload=payload)
        assert await socket.receive() == {"type": "pong", "payload": payload}
        await socket.connection.send(["", '{"type":"ping","payload":', '{"long":"', "y" * 300_000, '"}}'])
        assert await socket.receive() == {"type": "pong", "payload": {"long": "y" * 300_000}}
        del payload
        here = [one for one in gc.get_objects() if type(one) is ListeningSocket and one.handshake_complete]
        open_ = [one for one in here if not one.disconnected]
        assert open_
        for one in open_:
            kept = vars(one)
            assert "request" not in kept
            assert "response" not in kept
            assert kept["scope"] == {}
            # The parser waits for the next frame, with the last one in a variable of its own.
            assert one.conn.parser.gi_yieldfrom.gi_frame.f_locals["frame"].data == b""


async def test_messages_are_had_in_order_and_a_reader_that_was_cancelled_loses_none() -> None:
    received: Any = _Received()
    waiting = asyncio.create_task(received.get())
    await asyncio.sleep(0)
    received.put_nowait({"type": "websocket.connect"})
    received.put_nowait({"type": "websocket.receive", "text": "1"})
    assert await waiting == {"type": "websocket.connect"}
    assert not received.empty()
    assert await received.get() == {"type": "websocket.receive", "text": "1"}
    assert received.empty()
    cancelled = asyncio.create_task(received.get())
    await asyncio.sleep(0)
    received.put_nowait({"type": "websocket.disconnect", "code": 1005})
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    assert await received.get() == {"type": "websocket.disconnect", "code": 1005}


async def test_all_who_wait_for_a_transport_go_on_when_it_takes_more() -> None:
    writable: Any = _Writable()
    await writable.wait()
    writable.clear()
    writable.clear()
    waiting = [asyncio.create_task(writable.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(one.done() for one in waiting)
    writable.set()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    await writable.wait()

"""Alerts as they happen, resumed after a lost connection without a gap and without a repeat.

    SKEIN_TOKEN=$(skein token --user buyer) python client_examples/watch_alerts.py ws://127.0.0.1:8000/graphql

Needs the package websockets. The protocol is graphql-transport-ws, so any client library that speaks it will do.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

DOCUMENT = Path(__file__).parent / "operations" / "watch_alerts.graphql"
RETRY_SECONDS = 1.0


async def watch(url: str, token: str) -> None:
    """Print each event; begin again after the last cursor whenever the connection is lost."""
    after: str | None = None
    query = DOCUMENT.read_text()
    async for socket in connect(url, subprotocols=["graphql-transport-ws"]):  # type: ignore[list-item]  # a plain name is one
        try:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
            async for frame in socket:
                message = json.loads(frame)
                if message["type"] == "connection_ack":
                    payload = {"query": query, "variables": {"after": after}}
                    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                elif message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif message["type"] == "next":
                    event = message["payload"]["data"]["alerts"]
                    after = event["cursor"]
                    print(f"{event['kind']:12} {event['alert']['severity']:8} {event['alert']['message']}", flush=True)
                elif message["type"] == "error":
                    raise SystemExit(json.dumps(message["payload"]))
        except ConnectionClosed:
            await asyncio.sleep(RETRY_SECONDS)


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000/graphql", os.environ["SKEIN_TOKEN"]))

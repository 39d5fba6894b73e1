"""What the scripts of every Python environment share, copied beside them: the server's address and credentials, how a
check is told, and something that happens at the server when a listener waits for it. Like graph.mjs.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

GRAPH_URL = os.environ["GRAPH_URL"]
GRAPH_SOCKET_URL = os.environ["GRAPH_SOCKET_URL"]
GRAPH_TOKEN = os.environ["GRAPH_TOKEN"]
GRAPH_BUYER_TOKEN = os.environ["GRAPH_BUYER_TOKEN"]
OPERATIONS = Path(os.environ["OPERATIONS"])

# A typed client of the whole schema is generated within it, beside whatever else the machine does.
WAIT_SECONDS = 180.0

ORDER: dict[str, Any] = {
    "company": {"code": "ANSER-SZ"}, "supplier": {"code": "S0001"}, "currency": "CNY",
    "lines": [{
        "item": {"code": "RM-TI04"}, "quantity": "10", "unitPrice": {"amount": "12.50", "currency": "CNY"},
        "dueOn": "2026-12-01",
    }],
}  # fmt: skip


def bearer(token: str) -> dict[str, str]:
    """The header of a credential."""
    return {"Authorization": f"Bearer {token}"}


async def check(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run one check and tell what it found; one that does not end is a fault too."""
    told = {"check": name}
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await work()
    except Exception as fault:  # whatever a client raises is what it found
        told["fault"] = f"{type(fault).__name__}: {fault}"
    print(json.dumps(told), flush=True)


def equal(found: Any, wanted: Any) -> None:
    """Make sure of a value."""
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def document(name: str) -> str:
    """A document that clients copy."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


def ask(query: str, **variables: Any) -> Any:
    """The data of an operation, asked over plain HTTP as the administrator."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json", **bearer(GRAPH_TOKEN)}
    with urlopen(Request(GRAPH_URL, body, headers), timeout=WAIT_SECONDS) as response:
        answer = json.load(response)
    if answer.get("errors"):
        raise AssertionError(json.dumps(answer["errors"]))
    return answer["data"]


def open_alerts(count: int) -> list[str]:
    """The ids of so many alerts that nobody has taken yet."""
    query = "query ($count: Int) { alerts(first: $count, filter: {status: {eq: OPEN}}) { nodes { id } } }"
    return [alert["id"] for alert in ask(query, count=count)["alerts"]["nodes"]]


def acknowledge(id_: str) -> None:
    """Take an alert, which every listener is told of."""
    query = "mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { userErrors { message } } }"
    equal(ask(query, input={"alert": {"id": id_}})["acknowledgeAlert"]["userErrors"], [])

"""ariadne-codegen: a typed client made from the introspected schema and the documents that clients copy, and used."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from graph import (
    GRAPH_BUYER_TOKEN,
    GRAPH_SOCKET_URL,
    GRAPH_TOKEN,
    GRAPH_URL,
    OPERATIONS,
    ORDER,
    acknowledge,
    bearer,
    check,
    equal,
    open_alerts,
)

HERE = Path(__file__).parent
PACKAGE = "graph_client"
CONFIGURATION = f"""
[tool.ariadne-codegen]
remote_schema_url = "{GRAPH_URL}"
remote_schema_headers = {{ Authorization = "$SCHEMA_CREDENTIAL" }}
remote_schema_timeout = 60
queries_path = "{OPERATIONS}"
target_package_name = "{PACKAGE}"
include_all_inputs = false
include_all_enums = false

[tool.ariadne-codegen.scalars.Decimal]
type = "decimal.Decimal"
serialize = "str"
"""


def generated() -> ModuleType:
    """The generated package."""
    import graph_client

    return graph_client


async def generating() -> None:
    shutil.rmtree(HERE / PACKAGE, ignore_errors=True)
    (HERE / "ariadne.toml").write_text(CONFIGURATION, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ariadne-codegen")), "--config", "ariadne.toml"]
    environment = {**os.environ, "SCHEMA_CREDENTIAL": bearer(GRAPH_TOKEN)["Authorization"]}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=HERE, env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise AssertionError(output.decode()[-1_500:])


async def variables() -> None:
    async with generated().Client(url=GRAPH_URL, headers=bearer(GRAPH_BUYER_TOKEN)) as client:
        found = await client.device("02900001000291")
        (node,) = found.device_identifiers.nodes
        equal((node.scope.value, node.value), ("PRIMARY", "02900001000291"))


async def pages() -> None:
    async with generated().Client(url=GRAPH_URL, headers=bearer(GRAPH_BUYER_TOKEN)) as client:
        first = (await client.open_orders()).purchase_orders
        second = (await client.open_orders(after=first.page_info.end_cursor)).purchase_orders
        ids = [order.id for order in (*first.nodes, *second.nodes)]
        equal((len(first.nodes), len(second.nodes) > 0, len(set(ids))), (20, True, len(ids)))


async def mutation() -> None:
    module = generated()
    async with module.Client(url=GRAPH_URL, headers=bearer(GRAPH_BUYER_TOKEN)) as client:
        given, key = module.CreatePurchaseOrderInput.model_validate(ORDER), str(uuid4())
        first, again = [(await client.create_order(given, key)).create_purchase_order for _ in range(2)]
        equal((first.user_errors, first.replayed, again.replayed), ([], False, True))
        equal((again.purchase_order.id, str(again.purchase_order.total_due.amount)), (first.purchase_order.id, "125"))


async def resumed() -> None:
    ids, heard = open_alerts(3), list[str]()
    after: str | None = None

    async def listen(count: int) -> None:
        nonlocal after
        client = generated().Client(
            url=GRAPH_URL, ws_url=GRAPH_SOCKET_URL, ws_connection_init_payload=bearer(GRAPH_TOKEN)
        )
        async for event in client.watch_alerts(after=after):
            after = event.alerts.cursor
            if event.alerts.alert.id in ids:
                heard.append(event.alerts.alert.id)
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
    await check("a typed client is generated from the introspected schema", generating)
    await check("a query with variables", variables)
    await check("pages follow each other without a repeat", pages)
    await check("a mutation that is sent again has one effect", mutation)
    await check("a subscription is resumed behind its last cursor after a cut", resumed)


asyncio.run(main())

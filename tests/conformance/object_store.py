"""An object store that speaks S3: moto's server in an environment of its own, and the tests that keep files there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.conformance.counted import count
from tests.conformance.environments import python_environment
from tests.conformance.ground import Ground
from tests.conformance.suites import Outcome

BUCKET = "skein"
TESTS = ("tests/conformance/kept_in_s3.py",)

START_SECONDS = 60.0
STOP_SECONDS = 10.0


async def kept(ground: Ground) -> Outcome:
    """What the tests find over a store of their own."""
    place = await python_environment("object_store")
    async with storing(place) as address:
        environment = {
            "SKEIN_TEST_STORE": f"s3://{BUCKET}", "AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "conformance", "AWS_SECRET_ACCESS_KEY": "conformance", "AWS_REGION": "us-east-1",
        }  # fmt: skip
        return await count(TESTS, environment)


@asynccontextmanager
async def storing(place: Path) -> AsyncIterator[str]:
    """The address of a store that has one bucket; it is forgotten at the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        str(place / ".venv" / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port), cwd=place,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
            while True:
                with suppress(httpx.TransportError):
                    (await client.put(f"{address}/{BUCKET}")).raise_for_status()
                    break
                await asyncio.sleep(0.1)
        yield address
    finally:
        process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()

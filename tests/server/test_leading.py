import asyncio

import pytest

from server import leading
from server.leading import surviving, together


async def test_work_that_a_fault_ended_is_begun_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leading, "RECONNECT_SECONDS", 0)
    begun: list[int] = []

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise [ConnectionResetError("gone"), LookupError("not foreseen")][len(begun) - 1]

    await surviving("work", work, asyncio.Event())
    assert begun == [0, 1, 2]


async def test_work_is_not_begun_again_once_all_ends():
    stop = asyncio.Event()

    async def work() -> None:
        stop.set()
        raise LookupError("not foreseen")

    async with asyncio.timeout(5):
        await surviving("work", work, stop)


async def test_of_works_together_none_goes_on_when_one_has_failed():
    ended = asyncio.Event()

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("not foreseen")

    with pytest.raises(LookupError):
        await together(goes_on(), fails())
    assert ended.is_set()

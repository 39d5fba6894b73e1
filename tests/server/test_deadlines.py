"""The deadline of requests: what takes too long is cancelled and told so, whatever else cancels goes first."""

import asyncio

import pytest

from server.deadlines import Deadline, Deadlines


async def slept(deadlines: Deadlines, seconds: float) -> str:
    """What a request answers that takes so long."""
    with Deadline(deadlines):
        await asyncio.sleep(seconds)
        return "answered"


async def test_what_takes_too_long_is_cancelled_and_the_others_are_not() -> None:
    deadlines = Deadlines(0.4)
    told = await asyncio.gather(*(slept(deadlines, seconds) for seconds in (9, 0, 0.1, 9)), return_exceptions=True)
    assert [one if isinstance(one, str) else type(one) for one in told] == [
        TimeoutError, "answered", "answered", TimeoutError,
    ]  # fmt: skip
    assert deadlines.count == 0


async def test_the_timer_ticks_only_while_something_runs() -> None:
    deadlines = Deadlines(0.3)
    assert await slept(deadlines, 0) == "answered"
    await asyncio.sleep(0.6)
    with pytest.raises(TimeoutError):
        await slept(deadlines, 9)


async def test_a_task_that_is_cancelled_from_outside_tells_no_timeout() -> None:
    deadlines = Deadlines(9)
    task = asyncio.create_task(slept(deadlines, 9))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deadlines.count == 0


async def test_a_task_goes_on_after_its_request_timed_out() -> None:
    deadlines, told = Deadlines(0.1), ""
    try:
        await slept(deadlines, 9)
    except TimeoutError:
        await asyncio.sleep(0)
        told = "went on"
    task = asyncio.current_task()
    assert task is not None
    assert (told, task.cancelling()) == ("went on", 0)

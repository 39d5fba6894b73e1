"""Work that goes on for as long as a process does.

Some of it one process at a time does: the one that holds its advisory lock; another takes over when that one ends.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from domain.core.database import LOST, Connection, Limits, TooManyConnections, connect
from domain.core.errors import Overloaded
from domain.core.outbox import CHANNEL, HANDLED, is_told_of

log = structlog.get_logger("leading")

TAKE_OVER_SECONDS = 1.0
RECONNECT_SECONDS = 1.0

# Does the work on the leader's session until the last event is set; the first is set when something may have happened.
Work = Callable[[Connection, asyncio.Event, asyncio.Event], Awaitable[None]]


async def surviving(name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do `work` until it has nothing more to do or `stop` is set; whatever ends it before, it is begun again.

    Were a part left dead because of a fault that nobody foresaw, grants would stay as they were, or streams be silent,
    in a server that answers as if it were well.
    """
    while not stop.is_set():
        try:
            await work()
            return
        except (*LOST, Overloaded, TooManyConnections) as lost:
            log.warning("waits_for_database", job=name, reason=type(lost).__name__)
        except Exception as fault:
            log.error("begins_again", job=name, exc_info=fault)
        await pause(stop, RECONNECT_SECONDS)


async def together(*works: Awaitable[None]) -> None:
    """Do all of them; when one fails the others are ended before its exception is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Wakes:
    """What wakes the work before its next poll: these events or, where none are named, any; and what this handler of
    events did."""

    events: frozenset[str] | None = None
    handler: str | None = None


ANY_EVENT = Wakes()


async def lead(
    url: str, limits: Limits, lock: int, work: Work, stop: asyncio.Event, *, wakes: Wakes = ANY_EVENT
) -> None:  # fmt: skip
    """Do the work whenever this process holds the lock, until `stop` is set; a lost session is opened anew."""
    while not stop.is_set():
        connection: Connection | None = None
        try:
            connection = await connect(url, limits)
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
                if await pause(stop, TAKE_OVER_SECONDS):
                    return
            wake = asyncio.Event()
            await _listen(connection, wakes, wake)
            await work(connection, wake, stop)
        except LOST:
            await pause(stop, RECONNECT_SECONDS)
        finally:
            if connection is not None:
                connection.raw.terminate()


async def _listen(connection: Connection, wakes: Wakes, wake: asyncio.Event) -> None:
    """Set `wake` at each notification of what the work waits for; it looks for whatever else at its polls."""

    def told(_connection: object, _pid: int, channel: str, payload: str) -> None:
        if channel == HANDLED:
            is_meant = payload == wakes.handler
        else:
            is_meant = wakes.events is None or is_told_of(payload, wakes.events)
        if is_meant:
            wake.set()

    await connection.raw.add_listener(CHANNEL, told)
    if wakes.handler is not None:
        await connection.raw.add_listener(HANDLED, told)


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Whether `stop` was set within so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def woken(wake: asyncio.Event, seconds: float) -> None:
    """Return when something may have happened, at the latest after so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), seconds)

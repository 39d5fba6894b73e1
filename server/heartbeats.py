"""A sign of life on every open stream, with one timer for all of them."""

import asyncio
from collections.abc import Callable
from itertools import islice
from math import inf

# Streams that are written to in one turn of the loop; the others follow in the next.
BEATS_AT_ONCE = 250
# What falls due within so many seconds shares one timer.
COALESCED_SECONDS = 0.02


class Heartbeats:
    """Calls each registered function every so many seconds, counted from when it was added."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        # In the order in which they are due: each goes to the end when it was called.
        self._due: dict[Callable[[], object], float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf

    def add(self, beat: Callable[[], object]) -> None:
        """Call `beat` from now on."""
        now = asyncio.get_running_loop().time()
        self._due[beat] = now + self._seconds()
        if self._timer_at > self._due[beat]:
            self._schedule(now, self._due[beat])

    def remove(self, beat: Callable[[], object]) -> None:
        """Call it no more; whoever was not added is passed over."""
        self._due.pop(beat, None)

    def _schedule(self, now: float, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = max(due, now + COALESCED_SECONDS)
        self._timer = asyncio.get_running_loop().call_later(self._timer_at - now, self._tick)

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        self._timer, self._timer_at = None, inf
        for beat in [beat for beat, due in islice(self._due.items(), BEATS_AT_ONCE) if due <= now]:
            if self._due.pop(beat, None) is not None:
                self._due[beat] = now + self._seconds()
                beat()
        if self._due:
            self._schedule(now, next(iter(self._due.values())))

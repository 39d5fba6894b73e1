"""One deadline for all requests of a process: what runs longer is cancelled, with one timer instead of one a request.

All have the same time, so they end in the order in which they began; the timer looks at the oldest and only ticks
while something runs. It is `asyncio.timeout` for requests, at a tenth of its cost: a planned read takes as much CPU as
some ten timers.
"""

import asyncio
from types import TracebackType
from typing import Self

# How late a deadline may be noticed.
TICK_SECONDS = 0.25


class Deadlines:
    """The requests that run, oldest first."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        """How many requests run."""
        return len(self._running)

    def begin(self, deadline: "Deadline") -> None:
        """Count it among those that run."""
        self._running[deadline] = None
        if self._timer is None:
            self._tick()

    def end(self, deadline: "Deadline") -> None:
        """It is done, in time or not."""
        self._running.pop(deadline, None)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_SECONDS, self._tick) if self._running else None
        oldest_allowed = loop.time() - self.seconds
        for one in list(self._running):
            if one.began > oldest_allowed:
                break
            self.end(one)
            one.expire()


class Deadline:
    """`with Deadline(deadlines):` cancels what its task does inside when it takes too long. Raises: TimeoutError."""

    __slots__ = ("_cancelling", "_deadlines", "_has_expired", "_task", "began")

    def __init__(self, deadlines: Deadlines) -> None:
        task = asyncio.current_task()
        assert task is not None, "a request is answered by a task"
        self._deadlines, self._task, self._cancelling = deadlines, task, task.cancelling()
        self._has_expired = False
        self.began = asyncio.get_running_loop().time()

    def __enter__(self) -> Self:
        self._deadlines.begin(self)
        return self

    def expire(self) -> None:
        """The time is over."""
        self._has_expired = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None, /
    ) -> None:
        self._deadlines.end(self)
        # Cancelled by someone else as well, such as a server that ends: then that goes first.
        if self._has_expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from fault

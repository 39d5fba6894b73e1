"""What is on its way to one listener: handed over at once while the listener keeps up, kept within limits when not.

The `send` of the server waits only for a peer that has fallen behind. It is therefore begun by hand and followed by a
task only where it waits: a listener that keeps up costs neither a task nor a turn of the loop, and one that does not
makes nobody else wait. Python 3.12 calls that an eager task.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

Frame = TypeVar("Frame", str, bytes)

# What may wait for a listener before it counts as too slow; a replay goes on when half of it is taken.
PENDING_BYTES_MAX = 4_194_304
PENDING_FRAMES_MAX = 2_000
# What may wait for all slow listeners of the process together; whoever would add to it then is dropped.
PENDING_BYTES_ALL_MAX = 134_217_728
# A listener that takes nothing at all for so long is gone, or as good as gone.
STALL_SECONDS = 30.0

# What a server raises for a peer that is gone: uvicorn has a subclass of OSError for a broken line, and RuntimeError
# for a socket that its peer has closed a moment ago.
GONE: tuple[type[Exception], ...] = (OSError, RuntimeError)


class Held:
    """The bytes that wait for all listeners of one endpoint."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Outgoing(Generic[Frame]):
    """The frames of one listener, in order; `slow` is called once, when the listener is to be dropped.

    `held` counts what waits here among what waits for all. Nothing is handed over before `begin`.
    """

    __slots__ = ("_bytes", "_drained", "_held", "_is_begun", "_is_over", "_send", "_slow", "_waiting", "_writer")

    def __init__(self, send: Callable[[Frame], Awaitable[None]], slow: Callable[[], None], held: Held) -> None:
        self._send = send
        self._slow = slow
        self._held = held
        self._bytes = 0
        # Made when somebody waits: most listeners never have any.
        self._waiting: deque[Frame] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._drained: asyncio.Event | None = None
        self._is_begun = False
        self._is_over = False

    def begin(self) -> None:
        """Hand over what waits, and from now on at once."""
        self._is_begun = True
        if self._waiting and self._writer is None and not self._is_over:
            self._writer = asyncio.create_task(self._write(None, 0))

    def post(self, frame: Frame) -> bool:
        """Take a frame; False when the listener is gone, or has fallen too far behind and is dropped."""
        if self._is_over:
            return False
        if not self._is_begun or self._writer is not None:
            return self._keep(frame)
        steps = self._send(frame).__await__()
        try:
            waits_for = next(steps)
        except StopIteration:
            return True
        except GONE:
            self.stop()
            return False
        size = len(frame)
        self._count(size)
        self._writer = asyncio.create_task(self._write(_Rest(waits_for, steps), size))
        return True

    async def drained(self) -> None:
        """Return once less than half of what may wait is waiting."""
        while self._is_half_full() and not self._is_over:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()
            self._drained = None

    async def flushed(self) -> None:
        """Return once nothing waits any more, or nothing more is taken."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def stop(self) -> None:
        """Take no more, and forget what waits."""
        self._is_over = True
        self._count(-self._bytes)
        self._waiting = None
        self._release()
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()

    def _keep(self, frame: Frame) -> bool:
        size = len(frame)
        if self._waiting is None:
            self._waiting = deque()
        if (
            self._bytes + size > PENDING_BYTES_MAX
            or len(self._waiting) >= PENDING_FRAMES_MAX
            or self._held.count + size > PENDING_BYTES_ALL_MAX
        ):
            self._drop()
            return False
        self._waiting.append(frame)
        self._count(size)
        return True

    async def _write(self, begun: "_Rest | None", size: int) -> None:
        """Hand over what was begun and then what waits, until nothing does."""
        sending: Awaitable[None] | None = begun
        try:
            while True:
                if sending is not None:
                    # Counted as waiting until the transport has taken it: a stalled one holds it here.
                    async with asyncio.timeout(STALL_SECONDS):
                        await sending
                    self._count(-size)
                    if not self._is_half_full():
                        self._release()
                if not self._waiting:
                    return
                frame = self._waiting.popleft()
                size, sending = len(frame), self._send(frame)
        except TimeoutError:
            self._drop()
        except GONE:
            self.stop()
        finally:
            self._writer = None

    def _drop(self) -> None:
        self.stop()
        self._slow()

    def _count(self, size: int) -> None:
        self._bytes += size
        self._held.count += size

    def _is_half_full(self) -> bool:
        waiting = len(self._waiting) if self._waiting is not None else 0
        return self._bytes > PENDING_BYTES_MAX // 2 or waiting > PENDING_FRAMES_MAX // 2

    def _release(self) -> None:
        if self._drained is not None:
            self._drained.set()


class _Rest:
    """What is left of a call that was begun by hand and now waits for something."""

    __slots__ = ("_steps", "_waits_for")

    def __init__(self, waits_for: Any, steps: Generator[Any, None, None]) -> None:
        self._waits_for = waits_for
        self._steps = steps

    def __await__(self) -> Generator[Any, None, None]:
        try:
            yield self._waits_for
        except BaseException:
            self._steps.close()
            raise
        yield from self._steps

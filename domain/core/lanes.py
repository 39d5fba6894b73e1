"""A lane for commands that cost much processor time, such as checking a password: few at once, few in line.

Whoever waits holds no connection, so that a flood of sign-ins takes neither the connections nor the processor from
those who are signed in.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from domain.core.database import Database
from domain.core.errors import Overloaded

# At about 30 ms each, two at once leave most of a small machine to others and still admit some sixty a second.
AT_ONCE = 2
# Who would wait longer than about a second is better told to come back.
WAITING_MAX = 32


class Lane:
    """The turns of one process."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """A turn, waited for. Raises: Overloaded when the line is full."""
        if self._waiting >= WAITING_MAX:
            raise Overloaded()
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()


_lanes: "WeakKeyDictionary[Database, Lane]" = WeakKeyDictionary()


def lane_of(database: Database) -> Lane:
    """The lane of this process on `database`."""
    return _lanes.setdefault(database, Lane())

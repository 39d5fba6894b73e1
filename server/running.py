"""Runs of one kind, performed by one process at a time, a few at once, in the order in which they were asked for.

A run that ends with its process is found RUNNING by the next one, which begins it again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from domain.core.database import LOST, Connection, Row
from domain.core.errors import Overloaded
from server.leading import woken

log = structlog.get_logger("runs")

POLL_SECONDS = 1.0
AT_ONCE = 2
# How often files that have ended are looked for.
SWEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """`run` it while leading.

    `kind` names the runs in the log. `open_runs` is SQL for those that wait or were interrupted: $1 the ids of those
    under way here, $2 how many more are wanted. `perform` does one run, `sweep` what is due for those that ended.
    """

    kind: str
    open_runs: str
    perform: Callable[[Row], Awaitable[None]]
    sweep: Callable[[Connection], Awaitable[None]]
    running: dict[UUID, asyncio.Task[None]] = field(default_factory=dict[UUID, asyncio.Task[None]])

    async def run(self, connection: Connection, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Perform what is asked for until `stop` is set; what is under way is left to the next process."""
        swept_at = -SWEEP_SECONDS
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                wake.clear()
                free = AT_ONCE - len(self.running)
                for row in await connection.fetch(self.open_runs, list(self.running), free) if free else ():
                    task = asyncio.create_task(self._guarded(row))
                    self.running[row["id"]] = task
                    task.add_done_callback(lambda _, id_=row["id"], event=wake: self._ended(id_, event))
                if loop.time() - swept_at >= SWEEP_SECONDS:
                    swept_at = loop.time()
                    await self.sweep(connection)
                await woken(wake, POLL_SECONDS)
        finally:
            for task in self.running.values():
                task.cancel()
            await asyncio.gather(*self.running.values(), return_exceptions=True)

    def _ended(self, run_id: UUID, wake: asyncio.Event) -> None:
        del self.running[run_id]
        wake.set()

    async def _guarded(self, row: Row) -> None:
        """Perform one run; what nobody foresaw is logged, and the run begun again until it has failed too often."""
        try:
            await self.perform(row)
        except (*LOST, Overloaded) as passing:
            log.warning(f"{self.kind}_waits", run=str(row["id"]), reason=type(passing).__name__)
            await asyncio.sleep(POLL_SECONDS)
        except Exception as fault:
            log.error(f"{self.kind}_failed", run=str(row["id"]), exc_info=fault)
            await asyncio.sleep(POLL_SECONDS)

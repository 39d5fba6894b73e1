"""What modules do about events, and what they do as time passes.

Any process may run it; advisory locks see to it that one at a time does each part, and another takes over within a
second when that one dies. An event's effect and the handler's position are one transaction, so nothing is done twice or
skipped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from types import ModuleType
from uuid import UUID

import structlog
from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger, Uuid

from authz.grants import compile_grants, system_actor
from authz.policy import Policy
from authz.tables import load_policy, load_standing
from domain import LADDER
from domain.core.actors import Grants
from domain.core.database import LOST, Connection, Limits
from domain.core.handling import EVERY, Asked, EventHandler, HandlerPosition, Handling, Sweep
from domain.core.ids import new_id
from domain.core.outbox import HANDLED, PublishedEvent, bounds, read_events
from domain.core.records import GROUP
from server.leading import lead, pause, woken

log = structlog.get_logger("jobs")

# Whoever holds this advisory lock runs handlers and sweeps ("jobs" in ASCII).
LOCK = 0x6A6F6273

POLL_SECONDS = 1.0
# Turns begin so far apart at least: under load one turn does for the events of many commits.
SPACING_SECONDS = 0.1
EVENTS_PER_TURN = 200
# Pieces of the events that a turn keeps for the listeners that come after: the one there is, and what is behind it.
READ_KEPT_MAX = 4
# A listener that found nothing to do keeps how far it looked this often; after a restart it looks again at what lies
# between. What was handled is kept at once, in each company with the effect, then for all.
POSITIONS_UNKEPT_MAX = 500
# And who is asked what it wants keeps it this often too: what it wants may be more by the time of a restart.
UNKEPT_SECONDS_MAX = 1.0
# A handler that fails is tried again, later each time: the events behind it wait, other handlers do not.
RETRY_SECONDS = 1.0
RETRY_SECONDS_MAX = 60.0

ACTOR = system_actor("jobs", UUID("00000000-0000-7000-8000-6a6f62730000"))

_position = HandlerPosition.table
_POSITIONS = select(_position.c.company_id, _position.c.name, _position.c.position)
_NEW = insert(_position).values(
    company_id=bindparam("company_id", type_=SmallInteger()),
    id=bindparam("id", type_=Uuid()),
    name=bindparam("name", type_=Text()),
    position=bindparam("position", type_=BigInteger()),
)
_MOVE = _NEW.on_conflict_do_update(
    index_elements=["company_id", "name"],
    set_={"position": func.greatest(_position.c.position, _NEW.excluded.position)},
)


_SAY_HANDLED = "SELECT pg_notify($1, $2)"


@dataclass(frozen=True, slots=True)
class Listener:
    """A handler with the name its position is kept under, the events it is for, and who is `asked` which of them."""

    name: str
    handle: EventHandler
    events: frozenset[str]
    asked: Asked | None = None

    async def wanted(self, connection: Connection, events: Sequence[PublishedEvent]) -> list[PublishedEvent]:
        """Those of the events that the handler is for."""
        meant = [event for event in events if event.event in self.events or EVERY in self.events]
        if self.asked is None or not meant:
            return meant
        names = await self.asked(connection)
        return [event for event in meant if event.event in names]


def listeners(modules: Iterable[ModuleType] = LADDER) -> list[Listener]:
    """Every module's handlers, each once."""
    modules = tuple(modules)
    wanted: dict[EventHandler, set[str]] = {}
    for module in modules:
        handlers: Mapping[str, Sequence[EventHandler]] = module.HANDLERS
        for event, functions in handlers.items():
            for function in functions:
                wanted.setdefault(function, set()).add(event)
    asked = {function: who for module in modules for function, who in getattr(module, "ASKED", {}).items()}
    return [
        Listener(_name_of(function), function, frozenset(events), asked.get(function))
        for function, events in wanted.items()
    ]


def sweeps(modules: Iterable[ModuleType] = LADDER) -> list[Sweep]:
    """Every module's sweeps."""
    return [sweep for module in modules for sweep in getattr(module, "SWEEPS", ())]


def _name_of(function: EventHandler) -> str:
    """'alerts.watch_stock': stable while the function keeps its module and name."""
    module = getattr(function, "__module__", "").split(".")
    return f"{module[1] if len(module) > 1 else module[0]}.{getattr(function, '__name__', '')}"


class Jobs:
    """Handlers and sweeps on a session of their own, as the system's actor, until `stop` is set."""

    def __init__(
        self,
        url: str,
        *,
        listeners: Sequence[Listener],
        sweeps: Sequence[Sweep],
        limits: Limits,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._listeners = listeners
        self._sweeps = sweeps
        self._limits = limits
        self._clock = clock
        self._retry_at: dict[str, tuple[float, float]] = {}
        self._swept_at: dict[str, float] = {}
        self._looked: dict[str, int] = {}
        self._kept_at: dict[str, float] = {}
        self._policy: Policy | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work whenever this process holds the lock."""
        await lead(self._url, self._limits, LOCK, self._work, stop)

    async def _work(self, connection: Connection, wake: asyncio.Event, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            wake.clear()
            next_at = loop.time() + SPACING_SECONDS
            await self.turn(connection)
            await woken(wake, POLL_SECONDS)
            if (early := next_at - loop.time()) > 0:
                await pause(stop, early)

    async def turn(self, connection: Connection) -> None:
        """Handle the events there are, and sweep what is due."""
        companies, grants = await self._authority(connection)
        reading = Reading(connection, await _positions(connection))
        for listener in self._listeners:
            await self._guarded(listener.name, lambda one=listener: self._listen(reading, one, grants))
        for sweep in self._sweeps:
            now = asyncio.get_running_loop().time()
            if now - self._swept_at.get(sweep.name, -sweep.every_seconds) >= sweep.every_seconds:
                self._swept_at[sweep.name] = now
                for company_id in companies:
                    await self._guarded(
                        sweep.name, lambda one=sweep, c=company_id: self._sweep(connection, one, grants, c)
                    )

    async def _authority(self, connection: Connection) -> tuple[tuple[int, ...], Grants]:
        """The companies there are, and what the jobs may do there: compiled anew when the policy moved."""
        version, companies = await load_standing(connection)
        if self._policy is None or self._policy.version != version:
            self._policy = await load_policy(connection)
        return companies, compile_grants(self._policy, ACTOR, companies)

    async def _guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part; one that fails is logged and left alone for a while, so that it cannot stop the others."""
        now = asyncio.get_running_loop().time()
        retry_at, pause = self._retry_at.get(name, (0.0, RETRY_SECONDS))
        if now < retry_at:
            return
        try:
            await work()
        except LOST:
            raise
        except Exception as fault:
            log.error("job_failed", job=name, retry_seconds=pause, exc_info=fault)
            self._retry_at[name] = (now + pause, min(pause * 2, RETRY_SECONDS_MAX))
        else:
            self._retry_at.pop(name, None)

    async def _listen(self, reading: "Reading", listener: Listener, grants: Grants) -> None:
        """Handle what the listener has not handled yet, company by company."""
        connection, positions = reading.connection, reading.positions.get(listener.name)
        if not positions:
            # A new listener begins with what happens from now on; what was before is a sweep's to find.
            positions = {GROUP: (await bounds(connection))[1]}
            await _move(connection, listener.name, GROUP, positions[GROUP])
        floor = max(positions[GROUP], self._looked.get(listener.name, 0))
        while events := await reading.after(floor):
            by_company: dict[int, list[PublishedEvent]] = {}
            for event in await listener.wanted(connection, events):
                done = max(positions.get(event.company_id, 0), positions[GROUP])
                if event.position > done:
                    by_company.setdefault(event.company_id, []).append(event)
            floor = events[-1].position
            for number, (company_id, own) in enumerate(by_company.items(), start=1):
                handling = self._handling(connection, grants, company_id)
                # With the last of them everything is done in every company: one row remembers it for all.
                done = (GROUP, floor) if number == len(by_company) else (company_id, own[-1].position)
                await self._handle(listener, handling, own, done)
            self._looked[listener.name] = floor
            if by_company:
                positions[GROUP] = floor
            elif floor - positions[GROUP] >= POSITIONS_UNKEPT_MAX:
                await self._keep(connection, listener, floor)
                positions[GROUP] = floor
        now = asyncio.get_running_loop().time()
        is_due = now - self._kept_at.get(listener.name, -inf) >= UNKEPT_SECONDS_MAX
        if listener.asked is not None and floor > positions[GROUP] and is_due:
            await self._keep(connection, listener, floor)

    async def _keep(self, connection: Connection, listener: Listener, position: int) -> None:
        """Remember for all companies how far the listener is."""
        await _move(connection, listener.name, GROUP, position)
        self._kept_at[listener.name] = asyncio.get_running_loop().time()

    async def _handle(
        self, listener: Listener, handling: Handling, events: Sequence[PublishedEvent], done: tuple[int, int]
    ) -> None:
        """The effect, how far it is `done` (a company or all, and a position), and the word of it, as one fact."""
        connection, (company_id, position) = handling.connection, done
        async with connection.raw.transaction():
            await listener.handle(handling, events)
            await _move(connection, listener.name, company_id, position)
            if company_id == GROUP:
                await connection.execute(_SAY_HANDLED, HANDLED, listener.name)

    async def _sweep(self, connection: Connection, sweep: Sweep, grants: Grants, company_id: int) -> None:
        async with connection.raw.transaction():
            await sweep.run(self._handling(connection, grants, company_id))

    def _handling(self, connection: Connection, grants: Grants, company_id: int) -> Handling:
        return Handling(connection=connection, actor=ACTOR, grants=grants, company_id=company_id, now=self._clock())


@dataclass(frozen=True, slots=True)
class Reading:
    """What one turn read: how far each listener is, by company, and the events, read once for all listeners."""

    connection: Connection
    positions: Mapping[str, dict[int, int]]
    read: dict[int, list[PublishedEvent]] = field(default_factory=dict[int, list[PublishedEvent]])
    ends: set[int] = field(default_factory=set[int])

    async def after(self, position: int) -> list[PublishedEvent]:
        """The events after a position, some of them; kept for the listeners that come after.

        What is behind a part that was not full is the next turn's: positions are said when they are given.
        """
        if position in self.ends:
            return []
        if position not in self.read:
            events = await read_events(self.connection, position, EVENTS_PER_TURN)
            if len(self.read) >= READ_KEPT_MAX:
                self.read.clear()
            self.read[position] = events
            if events and len(events) < EVENTS_PER_TURN:
                self.ends.add(events[-1].position)
        return self.read[position]


async def _positions(connection: Connection) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for row in await connection.fetch(_POSITIONS):
        found.setdefault(row["name"], {})[row["company_id"]] = row["position"]
    return found


async def _move(connection: Connection, name: str, company_id: int, position: int) -> None:
    await connection.execute(_MOVE, company_id=company_id, id=new_id(), name=name, position=position)

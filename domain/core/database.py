"""One list of raw connections for every road: reads, writes and jobs take from it and put back.

asyncpg's pool is not used: its release sends a reset query that costs more than a small read, so nothing here may leave
session state behind. Core statements are compiled once and run on the raw connection; asyncpg keeps each prepared
statement on its connection and prepares a stale one (after a migration) again once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import TracebackType
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

import asyncpg  # pyright: ignore[reportMissingTypeStubs]  # it has none; `Raw` and `Row` say what is used
import orjson
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from domain.core.errors import Overloaded


class Row(Protocol):
    """One row of an answer, by column name or place (asyncpg, which is untyped, makes them)."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def get(self, key: str, default: Any = None, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...
    def values(self) -> Iterable[Any]: ...
    def items(self) -> Iterable[tuple[str, Any]]: ...


class CompanyReader(Protocol):
    """Whatever reads the rows of one company: a work, or what is done about an event."""

    @property
    def company_id(self) -> int: ...

    async def fetch(self, statement: ClauseElement, **params: Any) -> list[Row]:
        """The rows of a Core statement; its parameter `company_id`, if it has one, is the reader's unless given."""
        ...

    async def settled(self, statement: ClauseElement) -> list[Row]:
        """The rows of a statement, of no other parameter, that stay what they are for as long as the reader reads."""
        ...


class Raw(Protocol):
    """The parts of asyncpg's connection that the house uses."""

    async def fetch(self, query: str, /, *args: Any) -> list[Row]: ...
    async def fetchrow(self, query: str, /, *args: Any) -> Row | None: ...
    async def fetchval(self, query: str, /, *args: Any) -> Any: ...
    async def execute(self, query: str, /, *args: Any) -> str: ...
    async def copy_records_to_table(self, table: str, *, records: Iterable[Any], columns: Iterable[str]) -> str: ...
    async def add_listener(self, channel: str, callback: Callable[..., Any]) -> None: ...
    async def remove_listener(self, channel: str, callback: Callable[..., Any]) -> None: ...
    async def set_type_codec(self, typename: str, **how: Any) -> None: ...
    async def close(self) -> None: ...
    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[Any]: ...
    def is_closed(self) -> bool: ...
    def is_in_transaction(self) -> bool: ...
    def terminate(self) -> None: ...


# Statements held per connection: more than the house has shapes, small enough that a flood of shapes cannot fill
# memory.
STATEMENTS_PER_CONNECTION_MAX = 1_000

# A request that has waited this long for a connection is better told to come back.
WAIT_SECONDS = 5.0

# A cancelled statement stops in milliseconds; a server that has not stopped it by then is left to find out itself.
END_SECONDS = 5.0

# The session or the server is gone: with another session the same may succeed. A server that ends an idle session says
# so a moment before it hangs up; whoever uses the session in that moment gets the driver's own InternalClientError.
LOST: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)

_DIALECT = asyncpg_dialect.dialect()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


_connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


class TooManyConnections(Exception):
    """The processes together would ask for more connections than the server has."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The time-outs of a session, in milliseconds, and how it plans prepared statements."""

    statement_ms: int = 30_000
    lock_ms: int = 5_000
    idle_in_transaction_ms: int = 60_000
    plan_cache_mode: str = "force_generic_plan"

    def settings(self) -> dict[str, str]:
        """The settings sent at connect."""
        return {
            "timezone": "UTC",
            "statement_timeout": str(self.statement_ms),
            "lock_timeout": str(self.lock_ms),
            "idle_in_transaction_session_timeout": str(self.idle_in_transaction_ms),
            "plan_cache_mode": self.plan_cache_mode,
            "application_name": "skein",
            "jit": "off",
        }


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """A Core statement as text with $n, the names of its parameters in order, and the values it carries itself."""

    sql: str
    names: tuple[str, ...]
    values: Mapping[str, Any]


_compiled: "WeakKeyDictionary[ClauseElement, CompiledStatement]" = WeakKeyDictionary()


def compiled(statement: ClauseElement) -> CompiledStatement:
    """The compiled form of `statement`, made once for each statement object.

    Raises: TypeError for `IN` over a list of unknown length: write `= ANY(array)`, which is one prepared statement.
    """
    known = _compiled.get(statement)
    if known is None:
        made: Any = statement.compile(dialect=_DIALECT)
        if "POSTCOMPILE" in made.string:
            raise TypeError("IN over a list cannot be prepared once: use = ANY(array)")
        known = CompiledStatement(made.string, tuple(made.positiontup or ()), dict(made.params))
        _compiled[statement] = known
    return known


def json_default(value: Any) -> Any:
    """What JSON has no form for, as text: Decimals keep every digit."""
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, frozenset | set):
        return sorted(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # any members
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_json(value: Any) -> bytes:
    """`value` as JSON with Decimals, ids and dates as text."""
    return orjson.dumps(value, default=json_default, option=orjson.OPT_NON_STR_KEYS)


def _jsonb(value: Any) -> bytes:
    """PostgreSQL's binary jsonb: a version byte, then the text."""
    return b"\x01" + to_json(value)


def _from_jsonb(data: bytes) -> Any:
    return orjson.loads(data[1:])


class Connection:
    """One session: runs Core statements by parameter name, or plain SQL with $n by position.

    `raw` is the asyncpg connection, for the read road.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    async def fetch(self, statement: ClauseElement | str, *args: Any, **params: Any) -> list[Row]:
        """All rows."""
        sql, values = _bound(statement, args, params)
        return await self.raw.fetch(sql, *values)

    async def fetchrow(self, statement: ClauseElement | str, *args: Any, **params: Any) -> Row | None:
        """The first row, or None."""
        sql, values = _bound(statement, args, params)
        return await self.raw.fetchrow(sql, *values)

    async def fetchval(self, statement: ClauseElement | str, *args: Any, **params: Any) -> Any:
        """The first column of the first row, or None."""
        sql, values = _bound(statement, args, params)
        return await self.raw.fetchval(sql, *values)

    async def execute(self, statement: ClauseElement | str, *args: Any, **params: Any) -> None:
        """Run it; rows, if any, are dropped."""
        sql, values = _bound(statement, args, params)
        if values:
            await self.raw.fetchrow(sql, *values)
        else:
            await self.raw.execute(sql)

    async def close(self) -> None:
        """End the session."""
        await self.raw.close()


def _bound(
    statement: ClauseElement | str, args: tuple[Any, ...], params: Mapping[str, Any]
) -> tuple[str, tuple[Any, ...]]:
    """The SQL text and its values in the order of $n."""
    if isinstance(statement, str):
        if params:
            raise TypeError("plain SQL takes its values by position")
        return statement, args
    if args:
        raise TypeError("a Core statement takes its values by name")
    form = compiled(statement)
    unknown = params.keys() - form.values.keys()
    if unknown:
        raise TypeError(f"the statement has no parameter {sorted(unknown)}")
    return form.sql, tuple(params[name] if name in params else form.values[name] for name in form.names)


async def connect(url: str, limits: Limits = LIMITS) -> Connection:
    """A session of its own, outside any list: for LISTEN, the sequencer and migrations."""
    raw: Raw = await _connect(
        url,
        server_settings=limits.settings(),
        statement_cache_size=STATEMENTS_PER_CONNECTION_MAX,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
    )
    try:
        await raw.set_type_codec("jsonb", schema="pg_catalog", format="binary", encoder=_jsonb, decoder=_from_jsonb)
    except BaseException:
        # Whoever was cancelled here has no session to end; left open it would keep the loop from closing.
        raw.terminate()
        raise
    return Connection(raw)


class Acquired:
    """The loan of one connection: `async with database.acquire() as connection`."""

    __slots__ = ("_connection", "_database")

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._connection: Connection | None = None

    async def __aenter__(self) -> Connection:
        self._connection = await self._database.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            # A cancelled query may still be running on the session, and one that was lost is of no use: it is ended
            # rather than lent again.
            ended = kind is not None and (not issubclass(kind, Exception) or issubclass(kind, LOST))
            self._database.give_back(self._connection, usable=not ended)


class Database:
    """Up to `size` sessions, lent first in, last out; waiting for one has a limit.

    Raises from `acquire`: Overloaded when none became free in time.
    """

    def __init__(self, url: str, size: int, limits: Limits, wait_seconds: float) -> None:
        self.url = url
        self.size = size
        self.limits = limits
        self.wait_seconds = wait_seconds
        # Set after each commit of a command in this process; the sequencer waits for it.
        self.committed = asyncio.Event()
        # What ends with this list: sessions that others opened beside it.
        self.closing: list[Callable[[], Awaitable[None]]] = []
        # Requests that had to wait for a connection since the start, and those that waited in vain.
        self.awaited = self.refused = 0
        self._idle: list[Connection] = []
        self._lent = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @classmethod
    async def open(
        cls, url: str, size: int, *, limits: Limits = LIMITS, wait_seconds: float = WAIT_SECONDS, processes: int = 1
    ) -> "Database":
        """A list of `size` sessions, the first of them open.

        Raises: TooManyConnections when `processes` lists of this size would exceed the server's max_connections.
        """
        database = cls(url, size, limits, wait_seconds)
        async with database.acquire() as connection:
            allowed = int(await connection.fetchval("SELECT current_setting('max_connections')::int"))
        # More a process: one that listens, one that draws numbers, one for the sequencer, one for a job.
        wanted = processes * (size + 4)
        if wanted >= allowed:
            await database.close()
            raise TooManyConnections(f"{processes} processes want {wanted} connections, the server allows {allowed}")
        return database

    @property
    def lent(self) -> int:
        """The connections that are lent now."""
        return self._lent

    @property
    def waiting(self) -> int:
        """How many wait for a connection now."""
        return len(self._waiting)

    def acquire(self) -> Acquired:
        """The loan of one connection, for `async with`."""
        return Acquired(self)

    async def take(self) -> Connection:
        """A connection; the caller gives it back.

        Raises: Overloaded.
        """
        if self._lent < self.size and not self._waiting:
            self._lent += 1
        else:
            await self._wait_for_place()
        while self._idle:
            connection = self._idle.pop()
            if not connection.raw.is_closed():
                return connection
        try:
            return await connect(self.url, self.limits)
        except BaseException:
            self._free_place()
            raise

    def give_back(self, connection: Connection, *, usable: bool) -> None:
        """End the loan; a session that was lost, cancelled or left in a transaction is ended, not lent again."""
        if self._is_closed:
            # Nobody is there any more to await a longer end.
            connection.raw.terminate()
            self._free_place()
        elif connection.raw.is_closed():
            self._free_place()
        elif usable and not connection.raw.is_in_transaction():
            self._idle.append(connection)
            self._free_place()
        else:
            ending = asyncio.get_running_loop().create_task(self._end(connection))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _end(self, connection: Connection) -> None:
        """End a session whose statement may still run: terminated at once, the server would go on with it."""
        try:
            async with asyncio.timeout(END_SECONDS):
                await connection.close()
        except (TimeoutError, asyncpg.PostgresError, *LOST):
            connection.raw.terminate()
        except asyncio.CancelledError:
            connection.raw.terminate()
            raise
        finally:
            self._free_place()

    async def close(self) -> None:
        """End all idle sessions, and what was opened beside them."""
        self._is_closed = True
        await asyncio.gather(*self._ending)
        while self.closing:
            await self.closing.pop()()
        while self._idle:
            await self._idle.pop().close()

    async def _wait_for_place(self) -> None:
        """Return once a place was handed over; it is then counted as lent already."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self.awaited += 1
        try:
            await asyncio.wait_for(place, self.wait_seconds)
        except TimeoutError as late:
            self._forget(place)
            self.refused += 1
            raise Overloaded() from late
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._free_place()
            else:
                self._forget(place)
            raise

    def _forget(self, place: asyncio.Future[None]) -> None:
        if place in self._waiting:
            self._waiting.remove(place)

    def _free_place(self) -> None:
        """Hand the place to the one who has waited longest, or count it free."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._lent -= 1

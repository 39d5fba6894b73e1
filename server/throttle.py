"""What a client may spend in a time: a leaky bucket a client, one for all processes, without a write a request.

The bucket is one instant in one row: when everything poured in will have leaked (`drained_at`). Pouring in a cost moves
it on by `cost / restore_rate` seconds; a cost fits while the instant is at most `bucket / restore_rate` seconds away.

A process does not pour in each request. It leases: one UPDATE pours in what a second of leaking restores (or what the
request at hand needs, if that is more), and requests are then served from what was leased, in memory. What an operation
was said to cost and did not is given back to the lease. Once a second one statement pours out what a process holds
beyond a lease, and all of what has lain unused for five seconds. So a client that spends at its full rate costs each
process that serves it some two writes a second, however many requests that is; all others cost less.

The error: what lies leased in a process is missing from the bucket, which leaks on meanwhile. A client can therefore
spend, beyond the bucket and the leak, at most what all processes held when it began: a lease each, and for the second
until the next tick what its operations gave back. A process that dies takes its lease along: the client then waits for
at most a second's leak. Refusals are answered from memory for a second, so that one who hammers does not write either.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from domain.core.database import LOST, Database
from domain.core.errors import Overloaded, RequestError
from server.tiers import Client, ClientTier

log = structlog.get_logger("throttle")

TICK_SECONDS = 1.0
# A lease that nobody used for so long is poured out, and the client forgotten.
IDLE_SECONDS = 5.0
# A bucket that leaked empty so long ago is the same as none.
STALE_HOURS = 1
SWEEP_SECONDS = 3_600.0
# For so long a process trusts what it knew of a bucket when it refuses; others may have poured out since.
REFUSAL_SECONDS = 1.0
# Clients remembered at once, some hundred bytes each; beyond it the one unused longest loses its lease to the leak.
CLIENTS_MAX = 50_000

# $2 what is wanted and $3 what is needed, in points; $4 and $5 the same as time; $6 the whole bucket as time.
LEASE = """
INSERT INTO client_bucket AS b (company_id, id, granted, drained_at)
VALUES (0, $1, $2::bigint, statement_timestamp() + $4::interval)
ON CONFLICT (company_id, id) DO UPDATE SET
  granted = CASE
    WHEN greatest(b.drained_at, statement_timestamp()) + $4::interval <= statement_timestamp() + $6::interval
    THEN $2::bigint
    WHEN greatest(b.drained_at, statement_timestamp()) + $5::interval <= statement_timestamp() + $6::interval
    THEN $3::bigint
    ELSE 0 END,
  drained_at = greatest(b.drained_at, statement_timestamp()) + CASE
    WHEN greatest(b.drained_at, statement_timestamp()) + $4::interval <= statement_timestamp() + $6::interval
    THEN $4::interval
    WHEN greatest(b.drained_at, statement_timestamp()) + $5::interval <= statement_timestamp() + $6::interval
    THEN $5::interval
    ELSE interval '0' END
RETURNING granted, drained_at - statement_timestamp() AS filled
"""

# $1 clients, $2 what each pours in or, below zero, out.
POUR = """
INSERT INTO client_bucket AS b (company_id, id, granted, drained_at)
SELECT 0, p.id, 0, statement_timestamp() + p.poured
FROM unnest($1::uuid[], $2::interval[]) AS p (id, poured) ORDER BY p.id
ON CONFLICT (company_id, id) DO UPDATE SET drained_at = CASE
  WHEN excluded.drained_at < statement_timestamp() THEN b.drained_at + (excluded.drained_at - statement_timestamp())
  ELSE greatest(b.drained_at, statement_timestamp()) + (excluded.drained_at - statement_timestamp()) END
RETURNING id, drained_at - statement_timestamp() AS filled
"""
SWEEP = f"DELETE FROM client_bucket WHERE drained_at < statement_timestamp() - interval '{STALE_HOURS} hours'"


class Throttled(RequestError):
    """The client has spent what it may; the values say when to come back."""

    code = "THROTTLED"
    zh = "已超出配额，请在 {retry_after_seconds} 秒后重试。"
    en = "You have spent what you may; come back in {retry_after_seconds} s."


class _Purse:
    """What one process holds of one client's bucket, and what it last knew of the rest. Below zero: a debt."""

    __slots__ = ("filled_until", "held", "id", "known_at", "lock", "tier", "told_until", "used_at")

    def __init__(self, client: Client) -> None:
        self.id = client.id
        self.tier = client.tier
        self.held = 0
        self.filled_until = self.known_at = self.told_until = self.used_at = 0.0
        self.lock = asyncio.Lock()

    def room(self, now: float) -> int:
        """The points that fit into the bucket, as far as is known here; below zero while a debt overfills it."""
        filled = max(self.filled_until - now, 0.0) + max(self.told_until - now, 0.0)
        return self.tier.bucket if filled <= 0 else self.tier.bucket - int(filled * self.tier.restore_rate) - 1

    def available(self, now: float) -> int:
        """The points that the client can spend, as far as is known here."""
        return max(min(self.room(now) + self.held, self.tier.bucket), 0)

    def refused(self, missing: int, now: float) -> Throttled:
        """The refusal of a cost of which so much is missing."""
        lacking = missing - self.room(now)
        return Throttled(retry_after_seconds=max(-(-lacking // self.tier.restore_rate), 1))


class Throttle:
    """The buckets of this process's clients, over the one table of all processes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._purses: OrderedDict[int, _Purse] = OrderedDict()
        self._swept_at = clock()
        # Statements sent, for tests and metrics: what the design promises to be rare.
        self.writes = 0

    @property
    def clients(self) -> int:
        """How many clients this process remembers."""
        return len(self._purses)

    def check(self, client: Client) -> None:
        """Refuse a client that is known to have nothing left, before anything is done for it. Raises: Throttled."""
        purse = self._purse(client)
        now = self._clock()
        if purse.held <= 0 and purse.room(now) + purse.held <= 0:
            raise purse.refused(1 - purse.held, now)

    async def take(self, client: Client, cost: int) -> None:
        """Take a cost from the bucket. Raises: Throttled, and what the database raises."""
        purse = self._purse(client)
        if purse.held < cost:
            await self._lease(client, purse, cost)
        purse.held -= cost

    def give_back(self, client: Client, points: int) -> None:
        """Put back what was taken and not needed, or below zero take what nobody was asked for: it is owed."""
        self._purse(client).held += points

    def charge(self, client: Client, points: int) -> int:
        """Charge what the server tells a client by itself; answers what the client can spend then.

        It is poured into what is known here of the bucket, where it leaks like the rest. Only what a second's leak does
        not carry away is owed to the table: an event to ten thousand clients writes nothing.
        """
        purse, now = self._purse(client), self._clock()
        rate = purse.tier.restore_rate
        purse.told_until = max(purse.told_until, now) + points / rate
        owed = int((purse.told_until - now - TICK_SECONDS) * rate)
        if owed > 0:
            purse.told_until -= owed / rate
            purse.held -= owed
        return purse.available(now)

    def available(self, client: Client) -> int:
        """The points that the client can spend, as far as this process knows."""
        return self._purse(client).available(self._clock())

    async def watch(self) -> None:
        """Settle every second until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.settle()

    async def settle(self, *, ending: bool = False) -> None:
        """Settle with the table what is held beyond a lease, lies idle or is owed; everything when the process ends."""
        try:
            await self._settle(ending=ending)
        except (*LOST, Overloaded, asyncpg.PostgresError) as lost:
            # What was to be settled is held still, and is settled at a later tick.
            log.warning("throttle_waits", reason=type(lost).__name__)

    async def _settle(self, *, ending: bool) -> None:
        now = self._clock()
        moved: dict[UUID, tuple[_Purse, int]] = {}
        for key, purse in list(self._purses.items()):
            is_idle = ending or now - purse.used_at > IDLE_SECONDS
            surplus = purse.held if is_idle or purse.held < 0 else max(purse.held - purse.tier.lease, 0)
            if surplus:
                # Taken out before the statement: meanwhile nobody may spend it.
                moved[purse.id], purse.held = (purse, surplus), purse.held - surplus
            elif is_idle and not purse.lock.locked():
                del self._purses[key]
        if moved:
            await self._pour(moved)
        if now - self._swept_at > SWEEP_SECONDS:
            self._swept_at = now
            async with self._database.acquire() as connection:
                await connection.execute(SWEEP)

    async def _pour(self, moved: Mapping[UUID, tuple[_Purse, int]]) -> None:
        """Write surpluses and debts to the table; when that fails they are held again."""
        poured = [_time(-surplus, purse.tier) for purse, surplus in moved.values()]
        try:
            rows = await self._run(POUR, list(moved), poured)
        except BaseException:
            for purse, surplus in moved.values():
                purse.held += surplus
            raise
        now = self._clock()
        for row in rows:
            _learn(moved[row["id"]][0], row["filled"], now)

    async def _lease(self, client: Client, purse: _Purse, cost: int) -> None:
        """Make sure that at least `cost` is held. Raises: Throttled."""
        async with purse.lock:
            missing = cost - purse.held
            if missing <= 0:
                return
            now, tier = self._clock(), purse.tier
            if missing > purse.room(now) and now - purse.known_at < REFUSAL_SECONDS:
                raise purse.refused(missing, now)
            wanted = max(missing, tier.lease)
            times = [_time(points, tier) for points in (wanted, missing, tier.bucket)]
            [row] = await self._run(LEASE, client.id, wanted, missing, *times)
            now = self._clock()
            _learn(purse, row["filled"], now)
            purse.held += row["granted"]
            if purse.held < cost:
                raise purse.refused(missing, now)

    async def _run(self, statement: str, *values: Any) -> list[Any]:
        self.writes += 1
        async with self._database.acquire() as connection:
            return await connection.raw.fetch(statement, *values)

    def _purse(self, client: Client) -> _Purse:
        purse = self._purses.get(client.key)
        if purse is None:
            purse = self._purses[client.key] = _Purse(client)
            if len(self._purses) > CLIENTS_MAX:
                self._purses.popitem(last=False)
        else:
            self._purses.move_to_end(client.key)
        purse.tier, purse.used_at = client.tier, self._clock()
        return purse


def _time(points: int, tier: ClientTier) -> timedelta:
    """How long it takes the points to leak; below zero alike."""
    return timedelta(microseconds=points * 1_000_000 // tier.restore_rate)


def _learn(purse: _Purse, filled: timedelta, now: float) -> None:
    purse.known_at, purse.filled_until = now, now + filled.total_seconds()

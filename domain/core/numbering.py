"""Numbers of documents, one series a company and kind.

Gap-free only where the law asks (invoices, journal entries): such a number is drawn in the document's own transaction,
as its last write, because whoever draws next waits until that transaction ends. Every other number comes from a range
that the process took in a transaction of its own: nobody waits, and a refused document leaves a gap.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, Text, bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Uuid

from domain.core.database import Connection, Database, Row, connect
from domain.core.ids import new_id
from domain.core.models import NumberSeries

# A process that stops loses at most so many numbers of a series that may have gaps.
RANGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of number, as the module that owns the documents declares it; the stored row may override prefix and
    digits."""

    name: str
    prefix: str = ""
    digits: int = 6
    gap_free: bool = False


_series = NumberSeries.table
_new = insert(_series).values(
    company_id=bindparam("company_id", type_=SmallInteger()), id=bindparam("id", type_=Uuid()),
    name=bindparam("name", type_=Text()), prefix=bindparam("prefix", type_=Text()), digits=bindparam("digits",
    type_=Integer()), gap_free=bindparam("gap_free", type_=Boolean()), next_number=1 + bindparam("count",
    type_=BigInteger()),
)  # fmt: skip
_DRAW = _new.on_conflict_do_update(
    index_elements=["company_id", "name"],
    set_={"next_number": _series.c.next_number + bindparam("count", type_=BigInteger())},
).returning(_series.c.next_number, _series.c.prefix, _series.c.digits)


@dataclass(slots=True)
class Range:
    """Numbers from `next` up to, not including, `end`."""

    next: int
    end: int
    prefix: str
    digits: int

    def take(self, count: int) -> list[str]:
        """Up to `count` numbers, as text."""
        stop = min(self.next + count, self.end)
        numbers = [f"{self.prefix}{number:0{self.digits}d}" for number in range(self.next, stop)]
        self.next = stop
        return numbers


async def draw(connection: Connection, company_id: int, series: Series, count: int) -> Range:
    """The next `count` numbers of the series, on this connection."""
    row: Row | None = await connection.fetchrow(
        _DRAW, company_id=company_id, id=new_id(), name=series.name, prefix=series.prefix, digits=series.digits,
        gap_free=series.gap_free, count=count,
    )  # fmt: skip
    if row is None:
        raise AssertionError("INSERT ... ON CONFLICT DO UPDATE returns its row")
    return Range(row["next_number"] - count, row["next_number"], row["prefix"], row["digits"])


class NumberRanges:
    """The ranges one process has taken; filled on a session of its own, so that no work waits for another's
    connection."""

    def __init__(self, database: Database) -> None:
        self._url = database.url
        self._limits = database.limits
        self._ranges: dict[tuple[int, str], Range] = {}
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None

    async def take(self, company_id: int, series: Series, count: int) -> list[str]:
        """`count` numbers of a series that may have gaps."""
        async with self._turn:
            key = (company_id, series.name)
            held = self._ranges.get(key)
            numbers = held.take(count) if held is not None else []
            if len(numbers) < count:
                missing = count - len(numbers)
                fresh = await draw(await self._session(), company_id, series, max(missing, RANGE_SIZE))
                numbers += fresh.take(missing)
                self._ranges[key] = fresh
            return numbers

    async def _session(self) -> Connection:
        if self._connection is None or self._connection.raw.is_closed():
            self._connection = await connect(self._url, self._limits)
        return self._connection

    async def close(self) -> None:
        """End the session; the numbers left in the ranges become gaps."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


_ranges_of: "WeakKeyDictionary[Database, NumberRanges]" = WeakKeyDictionary()


def ranges_of(database: Database) -> NumberRanges:
    """The ranges this process holds for `database`."""
    if database not in _ranges_of:
        _ranges_of[database] = NumberRanges(database)
        database.closing.append(_ranges_of[database].close)
    return _ranges_of[database]

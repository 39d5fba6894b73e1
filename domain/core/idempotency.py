"""Keys that make a retry harmless: the first request with a key takes effect, every later one answers the same records.

The key's row is claimed as the first thing of the transaction, so the database decides between processes; within one
process a second request with the key waits without a connection. Kept are the hash of the input and the record ids,
never a response: a replay reads the current rows under the current grants.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import LargeBinary, SmallInteger, Text, and_, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.types import Uuid

from domain.core.database import Database, json_default
from domain.core.errors import IdempotencyInProgress, IdempotencyKeyReused, InvalidInput
from domain.core.models import KEY_LENGTH_MAX, IdempotencyKey
from domain.core.work import Work

# How long a request waits for another with its key in this process; the lock time-out bounds it elsewhere.
IN_FLIGHT_SECONDS = 5.0

_key = IdempotencyKey.table
CLAIMED = (
    insert(_key)
    .values(
        company_id=bindparam("company_id", type_=SmallInteger()), id=bindparam("id", type_=Uuid()),
        client=bindparam("client", type_=Text()), key=bindparam("key", type_=Text()),
        input_digest=bindparam("input_digest", type_=LargeBinary()), command=bindparam("command", type_=Text()),
        record_type=bindparam("record_type", type_=Text()), work_id=bindparam("work_id", type_=Uuid()),
        record_ids=[], versions={},
    )
    .on_conflict_do_nothing(index_elements=["company_id", "client", "key"])
    .returning(_key.c.id)
    .cte("claimed")
)  # fmt: skip
IS_SAME_KEY = and_(_key.c.client == bindparam("client", type_=Text()), _key.c.key == bindparam("key", type_=Text()))
_STORED = select(_key.c.company_id, _key.c.input_digest, _key.c.record_ids).where(IS_SAME_KEY)
COMPLETE = (
    update(_key)
    .where(
        _key.c.company_id == bindparam("of_company", type_=SmallInteger()),
        _key.c.id == bindparam("of_key", type_=Uuid()),
    )
    .values(record_ids=bindparam("made", type_=ARRAY(Uuid())), versions=bindparam("made_versions", type_=JSONB()))
)


class Stored(NamedTuple):
    """A key that was used before: in which company, with what input, and what it made."""

    company_id: int
    input_digest: bytes
    record_ids: Sequence[UUID]


def check_key(key: str) -> str:
    """The key itself. Raises: InvalidInput when it is empty or longer than its column."""
    if not key.strip() or len(key) > KEY_LENGTH_MAX or "\x00" in key:
        reason, reason_zh = f"it has 1 to {KEY_LENGTH_MAX} characters", f"长度须为 1 至 {KEY_LENGTH_MAX} 个字符"
        raise InvalidInput(what="idempotencyKey", value=repr(key[:40]), reason=reason, reason_zh=reason_zh)
    return key


def input_digest(actor_id: UUID, company_id: int, commands: Sequence[Any], how: str) -> bytes:
    """SHA-256 of the canonical input: who, where, which commands, and how they are performed."""
    names = [type(command).__name__ for command in commands]
    canonical = orjson.dumps(
        [str(actor_id), company_id, how, names, commands], default=json_default, option=orjson.OPT_SORT_KEYS
    )
    return sha256(canonical).digest()


async def made_before(work: Work, key: str, digest: bytes, rows: Sequence[Stored]) -> Sequence[UUID]:
    """What the key made before, from the rows stored under it: none were seen where another process committed the key
    while this one waited for it, and only a new statement sees them.

    Raises: IdempotencyKeyReused for another input.
    """
    if not rows:
        found = await work.connection.fetch(_STORED, client=work.actor.client, key=key)
        rows = [Stored(*row.values()) for row in found]
    for stored in rows:
        if stored.company_id != work.company_id or stored.input_digest != digest:
            raise IdempotencyKeyReused(key=key)
        return stored.record_ids
    raise AssertionError("a key that cannot be claimed is stored")


def versions_of(work: Work, record_ids: Sequence[UUID]) -> dict[str, int]:
    """The versions at which the work left the records, as they are kept under its key."""
    return {str(id_): work.versions[id_] for id_ in record_ids if id_ in work.versions}


@dataclass(slots=True)
class Turn:
    """One request's hold on a key; `kept` becomes true once its effect is stored under the key."""

    kept: bool = False


class KeysInFlight:
    """The keys that requests of this process are using now.

    The first request with a key leads; the others wait for it without a connection. Once it has kept its effect they
    all replay it, side by side; if it kept nothing, the next one leads.
    """

    def __init__(self) -> None:
        self._leaders: dict[tuple[str, str], asyncio.Future[bool]] = {}

    @asynccontextmanager
    async def turn(self, client: str, key: str) -> AsyncGenerator[Turn]:
        """The hold on a key. Raises: IdempotencyInProgress when the one before does not end in time."""
        name, turn = (client, key), Turn()
        try:
            async with asyncio.timeout(IN_FLIGHT_SECONDS):
                kept = False
                while not kept and (leader := self._leaders.get(name)) is not None:
                    kept = await asyncio.shield(leader)
        except TimeoutError as late:
            raise IdempotencyInProgress(key=key) from late
        if kept:
            yield turn
            return
        leading = self._leaders[name] = asyncio.get_running_loop().create_future()
        try:
            yield turn
        finally:
            del self._leaders[name]
            leading.set_result(turn.kept)


_in_flight: "WeakKeyDictionary[Database, KeysInFlight]" = WeakKeyDictionary()


def keys_in_flight(database: Database) -> KeysInFlight:
    """The keys in use in this process on `database`."""
    return _in_flight.setdefault(database, KeysInFlight())

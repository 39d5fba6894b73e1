"""A database with the shipped policy, two companies and some accounts, and the one who administers it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from authz.grants import compile_grants, system_actor
from authz.policy import baseline
from authz.tables import load_baseline, policy_version
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Connection
from domain.core.perform import Performed, perform
from domain.governance import CreateUser

ADMIN = UUID(int=100)


class Office:
    """Performs commands as the administrator, and answers what became of the tables."""

    def __init__(self, raw: asyncpg.Connection) -> None:
        self.raw = raw
        self.connection = Connection(raw)
        self.admin: Actor = system_actor("administrator", ADMIN)

    @property
    def grants(self) -> Grants:
        """What the administrator may."""
        return compile_grants(baseline(), self.admin, (1, 2))

    async def perform(self, *commands: Any) -> Performed:
        """The outcome of the commands, as one batch for the group."""
        return await perform(self.connection, self.admin, self.grants, 0, commands)

    async def done(self, *commands: Any) -> list[UUID]:
        """The ids of what the commands made; none was refused."""
        performed = await self.perform(*commands)
        assert performed.refusals == []
        return performed.ids

    async def refused(self, *commands: Any) -> Sequence[tuple[str, Any]]:
        """(code, values) of each refusal; nothing was written, and the version stands."""
        version, entries = await self.version(), await self.count("audit_entry")
        performed = await self.perform(*commands)
        assert not performed.committed
        assert (await self.version(), await self.count("audit_entry")) == (version, entries)
        return [(refusal.code, refusal.values) for refusal in performed.refusals]

    async def version(self) -> int:
        """The policy version."""
        return await policy_version(self.connection)

    async def count(self, table: str) -> int:
        """The rows of a table."""
        return await self.raw.fetchval(f"SELECT count(*) FROM {table}")

    async def user(self, name: str, audience: Audience = Audience.STAFF) -> UUID:
        """A new account."""
        return (await self.done(CreateUser(name=name, display_name=name.title(), audience=audience)))[0]


@pytest.fixture
async def office(connection: asyncpg.Connection) -> AsyncIterator[Office]:
    """The office, inside the test's transaction."""
    await load_baseline(Connection(connection))
    yield Office(connection)

"""Commands that an operator performs from the command line, in the name of the system and under its policy."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from authz.grants import compile_grants
from authz.policy import Policy
from authz.tables import load_companies, load_policy
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, connect
from domain.core.perform import perform
from domain.core.records import GROUP


@dataclass(frozen=True, slots=True)
class Console:
    """A session in which one actor of the system performs commands on what belongs to the group."""

    connection: Connection
    policy: Policy
    actor: Actor
    grants: Grants

    async def perform(self, command: Any) -> UUID:
        """The record of a command. Raises: its refusal, and what `perform` raises."""
        performed = await perform(self.connection, self.actor, self.grants, GROUP, [command])
        for refusal in performed.refusals:
            raise refusal
        return performed.ids[0]


async def console_on(connection: Connection, actor: Actor) -> Console:
    """A console on an open session."""
    policy, companies = await load_policy(connection), await load_companies(connection)
    return Console(connection, policy, actor, compile_grants(policy, actor, companies))


@asynccontextmanager
async def console(url: str, actor: Actor) -> AsyncGenerator[Console]:
    """A console with a session of its own."""
    connection = await connect(url)
    try:
        yield await console_on(connection, actor)
    finally:
        await connection.close()

"""The read road for work without a request: as accounts, under their grants of this moment.

Webhooks and exports answer somebody who is not there: the account that asked for them stands in, with those of its
roles that it used then and still holds.
"""

from collections.abc import Mapping, Sequence, Set
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import GraphQLSchema

from authz.audiences import visible_to
from authz.grants import compile_grants
from authz.tables import load_account
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Database
from domain.core.errors import Forbidden
from resolvers.limits import Limits
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import Answer, Operation
from schema.graph import visible
from server.identity import Identity
from server.settings import Settings
from server.signing import KeyRing

# Accounts remembered; beyond it all are looked up anew.
ACTORS_MAX = 1_000
# More than any document within the other limits can cost.
COST_MAX = 10**30


class VisibleSchemas:
    """The schema that the holder of some grants sees, computed once a policy and audience."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._policy = identity.policy
        self._known: dict[Audience, GraphQLSchema] = {}

    def prepare(self) -> None:
        """Compute the schema of every audience: some tenths of a second each that no first request should wait for."""
        for audience in Audience:
            self._seen_by(audience)

    def __call__(self, grants: Grants) -> GraphQLSchema:
        return self._seen_by(grants.audience)

    def _seen_by(self, audience: Audience) -> GraphQLSchema:
        if self._identity.policy is not self._policy:
            self._policy, self._known = self._identity.policy, {}
        found = self._known.get(audience)
        if found is None:
            found = self._known[audience] = visible(visible_to(self._policy, audience))
        return found


def sight_of(actor: Actor, grants: Grants) -> str:
    """A digest of what a reader sees: equal for equal sight, whatever the number of the policy."""
    granted = (grants.audience.value, grants.companies, grants.tiers, grants.allowed, grants.denied)
    seen = (actor.partners, actor.sites, *granted)
    return sha256("\n".join(map(_ordered, seen)).encode()).hexdigest()


def _ordered(value: Any) -> str:
    """A text of a value made of texts, numbers, sets and mappings, whose own order counts for nothing."""
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_ordered(key)}:{_ordered(one)}' for key, one in value.items()))}}}"
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(_ordered, value)))}}}"
    if isinstance(value, tuple):
        return f"({','.join(map(_ordered, value))})"
    return str(value)


class NothingIsWritten:
    """The write road of those who only read."""

    async def answer(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        """Raises: Forbidden."""
        raise Forbidden(what=operation.node.operation.value)


@dataclass(frozen=True, slots=True)
class Roads:
    """What a process reads with in the name of accounts."""

    database: Database
    identity: Identity
    read: ReadRoad
    dispatcher: Dispatcher
    # The same documents without a limit of cost: what is run to its end has no page that could be too large.
    unlimited: Dispatcher
    serves_demo: bool
    known: dict[tuple[str, str], Actor] = field(default_factory=dict[tuple[str, str], Actor])

    async def acting(self, name: str, roles: Sequence[str], client: str) -> tuple[Actor, Grants] | None:
        """The account with those of the roles that it still holds, and what it may do now; None when it may not
        sign in.
        """
        await self.identity.refresh()
        async with self.database.acquire() as connection:
            account = await load_account(connection, name)
        if account is None or not account.is_active or (account.is_demo and not self.serves_demo):
            return None
        # An account without a role names none: it would otherwise count for all of them.
        actor = self._kept(account.actor(client, only=roles or ("",)))
        return actor, compile_grants(self.identity.policy, actor, self.identity.companies)

    def _kept(self, actor: Actor) -> Actor:
        """The same object for the same account as long as nothing about it changes: plans are kept for it."""
        key = (actor.name, actor.client)
        found = self.known.get(key)
        if found is not None and found == actor:
            return found
        if len(self.known) >= ACTORS_MAX:
            self.known.clear()
        self.known[key] = actor
        return actor

    def system(self, actor: Actor) -> Grants:
        """What a process may do in its own name."""
        return compile_grants(self.identity.policy, actor, self.identity.companies)


async def open_roads(settings: Settings, size: int, stack: AsyncExitStack) -> Roads:
    """The roads on a list of `size` sessions of their own, closed when the stack unwinds."""
    assert settings.database_url is not None, "the caller found the database"
    database = await Database.open(settings.database_url, size, limits=settings.limits)
    stack.push_async_callback(database.close)
    identity = Identity(database, KeyRing(*settings.signing_secrets()), serves_demo=settings.is_local)
    await identity.refresh()
    read = ReadRoad(database)
    schemas, nothing = VisibleSchemas(identity), NothingIsWritten()
    dispatcher = Dispatcher(schemas, read=read, write=nothing)
    return Roads(database, identity, read, dispatcher, unlimited(schemas, read), settings.is_local)


def unlimited(schemas: VisibleSchemas, read: ReadRoad) -> Dispatcher:
    """A dispatcher for documents that are run to their end."""
    return Dispatcher(schemas, read=read, write=NothingIsWritten(), limits=Limits(cost=COST_MAX))

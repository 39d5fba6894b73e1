"""The read road for work without a request: as accounts, under their grants of this moment.

Webhooks and exports answer somebody who is not there: the account that asked for them stands in, with those of its
roles that it used then and still holds.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from graphql import GraphQLSchema

from authz.audiences import visible_to
from authz.grants import compile_grants
from authz.tables import load_account
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Database
from domain.core.errors import Forbidden
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import Answer, Operation
from schema.graph import visible
from server.identity import Identity, signing_key
from server.settings import Settings


class VisibleSchemas:
    """The schema that the holder of some grants sees, computed once a policy and audience."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._policy = identity.policy
        self._known: dict[Audience, GraphQLSchema] = {}

    def __call__(self, grants: Grants) -> GraphQLSchema:
        if self._identity.policy is not self._policy:
            self._policy, self._known = self._identity.policy, {}
        found = self._known.get(grants.audience)
        if found is None:
            found = self._known[grants.audience] = visible(visible_to(self._policy, grants.audience))
        return found


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
    serves_demo: bool

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
        actor = account.actor(client, only=roles or ("",))
        return actor, compile_grants(self.identity.policy, actor, self.identity.companies)

    def system(self, actor: Actor) -> Grants:
        """What a process may do in its own name."""
        return compile_grants(self.identity.policy, actor, self.identity.companies)


async def open_roads(settings: Settings, size: int, stack: AsyncExitStack) -> Roads:
    """The roads on a list of `size` sessions of their own, closed when the stack unwinds."""
    assert settings.database_url is not None, "the caller found the database"
    database = await Database.open(settings.database_url, size, limits=settings.limits)
    stack.push_async_callback(database.close)
    identity = Identity(database, signing_key(settings.signing_secret()), serves_demo=settings.is_local)
    await identity.refresh()
    read = ReadRoad(database)
    dispatcher = Dispatcher(VisibleSchemas(identity), read=read, write=NothingIsWritten())
    return Roads(database, identity, read, dispatcher, settings.is_local)

"""The gate between the edge and the roads: every operation passes it, from whatever transport it comes.

It is prepared under the limits of its client's tier, pays its cost from the client's bucket before it runs, is
cancelled when it takes too long, gets back what it did not cost, and its answer tells so in `extensions.cost`.
"""

import asyncio
from dataclasses import replace

from graphql import OperationType

from domain.core.errors import Refusal
from resolvers.errors import REQUEST_SECONDS
from resolvers.limits import LimitExceeded
from resolvers.operation import Dispatcher, Invalid
from resolvers.request import Answer, GraphRequest, Operation
from server.documents import Documents
from server.sessions import BearerSession
from server.throttle import Throttle
from server.tiers import Client, Tiers

# What a document costs that is refused: reading it took some milliseconds, as much as a small read.
FAULT_COST = 10
# What an operation costs at least: one that answers no object is still a request.
COST_MIN = 1

_EXTENSIONS = b'{"extensions":{'


class Gate:
    """Prepares and answers operations for the clients of this process."""

    def __init__(self, dispatcher: Dispatcher, tiers: Tiers, throttle: Throttle, documents: Documents) -> None:
        self.dispatcher = dispatcher
        self._documents = documents
        self._tiers = tiers
        self._throttle = throttle

    def kind(self, request: GraphRequest, session: BearerSession) -> OperationType:
        """What a request asks to do. Raises: what `prepare` raises, but for what only its reader's schema can tell."""
        self._documents.resolve(request, session.actor)
        return self.dispatcher.kind(request)

    def prepare(self, request: GraphRequest, session: BearerSession) -> Operation:
        """The operation that a request names, within the limits of the client's tier.

        A document that is only named is found first, and a client that may run registered documents alone held to them.
        Raises: Throttled, DocumentNotAllowed, PersistedQueryNotFound, LimitExceeded, Invalid, OperationUnresolved.
        """
        client = self._client(session)
        self._throttle.check(client)
        request.address = session.address or None
        self._documents.resolve(request, session.actor)
        if client.tier.limits != self.dispatcher.limits:
            request = replace(request, limits=client.tier.limits)
        try:
            return self.dispatcher.prepare(request, session.grants)
        except (Invalid, LimitExceeded):
            self._throttle.give_back(client, -FAULT_COST)
            raise

    async def admit(self, operation: Operation, session: BearerSession) -> None:
        """Let a stream begin: its client pays for one event, the others are the server's to tell. Raises: Throttled."""
        await self._throttle.take(self._client(session), max(operation.cost, COST_MIN))

    async def answer(self, operation: Operation, session: BearerSession) -> Answer:
        """The answer to a prepared query or mutation, with what it cost.

        Raises: Throttled, TimeoutError after its statement was cancelled, and what its road raises.
        """
        client = self._client(session)
        price = max(operation.cost, COST_MIN)
        async with asyncio.timeout(REQUEST_SECONDS):
            await self._throttle.take(client, price)
            try:
                answer = await session.answer(self.dispatcher, operation)
            except (Refusal, Invalid):
                # Refused before it ran; what breaks or is cancelled has cost what it was said to.
                self._throttle.give_back(client, price - min(price, FAULT_COST))
                raise
        # Lists without a page are assumed to be short; of a longer one the rest is free.
        actual = min(answer.cost, operation.cost)
        self._throttle.give_back(client, price - max(actual, COST_MIN))
        return replace(answer, body=self._told(answer.body, operation.cost, actual, client))

    def _client(self, session: BearerSession) -> Client:
        return self._tiers.of(session.actor, session.address)

    def _told(self, body: bytes, requested: int, actual: int, client: Client) -> bytes:
        """The answer with `extensions.cost`, spliced in before its other members."""
        tier = client.tier
        cost = (
            b'"cost":{"requestedQueryCost":%d,"actualQueryCost":%d,"throttleStatus":'
            b'{"maximumAvailable":%d,"currentlyAvailable":%d,"restoreRate":%d}}'
            % (requested, actual, tier.bucket, self._throttle.available(client), tier.restore_rate)
        )
        if body.startswith(_EXTENSIONS):
            return _EXTENSIONS + cost + b"," + body[len(_EXTENSIONS) :]
        return _EXTENSIONS + cost + b"}," + body[1:]

"""The gate between the edge and the roads: every operation passes it, from whatever transport it comes.

It is prepared under the limits of its client's tier, pays its cost from the client's bucket before it runs, is
cancelled when it takes too long, gets back what it did not cost, and its answer tells so in `extensions.cost`. The
observer is told how each one ended.
"""

from collections.abc import Mapping

from graphql import OperationType

from domain.core.errors import Refusal
from resolvers.errors import REQUEST_SECONDS, code_of
from resolvers.events import Rendered
from resolvers.limits import LimitExceeded
from resolvers.operation import Dispatcher, Invalid
from resolvers.request import Answer, GraphRequest, MethodNotAllowed, Operation
from server.deadlines import Deadline, Deadlines
from server.documents import Documents
from server.observe import Observer
from server.sessions import BearerSession
from server.throttle import Throttle
from server.tiers import Client, Tiers

# What a document costs that is refused: reading it took some milliseconds, as much as a small read.
FAULT_COST = 10
# What an operation costs at least: one that answers no object is still a request.
COST_MIN = 1

# The names of the roads, for those who observe.
ROADS: Mapping[OperationType, str] = {
    OperationType.QUERY: "read",
    OperationType.MUTATION: "write",
    OperationType.SUBSCRIPTION: "watch",
}

_EXTENSIONS = '{"extensions":{'
_EXTENSIONS_BYTES = _EXTENSIONS.encode()


class Gate:
    """Prepares and answers operations for the clients of this process."""

    def __init__(
        self, dispatcher: Dispatcher, tiers: Tiers, throttle: Throttle, observer: Observer, *, documents: Documents
    ) -> None:
        self.observer = observer
        self.deadlines = Deadlines(REQUEST_SECONDS)
        self._dispatcher = dispatcher
        self._documents = documents
        self._tiers = tiers
        self._throttle = throttle

    def prepare(self, request: GraphRequest, session: BearerSession, *, only_reads: bool = False) -> Operation:
        """The operation that a request names, within the limits of the client's tier.

        A document that is only named is found first, and a client that may run registered documents alone held to them.
        Raises: Throttled, DocumentNotAllowed, PersistedQueryNotFound, LimitExceeded, Invalid, OperationUnresolved,
        MethodNotAllowed for a mutation by GET.
        """
        client = self._client(session)
        request.limits, request.address = client.tier.limits, session.address or None
        try:
            self._throttle.check(client)
            self._documents.resolve(request, session.actor)
            if only_reads and self._dispatcher.kind(request) is OperationType.MUTATION:
                raise MethodNotAllowed(method="GET")
            return self._dispatcher.prepare(request, session.grants)
        except Exception as fault:
            if isinstance(fault, Invalid | LimitExceeded):
                self._throttle.give_back(client, -FAULT_COST)
            self.observer.refused(request, client, code_of(fault))
            raise

    async def admit(self, operation: Operation, session: BearerSession) -> None:
        """Let a stream begin: its client pays the price of one event now, each event by `told`. Raises: Throttled."""
        client, price = self._client(session), max(operation.cost, COST_MIN)
        road = ROADS[operation.node.operation]
        try:
            await self._throttle.take(client, price)
        except Exception as fault:
            self.observer.failed(operation, client, road, code_of(fault))
            raise
        self.observer.answered(operation, client, road, price)

    def told(self, rendered: Rendered, session: BearerSession, requested: int) -> str:
        """An event's result with `extensions.cost`; the listener's client is charged what the event cost.

        Nobody asked for it at this moment, so it is told to a client that has nothing left, too: what that client asks
        then waits until the debt has leaked.
        """
        client = self._client(session)
        actual = min(rendered.cost, requested)
        available = self._throttle.charge(client, max(actual, COST_MIN))
        return _with_cost(rendered.text, _cost(client, requested, actual, available))

    async def answer(self, operation: Operation, session: BearerSession) -> Answer:
        """The answer to a prepared query or mutation, with what it cost.

        Raises: Throttled, TimeoutError after its statement was cancelled, and what its road raises.
        """
        client = self._client(session)
        road = ROADS[operation.node.operation]
        try:
            with Deadline(self.deadlines):
                answer, actual = await self._paid(operation, session, client)
        except Exception as fault:
            self.observer.failed(operation, client, road, code_of(fault))
            raise
        self.observer.answered(operation, client, road, actual)
        body = self._told(answer.body, operation.cost, actual, client)
        return Answer(status=answer.status, body=body, fixed=answer.fixed, cost=actual, headers=answer.headers)

    async def _paid(self, operation: Operation, session: BearerSession, client: Client) -> tuple[Answer, int]:
        """The answer and what it cost, paid for."""
        price = max(operation.cost, COST_MIN)
        await self._throttle.take(client, price)
        operation.request.stages.end("throttle")
        try:
            answer = await session.answer(self._dispatcher, operation)
        except (Refusal, Invalid):
            # Refused before it ran; what breaks or is cancelled has cost what it was said to.
            self._throttle.give_back(client, price - min(price, FAULT_COST))
            raise
        # Lists without a page are assumed to be short; of a longer one the rest is free.
        actual = min(answer.cost, operation.cost)
        self._throttle.give_back(client, price - max(actual, COST_MIN))
        return answer, actual

    def _client(self, session: BearerSession) -> Client:
        return self._tiers.of(session.actor, session.address)

    def _told(self, body: bytes, requested: int, actual: int, client: Client) -> bytes:
        """The answer with `extensions.cost`, spliced in before its other members."""
        cost = _cost(client, requested, actual, self._throttle.available(client)).encode()
        if body.startswith(_EXTENSIONS_BYTES):
            return b"%b%b,%b" % (_EXTENSIONS_BYTES, cost, body[len(_EXTENSIONS) :])
        return b"%b%b},%b" % (_EXTENSIONS_BYTES, cost, body[1:])


def _cost(client: Client, requested: int, actual: int, available: int) -> str:
    tier = client.tier
    return (
        f'"cost":{{"requestedQueryCost":{requested},"actualQueryCost":{actual},"throttleStatus":'
        f'{{"maximumAvailable":{tier.bucket},"currentlyAvailable":{available},"restoreRate":{tier.restore_rate}}}}}'
    )


def _with_cost(text: str, cost: str) -> str:
    if text.startswith(_EXTENSIONS):
        return f"{_EXTENSIONS}{cost},{text[len(_EXTENSIONS) :]}"
    return f"{_EXTENSIONS}{cost}}},{text[1:]}"

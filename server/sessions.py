"""A caller for the time of a request, stream or socket, and one way to answer what it asks.

An answer made under grants that have just changed is thrown away by its road (`PolicyMoved`); it is asked for again
with the grants of now, here and nowhere else.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.core.actors import Actor, Grants
from domain.core.errors import Overloaded
from resolvers.operation import Dispatcher
from resolvers.request import Answer, Operation, PolicyMoved

# A policy that moves during each of so many tries is being edited in bulk; the client may come back.
ATTEMPTS_MAX = 3


def address_of(scope: Mapping[str, Any]) -> str:
    """The address that a connection comes from, without its port; empty over a local socket."""
    return (scope.get("client") or ("",))[0]


class Standing(Protocol):
    """An actor and its grants, until an instant (seconds of the epoch) or until the authority's generation moves."""

    @property
    def actor(self) -> Actor: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def until(self) -> float: ...

    @property
    def generation(self) -> int: ...


class Authority(Protocol):
    """Knows who a bearer token or key stands for, and what that actor may do now; None is the anonymous caller."""

    async def caller(self, authorization: str | None, /) -> Standing: ...

    async def refresh(self) -> int:
        """The policy version that holds, after taking over what moved."""
        ...


class BearerSession:
    """Who a request or socket belongs to; `refresh` asks again with the same credential."""

    __slots__ = ("_authority", "_authorization", "_standing", "address")

    def __init__(self, authority: Authority, authorization: str | None, address: str, standing: Standing) -> None:
        self._authority = authority
        self._authorization = authorization
        # Where the caller connects from: what tells apart those who show no credential.
        self.address = address
        self._standing = standing

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self._standing.actor

    @property
    def grants(self) -> Grants:
        """What the caller may do."""
        return self._standing.grants

    @property
    def until(self) -> float:
        """When that ends by itself, in seconds of the epoch."""
        return self._standing.until

    @property
    def generation(self) -> int:
        """The generation of the authority that it belongs to."""
        return self._standing.generation

    @classmethod
    async def begin(cls, authority: Authority, authorization: str | None, address: str) -> "BearerSession":
        """The session of a credential. Raises: RequestError when it stands for nobody."""
        return cls(authority, authorization, address, await authority.caller(authorization))

    async def refresh(self) -> None:
        """Look again who the credential stands for, and what that actor may do now."""
        self._standing = await self._authority.caller(self._authorization)

    async def answer(self, dispatcher: Dispatcher, operation: Operation) -> Answer:
        """The answer to a prepared query or mutation, under grants that hold when it is made.

        Raises: what the dispatcher raises, Overloaded.
        """
        for _ in range(ATTEMPTS_MAX):
            try:
                return await dispatcher.run(operation, self.actor, self.grants)
            except PolicyMoved:
                await self._authority.refresh()
                await self.refresh()
                operation = dispatcher.prepare(operation.request, self.grants)
        raise Overloaded()

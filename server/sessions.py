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


class Authority(Protocol):
    """Knows who a bearer token or key stands for, and what that actor may do now; None is the anonymous caller."""

    async def __call__(self, authorization: str | None, /) -> tuple[Actor, Grants]: ...

    async def refresh(self) -> int:
        """The policy version that holds, after taking over what moved."""
        ...


class BearerSession:
    """Who a request or socket belongs to; `refresh` asks again with the same credential."""

    __slots__ = ("_authority", "_authorization", "actor", "address", "grants")

    def __init__(
        self, authority: Authority, authorization: str | None, address: str, found: tuple[Actor, Grants]
    ) -> None:
        self._authority = authority
        self._authorization = authorization
        # Where the caller connects from: what tells apart those who show no credential.
        self.address = address
        self.actor, self.grants = found

    @classmethod
    async def begin(cls, authority: Authority, authorization: str | None, address: str) -> "BearerSession":
        """The session of a credential. Raises: RequestError when it stands for nobody."""
        return cls(authority, authorization, address, await authority(authorization))

    async def refresh(self) -> None:
        """Look again who the credential stands for, and what that actor may do now."""
        self.actor, self.grants = await self._authority(self._authorization)

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

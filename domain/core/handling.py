"""Handlers: what a module does because something happened elsewhere, once an event, however often the process dies.

A handler runs in a transaction of one company together with its position, so its effect and the memory of it are one
fact: after a crash it goes on exactly behind the last event whose effect was committed. It changes things through
`perform` on the transaction's connection, as the system's own actor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import BigInteger, ClauseElement, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.actors import Actor, Grants
from domain.core.columns import code_column, column
from domain.core.database import Connection, Row, compiled
from domain.core.outbox import PublishedEvent
from domain.core.perform import Performed, perform
from domain.core.records import NOBODY, Scope, SystemRecord

# Registered under this name a function handles every event.
EVERY = "*"


class HandlerPosition(SystemRecord, scope=Scope(partner=NOBODY), zh="事件处理位置", exposed=False):
    """How far a handler has come with the events of one company."""

    __tablename__ = "handler_position"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    name: Mapped[str] = code_column(doc="Name of the handler.", zh="名称")
    position: Mapped[int] = column(
        BigInteger(), doc="Position of the last event whose effect is committed.", zh="位置", server_default="0"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """The transaction a handler or sweep works in: one company's, as the system's actor."""

    connection: Connection
    actor: Actor
    grants: Grants
    company_id: int
    now: datetime

    @property
    def today(self) -> date:
        """The day of `now`, in UTC."""
        return self.now.date()

    async def fetch(self, statement: ClauseElement, **params: Any) -> list[Row]:
        """The rows of a Core statement; its parameter `company_id`, if it has one, is the handled company's unless
        given.
        """
        if "company_id" not in params and "company_id" in compiled(statement).names:
            params["company_id"] = self.company_id
        return await self.connection.fetch(statement, **params)

    async def settled(self, statement: ClauseElement) -> list[Row]:
        """The rows of a statement, asked anew: between two events more may have changed than while a command runs."""
        return await self.fetch(statement)

    async def perform(self, commands: Sequence[Any], *, reason: str) -> Performed:
        """Make the commands true within this transaction. Raises: what `perform` raises, and a refusal as itself."""
        performed = await perform(
            self.connection, self.actor, self.grants, self.company_id, commands, reason=reason, clock=lambda: self.now
        )
        for refusal in performed.refusals:
            raise refusal
        return performed


class EventHandler(Protocol):
    """What a module does about events of one company, in order of position."""

    async def __call__(self, handling: Handling, events: Sequence[PublishedEvent], /) -> None: ...


class Asked(Protocol):
    """What says of a handler which events there is something to do about now.

    It is asked once the events were read, so that whoever subscribed before they happened is found.
    """

    async def __call__(self, connection: Connection, /) -> frozenset[str]: ...


class SweepFunction(Protocol):
    """What a module does about time passing, in one company."""

    async def __call__(self, handling: Handling, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something done at an interval in every company; doing it twice changes nothing."""

    name: str
    run: SweepFunction
    every_seconds: float


RECORDS = (HandlerPosition,)

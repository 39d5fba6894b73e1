"""Stored queries: a document that is kept and run later, for its owner, under the owner's grants of then.

A webhook's payload is such a query. It is checked when it is stored, so that its author learns at once what is wrong,
and again whenever it runs: the graph, the policy and the account may have changed meanwhile.
"""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from graphql import NonNullTypeNode, OperationDefinitionNode, OperationType

import domain
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Database
from domain.core.errors import DomainError, Overloaded, Rejected, RequestError
from resolvers.catalog import CATALOG, Entity
from resolvers.events import GATE
from resolvers.global_ids import encode_id
from resolvers.limits import LimitExceeded
from resolvers.operation import Dispatcher, Invalid
from resolvers.read import RowAnswer, RowAsked
from resolvers.reader import Reader
from resolvers.request import GraphRequest, Operation

# The variable under which a stored query is given the record it is about.
RECORD_VARIABLE = "id"

# An id that no record has, with which a query is tried when it is stored.
NO_RECORD = UUID(int=0)


class DocumentRefused(DomainError):
    """A stored document that cannot run, or not for its owner."""

    code = "DOCUMENT_REFUSED"
    zh = "存储的查询文档无法执行：{reason}"
    en = "The stored document cannot run: {reason}"


class NotPermitted(DomainError):
    """The owner of a stored document may no longer see any record of its kind."""

    code = "NOT_PERMITTED"
    zh = "您无权查看 {what}。"
    en = "You may not see {what}."


class Records(Protocol):
    """The read road, as far as stored queries need it."""

    @property
    def database(self) -> Database: ...

    async def reader(self, actor: Actor, grants: Grants) -> Reader: ...

    async def row(self, connection: Connection, asked: RowAsked, key: tuple[int, UUID]) -> RowAnswer: ...


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A document about one kind of record, for one owner."""

    document: str
    entity: Entity
    actor: Actor
    grants: Grants


class StoredQueries:
    """Checks and runs stored queries."""

    def __init__(self, dispatcher: Dispatcher, read: Records) -> None:
        self._dispatcher = dispatcher
        self._read = read

    async def check(self, query: StoredQuery) -> None:
        """Make sure that the query could run now. Raises: DocumentRefused, NotPermitted, PolicyMoved."""
        await self._run(query, (0, NO_RECORD))

    def known_entity(self, event: str, grants: Grants) -> Entity:
        """The kind of record that an event names. Raises: Rejected, also for one that the audience does not know."""
        entity = entity_of(event)
        if entity.name not in self._dispatcher.schema_for(grants).type_map:
            raise _no_such(event)
        return entity

    async def payload(self, query: StoredQuery, key: tuple[int, UUID]) -> bytes | None:
        """The answer about one record, a JSON object with `data`; None where the owner may not see the record.

        Raises: DocumentRefused, NotPermitted, PolicyMoved, Overloaded.
        """
        operation = self._prepared(query, key)
        await self._permitted(query)
        asked = RowAsked(
            operation=operation, entity=query.entity, nodes=GATE, path=("record",), actor=query.actor,
            grants=query.grants,
        )  # fmt: skip
        async with self._read.database.acquire() as connection:
            if (await self._read.row(connection, asked, key)).json is None:
                return None
        return await self._run(query, key)

    async def _permitted(self, query: StoredQuery) -> None:
        reader = await self._read.reader(query.actor, query.grants)
        if reader.scope(query.entity).nothing:
            raise NotPermitted(what=query.entity.record.spec.en.lower())

    async def _run(self, query: StoredQuery, key: tuple[int, UUID]) -> bytes:
        operation = self._prepared(query, key)
        await self._permitted(query)
        try:
            return (await self._dispatcher.run(operation, query.actor, query.grants)).body
        except Overloaded:
            raise
        except (Invalid, LimitExceeded, RequestError) as fault:
            raise _refused(fault, query.actor) from fault

    def _prepared(self, query: StoredQuery, key: tuple[int, UUID]) -> Operation:
        id_ = encode_id(query.entity, key[0] if query.entity.is_sharded else None, key[1])
        request = GraphRequest(query=query.document, variables={RECORD_VARIABLE: id_})
        try:
            operation = self._dispatcher.prepare(request, query.grants)
        except (Invalid, LimitExceeded, RequestError) as fault:
            raise _refused(fault, query.actor) from fault
        problem = _problem(operation)
        if problem:
            raise DocumentRefused(("document",), reason=problem)
        return operation


def entity_of(event: str) -> Entity:
    """The kind of record that an event names. Raises: Rejected for an event that nobody can subscribe."""
    record = domain.EVENTS.get(event)
    entity = CATALOG.get(record.__name__) if record is not None else None
    if entity is None:
        raise _no_such(event)
    return entity


def _no_such(event: str) -> Rejected:
    reason, reason_zh = "there is no such event", "没有该事件"
    return Rejected(("event",), what="event", value=event[:80], reason=reason, reason_zh=reason_zh)


def _problem(operation: Operation) -> str:
    """Why an operation is no stored query, or nothing."""
    if len(operation.document.operations) != 1 or operation.node.operation is not OperationType.QUERY:
        return "it is one query and nothing else."
    if not _declares_record(operation.node):
        return f"it declares ${RECORD_VARIABLE}: ID!, and no other variable that must be given."
    return ""


def _declares_record(node: OperationDefinitionNode) -> bool:
    required: dict[str, Any] = {
        one.variable.name.value: one.type.type
        for one in node.variable_definitions or ()
        if isinstance(one.type, NonNullTypeNode) and one.default_value is None
    }
    return (
        set(required) == {RECORD_VARIABLE}
        and getattr(required[RECORD_VARIABLE], "name", None) is not None
        and (required[RECORD_VARIABLE].name.value == "ID")
    )


def _refused(fault: Invalid | RequestError, actor: Actor) -> DocumentRefused:
    refusal = fault.refusals[0] if isinstance(fault, Invalid) else fault
    return DocumentRefused(("document",), reason=refusal.message(actor.locale))

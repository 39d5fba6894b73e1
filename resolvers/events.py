"""One event as one subscriber asked for it: the subscription's selection, read through the read road.

A subscription field answers an event type (`AlertEvent {cursor kind alert}`). Its own fields are known here; the record
it carries is a planned read of that row, of the subscriber's selection under the subscriber's grants. A record that the
subscriber may not see makes the whole event invisible: not even its cursor is told.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    NameNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from domain import EVENTS
from domain.core.actors import Actor, Grants
from domain.core.columns import Tier
from domain.core.database import Connection, to_json
from domain.core.errors import InvalidInput
from resolvers.catalog import CATALOG
from resolvers.limits import LimitExceeded
from resolvers.operation import Invalid
from resolvers.read import RowAnswer, RowAsked
from resolvers.request import Operation, VariablesInvalid
from resolvers.variables import variables_in

# Each selection of the record under a key of its own is a statement for every event.
RECORDS_PER_EVENT_MAX = 4

_CURSOR = re.compile(r"event:1:(0|[1-9][0-9]{0,17}):(0|[1-9][0-9]{0,3})?")


class RecordsPerEvent(LimitExceeded):
    """A subscription reads its record under too many keys."""

    code = "COST_LIMIT"
    zh = "订阅最多可用 {limit} 个别名选择 {field}。"
    en = "A subscription selects {field} under at most {limit} keys."


@dataclass(frozen=True, slots=True)
class EventCursor:
    """A place in the journal: after record number `place` of the event at `position`, or after all of that event."""

    position: int
    place: int | None

    def text(self) -> str:
        """The opaque form that clients keep."""
        plain = f"event:1:{self.position}:{'' if self.place is None else self.place}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    def is_after(self, other: "EventCursor") -> bool:
        """Whether this place comes later in the journal."""
        if self.position != other.position:
            return self.position > other.position
        if other.place is None:
            return False
        return self.place is None or self.place > other.place


def parse_cursor(text: str, what: str = "after") -> EventCursor:
    """The place that a cursor of this graph names. Raises: InvalidInput for any other text."""
    try:
        plain = urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode("ascii")).decode("ascii")
    except ValueError:
        plain = ""
    found = _CURSOR.fullmatch(plain)
    if found is not None:
        cursor = EventCursor(int(found[1]), int(found[2]) if found[2] else None)
        if cursor.text() == text:
            return cursor
    raise InvalidInput(
        what=what, value=repr(text[:80]), reason="it is no cursor of this stream", reason_zh="不是此数据流的游标"
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """What a subscription field listens to: the events by name with the kind each is shown as, and their record.

    `record_field` is the field of the event type that shows the record, `entity` the record's type.
    """

    entity: str
    record_field: str
    events: Mapping[str, str]


def _watches() -> Mapping[str, Watch]:
    """A subscription field for each record that events name, under the record's plural."""
    events: dict[str, dict[str, str]] = {}
    for event, record in EVENTS.items():
        events.setdefault(record.__name__, {})[event] = _kind(record.__name__, event)
    return {
        plural(_field_of(name)): Watch(name, _field_of(name), kinds)
        for name, kinds in events.items()
        if name in CATALOG
    }


def _field_of(record: str) -> str:
    """'SalesOrder' -> 'salesOrder'."""
    return record[:1].lower() + record[1:]


def _kind(record: str, event: str) -> str:
    """What an event of a record is called among the record's own: SalesOrderConfirmed is CONFIRMED."""
    own = event.removeprefix(record) or event
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in own).removeprefix("_")


def plural(name: str) -> str:
    """'party' -> 'parties', 'search' -> 'searches', 'partyTerms' -> 'partyTerms', 'unitOfX' -> 'unitsOfX'."""
    head, *tail = re.split(r"(?=Of[A-Z])", name, maxsplit=1)
    if head.endswith(("ss", "ch", "sh", "x")):
        head = f"{head}es"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = f"{head[:-1]}ies"
    elif not head.endswith("s"):
        head = f"{head}s"
    return "".join((head, *tail))


# The subscription fields of the graph.
WATCHES: Mapping[str, Watch] = _watches()


class RowReader(Protocol):
    """The read road, as far as events need it."""

    async def row(self, connection: Connection, asked: RowAsked, key: tuple[int, UUID]) -> RowAnswer: ...


@dataclass(frozen=True, slots=True)
class _Part:
    """One response key of the event, and the nodes that select it."""

    key: str
    name: str
    nodes: tuple[FieldNode, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscriber is told of one record of an event."""

    cursor: str
    kind: str
    record: tuple[int, UUID]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The execution result of one record of an event, and what it cost: the objects in it."""

    text: str
    cost: int


@dataclass(frozen=True, slots=True)
class EventPlan:
    """How the events of one subscription become execution results; plans with equal `key` make equal results.

    `is_own` tells whether no two accounts may share what is made: the selection names a field of the tier PERSONAL,
    whose reads are logged, or rows that have an owner.
    """

    key: tuple[Any, ...]
    operation: Operation
    watch: Watch
    root_key: str
    type_name: str
    after: EventCursor | None
    parts: tuple[_Part, ...]
    is_own: bool

    async def render(
        self, read: RowReader, connection: Connection, told: Told, reader: tuple[Actor, Grants]
    ) -> Rendered | None:
        """The execution result for one record of an event; None where the reader may not see the record."""
        own = {"cursor": told.cursor, "kind": told.kind, "__typename": self.type_name}
        values: list[str] = []
        withheld: list[dict[str, Any]] = []
        is_gated, cost = False, 1
        for part in self.parts:
            if part.name != self.watch.record_field:
                values.append(f"{_quoted(part.key)}:{_quoted(own[part.name])}")
                continue
            answer = await self._row(read, connection, part, told, reader)
            if answer.json is None:
                return None
            is_gated, cost = True, cost + answer.cost
            values.append(f"{_quoted(part.key)}:{answer.json}")
            withheld.extend(
                {"coordinate": one.coordinate, "path": list(one.path), "requires": one.requires}
                for one in answer.withheld
            )
        if not is_gated and (await self._row(read, connection, _GATE, told, reader)).json is None:
            return None
        data = f'"data":{{{_quoted(self.root_key)}:{{{",".join(values)}}}}}'
        if not withheld:
            return Rendered(f"{{{data}}}", cost)
        # Before the data, where the gate puts what each listener paid.
        return Rendered(f'{{"extensions":{orjson.dumps({"withheld": withheld}).decode()},{data}}}', cost)

    async def _row(
        self, read: RowReader, connection: Connection, part: _Part, told: Told, reader: tuple[Actor, Grants]
    ) -> RowAnswer:
        entity = CATALOG[self.watch.entity]
        path = (self.root_key, part.key)
        actor, grants = reader
        asked = RowAsked(
            operation=self.operation, entity=entity, nodes=part.nodes, path=path, actor=actor, grants=grants
        )
        return await read.row(connection, asked, told.record)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


# A selection of a record that answers nothing but whether the reader may see it at all.
GATE = (
    FieldNode(
        name=NameNode(value="record"), directives=(), arguments=(),
        selection_set=SelectionSetNode(
            selections=(FieldNode(name=NameNode(value="__typename"), directives=(), arguments=()),)
        ),
    ),
)  # fmt: skip
# What is read where the subscriber selects nothing of the record.
_GATE = _Part("", "", GATE)


def plan_event(operation: Operation) -> EventPlan:
    """How the events of a subscription are shown.

    Raises: Invalid for variables that do not fit, InvalidInput for a malformed cursor, RecordsPerEvent.
    """
    schema, node = operation.schema, operation.node
    given = dict(operation.request.variables)
    variables = get_variable_values(schema, node.variable_definitions or (), given, hide_suggestions=True)
    if isinstance(variables, list):
        raise Invalid(VariablesInvalid, variables)
    definitions = [one for one in operation.document.node.definitions if isinstance(one, FragmentDefinitionNode)]
    fragments = {one.name.value: FragmentDetails(one) for one in definitions}
    root_type = schema.subscription_type
    assert root_type is not None, "validated: the document has a subscription"
    collected = collect_fields(schema, fragments, variables, root_type, node).grouped_field_set
    root_key, details = next(iter(collected.items()))
    name = details[0].node.name.value
    watch, field = WATCHES[name], root_type.fields[name]
    event_type = cast(GraphQLObjectType, get_named_type(field.type))
    grouped = collect_subfields(schema, fragments, variables, node, event_type, details).grouped_field_set
    parts = tuple(
        _Part(key, found[0].node.name.value, tuple(one.node for one in found)) for key, found in grouped.items()
    )
    if sum(part.name == watch.record_field for part in parts) > RECORDS_PER_EVENT_MAX:
        raise RecordsPerEvent(limit=RECORDS_PER_EVENT_MAX, field=watch.record_field)
    used = variables_in([*(node for part in parts for node in part.nodes), *definitions])
    key = (
        operation.document.digest, node.name.value if node.name else None, root_key,
        tuple(part.key for part in parts), to_json({one: given.get(one) for one in sorted(used)}),
    )  # fmt: skip
    after = _after(field, details[0].node, variables)
    return EventPlan(key, operation, watch, root_key, event_type.name, after, parts, _is_own(operation, watch))


class _Own(Visitor):
    """Finds fields of the tier PERSONAL, and fields that lead to rows that have an owner."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._types.get_parent_type()
        entity = CATALOG.get(parent.name) if parent is not None else None
        source = entity.fields.get(node.name.value) if entity is not None else None
        is_personal = source is not None and source.spec.tier is Tier.PERSONAL
        leads_to: GraphQLNamedType | None = cast(Any, get_named_type)(cast(Any, self._types).get_type())
        self.found = self.found or is_personal or _has_owner(leads_to)


def _has_owner(type_: GraphQLNamedType | None) -> bool:
    """Whether rows of the type, or of what its connection holds, have an owner."""
    name = type_.name.removesuffix("Connection") if type_ is not None else ""
    return name in CATALOG and CATALOG[name].record.spec.scope.owner is not None


def _is_own(operation: Operation, watch: Watch) -> bool:
    if CATALOG[watch.entity].record.spec.scope.owner is not None:
        return True
    types = TypeInfo(operation.schema)
    own = _Own(types)
    visit(operation.document.node, TypeInfoVisitor(types, own))
    return own.found


def _after(field: GraphQLField, node: FieldNode, variables: VariableValues) -> EventCursor | None:
    given = get_argument_values(field, node, variables).get("after")
    return None if given is None else parse_cursor(str(given))

"""The nodes of a plan: what is shown, where from, under which permission, with which arguments.

`Scoped` is a mandatory part of every node that reads rows: a node without a permission cannot be built.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from graphql import FieldNode

from resolvers.aggregates import AggregateNode, MoneyShape
from resolvers.catalog import Leaf, MoneyLeaf, ToMany, ToOne
from resolvers.filters import Predicate, Scoped
from resolvers.paging import Window
from resolvers.reader import Narrow
from resolvers.search import Search
from resolvers.values import Bound, Sym

ResponsePath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that answers null because the reader lacks its tier, in all or some of the rows' companies."""

    coordinate: str
    path: ResponsePath
    requires: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is the same in every answer: __typename, or null for what is withheld."""

    json: str


@dataclass(frozen=True, slots=True)
class IdValue:
    """The global id of the row."""


@dataclass(frozen=True, slots=True)
class LeafValue:
    """A column; where `is_masked`, only in the companies in which it may be read."""

    source: Leaf
    is_masked: bool
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class MoneyValue:
    """A money column with its currency."""

    source: MoneyLeaf
    money: MoneyShape
    is_masked: bool
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class LegacyKeys:
    """The row's keys in source systems: (response key, system | key | __typename)."""

    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowNode:
    """What is shown of one row of an entity."""

    scope: Scoped
    selection: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class OneValue:
    """The referenced row, null where it is out of scope."""

    source: ToOne
    row: RowNode
    is_masked: bool
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class ListValue:
    """The rows a document owns."""

    source: ToMany
    row: RowNode


@dataclass(frozen=True, slots=True)
class PageInfoPart:
    """The selected parts of PageInfo: (response key, field)."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NodesPart:
    row: RowNode


@dataclass(frozen=True, slots=True)
class EdgesPart:
    """(response key, the node, "cursor", or __typename text)."""

    fields: tuple[tuple[str, "RowNode | Text | Literal['cursor']"], ...]


@dataclass(frozen=True, slots=True)
class TotalPart:
    """The number of rows that meet the filter."""


ConnectionPart = Text | PageInfoPart | NodesPart | EdgesPart | TotalPart | AggregateNode


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the lines of a report are made: what was asked, and the permission of every record that it reads.

    An argument is a parameter, a value that shapes the select, or None where it was left out.
    """

    arguments: tuple[tuple[str, "Bound | StrEnum | bool | None"], ...]
    reads: tuple[Scoped, ...]


@dataclass(frozen=True, slots=True)
class ConnectionNode:
    """A page of rows and figures over all of them; `link` is the reference that ties the rows to their parent.

    `derivation` makes them where they are lines of a report, `search` finds them where words are sought.
    """

    scope: Scoped
    link: ToMany | None
    where: Predicate
    with_archived: bool
    window: Window
    parts: tuple[tuple[str, ConnectionPart], ...]
    derivation: Derivation | None = None
    search: Search | None = None


Value = Text | IdValue | LeafValue | MoneyValue | LegacyKeys | OneValue | ListValue | ConnectionNode


@dataclass(frozen=True, slots=True)
class Lookup:
    """How one row is found: equal columns, or a legacy key; not unique when several companies may hold it."""

    columns: tuple[tuple[str, Bound], ...]
    legacy: tuple[Bound, Bound] | None
    is_unique: bool


@dataclass(frozen=True, slots=True)
class RootRow:
    """One row found by a key."""

    row: RowNode
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class RootRows:
    """Rows found by their ids, in the order of the ids; null for what is not there."""

    rows: tuple[RootRow | None, ...]


@dataclass(frozen=True, slots=True)
class EntityRows:
    """Rows of one type found by one of its keys: their places in the answer, and an array of values a column."""

    row: RowNode
    places: Bound
    columns: tuple[tuple[str, Bound], ...]


@dataclass(frozen=True, slots=True)
class RootEntities:
    """Rows that a federated graph names by their keys, in its order; null for what is not there."""

    kinds: tuple[EntityRows, ...]


@dataclass(frozen=True, slots=True)
class LocalField:
    """A field selected of an object the process holds; `type_name` is what its `__typename` answers."""

    key: str
    name: str
    type_name: str
    inner: "LocalSelection"


@dataclass(frozen=True, slots=True)
class LocalValue:
    """A root that needs no table: what is selected of an object the process holds."""

    name: str
    arguments: tuple[tuple[str, Sym], ...]
    selection: "LocalSelection"


@dataclass(frozen=True, slots=True)
class Introspection:
    """A root that the visible schema answers: the fields selected under one response key."""

    key: str
    nodes: tuple[FieldNode, ...]


LocalSelection = tuple[LocalField, ...]

RootValue = Text | ConnectionNode | RootRow | RootRows | RootEntities | LocalValue | Introspection


@dataclass(frozen=True)
class Plan:
    """A whole operation: its roots in order, what is withheld from this kind of reader, and which personal fields it
    reads.

    `row` stands alone for what a payload or event shows of a row that is already known.
    """

    roots: tuple[tuple[str, RootValue], ...]
    withheld: tuple[Withheld, ...]
    personal: tuple[str, ...]
    row: RowNode | None = None

"""Aggregate selections become figures (pure): what is counted, summed and bounded, and by what the rows are grouped.

Money is always a list, one Money a currency: no figure ever adds two currencies. A field that is not readable in all
companies asked is refused, never partially summed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from resolvers.catalog import Leaf, MoneyLeaf, ToOne
from resolvers.filters import Predicate, Scoped
from resolvers.values import Bound

if TYPE_CHECKING:
    from resolvers.nodes import RowNode

GROUPS_MAX = 1_000

Operation = Literal["sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class ValueTerm:
    """Rows are grouped by a column's value, or by the year or month of a day."""

    key: str
    source: Leaf
    kind: Literal["value", "year", "month"]


@dataclass(frozen=True, slots=True)
class ReferenceTerm:
    """Rows are grouped by the record they reference; what is out of its scope counts as none.

    Groups come in the order of the record's business key where the reader may read that everywhere.
    """

    key: str
    source: ToOne
    scope: Scoped
    is_key_readable: bool


GroupTerm = ValueTerm | ReferenceTerm


@dataclass(frozen=True, slots=True)
class TypenameFigure:
    name: str


@dataclass(frozen=True, slots=True)
class CountFigure:
    """The number of rows."""


@dataclass(frozen=True, slots=True)
class MoneyShape:
    """The selected parts of Money, in order: (response key, amount | currency | __typename)."""

    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One field under sum, avg, min or max; `money` is given for money fields."""

    source: Leaf | MoneyLeaf
    money: MoneyShape | None


@dataclass(frozen=True, slots=True)
class StatisticFigure:
    """The measures under one operation; a text stands for __typename."""

    operation: Operation
    measures: tuple[tuple[str, Measure | str], ...]


@dataclass(frozen=True, slots=True)
class ValuePart:
    """The value of a term in a group's key."""

    term: ValueTerm


@dataclass(frozen=True, slots=True)
class ReferencePart:
    """What is shown of the referenced record in a group's key."""

    term: ReferenceTerm
    row: "RowNode"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """The common values of a group: None for a field not grouped by, text for __typename."""

    fields: tuple[tuple[str, ValuePart | ReferencePart | str | None], ...]


@dataclass(frozen=True, slots=True)
class GroupCountFigure:
    """The number of groups."""


@dataclass(frozen=True, slots=True)
class GroupsFigure:
    """The first groups in the order of their keys."""

    first: Bound
    figures: tuple[tuple[str, "Figure"], ...]


Figure = TypenameFigure | CountFigure | StatisticFigure | KeyFigure | GroupCountFigure | GroupsFigure


@dataclass(frozen=True, slots=True)
class AggregateNode:
    """Figures over the rows of a connection; `scope` is its permission."""

    scope: Scoped
    where: Predicate
    with_archived: bool
    terms: tuple[GroupTerm, ...]
    figures: tuple[tuple[str, Figure], ...]

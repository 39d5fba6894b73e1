"""Aggregate selections become figures (pure): what is counted, summed and bounded, and by what the rows are grouped.

Money is always a list, one Money a currency: no figure ever adds two currencies. A field that is not readable in all companies asked
is refused, never partially summed.
"""

from dataclasses import dataclass
from typing import Literal

from resolvers.catalog import Leaf, MoneyLeaf, ToOne
from resolvers.filters import Predicate, Scoped
from resolvers.values import Bound

GROUPS_MAX = 1_000

Operation = Literal["sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class GroupTerm:
    """What rows are grouped by: a column's value, its year or month, or the record it references (with its scope)."""

    key: str
    source: Leaf | ToOne
    kind: Literal["value", "year", "month", "reference"]
    scope: Scoped | None = None


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
class KeyFigure:
    """The common values of a group: a term with its reference parts, None for a field not grouped by, text for __typename."""

    fields: tuple[tuple[str, "KeyPart | str | None"], ...]


@dataclass(frozen=True, slots=True)
class KeyPart:
    term: GroupTerm
    reference: tuple[tuple[str, str], ...]


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

"""Pieces of a statement: JSON as text, row sources with their joins, and what the parameters are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    SmallInteger,
    and_,
    func,
    literal_column,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.types import Uuid

from domain.core.columns import Tier
from domain.core.records import MERGED_INTO
from resolvers.catalog import CATALOG, Entity, ToMany, ToOne
from resolvers.nodes import Introspection, LocalValue
from resolvers.reader import Narrow
from resolvers.values import Bound

Piece = str | ColumnElement[Any]

# PostgreSQL takes 100 arguments in one call.
CONCAT_MAX = 90

# Stands before every object and every count of rows that a statement writes, so that `resolvers.read` knows what an
# answer cost without a second aggregate: JSON escapes line breaks inside its strings, so no other is in the text.
MARK = "\n"

COMPANIES = ARRAY(SmallInteger())
IDS = ARRAY(Uuid())


@dataclass(frozen=True, slots=True)
class CompaniesParameter:
    """The companies whose rows of the entity are in scope."""

    entity: Entity
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class ReadableParameter:
    """The companies in which the field may be read."""

    entity: Entity
    tier: Tier
    field: str


@dataclass(frozen=True, slots=True)
class PartnersParameter:
    """The parties whose rows a partner may see."""


@dataclass(frozen=True, slots=True)
class SitesParameter:
    """The sites a member of staff is restricted to."""


@dataclass(frozen=True, slots=True)
class OwnerParameter:
    """The account that asks, where it sees its own rows."""


@dataclass(frozen=True, slots=True)
class LocalParameter:
    """The JSON of a root that the process answers itself."""

    value: LocalValue | Introspection


ScopeParameter = CompaniesParameter | ReadableParameter | PartnersParameter | SitesParameter | OwnerParameter
Parameter = LocalParameter | Bound | ScopeParameter


def text_literal(text: str) -> ColumnElement[str]:
    """A text of ours inside the statement: names of the schema and JSON punctuation, never a caller's value."""
    quoted = text.replace("'", "''")
    return literal_column(f"'{quoted}'", SqlText())


def concat(pieces: Sequence[Piece]) -> ColumnElement[str]:
    """The pieces as one text; neighbouring literals are merged, long lists nested."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif not isinstance(piece, str) or piece:
            merged.append(piece)
    arguments = [text_literal(piece) if isinstance(piece, str) else piece for piece in merged]
    while len(arguments) > CONCAT_MAX:
        chunks = [arguments[start : start + CONCAT_MAX] for start in range(0, len(arguments), CONCAT_MAX)]
        arguments = [func.concat(*chunk) for chunk in chunks]
    if len(arguments) == 1 and isinstance(merged[0], str):
        return arguments[0]
    return func.concat(*arguments)


def whole(number: int) -> ColumnElement[int]:
    """A number of ours inside the statement: one that the planner of the database may see."""
    return literal_column(str(number), Integer())


def quoted(expression: ColumnElement[Any]) -> list[Piece]:
    """A value whose text needs no escaping, as a JSON string."""
    return ['"', expression, '"']


def or_null(text: ColumnElement[Any]) -> ColumnElement[str]:
    """The text, or JSON null."""
    return func.coalesce(text, text_literal("null"))


@dataclass
class Frame:
    """A row source in the making: an alias of an entity's table, and the joins its values ask for.

    `parent` and `link` tell how the rows hang on another frame, so that a path back to it needs no join.
    """

    alias: FromClause
    entity: Entity
    parent: "Frame | None" = None
    link: ToMany | None = None
    joins: list[tuple[FromClause, ColumnElement[bool]]] = field(default_factory=list)
    steps: dict[str, "Frame"] = field(default_factory=dict)

    def column(self, name: str) -> ColumnElement[Any]:
        return self.alias.c[name]

    def source(self) -> FromClause:
        """The alias with its joins."""
        made = self.alias
        for target, condition in self.joins:
            made = made.outerjoin(target, condition)
        return made

    def aliases(self) -> list[FromClause]:
        return [self.alias, *(target for target, _ in self.joins)]


def join_condition(frame: Frame, target: FromClause, source: ToOne) -> ColumnElement[bool]:
    """The join of a declared reference."""
    if source.column == "company_id":
        return target.c.company_id == frame.column("company_id")
    equal = target.c.id == frame.column(source.column)
    if CATALOG[source.target].is_sharded:
        return and_(target.c.company_id == frame.column("company_id"), equal)
    return equal


def is_named(frame: Frame, name: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """That a row is the one whose key is the value, or stands for it: a master that was merged into another answers
    with that one, so that whoever has kept an id or a code goes on finding what it means. Lists find the row itself.
    """
    own = frame.entity.table.alias()
    if MERGED_INTO not in own.c or name not in ("id", frame.entity.record.spec.key):
        return frame.column(name) == value
    standing = select(func.coalesce(own.c[MERGED_INTO], own.c.id)).where(own.c[name] == value)
    return frame.column("id") == standing.correlate_except(own).scalar_subquery()


def members(parts: Iterable[tuple[str, Sequence[Piece]]]) -> list[Piece]:
    """A JSON object of these members, in order, and marked as one."""
    pieces: list[Piece] = []
    for key, value in parts:
        pieces += [f'{"," if pieces else MARK + "{"}"{key}":', *value]
    return [*pieces, "}"] if pieces else [f"{MARK}{{}}"]


def money_pieces(
    parts: Sequence[tuple[str, str]], amount: ColumnElement[Any], currency: ColumnElement[Any]
) -> list[Piece]:
    """The JSON object of Money from an amount and a currency."""
    shown: Mapping[str, list[Piece]] = {
        "amount": quoted(amount),
        "currency": quoted(currency),
        "__typename": ['"Money"'],
    }
    return members((key, shown[name]) for key, name in parts)

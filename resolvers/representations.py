"""Representations: how a federated graph names a row of ours, by its type and one of the type's keys (pure).

A gateway sends the keys that another subgraph knows as `_entities(representations:)`: `{__typename, id}`, or the
business key `{__typename, code}`, for a document of one company `{__typename, number, company: {code}}`. Which types
and keys are used shapes the statement; how many representations there are, and their values, does not. Each kind is one
select over the arrays of its keys, all kinds are one statement, and a row passes scope and masks like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from graphql import FieldNode
from sqlalchemy import ARRAY, ColumnElement, Integer, String, column, func, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.types import TypeEngine

import domain
from domain.core.errors import InvalidInput
from resolvers.catalog import STORED, Entity
from resolvers.fragments import Frame, Piece, concat, or_null, text_literal
from resolvers.global_ids import decode_id
from resolvers.nodes import EntityRows, RootEntities
from resolvers.paging import PageLimit
from resolvers.values import Bound, Sym

if TYPE_CHECKING:
    from resolvers.plan import Planner
    from resolvers.sql import Renderer

# A page of 100 documents of 10 lines may ask for an item a line; the cost of an operation limits it sooner.
REPRESENTATIONS_MAX = 1_000

COMPANY = "company"


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What a representation names a row by: the type, and `id` or the field of its business key; "" where nothing."""

    type_name: str
    key: str


def kind_of(representation: Any) -> Kind:
    """The kind of one representation."""
    given = _fields(representation)
    name = given.get("__typename")
    entity = STORED.get(name) if isinstance(name, str) else None
    if entity is None:
        return Kind("", "")
    if isinstance(given.get("id"), str):
        return Kind(entity.name, "id")
    key = entity.key_field
    has_company = not entity.is_sharded or isinstance(_fields(given.get(COMPANY)).get("code"), str)
    return Kind(entity.name, key if key and isinstance(given.get(key), str) and has_company else "")


def kinds_of(representations: Any) -> tuple[Kind, ...]:
    """The kinds among some representations, each once and in order: the part of them that shapes a statement."""
    given = cast(Sequence[Any], representations) if isinstance(representations, list | tuple) else (representations,)
    return tuple(sorted({kind_of(one) for one in given}))


def key_fields(entity: Entity) -> tuple[str, ...]:
    """The selections that name a row of the entity, as `@key(fields:)` writes them."""
    if not entity.key_field:
        return ("id",)
    return ("id", f"{entity.key_field} {COMPANY} {{ code }}" if entity.is_sharded else entity.key_field)


def _fields(value: Any) -> Mapping[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


# --- the plan -----------------------------------------------------------------------------------------------------


def plan_entities(planner: "Planner", sym: Sym, nodes: Sequence[FieldNode], path: tuple[str, ...]) -> RootEntities:
    """The rows that the representations name, kind by kind.

    Raises: InvalidInput for a type or key that the reader's schema does not have.
    """
    given = sym.value(planner.raw_variables)
    kinds: list[EntityRows] = []
    for kind in kinds_of(given):
        if not kind.key or planner.selections.schema.get_type(kind.type_name) is None:
            raise no_representation(next(one for one in given if kind_of(one) == kind))
        entity = STORED[kind.type_name]
        row = planner.plan_row(entity, nodes, path).row
        assert row is not None, "a planned row has its node"
        columns = tuple((name, Bound(sym, partial(_values, kind, name))) for name in _columns(entity, kind))
        kinds.append(EntityRows(row, Bound(sym, partial(_places, kind)), columns))
    return RootEntities(tuple(kinds))


def no_representation(given: Any) -> InvalidInput:
    """The refusal of what names no key of a type here: alike for hidden and unknown types."""
    return InvalidInput(
        what="representations", value=repr(given)[:80], reason="it names no key of a type of this graph",
        reason_zh="没有指明本图中某类型的键",
    )  # fmt: skip


def _columns(entity: Entity, kind: Kind) -> tuple[str, ...]:
    """The columns that a key of this kind fixes; the company is given by its code beside a business key."""
    if kind.key == "id":
        return ("company_id", "id") if entity.is_sharded else ("id",)
    column_name = entity.record.spec.key
    assert column_name is not None, "a kind by business key has one"
    return (COMPANY, column_name) if entity.is_sharded else (column_name,)


def _places(kind: Kind, representations: Sequence[Any]) -> list[int]:
    """Where the representations of a kind stand. Raises: PageLimit, for each request: a plan serves any number."""
    if len(representations) > REPRESENTATIONS_MAX:
        raise PageLimit(what="representations", value=len(representations), limit=REPRESENTATIONS_MAX)
    return [place for place, one in enumerate(representations) if kind_of(one) == kind]


def _values(kind: Kind, name: str, representations: Sequence[Any]) -> list[Any]:
    """What the representations of a kind give for a column, in order; NULL, which no row equals, for no id of ours."""
    return [_value(kind, name, one) for one in representations if kind_of(one) == kind]


def _value(kind: Kind, name: str, representation: Mapping[str, Any]) -> str | int | UUID | None:
    if kind.key == "id":
        try:
            found = decode_id(representation["id"])
        except InvalidInput:
            return None
        if found.entity.name != kind.type_name:
            return None
        return found.company_id if name == "company_id" else found.id
    return representation[COMPANY]["code"] if name == COMPANY else representation[kind.key]


# --- the statement ------------------------------------------------------------------------------------------------


def entities(renderer: "Renderer", node: RootEntities) -> list[Piece]:
    """The JSON list of the rows, in the order of their representations."""
    if not node.kinds:
        return ["[]"]
    found = union_all(*(_found(renderer, kind) for kind in node.kinds)).subquery()
    listed = func.string_agg(found.c.shown, aggregate_order_by(text_literal(","), found.c.place))
    return ["[", select(listed).select_from(found).scalar_subquery(), "]"]


def _found(renderer: "Renderer", kind: EntityRows) -> Any:
    """(place, JSON or null) of each representation of a kind."""
    frame = Frame(kind.row.scope.entity.table.alias(), kind.row.scope.entity)
    types: dict[str, TypeEngine[Any]] = {
        name: String() if name == COMPANY else frame.column(name).type for name, _ in kind.columns
    }
    arrays = [renderer.bind(kind.places, ARRAY(Integer()))]
    arrays += [renderer.bind(bound, ARRAY(types[name])) for name, bound in kind.columns]
    given = (
        func.unnest(*arrays)
        .table_valued(column("place", Integer()), *(column(name, types[name]) for name, _ in kind.columns))
        .render_derived()
    )
    shown = concat(renderer.row(frame, kind.row))
    wanted = [_equals(frame, name, given.c[name]) for name, _ in kind.columns]
    row = select(shown).select_from(frame.source()).where(*renderer.in_scope(frame, kind.row.scope), *wanted)
    return select(given.c.place, or_null(row.correlate(given).scalar_subquery()).label("shown")).select_from(given)


def _equals(frame: Frame, name: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    if name != COMPANY:
        return frame.column(name) == value
    company = domain.RECORDS["company"].table.alias()
    number = select(company.c.company_id).where(company.c.code == value).correlate_except(company)
    return frame.column("company_id") == number.scalar_subquery()

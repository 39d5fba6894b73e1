"""The records that an input names, found all at once in what the caller may see: one statement for all of them.

What the caller may not see is not found, like what does not exist. A key that exists in several of the caller's
companies must be told apart by naming the company.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.types import Uuid

import domain
from domain.core.database import Connection
from domain.core.errors import Forbidden, NotFound
from resolvers.catalog import Entity
from resolvers.filters import Scoped
from resolvers.fragments import CompaniesParameter, Frame, OwnerParameter, Parameter, PartnersParameter, text_literal
from resolvers.global_ids import encode_id
from resolvers.inputs import Place, Wanted
from resolvers.read import Ambiguous
from resolvers.reader import Reader
from resolvers.sql import DIALECT, Renderer

# Parameters of the look-up itself, each with the place of its kind of key; those of the scope are the reader's.
KEYS, SYSTEMS = "keys", "systems"


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a reference names; `company_id` is 0 for a group record."""

    id: UUID
    company_id: int


class _Kind(NamedTuple):
    """Keys of one kind of one type, and who may see what they name."""

    entity: Entity
    kind: str
    partner: str | None
    site: str | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A statement of `find`: SQL with $n, and what each parameter is: of the reader, or of the kind at a place."""

    sql: str
    parameters: tuple[Parameter | tuple[str, int], ...]


async def find(connection: Connection, reader: Reader, wanted: Iterable[Wanted]) -> Mapping[Wanted, Sequence[Found]]:
    """The records that the reader may see under each key: none, one, or one in each of several companies."""
    groups: dict[_Kind, dict[Any, list[Wanted]]] = {}
    for one in dict.fromkeys(wanted):
        scope = reader.scope(one.entity)
        if not scope.nothing:
            kind = _Kind(one.entity, one.kind, scope.partner, scope.site, scope.owner)
            groups.setdefault(kind, {}).setdefault(one.value, []).append(one)
    found: dict[Wanted, list[Found]] = {}
    if not groups:
        return found
    statement = _statement(tuple(groups))
    keys = list(groups.values())
    values = [_parameter(parameter, keys, reader) for parameter in statement.parameters]
    for row in await connection.fetch(statement.sql, *values):
        key, place = row["key_id"] or row["key"], int(row["place"])
        for one in keys[place][(row["system"], key) if row["system"] is not None else key]:
            found.setdefault(one, []).append(Found(row["id"], row["company_id"]))
    return found


def choose(place: Place, found: Mapping[Wanted, Sequence[Found]], companies: frozenset[int], command: str) -> Found:
    """The one record that a reference means in the companies where the command may be performed.

    Raises: NotFound; Forbidden where the caller may see the record but not do this with it; Ambiguous.
    """
    wanted = place.wanted
    seen = [one for one in found.get(wanted, ()) if wanted.company_id in (None, one.company_id)]
    candidates = [one for one in seen if not wanted.entity.is_sharded or one.company_id in companies]
    if not seen:
        raise NotFound(place.path, what=wanted.entity.record.spec.en.lower(), key=_key_text(wanted))
    if not candidates:
        raise Forbidden(place.path, what=command)
    if len(candidates) > 1:
        raise Ambiguous(place.path, what=".".join(map(str, place.path)))
    return candidates[0]


def _key_text(wanted: Wanted) -> str:
    """The key as the client wrote it."""
    match wanted.kind:
        case "id":
            return encode_id(wanted.entity, wanted.company_id, wanted.value)
        case "legacy":
            return ":".join(wanted.value)
        case _:
            return wanted.value


@lru_cache(maxsize=1_000)
def _statement(kinds: tuple[_Kind, ...]) -> _Lookup:
    """(place, id, company_id, key_id, key, system) of the rows in scope that hold one of the keys of a kind."""
    renderer = Renderer()
    parts = [_part(renderer, kind, place) for place, kind in enumerate(kinds)]
    compiled: Any = (union_all(*parts) if len(parts) > 1 else parts[0]).compile(dialect=DIALECT)
    own = {f"{name}_{place}": (name, place) for name in (KEYS, SYSTEMS) for place in range(len(kinds))}
    return _Lookup(compiled.string, tuple(own.get(name) or renderer.parameters[name] for name in compiled.positiontup))


def _part(renderer: Renderer, asked: _Kind, place: int) -> Select[Any]:
    """The rows that hold a key of one kind."""
    entity = asked.entity
    frame = Frame(entity.table.alias(), entity)
    scope = Scoped(entity, asked.partner, asked.site, nothing=False, narrow=None, owner=asked.owner)
    has_company = entity.is_sharded or entity.is_company
    company = frame.column("company_id") if has_company else literal_column("0", SmallInteger())
    conditions = renderer.in_scope(frame, scope)
    key_id: ColumnElement[Any] = cast(null(), Uuid())
    key: ColumnElement[Any] = cast(null(), Text())
    system: ColumnElement[Any] = cast(null(), Text())
    match asked.kind:
        case "id":
            key_id = frame.column("id")
            conditions.append(key_id == func.any(bindparam(f"{KEYS}_{place}", type_=ARRAY(Uuid()))))
        case "key":
            key = frame.column(entity.record.spec.key or "")
            conditions.append(key == func.any(bindparam(f"{KEYS}_{place}", type_=ARRAY(Text()))))
        case _:
            legacy, source = domain.RECORDS["legacy_key"].table.alias(), domain.RECORDS["source_system"].table.alias()
            arrays = [bindparam(f"{name}_{place}", type_=ARRAY(Text())) for name in (SYSTEMS, KEYS)]
            given = func.unnest(*arrays).table_valued("system", "key").render_derived(name=f"given_{place}")
            key, system = cast(given.c.key, Text()), cast(given.c.system, Text())
            conditions += [
                legacy.c.record_id == frame.column("id"),
                legacy.c.company_id == (company if entity.is_sharded else literal_column("0", SmallInteger())),
                legacy.c.record_type == text_literal(entity.table.name),
                and_(source.c.id == legacy.c.source_system_id, source.c.code == given.c.system),
                legacy.c.key == given.c.key,
            ]
    columns: list[ColumnElement[Any]] = [
        literal_column(str(place), Integer()).label("place"), frame.column("id").label("id"),
        company.label("company_id"), key_id.label("key_id"), key.label("key"), system.label("system"),
    ]  # fmt: skip
    return select(*columns).where(*conditions)


def _parameter(
    parameter: Parameter | tuple[str, int], keys: Sequence[Mapping[Any, Sequence[Wanted]]], reader: Reader
) -> Any:
    match parameter:
        case ("keys", place):
            return [value[1] if isinstance(value, tuple) else value for value in keys[place]]
        case ("systems", place):
            return [value[0] for value in keys[place]]
        case CompaniesParameter():
            return reader.companies(parameter.entity, None)
        case PartnersParameter():
            return sorted(reader.actor.partners)
        case OwnerParameter():
            return reader.actor.id
        case _:
            return sorted(reader.actor.sites or ())

"""The records that an input names, found all at once in what the caller may see: one statement a kind of key.

What the caller may not see is not found, like what does not exist. A key that exists in several of the caller's
companies must be told apart by naming the company.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, SmallInteger, Text, and_, bindparam, func, literal_column, select
from sqlalchemy.types import Uuid

import domain
from domain.core.database import Connection
from domain.core.errors import Forbidden, NotFound
from resolvers.catalog import Entity
from resolvers.filters import Scoped
from resolvers.fragments import CompaniesParameter, Frame, Parameter, PartnersParameter, text_literal
from resolvers.global_ids import encode_id
from resolvers.inputs import Place, Wanted
from resolvers.read import Ambiguous
from resolvers.reader import Reader
from resolvers.sql import DIALECT, Renderer

# Parameters of the look-up itself; those of the scope are the reader's.
KEYS, SYSTEMS = "keys", "systems"


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a reference names; `company_id` is 0 for a group record."""

    id: UUID
    company_id: int


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A statement of `find`: SQL with $n, and what each parameter is."""

    sql: str
    parameters: tuple[Parameter | str, ...]


async def find(connection: Connection, reader: Reader, wanted: Iterable[Wanted]) -> Mapping[Wanted, Sequence[Found]]:
    """The records that the reader may see under each key: none, one, or one in each of several companies."""
    groups: dict[tuple[str, str], list[Wanted]] = {}
    for one in dict.fromkeys(wanted):
        groups.setdefault((one.entity.name, one.kind), []).append(one)
    found: dict[Wanted, list[Found]] = {}
    for group in groups.values():
        scope = reader.scope(group[0].entity)
        if scope.nothing:
            continue
        statement = _statement(group[0].entity, group[0].kind, scope.partner, scope.site)
        values = [_parameter(parameter, group, reader) for parameter in statement.parameters]
        by_value: dict[Any, list[Wanted]] = {}
        for one in group:
            by_value.setdefault(one.value, []).append(one)
        for row in await connection.fetch(statement.sql, *values):
            key = (row["system"], row["key"]) if group[0].kind == "legacy" else row["key"]
            for one in by_value[key]:
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
def _statement(entity: Entity, kind: str, partner: str | None, site: str | None) -> _Lookup:
    """(id, company_id, key[, system]) of the rows in scope that hold one of the keys."""
    renderer = Renderer()
    frame = Frame(entity.table.alias(), entity)
    scope = Scoped(entity, partner, site, nothing=False, narrow=None)
    has_company = entity.is_sharded or entity.is_company
    company = frame.column("company_id") if has_company else literal_column("0", SmallInteger())
    conditions = renderer.in_scope(frame, scope)
    query = select(frame.column("id"), company.label("company_id"))
    match kind:
        case "id":
            query = query.add_columns(frame.column("id").label("key"))
            conditions.append(frame.column("id") == func.any(bindparam(KEYS, type_=ARRAY(Uuid()))))
        case "key":
            column = frame.column(entity.record.spec.key or "")
            query = query.add_columns(column.label("key"))
            conditions.append(column == func.any(bindparam(KEYS, type_=ARRAY(Text()))))
        case _:
            legacy, system = domain.RECORDS["legacy_key"].table.alias(), domain.RECORDS["source_system"].table.alias()
            pairs = func.unnest(bindparam(SYSTEMS, type_=ARRAY(Text())), bindparam(KEYS, type_=ARRAY(Text())))
            given = pairs.table_valued("system", "key").render_derived(name="given")
            query = query.add_columns(given.c.key, given.c.system)
            conditions += [
                legacy.c.record_id == frame.column("id"),
                legacy.c.company_id == (company if entity.is_sharded else literal_column("0", SmallInteger())),
                legacy.c.record_type == text_literal(entity.table.name),
                and_(system.c.id == legacy.c.source_system_id, system.c.code == given.c.system),
                legacy.c.key == given.c.key,
            ]
    compiled: Any = query.where(*conditions).compile(dialect=DIALECT)
    own: Mapping[str, str] = {KEYS: KEYS, SYSTEMS: SYSTEMS}
    return _Lookup(compiled.string, tuple(own.get(name) or renderer.parameters[name] for name in compiled.positiontup))


def _parameter(parameter: Parameter | str, group: Sequence[Wanted], reader: Reader) -> Any:
    match parameter:
        case "keys":
            return [one.value[1] if one.kind == "legacy" else one.value for one in group]
        case "systems":
            return [one.value[0] for one in group]
        case CompaniesParameter():
            return reader.companies(parameter.entity, None)
        case PartnersParameter():
            return sorted(reader.actor.partners)
        case _:
            return sorted(reader.actor.sites or ())

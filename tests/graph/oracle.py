"""The oracle: the same visible schema answered by graphql-core's executor from plain rows in memory.

It shares nothing with the planner but the catalog of fields and the scopes of `authz`: filters, orders, pages, figures
and masks are worked out here row by row, in the plainest way, with Decimal.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
from graphql import GraphQLResolveInfo, GraphQLSchema, execute_sync, parse
from sqlalchemy.dialects.postgresql import JSONB

import domain
from authz.scope import readable_companies, row_scope
from domain.core.actors import Actor, Grants
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Source, ToMany, ToOne, camel, entity_read, field_name
from resolvers.paging import page_sizes
from tests.graph import tallying
from tests.graph.plain_reports import report_rows
from tests.graph.wire import Instant, Refused, Row, Simple, Thing, global_id, money, shown

Narrow = frozenset[int] | None


@dataclass(frozen=True)
class Tables:
    """Every row of every exposed table, by type name and key."""

    rows: Mapping[str, Sequence[Row]]
    by_key: Mapping[tuple[str, int | None, UUID], Row]

    @classmethod
    async def read(cls, connection: asyncpg.Connection) -> "Tables":
        rows: dict[str, list[Row]] = {}
        by_key: dict[tuple[str, int | None, UUID], Row] = {}
        records = [entity for entity in CATALOG.values() if entity.report is None]
        read = [entity_read(one) for report in domain.REPORTS for one in report.report.reads]
        for entity in dict.fromkeys((*records, *read)):
            columns = entity.table.columns
            names = [f'"{one.name}"' + f'::text AS "{one.name}"' * isinstance(one.type, JSONB) for one in columns]
            found = await connection.fetch(f'SELECT {", ".join(names)} FROM "{entity.table.name}"')
            rows[entity.name] = [dict(one) for one in found]
            for one in rows[entity.name]:
                by_key[entity.name, one["company_id"] if entity.is_sharded else None, one["id"]] = one
        return cls(rows, by_key)

    def target(self, source: ToOne, row: Row) -> Row | None:
        """The row that a reference names."""
        if source.column == "company_id":
            return next((one for one in self.rows["Company"] if one["company_id"] == row["company_id"]), None)
        company = row["company_id"] if CATALOG[source.target].is_sharded else None
        key = row[source.column]
        return self.by_key.get((source.target, company, key)) if key else None

    def members(self, entity: Entity, source: ToMany, row: Row) -> list[Row]:
        """The rows whose reference names this one."""
        return [
            one for one in self.rows[source.target]
            if one[source.column] == row["id"] and (not entity.is_sharded or one["company_id"] == row["company_id"])
        ]  # fmt: skip

    def along(self, entity: Entity, row: Row | None, path: Sequence[str]) -> Any:
        """The value at the end of a path of references and a column."""
        for step in path[:-1]:
            column = "company_id" if step == "company" else f"{step}_id"
            source = next(one for one in entity.fields.values() if isinstance(one, ToOne) and one.column == column)
            row = self.target(source, row) if row else None
            entity = CATALOG[source.target]
        return row[path[-1]] if row else None

    def currency(self, entity: Entity, source: MoneyLeaf, row: Row) -> str | None:
        """The currency of a money column; none where a row has none, and so no amount."""
        found = self.along(entity, row, source.currency_path)
        return None if found is None else str(found)

    def legacy(self, entity: Entity, row: Row) -> list[tuple[str, str]]:
        """(system, key) of the row in source systems, in order."""
        company = row["company_id"] if entity.is_sharded else 0
        codes = {one["id"]: one["code"] for one in self.rows["SourceSystem"]}
        return sorted(
            (codes[one["source_system_id"]], one["key"]) for one in self.rows["LegacyKey"]
            if (one["company_id"], one["record_type"], one["record_id"]) == (company, entity.table.name, row["id"])
        )  # fmt: skip


@dataclass
class Eyes:
    """What one reader sees of the tables."""

    tables: Tables
    actor: Actor
    grants: Grants
    withheld: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def companies(self, entity: Entity, narrow: Narrow) -> frozenset[int]:
        scope = row_scope(entity.record, self.actor, self.grants)
        found = frozenset(self.grants.companies) if scope.companies is None else scope.companies
        return found if narrow is None else found & narrow

    def has_none(self, entity: Entity) -> bool:
        return row_scope(entity.record, self.actor, self.grants).nothing

    def sees(self, entity: Entity, row: Row, narrow: Narrow) -> bool:
        """Whether the row is in the reader's scope."""
        scope = row_scope(entity.record, self.actor, self.grants)
        has_company = entity.is_sharded or entity.name == "Company"
        if scope.nothing or (has_company and row["company_id"] not in self.companies(entity, narrow)):
            return False
        paths = (scope.partner, scope.owner)
        partner, owner = (path and self.tables.along(entity, row, path.split(".")) for path in paths)
        is_kept = scope.owner is None or (owner == self.actor.id and row.get(entity.record.spec.scope.shown, True))
        if not is_kept or (scope.partner is not None and partner not in self.actor.partners):
            return False
        return scope.site is None or self.tables.along(entity, row, scope.site.split(".")) in (self.actor.sites or ())

    def readable(self, entity: Entity, source: Source) -> frozenset[int]:
        if isinstance(source, ToMany):
            target = CATALOG[source.target]
            name = field_name(source.column, source.spec)
            return readable_companies(target.record, self.grants, source.spec.tier, target.coordinate(name))
        return readable_companies(entity.record, self.grants, source.spec.tier, entity.coordinate(source.name))

    def reads(self, entity: Entity, source: Source, row: Row, narrow: Narrow = None) -> bool:
        """Whether the field may be read in this row; a list where its reference may be, in all rows."""
        if isinstance(source, ToMany):
            return self.reads_everywhere(entity, source, narrow)
        found = self.readable(entity, source)
        return row["company_id"] in found if entity.is_sharded else bool(found)

    def reads_everywhere(self, entity: Entity, source: Source, narrow: Narrow) -> bool:
        guard = CATALOG[source.target] if isinstance(source, ToMany) else entity
        found = self.readable(entity, source)
        return self.companies(guard, narrow) <= found if guard.is_sharded else bool(found)

    def require(self, entity: Entity, source: Source, narrow: Narrow) -> None:
        if not self.reads_everywhere(entity, source, narrow):
            raise Refused("FIELD_NOT_READABLE", entity.coordinate(source.name))

    # --- filters -------------------------------------------------------------------------------------------------

    def check(self, entity: Entity, given: Mapping[str, Any] | None, narrow: Narrow) -> None:
        """Refuse a filter that names a field not readable in all companies asked, whatever the rows."""
        for key, value in (given or {}).items():
            if value is None or key in ("isNull", "id", "legacyKey"):
                continue
            if key in ("and", "or", "not"):
                for one in value if isinstance(value, list) else [value]:
                    self.check(entity, one, narrow)
                continue
            source = entity.fields[key]
            self.require(entity, source, narrow)
            if isinstance(source, ToOne):
                self.check(CATALOG[source.target], value, narrow)
            if isinstance(source, ToMany):
                for one in value.values():
                    self.check(CATALOG[source.target], one, narrow)

    def meets(self, entity: Entity, row: Row, given: Mapping[str, Any] | None, narrow: Narrow) -> bool:
        """Whether the row meets a filter."""
        return all(
            self._condition(entity, row, key, value, narrow)
            for key, value in (given or {}).items()
            if value is not None
        )

    def _condition(self, entity: Entity, row: Row, key: str, value: Any, narrow: Narrow) -> bool:
        match key:
            case "and":
                return all(self.meets(entity, row, one, narrow) for one in value)
            case "or":
                return any(self.meets(entity, row, one, narrow) for one in value)
            case "not":
                return not self.meets(entity, row, value, narrow)
            case "isNull":
                return not value
            case "id":
                return compares(global_id(entity, row), value)
            case "legacyKey":
                system, key_ = value.get("system") or {}, value.get("key") or {}
                return any(
                    compares(one, system) and compares(two, key_) for one, two in self.tables.legacy(entity, row)
                )
        source = entity.fields[key]
        match source:
            case Leaf():
                return compares(row[source.column], value)
            case MoneyLeaf():
                amount = row[source.column]
                is_null = value.get("isNull")
                return (
                    (is_null is None or is_null is (amount is None))
                    and compares(amount, value.get("amount") or {})
                    and compares(self.tables.currency(entity, source, row), value.get("currency") or {})
                )
            case ToOne():
                return self._references(row, source, value, narrow)
            case ToMany():
                return self._lists(entity, row, source, value, narrow)

    def _references(self, row: Row, source: ToOne, value: Mapping[str, Any], narrow: Narrow) -> bool:
        if value.get("isNull") is not None and value["isNull"] is not (row[source.column] is None):
            return False
        rest = {key: one for key, one in value.items() if key != "isNull" and one is not None}
        if not rest:
            return True
        target, found = CATALOG[source.target], self.tables.target(source, row)
        return found is not None and self.sees(target, found, narrow) and self.meets(target, found, rest, narrow)

    def _lists(self, entity: Entity, row: Row, source: ToMany, value: Mapping[str, Any], narrow: Narrow) -> bool:
        target = CATALOG[source.target]
        rows = [one for one in self.tables.members(entity, source, row) if self.sees(target, one, narrow)]
        tests: Mapping[str, Callable[[list[bool]], bool]] = {
            "some": any, "none": lambda met: not any(met), "every": all,
        }  # fmt: skip
        return all(
            tests[quantifier]([self.meets(target, one, given, narrow) for one in rows])
            for quantifier, given in value.items()
            if given is not None
        )


def compares(value: Any, given: Mapping[str, Any]) -> bool:
    """Whether a value meets every comparison; what is missing meets only isNull."""
    for operator, operand in given.items():
        if operator == "isNull":
            if operand is not None and operand is not (value is None):
                return False
            continue
        if value is None:
            return False
        own = str(value) if isinstance(value, UUID) else value
        met = {
            "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "in": lambda a, b: a in b,
            "notIn": lambda a, b: a not in b, "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
            "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b, "between": lambda a, b: b["from"] <= a <= b["to"],
            "contains": lambda a, b: b.lower() in a.lower(), "startsWith": lambda a, b: a.startswith(b),
        }[operator](own, operand)  # fmt: skip
        if not met:
            return False
    return True


@dataclass(frozen=True)
class One(Thing):
    """A row."""

    eyes: Eyes
    entity: Entity
    row: Row
    narrow: Narrow

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        eyes, entity, row = self.eyes, self.entity, self.row
        if name == "id":
            return global_id(entity, row)
        if name == "legacyKeys":
            return [Simple({"system": system, "key": key}) for system, key in eyes.tables.legacy(entity, row)]
        source = entity.fields[name]
        if not eyes.reads(entity, source, row, self.narrow):
            eyes.withheld.add((entity.coordinate(name), path))
            return None
        match source:
            case Leaf():
                return shown(row[source.column], source.scalar)
            case MoneyLeaf():
                amount = row[source.column]
                return None if amount is None else money(amount, eyes.tables.currency(entity, source, row))
            case ToOne():
                target = CATALOG[source.target]
                found = eyes.tables.target(source, row)
                if eyes.has_none(target):
                    eyes.withheld.add((entity.coordinate(name), path))
                return (
                    One(eyes, target, found, self.narrow) if found and eyes.sees(target, found, self.narrow) else None
                )
            case ToMany():
                return self._many(source, arguments, path)

    def _many(self, source: ToMany, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        target = CATALOG[source.target]
        rows = self.eyes.tables.members(self.entity, source, self.row)
        if not source.is_list:
            coordinate = self.entity.coordinate(source.name)
            return connect(self.eyes, target, rows, arguments, self.narrow, coordinate, path)
        if self.eyes.has_none(target):
            self.eyes.withheld.add((self.entity.coordinate(source.name), path))
        order = source.order_column or "id"
        seen = sorted(
            (one for one in rows if self.eyes.sees(target, one, self.narrow)), key=lambda one: (one[order], one["id"])
        )
        return [One(self.eyes, target, one, self.narrow) for one in seen]


def codes_of(eyes: Eyes, codes: Sequence[str]) -> frozenset[int]:
    """The companies of a `companies` argument."""
    known = {one["code"]: one["company_id"] for one in eyes.tables.rows["Company"]}
    if any(known.get(code) not in eyes.grants.companies for code in codes):
        raise Refused("NOT_FOUND")
    return frozenset(known[code] for code in codes)


def connect(
    eyes: Eyes, entity: Entity, rows: Sequence[Row], arguments: Mapping[str, Any], narrow: Narrow, coordinate: str,
    path: tuple[str, ...],
) -> Any:  # fmt: skip
    """The connection over those of the rows that the reader sees and that meet the arguments."""
    if arguments.get("companies") is not None:
        narrow = codes_of(eyes, arguments["companies"])
    read = entity.report.reads if entity.report is not None else ()
    if eyes.has_none(entity) or any(eyes.has_none(entity_read(one)) for one in read):
        eyes.withheld.add((coordinate, path))
        return None
    if entity.report is not None:
        rows = report_rows(eyes, entity, narrow, arguments)
    given = arguments.get("filter")
    eyes.check(entity, given, narrow)
    is_shown = bool(arguments.get("includeArchived")) or "archived_at" not in entity.table.c
    found = [
        one
        for one in rows
        if eyes.sees(entity, one, narrow)
        and (is_shown or one["archived_at"] is None)
        and eyes.meets(entity, one, given, narrow)
    ]
    order = next(iter(arguments.get("orderBy") or []), None)
    column = order["field"].lower() if order else entity.report.order if entity.report is not None else None
    is_descending = bool(order) and order.get("direction") == "DESC"
    if column is not None:
        source = entity.fields[camel(column.removesuffix("_id"))]
        eyes.require(entity, source, narrow)
    known = rows if entity.report is not None else eyes.tables.rows[entity.name]
    return Connection(eyes, entity, found, known, narrow, Order(entity, column, is_descending), arguments)


@dataclass(frozen=True)
class Order:
    """How a connection is ordered."""

    entity: Entity
    column: str | None
    is_descending: bool

    def key(self, row: Row) -> tuple[Any, ...]:
        return (row["id"],) if self.column is None else (row[self.column], row["id"])

    def cursor(self, row: Row) -> str:
        value = row[self.column] if self.column else ""
        text = value.isoformat() if type(value) is date else str(value)
        if isinstance(value, datetime):
            text = Instant(value).isoformat().replace("T", " ").removesuffix(":00")
        head = f"1|{self.entity.name}|{self.column or ''}|{'D' if self.is_descending else 'A'}|{row['id']}|"
        return b64encode((head + text).encode()).decode()


@dataclass(frozen=True)
class Connection(Thing):
    """A page of rows, and figures over all of them."""

    eyes: Eyes
    entity: Entity
    rows: Sequence[Row]
    known: Sequence[Row]
    narrow: Narrow
    order: Order
    arguments: Mapping[str, Any]

    def _page(self) -> tuple[list[Row], bool, bool]:
        """The rows of the page, and whether there are rows before and after it."""
        given = self.arguments
        rows = sorted(self.rows, key=self.order.key, reverse=self.order.is_descending)
        places = {self.order.cursor(row): self.order.key(row) for row in self.known}
        sign = -1 if self.order.is_descending else 1
        for name, side in (("after", 1), ("before", -1)):
            if given.get(name) is not None:
                place = places[given[name]]
                rows = [row for row in rows if _compared(self.order.key(row), place) == sign * side]
        if given.get("last") is not None:
            size = given["last"]
            return rows[-size:], len(rows) > size, given.get("before") is not None
        size = given.get("first") or page_sizes(self.entity)[0]
        return rows[:size], given.get("after") is not None, len(rows) > size

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        if name == "totalCount":
            return len(self.rows)
        if name == "aggregate":
            return tallying.aggregate(self.eyes, self.entity, self.rows, arguments.get("groupBy") or [], self.narrow)
        rows, is_before, is_after = self._page()
        nodes = [One(self.eyes, self.entity, row, self.narrow) for row in rows]
        cursors = [self.order.cursor(row) for row in rows]
        if name == "nodes":
            return nodes
        if name == "edges":
            return [Simple({"node": node, "cursor": cursor}) for node, cursor in zip(nodes, cursors, strict=True)]
        return Simple({
            "hasNextPage": is_after, "hasPreviousPage": is_before, "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        })  # fmt: skip


def _compared(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    return (one > other) - (one < other)


@dataclass(frozen=True)
class Root(Thing):
    """The query's roots."""

    eyes: Eyes
    schema: GraphQLSchema

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        if name == "node":
            return self._node(arguments["id"])
        if name == "nodes":
            return [self._node(one) for one in arguments["ids"]]
        if name == "_entities":
            return [self._entity(one) for one in arguments["representations"]]
        assert self.schema.query_type is not None
        target = str(self.schema.query_type.fields[name].type).removesuffix("!")
        entity = CATALOG[target.removesuffix("Connection")]
        if target.endswith("Connection"):
            rows = self.eyes.tables.rows.get(entity.name, ())
            if "company" in arguments:
                arguments = {**arguments, "companies": [arguments["company"]]}
            return connect(self.eyes, entity, rows, arguments, None, f"Query.{name}", path)
        return self._one(entity, arguments, f"Query.{name}", path)

    def _node(self, id_: str) -> Any:
        entity = CATALOG[id_.partition("-")[0]]
        found = [row for row in self.eyes.tables.rows[entity.name] if global_id(entity, row) == id_]
        return One(self.eyes, entity, found[0], None) if found and self.eyes.sees(entity, found[0], None) else None

    def _entity(self, given: Mapping[str, Any]) -> Any:
        if "id" in given:
            return self._node(given["id"])
        keys = {**given, "company": given["company"]["code"]} if "company" in given else dict(given)
        entity = CATALOG[keys.pop("__typename")]
        return None if self.eyes.has_none(entity) else self._one(entity, keys, "", ())

    def _one(self, entity: Entity, arguments: Mapping[str, Any], coordinate: str, path: tuple[str, ...]) -> Any:
        if self.eyes.has_none(entity):
            self.eyes.withheld.add((coordinate, path))
            return None
        rows = [row for row in self.eyes.tables.rows[entity.name] if self.eyes.sees(entity, row, None)]
        for name, value in arguments.items():
            if name == "id":
                rows = [row for row in rows if global_id(entity, row) == value]
            elif name == "legacyKey":
                rows = [row for row in rows if (value["system"], value["key"]) in self.eyes.tables.legacy(entity, row)]
            elif name == "company":
                numbers = [one["company_id"] for one in self.eyes.tables.rows["Company"] if one["code"] == value]
                rows = [row for row in rows if row["company_id"] in numbers]
            else:
                rows = [row for row in rows if row[str(entity.record.spec.key)] == value]
        if len(rows) > 1:
            raise Refused("AMBIGUOUS_KEY")
        return One(self.eyes, entity, rows[0], None) if rows else None


def _resolve(source: Thing, info: GraphQLResolveInfo, /, **arguments: Any) -> Any:
    path = tuple(step for step in info.path.as_list() if isinstance(step, str))
    return source.get(info.field_name, arguments, path)


def _type_name(value: Any, info: GraphQLResolveInfo, _: Any) -> str:
    return cast(One, value).entity.name


@dataclass(frozen=True)
class Verdict:
    """The oracle's answer: the bytes of `data`, or the codes of its refusals."""

    data: bytes
    codes: frozenset[str]
    withheld: frozenset[tuple[str, tuple[str, ...]]]


def judge(
    schema: GraphQLSchema, tables: Tables, reader: tuple[Actor, Grants], query: str, variables: Mapping[str, Any]
) -> Verdict:
    """What the graph must answer to a query."""
    eyes = Eyes(tables, *reader)
    result = execute_sync(
        schema, parse(query), Root(eyes, schema), variable_values=dict(variables), field_resolver=_resolve,
        type_resolver=_type_name,
    )  # fmt: skip
    codes: set[str] = set()
    for error in result.errors or []:
        if not isinstance(error.original_error, Refused):
            raise error
        codes.add(error.original_error.code)
    return Verdict(orjson.dumps(result.data), frozenset(codes), frozenset(eyes.withheld))

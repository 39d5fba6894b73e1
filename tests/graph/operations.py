"""Random operations over a visible schema: every root, argument, filter, order, figure, with values that rows have."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.core.reports import Report, arguments_of
from resolvers.catalog import CATALOG, STORED, Entity, Leaf, MoneyLeaf, ToMany, ToOne, camel
from tests.factory import DAY, INSTANT
from tests.graph.oracle import Eyes, Order, codes_of, global_id
from tests.graph.plain_reports import report_rows
from tests.graph.wire import Refused, Row, plain

PAGES = (1, 2, 3, 7, 50)
LISTS = ("in", "notIn")
# Roots about the caller, which have tests of their own.
LOCAL = frozenset({"parseUdi", "viewer", "viewerCan"})


class Name(str):
    """An enum value: written without quotes."""


@dataclass
class Maker:
    """Makes operations from one stream of chance, for one reader; from these roots first, if any are named."""

    chance: random.Random
    schema: GraphQLSchema
    eyes: Eyes
    roots: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)

    def operation(self) -> tuple[str, Mapping[str, Any]]:
        """The text and variables of one query."""
        root = self.schema.query_type
        assert root is not None
        names = [name for name in root.fields if name not in LOCAL]
        chosen = [self.chance.choice(names) for _ in range(self.chance.choice((1, 1, 1, 2)))]
        if self.roots:
            chosen[0] = self.chance.choice(self.roots)
        shown = " ".join(self._field(root, name, f"r{index}", 3) for index, name in enumerate(chosen))
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self.declared.items())
        head = f"query Q({declared})" if declared else "query"
        return " ".join([f"{head} {{ {shown} }}", *self.fragments]), self.variables

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _variable(self, value: Any, type_: str) -> str:
        name = f"v{len(self.declared)}"
        self.declared[name], self.variables[name] = type_, value
        return f"${name}"

    # --- selections ----------------------------------------------------------------------------------------------

    def _selection(self, type_: GraphQLObjectType, depth: int) -> str:
        names = [name for name, one in type_.fields.items() if depth > 0 or is_leaf_type(get_named_type(one.type))]
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, 6)))
        parts = [self._field(type_, name, self._alias(name), depth - 1) for name in chosen]
        if self._maybe(0.2) or not parts:
            parts.append("__typename")
        shown = " ".join(parts)
        if self._maybe(0.08):
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {type_.name} {{ {shown} }}")
            return f"{{ ...{name} ...{name} }}"
        if self._maybe(0.08):
            return f"{{ ... on {type_.name} {{ {shown} }} }}"
        return f"{{ {shown} }}"

    def _alias(self, name: str) -> str:
        return f"{name}_{self.chance.randint(1, 9)}" if self._maybe(0.15) else ""

    def _field(self, type_: GraphQLObjectType, name: str, alias: str, depth: int) -> str:
        one = type_.fields[name]
        named = get_named_type(one.type)
        arguments = self._arguments(type_, name, one.args) if one.args else ""
        directive = ""
        if self._maybe(0.06):
            given = self._variable(self._maybe(0.7), "Boolean!") if self._maybe(0.7) else "true"
            directive = f" @{self.chance.choice(('include', 'skip'))}(if: {given})"
        head = f"{alias}: {name}" if alias else name
        if named.name in ("Node", "_Entity"):
            inner = self._node_selection(["id", "__typename"] if named.name == "Node" else ["__typename"])
        else:
            inner = f" {self._selection(named, depth)}" if isinstance(named, GraphQLObjectType) else ""
        return f"{head}{arguments}{directive}{inner}"

    def _node_selection(self, shown: list[str]) -> str:
        for name in self.chance.sample(sorted(STORED), 12):
            type_ = self.schema.get_type(name)
            if isinstance(type_, GraphQLObjectType):
                names = [key for key, one in type_.fields.items() if is_leaf_type(get_named_type(one.type))]
                parts = " ".join(f"{name}_{key}: {key}" for key in self.chance.sample(names, min(3, len(names))))
                shown.append(f"... on {name} {{ {parts} }}")
        return f" {{ {' '.join(shown)} }}"

    # --- arguments -----------------------------------------------------------------------------------------------

    def _arguments(self, type_: GraphQLObjectType, name: str, given: Mapping[str, GraphQLArgument]) -> str:
        named = get_named_type(type_.fields[name].type).name
        values: dict[str, Any] = {}
        if name in ("node", "nodes"):
            ids = [self._some_id() for _ in range(3)]
            values = {"id": ids[0]} if name == "node" else {"ids": ids}
        elif name == "_entities":
            values = {"representations": [self._representation() for _ in range(self.chance.randint(1, 4))]}
        elif named.endswith("Connection"):
            values = self._connection_arguments(CATALOG[named.removesuffix("Connection")], given)
        elif named in CATALOG:
            values = self._key(CATALOG[named], given)
        elif name == "aggregate":
            values = self._group_by(CATALOG[type_.name.removesuffix("Connection")], given)
        elif name == "groups" and self._maybe(0.3):
            values = {"first": self.chance.choice((1, 2, 5))}
        shown = [f"{key}: {self._given(value, given[key])}" for key, value in values.items()]
        assert all(key in values for key, one in given.items() if is_required_argument(one)), name
        return f"({', '.join(shown)})" if shown else ""

    def _given(self, value: Any, of: GraphQLArgument | GraphQLInputField) -> str:
        """A value as a variable or as a literal, whose parts may be variables again."""
        if self._maybe(0.25):
            return self._variable(value, str(of.type))
        named = get_named_type(of.type)
        if isinstance(value, dict) and isinstance(named, GraphQLInputObjectType):
            parts = (f"{key}: {self._given(one, named.fields[key])}" for key, one in value.items())
            return f"{{{', '.join(parts)}}}"
        return _literal(value)

    def _some_row(self) -> tuple[Entity, Row]:
        names = [name for name, rows in self.eyes.tables.rows.items() if self.schema.get_type(name) and rows]
        entity = CATALOG[self.chance.choice(names)]
        return entity, self.chance.choice(self.eyes.tables.rows[entity.name])

    def _some_id(self) -> str:
        return global_id(*self._some_row())

    def _representation(self) -> dict[str, Any]:
        """A row as a federated graph names it, by its global id or its business key."""
        entity, row = self._some_row()
        if entity.key_field is None or self._maybe(0.4):
            return {"__typename": entity.name, "id": global_id(entity, row)}
        given = {"__typename": entity.name, entity.key_field: row[str(entity.record.spec.key)]}
        if entity.is_sharded:
            given["company"] = {"code": self.chance.choice(("SH", "TUT", "XX"))}
        return given

    def _key(self, entity: Entity, given: Mapping[str, Any]) -> dict[str, Any]:
        rows = self.eyes.tables.rows[entity.name]
        row = self.chance.choice(rows) if rows else None
        choice = self.chance.choice([name for name in given if name != "company"])
        values: dict[str, Any]
        if row is None or choice == "id":
            values = {"id": global_id(entity, row) if row else f"{entity.name}-{UUID(int=1)}"}
            if row is None and entity.is_sharded:
                values = {"id": f"{entity.name}-1-{UUID(int=1)}"}
        elif choice == "legacyKey":
            system, key = next(iter(self.eyes.tables.legacy(entity, row)), ("none", "none"))
            values = {"legacyKey": {"system": system, "key": key}}
        else:
            values = {choice: row[str(entity.record.spec.key)]}
        if "company" in given and "id" not in values and self._maybe(0.6):
            values["company"] = self.chance.choice(("SH", "TUT", "XX"))
        return values

    def _connection_arguments(self, entity: Entity, given: Mapping[str, GraphQLArgument]) -> dict[str, Any]:
        values = self._report_arguments(entity) if entity.report is not None else {}
        if "companies" in given and self._maybe(0.25):
            values["companies"] = self.chance.choice((["SH"], ["TUT"], ["SH", "TUT"], ["XX"], []))
        rows = self._lines(entity, values) if entity.report is not None else self.eyes.tables.rows[entity.name]
        size = "last" if self._maybe(0.3) else "first"
        if size == "last" or self._maybe(0.7):
            values[size] = self.chance.choice(PAGES)
        order = Order(entity, entity.report.order if entity.report is not None else None, False)
        if "orderBy" in given and self._maybe(0.5):
            named = get_named_type(given["orderBy"].type)
            assert isinstance(named, GraphQLInputObjectType)
            fields = get_named_type(named.fields["field"].type)
            assert isinstance(fields, GraphQLEnumType)
            column = self.chance.choice(list(fields.values))
            source = entity.fields[camel(column.lower())]
            if self.eyes.reads_everywhere(entity, source, None) or self._maybe(0.05):
                direction = self.chance.choice(("ASC", "DESC"))
                values["orderBy"] = [{"field": Name(column), "direction": Name(direction)}]
                order = Order(entity, column.lower(), direction == "DESC")
        for side in ("after", "before"):
            if rows and self._maybe(0.2):
                values[side] = order.cursor(self.chance.choice(rows))
        if "includeArchived" in given and self._maybe(0.4):
            values["includeArchived"] = self._maybe(0.8)
        if self._maybe(0.5):
            named = get_named_type(given["filter"].type)
            assert isinstance(named, GraphQLInputObjectType)
            values["filter"] = self._filter(entity, named, 2, rows)
        return values

    def _report_arguments(self, entity: Entity) -> dict[str, Any]:
        """Arguments of a report: mostly ones under which it has lines."""
        assert entity.report is not None and issubclass(entity.record, Report)
        known = self.eyes.tables.rows
        days = sorted(DAY + timedelta(days=self.chance.randint(-450, 450)) for _ in range(2))
        if self._maybe(0.03):
            days.reverse()
        codes = [row["code"] for row in known["Account"]]
        at = INSTANT + timedelta(seconds=self.chance.randint(-1, 5))
        ages = sorted(self.chance.sample(range(2, 200), 3))
        usual = {
            "days_first": ages[0], "days_second": ages[1], "days_third": ages[2],
        } if self._maybe(0.5) else {"days_first": 31, "days_second": 61, "days_third": 91}  # fmt: skip
        usual |= {"from_": days[0], "to": days[1], "on": days[1], "account": self.chance.choice(codes)}
        usual |= {"budget": self.chance.choice([row["code"] for row in known["Budget"]]), "edition": 1}
        lot = self.chance.choice(known["Lot"])
        codes_of = {row["id"]: row["code"] for row in known["Item"]}
        usual |= {"lot": lot["number"], "item": codes_of[lot["item_id"]]}
        usual["run"] = self.chance.choice([row["number"] for row in known["ConsolidationRun"]])
        usual["request"] = self.chance.choice([row["number"] for row in known["RequestForQuotation"]])
        usual |= self._priced()
        values: dict[str, Any] = {}
        if entity.report.of_one_company:
            values["company"] = self.chance.choice(("SH", "SH", "TUT", "TUT", "XX"))
        for one in arguments_of(entity.record):
            if one.is_optional and self._maybe(0.4):
                continue
            if one.name in usual:
                value = usual[one.name]
            elif issubclass(one.type, StrEnum):
                value = Name(self.chance.choice(list(one.type)).name)
            else:
                value = at if one.type is datetime else days[0]
            values[camel(one.name)] = value.isoformat() if isinstance(value, date | datetime) else value
        return values

    def _priced(self) -> dict[str, Any]:
        """What a price is asked for with: mostly an item and a currency that some list has."""
        known = self.eyes.tables.rows
        listed = self.chance.choice(known["PriceListLine"])
        return {
            "customer": self.chance.choice([row["code"] for row in known["Party"]]), "currency": listed["currency"],
            "quantity": str(self.chance.randint(0 if self._maybe(0.1) else 1, 20)),
            "unit": self.chance.choice([row["code"] for row in known["UnitOfMeasure"]]),
            "territory": self.chance.choice([row["territory"] for row in known["PriceCap"]]) or "x",
            "order": self.chance.choice([row["number"] for row in known["SalesOrder"]]),
        }  # fmt: skip

    def _lines(self, entity: Entity, values: Mapping[str, Any]) -> list[Any]:
        """The lines of a report under these arguments, to take values for filters and cursors from."""
        assert issubclass(entity.record, Report)
        given = dict(values)
        for one in arguments_of(entity.record):
            name = camel(one.name)
            if name in given and one.type in (date, datetime):
                given[name] = one.type.fromisoformat(given[name])
            if name in given and one.type is Decimal:
                given[name] = Decimal(given[name])
        codes = given.get("companies", [given["company"]] if "company" in given else None)
        try:
            narrow = None if codes is None else codes_of(self.eyes, codes)
            return report_rows(self.eyes, entity, narrow, given)
        except Refused:
            return []

    def _group_by(self, entity: Entity, given: Mapping[str, GraphQLArgument]) -> dict[str, Any]:
        named = get_named_type(given["groupBy"].type)
        assert isinstance(named, GraphQLEnumType)
        values = [value for value in named.values if self._is_usable(entity, value)]
        chosen = self.chance.sample(values, min(len(values), self.chance.choice((0, 1, 1, 2, 3))))
        return {"groupBy": [Name(value) for value in chosen]} if chosen else {}

    def _is_usable(self, entity: Entity, value: str) -> bool:
        name = camel(value.lower())
        source = entity.fields.get(name) or entity.fields[name.removesuffix("Year").removesuffix("Month")]
        return self._may_name(entity, source)

    def _may_name(self, entity: Entity, source: Any) -> bool:
        is_seen = not isinstance(source, ToOne | ToMany) or not self.eyes.has_none(CATALOG[source.target])
        return (is_seen and self.eyes.reads_everywhere(entity, source, None)) or self._maybe(0.03)

    # --- filters -------------------------------------------------------------------------------------------------

    def _filter(
        self, entity: Entity, type_: GraphQLInputObjectType, depth: int, rows: Sequence[Any] | None = None
    ) -> dict[str, Any]:
        """A filter whose values are those of the rows: the table's, unless the lines of a report are given."""
        rows = self.eyes.tables.rows[entity.name] if rows is None else rows
        names = [name for name in type_.fields if self._is_filterable(entity, name, depth)]
        chosen = self.chance.sample(names, min(len(names), self.chance.choice((0, 1, 1, 2))))
        return {name: self._condition(entity, name, type_.fields[name], depth, rows) for name in chosen}

    def _is_filterable(self, entity: Entity, name: str, depth: int) -> bool:
        source = entity.fields.get(name)
        if source is None:
            return depth > 0 or name not in ("and", "or", "not")
        return (depth > 0 or isinstance(source, Leaf | MoneyLeaf)) and self._may_name(entity, source)

    def _condition(self, entity: Entity, name: str, of: GraphQLInputField, depth: int, rows: Sequence[Any]) -> Any:
        named = get_named_type(of.type)
        row = self.chance.choice(rows) if rows else None
        if name == "isNull":
            return self._maybe(0.5)
        assert isinstance(named, GraphQLInputObjectType)
        if name in ("and", "or"):
            return [self._filter(entity, named, depth - 1, rows) for _ in range(self.chance.choice((0, 1, 2)))]
        if name == "not":
            return self._filter(entity, named, depth - 1, rows)
        if name == "id":
            return self._comparison(named, [global_id(entity, row)] if row else [])
        if name == "legacyKey":
            known = self.eyes.tables.legacy(entity, row) if row else []
            return {
                part: self._comparison(named.fields[part].type, [one[place] for one in known])
                for place, part in enumerate(("system", "key")) if self._maybe(0.7)
            }  # fmt: skip
        source = entity.fields[name]
        match source:
            case Leaf():
                return self._comparison(named, [one[source.column] for one in rows if one[source.column] is not None])
            case MoneyLeaf():
                amounts = [one[source.column] for one in rows if one[source.column] is not None]
                if self._maybe(0.2):
                    return {"isNull": self._maybe(0.5)}
                parts = {"amount": self._comparison(named.fields["amount"].type, amounts)}
                if self._maybe(0.4):
                    parts["currency"] = self._comparison(named.fields["currency"].type, ["CNY", "EUR"])
                return parts
            case ToOne():
                return self._filter(CATALOG[source.target], named, depth - 1)
            case ToMany():
                quantifier = self.chance.choice(("some", "none", "every"))
                inner = get_named_type(named.fields[quantifier].type)
                assert isinstance(inner, GraphQLInputObjectType)
                return {quantifier: self._filter(CATALOG[source.target], inner, depth - 1)}

    def _comparison(self, type_: Any, known: list[Any]) -> dict[str, Any]:
        named = get_named_type(type_)
        assert isinstance(named, GraphQLInputObjectType)
        operator = self.chance.choice(list(named.fields))
        if operator == "isNull" or not known:
            return {"isNull": self._maybe(0.4)}
        values = [_sent(self.chance.choice(known), named.fields[operator].type) for _ in range(2)]
        if operator in LISTS:
            return {operator: values}
        if operator == "between":
            is_text = any(isinstance(_size(value), str) for value in values)
            first, last = sorted(values, key=str if is_text else _size)
            return {operator: {"from": first, "to": last}}
        if operator in ("contains", "startsWith"):
            text = str(values[0])
            start = self.chance.randint(0, max(0, len(text) - 2)) if operator == "contains" else 0
            return {operator: text[start : start + self.chance.randint(1, 4)]}
        return {operator: values[0]}


def _size(value: Any) -> Any:
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return value


def _sent(value: Any, type_: Any) -> Any:
    """A column's value as a client writes it."""
    if isinstance(get_named_type(type_), GraphQLEnumType):
        return Name(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _literal(value: Any) -> str:
    """A value as GraphQL text."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_literal(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(one) for one in value)}]"
    return json.dumps(value)

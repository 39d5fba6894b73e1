"""The catalog: what the graph can show of each record, derived once from the declarations.

A record or report becomes an `Entity`; each of its columns a source of a field. The planner reads the catalog,
`schema/derive.py` prints it as types; neither knows a table by name. Graph names are camelCase of column names; a
reference `supplier_id` is the field `supplier`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Integer, SmallInteger, Uuid

import domain
from domain.core.columns import GUARDED_TIERS, ColumnSpec, Tier, spec_of
from domain.core.records import GroupRecord, Record
from domain.core.reports import Report, ReportSpec


class Scalar(Enum):
    """The scalar of a leaf, by its GraphQL name."""

    ID = "ID"
    STRING = "String"
    INT = "Int"
    BOOLEAN = "Boolean"
    DECIMAL = "Decimal"
    DATE = "Date"
    DATETIME = "DateTime"
    JSON = "JSON"
    TEXTS = "[String!]"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column shown as one scalar or enum value."""

    name: str
    column: str
    scalar: Scalar
    spec: ColumnSpec
    nullable: bool


@dataclass(frozen=True, slots=True)
class MoneyLeaf:
    """A money column, shown as Money with the currency found at `currency_path` (reference names, then a column)."""

    name: str
    column: str
    currency_path: tuple[str, ...]
    spec: ColumnSpec
    nullable: bool


@dataclass(frozen=True, slots=True)
class ToOne:
    """A reference shown as the record it points at, null where the reader may not see it."""

    name: str
    column: str
    target: str
    spec: ColumnSpec


@dataclass(frozen=True, slots=True)
class ToMany:
    """The rows of `target` whose reference `column` points here: a plain list a document owns, or a connection."""

    name: str
    target: str
    column: str
    order_column: str | None
    is_list: bool
    spec: ColumnSpec

    @property
    def reference(self) -> str:
        """The field of the target that points here; who may not read it may not follow it backwards."""
        return field_name(self.column, self.spec)


Source = Leaf | MoneyLeaf | ToOne | ToMany


@dataclass(frozen=True, eq=False)
class Entity:
    """One record as the graph knows it."""

    name: str
    record: type[Record]
    fields: Mapping[str, Source]

    @property
    def table(self) -> Table:
        return self.record.table

    @property
    def module(self) -> str:
        return self.record.spec.module

    @cached_property
    def report(self) -> ReportSpec | None:
        """What a report says of itself; None for a record, whose rows stand in a table."""
        return self.record.report if issubclass(self.record, Report) else None

    @cached_property
    def is_sharded(self) -> bool:
        """Whether rows belong to one company each."""
        return not issubclass(self.record, GroupRecord)

    @cached_property
    def is_company(self) -> bool:
        """Whether this is the record of the legal entities themselves: a group record whose rows are scoped by
        company.
        """
        return self.table.name == "company"

    @cached_property
    def is_archivable(self) -> bool:
        return "archived_at" in self.table.c

    @cached_property
    def has_legacy_keys(self) -> bool:
        """Whether rows may have keys in source systems; such a key has none itself."""
        return self.table.name != "legacy_key"

    @cached_property
    def key_field(self) -> str | None:
        """The graph name of the business key."""
        return camel(self.record.spec.key) if self.record.spec.key else None

    @cached_property
    def orders(self) -> tuple[str, ...]:
        """The columns that rows can be ordered by: those declared, which an index supports, and the business key.

        The lines of a report come in one order: a page of it is not made out of all of them.
        """
        if self.report is not None:
            return ()
        offered = [column.name for column in self.table.columns if spec_of(column).order]
        key = self.record.spec.key
        return tuple([key, *offered] if key and key not in offered else offered)

    def coordinate(self, field: str) -> str:
        return f"{self.name}.{field}"


def camel(name: str) -> str:
    """'ordered_on' -> 'orderedOn'."""
    head, *tail = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in tail)


def field_name(column: str, spec: ColumnSpec) -> str:
    """The graph name of a column; a reference drops its `_id`."""
    return camel(column.removesuffix("_id") if spec.reference else column)


def is_nullable(source: Source) -> bool:
    """Whether the field may answer null: by nature, or because a reader of the row may lack its tier."""
    match source:
        case ToOne():
            return True
        case ToMany():
            return not source.is_list or source.spec.tier in GUARDED_TIERS
        case _:
            return source.nullable or source.spec.tier in GUARDED_TIERS


def _scalar(column: Column[Any], spec: ColumnSpec) -> Scalar:
    if spec.enum is not None:
        return Scalar.ENUM
    kinds: tuple[tuple[type, Scalar], ...] = (
        (Boolean, Scalar.BOOLEAN), (SmallInteger, Scalar.INT), (Integer, Scalar.INT), (Numeric, Scalar.DECIMAL),
        (DateTime, Scalar.DATETIME), (Date, Scalar.DATE), (Uuid, Scalar.STRING), (JSONB, Scalar.JSON),
        (ARRAY, Scalar.TEXTS), (Text, Scalar.STRING),
    )  # fmt: skip
    for kind, scalar in kinds:
        if isinstance(column.type, kind):
            return scalar
    raise TypeError(f"{column} has no scalar in the graph")


def _own_fields(record: type[Record], names: Mapping[str, str]) -> dict[str, Source]:
    fields: dict[str, Source] = {}
    for column in record.table.columns:
        spec = spec_of(column)
        if not spec.exposed or column.name in ("id", "company_id"):
            continue
        name = field_name(column.name, spec)
        nullable = bool(column.nullable)
        if spec.reference is not None:
            if spec.reference.target in names:
                fields[name] = ToOne(name, column.name, names[spec.reference.target], spec)
        elif spec.number == "money":
            fields[name] = MoneyLeaf(name, column.name, tuple((spec.unit or "currency").split(".")), spec, nullable)
        else:
            fields[name] = Leaf(name, column.name, _scalar(column, spec), spec, nullable)
    return fields


def _company_field(record: type[Record]) -> ToOne:
    spec = ColumnSpec(doc="The legal entity the row belongs to.", zh="公司", en="Company", tier=Tier.PUBLIC)
    return ToOne("company", "company_id", "Company", spec)


def build_catalog(records: Mapping[str, type[Record]]) -> Mapping[str, Entity]:
    """The entities by type name, each with its own fields and the lists that other records' references give it."""
    exposed = {table: record for table, record in records.items() if record.spec.exposed}
    names = {table: record.__name__ for table, record in exposed.items()}
    fields = {record.__name__: _own_fields(record, names) for record in exposed.values()}
    for record in exposed.values():
        if not issubclass(record, GroupRecord) and "company" in names:
            fields[record.__name__]["company"] = _company_field(record)
        for column in record.table.columns:
            spec = spec_of(column)
            link = spec.reference
            if link is None or link.target not in names:
                continue
            for list_name, is_list in ((link.lines, True), (link.many, False)):
                if list_name is not None:
                    name = camel(list_name)
                    many = ToMany(name, record.__name__, column.name, link.lines_order, is_list, spec)
                    fields[names[link.target]][name] = many
    return {record.__name__: Entity(record.__name__, record, fields[record.__name__]) for record in exposed.values()}


CATALOG: Mapping[str, Entity] = build_catalog(
    {**domain.RECORDS, **{report.table.name: report for report in domain.REPORTS}}
)

# The records alone: what a table holds, and what a global id can name.
STORED: Mapping[str, Entity] = {name: entity for name, entity in CATALOG.items() if entity.report is None}

# What only reports read: records that are not in the graph themselves, with the references their scope goes along.
_NAMES = {entity.table.name: entity.name for entity in STORED.values()}
_UNSEEN: Mapping[type[Record], Entity] = {
    record: Entity(record.__name__, record, {**_own_fields(record, _NAMES), "company": _company_field(record)})
    for report in domain.REPORTS
    for record in report.report.reads
    if not record.spec.exposed
}


def entity_read(record: type[Record]) -> Entity:
    """The entity of a record that a report reads."""
    return _UNSEEN.get(record) or CATALOG[record.__name__]

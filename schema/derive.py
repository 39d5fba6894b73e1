"""Records become types: objects, connections, filters, orders, aggregates, all from the catalog.

No derived field has a resolver: the read road plans whole operations (see `resolvers.plan`).
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from strawberry.types.field import StrawberryField

from domain.core.records import Record
from domain.core.reports import Report, arguments_of
from domain.core.search import MATCHES_MAX
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Scalar, Source, ToMany, ToOne, camel, is_nullable
from resolvers.paging import page_sizes
from schema.making import TYPES, Field, Kind, annotation, argument, enum_type, make, make_enum

# --- What every graph has, whatever its records -------------------------------------------------------------------

Node = make(Kind.INTERFACE, "Node", "Anything with a global id.", [
    Field("id", "ID", "Opaque global id; carries the type and the company."),
])  # fmt: skip
make(Kind.TYPE, "Money", "An amount with its currency; amounts of two currencies are never added.", [
    Field("amount", "Decimal", "The exact amount."),
    Field("currency", "String", "ISO 4217 code."),
])  # fmt: skip
make(Kind.TYPE, "PageInfo", "Where a page stands in its list (Relay).", [
    Field("hasNextPage", "Boolean", "Whether rows follow the page."),
    Field("hasPreviousPage", "Boolean", "Whether rows precede the page."),
    Field("startCursor", "Cursor | None", "Cursor of the first row."),
    Field("endCursor", "Cursor | None", "Cursor of the last row; pass it as after."),
])  # fmt: skip
make(Kind.TYPE, "ReferenceKey", "A group's common reference.", [
    Field("id", "ID", "Global id of the record."),
    Field("code", "String | None", "Its business key."),
    Field("name", "String | None", "Its name."),
])  # fmt: skip
make(Kind.TYPE, "SourceKey", "The key a record had in a source system.", [
    Field("system", "String", "Code of the source system."),
    Field("key", "String", "Primary key there; composite keys joined with ':'."),
])  # fmt: skip
make(Kind.INPUT, "LegacyKeyInput", "Finds a record by the key it had in a source system.", [
    Field("system", "String", "Code of the source system."),
    Field("key", "String", "Primary key there; composite keys joined with ':'."),
])  # fmt: skip
make_enum("OrderDirection", "Ascending or descending.", {"ASC": "Smallest first.", "DESC": "Largest first."})

_COMPARISONS = {
    "eq": ("{t} | None", "Equal to."), "ne": ("{t} | None", "Not equal to; rows without a value do not match."),
    "in": ("list[{t}] | None", "One of."), "notIn": ("list[{t}] | None", "None of; rows without a value do not match."),
    "lt": ("{t} | None", "Less than."), "lte": ("{t} | None", "Less than or equal to."),
    "gt": ("{t} | None", "Greater than."), "gte": ("{t} | None", "Greater than or equal to."),
    "between": ("{t}Range | None", "Within the range, both ends included."),
    "contains": ("{t} | None", "Contains this text, letter case ignored."),
    "startsWith": ("{t} | None", "Begins with this text, letter case observed."),
    "isNull": ("Boolean | None", "Whether there is no value."),
}  # fmt: skip
_EQUALITY = ("eq", "ne", "in", "notIn", "isNull")
_ORDERED = (*_EQUALITY, "lt", "lte", "gt", "gte", "between")


def _filter(scalar: str, operators: Sequence[str]) -> str:
    """The filter input of a scalar or enum; its name."""
    if "between" in operators:
        make(Kind.INPUT, f"{scalar}Range", f"A closed range of {scalar}.", [
            Field("from", scalar, "First value included."), Field("to", scalar, "Last value included."),
        ])  # fmt: skip
    fields = [Field(name, _COMPARISONS[name][0].format(t=scalar), _COMPARISONS[name][1]) for name in operators]
    make(Kind.INPUT, f"{scalar}Filter", f"Conditions on a {scalar}; all given ones must hold.", fields)
    return f"{scalar}Filter"


for _scalar in ("Int", "Decimal", "Date", "DateTime"):
    _filter(_scalar, _ORDERED)
_filter("String", (*_ORDERED, "contains", "startsWith"))
_filter("ID", _EQUALITY)
_filter("Boolean", ("eq", "isNull"))
make(Kind.INPUT, "MoneyFilter", "Conditions on an amount and its currency.", [
    Field("amount", "DecimalFilter | None", "Conditions on the amount, whatever the currency."),
    Field("currency", "StringFilter | None", "Conditions on the ISO 4217 code."),
    Field("isNull", "Boolean | None", "Whether there is no amount."),
])  # fmt: skip
make(Kind.INPUT, "SourceKeyFilter", "Rows that came from a source system.", [
    Field("system", "StringFilter | None", "Code of the source system."),
    Field("key", "StringFilter | None", "Primary key there."),
])  # fmt: skip


# --- What each record gets ----------------------------------------------------------------------------------------


def _leaf_type(source: Leaf) -> str:
    if source.scalar is Scalar.ENUM:
        assert source.spec.enum is not None
        return enum_type(source.spec.enum)
    return "list[String]" if source.scalar is Scalar.TEXTS else source.scalar.value


def _base_type(source: Source) -> str:
    match source:
        case Leaf():
            return _leaf_type(source)
        case MoneyLeaf():
            return "Money"
        case ToOne():
            return source.target
        case ToMany():
            return f"list[{source.target}]" if source.is_list else f"{source.target}Connection"


def _doc(source: Source) -> str:
    unit = source.spec.unit
    if isinstance(source, ToMany):
        return f"{CATALOG[source.target].record.spec.en} rows of this record."
    return f"{source.spec.doc} Unit: {unit}." if unit and not isinstance(source, MoneyLeaf) else source.spec.doc


def _object_fields(entity: Entity) -> list[Field]:
    fields: list[Field] = []
    if entity.report is None:
        fields.append(Field("id", "ID", "Opaque global id; carries the type and the company."))
        if entity.has_legacy_keys:
            fields.append(Field("legacyKeys", "list[SourceKey]", "The keys the record had in source systems."))
    for source in entity.fields.values():
        type_ = _base_type(source) + (" | None" if is_nullable(source) else "")
        arguments: Sequence[Field] = ()
        if isinstance(source, ToMany) and not source.is_list:
            arguments = connection_arguments(CATALOG[source.target])
        fields.append(Field(source.name, type_, _doc(source), arguments))
    return fields


def connection_arguments(entity: Entity) -> list[Field]:
    """The arguments of every list of this record; those of a report come first."""
    default, most = page_sizes(entity)
    declared = None if entity.report is None else default
    arguments = [
        *(_report_arguments(entity) if entity.report is not None else ()),
        Field(
            "first",
            "Int | None",
            f"Page size from the start; {default:,} unless given, at most {most:,}.",
            default=declared,
        ),
        Field("after", "Cursor | None", "Rows after this cursor."),
        Field("last", "Int | None", f"Page size from the end, at most {most:,}."),
        Field("before", "Cursor | None", "Rows before this cursor."),
        Field("filter", f"{entity.name}Filter | None", "Only rows that meet these conditions."),
    ]
    if entity.orders:
        arguments.append(
            Field("orderBy", f"list[{entity.name}Order] | None", "Order of the rows; ties are broken by id.")
        )
    if entity.is_sharded and not (entity.report is not None and entity.report.of_one_company):
        arguments.append(
            Field("companies", "list[String] | None", "Codes of the companies to read; all readable ones unless given.")
        )
    if entity.is_archivable:
        arguments.append(Field("includeArchived", "Boolean | None", "Whether archived masters are shown too."))
    return arguments


def _report_arguments(entity: Entity) -> list[Field]:
    """What a report is asked with: what it declares, and the company of one that has no list of them."""
    assert entity.report is not None and issubclass(entity.record, Report)
    scalars = {
        date: "Date", datetime: "DateTime", str: "String", int: "Int", bool: "Boolean", Decimal: "Decimal",
    }  # fmt: skip
    arguments: list[Field] = []
    if entity.report.of_one_company:
        arguments.append(Field("company", "String", "Code of the company whose lines are asked."))
    for one in arguments_of(entity.record):
        type_ = enum_type(one.type) if issubclass(one.type, StrEnum) else scalars[one.type]
        arguments.append(Field(camel(one.name), f"{type_} | None" if one.is_optional else type_, one.spec.doc))
    return arguments


def _filter_fields(entity: Entity) -> list[Field]:
    own = f"{entity.name}Filter"
    fields = [
        Field("and", f"list[{own}] | None", "All of these."),
        Field("or", f"list[{own}] | None", "At least one of these."),
        Field("not", f"{own} | None", "Not this."),
    ]
    if entity.report is None:
        fields += [
            Field("id", "IDFilter | None", "Conditions on the global id."),
            Field("legacyKey", "SourceKeyFilter | None", "The row came from a source system under such a key."),
        ]
    for source in entity.fields.values():
        match source:
            case Leaf(scalar=Scalar.ENUM):
                type_ = _filter(_leaf_type(source), _EQUALITY)
            case Leaf(scalar=Scalar.JSON | Scalar.TEXTS):
                continue
            case Leaf():
                type_ = f"{source.scalar.value}Filter"
            case MoneyLeaf():
                type_ = "MoneyFilter"
            case ToOne():
                type_ = f"{source.target}Filter"
            case ToMany():
                type_ = f"{source.target}ListFilter"
        fields.append(Field(source.name, f"{type_} | None", f"Conditions on {source.name}."))
    if entity.report is None:
        fields.append(Field("isNull", "Boolean | None", "In a condition on a reference: whether there is none."))
    return fields


def _make_filters(entity: Entity) -> None:
    name = entity.name
    make(Kind.INPUT, f"{name}Filter", f"Conditions on {name}; all given ones must hold.", _filter_fields(entity))
    make(Kind.INPUT, f"{name}ListFilter", f"Conditions on a list of {name}.", [
        Field("some", f"{name}Filter | None", "At least one row meets this."),
        Field("none", f"{name}Filter | None", "No row meets this."),
        Field("every", f"{name}Filter | None", "Every row meets this."),
    ])  # fmt: skip
    if entity.orders:
        columns = {upper(column): entity.table.c[column].comment or "" for column in entity.orders}
        make_enum(f"{name}OrderField", f"What {name} rows can be ordered by: an index supports each.", columns)
        make(Kind.INPUT, f"{name}Order", f"One order of {name} rows.", [
            Field("field", f"{name}OrderField", "The field to order by."),
            Field("direction", "OrderDirection | None", "ASC unless given."),
        ])  # fmt: skip


def upper(name: str) -> str:
    """'orderedOn' or 'ordered_on' -> 'ORDERED_ON'."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()


def group_fields(entity: Entity) -> dict[str, tuple[str, str, str]]:
    """What rows can be grouped by: enum value -> (key field, its type, meaning)."""
    keys: dict[str, tuple[str, str, str]] = {}
    for source in entity.fields.values():
        match source:
            case ToOne():
                keys[upper(source.name)] = (source.name, "ReferenceKey | None", source.spec.doc)
            case Leaf(scalar=Scalar.ENUM | Scalar.BOOLEAN | Scalar.STRING | Scalar.INT | Scalar.DATE):
                keys[upper(source.name)] = (source.name, f"{_leaf_type(source)} | None", source.spec.doc)
                if source.scalar is Scalar.DATE:
                    name = source.name
                    keys[f"{upper(name)}_YEAR"] = (f"{name}Year", "Int | None", f"The year of {name}.")
                    keys[f"{upper(name)}_MONTH"] = (f"{name}Month", "String | None", f"The month of {name}: YYYY-MM.")
            case _:
                pass
    return keys


def _make_aggregates(entity: Entity) -> None:
    name = entity.name
    numbers: list[Field] = []
    bounds: list[Field] = []
    for source in entity.fields.values():
        match source:
            case MoneyLeaf():
                spec = Field(source.name, "list[Money] | None", f"{source.spec.doc} One Money a currency.")
                numbers.append(spec)
                bounds.append(spec)
            case Leaf(scalar=Scalar.DECIMAL | Scalar.INT):
                numbers.append(Field(source.name, "Decimal | None", source.spec.doc))
                bounds.append(Field(source.name, f"{source.scalar.value} | None", source.spec.doc))
            case Leaf(scalar=Scalar.DATE | Scalar.DATETIME):
                bounds.append(Field(source.name, f"{source.scalar.value} | None", source.spec.doc))
            case _:
                pass
    measures = [Field("count", "Int", "Number of rows.")]
    if numbers:
        make(Kind.TYPE, f"{name}Numbers", f"A number for each numeric field of {name}.", numbers)
        measures += [
            Field("sum", f"{name}Numbers", "Exact sums."), Field("avg", f"{name}Numbers", "Averages, to 10 decimals."),
        ]  # fmt: skip
    if bounds:
        make(Kind.TYPE, f"{name}Bounds", f"A bound for each ordered field of {name}.", bounds)
        measures += [
            Field("min", f"{name}Bounds", "Smallest values."),
            Field("max", f"{name}Bounds", "Largest values."),
        ]
    keys = group_fields(entity)
    make_enum(
        f"{name}GroupBy", f"What {name} rows can be grouped by.", {value: doc for value, (_, _, doc) in keys.items()}
    )
    key_fields = [Field(key, type_, doc) for key, type_, doc in keys.values()]
    make(Kind.TYPE, f"{name}GroupKey", "The common values of a group; null where not grouped by.", key_fields)
    group = [Field("key", f"{name}GroupKey", "What the rows have in common."), *measures]
    make(Kind.TYPE, f"{name}Group", f"{name} rows with a common key.", group)
    page = Field("first", "Int | None", "At most this many groups, 1,000 unless given, which is also the most.")
    groups = [
        Field("groupCount", "Int", "Number of groups, whatever the page."),
        Field("groups", f"list[{name}Group]", "The groups, ordered by key.", [page]),
    ]
    make(
        Kind.TYPE,
        f"{name}Aggregate",
        f"Figures over all {name} rows that the filter meets.",
        [*measures, *groups],
    )


def _make_connection(entity: Entity) -> None:
    name = entity.name
    make(Kind.TYPE, f"{name}Edge", f"A {name} with its place in the list.", [
        Field("node", name, "The row."), Field("cursor", "Cursor", "Its place."),
    ])  # fmt: skip
    group_by = Field("groupBy", f"list[{name}GroupBy] | None", "Group the rows by these fields.")
    make(Kind.TYPE, f"{name}Connection", f"A page of {name} rows.", [
        Field("nodes", f"list[{name}]", "The rows of the page."),
        Field("edges", f"list[{name}Edge]", "The rows with their cursors."),
        Field("pageInfo", "PageInfo", "Where the page stands."),
        Field("totalCount", "Int", "Number of rows that the filter meets, whatever the page."),
        Field("aggregate", f"{name}Aggregate", "Figures over all rows that the filter meets.", [group_by]),
    ])  # fmt: skip


def graph_type(record: type[Record]) -> Any:
    """Expose a record: its object, connection, filter, order and aggregate types. Returns the object type."""
    entity = CATALOG[record.__name__]
    if entity.name not in TYPES:
        doc = f"{entity.record.spec.doc}\n\n{entity.record.spec.zh}"
        bases = (Node,) if entity.report is None else ()
        make(Kind.TYPE, entity.name, doc, _object_fields(entity), bases=bases)
        _make_connection(entity)
        _make_filters(entity)
        _make_aggregates(entity)
    return TYPES[entity.name]


def root_many(record: type[Record]) -> Any:
    """A root connection over the rows that the reader may see, or over the lines of a report."""
    entity = CATALOG[record.__name__]
    doc = f"The {entity.record.spec.en.lower()} rows the reader may see; null when none of their kind may be read."
    if entity.report is not None:
        doc = f"{entity.record.spec.doc} In the order of {camel(entity.report.order)}; null when it may not be read."
    arguments = connection_arguments(entity)
    if entity.record.spec.search:
        arguments.append(Field("search", "String | None", _search_doc(entity)))
    return _root(Field("", f"{entity.name}Connection | None", doc, arguments))


def _search_doc(entity: Entity) -> str:
    columns = [name for name in entity.record.spec.search if "." not in name]
    return (
        f"Words, parts of codes, or a code of the row's own lists, in {', '.join(map(camel, columns))}: letter case, "
        f"accents and one wrong letter a word do not matter. The nearest rows come first, at most {MATCHES_MAX}."
    )


def root_one(record: type[Record]) -> Any:
    """A root that finds one row by global id, business key or legacy key; null when there is none the reader may
    see.
    """
    entity = CATALOG[record.__name__]
    arguments = [Field("id", "ID | None", "Global id.")]
    if entity.key_field:
        arguments.append(
            Field(entity.key_field, "String | None", entity.table.c[entity.record.spec.key or ""].comment or "")
        )
    arguments.append(Field("legacyKey", "LegacyKeyInput | None", "The key it had in a source system."))
    if entity.is_sharded:
        arguments.append(Field("company", "String | None", "Code of the company, where a key alone does not tell."))
    return _root(
        Field("", f"{entity.name} | None", f"One {entity.record.spec.en.lower()}; give exactly one key.", arguments)
    )


def _root(spec: Field) -> Any:
    made = StrawberryField(type_annotation=annotation(spec.type), description=spec.doc)
    made.arguments = [argument(one) for one in spec.arguments]
    return made


def watches(type_name: str, doc: str) -> Any:
    """A subscription field that resumes after a cursor; the watch road tells its events."""
    made = StrawberryField(type_annotation=annotation(type_name), description=doc, is_subscription=True)
    made.arguments = [argument(Field("after", "Cursor | None", "Replay what happened after this cursor first."))]
    return made

"""A report as a file that people keep: what it shows, read from the graph as one user, before it has a form.

Nothing is read here but through the graph, page by page, so a file shows what its reader may see and nothing else; what
was withheld is named under the table. All pages are asked as they were known at one instant, so that they agree.
Headings are the labels of the data dictionary, in Chinese or English.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final

import orjson

from domain.core.actors import Actor, Grants
from domain.core.columns import spec_of
from domain.core.errors import FieldNotReadable, InvalidInput
from domain.core.records import Record, label_of
from domain.core.reports import REPORT_PAGE_MAX, Report, ReportSpec, arguments_of
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Scalar, ToOne, camel
from resolvers.limits import Limits
from resolvers.operation import Dispatcher
from resolvers.request import GraphRequest
from schema.derive import upper
from schema.graph import REPORT_ROOTS, SCHEMA
from server.report_words import HEADINGS, KEYS, SECTION_SUMS, SPOKEN_HEADINGS, TOTALS, VALUES_ZH, titled

# A longer report is no page to read: a program asks the graph for it.
LINES_MAX: Final = 100_000
MONEY: Final = "{ amount currency }"
# How a quantity says that it is counted in the unit of what is named before.
UNIT: Final = ".unit.code"


class Kind(Enum):
    """How a cell is written."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    MONEY = "money"


Cell = str | date | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: where its value stands in a line of the answer, and its heading."""

    path: tuple[str, ...]
    heading: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: a "line", the "head" or "foot" of a section, or a "total"."""

    cells: tuple[Cell, ...]
    role: str = "line"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report ready to be written. `facts` stand above the table, `notes` below it."""

    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    currencies: tuple[str, ...]
    locale: str


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """Which report, of which company, with which arguments (by their names in the graph), in which language.

    `unread` are the fields that its reader may not add up.
    """

    root: str
    company: str
    arguments: Mapping[str, str]
    locale: str
    now: datetime
    unread: frozenset[str] = frozenset()

    def summed(self, names: Sequence[str]) -> list[str]:
        """Those of the columns, by their names in the graph, that the reader may add up."""
        return [camel(name) for name in names if camel(name) not in self.unread]

    @property
    def entity(self) -> Entity:
        """The report. Raises: InvalidInput when there is none of that name."""
        found = REPORT_ROOTS.get(self.root)
        if found is None:
            known = ", ".join(REPORT_ROOTS)
            raise InvalidInput(
                what="report", value=self.root, reason=f"it is one of {known}", reason_zh=f"可选：{known}"
            )
        return found

    @property
    def report(self) -> type[Report]:
        """Its declaration."""
        record = self.entity.record
        assert issubclass(record, Report)
        return record

    @property
    def spec(self) -> ReportSpec:
        """What it says of itself."""
        return self.report.report


def footer_of(sheet: Sheet) -> str:
    """What each page says of itself, should it be parted from the others: title, company, and what was asked."""
    return " · ".join([sheet.title, *(value for _, value in sheet.facts)])


def word(name: str, locale: str) -> str:
    """A word of the printed page."""
    return HEADINGS[name][0 if locale.startswith("zh") else 1]


def value_word(of: type[StrEnum], value: str, locale: str) -> str:
    """A value of a closed list as people read it."""
    return VALUES_ZH[of][value] if locale.startswith("zh") else value.replace("_", " ").capitalize()


async def read_sheet(dispatcher: Dispatcher, reader: tuple[Actor, Grants], asked: ReportAsked) -> Sheet:
    """The report as its reader sees it.

    Raises: InvalidInput for a report or argument that does not exist, or for more than `LINES_MAX` lines; what the
    graph refuses.
    """
    try:
        return await _read(dispatcher, reader, asked)
    except FieldNotReadable as refusal:
        # What may not be read may not be added up either: the file then has no total of it, as it has no column.
        name = refusal.values["coordinate"].partition(".")[2]
        if refusal.values["use"] != "aggregate" or name in asked.unread:
            raise
        return await read_sheet(dispatcher, reader, replace(asked, unread=asked.unread | {name}))


async def _read(dispatcher: Dispatcher, reader: tuple[Actor, Grants], asked: ReportAsked) -> Sheet:
    """All pages of the report."""
    columns = _columns(asked)
    query, variables = _query(asked)
    nodes: list[Any] = []
    first: Any = None
    withheld: dict[str, None] = {}
    cursor: str | None = None
    while True:
        request = GraphRequest(query=query, variables={**variables, "after": cursor, "totals": first is None})
        body: Any = orjson.loads((await dispatcher.answer(request, *reader)).body)
        withheld.update(dict.fromkeys(one["requires"] for one in body.get("extensions", {}).get("withheld", ())))
        shown = body["data"][asked.root]
        if shown is None:
            break
        first = first or shown
        nodes += shown["nodes"]
        if shown["totalCount"] > LINES_MAX:
            count = str(shown["totalCount"])
            raise InvalidInput(
                what="lines",
                value=count,
                reason=f"a file has at most {LINES_MAX:,}",
                reason_zh=f"文件最多{LINES_MAX:,}行",
            )
        if not shown["pageInfo"]["hasNextPage"]:
            break
        cursor = shown["pageInfo"]["endCursor"]
    return _sheet(asked, reader[0], columns, nodes, first, withheld=tuple(withheld))


# --- what is asked ----------------------------------------------------------------------------------------------------


def _columns(asked: ReportAsked) -> list[Column]:
    """A column a value; of a reference its business key and its name. A line's place and its company are not shown."""
    entity, locale, found = asked.entity, asked.locale, list[Column]()
    spoken = SPOKEN_HEADINGS.get(asked.report)
    headings = {} if spoken is None else spoken(asked.arguments, locale)
    references = [one for one in entity.fields.values() if isinstance(one, ToOne)]
    for source in entity.fields.values():
        is_order = source.column == asked.spec.order and len(references) > 1 and source.column != "occurred_on"
        if source.name == "company" or is_order or source.column == asked.spec.section:
            continue
        if source.name in asked.arguments:
            continue  # It stands above the table, once.
        label = headings.get(source.name) or label_of(entity.table.c[source.column], locale)
        match source:
            case ToOne():
                found += _reference_columns(source, label, locale)
                found += _unit_column(asked, source)
            case MoneyLeaf():
                found.append(Column((source.name, "amount"), label, Kind.MONEY))
            case Leaf():
                kinds = {Scalar.DECIMAL: Kind.NUMBER, Scalar.INT: Kind.NUMBER, Scalar.DATE: Kind.DAY}
                found.append(Column((source.name,), label, kinds.get(source.scalar, Kind.TEXT)))
            case _:
                pass
    # What the lines are ordered by stands first, then what they refer to, then what they say.
    order = camel(asked.spec.order)
    return sorted(found, key=lambda one: (one.path[0] != order, len(one.path) == 1 or one.kind is Kind.MONEY))


def key_of(target: type[Record]) -> str | None:
    """The column by which people know a row."""
    return target.spec.key or KEYS.get(target)


def _reference_columns(source: ToOne, label: str, locale: str) -> Iterator[Column]:
    target: type[Record] = CATALOG[source.target].record
    key, name = key_of(target), target.spec.name
    if key is not None:
        yield Column((source.name, camel(key)), label_of(target.table.c[key], locale), Kind.TEXT)
    if name is not None and name != key:
        zh = f"{name}_zh"
        shown = zh if locale.startswith("zh") and zh in target.table.c else name
        yield Column((source.name, camel(shown)), label, Kind.TEXT)


def _units(asked: ReportAsked) -> frozenset[str]:
    """The columns of references in whose unit a quantity of the report is counted, such as the item's."""
    counted = {spec_of(column).unit or "" for column in asked.entity.table.c}
    return frozenset(f"{unit.removesuffix(UNIT)}_id" for unit in counted if unit.endswith(UNIT))


def _unit_column(asked: ReportAsked, source: ToOne) -> Iterator[Column]:
    """The unit of what a reference leads to, where quantities are counted in it."""
    if source.column in _units(asked):
        label = label_of(CATALOG[source.target].record.table.c["unit_id"], asked.locale)
        shown = "nameZh" if asked.locale.startswith("zh") else "code"
        yield Column((source.name, "unit", shown), label, Kind.TEXT)


def _query(asked: ReportAsked) -> tuple[str, dict[str, Any]]:
    """The document that reads a page, and its variables."""
    entity, spec = asked.entity, asked.spec
    root: Any = SCHEMA._schema.query_type.fields[asked.root]  # type: ignore[union-attr]  # the graph has queries
    given: dict[str, Any] = {"company": asked.company} if spec.of_one_company else {"companies": [asked.company]}
    known = {camel(one.name): one for one in arguments_of(asked.report)}
    for name, value in asked.arguments.items():
        if name not in known:
            raise InvalidInput(
                what=name,
                value=value,
                reason=f"{asked.root} takes {', '.join(known)}",
                reason_zh=f"可用参数：{', '.join(known)}",
            )
        given[name] = int(value) if known[name].type is int else value
    if "asKnownAt" in known:
        given.setdefault("asKnownAt", asked.now.isoformat())
    declared = "".join(f", ${name}: {root.args[name].type}" for name in given)
    figures = _totals(asked)
    declared += ", $totals: Boolean!" if figures else ""
    passed = "".join(f", {name}: ${name}" for name in given)
    objects = 1 + sum(isinstance(one, MoneyLeaf | ToOne) for one in entity.fields.values()) + len(_units(asked))
    size = min(REPORT_PAGE_MAX, (Limits().cost - 1_000) // objects)
    text = (
        f"query($after: Cursor{declared}) {{ {asked.root}(first: {size}, after: $after{passed}) {{ "
        f"totalCount nodes {{ company {{ code name nameZh currency }} {_selection(asked)} }} "
        f"pageInfo {{ hasNextPage endCursor }} {figures} }} }}"
    )
    return text, given


def _selection(asked: ReportAsked) -> str:
    parts: list[str] = []
    for source in asked.entity.fields.values():
        match source:
            case MoneyLeaf():
                parts.append(f"{source.name} {MONEY}")
            case ToOne() if source.name != "company":
                target = CATALOG[source.target].record
                names = [key_of(target), target.spec.name, f"{target.spec.name}_zh"]
                shown = " ".join(
                    dict.fromkeys(camel(one) for one in names if one is not None and one in target.table.c)
                )
                unit = " unit { code nameZh }" if source.column in _units(asked) else ""
                parts.append(f"{source.name} {{ {shown or '__typename'}{unit} }}")
            case Leaf():
                parts.append(source.name)
            case _:
                pass
    return " ".join(parts)


def _totals(asked: ReportAsked) -> str:
    """The figures over all lines, asked once."""
    spec = asked.spec
    own = " ".join(f"{name} {MONEY}" for name in asked.summed(spec.totals))
    parts = [f"sum {{ {own} }}"] if own else []
    if spec.section is not None:
        inner = " ".join(f"{name} {MONEY}" for name in asked.summed(spec.section_totals))
        sums = f"sum {{ {inner} }}" if inner else ""
        parts.append(f"groups {{ key {{ {camel(spec.section)} }} {sums} }}")
    by = f"(groupBy: [{upper(camel(spec.section))}])" if spec.section is not None else ""
    return f"aggregate{by} @include(if: $totals) {{ {' '.join(parts)} }}" if parts else ""


# --- what is shown ----------------------------------------------------------------------------------------------------


def _sheet(
    asked: ReportAsked, actor: Actor, columns: Sequence[Column], nodes: Sequence[Any], first: Any, *,
    withheld: Sequence[str],
) -> Sheet:  # fmt: skip
    locale = asked.locale
    shown = [one for one in columns if any(_found(node, one.path) is not None for node in nodes)]
    shown = _without_own_currency(asked, shown, nodes)
    currencies = sorted({node["company"]["currency"] for node in nodes})
    lines = list(_lines(asked, shown, nodes, first))
    name = asked.company
    if nodes:
        own = nodes[0]["company"]
        name = f"{own['code']} {(own['nameZh'] if locale.startswith('zh') else None) or own['name']}"
    facts = [(word("company", locale), name)]
    known = {camel(one.name): one for one in arguments_of(asked.report)}
    for key, value in asked.arguments.items():
        of = known[key].type
        spelled = value_word(of, value, locale) if issubclass(of, StrEnum) else value
        named = _found(nodes[0], (key,)) if nodes else None
        if isinstance(named, dict):
            own: Any = named
            spelled = (
                f"{value} {(own.get('nameZh') if locale.startswith('zh') else None) or own.get('name', '')}".strip()
            )
        facts.append((known[key].spec.zh if locale.startswith("zh") else _spaced(key), spelled))
    if any(one.kind is Kind.MONEY for one in shown):
        facts.append((word("currency", locale), ", ".join(currencies)))
    notes = [f"{word('withheld', locale)}: {', '.join(withheld)}"] if withheld else []
    notes += [] if nodes else [word("empty", locale)]
    made = f"{asked.now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    notes.append(
        f"{word('made', locale)} {made}, {word('by', locale)} {actor.name}, {word('lines', locale)} {len(nodes):,}"
    )
    title = titled(asked.report, locale)
    return Sheet(title, tuple(facts), tuple(shown), tuple(lines), tuple(notes), tuple(currencies), locale)


def _without_own_currency(asked: ReportAsked, columns: Sequence[Column], nodes: Sequence[Any]) -> list[Column]:
    """The columns without a currency that is the company's everywhere, and without the amounts in it that would stand
    there twice: a single one, or several of which each is in the company's currency already. Others, such as the ages
    of a debt, say more, and stay.
    """
    amounts: dict[str, list[str]] = {}
    for source in asked.entity.fields.values():
        if isinstance(source, MoneyLeaf) and len(source.currency_path) == 1:
            amounts.setdefault(camel(source.currency_path[0]), []).append(source.name)
    own_amounts = [
        source.name for source in asked.entity.fields.values()
        if isinstance(source, MoneyLeaf) and len(source.currency_path) != 1
    ]  # fmt: skip
    gone: set[str] = set()
    for currency, names in amounts.items():
        shown = [(node[name], node["company"]["currency"]) for node in nodes for name in names if node[name]]
        if all(money["currency"] == own for money, own in shown):
            twice = len(names) == 1 or all(any(_same(nodes, name, own) for own in own_amounts) for name in names)
            gone |= {currency, *(names if twice else ())}
    return [one for one in columns if one.path[0] not in gone]


def _same(nodes: Sequence[Any], name: str, other: str) -> bool:
    return all(node[name] == node[other] for node in nodes)


def _spaced(name: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words[:1].upper() + words[1:]


def _found(node: Any, path: Sequence[str]) -> Any:
    for step in path:
        node = node.get(step) if node is not None else None
    return node


def _cell(asked: ReportAsked, column: Column, node: Any) -> Cell:
    value = _found(node, column.path)
    if value is None:
        return None
    match column.kind:
        case Kind.DAY:
            return date.fromisoformat(value)
        case Kind.NUMBER | Kind.MONEY:
            return Decimal(str(value))
        case Kind.TEXT:
            source = asked.entity.fields[column.path[0]]
            is_listed = isinstance(source, Leaf) and source.scalar is Scalar.ENUM
            return value_word(_enum(asked, source.column), value, asked.locale) if is_listed else str(value)


def _enum(asked: ReportAsked, column: str) -> type[StrEnum]:
    """The closed list that a column of the report takes its values from."""
    found = spec_of(asked.entity.table.c[column]).enum
    assert found is not None, f"{column} has a closed list"
    return found


def _lines(asked: ReportAsked, columns: Sequence[Column], nodes: Sequence[Any], first: Any) -> Iterator[Line]:
    """The lines, with the head and foot of each section and the total of all."""
    section = camel(asked.spec.section) if asked.spec.section is not None else None

    def title(value: str) -> str:
        return value_word(_enum(asked, asked.spec.section or ""), value, asked.locale)

    feet = (
        {one["key"][section]: one.get("sum", {}) for one in first["aggregate"]["groups"]} if section and first else {}
    )
    place: str | None = None
    for node in nodes:
        if section is not None and node[section] != place:
            if place is not None:
                yield _foot(asked, columns, feet[place], "foot", _section_total(title(place), asked.locale))
            place = node[section]
            yield Line((title(node[section]), *[None] * (len(columns) - 1)), "head")
        cells = [_cell(asked, column, node) for column in columns]
        if section is not None and cells[0] is None:
            named = len(columns) > 1 and columns[1].kind is Kind.TEXT
            cells[int(named)] = word("result", asked.locale)
        yield Line(tuple(cells))
    if place is not None:
        yield _foot(asked, columns, feet[place], "foot", _section_total(title(place), asked.locale))
    if asked.report in SECTION_SUMS and nodes:
        names, sections = SECTION_SUMS[asked.report]
        added = _added([feet[one] for one in sections if one in feet])
        yield _foot(asked, columns, added, "total", names[0 if asked.locale.startswith("zh") else 1])
    if asked.summed(asked.spec.totals) and nodes:
        whole = TOTALS.get(asked.report)
        of = "" if whole is None else whole[0 if asked.locale.startswith("zh") else 1]
        yield _foot(asked, columns, first["aggregate"]["sum"], "total", of or word("total", asked.locale))


def _foot(asked: ReportAsked, columns: Sequence[Column], sums: Mapping[str, Any], role: str, of: str) -> Line:
    """A row of sums: money of one currency; where there are several, none is shown."""
    cells: list[Cell] = []
    for column in columns:
        found = sums.get(column.path[0]) if column.kind is Kind.MONEY else None
        cells.append(Decimal(found[0]["amount"]) if found and len(found) == 1 else None)
    if cells and cells[0] is None:
        cells[0] = of
    return Line(tuple(cells), role)


def _section_total(name: str, locale: str) -> str:
    """What the sum of a section is called."""
    total = word("total", locale)
    return f"{name}{total}" if locale.startswith("zh") else f"{total} {name.lower()}"


def _added(sums: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The sums of several sections in one; of an amount that has several currencies none."""
    added: dict[str, Any] = {}
    for name in {name for one in sums for name in one}:
        found = [money for one in sums for money in one.get(name) or ()]
        if len({money["currency"] for money in found}) == 1:
            total = sum((Decimal(money["amount"]) for money in found), Decimal(0))
            added[name] = [{"amount": str(total), "currency": found[0]["currency"]}]
    return added

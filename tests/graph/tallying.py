"""The oracle's aggregates: rows counted and measured in Python, one currency at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Scalar, ToOne, camel
from schema.derive import group_fields
from tests.graph.wire import Refused, Row, Simple, global_id, money, plain, shown

if TYPE_CHECKING:
    from tests.graph.oracle import Eyes, Narrow

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
TENTH_PLACE = Decimal(1).scaleb(-10)


def aggregate(eyes: "Eyes", entity: Entity, rows: Sequence[Row], group_by: Sequence[str], narrow: "Narrow") -> Any:
    """The figures over the rows; every term must be readable in all companies asked."""
    terms = [_Term(eyes, entity, value, narrow) for value in dict.fromkeys(group_by)]
    return _Figures(eyes, entity, rows, narrow, terms, {})


@dataclass
class _Term:
    """One thing that rows are grouped by."""

    eyes: "Eyes"
    entity: Entity
    value: str
    narrow: "Narrow"

    def __post_init__(self) -> None:
        self.name = camel(self.value.lower())
        self.part = ""
        source = self.entity.fields.get(self.name)
        if source is None:
            self.part = "Year" if self.value.endswith("_YEAR") else "Month"
            source = self.entity.fields[self.name.removesuffix(self.part)]
        assert isinstance(source, Leaf | ToOne)
        self.source = source
        self.eyes.require(self.entity, source, self.narrow)
        if isinstance(source, ToOne) and self.eyes.has_none(CATALOG[source.target]):
            raise Refused("FIELD_NOT_READABLE", self.entity.coordinate(source.name))

    def target(self, row: Row) -> Row | None:
        """The referenced row, where the reader sees it."""
        assert isinstance(self.source, ToOne)
        entity = CATALOG[self.source.target]
        found = self.eyes.tables.target(self.source, row)
        return found if found is not None and self.eyes.sees(entity, found, self.narrow) else None

    def of(self, row: Row) -> Any:
        """What the row is grouped under: comparable, None last."""
        if isinstance(self.source, ToOne):
            found = self.target(row)
            if found is None:
                return (1,)
            entity = CATALOG[self.source.target]
            own = found["company_id"] if self.source.column == "company_id" else found["id"]
            key = entity.record.spec.key
            ordered = key is not None and self.eyes.reads_everywhere(entity, entity.fields[camel(key)], self.narrow)
            first = (found[key],) if ordered and key else ()
            return (0, *first, own, found["company_id"] if entity.is_sharded else 0)
        value = row[self.source.column]
        if value is None:
            return (1,)
        if self.part:
            assert isinstance(value, date)
            return (0, value.year if self.part == "Year" else f"{value:%Y-%m}")
        return (0, value)

    def shown(self, row: Row) -> Any:
        """The key's value, from any row of the group."""
        value = self.of(row)
        if value == (1,):
            return None
        if not isinstance(self.source, ToOne):
            return shown(value[1])
        entity, found = CATALOG[self.source.target], self.target(row)
        assert found is not None
        parts: dict[str, Any] = {"id": global_id(entity, found)}
        for name, column in (("code", entity.record.spec.key), ("name", entity.record.spec.name)):
            source = next(
                (one for one in entity.fields.values() if isinstance(one, Leaf) and one.column == column), None
            )
            is_read = source is not None and self.eyes.reads(entity, source, found)
            parts[name] = found[column] if is_read and column else None
        return Simple(parts)


@dataclass(frozen=True)
class _Figures:
    """What is said of some rows, and of each group of them."""

    eyes: "Eyes"
    entity: Entity
    rows: Sequence[Row]
    narrow: "Narrow"
    terms: Sequence[_Term]
    key: Mapping[str, Any]

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        match name:
            case "count":
                return len(self.rows)
            case "groupCount":
                return len(self._groups())
            case "groups":
                return self._groups()[: arguments.get("first") or 1_000]
            case "key":
                fields = [camel(value.lower()) for value in group_fields(self.entity)]
                return Simple({**dict.fromkeys(fields), **self.key})
            case _:
                return _Measures(self, name)

    def _groups(self) -> "list[_Figures]":
        if not self.terms:
            return [_Figures(self.eyes, self.entity, self.rows, self.narrow, (), {})]
        found: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows:
            found.setdefault(tuple(term.of(row) for term in self.terms), []).append(row)
        return [
            _Figures(
                self.eyes, self.entity, rows, self.narrow, (), {term.name: term.shown(rows[0]) for term in self.terms}
            )
            for _, rows in sorted(found.items(), key=lambda one: one[0])
        ]


@dataclass(frozen=True)
class _Measures:
    """One statistic of every field that has it."""

    figures: _Figures
    statistic: str

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        its = self.figures
        source = its.entity.fields[name]
        its.eyes.require(its.entity, source, its.narrow)
        if isinstance(source, MoneyLeaf):
            by_currency: dict[str, list[Decimal]] = {}
            for row in its.rows:
                if row[source.column] is not None:
                    by_currency.setdefault(its.eyes.tables.currency(its.entity, source, row), []).append(
                        row[source.column]
                    )
            return [money(_statistic(self.statistic, values), one) for one, values in sorted(by_currency.items())]
        assert isinstance(source, Leaf)
        values = [row[source.column] for row in its.rows if row[source.column] is not None]
        if not values:
            return None
        found = _statistic(self.statistic, values)
        is_number = self.statistic in ("sum", "avg") or source.scalar is Scalar.DECIMAL
        return plain(Decimal(found)) if is_number else shown(found)


def _statistic(name: str, values: Sequence[Any]) -> Any:
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    with localcontext(EXACT):
        total = sum((Decimal(value) for value in values), Decimal(0))
        if name == "sum":
            return total
        return (total / len(values)).quantize(TENTH_PLACE, rounding=ROUND_HALF_UP)

"""Filter arguments become predicates (pure): a tree of conditions whose structure is known and whose values are bound
later.

A condition on a field the reader may not read in every company asked is refused, so that no filter tells what a mask
hides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy.types import Uuid

from domain.core.columns import Tier
from domain.core.errors import FieldNotReadable, InvalidInput
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Source, ToMany, ToOne, field_name
from resolvers.global_ids import decode_id, no_id
from resolvers.reader import Mask, Narrow, Permissions
from resolvers.values import Bound, Sym

# A filter nests at most so deep: every level may add a subquery.
FILTER_DEPTH_MAX = 8
# At most so many conditions in one filter, and so many values in one list.
CONDITIONS_MAX = 100
VALUES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Scoped:
    """The permission of a node over an entity: without one no node can be made.

    `partner`, `site` and `owner` are the paths whose party, site or account must be the actor's; `narrow` the argument
    that limits companies.
    """

    entity: Entity
    partner: str | None
    site: str | None
    nothing: bool
    narrow: Narrow
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds; true when there are none."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one of these holds; false when there are none."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    part: "Predicate"


@dataclass(frozen=True, slots=True)
class Compare:
    """A column, or a money column's currency, compared with a bound value."""

    source: Leaf | MoneyLeaf | ToOne | Literal["id"]
    operator: str
    value: Bound
    is_currency: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """Whether the column has no value."""

    source: Leaf | MoneyLeaf | ToOne
    expected: bool


@dataclass(frozen=True, slots=True)
class Related:
    """The referenced row is in scope and meets the condition."""

    source: ToOne
    scope: Scoped
    part: "Predicate"


@dataclass(frozen=True, slots=True)
class Quantified:
    """Some, none or every one of the rows in scope meets the condition."""

    source: ToMany
    quantifier: str
    scope: Scoped
    part: "Predicate"


@dataclass(frozen=True, slots=True)
class FromSource:
    """The row came from a source system; conditions on the system's code and the key."""

    parts: tuple[tuple[Literal["system", "key"], str, Bound], ...]


Predicate = All | Any_ | Not | Compare | Null | Related | Quantified | FromSource


@dataclass
class FilterReader:
    """Reads one filter argument; counts its conditions."""

    permissions: Permissions
    narrow: Narrow
    conditions: int = 0

    def predicate(
        self, entity: Entity, given: Mapping[str, Any] | None, path: str = "filter", depth: int = 1
    ) -> Predicate:
        """The predicate of a filter on `entity`.

        Raises: FieldNotReadable, InvalidInput (too deep, too many conditions, a null operand).
        """
        if depth > FILTER_DEPTH_MAX:
            raise _invalid(
                path, "…", f"a filter nests at most {FILTER_DEPTH_MAX} levels", f"筛选最多嵌套{FILTER_DEPTH_MAX}层"
            )
        parts: list[Predicate] = []
        for key, value in (given or {}).items():
            where = f"{path}.{key}"
            if value is None:
                continue
            self.conditions += 1
            if self.conditions > CONDITIONS_MAX:
                raise _invalid(
                    path, "…", f"a filter has at most {CONDITIONS_MAX} conditions", f"筛选条件最多{CONDITIONS_MAX}个"
                )
            match key:
                case "and" | "or":
                    inner = tuple(self.predicate(entity, one, where, depth + 1) for one in value)
                    parts.append(All(inner) if key == "and" else Any_(inner))
                case "not":
                    parts.append(Not(self.predicate(entity, value, where, depth + 1)))
                case "id":
                    parts.extend(self._identity(entity, value, where))
                case "legacyKey":
                    parts.append(_from_source(value, where))
                case "isNull":
                    # A row that is there is not null; in a condition on a reference `_related` has read it already.
                    parts.append(Any_(()) if value else All(()))
                case _:
                    parts.append(self._field(entity, entity.fields[key], value, where, depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def scoped(self, entity: Entity) -> Scoped:
        """The permission of a node over the entity."""
        nothing, partner, site, owner = self.permissions.rows(entity)
        return Scoped(entity, partner, site, nothing, self.narrow, owner)

    def require(self, entity: Entity, source: Source, use: str) -> None:
        """Raises: FieldNotReadable unless the field is readable in all companies asked."""
        if field_mask(self.permissions, entity, source, self.narrow) is not Mask.ALL:
            raise FieldNotReadable(coordinate=entity.coordinate(source.name), use=use)
        if source.spec.tier is Tier.PERSONAL:
            self.permissions.touch(entity.coordinate(source.name))

    def _field(self, entity: Entity, source: Source, value: Mapping[str, Any], where: str, depth: int) -> Predicate:
        self.require(entity, source, "filter")
        match source:
            case Leaf():
                is_uuid = isinstance(entity.table.c[source.column].type, Uuid)
                return All(tuple(_comparisons(source, value, where, is_uuid=is_uuid)))
            case MoneyLeaf():
                return All(tuple(_money(source, value, where)))
            case ToOne():
                return self._related(source, value, where, depth)
            case ToMany():
                target = CATALOG[source.target]
                self.require(target, target.fields[source.reference], "filter")
                scope = self.scoped(target)
                parts = (
                    Quantified(
                        source, quantifier, scope, self.predicate(target, inner, f"{where}.{quantifier}", depth + 1)
                    )
                    for quantifier, inner in value.items()
                    if inner is not None
                )
                return All(tuple(parts))

    def _related(self, source: ToOne, value: Mapping[str, Any], where: str, depth: int) -> Predicate:
        target = CATALOG[source.target]
        conditions = {key: inner for key, inner in value.items() if key != "isNull" and inner is not None}
        parts: list[Predicate] = []
        if value.get("isNull") is not None:
            parts.append(Null(source, value["isNull"]))
        if conditions:
            parts.append(Related(source, self.scoped(target), self.predicate(target, conditions, where, depth + 1)))
        return All(tuple(parts))

    def _identity(self, entity: Entity, value: Mapping[str, Any], where: str) -> list[Predicate]:
        parts: list[Predicate] = []
        for operator, operand in value.items():
            if operator == "isNull":
                parts.append(Any_(()) if operand else All(()))
                continue
            convert = partial(_row_ids if operator in ("in", "notIn") else _row_id, entity, f"{where}.{operator}")
            parts.append(Compare("id", operator, _bound(operand, f"{where}.{operator}", convert)))
        return parts


def field_mask(permissions: Permissions, entity: Entity, source: Source, narrow: Narrow) -> Mask:
    """In which of the rows' companies a field may be read; a list is as guarded as the reference that makes it."""
    if isinstance(source, ToMany):
        target = CATALOG[source.target]
        return permissions.mask(target, source.spec.tier, field_name(source.column, source.spec), narrow)
    return permissions.mask(entity, source.spec.tier, source.name, narrow)


def _row_id(entity: Entity, where: str, text: str) -> UUID:
    decoded = decode_id(text, where)
    if decoded.entity is not entity:
        raise no_id(text, where)
    return decoded.id


def _row_ids(entity: Entity, where: str, texts: list[str]) -> list[object]:
    return [_row_id(entity, where, text) for text in _limited(where, texts)]


def _limited(where: str, values: list[Any]) -> list[Any]:
    if len(values) > VALUES_MAX:
        raise _invalid(where, str(len(values)), f"a list has at most {VALUES_MAX} values", f"列表最多{VALUES_MAX}个值")
    if any(value is None for value in values):
        raise _invalid(where, "null", "use isNull to ask for missing values", "请用 isNull 查询空值")
    return list(values)


def _invalid(where: str, value: str, reason: str, reason_zh: str) -> InvalidInput:
    return InvalidInput(what=where, value=value, reason=reason, reason_zh=reason_zh)


def plain(where: str, value: Any) -> Any:
    """The value as it is; a text only if the database can hold it. Raises: InvalidInput."""
    if isinstance(value, str) and ("\0" in value or not _is_unicode(value)):
        raise _invalid(where, repr(value[:80]), "it holds a character that no text can have", "含有文本不允许的字符")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _uuid(where: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _invalid(where, repr(text[:80]), "it is no UUID", "不是 UUID") from None


def _each(convert: Callable[[str, Any], Any], where: str, values: list[Any]) -> list[Any]:
    return [convert(where, value) for value in _limited(where, values)]


def _operand(operand: Any, where: str, *, is_uuid: bool = False) -> Bound:
    """The operand of a column's comparison."""
    convert: Callable[[str, Any], Any] = plain
    if is_uuid and not where.endswith((".contains", ".startsWith")):
        convert = _uuid
    is_many = where.endswith((".in", ".notIn"))
    return _bound(operand, where, partial(_each, convert, where) if is_many else partial(convert, where))


def _bound(operand: Any, where: str, convert: Callable[[Any], Any]) -> Bound:
    """The operand as a parameter; enums and booleans are structural, so they arrive as plain values."""
    if operand is None:
        raise _invalid(where, "null", "use isNull to ask for missing values", "请用 isNull 查询空值")
    if isinstance(operand, Sym):
        return Bound(operand, convert, where)
    values = tuple(cast(list[Any], operand)) if isinstance(operand, list | tuple) else operand
    return Bound(Sym(constant=values), convert, where)


def _comparisons(
    source: Leaf | MoneyLeaf, value: Mapping[str, Any], where: str, *, is_currency: bool = False, is_uuid: bool = False
) -> list[Predicate]:
    parts: list[Predicate] = []
    for operator, operand in value.items():
        place = f"{where}.{operator}"
        match operator:
            case "isNull":
                if operand is not None:
                    parts.append(Null(source, operand))
            case "between":
                if operand is None:
                    raise _invalid(place, "null", "give both ends", "请给出两端")
                for name, side in (("gte", "from"), ("lte", "to")):
                    bound = _operand(operand[side], f"{place}.{side}", is_uuid=is_uuid)
                    parts.append(Compare(source, name, bound, is_currency))
            case _:
                parts.append(Compare(source, operator, _operand(operand, place, is_uuid=is_uuid), is_currency))
    return parts


def _money(source: MoneyLeaf, value: Mapping[str, Any], where: str) -> list[Predicate]:
    parts = _comparisons(source, value.get("amount") or {}, f"{where}.amount")
    parts += _comparisons(source, value.get("currency") or {}, f"{where}.currency", is_currency=True)
    if value.get("isNull") is not None:
        parts.append(Null(source, value["isNull"]))
    return parts


def _from_source(value: Mapping[str, Any], where: str) -> Predicate:
    parts: list[tuple[Literal["system", "key"], str, Bound]] = []
    for part in ("system", "key"):
        given: Mapping[str, Any] = value.get(part) or {}
        for operator, operand in given.items():
            place = f"{where}.{part}.{operator}"
            if operator == "isNull":
                # A key that is there has both parts.
                if operand:
                    return Any_(())
            elif operator == "between":
                if operand is None:
                    raise _invalid(place, "null", "give both ends", "请给出两端")
                parts.append((part, "gte", _operand(operand["from"], f"{place}.from")))
                parts.append((part, "lte", _operand(operand["to"], f"{place}.to")))
            else:
                parts.append((part, operator, _operand(operand, place)))
    return FromSource(tuple(parts))

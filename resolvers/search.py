"""Search on the read road: the text becomes a part of a connection (pure); `resolvers.matches` finds its rows.

The rows of a search are rows of its record like any other: scope, archive and filter hold inside, before the best are
taken, so that what a reader may not see neither is found nor takes the place of what is. A column that the reader may
not read is not searched: a row is found by it only if the columns that are left find the row too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from domain.core.errors import FieldNotReadable, InvalidInput
from domain.core.search import TEXT_MAX, sought
from domain.master_data.udi_rules import UdiUnreadable, is_scanned, read_udi
from resolvers.catalog import CATALOG, Entity, Leaf, ToMany, camel
from resolvers.filters import Any_, Compare, FilterReader, Predicate, Quantified, field_mask, plain
from resolvers.reader import Mask
from resolvers.values import Bound, Sym


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought, in which columns, and which rows are known by a code of one of their lists."""

    text: Sym
    columns: tuple[str, ...]
    known: Predicate

    def bound(self, part: str) -> Bound:
        """One part of what is sought, as a parameter."""
        return Bound(self.text, partial(_part, part), "search")


def search_of(entity: Entity, arguments: Mapping[str, Any], reader: FilterReader) -> Search | None:
    """The search that the arguments ask for, in what the reader may read; None where they ask for none.

    Raises: FieldNotReadable where the reader may read nothing of what is searched, InvalidInput beside an order.
    """
    text = arguments.get("search")
    if text is None:
        return None
    if arguments.get("orderBy"):
        reason, reason_zh = "a search answers the nearest rows first; leave it out", "搜索结果按匹配程度排序，请勿指定"
        raise InvalidInput(what="orderBy", value="…", reason=reason, reason_zh=reason_zh)
    sources = {source.column: source for source in entity.fields.values() if isinstance(source, Leaf)}
    columns = tuple(
        name for name in entity.record.spec.search
        if name in sources and field_mask(reader.permissions, entity, sources[name], reader.narrow) is Mask.ALL
    )  # fmt: skip
    if not columns:
        raise FieldNotReadable(coordinate=entity.coordinate(camel(entity.record.spec.search[0])), use="search")
    lists = (name.split(".") for name in entity.record.spec.search if "." in name)
    known = (_known(entity, camel(name), column, text, reader) for name, column in lists)
    return Search(text, columns, Any_(tuple(one for one in known if one is not None)))


def _known(entity: Entity, name: str, column: str, text: Sym, reader: FilterReader) -> Predicate | None:
    """That a row of the list has the code that is sought; None where the reader may not read its codes."""
    source = entity.fields[name]
    assert isinstance(source, ToMany)
    target = CATALOG[source.target]
    leaf, link = target.fields[camel(column)], target.fields[source.reference]
    assert isinstance(leaf, Leaf)
    scope = reader.scoped(target)
    asked = ((entity, source), (target, leaf), (target, link))
    masks = [field_mask(reader.permissions, *one, reader.narrow) for one in asked]
    if scope.nothing or any(mask is not Mask.ALL for mask in masks):
        return None
    return Quantified(source, "some", scope, Compare(leaf, "in", Bound(text, partial(_part, "codes"), "search")))


def _part(part: str, text: str) -> Any:
    """One part of what a text asks for. Raises: InvalidInput for a text that is none, or too long."""
    text = plain("search", text)
    if not text.strip():
        raise _refused(text, "it is empty; send null to see every row", "为空；如需查看全部，请传 null")
    if len(text) > TEXT_MAX:
        raise _refused(text, f"at most {TEXT_MAX} characters are sought", f"最多 {TEXT_MAX} 个字符")
    if part == "codes" and is_scanned(text):
        return [_identifier(text)]
    found: str | tuple[str, ...] = getattr(sought(text), part)
    return list(found) if isinstance(found, tuple) else found


def _refused(text: str, reason: str, reason_zh: str) -> InvalidInput:
    return InvalidInput(what="search", value=repr(text[:80]), reason=reason, reason_zh=reason_zh)


def _identifier(text: str) -> str:
    """The device identifier within a scan, by which a register knows the device; the text itself where it says none."""
    try:
        return read_udi(text, datetime.now(UTC).date()).identifier
    except UdiUnreadable:
        return text

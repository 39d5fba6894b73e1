"""From the input of a mutation to a command: values become what the command's fields say, references wait to be found.

A draft is the command with its references still as the client wrote them: a global id, a business key or a legacy key.
They are found all at once (`resolvers.references`), then the draft becomes the command. Nothing here asks the database.
"""

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from dataclasses import Field as DataclassField
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from domain import RECORDS
from domain.core.commands import UNSET, ArgumentSpec, CommandSpec
from domain.core.errors import InvalidInput, Path
from domain.core.money import Money
from domain.core.quantity import QUANTITY, RATE, Scale
from resolvers.catalog import CATALOG, Entity, camel
from resolvers.global_ids import decode_id

# Items of one list in an input: a document owns at most so many lines.
ITEMS_MAX = 1_000

# The scale of each kind of number; a Money argument may be a price, so it is held to the wider one here and to its
# column's by the rule behind it.
_SCALES: Mapping[str | None, Scale] = {"quantity": QUANTITY}

COMPANY_FIELD = "company_id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record as a client names it. `value` is its id, its business key, or (system, key)."""

    entity: Entity
    kind: Literal["id", "key", "legacy"]
    value: Any
    company_id: int | None = None

    def __hash__(self) -> int:
        return hash((self.entity.name, self.kind, self.value))


@dataclass(frozen=True, slots=True)
class Place:
    """A reference in a draft: what is wanted, where it stands, and whether its company's number is meant."""

    wanted: Wanted
    path: Path
    is_company_number: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A command or part to be; `values` holds plain values, places, drafts and tuples of these.

    `company` is the company an input names beside the command's own arguments.
    """

    cls: type[Any]
    values: Mapping[str, Any]
    company: Place | None = None

    def places(self) -> Iterator[Place]:
        """The references of the draft and of its parts."""
        if self.company is not None:
            yield self.company
        for value in self.values.values():
            yield from _places(value)

    def made(self, found: Callable[[Place], Any]) -> Any:
        """The command, each reference replaced by what `found` answers for it."""
        return self.cls(**{name: _made(value, found) for name, value in self.values.items()})


def _places(value: Any) -> Iterator[Place]:
    if isinstance(value, Place):
        yield value
    elif isinstance(value, Draft):
        yield from value.places()
    elif isinstance(value, tuple):
        for one in cast(tuple[Any, ...], value):
            yield from _places(one)


def _made(value: Any, found: Callable[[Place], Any]) -> Any:
    if isinstance(value, Place):
        return found(value)
    if isinstance(value, Draft):
        return value.made(found)
    if isinstance(value, tuple):
        return tuple(_made(one, found) for one in cast(tuple[Any, ...], value))
    return value


def argument_name(one: "DataclassField[Any]") -> str:
    """The input's name in the graph: a reference drops its `_id`, like the field it fills."""
    spec: ArgumentSpec = one.metadata["spec"]
    is_reference = spec.reference is not None or one.name == COMPANY_FIELD
    return camel(one.name.removesuffix("_id") if is_reference else one.name)


def payload_field(spec: CommandSpec) -> str:
    """The name under which a payload shows the command's record."""
    name = spec.record.__name__
    return name[0].lower() + name[1:]


def mutation_name(spec: CommandSpec) -> str:
    """The mutation field that performs the command."""
    return spec.name[0].lower() + spec.name[1:]


def company_place(cls: type[Any], given: Mapping[str, Any], path: Path = ("input",)) -> Place | None:
    """The company that an input names beside the command's own arguments, as every command about a company may."""
    named = given.get("company")
    if named is None or any(name == "company" for _, name, _ in _arguments(cls)):
        return None
    return Place(_wanted(CATALOG["Company"], named, (*path, "company")), (*path, "company"), is_company_number=True)


@cache
def _arguments(cls: type[Any]) -> Sequence[tuple[DataclassField[Any], str, Any]]:
    """The fields of a command or part: the field, its name in the graph, its type without None."""
    hints = get_type_hints(cls)
    return [(one, argument_name(one), _without_none(hints[one.name])) for one in fields(cls)]


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(arm for arm in get_args(hint) if arm is not type(None))
    return hint


def draft(cls: type[Any], given: Mapping[str, Any], path: Path = ("input",)) -> Draft:
    """The draft that a coerced input makes.

    Raises: InvalidInput naming the place of a value that its field cannot hold.
    """
    values: dict[str, Any] = {}
    for one, name, hint in _arguments(cls):
        value = given.get(name)
        if value is not None:
            values[one.name] = _value(one, hint, value, (*path, name))
        elif one.default is MISSING or (one.default is UNSET and name in given):
            values[one.name] = None
    named = None if COMPANY_FIELD in values else given.get("company")
    return Draft(cls, values, _company(named, (*path, "company")) if named is not None else None)


def _company(given: Mapping[str, Any], path: Path) -> Place:
    return Place(_wanted(CATALOG["Company"], given, path), path, is_company_number=True)


def _value(one: "DataclassField[Any]", hint: Any, value: Any, path: Path) -> Any:
    spec: ArgumentSpec = one.metadata["spec"]
    if get_origin(hint) in (tuple, list):
        items = cast(Sequence[Any], value)
        if len(items) > ITEMS_MAX:
            raise _invalid(path, len(items), f"at most {ITEMS_MAX} are taken at once", f"一次最多 {ITEMS_MAX} 项")
        inner = get_args(hint)[0]
        return tuple(_value(one, inner, item, (*path, place)) for place, item in enumerate(items))
    if one.name == COMPANY_FIELD:
        return _company(value, path)
    if spec.reference is not None:
        entity = CATALOG[RECORDS[spec.reference].__name__]
        return Place(_wanted(entity, value, path), path, is_company_number=False)
    if hint is Money:
        _check_text(value["currency"], (*path, "currency"))
        return Money(_in_scale(value["amount"], spec.number, (*path, "amount")), value["currency"])
    if is_dataclass(hint):
        return draft(cast(type[Any], hint), value, path)
    return _scalar(hint, spec, value, path)


def _scalar(hint: Any, spec: ArgumentSpec, value: Any, path: Path) -> Any:
    if hint is Decimal:
        return _in_scale(value, spec.number, path)
    if hint is str:
        return _check_text(value, path)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if hint is UUID:
        return _uuid(value, path)
    if hint in (int, bool, date, datetime):
        return value
    raise TypeError(f"{hint} is no type of an input")


def _wanted(entity: Entity, given: Mapping[str, Any], path: Path) -> Wanted:
    """What a one-of reference names; exactly one of its keys is given, as validation has made sure."""
    (key, value), *_ = ((key, value) for key, value in given.items() if value is not None)
    if key == "id":
        decoded = decode_id(value, ".".join(map(str, (*path, "id"))))
        if decoded.entity is not entity:
            raise _invalid(
                (*path, "id"), repr(value[:80]), f"it is no id of {entity.name}", f"不是 {entity.name} 的标识"
            )
        return Wanted(entity, "id", decoded.id, decoded.company_id)
    if key == "legacyKey":
        system, text = value["system"], value["key"]
        return Wanted(entity, "legacy", (_check_text(system, (*path, key)), _check_text(text, (*path, key))))
    return Wanted(entity, "key", _check_text(value, (*path, key)))


def _in_scale(value: Decimal, number: str | None, path: Path) -> Decimal:
    scale = _SCALES.get(number, RATE)
    if not scale.holds(value):
        before, after = scale.digits - scale.after_point, scale.after_point
        reason = f"at most {before} digits before and {after} after the point are kept"
        raise _invalid(path, str(value), reason, f"小数点前最多 {before} 位，后最多 {after} 位")
    return value


def _check_text(value: str, path: Path) -> str:
    """The text itself. PostgreSQL holds every character but NUL, and no half of a surrogate pair."""
    if "\x00" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise _invalid(path, repr(value[:40]), "it holds a character that is none", "含无效字符")
    return value


def _uuid(value: str, path: Path) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise _invalid(path, repr(value[:80]), "it is no id", "不是有效的标识") from None


def _invalid(path: Path, value: Any, reason: str, reason_zh: str) -> InvalidInput:
    what = ".".join(map(str, path))
    return InvalidInput(path, what=what, value=value, reason=reason, reason_zh=reason_zh)

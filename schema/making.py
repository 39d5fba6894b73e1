"""The making of types from specifications: objects, inputs, interfaces and enums, each once, by its name in `TYPES`.

Annotations name each other, and strawberry resolves them when the schema is built.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from keyword import iskeyword
from typing import Any, ClassVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema_directives import OneOf
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from schema.scalars import JSON, Cursor

# Every derived type by its GraphQL name; also the namespace in which annotations are resolved.
TYPES: dict[str, Any] = {
    "Decimal": Decimal, "Date": date, "DateTime": datetime, "Cursor": Cursor, "JSON": JSON, "ID": strawberry.ID,
    "String": str, "Int": int, "Boolean": bool, "list": list,
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field to be: its graph name, type (a Python annotation over `TYPES`), meaning and arguments."""

    name: str
    type: str
    doc: str
    arguments: Sequence["Field"] = ()
    deprecation: str | None = None
    default: Any = None


def _python_name(name: str) -> str:
    return f"{name}_" if iskeyword(name) else name


_NAMES = re.compile(r"\w+")


class _Named(StrawberryAnnotation):
    """An annotation over `TYPES`; each text is read once, not once a field: there are some hundred texts."""

    # By text. What is in `TYPES` is never replaced.
    _read: ClassVar[dict[str, Any]] = {}
    _resolved: ClassVar[dict[str, Any]] = {}

    def evaluate(self) -> Any:
        """Raises: NameError while a type that it names is not made yet."""
        text = str(self.raw_annotation)
        if text not in self._read:
            for name in _NAMES.findall(text):
                if name != "None" and name not in TYPES:
                    raise NameError(name)
            self._read[text] = super().evaluate()
        return self._read[text]

    def _resolve(self) -> Any:
        text = str(self.raw_annotation)
        if text not in self._resolved:
            self._resolved[text] = super()._resolve()
        return self._resolved[text]


def annotation(text: str) -> StrawberryAnnotation:
    """An annotation over `TYPES`."""
    return _Named(text, namespace=TYPES)


def argument(spec: Field) -> StrawberryArgument:
    """A strawberry argument; optional when its type is."""
    optional = spec.type.endswith("| None")
    default = strawberry.UNSET if spec.default is None else spec.default
    more: dict[str, Any] = {"default": default} if optional else {}
    return StrawberryArgument(_python_name(spec.name), spec.name, annotation(spec.type), description=spec.doc, **more)


def strawberry_field(spec: Field, *, is_input: bool = False, origin: type | None = None) -> StrawberryField:
    """A strawberry field without a resolver."""
    more: dict[str, Any] = {"default": strawberry.UNSET} if is_input and spec.type.endswith("| None") else {}
    made = StrawberryField(
        python_name=_python_name(spec.name),
        graphql_name=spec.name,
        type_annotation=annotation(spec.type),
        description=spec.doc,
        deprecation_reason=spec.deprecation,
        origin=origin,
        **more,
    )
    # As a dataclass would; it would also make methods for instances that there never are.
    made.name = made.python_name
    if spec.arguments:
        made.arguments = [argument(one) for one in spec.arguments]
    return made


class Kind(Enum):
    """What an object type of the graph is."""

    TYPE = "TYPE"
    INTERFACE = "INTERFACE"
    INPUT = "INPUT"
    ONE_OF = "ONE_OF"


def make(kind: Kind, name: str, doc: str, fields: Iterable[Field], *, bases: tuple[type, ...] = ()) -> Any:
    """A type of that kind and name, registered in `TYPES`; made once. `bases` are its interfaces.

    The definition is made without strawberry's decorators: they compile a class's `__init__`, `__repr__` and `__eq__`,
    which took most of the time of a start, for types that have no instances.
    """
    if name not in TYPES:
        is_input = kind in (Kind.INPUT, Kind.ONE_OF)
        made: Any = type(name, bases, {"__module__": __name__})
        interfaces: list[StrawberryObjectDefinition] = [base.__strawberry_definition__ for base in bases]
        own = [strawberry_field(spec, is_input=is_input, origin=made) for spec in fields]
        by_name = {one.python_name: one for interface in interfaces for one in interface.fields}
        by_name |= {one.python_name: one for one in own}
        made.__strawberry_definition__ = StrawberryObjectDefinition(
            name=name,
            is_input=is_input,
            is_interface=kind is Kind.INTERFACE,
            origin=made,
            description=doc,
            interfaces=interfaces,
            extend=False,
            directives=(OneOf(),) if kind is Kind.ONE_OF else (),
            is_type_of=None,
            resolve_type=None,
            fields=list(by_name.values()),
        )
        TYPES[name] = made
    return TYPES[name]


def make_enum(name: str, doc: str, values: dict[str, str]) -> Any:
    """An enum of these value names, each with its description."""
    if name not in TYPES:
        members = {value: strawberry.enum_value(value, description=text) for value, text in values.items()}
        made: Any = Enum(name, members)
        TYPES[name] = strawberry.enum(made, name=name, description=doc)
    return TYPES[name]


def enum_type(enum: type[StrEnum]) -> str:
    """The name of the graph's enum for a column's closed list."""
    docs = getattr(enum, "docs", {})
    doc = (enum.__doc__ or enum.__name__).strip()
    make_enum(enum.__name__, doc, {member.name: docs.get(member.name, _sentence(member.name)) for member in enum})
    return enum.__name__


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize() + "."

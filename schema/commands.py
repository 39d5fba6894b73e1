"""Commands become mutations: inputs from their arguments, payloads from their record, one field each.

An argument's Python type decides its input: a UUID with a `reference` becomes a one-of input (id, business key or
legacy key), the company number
`company_id` the one-of input of a company, `Money` a `MoneyInput`, a tuple of parts a list of inputs.
`resolvers.write` reads the same declarations.
"""

import types
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from dataclasses import Field as DataclassField
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from domain import RECORDS
from domain.core.commands import ArgumentSpec, CommandSpec
from domain.core.money import Money
from domain.core.records import CompanyRecord
from resolvers.catalog import CATALOG, camel
from resolvers.codes import error_codes, user_error_types
from resolvers.inputs import argument_name, mutation_name, payload_field
from schema.making import TYPES, Field, Kind, argument, enum_type, make, make_enum, strawberry_field

_SCALARS: dict[type, str] = {
    str: "String", int: "Int", bool: "Boolean", Decimal: "Decimal", date: "Date", datetime: "DateTime", UUID: "ID",
}  # fmt: skip

make_enum("ErrorCode", "Every code that an answer can carry; codes are added, never reused.", dict(error_codes()))
_USER_ERROR = [
    Field("code", "ErrorCode", "Stable code of the rule that refused."),
    Field("message", "String", "The sentence for a person, in the reader's language."),
    Field("path", "list[String]", "The input it concerns, step by step."),
    Field("values", "JSON", "The values that the rule compared, by name."),
]
make(Kind.INTERFACE, "UserError", "Why a command was refused; nothing of it was written.", _USER_ERROR)

# The types of the entries of userErrors: one a rule, each with the values that its message tells.
USER_ERRORS: list[str] = []
for _name, (_kind, _values) in user_error_types().items():
    _doc = (_kind.__doc__ or "").strip().split("\n")[0] or _kind.en
    _told = [
        Field(camel(one), "String | None", f"The {one.replace('_', ' ')} that the message tells.") for one in _values
    ]
    _common = {spec.name for spec in _USER_ERROR}
    _own = [*_USER_ERROR, *(spec for spec in _told if spec.name not in _common)]
    make(Kind.TYPE, _name, _doc, _own, bases=(TYPES["UserError"],))
    USER_ERRORS.append(_name)

make(Kind.INPUT, "MoneyInput", "An amount with its currency.", [
    Field("amount", "Decimal", "The exact amount, as a string."),
    Field("currency", "String", "ISO 4217 code."),
])  # fmt: skip


def reference_input(table: str) -> str:
    """The one-of input that names a record of the table; its name."""
    entity = CATALOG[RECORDS[table].__name__]
    keys = [Field("id", "ID | None", "Global id.")]
    if entity.key_field:
        keys.append(Field(entity.key_field, "String | None", f"Its {entity.key_field}."))
    keys.append(Field("legacyKey", "LegacyKeyInput | None", "The key it had in a source system."))
    name = f"{entity.name}Reference"
    make(Kind.ONE_OF, name, f"Names one {entity.record.spec.en.lower()}, by exactly one of these.", keys)
    return name


def _input_type(hint: Any, one: DataclassField[Any]) -> str:
    spec: ArgumentSpec = one.metadata["spec"]
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(arm for arm in get_args(hint) if arm is not type(None))
        return f"{_input_type(inner, one)} | None"
    if get_origin(hint) in (tuple, list):
        return f"list[{_input_type(get_args(hint)[0], one)}]"
    if one.name == "company_id":
        return reference_input("company")
    if spec.reference is not None:
        return reference_input(spec.reference)
    if hint is Money:
        return "MoneyInput"
    if is_dataclass(hint):
        return input_type(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return enum_type(hint)
    return _SCALARS[hint]


def input_type(cls: Any) -> str:
    """The input of a command or part; its name."""
    hints = get_type_hints(cls)
    inputs: list[Field] = []
    for one in fields(cls):
        spec: ArgumentSpec = one.metadata["spec"]
        type_ = _input_type(hints[one.name], one)
        if one.default is not MISSING and not type_.endswith("| None"):
            type_ += " | None"
        inputs.append(Field(argument_name(one), type_, f"{spec.doc} Unit: {spec.unit}." if spec.unit else spec.doc))
    if (
        hasattr(cls, "spec")
        and issubclass(cls.spec.record, CompanyRecord)
        and "company" not in {one.name for one in inputs}
    ):
        inputs.append(_company(cls))
    name = f"{cls.__name__.removesuffix('Input')}Input"
    make(Kind.INPUT, name, (cls.__doc__ or "").strip(), inputs)
    return name


def _company(cls: Any) -> Field:
    """The company a command is about: said where no reference to a document of one company implies it."""
    if implies_company(cls):
        doc = "The company of the document, where its key alone does not tell."
        return Field("company", f"{reference_input('company')} | None", doc)
    return Field("company", reference_input("company"), "The company in which it is done.")


def implies_company(cls: Any) -> bool:
    """Whether a required reference names a document of one company, whose global id then tells the company."""
    specs = [one.metadata["spec"] for one in fields(cls) if one.default is MISSING]
    return any(spec.reference and issubclass(RECORDS[spec.reference], CompanyRecord) for spec in specs)


def performs(command: Any) -> Any:
    """A mutation field that performs the command."""
    spec: CommandSpec = command.spec
    payload = [
        Field(payload_field(spec), f"{spec.record.__name__} | None", "The record as it now is; null when refused."),
        *(Field(one.name, f"{one.type_} | None", one.doc) for one in spec.reveals),
        Field("userErrors", "list[UserError]", "Why it was refused; empty when it was done."),
    ]
    if spec.takes_key:
        doc = "Whether an earlier request with the same idempotency key did it."
        payload.append(Field("replayed", "Boolean", doc))
    make(Kind.TYPE, f"{spec.name}Payload", f"What {spec.name} made true, or why it was refused.", payload)
    made = strawberry_field(Field("", f"{spec.name}Payload | None", f"{spec.doc}\n\n{spec.zh}"))
    made.python_name, made.graphql_name = "", None
    made.arguments = []
    if fields(command):
        made.arguments.append(argument(Field("input", input_type(command), f"What {spec.name} needs.")))
    if spec.takes_key:
        key = "Required: a retry with it has one effect." if spec.key_required else "A retry with it has one effect."
        doc = f"The client's own key for this request. {key}"
        made.arguments.append(argument(Field("idempotencyKey", "String | None", doc)))
    return made


def mutations(name: str, commands: Iterable[Any]) -> type:
    """The type of a module's mutations, one for each command, named as the commands are."""
    fields = {_snake(mutation_name(command.spec)): performs(command) for command in commands}
    return strawberry.type(type(name, (), fields))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)

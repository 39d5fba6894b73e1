"""Lines of a file become commands of one mutation: each is read as the mutation's arguments would be, references are
found for many lines at once. Nothing is performed here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from graphql import (
    GraphQLError,
    GraphQLSchema,
    coerce_input_value,  # pyright: ignore[reportUnknownVariableType]  # see resolvers.values.InputType
)
from graphql.utilities.validate_input_value import (
    validate_input_value,  # pyright: ignore[reportUnknownVariableType]  # see resolvers.values.InputType
)

from domain.core.actors import Actor, Grants
from domain.core.commands import CommandSpec
from domain.core.database import Connection
from domain.core.errors import DomainError, InvalidInput, Refusal, RequestError
from resolvers.inputs import Draft, Place, company_place, draft, mutation_name
from resolvers.reader import Reader
from resolvers.references import Found, find
from resolvers.write import commanded, places_of

_coerced: Callable[[Any, Any], Any] = cast(Any, coerce_input_value)
_validated: Callable[..., None] = cast(Any, validate_input_value)

# Faults of one line that are told; more say nothing new.
FAULTS_MAX = 5


class NotInBulk(DomainError):
    """A mutation that is not there for the account, or that answers something which is told once."""

    code = "NOT_IN_BULK"
    zh = "变更 {what} 不能批量执行。"
    en = "{what} cannot be performed in bulk."


class FileRefused(DomainError):
    """The file as a whole cannot be taken; nothing behind the place was read."""

    code = "FILE_REFUSED"
    zh = "文件第 {line} 行起无法处理：{reason_zh}。"
    en = "The file cannot be taken from line {line} on: {reason}."


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; `number` counts from 1."""

    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """A line that became a command, in its company."""

    number: int
    company_id: int
    command: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that did not, and why."""

    number: int
    refusals: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """The mutation that lines are performed with, for one account."""

    cls: type[Any]
    spec: CommandSpec
    schema: GraphQLSchema
    allowed: frozenset[int]


def bulk_target(
    name: str, commands: Mapping[str, type[Any]], schema: GraphQLSchema, reader: tuple[Actor, Grants]
) -> BulkTarget:
    """The mutation of that name, if the account may perform it in bulk. Raises: NotInBulk."""
    mutation = schema.mutation_type
    cls = commands.get(name)
    if cls is None or mutation is None or name not in mutation.fields:
        raise NotInBulk(("mutation",), what=name[:80])
    spec: CommandSpec = cast(Any, cls).spec
    allowed = reader[1].may(spec.module, spec.action, spec.name)
    if spec.reveals or not spec.takes_key or not allowed:
        raise NotInBulk(("mutation",), what=mutation_name(spec))
    return BulkTarget(cls, spec, schema, allowed)


async def commands_of(
    connection: Connection, target: BulkTarget, reader: Reader, lines: Sequence[Line]
) -> list[Ready | Refused]:
    """What became of each line, in order; references are found in a statement for each kind of key."""
    drafts: list[tuple[Line, tuple[Draft, Place | None] | Refused]] = []
    for line in lines:
        try:
            drafts.append((line, _drafted(target, line)))
        except (DomainError, RequestError) as refusal:
            drafts.append((line, Refused(line.number, [refusal])))
    wanted = [place.wanted for _, one in drafts if not isinstance(one, Refused) for place in places_of(one)]
    found: Mapping[Any, Sequence[Found]] = await find(connection, reader, wanted) if wanted else {}
    ready: list[Ready | Refused] = []
    for line, one in drafts:
        if isinstance(one, Refused):
            ready.append(one)
            continue
        try:
            ready.append(Ready(line.number, *commanded(one, target.spec, target.allowed, found)))
        except (DomainError, RequestError) as refusal:
            ready.append(Refused(line.number, [refusal]))
    return ready


def _drafted(target: BulkTarget, line: Line) -> tuple[Draft, Place | None] | Refused:
    """The draft of a line, or its faults. Raises: InvalidInput."""
    try:
        given = orjson.loads(line.text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or set(cast(dict[str, Any], given)) != {"input"}:
        reason, reason_zh = 'it is no JSON object {"input": {...}}', '不是 {"input": {...}} 形式的 JSON 对象'
        value = line.text[:80].decode("utf-8", "replace")
        raise InvalidInput((), what="line", value=value, reason=reason, reason_zh=reason_zh)
    mutation = target.schema.mutation_type
    assert mutation is not None, "the target was looked up in it"
    type_ = mutation.fields[mutation_name(target.spec)].args["input"].type
    faults: list[Refusal] = []

    def fault(error: GraphQLError, path: list[str | int]) -> None:
        if len(faults) < FAULTS_MAX:
            steps = ("input", *path)
            what, reason = ".".join(map(str, steps)), error.message
            faults.append(InvalidInput(steps, what=what, value="…", reason=reason, reason_zh=reason))

    plain: Any = cast(dict[str, Any], given)["input"]
    _validated(plain, type_, fault, hide_suggestions=True)
    if faults:
        return Refused(line.number, faults)
    value: Any = _coerced(plain, type_)
    return draft(target.cls, value), company_place(target.cls, value)

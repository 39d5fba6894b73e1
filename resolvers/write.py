"""The write road: each mutation field becomes a command, performed in a transaction of its own, one after the other.

The payload's record is read on the command's own connection before the commit, so that the answer is what was made
true. A refusal of the business is an entry of `userErrors`; what the request may not or cannot ask is an error of the
field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast
from uuid import UUID

from graphql import FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from domain.core.actors import Actor, Grants
from domain.core.commands import CommandSpec
from domain.core.database import Connection, Database, to_json
from domain.core.errors import (
    DomainError,
    Forbidden,
    IdempotencyKeyRequired,
    InvalidInput,
    Refusal,
    Rejected,
    RequestError,
)
from domain.core.perform import Performed, perform
from domain.core.records import GROUP, is_sharded
from domain.core.tokens import TokenIssuer
from resolvers.catalog import CATALOG
from resolvers.errors import error_entries, known_fault, public_values, withheld_entries
from resolvers.inputs import Draft, Place, Wanted, company_place, draft, mutation_name, payload_field
from resolvers.nodes import Withheld
from resolvers.operation import Invalid
from resolvers.read import RowAnswer, RowAsked
from resolvers.reader import Reader
from resolvers.references import Found, choose, find
from resolvers.request import Answer, Operation, PolicyMoved, VariablesInvalid


class CompanyUnnamed(RequestError):
    """The command could be meant for several companies."""

    code = "COMPANY_REQUIRED"
    zh = "请用 company 指明在哪家公司执行 {what}。"
    en = "Name the company in which to {what}."


class PolicyChanged(RequestError):
    """The policy moved after other fields of the document were done, so the document cannot be run again as a whole."""

    code = "POLICY_CHANGED"
    zh = "执行期间权限发生变化，请单独重新提交此字段。"
    en = "Permissions changed while the document ran; send this field again."


class RecordReader(Protocol):
    """The read road, as far as mutations need it."""

    async def reader(self, actor: Actor, grants: Grants) -> Reader: ...

    async def row(self, connection: Connection, asked: RowAsked, key: tuple[int, UUID]) -> RowAnswer: ...


class Companion(Protocol):
    """What goes with a command beside the domain: a check that knows the graph, and what its payload reveals."""

    async def check(self, command: Any, actor: Actor, grants: Grants, /) -> None:
        """Make sure that the command may be performed. Raises: Refusal."""
        ...

    async def reveal(self, connection: Connection, record_id: UUID, /) -> str:
        """What the payload tells beside the record, in the command's transaction."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    """One response key and the nodes that select it; `name` is the field."""

    key: str
    name: str
    details: list[FieldDetails]

    @property
    def nodes(self) -> list[FieldNode]:
        return [one.node for one in self.details]


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who asks, and what."""

    operation: Operation
    actor: Actor
    grants: Grants
    variables: VariableValues
    fragments: dict[str, FragmentDetails]

    @property
    def schema(self) -> GraphQLSchema:
        return self.operation.schema

    def parts(self, type_name: str, details: list[FieldDetails]) -> list[_Part]:
        """The fields selected below some nodes on an object type."""
        type_ = self.schema.get_type(type_name)
        assert isinstance(type_, GraphQLObjectType), type_name
        found = collect_subfields(self.schema, self.fragments, self.variables, self.operation.node, type_, details)
        return [_Part(key, one[0].node.name.value, one) for key, one in found.grouped_field_set.items()]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the payload shows of the command's record, by response key; the objects in it."""

    json: Mapping[str, str]
    withheld: Sequence[Withheld]
    cost: int = 0


_NOTHING = _Shown({}, ())


@dataclass(frozen=True, slots=True)
class _Answered:
    """One mutation field's JSON, what it withheld, and the objects in it."""

    json: str
    withheld: Sequence[Withheld] = ()
    cost: int = 0


class WriteRoad:
    """Answers mutation operations: `commands` are the command classes that the graph exposes, `issuer` signs tokens."""

    def __init__(
        self,
        database: Database,
        records: RecordReader,
        commands: Sequence[type[Any]],
        issuer: TokenIssuer | None = None,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._records = records
        self._commands: Mapping[str, type[Any]] = {mutation_name(_spec(one)): one for one in commands}
        # Some need the dispatcher, which needs this road: they are given once both are there.
        self.companions: Mapping[type[Any], Companion] = {}

    async def answer(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        """The answer to a mutation: a fault of one field leaves the others standing.

        Raises: Invalid for variables that do not fit; of a document with one field, that field's fault.
        """
        caller = _caller(operation, actor, grants)
        root = operation.schema.mutation_type
        assert root is not None, "validated: the document has a mutation"
        grouped = collect_fields(operation.schema, caller.fragments, caller.variables, root, operation.node)
        parts = [_Part(key, one[0].node.name.value, one) for key, one in grouped.grouped_field_set.items()]
        values: list[str] = []
        errors: list[dict[str, Any]] = []
        withheld: list[Withheld] = []
        cost = 0
        for part in parts:
            try:
                answered = await self._field(caller, root, part)
            except Exception as error:
                # The fields before this one are committed and must be answered; a lone field's fault is the whole
                # answer.
                is_first = not values
                if len(parts) == 1 or (is_first and isinstance(error, PolicyMoved)):
                    raise
                trace_id = operation.request.trace_id
                fault = PolicyChanged() if isinstance(error, PolicyMoved) else known_fault(error, trace_id)
                errors += error_entries(fault, trace_id, actor.locale, (part.key,))
                answered = _Answered("null")
            values.append(f"{_text(part.key)}:{answered.json}")
            withheld += answered.withheld
            cost += answered.cost
            errors += withheld_entries(operation, answered.withheld, actor.locale)
        body = _body(values, errors, withheld).encode()
        operation.request.stages.end("encode")
        return Answer(status=200, body=body, cost=cost)

    async def _field(self, caller: _Caller, root: GraphQLObjectType, part: _Part) -> _Answered:
        """The answer to one mutation field."""
        if part.name == "__typename":
            return _Answered(_text(root.name))
        arguments = get_argument_values(root.fields[part.name], part.nodes[0], caller.variables)
        cls = self._commands[part.name]
        spec, key = _spec(cls), arguments.get("idempotencyKey")
        if not (allowed := caller.grants.may(spec.module, spec.action, spec.name)):
            raise Forbidden(what=spec.name)
        if key is None and spec.key_required:
            raise IdempotencyKeyRequired(command=spec.name)
        payload = caller.parts(f"{spec.name}Payload", part.details)
        reader = await self._records.reader(caller.actor, caller.grants)
        try:
            given = arguments.get("input", {})
            made, named = draft(cls, given), company_place(cls, given)
            company_id, command = await self._command((made, named), spec, reader, allowed)
            if cls in self.companions:
                await self.companions[cls].check(command, caller.actor, caller.grants)
        except DomainError as refusal:
            return _payload(caller, spec, payload, (Performed([refusal], committed=False), _NOTHING))

        async def show(connection: Connection, outcomes: Sequence[UUID | DomainError]) -> _Shown:
            if not isinstance(outcomes[0], UUID):
                return _NOTHING
            return await self._shown(connection, caller, (cls, part.key, payload), (company_id, outcomes[0]))

        def still_granted(version: int | None) -> None:
            if version is not None and version != caller.grants.version:
                raise PolicyMoved(version)

        stages = caller.operation.request.stages
        stages.end("plan")
        performed = await perform(
            self._database, caller.actor, caller.grants, company_id, [command],
            idempotency_key=key, guard=still_granted, answer=show, address=caller.operation.request.address,
            issuer=self._issuer,
        )  # fmt: skip
        stages.end("statement")
        is_shown = isinstance(performed.answer, _Shown) and performed.committed
        shown = performed.answer if is_shown else _NOTHING
        return _payload(caller, spec, payload, (performed, shown))

    async def _command(
        self, given: tuple[Draft, Place | None], spec: CommandSpec, reader: Reader, allowed: frozenset[int]
    ) -> tuple[int, Any]:
        """The company of the command and the command itself, its references found.

        Raises: NotFound, Ambiguous, CompanyUnnamed, InvalidInput for records of two companies.
        """
        found: Mapping[Wanted, Sequence[Found]] = {}
        if places := places_of(given):
            async with self._database.acquire() as connection:
                found = await find(connection, reader, [place.wanted for place in places])
        return commanded(given, spec, allowed, found)

    async def _shown(
        self, connection: Connection, caller: _Caller, what: tuple[type[Any], str, Sequence[_Part]],
        record: tuple[int, Any],
    ) -> _Shown:  # fmt: skip
        """The payload's record as the caller may see it, before the commit."""
        cls, root_key, payload = what
        spec = _spec(cls)
        entity = CATALOG[spec.record.__name__]
        shown: dict[str, str] = {}
        withheld: list[Withheld] = []
        cost = 0
        for part in payload:
            if part.name == payload_field(spec):
                asked = RowAsked(
                    operation=caller.operation, entity=entity, nodes=part.nodes, path=(root_key, part.key),
                    actor=caller.actor, grants=caller.grants,
                )  # fmt: skip
                row = await self._records.row(connection, asked, record)
                shown[part.key] = row.json or "null"
                withheld += row.withheld
                cost += row.cost
            elif cls in self.companions and any(part.name == one.name for one in spec.reveals):
                shown[part.key] = _text(await self.companions[cls].reveal(connection, record[1]))
        return _Shown(shown, withheld, cost)


def _spec(cls: type[Any]) -> CommandSpec:
    return cast(Any, cls).spec


def _caller(operation: Operation, actor: Actor, grants: Grants) -> _Caller:
    """The caller with its variables coerced. Raises: Invalid."""
    definitions = operation.node.variable_definitions or ()
    given = dict(operation.request.variables)
    variables = get_variable_values(operation.schema, definitions, given, hide_suggestions=True)
    if isinstance(variables, list):
        raise Invalid(VariablesInvalid, variables)
    nodes = [one for one in operation.document.node.definitions if isinstance(one, FragmentDefinitionNode)]
    return _Caller(operation, actor, grants, variables, {one.name.value: FragmentDetails(one) for one in nodes})


def places_of(given: tuple[Draft, Place | None]) -> list[Place]:
    """The references of a draft, and the company named beside it."""
    made, named = given
    return [*made.places(), *([named] if named is not None else [])]


def commanded(
    given: tuple[Draft, Place | None],
    spec: CommandSpec,
    allowed: frozenset[int],
    found: Mapping[Wanted, Sequence[Found]],
) -> tuple[int, Any]:
    """The company of a command and the command itself, its references being among what was found.

    Raises: NotFound, Ambiguous, CompanyUnnamed, Forbidden, InvalidInput for records of two companies.
    """
    places = places_of(given)
    companies = allowed - {GROUP}
    for place in places:
        if place.is_company_number:
            companies &= {choose(place, found, companies, spec.name).company_id}
            if not companies:
                raise Forbidden(what=spec.name)
    chosen = {place: choose(place, found, companies, spec.name) for place in places}
    company_id = _company_of(spec, chosen, companies) if is_sharded(spec.record) else GROUP
    return company_id, given[0].made(
        lambda place: chosen[place].company_id if place.is_company_number else chosen[place].id
    )


def _company_of(spec: CommandSpec, chosen: Mapping[Place, Found], companies: frozenset[int]) -> int:
    """The one company that the command is for: named, implied by a record of a company, or the only one allowed.

    Raises: CompanyUnnamed, InvalidInput.
    """
    implied = {place: one.company_id for place, one in chosen.items() if place.wanted.entity.is_sharded}
    if len(set(implied.values())) > 1:
        place = list(implied)[-1]
        what, reason = ".".join(map(str, place.path)), "it belongs to another company"
        raise InvalidInput(
            place.path, what=what, value=str(place.wanted.value), reason=reason, reason_zh="属于另一家公司"
        )
    if implied:
        return next(iter(implied.values()))
    if len(companies) != 1:
        raise CompanyUnnamed(what=spec.name)
    return next(iter(companies))


def _payload(caller: _Caller, spec: CommandSpec, parts: Sequence[_Part], done: tuple[Performed, _Shown]) -> _Answered:
    """The answer that is a payload: an object itself, as each of its refusals is."""
    performed, shown = done
    revealed = {name: value for one in performed.revealed.values() for name, value in one.items()}
    fields: list[str] = []
    cost = 1 + shown.cost
    for part in parts:
        match part.name:
            case "__typename":
                value = _text(f"{spec.name}Payload")
            case "userErrors":
                cost += len(performed.refusals)
                value = f"[{','.join(_refusal(caller, spec, part, one) for one in performed.refusals)}]"
            case "replayed":
                value = "true" if performed.replayed else "false"
            case name if name in revealed:
                value = to_json(revealed[name]).decode()
            case name if performed.replayed and any(one.name == name for one in spec.reveals):
                value = "null"
            case _:
                value = shown.json.get(part.key, "null")
        fields.append(f"{_text(part.key)}:{value}")
    return _Answered("{" + ",".join(fields) + "}", shown.withheld, cost)


def told_refusal(refusal: Refusal, locale: str, command: str) -> Mapping[str, Any]:
    """What is told of a refusal of a command: its code, the sentence for a reader, where in the input, and the values
    compared.
    """
    return {
        "code": refusal.code,
        "message": refusal.message(locale, command),
        "path": [str(step) for step in _input_path(refusal)],
        "values": public_values(refusal),
    }


def _refusal(caller: _Caller, spec: CommandSpec, part: _Part, refusal: DomainError) -> str:
    """The JSON of an entry of userErrors, whose type is named after the refusal's kind."""
    # What its audience has no type for is told as the plainest kind there is.
    kinds = (one for one in type(refusal).__mro__ if "code" in one.__dict__ and one.__name__ in caller.schema.type_map)
    kind = next(kinds, Rejected)
    told = told_refusal(refusal, caller.actor.locale, spec.name)
    known: Mapping[str, Any] = {
        **{name: None if value is None else str(value) for name, value in told["values"].items()},
        "__typename": kind.__name__,
        **told,
    }
    return to_json({one.key: known.get(one.name) for one in caller.parts(kind.__name__, part.details)}).decode()


def _input_path(refusal: Refusal) -> Iterator[str | int]:
    """The place in the input, from its root; commands say it from their own."""
    if refusal.path[:1] != ("input",):
        yield "input"
    yield from refusal.path


def _body(values: Sequence[str], errors: Sequence[Mapping[str, Any]], withheld: Sequence[Withheld]) -> str:
    """The whole response: what was withheld and what failed before the data."""
    parts = [f'"data":{{{",".join(values)}}}']
    if errors:
        parts.insert(0, f'"errors":{to_json(errors).decode()}')
    if withheld:
        named = [{"coordinate": one.coordinate, "path": one.path, "requires": one.requires} for one in withheld]
        parts.insert(0, f'"extensions":{to_json({"withheld": named}).decode()}')
    return "{" + ",".join(parts) + "}"


def _text(text: str) -> str:
    return to_json(text).decode()

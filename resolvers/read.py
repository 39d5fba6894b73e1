"""The read road: one operation, one statement, one row whose text is the answer.

A document is planned once for each (visible schema, operation, shape of the variables, permission signature). A warm
request then is two dictionary look-ups, one prepared statement and a copy of bytes. Each statement also tells the
policy's version: an answer made for grants that are no longer in force is thrown away.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]  # graphql-core leaves its middleware untyped
)

from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Database, to_json
from domain.core.errors import RequestError, Unknown
from domain.core.ids import new_id
from resolvers.catalog import Entity
from resolvers.errors import withheld_entries
from resolvers.fragments import (
    MARK,
    CompaniesParameter,
    LocalParameter,
    OwnerParameter,
    Parameter,
    PartnersParameter,
    ReadableParameter,
)
from resolvers.nodes import Introspection, LocalSelection, LocalValue, Plan, Withheld
from resolvers.operation import Invalid
from resolvers.plan import Planner
from resolvers.plan_cache import PlanCache, Prepared, Shaped, Signature
from resolvers.reader import Narrow, Permissions, Reader
from resolvers.request import Answer, Operation, PolicyMoved, VariablesInvalid
from resolvers.selection import Selections
from resolvers.sql import Statement, render, render_row
from resolvers.values import Bound, Sym
from resolvers.variables import Declarations, Declared, coerced_variables, symbols, variables_shape
from resolvers.viewer import LOCAL_ROOTS

# Readers remembered, with what they may read.
READERS_MAX = 4_096

_MARK = MARK.encode()
_DATA = b',"data":'


class Ambiguous(RequestError):
    code = "AMBIGUOUS_KEY"
    zh = "{what} 的键在多家公司中存在，请用 company 指明公司。"
    en = "The key of {what} exists in several companies; name one with company."


@dataclass(slots=True)
class _Run:
    """One request in progress: the coerced variables, and what permission parameters are made of."""

    operation: Operation
    declared: Declared
    variables: Mapping[str, Any]
    reader: Reader
    narrowings: Mapping[Narrow, frozenset[int] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAsked:
    """What is asked of rows that are already known: the nodes that select from one, where they stand, and who asks."""

    operation: Operation
    entity: Entity
    nodes: Sequence[FieldNode]
    path: tuple[str, ...]
    actor: Actor
    grants: Grants


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """One row's selection as JSON, None where the reader may not see the row; what was withheld; the objects in it."""

    json: str | None
    withheld: tuple[Withheld, ...]
    cost: int = 0


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """The JSON of `data`, the policy's version as it was read, what was withheld, and the personal fields in it."""

    json: str
    version: int | None
    withheld: tuple[Withheld, ...]
    personal: tuple[str, ...]


class ReadRoad:
    """Answers query operations; renders single rows for payloads and events."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._declarations = Declarations()
        self.plans = PlanCache()
        self._readers: OrderedDict[tuple[int, int], Reader] = OrderedDict()
        self._codes: dict[str, int] = {}

    async def answer(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        """The answer to a query.

        Raises: Invalid (variables), RequestError for arguments that no plan serves, PolicyMoved.
        """
        stages = operation.request.stages
        run = await self._run(operation, actor, grants)
        prepared, values = self._ready(run)
        stages.end("plan")
        async with self.database.acquire() as connection:
            stages.end("connection")
            row = await connection.raw.fetchrow(prepared.statement.sql, *values)
            assert row is not None, "an aggregate always has a row"
            if row["version"] is not None and row["version"] != grants.version:
                raise PolicyMoved(row["version"])
            if prepared.personal:
                await self._log_access(connection, run, prepared.personal, row["data"])
        stages.end("statement")
        if row["faults"]:
            raise Ambiguous(path=(row["faults"].split(",")[0],), what=row["faults"])
        errors = withheld_entries(operation, prepared.withheld, actor.locale)
        data, objects = counted(row["data"])
        head = prepared.head if not errors else prepared.head[: -len(_DATA)] + b',"errors":' + to_json(errors) + _DATA
        body = head + data + b"}"
        stages.end("encode")
        # The object of `data` itself is the answer's, not the client's.
        return Answer(status=200, body=body, cost=objects - 1)

    async def statement(self, operation: Operation, actor: Actor, grants: Grants) -> tuple[str, list[Any]]:
        """The SQL that answers a query, with its values: what EXPLAIN and the benchmarks want to see."""
        prepared, values = self._ready(await self._run(operation, actor, grants))
        return prepared.statement.sql, values

    async def page(self, connection: Connection, operation: Operation, actor: Actor, grants: Grants) -> PageAnswer:
        """The answer to one of many queries that are one read, on an open connection; who reads records the access.

        Raises: Invalid (variables), RequestError for arguments that no plan serves.
        """
        run = await self._run(operation, actor, grants)
        prepared, values = self._ready(run)
        row = await connection.raw.fetchrow(prepared.statement.sql, *values)
        assert row is not None, "an aggregate always has a row"
        return PageAnswer(row["data"], row["version"], prepared.withheld, prepared.personal)

    def _ready(self, run: _Run) -> tuple[Prepared, list[Any]]:
        """The plan of a query and the values of its parameters."""
        selection = run.operation.node.selection_set
        prepared = self._prepared(run, ("query",), lambda planner: planner.plan(selection), _render_roots)
        return prepared, [self._value(parameter, run) for parameter in prepared.statement.parameters]

    async def row(self, connection: Connection, asked: RowAsked, key: tuple[int, UUID]) -> RowAnswer:
        """What is asked of one row, on an open connection: for payloads, which must see their own transaction."""
        run = await self._run(asked.operation, asked.actor, asked.grants, below_roots=True)
        entity, nodes, path = asked.entity, asked.nodes, asked.path
        prepared = self._prepared(
            run, ("row", entity.name, *path), lambda planner: planner.plan_row(entity, nodes, path), _render_row
        )
        known = {"row_company": key[0], "row_id": key[1]}
        values = [known[p] if isinstance(p, str) else self._value(p, run) for p in prepared.statement.parameters]
        row = await connection.raw.fetchrow(prepared.statement.sql, *values)
        if row is not None and prepared.personal:
            await self._log_access(connection, run, prepared.personal, row["data"])
        if row is None:
            return RowAnswer(None, prepared.withheld)
        data, objects = counted(row["data"])
        return RowAnswer(data.decode(), prepared.withheld, objects)

    # --- from a request to a prepared plan -----------------------------------------------------------------------

    async def _run(
        self, operation: Operation, actor: Actor, grants: Grants, *, below_roots: bool = False
    ) -> _Run:  # fmt: skip
        declared = self._declarations.of(operation, below_roots=below_roots)
        variables = coerced_variables(operation, declared)
        return _Run(operation, declared, variables, await self.reader(actor, grants), {None: None})

    async def reader(self, actor: Actor, grants: Grants) -> Reader:
        """What the actor may read, kept while actor and grants are."""
        # The reader holds both, so that neither number can be another's while the entry is there.
        key = (id(actor), id(grants))
        found = self._readers.get(key)
        if found is None:
            if not set(grants.companies) <= set(self._codes.values()):
                self._codes = await self._company_codes()
            found = self._readers[key] = Reader(actor, grants, self._codes)
            if len(self._readers) > READERS_MAX:
                self._readers.popitem(last=False)
        return found

    async def _company_codes(self) -> dict[str, int]:
        async with self.database.acquire() as connection:
            rows = await connection.raw.fetch("SELECT code, company_id FROM company")
        return {row["code"]: row["company_id"] for row in rows}

    def _prepared(
        self, run: _Run, kind: tuple[str, ...], plan: Callable[[Planner], Plan], make: Callable[[Plan], Statement]
    ) -> Prepared:
        """The plan for the operation, the shape of its variables and the reader; `kind` tells what is planned."""
        operation = run.operation
        name = operation.node.name.value if operation.node.name else None
        shape_ = variables_shape(run.declared, run.variables)
        key = (run.declared, kind, run.reader, shape_)
        ready = self.plans.ready.get(key)
        if ready is not None:
            return ready

        def ask() -> Shaped:
            open_ended = Permissions(None)
            plan(_planner(run, open_ended))
            return Shaped(tuple(open_ended.questions), tuple(open_ended.narrows))

        shaped = self.plans.shaped((operation.schema, operation.document.digest, name, kind, shape_), ask)
        run.narrowings = _narrowings(run, shaped.narrows)
        signature = _signature(run, shaped)

        def prepare() -> Prepared:
            answers = dict(zip(shaped.questions, signature, strict=True))
            made = plan(_planner(run, Permissions(answers)))
            return Prepared(make(made), _head(made), made.personal, made.withheld)

        prepared = self.plans.prepared(shaped, signature, prepare)
        if not shaped.narrows:
            self.plans.remember(key, prepared)
        return prepared

    # --- parameters ----------------------------------------------------------------------------------------------

    def _value(self, parameter: Parameter, run: _Run) -> Any:
        reader = run.reader
        match parameter:
            case Bound():
                return parameter.value(run.variables)
            case CompaniesParameter():
                return reader.companies(parameter.entity, run.narrowings[parameter.narrow])
            case ReadableParameter():
                return sorted(reader.readable(parameter.entity, parameter.tier, parameter.field))
            case PartnersParameter():
                return sorted(reader.actor.partners)
            case OwnerParameter():
                return reader.actor.id
            case LocalParameter():
                if isinstance(parameter.value, Introspection):
                    return introspection_json(parameter.value, run.operation, run.declared.fragments)
                return local_json(parameter.value, reader, run.variables)
            case _:
                return sorted(reader.actor.sites or ())

    async def _log_access(self, connection: Connection, run: _Run, coordinates: tuple[str, ...], data: str) -> None:
        """Record a read of personal values before its bytes leave; when it cannot be recorded the read fails."""
        actor = run.reader.actor
        await connection.raw.execute(
            "INSERT INTO access_log_entry (company_id, id, actor_id, actor_name, document_hash, coordinates, row_count)"
            " VALUES (0, $1, $2, $3, $4, $5, $6)",
            new_id(), actor.id, actor.name, run.operation.document.digest, list(coordinates),
            count_rows(orjson.loads(data)),
        )  # fmt: skip


def _planner(run: _Run, permissions: Permissions) -> Planner:
    declared = run.declared
    selections = Selections(run.operation.schema, declared.fragments, symbols(declared, run.variables))
    return Planner(selections, run.variables, permissions)


def _signature(run: _Run, shaped: Shaped) -> Signature:
    """How the reader answers the questions of the shape."""
    known = None if shaped.narrows else shaped.signatures.get(run.reader)
    if known is None:
        known = tuple(run.reader.answer(question, run.narrowings) for question in shaped.questions)
        if not shaped.narrows:
            shaped.signatures[run.reader] = known
    return known


def _narrowings(run: _Run, narrows: tuple[Sym, ...]) -> Mapping[Narrow, frozenset[int] | None]:
    """The companies that each `companies` argument names. Raises: Unknown, alike for hidden and unknown ones."""
    found: dict[Narrow, frozenset[int] | None] = {None: None}
    for narrow in narrows:
        numbers: set[int] = set()
        for code in narrow.value(run.variables):
            number = run.reader.codes.get(code)
            if number is None or number not in run.reader.grants.companies:
                raise Unknown(what="company", key=repr(code))
            numbers.add(number)
        found[narrow] = frozenset(numbers)
    return found


def _render_roots(plan: Plan) -> Statement:
    return render(plan.roots)


def _render_row(plan: Plan) -> Statement:
    assert plan.row is not None
    return render_row(plan.row)


def _head(plan: Plan) -> bytes:
    """What stands before the data: what was withheld, then the key of the data."""
    if not plan.withheld:
        return b'{"data":'
    withheld = [
        {"coordinate": one.coordinate, "path": list(one.path), "requires": one.requires} for one in plan.withheld
    ]
    return b'{"extensions":' + orjson.dumps({"withheld": withheld}) + b',"data":'


def counted(text: str) -> tuple[bytes, int]:
    """A statement's JSON as it goes over the wire, and the number of marks that stood in it: what it cost."""
    marked = text.encode()
    plain = marked.replace(_MARK, b"")
    return plain, len(marked) - len(plain)


def local_json(value: LocalValue, reader: Reader, variables: Mapping[str, Any]) -> str:
    """The JSON of a root about the caller, its objects marked. Raises: InvalidInput."""
    arguments = {name: sym.value(variables) for name, sym in value.arguments}
    shown = _projected(LOCAL_ROOTS[value.name](reader, arguments), value.selection)
    return MARK * count_rows(shown) + orjson.dumps(shown).decode()


def introspection_json(
    value: Introspection, operation: Operation, fragments: Mapping[str, FragmentDefinitionNode]
) -> str:
    """The JSON of what the visible schema says of itself under one response key."""
    selection = SelectionSetNode(selections=value.nodes)
    definition = OperationDefinitionNode(
        operation=OperationType.QUERY, variable_definitions=operation.node.variable_definitions, selection_set=selection
    )
    document = DocumentNode(definitions=(definition, *fragments.values()))
    variables = dict(operation.request.variables)
    result = execute_sync(operation.schema, document, variable_values=variables, hide_suggestions=True)
    if result.errors or result.data is None:
        raise Invalid(VariablesInvalid, result.errors or [])
    return MARK + orjson.dumps(result.data[value.key]).decode()


def _projected(value: Any, selection: LocalSelection) -> Any:
    if isinstance(value, list | tuple):
        return [_projected(one, selection) for one in cast(Sequence[Any], value)]
    if not selection or not isinstance(value, dict):
        return value
    return {
        one.key: one.type_name if one.name == "__typename" else _projected(value[one.name], one.inner)
        for one in selection
    }


def count_rows(data: Any) -> int:
    """The number of objects in an answer."""
    if isinstance(data, dict):
        return 1 + sum(count_rows(one) for one in cast(dict[str, Any], data).values())
    return sum(count_rows(one) for one in cast(list[Any], data)) if isinstance(data, list) else 0

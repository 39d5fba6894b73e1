"""hypothesis-graphql over the schema that each role sees: no server error, and no error without a published code.

Three kinds of operations: queries and mutations that are valid for the schema, and queries with values of wrong types.
TOKENS is {role: bearer token}, CASES the number of operations a role.
"""

import json
import math
import os
from collections import Counter
from typing import Any

import graphql
import httpx
from answers import ENDING, SCALARS, fault_of
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis_graphql import Mode, mutations, queries

GRAPH_URL = os.environ["GRAPH_URL"]
TOKENS: dict[str, str] = json.loads(os.environ["TOKENS"])
CASES = int(os.environ["CASES"])
# How a role's cases are divided: valid queries, wrong ones, mutations.
SHARES = {"queries": 0.6, "wrong values": 0.2, "mutations": 0.2}
FAULTS_MAX = 5
SECONDS_MAX = 60


def visible_schema(client: httpx.Client) -> graphql.GraphQLSchema:
    """The schema that a role sees."""
    query = graphql.get_introspection_query(input_value_deprecation=True)
    return graphql.build_client_schema(client.post(GRAPH_URL, json={"query": query}).json()["data"])


def known_ids(client: httpx.Client, schema: graphql.GraphQLSchema) -> dict[str, str]:
    """A global id of each type that the role finds a row of."""
    found: dict[str, str] = {}
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        type_name = graphql.get_named_type(field.type).name
        if type_name.endswith("Connection"):
            answer = client.post(GRAPH_URL, json={"query": f"{{ {name}(first: 1) {{ nodes {{ id }} }} }}"}).json()
            rows = ((answer.get("data") or {}).get(name) or {}).get("nodes") or []
            found |= {type_name.removesuffix("Connection"): row["id"] for row in rows}
    return found


class Plausible(graphql.Visitor):
    """Makes an operation one that may find something: ids that are there, no invented cursors, pages of a few rows.

    Without it nine of ten cases end at the first id or cursor, and nothing behind them is tried.
    """

    def __init__(self, schema: graphql.GraphQLSchema, ids: dict[str, str]) -> None:
        super().__init__()
        self._schema = schema
        self._ids = ids
        self._type = ""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        root = self._schema.query_type
        if root is not None and node.name.value in root.fields:
            self._type = graphql.get_named_type(root.fields[node.name.value].type).name

    def leave_object_field(self, node: graphql.ObjectFieldNode, *_: Any) -> Any:
        return graphql.REMOVE if node.name.value == "id" else None

    def leave_field(self, node: graphql.FieldNode, *_: Any) -> Any:
        names = {one.name.value for one in node.arguments or ()}
        dropped = {"last"} if {"first", "last"} <= names else names - {"id"} if "id" in names else set()
        if not dropped:
            return None
        kept = tuple(one for one in node.arguments or () if one.name.value not in dropped)
        return graphql.FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=kept,
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_argument(self, node: graphql.ArgumentNode, *_: Any) -> Any:
        name, value = node.name.value, node.value
        if name in ("after", "before"):
            return graphql.REMOVE
        if name in ("first", "last") and isinstance(value, graphql.IntValueNode):
            return _argument(node, graphql.IntValueNode(value=str(1 + abs(int(value.value)) % 5)))
        if name == "id" and (known := self._ids.get(self._type) or next(iter(self._ids.values()), None)):
            return _argument(node, graphql.StringValueNode(value=known))
        return None


def _argument(node: graphql.ArgumentNode, value: graphql.ValueNode) -> graphql.ArgumentNode:
    return graphql.ArgumentNode(name=node.name, value=value)


def fuzz(strategy: Any, cases: int, send: Any) -> list[tuple[str, str]]:
    """(operation, fault) of what goes wrong in so many cases."""
    faults: list[tuple[str, str]] = []

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(int.from_bytes(os.urandom(4), "big"))
    @given(strategy)
    def one(operation: str) -> None:
        fault = send(operation)
        if fault is not None and len(faults) < FAULTS_MAX:
            faults.append((operation, fault))

    one()
    return faults


def examine(role: str, client: httpx.Client) -> None:
    """Tell what the cases of one role found, root by root where it can be: one root is refused for less."""
    schema = visible_schema(client)
    codes = schema.type_map.get("ErrorCode")
    published = set(codes.values) if isinstance(codes, graphql.GraphQLEnumType) else set[str]()
    counts: Counter[str] = Counter()
    ids = known_ids(client, schema)
    is_ending = False

    def send(operation: str) -> str | None:
        response = client.post(GRAPH_URL, json={"query": operation})
        answer = response.json()
        told = [error.get("extensions", {}).get("code", "") for error in answer.get("errors", [])]
        counts[told[0] if told else "answered"] += 1
        unknown = [code for code in told if published and code not in published]
        return (
            f"not published: {unknown}"
            if unknown
            else fault_of(response.status_code, response.text, answer, may_have_ended=is_ending)
        )

    def printed(document: graphql.DocumentNode) -> str:
        return graphql.print_ast(graphql.visit(document, Plausible(schema, ids)))

    asked, made = schema.query_type, schema.mutation_type
    kinds: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "queries": (queries, asked, {"print_ast": printed, "allow_x00": False}),
        "wrong values": (queries, asked, {"mode": Mode.NEGATIVE}),
        "mutations": (mutations, made, {"allow_x00": False}),
    }
    for kind, (strategy, root, options) in kinds.items():
        if root is None:
            continue
        # Of some roots nothing can be wrong, so that wrong values are drawn over all of them.
        parts = [None] if kind == "wrong values" else [[name] for name in sorted(root.fields, key=ENDING.__contains__)]
        cases = math.ceil(CASES * SHARES[kind] / len(parts))
        faults: list[tuple[str, str]] = []
        for part in parts:
            is_ending = is_ending or (part is not None and part[0] in ENDING)
            faults += fuzz(strategy(schema, fields=part, custom_scalars=SCALARS, **options), cases, send)
        told = {"check": f"{role}: {kind}"}
        if faults:
            told["fault"] = "\n".join(f"{operation[:400]} -> {fault}" for operation, fault in faults[:FAULTS_MAX])
        print(json.dumps(told), flush=True)
    shown = ", ".join(f"{count} {code}" for code, count in counts.most_common(5))
    print(json.dumps({"figure": f"{role}: {counts.total()} cases: {shown}"}), flush=True)


for _role, _token in TOKENS.items():
    with httpx.Client(headers={"authorization": f"Bearer {_token}"}, timeout=SECONDS_MAX) as _client:
        examine(_role, _client)

"""What a document may ask: each limit at its last allowed value and one beyond, and documents made to hurt."""

import gc
import time

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, get_introspection_query, parse

from domain.core.actors import Audience, Grants
from resolvers.limits import (
    AliasLimit,
    CostLimit,
    DepthLimit,
    DirectiveLimit,
    LimitExceeded,
    Limits,
    OperationLimit,
    OverlapLimit,
    TooManyTokens,
    cost,
    measure,
    page_variables,
)
from resolvers.operation import DOCUMENTS_MAX, TOKENS_MAX, Dispatcher, Invalid
from resolvers.request import GraphRequest, OperationUnresolved
from tests.graph.conftest import NoWriteRoad

SCHEMA = build_schema("""
type Query { a: String self: Query items(first: Int, last: Int): ItemConnection! item: Item nodes(ids: [ID!]!): [Item] }
type Mutation { a: String }
type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! totalCount: Int! }
type ItemEdge { node: Item! cursor: String! }
type Item { id: ID! lines: [Line!]! items(first: Int): ItemConnection! self: Item }
type Line { item: Item }
""")
GRANTS = Grants(version=1, audience=Audience.STAFF, companies=(1,), tiers={})
LIMITS = Limits()


def weigh(query: str) -> None:
    """Measure a document."""
    measure(parse(query, max_tokens=LIMITS.tokens), LIMITS)


def cost_of(query: str, schema: GraphQLSchema = SCHEMA, **variables: object) -> int:
    """The cost of the document's first operation."""
    document = parse(query)
    node = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return cost(document, node, variables, schema)


def dispatcher() -> Dispatcher:
    """A dispatcher that never gets as far as a road."""
    return Dispatcher(lambda _: SCHEMA, read=NoWriteRoad(), write=NoWriteRoad())


def nested(levels: int) -> str:
    """A document so many levels deep."""
    return "{" + "self {" * (levels - 1) + "a" + "}" * levels


def aliased(count: int) -> str:
    """A document with so many aliases."""
    return "{ self {" + " ".join(f"a{n}: a" for n in range(count)) + "} }"


def doubling(links: int, inner: str = "a", field: str = "self") -> str:
    """Fragments of which each spreads the next one twice, below a field."""
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(links))
    return f"{{ {field} {{ ...F0 }} }} {chain} fragment F{links} on Query {{ {inner} }}"


@pytest.mark.parametrize(
    ("allowed", "refused", "limit"),
    [
        (nested(12), nested(13), DepthLimit),
        (aliased(50), aliased(51), AliasLimit),
        ("{" + "a " * 20 + "}", "{" + "a " * 21 + "}", OperationLimit),
        ("mutation {" + "a " * 5 + "}", "mutation {" + "a " * 6 + "}", OperationLimit),
        ("{ a" + " @skip(if: false)" * 20 + "}", "{ a" + " @skip(if: false)" * 21 + "}", DirectiveLimit),
    ],
)  # fmt: skip
def test_each_limit_allows_its_number_and_not_one_more(allowed: str, refused: str, limit: type[LimitExceeded]) -> None:
    weigh(allowed)
    with pytest.raises(limit):
        weigh(refused)


def test_tokens_are_counted_while_the_document_is_read() -> None:
    request = GraphRequest(query="{ self {" + "a " * 4_996 + "} }")
    with pytest.raises(TooManyTokens) as refused:
        dispatcher().prepare(request, GRANTS)
    assert refused.value.values == {"limit": 5_000}
    with pytest.raises(TooManyTokens):
        dispatcher().prepare(GraphRequest(query="#\n" * 5_001 + "{ a }"), GRANTS)


@pytest.mark.parametrize("links", [25, 200, 400])
@pytest.mark.parametrize("inner", ["a", "b: a", "a @skip(if: true)", "self { a }"])
def test_chained_doubling_fragments_are_refused_at_once(links: int, inner: str) -> None:
    # What the collector does about all that other tests left is not the document's.
    gc.disable()
    try:
        begun = time.thread_time()
        with pytest.raises(LimitExceeded):
            weigh(doubling(links, inner))
        assert time.thread_time() - begun < 1
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ("{ self {" + "a " * 200 + "} }", "{ self {" + "a " * 201 + "} }"),
        ("{ self {" + "self { a } " * 140 + "} }", "{ self {" + "self { a } " * 142 + "} }"),
        (f"{{ self {{ {'... { a } ' * 200} }} }}", f"{{ self {{ {'... { a } ' * 201} }} }}"),
    ],
)
def test_what_validation_would_compare_is_limited(allowed: str, refused: str) -> None:
    weigh(allowed)
    with pytest.raises(OverlapLimit):
        weigh(refused)


def test_fragments_that_are_spread_side_by_side_are_compared_too() -> None:
    def document(count: int) -> str:
        spreads = " ".join(f"...F{n}" for n in range(count))
        return f"{{ self {{ {spreads} }} }}" + "".join(f" fragment F{n} on Query {{ a }}" for n in range(count))

    weigh(document(141))
    with pytest.raises(OverlapLimit):
        weigh(document(142))


@pytest.mark.parametrize("query", [
    "{ self { " + "a " * 4_900 + "} }",
    "{ self { " + "self { a } " * 1_200 + "} }",
    "{ self { " + " ".join(f"...F{n}" for n in range(450)) + "} }" + "".join(
        f" fragment F{n} on Query {{ a }}" for n in range(450)),
    "{ self { ...A } } fragment A on Query { self { ...A } a: self { ...A } b: self { ...A } c: self { ...A } }",
])  # fmt: skip
def test_documents_that_repeat_themselves_are_refused_at_once(query: str) -> None:
    document = parse(query, max_tokens=LIMITS.tokens)
    begun = time.thread_time()
    with pytest.raises(LimitExceeded):
        measure(document, LIMITS)
    assert time.thread_time() - begun < 1


def test_limits_hold_through_fragments() -> None:
    aliases = " ".join(f"a{n}: a" for n in range(26))
    weigh(f"{{ self {{ ...F }} }} fragment F on Query {{ {aliases} }}")
    with pytest.raises(AliasLimit):
        weigh(f"{{ self {{ ...F ...F }} }} fragment F on Query {{ {aliases} }}")
    with pytest.raises(OperationLimit):
        weigh("{ ...F ...F ...F } fragment F on Query { " + "a " * 7 + "}")
    with pytest.raises(DepthLimit):
        weigh("{" + "self {" * 6 + "...F" + "}" * 7 + " fragment F on Query {" + "self {" * 6 + "a" + "}" * 7)


def test_a_circle_of_fragments_is_measured_and_left_to_validation() -> None:
    query = "{ ...A } fragment A on Query { self { ...B } } fragment B on Query { self { ...A } }"
    weigh(query)
    with pytest.raises(Invalid) as refused:
        dispatcher().prepare(GraphRequest(query=query), GRANTS)
    assert refused.value.refusals[0].message() == "Cannot spread fragment 'A' within itself via 'B'."


def test_introspection_may_be_deeper_but_not_without_end() -> None:
    weigh(get_introspection_query(descriptions=True, specified_by_url=True, input_value_deprecation=True))
    with pytest.raises(DepthLimit):
        weigh("{ __schema { types { fields { type {" + "ofType {" * 17 + "name" + "}" * 22)


def test_a_page_costs_its_rows_and_a_list_ten() -> None:
    assert cost_of("{ a }") == 0
    assert cost_of("{ item { id } }") == 1
    assert cost_of("{ items { nodes { id } } }") == 1 + 50
    assert cost_of("{ items(first: 7) { nodes { id } totalCount } }") == 1 + 7 + 1
    assert cost_of("{ items(first: 7) { edges { node { id } } } }") == 1 + 7 * 2
    assert cost_of("{ items(first: 3) { nodes { lines { item { id } } } } }") == 1 + 3 * (1 + 10 * 2)
    assert cost_of("{ items(first: 3) { nodes { items(first: 4) { nodes { id } } } } }") == 1 + 3 * (1 + 1 + 4)
    assert cost_of('{ nodes(ids: ["x", "y"]) { id } }') == 2


def test_page_sizes_in_variables_count() -> None:
    query = "query($n: Int = 5) { items(last: $n) { ...F } } fragment F on ItemConnection { nodes { id } }"
    assert (cost_of(query), cost_of(query, n=9), cost_of(query, n=None), cost_of(query, n=-1)) == (6, 10, 51, 1)
    assert page_variables(
        parse("query($n: Int, $m: Int) { items(first: $n) { nodes { items(first: $m) { totalCount } } } }")
    ) == {"n", "m"}


def test_an_operation_that_could_answer_too_much_is_refused_before_validation_errors_are_told() -> None:
    query = "query($n: Int) { items(first: $n) { nodes { items(first: 100) { nodes { id } } } } }"
    allowed = dispatcher().prepare(GraphRequest(query=query, variables={"n": 98}), GRANTS)
    assert allowed.cost == 1 + 98 * (1 + 1 + 100)
    with pytest.raises(CostLimit):
        dispatcher().prepare(GraphRequest(query=query, variables={"n": 100}), GRANTS)


def test_at_most_five_faults_are_told_and_none_suggests_a_name() -> None:
    with pytest.raises(Invalid) as refused:
        dispatcher().prepare(GraphRequest(query="{" + " ".join(f"itemz{n}" for n in range(9)) + "}"), GRANTS)
    assert [one.message() for one in refused.value.refusals] == [
        f"Cannot query field 'itemz{n}' on type 'Query'." for n in range(5)
    ]
    assert refused.value.locations[1] == [(1, 9)]


def test_the_operation_is_chosen_by_name() -> None:
    made = dispatcher()
    query = "query A { a } query B { item { id } }"
    assert made.prepare(GraphRequest(query=query, operation_name="B"), GRANTS).cost == 1
    for name in (None, "C", ""):
        with pytest.raises(OperationUnresolved):
            made.prepare(GraphRequest(query=query, operation_name=name), GRANTS)


def test_a_document_is_parsed_and_validated_once() -> None:
    made = dispatcher()
    first, second = (made.prepare(GraphRequest(query="{ a }"), GRANTS) for _ in range(2))
    assert first.document is second.document


def test_remembered_documents_are_bounded_by_number_and_by_size() -> None:
    made = dispatcher()
    first = made.prepare(GraphRequest(query="{ a }"), GRANTS)
    for number in range(DOCUMENTS_MAX):
        made.prepare(GraphRequest(query=f"{{ x{number}: a }}"), GRANTS)
    assert made.prepare(GraphRequest(query="{ a }"), GRANTS).document is not first.document
    second = made.prepare(GraphRequest(query="{ a }"), GRANTS)
    for number in range(TOKENS_MAX // 4_990 + 1):
        made.prepare(GraphRequest(query=f"{{ x{number}: nodes(ids: [{'1 ' * 4_980}]) {{ id }} }}"), GRANTS)
    assert made.prepare(GraphRequest(query="{ a }"), GRANTS).document is not second.document

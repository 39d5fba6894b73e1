"""The rules of the house over the graph: everything declared is reachable, described, bounded, and under review."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_specified_directive,
    is_specified_scalar_type,
)

import domain
from domain.core.actors import Audience
from domain.core.columns import spec_of
from resolvers.events import WATCHES
from schema.graph import MUTATIONS, SCHEMA, SDL, visible
from tests.graph.conftest import VIEWS

ROOT = Path(__file__).parents[2]
GRAPH = SCHEMA._schema

# Commands that no client sends, with who does.
NOT_IN_THE_GRAPH = {
    "OpenImportRun": "an importer, around its run",
    "CloseImportRun": "an importer, around its run",
    "ImportHistory": "an importer, a chunk at a time",
    "CopyHistory": "an importer, a chunk at a time",
    "OpenHistoricalStock": "an importer, at the cut-over date",
    "FoundBooks": "the demonstration, for periods of later years",
    "ContinueDuplicateSearch": "the sweep of searches that run",
    "RaiseAlert": "the rules that watch events",
    "EscalateAlert": "the sweep of what nobody took",
    "QueueWebhookMessages": "the handler of every event",
    "RecordWebhookAttempt": "the sender of webhooks",
    "SuspendWebhookSubscription": "the sender of webhooks",
    "BeginExport": "the runner of exports",
    "RecordExportProgress": "the runner of exports",
    "FinishExport": "the runner of exports",
    "ExpireExport": "the runner of exports",
    "ReceiveBulkUpload": "whoever takes the file",
    "BeginMutationRun": "the runner of bulk mutations",
    "RecordMutationProgress": "the runner of bulk mutations",
    "FinishMutationRun": "the runner of bulk mutations",
    "ExpireMutationRun": "the runner of bulk mutations",
    "ExpireBulkUpload": "the runner of bulk mutations",
}

# Lists without a page: as long as a document's lines, the values of a row, the faults of a request, what a caller is.
SHORT_LISTS = {"SourceKey", "UserError", "Money", "String", "ID", "ViewerRoles"}


def own_types() -> Iterator[GraphQLNamedType]:
    for name, type_ in GRAPH.type_map.items():
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield type_


def members(type_: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """The fields, arguments and values of a type, each with its coordinate."""
    yield type_.name, type_
    if isinstance(type_, GraphQLEnumType):
        yield from ((f"{type_.name}.{name}", value) for name, value in type_.values.items())
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field
            for argument, about in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}({argument}:)", about


def test_the_printed_graph_is_the_one_under_review() -> None:
    reviewed = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
    assert SDL.splitlines() == reviewed.splitlines(), "the graph changed: `make snapshots`, then review the difference"


def test_every_type_field_argument_and_value_is_described() -> None:
    silent = [coordinate for type_ in own_types() for coordinate, member in members(type_) if not member.description]
    assert silent == []


def test_the_roots_of_a_subgraph_are_described_too() -> None:
    seen = visible(VIEWS[Audience.STAFF]).type_map
    added = [seen[name] for name in ("_Any", "_Entity", "_Service")]
    roots = [(name, seen["Query"].fields[name]) for name in ("_entities", "_service")]
    parts = [*(part for type_ in added for part in members(type_)), *roots, *roots[0][1].args.items()]
    assert [name for name, part in parts if not part.description] == []
    assert isinstance(seen["_Any"], GraphQLScalarType) and seen["_Any"].specified_by_url


def test_every_directive_of_our_own_is_described() -> None:
    ours = [directive for directive in GRAPH.directives if not is_specified_directive(directive)]
    assert [directive.name for directive in ours if not directive.description] == []


def test_every_scalar_names_its_specification() -> None:
    scalars = [type_ for type_ in own_types() if isinstance(type_, GraphQLScalarType)]
    assert [scalar.name for scalar in scalars if not scalar.specified_by_url] == []


def test_every_exposed_record_and_report_has_a_connection_at_the_root() -> None:
    assert GRAPH.query_type is not None
    rooted = {get_named_type(field.type).name for field in GRAPH.query_type.fields.values()}
    exposed = {f"{record.__name__}Connection" for record in domain.RECORDS.values() if record.spec.exposed}
    exposed |= {f"{report.__name__}Connection" for report in domain.REPORTS}
    assert exposed - rooted == set()


def test_every_command_is_a_mutation_or_named_with_its_sender() -> None:
    assert GRAPH.mutation_type is not None
    performed = {MUTATIONS[name].__name__ for name in GRAPH.mutation_type.fields}
    registered = {command.__name__ for command in domain.COMMANDS}
    assert performed - registered == set()
    assert registered - performed == set(NOT_IN_THE_GRAPH)


def test_every_event_can_be_watched_under_the_name_that_lists_its_records() -> None:
    assert GRAPH.query_type is not None and GRAPH.subscription_type is not None
    listed = {
        (get_named_type(field.type).name.removesuffix("Connection"), name)
        for name, field in GRAPH.query_type.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    }
    watched = {(watch.entity, name) for name, watch in WATCHES.items()}
    assert watched <= listed
    assert set(WATCHES) == set(GRAPH.subscription_type.fields)
    told = {event: watch.entity for watch in WATCHES.values() for event in watch.events}
    assert told == {event: record.__name__ for event, record in domain.EVENTS.items()}
    for name, watch in WATCHES.items():
        assert len(set(watch.events.values())) == len(watch.events), name


def test_every_list_of_rows_is_a_page_or_the_lines_of_a_document() -> None:
    owned = {
        (domain.RECORDS[link.target].__name__, camel(link.lines))
        for record in domain.RECORDS.values()
        for column in record.table.columns
        for link in [spec_of(column).reference]
        if link is not None and link.lines
    }
    endless = [
        f"{type_.name}.{name}"
        for type_ in own_types()
        if isinstance(type_, GraphQLObjectType) and not type_.name.endswith(("Connection", "Aggregate"))
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and (type_.name, name) not in owned
        if get_named_type(field.type).name not in SHORT_LISTS and type_.name != "Query"
    ]
    assert endless == []


def test_every_connection_can_be_limited() -> None:
    unlimited = [
        f"{type_.name}.{name}"
        for type_ in own_types()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if get_named_type(field.type).name.endswith("Connection") and not {"first", "after"} <= set(field.args)
    ]
    assert unlimited == []


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)

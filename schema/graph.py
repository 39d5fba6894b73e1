"""The whole graph, merged from the modules, and the part of it that each audience sees."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import strawberry
from graphql import GraphQLSchema, get_named_type
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

import domain
from authz.audiences import Visible
from domain.core.actors import PARTNERS, Audience
from domain.core.columns import Tier
from domain.core.commands import CommandSpec
from domain.core.errors import DomainError, Refusal
from domain.core.records import Partners
from domain.governance.sign_in import SIGN_IN_REFUSALS
from resolvers.catalog import CATALOG, Entity, ToMany, ToOne, camel
from resolvers.codes import refusals_by_code, user_error_types
from resolvers.events import WATCHES
from resolvers.inputs import mutation_name
from schema.alerts import AlertsMutation, AlertsQuery
from schema.coexistence import CoexistenceMutation, CoexistenceQuery
from schema.commands import USER_ERRORS
from schema.consolidation import ConsolidationMutation, ConsolidationQuery
from schema.core import CoreQuery
from schema.derive import group_fields
from schema.finance import FinanceMutation, FinanceQuery
from schema.governance import GovernanceMutation, GovernanceQuery
from schema.inventory import InventoryMutation, InventoryQuery
from schema.logistics import LogisticsMutation, LogisticsQuery
from schema.making import TYPES
from schema.manufacturing import ManufacturingMutation, ManufacturingQuery
from schema.master_data import MasterDataMutation, MasterDataQuery
from schema.people import PeopleMutation, PeopleQuery
from schema.procurement import ProcurementMutation, ProcurementQuery
from schema.sales import SalesMutation, SalesQuery
from schema.scalars import SCALARS
from schema.viewer import ViewerQuery
from schema.visible import visible_schema
from schema.watching import Subscription

Query = merge_types("Query", (
    ViewerQuery, MasterDataQuery, PeopleQuery, FinanceQuery, InventoryQuery, ProcurementQuery, SalesQuery,
    ConsolidationQuery, LogisticsQuery, ManufacturingQuery, CoexistenceQuery, GovernanceQuery, AlertsQuery, CoreQuery,
))  # fmt: skip

Mutation = merge_types("Mutation", (
    MasterDataMutation, PeopleMutation, FinanceMutation, InventoryMutation, ProcurementMutation, SalesMutation,
    ConsolidationMutation, LogisticsMutation, ManufacturingMutation, GovernanceMutation, CoexistenceMutation,
    AlertsMutation,
))  # fmt: skip

# `merge_types` takes no description.
for _root, _about in (
    (Query, "What can be asked: rows by id, business key or legacy key, and pages of rows with totals."),
    (Mutation, "What can be made true: one command each, with typed refusals."),
    (Subscription, "What can be watched: what happens from now on, or since a cursor."),
):
    _root.__strawberry_definition__.description = _about

SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[TYPES[name] for name in (*CATALOG, *USER_ERRORS) if name in TYPES],
    config=StrawberryConfig(scalar_map=SCALARS),
)

# The command behind each mutation field, by its name in the graph.
MUTATIONS: Mapping[str, type[Any]] = {mutation_name(command.spec): command for command in domain.COMMANDS}

# strawberry prints no description of the one directive that it defines.
_ONE_OF = "directive @oneOf on INPUT_OBJECT"
_ONE_OF_DOC = '"""Exactly one field of the input is given, and it is not null."""'

# The schema as text, under review in schema/schema.graphql.
SDL = SCHEMA.as_str().replace(_ONE_OF, f"{_ONE_OF_DOC}\n{_ONE_OF}") + "\n"


# strawberry keeps graphql-core's schema there.
_WHOLE: Any = SCHEMA._schema


def _field_names() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """For each derived type that names an entity's fields: the entity, and the field behind each member."""
    names: dict[str, tuple[str, Mapping[str, str]]] = {}
    for entity in CATALOG.values():
        own = {name: name for name in entity.fields}
        for suffix in ("", "Filter", "Numbers", "Bounds"):
            names[f"{entity.name}{suffix}"] = (entity.name, own)
        orders = {column.upper(): camel(column) for column in entity.orders}
        names[f"{entity.name}OrderField"] = (entity.name, orders)
        groups = group_fields(entity)
        by_value = {value: _grouped(entity.fields, key) for value, (key, _, _) in groups.items()}
        names[f"{entity.name}GroupBy"] = (entity.name, by_value)
        names[f"{entity.name}GroupKey"] = (
            entity.name,
            {key: _grouped(entity.fields, key) for key, _, _ in groups.values()},
        )
    return names


def _grouped(fields: Mapping[str, object], key: str) -> str:
    """The field behind a group key: orderedOnYear is about orderedOn."""
    return key if key in fields else key.removesuffix("Year").removesuffix("Month")


_FIELDS = _field_names()
_REFUSALS = {name: kind for name, (kind, _) in user_error_types().items()}
_KINDS_BY_CODE = refusals_by_code()
_ROOT_ENTITIES = {
    name: entity
    for name, root in _WHOLE.type_map["Query"].fields.items()
    if (entity := CATALOG.get(get_named_type(root.type).name.removesuffix("Connection")))
}


# The reports by the names of their roots.
REPORT_ROOTS: Mapping[str, Entity] = {
    name: entity for name, entity in _ROOT_ENTITIES.items() if entity.report is not None
}


class _Seen:
    """What one audience knows, coordinate by coordinate."""

    def __init__(self, view: Visible) -> None:
        self._view = view

    def exists(self, name: str) -> bool:
        """Whether rows of the entity can be seen by some role of the audience."""
        record = CATALOG[name].record
        is_partner = self._view.audience in PARTNERS
        scope = record.spec.scope
        if is_partner and scope.partner is Partners.NOBODY and scope.owner is None:
            return False
        tier = Tier.PUBLIC if is_partner else Tier.INTERNAL
        return self._view.visible(record.spec.module, tier, name)

    def field(self, name: str, field: str) -> bool:
        """Whether a field of the entity exists for the audience."""
        entity = CATALOG[name]
        if not self.exists(name):
            return False
        source = entity.fields.get(field)
        if source is None:
            return field not in ("legacyKeys", "legacyKey") or self._view.audience not in PARTNERS
        if isinstance(source, ToMany):
            target = CATALOG[source.target]
            coordinate = target.coordinate(source.reference)
            return self.exists(target.name) and self._view.visible(target.module, source.spec.tier, coordinate)
        if isinstance(source, ToOne) and not self.exists(source.target):
            return False
        return self._view.visible(entity.module, source.spec.tier, entity.coordinate(field))

    def performs(self, spec: CommandSpec) -> bool:
        """Whether some role of the audience may perform the command."""
        return self._view.performable(spec.module, spec.action, spec.name)

    @cached_property
    def _modules(self) -> frozenset[str]:
        """The modules in which the audience performs something, and the kernel that all of them refuse with."""
        return frozenset({"core", *(one.spec.module for one in MUTATIONS.values() if self.performs(one.spec))})

    def refusal(self, kind: type[Refusal]) -> bool:
        """Whether the audience can meet the refusal: an entry of userErrors of a module in which it does something.

        Those without credentials meet what logging in refuses, and the faults of a request.
        """
        if issubclass(kind, DomainError) and self._view.audience is Audience.ANONYMOUS:
            return kind in SIGN_IN_REFUSALS
        package, _, path = kind.__module__.partition(".")
        return package != "domain" or path.partition(".")[0] in self._modules

    def __call__(self, type_name: str, member: str) -> bool:
        if type_name == "Query":
            if member in ("node", "nodes", "parseUdi", "viewerCan"):
                return self._view.audience is not Audience.ANONYMOUS
            entity = _ROOT_ENTITIES.get(member)
            return entity is None or self.exists(entity.name)
        if type_name == "Subscription":
            return self.exists(WATCHES[member].entity)
        if type_name == "Mutation":
            return self.performs(MUTATIONS[member].spec)
        if type_name in _REFUSALS:
            return self.refusal(_REFUSALS[type_name])
        if type_name == "ErrorCode":
            kinds = _KINDS_BY_CODE.get(member, ())
            return not kinds or any(self.refusal(kind) for kind in kinds)
        known = _FIELDS.get(type_name)
        return known is None or self.field(known[0], known[1].get(member, member))


@lru_cache(maxsize=64)
def visible(view: Visible) -> GraphQLSchema:
    """The schema that the audience of the view sees; the same object for the same view."""
    return visible_schema(SDL, _WHOLE, _Seen(view))

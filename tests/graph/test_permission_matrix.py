"""Who may read what, who may do what: every role against every field and command, as a snapshot under review.

`SKEIN_WRITE_MATRIX=1` writes the snapshot anew; the difference is then read like code. A line names a type, a tier and
the roles that read these fields of it; `role@group` reads them only when the role is held in the group itself.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from uuid import UUID

from authz.grants import compile_grants
from authz.policy import baseline
from authz.scope import readable_companies, row_scope
from domain import COMMANDS
from domain.core.actors import Actor, Audience, Grants
from domain.core.columns import Tier
from domain.core.commands import CommandSpec
from domain.core.records import GROUP, GroupRecord
from resolvers.catalog import CATALOG, Entity, Source, ToMany, ToOne, field_name

SNAPSHOT = Path(__file__).with_name("permission_matrix.csv")
COMPANIES = (1, 2)
POLICY = baseline()
ROLES = sorted(POLICY.audiences)


def holder(role: str, company: int) -> tuple[Actor, Grants]:
    """Someone who holds the role in one company, or in the group; a partner with a party of its own."""
    audience = POLICY.audiences[role]
    partners = frozenset() if audience is Audience.STAFF else frozenset({UUID(int=7)})
    roles = {company: frozenset({role})}
    actor = Actor(id=UUID(int=1), name=role, audience=audience, roles=roles, partners=partners)
    return actor, compile_grants(POLICY, actor, COMPANIES)


HOLDERS = {(role, company): holder(role, company) for role in ROLES for company in (GROUP, COMPANIES[0])}


def reads(role: str, company: int, entity: Entity, source: Source) -> bool:
    """Whether the role, held there, answers a value of the field for some row."""
    actor, grants = HOLDERS[role, company]
    if row_scope(entity.record, actor, grants).nothing:
        return False
    if isinstance(source, ToMany):
        target = CATALOG[source.target]
        name = field_name(source.column, source.spec)
        is_linked = readable_companies(target.record, grants, source.spec.tier, target.coordinate(name))
        return bool(is_linked) and not row_scope(target.record, actor, grants).nothing
    if isinstance(source, ToOne) and row_scope(CATALOG[source.target].record, actor, grants).nothing:
        return False
    return bool(readable_companies(entity.record, grants, source.spec.tier, entity.coordinate(source.name)))


def readers(entity: Entity, source: Source) -> str:
    """The roles that read the field, each marked where it must be held in the group."""
    found: list[str] = []
    for role in ROLES:
        if reads(role, COMPANIES[0], entity, source):
            found.append(role)
        elif reads(role, GROUP, entity, source):
            found.append(f"{role}@group")
    return " ".join(found)


def performers(spec: CommandSpec) -> str:
    """The roles that may perform the command, marked where it takes a role held in the group."""
    is_group = issubclass(spec.record, GroupRecord)
    found: list[str] = []
    for role in ROLES:
        in_company, in_group = (
            HOLDERS[role, company][1].may(spec.module, spec.action, spec.name) for company in (COMPANIES[0], GROUP)
        )
        if COMPANIES[0] in in_company and not is_group:
            found.append(role)
        elif GROUP in in_group:
            found.append(f"{role}@group")
    return " ".join(found)


def lines() -> Iterator[tuple[str, str, str, str]]:
    """(type, tier, readers, fields), fields of equal answer together; commands come last."""
    for entity in sorted(CATALOG.values(), key=lambda one: one.name):
        together: dict[tuple[Tier, str], list[str]] = defaultdict(list)
        for source in entity.fields.values():
            together[source.spec.tier, readers(entity, source)].append(source.name)
        order = list(Tier)
        for (tier, roles), fields in sorted(together.items(), key=lambda one: (order.index(one[0][0]), one[0][1])):
            yield entity.name, tier.value, roles or "nobody", " ".join(sorted(fields))
    for spec in sorted((command.spec for command in COMMANDS), key=lambda one: one.name):
        yield "Mutation", spec.action.value, performers(spec) or "nobody", spec.name[0].lower() + spec.name[1:]


def matrix() -> str:
    """The snapshot's text."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("type", "tier", "roles", "fields"))
    writer.writerows(lines())
    return out.getvalue()


def test_the_permission_matrix_is_the_one_that_was_reviewed() -> None:
    made = matrix()
    if os.environ.get("SKEIN_WRITE_MATRIX"):
        SNAPSHOT.write_text(made, encoding="utf-8")
    assert made.splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines()


def test_the_auditor_reads_every_field_but_personal_ones() -> None:
    personal = {
        entity.coordinate(source.name) for entity in CATALOG.values() for source in entity.fields.values()
        if source.spec.tier is Tier.PERSONAL
    }  # fmt: skip
    unread = {
        entity.coordinate(source.name) for entity in CATALOG.values() for source in entity.fields.values()
        if not reads("auditor", GROUP, entity, source)
    }  # fmt: skip
    assert unread == personal != set()


def test_pay_is_read_by_human_resources_alone() -> None:
    entity = CATALOG["EmployeePayRate"]
    assert readers(entity, entity.fields["rate"]) == "hr system"


def test_a_supplier_reads_the_prices_of_its_orders_and_a_customer_does_not() -> None:
    entity = CATALOG["PurchaseOrderLine"]
    roles = readers(entity, entity.fields["unitPrice"]).split()
    assert "supplier" in roles and "customer" not in roles


def test_every_field_a_policy_line_names_is_in_the_graph() -> None:
    named = {line.target for line in POLICY.lines if line.is_field}
    known = {entity.coordinate(name) for entity in CATALOG.values() for name in entity.fields}
    assert named - known == set()

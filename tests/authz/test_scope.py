"""Which rows of a record an actor may see follows from what the record declares and the actor holds."""

from uuid import UUID

import pytest

from authz.grants import compile_grants
from authz.scope import NOTHING, RowScope, readable_companies, row_scope
from domain import RECORDS
from domain.core.actors import Actor, Audience, Grants
from domain.core.columns import Tier
from domain.core.records import CompanyRecord, GroupRecord, Partners
from tests.authz.coordinates import POLICY

ORDER = RECORDS["purchase_order"]
ITEM = RECORDS["item"]
BALANCE = RECORDS["stock_balance"]
PARTY = RECORDS["party"]
SUPPLIER_PARTY = UUID(int=7)


def staff(roles: dict[int, set[str]], sites: frozenset[UUID] | None = None) -> tuple[Actor, Grants]:
    """A member of staff with the grants of the shipped policy in companies 1 and 2."""
    held = {company: frozenset(names) for company, names in roles.items()}
    actor = Actor(id=UUID(int=1), name="staff", audience=Audience.STAFF, roles=held, sites=sites)
    return actor, compile_grants(POLICY, actor, (1, 2))


def partner(role: str, parties: frozenset[UUID] = frozenset({SUPPLIER_PARTY})) -> tuple[Actor, Grants]:
    """A partner's user who holds `role` everywhere."""
    audience = POLICY.audiences[role]
    actor = Actor(id=UUID(int=2), name=role, audience=audience, roles={0: frozenset({role})}, partners=parties)
    return actor, compile_grants(POLICY, actor, (1, 2))


def test_staff_see_a_company_s_rows_only_where_they_read_its_module() -> None:
    assert row_scope(ORDER, *staff({1: {"buyer"}, 2: {"hr"}})) == RowScope(companies=frozenset({1}))


def test_a_group_wide_role_sees_every_company_s_rows_but_the_group_has_none() -> None:
    assert row_scope(ORDER, *staff({0: {"auditor"}})) == RowScope(companies=frozenset({1, 2}))


def test_staff_without_a_grant_for_the_module_see_no_row() -> None:
    assert row_scope(ORDER, *staff({1: {"hr"}})) == NOTHING


def test_a_group_master_is_seen_from_any_company() -> None:
    assert row_scope(ITEM, *staff({2: {"warehouse"}})) == RowScope()


def test_a_supplier_sees_its_own_orders() -> None:
    scope = row_scope(ORDER, *partner("supplier"))
    assert scope == RowScope(companies=frozenset({1, 2}), partner="supplier_id")


def test_a_partner_without_a_party_sees_no_row_of_its_own() -> None:
    assert row_scope(ORDER, *partner("supplier", frozenset())) == NOTHING


def test_a_customer_sees_no_order() -> None:
    assert row_scope(ORDER, *partner("customer")) == NOTHING


@pytest.mark.parametrize("roles, owner", [({0: {"controller"}}, None), ({1: {"controller"}, 2: {"buyer"}}, "user_id")])
def test_what_has_an_owner_is_seen_by_it_alone_unless_its_module_is_read_in_the_group(
    roles: dict[int, set[str]], owner: str | None
) -> None:
    assert row_scope(RECORDS["export_run"], *staff(roles)) == RowScope(owner=owner)


def test_what_has_an_owner_and_a_company_of_its_own_is_kept_in_the_group() -> None:
    delivery = RECORDS["webhook_delivery"]
    actor, grants = staff({1: {"integration"}})
    assert row_scope(delivery, actor, grants) == RowScope(companies=frozenset({0}), owner="subscription.user_id")
    assert readable_companies(delivery, grants, Tier.INTERNAL, "WebhookDelivery.status") == {0}
    assert readable_companies(delivery, grants, Tier.CONFIDENTIAL, "WebhookDelivery.responseExcerpt") == frozenset()


def test_a_partner_sees_no_row_of_a_record_that_belongs_to_no_partner() -> None:
    hidden = [record for record in RECORDS.values() if record.spec.scope.partner is Partners.NOBODY]
    for role in ("supplier", "customer"):
        seen = [record for record in hidden if row_scope(record, *partner(role)) != NOTHING]
        owners = [(record.spec.scope.owner, row_scope(record, *partner(role)).owner) for record in seen]
        assert all(owner is not None and owner == kept for owner, kept in owners), "only what it owns itself"


def test_who_holds_a_role_in_the_group_sees_what_others_own_only_where_the_whole_module_is_open() -> None:
    run = RECORDS["export_run"]
    assert row_scope(run, *staff({0: {"buyer"}})) == RowScope(owner="user_id")
    assert row_scope(run, *staff({0: {"group_admin"}})) == RowScope()


def test_the_anonymous_actor_sees_no_row_of_any_record() -> None:
    actor = Actor(id=UUID(int=0), name="anonymous", audience=Audience.ANONYMOUS, roles={})
    grants = compile_grants(POLICY, actor, (1, 2))
    assert {row_scope(record, actor, grants) for record in RECORDS.values()} == {NOTHING}


@pytest.mark.parametrize("sites, expected", [
    (None, RowScope(companies=frozenset({1}))),
    (frozenset({UUID(int=3)}), RowScope(companies=frozenset({1}), site=BALANCE.spec.scope.site)),
    (frozenset(), NOTHING),
])  # fmt: skip
def test_staff_restricted_to_sites_see_rows_of_those_sites(sites: frozenset[UUID] | None, expected: RowScope) -> None:
    assert BALANCE.spec.scope.site is not None
    assert row_scope(BALANCE, *staff({1: {"warehouse"}}, sites)) == expected


def test_a_guarded_field_of_a_group_master_needs_the_grant_in_the_group() -> None:
    _, in_company = staff({1: {"buyer"}})
    _, in_group = staff({0: {"buyer"}})
    assert readable_companies(PARTY, in_company, Tier.COMMERCIAL, "Party.paymentTerms") == frozenset()
    assert readable_companies(PARTY, in_group, Tier.COMMERCIAL, "Party.paymentTerms") == {0}


def test_an_open_field_of_a_group_master_follows_the_row() -> None:
    _, grants = staff({1: {"buyer"}})
    assert readable_companies(ITEM, grants, Tier.INTERNAL, "Item.name") == {0}
    assert readable_companies(ITEM, grants, Tier.PUBLIC, "Item.number") == {0}


def test_a_field_of_a_company_s_record_is_readable_where_it_is_granted() -> None:
    _, grants = staff({1: {"buyer"}, 2: {"warehouse"}})
    assert readable_companies(ORDER, grants, Tier.COMMERCIAL, "PurchaseOrder.totalDue") == {1}
    assert readable_companies(ORDER, grants, Tier.INTERNAL, "PurchaseOrder.note") == {1, 2}


def test_whoever_reads_a_field_sees_the_row_it_stands_on() -> None:
    """Else a grant would be void: for every shipped role and record, the readable companies lie within the scope."""
    for role, audience in POLICY.audiences.items():
        actor, grants = partner(role) if audience is not Audience.STAFF else staff({1: {role}})
        for record in RECORDS.values():
            if issubclass(record, GroupRecord) or not issubclass(record, CompanyRecord) or not record.spec.exposed:
                continue
            scope = row_scope(record, actor, grants)
            for tier in Tier:
                readable = grants.readable(record.spec.module, tier, f"{record.__name__}.anything") - {0}
                assert scope.nothing or readable <= (scope.companies or frozenset()), (role, record.__name__, tier)

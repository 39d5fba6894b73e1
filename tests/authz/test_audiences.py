"""The visible schema of an audience is the union of what its roles may read."""

from authz.audiences import views, visible_to
from authz.policy import baseline, parse
from domain.core.actors import Action, Audience
from domain.core.columns import Tier
from tests.authz.coordinates import commands, coordinates, enforced


def test_a_field_exists_for_an_audience_exactly_when_casbin_lets_one_of_its_roles_read_it() -> None:
    policy, seen = baseline(), views(baseline())
    for each in coordinates():
        for audience in Audience:
            roles = [role for role, its in policy.audiences.items() if its is audience]
            expected = any(enforced(role, each.module, each.name, each.tier.value, "READ") for role in roles)
            assert seen[audience].visible(each.module, each.tier, each.name) is expected, (audience, each.name)


def test_nothing_exists_for_the_anonymous_audience_but_to_log_in() -> None:
    anonymous = visible_to(baseline(), Audience.ANONYMOUS)
    assert [each.name for each in coordinates() if anonymous.visible(each.module, each.tier, each.name)] == []
    able = [spec.name for spec in commands() if anonymous.performable(spec.module, spec.action, spec.name)]
    assert able == ["LogIn"]
    assert anonymous.visible("master_data", Tier.PUBLIC, "Item.code") is False


def test_a_supplier_sees_the_price_of_an_order_and_no_cost() -> None:
    supplier = visible_to(baseline(), Audience.SUPPLIER)
    assert supplier.visible("procurement", Tier.COMMERCIAL, "PurchaseOrderLine.unitPrice") is True
    assert supplier.visible("procurement", Tier.COMMERCIAL, "PurchaseOrderLine.standardCost") is False
    assert supplier.visible("procurement", Tier.INTERNAL, "PurchaseOrder.note") is False
    assert supplier.performable("procurement", Action.CREATE, "CreatePurchaseOrder") is False


def test_nothing_of_procurement_exists_for_a_customer() -> None:
    customer = visible_to(baseline(), Audience.CUSTOMER)
    assert [
        each.name for each in coordinates()
        if each.module == "procurement" and customer.visible(each.module, each.tier, each.name)
    ] == []  # fmt: skip
    assert customer.visible("procurement", Tier.PUBLIC, "PurchaseOrder.number") is False


def test_a_field_denied_to_one_role_exists_while_another_may_read_it() -> None:
    text = "g, a, STAFF\ng, b, STAFF\np, STAFF, finance, INTERNAL, READ, allow\np, a, Entry.text, *, READ, deny"
    assert visible_to(parse(text, 1), Audience.STAFF).visible("finance", Tier.INTERNAL, "Entry.text") is True
    both = text + "\np, b, Entry.text, *, READ, deny"
    assert visible_to(parse(both, 1), Audience.STAFF).visible("finance", Tier.INTERNAL, "Entry.text") is False


def test_views_of_equal_policies_are_equal() -> None:
    assert views(baseline()) == views(baseline())
    assert hash(visible_to(baseline(), Audience.STAFF)) == hash(visible_to(baseline(), Audience.STAFF))

"""Who may approve how much: limits by role and class of items, and limits that were lent for some days."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.accounts import RoleAssignment, UserAccount
from domain.core.actors import Actor
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.records import GROUP
from domain.core.work import Work
from domain.master_data.items import ItemType
from domain.procurement.approval_rules import ApprovalLimitExceeded, Asked, Voice, voice_for
from domain.procurement.approvals import ApprovalLimit
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    ApprovePurchaseRequisition,
    CancelPurchaseOrderRest,
    CreatePurchaseRequisition,
    DelegateApproval,
    EndApprovalDelegation,
    PurchaseOrderLineInput,
    RejectPurchaseOrder,
    RequisitionLineInput,
)
from tests.domain.books import AX, NOW, TODAY, World, staff
from tests.domain.finance.money import rate
from tests.domain.procurement.billing import done

D = Decimal
BOSS, HIM = new_id(), new_id()
COMPONENT, SERVICE = ItemType.COMPONENT, ItemType.SERVICE


def asked(total: str = "1000", *types: ItemType, by: UUID | None = None) -> Asked:
    return Asked(
        what="Purchase order", number="PO-7", total=D(total), currency="USD",
        item_types=frozenset(types or (COMPONENT,)), asked_by=frozenset({by or HIM}),
    )  # fmt: skip


def test_an_approver_reaches_the_largest_limit_of_his_roles():
    limits = {("buyer", None): D(500), ("controller", None): D(1000)}
    own = Voice(roles=frozenset({"buyer", "controller"}))
    assert voice_for(asked(), limits, [own]) is own
    assert voice_for(asked(), None, [Voice(roles=frozenset())]).user_id is None
    with pytest.raises(ApprovalLimitExceeded) as refused:
        voice_for(asked(), limits, [Voice(roles=frozenset({"buyer"}))])
    assert refused.value.values == {
        "what": "Purchase order", "order": "PO-7", "total": D(1000), "currency": "USD", "limit": D(500),
        "item_type": "COMPONENT",
    }  # fmt: skip
    with pytest.raises(ApprovalLimitExceeded):
        voice_for(asked(), limits, [Voice(roles=frozenset({"auditor"}))])


def test_a_class_of_items_has_a_limit_of_its_own_and_the_strictest_in_a_document_counts():
    limits = {("controller", None): D(5000), ("controller", SERVICE): D(100)}
    own = Voice(roles=frozenset({"controller"}))
    assert voice_for(asked("1000", COMPONENT), limits, [own]) is own
    with pytest.raises(ApprovalLimitExceeded) as refused:
        voice_for(asked("1000", COMPONENT, SERVICE), limits, [own])
    assert (refused.value.values["item_type"], refused.value.values["limit"]) == ("SERVICE", D(100))
    # Where only services are limited, components are not.
    assert voice_for(asked("9999", COMPONENT), {("controller", SERVICE): D(100)}, [own]) is own


def test_a_lent_limit_reaches_further_but_not_for_what_its_lender_asked_for():
    limits = {("deputy", None): D(100), ("head", None): D(5000)}
    voices = [Voice(roles=frozenset({"deputy"})), Voice(roles=frozenset({"head"}), user_id=BOSS)]
    assert voice_for(asked("1000"), limits, voices).user_id == BOSS
    assert voice_for(asked("100"), limits, voices).user_id is None
    with pytest.raises(ApprovalLimitExceeded):
        voice_for(asked("1000", by=BOSS), limits, voices)


async def accounts_of(world: World, *people: Actor) -> None:
    """The accounts of people, each with the roles that it plays."""

    async def write(work: Work) -> None:
        rows = [
            {"id": one.id, "name": one.name, "display_name": one.name, "audience": one.audience, "locale": "en"}
            for one in people
        ]
        await work.insert(UserAccount, rows)
        held = [
            {"user_id": one.id, "role": role, "company_number": company, "valid_from_at": NOW}
            for one in people for company, roles in one.roles.items() for role in roles
        ]  # fmt: skip
        await work.insert(RoleAssignment, held)

    await world.works(GROUP, write)


async def limited(world: World, **amounts: str) -> None:
    """Limits in USD by role."""
    rows: list[dict[str, Any]] = [
        {"role": role, "currency": "USD", "amount": D(amount)} for role, amount in amounts.items()
    ]
    await world.works(AX, lambda work: work.insert(ApprovalLimit, rows))


async def test_limits_are_lent_from_a_day_to_a_day_and_can_be_taken_back(world: World):
    head, deputy = staff("hana", head=AX), staff("dara", deputy=AX)
    await accounts_of(world, head, deputy)
    await limited(world, head="5000", deputy="100")
    order = await world.ordered(AX, ("GEAR", "10", "100"))
    approve = ApprovePurchaseOrder(purchase_order_id=order)
    later = DelegateApproval(
        delegate_id=deputy.id, valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 9), reason="away"
    )
    await done(world, later, by=head)
    refusal = await world.refusal(deputy, AX, approve)
    assert (refusal.code, refusal.values["limit"]) == ("APPROVAL_LIMIT_EXCEEDED", D(100))
    lent = await done(world, replace(later, valid_from=TODAY), by=head)
    end = EndApprovalDelegation(approval_delegation_id=lent, last_on=TODAY)
    assert (await world.refusal(deputy, AX, end)).code == "NOT_FOUND"
    await done(world, approve, by=deputy)
    [row] = await world.rows("SELECT approved_by, approved_for FROM purchase_order WHERE id = $1", order)
    assert (row["approved_by"], row["approved_for"]) == (deputy.id, head.id)
    await done(world, end, by=head)
    [row] = await world.rows("SELECT valid_to FROM approval_delegation WHERE id = $1", lent)
    assert row["valid_to"] == TODAY
    himself = await world.refusal(head, AX, replace(later, delegate_id=head.id))
    assert (himself.code, himself.path) == ("INVALID_VALUE", ("delegate",))
    backwards = await world.refusal(head, AX, replace(later, valid_to=date(2026, 5, 1)))
    assert (backwards.code, backwards.path) == ("INVALID_VALUE", ("validTo",))


async def test_an_order_in_another_currency_than_the_limits_is_measured_at_the_rate_of_the_day(world: World):
    """1000 EUR at 1.25 are 1250 USD: above 1249.99, within 1250; limits in euro of their own go first."""
    await limited(world, controller="1249.99")
    order = await world.ordered(AX, ("GEAR", "10", "100"), currency="EUR")
    approve = ApprovePurchaseOrder(purchase_order_id=order)
    await world.rows("DELETE FROM currency_rate")
    unknown = await world.refusal(world.chief, AX, approve)
    assert (unknown.code, unknown.message()) == (
        "RATE_MISSING", "There is no rate from EUR to USD on 2026-05-20.",
    )  # fmt: skip
    await rate(world, "EUR", "USD", date(2026, 5, 1), "1.25")
    dear = await world.refusal(world.chief, AX, approve)
    assert dear.code == "APPROVAL_LIMIT_EXCEEDED"
    assert (dear.values["total"], dear.values["currency"], dear.values["limit"]) == (D(1250), "USD", D("1249.99"))
    row = {"role": "controller", "currency": "EUR", "amount": D(999)}
    await world.works(AX, lambda work: work.insert(ApprovalLimit, [row]))
    own = await world.refusal(world.chief, AX, approve)
    assert (own.values["total"], own.values["currency"], own.values["limit"]) == (D(1000), "EUR", D(999))
    await world.rows("UPDATE approval_limit SET amount = 1000 WHERE currency = 'EUR'")
    await done(world, approve, by=world.chief)


async def test_what_is_limited_only_in_a_third_currency_is_limited_all_the_same(world: World):
    row = {"role": "controller", "currency": "EUR", "amount": D("80.01")}
    await world.works(AX, lambda work: work.insert(ApprovalLimit, [row]))
    await world.rows("DELETE FROM currency_rate")
    await rate(world, "EUR", "USD", date(2026, 5, 1), "1.25")
    within, over = await world.ordered(AX, ("GEAR", "1", "100")), await world.ordered(AX, ("GEAR", "1", "100.02"))
    await done(world, ApprovePurchaseOrder(purchase_order_id=within), by=world.chief)
    refusal = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=over))
    assert (refusal.code, refusal.values["total"]) == ("APPROVAL_LIMIT_EXCEEDED", D("80.02"))


def requisition(world: World, quantity: str = "10", price: str = "100", **more: Any) -> CreatePurchaseRequisition:
    """The command that asks for gears."""
    line = RequisitionLineInput(
        item_id=world["GEAR"], quantity=D(quantity), expected_price=Money(D(price), more.pop("currency", "USD"))
    )
    return CreatePurchaseRequisition(purpose="gearbox line", lines=(line,), **more)


async def test_who_asked_for_the_goods_approves_neither_the_requisition_nor_its_order(world: World):
    planner, second = staff("pia", planner=AX), staff("sam", controller=AX)
    asked_for = await done(world, requisition(world), by=planner)
    own = await world.refusal(planner, AX, ApprovePurchaseRequisition(purchase_requisition_id=asked_for))
    assert own.code == "SEGREGATION_OF_DUTIES"
    [line] = await world.rows("SELECT id FROM purchase_requisition_line")
    ordering = world.order(AX, ("GEAR", "10", "95"))
    needed = replace(ordering.lines[0], requisition_line_id=line["id"])
    ordering = replace(ordering, lines=(needed,))
    early = await world.refusal(world.buyer, AX, ordering)
    assert (early.code, early.path) == ("WRONG_STATE", ("lines", 0, "requisitionLine"))
    await done(world, ApprovePurchaseRequisition(purchase_requisition_id=asked_for), by=world.chief)
    order = await done(world, ordering, by=world.buyer)
    [state] = await world.rows("SELECT status FROM purchase_requisition")
    assert state["status"] == "ORDERED"
    twice = await world.refusal(world.buyer, AX, ordering)
    assert twice.code == "WRONG_STATE"
    refused = await world.refusal(planner, AX, ApprovePurchaseOrder(purchase_order_id=order))
    assert (refused.code, refused.values["conflicting"]) == ("SEGREGATION_OF_DUTIES", "CreatePurchaseRequisition")
    await done(world, ApprovePurchaseOrder(purchase_order_id=order), by=second)
    assert await world.findings() == []


async def test_a_requisition_is_approved_within_limits_and_told_in_the_companys_currency(world: World):
    await limited(world, controller="999.99")
    asked_for = await done(world, requisition(world), by=world.buyer)
    dear = await world.refusal(world.chief, AX, ApprovePurchaseRequisition(purchase_requisition_id=asked_for))
    assert (dear.code, dear.values["total"]) == ("APPROVAL_LIMIT_EXCEEDED", D(1000))
    euros = await world.refusal(world.buyer, AX, requisition(world, currency="EUR"))
    assert (euros.code, euros.path) == ("CURRENCY_MISMATCH", ("lines", 0, "expectedPrice"))
    assert await world.findings() == []


async def test_what_is_rejected_or_cancelled_is_needed_again(world: World):
    asked_for = await done(world, requisition(world), by=world.buyer)
    await done(world, ApprovePurchaseRequisition(purchase_requisition_id=asked_for), by=world.chief)
    [line] = await world.rows("SELECT id FROM purchase_requisition_line")

    def ordering(quantity: str) -> Any:
        one = world.order(AX, ("GEAR", quantity, "95"))
        parts: tuple[PurchaseOrderLineInput, ...] = tuple(
            replace(part, requisition_line_id=line["id"]) for part in one.lines
        )
        return replace(one, lines=parts)

    async def needed() -> tuple[str, int]:
        [row] = await world.rows(
            "SELECT r.status, n.ordered_quantity FROM purchase_requisition r JOIN purchase_requisition_line n "
            "ON n.company_id = r.company_id AND n.purchase_requisition_id = r.id"
        )
        return row["status"], int(row["ordered_quantity"])

    order = await done(world, ordering("10"), by=world.buyer)
    await done(world, RejectPurchaseOrder(purchase_order_id=order, reason="too dear"), by=world.chief)
    assert await needed() == ("APPROVED", 0)
    order = await done(world, ordering("12"), by=world.buyer)
    assert await needed() == ("ORDERED", 12)
    await done(world, ApprovePurchaseOrder(purchase_order_id=order), by=world.chief)
    await done(world, world.receipt(order, (1, "4", "0")), by=staff("rob", warehouse=AX))
    await done(world, CancelPurchaseOrderRest(purchase_order_id=order, reason="late"), by=world.buyer)
    assert await needed() == ("APPROVED", 4)
    assert await world.findings() == []

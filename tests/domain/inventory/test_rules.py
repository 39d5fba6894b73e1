from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.ids import new_id
from domain.core.ledger import Posting, Source, Unbalanced
from domain.core.money import Money
from domain.finance.models import AccountRole
from domain.finance.rules import Leg
from domain.inventory.models import MoveKind, StockStatus
from domain.inventory.money import line_money
from domain.inventory.rules import (
    GOODS,
    Act,
    Balance,
    CostChange,
    GoodsLeg,
    Incoming,
    IncomingLine,
    InsufficientStock,
    Line,
    OpeningStock,
    StockKey,
    after_line,
    cost_changes,
    enough,
    first_cost,
    incoming_lines,
    opening_difference,
    opening_line,
    revaluation_money,
    rounding_money,
)

ITEM, PLACE, OUTSIDE, SUPPLIER, SITE = (UUID(int=number) for number in range(1, 6))
ACCOUNTS = {role: UUID(int=100 + place) for place, role in enumerate(AccountRole)}
DAY = date(2026, 5, 20)


def delivery(accepted: str, rejected: str, price: str, currency: str = "USD", rate: str = "1") -> Incoming:
    return Incoming(
        posting_id=new_id(),
        occurred_on=DAY,
        source=Source(kind="GoodsReceipt", id=new_id(), number="GR-1"),
        supplier_id=SUPPLIER,
        site_id=SITE,
        currency=currency,
        rate=Decimal(rate),
        lines=(
            IncomingLine(
                item_id=ITEM,
                location_id=PLACE,
                accepted=Decimal(accepted),
                rejected=Decimal(rejected),
                unit_price=Decimal(price),
            ),
        ),
    )


def by_role(legs: tuple[Leg, ...]) -> dict[AccountRole, Decimal]:
    roles = {account: role for role, account in ACCOUNTS.items()}
    return {roles[leg.account_id]: leg.amount for leg in legs}


def money(incoming: Incoming, standard_cost: str, currency: str = "USD") -> tuple[Leg, ...]:
    """What a delivery of goods at standard cost makes of money."""
    act = Act(id=new_id(), kind=MoveKind.RECEIPT, occurred_on=DAY, lines=())
    legs: list[Leg] = []
    for line in incoming_lines(incoming, currency, ACCOUNTS, OUTSIDE):
        assert line.variance_id is not None or not line.counter
        told = replace(line, account_id=line.variance_id or line.account_id)
        gained = line.quantity * Decimal(standard_cost) if line.target.owner_id is None else Decimal(0)
        legs += line_money(told, act, gained, ACCOUNTS[AccountRole.STOCK], currency)
    return tuple(legs)


def test_goods_received_come_from_outside_and_rejected_ones_stay_the_suppliers():
    accepted, rejected = incoming_lines(delivery("8", "2", "3"), "USD", ACCOUNTS, OUTSIDE)
    assert (accepted.source, accepted.target, accepted.quantity, accepted.cost) == (
        StockKey(ITEM, OUTSIDE), StockKey(ITEM, PLACE), Decimal(8), Decimal(24),
    )  # fmt: skip
    assert (rejected.source, rejected.target, rejected.quantity, rejected.counter) == (
        StockKey(ITEM, OUTSIDE), StockKey(ITEM, PLACE, None, StockStatus.REJECTED, SUPPLIER), Decimal(2), (),
    )  # fmt: skip


def test_goods_that_vanish_are_refused():
    lost = GoodsLeg(key=StockKey(ITEM, PLACE), quantity=Decimal(1))
    with pytest.raises(Unbalanced) as refused:
        GOODS.check(Posting(id=new_id(), occurred_on=DAY, entries=(lost,)))
    assert refused.value.values["group"] == (ITEM, None)


def test_v14_a_receipt_above_standard_cost_is_variance_at_once():
    """Standard 100: receive 10 @150 -> stock 1000, 500 to variance (case V14)."""
    legs = money(delivery("10", "0", "150"), "100")
    assert by_role(legs) == {
        AccountRole.STOCK: Decimal(1000),
        AccountRole.GR_IR: Decimal(-1500),
        AccountRole.PURCHASE_PRICE_VARIANCE: Decimal(500),
    }


def test_v14_a_new_standard_cost_revalues_what_is_on_hand():
    """Rate 130 later -> stock 1300; cancel the rate -> 1000 (case V14)."""
    key = StockKey(ITEM, PLACE)
    held = Balance(id=new_id(), quantity=Decimal(10), unit_cost=Decimal(100))
    raised = cost_changes({key: held}, {ITEM: Decimal(130)}, "USD")
    assert raised == (CostChange(key=key, unit_cost=Decimal(130), value=Decimal(300)),)
    assert by_role(revaluation_money(raised, "USD", ACCOUNTS)) == {
        AccountRole.STOCK: Decimal(300),
        AccountRole.STOCK_REVALUATION: Decimal(-300),
    }
    lowered = Balance(id=held.id, quantity=Decimal(10), unit_cost=Decimal(130))
    [change] = cost_changes({key: lowered}, {ITEM: Decimal(100)}, "USD")
    assert change.value == Decimal(-300)


def test_goods_that_are_not_ours_are_not_revalued():
    key = StockKey(ITEM, PLACE, None, StockStatus.REJECTED, SUPPLIER)
    held = Balance(id=new_id(), quantity=Decimal(10), unit_cost=Decimal(0))
    assert cost_changes({key: held}, {ITEM: Decimal(130)}, "USD") == ()


def test_only_accepted_goods_are_owed_for():
    """F60: accepted 98 of 100 @50 -> GR/IR 4,900."""
    legs = money(delivery("98", "2", "50"), "50")
    assert by_role(legs) == {AccountRole.STOCK: Decimal(4900), AccountRole.GR_IR: Decimal(-4900)}


def test_a_wholly_rejected_delivery_moves_no_money():
    assert money(delivery("0", "5", "50"), "50") == ()


def test_a_foreign_price_is_owed_in_its_currency_and_counted_in_ours():
    """F41: USD 20,000 at 2.00 USD/EUR -> 10,000."""
    legs = money(delivery("100", "0", "200", "USD", "0.5"), "100", "EUR")
    owed = next(leg for leg in legs if leg.account_id == ACCOUNTS[AccountRole.GR_IR])
    assert (owed.transaction, owed.amount, owed.rate) == (
        Money(Decimal(-20000), "USD"),
        Decimal(-10000),
        Decimal("0.5"),
    )
    assert by_role(legs) == {AccountRole.STOCK: Decimal(10000), AccountRole.GR_IR: Decimal(-10000)}


def test_a_yen_price_is_owed_in_whole_yen():
    legs = money(delivery("3", "0", "33.4", "JPY", "0.01"), "1")
    owed = next(leg for leg in legs if leg.account_id == ACCOUNTS[AccountRole.GR_IR])
    assert owed.transaction == Money(Decimal(-100), "JPY")
    assert owed.amount == Decimal("-1.00")


def test_balances_add_what_moved_and_leave_the_outside_alone():
    key = StockKey(ITEM, PLACE)
    held = Balance(id=new_id(), quantity=Decimal(5), unit_cost=Decimal(2), storage_bin="A/1")
    [line] = incoming_lines(delivery("8", "0", "3"), "USD", ACCOUNTS, OUTSIDE)
    assert after_line({key: held}, line) == {key: replace(held, quantity=Decimal(13))}


def test_goods_that_are_promised_to_others_are_not_available():
    held = Balance(id=new_id(), quantity=Decimal(5), unit_cost=Decimal(2), reserved=Decimal(3))
    account = ACCOUNTS[AccountRole.COST_OF_SALES]
    line = Line(source=StockKey(ITEM, PLACE), target=StockKey(ITEM, OUTSIDE), quantity=Decimal(3), account_id=account)
    for may_be_negative in (False, True):
        with pytest.raises(InsufficientStock) as refused:
            enough(line, held, may_be_negative)
        assert refused.value.values["available"] == Decimal(2)
    enough(replace(line, fulfils=Decimal(1)), held, False)
    enough(replace(line, quantity=Decimal(9)), replace(held, reserved=Decimal(0)), True)


def test_an_opening_keeps_its_value_and_rounds_the_ledger_once():
    row = OpeningStock(item_id=ITEM, location_id=PLACE, quantity=Decimal(3), unit_cost=Decimal("1.3350"))
    line = opening_line(row, "USD", ACCOUNTS, OUTSIDE)
    assert (line.target, line.quantity, line.cost, line.unit_cost) == (
        StockKey(ITEM, PLACE), Decimal(3), Decimal("4.01"), Decimal("1.3350"),
    )  # fmt: skip
    act = Act(id=new_id(), kind=MoveKind.OPENING, occurred_on=DAY, lines=(line,))
    assert by_role(line_money(line, act, Decimal("4.01"), ACCOUNTS[AccountRole.STOCK], "USD")) == {
        AccountRole.STOCK: Decimal("4.01"),
        AccountRole.OPENING_BALANCE: Decimal("-4.01"),
    }


def test_what_rounding_made_off_the_whole_goes_to_the_rounding_account():
    rows = [
        OpeningStock(item_id=ITEM, location_id=PLACE, quantity=Decimal(1), unit_cost=Decimal("0.0040"))
        for _ in range(3)
    ]
    difference = opening_difference(rows, "USD")
    assert difference == Decimal("0.01")
    assert by_role(rounding_money(difference, "USD", ACCOUNTS)) == {
        AccountRole.ROUNDING: Decimal("0.01"),
        AccountRole.OPENING_BALANCE: Decimal("-0.01"),
    }
    assert rounding_money(Decimal(0), "USD", ACCOUNTS) == ()


def test_the_first_price_becomes_the_cost_in_our_currency():
    assert first_cost(Decimal("3.30"), Decimal("0.9090909091")) == Decimal("3.0000000000")

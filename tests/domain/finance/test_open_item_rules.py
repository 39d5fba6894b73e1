from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.errors import CurrencyMismatch
from domain.core.money import Money
from domain.finance.models import AccountRole
from domain.finance.rules.open_items import (
    AnotherParty,
    Cleared,
    ExceedsOpenAmount,
    Held,
    Item,
    MatchedBeforeItem,
    MatchingUnbalanced,
    Reduction,
    check_matchable,
    clearing_difference,
    revalue,
    settle,
    take,
)

DAY = date(2026, 5, 20)
PARTY, RECEIVABLE, PREPAID = UUID(int=1), UUID(int=2), UUID(int=3)


def item(transaction: str, amount: str, **more: object) -> Item:
    values: dict[str, object] = {
        "id": UUID(int=9), "number": "INV-1", "party_id": PARTY, "account_id": RECEIVABLE, "currency": "USD",
        "occurred_on": DAY, "rate": Decimal(7),
    }  # fmt: skip
    return Item(open_transaction=Decimal(transaction), open_amount=Decimal(amount), **(values | more))  # type: ignore[arg-type]


def test_f62_what_is_collected_at_another_rate_is_realised():
    """Case F62: USD 100,000 booked at 7.1000, collected at 7.0500 -> realised loss 5,000."""
    invoice, payment = item("100000", "710000"), item("-100000", "-705000")
    found = settle([take(invoice, Decimal(100_000), "CNY"), take(payment, Decimal(-100_000), "CNY")], [], "USD")
    assert found.exchange == Decimal(5_000)
    assert found.moved == {(RECEIVABLE, PARTY): (Decimal(0), Decimal(-5_000))}


def test_f39_and_f62_what_a_period_end_values():
    """Cases F39 and F62: 100 at 80, closing 85 -> gain 500; 100,000 at 7.10, closing 7.08 -> loss 2,000."""
    held = [
        Held(id=UUID(int=1), account_id=RECEIVABLE, currency="USD", transaction=Decimal(100), carried=Decimal(8000)),
        Held(id=UUID(int=2), account_id=RECEIVABLE, currency="INR", transaction=Decimal(5), carried=Decimal(5)),
    ]
    [valued] = revalue(held, {"USD": Decimal(85)}, "INR")
    assert valued.change == Decimal(500)
    loss = Held(
        id=UUID(int=3), account_id=RECEIVABLE, currency="USD", transaction=Decimal(100_000), carried=Decimal(710_000)
    )
    [valued] = revalue([loss], {"USD": Decimal("7.0800")}, "CNY")
    assert valued.change == Decimal(-2_000)
    assert revalue([loss], {"USD": Decimal("7.1")}, "CNY") == ()


def test_f41_a_bill_at_another_rate_is_exchange_and_no_price():
    """Case F41: USD 20,000 received at 2.00 USD a EUR = 10,000; billed at 1.25 = 16,000; 6,000 exchange, price 0."""
    dollars = Money(Decimal(20_000), "USD")
    found = clearing_difference(
        dollars, Money(Decimal(10_000), "EUR"), dollars, Money(Decimal(16_000), "EUR"), rate=Decimal("0.8")
    )
    assert found == Cleared(exchange=Decimal(6_000), price=Decimal(0))
    dearer = Money(Decimal(21_000), "USD")
    found = clearing_difference(
        dollars, Money(Decimal(10_000), "EUR"), dearer, Money(Decimal(16_800), "EUR"), rate=Decimal("0.8")
    )
    assert found == Cleared(exchange=Decimal(6_000), price=Decimal(800))
    with pytest.raises(CurrencyMismatch):
        clearing_difference(
            dollars, Money(Decimal(1), "EUR"), Money(Decimal(1), "GBP"), Money(Decimal(1), "EUR"), rate=Decimal(1)
        )


def test_a_part_takes_its_share_and_the_last_part_the_rest():
    whole = item("100", "710.01")
    first = take(whole, Decimal("33.33"), "CNY")
    assert first.amount == Decimal("236.65")
    second = take(first.after, Decimal("66.67"), "CNY")
    assert (second.amount, second.after.open_amount, second.after.open_transaction) == (Decimal("473.36"), 0, 0)


def test_a_discount_counts_at_the_rate_of_its_item_and_only_what_is_paid_is_exchange():
    invoice, payment = item("100", "710"), item("-98", "-690.90")
    parts = [take(invoice, Decimal(100), "CNY"), take(payment, Decimal(-98), "CNY")]
    given = Reduction(role=AccountRole.DISCOUNT_GIVEN, transaction=Decimal(2), amount=Decimal("14.20"))
    found = settle(parts, [given], "USD")
    assert found.exchange == Decimal("4.90")
    assert found.moved == {(RECEIVABLE, PARTY): (Decimal(-2), Decimal("-19.10"))}


def test_items_of_two_accounts_move_both():
    prepaid = item("-20000", "-142000", account_id=PREPAID, is_monetary=False)
    invoice = item("20000", "144000")
    found = settle([take(invoice, Decimal(20_000), "CNY"), take(prepaid, Decimal(-20_000), "CNY")], [], "USD")
    assert found.exchange == Decimal(2_000)
    assert found.moved == {
        (RECEIVABLE, PARTY): (Decimal(-20_000), Decimal(-144_000)),
        (PREPAID, PARTY): (Decimal(20_000), Decimal(142_000)),
    }  # fmt: skip


def test_items_of_one_account_that_meet_exactly_move_nothing():
    parts = [take(item("10", "70"), Decimal(10), "CNY"), take(item("-10", "-70"), Decimal(-10), "CNY")]
    assert dict(settle(parts, [], "USD").moved) == {}


def test_what_one_party_settles_for_another_moves_from_the_account_of_the_one_to_that_of_the_other():
    invoice, payment = item("10", "70", party_id=UUID(int=8)), item("-10", "-69")
    found = settle([take(invoice, Decimal(10), "CNY"), take(payment, Decimal(-10), "CNY")], [], "USD")
    assert found.exchange == Decimal(1)
    assert found.moved == {
        (RECEIVABLE, UUID(int=8)): (Decimal(-10), Decimal(-70)), (RECEIVABLE, PARTY): (Decimal(10), Decimal(69)),
    }  # fmt: skip


@pytest.mark.parametrize("asked", ["0", "-1", "100.01"])
def test_more_than_is_open_or_the_other_way_is_refused(asked: str):
    with pytest.raises(ExceedsOpenAmount) as refused:
        take(item("100", "710"), Decimal(asked), "CNY")
    assert refused.value.values["open_amount"] == Decimal(100)


def test_what_does_not_come_to_zero_is_refused():
    with pytest.raises(MatchingUnbalanced) as refused:
        settle([take(item("100", "710"), Decimal(100), "CNY")], [], "USD")
    assert refused.value.values == {"difference": Decimal(100), "currency": "USD"}


def test_items_of_another_party_currency_or_a_later_day_are_refused():
    with pytest.raises(AnotherParty):
        check_matchable(item("1", "7"), UUID(int=8), "USD", DAY)
    with pytest.raises(CurrencyMismatch):
        check_matchable(item("1", "7"), PARTY, "EUR", DAY)
    with pytest.raises(MatchedBeforeItem):
        check_matchable(item("1", "7"), PARTY, "USD", date(2026, 5, 19))

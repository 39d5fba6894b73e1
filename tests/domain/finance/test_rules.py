from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.errors import WrongState
from domain.core.ids import new_id
from domain.core.ledger import Posting, Unbalanced
from domain.core.money import Money
from domain.finance.models import JournalKind, PeriodState, SubLedger
from domain.finance.rules import (
    Closing,
    EarlierPeriodOpen,
    LaterPeriodClosed,
    Leg,
    Movement,
    Period,
    PeriodClosed,
    Voucher,
    check_voucher,
    closings,
    find_rate,
    in_company_currency,
    months,
    open_period,
    period_after,
)

STOCK, GR_IR = UUID(int=1), UUID(int=2)


def leg(account: UUID, amount: str, transaction: str, currency: str) -> Leg:
    return Leg(account_id=account, amount=Decimal(amount), transaction=Money(Decimal(transaction), currency))


def voucher(*legs: Leg) -> Voucher:
    posting = Posting[Leg](id=new_id(), occurred_on=date(2026, 5, 1), entries=legs)
    return Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting)


def test_a_voucher_over_two_currencies_balances_in_the_companys():
    mixed = voucher(leg(STOCK, "110", "110", "USD"), leg(GR_IR, "-110", "-100", "EUR"))
    assert check_voucher(mixed) is mixed


def test_a_voucher_of_one_foreign_currency_balances_in_it_too():
    with pytest.raises(Unbalanced) as refused:
        check_voucher(voucher(leg(STOCK, "110", "100", "EUR"), leg(GR_IR, "-110", "-101", "EUR")))
    assert refused.value.values == {"book": "money", "group": "EUR", "difference": Decimal(-1)}


def period(ledger: SubLedger, month: int, state: PeriodState = PeriodState.OPEN) -> Period:
    code, starts_on, ends_on = months(date(2026, month, 1), date(2026, month, 1))[0]
    return Period(id=new_id(), sub_ledger=ledger, code=code, starts_on=starts_on, ends_on=ends_on, state=state)


def test_a_posting_counts_in_the_general_period_of_its_day():
    general = period(SubLedger.GENERAL, 5)
    assert open_period([general, period(SubLedger.STOCK, 5)], SubLedger.STOCK, date(2026, 5, 31)) is general


@pytest.mark.parametrize(
    ("general", "stock", "named", "state"),
    [
        (PeriodState.OPEN, PeriodState.SOFT, "STOCK", "SOFT"),
        (PeriodState.HARD, PeriodState.OPEN, "GENERAL", "HARD"),
    ],
)
def test_a_closed_period_takes_no_posting(general: PeriodState, stock: PeriodState, named: str, state: str):
    periods = [period(SubLedger.GENERAL, 5, general), period(SubLedger.STOCK, 5, stock)]
    with pytest.raises(PeriodClosed) as refused:
        open_period(periods, SubLedger.STOCK, date(2026, 5, 1))
    assert refused.value.code == "PERIOD_CLOSED"
    assert refused.value.values == {"sub_ledger": named, "day": "2026-05-01", "state": state}


def test_a_day_without_a_period_takes_no_posting():
    with pytest.raises(PeriodClosed) as refused:
        open_period([], SubLedger.GENERAL, date(2030, 1, 1))
    assert refused.value.values["state"] == "MISSING"


def test_periods_close_in_order_and_open_again_in_reverse():
    april, may = period(SubLedger.GENERAL, 4), period(SubLedger.GENERAL, 5)
    assert period_after(april, PeriodState.SOFT, [april, may]) is PeriodState.SOFT
    with pytest.raises(EarlierPeriodOpen) as refused:
        period_after(may, PeriodState.HARD, [april, may])
    assert refused.value.values == {"period": "2026-05", "earlier": "2026-04"}
    closed_april = period(SubLedger.GENERAL, 4, PeriodState.SOFT)
    closed_may = period(SubLedger.GENERAL, 5, PeriodState.SOFT)
    with pytest.raises(LaterPeriodClosed):
        period_after(closed_april, PeriodState.OPEN, [closed_april, closed_may])
    assert period_after(closed_may, PeriodState.OPEN, [closed_april, closed_may]) is PeriodState.OPEN


def test_a_hard_closed_period_never_opens_again():
    with pytest.raises(WrongState):
        period_after(period(SubLedger.GENERAL, 4, PeriodState.HARD), PeriodState.OPEN, [])


def test_months_end_on_their_last_day():
    assert months(date(2027, 12, 15), date(2028, 2, 1)) == (
        ("2027-12", date(2027, 12, 1), date(2027, 12, 31)),
        ("2028-01", date(2028, 1, 1), date(2028, 1, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    )


def test_a_rate_is_found_as_published_inverted_or_across():
    rates = {("EUR", "USD"): Decimal("1.25"), ("EUR", "JPY"): Decimal("160")}
    assert find_rate(rates, "EUR", "USD") == Decimal("1.25")
    assert find_rate(rates, "USD", "EUR") == Decimal("0.8")
    assert find_rate(rates, "USD", "JPY") == Decimal("128")
    assert find_rate(rates, "USD", "USD") == Decimal(1)
    assert find_rate(rates, "USD", "CNY") is None


def test_an_amount_is_rounded_once_into_the_companys_currency():
    assert in_company_currency(Money(Decimal("100.00"), "EUR"), Decimal("1.08765"), "USD") == Decimal("108.77")


def test_balances_carry_what_did_not_move():
    held, moved = (STOCK, "USD"), (GR_IR, "EUR")
    before = {held: Closing(amount=Decimal(10), transaction=Decimal(10))}
    after = closings(before, {moved: Movement(debit=Decimal(1), credit=Decimal(3), transaction=Decimal(-2))})
    assert after == {held: before[held], moved: Closing(amount=Decimal(-2), transaction=Decimal(-2))}

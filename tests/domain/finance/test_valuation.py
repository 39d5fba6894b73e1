from datetime import date
from decimal import Decimal

from domain.finance import found_books
from domain.finance.commands import (
    CloseYear,
    PaymentMatchInput,
    ReopenYear,
    RevalueForeignCurrency,
    UnmatchOpenItems,
)
from domain.finance.models import PeriodState
from tests.domain.books import AX, World
from tests.domain.finance.money import (
    a_journal,
    a_line,
    a_payment,
    an_invoice,
    balance,
    close,
    done,
    item_ids,
    items,
    rate,
    vouchers,
)

MAY_31, JUNE_1, JUNE_10, JUNE_30 = date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 10), date(2026, 6, 30)
EUR = {"currency": "EUR"}


async def differences(world: World, *days: date) -> list[str]:
    return [await balance(world, "EXCHANGE_DIFFERENCE", day) for day in days]


async def test_f62_a_valuation_is_taken_back_on_the_next_day_and_the_whole_loss_is_realised(world: World):
    """Case F62: booked 7.1000, closing 7.0800, collected at 7.0500: 2,000 unrealised, then 5,000; June nets 3,000."""
    await done(world, an_invoice(world, ("1", "100000"), rate=Decimal("7.1"), **EUR))
    await rate(world, "EUR", "USD", MAY_31, "7.9", closing="7.08")
    await done(world, RevalueForeignCurrency(revalued_on=MAY_31))
    assert (await vouchers(world))[1:] == [
        (
            "REVALUATION-2026-05-000001",
            [("RECEIVABLE", "0", "EUR", "-2000"), ("EXCHANGE_DIFFERENCE", "0", "EUR", "2000")],
        ),
        (
            "REVALUATION-2026-06-000001",
            [("RECEIVABLE", "0", "EUR", "2000"), ("EXCHANGE_DIFFERENCE", "0", "EUR", "-2000")],
        ),
    ]
    [pair] = await world.rows(
        "SELECT b.reverses_id = a.id AS linked FROM journal_entry a "
        "JOIN journal_entry b ON b.number LIKE 'REV%06-000001' WHERE a.number LIKE 'REV%05-000001'"
    )
    assert pair["linked"]
    assert [await balance(world, "RECEIVABLE", day) for day in (MAY_31, JUNE_1)] == ["708000", "710000"]
    [item] = await item_ids(world)
    settles = PaymentMatchInput(open_item_id=item)
    await done(world, a_payment(world, "100000", settles, rate=Decimal("7.05"), paid_on=JUNE_10, **EUR))
    assert await differences(world, MAY_31, JUNE_1, JUNE_10) == ["2000", "0", "5000"]
    assert await balance(world, "RECEIVABLE") == "0"
    assert await world.findings() == []


async def test_f39_both_balances_end_at_nothing(world: World):
    """Case F39: 100 at 80 = 8,000; closing 85 -> 500; received at 85 -> realised 500; net of that period 0."""
    await done(world, an_invoice(world, ("1", "100"), rate=Decimal(80), **EUR))
    await rate(world, "EUR", "USD", MAY_31, "85")
    await done(world, RevalueForeignCurrency(revalued_on=MAY_31))
    assert [await balance(world, "RECEIVABLE", MAY_31), await differences(world, MAY_31)] == ["8500", ["-500"]]
    [item] = await item_ids(world)
    settles = PaymentMatchInput(open_item_id=item)
    await done(world, a_payment(world, "100", settles, rate=Decimal(85), paid_on=JUNE_10, **EUR))
    assert await differences(world, MAY_31, JUNE_30) == ["-500", "-500"]
    assert await items(world) == [
        ("INVOICE", "2026-05-20", "0", "EUR", "0"), ("PAYMENT", "2026-06-10", "0", "EUR", "0"),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_f62_a_prepayment_is_not_valued_and_a_bank_account_keeps_its_valuation(world: World):
    await done(world, a_payment(world, "20000", rate=Decimal("7.1"), is_prepayment=True, **EUR))
    await rate(world, "EUR", "USD", MAY_31, "7.08")
    await done(world, RevalueForeignCurrency(revalued_on=MAY_31))
    assert [await balance(world, "CUSTOMER_PREPAYMENT"), await balance(world, "BANK")] == ["-142000", "141600"]
    assert await differences(world, MAY_31, JUNE_30) == ["400", "400"]
    assert len(await vouchers(world)) == 2
    assert await world.findings() == []


async def test_items_that_cancel_out_are_valued_and_their_voucher_shows_each(world: World):
    await done(world, an_invoice(world, ("1", "100"), rate=Decimal("1.1"), **EUR))
    await done(world, a_payment(world, "100", rate=Decimal("1.1"), **EUR))
    await rate(world, "EUR", "USD", MAY_31, "1.1", closing="1.2")
    await done(world, RevalueForeignCurrency(revalued_on=MAY_31))
    assert [one for one in await vouchers(world) if one[0].startswith("REV")] == [
        ("REVALUATION-2026-05-000001", [("RECEIVABLE", "0", "EUR", "10"), ("RECEIVABLE", "0", "EUR", "-10")]),
        ("REVALUATION-2026-06-000001", [("RECEIVABLE", "0", "EUR", "-10"), ("RECEIVABLE", "0", "EUR", "10")]),
        ("REVALUATION-2026-05-000002", [("BANK", "0", "EUR", "10"), ("EXCHANGE_DIFFERENCE", "0", "EUR", "-10")]),
    ]
    assert [await balance(world, "RECEIVABLE", day) for day in (MAY_31, JUNE_1)] == ["0", "0"]
    assert await world.findings() == []


async def test_valuing_again_posts_only_what_has_changed(world: World):
    await done(world, an_invoice(world, ("1", "100"), rate=Decimal(7), **EUR))
    await rate(world, "EUR", "USD", MAY_31, "8")
    value = RevalueForeignCurrency(revalued_on=MAY_31)
    await done(world, value)
    assert (await world.refusal(world.chief, AX, value)).code == "NOTHING_TO_POST"
    await done(world, an_invoice(world, ("1", "10"), rate=Decimal(7), **EUR))
    await done(world, value)
    assert await differences(world, MAY_31, JUNE_1) == ["-110", "0"]
    await rate(world, "EUR", "USD", JUNE_30, "9")
    await done(world, RevalueForeignCurrency(revalued_on=JUNE_30))
    assert await differences(world, JUNE_30) == ["-220"]
    assert await world.findings() == []


async def test_what_was_paid_before_a_period_end_and_is_told_after_its_valuation_is_valued_no_more(world: World):
    """EUR 100 at 7 valued at 8; then 40 of it turn out to have come in before, and its matching is undone in June."""
    await done(world, an_invoice(world, ("1", "100"), rate=Decimal(7), **EUR))
    await rate(world, "EUR", "USD", MAY_31, "8")
    value = RevalueForeignCurrency(revalued_on=MAY_31)
    await done(world, value)
    [item] = await item_ids(world)
    paid = a_payment(
        world, "40", PaymentMatchInput(open_item_id=item), rate=Decimal("7.5"), paid_on=date(2026, 5, 25), **EUR
    )
    await done(world, paid)
    assert [await balance(world, "RECEIVABLE", day) for day in (MAY_31, JUNE_1)] == ["520", "420"]
    await done(world, value)
    assert [await balance(world, "RECEIVABLE", day) for day in (MAY_31, JUNE_1)] == ["480", "420"]
    # 20 realised when it was paid; the bank holds 40 at 8, which stays: 20; 60 are worth 60 more until the next day.
    assert await differences(world, MAY_31, JUNE_1) == ["-100", "-40"]
    [matching] = await world.rows("SELECT id FROM matching")
    await done(world, UnmatchOpenItems(matching_id=matching["id"], undone_on=JUNE_10))
    assert [await balance(world, "RECEIVABLE", day) for day in (MAY_31, JUNE_10)] == ["480", "400"]
    assert await differences(world, MAY_31, JUNE_10) == ["-100", "-20"]
    assert await world.findings() == []


async def test_a_valuation_needs_a_period_end_that_is_open_and_a_rate(world: World):
    await done(world, an_invoice(world, **EUR))
    cases = [(date(2026, 5, 30), "NOT_FOUND"), (date(2026, 12, 31), "PERIOD_CLOSED")]
    for day, code in cases:
        assert (await world.refusal(world.chief, AX, RevalueForeignCurrency(revalued_on=day))).code == code
    await world.rows("DELETE FROM currency_rate RETURNING 1")
    assert (await world.refusal(world.chief, AX, RevalueForeignCurrency(revalued_on=MAY_31))).code == "RATE_MISSING"
    await close(world, PeriodState.SOFT, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    assert (await world.refusal(world.chief, AX, RevalueForeignCurrency(revalued_on=MAY_31))).code == "PERIOD_CLOSED"


async def test_a_year_is_carried_to_retained_earnings_and_can_be_opened_until_it_is_closed_for_ever(world: World):
    await done(world, an_invoice(world, ("1", "1000")), an_invoice(world, ("1", "100"), **EUR))
    await done(world, await a_journal(world, await a_line(world, "6602", "300"), await a_line(world, "1002", "-300")))
    year = date(2026, 12, 31)
    assert (await world.refusal(world.chief, AX, ReopenYear(ends_on=year))).code == "NOT_FOUND"
    await done(world, CloseYear(ends_on=year))
    number, lines = (await vouchers(world))[-1]
    assert number == "CLOSING-2026-12-000001"
    assert sorted(lines) == [
        ("6602", "-300", "USD", "-300"), ("RETAINED_EARNINGS", "-810", "USD", "-810"),
        ("REVENUE", "100", "EUR", "110"), ("REVENUE", "1000", "USD", "1000"),
    ]  # fmt: skip
    assert [await balance(world, role) for role in ("REVENUE", "6602", "RETAINED_EARNINGS")] == ["0", "0", "-810"]
    assert (await world.refusal(world.chief, AX, CloseYear(ends_on=year))).code == "YEAR_CLOSED"
    await done(world, ReopenYear(ends_on=year))
    assert [await balance(world, role) for role in ("REVENUE", "6602", "RETAINED_EARNINGS")] == ["-1110", "300", "0"]
    await done(world, an_invoice(world, ("1", "5")))
    await done(world, CloseYear(ends_on=year))
    assert await balance(world, "RETAINED_EARNINGS") == "-815"
    await close(world, PeriodState.HARD, *(f"2026-{month:02}" for month in range(1, 13)))
    assert (await world.refusal(world.chief, AX, ReopenYear(ends_on=year))).code == "PERIOD_CLOSED"
    assert await world.findings() == []


async def test_what_is_posted_late_in_a_closed_year_is_carried_too_and_all_of_it_is_opened_again(world: World):
    """Two years, the first of which gets an invoice of its own after both were closed."""
    await world.works(AX, lambda work: found_books(work, date(2027, 1, 1), date(2027, 12, 31)))
    first, second, carried = date(2026, 12, 31), date(2027, 12, 31), ("REVENUE", "RETAINED_EARNINGS")
    await done(world, an_invoice(world, ("1", "100")), an_invoice(world, ("1", "7"), invoiced_on=date(2027, 3, 1)))
    await done(world, CloseYear(ends_on=first), CloseYear(ends_on=second))
    await done(world, an_invoice(world, ("1", "5"), **EUR))
    assert [await balance(world, role, day) for day in (first, second) for role in carried] == [
        "-5.5", "-100", "-5.5", "-107",
    ]  # fmt: skip
    await done(world, CloseYear(ends_on=first))
    number, lines = (await vouchers(world))[-1]
    assert (number, sorted(lines)) == (
        "CLOSING-2026-12-000002",
        [("RETAINED_EARNINGS", "-5.5", "USD", "-5.5"), ("REVENUE", "5", "EUR", "5.5")],
    )  # fmt: skip
    assert [await balance(world, role, day) for day in (first, second) for role in carried] == [
        "0", "-105.5", "0", "-112.5",
    ]  # fmt: skip
    for year in (first, second):
        assert (await world.refusal(world.chief, AX, CloseYear(ends_on=year))).code == "YEAR_CLOSED"
    await done(world, ReopenYear(ends_on=first))
    assert [await balance(world, role, first) for role in carried] == ["-105.5", "0"]
    assert (await world.refusal(world.chief, AX, ReopenYear(ends_on=first))).code == "NOT_FOUND"
    await done(world, CloseYear(ends_on=first))
    assert [await balance(world, role, second) for role in carried] == ["0", "-112.5"]
    assert await world.findings() == []


async def test_a_year_without_result_has_nothing_to_carry(world: World):
    assert (await world.refusal(world.chief, AX, CloseYear(ends_on=date(2026, 12, 31)))).code == "NOTHING_TO_POST"
    assert (await world.refusal(world.chief, AX, CloseYear(ends_on=date(2026, 12, 30)))).code == "NOT_FOUND"

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.ids import new_id
from domain.core.money import Money
from domain.finance import release_items
from domain.finance.commands import (
    CreatePaymentTerms,
    CreditCustomerInvoice,
    InstalmentInput,
    MatchInput,
    MatchOpenItems,
    PaymentMatchInput,
    RecordPayment,
    UnmatchOpenItems,
)
from domain.finance.models import PaymentDirection, PeriodState
from tests.domain.books import AX, World
from tests.domain.finance.money import (
    a_payment,
    a_supplier_invoice,
    account,
    an_invoice,
    balance,
    close,
    done,
    item_ids,
    items,
    plain,
    tax_code,
    vouchers,
)

SETTLES = PaymentMatchInput
EUR = {"currency": "EUR"}


async def test_a_payment_settles_an_invoice_and_all_is_closed(world: World):
    await done(world, an_invoice(world, ("1", "396")))
    [item] = await item_ids(world)
    [payment] = (await done(world, a_payment(world, "396", SETTLES(open_item_id=item), bank_reference="B-1"))).ids
    assert (await vouchers(world))[1] == (
        "BANK-2026-05-000001", [("BANK", "396", "USD", "396"), ("RECEIVABLE", "-396", "USD", "-396")],
    )  # fmt: skip
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [("INVOICE", "0"), ("PAYMENT", "0")]
    [row] = await world.rows("SELECT number, amount, prepaid, bank_reference FROM payment WHERE id = $1", payment)
    assert (row["number"], plain(row["amount"]), plain(row["prepaid"]), row["bank_reference"]) == (
        "PAY-000001", "396", "0", "B-1",
    )  # fmt: skip
    assert await balance(world, "RECEIVABLE") == "0"
    assert await world.findings() == []


async def test_f62_only_the_rate_is_realised_when_a_foreign_invoice_is_collected(world: World):
    """Case F62: 100,000 booked at 7.1000, collected at 7.0500 -> realised loss 5,000."""
    await done(world, an_invoice(world, ("1", "100000"), rate=Decimal("7.1"), **EUR))
    [item] = await item_ids(world)
    await done(world, a_payment(world, "100000", SETTLES(open_item_id=item), rate=Decimal("7.05"), **EUR))
    assert (await vouchers(world))[1:] == [
        ("BANK-2026-05-000001", [("BANK", "100000", "EUR", "705000"), ("RECEIVABLE", "-100000", "EUR", "-705000")]),
        ("MATCHING-2026-05-000001", [("RECEIVABLE", "0", "EUR", "-5000"), ("EXCHANGE_DIFFERENCE", "0", "EUR", "5000")]),
    ]
    [matching] = await world.rows("SELECT exchange_difference FROM matching")
    assert plain(matching["exchange_difference"]) == "5000"
    assert [await balance(world, role) for role in ("RECEIVABLE", "EXCHANGE_DIFFERENCE")] == ["0", "5000"]
    assert await world.findings() == []


async def test_f62_a_prepayment_stays_apart_at_its_historic_rate_until_it_is_matched(world: World):
    await done(world, a_payment(world, "20000", rate=Decimal("7.1"), is_prepayment=True, **EUR))
    assert (await vouchers(world))[0][1] == [
        ("BANK", "20000", "EUR", "142000"), ("CUSTOMER_PREPAYMENT", "-20000", "EUR", "-142000"),
    ]  # fmt: skip
    [row] = await world.rows("SELECT kind, is_monetary FROM open_item")
    assert tuple(row.values()) == ("PREPAYMENT", False)
    await done(world, an_invoice(world, ("1", "50000"), rate=Decimal("7.2"), **EUR))
    prepaid, invoice = await item_ids(world)
    part = MatchInput(open_item_id=invoice, amount=Money(Decimal(20_000), "EUR"))
    await done(world, MatchOpenItems(party_id=world["HOSPITAL"], items=(part, MatchInput(open_item_id=prepaid))))
    assert (await vouchers(world))[2][1] == [
        ("RECEIVABLE", "-20000", "EUR", "-144000"), ("CUSTOMER_PREPAYMENT", "20000", "EUR", "142000"),
        ("EXCHANGE_DIFFERENCE", "0", "EUR", "2000"),
    ]  # fmt: skip
    assert [left for _, _, left, *_ in await items(world)] == ["0", "30000"]
    assert await world.findings() == []


async def test_partial_payments_share_the_amount_and_the_last_closes_both_currencies(world: World):
    await done(world, an_invoice(world, ("1", "100"), rate=Decimal("1.23457"), **EUR))
    [item] = await item_ids(world)
    for amount in ("33.33", "33.33", "33.34"):
        await done(world, a_payment(world, amount, SETTLES(open_item_id=item), rate=Decimal("1.3"), **EUR))
    assert [left for kind, _, left, *_ in await items(world)] == ["0"] * 4
    assert [await balance(world, role) for role in ("RECEIVABLE", "EXCHANGE_DIFFERENCE")] == ["0", "-6.54"]
    assert await world.findings() == []


async def test_what_is_paid_too_much_stays_on_account_and_too_little_stays_open(world: World):
    await done(world, an_invoice(world), an_invoice(world))
    first, second = await item_ids(world)
    await done(world, a_payment(world, "150", SETTLES(open_item_id=first)))
    await done(world, a_payment(world, "20", SETTLES(open_item_id=second)))
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [
        ("INVOICE", "0"), ("INVOICE", "80"), ("PAYMENT", "-50"), ("PAYMENT", "0"),
    ]  # fmt: skip
    assert await balance(world, "RECEIVABLE") == "30"
    assert await world.findings() == []


async def test_a_discount_for_paying_early_is_taken_until_its_last_day(world: World):
    terms = CreatePaymentTerms(
        code="D2", name="2 % 10", instalments=(InstalmentInput(days=30),), discount_percent=Decimal(2), discount_days=10
    )
    [agreed] = (await done(world, terms)).ids
    await done(world, an_invoice(world, payment_terms_id=agreed, rate=Decimal("7.1"), **EUR))
    [item] = await item_ids(world)
    early = a_payment(
        world,
        "98",
        SETTLES(open_item_id=item, take_discount=True),
        rate=Decimal("7.05"),
        paid_on=date(2026, 5, 30),
        **EUR,
    )
    late = replace(early, paid_on=date(2026, 5, 31))
    assert (await world.refusal(world.chief, AX, late)).code == "DISCOUNT_EXPIRED"
    short = replace(early, amount=Money(Decimal("97.99"), "EUR"))
    assert (await world.refusal(world.chief, AX, short)).code == "PAYMENT_EXCEEDED"
    await done(world, early)
    assert (await vouchers(world))[2][1] == [
        ("RECEIVABLE", "-2", "EUR", "-19.1"), ("DISCOUNT_GIVEN", "2", "EUR", "14.2"),
        ("EXCHANGE_DIFFERENCE", "0", "EUR", "4.9"),
    ]  # fmt: skip
    [matching] = await world.rows("SELECT discount, written_off FROM matching")
    assert [plain(one) for one in matching.values()] == ["2", "0"]
    assert await balance(world, "RECEIVABLE") == "0"
    assert await world.findings() == []


async def test_part_of_an_item_that_is_paid_early_takes_its_part_of_the_discount(world: World):
    """100 at 2 %: 49 paid early settle 50, 49 more the rest; an amount that is off by cents closes all the same."""
    terms = CreatePaymentTerms(
        code="D2", name="2 % 10", instalments=(InstalmentInput(days=30),), discount_percent=Decimal(2), discount_days=10
    )
    [agreed] = (await done(world, terms)).ids
    await done(world, an_invoice(world, payment_terms_id=agreed), an_invoice(world, payment_terms_id=agreed))
    first, second = await item_ids(world)

    def early(item: UUID, amount: str) -> RecordPayment:
        money = Money(Decimal(amount), "USD")
        wish = SETTLES(open_item_id=item, amount=money, take_discount=True)
        return a_payment(world, amount, wish, paid_on=date(2026, 5, 30))

    await done(world, early(first, "49"))
    assert (await items(world))[0][2] == "50"
    over = await world.refusal(world.chief, AX, early(first, "49.01"))
    assert over.code == "EXCEEDS_OPEN_AMOUNT"
    late = replace(early(first, "20"), paid_on=date(2026, 5, 31))
    assert (await world.refusal(world.chief, AX, late)).code == "DISCOUNT_EXPIRED"
    await done(world, early(first, "49"), early(second, "33.33"), early(second, "64.67"))
    rows = await world.rows("SELECT discount FROM matching ORDER BY id")
    assert [plain(row["discount"]) for row in rows] == ["1", "1", "0.68", "1.32"]
    assert await balance(world, "RECEIVABLE") == "0"
    assert await world.findings() == []


async def test_a_small_difference_is_given_up_and_a_large_one_is_not(world: World):
    await done(world, an_invoice(world))
    [item] = await item_ids(world)

    def short(amount: str, written_off: str) -> RecordPayment:
        return a_payment(world, amount, SETTLES(open_item_id=item, written_off=Money(Decimal(written_off), "USD")))

    assert (await world.refusal(world.chief, AX, short("94", "6"))).code == "INVALID_VALUE"
    await done(world, short("99.5", "0.5"))
    assert [await balance(world, role) for role in ("RECEIVABLE", "PAYMENT_DIFFERENCE")] == ["0", "0.5"]
    assert await world.findings() == []


async def test_a_credit_note_adds_to_what_a_payment_settles(world: World):
    [blue, _] = (await done(world, an_invoice(world), an_invoice(world, ("1", "300")))).ids
    await done(world, CreditCustomerInvoice(customer_invoice_id=blue, reason="Returned", match=False))
    first, second, credit = await item_ids(world)
    await done(world, a_payment(world, "300", *(SETTLES(open_item_id=one) for one in (credit, first, second))))
    assert [left for _, _, left, *_ in await items(world)] == ["0"] * 4
    assert await world.findings() == []


async def test_many_items_are_matched_with_many_and_parted_again(world: World):
    await done(world, an_invoice(world, ("1", "60")), an_invoice(world, ("1", "40")))
    await done(world, a_payment(world, "70"), a_payment(world, "30"))
    chosen = tuple(MatchInput(open_item_id=one) for one in await item_ids(world))
    [matching] = (await done(world, MatchOpenItems(party_id=world["HOSPITAL"], items=chosen))).ids
    assert [left for _, _, left, *_ in await items(world)] == ["0"] * 4
    await done(world, UnmatchOpenItems(matching_id=matching))
    assert [left for _, _, left, *_ in await items(world)] == ["60", "40", "-70", "-30"]
    undo = UnmatchOpenItems(matching_id=matching)
    assert (await world.refusal(world.chief, AX, undo)).code == "WRONG_STATE"
    assert (await world.refusal(world.chief, AX, replace(undo, matching_id=new_id()))).code == "NOT_FOUND"
    assert await world.findings() == []


async def test_undoing_a_payments_matching_takes_back_what_it_realised(world: World):
    await done(world, an_invoice(world, rate=Decimal("7.1"), **EUR))
    [item] = await item_ids(world)
    await done(world, a_payment(world, "100", SETTLES(open_item_id=item), rate=Decimal("7.05"), **EUR))
    [matching] = await world.rows("SELECT id FROM matching")
    early = UnmatchOpenItems(matching_id=matching["id"], undone_on=date(2026, 5, 19))
    assert (await world.refusal(world.chief, AX, early)).code == "INVALID_VALUE"
    await done(world, UnmatchOpenItems(matching_id=matching["id"], undone_on=date(2026, 6, 3)))
    assert [await balance(world, "EXCHANGE_DIFFERENCE", day) for day in (date(2026, 5, 31), date(2026, 6, 3))] == [
        "5",
        "0",
    ]
    assert [(left, own) for _, _, left, _, own in await items(world)] == [("100", "710"), ("-100", "-705")]
    [row] = await world.rows("SELECT undone_on, undone_by FROM matching")
    assert tuple(row.values()) == (date(2026, 6, 3), world.chief.id)
    assert await world.findings() == []


async def test_a_payment_or_matching_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    await done(world, an_invoice(world), an_invoice(world, customer_id=world["ACME"]), an_invoice(world, **EUR))
    await done(world, a_payment(world, "100"))
    ours, others, euros, paid = await item_ids(world)
    good = a_payment(world, "100", SETTLES(open_item_id=ours))
    dollars, dollar = Money(Decimal("100.01"), "USD"), Money(Decimal(1), "USD")
    both = MatchOpenItems(
        party_id=world["HOSPITAL"], items=(MatchInput(open_item_id=ours), MatchInput(open_item_id=paid))
    )

    def settling(**changes: Any) -> RecordPayment:
        return replace(good, matches=(replace(good.matches[0], **changes),))

    cases = [
        (replace(good, amount=Money(Decimal(0), "USD")), "INVALID_VALUE"),
        (replace(good, amount=Money(Decimal("1.001"), "USD")), "INVALID_VALUE"),
        (replace(good, party_id=new_id()), "NOT_FOUND"),
        (replace(good, account_id=await account(world, "RECEIVABLE")), "INVALID_VALUE"),
        (replace(good, account_id=await account(world, "6602")), "INVALID_VALUE"),
        (settling(open_item_id=new_id()), "NOT_FOUND"),
        (settling(open_item_id=others), "ANOTHER_PARTY"),
        (settling(open_item_id=euros), "CURRENCY_MISMATCH"),
        (settling(amount=dollars), "EXCEEDS_OPEN_AMOUNT"),
        (settling(take_discount=True), "DISCOUNT_EXPIRED"),
        (replace(settling(amount=Money(Decimal(100), "USD")), amount=Money(Decimal(99), "USD")), "PAYMENT_EXCEEDED"),
        (replace(good, matches=good.matches * 2), "EXCEEDS_OPEN_AMOUNT"),
        (replace(good, paid_on=date(2026, 5, 19)), "MATCHED_BEFORE_ITEM"),
        (replace(good, paid_on=date(2025, 5, 19)), "PERIOD_CLOSED"),
        (replace(both, items=both.items[:1]), "MATCHING_UNBALANCED"),
        (replace(both, items=(*both.items, both.items[0])), "INVALID_VALUE"),
        (replace(both, items=()), "INVALID_VALUE"),
        (replace(both, items=(both.items[0], MatchInput(open_item_id=euros))), "CURRENCY_MISMATCH"),
        (replace(both, party_id=world["ACME"]), "ANOTHER_PARTY"),
        (replace(both, items=(replace(both.items[0], amount=dollar), both.items[1])), "MATCHING_UNBALANCED"),
    ]  # fmt: skip
    for command, code in cases:
        refusal = await world.refusal(world.chief, AX, command)
        assert refusal.code == code, (command, refusal.message())
    await close(
        world, PeriodState.SOFT, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", sub_ledger="RECEIVABLES"
    )
    for command in (good, both):
        assert (await world.refusal(world.chief, AX, command)).code == "PERIOD_CLOSED"


async def test_two_payments_of_one_item_at_once_settle_it_once(world: World):
    await done(world, an_invoice(world))
    [item] = await item_ids(world)
    pay = a_payment(world, "100", SETTLES(open_item_id=item, amount=Money(Decimal(100), "USD")))
    performed = await asyncio.gather(*(world.act(world.chief, AX, pay) for _ in range(4)))
    assert sorted(one.committed for one in performed) == [False, False, False, True]
    assert {one.refusals[0].code for one in performed if one.refusals} == {"EXCEEDS_OPEN_AMOUNT"}
    assert await balance(world, "RECEIVABLE") == "0"
    assert await world.findings() == []


async def test_a_bill_of_a_supplier_opens_a_payable_that_a_payment_settles(world: World):
    await a_supplier_invoice(world, "100", rate=Decimal("7.1"), blocked_reason="PRICE", **EUR)
    [row] = await world.rows("SELECT blocked_reason, partner_reference, open_transaction_amount FROM open_item")
    assert (row["blocked_reason"], row["partner_reference"], row["open_transaction_amount"]) == ("PRICE", "R-77", -100)
    [item] = await item_ids(world)
    pay = a_payment(
        world, "100", SETTLES(open_item_id=item), direction=PaymentDirection.OUT, party_id=world["ACME"],
        rate=Decimal("7.2"), **EUR,
    )  # fmt: skip
    refusal = await world.refusal(world.chief, AX, pay)
    assert (refusal.code, refusal.values["reason"]) == ("PAYMENT_BLOCKED", "PRICE")
    await world.works(AX, lambda work: release_items(work, [item]))
    await done(world, pay)
    assert (await vouchers(world))[1:] == [
        ("BANK-2026-05-000001", [("BANK", "-100", "EUR", "-720"), ("PAYABLE", "100", "EUR", "720")]),
        ("MATCHING-2026-05-000001", [("PAYABLE", "0", "EUR", "-10"), ("EXCHANGE_DIFFERENCE", "0", "EUR", "10")]),
    ]
    assert [await balance(world, role) for role in ("PAYABLE", "EXCHANGE_DIFFERENCE", "BANK")] == ["0", "10", "-720"]
    assert await world.findings() == []


@pytest.mark.parametrize(
    ("statement", "check", "subject"),
    [
        ("UPDATE open_item SET open_transaction_amount = 1, open_amount = 1", "open items", "INV-000001/1"),
        ("UPDATE open_item_entry SET amount = 99, transaction_amount = 99", "open items", "1122"),
        ("UPDATE customer_invoice SET net = 99, total = 119", "customer invoices", "INV-000001"),
        ("UPDATE customer_invoice SET number = 'INV-000002'", "customer invoices", "INVOICE"),
        ("UPDATE customer_invoice_line SET quantity = -1, net = -100, tax = -20, credits_id = id", "customer invoices",
         "INV-000001"),
    ],
)  # fmt: skip
async def test_verify_names_what_was_changed_behind_the_books(world: World, statement: str, check: str, subject: str):
    await done(world, an_invoice(world, tax=await tax_code(world)))
    assert await world.findings() == []
    async with world.database.acquire() as connection, connection.raw.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(statement)
    assert (check, f"company {AX}, {subject}") in {(one.check, one.subject) for one in await world.findings()}


async def test_verify_names_a_matching_that_does_not_come_to_nothing(world: World):
    await done(world, an_invoice(world))
    [item] = await item_ids(world)
    await done(world, a_payment(world, "100", SETTLES(open_item_id=item)))
    async with world.database.acquire() as connection, connection.raw.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE open_item_entry SET transaction_amount = 99, amount = 99 WHERE kind = 'MATCHING' AND amount = 100"
        )
    found = {finding.check: finding for finding in await world.findings()}
    assert found["matchings"].message == "its items are 1.000000 apart, 0.000000 was given up"

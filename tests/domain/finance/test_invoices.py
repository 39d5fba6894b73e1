import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import BatchPolicy
from domain.finance.commands import (
    CreatePaymentTerms,
    CreateTaxCode,
    CreditCustomerInvoice,
    CreditLineInput,
    CustomerInvoiceLineInput,
    InstalmentInput,
    LoadFinancePack,
    TaxRuleInput,
)
from domain.finance.models import InstalmentShare, PeriodState, TaxKind, TaxMethod
from domain.finance.packs import PackName
from tests.domain.books import AX, BX, TODAY, World
from tests.domain.finance.money import (
    account,
    an_invoice,
    balance,
    close,
    done,
    items,
    plain,
    rate,
    tax_code,
    vouchers,
)


async def the_invoices(world: World) -> list[tuple[Any, ...]]:
    rows = await world.rows("SELECT number, kind, net, tax, total, withheld FROM customer_invoice ORDER BY id")
    return [(row["number"], row["kind"], *map(plain, list(row.values())[2:])) for row in rows]


async def test_w3_ten_lines_are_one_voucher_of_twelve(world: World):
    """Work W3: 10 lines x 3 @ 11.00 at 20 % -> 330.00 + 66.00 = 396.00; the next number; one entry of 12 lines."""
    tax = await tax_code(world)
    performed = await done(world, an_invoice(world, *[("3", "11.00")] * 10, tax=tax))
    assert await the_invoices(world) == [("INV-000001", "INVOICE", "330", "66", "396", "0")]
    [(number, lines)] = await vouchers(world)
    assert number == "SALES-2026-05-000001"
    assert lines == [
        ("RECEIVABLE", "396", "USD", "396"), *[("REVENUE", "-33", "USD", "-33")] * 10,
        ("TAX_OUTPUT", "-66", "USD", "-66"),
    ]  # fmt: skip
    assert await items(world) == [("INVOICE", TODAY.isoformat(), "396", "USD", "396")]
    [entry] = await world.rows("SELECT source_kind, source_id, source_number FROM journal_entry")
    assert tuple(entry.values()) == ("CustomerInvoice", performed.ids[0], "INV-000001")
    [event] = await world.rows("SELECT record_ids FROM outbox_event WHERE event = 'CustomerInvoicePosted'")
    assert event["record_ids"] == performed.ids
    assert await world.findings() == []


async def test_instalments_of_a_foreign_invoice_sum_in_both_currencies(world: World):
    thirds = CreatePaymentTerms(
        code="3X", name="Thirds", discount_percent=Decimal(2), discount_days=10,
        instalments=(
            InstalmentInput(share=InstalmentShare.PERCENT, percent=Decimal("33.33")),
            InstalmentInput(share=InstalmentShare.PERCENT, percent=Decimal("33.33"), days=30),
            InstalmentInput(days=60),
        ),
    )  # fmt: skip
    [terms] = (await done(world, thirds)).ids
    command = an_invoice(world, ("1", "100.01"), currency="EUR", payment_terms_id=terms, rate=Decimal("1.0555"))
    await done(world, command)
    assert await items(world) == [
        ("INVOICE", "2026-05-20", "33.33", "EUR", "35.18"), ("INVOICE", "2026-06-19", "33.33", "EUR", "35.18"),
        ("INVOICE", "2026-07-19", "33.35", "EUR", "35.2"),
    ]  # fmt: skip
    rows = await world.rows("SELECT DISTINCT discount_percent, discount_until FROM open_item")
    assert [tuple(row.values()) for row in rows] == [(Decimal(2), date(2026, 5, 30))]
    assert await balance(world, "RECEIVABLE") == "105.56"
    assert await world.findings() == []


async def test_the_terms_agreed_with_a_customer_hold_unless_others_are_given(world: World):
    [at_once, later] = (
        await done(
            world,
            CreatePaymentTerms(code="NOW", name="At once", instalments=(InstalmentInput(),)),
            CreatePaymentTerms(code="N30", name="30 days", instalments=(InstalmentInput(days=30),)),
        )
    ).ids
    await world.rows(
        "INSERT INTO party_terms (company_id, id, party_id, currency, payment_terms) "
        "VALUES (1, gen_random_uuid(), $1, 'USD', 'N30') RETURNING 1",
        world["HOSPITAL"],
    )
    await done(world, an_invoice(world), an_invoice(world, payment_terms_id=at_once), an_invoice(world))
    assert [due for _, due, *_ in await items(world)] == ["2026-06-19", "2026-05-20", "2026-06-19"]
    rows = await world.rows("SELECT payment_terms_id FROM customer_invoice ORDER BY id")
    assert [row["payment_terms_id"] for row in rows] == [later, at_once, later]


async def test_every_kind_of_tax_lands_on_its_account(world: World):
    half = Money(Decimal("0.5"), "USD")
    code = CreateTaxCode(
        code="ALL", name="All of them",
        rules=(
            TaxRuleInput(name="VAT", percent=Decimal(13)),
            TaxRuleInput(name="Levy", kind=TaxKind.LEVY, percent=Decimal(3)),
            TaxRuleInput(name="Bottle", kind=TaxKind.EXCISE, method=TaxMethod.FIXED_PER_UNIT, unit_amount=half),
            TaxRuleInput(name="Surcharge", method=TaxMethod.COMPOUND, percent=Decimal(1)),
            TaxRuleInput(name="Withheld", kind=TaxKind.WITHHOLDING, percent=Decimal(10)),
        ),
    )  # fmt: skip
    [tax] = (await done(world, code)).ids
    await done(world, an_invoice(world, ("4", "25"), tax=tax))
    assert await the_invoices(world) == [("INV-000001", "INVOICE", "100", "19.18", "119.18", "10")]
    [(_, lines)] = await vouchers(world)
    assert lines == [
        ("RECEIVABLE", "109.18", "USD", "109.18"), ("REVENUE", "-100", "USD", "-100"),
        ("TAX_OUTPUT", "-13", "USD", "-13"), ("TAX_LEVY", "-3", "USD", "-3"), ("TAX_OUTPUT", "-2", "USD", "-2"),
        ("TAX_OUTPUT", "-1.18", "USD", "-1.18"), ("TAX_WITHHELD_BY_CUSTOMERS", "10", "USD", "10"),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_f61_a_red_letter_names_its_blue_and_leaves_a_cap(world: World):
    """Case F61: 3 x 33.3333 = 100.00, 13.00; red letter of 1 -> -33.33 / -4.33; the rest is 66.67 / 8.67."""
    tax = await tax_code(world, "13")
    [blue] = (await done(world, an_invoice(world, ("3", "33.3333"), tax=tax))).ids
    credit = CreditCustomerInvoice(
        customer_invoice_id=blue, reason="Returned", lines=(CreditLineInput(position=1, quantity=Decimal(1)),)
    )
    [red] = (await done(world, credit)).ids
    assert await the_invoices(world) == [
        ("INV-000001", "INVOICE", "100", "13", "113", "0"),
        ("CRN-000001", "CREDIT_NOTE", "-33.33", "-4.33", "-37.66", "0"),
    ]  # fmt: skip
    [row] = await world.rows("SELECT credits_id, reason FROM customer_invoice WHERE id = $1", red)
    assert tuple(row.values()) == (blue, "Returned")
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [("INVOICE", "75.34"), ("CREDIT_NOTE", "0")]
    over = replace(credit, lines=(CreditLineInput(position=1, quantity=Decimal("2.5")),))
    refusal = await world.refusal(world.chief, AX, over)
    assert (refusal.code, refusal.values["remaining"]) == ("CREDIT_EXCEEDS_INVOICE", Decimal(2))
    await done(world, replace(credit, lines=()))
    assert (await the_invoices(world))[2] == ("CRN-000002", "CREDIT_NOTE", "-66.67", "-8.67", "-75.34", "0")
    assert (await world.refusal(world.chief, AX, replace(credit, lines=()))).code == "INVALID_VALUE"
    assert [await balance(world, role) for role in ("RECEIVABLE", "REVENUE", "TAX_OUTPUT")] == ["0", "0", "0"]
    assert await world.findings() == []


async def test_a_red_letter_in_foreign_currency_takes_back_at_the_rate_of_its_blue(world: World):
    [blue] = (await done(world, an_invoice(world, ("1", "100"), currency="EUR"))).ids
    await rate(world, "EUR", "USD", date(2026, 6, 1), "1.30")
    later = CreditCustomerInvoice(customer_invoice_id=blue, reason="Cancelled", credited_on=date(2026, 6, 2))
    await done(world, later)
    assert [await balance(world, role) for role in ("RECEIVABLE", "REVENUE", "EXCHANGE_DIFFERENCE")] == ["0"] * 3
    assert [left for _, _, left, *_ in await items(world)] == ["0", "0"]
    assert await world.findings() == []


async def test_two_red_letters_of_one_batch_know_each_other(world: World):
    tax = await tax_code(world, "13")
    [blue] = (await done(world, an_invoice(world, ("3", "33.3333"), tax=tax))).ids
    two = CreditCustomerInvoice(
        customer_invoice_id=blue, reason="Returned", lines=(CreditLineInput(position=1, quantity=Decimal(2)),)
    )
    performed = await world.act(world.chief, AX, two, two, replace(two, lines=()), policy=BatchPolicy.REJECT_ROW)
    assert [isinstance(one, UUID) for one in performed.outcomes] == [True, False, True]
    assert [row[2:4] for row in await the_invoices(world)] == [("100", "13"), ("-66.67", "-8.67"), ("-33.33", "-4.33")]
    assert await world.findings() == []


async def test_an_invoice_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    tax = await tax_code(world, "20")
    old = CreateTaxCode(code="OLD", name="Old", rules=(
        TaxRuleInput(name="VAT", percent=Decimal(5), valid_to=date(2020, 1, 1)),
    ))  # fmt: skip
    [gone] = (await done(world, old)).ids
    good = an_invoice(world, tax=tax)
    line = good.lines[0]

    def with_line(**changes: Any) -> Any:
        return replace(good, lines=(replace(line, **changes),))

    cases = [
        (replace(good, customer_id=new_id()), "NOT_FOUND", ("customer",)),
        (replace(good, currency="XXX", lines=()), "NOT_FOUND", ("currency",)),
        (replace(good, lines=()), "INVALID_VALUE", ("lines",)),
        (replace(good, lines=(line,) * 1001), "INVALID_VALUE", ("lines",)),
        (with_line(unit_price=Money(Decimal(1), "EUR")), "CURRENCY_MISMATCH", ("lines", 0)),
        (with_line(quantity=Decimal(0)), "INVALID_VALUE", ("lines", 0, "quantity")),
        (with_line(quantity=Decimal(-1)), "INVALID_VALUE", ("lines",)),
        (with_line(tax_code_id=new_id()), "NOT_FOUND", ("lines", 0, "taxCode")),
        (with_line(tax_code_id=gone), "TAX_NOT_IN_FORCE", ("lines", 0)),
        (with_line(description=None), "INVALID_VALUE", ("lines", 0, "description")),
        (with_line(item_id=new_id()), "NOT_FOUND", ("lines", 0, "item")),
        (with_line(account_id=await account(world, "RECEIVABLE")), "CONTROL_ACCOUNT", ("lines", 0, "account")),
        (replace(good, payment_terms_id=new_id()), "NOT_FOUND", ("paymentTerms",)),
        (replace(good, digital_number="123"), "INVALID_VALUE", ("digitalNumber",)),
        (replace(good, rate=Decimal(2)), "INVALID_VALUE", ("rate",)),
        (replace(good, invoiced_on=date(2025, 1, 1)), "PERIOD_CLOSED", ()),
    ]  # fmt: skip
    for command, code, path in cases:
        refusal = await world.refusal(world.chief, AX, command)
        assert (refusal.code, refusal.path[: len(path)]) == (code, path), (command, refusal.path)
    await close(
        world, PeriodState.SOFT, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", sub_ledger="RECEIVABLES"
    )
    refusal = await world.refusal(world.chief, AX, good)
    assert (refusal.code, refusal.values["sub_ledger"]) == ("PERIOD_CLOSED", "RECEIVABLES")


async def test_a_digital_number_is_used_once(world: World):
    numbered = an_invoice(world, digital_number="26317000000123456789")
    await done(world, numbered)
    assert (await world.refusal(world.chief, AX, numbered)).code == "ALREADY_EXISTS"


async def test_prices_of_an_item_in_its_own_words_and_account(world: World):
    other = await account(world, "6051")
    lines = (
        CustomerInvoiceLineInput(item_id=world["BOLT"], unit_price=Money(Decimal("2.5"), "USD")),
        CustomerInvoiceLineInput(description="Rent", unit_price=Money(Decimal(1), "USD"), account_id=other),
    )
    await done(world, replace(an_invoice(world), lines=lines))
    rows = await world.rows("SELECT description, item_id, quantity FROM customer_invoice_line ORDER BY position")
    assert [tuple(row.values()) for row in rows] == [("Bolt", world["BOLT"], 1), ("Rent", None, 1)]
    [(_, posted)] = await vouchers(world)
    assert posted[1:] == [("REVENUE", "-2.5", "USD", "-2.5"), ("6051", "-1", "USD", "-1")]


async def test_a_pack_gives_a_company_its_taxes_and_terms_once(world: World):
    for _ in range(2):
        await done(world, LoadFinancePack(pack=PackName.CHINA), LoadFinancePack(pack=PackName.EU), company=BX)
    rows = await world.rows(
        "SELECT c.code, r.percent, r.sales_role, r.purchase_role FROM tax_code c "
        "JOIN tax_rule r ON r.tax_code_id = c.id WHERE c.company_id = $1 AND c.country = 'CN' AND r.valid_to IS NULL "
        "ORDER BY c.code", BX,
    )  # fmt: skip
    assert [(row["code"], plain(row["percent"]), row["sales_role"], row["purchase_role"]) for row in rows] == [
        ("LEVY3", "3", "TAX_LEVY", None), ("VAT0", "0", "TAX_OUTPUT", "TAX_INPUT"),
        ("VAT13", "13", "TAX_OUTPUT", "TAX_INPUT"), ("VAT13I", "13", "TAX_OUTPUT", "TAX_INPUT"),
        ("VAT6", "6", "TAX_OUTPUT", "TAX_INPUT"), ("VAT9", "9", "TAX_OUTPUT", "TAX_INPUT"),
    ]  # fmt: skip
    counts = await world.rows(
        "SELECT (SELECT count(*) FROM tax_code) AS codes, (SELECT count(*) FROM tax_rule) AS rules, "
        "(SELECT count(*) FROM payment_terms) AS terms"
    )
    assert tuple(counts[0].values()) == (21, 30, 7)


async def test_c8_eight_clients_get_numbers_without_a_gap_and_none_is_refused(world: World):
    """Work C8: W3 from 8 clients."""
    tax = await tax_code(world)
    invoice = an_invoice(world, *[("3", "11.00")] * 10, tax=tax)

    async def client() -> None:
        for _ in range(3):
            await done(world, invoice)

    await asyncio.gather(*(client() for _ in range(8)))
    rows = await world.rows("SELECT number FROM customer_invoice ORDER BY number")
    assert [row["number"] for row in rows] == [f"INV-{number:06}" for number in range(1, 25)]
    assert await balance(world, "RECEIVABLE") == "9504"
    assert await world.findings() == []

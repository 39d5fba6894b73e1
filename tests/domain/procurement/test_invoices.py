"""Three-way match against PostgreSQL: what is posted, what is blocked, what stays in GR/IR, who may release it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import perform
from domain.core.records import GROUP
from domain.core.work import Work
from domain.finance.commands import CreateTaxCode, TaxRuleInput
from domain.inventory.commands import RevalueStock
from domain.inventory.models import ValuationMethod
from domain.master_data.currencies import CurrencyRate
from domain.procurement.commands import (
    CancelSupplierInvoice,
    CreditSupplierInvoice,
    PostSupplierInvoice,
    ReleaseSupplierInvoice,
    SupplierCreditLineInput,
    SupplierInvoiceLineInput,
)
from domain.procurement.invoices import MatchTolerance
from tests.domain.books import AX, BX, TODAY, World, clock, staff
from tests.domain.inventory.goods import accounts, issue, pool, valued
from tests.domain.inventory.goods import done as done_by_chief
from tests.domain.procurement.billing import CLERK, billed, done, invoice, owed

RECEIVER = staff("rob", warehouse=AX)
D = Decimal

# Codes of a tax that is deducted and of one that is not.
KINDS = {"IN": True, "OUT": False}


async def tolerances(world: World, quantity: str, percent: str, amount: str, company: int = AX) -> None:
    async def act(work: Work) -> None:
        await work.insert(
            MatchTolerance,
            [{"quantity_percent": D(quantity), "price_percent": D(percent), "price_amount": D(amount)}],
        )

    await world.works(company, act)


async def arrived(world: World, order: UUID, *lines: tuple[int, str, str], **more: Any) -> UUID:
    """Goods of an order, received."""
    company = more.pop("company", AX)
    return await done(world, world.receipt(order, *lines, **more), by=RECEIVER, company=company)


async def the_invoice(world: World, id_: UUID) -> dict[str, Any]:
    [row] = await world.rows("SELECT * FROM supplier_invoice WHERE id = $1", id_)
    return row


async def matches(world: World) -> list[tuple[bool, str, str, str]]:
    """Each match: whether of goods, quantity, what GR/IR moves by, price difference."""
    rows = await world.rows("SELECT * FROM supplier_invoice_match ORDER BY id")
    return [
        (row["goods_receipt_line_id"] is not None, f"{row['quantity']:f}".rstrip("0").rstrip("."),
         f"{row['transaction_amount']:.2f}", f"{row['price_difference']:.2f}")
        for row in rows
    ]  # fmt: skip


async def f60(world: World) -> tuple[UUID, UUID]:
    """Order 100 @50.00, standard 50; 98 accepted; 100 invoiced @51.00; tolerance 1 % and 200, quantity 0."""
    await done_by_chief(world, RevalueStock(item_id=world["BOLT"], unit_cost=D(50)))
    await tolerances(world, "0", "1", "200")
    order = await world.approved(AX, ("BOLT", "100", "50"))
    await arrived(world, order, (1, "98", "0"))
    return order, await billed(world, (order, 1, "100", "51"))


async def test_f60_an_invoice_that_is_off_in_price_and_quantity_is_posted_and_blocked(world: World):
    """AP 5,100 = GR/IR 4,900 + variance 98 + 102 left as an open GR/IR debit; payable after release 4,998 (F60)."""
    order, id_ = await f60(world)
    row = await the_invoice(world, id_)
    assert (row["match_status"], row["payment_blocks"], row["held"]) == ("BLOCKED", ["PRICE", "QUANTITY_OVER"], D(102))
    [line] = await world.rows("SELECT * FROM supplier_invoice_line")
    assert (line["price_difference"], line["over_quantity"]) == (D(1), D(2))
    assert line["block_reasons"] == ["PRICE", "QUANTITY_OVER"]
    assert await accounts(world) == {
        "GR_IR": D(102), "PAYABLE": D(-5100), "PURCHASE_PRICE_VARIANCE": D(98), "STOCK": D(4900),
    }  # fmt: skip
    assert await matches(world) == [(True, "98", "4900.00", "98.00"), (False, "2", "102.00", "0.00")]
    assert await owed(world) == [("-4998.00", "PRICE"), ("-102.00", "QUANTITY_OVER")]
    await done(world, ReleaseSupplierInvoice(supplier_invoice_id=id_, reason="market price"), by=world.chief)
    assert await owed(world) == [("-4998.00", None), ("-102.00", "QUANTITY_OVER")]
    row = await the_invoice(world, id_)
    assert (row["match_status"], row["payment_blocks"]) == ("BLOCKED", ["QUANTITY_OVER"])
    [line] = await world.rows("SELECT invoiced_quantity FROM purchase_order_line WHERE purchase_order_id = $1", order)
    assert line["invoiced_quantity"] == D(100)
    assert await world.findings() == []


async def test_goods_that_come_for_an_invoice_clear_what_was_held_for_them(world: World):
    order, id_ = await f60(world)
    await arrived(world, order, (1, "1", "0"))
    assert (await owed(world))[1] == ("-102.00", "QUANTITY_OVER")
    await arrived(world, order, (1, "1", "0"))
    assert await accounts(world) == {
        "PAYABLE": D(-5100), "PURCHASE_PRICE_VARIANCE": D(100), "STOCK": D(5000),
    }  # fmt: skip
    assert await owed(world) == [("-4998.00", "PRICE"), ("-102.00", "PRICE")]
    assert (await the_invoice(world, id_))["payment_blocks"] == ["PRICE"]
    await done(world, ReleaseSupplierInvoice(supplier_invoice_id=id_, reason="market price"), by=world.chief)
    assert (await the_invoice(world, id_))["match_status"] == "RELEASED"
    assert await owed(world) == [("-4998.00", None), ("-102.00", None)]
    assert await world.findings() == []


async def test_the_maker_of_an_invoice_may_not_release_it(world: World):
    _, id_ = await f60(world)
    refusal = await world.refusal(CLERK, AX, ReleaseSupplierInvoice(supplier_invoice_id=id_, reason="mine"))
    assert refusal.code == "SEGREGATION_OF_DUTIES"


async def test_what_is_held_for_goods_is_not_released_by_hand(world: World):
    _, id_ = await f60(world)
    release = ReleaseSupplierInvoice(supplier_invoice_id=id_, reason="market price")
    await done(world, release, by=world.chief)
    assert (await world.refusal(world.chief, AX, release)).code == "HELD_FOR_GOODS"


async def test_v16_bills_at_other_prices_than_receipts(world: World):
    """A standard 5, received 4 @4; B average, received 5 @6; bill A 4 @6, B 5 @4 -> AP 44, GR/IR 0, variance net +4,
    B worth 4: stock 40. Sell 2 A + 3 B -> cost of sales 22, stock 18 (V16).
    """
    await done_by_chief(world, RevalueStock(item_id=world["BOLT"], unit_cost=D(5)))
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    order = await world.approved(AX, ("BOLT", "4", "4"), ("GEAR", "5", "6"))
    await arrived(world, order, (1, "4", "0"), (2, "5", "0"))
    assert await accounts(world) == {"GR_IR": D(-46), "PURCHASE_PRICE_VARIANCE": D(-4), "STOCK": D(50)}
    await billed(world, (order, 1, "4", "6"), (order, 2, "5", "4"))
    assert await accounts(world) == {"PAYABLE": D(-44), "PURCHASE_PRICE_VARIANCE": D(4), "STOCK": D(40)}
    assert await pool(world, "GEAR") == (D(5), D(20))
    await done_by_chief(world, issue(world, "BOLT", "2"), issue(world, "GEAR", "3"))
    held = await accounts(world)
    assert (held["COST_OF_SALES"], held["STOCK"]) == (D(22), D(18))
    assert await world.findings() == []


async def test_f41_the_rate_between_receipt_and_bill_is_exchange_not_price(world: World):
    """USD 20,000: receipt at 2.00 USD/EUR -> 10,000; bill at 1.25 -> AP 16,000; exchange loss 6,000, price 0 (F41)."""

    async def rates(work: Work) -> None:
        rows = [
            {"base_currency": "EUR", "quote_currency": "USD", "valid_on": day, "source": "ECB", "spot_rate": D(rate)}
            for day, rate in ((date(2026, 5, 18), "2.00"), (date(2026, 5, 20), "1.25"))
        ]
        await work.insert(CurrencyRate, rows)

    await world.works(GROUP, rates)
    await valued(world, "GEAR", ValuationMethod.FIFO, company=BX)
    world.chief = staff("carl", controller=BX)
    order = await world.approved(BX, ("GEAR", "200", "100"), currency="USD")
    await arrived(world, order, (1, "200", "0"), company=BX, received_on=date(2026, 5, 18))
    id_ = await billed(world, (order, 1, "200", "100"), company=BX, currency="USD", posted_on=TODAY)
    assert await accounts(world, BX) == {
        "EXCHANGE_DIFFERENCE": D(6000), "PAYABLE": D(-16000), "STOCK": D(10000),
    }  # fmt: skip
    [match] = await world.rows("SELECT price_difference, exchange_difference FROM supplier_invoice_match")
    assert (match["price_difference"], match["exchange_difference"]) == (D(0), D(6000))
    assert (await the_invoice(world, id_))["match_status"] == "MATCHED"
    assert await world.findings() == []


def credit(id_: UUID, *lines: tuple[int, str], **more: Any) -> CreditSupplierInvoice:
    """The command that credits (position, quantity) lines, or all that is left."""
    return CreditSupplierInvoice(
        supplier_invoice_id=id_, supplier_number=more.pop("number", "AC-1"), reason="as agreed",
        lines=tuple(SupplierCreditLineInput(position=place, quantity=D(quantity)) for place, quantity in lines), **more,
    )  # fmt: skip


async def test_a_credit_note_for_what_never_came_ends_what_is_held_for_it(world: World):
    order, id_ = await f60(world)
    await done(world, credit(id_, (1, "2")))
    assert await accounts(world) == {"PAYABLE": D(-4998), "PURCHASE_PRICE_VARIANCE": D(98), "STOCK": D(4900)}
    assert await owed(world) == [("0.00", None), ("-4998.00", "PRICE"), ("0.00", "PRICE")]
    assert (await the_invoice(world, id_))["payment_blocks"] == ["PRICE"]
    [line] = await world.rows("SELECT invoiced_quantity FROM purchase_order_line WHERE purchase_order_id = $1", order)
    assert line["invoiced_quantity"] == D(98)
    assert await world.findings() == []


async def test_a_whole_credit_note_leaves_goods_to_be_invoiced_anew(world: World):
    order, id_ = await f60(world)
    await done(world, credit(id_))
    assert await accounts(world) == {"GR_IR": D(-4900), "STOCK": D(4900)}
    assert [amount for amount, _ in await owed(world)] == ["0.00", "0.00", "0.00"]
    row = await the_invoice(world, id_)
    assert (row["match_status"], row["payment_blocks"]) == ("RELEASED", [])
    refusal = await world.refusal(CLERK, AX, credit(id_, (1, "1"), number="AC-2"))
    assert refusal.code == "CREDIT_EXCEEDS_INVOICE"
    await billed(world, (order, 1, "98", "50"), number="A-2")
    assert await accounts(world) == {"PAYABLE": D(-4900), "STOCK": D(4900)}
    assert await world.findings() == []


async def test_a_credit_off_the_price_makes_the_goods_cheaper_where_they_are(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    order = await world.approved(AX, ("GEAR", "10", "6"))
    await arrived(world, order, (1, "10", "0"))
    id_ = await billed(world, (order, 1, "10", "7"))
    await done_by_chief(world, issue(world, "GEAR", "4"))
    assert await accounts(world) == {"COST_OF_SALES": D(28), "PAYABLE": D(-70), "STOCK": D(42)}
    off = CreditSupplierInvoice(
        supplier_invoice_id=id_, supplier_number="AC-1", reason="rebate",
        lines=(SupplierCreditLineInput(position=1, amount=Money(D(10), "USD")),),
    )  # fmt: skip
    await done(world, off)
    assert await accounts(world) == {"COST_OF_SALES": D(24), "PAYABLE": D(-60), "STOCK": D(36)}
    assert await owed(world) == [("0.00", None), ("-60.00", None)]
    assert await world.findings() == []


async def test_taxes_are_deducted_and_what_is_not_is_part_of_the_cost(world: World):
    """20 % on 100.00: deducted it is an asset; a code that is not deducted makes the goods dearer by it."""
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    rules = {code: TaxRuleInput(name="VAT", percent=D(20), is_deductible=own) for code, own in KINDS.items()}
    codes = [
        await done_by_chief(world, CreateTaxCode(code=code, name=code, rules=(rule,))) for code, rule in rules.items()
    ]
    order = await world.approved(AX, ("GEAR", "20", "10"))
    await arrived(world, order, (1, "20", "0"))
    first = await billed(world, (order, 1, "10", "10"), tax_code_id=codes[0][0])
    assert await accounts(world) == {"GR_IR": D(-100), "PAYABLE": D(-120), "STOCK": D(200), "TAX_INPUT": D(20)}
    second = await billed(world, (order, 1, "10", "10"), tax_code_id=codes[1][0], number="A-2")
    assert await accounts(world) == {"PAYABLE": D(-240), "STOCK": D(220), "TAX_INPUT": D(20)}
    assert [(await the_invoice(world, id_))["match_status"] for id_ in (first, second)] == ["MATCHED", "MATCHED"]
    for number, id_ in (("AC-1", first), ("AC-2", second)):
        await done(world, credit(id_, number=number))
    assert await accounts(world) == {"GR_IR": D(-200), "STOCK": D(200)}
    assert await world.findings() == []


async def test_an_invoice_before_its_goods_waits_for_them_and_takes_their_price(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    order = await world.approved(AX, ("GEAR", "10", "6"))
    id_ = await billed(world, (order, 1, "10", "6.50"))
    assert await accounts(world) == {"GR_IR": D(65), "PAYABLE": D(-65)}
    assert await owed(world) == [("-65.00", "QUANTITY_OVER")]
    await arrived(world, order, (1, "10", "0"))
    assert await accounts(world) == {"PAYABLE": D(-65), "STOCK": D(65)}
    assert await pool(world, "GEAR") == (D(10), D(65))
    assert (await the_invoice(world, id_))["payment_blocks"] == ["PRICE"]
    assert await owed(world) == [("-65.00", "PRICE")]
    assert await world.findings() == []


async def statements(world: World, *commands: Any) -> int:
    """How many statements it takes the clerk to perform commands that must succeed."""
    sent: list[str] = []
    async with world.database.acquire() as connection:
        listen = lambda query: sent.append(query.query)  # noqa: E731 taken off again below
        connection.raw.add_query_logger(listen)
        performed = await perform(
            connection, CLERK, world.grants, AX, commands, clock=clock, idempotency_key=str(new_id())
        )
        connection.raw.remove_query_logger(listen)
    assert performed.committed, performed.refusals
    return len(sent)


async def test_a_batch_takes_as_many_statements_as_one(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    order = await world.approved(AX, ("GEAR", "90", "6"), ("BOLT", "90", "2"))
    await arrived(world, order, (1, "90", "0"), (2, "90", "0"))

    async def posted(count: int, since: int) -> int:
        ids = [
            await done(world, invoice((order, 1, "2", "7"), (order, 2, "1", "3"), world=world, number=f"A-{number}"))
            for number in range(since, since + count)
        ]
        return await statements(world, *(PostSupplierInvoice(supplier_invoice_id=id_) for id_ in ids))

    first = await posted(2, 0)
    assert await posted(12, 2) == first
    held = await accounts(world)
    assert (held["GR_IR"], held["PAYABLE"]) == (-(D(90 - 28) * 6 + D(90 - 14) * 2), -(D(28) * 7 + D(14) * 3))
    assert await world.findings() == []


async def test_what_cannot_be_charged_is_refused_and_leaves_nothing_behind(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    pending = await world.ordered(AX, ("BOLT", "10", "2"))
    plain = invoice((order, 1, "10", "2"), world=world)
    line = plain.lines[0]
    euros = Money(D(2), "EUR")
    wrong = {
        "WRONG_STATE": invoice((pending, 1, "10", "2"), world=world),
        "NOT_FOUND": invoice((order, 9, "10", "2"), world=world),
        "CURRENCY_MISMATCH": replace(plain, currency="EUR", lines=(replace(line, unit_price=euros),)),
        "INVALID_VALUE": replace(plain, supplier_id=world["HOSPITAL"]),
        "INVOICE_TOTAL_DIFFERS": replace(plain, total=Money(D(21), "USD")),
    }
    for code, command in wrong.items():
        assert (await world.refusal(CLERK, AX, command)).code == code
    draft = await done(world, plain)
    assert (await world.refusal(CLERK, AX, plain)).code == "ALREADY_EXISTS"
    await arrived(world, order, (1, "10", "0"))
    early = PostSupplierInvoice(supplier_invoice_id=draft, posted_on=date(2026, 5, 19))
    assert (await world.refusal(CLERK, AX, early)).code == "INVALID_VALUE"
    closed = PostSupplierInvoice(supplier_invoice_id=draft, posted_on=date(2025, 12, 31))
    assert (await world.refusal(CLERK, AX, closed)).code == "PERIOD_CLOSED"
    await done(world, CancelSupplierInvoice(supplier_invoice_id=draft, reason="twice"))
    assert (await world.refusal(CLERK, AX, PostSupplierInvoice(supplier_invoice_id=draft))).code == "WRONG_STATE"
    # A number that was given up may come again.
    await billed(world, (order, 1, "10", "2"))
    assert await accounts(world) == {"PAYABLE": D(-20), "STOCK": D(20)}
    assert await world.findings() == []


async def test_a_charge_on_an_account_clears_what_was_claimed_before_it(world: World):
    [row] = await world.rows("SELECT id FROM account WHERE company_id = $1 AND role = 'LANDED_COST'", AX)
    freight = SupplierInvoiceLineInput(
        quantity=D(1), unit_price=Money(D(45), "USD"), account_id=row["id"], description="Freight"
    )
    asked = replace(invoice(world=world), lines=(freight,))
    await done(world, PostSupplierInvoice(supplier_invoice_id=await done(world, asked)))
    assert await accounts(world) == {"LANDED_COST": D(45), "PAYABLE": D(-45)}
    assert await world.findings() == []


def off(id_: UUID, amount: str, **more: Any) -> CreditSupplierInvoice:
    """The credit note of an amount off the price of the first line."""
    lines = (SupplierCreditLineInput(position=1, amount=Money(D(amount), "USD")),)
    number = more.pop("number", "AP-1")
    return CreditSupplierInvoice(supplier_invoice_id=id_, supplier_number=number, reason="price", lines=lines, **more)


async def test_a_price_that_the_supplier_takes_back_is_not_blocked_any_more(world: World):
    """98 of 100 @51 against 50, tolerance 1 % and 200: 50 off leaves 5,050, 1 % above 5,000; less will not do."""
    _, id_ = await f60(world)
    await done(world, off(id_, "49.99"))
    assert (await the_invoice(world, id_))["payment_blocks"] == ["PRICE", "QUANTITY_OVER"]
    await done(world, off(id_, "0.01", number="AP-2"))
    row = await the_invoice(world, id_)
    assert (row["match_status"], row["payment_blocks"], row["released_by"]) == ("BLOCKED", ["QUANTITY_OVER"], None)
    assert await world.rows("SELECT 1 FROM outbox_event WHERE event = 'SupplierInvoiceReleased'") == []
    assert {reason for _, reason in await owed(world)} == {None, "QUANTITY_OVER"}
    await done(world, credit(id_, (1, "2"), number="AP-3"))
    row = await the_invoice(world, id_)
    assert (row["match_status"], row["payment_blocks"]) == ("RELEASED", [])
    assert {reason for amount, reason in await owed(world) if D(amount)} == {None}
    assert len(await world.rows("SELECT 1 FROM outbox_event WHERE event = 'SupplierInvoiceReleased'")) == 1
    assert await world.findings() == []


async def test_a_price_is_compared_as_it_is_for_what_is_left(world: World):
    """4 @6 against 4: 2 go back, and 3 off the other 2, which then cost 9 for 8; 1 off more is the order's price."""
    await done_by_chief(world, RevalueStock(item_id=world["BOLT"], unit_cost=D(5)))
    order = await world.approved(AX, ("BOLT", "4", "4"))
    await arrived(world, order, (1, "4", "0"))
    id_ = await billed(world, (order, 1, "4", "6"))
    await done(world, credit(id_, (1, "2")))
    await done(world, off(id_, "3"))
    assert (await the_invoice(world, id_))["payment_blocks"] == ["PRICE"]
    await done(world, off(id_, "1", number="AP-2"))
    assert (await the_invoice(world, id_))["payment_blocks"] == []
    assert await world.findings() == []

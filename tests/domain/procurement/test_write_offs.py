"""Rests of GR/IR against PostgreSQL: closed to an account, left alone by what is not theirs, opened by what is late."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.core.work import Work
from domain.procurement.commands import (
    PurchaseReturnLineInput,
    ReturnToSupplier,
    ReverseClearingWriteOff,
    WriteOffClearing,
)
from domain.procurement.invoices import MatchTolerance
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, BX, TODAY, World, staff
from tests.domain.finance.money import account
from tests.domain.inventory.goods import accounts
from tests.domain.procurement.billing import billed, done
from tests.domain.procurement.test_invoices import RECEIVER, arrived, credit

D = Decimal
LOSS, GAIN = "6711", "6301"


async def limited(world: World, amount: str, *, quantity_percent: str = "5", company: int = AX) -> None:
    """How much of an order line may be written off; so much more than was accepted may be charged and paid."""

    async def act(work: Work) -> None:
        row = {"write_off_amount": D(amount), "quantity_percent": D(quantity_percent)}
        await work.insert(MatchTolerance, [row])

    await world.works(company, act)


async def line_of(world: World, order: UUID, position: int = 1) -> UUID:
    [row] = await world.rows(
        "SELECT id FROM purchase_order_line WHERE purchase_order_id = $1 AND position = $2", order, position
    )
    return row["id"]


async def closing(world: World, *lines: UUID, code: str = LOSS, company: int = AX, **more: Any) -> WriteOffClearing:
    command = WriteOffClearing(
        account_id=await account(world, code, company), reason="nothing is expected any more", order_lines=lines or None
    )
    return replace(command, **more)


async def held(world: World, code: str, company: int = AX) -> Decimal:
    """What an account holds."""
    [row] = await world.rows(
        "SELECT coalesce(sum(l.amount), 0) AS amount FROM journal_line l JOIN account a ON a.company_id = l.company_id "
        "AND a.id = l.account_id WHERE a.company_id = $1 AND a.code = $2", company, code,
    )  # fmt: skip
    return row["amount"]


async def clearing(world: World) -> Decimal:
    """What GR/IR holds."""
    return (await accounts(world)).get("GR_IR", D(0))


async def uninvoiced(world: World, quantity: str = "10") -> tuple[UUID, UUID]:
    """An order of 10 @20 of which so many came, 8 are invoiced; and its line."""
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, quantity, "0"), received_on=TODAY - timedelta(days=40))
    await billed(world, (order, 1, "8", "20"))
    return order, await line_of(world, order)


async def test_goods_that_are_never_invoiced_are_closed_to_an_account(world: World):
    await limited(world, "40")
    _, line = await uninvoiced(world)
    before = await clearing(world)
    made = await done(world, await closing(world, line, code=GAIN), by=world.chief)
    assert (before, await clearing(world)) == (D(-40), D(0))
    assert await held(world, GAIN) == D(-40)
    [row] = await world.rows("SELECT * FROM clearing_write_off_line WHERE clearing_write_off_id = $1", made)
    assert (row["quantity"], row["transaction_amount"], row["amount"]) == (D(2), D(40), D(40))
    again = await world.refusal(world.chief, AX, await closing(world, line))
    assert (again.code, again.path) == ("NOTHING_OPEN", ("orderLines", 0))
    assert await world.findings() == []


async def test_a_late_invoice_opens_what_was_written_off_and_the_account_keeps_the_difference(world: World):
    """2 @20 written off, then invoiced @21: the account is even, the goods cost 2 more, GR/IR is 0."""
    await limited(world, "40")
    order, line = await uninvoiced(world)
    await done(world, await closing(world, line, code=GAIN), by=world.chief)
    before = await accounts(world)
    await billed(world, (order, 1, "2", "21"), number="A-2")
    after = await accounts(world)
    assert after["PAYABLE"] - before["PAYABLE"] == D(-42)
    assert after["PURCHASE_PRICE_VARIANCE"] - before.get("PURCHASE_PRICE_VARIANCE", D(0)) == D(2)
    assert (await held(world, GAIN), await clearing(world)) == (D(0), D(0))
    [back] = await world.rows("SELECT * FROM clearing_write_off_line WHERE reverses_id IS NOT NULL")
    [entry] = await world.rows("SELECT * FROM journal_entry WHERE id = $1", back["journal_entry_id"])
    [first] = await world.rows("SELECT * FROM clearing_write_off_line WHERE id = $1", back["reverses_id"])
    assert (entry["reverses_id"], back["amount"]) == (first["journal_entry_id"], D(-40))
    assert await world.findings() == []


async def test_an_invoice_of_other_goods_leaves_what_was_written_off_alone(world: World):
    await limited(world, "40")
    order, line = await uninvoiced(world)
    await done(world, await closing(world, line, code=GAIN), by=world.chief)
    await arrived(world, order, (1, "5", "0"))
    await billed(world, (order, 1, "5", "20"), number="A-2")
    assert (await held(world, GAIN), await clearing(world)) == (D(-40), D(0))
    await billed(world, (order, 1, "1", "20"), number="A-3")
    assert (await held(world, GAIN), await clearing(world)) == (D(0), D(-20))
    assert await world.findings() == []


async def test_goods_written_off_that_go_back_are_not_credited_twice(world: World):
    await limited(world, "40")
    order, line = await uninvoiced(world)
    await done(world, await closing(world, line, code=GAIN), by=world.chief)
    [receipt] = await world.rows("SELECT id FROM goods_receipt WHERE purchase_order_id = $1", order)
    back = ReturnToSupplier(
        goods_receipt_id=receipt["id"], lines=(PurchaseReturnLineInput(position=1, quantity=D(2)),),
        settlement=ReturnSettlement.CREDIT, reason="scratched",
    )  # fmt: skip
    await done(world, back, by=RECEIVER)
    assert (await held(world, GAIN), await clearing(world)) == (D(0), D(0))
    assert await world.findings() == []


async def test_a_charge_whose_goods_never_come_is_closed_and_its_credit_note_brings_it_back(world: World):
    """20 charged, 19 accepted, within tolerance: the 20 left become a loss; a late credit note of 1 undoes it."""
    await limited(world, "20", quantity_percent="10")
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, "19", "0"))
    id_ = await billed(world, (order, 1, "20", "20"))
    assert await clearing(world) == D(20)
    await done(world, await closing(world, await line_of(world, order)), by=world.chief)
    assert (await clearing(world), await held(world, LOSS)) == (D(0), D(20))
    await done(world, credit(id_, (1, "1")))
    assert (await clearing(world), await held(world, LOSS)) == (D(0), D(0))
    assert await world.findings() == []


async def test_goods_that_come_after_their_charge_was_written_off_clear_it(world: World):
    await limited(world, "20", quantity_percent="10")
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, "19", "0"))
    await billed(world, (order, 1, "20", "20"))
    await done(world, await closing(world, await line_of(world, order)), by=world.chief)
    await arrived(world, order, (1, "1", "0"))
    assert (await clearing(world), await held(world, LOSS)) == (D(0), D(0))
    assert await world.findings() == []


async def test_what_an_invoice_is_held_for_is_not_written_off(world: World):
    await limited(world, "1000", quantity_percent="0")
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, "19", "0"))
    await billed(world, (order, 1, "20", "20"))
    before = await world.state()
    refusal = await world.refusal(world.chief, AX, await closing(world, await line_of(world, order)))
    assert refusal.code == "HELD_FOR_GOODS"
    every = await closing(world, age_days_min=0, amount_max=Money(D(1000), "USD"))
    assert (await world.refusal(world.chief, AX, every)).code == "NOTHING_OPEN"
    assert await world.state() == before


async def test_a_batch_closes_what_is_old_and_small_and_nothing_else(world: World):
    await limited(world, "45")
    _, old = await uninvoiced(world)
    large = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, large, (1, "3", "0"), received_on=TODAY - timedelta(days=40))
    young = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, young, (1, "1", "0"), received_on=TODAY - timedelta(days=29))
    made = await done(
        world, await closing(world, code=GAIN, age_days_min=30, amount_max=Money(D(45), "USD")), by=world.chief
    )
    rows = await world.rows(
        "SELECT purchase_order_line_id FROM clearing_write_off_line WHERE clearing_write_off_id = $1", made
    )
    assert [row["purchase_order_line_id"] for row in rows] == [old]
    assert await clearing(world) == D(-80)
    assert await world.findings() == []


async def test_what_is_above_the_limit_is_refused_and_without_a_limit_everything_is(world: World):
    _, line = await uninvoiced(world)
    before = await world.state()
    refusal = await world.refusal(world.chief, AX, await closing(world, line))
    assert (refusal.code, refusal.path) == ("WRITE_OFF_LIMIT_EXCEEDED", ("orderLines", 0))
    assert await world.state() == before
    await limited(world, "39.99")
    refusal = await world.refusal(world.chief, AX, await closing(world, line))
    assert refusal.message() == "PO-000001/1 is 40 USD, above the 39.99 USD of GR/IR that may be written off."
    every = await closing(world, age_days_min=0, amount_max=Money(D(40), "USD"))
    assert (await world.refusal(world.chief, AX, every)).code == "WRITE_OFF_LIMIT_EXCEEDED"


async def test_a_write_off_is_asked_for_in_one_way_on_a_day_after_everything(world: World):
    await limited(world, "40")
    _, line = await uninvoiced(world)
    before = await world.state()
    early = await closing(world, line, written_off_on=TODAY - timedelta(days=1))
    both = await closing(world, line, age_days_min=3)
    half = await closing(world, age_days_min=3)
    control = await closing(world, line, code="STOCK")
    for command, code in (
        (early, "INVALID_VALUE"), (both, "INVALID_VALUE"), (half, "INVALID_VALUE"), (control, "CONTROL_ACCOUNT"),
    ):  # fmt: skip
        assert (await world.refusal(world.chief, AX, command)).code == code
    assert await world.state() == before


async def test_a_write_off_is_taken_back_once(world: World):
    await limited(world, "40")
    _, line = await uninvoiced(world)
    made = await done(world, await closing(world, line, code=GAIN), by=world.chief)
    back = ReverseClearingWriteOff(clearing_write_off_id=made, reason="they will invoice it after all")
    before = await world.state()
    early = replace(back, reversed_on=date(2026, 1, 1))
    assert (await world.refusal(world.chief, AX, early)).code == "INVALID_VALUE"
    assert await world.state() == before
    await done(world, back, by=world.chief)
    assert (await clearing(world), await held(world, GAIN)) == (D(-40), D(0))
    assert (await world.refusal(world.chief, AX, back)).code == "NOT_WRITTEN_OFF"
    assert await world.findings() == []
    await done(world, await closing(world, line, code=GAIN), by=world.chief)
    assert (await clearing(world), await held(world, GAIN)) == (D(0), D(-40))
    assert await world.findings() == []


async def test_rests_in_two_companies_and_currencies_are_closed_in_both_amounts(world: World):
    """A rest of USD in a company of euro: 3 @10.01 at the day's rate; the account takes both amounts over."""
    chief = staff("carl", controller=BX)
    await limited(world, "100", company=BX)
    world.chief = chief
    order = await world.approved(BX, ("BOLT", "10", "10.01"), currency="USD")
    await arrived(world, order, (1, "3", "0"), company=BX)
    [row] = await world.rows("SELECT owed_amount FROM goods_receipt_line")
    line = await line_of(world, order)
    await done(world, await closing(world, line, code=GAIN, company=BX), by=chief, company=BX)
    rows = await world.rows(
        "SELECT a.role, l.amount, l.transaction_amount, l.transaction_currency FROM journal_line l JOIN account a "
        "ON a.company_id = l.company_id AND a.id = l.account_id JOIN journal_entry e ON e.company_id = l.company_id "
        "AND e.id = l.journal_entry_id WHERE e.source_kind = 'ClearingWriteOff' ORDER BY l.position"
    )
    assert [(one["role"], one["transaction_amount"], one["transaction_currency"], one["amount"]) for one in rows] == [
        ("GR_IR", D("30.03"), "USD", row["owed_amount"]), (None, D("-30.03"), "USD", -row["owed_amount"]),
    ]  # fmt: skip
    assert await world.findings() == []

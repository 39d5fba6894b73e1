"""What documents of other modules do to stock: a bill that differs from its receipt, goods that customers return."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import Money
from domain.core.verify import Finding
from domain.core.work import Work
from domain.finance.journal import accounts as accounts_of
from domain.finance.journal import post_vouchers
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.rules import Leg, Voucher
from domain.inventory import (
    CostShare,
    CustomerReturn,
    LateCostDocument,
    received_entries,
    return_stock,
    share_late_costs,
)
from domain.inventory.commands import RevalueStock
from domain.inventory.models import StockStatus, ValuationMethod
from tests.domain.books import AX, TODAY, World
from tests.domain.inventory.goods import accounts, done, issue, pool, received, valued, worth


async def bill(world: World, lines: dict[UUID, tuple[str, str, str]], on: date = TODAY) -> None:
    """A supplier's bill over entries of (quantity, price of the order, price of the bill), as purchasing posts it."""

    async def act(work: Work) -> None:
        own = await accounts_of(work, AccountRole.GR_IR, AccountRole.PAYABLE)
        source = Source(kind="Bill", id=new_id(), number="B-1")
        shares: list[CostShare] = []
        cleared, owed = Decimal(0), Decimal(0)
        for entry, (quantity, ordered, billed) in lines.items():
            cleared += Decimal(quantity) * Decimal(ordered)
            owed += Decimal(quantity) * Decimal(billed)
            difference = Decimal(quantity) * (Decimal(billed) - Decimal(ordered))
            shares.append(CostShare(stock_entry_id=entry, amount=difference))
        legs = tuple(
            Leg(account_id=own[role], amount=amount, transaction=Money(amount, "USD"))
            for role, amount in ((AccountRole.GR_IR, cleared), (AccountRole.PAYABLE, -owed))
        )
        document = LateCostDocument(posting_id=new_id(), occurred_on=on, source=source, shares=tuple(shares))
        differences, later = await share_late_costs(work, [document])
        posting = Posting[Leg](id=document.posting_id, occurred_on=on, source=source, entries=legs)
        found = differences.get(document.posting_id)
        if found is not None:
            posting = replace(posting, entries=(*legs, *found.posting.entries))
        own_voucher = Voucher(kind=JournalKind.PURCHASE, sub_ledger=SubLedger.PAYABLES, posting=posting)
        await post_vouchers(work, [own_voucher, *later])

    await world.works(AX, act)


async def breaches(world: World) -> list[Finding]:
    """What `verify` finds, but that the bills of these tests make no open items: purchasing does."""
    return [one for one in await world.findings() if one.check != "open items"]


async def test_v16_a_bill_at_other_prices(world: World):
    """A standard 5, received 4 @4; B average, received 5 @6 -> stock 50, GR/IR 46, variance -4. Bill A 4 @6, B 5 @4 ->
    AP 44, GR/IR 0, variance net +4, B worth 4 each: stock 40. Sell 2 A + 3 B -> cost of sales 22, stock 18 (case V16).
    """
    await done(world, RevalueStock(item_id=world["BOLT"], unit_cost=Decimal(5)))
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    entries = await received(world, ("BOLT", "4", "4"), ("GEAR", "5", "6"))
    assert await accounts(world) == {
        "GR_IR": Decimal(-46), "PURCHASE_PRICE_VARIANCE": Decimal(-4), "STOCK": Decimal(50),
    }  # fmt: skip
    await bill(world, {entries["BOLT"]: ("4", "4", "6"), entries["GEAR"]: ("5", "6", "4")})
    assert await accounts(world) == {
        "PAYABLE": Decimal(-44), "PURCHASE_PRICE_VARIANCE": Decimal(4), "STOCK": Decimal(40),
    }  # fmt: skip
    assert await pool(world, "GEAR") == (Decimal(5), Decimal(20))
    await done(world, issue(world, "BOLT", "2"), issue(world, "GEAR", "3"))
    held = await accounts(world)
    assert (held["COST_OF_SALES"], held["STOCK"]) == (Decimal(22), Decimal(18))
    assert await breaches(world) == []


async def test_the_part_of_a_price_difference_that_was_sold_goes_to_cost_of_sales(world: World):
    for item, method in (("GEAR", ValuationMethod.FIFO), ("BOLT", ValuationMethod.AVERAGE)):
        await valued(world, item, method)
        entries = await received(world, (item, "10", "6"))
        await done(world, issue(world, item, "4"))
        await bill(world, {entries[item]: ("10", "6", "7")})
        assert await pool(world, item) == (Decimal(6), Decimal(42))
    assert (await accounts(world))["COST_OF_SALES"] == Decimal(56)
    assert await breaches(world) == []


async def test_goods_come_back_from_a_customer_at_what_they_were_worth(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    entries = await received(world, ("GEAR", "10", "6"))
    [move] = await done(world, issue(world, "GEAR", "4"))
    await bill(world, {entries["GEAR"]: ("10", "6", "7")})
    [entry] = await world.rows("SELECT id FROM stock_entry WHERE stock_move_id = $1 AND quantity < 0", move)

    def back(quantity: str) -> CustomerReturn:
        return CustomerReturn(
            posting_id=new_id(), stock_entry_id=entry["id"], quantity=Decimal(quantity),
            location_id=world[f"STORES{AX}"], occurred_on=TODAY,
            source=Source(kind="CustomerReturn", id=new_id(), number="RT-1"),
        )  # fmt: skip

    outcomes = await world.works(AX, lambda work: return_stock(work, [back("3"), back("5")]))
    assert await worth(world, outcomes[0]) == Decimal(21)
    assert outcomes[1].code == "INVALID_VALUE"
    [balance] = await world.rows("SELECT quantity FROM stock_balance WHERE status = $1", StockStatus.QUARANTINE)
    assert balance["quantity"] == Decimal(3)
    assert (await accounts(world))["COST_OF_SALES"] == Decimal(7)
    assert await breaches(world) == []


async def test_the_entries_of_a_receipt_stand_in_the_order_of_its_lines(world: World):
    entries = await received(world, ("BOLT", "4", "4"), ("GEAR", "5", "6"))
    [move] = await world.rows("SELECT posting_id FROM stock_move")
    rows = await world.works(AX, lambda work: received_entries(work, [move["posting_id"]]))
    assert [(row["id"], row["quantity"]) for row in rows] == [
        (entries["BOLT"], Decimal(4)), (entries["GEAR"], Decimal(5)),
    ]  # fmt: skip

"""A group in whose books something of everything happened, for tests that look at all of them."""

from datetime import date
from decimal import Decimal

from domain.core.money import Money
from domain.finance.commands import (
    AcquireFixedAsset,
    CreditCustomerInvoice,
    CreditLineInput,
    DepreciateAssets,
    PaymentMatchInput,
)
from domain.finance.models import PeriodState
from domain.inventory.commands import ReserveStock
from domain.logistics.commands import (
    InvoicedShipmentInput,
    InvoiceShipments,
    ReceiveCustomerReturn,
    ReturnLineInput,
)
from domain.master_data.items import LotPolicy
from tests.domain.books import AX, World
from tests.domain.finance.money import a_journal, a_payment, account, an_invoice, close, done, tax_code
from tests.domain.inventory.goods import received
from tests.domain.logistics.outbound import allocated, hospital, item, picked, shipped
from tests.domain.trade_steps import STEPS
from tests.domain.trading import Trade


async def busy(trade: Trade, steps: int) -> World:
    """The trade after so many steps, then sales, money and periods of the company that keeps its books in USD."""
    assert trade.currency_of[AX] == "USD", "the helpers of other tests sell and pay in dollars"
    for _ in range(steps):
        trade.number += 1
        await trade.chance.choice(STEPS)(trade)
    world = trade.world
    await sold(world)
    await paid(world)
    await owned(world)
    months = tuple(f"2026-0{month}" for month in range(1, 6))
    await close(world, PeriodState.SOFT, *months)
    return world


async def sold(world: World) -> None:
    """Ordered, promised, picked, shipped, charged, returned, credited; some of each left half way."""
    await hospital(world)
    await item(world, "PUMP", LotPolicy.NONE)
    await received(world, ("PUMP", "40", "10"))
    tax = await tax_code(world)
    order = await allocated(world, ("PUMP", "9", "25"), tax_code_id=tax)
    shipment = await shipped(world, order, (1, "6"))
    await done(world, InvoiceShipments(shipments=(InvoicedShipmentInput(shipment_id=shipment),)))
    line = ReturnLineInput(position=1, quantity=Decimal(2))
    back = ReceiveCustomerReturn(
        shipment_id=shipment, location_id=world[f"STORES{AX}"], reason="Wrong size", lines=(line,)
    )
    await done(world, back)
    await picked(world, order, (1, "1"))
    await done(world, ReserveStock(item_id=world["PUMP"], quantity=Decimal(3)))


async def paid(world: World) -> None:
    """Charged by hand, credited in part, paid in part; a journal; suppliers' items proposed for payment."""
    [tax] = await world.rows("SELECT id FROM tax_code LIMIT 1")
    [charged] = (await done(world, an_invoice(world, ("3", "11"), ("2", "7.5"), tax=tax["id"]))).ids
    line = CreditLineInput(position=1, quantity=Decimal(1))
    await done(world, CreditCustomerInvoice(customer_invoice_id=charged, reason="Returned", lines=(line,)))
    [owed] = await world.rows("SELECT id FROM open_item WHERE source_id = $1", charged)
    wish = PaymentMatchInput(open_item_id=owed["id"], amount=Money(Decimal("5.50"), "USD"))
    await done(world, a_payment(world, "7.25", wish))
    await done(world, await a_journal(world))


async def owned(world: World) -> None:
    """A machine, worn for two months."""
    machine = AcquireFixedAsset(
        name="Mill", cost=Money(Decimal(1000), "USD"), months=24, in_service_on=date(2026, 1, 10),
        account_id=await account(world, "1601"), accumulated_account_id=await account(world, "1602"),
        expense_account_id=await account(world, "660201"), offset_account_id=await account(world, "1604"),
    )  # fmt: skip
    await done(world, machine)
    await done(world, DepreciateAssets(ends_on=date(2026, 2, 28)))

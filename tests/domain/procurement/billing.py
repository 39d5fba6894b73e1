"""Suppliers' invoices for tests: registered and posted over lines of orders, and what is owed for them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Actor
from domain.core.money import Money
from domain.procurement.commands import (
    CreateSupplierInvoice,
    PostSupplierInvoice,
    SupplierInvoiceLineInput,
)
from tests.domain.books import AX, CURRENCY_OF, TODAY, World, staff

# Who takes invoices in; another receives, a third approves.
CLERK = staff("clara", accountant=AX)

OWED = """
SELECT source_number, instalment, transaction_amount, open_transaction_amount, blocked_reason
FROM open_item WHERE company_id = $1 ORDER BY source_number, instalment
"""


def invoice(*lines: tuple[UUID, int, str, str], world: World, **more: Any) -> CreateSupplierInvoice:
    """The command that registers (order, position, quantity, price) lines of ACME."""
    currency = more.pop("currency", CURRENCY_OF[more.pop("company", AX)])
    asked = more.pop("number", "A-1")
    charged = tuple(
        SupplierInvoiceLineInput(
            purchase_order_id=order, order_position=position, quantity=Decimal(quantity),
            unit_price=Money(Decimal(price), currency), tax_code_id=more.get("tax_code_id"),
        )
        for order, position, quantity, price in lines
    )  # fmt: skip
    more.pop("tax_code_id", None)
    made = CreateSupplierInvoice(
        supplier_id=world["ACME"], supplier_number=asked, currency=currency, invoiced_on=TODAY, lines=charged
    )
    return replace(made, **more)


async def done(world: World, command: Any, *, by: Actor = CLERK, company: int = AX) -> UUID:
    """The record of a command that must succeed."""
    performed = await world.act(by, company, command)
    assert performed.committed, [(one.message(), one.path) for one in performed.refusals]
    return performed.ids[0]


async def billed(world: World, *lines: tuple[UUID, int, str, str], **more: Any) -> UUID:
    """An invoice over the lines, posted."""
    company, posting = more.get("company", AX), {"posted_on": more.pop("posted_on", None)}
    draft = await done(world, invoice(*lines, world=world, **more), company=company)
    return await done(world, PostSupplierInvoice(supplier_invoice_id=draft, **posting), company=company)


async def owed(world: World, company: int = AX) -> list[tuple[str, str | None]]:
    """What is open of each item, and why it must not be paid."""
    rows = await world.rows(OWED, company)
    return [(f"{row['open_transaction_amount']:.2f}", row["blocked_reason"]) for row in rows]

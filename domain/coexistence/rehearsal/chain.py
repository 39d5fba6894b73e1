"""A chunk of orders, from the order to the posted invoice: each step one batch of the command that people use.

A supplier that is no longer active was when it was ordered from: it is active again for as long as the transaction of
the chunk, which nobody else sees.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.coexistence.commands import ImportHistory
from domain.coexistence.imports import digest_of
from domain.coexistence.rehearsal.acting import ACCOUNTANT, APPROVER, BUYER, RECEIVER, Rehearsing
from domain.coexistence.rehearsal.books import Books
from domain.coexistence.rehearsal.history import OldOrder
from domain.core.money import Money
from domain.core.records import GROUP
from domain.master_data import COMMANDS as MASTER_COMMANDS
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CreatePurchaseOrder,
    CreateSupplierInvoice,
    GoodsReceiptLineInput,
    PostSupplierInvoice,
    PurchaseOrderLineInput,
    ReceivePurchaseOrder,
    SupplierInvoiceLineInput,
)
from domain.procurement.models import PurchaseOrder

ONE = Decimal(1)
CHANGE_PARTY: Any = next(one for one in MASTER_COMMANDS if one.__name__ == "ChangeParty")
_INACTIVE = "SELECT id FROM party WHERE id = ANY($1::uuid[]) AND NOT is_active ORDER BY id"


async def perform_chain(rehearsing: Rehearsing, books: Books, orders: Sequence[OldOrder]) -> Mapping[str, int]:
    """How many documents of each kind the orders made, all in one transaction. Raises: NotMade, with nothing made."""
    async with rehearsing.connection.raw.transaction(), _active(rehearsing, orders):
        numbers = [order.number for order in orders]
        key = f"{rehearsing.run.report.source}:{numbers[0]}"
        creations = [creation(order, books) for order in orders]
        ids = await rehearsing.made(BUYER, creations, named=numbers)
        approvals = [ApprovePurchaseOrder(purchase_order_id=id_) for id_ in ids]
        await rehearsing.made(APPROVER, approvals, named=numbers)
        receipts = [
            (order.number, one) for order, id_ in zip(orders, ids, strict=True) for one in arrivals(order, id_, books)
        ]
        await rehearsing.made(
            RECEIVER, [one for _, one in receipts], key=f"{key}:receive", named=[number for number, _ in receipts]
        )
        charged = [(order, id_) for order, id_ in zip(orders, ids, strict=True) if order.subtotal or order.freight]
        of_invoice = [order.number for order, _ in charged]
        drafts = [invoice(order, id_, books) for order, id_ in charged]
        made = await rehearsing.made(BUYER, drafts, named=of_invoice)
        postings = [
            PostSupplierInvoice(supplier_invoice_id=id_, posted_on=order.invoiced_on)
            for id_, (order, _) in zip(made, charged, strict=True)
        ]
        await rehearsing.made(ACCOUNTANT, postings, key=f"{key}:invoice", named=of_invoice)
        await rehearsing.made(
            rehearsing.run.by.actor,
            [_rehearsed(rehearsing, number, id_) for number, id_ in zip(numbers, ids, strict=True)],
        )
    return {"purchase_order": len(orders), "goods_receipt": len(receipts), "supplier_invoice": len(charged)}


@asynccontextmanager
async def _active(rehearsing: Rehearsing, orders: Sequence[OldOrder]) -> AsyncGenerator[None]:
    """Suppliers that are no longer active are so within the block."""
    suppliers = sorted({order.supplier_id for order in orders})
    ids = [row["id"] for row in await rehearsing.connection.fetch(_INACTIVE, suppliers)]

    async def set_active(value: bool) -> None:
        changes = [CHANGE_PARTY(party_id=id_, is_active=value) for id_ in ids]
        await rehearsing.made(BUYER, changes, company_id=GROUP)

    await set_active(True)
    yield
    # What fails ends the transaction, and with it the change.
    await set_active(False)


def creation(order: OldOrder, books: Books) -> CreatePurchaseOrder:
    """The command that orders what was ordered."""
    return CreatePurchaseOrder(
        supplier_id=order.supplier_id,
        currency=order.currency,
        ordered_on=order.ordered_on,
        ship_on=order.ship_on,
        site_id=books.sites[order.site] if order.site else None,
        tax=Money(order.tax, order.currency),
        freight=Money(order.freight, order.currency),
        lines=tuple(
            PurchaseOrderLineInput(
                item_id=line.item_id,
                quantity=line.ordered,
                unit_price=Money(line.unit_price, order.currency),
                due_on=line.due_on,
            )
            for line in order.lines
        ),
    )


def arrivals(order: OldOrder, order_id: UUID, books: Books) -> list[ReceivePurchaseOrder]:
    """The commands that take in what came, one a day."""
    return [
        ReceivePurchaseOrder(
            purchase_order_id=order_id,
            received_on=day,
            lines=tuple(
                GoodsReceiptLineInput(
                    position=place,
                    received=line.received,
                    rejected=line.rejected,
                    location_id=books.arrives_at.get(line.item_id),
                )
                for place, line in of_day
            ),
        )
        for day, of_day in order.deliveries
    ]


def invoice(order: OldOrder, order_id: UUID, books: Books) -> CreateSupplierInvoice:
    """The command that registers the invoice which the order's totals imply."""
    rate = order.tax_rate
    goods = tuple(
        SupplierInvoiceLineInput(
            quantity=line.ordered,
            unit_price=Money(line.unit_price, order.currency),
            purchase_order_id=order_id,
            order_position=place,
            tax_code_id=books.tax_codes[rate] if rate is not None else None,
        )
        for place, line in enumerate(order.lines, 1)
    )
    freight = SupplierInvoiceLineInput(
        quantity=ONE,
        unit_price=Money(order.freight, order.currency),
        account_id=books.freight_id,
        description="Freight",
    )
    return CreateSupplierInvoice(
        supplier_id=order.supplier_id,
        supplier_number=order.number,
        currency=order.currency,
        invoiced_on=order.invoiced_on,
        lines=(*goods, *((freight,) if order.freight else ())),
    )


def _rehearsed(rehearsing: Rehearsing, number: str, order_id: UUID) -> ImportHistory:
    """The source's number as a key of the order that was made of it."""
    return ImportHistory(
        source_system_id=rehearsing.run.system_id, source_table="purchase_order", record=PurchaseOrder, key=number,
        digest=digest_of({"number": number}), values={}, record_id=order_id,
    )  # fmt: skip

"""What happens around purchases: needs, requests for quotations, notices of shipment, invoices, payments.

The invoices are those of the goods that arrived in the last months; most are as ordered, some are dearer and wait for
somebody to accept their price. What is due is paid, a payment a supplier.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from domain.coexistence.demo.catalogue import goods
from domain.coexistence.demo.entity import CENT, cost_in
from domain.coexistence.demo.loading import Acts
from domain.coexistence.demo.world import SUZHOU, TODAY
from domain.core.database import Row
from domain.core.money import Money
from domain.finance.commands import PaymentMatchInput, RecordPayment
from domain.finance.models import OpenItem, PaymentDirection
from domain.master_data.parties import Party
from domain.procurement.commands import (
    ApprovePurchaseRequisition,
    CreatePurchaseRequisition,
    CreateSupplierInvoice,
    PostSupplierInvoice,
    QuotationLineInput,
    QuotationRequestLineInput,
    RejectPurchaseRequisition,
    RequestQuotations,
    RequisitionLineInput,
    SendShippingNotice,
    ShippingNoticeLineInput,
    SubmitQuotation,
    SupplierInvoiceLineInput,
)
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.quotations import SupplierQuotation

# Goods that arrived since are invoiced; what came before was settled in the system that was left.
INVOICED_FROM = date(2026, 8, 1)
# Every so many invoices is dearer than ordered by so much, or still a draft.
DEARER_EVERY, DEARER_BY, DRAFT_EVERY = 11, Decimal("1.06"), 14
# Invoices of this age, in days, are paid.
PAID_AFTER = 40
TAXES = {"CN": "VAT13", "DE": "DE-STD"}

# Purpose, what is needed with its quantity, what becomes of it.
NEEDS = (
    ("第四季度钛棒安全库存 Titanium bar, safety stock for the fourth quarter", (("RM-TI06", "200"), ("RM-TI08", "120")),
     "APPROVED"),
    ("二厂无尘室耗材 Clean-room supplies, plant 2", (("CS-GLV1", "60"), ("CS-WIP1", "80")), "APPROVED"),
    ("UDI 标签换版 New edition of the UDI label", (("PK-LBL1", "20000"), ("PK-IFU1", "8000")), "PENDING"),
    ("灭菌袋补货 Sterile pouches", (("PK-PCH1", "5000"), ("PK-PCH2", "2500")), "PENDING"),
    ("PEEK 试制 PEEK for a trial lot", (("RM-PEEK", "15"),), "REJECTED"),
)  # fmt: skip
# Suppliers whose open orders are on their way.
ANNOUNCING = ["S0002", "S0007", "S0013"]
ASKED_FOR_QUOTES, ASKED = 0, ("S0001", "S0007", "S0013")

_company_id = bindparam("company_id", type_=SmallInteger())
_receipt, _received = GoodsReceipt.table, GoodsReceiptLine.table
_order, _line = PurchaseOrder.table, PurchaseOrderLine.table
_ARRIVED = (
    select(
        _receipt.c.id.label("receipt_id"), _receipt.c.received_on, _order.c.id.label("order_id"), _order.c.supplier_id,
        _order.c.number, _order.c.currency, _line.c.position, _line.c.unit_price, Party.table.c.country,
        (_received.c.received_quantity - _received.c.rejected_quantity).label("quantity"),
    )
    .join_from(
        _receipt, _received,
        (_received.c.company_id == _receipt.c.company_id) & (_received.c.goods_receipt_id == _receipt.c.id),
    )
    .join(
        _line, (_line.c.company_id == _received.c.company_id) & (_line.c.id == _received.c.purchase_order_line_id)
    )
    .join(_order, (_order.c.company_id == _line.c.company_id) & (_order.c.id == _line.c.purchase_order_id))
    .join(Party.table, Party.table.c.id == _order.c.supplier_id)
    .where(
        _receipt.c.company_id == _company_id,
        _receipt.c.received_on >= bindparam("first_on", type_=Date()),
        _received.c.received_quantity > _received.c.rejected_quantity,
    )
    .order_by(_receipt.c.received_on, _receipt.c.number, _line.c.position)
)  # fmt: skip
_item = OpenItem.table
_OWED = (
    select(_item.c.id, _item.c.party_id, _item.c.open_transaction_amount, _item.c.transaction_currency)
    .where(
        _item.c.company_id == _company_id, _item.c.source_kind == "SupplierInvoice", _item.c.blocked_reason.is_(None),
        _item.c.occurred_on <= bindparam("until", type_=Date()),
    )
    .order_by(_item.c.source_number)
)  # fmt: skip
_AWAITED = (
    select(_order.c.id.label("order_id"), _order.c.number, _line.c.position, _line.c.ordered_quantity)
    .join_from(_order, _line, (_line.c.company_id == _order.c.company_id) & (_line.c.purchase_order_id == _order.c.id))
    .join(Party.table, Party.table.c.id == _order.c.supplier_id)
    .where(
        _order.c.company_id == _company_id, _order.c.status == "APPROVED", _line.c.received_quantity == 0,
        Party.table.c.code == func.any(bindparam("suppliers", type_=ARRAY(Text()))),
    )
    .order_by(_order.c.number, _line.c.position)
)  # fmt: skip
_quotation = SupplierQuotation.table
_ASKED = select(_quotation.c.id, _quotation.c.supplier_id).where(
    _quotation.c.company_id == _company_id,
    _quotation.c.request_for_quotation_id == bindparam("request_id", type_=Uuid()),
)


async def load_invoices(acts: Acts) -> UUID:
    """The first invoice of goods that arrived; most of them are posted, the old ones are paid."""
    orders: dict[UUID, list[Row]] = defaultdict(list)
    for row in await acts.fetch(_ARRIVED, first_on=INVOICED_FROM):
        orders[row["receipt_id"]].append(row)
    charges = [_charge(acts, place, lines) for place, lines in enumerate(orders.values())]
    ids = await acts.perform("accountant", charges, day=TODAY)
    await acts.perform("accountant", [
        PostSupplierInvoice(supplier_invoice_id=id_, posted_on=charge.invoiced_on)
        for place, (id_, charge) in enumerate(zip(ids, charges, strict=True)) if place % DRAFT_EVERY != DRAFT_EVERY - 1
    ], day=TODAY)  # fmt: skip
    owed: dict[tuple[UUID, str], list[Row]] = defaultdict(list)
    for row in await acts.fetch(_OWED, until=TODAY - timedelta(days=PAID_AFTER)):
        owed[row["party_id"], row["transaction_currency"]].append(row)
    await acts.perform(
        "accountant", [_payment(place, key, items) for place, (key, items) in enumerate(owed.items())], day=TODAY
    )
    return ids[0]


def _charge(acts: Acts, place: int, lines: Sequence[Row]) -> CreateSupplierInvoice:
    """The invoice of one receipt, two days after it."""
    first: Any = lines[0]
    currency, invoiced_on = first["currency"], min(first["received_on"] + timedelta(days=2), TODAY)
    dearer = DEARER_BY if place % DEARER_EVERY == DEARER_EVERY - 1 else Decimal(1)
    return CreateSupplierInvoice(
        supplier_id=first["supplier_id"], supplier_number=f"{first['number']}/{place + 1:04d}", currency=currency,
        invoiced_on=invoiced_on,
        lines=tuple(
            SupplierInvoiceLineInput(
                quantity=line["quantity"], unit_price=Money((line["unit_price"] * dearer).quantize(CENT), currency),
                purchase_order_id=line["order_id"], order_position=line["position"],
                goods_receipt_id=line["receipt_id"], tax_code_id=acts.taxes.get(TAXES[line["country"]]),
            )
            for line in lines
        ),
    )  # fmt: skip


def _payment(place: int, key: tuple[UUID, str], items: Sequence[Row]) -> RecordPayment:
    party_id, currency = key
    total = sum((-item["open_transaction_amount"] for item in items), Decimal(0))
    return RecordPayment(
        direction=PaymentDirection.OUT, party_id=party_id, amount=Money(total, currency),
        paid_on=TODAY - timedelta(days=4), bank_reference=f"CT{TODAY:%y%m%d}{place + 1:04d}",
        matches=tuple(PaymentMatchInput(open_item_id=item["id"]) for item in items),
    )  # fmt: skip


async def load_needs(acts: Acts) -> UUID:
    """The first thing that people asked for; of one need three suppliers were asked, two of whom answered."""
    costs = {good.code: cost_in(good, SUZHOU.currency).quantize(CENT) for good in goods()}
    asked_on = TODAY - timedelta(days=10)
    ids = await acts.perform("requester", [
        CreatePurchaseRequisition(
            purpose=purpose, requested_on=asked_on, site_id=acts.codes.sites[SUZHOU.places[0].code],
            lines=tuple(
                RequisitionLineInput(
                    item_id=acts.codes.items[code], quantity=Decimal(quantity), needed_on=TODAY + timedelta(days=40),
                    expected_price=Money(costs[code], SUZHOU.currency),
                )
                for code, quantity in lines
            ),
        )
        for purpose, lines, _ in NEEDS
    ], day=asked_on)  # fmt: skip
    decided_on = TODAY - timedelta(days=8)
    fates = {fate: [id_ for id_, (_, _, own) in zip(ids, NEEDS, strict=True) if own == fate] for *_, fate in NEEDS}
    approvals = [ApprovePurchaseRequisition(purchase_requisition_id=id_) for id_ in fates["APPROVED"]]
    await acts.perform("controller", approvals, day=decided_on)
    refused = [
        RejectPurchaseRequisition(purchase_requisition_id=id_, reason="预算外 Not in the budget")
        for id_ in fates["REJECTED"]
    ]
    await acts.perform("controller", refused, day=decided_on)
    await _quotes(acts, costs)
    return ids[0]


async def _quotes(acts: Acts, costs: Mapping[str, Decimal]) -> None:
    """Three suppliers are asked; the last has not answered yet, and the first is not the cheapest of all lines."""
    day, (_, lines, _) = TODAY - timedelta(days=6), NEEDS[ASKED_FOR_QUOTES]
    [request] = await acts.perform("buyer", [
        RequestQuotations(
            suppliers=tuple(acts.codes.parties[code] for code in ASKED), answer_by=TODAY + timedelta(days=200),
            lines=tuple(
                QuotationRequestLineInput(
                    item_id=acts.codes.items[code], quantity=Decimal(quantity), needed_on=TODAY + timedelta(days=40)
                )
                for code, quantity in lines
            ),
        )
    ], day=day)  # fmt: skip
    asked = {row["supplier_id"]: row["id"] for row in await acts.fetch(_ASKED, request_id=request)}
    shares = {"S0001": ("0.97", "1.03"), "S0007": ("1.01", "0.98")}
    await acts.perform("buyer", [
        SubmitQuotation(
            supplier_quotation_id=asked[acts.codes.parties[supplier]], currency="CNY",
            supplier_number=f"Q-2026-{place:03d}", valid_until=TODAY + timedelta(days=230),
            lines=tuple(
                QuotationLineInput(
                    position=position, delivery_on=TODAY + timedelta(days=30 + place),
                    unit_price=Money((costs[code] * Decimal(share)).quantize(CENT), "CNY"),
                )
                for position, ((code, _), share) in enumerate(zip(lines, own, strict=True), 1)
            ),
        )
        for place, (supplier, own) in enumerate(shares.items(), 31)
    ], day=day + timedelta(days=2))  # fmt: skip


async def load_notices(acts: Acts) -> UUID:
    """The first notice that says what is on its way of open orders."""
    orders: dict[UUID, list[Row]] = defaultdict(list)
    for row in await acts.fetch(_AWAITED, suppliers=ANNOUNCING):
        orders[row["order_id"]].append(row)
    notices = [
        SendShippingNotice(
            purchase_order_id=order_id, shipped_on=TODAY - timedelta(days=1), expected_on=TODAY + timedelta(days=2),
            delivery_note=f"LS-{lines[0]['number']}", carrier="雁速快递 Swift Goose Express",
            tracking_number=f"SG{place:010d}",
            lines=tuple(
                ShippingNoticeLineInput(
                    position=line["position"], quantity=line["ordered_quantity"], supplier_lot=f"C26{place:03d}"
                )
                for line in lines
            ),
        )
        for place, (order_id, lines) in enumerate(orders.items(), 1)
    ]  # fmt: skip
    return (await acts.perform("buyer", notices, day=TODAY))[0]

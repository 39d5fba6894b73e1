"""Suppliers' credit notes in the books: written, and set against what is open of their invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.core.database import Row
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, total
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import Bill, BillLine, Books, accrue_rebates, earning_of, post_bills, purchase_taxes
from domain.finance.crediting import credit_match, post_matches
from domain.finance.models import AccountRole, InvoiceKind, OpenItemKind, RateKind, RebateSide, SubLedger, TaxKind
from domain.finance.open_items import Match
from domain.finance.rules import Leg, Quote
from domain.finance.rules.invoices import LineAmounts
from domain.finance.rules.open_items import Item
from domain.finance.rules.taxes import Charged
from domain.master_data.measures import part_said
from domain.procurement.awaited import lift_price_blocks, lift_quantity_blocks
from domain.procurement.clearing import Differences, share_differences
from domain.procurement.crediting import GivenBack, Where
from domain.procurement.invoices import (
    MatchKind,
    MatchStatus,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceMatch,
    SupplierInvoiceStatus,
    SupplierInvoiceTax,
)
from domain.procurement.matching import Cleared
from domain.procurement.models import PurchaseOrderLine
from domain.procurement.rebates import bought
from domain.procurement.reopening import credited_late, open_again

CREDIT_NUMBERS = Series("supplier_credit_note", prefix="SC-")

_LINE_COPIED = (
    "purchase_order_line_id", "goods_receipt_id", "account_id", "item_id", "description", "unit_price", "unit_id",
    "price_in_unit", "tax_code_id", "cost_centre_id", "project_code",
)  # fmt: skip


class Asked(Protocol):
    """What a credit note was told."""

    @property
    def supplier_number(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """What is taken back of one line, as positive amounts."""

    row: Row
    quantity: Decimal
    amounts: LineAmounts
    given: tuple[GivenBack, ...]
    legs: tuple[BillLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A credit note that breaks no rule; amounts positive."""

    id: UUID
    asked: Asked
    invoice: Row
    on: date
    lines: tuple[CreditLine, ...]
    charged: tuple[Charged, ...]
    posting_id: UUID
    entry_id: UUID

    @property
    def net(self) -> Decimal:
        """What is taken back without taxes."""
        return total([line.amounts.net for line in self.lines])

    @property
    def tax(self) -> Decimal:
        """The taxes of it."""
        return total([line.amounts.tax for line in self.lines])

    @property
    def withheld(self) -> Decimal:
        """What of it had been withheld."""
        return total([one.amount for one in self.charged if one.tax.kind is TaxKind.WITHHOLDING])


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is open of the invoices, by invoice in the order in which it is credited; `settled` have nothing left to
    charge.
    """

    books: Books
    items: dict[UUID, list[Item]]
    settled: frozenset[UUID]


def credit_legs(given: GivenBack, ordered: Row, books: Books, *, is_standard: bool) -> list[BillLine]:
    """What a part of a credit does beside the supplier's account.

    What is off the price of goods that are here goes to the goods themselves, in legs of their own; of goods that were
    sent back it goes where the difference of the return went.
    """
    own, item, site = books.accounts, ordered["item_id"], ordered["site_id"]
    went = AccountRole.PURCHASE_PRICE_VARIANCE
    if given.where is Where.SENT_BACK and not is_standard:
        went = AccountRole.COST_OF_SALES
    price, price_value = (ZERO, ZERO) if given.where is Where.HERE else (given.price_transaction, given.price)
    amounts = (
        (AccountRole.GR_IR, given.transaction, given.amount),
        (AccountRole.EXCHANGE_DIFFERENCE, ZERO, given.exchange),
        (went, price, price_value),
    )
    return [
        BillLine(account_id=own[role], transaction=-transaction, amount=-amount, item_id=item, site_id=site)
        for role, transaction, amount in amounts
        if transaction or amount
    ]


async def post_credits(work: Work, planned: Sequence[Planned], opened: Opened) -> None:
    """The credit notes, numbered, posted, written and matched; what waits for no goods any more, or is at its
    order's price by now, may be paid. What they give back and was written off is open again before.

    Emits: SupplierInvoiceCredited, SupplierInvoiceReleased, ClearingReopened.
    """
    numbers = await work.number(CREDIT_NUMBERS, len(planned))
    sources = [
        Source(kind=SupplierInvoice.__name__, id=one.id, number=number)
        for one, number in zip(planned, numbers, strict=True)
    ]
    documents = [
        Differences(posting_id=one.posting_id, occurred_on=one.on, source=source, cleared=_off_goods(one))
        for one, source in zip(planned, sources, strict=True)
    ]
    late = [credited_late(line.given, one.on) for one in planned for line in one.lines]
    await open_again(work, {id_: day for found in reversed(late) for id_, day in found.items()})
    own, later = await share_differences(work, documents)
    await _count_order_lines(work, planned)
    bills = [
        _bill(one, source, own[one.posting_id].posting.entries if one.posting_id in own else ())
        for one, source in zip(planned, sources, strict=True)
    ]
    items = await post_bills(work, bills, books=opened.books, vouchers=later)
    rows = [
        _row(work, one, source, new[0].id if new else None)
        for one, source, new in zip(planned, sources, items, strict=True)
    ]
    await work.insert(SupplierInvoice, rows)
    await work.insert(SupplierInvoiceLine, [row for one in planned for row in _line_rows(one)])
    taxes = [row for one in planned for row in _tax_rows(one)]
    if taxes:
        await work.insert(SupplierInvoiceTax, taxes)
    matches = [row for one in planned for line in one.lines for row in _match_rows(line, one)]
    if matches:
        await work.insert(SupplierInvoiceMatch, matches)
    await accrue_rebates(work, RebateSide.GOT, [earning_of(bill) for bill in bills], bought)
    await _match_items(work, planned, [new[0].item if new else None for new in items], opened)
    work.emit("SupplierInvoiceCredited", SupplierInvoice, [one.id for one in planned])
    credited = {one.invoice["id"] for one in planned}
    await lift_quantity_blocks(work, credited, settled=opened.settled)
    await lift_price_blocks(work, credited)


def _off_goods(one: Planned) -> list[Cleared]:
    """What goods that are here cost less."""
    return [
        Cleared(bin=part.bin, quantity=part.quantity, transaction=ZERO, amount=ZERO, price=-part.price)
        for line in one.lines
        for part in line.given
        if part.where is Where.HERE
    ]


async def _count_order_lines(work: Work, planned: Sequence[Planned]) -> None:
    """The order lines, invoiced by so much less."""
    taken: dict[UUID, Decimal] = {}
    for one in planned:
        for line in one.lines:
            id_ = line.row["purchase_order_line_id"]
            if id_ is not None and line.quantity:
                taken[id_] = EXACT.add(taken.get(id_, ZERO), line.quantity)
    held = await work.lock(PurchaseOrderLine, taken)
    rows = [
        {"id": id_, "invoiced_quantity": EXACT.subtract(held[id_]["invoiced_quantity"], quantity)}
        for id_, quantity in taken.items()
    ]
    await work.update(PurchaseOrderLine, rows, fields=("invoiced_quantity",))


async def _match_items(work: Work, planned: Sequence[Planned], credits_: Sequence[Item | None], opened: Opened) -> None:
    """Each credit note against what is open of its invoice."""
    matches: list[Match] = []
    for one, credit in zip(planned, credits_, strict=True):
        if credit is not None:
            id_ = one.invoice["id"]
            match, opened.items[id_] = credit_match(
                credit, opened.items.get(id_, []), one.on, SubLedger.PAYABLES, opened.books.currencies.company
            )
            matches += [match] if match else []
    await post_matches(work, matches)


def _bill(one: Planned, source: Source, legs: Sequence[Leg]) -> Bill:
    invoice = one.invoice
    return Bill(
        source=source,
        sub_ledger=SubLedger.PAYABLES,
        kind=OpenItemKind.CREDIT_NOTE,
        party_id=invoice["supplier_id"],
        on=one.on,
        currency=invoice["currency"],
        payable=EXACT.subtract(EXACT.add(one.net, one.tax), one.withheld),
        quote=Quote(rate=invoice["rate"], kind=RateKind.HISTORIC if invoice["rate_type"] else None),
        lines=[leg for line in one.lines for leg in line.legs],
        taxes=purchase_taxes(one.charged, -1)[0],
        legs=legs,
        description=one.asked.reason,
        partner_reference=one.asked.supplier_number,
        entry_id=one.entry_id,
        posting_id=one.posting_id,
    )


def _row(work: Work, one: Planned, source: Source, item_id: UUID | None) -> dict[str, object]:
    invoice = one.invoice
    return {
        "id": one.id,
        "number": source.number,
        "kind": InvoiceKind.CREDIT_NOTE,
        "status": SupplierInvoiceStatus.POSTED,
        "supplier_id": invoice["supplier_id"],
        "supplier_number": one.asked.supplier_number,
        "invoiced_on": one.on,
        "posted_on": one.on,
        "currency": invoice["currency"],
        "net": -one.net,
        "tax": -one.tax,
        "total": -EXACT.add(one.net, one.tax),
        "withheld": -one.withheld,
        "held": ZERO,
        "rate": invoice["rate"],
        "rate_type": RateKind.HISTORIC if invoice["rate_type"] else None,
        "match_status": MatchStatus.MATCHED,
        "payment_blocks": [],
        "credits_id": invoice["id"],
        "reason": one.asked.reason,
        "open_item_id": item_id,
        "journal_entry_id": one.entry_id,
        "created_by": work.actor.id,
        "posted_by": work.actor.id,
    }


def _line_rows(one: Planned) -> list[dict[str, object]]:
    return [
        {
            **{name: line.row[name] for name in _LINE_COPIED},
            "supplier_invoice_id": one.id,
            "position": place,
            "quantity": -line.quantity,
            "unit_quantity": part_said(line.row, -line.quantity),
            "net": -line.amounts.net,
            "tax": -line.amounts.tax,
            "price_difference": ZERO,
            "over_quantity": ZERO,
            "block_reasons": [],
            "credits_id": line.row["id"],
        }
        for place, line in enumerate(one.lines, start=1)
    ]


def _tax_rows(one: Planned) -> list[dict[str, object]]:
    return [
        {"supplier_invoice_id": one.id, "tax_rule_id": own.tax.id, "base": -own.base, "tax": -own.amount}
        for own in one.charged
    ]


def _match_rows(line: CreditLine, one: Planned) -> list[dict[str, object]]:
    """What the invoice line holds no more."""
    return [
        {
            "supplier_invoice_line_id": line.row["id"],
            "purchase_order_line_id": line.row["purchase_order_line_id"],
            "goods_receipt_line_id": part.holding.receipt_line_id,
            "kind": MatchKind.CREDITED,
            "occurred_on": one.on,
            "quantity": -part.quantity,
            "transaction_amount": -part.transaction,
            "amount": -part.amount,
            "price_difference": -part.price,
            "exchange_difference": -part.exchange,
            "journal_entry_id": one.entry_id,
        }
        for part in line.given
    ]

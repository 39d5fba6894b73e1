"""The two sides of a trade between companies: who they are, what the buyer owes for what the seller invoiced, and the
records that pair them.

What is traded differs by command; both sides are always made in one work and the one beside it, or neither is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import GroupMember, IntercompanyTrade, TradeSide
from domain.core.actors import Action
from domain.core.database import Row
from domain.core.errors import DomainError, Forbidden, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import Bill, BillLine, company_currency, masters, pair_items, post_bills, purchase_taxes, quotes_on
from domain.finance.billing import BillTax
from domain.finance.models import CustomerInvoice, CustomerInvoiceLine, OpenItemKind, SubLedger
from domain.finance.rules import Quote, RateMissing
from domain.finance.rules.invoices import Line, price
from domain.finance.rules.taxes import in_force
from domain.finance.rules.terms import AT_ONCE
from domain.master_data.companies import Company

TRADE_NUMBERS = Series("intercompany_trade", prefix="IC-")
ONE_UNIT = Decimal(1)


class NoPartner(DomainError):
    code = "NO_GROUP_PARTY"
    zh = "公司 {company} 在 {day} 没有对应的往来单位。"
    en = "Company {company} is no party of the group on {day}."


class SidesDiffer(DomainError):
    code = "SIDES_DIFFER"
    zh = "卖方应收 {receivable} 与买方应付 {payable} 不一致，请检查税码。"
    en = "The seller is owed {receivable}, the buyer would owe {payable}: their tax codes differ."


class SoldLine(Protocol):
    """A line of a trade, as far as its price and the buyer's tax go."""

    @property
    def unit_price(self) -> Money: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def buyer_tax_code(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The two companies of a trade, each with the party that it is to the other, its day and its currency."""

    seller: Row
    buyer: Row
    on: date
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced:
    """What the seller invoiced: the invoice and its lines in order; `owed` is what the buyer has to pay for it."""

    invoice: Row
    lines: Sequence[Row]

    @property
    def owed(self) -> Decimal:
        """The total less what is withheld."""
        return EXACT.subtract(self.invoice["total"], self.invoice["withheld"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What the same lines cost the buyer, each with the tax that is not deducted, and the taxes that are."""

    costs: Sequence[Decimal]
    taxes: Sequence[BillTax]
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The ids and numbers of both sides, drawn before anything is posted so that postings can name them."""

    pair_id: UUID
    seller: Source
    buyer: Source


_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_company_id = bindparam("company_id", type_=SmallInteger())
_company, _member = Company.table, GroupMember.table
_party = (
    select(_member.c.party_id)
    .where(_member.c.member_id == _company.c.id, _member.c.valid_from <= bindparam("on", type_=Date()))
    .order_by(_member.c.valid_from.desc())
    .limit(1)
    .scalar_subquery()
)
_COMPANIES = select(_company.c.id, _company.c.company_id, _company.c.code, _party.label("party_id")).where(
    (_company.c.id == _ids) | (_company.c.company_id == _company_id)
)
_invoice, _line = CustomerInvoice.table, CustomerInvoiceLine.table
_INVOICE = select(_invoice).where(_invoice.c.company_id == _company_id, _invoice.c.id == _ids)
_LINES = (
    select(_line.c.net, _line.c.tax)
    .where(_line.c.company_id == _company_id, _line.c.customer_invoice_id == _ids)
    .order_by(_line.c.position)
)


async def between(work: Work, buyer_id: UUID, on: date, currency: str) -> Between:
    """The two companies. Raises: NotFound, Rejected, NoPartner, Forbidden."""
    rows = {row["id"]: row for row in await work.fetch(_COMPANIES, ids=[buyer_id], on=on)}
    seller = next(row for row in rows.values() if row["company_id"] == work.company_id)
    buyer = rows.get(buyer_id)
    if buyer is None:
        raise NotFound(("buyer",), what="company", key=str(buyer_id))
    if buyer["company_id"] == work.company_id:
        raise Rejected(
            ("buyer",), what="company", value=buyer["code"], reason="a company does not charge itself",
            reason_zh="买卖双方不能相同",
        )  # fmt: skip
    allowed(work, buyer["company_id"])
    for row, path in ((buyer, ("buyer",)), (seller, ("company",))):
        if row["party_id"] is None:
            raise NoPartner(path, company=row["code"], day=on.isoformat())
    return Between(seller=seller, buyer=buyer, on=on, currency=currency)


def allowed(work: Work, company_id: int) -> None:
    """Raises: Forbidden where the caller may not do in the other company what the command does here."""
    if company_id not in work.grants.may("consolidation", Action.POST, work.command):
        raise Forbidden(what=work.command)


async def sides(work: Work, other: Work) -> Sides:
    """Both sides of a new trade."""
    [number], [other_number] = await work.number(TRADE_NUMBERS, 1), await other.number(TRADE_NUMBERS, 1)
    kind = IntercompanyTrade.__name__
    return Sides(
        pair_id=new_id(),
        seller=Source(kind=kind, id=new_id(), number=number),
        buyer=Source(kind=kind, id=new_id(), number=other_number),
    )


async def invoiced(work: Work, invoice_id: UUID) -> Invoiced:
    """What the seller invoiced."""
    [invoice] = await work.fetch(_INVOICE, ids=[invoice_id])
    return Invoiced(invoice=invoice, lines=await work.fetch(_LINES, ids=[invoice_id]))


async def bought(other: Work, pair: Between, lines: Sequence[SoldLine], sold: Invoiced) -> Bought:
    """What the lines cost the buyer. Raises: NotFound, TaxNotInForce, SidesDiffer, RateMissing."""
    priced = price(await _taxed(other, lines, pair.on, sold.lines), pair.currency)
    if priced.payable != sold.owed:
        raise SidesDiffer(receivable=sold.owed, payable=priced.payable)
    currency = await company_currency(other)
    quote = (await quotes_on(other, [(pair.currency, pair.on)], currency))[pair.currency, pair.on]
    if isinstance(quote, RateMissing):
        raise quote
    taxes, cost = purchase_taxes(priced.charged)
    costs = [amounts.net for amounts in priced.lines]
    # A tax that is not deducted is part of what the largest line costs.
    largest = max(range(len(costs)), key=costs.__getitem__)
    costs[largest] = EXACT.add(costs[largest], cost)
    return Bought(costs=costs, taxes=taxes, quote=quote)


async def _taxed(other: Work, lines: Sequence[SoldLine], on: date, sold: Sequence[Row]) -> list[Line]:
    """The lines as the buyer's tax codes see them. Raises: NotFound, TaxNotInForce."""
    codes = sorted({line.buyer_tax_code for line in lines if line.buyer_tax_code is not None})
    ids = await masters.tax_code_ids(other, codes) if codes else {}
    treatments = await masters.tax_treatments(other, ids.values())
    taxed: list[Line] = []
    for place, (line, row) in enumerate(zip(lines, sold, strict=True)):
        if line.buyer_tax_code is None:
            taxed.append(Line(quantity=ONE_UNIT, unit_price=EXACT.add(row["net"], row["tax"])))
            continue
        if line.buyer_tax_code not in ids:
            raise NotFound(("lines", place, "buyerTaxCode"), what="tax code", key=line.buyer_tax_code)
        treatment = treatments[ids[line.buyer_tax_code]]
        taxed.append(
            Line(
                quantity=line.quantity, unit_price=line.unit_price.amount, code=ids[line.buyer_tax_code],
                taxes=in_force(treatment.rules, on, treatment.code), includes_tax=treatment.includes_tax,
            )
        )  # fmt: skip
    return taxed


def bill_of(pair: Between, known: Sides, sold: Invoiced, cost: Bought, lines: Sequence[BillLine]) -> Bill:
    """What the buyer owes the seller; its terms are the seller's, once they are known."""
    return Bill(
        source=known.buyer, sub_ledger=SubLedger.PAYABLES, kind=OpenItemKind.INVOICE,
        party_id=pair.seller["party_id"], on=pair.on, currency=pair.currency, payable=-sold.owed, quote=cost.quote,
        lines=lines, taxes=cost.taxes, partner_reference=sold.invoice["number"],
    )  # fmt: skip


async def post_pair(work: Work, other: Work, pair: Between, known: Sides, of: tuple[Invoiced, Bill]) -> None:
    """The buyer's voucher, and the records of both sides with the items that they opened.

    Raises: AccountMissing, Unbalanced, PeriodClosed. Emits: IntercompanyTraded, in both companies.
    """
    sold, bill = of
    terms_id = sold.invoice["payment_terms_id"]
    terms = await masters.terms_by_id(work, [terms_id])
    await post_bills(other, [replace(bill, terms=terms.get(terms_id, AT_ONCE))])
    common = {"pair_id": known.pair_id, "traded_on": pair.on, "currency": pair.currency, "total": sold.owed}
    await work.insert(IntercompanyTrade, [{
        **common, **_named(pair.buyer, known.seller, known.buyer), "side": TradeSide.SELLER,
        "customer_invoice_id": sold.invoice["id"], "journal_entry_id": sold.invoice["journal_entry_id"],
    }])  # fmt: skip
    await other.insert(IntercompanyTrade, [{
        **common, **_named(pair.seller, known.buyer, known.seller), "side": TradeSide.BUYER,
        "customer_invoice_id": None, "journal_entry_id": bill.entry_id,
    }])  # fmt: skip
    await pair_items(work, [sold.invoice["id"]], known.pair_id)
    await pair_items(other, [known.buyer.id], known.pair_id)
    work.emit("IntercompanyTraded", IntercompanyTrade, [known.seller.id])
    other.emit("IntercompanyTraded", IntercompanyTrade, [known.buyer.id])


def _named(partner: Row, own: Source, twin: Source) -> Mapping[str, object]:
    return {
        "id": own.id, "number": own.number, "partner_number": twin.number, "partner_id": partner["id"],
        "partner_code": partner["code"], "party_id": partner["party_id"],
    }  # fmt: skip

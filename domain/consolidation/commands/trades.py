"""Trades between two companies of the group: one command makes both sides, in the books of both, or neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import GroupMember, IntercompanyTrade, TradeSide
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Forbidden, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money, total
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import Bill, BillLine, company_currency, masters, pair_items, post_bills, purchase_taxes, quotes_on
from domain.finance.commands import (
    CustomerInvoiceLineInput,
    PaymentMatchInput,
    PostCustomerInvoice,
    RecordPayment,
    post_customer_invoices,
    record_payments,
)
from domain.finance.models import (
    Account,
    CustomerInvoice,
    CustomerInvoiceLine,
    OpenItem,
    OpenItemKind,
    PaymentDirection,
    SubLedger,
)
from domain.finance.rules import RateMissing
from domain.finance.rules.invoices import Line, price
from domain.finance.rules.journals import by_hand, line_count
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


@part
class IntercompanyLineInput:
    """One thing that is charged, as the seller earns it and the buyer bears it."""

    description: str = argument(doc="What is charged.", zh="摘要")
    unit_price: Money = argument(doc="Price of one, in the trade's currency.", zh="单价")
    buyer_account: str = argument(doc="Number of the account in the buyer's chart that bears it.", zh="买方科目代码")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity", default=ONE_UNIT)
    tax_code_id: UUID | None = argument(
        doc="The seller's tax treatment; none for no tax.", zh="卖方税码", reference="tax_code", default=None
    )
    buyer_tax_code: str | None = argument(
        doc="Code of the buyer's tax treatment; without one the seller's tax is part of the cost.", zh="买方税码",
        default=None,
    )  # fmt: skip
    account_id: UUID | None = argument(
        doc="The income that the seller counts it as; sales unless given.", zh="卖方科目", reference="account",
        default=None,
    )  # fmt: skip


@command(action=Action.POST, record=IntercompanyTrade, zh="过账内部交易", key_required=True)
class TradeBetweenCompanies:
    """Charge another company of the group: an invoice here and what the other owes for it there, made at once.

    What is owed is the same in the currency of the trade; each company values it at its own rate of the day.
    """

    buyer_id: UUID = argument(doc="The company that is charged.", zh="买方公司", reference="company")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[IntercompanyLineInput, ...] = argument(doc="What is charged, 1 to 1,000 lines.", zh="明细")
    traded_on: date | None = argument(doc="Day of the trade; today unless given.", zh="交易日期", default=None)
    payment_terms_id: UUID | None = argument(
        doc="The seller's terms of payment; at once unless given.",
        zh="付款条件",
        reference="payment_terms",
        default=None,
    )


@command(action=Action.POST, record=IntercompanyTrade, zh="结算内部交易", key_required=True)
class SettleIntercompanyTrade:
    """Pay a trade: money leaves the buyer's bank and reaches the seller's on the same day, in the trade's currency."""

    intercompany_trade_id: UUID = argument(
        doc="Either side of the trade.", zh="内部交易", reference="intercompany_trade"
    )
    amount: Money | None = argument(doc="How much; all that is open unless given.", zh="金额", default=None)
    paid_on: date | None = argument(doc="Day the money moved; today unless given.", zh="收付日期", default=None)


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
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
_NUMBER = select(_company.c.id, _company.c.company_id).where(_company.c.id == _ids)
_trade = IntercompanyTrade.table
_TWIN = select(_trade).where(_trade.c.company_id == _company_id, _trade.c.pair_id == bindparam("pair_id", type_=Uuid()))
_account = Account.table
_ACCOUNTS = select(_account.c.id, _account.c.code).where(
    _account.c.company_id == _company_id, _account.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
)
_invoice, _line = CustomerInvoice.table, CustomerInvoiceLine.table
_INVOICE = select(_invoice).where(_invoice.c.company_id == _company_id, _invoice.c.id == _ids)
_LINES = (
    select(_line.c.net, _line.c.tax)
    .where(_line.c.company_id == _company_id, _line.c.customer_invoice_id == _ids)
    .order_by(_line.c.position)
)
_item = OpenItem.table
_ITEMS = (
    select(_item.c.id, _item.c.instalment, _item.c.open_transaction_amount)
    .where(
        _item.c.company_id == _company_id,
        _item.c.pair_id == bindparam("pair_id", type_=Uuid()),
        _item.c.open_transaction_amount != 0,
    )
    .order_by(_item.c.instalment)
    .with_for_update()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The two companies of a trade, each with the party that it is to the other."""

    seller: Row
    buyer: Row
    on: date


async def trade_between_companies(work: Work, commands: Sequence[TradeBetweenCompanies]) -> Results[IntercompanyTrade]:
    """The seller's sides; a refusal of what the seller asks stands in its own place.

    Posts: the seller's invoice, and in the buyer's books what it bears against what it owes. Raises per row: NoPartner,
    NotFound, Rejected and what posting an invoice raises. Raises: Forbidden where the caller may not trade in the
    buyer's books; SidesDiffer, AccountMissing, PeriodClosed, RateMissing of the buyer, so that nothing of the batch
    stands. Emits: IntercompanyTraded, in both companies.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            between = await _between(work, one)
            made = await _invoiced(work, one, between)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        if isinstance(made, DomainError):
            outcomes.append(made)
            continue
        outcomes.append(await _mirrored(work, one, between, made))
    return Results(outcomes)


async def _between(work: Work, one: TradeBetweenCompanies) -> Between:
    """The two companies. Raises: Rejected, NoPartner, Forbidden."""
    on = one.traded_on or work.now.date()
    rows = {row["id"]: row for row in await work.fetch(_COMPANIES, ids=[one.buyer_id], on=on)}
    seller = next(row for row in rows.values() if row["company_id"] == work.company_id)
    buyer = rows.get(one.buyer_id)
    if buyer is None:
        raise NotFound(("buyer",), what="company", key=str(one.buyer_id))
    if buyer["company_id"] == work.company_id:
        raise Rejected(
            ("buyer",), what="company", value=buyer["code"], reason="a company does not charge itself",
            reason_zh="买卖双方不能相同",
        )  # fmt: skip
    _allowed(work, buyer["company_id"])
    for row, path in ((buyer, ("buyer",)), (seller, ("company",))):
        if row["party_id"] is None:
            raise NoPartner(path, company=row["code"], day=on.isoformat())
    line_count(len(one.lines))
    return Between(seller=seller, buyer=buyer, on=on)


def _allowed(work: Work, company_id: int) -> None:
    """Raises: Forbidden where the caller may not do in the other company what the command does here."""
    if company_id not in work.grants.may("consolidation", Action.POST, work.command):
        raise Forbidden(what=work.command)


async def _invoiced(work: Work, one: TradeBetweenCompanies, between: Between) -> UUID | DomainError:
    """The seller's invoice, or why there is none."""
    invoice = PostCustomerInvoice(
        customer_id=between.buyer["party_id"],
        currency=one.currency,
        lines=tuple(
            CustomerInvoiceLineInput(
                unit_price=line.unit_price, quantity=line.quantity, description=line.description,
                tax_code_id=line.tax_code_id, account_id=line.account_id,
            )
            for line in one.lines
        ),
        invoiced_on=between.on,
        payment_terms_id=one.payment_terms_id,
    )  # fmt: skip
    [outcome] = (await post_customer_invoices(work, [invoice])).outcomes
    return outcome


async def _mirrored(work: Work, one: TradeBetweenCompanies, between: Between, invoice_id: UUID) -> UUID:
    """What the seller invoiced, in the books of the buyer; from here on a refusal undoes the batch."""
    other = work.beside(between.buyer["company_id"])
    [invoice] = await work.fetch(_INVOICE, ids=[invoice_id])
    pair_id, ids = new_id(), (new_id(), new_id())
    [number], [other_number] = await work.number(TRADE_NUMBERS, 1), await other.number(TRADE_NUMBERS, 1)
    source = Source(kind=IntercompanyTrade.__name__, id=ids[1], number=other_number)
    charged = await work.fetch(_LINES, ids=[invoice_id])
    terms = await masters.terms_by_id(work, [invoice["payment_terms_id"]])
    bill = replace(
        await _bill(other, one, between, (invoice, charged), source),
        terms=terms.get(invoice["payment_terms_id"], AT_ONCE),
    )
    await post_bills(other, [bill])
    owed = EXACT.subtract(invoice["total"], invoice["withheld"])
    common = {"pair_id": pair_id, "traded_on": between.on, "currency": one.currency, "total": owed}
    await work.insert(IntercompanyTrade, [{
        **common, **_partner(between.buyer), "id": ids[0], "number": number, "side": TradeSide.SELLER,
        "partner_number": other_number, "customer_invoice_id": invoice_id,
        "journal_entry_id": invoice["journal_entry_id"],
    }])  # fmt: skip
    await other.insert(IntercompanyTrade, [{
        **common, **_partner(between.seller), "id": ids[1], "number": other_number, "side": TradeSide.BUYER,
        "partner_number": number, "customer_invoice_id": None, "journal_entry_id": bill.entry_id,
    }])  # fmt: skip
    await pair_items(work, [invoice_id], pair_id)
    await pair_items(other, [ids[1]], pair_id)
    work.emit("IntercompanyTraded", IntercompanyTrade, [ids[0]])
    other.emit("IntercompanyTraded", IntercompanyTrade, [ids[1]])
    return ids[0]


def _partner(row: Row) -> Mapping[str, object]:
    return {"partner_id": row["id"], "partner_code": row["code"], "party_id": row["party_id"]}


async def _bill(
    other: Work, one: TradeBetweenCompanies, between: Between, charged: tuple[Row, Sequence[Row]], source: Source
) -> Bill:
    """What the buyer owes and bears, all of it at once. Raises: NotFound, ControlAccount, SidesDiffer, RateMissing."""
    invoice, seller_lines = charged
    codes = sorted({line.buyer_account for line in one.lines})
    ids = {row["code"]: row["id"] for row in await other.fetch(_ACCOUNTS, codes=codes)}
    accounts = await masters.ledger_accounts(other, ids.values())
    own: list[UUID] = []
    for place, line in enumerate(one.lines):
        path = ("lines", place, "buyerAccount")
        if line.buyer_account not in ids:
            raise NotFound(path, what="account", key=line.buyer_account)
        own.append(by_hand(accounts[ids[line.buyer_account]], ids[line.buyer_account], path).id)
    priced = price(await _bought(other, one, between.on, seller_lines), one.currency)
    receivable = EXACT.subtract(invoice["total"], invoice["withheld"])
    if priced.payable != receivable:
        raise SidesDiffer(receivable=receivable, payable=priced.payable)
    currency = await company_currency(other)
    quote = (await quotes_on(other, [(one.currency, between.on)], currency))[one.currency, between.on]
    if isinstance(quote, RateMissing):
        raise quote
    taxes, cost = purchase_taxes(priced.charged)
    lines = [
        BillLine(account_id=account_id, transaction=amounts.net)
        for account_id, amounts in zip(own, priced.lines, strict=True)
    ]
    # A tax that is not deducted is part of what the largest line costs.
    largest = max(range(len(lines)), key=lambda place: lines[place].transaction)
    lines[largest] = BillLine(
        account_id=lines[largest].account_id, transaction=EXACT.add(lines[largest].transaction, cost)
    )
    return Bill(
        source=source, sub_ledger=SubLedger.PAYABLES, kind=OpenItemKind.INVOICE, party_id=between.seller["party_id"],
        on=between.on, currency=one.currency, payable=-receivable, quote=quote, lines=lines, taxes=taxes,
        partner_reference=invoice["number"],
    )  # fmt: skip


async def _bought(other: Work, one: TradeBetweenCompanies, on: date, seller_lines: Sequence[Row]) -> list[Line]:
    """The lines as the buyer's tax codes see them. Raises: NotFound, TaxNotInForce."""
    codes = sorted({line.buyer_tax_code for line in one.lines if line.buyer_tax_code is not None})
    ids = await masters.tax_code_ids(other, codes) if codes else {}
    treatments = await masters.tax_treatments(other, ids.values())
    lines: list[Line] = []
    for place, (line, sold) in enumerate(zip(one.lines, seller_lines, strict=True)):
        if line.buyer_tax_code is None:
            lines.append(Line(quantity=ONE_UNIT, unit_price=EXACT.add(sold["net"], sold["tax"])))
            continue
        if line.buyer_tax_code not in ids:
            raise NotFound(("lines", place, "buyerTaxCode"), what="tax code", key=line.buyer_tax_code)
        treatment = treatments[ids[line.buyer_tax_code]]
        lines.append(
            Line(
                quantity=line.quantity, unit_price=line.unit_price.amount, code=ids[line.buyer_tax_code],
                taxes=in_force(treatment.rules, on, treatment.code), includes_tax=treatment.includes_tax,
            )
        )  # fmt: skip
    return lines


async def settle_intercompany_trades(
    work: Work, commands: Sequence[SettleIntercompanyTrade]
) -> Results[IntercompanyTrade]:
    """The trades, paid on both sides; a refusal of what is asked stands in its own place.

    Posts: a payment in each company and what it realises there. Raises per row: NotFound, CurrencyMismatch, Rejected.
    Raises: Forbidden, and what recording either payment refuses. Emits: PaymentRecorded, in both companies.
    """
    trades = await work.lock(IntercompanyTrade, [one.intercompany_trade_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            trade = trades.get(one.intercompany_trade_id)
            if trade is None:
                raise NotFound(("intercompanyTrade",), what="intercompany trade", key=str(one.intercompany_trade_id))
            shares = await _planned(work, one, trade)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        await _paid(work, trade, shares, one.paid_on or work.now.date())
        outcomes.append(one.intercompany_trade_id)
    return Results(outcomes)


async def _planned(work: Work, one: SettleIntercompanyTrade, trade: Row) -> list[Decimal]:
    """What of each instalment is paid. Raises: Forbidden, CurrencyMismatch, Rejected."""
    [partner] = await work.fetch(_NUMBER, ids=[trade["partner_id"]])
    _allowed(work, partner["company_id"])
    open_ = await work.fetch(_ITEMS, pair_id=trade["pair_id"])
    return _shares([abs(row["open_transaction_amount"]) for row in open_], one.amount, trade["currency"])


async def _paid(work: Work, trade: Row, shares: Sequence[Decimal], on: date) -> None:
    """The payments of both sides; what one refuses undoes the other, and with it the batch."""
    [partner] = await work.fetch(_NUMBER, ids=[trade["partner_id"]])
    other = work.beside(partner["company_id"])
    [twin] = await other.fetch(_TWIN, pair_id=trade["pair_id"])
    for each, row in sorted(((work, trade), (other, twin)), key=lambda side: side[0].company_id):
        items = await each.fetch(_ITEMS, pair_id=row["pair_id"])
        payment = RecordPayment(
            direction=PaymentDirection.IN if row["side"] == TradeSide.SELLER else PaymentDirection.OUT,
            party_id=row["party_id"],
            amount=Money(total(shares), row["currency"]),
            paid_on=on,
            matches=tuple(
                PaymentMatchInput(open_item_id=item["id"], amount=Money(share, row["currency"]))
                for item, share in zip(items, shares, strict=True)
                if share
            ),
            bank_reference=row["number"],
        )
        for refusal in (await record_payments(each, [payment], pair_id=row["pair_id"])).refusals:
            raise refusal


def _shares(open_: Sequence[Decimal], amount: Money | None, currency: str) -> list[Decimal]:
    """What of each instalment is paid, the first due first. Raises: CurrencyMismatch, Rejected."""
    whole = total(open_)
    left = whole if amount is None else amount.in_currency(currency, "amount").amount
    if not ZERO < left <= whole:
        raise Rejected(
            ("amount",), what="amount", value=left, reason=f"{whole} is open", reason_zh=f"未清金额为 {whole}"
        )
    shares: list[Decimal] = []
    for each in open_:
        shares.append(min(each, left))
        left = EXACT.subtract(left, shares[-1])
    return shares

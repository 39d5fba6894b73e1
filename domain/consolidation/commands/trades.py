"""Trades between two companies of the group: one command makes both sides, in the books of both, or neither."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import IntercompanyTrade, TradeSide
from domain.consolidation.pairs import (
    ONE_UNIT,
    Between,
    allowed,
    between,
    bill_of,
    bought,
    invoiced,
    post_pair,
    sides,
)
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.money import EXACT, ZERO, Money, total
from domain.core.work import Work
from domain.finance import BillLine, masters
from domain.finance.commands import (
    CustomerInvoiceLineInput,
    PaymentMatchInput,
    PostCustomerInvoice,
    RecordPayment,
    post_customer_invoices,
    record_payments,
)
from domain.finance.models import Account, OpenItem, PaymentDirection
from domain.finance.rules.journals import by_hand, line_count
from domain.master_data.companies import Company


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
_company = Company.table
_NUMBER = select(_company.c.id, _company.c.company_id).where(_company.c.id == _ids)
_trade = IntercompanyTrade.table
_TWIN = select(_trade).where(_trade.c.company_id == _company_id, _trade.c.pair_id == bindparam("pair_id", type_=Uuid()))
_account = Account.table
_ACCOUNTS = select(_account.c.id, _account.c.code).where(
    _account.c.company_id == _company_id, _account.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
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
            pair = await between(work, one.buyer_id, one.traded_on or work.now.date(), one.currency)
            line_count(len(one.lines))
            made = await _invoiced(work, one, pair)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(made if isinstance(made, DomainError) else await _mirrored(work, one, pair, made))
    return Results(outcomes)


async def _invoiced(work: Work, one: TradeBetweenCompanies, pair: Between) -> UUID | DomainError:
    """The seller's invoice, or why there is none."""
    invoice = PostCustomerInvoice(
        customer_id=pair.buyer["party_id"],
        currency=one.currency,
        lines=tuple(
            CustomerInvoiceLineInput(
                unit_price=line.unit_price, quantity=line.quantity, description=line.description,
                tax_code_id=line.tax_code_id, account_id=line.account_id,
            )
            for line in one.lines
        ),
        invoiced_on=pair.on,
        payment_terms_id=one.payment_terms_id,
    )  # fmt: skip
    [outcome] = (await post_customer_invoices(work, [invoice])).outcomes
    return outcome


async def _mirrored(work: Work, one: TradeBetweenCompanies, pair: Between, invoice_id: UUID) -> UUID:
    """What the seller invoiced, in the books of the buyer; from here on a refusal undoes the batch."""
    other = work.beside(pair.buyer["company_id"])
    sold = await invoiced(work, invoice_id)
    own = await _buyer_accounts(other, one.lines)
    cost = await bought(other, pair, one.lines, sold)
    lines = [
        BillLine(account_id=account_id, transaction=amount) for account_id, amount in zip(own, cost.costs, strict=True)
    ]
    known = await sides(work, other)
    await post_pair(work, other, pair, known, (sold, bill_of(pair, known, sold, cost, lines)))
    return known.seller.id


async def _buyer_accounts(other: Work, lines: Sequence[IntercompanyLineInput]) -> list[UUID]:
    """The account of the buyer that bears each line. Raises: NotFound, ControlAccount."""
    codes = sorted({line.buyer_account for line in lines})
    ids = {row["code"]: row["id"] for row in await other.fetch(_ACCOUNTS, codes=codes)}
    accounts = await masters.ledger_accounts(other, ids.values())
    own: list[UUID] = []
    for place, line in enumerate(lines):
        path = ("lines", place, "buyerAccount")
        if line.buyer_account not in ids:
            raise NotFound(path, what="account", key=line.buyer_account)
        own.append(by_hand(accounts[ids[line.buyer_account]], ids[line.buyer_account], path).id)
    return own


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
    allowed(work, partner["company_id"])
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

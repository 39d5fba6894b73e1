"""Rebates that documents earn: counted anew with each, and booked by what they differ.

Who posts documents calls `accrue_rebates` once their lines are written, and says what each of the party's agreements
has turned over. Agreements are locked before that is read, so two documents of one party at once miss nothing.

Parties that were merged are one firm: an agreement with either counts what both turn over, and is settled with the
survivor. Where they are two again, the next document of each books what is its own. So it is with items.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, SmallInteger, Text, and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.records import Record
from domain.core.work import Work
from domain.finance.billing import Bill
from domain.finance.journal import Books, books_of, post_vouchers
from domain.finance.models import (
    CustomerInvoice,
    CustomerInvoiceLine,
    JournalKind,
    RebateAgreement,
    RebateBasis,
    RebateEntry,
    RebateEntryKind,
    RebateSide,
    RebateStatus,
    RebateTier,
    RebateTiering,
    SubLedger,
)
from domain.finance.rules import Leg, Quote, Voucher, in_company_currency, moving
from domain.finance.rules.rebates import RebateTierRule, earned
from domain.master_data.items import Item
from domain.master_data.standing import one_firm, one_item, standing_behind

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_agreement, _tier, _item = RebateAgreement.table, RebateTier.table, Item.table
_COUNTING = select(_agreement.c.id).where(
    _agreement.c.company_id == _company_id, _agreement.c.party_id == func.any(standing_behind(_ids)),
    _agreement.c.side == bindparam("side", type_=Text()), _agreement.c.status == RebateStatus.ACTIVE.value,
)  # fmt: skip
_TIERS = (
    select(_tier.c.rebate_agreement_id, _tier.c.from_turnover, _tier.c.rate)
    .where(_tier.c.company_id == _company_id, _tier.c.rebate_agreement_id == _ids)
    .order_by(_tier.c.rebate_agreement_id, _tier.c.position)
)


def turnover_of(invoice: type[Record], line: type[Record], **names: str) -> Select[*tuple[Any, ...]]:
    """A statement of what agreements have turned over: each document of `documents` apart, the rest in one.

    `names` says what the columns of the invoices are called: `party`, `day` and the line's `document`.
    """
    head, lines = invoice.table, line.table
    day = head.c[names["day"]]
    document = case((head.c.id == func.any(bindparam("documents", type_=ARRAY(Uuid()))), head.c.id))
    counted = case((_agreement.c.basis == RebateBasis.PERCENT.value, lines.c.net), else_=lines.c.quantity)
    return (
        select(
            _agreement.c.id.label("agreement_id"), document.label("document_id"), func.sum(counted).label("turnover")
        )
        .join_from(
            _agreement, head,
            and_(
                head.c.company_id == _agreement.c.company_id,
                head.c[names["party"]] == func.any(one_firm(_agreement.c.party_id)),
                head.c.currency == _agreement.c.currency, day.between(_agreement.c.valid_from, _agreement.c.valid_to),
            ),
        )
        .join(lines, and_(lines.c.company_id == head.c.company_id, lines.c[names["document"]] == head.c.id))
        .join(_item, _item.c.id == lines.c.item_id, isouter=True)
        .where(
            _agreement.c.company_id == _company_id, _agreement.c.id == _ids,
            or_(_agreement.c.item_id.is_(None), lines.c.item_id == func.any(one_item(_agreement.c.item_id))),
            or_(_agreement.c.item_type.is_(None), _item.c.kind == _agreement.c.item_type),
        )
        .group_by(_agreement.c.company_id, _agreement.c.id, document)
    )  # fmt: skip


_SOLD = turnover_of(
    CustomerInvoice, CustomerInvoiceLine, party="customer_id", day="invoiced_on", document="customer_invoice_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """A document that may earn rebates: whose it is, its day and its rate to the company's currency."""

    party_id: UUID
    on: date
    quote: Quote
    source: Source


def earning_of(bill: Bill) -> Earning:
    """The document as rebates see it."""
    return Earning(party_id=bill.party_id, on=bill.on, quote=bill.quote, source=bill.source)


# What agreements have turned over: of the agreements and documents named, by agreement and document (None: all others).
Turnovers = Callable[[Work, Sequence[UUID], Sequence[UUID]], Awaitable[Mapping[tuple[UUID, UUID | None], Decimal]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """What a document adds to an agreement."""

    agreement: Row
    document: Earning
    turnover: Decimal
    transaction: Decimal
    amount: Decimal
    entry_id: UUID = field(default_factory=new_id)

    @property
    def has_voucher(self) -> bool:
        """Whether anything is booked."""
        return bool(self.transaction or self.amount)


def earning(agreement: Row, tiers: Sequence[RebateTierRule], turnover: Decimal) -> Decimal:
    """What a turnover has earned by an agreement."""
    return earned(
        turnover, tiers, agreement["currency"], in_percent=agreement["basis"] == RebateBasis.PERCENT,
        is_retroactive=agreement["tiering"] == RebateTiering.RETROACTIVE,
    )  # fmt: skip


async def sold(
    work: Work, agreements: Sequence[UUID], documents: Sequence[UUID]
) -> Mapping[tuple[UUID, UUID | None], Decimal]:
    """What customers were charged under agreements, red letters taken off."""
    rows = await work.fetch(_SOLD, ids=agreements, documents=documents)
    return {(row["agreement_id"], row["document_id"]): row["turnover"] for row in rows}


async def accrue_rebates(work: Work, side: RebateSide, documents: Sequence[Earning], turnovers: Turnovers) -> None:
    """What the documents earn is booked with them.

    Posts: the agreement's result account against its accrual account, on the document's day at its rate. Raises:
    PeriodClosed, RateMissing.
    """
    parties = sorted({one.party_id for one in documents})
    found = await work.fetch(_COUNTING, ids=parties, side=side.value)
    if not found:
        return
    agreements = await work.lock(RebateAgreement, [row["id"] for row in found])
    tiers: defaultdict[UUID, list[RebateTierRule]] = defaultdict(list)
    for row in await work.fetch(_TIERS, ids=sorted(agreements)):
        tiers[row["rebate_agreement_id"]].append(RebateTierRule(row["from_turnover"], row["rate"]))
    counted = await turnovers(work, sorted(agreements), [one.source.id for one in documents])
    books = await books_of(work)
    accruals = [
        accrual
        for id_, agreement in agreements.items()
        for accrual in _accruals(agreement, tiers[id_], documents, counted, books.currencies.company)
    ]
    if accruals:
        await _write(work, side, accruals, books)


def _accruals(
    agreement: Row,
    tiers: Sequence[RebateTierRule],
    documents: Sequence[Earning],
    counted: Mapping[tuple[UUID, UUID | None], Decimal],
    company: str,
) -> Iterable[Accrual]:
    """What each document of the agreement's party adds; the first also what was missed before it."""
    id_, booked, accrued = agreement["id"], agreement["turnover"], agreement["accrued_amount"]
    so_far = counted.get((id_, None), ZERO)
    for one in documents:
        own = counted.get((id_, one.source.id))
        if own is None:
            continue
        so_far = EXACT.add(so_far, own)
        due = earning(agreement, tiers, so_far)
        turnover, transaction = EXACT.subtract(so_far, booked), EXACT.subtract(due, accrued)
        booked, accrued = so_far, due
        amount = in_company_currency(Money(transaction, agreement["currency"]), one.quote.rate, company)
        yield Accrual(agreement=agreement, document=one, turnover=turnover, transaction=transaction, amount=amount)


async def _write(work: Work, side: RebateSide, accruals: Sequence[Accrual], books: Books) -> None:
    """The vouchers, the entries, and the agreements that have them."""
    vouchers = [(one.entry_id, _voucher(side, one)) for one in accruals if one.has_voucher]
    await post_vouchers(work, [voucher for _, voucher in vouchers], ids=[id_ for id_, _ in vouchers], books=books)
    await work.insert(
        RebateEntry,
        [
            {
                "rebate_agreement_id": one.agreement["id"], "kind": RebateEntryKind.ACCRUED,
                "occurred_on": one.document.on, "source_kind": one.document.source.kind,
                "source_id": one.document.source.id, "source_number": one.document.source.number,
                "turnover": one.turnover, "transaction_amount": one.transaction, "amount": one.amount,
                "journal_entry_id": one.entry_id if one.has_voucher else None,
            }
            for one in accruals
        ],
    )  # fmt: skip
    after: dict[UUID, dict[str, object]] = {}
    sums: dict[UUID, tuple[Decimal, Decimal]] = {}
    for one in accruals:
        row = one.agreement
        turnover, accrued = sums.get(row["id"], (row["turnover"], row["accrued_amount"]))
        sums[row["id"]] = EXACT.add(turnover, one.turnover), EXACT.add(accrued, one.transaction)
        after[row["id"]] = {
            "id": row["id"], "turnover": sums[row["id"]][0], "accrued_amount": sums[row["id"]][1],
        }  # fmt: skip
    await work.update(RebateAgreement, list(after.values()), fields=("turnover", "accrued_amount"))


def _voucher(side: RebateSide, one: Accrual) -> Voucher:
    """Given, the accrual is owed and the result bears it; got, the other way round."""
    is_given = side is RebateSide.GIVEN
    legs = [
        _leg(one, account_id, sign if is_given else -sign)
        for account_id, sign in ((one.agreement["result_account_id"], 1), (one.agreement["accrual_account_id"], -1))
    ]
    posting = Posting[Leg](id=new_id(), occurred_on=one.document.on, entries=moving(legs), source=one.document.source)
    return Voucher(
        kind=JournalKind.SALES if is_given else JournalKind.PURCHASE,
        sub_ledger=SubLedger.RECEIVABLES if is_given else SubLedger.PAYABLES, posting=posting,
        description=one.agreement["name"],
    )  # fmt: skip


def _leg(one: Accrual, account_id: UUID, sign: int) -> Leg:
    quote = one.document.quote
    return Leg(
        account_id=account_id, amount=one.amount * sign,
        transaction=Money(one.transaction * sign, one.agreement["currency"]), rate=quote.rate, rate_kind=quote.kind,
        rate_source=quote.source, party_id=one.document.party_id, item_id=one.agreement["item_id"],
    )  # fmt: skip

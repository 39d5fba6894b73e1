"""Goods that were invoiced before they came: what clears when they do, and what may then be paid."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, Money, UnitPrice, to_minor_unit, total
from domain.core.work import Work
from domain.finance import Books, block_items, books_of, company_currency, post_vouchers, release_items
from domain.finance.journal import open_days
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.open_items import lock_items_of
from domain.finance.rules import Leg, PeriodClosed, Voucher, agreeing, carried_quote, moving
from domain.master_data.measures import exact_price, price_of_line
from domain.procurement.clearing import (
    Differences,
    bins_of,
    holdings_of,
    order_lines_by_id,
    share_differences,
    tolerance_of,
)
from domain.procurement.invoices import MatchReason, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceMatch
from domain.procurement.matching import Arrived, Charge, arrivals, match_status, part_of, price_agrees
from domain.procurement.models import PurchaseOrderLine
from domain.procurement.reopening import arrived_late, open_again

_line, _match = SupplierInvoiceLine.table, SupplierInvoiceMatch.table
_company_id = bindparam("company_id", type_=SmallInteger())
# The invoices that still wait for goods.
_WAITING = (
    select(_line.c.supplier_invoice_id)
    .join_from(_match, _line, (_line.c.company_id == _match.c.company_id)
               & (_line.c.id == _match.c.supplier_invoice_line_id))
    .where(
        _match.c.company_id == _company_id,
        _match.c.goods_receipt_line_id.is_(None),
        _line.c.supplier_invoice_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
    .group_by(_line.c.supplier_invoice_id)
    .having(func.sum(_match.c.quantity) != 0)
)  # fmt: skip

# What a price as a ratio is told from.
_PRICE = ("unit_price", "ordered_quantity", "unit_quantity", "price_in_unit")
_red, _ordered = _line.alias("red"), PurchaseOrderLine.table
# The lines that were off their order's price, with what credit notes took back of each.
_PRICED = (
    select(
        _line.c.supplier_invoice_id, _line.c.quantity, _line.c.unit_price, _line.c.unit_quantity,
        _line.c.price_in_unit, _line.c.net, *(_ordered.c[name].label(f"ordered_{name}") for name in _PRICE),
        func.coalesce(-func.sum(_red.c.quantity), 0).label("credited_quantity"),
        func.coalesce(-func.sum(_red.c.net), 0).label("credited_net"),
    )
    .join_from(_line, _ordered, (_ordered.c.company_id == _line.c.company_id)
               & (_ordered.c.id == _line.c.purchase_order_line_id))
    .join(_red, (_red.c.company_id == _line.c.company_id) & (_red.c.credits_id == _line.c.id), isouter=True)
    .where(
        _line.c.company_id == _company_id,
        _line.c.supplier_invoice_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
        _line.c.block_reasons.contains([MatchReason.PRICE.value]),
    )
    .group_by(_line.c.company_id, _line.c.id, *(_ordered.c[name] for name in _PRICE))
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Clearing:
    """What came for one invoice, on one day: its posting, and the goods by order line."""

    source: Source
    on: date
    arrived: list[tuple[Row, Arrived]] = field(default_factory=list[tuple[Row, Arrived]])
    posting_id: UUID = field(default_factory=new_id)
    entry_id: UUID = field(default_factory=new_id)


async def clear_awaited(work: Work, order_line_ids: Collection[UUID]) -> None:
    """What was invoiced without goods is cleared by those that are there now; an invoice that waits for none may be
    paid.

    Posts: what the goods were received at beside what was charged for them: the price's part to the goods, the rate's
    to exchange differences, in the first open period. Emits: SupplierInvoiceReleased. Raises: PeriodClosed.
    """
    ordered = await order_lines_by_id(work, order_line_ids)
    books = await books_of(work)
    bins, holdings = await bins_of(work, ordered), await holdings_of(work, ordered)
    clearings: dict[tuple[UUID, date], Clearing] = {}
    for id_, line in ordered.items():
        found = arrivals(bins.get(id_, []), holdings.get(id_, []), line["currency"], books.currencies.company)
        for one in found:
            assert one.cleared.bin is not None, "what arrived is in a bin"
            day = max(one.given_up.posted_on, one.cleared.bin.received_on)
            source = Source(kind=SupplierInvoice.__name__, id=one.given_up.invoice_id, number=one.given_up.number)
            made = clearings.setdefault((source.id, day), Clearing(source=source, on=day))
            made.arrived.append((line, one))
    if clearings:
        late = [arrived_late([one for _, one in made.arrived], made.on) for made in clearings.values()]
        await open_again(work, {id_: day for found in reversed(late) for id_, day in found.items()})
        await _post(work, list(clearings.values()), books)
        await lift_quantity_blocks(work, {one.source.id for one in clearings.values()})


async def _post(work: Work, clearings: Sequence[Clearing], books: Books) -> None:
    days = await open_days(work, SubLedger.STOCK, [one.on for one in clearings])
    for one in clearings:
        day = days[one.on]
        if isinstance(day, PeriodClosed):
            raise day
        one.on = day
    documents = [
        Differences(
            posting_id=one.posting_id, occurred_on=one.on, source=one.source,
            cleared=[arrived.cleared for _, arrived in one.arrived],
        )
        for one in clearings
    ]  # fmt: skip
    own, later = await share_differences(work, documents)
    made: list[tuple[UUID, Voucher]] = []
    for one in clearings:
        found = own.get(one.posting_id)
        legs = (*_legs(one, books), *(found.posting.entries if found else ()))
        if legs:
            posting = Posting[Leg](id=one.posting_id, occurred_on=one.on, entries=legs, source=one.source)
            made.append((one.entry_id, Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting)))
    ids = [*(id_ for id_, _ in made), *(new_id() for _ in later)]
    await post_vouchers(work, [*(voucher for _, voucher in made), *later], ids=ids, books=books)
    posted = frozenset(id_ for id_, _ in made)
    await work.insert(SupplierInvoiceMatch, [row for one in clearings for row in _rows(one, posted)])


def _legs(clearing: Clearing, books: Books) -> tuple[Leg, ...]:
    """GR/IR moves by what goods and charge differ by, an order line at a time; the rate's part is an exchange
    difference.
    """
    by_line: defaultdict[UUID, list[tuple[Row, Arrived]]] = defaultdict(list)
    for line, one in clearing.arrived:
        by_line[line["id"]].append((line, one))
    own, legs = books.accounts, list[Leg]()
    for arrived in by_line.values():
        line = arrived[0][0]
        transaction = total([one.cleared.transaction - one.given_up.transaction for _, one in arrived])
        amount = total([one.cleared.amount - one.given_up.amount for _, one in arrived])
        exchange = total([one.cleared.exchange for _, one in arrived])
        for role, moved, value in (
            (AccountRole.GR_IR, transaction, amount), (AccountRole.EXCHANGE_DIFFERENCE, ZERO, exchange),
        ):  # fmt: skip
            quote = carried_quote(moved, value)
            legs += agreeing(
                Leg(
                    account_id=own[role], amount=value, transaction=Money(moved, line["currency"]), rate=quote.rate,
                    rate_kind=quote.kind, site_id=line["site_id"], item_id=line["item_id"],
                    party_id=line["supplier_id"],
                )
            )  # fmt: skip
    return moving(legs)


def _rows(clearing: Clearing, posted: frozenset[UUID]) -> list[dict[str, object]]:
    """The holdings of goods that had not come end, and the goods are cleared."""
    entry_id = clearing.entry_id if clearing.entry_id in posted else None
    rows: list[dict[str, object]] = []
    for line, one in clearing.arrived:
        gone, cleared = one.given_up, one.cleared
        assert cleared.bin is not None, "what arrived is in a bin"
        parts: list[tuple[UUID | None, tuple[Decimal, ...]]] = [
            (gone.receipt_line_id, (-gone.quantity, -gone.transaction, -gone.amount, -gone.price, -gone.exchange)),
            (
                cleared.bin.receipt_line_id,
                (cleared.quantity, cleared.transaction, cleared.amount, gone.price + cleared.price,
                 gone.exchange + cleared.exchange),
            ),
        ]  # fmt: skip
        for receipt_line_id, (quantity, transaction, amount, price, exchange) in parts:
            rows.append(
                {
                    "supplier_invoice_line_id": gone.invoice_line_id,
                    "purchase_order_line_id": line["id"],
                    "goods_receipt_line_id": receipt_line_id,
                    "kind": one.kind,
                    "occurred_on": clearing.on,
                    "quantity": quantity,
                    "transaction_amount": transaction,
                    "amount": amount,
                    "price_difference": price,
                    "exchange_difference": exchange,
                    "journal_entry_id": entry_id,
                }
            )
    return rows


async def lift_quantity_blocks(
    work: Work, invoice_ids: Collection[UUID], *, settled: frozenset[UUID] = frozenset()
) -> None:
    """Those of the invoices that wait for no goods any more are not held for them; those `settled` for nothing.

    Emits: SupplierInvoiceReleased.
    """
    rows = await work.lock(SupplierInvoice, invoice_ids)
    waiting = {row["supplier_invoice_id"] for row in await work.fetch(_WAITING, ids=sorted(rows))}
    reason = MatchReason.QUANTITY_OVER.value
    left = {
        id_: [block for block in row["payment_blocks"] if block != reason and id_ not in settled]
        for id_, row in rows.items()
        if row["payment_blocks"] and (id_ in settled or (id_ not in waiting and reason in row["payment_blocks"]))
    }
    if left:
        await _unblock(work, left)


async def lift_price_blocks(work: Work, invoice_ids: Collection[UUID]) -> None:
    """Those of the invoices whose lines agree with their orders' prices by now, what was credited taken off, are not
    blocked for them any more: the supplier has given in, so nobody need.

    Emits: SupplierInvoiceReleased.
    """
    price = MatchReason.PRICE.value
    rows = {id_: row for id_, row in (await work.lock(SupplierInvoice, invoice_ids)).items()
            if price in row["payment_blocks"]}  # fmt: skip
    if not rows:
        return
    tolerance, company = await tolerance_of(work), await company_currency(work)
    still = {
        id_
        for line in await work.fetch(_PRICED, ids=sorted(rows))
        for id_ in [line["supplier_invoice_id"]]
        if not price_agrees(_ordered_at(line), _kept(line, rows[id_], company), tolerance)
    }
    left = {
        id_: [block for block in row["payment_blocks"] if block != price]
        for id_, row in rows.items()
        if id_ not in still
    }
    if left:
        await _unblock(work, left)


def _ordered_at(line: Row) -> UnitPrice:
    return exact_price(*(line[f"ordered_{name}"] for name in _PRICE))


def _kept(line: Row, invoice: Row, company: str) -> Charge:
    """What credit notes left of a line: its price goes down as its net amount did."""
    charged = to_minor_unit(price_of_line(line, "quantity").of(line["quantity"]), invoice["currency"])
    return Charge(
        quantity=EXACT.subtract(line["quantity"], line["credited_quantity"]),
        cost=part_of(charged, EXACT.subtract(line["net"], line["credited_net"]), line["net"], invoice["currency"]),
        currency=invoice["currency"], rate=invoice["rate"], company=company,
    )  # fmt: skip


async def _unblock(work: Work, left: Mapping[UUID, Sequence[str]]) -> None:
    """The invoices have only the blocks that are left. Emits: SupplierInvoiceReleased, for those without any."""
    changed = [
        {"id": id_, "payment_blocks": blocks, "match_status": match_status(blocks, was_blocked=True)}
        for id_, blocks in left.items()
    ]
    await work.update(SupplierInvoice, changed, fields=("payment_blocks", "match_status"))
    await set_blocks(work, left)
    released = [id_ for id_, blocks in left.items() if not blocks]
    if released:
        work.emit("SupplierInvoiceReleased", SupplierInvoice, released)


async def set_blocks(work: Work, left: Mapping[UUID, Sequence[str]]) -> None:
    """What is owed for the invoices is blocked for the reasons that are left of them: what was held for goods is held
    for the price while that is not accepted.
    """
    items = await lock_items_of(work, left)
    price = MatchReason.PRICE.value
    blocked: dict[UUID, str] = {}
    lifted: list[UUID] = []
    for id_, row in items.items():
        reasons, reason = left[row["source_id"]], row["blocked_reason"]
        if reason is None or reason in reasons:
            continue
        if price in reasons:
            blocked[id_] = price
        else:
            lifted.append(id_)
    await block_items(work, blocked)
    await release_items(work, lifted)

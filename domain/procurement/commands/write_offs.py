"""Rests of GR/IR are written off, and opened again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, SmallInteger, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.columns import AMOUNT
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import Books, books_of, masters, post_vouchers
from domain.finance.journal import hold_periods
from domain.finance.models import AccountRole, CostCentre, JournalKind, SubLedger
from domain.finance.rules import Leg, Period, PeriodClosed, Voucher, agreeing, carried_quote, moving
from domain.finance.rules.journals import LedgerAccount, by_hand, in_minor_units
from domain.procurement.clearing import bins_of, holdings_of, order_lines_by_id, tolerance_of
from domain.procurement.clearing_moves import KEYS, clearing_moves
from domain.procurement.invoices import MatchReason, SupplierInvoice
from domain.procurement.matching import Bin, HeldForGoods, Holding
from domain.procurement.models import PurchaseOrder
from domain.procurement.reopening import standing_lines, take_back
from domain.procurement.write_offs import (
    ClearingWriteOff,
    ClearingWriteOffLine,
    NothingOpen,
    NotWrittenOff,
    WriteOffLimitExceeded,
)

WRITE_OFF_NUMBERS = Series("clearing_write_off", prefix="GW-")

# Each line may be taken back by one more, and a document owns at most 1,000 lines.
WRITE_OFF_LINES_MAX: Final = 500

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_invoice = SupplierInvoice.table
_BLOCKED = select(_invoice.c.id, _invoice.c.number).where(
    _invoice.c.company_id == _company_id, _invoice.c.id == _ids,
    _invoice.c.payment_blocks.contains([MatchReason.QUANTITY_OVER.value]),
)  # fmt: skip

_moved = clearing_moves(lambda record: record.table)


def _rests(*conditions: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    """What GR/IR holds of order lines: since when, the last day on which that changed, and how much it comes to, credit
    and debit added up alike; the oldest first.
    """
    parts = (
        select(
            _moved.c.company_id, _moved.c.line_id, func.min(_moved.c.day).label("since_on"),
            func.max(_moved.c.day).label("last_on"), func.sum(_moved.c.amount).label("amount"),
        )
        .where(_moved.c.company_id == _company_id, *conditions)
        .group_by(*(_moved.c[name] for name in KEYS))
        .having(
            tuple_(func.sum(_moved.c.quantity), func.sum(_moved.c.transaction), func.sum(_moved.c.amount))
            != tuple_(0, 0, 0)
        )
        .subquery("parts")
    )  # fmt: skip
    since = func.min(parts.c.since_on)
    return (
        select(
            parts.c.line_id, since.label("since_on"), func.max(parts.c.last_on).label("last_on"),
            func.sum(func.abs(parts.c.amount)).label("amount"),
        )
        .group_by(parts.c.line_id)
        .order_by(since, parts.c.line_id)
    )  # fmt: skip


_RESTS = _rests(_moved.c.line_id == _ids)
_every = _rests().subquery("every")
_OLD_AND_SMALL = (
    select(_every)
    .where(
        _every.c.since_on <= bindparam("since_on_max", type_=Date()), _every.c.last_on <= bindparam("on", type_=Date()),
        _every.c.amount <= bindparam("amount_max", type_=AMOUNT),
    )
    .order_by(_every.c.since_on, _every.c.line_id)
    .limit(bindparam("count", type_=Integer()))
)  # fmt: skip


@command(action=Action.POST, record=ClearingWriteOff, zh="核销暂估应付", key_required=True)
class WriteOffClearing:
    """Close to an account what GR/IR still holds of order lines: of those named, or of all whose rest is old and small.

    Left out of the latter is what an invoice is held from payment for; at most 500 rests are closed at once, the oldest
    first.
    """

    account_id: UUID = argument(doc="What the rests are closed to.", zh="科目", reference="account")
    reason: str = argument(doc="Why nothing is expected any more.", zh="核销原因")
    order_lines: tuple[UUID, ...] | None = argument(
        doc="The order lines; unless given, all that ageDaysMin and amountMax say.", zh="采购订单行",
        reference="purchase_order_line", default=None,
    )  # fmt: skip
    age_days_min: int | None = argument(doc="Days at least that the rest is open.", zh="最短账龄", default=None)
    amount_max: Money | None = argument(
        doc="What the rest of a line comes to at most, in the company's currency.", zh="最大金额", default=None
    )
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )
    written_off_on: date | None = argument(
        doc="Day from which it counts; today unless given.", zh="核销日期", default=None
    )


@command(action=Action.POST, record=ClearingWriteOff, zh="冲销暂估核销", key_required=True)
class ReverseClearingWriteOff:
    """Open again what a write-off closed and nothing has opened since."""

    clearing_write_off_id: UUID = argument(doc="The write-off.", zh="核销单", reference="clearing_write_off")
    reason: str = argument(doc="Why it is taken back.", zh="冲销原因")
    reversed_on: date | None = argument(
        doc="Day from which it counts; today unless given, never before the write-off.", zh="冲销日期", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What GR/IR holds of goods, or of a charge for goods that never came; debit positive."""

    ordered: Row
    goods_id: UUID | None
    charge_id: UUID | None
    quantity: Decimal
    transaction: Decimal
    amount: Decimal
    id: UUID = field(default_factory=new_id)
    entry_id: UUID = field(default_factory=new_id)

    @property
    def has_voucher(self) -> bool:
        """Whether it holds money; goods that cost nothing do not."""
        return bool(self.transaction or self.amount)


@dataclass(slots=True, kw_only=True)
class Known:
    """What write-offs refer to, fetched once; what one closes the next does not find."""

    books: Books
    accounts: Mapping[UUID, LedgerAccount]
    centres: Mapping[UUID, Row]
    periods: Mapping[date, Period | PeriodClosed]
    limit: Decimal
    rests: dict[UUID, Row]
    ordered: Mapping[UUID, Row]
    bins: Mapping[UUID, Sequence[Bin]]
    holdings: Mapping[UUID, Sequence[Holding]]
    blocked: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A write-off that breaks no rule."""

    id: UUID
    asked: WriteOffClearing
    on: date
    rests: tuple[Rest, ...]


async def write_off_clearing(work: Work, commands: Sequence[WriteOffClearing]) -> Results[ClearingWriteOff]:
    """The write-offs; a refusal stands in its own place.

    Posts: GR/IR against the account, a voucher for what each goods or charge holds. Raises per row: NotFound,
    ControlAccount, UnusableMaster, PeriodClosed, NothingOpen, HeldForGoods, WriteOffLimitExceeded, Rejected. Emits:
    ClearingWrittenOff.
    """
    today = work.now.date()
    limit, books = (await tolerance_of(work)).write_off_amount, await books_of(work)
    chosen: list[list[UUID] | DomainError] = []
    for one in commands:
        try:
            chosen.append(await _chosen(work, one, limit, books.currencies.company))
        except DomainError as refusal:
            chosen.append(refusal)
    known = await _known(work, commands, [own for own in chosen if isinstance(own, list)], (books, limit))
    outcomes: list[Planned | DomainError] = []
    for one, own in zip(commands, chosen, strict=True):
        try:
            if isinstance(own, DomainError):
                raise own
            outcomes.append(_plan(one, own, known, one.written_off_on or today))
        except DomainError as refusal:
            outcomes.append(refusal)
    planned = [one for one in outcomes if isinstance(one, Planned)]
    if planned:
        await _write(work, planned, books)
    return Results([one.id if isinstance(one, Planned) else one for one in outcomes])


async def _chosen(work: Work, one: WriteOffClearing, limit: Decimal, currency: str) -> list[UUID]:
    """The order lines that are asked for. Raises: Rejected, NothingOpen, WriteOffLimitExceeded."""
    is_named = one.order_lines is not None
    if is_named == (one.age_days_min is not None or one.amount_max is not None):
        reason, reason_zh = "lines are named, or an age and an amount are given", "须指定订单行，或给出账龄与金额"
        raise Rejected(("orderLines",), what="order lines", value=None, reason=reason, reason_zh=reason_zh)
    if one.order_lines is not None:
        named = list(dict.fromkeys(one.order_lines))
        if not 1 <= len(named) <= WRITE_OFF_LINES_MAX:
            reason, reason_zh = f"1 to {WRITE_OFF_LINES_MAX} lines are named", f"须指定 1 至 {WRITE_OFF_LINES_MAX} 行"
            raise Rejected(("orderLines",), what="order lines", value=len(named), reason=reason, reason_zh=reason_zh)
        return named
    if one.age_days_min is None or one.age_days_min < 0 or one.amount_max is None:
        reason, reason_zh = "an age and an amount are both given", "账龄（不小于 0 天）与金额须同时给出"
        raise Rejected(("ageDaysMin",), what="age", value=one.age_days_min, reason=reason, reason_zh=reason_zh)
    amount_max = one.amount_max.in_currency(currency, "amountMax")
    in_minor_units(amount_max, "amount", ("amountMax",))
    if amount_max.amount > limit:
        what, asked = "amountMax", amount_max.amount
        raise WriteOffLimitExceeded(("amountMax",), what=what, amount=asked, limit=limit, currency=currency)
    on = one.written_off_on or work.now.date()
    found = await work.fetch(
        _OLD_AND_SMALL, since_on_max=on - timedelta(days=one.age_days_min), on=on, amount_max=amount_max.amount,
        count=WRITE_OFF_LINES_MAX,
    )  # fmt: skip
    if not found:
        raise NothingOpen(("ageDaysMin",), what="GR/IR")
    return [row["line_id"] for row in found]


async def _known(
    work: Work, commands: Sequence[WriteOffClearing], chosen: Sequence[Sequence[UUID]], of: tuple[Books, Decimal]
) -> Known:
    """What the write-offs refer to, read again once the orders are locked; the periods are held open."""
    books, limit = of
    books.need(AccountRole.GR_IR)
    ids = {id_ for own in chosen for id_ in own}
    before = await order_lines_by_id(work, ids)
    await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in before.values()])
    ordered = await order_lines_by_id(work, ids)
    holdings = await holdings_of(work, ordered)
    invoices = {one.invoice_id for own in holdings.values() for one in own if one.receipt_line_id is None}
    return Known(
        books=books,
        accounts=await masters.ledger_accounts(work, [one.account_id for one in commands]),
        centres=await masters.centres(work, CostCentre, [one.cost_centre_id for one in commands]),
        periods=await hold_periods(
            work, SubLedger.PAYABLES, [one.written_off_on or work.now.date() for one in commands]
        ),
        limit=limit,
        rests={row["line_id"]: row for row in await work.fetch(_RESTS, ids=sorted(ordered))},
        ordered=ordered,
        bins=await bins_of(work, ordered),
        holdings=holdings,
        blocked={row["id"]: row["number"] for row in await work.fetch(_BLOCKED, ids=sorted(invoices))},
    )


def _plan(one: WriteOffClearing, chosen: Sequence[UUID], known: Known, on: date) -> Planned:
    """The write-off, every rule checked; the next finds what it closes closed."""
    by_hand(known.accounts.get(one.account_id), one.account_id, ("account",))
    masters.usable("cost centre", one.cost_centre_id, known.centres, ("costCentre",))
    period = known.periods[on]
    if isinstance(period, PeriodClosed):
        raise period
    rests: list[Rest] = []
    closed: list[UUID] = []
    for place, id_ in enumerate(chosen):
        try:
            rests += _rests_of(id_, known, on)
        except (HeldForGoods, NothingOpen) as refusal:
            if one.order_lines is not None:
                raise refusal.at("orderLines", place) from None
            continue
        except DomainError as refusal:
            raise refusal.at("orderLines", place) from None
        closed.append(id_)
    if not rests:
        raise NothingOpen(("ageDaysMin",), what="GR/IR")
    if len(rests) > WRITE_OFF_LINES_MAX:
        reason, reason_zh = f"it closes up to {WRITE_OFF_LINES_MAX} rests", f"核销行不得超过 {WRITE_OFF_LINES_MAX}"
        raise Rejected(("orderLines",), what="order lines", value=len(rests), reason=reason, reason_zh=reason_zh)
    for id_ in closed:
        del known.rests[id_]
    return Planned(id=new_id(), asked=one, on=on, rests=tuple(rests))


def _rests_of(id_: UUID, known: Known, on: date) -> list[Rest]:
    """What GR/IR holds of an order line. Raises: NotFound, NothingOpen, Rejected, HeldForGoods,
    WriteOffLimitExceeded.
    """
    ordered, rest = known.ordered.get(id_), known.rests.get(id_)
    if ordered is None:
        raise NotFound((), what="purchase order line", key=str(id_))
    what = f"{ordered['order_number']}/{ordered['position']}"
    if rest is None:
        raise NothingOpen((), what=what)
    if rest["last_on"] > on:
        reason, reason_zh = f"what {what} holds changed on {rest['last_on']}", f"{what} 的余额于 {rest['last_on']} 变动"
        raise Rejected((), what="day", value=on.isoformat(), reason=reason, reason_zh=reason_zh)
    waiting = [one for one in known.holdings.get(id_, ()) if one.receipt_line_id is None and not one.is_written_off]
    for one in waiting:
        if one.invoice_id in known.blocked:
            raise HeldForGoods((), invoice=known.blocked[one.invoice_id])
    if rest["amount"] > known.limit:
        raise WriteOffLimitExceeded(
            (), what=what, amount=rest["amount"], limit=known.limit, currency=known.books.currencies.company
        )
    found = [
        Rest(ordered=ordered, goods_id=one.receipt_line_id, charge_id=None, quantity=one.quantity,
             transaction=one.transaction, amount=one.amount)
        for one in known.bins.get(id_, ())
        if not one.is_written_off and (one.quantity or one.transaction or one.amount)
    ]  # fmt: skip
    return found + [
        Rest(ordered=ordered, goods_id=None, charge_id=one.invoice_line_id, quantity=-one.quantity,
             transaction=one.transaction, amount=one.amount)
        for one in waiting
    ]  # fmt: skip


async def _write(work: Work, planned: Sequence[Planned], books: Books) -> None:
    """The vouchers, then the documents that name them. Emits: ClearingWrittenOff."""
    numbers = await work.number(WRITE_OFF_NUMBERS, len(planned))
    vouchers: list[Voucher] = []
    ids: list[UUID] = []
    for one, number in zip(planned, numbers, strict=True):
        source = Source(kind=ClearingWriteOff.__name__, id=one.id, number=number)
        for rest in one.rests:
            if rest.has_voucher:
                vouchers.append(_voucher(one, rest, source, books))
                ids.append(rest.entry_id)
    await post_vouchers(work, vouchers, ids=ids, books=books)
    headers = [
        {
            "id": one.id, "number": number, "written_off_on": one.on, "account_id": one.asked.account_id,
            "cost_centre_id": one.asked.cost_centre_id, "reason": one.asked.reason, "written_off_by": work.actor.id,
        }
        for one, number in zip(planned, numbers, strict=True)
    ]  # fmt: skip
    await work.insert(ClearingWriteOff, headers)
    await work.insert(ClearingWriteOffLine, [row for one in planned for row in _line_rows(one)])
    work.emit("ClearingWrittenOff", ClearingWriteOff, [one.id for one in planned])


def _voucher(one: Planned, rest: Rest, source: Source, books: Books) -> Voucher:
    """GR/IR is rid of the rest, the account has it."""
    ordered, quote = rest.ordered, carried_quote(rest.transaction, rest.amount)
    legs = [
        leg
        for account_id, sign, cost_centre_id in (
            (books.accounts[AccountRole.GR_IR], -1, None), (one.asked.account_id, 1, one.asked.cost_centre_id),
        )
        for leg in agreeing(
            Leg(
                account_id=account_id, amount=rest.amount * sign,
                transaction=Money(rest.transaction * sign, ordered["currency"]), rate=quote.rate, rate_kind=quote.kind,
                site_id=ordered["site_id"], item_id=ordered["item_id"], party_id=ordered["supplier_id"],
                cost_centre_id=cost_centre_id,
            )
        )
    ]  # fmt: skip
    posting = Posting[Leg](id=new_id(), occurred_on=one.on, entries=moving(legs), source=source)
    return Voucher(
        kind=JournalKind.PURCHASE, sub_ledger=SubLedger.PAYABLES, posting=posting, description=one.asked.reason
    )


def _line_rows(one: Planned) -> Iterable[dict[str, object]]:
    for place, rest in enumerate(one.rests, start=1):
        yield {
            "id": rest.id,
            "clearing_write_off_id": one.id,
            "position": place,
            "purchase_order_line_id": rest.ordered["id"],
            "goods_receipt_line_id": rest.goods_id,
            "supplier_invoice_line_id": rest.charge_id,
            "occurred_on": one.on,
            "quantity": rest.quantity,
            "transaction_amount": -rest.transaction,
            "amount": -rest.amount,
            "journal_entry_id": rest.entry_id if rest.has_voucher else None,
            "reverses_id": None,
        }


async def reverse_clearing_write_offs(
    work: Work, commands: Sequence[ReverseClearingWriteOff]
) -> Results[ClearingWriteOff]:
    """The write-offs, of which nothing is closed any more; a refusal stands in its own place.

    Posts: the opposite of each voucher that counts still. Raises per row: NotFound, NotWrittenOff, Rejected. Raises:
    PeriodClosed. Emits: ClearingReopened.
    """
    ids = [one.clearing_write_off_id for one in commands]
    before = await standing_lines(work, ids)
    ordered = await order_lines_by_id(work, [row["purchase_order_line_id"] for row in before])
    await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in ordered.values()])
    documents = await work.lock(ClearingWriteOff, ids)
    standing: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await standing_lines(work, ids):
        standing[row["clearing_write_off_id"]].append(row)
    outcomes: list[UUID | DomainError] = []
    rows: list[Row] = []
    days: dict[UUID, date] = {}
    reasons: dict[UUID, str] = {}
    for one in commands:
        try:
            id_ = _reversible(one, documents, standing, work.now.date())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        own = standing.pop(id_)
        rows += own
        days |= {row["id"]: one.reversed_on or work.now.date() for row in own}
        reasons[id_] = one.reason
        outcomes.append(id_)
    await take_back(work, rows, days, reasons)
    return Results(outcomes)


def _reversible(
    one: ReverseClearingWriteOff, documents: Mapping[UUID, Row], standing: Mapping[UUID, Sequence[Row]], today: date
) -> UUID:
    """The document, if something of it counts still. Raises: NotFound, NotWrittenOff, Rejected."""
    row = documents.get(one.clearing_write_off_id)
    if row is None:
        raise NotFound(("clearingWriteOff",), what="ClearingWriteOff", key=str(one.clearing_write_off_id))
    if not standing.get(row["id"]):
        raise NotWrittenOff(("clearingWriteOff",), number=row["number"])
    on = one.reversed_on or today
    if on < row["written_off_on"]:
        reason, reason_zh = f"it counts from {row['written_off_on']}", f"核销自 {row['written_off_on']} 起生效"
        raise Rejected(("reversedOn",), what="day", value=on.isoformat(), reason=reason, reason_zh=reason_zh)
    return row["id"]

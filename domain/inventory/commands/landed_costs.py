"""Landed costs: what it cost to get goods here, shared over what was received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import CurrencyMismatch, DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO, Money, allocate, minor_unit
from domain.core.numbering import Series
from domain.core.quantity import AMOUNT, positive
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency, hold_periods, rates_to
from domain.finance.models import AccountRole, SubLedger
from domain.finance.rules import Leg, Period, PeriodClosed, RateMissing, in_company_currency
from domain.inventory.documents import LandedCost, LandedCostLine
from domain.inventory.known import line_count, not_before
from domain.inventory.late_costs import (
    CostShare,
    LateCostDocument,
    came_in,
    incoming_entries,
    post_late_costs,
)
from domain.inventory.models import LandedCostBasis, MoveKind
from domain.inventory.rules import (
    AlreadyReversed,
    ClaimExceedsInvoice,
    Measured,
    landed_cost_weights,
)
from domain.master_data.companies import Company
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.master_data.units import UnitOfMeasure

NUMBERS = Series("landed_cost", prefix="LC-")

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_item, _party, _cost, _line, _company = (record.table for record in (Item, Party, LandedCost, LandedCostLine, Company))
_weight_unit, _volume_unit = UnitOfMeasure.table.alias("weight_unit"), UnitOfMeasure.table.alias("volume_unit")
# Weight and volume of one, in the base unit of their dimension; null where item or unit does not tell.
_MEASURES = (
    select(
        _item.c.id,
        _item.c.code,
        (_item.c.weight * func.coalesce(_weight_unit.c.base_factor, 1)).label("weight"),
        (_item.c.volume * func.coalesce(_volume_unit.c.base_factor, 1)).label("volume"),
    )
    .join_from(_item, _weight_unit, _weight_unit.c.id == _item.c.weight_unit_id, isouter=True)
    .join(_volume_unit, _volume_unit.c.id == _item.c.volume_unit_id, isouter=True)
    .where(_item.c.id == _ids)
)
_SUPPLIERS = select(_party.c.id).where(_party.c.id == _ids)
# Whoever else claims costs in the company waits here: claims of one invoice are added up.
_HOLD_COMPANY = select(_company.c.id).where(_company.c.company_id == _company_id).with_for_update(key_share=True)
_CLAIMED = (
    select(_cost.c.supplier_id, _cost.c.invoice_number, _cost.c.currency, func.sum(_cost.c.amount).label("amount"))
    .where(
        _cost.c.company_id == _company_id,
        _cost.c.supplier_id == _ids,
        _cost.c.invoice_number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
    )
    .group_by(_cost.c.supplier_id, _cost.c.invoice_number, _cost.c.currency)
)
_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.landed_cost_id == _ids)
    .order_by(_line.c.landed_cost_id, _line.c.position)
)
_REVERSED = select(_cost.c.reverses_id).where(_cost.c.company_id == _company_id, _cost.c.reverses_id == _ids)


@command(action=Action.POST, record=LandedCost, zh="到岸费用", key_required=True)
class AddLandedCost:
    """Share a late cost over goods that were received; what is gone of them bears its part where it went."""

    stock_entries: tuple[UUID, ...] = argument(
        doc="The entries by which the goods came in.", zh="入库分录", reference="stock_entry"
    )
    basis: LandedCostBasis = argument(doc="By what the cost is shared.", zh="分摊依据")
    amount: Money = argument(doc="The cost.", zh="金额")
    supplier_id: UUID | None = argument(doc="Who charges it.", zh="供应商", reference="party", default=None)
    invoice_number: str | None = argument(doc="The supplier's invoice it stands on.", zh="发票号", default=None)
    invoice_amount: Money | None = argument(
        doc="What the invoice says in all; costs claimed on it never exceed it.", zh="发票金额", default=None
    )
    occurred_on: date | None = argument(doc="The day it counts from; today unless given.", zh="业务日期", default=None)


@command(action=Action.POST, record=LandedCost, zh="冲销到岸费用", key_required=True)
class CancelLandedCost:
    """Take a landed cost back: the goods cost what they did without it."""

    landed_cost_id: UUID = argument(doc="The document.", zh="到岸费用单", reference="landed_cost")
    occurred_on: date | None = argument(doc="The day it counts from; today unless given.", zh="业务日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What landed costs refer to, fetched once; `claimed` is counted on as the batch goes."""

    entries: Mapping[UUID, Row]
    items: Mapping[UUID, Row]
    suppliers: frozenset[UUID]
    periods: Mapping[date, Period | PeriodClosed]
    rates: Mapping[tuple[str, date], Decimal | RateMissing]
    claimed: dict[tuple[UUID, str], Money]
    clearing_id: UUID
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A landed cost that breaks no rule."""

    id: UUID
    number: str
    basis: LandedCostBasis
    supplier_id: UUID | None
    invoice_number: str | None
    amount: Money
    rate: Decimal
    lines: tuple[tuple[UUID, UUID, Decimal, Decimal], ...]
    document: LateCostDocument
    reverses_id: UUID | None = None


async def add_landed_costs(work: Work, commands: Sequence[AddLandedCost]) -> Results[LandedCost]:
    """The landed costs, shared exactly; a refusal stands in its own place.

    Posts: stock, cost of sales or where else the goods went, against landed costs not invoiced; for goods at standard
    cost purchase price variance. Raises per row: NotFound, Rejected, ClaimExceedsInvoice, PeriodClosed, RateMissing.
    Emits: LandedCostAdded.
    """
    known = await _known(work, commands)
    numbers = await work.number(NUMBERS, len(commands))
    planned: list[Planned | DomainError] = []
    for one, number in zip(commands, numbers, strict=True):
        try:
            planned.append(_plan(one, known, number, one.occurred_on or work.now.date()))
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await _write(work, planned, "LandedCostAdded"))


async def _known(work: Work, commands: Sequence[AddLandedCost]) -> Known:
    entries = await incoming_entries(work, [id_ for one in commands for id_ in one.stock_entries])
    items = sorted({row["item_id"] for row in entries.values()})
    suppliers = sorted({one.supplier_id for one in commands if one.supplier_id})
    numbers = sorted({one.invoice_number for one in commands if one.invoice_number})
    claimed: dict[tuple[UUID, str], Money] = {}
    if numbers:
        await work.fetch(_HOLD_COMPANY)
        for row in await work.fetch(_CLAIMED, ids=suppliers, numbers=numbers):
            claimed[row["supplier_id"], row["invoice_number"]] = Money(row["amount"], row["currency"])
    today, currency = work.now.date(), await company_currency(work)
    wanted: dict[date, set[str]] = {}
    for one in commands:
        wanted.setdefault(one.occurred_on or today, set()).add(one.amount.currency)
    return Known(
        entries=entries,
        items={row["id"]: row for row in await work.fetch(_MEASURES, ids=items)},
        suppliers=frozenset(row["id"] for row in await work.fetch(_SUPPLIERS, ids=suppliers)),
        periods=await hold_periods(work, SubLedger.STOCK, wanted),
        rates={
            (base, day): rate
            for day, currencies in sorted(wanted.items())
            for base, rate in (await rates_to(work, currencies, currency, day)).items()
        },
        claimed=claimed,
        clearing_id=(await accounts(work, AccountRole.LANDED_COST))[AccountRole.LANDED_COST],
        currency=currency,
    )


def _plan(one: AddLandedCost, known: Known, number: str, on: date) -> Planned:
    """The landed cost, every rule checked and shared."""
    period, rate = known.periods[on], known.rates[one.amount.currency, on]
    if isinstance(period, PeriodClosed):
        raise period
    if isinstance(rate, RateMissing):
        raise rate
    positive(one.amount.amount, AMOUNT, "amount", ("amount",))
    if one.amount.to_minor_unit() != one.amount:
        currency = one.amount.currency
        reason, reason_zh = f"{currency} has no smaller part", f"小数位超过 {currency} 的最小单位"
        raise Rejected(("amount",), what="amount", value=one.amount.amount, reason=reason, reason_zh=reason_zh)
    if one.supplier_id is not None and one.supplier_id not in known.suppliers:
        raise NotFound(("supplier",), what="party", key=str(one.supplier_id))
    weights = _weights(one, known)
    for entry_id in one.stock_entries:
        not_before(on, known.entries[entry_id]["occurred_on"], ("occurredOn",))
    _claim(one, known)
    whole = in_company_currency(one.amount, rate, known.currency)
    shares = allocate(whole, weights, minor_unit(known.currency))
    id_, entries = new_id(), [known.entries[entry] for entry in one.stock_entries]
    leg = Leg(account_id=known.clearing_id, amount=-whole, transaction=-one.amount, rate=rate, party_id=one.supplier_id)
    document = LateCostDocument(
        posting_id=new_id(),
        occurred_on=on,
        source=Source(kind=LandedCost.__name__, id=id_, number=number),
        shares=tuple(
            CostShare(stock_entry_id=entry["id"], amount=share)
            for entry, share in zip(entries, shares, strict=True)
            if share
        ),
        legs=(leg,),
    )
    lines = tuple(
        (entry["id"], entry["item_id"], weight, share)
        for entry, weight, share in zip(entries, weights, shares, strict=True)
    )
    return Planned(
        id=id_, number=number, basis=one.basis, supplier_id=one.supplier_id, invoice_number=one.invoice_number,
        amount=one.amount, rate=rate, lines=lines, document=document,
    )  # fmt: skip


def _weights(one: AddLandedCost, known: Known) -> tuple[Decimal, ...]:
    """What each entry weighs in the sharing. Raises: NotFound, Rejected."""
    line_count(len(one.stock_entries))
    if len(set(one.stock_entries)) < len(one.stock_entries):
        reason, reason_zh = "an entry is named twice", "入库分录重复"
        raise Rejected(("stockEntries",), what="stock entry", value="", reason=reason, reason_zh=reason_zh)
    goods: list[Measured] = []
    for place, id_ in enumerate(one.stock_entries):
        try:
            entry = came_in(known.entries.get(id_), id_)
            if entry["kind"] not in (MoveKind.RECEIPT, MoveKind.OPENING):
                reason, reason_zh = "the goods did not come from outside", "货物并非外部入库"
                raise Rejected((), what="stock entry", value=str(id_), reason=reason, reason_zh=reason_zh)
        except DomainError as refusal:
            raise refusal.at("stockEntries", place) from None
        item = known.items[entry["item_id"]]
        goods.append(
            Measured(
                item=item["code"], quantity=entry["quantity"], value=entry["value"], weight=item["weight"],
                volume=item["volume"],
            )
        )  # fmt: skip
    return landed_cost_weights(one.basis, goods)


def _claim(one: AddLandedCost, known: Known) -> None:
    """The cost counted against its invoice. Raises: Rejected, CurrencyMismatch, ClaimExceedsInvoice."""
    if one.invoice_number is None or one.supplier_id is None:
        if one.invoice_amount is not None:
            reason, reason_zh = "supplier and number of the invoice must be named", "须同时给出供应商与发票号"
            raise Rejected(
                ("invoiceAmount",), what="invoice amount", value=one.invoice_amount.amount, reason=reason,
                reason_zh=reason_zh,
            )  # fmt: skip
        return
    name = (one.supplier_id, one.invoice_number)
    before = known.claimed.get(name, Money(ZERO, one.amount.currency))
    if before.currency != one.amount.currency:
        raise CurrencyMismatch(what="amount", currency=one.amount.currency, expected=before.currency)
    after = before + one.amount
    if one.invoice_amount is not None:
        limit = one.invoice_amount.in_currency(after.currency, "invoice amount")
        if after.amount > limit.amount:
            raise ClaimExceedsInvoice(
                invoice=one.invoice_number, amount=limit.amount, claimed=before.amount, claiming=one.amount.amount
            )
    known.claimed[name] = after


async def cancel_landed_costs(work: Work, commands: Sequence[CancelLandedCost]) -> Results[LandedCost]:
    """The documents that take landed costs back; a refusal stands in its own place.

    Posts: the opposite, where the goods are now. Raises per row: NotFound, AlreadyReversed, Rejected, PeriodClosed.
    Emits: LandedCostCancelled, with the document that cancels.
    """
    ids = [one.landed_cost_id for one in commands]
    rows = await work.lock(LandedCost, ids)
    taken_back = {row["reverses_id"] for row in await work.fetch(_REVERSED, ids=ids)}
    lines: dict[UUID, list[Row]] = {}
    for row in await work.fetch(_LINES, ids=ids):
        lines.setdefault(row["landed_cost_id"], []).append(row)
    today = work.now.date()
    periods = await hold_periods(work, SubLedger.STOCK, [one.occurred_on or today for one in commands])
    clearing = (await accounts(work, AccountRole.LANDED_COST))[AccountRole.LANDED_COST]
    numbers = await work.number(NUMBERS, len(commands))
    planned: list[Planned | DomainError] = []
    for one, number in zip(commands, numbers, strict=True):
        id_, on = one.landed_cost_id, one.occurred_on or today
        try:
            period = periods[on]
            if id_ not in rows:
                raise NotFound(what="landed cost", key=str(id_))
            if id_ in taken_back or rows[id_]["reverses_id"] is not None:
                raise AlreadyReversed(move=rows[id_]["number"])
            if isinstance(period, PeriodClosed):
                raise period
            not_before(on, rows[id_]["occurred_on"], ("occurredOn",))
        except DomainError as refusal:
            planned.append(refusal)
            continue
        taken_back.add(id_)
        planned.append(_opposite(rows[id_], lines[id_], clearing, number, on))
    return Results(await _write(work, planned, "LandedCostCancelled"))


def _opposite(cost: Row, lines: Sequence[Row], clearing_id: UUID, number: str, on: date) -> Planned:
    """The document that takes one back."""
    id_, amount = new_id(), Money(-cost["amount"], cost["currency"])
    whole = -sum((row["amount"] for row in lines), ZERO)
    leg = Leg(
        account_id=clearing_id, amount=-whole, transaction=-amount, rate=cost["rate"], party_id=cost["supplier_id"]
    )
    document = LateCostDocument(
        posting_id=new_id(),
        occurred_on=on,
        source=Source(kind=LandedCost.__name__, id=id_, number=number),
        shares=tuple(
            CostShare(stock_entry_id=row["stock_entry_id"], amount=-row["amount"]) for row in lines if row["amount"]
        ),
        legs=(leg,),
    )
    own = tuple((row["stock_entry_id"], row["item_id"], row["weight"], -row["amount"]) for row in lines)
    return Planned(
        id=id_, number=number, basis=LandedCostBasis(cost["basis"]), supplier_id=cost["supplier_id"],
        invoice_number=cost["invoice_number"], amount=amount, rate=cost["rate"], lines=own, document=document,
        reverses_id=cost["id"],
    )  # fmt: skip


async def _write(work: Work, planned: Sequence[Planned | DomainError], event: str) -> list[UUID | DomainError]:
    """The documents and their lines, then what they change."""
    made = [one for one in planned if isinstance(one, Planned)]
    if made:
        await work.insert(LandedCost, [_row(one) for one in made])
        await work.insert(LandedCostLine, [row for one in made for row in _line_rows(one)])
        work.emit(event, LandedCost, [one.id for one in made])
        await post_late_costs(work, [one.document for one in made])
    return [one.id if isinstance(one, Planned) else one for one in planned]


def _row(one: Planned) -> dict[str, object]:
    return {
        "id": one.id,
        "number": one.number,
        "basis": one.basis,
        "supplier_id": one.supplier_id,
        "invoice_number": one.invoice_number,
        "amount": one.amount.amount,
        "currency": one.amount.currency,
        "rate": one.rate,
        "occurred_on": one.document.occurred_on,
        "posting_id": one.document.posting_id,
        "reverses_id": one.reverses_id,
    }


def _line_rows(one: Planned) -> list[dict[str, object]]:
    return [
        {
            "landed_cost_id": one.id,
            "position": position,
            "stock_entry_id": entry_id,
            "item_id": item_id,
            "weight": weight,
            "amount": amount,
        }
        for position, (entry_id, item_id, weight, amount) in enumerate(one.lines, start=1)
    ]

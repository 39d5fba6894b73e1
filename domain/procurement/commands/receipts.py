"""Receipts: what arrives against an order goes to stock, or stays the supplier's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, Money
from domain.core.numbering import Series
from domain.core.together import Together
from domain.core.work import Work
from domain.finance.journal import company_currency, hold_periods, rates_to
from domain.finance.models import SubLedger
from domain.finance.rules import Period, PeriodClosed, RateMissing
from domain.inventory.balances import locations
from domain.inventory.rules import Incoming, IncomingLine, owed
from domain.inventory.stock import receive_stock
from domain.master_data.items import LotPolicy
from domain.master_data.places import ON_HAND
from domain.procurement import reads
from domain.procurement.awaited import clear_awaited
from domain.procurement.expenses import Cost, Received, post_costs
from domain.procurement.lots import TRACED_BY_LOT, LotLine, lots_of, rules_by_item
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.receiving_rules import all_told, same_lot
from domain.procurement.rules import (
    ORDER_FLOW,
    RECEIVE,
    Arrival,
    DirectOrder,
    NoDirectOrder,
    Order,
    OrderLine,
    arrival,
    expires_after_made,
    line_count,
    live,
    lot_of_item,
    receive,
    status_after_receipt,
)
from domain.procurement.scans import Scans, scans_of

RECEIPT_NUMBERS = Series("goods_receipt", prefix="GR-")


@part
class GoodsReceiptLineInput:
    """What arrived of one line of the order."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    received: Decimal = argument(doc="What arrived, accepted or not.", zh="收货数量", number="quantity")
    rejected: Decimal | None = argument(
        doc="What failed inspection; what is not stocked, or nothing, unless given.",
        zh="拒收数量",
        number="quantity",
        default=None,
    )
    stocked: Decimal | None = argument(
        doc="What goes to stock; received less rejected unless given, and refused if it is not that.",
        zh="入库数量",
        number="quantity",
        default=None,
    )
    location_id: UUID | None = argument(
        doc="Where it is put; the first storage location of the order's site, or of the company, unless given.",
        zh="库位", reference="location", default=None,
    )  # fmt: skip
    lot_number: str | None = argument(
        doc="Our lot; drawn for an item traced by lot unless given.", zh="批号", default=None
    )
    supplier_lot: str | None = argument(doc="The supplier's lot.", zh="供应商批号", default=None)
    made_on: date | None = argument(doc="Day of manufacture of the lot.", zh="生产日期", default=None)
    expires_on: date | None = argument(
        doc="Last day the lot may be used; follows from the item's shelf life unless given.",
        zh="有效期至",
        default=None,
    )
    manufacturer: str | None = argument(doc="Who made the lot.", zh="制造商", default=None)
    udi: str | None = argument(doc="Unique device identifier, as on the label.", zh="UDI", default=None)


@command(action=Action.POST, record=PurchaseOrder, zh="采购收货", key_required=True)
class ReceivePurchaseOrder:
    """Take in what arrived against an approved order: stock and money post together."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    lines: tuple[GoodsReceiptLineInput, ...] = argument(doc="What arrived.", zh="收货行")
    received_on: date | None = argument(doc="Day the goods arrived; today unless given.", zh="收货日期", default=None)
    delivery_note: str | None = argument(doc="The supplier's delivery note.", zh="送货单号", default=None)
    expected_version: int | None = argument(doc="The version of the order you saw.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of receipts refers to, fetched once; a refusal stands for what cannot be had."""

    periods: Mapping[date, Period | PeriodClosed]
    rates: Mapping[tuple[str, date], Decimal | RateMissing]
    items: Mapping[UUID, Row]
    locations: Mapping[UUID, Row]
    storage: Mapping[UUID | None, UUID]
    lots: Mapping[str, Row]
    rules: Mapping[UUID, Mapping[str, bool]]
    scans: Scans
    customers_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """One line of a receipt, checked."""

    line: OrderLine
    arrival: Arrival
    location_id: UUID | None
    asked: GoodsReceiptLineInput
    is_traced: bool
    shelf_life_days: int | None

    @property
    def is_awaited(self) -> bool:
        """Whether goods of the order line were invoiced that had not been accepted, or had gone back."""
        accepted_before = EXACT.subtract(self.line.stocked, EXACT.add(self.arrival.stocked, self.line.returned))
        return self.line.invoiced > accepted_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A receipt that breaks no rule, before anything is written."""

    id: UUID
    posting_id: UUID
    order: Order
    received_on: date
    rate: Decimal
    asked: ReceivePurchaseOrder
    lines: tuple[PlannedLine, ...]
    order_lines: tuple[OrderLine, ...]


async def receive_purchase_orders(work: Work, commands: Sequence[ReceivePurchaseOrder]) -> Results[PurchaseOrder]:
    """The orders, what arrived counted, COMPLETE where every line is fully received. Emits: as `take_in`."""
    return Results([one.order.id if isinstance(one, Planned) else one for one in await take_in(work, commands)])


async def receive_direct(
    work: Work, commands: Sequence[ReceivePurchaseOrder], customers_id: UUID
) -> list[UUID | DomainError]:
    """The postings by which goods went from suppliers straight to customers, whose place is `customers_id`.

    They are no stock of ours at any moment. Posts: cost of sales against GR/IR at the order's price. Refuses: as
    `take_in`, NoDirectOrder. Emits: GoodsReceived.
    """
    received = await take_in(work, commands, customers_id)
    return [one.posting_id if isinstance(one, Planned) else one for one in received]


async def take_in(
    work: Work, commands: Sequence[ReceivePurchaseOrder], customers_id: UUID | None = None
) -> list[Planned | DomainError]:
    """The receipts, written; a refusal stands in its own place. `customers_id` is where goods go that suppliers ship
    straight to customers.

    Posts: stock at standard cost, GR/IR at the order's price, the difference as purchase price variance; rejected goods
    without value, the supplier's; what is not for stock to its account, taking back what was promised of its budgets.
    Raises per row: NotFound, HistoricalDocument, StaleVersion, WrongState, DirectOrder, Rejected, OverReceipt,
    LotDataMissing, PeriodClosed, RateMissing. Emits: GoodsReceived, StockChanged.
    """
    rows = await work.lock(PurchaseOrder, [one.purchase_order_id for one in commands])
    stale = await work.stale(PurchaseOrder, rows, {one.purchase_order_id: one.expected_version for one in commands})
    orders = {id_: reads.order_of(row) for id_, row in rows.items()}
    lines = {id_: tuple(own) for id_, own in (await reads.lines_of(work, orders)).items()}
    known = replace(await _known(work, commands, orders, lines), customers_id=customers_id)
    outcomes: list[Planned | DomainError] = []
    for one in commands:
        try:
            order = live(orders.get(one.purchase_order_id), one.purchase_order_id)
            if order.id in stale:
                raise stale[order.id]
            plan = _plan(order, lines[order.id], one, known, work.now.date())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        # A later command of the batch sees what this one leaves.
        orders[order.id], lines[order.id] = plan.order, plan.order_lines
        outcomes.append(plan)
    if planned := [one for one in outcomes if isinstance(one, Planned)]:
        await _write(work, planned)
    return outcomes


async def _known(
    work: Work,
    commands: Sequence[ReceivePurchaseOrder],
    orders: Mapping[UUID, Order],
    lines: Mapping[UUID, Sequence[OrderLine]],
) -> Known:
    """What the receipts refer to; the periods are held open from here to the end of the work."""
    today, currency = work.now.date(), await company_currency(work)
    asked = [line for one in commands for line in one.lines]
    wanted: dict[date, set[str]] = {}
    for one in commands:
        order = orders.get(one.purchase_order_id)
        wanted.setdefault(one.received_on or today, set()).update({order.currency} if order else ())
    rates = {
        (base, day): rate
        for day, currencies in sorted(wanted.items())
        for base, rate in (await rates_to(work, currencies, currency, day)).items()
    }
    periods = await hold_periods(work, SubLedger.STOCK, wanted)
    item_ids = [line.item_id for own in lines.values() for line in own]
    together = Together(work)
    items = together.of(reads.items_by_id(together.work, item_ids))
    places = together.of(locations(together.work, [line.location_id for line in asked if line.location_id]))
    storage = together.of(reads.storage_by_site(together.work))
    lots = together.of(reads.lots_by_number(together.work, [line.lot_number for line in asked if line.lot_number]))
    rules = together.of(rules_by_item(together.work, item_ids))
    scans = together.of(scans_of(together.work, [line.udi for line in asked], item_ids, today))
    await together.answered()
    return Known(
        periods=periods,
        rates=rates,
        items=items.value,
        locations=places.value,
        storage=storage.value,
        lots=lots.value,
        rules=rules.value,
        scans=scans.value,
    )


def _plan(order: Order, lines: Sequence[OrderLine], one: ReceivePurchaseOrder, known: Known, today: date) -> Planned:
    """The receipt, every rule checked.

    Raises: WrongState, PeriodClosed, RateMissing, NotFound, Rejected, OverReceipt.
    """
    ORDER_FLOW.advance(order.number, order.status, RECEIVE)
    if order.is_direct != (known.customers_id is not None):
        raise (DirectOrder if order.is_direct else NoDirectOrder)(order=order.number)
    received_on = one.received_on or today
    period, rate = known.periods[received_on], known.rates[order.currency, received_on]
    if isinstance(period, PeriodClosed):
        raise period
    if isinstance(rate, RateMissing):
        raise rate
    line_count(len(one.lines))
    current = {line.position: line for line in lines}
    planned: list[PlannedLine] = []
    for place, asked in enumerate(one.lines):
        try:
            line = _planned_line(order, current.get(asked.position), asked, known)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        current[asked.position] = line.line
        planned.append(line)
    after = tuple(current.values())
    return Planned(
        id=new_id(),
        posting_id=new_id(),
        order=replace(order, status=status_after_receipt(order, after)),
        received_on=received_on,
        rate=rate,
        asked=one,
        lines=tuple(planned),
        order_lines=after,
    )


def _planned_line(order: Order, line: OrderLine | None, asked: GoodsReceiptLineInput, known: Known) -> PlannedLine:
    if line is None:
        raise NotFound(("position",), what="PurchaseOrderLine", key=f"{order.number}/{asked.position}")
    arriving = arrival(line, asked.received, asked.rejected, asked.stocked)
    item = known.items[line.item_id]
    asked = known.scans.told(asked, line.item_id, item["code"])
    is_traced = line.account_id is None and LotPolicy(item["lot_policy"]) in TRACED_BY_LOT
    lot = known.lots.get(asked.lot_number) if asked.lot_number is not None else None
    if lot is not None:
        lot_of_item(lot["number"], lot["item_id"], line.item_id)
        same_lot(lot["number"], dict(lot), asked)
    elif is_traced or asked.lot_number is not None:
        all_told(item["code"], known.rules.get(line.item_id, {}), asked, item["shelf_life_days"])
    if asked.lot_number is not None:
        expires_after_made(asked.lot_number, asked.made_on, asked.expires_on)
    return PlannedLine(
        line=receive(order, line, arriving),
        arrival=arriving,
        location_id=_location(order, line, asked, known),
        asked=asked,
        is_traced=is_traced,
        shelf_life_days=item["shelf_life_days"],
    )


def _location(order: Order, line: OrderLine, asked: GoodsReceiptLineInput, known: Known) -> UUID | None:
    """Where the goods are put; nowhere what is a cost. Raises: NotFound, Rejected."""
    if line.account_id is None:
        return _place(order, asked.location_id, known)
    for name, given in (("location", asked.location_id), ("lotNumber", asked.lot_number)):
        if given is not None:
            reason, reason_zh = "the line is a cost, not goods for stock", "该行为费用采购，不入库"
            raise Rejected((name,), what=name, value=str(given), reason=reason, reason_zh=reason_zh)
    return None


def _place(order: Order, location_id: UUID | None, known: Known) -> UUID:
    """Where the goods are put; raises NotFound, Rejected for a location that holds no stock of ours."""
    if known.customers_id is not None:
        return known.customers_id
    if location_id is None:
        found = known.storage.get(order.site_id) or known.storage.get(None)
        if found is None:
            raise NotFound(("location",), what="location", key=str(order.site_id or ""))
        return found
    location = known.locations.get(location_id)
    if location is None:
        raise NotFound(("location",), what="location", key=str(location_id))
    if not location["is_active"] or location["kind"] not in ON_HAND:
        raise Rejected(
            ("location",),
            what="location",
            value=location["code"],
            reason=f"it is {location['kind'] if location['is_active'] else 'not active'} and takes no stock",
            reason_zh="该库位不能存放库存",
        )
    return location_id


async def _write(work: Work, planned: Sequence[Planned]) -> None:
    """Write checked receipts: header, lines, then balances and ledger."""
    last = {plan.order.id: plan for plan in planned}
    await work.update(
        PurchaseOrder,
        [{"id": plan.order.id, "status": plan.order.status} for plan in last.values()],
        fields=("status",),
    )
    await work.update(
        PurchaseOrderLine,
        [_line_row(line) for plan in last.values() for line in plan.order_lines],
        fields=("received_quantity", "rejected_quantity", "stocked_quantity"),
    )
    lots = await lots_of(work, [line for plan in planned for line in _lot_lines(plan)])
    currency = await company_currency(work)
    numbers = await work.number(RECEIPT_NUMBERS, len(planned))
    incoming = [_incoming(plan, number, lots) for plan, number in zip(planned, numbers, strict=True)]
    await work.insert(
        GoodsReceipt,
        [
            {
                "id": plan.id,
                "number": number,
                "purchase_order_id": plan.order.id,
                "received_on": plan.received_on,
                "delivery_note": plan.asked.delivery_note,
                "rate": plan.rate,
                "posting_id": plan.posting_id,
            }
            for plan, number in zip(planned, numbers, strict=True)
        ],
    )
    rows = [row for plan in planned for row in _receipt_line_rows(plan, lots, currency)]
    await work.insert(GoodsReceiptLine, rows)
    work.emit("GoodsReceived", GoodsReceipt, [plan.id for plan in planned], orders=list(last))
    goods = [delivery for delivery in incoming if delivery.lines]
    if goods:
        await receive_stock(work, goods)
    costs = zip(planned, incoming, strict=True)
    await post_costs(work, [_received(plan, delivery.source, currency) for plan, delivery in costs])
    awaited = {line.line.id for plan in planned for line in plan.lines if line.is_awaited}
    if awaited:
        await clear_awaited(work, awaited)


def _lot_lines(plan: Planned) -> list[LotLine]:
    return [
        LotLine(
            place=(plan.id, place), item_id=line.line.item_id, supplier_id=plan.order.supplier_id, told=line.asked,
            is_traced=line.is_traced, shelf_life_days=line.shelf_life_days,
        )
        for place, line in enumerate(plan.lines)
    ]  # fmt: skip


def _line_row(line: OrderLine) -> dict[str, object]:
    return {
        "id": line.id,
        "received_quantity": line.received,
        "rejected_quantity": line.rejected,
        "stocked_quantity": line.stocked,
    }


def _owed(plan: Planned, line: PlannedLine, currency: str) -> tuple[Money, Decimal]:
    price = line.line.owed(line.arrival.stocked, plan.order.currency)
    return owed(Money(price, plan.order.currency), plan.rate, currency)


def _receipt_line_rows(plan: Planned, lots: Mapping[tuple[UUID, int], UUID], currency: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for place, line in enumerate(plan.lines):
        amount, value = _owed(plan, line, currency)
        rows.append(
            {
                "goods_receipt_id": plan.id,
                "position": place + 1,
                "purchase_order_line_id": line.line.id,
                "item_id": line.line.item_id,
                "location_id": line.location_id,
                "lot_id": lots.get((plan.id, place)),
                "received_quantity": line.arrival.received,
                "rejected_quantity": line.arrival.rejected,
                "stocked_quantity": line.arrival.stocked,
                "owed_transaction_amount": amount.amount,
                "owed_amount": value,
            }
        )
    return rows


def _received(plan: Planned, source: Source, currency: str) -> Received:
    """What of the receipt is a cost and not goods for stock."""
    costs: list[Cost] = []
    for line in plan.lines:
        if line.line.account_id is not None and line.arrival.stocked:
            amount, value = _owed(plan, line, currency)
            costs.append(
                Cost(order=plan.order, line=line.line, accepted=line.arrival.stocked, transaction=amount, amount=value)
            )
    return Received(source=source, on=plan.received_on, rate=plan.rate, costs=costs)


def _incoming(plan: Planned, number: str, lots: Mapping[tuple[UUID, int], UUID]) -> Incoming:
    return Incoming(
        posting_id=plan.posting_id,
        occurred_on=plan.received_on,
        source=Source(kind=GoodsReceipt.__name__, id=plan.id, number=number),
        supplier_id=plan.order.supplier_id,
        site_id=plan.order.site_id,
        currency=plan.order.currency,
        rate=plan.rate,
        lines=tuple(
            IncomingLine(
                item_id=line.line.item_id,
                location_id=line.location_id,
                accepted=line.arrival.stocked,
                rejected=line.arrival.rejected,
                unit_price=line.line.unit_price,
                owed=line.line.owed(line.arrival.stocked, plan.order.currency),
                lot_id=lots.get((plan.id, place)),
            )
            for place, line in enumerate(plan.lines)
            if line.location_id is not None
        ),
    )

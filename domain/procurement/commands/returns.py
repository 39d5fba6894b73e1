"""Goods of an order go back to their supplier, to be replaced or to be credited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, cast
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.journal import company_currency
from domain.inventory import (
    DirectReturnLine,
    Owed,
    RefusedReturnLine,
    StockStatus,
    SupplierReturn,
    SupplierReturnLine,
    return_to_suppliers,
)
from domain.inventory.balances import locations
from domain.inventory.known import not_before
from domain.master_data.places import ON_HAND
from domain.procurement import reads
from domain.procurement.clearing import receipt_entries
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.reopening import open_again
from domain.procurement.returns import PurchaseReturn, PurchaseReturnLine, ReturnSettlement
from domain.procurement.rules import Order, OrderLine, line_count, live, send_back, status_after_return

RETURN_NUMBERS = Series("purchase_return", prefix="RTS-")

# What goes back of one line.
Back = SupplierReturnLine | RefusedReturnLine | DirectReturnLine

# What a receipt line brought and what of it went back, by whether it was refused.
_COUNTED: Final = {
    False: ("stocked_quantity", "returned_quantity"),
    True: ("rejected_quantity", "rejected_returned_quantity"),
}
RECEIPT_COUNTED: Final = ("returned_quantity", "rejected_returned_quantity")

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_receipt, _came = GoodsReceipt.table, GoodsReceiptLine.table
_RECEIPTS = select(_receipt).where(_receipt.c.company_id == _company_id, _receipt.c.id == _ids)
_LINES = (
    select(_came)
    .where(_came.c.company_id == _company_id, _came.c.goods_receipt_id == _ids)
    .order_by(_came.c.goods_receipt_id, _came.c.position)
)


@part
class PurchaseReturnLineInput:
    """What goes back of one line of the receipt."""

    position: int = argument(doc="The line's place on the receipt.", zh="收货行号")
    quantity: Decimal = argument(doc="How much goes back.", zh="退货数量", number="quantity")
    location_id: UUID | None = argument(
        doc="Where the goods are; where they came to unless given, which must be where they were shipped straight.",
        zh="库位", reference="location", default=None,
    )  # fmt: skip
    status: StockStatus = argument(
        doc="Status of accepted goods; refused ones are REJECTED.", zh="库存状态", default=StockStatus.RELEASED
    )
    is_rejected: bool = argument(
        doc="Whether these are goods that the receipt refused: the supplier's own, without value.", zh="是否拒收货物",
        default=False,
    )  # fmt: skip


@command(action=Action.POST, record=PurchaseReturn, zh="采购退货", key_required=True)
class ReturnToSupplier:
    """Send goods of a receipt back, accepted or refused: what was owed for them is owed no more; replacements are
    awaited anew.
    """

    goods_receipt_id: UUID = argument(doc="The receipt that brought them.", zh="收货单", reference="goods_receipt")
    lines: tuple[PurchaseReturnLineInput, ...] = argument(doc="What goes back.", zh="退货行")
    settlement: ReturnSettlement = argument(doc="Whether they are to be replaced or credited.", zh="处理方式")
    reason: str = argument(doc="Why they go back.", zh="退货原因")
    returned_on: date | None = argument(doc="Day of the return; today unless given.", zh="退货日期", default=None)


@dataclass(slots=True, kw_only=True)
class Known:
    """What returns refer to, fetched once; what one sends back the next does not find."""

    receipts: Mapping[UUID, Row]
    lines: Mapping[UUID, Mapping[int, Row]]
    entries: Mapping[tuple[UUID, int], UUID]
    orders: Mapping[UUID, Order]
    order_lines: Mapping[UUID, Sequence[OrderLine]]
    returned: dict[tuple[UUID, bool], Decimal]
    currency: str
    on_hand: frozenset[UUID]
    customers_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A return that breaks no rule of its order, before the goods move."""

    id: UUID
    posting_id: UUID
    asked: ReturnToSupplier
    order: Order
    on: date
    rows: tuple[Row, ...]
    goods: tuple[Back, ...]

    @property
    def is_replaced(self) -> bool:
        """Whether the goods are awaited anew."""
        return self.asked.settlement is ReturnSettlement.REPLACE


async def return_purchases(work: Work, commands: Sequence[ReturnToSupplier]) -> Results[PurchaseReturn]:
    """The returns; a refusal stands in its own place; see `send_goods_back`. Emits: as it."""
    sent = await send_goods_back(work, commands)
    return Results([one.id if isinstance(one, Planned) else one for one in sent])


async def send_goods_back(
    work: Work, commands: Sequence[ReturnToSupplier], customers_id: UUID | None = None
) -> list[Planned | DomainError]:
    """The returns, written; a refusal stands in its own place. `customers_id` is where goods are that suppliers shipped
    straight to customers and take back from there.

    Posts: stock at what the goods of the receipt are worth against GR/IR at what was owed for them; what differs goes
    to cost of sales, for goods at standard cost to purchase price variance; refused goods post no money. What was
    written off of the goods is owed again. Raises per row: NotFound, HistoricalDocument, Rejected, InsufficientStock,
    PeriodClosed. Emits: GoodsReturned, StockChanged, ClearingReopened.
    """
    known = await _known(work, commands)
    known.customers_id = customers_id
    planned: list[Planned | DomainError] = []
    for one in commands:
        before = dict(known.returned)
        try:
            planned.append(_plan(one, known, one.returned_on or work.now.date()))
        except DomainError as refusal:
            known.returned = before
            planned.append(refusal)
    checked = [one for one in planned if isinstance(one, Planned)]
    if not checked:
        return planned
    numbers = await work.number(RETURN_NUMBERS, len(checked))
    moves = await return_to_suppliers(work, [_goods(*one) for one in zip(checked, numbers, strict=True)])
    told = iter(zip(checked, numbers, moves, strict=True))
    outcomes: list[Planned | DomainError] = []
    moved: list[tuple[Planned, str]] = []
    for one in planned:
        if isinstance(one, DomainError):
            outcomes.append(one)
            continue
        plan, number, move = next(told)
        if isinstance(move, DomainError):
            outcomes.append(move)
            continue
        outcomes.append(plan)
        moved.append((plan, number))
    if moved:
        await _write(work, moved, known)
    return outcomes


async def _known(work: Work, commands: Sequence[ReturnToSupplier]) -> Known:
    """What the returns refer to; their orders are locked."""
    asked = sorted({one.goods_receipt_id for one in commands})
    receipts = {row["id"]: row for row in await work.fetch(_RECEIPTS, ids=asked)}
    rows = await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in receipts.values()])
    lines: dict[UUID, dict[int, Row]] = {}
    for row in await work.fetch(_LINES, ids=asked):
        lines.setdefault(row["goods_receipt_id"], {})[row["position"]] = row
    return Known(
        receipts=receipts,
        lines=lines,
        entries=await receipt_entries(work, [row["posting_id"] for row in receipts.values()]),
        orders={id_: reads.order_of(row) for id_, row in rows.items()},
        order_lines=await reads.lines_of(work, rows),
        returned={
            (row["id"], is_rejected): row[_COUNTED[is_rejected][1]]
            for own in lines.values()
            for row in own.values()
            for is_rejected in (False, True)
        },
        currency=await company_currency(work),
        on_hand=await _on_hand(work, commands, rows),
    )


async def _on_hand(
    work: Work, commands: Sequence[ReturnToSupplier], orders: Mapping[UUID, Row]
) -> frozenset[UUID]:  # fmt: skip
    """Those of the places that lines name at which we hold goods; asked where some were shipped straight."""
    if all(row["deliver_to"] is None for row in orders.values()):
        return frozenset()
    named = await locations(work, [line.location_id for one in commands for line in one.lines if line.location_id])
    return frozenset(id_ for id_, row in named.items() if row["kind"] in ON_HAND)


def _plan(one: ReturnToSupplier, known: Known, on: date) -> Planned:
    """The return, every rule of its order checked. Raises: NotFound, HistoricalDocument, Rejected."""
    receipt = known.receipts.get(one.goods_receipt_id)
    if receipt is None:
        raise NotFound(("goodsReceipt",), what="goods receipt", key=str(one.goods_receipt_id))
    order = live(known.orders.get(receipt["purchase_order_id"]), receipt["purchase_order_id"])
    line_count(len(one.lines))
    if order.is_direct and one.settlement is ReturnSettlement.REPLACE:
        reason, reason_zh = "what is shipped straight is ordered anew, not replaced", "直运货物须重新订购，不能换货"
        raise Rejected(
            ("settlement",), what="settlement", value=one.settlement.value, reason=reason, reason_zh=reason_zh
        )
    if order.is_direct:
        not_before(on, receipt["received_on"], ("returnedOn",))
    rows: list[Row] = []
    goods: list[Back] = []
    for place, asked in enumerate(one.lines):
        try:
            row, line = _line(asked, receipt, order, known)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        rows.append(row)
        goods.append(line)
    return Planned(
        id=new_id(), posting_id=new_id(), asked=one, order=order, on=on, rows=tuple(rows), goods=tuple(goods)
    )


def _line(asked: PurchaseReturnLineInput, receipt: Row, order: Order, known: Known) -> tuple[Row, Back]:
    """A line of the receipt and what goes back of it. Raises: NotFound, Rejected."""
    row = known.lines[receipt["id"]].get(asked.position)
    if row is None:
        raise NotFound(("position",), what="goods receipt line", key=f"{receipt['number']}/{asked.position}")
    positive(asked.quantity, QUANTITY, "quantity", ("quantity",))
    if row["location_id"] is None:
        reason, reason_zh = "it is a cost and was not taken to stock", "费用采购未入库，不能退货"
        raise Rejected(("position",), what="position", value=asked.position, reason=reason, reason_zh=reason_zh)
    key = (row["id"], asked.is_rejected)
    gone = known.returned[key]
    left = EXACT.subtract(row[_COUNTED[asked.is_rejected][0]], gone)
    if asked.quantity > left:
        reason, reason_zh = f"only {trimmed(left)} of the receipt are left to return", f"可退数量仅 {trimmed(left)}"
        raise Rejected(("quantity",), what="quantity", value=asked.quantity, reason=reason, reason_zh=reason_zh)
    known.returned[key] = EXACT.add(gone, asked.quantity)
    if asked.is_rejected:
        place = asked.location_id or row["location_id"]
        return row, RefusedReturnLine(
            item_id=row["item_id"], lot_id=row["lot_id"], location_id=place, quantity=asked.quantity
        )
    owed = Owed(
        transaction=Money(row["owed_transaction_amount"], order.currency), amount=row["owed_amount"],
        rate=receipt["rate"],
    )  # fmt: skip
    part_ = owed.part(gone, asked.quantity, row["stocked_quantity"], known.currency)
    if order.is_direct:
        return row, _direct(asked, row, part_, known)
    line = SupplierReturnLine(
        stock_entry_id=known.entries[receipt["posting_id"], _place(row, known)],
        quantity=asked.quantity,
        owed=part_,
        gone=gone,
        location_id=asked.location_id,
        status=asked.status,
    )
    return row, line


def _direct(asked: PurchaseReturnLineInput, row: Row, owed: Owed, known: Known) -> DirectReturnLine:
    """What goes back of goods that were shipped straight. Raises: Rejected where nobody says from where."""
    place = known.customers_id or asked.location_id
    if place is None or (known.customers_id is None and place not in known.on_hand):
        reason, reason_zh = "it was shipped straight: say at which place of ours it is", "直运货物须填写所在库位"
        raise Rejected(
            ("location",), what="location", value="" if place is None else str(place), reason=reason,
            reason_zh=reason_zh,
        )  # fmt: skip
    return DirectReturnLine(
        item_id=row["item_id"], lot_id=row["lot_id"], location_id=place, quantity=asked.quantity, owed=owed,
        status=asked.status,
    )  # fmt: skip


def _place(row: Row, known: Known) -> int:
    """Which of the entries of its receipt brought the goods of a line: those accepted stand in the lines' order."""
    own = known.lines[row["goods_receipt_id"]].values()
    return sum(
        other["stocked_quantity"] > 0 and other["location_id"] is not None and other["position"] <= row["position"]
        for other in own
    )


def _goods(plan: Planned, number: str) -> SupplierReturn:
    return SupplierReturn(
        posting_id=plan.posting_id,
        occurred_on=plan.on,
        source=Source(kind=PurchaseReturn.__name__, id=plan.id, number=number),
        supplier_id=plan.order.supplier_id,
        site_id=plan.order.site_id,
        lines=plan.goods,
    )


async def _write(work: Work, moved: Sequence[tuple[Planned, str]], known: Known) -> None:
    """The documents of what went back, and what it leaves of orders and receipts. Emits: GoodsReturned."""
    lines = {line.id: line for own in known.order_lines.values() for line in own}
    came: dict[UUID, dict[str, object]] = {}
    for plan, _ in moved:
        for row, line in zip(plan.rows, plan.goods, strict=True):
            id_, is_rejected = row["purchase_order_line_id"], isinstance(line, RefusedReturnLine)
            lines[id_] = send_back(lines[id_], line.quantity, is_replaced=plan.is_replaced, is_rejected=is_rejected)
            counted = came.setdefault(row["id"], {name: row[name] for name in ("id", *RECEIPT_COUNTED)})
            name = _COUNTED[is_rejected][1]
            counted[name] = EXACT.add(cast(Decimal, counted[name]), line.quantity)
    await open_again(
        work,
        {row["id"]: plan.on for plan, _ in reversed(moved) for row, line in zip(plan.rows, plan.goods, strict=True)
         if not isinstance(line, RefusedReturnLine)},
    )  # fmt: skip
    orders = {plan.order.id: plan.order for plan, _ in moved}
    statuses = {
        id_: status_after_return(order, [lines[line.id] for line in known.order_lines[id_]])
        for id_, order in orders.items()
    }
    changed = [{"id": id_, "status": status} for id_, status in statuses.items() if status != orders[id_].status]
    await work.update(PurchaseOrder, changed, fields=("status",))
    touched = {row["purchase_order_line_id"] for plan, _ in moved for row in plan.rows}
    await work.update(
        PurchaseOrderLine,
        [
            {"id": id_, "returned_quantity": lines[id_].returned, "to_replace_quantity": lines[id_].to_replace,
             "rejected_returned_quantity": lines[id_].rejected_returned}
            for id_ in touched
        ],
        fields=("returned_quantity", "rejected_returned_quantity", "to_replace_quantity"),
    )  # fmt: skip
    await work.update(GoodsReceiptLine, list(came.values()), fields=RECEIPT_COUNTED)
    await work.insert(PurchaseReturn, [_row(plan, number) for plan, number in moved])
    await work.insert(PurchaseReturnLine, [row for plan, _ in moved for row in _line_rows(plan)])
    work.emit("GoodsReturned", PurchaseReturn, [plan.id for plan, _ in moved], orders=list(orders))


def _row(plan: Planned, number: str) -> dict[str, object]:
    return {
        "id": plan.id,
        "number": number,
        "goods_receipt_id": plan.asked.goods_receipt_id,
        "purchase_order_id": plan.order.id,
        "settlement": plan.asked.settlement,
        "reason": plan.asked.reason,
        "returned_on": plan.on,
        "posting_id": plan.posting_id,
    }


def _line_rows(plan: Planned) -> list[dict[str, object]]:
    return [
        {
            "purchase_return_id": plan.id,
            "position": place,
            "goods_receipt_line_id": row["id"],
            "purchase_order_line_id": row["purchase_order_line_id"],
            "quantity": line.quantity,
            "is_rejected": isinstance(line, RefusedReturnLine),
            "owed_transaction_amount": ZERO if isinstance(line, RefusedReturnLine) else line.owed.transaction.amount,
            "owed_amount": ZERO if isinstance(line, RefusedReturnLine) else line.owed.amount,
        }
        for place, (row, line) in enumerate(zip(plan.rows, plan.goods, strict=True), start=1)
    ]

"""Returns: goods come back in quarantine at the cost they left with, are credited, and are used again or scrapped."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory import CustomerReturn, locations, return_stock
from domain.inventory.balances import counter_location
from domain.inventory.known import not_before
from domain.logistics import reads
from domain.logistics.after_sales import GoodsReturn, GoodsReturnLine, ReturnKind
from domain.logistics.commands.picking import bring_back
from domain.logistics.models import ShipmentLine
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import (
    TAKE_BACK,
    NoDirectReturn,
    ReturnExceedsShipment,
    after_leaving,
    check_serials,
    due_for_credit,
)
from domain.master_data.items import LotPolicy
from domain.master_data.places import ON_HAND, LocationKind
from domain.procurement.commands import PurchaseReturnLineInput, ReturnToSupplier
from domain.procurement.commands.returns import Planned as SentBack
from domain.procurement.commands.returns import send_goods_back
from domain.procurement.direct_goods import DirectGoods, direct_goods
from domain.procurement.returns import ReturnSettlement
from domain.sales import HeldOrders, hold_orders, write_orders

RETURN_NUMBERS = Series("goods_return", prefix="RT-")


@part
class ReturnLineInput:
    """What came back of one line of the shipment."""

    position: int = argument(doc="The line's place on the shipment.", zh="发货单行号")
    quantity: Decimal = argument(doc="How much came back.", zh="数量", number="quantity")
    serial_numbers: tuple[str, ...] = argument(
        doc="One a piece, for an item that is traced piece by piece.", zh="序列号", default=()
    )
    is_replaced: bool = argument(
        doc="Whether as much is to be shipped again; otherwise what was charged is to be credited.", zh="换货",
        default=False,
    )  # fmt: skip


@command(action=Action.POST, record=GoodsReturn, zh="接收销售退货", key_required=True)
class ReceiveCustomerReturn:
    """Take back goods of a shipment: they stand in quarantine, at the cost they left with. What a supplier had shipped
    straight may go straight back to it instead, and is owed no more.
    """

    shipment_id: UUID = argument(doc="The shipment they came with.", zh="发货单", reference="shipment")
    location_id: UUID | None = argument(
        doc="Where they are put; nowhere where the supplier that shipped them straight takes them back itself.",
        zh="库位", reference="location", default=None,
    )  # fmt: skip
    lines: tuple[ReturnLineInput, ...] = argument(doc="What came back.", zh="退货行")
    reason: str = argument(doc="Why it came back.", zh="退货原因")
    returned_on: date | None = argument(doc="Day it came back; today unless given.", zh="退货日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackLine:
    """What came back of one line, checked."""

    id: UUID
    posting_id: UUID
    line: Row
    asked: ReturnLineInput
    to_credit: Decimal
    serials: Sequence[UUID]
    goods: DirectGoods | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A return, every rule checked."""

    id: UUID
    one: ReceiveCustomerReturn
    row: Row
    on: date
    lines: Sequence[BackLine]


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch of returns stands on; `returned` and `serials` are as the commands before left them."""

    shipments: HeldShipments
    held: HeldOrders
    items: Mapping[UUID, tuple[str, LotPolicy]]
    serials: Mapping[UUID, dict[str, UUID]]
    places: Mapping[UUID, Row]
    direct: Mapping[tuple[UUID, int], DirectGoods]
    returned: dict[UUID, Decimal]
    today: date


async def receive_customer_returns(work: Work, commands: Sequence[ReceiveCustomerReturn]) -> Results[GoodsReturn]:
    """The returns, their goods in quarantine or with their supplier; a refusal stands in its own place.

    Posts: stock against cost of sales at the share of what the goods were worth when they left, one voucher a line; of
    what goes straight back to a supplier GR/IR against cost of sales at what was owed for it. Raises per row: NotFound,
    WrongState, Rejected, ReturnExceedsShipment, NoDirectReturn, SerialsRequired; for the whole batch: PeriodClosed.
    Emits: CustomerReturnReceived, StockChanged, GoodsReturned.
    """
    return await take_back(work, commands, ReturnKind.RETURNED)


# What a return tells of itself, by its kind.
_EVENTS: Mapping[ReturnKind, str] = {ReturnKind.RETURNED: "CustomerReturnReceived", ReturnKind.MISSING: "GoodsMissing"}


async def take_back(work: Work, commands: Sequence[ReceiveCustomerReturn], kind: ReturnKind) -> Results[GoodsReturn]:
    """The returns of a kind, their goods in quarantine; as `receive_customer_returns`."""
    known = await _known(work, commands)
    outcomes: list[UUID | DomainError] = []
    made: list[Back] = []
    for one in commands:
        try:
            back = _back(one, known)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        _keep(back, known)
        made.append(back)
        outcomes.append(back.id)
    if made:
        await _write(work, made, known, kind)
        work.emit(_EVENTS[kind], GoodsReturn, [one.id for one in made])
    return Results(outcomes)


async def _known(work: Work, commands: Sequence[ReceiveCustomerReturn]) -> Known:
    shipments = await reads.hold_shipments(work, {one.shipment_id: None for one in commands})
    lines = [line for own in shipments.lines.values() for line in own]
    return Known(
        shipments=shipments,
        held=await hold_orders(work, shipments.order_ids),
        items=await reads.items_by_id(work, [line["item_id"] for line in lines]),
        serials=await reads.serials_of(work, [line["id"] for line in lines]),
        places=await locations(work, [one.location_id for one in commands if one.location_id]),
        direct=await direct_goods(work, [row["posting_id"] for row in shipments.rows.values() if row["posting_id"]]),
        returned={line["id"]: line["returned_quantity"] for line in lines},
        today=work.now.date(),
    )


def _back(one: ReceiveCustomerReturn, known: Known) -> Back:
    row = known.shipments.live(one.shipment_id)
    after_leaving(row["number"], known.shipments.status[row["id"]], TAKE_BACK)
    on = not_before(one.returned_on or known.today, row["shipped_on"], ("returnedOn",))
    if one.location_id is not None:
        place = known.places.get(one.location_id)
        if place is None or place["kind"] not in ON_HAND:
            raise NotFound(("location",), what="location", key=str(one.location_id))
    if not one.reason.strip():
        reason, reason_zh = "it says why the goods came back", "须填写退货原因"
        raise Rejected(("reason",), what="reason", value="", reason=reason, reason_zh=reason_zh)
    line_count(len(one.lines))
    lines: list[BackLine] = []
    for number, asked in enumerate(one.lines):
        try:
            line = known.shipments.at(row, asked.position)
            if line["id"] in {before.line["id"] for before in lines}:
                reason, reason_zh = "the return names it twice", "同一退货单内重复"
                raise Rejected(("position",), what="position", value=asked.position, reason=reason, reason_zh=reason_zh)
            goods = known.direct.get((row["posting_id"], line["position"]))
            if goods is None and one.location_id is None:
                raise NoDirectReturn(shipment=row["number"], position=line["position"])
            lines.append(_back_line(row, line, asked, known))
        except DomainError as refusal:
            raise refusal.at("lines", number) from None
    return Back(id=new_id(), one=one, row=row, on=on, lines=lines)


def _back_line(row: Row, line: Row, asked: ReturnLineInput, known: Known) -> BackLine:
    """Raises: Rejected, ReturnExceedsShipment, SerialsRequired, NotFound."""
    quantity = positive(asked.quantity, QUANTITY, "quantity", ("quantity",))
    before = known.returned[line["id"]]
    left = EXACT.subtract(line["quantity"], before)
    if quantity > left:
        raise ReturnExceedsShipment(
            ("quantity",), shipment=row["number"], position=line["position"], left=left, asked=quantity
        )
    item, policy = known.items[line["item_id"]]
    check_serials(item, policy, quantity, asked.serial_numbers)
    own = known.serials.get(line["id"], {})
    for number in asked.serial_numbers:
        if number not in own:
            raise NotFound(("serialNumbers",), what="serial number", key=number)
    charged = due_for_credit(line["quantity"], line["invoiced_quantity"], before, quantity)
    return BackLine(
        id=new_id(),
        posting_id=new_id(),
        line=line,
        asked=asked,
        to_credit=ZERO if asked.is_replaced else charged,
        serials=[own[number] for number in asked.serial_numbers],
        goods=known.direct.get((row["posting_id"], line["position"])),
    )


def _keep(back: Back, known: Known) -> None:
    """What came back, counted on the order and for the next command."""
    order_id: UUID = back.row["sales_order_id"]
    for one in back.lines:
        quantity = one.asked.quantity
        known.returned[one.line["id"]] = EXACT.add(known.returned[one.line["id"]], quantity)
        for number in one.asked.serial_numbers:
            del known.serials[one.line["id"]][number]
        now = known.held.by_id(order_id, one.line["sales_order_line_id"])
        again = quantity if one.asked.is_replaced else ZERO
        changed = replace(now, returned=EXACT.add(now.returned, quantity), replaced=EXACT.add(now.replaced, again))
        known.held.change(order_id, [changed])


async def _write(work: Work, made: Sequence[Back], known: Known, kind: ReturnKind) -> None:
    """Orders, shipments and the returns themselves, then stock; the goods of a line share its posting."""
    numbers = await work.number(RETURN_NUMBERS, len(made))
    await write_orders(work, known.held)
    touched = [one.line["id"] for back in made for one in back.lines]
    rows = [{"id": id_, "returned_quantity": known.returned[id_]} for id_ in dict.fromkeys(touched)]
    await work.update(ShipmentLine, rows, ("returned_quantity",))
    await bring_back(work, [serial for back in made for one in back.lines for serial in one.serials])
    sent = await _sent_on(work, [back for back in made if back.one.location_id is None])
    await work.insert(
        GoodsReturn,
        [
            {
                "id": back.id,
                "number": number,
                "kind": kind,
                "shipment_id": back.row["id"],
                "customer_id": back.row["customer_id"],
                "returned_on": back.on,
                "reason": back.one.reason,
                "purchase_return_id": sent[back.id].id if back.id in sent else None,
            }
            for back, number in zip(made, numbers, strict=True)
        ],
    )
    lines = [row for back in made for row in _line_rows(back, sent.get(back.id))]
    await work.insert(GoodsReturnLine, lines)
    returns = [one for back, number in zip(made, numbers, strict=True) for one in _coming(back, number)]
    for moved in await return_stock(work, returns):
        if isinstance(moved, DomainError):
            raise moved


async def _sent_on(work: Work, straight: Sequence[Back]) -> dict[UUID, SentBack]:
    """By return what went straight back to a supplier, which is to credit it. Raises: what `send_goods_back` refuses.
    """
    if not straight:
        return {}
    customers = await counter_location(work, LocationKind.CUSTOMER)
    sent = await send_goods_back(work, [_to_supplier(back) for back in straight], customers)
    found: dict[UUID, SentBack] = {}
    for back, outcome in zip(straight, sent, strict=True):
        if isinstance(outcome, DomainError):
            raise outcome
        found[back.id] = outcome
    return found


def _to_supplier(back: Back) -> ReturnToSupplier:
    goods = [(one, one.goods) for one in back.lines if one.goods is not None]
    return ReturnToSupplier(
        goods_receipt_id=goods[0][1].receipt_id, settlement=ReturnSettlement.CREDIT, reason=back.one.reason,
        returned_on=back.on,
        lines=tuple(
            PurchaseReturnLineInput(position=of.position, quantity=one.asked.quantity) for one, of in goods
        ),
    )  # fmt: skip


def _line_rows(back: Back, sent: SentBack | None) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "goods_return_id": back.id,
            "position": place,
            "shipment_line_id": one.line["id"],
            "item_id": one.line["item_id"],
            "lot_number": one.line["lot_number"],
            "quantity": one.asked.quantity,
            "is_replaced": one.asked.is_replaced,
            "location_id": back.one.location_id,
            "to_credit_quantity": one.to_credit,
            "posting_id": one.posting_id if sent is None else sent.posting_id,
        }
        for place, one in enumerate(back.lines, start=1)
    ]


def _coming(back: Back, number: str) -> list[CustomerReturn]:
    """What comes into our stock."""
    if back.one.location_id is None:
        return []
    source = Source(kind=GoodsReturn.__name__, id=back.id, number=number)
    return [
        CustomerReturn(
            posting_id=one.posting_id,
            stock_entry_id=one.line["stock_entry_id"],
            quantity=one.asked.quantity,
            location_id=back.one.location_id,
            occurred_on=back.on,
            source=source,
            party_id=back.row["customer_id"],
            worth=None if one.goods is None else one.goods.worth,
        )
        for one in back.lines
    ]


def by_return(lines: Sequence[Row]) -> dict[UUID, list[Row]]:
    """The line rows of each return, in their order."""
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for line in lines:
        found[line["goods_return_id"]].append(line)
    return found

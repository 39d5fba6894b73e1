"""What becomes of goods that came back: released to be used again, or scrapped; and the credit notes for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO
from domain.core.quantity import QUANTITY, not_negative
from domain.core.work import Work
from domain.finance.commands import CreditCustomerInvoice, CreditLineInput, credit_customer_invoices
from domain.finance.rules.journals import line_count
from domain.inventory.commands import (
    ChangeStockStatus,
    IssueLineInput,
    IssuePurpose,
    IssueStock,
    StatusLineInput,
    change_stock_statuses,
    issue_stock,
)
from domain.inventory.models import StockStatus
from domain.logistics import reads
from domain.logistics.after_sales import GoodsReturn, GoodsReturnLine, ReturnCredit, ShipmentCharge
from domain.logistics.commands.returns import by_return
from domain.logistics.models import ShipmentLine
from domain.logistics.rules import NothingToCredit, share_credit
from domain.sales import hold_orders, write_orders


@part
class DecisionLineInput:
    """What becomes of the goods of one line of a return."""

    position: int = argument(doc="The line's place on the return.", zh="退货单行号")
    restock: Decimal = argument(doc="How much may be used again.", zh="重新入库数量", number="quantity", default=ZERO)
    scrap: Decimal = argument(doc="How much is scrapped.", zh="报废数量", number="quantity", default=ZERO)


@command(action=Action.POST, record=GoodsReturn, zh="处置销售退货", key_required=True)
class DecideReturn:
    """Say what becomes of goods that came back: what may be used again is released, the rest is scrapped."""

    goods_return_id: UUID = argument(doc="The return.", zh="退货单", reference="goods_return")
    lines: tuple[DecisionLineInput, ...] = argument(doc="What becomes of its lines.", zh="处置行")
    decided_on: date | None = argument(doc="Day of the decision; today unless given.", zh="处置日期", default=None)
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.POST, record=GoodsReturn, zh="退货开红字发票", key_required=True)
class CreditReturn:
    """Credit what had been charged of goods that came back, with a red letter for each invoice that charged them."""

    goods_return_id: UUID = argument(doc="The return.", zh="退货单", reference="goods_return")
    credited_on: date | None = argument(doc="Day of the red letter; today unless given.", zh="开票日期", default=None)
    digital_number: str | None = argument(
        doc="Number of the red digital tax invoice, 20 digits (China); only where one invoice charged them.",
        zh="数电票号码", default=None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, every rule checked: line rows with what of them is released and scrapped."""

    id: UUID
    number: str
    on: date
    lines: Sequence[tuple[Row, Decimal, Decimal]]

    @property
    def source(self) -> Source:
        """The return, as what it makes of its goods names it."""
        return Source(kind=GoodsReturn.__name__, id=self.id, number=self.number)


async def decide_returns(work: Work, commands: Sequence[DecideReturn]) -> Results[GoodsReturn]:
    """The returns, their goods released or scrapped; a refusal stands in its own place.

    Posts: what scrapped goods are worth to scrap. Raises per row: NotFound, StaleVersion, Rejected; for the whole
    batch, where the goods are no longer there or the period is closed: InsufficientStock, PeriodClosed. Emits:
    CustomerReturnDecided, StockChanged.
    """
    rows = await work.lock(GoodsReturn, [one.goods_return_id for one in commands])
    stale = await work.stale(GoodsReturn, rows, {one.goods_return_id: one.expected_version for one in commands})
    lines = by_return(await reads.return_lines(work, rows))
    left = {line["id"]: line["undecided_quantity"] for own in lines.values() for line in own}
    outcomes: list[UUID | DomainError] = []
    made: list[Decided] = []
    for one in commands:
        try:
            if one.goods_return_id not in rows:
                raise NotFound(("goodsReturn",), what="goods return", key=str(one.goods_return_id))
            if one.goods_return_id in stale:
                raise stale[one.goods_return_id]
            row = rows[one.goods_return_id]
            decided = _decided(one, row["number"], lines[row["id"]], left, today=work.now.date())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        made.append(decided)
        outcomes.append(decided.id)
    if made:
        await _write_decisions(work, made)
        work.emit("CustomerReturnDecided", GoodsReturn, [one.id for one in made])
    return Results(outcomes)


def _decided(
    one: DecideReturn, number: str, lines: Sequence[Row], left: dict[UUID, Decimal], *, today: date
) -> Decided:
    line_count(len(one.lines))
    found: list[tuple[Row, Decimal, Decimal]] = []
    at = {line["position"]: line for line in lines}
    now = dict(left)
    for place, asked in enumerate(one.lines):
        try:
            if asked.position not in at:
                raise NotFound(("position",), what="GoodsReturnLine", key=str(asked.position))
            line = at[asked.position]
            restock = not_negative(asked.restock, QUANTITY, "quantity", ("restock",))
            scrap = not_negative(asked.scrap, QUANTITY, "quantity", ("scrap",))
            decided = EXACT.add(restock, scrap)
            if not decided or decided > now[line["id"]]:
                reason = f"{now[line['id']].normalize():f} stand in quarantine"
                raise Rejected(
                    what="quantity", value=decided, reason=reason,
                    reason_zh=f"待处置数量为 {now[line['id']].normalize():f}",
                )  # fmt: skip
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        now[line["id"]] = EXACT.subtract(now[line["id"]], decided)
        found.append((line, restock, scrap))
    left.update(now)
    return Decided(id=one.goods_return_id, number=number, on=one.decided_on or today, lines=found)


async def _write_decisions(work: Work, made: Sequence[Decided]) -> None:
    counted: dict[UUID, tuple[Decimal, Decimal]] = {}
    for one in made:
        for line, restock, scrap in one.lines:
            before = counted.get(line["id"], (line["restocked_quantity"], line["scrapped_quantity"]))
            counted[line["id"]] = EXACT.add(before[0], restock), EXACT.add(before[1], scrap)
    rows = [
        {"id": id_, "restocked_quantity": restocked, "scrapped_quantity": scrapped}
        for id_, (restocked, scrapped) in counted.items()
    ]
    # The header is written too, so that whoever decided on an older version is told.
    await work.update(GoodsReturn, [{"id": id_} for id_ in dict.fromkeys(one.id for one in made)], ())
    await work.update(GoodsReturnLine, rows, ("restocked_quantity", "scrapped_quantity"))
    released = [one for one in made if any(restock for _, restock, _ in one.lines)]
    scrapped = [one for one in made if any(scrap for _, _, scrap in one.lines)]
    refusals: list[DomainError] = []
    if released:
        changes = [_release(one) for one in released]
        refusals += (await change_stock_statuses(work, changes, [one.source for one in released])).refusals
    if scrapped:
        issues = [_scrap(one) for one in scrapped]
        refusals += (await issue_stock(work, issues, [one.source for one in scrapped])).refusals
    for refusal in refusals:
        raise refusal


def _release(one: Decided) -> ChangeStockStatus:
    return ChangeStockStatus(
        to_status=StockStatus.RELEASED,
        changed_on=one.on,
        lines=tuple(
            StatusLineInput(
                item_id=line["item_id"], location_id=line["location_id"], quantity=restock,
                status=StockStatus.QUARANTINE, lot_number=line["lot_number"],
            )
            for line, restock, _ in one.lines
            if restock
        ),
    )  # fmt: skip


def _scrap(one: Decided) -> IssueStock:
    return IssueStock(
        purpose=IssuePurpose.SCRAP,
        issued_on=one.on,
        lines=tuple(
            IssueLineInput(
                item_id=line["item_id"], location_id=line["location_id"], quantity=scrap,
                status=StockStatus.QUARANTINE, lot_number=line["lot_number"],
            )
            for line, _, scrap in one.lines
            if scrap
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a return gives back: red letters by invoice, and what they take of each charge and each line."""

    id: UUID
    letters: Sequence[CreditCustomerInvoice]
    charges: Mapping[UUID, Decimal]
    lines: Sequence[tuple[Row, Decimal]]


async def credit_returns(work: Work, commands: Sequence[CreditReturn]) -> Results[GoodsReturn]:
    """The returns, what had been charged of them credited; a refusal stands in its own place.

    Posts: the opposite of what is taken back, at the invoice's own rate. Raises per row: NotFound, NothingToCredit,
    Rejected; for the whole batch what a red letter is refused for (`credit_customer_invoices`): CreditExceedsInvoice,
    PeriodClosed. Emits: CustomerReturnCredited, CustomerInvoiceCredited.
    """
    rows = await work.lock(GoodsReturn, [one.goods_return_id for one in commands])
    shipments = await reads.hold_shipments(work, {row["shipment_id"]: None for row in rows.values()})
    held = await hold_orders(work, shipments.order_ids)
    lines = by_return(await reads.return_lines(work, rows))
    charges = await reads.charges_of(work, [line["shipment_line_id"] for own in lines.values() for line in own])
    outcomes: list[UUID | DomainError] = []
    made: list[Credit] = []
    for one in commands:
        try:
            if one.goods_return_id not in rows or one.goods_return_id in {credit.id for credit in made}:
                raise NotFound(("goodsReturn",), what="goods return", key=str(one.goods_return_id))
            credit = _credit(one, rows[one.goods_return_id], lines[one.goods_return_id], charges)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        made.append(credit)
        outcomes.append(credit.id)
    if not made:
        return Results(outcomes)
    own = {line["id"]: line for of_shipment in shipments.lines.values() for line in of_shipment}
    taken: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for credit in made:
        for line, quantity in credit.lines:
            shipped = own[line["shipment_line_id"]]
            taken[shipped["id"]] = EXACT.add(taken[shipped["id"]], quantity)
            order_id: UUID = shipments.rows[shipped["shipment_id"]]["sales_order_id"]
            now = held.by_id(order_id, shipped["sales_order_line_id"])
            held.change(order_id, [replace(now, invoiced=EXACT.subtract(now.invoiced, quantity))])
    await write_orders(work, held)
    shown = [
        {"id": id_, "invoiced_quantity": EXACT.subtract(own[id_]["invoiced_quantity"], quantity)}
        for id_, quantity in taken.items()
    ]
    await work.update(ShipmentLine, shown, ("invoiced_quantity",))
    await _write_credits(work, made, charges)
    work.emit("CustomerReturnCredited", GoodsReturn, [one.id for one in made])
    return Results(outcomes)


def _credit(one: CreditReturn, row: Row, lines: Sequence[Row], charges: Mapping[UUID, list[Row]]) -> Credit:
    """Raises: NothingToCredit, Rejected."""
    due = [(line, EXACT.subtract(line["to_credit_quantity"], line["credited_quantity"])) for line in lines]
    due = [(line, quantity) for line, quantity in due if quantity]
    if not due:
        raise NothingToCredit(number=row["number"])
    letters: dict[UUID, dict[int, Decimal]] = {}
    taken: dict[UUID, Decimal] = {}
    for line, quantity in due:
        own = charges[line["shipment_line_id"]]
        left = [EXACT.subtract(charge["quantity"], charge["credited_quantity"]) for charge in own]
        for charge, much in zip(own, share_credit(left, quantity), strict=True):
            if much:
                letter = letters.setdefault(charge["customer_invoice_id"], {})
                position = charge["invoice_position"]
                letter[position] = EXACT.add(letter.get(position, ZERO), much)
                taken[charge["id"]] = EXACT.add(taken.get(charge["id"], ZERO), much)
    if one.digital_number is not None and len(letters) > 1:
        reason, reason_zh = f"{len(letters)} invoices charged the goods", f"涉及 {len(letters)} 张发票"
        raise Rejected(
            ("digitalNumber",), what="digitalNumber", value=one.digital_number, reason=reason, reason_zh=reason_zh
        )
    return Credit(
        id=row["id"],
        letters=[
            CreditCustomerInvoice(
                customer_invoice_id=invoice_id,
                reason=row["reason"],
                lines=tuple(
                    CreditLineInput(position=position, quantity=quantity)
                    for position, quantity in sorted(letter.items())
                ),
                credited_on=one.credited_on,
                digital_number=one.digital_number,
            )
            for invoice_id, letter in letters.items()
        ],
        charges=taken,
        lines=due,
    )


async def _write_credits(work: Work, made: Sequence[Credit], charges: Mapping[UUID, list[Row]]) -> None:
    """The lines of the returns and the charges counted, then the red letters posted."""
    await work.update(
        GoodsReturnLine,
        [{"id": line["id"], "credited_quantity": line["to_credit_quantity"]} for one in made for line, _ in one.lines],
        ("credited_quantity",),
    )
    before = {charge["id"]: charge["credited_quantity"] for own in charges.values() for charge in own}
    taken: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for one in made:
        for id_, quantity in one.charges.items():
            taken[id_] = EXACT.add(taken[id_], quantity)
    counted = [{"id": id_, "credited_quantity": EXACT.add(before[id_], much)} for id_, much in taken.items()]
    await work.update(ShipmentCharge, counted, ("credited_quantity",))
    letters = [(one.id, letter) for one in made for letter in one.letters]
    posted = await credit_customer_invoices(work, [letter for _, letter in letters])
    for refusal in posted.refusals:
        raise refusal
    links = [
        {"goods_return_id": id_, "credit_note_id": note} for (id_, _), note in zip(letters, posted.ids, strict=True)
    ]
    await work.insert(ReturnCredit, links)

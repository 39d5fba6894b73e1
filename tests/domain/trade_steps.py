"""What a trade may do next: each step is a command of the books, and what the oracle knows of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from domain.core.money import Money, minor_unit_digits
from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from domain.inventory.commands import (
    AddLandedCost,
    CancelLandedCost,
    ChangeStockStatus,
    CountStock,
    IssueLineInput,
    IssuePurpose,
    IssueStock,
    ReceiveTransfer,
    RevalueStock,
    ReverseStockMove,
    ShipTransfer,
    StatusLineInput,
    TransferArrivalInput,
    TransferLineInput,
    TransferStock,
)
from domain.inventory.models import LandedCostBasis, StockStatus, ValuationArea, ValuationMethod
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CreateSupplierInvoice,
    GoodsReceiptLineInput,
    PostSupplierInvoice,
    PurchaseReturnLineInput,
    ReceivePurchaseOrder,
    ReturnToSupplier,
    SupplierInvoiceLineInput,
)
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import BOX_OF, TODAY
from tests.domain.inventory.oracle import Event, Standard, decimal
from tests.domain.trading import (
    AX,
    BX,
    CLERK,
    RECEIVER,
    ROAD,
    STORING,
    Moved,
    Received,
    Step,
    Trade,
    What,
    exact,
    near,
    rounded,
    work_out_of,
)

ACCOUNT = {
    IssuePurpose.SALES: "COST_OF_SALES", IssuePurpose.PRODUCTION: "WORK_IN_PROCESS", IssuePurpose.SCRAP: "SCRAP",
}  # fmt: skip
RELEASED = StockStatus.RELEASED

# An item of a company, and the lot.
Goods = tuple[What, str | None]
Shares = Sequence[tuple[Received, Fraction]]


async def receive(trade: Trade) -> None:
    what, hall, quantity, price = trade.some_item(), trade.chance.choice(STORING), trade.some(), trade.price()
    (company, item), lot, own = what, trade.some_lot(what), trade.currency_of[what[0]]
    currency = trade.chance.choice((own, own, "USD", "JPY"))
    command = trade.world.order(company, (item, str(quantity), str(price)), currency=currency)
    owed = rounded(exact(quantity) * exact(price), minor_unit_digits(currency))
    # Every third order is in boxes: as many, at that price of one.
    is_boxed = trade.number % 3 == 0
    if is_boxed:
        command = replace(command, lines=(replace(command.lines[0], unit_id=trade.world["BOX"]),))
        quantity *= BOX_OF
    order = await trade.tried(company, command, trade.world.buyer)
    assert order is not None
    assert await trade.tried(company, ApprovePurchaseOrder(purchase_order_id=order))
    on = trade.day()
    line = GoodsReceiptLineInput(position=1, received=quantity, location_id=trade.hall(company, hall), lot_number=lot)
    if not await trade.tried(
        company, ReceivePurchaseOrder(purchase_order_id=order, lines=(line,), received_on=on), RECEIVER
    ):
        return
    [row] = await trade.world.rows(
        "SELECT r.id, e.id AS entry, q.rate FROM goods_receipt r "
        "JOIN stock_move m ON m.company_id = r.company_id AND m.source_id = r.id "
        "JOIN stock_entry e ON e.company_id = m.company_id AND e.stock_move_id = m.id AND e.quantity > 0 "
        "LEFT JOIN LATERAL (SELECT l.rate FROM journal_entry j JOIN journal_line l ON l.company_id = j.company_id "
        "AND l.journal_entry_id = j.id AND l.transaction_amount < 0 AND l.transaction_currency = $2 "
        "WHERE j.company_id = m.company_id AND j.posting_id = m.posting_id LIMIT 1) AS q ON true "
        "WHERE r.purchase_order_id = $1",
        order, currency,
    )  # fmt: skip
    rate = exact(row["rate"] or Decimal(0))
    cost = owed if currency == own else rounded(owed * rate, trade.digits(company))
    trade.receipts.append(
        Received(
            trade.number, what, on, hall, lot, quantity, owed, cost, rate, currency, price, order, row["id"],
            row["entry"], is_boxed,
        )
    )  # fmt: skip
    if what in trade.standard:
        book = await at_its_cost(trade, what)
        book.move((hall, lot, RELEASED), exact(quantity), "PURCHASE_PRICE_VARIANCE", -cost)
        book.accounts["GR_IR"] -= cost
    else:
        trade.note(what, kind="receipt", on=on, area=trade.area(what, hall, lot), quantity=exact(quantity), cost=cost)


async def at_its_cost(trade: Trade, what: What) -> Standard:
    """The item's book, at the standard cost that is in force; its first price is the first."""
    book = trade.standard[what]
    if book.cost is None:
        sql = "SELECT max(standard_cost) AS cost FROM item_cost WHERE company_id = $1 AND item_id = $2"
        cost = await trade.value(sql, what[0], trade.world[what[1]])
        if cost is not None:
            book.make_worth(exact(cost))
    return book


async def give_out(trade: Trade) -> None:
    what, hall, quantity = trade.some_item(), trade.chance.choice(STORING), trade.some(8)
    lot, on, purpose = trade.some_lot(what), trade.day(), trade.chance.choice(list(IssuePurpose))
    line = IssueLineInput(
        item_id=trade.world[what[1]], location_id=trade.hall(what[0], hall), quantity=quantity, lot_number=lot
    )
    move = await trade.tried(what[0], IssueStock(lines=(line,), purpose=purpose, issued_on=on))
    if move is None:
        return
    account = ACCOUNT[purpose]
    if what in trade.standard:
        book = await at_its_cost(trade, what)
        book.move((hall, lot, RELEASED), -exact(quantity), account)
    event = trade.note(
        what, kind="issue", on=on, area=trade.area(what, hall, lot), quantity=exact(quantity), account=account, to=hall
    )
    trade.moves.append(Moved(move, what, event, lot))


async def carry(trade: Trade) -> None:
    what, quantity, on = trade.some_item(), trade.some(8), trade.day()
    (hall, to), lot = trade.chance.sample(STORING, 2), trade.some_lot(what)
    line = TransferLineInput(
        item_id=trade.world[what[1]], location_id=trade.hall(what[0], hall), target_id=trade.hall(what[0], to),
        quantity=quantity, lot_number=lot,
    )  # fmt: skip
    move = await trade.tried(what[0], TransferStock(lines=(line,), transferred_on=on))
    if move is not None:
        trade.moves.append(Moved(move, what, await gone_on(trade, on, (what, lot), quantity, (hall, to)), lot))


async def gone_on(
    trade: Trade, on: date, goods: Goods, quantity: Decimal, places: tuple[str, str], of: int | None = None
) -> Event:
    """The event of goods that change places; those in one area change nothing there."""
    (what, lot), (hall, to) = goods, places
    if what in trade.standard:
        book = await at_its_cost(trade, what)
        book.move((to, lot, RELEASED), exact(quantity), "ROUNDING")
        book.move((hall, lot, RELEASED), -exact(quantity), "ROUNDING")
    area, goal = trade.area(what, hall, lot), trade.area(what, to, lot)
    return trade.note(
        what, kind="transfer" if area != goal else "within", on=on, area=area, to=goal, quantity=exact(quantity), of=of,
        account=f"{hall} {to}",
    )  # fmt: skip


async def send(trade: Trade) -> None:
    what, quantity, on = trade.some_item(), trade.some(8), trade.day()
    (hall, to), lot = trade.chance.sample(STORING, 2), trade.some_lot(what)
    line = TransferLineInput(
        item_id=trade.world[what[1]], location_id=trade.hall(what[0], hall), target_id=trade.hall(what[0], to),
        quantity=quantity, lot_number=lot,
    )  # fmt: skip
    command = ShipTransfer(lines=(line,), transit_id=trade.hall(what[0], ROAD), shipped_on=on)
    sent = await trade.tried(what[0], command)
    if sent is not None:
        event = await gone_on(trade, on, (what, lot), quantity, (hall, ROAD))
        trade.sent.append((sent, Moved(sent, what, event, lot), to, str(quantity)))


async def arrive(trade: Trade) -> None:
    if not trade.sent:
        return
    place = trade.chance.randrange(len(trade.sent))
    sent, moved, to, left = trade.sent[place]
    quantity = Decimal(left) if trade.chance.random() < 0.6 else (Decimal(left) / 3).quantize(Decimal("0.000001"))
    on = trade.day(moved.event.on)
    command = ReceiveTransfer(
        stock_transfer_id=sent, lines=(TransferArrivalInput(position=1, quantity=quantity),), received_on=on
    )
    if quantity and await trade.tried(moved.what[0], command):
        rest = Decimal(left) - quantity
        trade.sent[place : place + 1] = [(sent, moved, to, str(rest))] if rest else []
        await gone_on(trade, on, (moved.what, moved.lot), quantity, (ROAD, to), moved.event.number)


async def send_back(trade: Trade) -> None:
    if not trade.receipts:
        return
    one = trade.chance.choice(trade.receipts)
    company, on = one.what[0], trade.day(one.on)
    quantity = min(trade.some(8), one.quantity - one.returned) or Decimal(1)
    command = ReturnToSupplier(
        goods_receipt_id=one.receipt, lines=(PurchaseReturnLineInput(position=1, quantity=quantity),),
        settlement=trade.chance.choice(list(ReturnSettlement)), reason="scratched", returned_on=on,
    )  # fmt: skip
    if await trade.tried(company, command, RECEIVER) is None:
        return
    before, one.returned = one.returned, one.returned + quantity
    digits = trade.digits(company)
    owed = rounded(one.cost * exact(one.returned) / exact(one.quantity), digits) - rounded(
        one.cost * exact(before) / exact(one.quantity), digits
    )
    if one.what in trade.standard:
        book = await at_its_cost(trade, one.what)
        book.move((one.hall, one.lot, RELEASED), -exact(quantity), "PURCHASE_PRICE_VARIANCE", owed)
        book.accounts["GR_IR"] += owed
    else:
        trade.note(
            one.what, kind="return", on=on, area=trade.area(one.what, one.hall, one.lot), quantity=exact(quantity),
            cost=owed, of=one.number,
        )  # fmt: skip


async def charge(trade: Trade) -> None:
    """An invoice over some of what one receipt has open, at a price that is off."""
    one = trade.chance.choice(trade.receipts) if trade.receipts else None
    left = one.quantity - one.returned - one.invoiced if one else Decimal(0)
    if one is None or left <= 0:
        return
    company, digits = one.what[0], trade.digits(one.what[0])
    own_digits = minor_unit_digits(one.currency)
    quantity = left if trade.chance.random() < 0.6 else (left / 3).quantize(Decimal("0.000001")) or left
    said, unit = quantity, None
    if one.is_boxed:
        # What is no number of boxes is charged at a price of one piece.
        said = (quantity / BOX_OF).quantize(Decimal("0.000001"), ROUND_DOWN)
        quantity, unit = said * BOX_OF, trade.world["BOX"]
        if not said:
            return
    price = max(one.price + trade.chance.choice((Decimal(0), Decimal("0.07"), Decimal("-1.1"), Decimal("12.345"))), 0)
    line = SupplierInvoiceLineInput(
        purchase_order_id=one.order, order_position=1, quantity=said, goods_receipt_id=one.receipt, unit_id=unit,
        unit_price=Money(Decimal(price), one.currency),
    )  # fmt: skip
    on = trade.day(one.on)
    draft = await trade.tried(
        company,
        CreateSupplierInvoice(
            supplier_id=trade.world["ACME"], supplier_number=f"A-{trade.number}", currency=one.currency,
            invoiced_on=on, lines=(line,),
        ),
        CLERK,
    )  # fmt: skip
    if draft is None:
        return
    if not await trade.tried(company, PostSupplierInvoice(supplier_invoice_id=draft, posted_on=on), CLERK):
        return
    [row] = await trade.world.rows(
        "SELECT m.transaction_amount, m.amount, i.rate FROM supplier_invoice_match m JOIN supplier_invoice_line l "
        "ON l.company_id = m.company_id AND l.id = m.supplier_invoice_line_id JOIN supplier_invoice i "
        "ON i.company_id = l.company_id AND i.id = l.supplier_invoice_id WHERE i.id = $1",
        draft,
    )
    cleared, held = exact(row["transaction_amount"]), exact(row["amount"])
    part = exact(quantity) / exact(one.quantity)
    assert near(cleared, one.owed * part, own_digits) and near(held, one.cost * part, digits), (one, row)
    one.invoiced += quantity
    is_own = one.currency == trade.currency_of[company]
    rate = Fraction(1) if is_own else exact(row["rate"] or await rate_of(trade, draft))
    cost = rounded(exact(said) * exact(Decimal(price)), own_digits)
    value, dearer = rounded(cost * rate, digits), rounded((cost - cleared) * rate, digits)
    trade.totals[company, "PAYABLE"] -= value
    trade.totals[company, "EXCHANGE_DIFFERENCE"] += value - held - dearer
    if one.what in trade.standard:
        book = await at_its_cost(trade, one.what)
        book.accounts["GR_IR"] += held
        book.accounts["PURCHASE_PRICE_VARIANCE"] += dearer
    else:
        trade.note(one.what, kind="cleared", on=on, area="", cost=held)
        trade.note(one.what, kind="late cost", on=on, area="", cost=dearer, of=one.number, account="PAYABLE")


async def rate_of(trade: Trade, document: UUID) -> Any:
    """The rate at which an invoice was posted."""
    return await trade.value(
        "SELECT l.rate FROM journal_entry j JOIN journal_line l ON l.company_id = j.company_id "
        "AND l.journal_entry_id = j.id JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id "
        "WHERE j.source_id = $1 AND a.role = 'PAYABLE' LIMIT 1",
        document,
    )


LANDED = "SELECT amount FROM landed_cost_line WHERE landed_cost_id = $1 ORDER BY position"


async def cost_more(trade: Trade) -> None:
    """Freight over one receipt or two, by their quantity."""
    company = trade.chance.choice((AX, BX))
    known = [one for one in trade.receipts if one.what[0] == company]
    if not known:
        return
    picked = trade.chance.sample(known, min(len(known), trade.chance.choice((1, 2))))
    digits = trade.digits(company)
    amount = Decimal(trade.chance.randint(1, 50_000)).scaleb(-digits)
    on = trade.day(max(one.on for one in picked))
    command = AddLandedCost(
        stock_entries=tuple(one.entry for one in picked), basis=LandedCostBasis.QUANTITY,
        amount=Money(amount, trade.currency_of[company]), occurred_on=on,
    )  # fmt: skip
    cost = await trade.tried(company, command)
    if cost is None:
        return
    rows = await trade.world.rows(LANDED, cost)
    whole = sum((exact(one.quantity) for one in picked), Fraction(0))
    shares = [(one, exact(row["amount"])) for one, row in zip(picked, rows, strict=True)]
    assert sum(share for _, share in shares) == exact(amount)
    assert all(near(share, exact(amount) * exact(one.quantity) / whole, digits) for one, share in shares)
    trade.landed.append((cost, company, on, shares))
    shared(trade, company, on, shares)


def shared(trade: Trade, company: int, on: date, shares: Shares) -> None:
    """Receipts cost so much more."""
    for one, share in shares:
        trade.totals[company, "LANDED_COST"] -= share
        if one.what in trade.standard:
            trade.standard[one.what].accounts["PURCHASE_PRICE_VARIANCE"] += share
        elif share:
            trade.note(one.what, kind="late cost", on=on, area="", cost=share, of=one.number)


async def cost_less(trade: Trade) -> None:
    if trade.landed:
        cost, company, on, shares = trade.landed.pop(trade.chance.randrange(len(trade.landed)))
        day = trade.day(on)
        if await trade.tried(company, CancelLandedCost(landed_cost_id=cost, occurred_on=day)):
            shared(trade, company, day, [(one, -share) for one, share in shares])
        else:
            trade.landed.append((cost, company, on, shares))


async def make_worth(trade: Trade) -> None:
    what, hall, unit_cost = trade.some_item(), trade.chance.choice(STORING), trade.price()
    way, lot, on = trade.ways[what], trade.some_lot(what), trade.day()
    on = TODAY if way.is_standard else on
    command = RevalueStock(
        item_id=trade.world[what[1]], unit_cost=unit_cost, revalued_on=on,
        lot_number=lot if way.method is ValuationMethod.LOT else None,
        location_id=None if way.area is ValuationArea.COMPANY or way.is_standard else trade.hall(what[0], hall),
    )  # fmt: skip
    if not await trade.tried(what[0], command):
        return
    if what in trade.standard:
        trade.standard[what].make_worth(exact(unit_cost))
    else:
        area = trade.area(what, hall, lot)
        trade.note(what, kind="revalue", on=on, area=area, unit_cost=exact(unit_cost))


async def undo(trade: Trade) -> None:
    """A move goes back: an issue, a transfer, or what a count found or missed."""
    if not trade.moves:
        return
    place = trade.chance.randrange(len(trade.moves))
    moved = trade.moves[place]
    event, what = moved.event, moved.what
    on = trade.day(event.on)
    if not await trade.tried(what[0], ReverseStockMove(stock_move_id=moved.move, reversed_on=on)):
        return
    del trade.moves[place]
    book = await at_its_cost(trade, what) if what in trade.standard else None
    if event.kind in ("transfer", "within"):
        hall, to = (event.account or "").split()
        await gone_on(trade, on, (what, moved.lot), decimal(event.quantity), (to, hall), event.number)
        return
    sign = 1 if event.kind == "issue" else -1
    if book is not None:
        book.move((event.to, moved.lot, RELEASED), sign * event.quantity, event.account or "")
    trade.note(
        what, kind="undo issue" if sign == 1 else "undo found", on=on, area=event.area, quantity=event.quantity,
        of=event.number, account=event.account,
    )  # fmt: skip


async def hold(trade: Trade) -> None:
    """A status changes no value, but for what rounding makes of two places at standard cost."""
    what, hall, lot, quantity = trade.some_item(), trade.chance.choice(STORING), None, trade.some(4)
    lot = trade.some_lot(what)
    before, after = trade.chance.sample((RELEASED, StockStatus.ON_HOLD), 2)
    line = StatusLineInput(
        item_id=trade.world[what[1]], location_id=trade.hall(what[0], hall), quantity=quantity, status=before,
        lot_number=lot,
    )  # fmt: skip
    command = ChangeStockStatus(lines=(line,), to_status=after, changed_on=trade.day())
    if await trade.tried(what[0], command) and what in trade.standard:
        book = await at_its_cost(trade, what)
        book.move((hall, lot, before), -exact(quantity), "ROUNDING")
        book.move((hall, lot, after), exact(quantity), "ROUNDING")


async def count(trade: Trade) -> None:
    """What is there is counted, on a day gone by: more, less, or as much as the book says."""
    what, hall, on = trade.some_item(), trade.chance.choice(STORING), trade.day()
    company, item = what
    lot = trade.some_lot(what)
    rows = await trade.world.rows(
        "SELECT coalesce(sum(e.quantity), 0) AS then FROM stock_entry e LEFT JOIN lot l ON l.company_id = e.company_id "
        "AND l.id = e.lot_id WHERE e.company_id = $1 AND e.item_id = $2 AND e.location_id = $3 "
        "AND e.status = 'RELEASED' AND e.owner_id IS NULL AND l.number IS NOT DISTINCT FROM $4 AND e.occurred_on <= $5",
        company, trade.world[item], trade.hall(company, hall), lot, on,
    )  # fmt: skip
    change = trade.chance.choice((Decimal(0), trade.some(3), -trade.some(3)))
    counted = max(rows[0]["then"] + change, Decimal(0))
    change = counted - rows[0]["then"]
    found = Fraction(0)
    if change > 0 and what not in trade.standard:
        found = (await work_out_of(trade, what)).present(trade.area(what, hall, lot), exact(change))
    command = CountStock(
        item_id=trade.world[item], location_id=trade.hall(company, hall), counted=counted, lot_number=lot, counted_on=on
    )
    if not await trade.tried(company, command) or not change:
        return
    move = await trade.value("SELECT id FROM stock_move WHERE kind = 'ADJUSTMENT' ORDER BY id DESC LIMIT 1")
    if what in trade.standard:
        book = await at_its_cost(trade, what)
        book.move((hall, lot, RELEASED), exact(change), "STOCK_ADJUSTMENT")
    event = trade.note(
        what, kind="found" if change > 0 else "issue", on=on, area=trade.area(what, hall, lot),
        quantity=abs(exact(change)), cost=found, account="STOCK_ADJUSTMENT", to=hall,
    )  # fmt: skip
    trade.moves.append(Moved(move, what, event, lot))


async def close(trade: Trade) -> None:
    """The first open period of stock up to April is closed for ever."""
    company = trade.chance.choice((AX, BX))
    rows = await trade.world.rows(
        "SELECT id FROM fiscal_period WHERE company_id = $1 AND sub_ledger = 'STOCK' AND state = 'OPEN' "
        "AND code <= '2026-04' ORDER BY code LIMIT 1",
        company,
    )
    for row in rows:
        await trade.tried(company, ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.HARD))


STEPS: tuple[Step, ...] = (
    receive, receive, receive, give_out, give_out, give_out, carry, send, arrive, send_back, charge, charge, cost_more,
    cost_less, make_worth, undo, undo, hold, count, count,
)  # fmt: skip

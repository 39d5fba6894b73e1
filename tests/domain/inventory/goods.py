"""Goods for tests of the goods book: items valued in each way, received at a price, and what the books say of them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import Money
from domain.core.work import Work
from domain.inventory import (
    Incoming,
    IncomingLine,
    Owed,
    SupplierReturn,
    SupplierReturnLine,
    receive_stock,
    return_to_suppliers,
)
from domain.inventory.commands import (
    IssueLineInput,
    IssuePurpose,
    IssueStock,
    SetItemValuation,
    TransferLineInput,
    TransferStock,
)
from domain.inventory.models import Lot, ValuationArea, ValuationMethod
from domain.master_data.places import Location, LocationKind
from tests.domain.books import AX, CURRENCY_OF, TODAY, World

ACCOUNTS = """
SELECT a.role, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
WHERE l.company_id = $1 GROUP BY a.role HAVING sum(l.amount) <> 0 ORDER BY a.role
"""


async def accounts(world: World, company: int = AX) -> dict[str, Decimal]:
    """What each account holds, by its role; those that hold nothing are left out."""
    return {row["role"]: row["amount"] for row in await world.rows(ACCOUNTS, company)}


async def valued(
    world: World, item: str, method: ValuationMethod, area: ValuationArea = ValuationArea.COMPANY, **more: Any
) -> None:
    """The item is valued so in a company."""
    company = more.pop("company", AX)
    command = SetItemValuation(item_id=world[item], method=method, area=area, **more)
    performed = await world.act(world.chief, company, command)
    assert performed.committed, performed.refusals


async def place(world: World, code: str, kind: LocationKind = LocationKind.STORAGE, company: int = AX) -> UUID:
    """A new location of the company."""

    async def act(work: Work) -> list[UUID]:
        return await work.insert(Location, [{"code": code, "name": code.title(), "kind": kind}])

    [world.ids[code]] = await world.works(company, act)
    return world[code]


async def lot(world: World, number: str, item: str, expires_on: date | None = None, company: int = AX) -> UUID:
    """A new lot of an item."""

    async def act(work: Work) -> list[UUID]:
        return await work.insert(Lot, [{"number": number, "item_id": world[item], "expires_on": expires_on}])

    [world.ids[number]] = await world.works(company, act)
    return world[number]


def delivery(world: World, *lines: tuple[str, str, str], **more: Any) -> Incoming:
    """(item, quantity, unit price) lines from ACME."""
    company, on = more.pop("company", AX), more.pop("on", TODAY)
    location = more.pop("location", world[f"STORES{company}"])
    currency, rate = more.pop("currency", CURRENCY_OF[company]), Decimal(more.pop("rate", "1"))
    lot_id = more.pop("lot_id", None)
    assert not more, more
    return Incoming(
        posting_id=new_id(),
        occurred_on=on,
        source=Source(kind="Delivery", id=new_id(), number="D-1"),
        supplier_id=world["ACME"],
        site_id=None,
        currency=currency,
        rate=rate,
        lines=tuple(
            IncomingLine(
                item_id=world[item], location_id=location, accepted=Decimal(quantity), rejected=Decimal(0),
                unit_price=Decimal(price), lot_id=lot_id,
            )
            for item, quantity, price in lines
        ),
    )  # fmt: skip


async def received(world: World, *lines: tuple[str, str, str], **more: Any) -> dict[str, UUID]:
    """Lines received from ACME; the entry by which each item came in."""
    company = more.get("company", AX)
    arriving = delivery(world, *lines, **more)

    async def act(work: Work) -> list[UUID]:
        return await receive_stock(work, [arriving])

    [move] = await world.works(company, act)
    rows = await world.rows(
        "SELECT e.id, i.code FROM stock_entry e JOIN item i ON i.id = e.item_id "
        "WHERE e.stock_move_id = $1 AND e.quantity > 0 ORDER BY e.position DESC",
        move,
    )
    return {row["code"]: row["id"] for row in rows}


def issue(world: World, item: str, quantity: str, **more: Any) -> IssueStock:
    """The command that issues one item for sale unless told otherwise."""
    company = more.pop("company", AX)
    line = IssueLineInput(
        item_id=world[item],
        location_id=more.pop("location", world[f"STORES{company}"]),
        quantity=Decimal(quantity),
        **{name: more.pop(name) for name in ("lot_number", "status") if name in more},
    )
    purpose = more.pop("purpose", IssuePurpose.SALES)
    return IssueStock(lines=(line,), purpose=purpose, issued_on=more.pop("on", None), **more)


def transfer(world: World, item: str, quantity: str, target: UUID, **more: Any) -> TransferStock:
    """The command that moves one item to another place."""
    company = more.pop("company", AX)
    line = TransferLineInput(
        item_id=world[item], location_id=more.pop("location", world[f"STORES{company}"]), target_id=target,
        quantity=Decimal(quantity), **{name: more.pop(name) for name in ("lot_number", "status") if name in more},
    )  # fmt: skip
    return TransferStock(lines=(line,), transferred_on=more.pop("on", None), **more)


OWED = """
SELECT m.occurred_on, e.quantity, coalesce(l.transaction_amount, 0) AS transaction_amount,
       coalesce(l.transaction_currency, c.currency) AS transaction_currency, coalesce(l.amount, 0) AS amount,
       coalesce(l.rate, 1) AS rate,
       coalesce((SELECT -sum(g.quantity) FROM stock_entry g JOIN stock_move b ON b.company_id = g.company_id
                 AND b.id = g.stock_move_id WHERE b.source_id = e.id AND g.quantity < 0 AND NOT EXISTS
                 (SELECT 1 FROM stock_move r WHERE r.company_id = b.company_id AND r.reverses_id = b.id)), 0) AS gone
FROM stock_entry e JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id
JOIN company c ON c.company_id = e.company_id
LEFT JOIN (
    SELECT j.company_id, j.posting_id, l.item_id, l.transaction_amount, l.transaction_currency, l.amount, l.rate
    FROM journal_entry j JOIN journal_line l ON l.company_id = j.company_id AND l.journal_entry_id = j.id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id AND a.role = 'GR_IR'
) AS l ON l.company_id = m.company_id AND l.posting_id = m.posting_id AND l.item_id = e.item_id
WHERE e.company_id = $1 AND e.id = $2
"""


async def sent_back(
    world: World, entry: UUID, quantity: str | Decimal, on: date = TODAY, company: int = AX
) -> UUID | DomainError:
    """The move that sends goods of a receipt of one line back to ACME, or the refusal; as purchasing does it."""
    [row] = await world.rows(OWED, company, entry)
    owed = Owed(
        transaction=Money(-row["transaction_amount"], row["transaction_currency"]), amount=-row["amount"],
        rate=row["rate"],
    )  # fmt: skip
    back = Decimal(quantity)
    part = owed.part(row["gone"], back, row["quantity"], CURRENCY_OF[company])
    line = SupplierReturnLine(stock_entry_id=entry, quantity=back, owed=part, gone=row["gone"])
    one = SupplierReturn(
        posting_id=new_id(), occurred_on=on, source=Source(kind="StockEntry", id=entry, number="RS-1"),
        supplier_id=world["ACME"], site_id=None, lines=(line,),
    )  # fmt: skip
    [outcome] = await world.works(company, lambda work: return_to_suppliers(work, [one]))
    return outcome


async def done(world: World, *commands: Any, company: int = AX) -> list[UUID]:
    """The records of commands that must succeed."""
    performed = await world.act(world.chief, company, *commands)
    assert performed.committed, performed.refusals
    return performed.ids


async def worth(world: World, move: UUID) -> Decimal:
    """What a move changed the value of stock by, late corrections included."""
    [row] = await world.rows(
        "SELECT coalesce(sum(y.value), 0) AS value FROM value_layer y "
        "JOIN stock_entry e ON e.company_id = y.company_id AND e.id = y.movement_id WHERE e.stock_move_id = $1",
        move,
    )
    return row["value"]


async def pool(world: World, item: str, location: UUID | None = None) -> tuple[Decimal, Decimal]:
    """Quantity and value of an item, in the company or at a location that is an area of its own."""
    [row] = await world.rows(
        "SELECT quantity, value FROM value_pool WHERE item_id = $1 AND location_id IS NOT DISTINCT FROM $2",
        world[item], location,
    )  # fmt: skip
    return row["quantity"], row["value"]

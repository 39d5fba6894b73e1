"""Our books for the works: one company, a chart of more than 100 accounts, open periods, a 20 % tax, 500 parties, 1,000
items at standard cost, 10 bins; behind them 100,000 journal lines in 20,000 entries and 100,000 stock moves.

Masters are written as the house writes them; history by the database itself, as for the reports.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from authz.tables import load_baseline
from bench.reads.data import LIMITS, key
from bench.reports.data import (
    ACCOUNTS,
    BALANCES,
    BINS,
    ENTRIES,
    ITEMS,
    KINDS,
    LAYERS,
    LINES,
    LINES_OF_ENTRY,
    MOVES,
    STOCK,
    batches,
    functions,
)
from domain.core.actors import Actor, Audience, Grants
from domain.core.client_tiers import ClientTier
from domain.core.database import Connection
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.records import GROUP
from domain.core.work import Work
from domain.finance import found_books
from domain.finance.models import Account, TaxCode, TaxRule
from domain.finance.turnover import RECOUNT
from domain.inventory import Incoming, IncomingLine, receive_stock
from domain.inventory.commands import (
    ConvertStock,
    IssueLineInput,
    IssuePurpose,
    IssueStock,
    ProductInput,
    convert_stock,
    issue_stock,
)
from domain.inventory.models import Lot
from domain.inventory.turnover import RECOUNTS
from domain.master_data.companies import Company, Site
from domain.master_data.currencies import Currency
from domain.master_data.items import Item, ItemCost, ItemStatus, ItemType, LotPolicy, MakeOrBuy
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from domain.master_data.places import Location, LocationKind
from domain.master_data.units import Dimension, UnitOfMeasure
from migrations.guards import guard_statements
from migrations.tables import create_statements
from server.jobs import ACTOR
from tests.factory import numbered, row

SIZE, PARTIES = 100_000, 500
# Who sells and buys, who approves what another has made, who has the goods, and who has the books.
USERS = {
    "maker": ("sales", "buyer", "auditor"), "checker": ("controller",), "keeper": ("warehouse",),
    "clerk": ("accountant", "auditor"),
}  # fmt: skip
HISTORY_YEAR = 2026

# A lot with 1,101 moves: its receipt, what each production used and made, and what was delivered of it.
RAW, FINISHED, RAW_LOT = key(4, 1), key(4, 2), "RAW-LOT-1"
PRODUCTIONS, DELIVERIES = 100, 900


async def fill(url: str) -> None:
    """Create the tables, load the policy, write masters and history, gather statistics."""
    raw = await asyncpg.connect(url)
    try:
        await raw.execute("SET statement_timeout = 0")
        for statement in (*create_statements(), *guard_statements()):
            await raw.execute(statement)
        connection = Connection(raw)
        await load_baseline(connection)
        await _as_work(connection, GROUP, _group)
        await _as_work(connection, 1, _company)
        await _users(raw)
        await raw.execute("SET session_replication_role = replica")
        for statement in functions(SIZE):
            await raw.execute(statement)
        await batches(raw, ENTRIES.format(**_entry_columns()), SIZE // LINES_OF_ENTRY)
        await batches(raw, LINES, SIZE)
        await batches(raw, MOVES, SIZE)
        await batches(raw, STOCK, SIZE)
        for statement in (LAYERS, BALANCES, RECOUNT, *RECOUNTS):
            await raw.execute(statement, timeout=1_800)
        await raw.execute("SET session_replication_role = origin")
        await _as_work(connection, 1, _lots)
        await raw.execute("VACUUM ANALYZE", timeout=1_800)
    finally:
        await raw.close()


def _entry_columns() -> dict[str, str]:
    period = (
        "(SELECT id FROM fiscal_period p WHERE p.company_id = 1 AND p.sub_ledger = 'GENERAL' "
        "AND day_of(n * 5) BETWEEN p.starts_on AND p.ends_on)"
    )
    values = {
        "company_id": "1", "id": "line_id(-1 - n)", "number": "'HISTORY-' || n", "kind": "'GENERAL'",
        "period_id": period, "occurred_on": "day_of(n * 5)", "posting_id": "line_id(-1 - n)",
        "group_currency": "'EUR'", "group_rate": "1", "recorded_at": "day_of(n * 5)::timestamptz",
    }  # fmt: skip
    return {"columns": ", ".join(values), "values": ", ".join(values.values())}


async def _as_work(connection: Connection, company: int, write: Any) -> None:
    everything = Grants(version=1, audience=Audience.STAFF, companies=(1,), tiers={}, commands={})
    actor = Actor(id=ACTOR.id, name=ACTOR.name, audience=Audience.STAFF, roles={})
    async with connection.raw.transaction():
        now = (await connection.fetch("SELECT now() AS now"))[0]["now"]
        work = Work(connection=connection, actor=actor, grants=everything, company_id=company, command="Setup", now=now)
        await write(work)
        await work.finish()


async def _group(work: Work) -> None:
    await work.insert(Currency, [{"code": "EUR", "name": "Euro", "minor_unit": 2}])
    await work.insert(Company, [{"company_id": 1, "code": "ONE", "name": "One", "currency": "EUR", "country": "DE"}])
    [unit] = await work.insert(UnitOfMeasure, [{"code": "EA", "name": "each", "dimension": Dimension.OTHER}])
    await work.insert(Item, [
        {"id": numbered(Item, n), "code": f"I{n:05}", "name": f"Item {n}", "kind": ItemType.COMPONENT,
         "status": ItemStatus.ACTIVE, "unit_id": unit, "make_or_buy": MakeOrBuy.BUY, "lot_policy": LotPolicy.NONE,
         "storage_class": "AMBIENT", "device_class": "NOT_A_DEVICE", "is_sold": True}
        for n in range(1, ITEMS + 1)
    ])  # fmt: skip
    await work.insert(Item, [
        {"id": id_, "code": code, "name": code, "kind": ItemType.COMPONENT, "status": ItemStatus.ACTIVE,
         "unit_id": unit, "make_or_buy": MakeOrBuy.MAKE, "lot_policy": LotPolicy.LOT, "storage_class": "AMBIENT",
         "device_class": "NOT_A_DEVICE", "is_sold": True}
        for id_, code in ((RAW, "T-RAW"), (FINISHED, "T-FINISHED"))
    ])  # fmt: skip
    parties = [{"id": key(3, n), "code": f"P{n:04}", "name": f"Party {n}", "country": "DE"} for n in range(PARTIES)]
    await work.insert(Party, parties)
    kinds = (PartyRoleKind.SUPPLIER, PartyRoleKind.CUSTOMER)
    roles = [{"party_id": one["id"], "role": kind} for one in parties for kind in kinds]
    await work.insert(PartyRole, roles)


async def _company(work: Work) -> None:
    last = max(HISTORY_YEAR, work.now.year)
    await found_books(work, date(HISTORY_YEAR, 1, 1), date(last, 12, 31))
    await work.insert(Account, [
        {"id": numbered(Account, n), "code": f"X{n:03}", "name": f"Account {n}", "kind": KINDS[n % len(KINDS)]}
        for n in range(1, ACCOUNTS + 1)
    ])  # fmt: skip
    [tax] = await work.insert(TaxCode, [{"code": "T20", "name": "20 %"}])
    rule = {
        "tax_code_id": tax,
        "name": "VAT",
        "kind": "VAT",
        "method": "PERCENT",
        "percent": Decimal(20),
        "valid_from": date(HISTORY_YEAR, 1, 1),
    }
    await work.insert(TaxRule, [{**rule, "position": 1, "sales_role": "TAX_OUTPUT", "purchase_role": "TAX_INPUT"}])
    [site] = await work.insert(Site, [{"code": "MAIN", "name": "Main"}])
    await work.insert(Location, [
        {"id": numbered(Location, n), "code": f"B{n:02}", "name": f"Bin {n}", "site_id": site,
         "kind": LocationKind.STORAGE if n <= BINS else LocationKind.SUPPLIER}
        for n in range(1, BINS + 2)
    ])  # fmt: skip
    await work.insert(ItemCost, [
        {"item_id": numbered(Item, n), "standard_cost": Decimal("1.5"), "valid_from": date(HISTORY_YEAR, 1, 1)}
        for n in range(1, ITEMS + 1)
    ])  # fmt: skip


async def _lots(work: Work) -> None:
    """A raw lot that 100 productions used, and 900 deliveries of what they made; the first used 9 more items."""
    place, numbers = numbered(Location, 1), [f"FINISHED-{n}" for n in range(1, PRODUCTIONS + 1)]
    lots = [{"number": RAW_LOT, "item_id": RAW}, *({"number": one, "item_id": FINISHED} for one in numbers)]
    [raw_id, *_] = await work.insert(Lot, lots)
    arriving = IncomingLine(
        item_id=RAW,
        location_id=place,
        accepted=Decimal(PRODUCTIONS),
        rejected=Decimal(0),
        unit_price=Decimal("1.5"),
        lot_id=raw_id,
    )
    await receive_stock(work, [Incoming(
        posting_id=new_id(), occurred_on=work.now.date(), source=Source(kind="Delivery", id=new_id(), number="RAW"),
        supplier_id=key(3, 0), site_id=None, currency="EUR", rate=Decimal(1), lines=(arriving,),
    )])  # fmt: skip
    others = [IssueLineInput(item_id=numbered(Item, n), location_id=place, quantity=Decimal(1)) for n in range(1, 10)]
    used = IssueLineInput(item_id=RAW, location_id=place, quantity=Decimal(1), lot_number=RAW_LOT)
    made = [
        ConvertStock(
            lines=(used, *(others if number == numbers[0] else ())),
            product=ProductInput(
                item_id=FINISHED, location_id=place, quantity=Decimal(DELIVERIES // PRODUCTIONS), lot_number=number
            ),
        )
        for number in numbers
    ]
    sold = [
        IssueStock(purpose=IssuePurpose.SALES, lines=(
            IssueLineInput(item_id=FINISHED, location_id=place, quantity=Decimal(1), lot_number=number),
        ))
        for number in numbers
        for _ in range(DELIVERIES // PRODUCTIONS)
    ]  # fmt: skip
    for outcome in (*(await convert_stock(work, made)).outcomes, *(await issue_stock(work, sold)).outcomes):
        assert isinstance(outcome, UUID), outcome


async def _users(raw: asyncpg.Connection) -> None:
    tier = row(ClientTier, 1, id=key(9, 0), code="BENCH", **LIMITS)
    await raw.copy_records_to_table("client_tier", records=[list(tier.values())], columns=list(tier))
    for place, (name, roles) in enumerate(USERS.items(), 1):
        user: UUID = key(9, place)
        await raw.execute(
            "INSERT INTO user_account (id, name, display_name, audience, locale, client_tier_id)"
            " VALUES ($1, $2, $2, 'STAFF', 'en', $3)", user, name, key(9, 0),
        )  # fmt: skip
        for number, role in enumerate(roles):
            await raw.execute(
                "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
                " VALUES ($1, $2, $3, 0, '2020-01-01')", key(9, 100 * place + number), user, role,
            )  # fmt: skip

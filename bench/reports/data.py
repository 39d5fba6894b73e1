"""The books that the reports are read from: one company, one year, as many lines and entries as asked.

100 accounts, of which one takes every fifth line; 1,000 items in 10 bins, all of them everywhere; an invoice for every
tenth line, the last 2,000 of them open. Written by the database itself in batches, the indexes after the rows, without
the checks of foreign keys.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from authz.tables import load_baseline
from domain.core.database import Connection
from domain.finance.models import Account
from domain.finance.turnover import RECOUNT
from domain.inventory.turnover import RECOUNTS
from domain.master_data.companies import Company, Site
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.master_data.places import Location
from domain.master_data.units import UnitOfMeasure
from migrations.guards import STATISTICS
from migrations.tables import create_statements
from tests.factory import insert, numbered, row

ACCOUNTS, ITEMS, BINS, PARTIES, LINES_OF_ENTRY = 100, 1_000, 10, 200, 5
BATCH = 500_000
KINDS = ("ASSET", "LIABILITY", "EQUITY", "INCOME", "EXPENSE")
ROLES = {2: "STOCK", 3: "RECEIVABLE"}
# Account 1 is the heavy one; item and bin cycle so that each item is in each bin.
HEAVY = "0001"

ENTRIES = """
INSERT INTO journal_entry ({columns})
SELECT {values} FROM generate_series($1::bigint, $2::bigint) AS n
"""
LINES = """
INSERT INTO journal_line (company_id, id, journal_entry_id, position, account_id, occurred_on, transaction_amount,
                          transaction_currency, amount, rate, group_amount, recorded_at)
SELECT 1, line_id(n), line_id(-1 - n / 5), 1 + n % 5, account_id(n), day_of(n),
       amount_of(n), 'EUR', amount_of(n), 1, amount_of(n), day_of(n)::timestamptz
FROM generate_series($1::bigint, $2::bigint) AS n
"""
MOVES = """
INSERT INTO stock_move (company_id, id, posting_id, kind, occurred_on, recorded_at)
SELECT 1, line_id(-1 - n), line_id(-1 - n), CASE WHEN n % 3 = 2 THEN 'ISSUE' ELSE 'RECEIPT' END, move_day(n),
       move_day(n)::timestamptz
FROM generate_series($1::bigint, $2::bigint) AS n
"""
STOCK = """
INSERT INTO stock_entry (company_id, id, stock_move_id, position, occurred_on, item_id, location_id, quantity,
                         unit_cost, value, recorded_at)
SELECT 1, line_id(2 * n + side), line_id(-1 - n), 1 + side, move_day(n), item_id(n),
       CASE side WHEN 0 THEN bin_id(n) ELSE outside_id() END,
       CASE WHEN (n % 3 = 2) = (side = 0) THEN -1 ELSE 2 END * (1 + n % 7), 1.5,
       CASE side WHEN 0 THEN CASE WHEN n % 3 = 2 THEN -1 ELSE 2 END * (1 + n % 7) * 1.5 ELSE 0 END,
       move_day(n)::timestamptz
FROM generate_series($1::bigint, $2::bigint) AS n CROSS JOIN generate_series(0, 1) AS side
"""
# Of every ten lines one invoice, paid 25 days later but for the last of them: what is open does not grow with history.
ITEMS_OPEN, LINES_OF_ITEM = 2_000, 10
OPEN_ITEMS = f"""
INSERT INTO open_item (company_id, id, kind, party_id, account_id, source_kind, source_id, source_number, instalment,
                       occurred_on, due_on, transaction_currency, transaction_amount, amount, rate,
                       open_transaction_amount, open_amount)
SELECT 1, open_id(n), 'INVOICE', party_id(n), receivable_id(), 'CustomerInvoice', open_id(n), 'INV-' || n, 1,
       day_of(n * {LINES_OF_ITEM}), day_of(n * {LINES_OF_ITEM}) + 30, 'EUR', 100, 100, 1, is_open * 100, is_open * 100
FROM generate_series($1::bigint, $2::bigint) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n >= first_open() THEN 1 ELSE 0 END AS is_open) AS o
"""
OPEN_ITEM_ENTRIES = f"""
INSERT INTO open_item_entry (company_id, id, open_item_id, kind, matching_id, occurred_on, transaction_amount, amount)
SELECT 1, gen_random_uuid(), open_id(n), CASE side WHEN 0 THEN 'ORIGIN' ELSE 'MATCHING' END,
       CASE side WHEN 1 THEN open_id(n) END, day_of(n * {LINES_OF_ITEM}) + 25 * side, 100 - 200 * side, 100 - 200 * side
FROM generate_series($1::bigint, $2::bigint) AS n CROSS JOIN generate_series(0, 1) AS side
WHERE side = 0 OR n < first_open()
"""
LAYERS = """
INSERT INTO value_layer (company_id, id, posting_id, movement_id, layer_id, item_id, method, occurred_on, moved_on,
                         quantity, value)
SELECT company_id, id, stock_move_id, id, id, item_id, 'STANDARD', occurred_on, occurred_on, quantity, value
FROM stock_entry WHERE position = 1
"""
BALANCES = """
INSERT INTO stock_balance (company_id, id, item_id, location_id, status, quantity, standard_unit_cost)
SELECT 1, gen_random_uuid(), e.item_id, e.location_id, e.status, sum(e.quantity), 1.5
FROM stock_entry e WHERE e.position = 1 GROUP BY e.item_id, e.location_id, e.status
"""


def functions(size: int) -> Sequence[str]:
    """What the statements above compute of a running number, spread over the year."""
    accounts, items, bins, parties = (numbered(record, 0) for record in (Account, Item, Location, Party))
    opened = max(0, size // LINES_OF_ITEM - ITEMS_OPEN)

    def of(name: str, body: str, answers: str = "uuid") -> str:
        return f"CREATE FUNCTION {name} RETURNS {answers} LANGUAGE sql IMMUTABLE AS $$ SELECT {body} $$"

    def key(first: Any, number: str) -> str:
        return f"('{str(first)[:24]}' || lpad(to_hex({number}), 12, '0'))::uuid"

    year = "'2026-01-01'::date + least(364, n * 365 / {size})::int"
    return (
        of("line_id(n bigint)", "('00000000-0000-7' || substr(lpad(to_hex(abs(n) * 2 + CASE WHEN n < 0 THEN 1 ELSE 0 "
           "END), 15, '0'), 1, 3) || '-8000-' || right(lpad(to_hex(abs(n) * 2 + CASE WHEN n < 0 THEN 1 ELSE 0 END), "
           "15, '0'), 12))::uuid"),
        of("account_id(n bigint)", key(accounts, f"CASE WHEN n % 5 = 0 THEN 1 ELSE 2 + (n * 7) % {ACCOUNTS - 1} END")),
        of(
            "amount_of(n bigint)",
            "(CASE WHEN n % 5 = 0 THEN 4 ELSE -1 END * (100 + (n / 5) % 97))::numeric",
            "numeric",
        ),
        of("day_of(n bigint)", year.format(size=max(1, size)), "date"),
        of("move_day(n bigint)", year.format(size=max(1, size // 2)), "date"),
        of("item_id(n bigint)", key(items, f"1 + n % {ITEMS}")),
        of("bin_id(n bigint)", key(bins, f"1 + (n / {ITEMS}) % {BINS}")),
        of("party_id(n bigint)", key(parties, f"1 + n % {PARTIES}")),
        of("open_id(n bigint)", "('00000000-0000-7100-8000-' || lpad(to_hex(n), 12, '0'))::uuid"),
        of("first_open()", str(opened), "bigint"),
        of("receivable_id()", f"'{numbered(Account, 3)}'::uuid"),
        of("outside_id()", f"'{numbered(Location, BINS + 1)}'::uuid"),
    )  # fmt: skip


async def fill(url: str, size: int) -> None:
    """Create the tables, load the policy, write `size` journal lines and as many stock entries, gather statistics."""
    connection = await asyncpg.connect(url)
    try:
        statements = create_statements()
        later = [one for one in statements if one.lstrip().startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
        for statement in statements:
            if statement not in later:
                await connection.execute(statement)
        await load_baseline(Connection(connection))
        await connection.execute("SET session_replication_role = replica")
        await _masters(connection)
        for statement in functions(size):
            await connection.execute(statement)
        entries = ENTRIES.format(**_entry_columns())
        await batches(connection, entries, size // LINES_OF_ENTRY)
        await batches(connection, LINES, size)
        await batches(connection, MOVES, size // 2)
        await batches(connection, STOCK, size // 2)
        await batches(connection, OPEN_ITEMS, size // LINES_OF_ITEM)
        await batches(connection, OPEN_ITEM_ENTRIES, size // LINES_OF_ITEM)
        for statement in (LAYERS, BALANCES, RECOUNT, *RECOUNTS, *later, STATISTICS):
            await connection.execute(statement, timeout=1_800)
        await connection.execute("VACUUM ANALYZE", timeout=1_800)
    finally:
        await connection.close()


def _entry_columns() -> dict[str, str]:
    values = {
        "company_id": "1", "id": "line_id(-1 - n)", "number": "'GENERAL-' || n", "kind": "'GENERAL'",
        "period_id": f"'{numbered(Company, 1)}'", "occurred_on": "day_of(n * 5)", "posting_id": "line_id(-1 - n)",
        "group_currency": "'EUR'", "group_rate": "1", "recorded_at": "day_of(n * 5)::timestamptz",
    }  # fmt: skip
    return {"columns": ", ".join(values), "values": ", ".join(values.values())}


async def batches(connection: asyncpg.Connection, statement: str, count: int) -> None:
    for start in range(0, count, BATCH):
        await connection.execute(statement, start, min(start + BATCH, count) - 1, timeout=600)


async def _masters(connection: asyncpg.Connection) -> None:
    one = {"company_id": 1, "code": "ONE", "name": "One", "currency": "EUR", "country": "DE"}
    await insert(connection, Company, [row(Company, 1, **one)])
    await insert(connection, UnitOfMeasure, [row(UnitOfMeasure, 1, code="EA", name="each")])
    await insert(connection, Site, [row(Site, 1, company_id=1, code="MAIN", name="Main")])
    await insert(connection, Account, [
        row(Account, n, company_id=1, code=f"{n:04}", name=f"Account {n}", kind=KINDS[n % len(KINDS)],
            role=ROLES.get(n))
        for n in range(1, ACCOUNTS + 1)
    ])  # fmt: skip
    unit = numbered(UnitOfMeasure, 1)
    items = [row(Item, n, code=f"I{n:05}", name=f"Item {n}", unit_id=unit) for n in range(1, ITEMS + 1)]
    await insert(connection, Item, items)
    parties = [row(Party, n, code=f"P{n:04}", name=f"Party {n}") for n in range(1, PARTIES + 1)]
    await insert(connection, Party, parties)
    await insert(connection, Location, [
        row(Location, n, company_id=1, code=f"B{n:02}", name=f"Bin {n}", site_id=numbered(Site, 1),
            kind="STORAGE" if n <= BINS else "SUPPLIER")
        for n in range(1, BINS + 2)
    ])  # fmt: skip

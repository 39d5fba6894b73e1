"""Every figure of the ledgers is held by a check: a row changed behind the write path's back is found by `verify`.

The list of figures is the register's own: each amount and quantity of each record of money, goods, purchasing, sales
and logistics. What nothing holds is listed with its reason, and what is listed but held is a fault too.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Numeric

import domain
from domain.core.database import Connection, Database
from domain.core.numbering import ranges_of
from domain.core.verify import Finding
from tests.domain.books import World
from tests.domain.busy import busy
from tests.domain.trading import begun
from tests.factory import insert, numbered, row

# A seed whose first company keeps its books in dollars, with most of what may happen among its first steps.
SEED, STEPS = 2, 90
MODULES = ("finance", "inventory", "procurement", "sales", "logistics")

# What a person said, or what was worked out from it once: no other figure says the same.
SAID = {
    "customer_invoice.rate", "customer_invoice_line.quantity", "customer_invoice_line.unit_price",
    "customer_invoice_tax.base", "fixed_asset.basis", "fixed_asset.residual", "fixed_asset.monthly_amount",
    "fixed_asset.surplus", "fixed_asset.loss", "goods_receipt.rate", "journal_entry.group_rate", "journal_line.rate",
    "landed_cost.rate", "landed_cost_line.weight", "open_item.rate", "payment.rate",
    "purchase_order_line.over_receipt_percent", "sales_order_line.ordered_quantity", "sales_order_line.unit_price",
    "sales_order_line.discount_percent", "stock_revaluation.unit_cost", "supplier_invoice.rate",
    "supplier_invoice_line.price_difference", "supplier_invoice_line.over_quantity", "tax_rule.percent",
}  # fmt: skip
# What is kept so that valuing need not ask the whole history; a pool valued anew from its layers would show it.
KEPT = {"stock_entry.unit_cost", "value_layer.correction", "value_layer.unit_cost", "value_pool.last_unit_cost",
        "value_pool.first_unit_cost"}  # fmt: skip
LOOSE = SAID | KEPT


@pytest.fixture
async def group(fresh_database: str) -> AsyncIterator[World]:
    """A group in whose books something of everything happened."""
    database = await Database.open(fresh_database, 4)
    try:
        yield await busy(await begun(database, SEED), STEPS)
    finally:
        await ranges_of(database).close()
        await database.close()


def figures() -> Iterator[tuple[str, str, str]]:
    """Each amount and quantity that is written, not computed: its name, its table, its column."""
    for table, record in sorted(domain.RECORDS.items()):
        if record.__module__.split(".")[1] in MODULES:
            for column in record.table.columns:
                if isinstance(column.type, Numeric) and column.computed is None:
                    yield f"{table}.{column.name}", table, column.name


async def found(
    connection: Connection, checks: Iterable[str], *statements: str, **rows: dict[str, object]
) -> str | None:
    """The first of the checks that finds something once rows stand, and statements ran, that no guard would let pass:
    the database itself, if it refuses them all the same; None if there is no such check.
    """
    raw: Any = connection.raw
    by: str | None = None
    with suppress(_Undone):
        async with raw.transaction():
            try:
                await connection.execute("SET LOCAL session_replication_role = replica")
                for table, one in rows.items():
                    await insert(raw, domain.RECORDS[table], [row(domain.RECORDS[table], 1, **one)])
                for statement in statements:
                    await connection.execute(statement)
                for name in checks:
                    if await has_breach(domain.VERIFIERS[name](connection)):
                        by = name
                        break
            except asyncpg.IntegrityConstraintViolationError:
                by = DATABASE
            raise _Undone
    return by


class _Undone(Exception):
    """Leaves a transaction so that what was broken in it is whole again."""


async def has_breach(findings: AsyncIterator[Finding]) -> bool:
    """Whether a check finds a breach."""
    return any([one.is_breach async for one in findings])


def newest(table: str, change: str, where: str = "true") -> str:
    """The newest such row is changed."""
    one = f'SELECT company_id, id FROM "{table}" WHERE {where} ORDER BY id DESC LIMIT 1'
    return f'UPDATE "{table}" SET {change} WHERE (company_id, id) IN ({one})'


DATABASE = "the database"
NOBODY = UUID(int=7)
# By check, what it is for: one thing that is not so, in words that no guard hears.
BREACHES: dict[str, tuple[tuple[str, ...], dict[str, dict[str, object]]]] = {
    "audit chain": (("UPDATE audit_entry SET work_id = gen_random_uuid()",), {}),
    "outbox positions": (("UPDATE outbox_event SET position = NULL",
                          "UPDATE outbox_event e SET position = n.place + n.place / 3 FROM (SELECT company_id, id, "
                          "row_number() OVER (ORDER BY id) AS place FROM outbox_event) n "
                          "WHERE (n.company_id, n.id) = (e.company_id, e.id)"), {}),
    "journal balance": ((newest("journal_line", "amount = amount + 1"),), {}),
    "voucher numbers": ((newest("journal_entry", "number = number || '9'"),), {}),
    "account balances": ((newest("account_balance", "closing = closing + 1"),), {}),
    "account turnover": ((newest("account_turnover", "debit = debit + 1"),), {}),
    "open items": ((newest("open_item", f"party_id = '{NOBODY}'"),), {}),
    "matchings": ((newest("matching", "exchange_difference = 1"),), {}),
    "customer invoices": ((newest("customer_invoice_line", "net = net + 1"),), {}),
    "payment proposals": ((), {"payment_proposal": {"total": 5}}),
    "fixed assets": ((newest("fixed_asset", "book_value = book_value - 1"),), {}),
    "rebates": ((), {"rebate_agreement": {"turnover": 5, "accrual_account_id": NOBODY},
                     "rebate_tier": {"rebate_agreement_id": "rebate_agreement"}}),
    "deferrals": ((), {"deferral": {}}),
    "leases": ((), {"lease": {}}),
    "commitments": ((), {"commitment": {}}),
    "goods balance": ((newest("stock_entry", "lot_id = gen_random_uuid()"),), {}),
    "stock balances": ((newest("stock_balance", "quantity = quantity + 1"),), {}),
    "stock value": ((newest("stock_entry", "value = value + 1", "value <> 0"),), {}),
    "stock turnover": ((newest("value_turnover", "gained = gained + 1"),), {}),
    "value pools": ((newest("value_pool", "value = value + 1", "quantity <> 0"),), {}),
    "stock below zero": ((newest("stock_balance", "quantity = -quantity", "quantity > 0"),
                          "UPDATE item_valuation SET may_be_negative = false"), {}),
    "stock reservations": ((newest("stock_reservation", "quantity = quantity + 1"),), {}),
    "stock transfers": ((newest("stock_transfer_line", "shipped_quantity = shipped_quantity + 1"),), {}),
    # No total of the company shows that what one item gained another lost.
    "stock value by item": ((newest("journal_line", f"item_id = '{NOBODY}'", "account_id IN (SELECT id FROM account "
                                    "WHERE role = 'STOCK')"),), {}),
    "late costs": ((newest("landed_cost_line", "amount = amount + 1"),), {}),
    "calls on agreements": ((), {"purchase_agreement": {"status": "PENDING"},
                                 "purchase_agreement_line": {"called_quantity": 1, "agreed_quantity": 2,
                                                             "purchase_agreement_id": "purchase_agreement"}}),
    "promises of orders": ((newest("purchase_order", "status = 'PENDING'", "company_id = 1"),),
                           {"commitment": {"source_id": "newest purchase_order", "source_position": 1}}),
    "order quantities": ((newest("purchase_order_line", "line_total = line_total + 1"),), {}),
    "goods received, not invoiced": ((newest("goods_receipt_line", "purchase_order_line_id = (SELECT id FROM "
                                             "purchase_order_line ORDER BY unit_price DESC LIMIT 1)"),), {}),
    "requisition quantities": ((), {"purchase_requisition": {"status": "PENDING"},
                                    "purchase_requisition_line": {"ordered_quantity": 1, "quantity": 1,
                                                                  "purchase_requisition_id": "purchase_requisition"}}),
    "supplier invoices": ((newest("supplier_invoice_line", "net = net + 1"),), {}),
    "invoiced quantities": ((newest("supplier_invoice_match", "quantity = quantity + 1"),), {}),
    "GR/IR by order line": ((newest("supplier_invoice_match", "price_difference = price_difference + 1"),), {}),
    "rests of GR/IR written off": ((), {"clearing_write_off": {}, "clearing_write_off_line": {
        "clearing_write_off_id": "clearing_write_off", "goods_receipt_line_id": "newest goods_receipt_line"}}),
    "consolidation": ((), {"consolidation_run": {}, "consolidation_line": {
        "consolidation_run_id": "consolidation_run", "amount": 1}}),
    "inter-company pairs": ((), {"intercompany_trade": {"side": "BUYER"}}),
    "sales order quantities": ((newest("sales_order", "subtotal = subtotal + 1, total_due = total_due + 1"),), {}),
    "units of documents": ((newest("purchase_order_line", "price_in_unit = 77", "unit_id IS NOT NULL"),), {}),
    "shipped goods": ((newest("shipment_line", "quantity = quantity + 1", "stock_entry_id IS NOT NULL"),), {}),
    "legacy keys": ((), {"legacy_key": {"record_type": "party"}}),
    "idempotency keys": ((newest("idempotency_key", f"record_ids = ARRAY['{NOBODY}'::uuid]"),), {}),
}  # fmt: skip


async def test_every_check_finds_what_it_is_for(group: World):
    assert await group.findings() == []
    silent: list[str] = []
    async with group.database.acquire() as connection:
        for name, (statements, rows) in BREACHES.items():
            named = {table: {key: await told(connection, value) for key, value in one.items()}
                     for table, one in rows.items()}  # fmt: skip
            if (by := await found(connection, (name,), *statements, **named)) != name:
                silent.append(f"{name}: {by}")
    assert silent == []
    # What a legacy system left unexplained is broken in its own test, with an import of one.
    assert domain.VERIFIERS.keys() - BREACHES.keys() == {"migration differences"}


async def told(connection: Connection, value: object) -> object:
    """A value, or the id that it names: of the row made of a record, or of the newest row of one."""
    if not isinstance(value, str):
        return value
    word, _, table = value.partition(" ")
    if word == "newest" and table:
        return await connection.fetchval(f'SELECT id FROM "{table}" WHERE company_id = 1 ORDER BY id DESC LIMIT 1')
    return numbered(domain.RECORDS[value], 1) if value in domain.RECORDS and value != "party" else value


@pytest.mark.soak
async def test_every_figure_is_held(group: World):
    assert await group.findings() == []
    held: set[str] = set()
    tried: set[str] = set()
    async with group.database.acquire() as connection:
        for name, table, column in figures():
            if not await connection.fetchval(f'SELECT count("{column}") FROM "{table}"'):
                continue
            tried.add(name)
            change = newest(table, f'"{column}" = "{column}" + 1', f'"{column}" IS NOT NULL')
            if await found(connection, domain.VERIFIERS, change) is not None:
                held.add(name)
    assert tried - held == LOOSE & tried
    assert len(held) > 100

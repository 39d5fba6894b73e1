"""The demonstration group: the same in every figure on every machine, made by the live commands, clean to `verify`."""

import signal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

import domain
from tests.conftest import run_apart
from tests.scenarios.conftest import Demonstration, breaches, loaded, loading, prepared

ORDERS = [
    ("ANSER-SH", "APPROVED", "CNY", 11, Decimal("696782.48")),
    ("ANSER-SH", "APPROVED", "EUR", 24, Decimal("214276.68")),
    ("ANSER-SH", "COMPLETE", "CNY", 350, Decimal("14988287.20")),
    ("ANSER-SH", "COMPLETE", "EUR", 491, Decimal("4098029.76")), ("ANSER-SH", "PENDING", "CNY", 4, Decimal("85124.12")),
    ("ANSER-SH", "PENDING", "EUR", 4, Decimal("18183.48")), ("ANSER-SH", "REJECTED", "CNY", 5, Decimal("274401.87")),
    ("ANSER-SH", "REJECTED", "EUR", 11, Decimal("114196.68")),
    ("ANSER-SZ", "APPROVED", "CNY", 67, Decimal("3083025.19")),
    ("ANSER-SZ", "COMPLETE", "CNY", 1663, Decimal("88886118.70")),
    ("ANSER-SZ", "PENDING", "CNY", 20, Decimal("899799.70")),
    ("ANSER-SZ", "REJECTED", "CNY", 50, Decimal("3485357.98")),
    ("ANSER-TT", "APPROVED", "EUR", 38, Decimal("136382.16")),
    ("ANSER-TT", "COMPLETE", "EUR", 1015, Decimal("4190521.20")),
    ("ANSER-TT", "PENDING", "EUR", 13, Decimal("59163.60")), ("ANSER-TT", "REJECTED", "EUR", 34, Decimal("106180.08")),
]  # fmt: skip
STOCK = [
    ("ANSER-SH", Decimal("625862"), Decimal("41517566.2000000000")),
    ("ANSER-SZ", Decimal("1585707"), Decimal("74735403.0500000000")),
    ("ANSER-TT", Decimal("902699"), Decimal("3356183.3098000000")),
]
USERS = [
    ("accountant", "accountant", None), ("admin", "group_admin", None), ("auditor", "auditor", None),
    ("buyer", "buyer", "ANSER-SZ"), ("controller", "controller", None), ("customer", "customer", None),
    ("hr", "hr", None), ("planner", "planner", "ANSER-SZ"), ("purchasing", "buyer", "ANSER-SH"),
    ("purchasing", "buyer", "ANSER-TT"), ("quality", "quality", None), ("requester", "requester", "ANSER-SZ"),
    ("sales", "sales", "ANSER-SH"), ("supplier", "supplier", None), ("warehouse", "warehouse", None),
]  # fmt: skip
COUNTS = {
    "item": 206, "party": 274, "device_identifier": 404, "employee": 278, "employee_pay_rate": 1_131,
    "bill_of_material_line": 1_076, "work_order": 1_400, "work_order_operation": 5_795, "currency_rate": 297,
    "purchase_order": 3_800, "goods_receipt": 3_542, "supplier_item": 547, "company": 3,
    "letterhead": 3, "sales_order": 60, "shipment": 52, "goods_return": 1, "customer_invoice": 51,
    "supplier_invoice": 599, "payment": 70, "purchase_requisition": 5, "supplier_quotation": 3, "shipping_notice": 9,
    "payment_proposal": 1, "dunning_notice": 17, "bank_account": 17,
}  # fmt: skip

QUERIES = {
    "orders": "SELECT c.code, o.status, o.currency, count(*), sum(o.total_due) FROM purchase_order o "
    "JOIN company c USING (company_id) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "stock": "SELECT c.code, sum(b.quantity), sum(b.standard_value) FROM stock_balance b "
    "JOIN company c USING (company_id) GROUP BY 1 ORDER BY 1",
    "sales": "SELECT status, count(*) FROM sales_order GROUP BY 1 ORDER BY 1",
    "invoices": "SELECT CASE WHEN EXISTS (SELECT FROM open_item o"
    " WHERE (o.company_id, o.source_id) = (i.company_id, i.id) AND o.blocked_reason IS NOT NULL)"
    " THEN 'BLOCKED' ELSE i.status END AS state, count(*) FROM supplier_invoice i"
    " GROUP BY 1 ORDER BY 1",
    "users": "SELECT u.name, r.role, c.code FROM user_account u JOIN role_assignment r ON r.user_id = u.id "
    "LEFT JOIN company c ON c.company_id = r.company_number WHERE u.is_demo ORDER BY 1, 2, 3",
    "partners": "SELECT u.name, p.code FROM partner_link l JOIN user_account u ON u.id = l.user_id "
    "JOIN party p ON p.id = l.party_id ORDER BY 1",
    "late": "SELECT count(DISTINCT o.id) > 20 FROM purchase_order o JOIN purchase_order_line l "
    "ON (l.company_id, l.purchase_order_id) = (o.company_id, o.id) WHERE o.status = 'APPROVED' "
    "AND l.due_on < DATE '2026-11-20' AND l.received_quantity < l.ordered_quantity",
    "short": "SELECT p.company_id, count(*) FROM item_planning p LEFT JOIN (SELECT company_id, item_id, sum(quantity) "
    "AS held FROM stock_balance WHERE status = 'RELEASED' GROUP BY 1, 2) b USING (company_id, item_id) "
    "WHERE coalesce(held, 0) < reorder_point GROUP BY 1 ORDER BY 1",
    "one person did two duties": "SELECT count(*) FROM purchase_order WHERE requested_by = approved_by",
    "digest": "SELECT md5(string_agg(line, '|' ORDER BY line COLLATE \"C\")) FROM ("
    "SELECT concat_ws(',', o.company_id, o.number, p.code, o.ordered_on, o.status, o.total_due, o.approved_on) "
    "FROM purchase_order o JOIN party p ON p.id = o.supplier_id "
    "UNION ALL SELECT concat_ws(',', l.company_id, o.number, l.position, i.code, l.ordered_quantity, l.unit_price, "
    "l.received_quantity, l.rejected_quantity) FROM purchase_order_line l JOIN purchase_order o "
    "ON (o.company_id, o.id) = (l.company_id, l.purchase_order_id) JOIN item i ON i.id = l.item_id "
    "UNION ALL SELECT concat_ws(',', i.code, i.name, i.name_zh, d.value) FROM item i "
    "LEFT JOIN device_identifier d ON d.item_id = i.id "
    "UNION ALL SELECT concat_ws(',', e.number, e.name, e.name_zh, r.valid_from, r.rate) FROM employee e "
    "JOIN employee_pay_rate r ON (r.company_id, r.employee_id) = (e.company_id, e.id) "
    "UNION ALL SELECT concat_ws(',', w.number, w.status, w.ordered_quantity, w.scrapped_quantity, w.started_on) "
    "FROM work_order w) lines (line)",
}
# In every state that an order or an invoice can be in, so that each has something to be looked at.
SALES = [("COMPLETE", 50), ("CONFIRMED", 7), ("QUOTED", 3)]
INVOICES = [("BLOCKED", 49), ("DRAFT", 41), ("POSTED", 509)]
FACTS: dict[str, Any] = {
    "sales": SALES, "invoices": INVOICES,
    "orders": ORDERS, "stock": STOCK, "users": USERS, "partners": [("customer", "H0001"), ("supplier", "S0001")],
    "late": [(True,)], "short": [(1, 13), (2, 10), (3, 6)], "one person did two duties": [(0,)],
    "digest": [("53befa333fe6dff71b2f31958110e8cf",)],
}  # fmt: skip


async def facts(url: str) -> dict[str, Any]:
    """What the queries answer."""
    connection = await asyncpg.connect(url)
    found = {name: [tuple(row) for row in await connection.fetch(query)] for name, query in QUERIES.items()}
    await connection.close()
    return found


async def row_counts(url: str) -> dict[str, int]:
    """Rows of every table but those that record runs."""
    connection = await asyncpg.connect(url)
    runs = ("import_run", "audit_entry", "audit_seal", "outbox_event", "access_log_entry")
    counts = {
        table: await connection.fetchval(f'SELECT count(*) FROM "{table}"')
        for table in sorted(domain.RECORDS)
        if table not in runs
    }
    await connection.close()
    return counts


async def test_the_demonstration_is_the_same_everywhere_and_a_second_load_changes_nothing(
    demonstration: Demonstration, copy_demonstration: Callable[[], str]
) -> None:
    first, url = demonstration.report, copy_demonstration()
    assert (first["status"], first["updated"], first["refused"]) == ("SUCCEEDED", 0, 0)
    assert await facts(url) == FACTS
    counts = await row_counts(url)
    assert {table: counts[table] for table in COUNTS} == COUNTS
    assert await breaches(url) == []
    second = await loaded(url)
    assert (second["status"], second["created"], second["updated"], second["refused"]) == ("SUCCEEDED", 0, 0, 0)
    assert second["unchanged"] == first["created"] + first["unchanged"]
    assert await row_counts(url) == counts


async def kill_after(url: str, line: str) -> None:
    """Load until the progress says `line`, then kill -9."""
    process = await loading(url)
    assert process.stdout is not None
    async for said in process.stdout:
        if said.decode().startswith(line):
            process.send_signal(signal.SIGKILL)
            break
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.soak
def test_a_load_killed_again_and_again_ends_as_if_left_alone(clone_database: Callable[[], str]) -> None:
    url = clone_database()
    run_apart(prepared(url))
    for line in (
        "import items", "import operations", "orders of ANSER-SH", "orders of ANSER-SZ", "sales of ANSER-SH",
        "notices of ANSER-SZ",
    ):  # fmt: skip
        run_apart(kill_after(url, line))
    assert run_apart(loaded(url))["status"] == "SUCCEEDED"
    assert run_apart(facts(url)) == FACTS
    assert run_apart(breaches(url)) == []

"""The database behind the listeners: one company, open alerts, a hundred users who listen and one who acts."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from authz.tables import load_baseline
from domain.alerts.models import Alert, AlertRule
from domain.core.database import Connection
from domain.master_data.companies import Company
from migrations.tables import create_statements
from tests.factory import insert, numbered, row

LISTENERS = 100
ACTING = "acting"
ALERTS = 500


def alert_id(number: int) -> str:
    """The global id of an open alert, counted from 0."""
    return f"Alert-1-{numbered(Alert, number + 1)}"


def listener(number: int) -> str:
    """The name of a user who listens."""
    return f"listener{number % LISTENERS}"


async def fill(url: str) -> None:
    """Create the tables, load the policy, write the rows."""
    raw = await asyncpg.connect(url)
    try:
        for statement in create_statements():
            await raw.execute(statement)
        await load_baseline(Connection(raw))
        company = row(Company, 1, company_id=1, code="ONE", name="One", currency="EUR", country="DE")
        await insert(raw, Company, [company])
        await insert(raw, AlertRule, [row(AlertRule, 1, code="BENCH", threshold_unit="day", active=False)])
        text = "S-0001: the order PO-000017 of Supplier 17 is 12 days late, 3 lines are open"
        alerts = [
            row(
                Alert, n + 1, number=f"AL-{n:06}", rule_id=numbered(AlertRule, 1), fingerprint=f"bench {n}",
                subject_type="PurchaseOrder", message=text, message_zh="采购订单 PO-000017 已逾期 12 天，3 行未到货",
                raised_at=datetime.now(UTC),
            )
            for n in range(ALERTS)
        ]  # fmt: skip
        await insert(raw, Alert, alerts)
        users = [(ACTING, "group_admin"), *((listener(n), "auditor") for n in range(LISTENERS))]
        for number, (name, role) in enumerate(users):
            await raw.execute(
                "INSERT INTO user_account (id, name, display_name, audience, locale)"
                " VALUES ($1, $2, $2, 'STAFF', 'en')",
                UUID(int=number + 1), name,
            )  # fmt: skip
            await raw.execute(
                "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
                " VALUES ($1, $1, $2, 0, '2020-01-01')",
                UUID(int=number + 1), role,
            )  # fmt: skip
        await raw.execute("VACUUM ANALYZE")
    finally:
        await raw.close()
